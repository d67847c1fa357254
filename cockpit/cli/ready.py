"""What commands share: the store at the program's revision, as whom a command reads, and the language of messages.

Invariant: a command reads as the operator, or (`--as USER`) as an account, with that account's rights and areas and no
others; then a line in the audit trail names both.
"""

import os
from datetime import UTC, datetime

import click

from config.messages import LANGUAGES, tr
from config.rights import rights
from geo.account_changes import viewer_named
from geo.audit import OK, REFUSED, audit
from geo.calendars import keep_calendar
from geo.errors import NotMigrated, StoreUnavailable
from geo.migrations import check, migrate
from geo.store import Store
from geo.viewer import OPERATOR, Clock, Viewer

COMMAND_LINE = "command line"
"""Where a viewer taken on by `--as` comes from, in the audit trail."""
_LANG = "cockpit.lang"
"""Under which name the language that `--lang` says stands beside the command being run."""
as_option = click.option("--as", "user", metavar="USER", help="Work as this user: that account's rights and areas.")


def _speak(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value:
        context.meta[_LANG] = value


lang_option = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    is_eager=True,
    expose_value=False,
    callback=_speak,
    help="Language of what is said: zh or en; without it that of COCKPIT_LANG, else zh.",
)


def reader(store: Store, user: str | None, *, needs: tuple[str, ...], lang: str) -> Viewer:
    """As whom a command reads: the operator, or the account of the login `user` where it has all rights in `needs`.

    Raises click.UsageError (exit code 2), in the same words for an unknown and a disabled account.
    """
    if user is None:
        return OPERATOR
    now = datetime.now(UTC)
    found = viewer_named(store, user, address=COMMAND_LINE, now=now)
    missing = [right for right in needs if found is None or not rights().allow(found.role, found.level, right)]
    with store.admitting(OPERATOR, Clock(now)) as connection:
        detail = {"as": user, "role": found.role if found else None, "needs": list(needs), "missing": missing}
        result = REFUSED if missing or found is None else OK
        target = f"account:{user[:64]}"
        audit(connection, viewer=OPERATOR, action="acted-as", target=target, detail=detail, result=result)
    if found is None:
        raise click.UsageError(tr("users.as_unknown", lang, user=user))
    if missing:
        named = tr("users.joiner", lang).join(tr(f"users.right_{right.replace('.', '_')}", lang) for right in missing)
        raise click.UsageError(tr("users.as_not_allowed", lang, user=user, rights=named))
    return found


def ready_store(clock: Clock) -> Store:
    """The store at the program's revision; migrated where it is older or empty, and with the site's working calendar.

    Raises StoreUnavailable when it cannot be reached, NotMigrated when it is newer than the program.
    """
    store = Store.from_environment()
    try:
        with store.reading(OPERATOR, clock) as connection:
            check(connection)
    except StoreUnavailable as fault:
        is_ours_to_make = store.urls.admin is not None  # a new embedded cluster has no login roles yet
        if not (is_ours_to_make or isinstance(fault, NotMigrated)):
            raise
        migrate(store.urls)
    else:
        keep_calendar(store, OPERATOR, clock)
    return store


def language() -> str:
    """The language of messages: what `lang_option` was given, else `COCKPIT_LANG` if it is one of ours, else zh."""
    context = click.get_current_context(silent=True)
    told = context.meta.get(_LANG) if context else None
    told = told or os.environ.get("COCKPIT_LANG", "zh")
    return told if told in LANGUAGES else "zh"
