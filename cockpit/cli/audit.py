"""`cockpit audit`: whether the trail's chain holds, its head to note elsewhere, its lines, and what the law lets go.

Invariant: a broken chain ends with exit code 1 and names the first broken line; reading the trail is in the trail.
The operator alone checks and empties it; who reads it as an account (`--as USER`) needs that account's rows.audit.
"""

import re
import sys
from dataclasses import asdict
from datetime import datetime, time, timedelta

import click

from cockpit.audit.words import action_word, result_word
from cockpit.cli.load import json_option, lang_option, shown
from cockpit.cli.ready import as_option, reader, ready_store
from cockpit.cli.tables import print_table
from cockpit.cli.telling import cell, say, say_json
from config.messages import tr
from config.site import site
from geo import audit_chain, audit_trail
from geo.audit_trail import RESULTS, LineQuery
from geo.errors import AuditUnavailable
from geo.store import Store
from geo.viewer import OPERATOR, Clock, current_clock

COLUMNS = ("seq", "recorded_at", "viewer", "action", "target", "address", "result", "purpose")
MOST_LINES = 1_000
NEEDS = ("rows.audit",)
_HEAD = re.compile(r"(?:\d{1,18}:)?[0-9a-fA-F]{64}", re.ASCII)


@click.group()
def audit() -> None:
    """The audit trail: check it, note its head, list it, empty what the law no longer needs."""


def _opened() -> tuple[Store, Clock]:
    """The store, closed when the command ends, and the clock."""
    clock = current_clock()
    store = ready_store(clock)
    click.get_current_context().call_on_close(store.close)
    return store, clock


@audit.command()
@as_option
@lang_option
@json_option
def head(*, user: str | None, lang: str, as_json: bool) -> None:
    """Print number and hash of the newest line, to be noted outside this machine."""
    store, clock = _opened()
    found = audit_chain.head(store, reader(store, user, needs=NEEDS, lang=lang), clock)
    if as_json:
        say_json(asdict(found))
    else:
        say(found.noted)
        say(tr("audit.cli_head", lang), err=True)


@audit.command()
@click.option("--head", "noted", metavar="SEQ:HASH", help="A head noted earlier; it must be in the chain.")
@lang_option
@json_option
def verify(*, noted: str | None, lang: str, as_json: bool) -> None:
    """Recompute the chain; exit code 1 and the first broken line when it does not hold."""
    if noted is not None and not _HEAD.fullmatch(noted.strip()):
        raise click.UsageError(tr("audit.cli_bad_head", lang, value=noted))
    store, clock = _opened()
    found = audit_chain.verify(store, OPERATOR, clock, noted=noted)
    broken = found.broken
    record = {
        "holds": found.holds,
        "lines": found.lines,
        "stubs": found.stubs,
        "head": asdict(found.head),
        "broken": asdict(broken) if broken else None,
    }
    if as_json:
        say_json(record)
    elif broken:
        say(tr(f"audit.broken_{broken.kind}", lang, seq=broken.seq), err=True)
    else:
        say(tr("audit.cli_holds", lang, lines=found.lines, stubs=found.stubs, head=found.head.noted))
    try:
        kind = broken.kind if broken else None
        at = broken.seq if broken else None
        audit_trail.note_check(store, OPERATOR, clock, head_seq=found.head.seq, broken_at=at, kind=kind)
    except AuditUnavailable as fault:  # what was found must be told all the same
        say(f"{tr('audit.down', lang)} ({fault})", err=True)
        sys.exit(1)
    sys.exit(1 if broken else 0)


@audit.command(name="list")
@click.option("--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="First day (site's time zone).")
@click.option("--to", "end", type=click.DateTime(["%Y-%m-%d"]), help="The day after the last one.")
@click.option("--who", metavar="NAME", help="Only what this person did.")
@click.option("--action", metavar="CODE", help="Only this action.")
@click.option("--result", type=click.Choice(RESULTS), help="Only lines with this result.")
@as_option
@lang_option
@json_option
def list_(
    *,
    start: datetime | None,
    end: datetime | None,
    who: str | None,
    action: str | None,
    result: str | None,
    user: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """List lines of the trail, the newest first (without --json at most 1,000)."""
    store, clock = _opened()
    query = LineQuery(
        viewer=who, action=action, result=result, since=_midnight(start), until=_midnight(end),
        rows=None if as_json else MOST_LINES,
    )  # fmt: skip
    viewer = reader(store, user, needs=NEEDS, lang=lang)
    found = audit_trail.lines_audited(store, viewer, clock, query=query)
    if as_json:
        say_json([asdict(line) for line in found])
        return
    if not found:
        say(tr("audit.none_found", lang), err=True)
        return
    rows = []
    for line in found:
        words = {"action": action_word(line.action, lang), "result": result_word(line.result, lang)}
        rows.append([cell(words.get(name) or shown(getattr(line, name))) for name in COLUMNS])
    print_table([tr(f"audit.column_{name}", lang) for name in COLUMNS], rows)


def _midnight(day: datetime | None) -> datetime | None:
    return None if day is None else datetime.combine(day.date(), time.min, site().zone)


@audit.command()
@click.option("--before", type=click.DateTime(["%Y-%m-%d"]), help="Only lines recorded before this day.")
@click.option("--dry-run", is_flag=True, help="Count what would be emptied, change nothing.")
@lang_option
@json_option
def purge(*, before: datetime | None, dry_run: bool, lang: str, as_json: bool) -> None:
    """Empty the content of lines that the law no longer needs: after 184 days, sensitive reads after 1,096.

    The emptied lines stay as stubs, so the chain still holds; the purge is a line of its own.
    """
    store, clock = _opened()
    moment = _midnight(before) or datetime.now(site().zone) + timedelta(days=1)
    found = audit_trail.purge(store, OPERATOR, clock, before=moment, is_dry_run=dry_run)
    if as_json:
        say_json(asdict(found) | {"dry_run": dry_run})
        return
    key = "audit.cli_purge_none" if not found.emptied else "audit.cli_would_purge" if dry_run else "audit.cli_purged"
    say(tr(key, lang, lines=found.emptied, sensitive=found.sensitive, first=found.first_seq, last=found.last_seq))
