"""`cockpit replay LOAD`: the quarantined rows of a load once more, as a load of its own.

Invariant: exit codes are those of `cockpit load`: 0 done or nothing new, 2 refused, 3 with rows still in quarantine.
"""

import sys
from pathlib import Path

import click

from cockpit.cli.load import (
    PUBLISHED,
    as_record,
    clock_of_command,
    json_option,
    lang_option,
    tell,
    told_waiting,
    wait_option,
)
from cockpit.cli.publish import after_load
from cockpit.cli.ready import as_option, reader, ready_store
from cockpit.cli.telling import say, say_json
from config.messages import tr
from geo.errors import AuditUnavailable, GeoError, LoadTrouble
from geo.vault import VaultError
from loaders.replaying import ReplayRequest
from loaders.replaying import replay as run_again


@click.command(name="replay")
@click.argument("load_id", metavar="LOAD", type=int)
@click.option("--from", "file", metavar="FILE", type=click.Path(path_type=Path), help="Rows corrected in a file.")
@click.option("--source", metavar="NAME|FILE.toml", help="Another mapping than the load was told.")
@click.option("--crs", metavar="SYSTEM", help="Another coordinate system than the load was told.")
@click.option("--dry-run", is_flag=True, help="Check and count everything, change nothing.")
@wait_option
@as_option
@lang_option
@json_option
def replay(
    load_id: int,
    *,
    file: Path | None,
    source: str | None,
    crs: str | None,
    dry_run: bool,
    wait_s: float,
    user: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """Run the quarantined rows of LOAD again, with today's mapping, code lists, boundaries and corrections.

    What is good now goes in as a load of its own; what is not moves to that load's quarantine.
    """
    clock = clock_of_command()
    store = ready_store(clock)
    viewer = reader(store, user, needs=("rows.loads", "act.correct_refused"), lang=lang)
    asked = ReplayRequest(
        load_id, clock, viewer=viewer, file=file, source=source, crs=crs, is_dry_run=dry_run, lang=lang, wait_s=wait_s
    )
    try:
        result = run_again(store, asked, waiting=told_waiting(lang))
    except (VaultError, LoadTrouble) as error:
        say(error.message(lang), err=True)
        sys.exit(1)
    except AuditUnavailable:
        raise
    except GeoError as error:
        say(tr("cli.store_fault", lang, reason=error), err=True)
        sys.exit(1)
    if result is None:
        say(tr("quarantine.no_load", lang, load_id=load_id), err=True)
        sys.exit(2)
    if as_json:
        say_json(as_record(result))
    if result.status == "nothing-new":
        say(result.message or "", err=True)
    else:
        tell(result, lang)
    if result.status == "loaded" and result.dataset in PUBLISHED:
        after_load(store, clock, lang)
    store.close()
    sys.exit(result.exit_code)
