"""What commands share: the store, reachable and at the program's revision, and the language of messages."""

import os
import sys

import click

from config.messages import LANGUAGES, tr
from geo.errors import NotMigrated, StoreUnavailable
from geo.migrations import check, migrate
from geo.store import Store
from geo.viewer import OPERATOR, Clock

as_option = click.option("--as", "user", metavar="USER", help="Work as this user, within the user's areas.")


def refuse_user(user: str | None, lang: str) -> None:
    """Ends with 2 when a user is named: there are no accounts yet whose rights could be taken on."""
    if user is not None:
        click.echo(tr("cli.no_accounts", lang, user=user), err=True)
        sys.exit(2)


def ready_store(clock: Clock) -> Store:
    """The store at the program's revision; an older or empty one is migrated.

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
    return store


def language() -> str:
    """The language of messages: `COCKPIT_LANG` if it is one of ours, else zh."""
    told = os.environ.get("COCKPIT_LANG", "zh")
    return told if told in LANGUAGES else "zh"
