"""`cockpit purge`: removes refused rows as received whose time is over; a timer does it daily.

Invariant: what stays says what was refused and why; a removed row can no longer be corrected or run again.
"""

import sys
from dataclasses import asdict

import click

from cockpit.cli.load import clock_of_command, json_option, lang_option
from cockpit.cli.ready import ready_store
from cockpit.cli.telling import say, say_json
from config.messages import tr
from geo import expiry
from geo.errors import LoadTrouble
from geo.viewer import OPERATOR


@click.command()
@click.option("--dry-run", is_flag=True, help="Count what would be removed, change nothing.")
@lang_option
@json_option
def purge(*, dry_run: bool, lang: str, as_json: bool) -> None:
    """Remove refused rows as received that were kept for 90 days; their faults, decisions and counts stay."""
    clock = clock_of_command()
    store = ready_store(clock)
    click.get_current_context().call_on_close(store.close)
    try:
        found = expiry.purge(store, OPERATOR, clock, is_dry_run=dry_run)
    except LoadTrouble as trouble:
        say(trouble.message(lang), err=True)
        sys.exit(1)
    if as_json:
        say_json(asdict(found) | {"dry_run": dry_run})
        return
    key = "purge_none" if not found.rows else "would_purge" if dry_run else "purged"
    say(tr(f"quarantine.{key}", lang, rows=found.rows, loads=found.loads))
