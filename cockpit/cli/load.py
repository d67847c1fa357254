"""`cockpit load` and `loads`: files into the store, and the ledger of loads.

Invariant: figures go to standard output, sentences to standard error; the exit code is the worst of all files
(1 > 2 > 3 > 0).
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cockpit import quality
from cockpit.cli.publish import after_load
from cockpit.cli.ready import as_option, reader, ready_store
from cockpit.cli.tables import print_table
from cockpit.cli.telling import cell, say, say_json
from config.fault_words import hint, summary
from config.messages import LANGUAGES, tr
from config.quality import PARTS
from config.site import site
from geo import loads as ledger
from geo.errors import GeoError, LoadTrouble
from geo.facts import contents
from geo.store import Store
from geo.turns import Holder
from geo.vault import VaultError
from geo.viewer import OPERATOR, Clock, current_clock
from loaders.dataset import WAIT_S, LoadRequest
from loaders.result import LoadResult
from loaders.work import load_file

WORST_FIRST = (1, 2, 3, 0)
PUBLISHED = ("incidents", "boundaries", "households")
"""The datasets that change figures of closed months."""
LEVELS = ("street", "community", "grid", "microgrid")
LOADS_SHOWN = (
    "load_id", "started_at", "dataset", "source", "status",
    "read", "inserted", "updated", "unchanged", "quarantined", "repaired", "replays", "file",
)  # fmt: skip
SHOWN_COLUMNS = 12

lang_option = click.option(
    "--lang", type=click.Choice(LANGUAGES), envvar="COCKPIT_LANG", default="zh", help="Language of the messages."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
wait_option = click.option(
    "--wait",
    "wait_s",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=WAIT_S,
    show_default=True,
    help="How long to wait for another load to end; 0: not at all.",
)


@click.command(name="load")
@click.argument("dataset")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--source", metavar="NAME|FILE.toml", help="The mapping: a name in config/sources, or a TOML file.")
@click.option("--crs", metavar="SYSTEM", help="The coordinate system of the file: EPSG:4490, gcj02, bd09 …")
@click.option("--sheet", "part", metavar="NAME", help="The sheet or layer, where there are several.")
@click.option("--level", type=click.Choice(LEVELS), help="The level of the areas (boundaries).")
@click.option("--mode", type=click.Choice(["delta", "snapshot"]), default="delta", show_default=True)
@click.option("--valid-from", type=click.DateTime(["%Y-%m-%d"]), help="Opens a new version of the areas on this day.")
@click.option("--force", is_flag=True, help="Load even what was loaded before, byte by byte.")
@click.option("--dry-run", is_flag=True, help="Check and count everything, change nothing.")
@wait_option
@lang_option
@json_option
def load(
    dataset: str,
    files: tuple[Path, ...],
    *,
    source: str | None,
    crs: str | None,
    part: str | None,
    level: str | None,
    mode: str,
    valid_from: datetime | None,
    force: bool,
    dry_run: bool,
    wait_s: float,
    lang: str,
    as_json: bool,
) -> None:
    """Load FILES of DATASET: boundaries, incidents, service-points, households, staff, funds,
    layers.

    Each file is a load of its own, in one transaction: all of it, or nothing.
    """
    clock = clock_of_command()
    store = ready_store(clock)
    if contents(store, OPERATOR, clock).sample is not None:
        say(tr("cli.on_sample", lang), err=True)
    codes = []
    for file in files:
        request = LoadRequest(
            dataset=dataset,
            file=file,
            clock=clock,
            source=source,
            crs=crs,
            part=part,
            level=level,
            mode=mode,
            valid_from=valid_from.date() if valid_from else None,
            is_forced=force,
            is_dry_run=dry_run,
            lang=lang,
            wait_s=wait_s,
        )
        codes.append(_load_one(store, request, as_json=as_json))
    if not dry_run and dataset in PUBLISHED:
        after_load(store, clock, lang)
    store.close()
    sys.exit(min(codes, key=WORST_FIRST.index))


def _load_one(store: Store, request: LoadRequest, *, as_json: bool) -> int:
    try:
        result = load_file(store, request, progress=_progress(request.lang), waiting=told_waiting(request.lang))
    except (VaultError, LoadTrouble) as error:
        say(f"{request.file}: {error.message(request.lang)}", err=True)
        return 1
    except GeoError as error:
        say(f"{request.file}: {error}", err=True)
        return 1
    _clear_progress()
    if as_json:
        say_json(as_record(result))
    tell(result, request.lang)
    return result.exit_code


def as_record(result: LoadResult) -> dict[str, Any]:
    """A load's result as `cockpit load --json` prints it."""
    counts = result.counts
    return {
        "load_id": result.load_id,
        "dataset": result.dataset,
        "file": result.file,
        "sha256": result.sha256,
        "status": result.status,
        "read": counts.read,
        "inserted": counts.inserted,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "quarantined": counts.quarantined,
        "skipped": counts.skipped,
        "things": counts.things,
        "repaired": counts.repaired,
        "outside": counts.outside,
        "faults": dict(counts.faults),
        "seconds": round(result.seconds, 3),
        "message": result.message,
    }


def named(params: Mapping[str, object], by_name: Callable[[str], str]) -> dict[str, object]:
    """The parameters of a fault for another program, the file in each text under the name that people know."""
    return {
        name: value if value is None or isinstance(value, int | float) else by_name(str(value))
        for name, value in params.items()
    }


def tell(result: LoadResult, lang: str) -> None:
    """What happened, in sentences on standard error: counts, faults by number of rows, and what to do."""
    if result.status == "refused":
        say(tr("load.refused", lang, file=result.file, message=result.message), err=True)
        return
    counts = asdict(result.counts) | {"file": result.file, "seconds": f"{result.seconds:.1f}"}
    say(tr(f"load.{result.status.replace('-', '_')}", lang, **counts), err=True)
    if result.message:
        say(result.message, err=True)
    for fault, rows in result.counts.faults.items():
        told = tr("load.fault", lang, fault=fault, rows=rows, message=summary(fault, lang), hint=hint(fault, lang))
        if not fault.startswith("unknown_category"):
            say(told, err=True)
    if result.ignored:
        shown, rest = result.ignored[:SHOWN_COLUMNS], len(result.ignored) - SHOWN_COLUMNS
        more = tr("load.ignored_more", lang, count=rest) if rest > 0 else ""
        say(tr("load.ignored", lang, columns=", ".join(shown)) + more, err=True)
    if result.counts.quarantined and result.load_id is not None:
        say(tr("load.see_rejects", lang, load_id=result.load_id), err=True)


def _progress(lang: str) -> Callable[[int], None] | None:
    """A counter of rows on the terminal; nothing where standard error is none."""
    if not sys.stderr.isatty():
        return None
    return lambda rows: click.echo("\r" + tr("load.progress", lang, rows=rows), err=True, nl=False)


def told_waiting(lang: str) -> Callable[[Holder], None]:
    """Says on standard error which load this one waits for."""

    def told(holder: Holder) -> None:
        say(tr("sandbox.waiting" if holder.load_id else "sandbox.waiting_unknown", lang, **holder.told()), err=True)

    return told


def _clear_progress() -> None:
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", err=True, nl=False)


@click.command(name="loads")
@click.option("--quality", "is_quality", is_flag=True, help="The quality score of each source instead (K50).")
@as_option
@lang_option
@json_option
def loads(*, is_quality: bool, user: str | None, lang: str, as_json: bool) -> None:
    """List all loads, the latest first; or how good the data of each source is."""
    clock = clock_of_command()
    store = ready_store(clock)
    viewer = reader(store, user, needs=("rows.loads",), lang=lang)
    if is_quality:
        _tell_quality(quality.scores(store, viewer, clock), lang=lang, as_json=as_json)
        return
    found = ledger.loads(store, viewer, clock)
    if as_json:
        say_json([asdict(item) for item in found])
        return
    lines = [[shown(getattr(item, name)) for name in LOADS_SHOWN] for item in found]
    if not found:
        say(tr("load.none_yet", lang), err=True)
        return
    print_table([tr(f"load.head_{name}", lang) for name in LOADS_SHOWN], lines)


def _tell_quality(found: Sequence[quality.Score], *, lang: str, as_json: bool) -> None:
    if as_json:
        say_json([asdict(one) | {"definition": one.definition} for one in found])
        return
    heads = [tr(f"quality.head_{name}", lang) for name in ("code", "dataset", "value", "n", "refused")]
    heads += [tr(f"quality.{name}", lang) for name in PARTS]
    lines = [
        [
            one.source, one.dataset, tr(f"quality.{one.note.replace('-', '_')}", lang) if one.note else str(one.value),
            str(one.n), str(one.refused), *(_share(one, name) for name in PARTS),
        ]
        for one in found
    ]  # fmt: skip
    if lines:
        print_table(heads, lines)
    else:
        say(tr("load.none_yet", lang), err=True)


def _share(one: quality.Score, part: str) -> str:
    return f"{one.parts[part]} / {one.n}" if part in one.parts else ""


def shown(value: Any) -> str:
    """A value for a terminal: moments to the second in the site's time zone, nothing for None."""
    if isinstance(value, datetime):
        return f"{value.astimezone(site().zone):%Y-%m-%d %H:%M:%S}"
    return "" if value is None else cell(value)


def clock_of_command() -> Clock:
    """The clock of a command; a COCKPIT_NOW that is no moment is wrong usage."""
    try:
        return current_clock()
    except ValueError as error:
        raise click.UsageError(str(error)) from error
