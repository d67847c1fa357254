"""`cockpit rejects`: the quarantine as a list that filters narrow, and as a file to correct.

Invariant: values are masked; originals come out only with a purpose and a line in the audit trail.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson

from cockpit import refused_file
from cockpit.cli.load import clock_of_command, json_option, lang_option, shown
from cockpit.cli.ready import as_option, reader, ready_store
from cockpit.cli.tables import print_table
from cockpit.cli.telling import say, say_json
from cockpit.spreadsheets import csv_stream
from config.fault_words import hint, message
from config.messages import tr
from config.site import site
from geo import quarantine
from geo.loads import has_load
from geo.quarantine import KEPT, SOLVED, STATES, FaultQuery, RefusedFault
from geo.store import Store
from geo.unmasking import MOST_ROWS, REFUSED_ROWS, UnmaskingRefused, is_purpose, unmask
from geo.viewer import Clock, Viewer

SHOWN = ("row", "column", "value", "fault", "message", "hint")
ANYWHERE = ("load_id", "dataset", "source", "state")
"""What a list over all loads says besides."""


@click.command(name="rejects")
@click.argument("load_id", metavar="[LOAD]", type=int, required=False)
@click.option("--dataset", metavar="NAME", help="Only rows of this dataset.")
@click.option("--source", metavar="CODE", help="Only rows of this source.")
@click.option("--fault", metavar="CODE", help="Only this fault.")
@click.option("--column", metavar="NAME", help="Only faults of this column (our name).")
@click.option(
    "--state", type=click.Choice([*STATES, "all"]), help="Only rows in this state; else those not yet solved."
)
@click.option("--row", "only", type=int, multiple=True, help="Only this row of the file; may be repeated.")
@click.option("--out", metavar="FILE.csv", type=click.Path(path_type=Path), help="Write the rows as a file to correct.")
@click.option("--unmask", "is_unmasked", is_flag=True, help="Show originals, with a line in the audit trail.")
@click.option("--purpose", metavar="TEXT", default="", help="What the originals are needed for.")
@as_option
@lang_option
@json_option
def rejects(
    load_id: int | None,
    *,
    dataset: str | None,
    source: str | None,
    fault: str | None,
    column: str | None,
    state: str | None,
    only: tuple[int, ...],
    out: Path | None,
    is_unmasked: bool,
    purpose: str,
    user: str | None,
    lang: str,
    as_json: bool,
) -> None:
    """List refused rows with the reason and what to do: those of LOAD, or of all loads. Personal values are masked.

    --out writes the rows of LOAD as received, to be corrected and run again by `cockpit replay LOAD --from FILE.csv`.
    """
    _check_usage(load_id, out=out, is_unmasked=is_unmasked, purpose=purpose, lang=lang)
    clock = clock_of_command()
    store = ready_store(clock)
    needs = ("rows.loads", *(("act.export",) if out else ()), *(("act.unmask_refused",) if is_unmasked else ()))
    viewer = reader(store, user, needs=needs, lang=lang)
    if load_id is not None and not has_load(store, viewer, clock, load_id=load_id):
        say(tr("load.no_load", lang, load_id=load_id), err=True)
        sys.exit(2)
    states = STATES if state == "all" else (state,) if state else KEPT
    query = FaultQuery(load_id, dataset=dataset, source=source, fault=fault, column=column, states=states)
    found = quarantine.faults(store, viewer, clock, query=query)
    found = tuple(one for one in found if not only or one.row in only)
    if out is not None and load_id is not None:
        opened = (
            _opened(store, viewer, clock, found, load_id=load_id, purpose=purpose, lang=lang) if is_unmasked else {}
        )
        _write_file(out, store, viewer, clock, found, load_id=load_id, states=states, opened=opened, lang=lang)
    elif is_unmasked and load_id is not None:
        found = _unmasked(store, viewer, clock, found, load_id=load_id, purpose=purpose, lang=lang)
    _tell(store, viewer, clock, found, load_id=load_id, lang=lang, as_json=as_json, is_written=out is not None)


def _check_usage(load_id: int | None, *, out: Path | None, is_unmasked: bool, purpose: str, lang: str) -> None:
    """Ends with 2 where the options make no sense together."""
    if is_unmasked and not is_purpose(purpose):
        say(tr("vault.needs_purpose", lang), err=True)
        sys.exit(2)
    if load_id is None and (out is not None or is_unmasked):
        raise click.UsageError(tr("quarantine.needs_load", lang))


def _tell(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    found: Sequence[RefusedFault],
    *,
    load_id: int | None,
    lang: str,
    as_json: bool,
    is_written: bool,
) -> None:
    """The list on standard output, or that there is nothing; rows that were solved are said beside it."""
    heads = (*(ANYWHERE if load_id is None else ()), *SHOWN)
    records = [_record(one, lang) for one in found]
    if as_json:
        say_json([{name: record[name] for name in heads} for record in records])
    elif found and not is_written:
        lines = [[_shown(record, name, lang) for name in heads] for record in records]
        print_table([tr(_head(name), lang) for name in heads], lines)
    elif not found:
        key = "quarantine.none" if load_id is None else "load.none_refused"
        say(tr(key, lang, load_id=load_id), err=True)
    if load_id is not None:
        states = quarantine.states(store, viewer, clock, load_id=load_id)
        settled = {name: states.get(name, 0) for name in STATES if name not in KEPT}
        if any(settled.values()):
            say(
                tr("quarantine.settled", lang, solved=settled[SOLVED], moved=sum(settled.values()) - settled[SOLVED]),
                err=True,
            )


def _head(name: str) -> str:
    return "quarantine.head_state" if name == "state" else f"load.head_{name}"


def _shown(record: Mapping[str, Any], name: str, lang: str) -> str:
    return tr(f"quarantine.state_{record[name]}", lang) if name == "state" else shown(record[name])


def _record(one: RefusedFault, lang: str) -> dict[str, Any]:
    words = {"message": message(one.fault, lang, one.params), "hint": hint(one.fault, lang, one.params)}
    names = (*ANYWHERE, "row", "column", "value", "fault")
    return {name: getattr(one, name) for name in names} | words


# ---------------------------------------------------------------- originals


def _ask(
    store: Store, viewer: Viewer, clock: Clock, ids: Sequence[int], *, load_id: int, purpose: str, lang: str
) -> dict[int, Mapping[str, str]]:
    """The clear texts by reject; ends with 2 where there is none, there are too many, or the viewer may not."""
    if not 1 <= len(ids) <= MOST_ROWS:
        key = "vault.too_many_rows" if ids else "vault.no_rows"
        say(tr(key, lang, load_id=load_id, n=len(ids), most=MOST_ROWS), err=True)
        sys.exit(2)
    try:
        opened = unmask(store, viewer, clock, kind=REFUSED_ROWS, row_ids=ids, purpose=purpose)
    except UnmaskingRefused:
        say(tr("vault.refused", lang), err=True)
        sys.exit(2)
    say(tr("vault.recorded_cli", lang, n=len(opened)), err=True)
    return {one.row_id: one.texts for one in opened}


def _unmasked(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    found: Sequence[RefusedFault],
    *,
    load_id: int,
    purpose: str,
    lang: str,
) -> tuple[RefusedFault, ...]:
    """The rows whose value is sealed, with the value in clear."""
    sealed = [one for one in found if one.is_sealed]
    ids = [one.reject_id for one in sealed]
    opened = _ask(store, viewer, clock, ids, load_id=load_id, purpose=purpose, lang=lang)
    return tuple(replace(one, value=opened[one.reject_id].get("value")) for one in sealed)


def _opened(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    found: Sequence[RefusedFault],
    *,
    load_id: int,
    purpose: str,
    lang: str,
) -> dict[int, dict[str, str]]:
    """Row → its cells in clear, for the file."""
    first = {one.row: one.reject_id for one in reversed(found)}
    opened = _ask(store, viewer, clock, list(first.values()), load_id=load_id, purpose=purpose, lang=lang)
    return {row: _cells(opened[reject].get("record", "{}")) for row, reject in first.items()}


def _cells(record: str) -> dict[str, str]:
    told: dict[str, Any] = orjson.loads(record)
    if isinstance(told.get("cells"), list):
        return dict(zip(told.get("headings", ()), told["cells"], strict=False))
    return {name: text for name, text in told.items() if isinstance(text, str)}


# ---------------------------------------------------------------- the file


def _write_file(
    path: Path,
    store: Store,
    viewer: Viewer,
    clock: Clock,
    found: Sequence[RefusedFault],
    *,
    load_id: int,
    states: Sequence[str],
    opened: Mapping[int, Mapping[str, str]],
    lang: str,
) -> None:
    """The rows as a CSV to correct; below the table who took it, when and of which load."""
    only = sorted({one.row for one in found})
    rows = quarantine.received(store, viewer, clock, load_id=load_id, only=only, states=states, file=path.name)
    names = refused_file.headings(rows)
    at = datetime.now(UTC).astimezone(site().zone)
    login, name = viewer.name, tr(f"role.{viewer.role}", lang)
    notes = [
        (tr("audit.export_reader", lang), tr("audit.export_reader_value", lang, name=name, login=login)),
        (tr("audit.export_at", lang), f"{at:%Y-%m-%d %H:%M:%S %z}"),
        (tr("audit.export_filters", lang), tr("audit.target_load", lang, key=load_id)),
        (tr("audit.export_rows", lang), str(len(rows))),
        (tr("quarantine.how", lang), tr("quarantine.how_to", lang, load_id=load_id)),
    ]
    lines = refused_file.file_lines(rows, names, found, lang, opened=opened)
    taken_by = tr("audit.export_head", lang, name=name, login=login, at=f"{at:%Y-%m-%d %H:%M}")
    try:
        with path.open("wb") as stream:
            stream.writelines(csv_stream(refused_file.file_headings(names, lang), lines, reader=taken_by, notes=notes))
    except OSError as error:
        say(tr("load.out_refused", lang, file=path, reason=error.strerror or error), err=True)
        sys.exit(2)
    say(tr("quarantine.written", lang, rows=len(rows), file=path, load_id=load_id), err=True)
