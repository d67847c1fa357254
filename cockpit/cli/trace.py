"""`cockpit trace`: the rows behind one figure, each with how it counts, as lines of CSV or as JSON.

Invariant: the rows are counted against the figure before anything is printed; they and the figure are of one state of
the data. Refusals, their words and their exit codes are those of `cockpit kpi`.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from cockpit import absence
from cockpit.cli.kpi import (
    check_category,
    indicators_of,
    not_in_force,
    one_area,
    read_day,
    read_level,
    refuse,
    split_code,
    value_words,
)
from cockpit.cli.ready import as_option, language, reader, ready_store
from cockpit.cli.telling import say, say_blocks, say_json, say_json_rows
from cockpit.figures import Figure, WholeNotVisibleError, figures_in
from cockpit.indicator import rows
from cockpit.spreadsheets import csv_stream
from config.indicators import Indicator
from config.messages import tr
from config.site import site
from config.visible import visible
from geo import figures, tracing
from geo.audit import audit
from geo.figures import NamedArea, Question
from geo.migrations import check
from geo.replay import site_clock
from geo.store import Store, Transaction
from geo.tracing import Counts, Trace
from geo.viewer import SITE, Clock, Viewer, current_clock
from geo.windows import Window


@click.command()
@click.argument("slug", metavar="KPI")
@click.option("--level", required=True, callback=read_level, help="site, street, community, grid or microgrid.")
@click.option("--area", help="CODE or LEVEL:CODE of the area; none at level site.")
@click.option("--from", "start", required=True, callback=read_day, help="First day, such as 2026-10-01.")
@click.option("--to", "end", required=True, callback=read_day, help="The day after the last one.")
@click.option("--category", help="Code of one category of incidents.")
@click.option(
    "--out", metavar="FILE.csv", type=click.Path(path_type=Path, dir_okay=False), help="Write them to a file."
)
@as_option
@click.option("--json", "as_json", is_flag=True, help="Print the figure and its rows as one JSON document.")
def trace(  # noqa: PLR0917 - click passes options by name
    slug: str,
    level: str,
    area: str | None,
    start: date,
    end: date,
    category: str | None,
    out: Path | None,
    user: str | None,
    as_json: bool,
) -> None:
    """Print the rows behind the figure KPI of one area for the days [from, to), each marked.

    numerator: in the numerator; denominator: in the denominator only; excluded: in neither, with the reason.
    """
    if start >= end:
        raise refuse("no_days", start=start, end=end)
    if out is not None and as_json:
        raise click.UsageError(tr("indicator.cli_one_form", language()))
    if (level == SITE) is not (area is None):
        raise click.UsageError(
            tr("indicator.cli_no_area" if area is None else "indicator.cli_area_of_site", language())
        )
    (wanted,) = indicators_of((slug,))
    store = ready_store(current_clock())
    viewer = reader(store, user, needs=("rows.cases", *(("act.export",) if out else ())), lang=language())
    clock = site_clock(store, viewer)
    window = Window(start, end, site().zone)
    with store.reading(viewer, clock) as connection:
        check(connection)
        check_category(connection, category)
        asked = Question(level, within_id=_area_id(connection, area, level), category=category)
        if level == SITE and viewer.level != SITE:
            raise refuse("whole_not_visible") from WholeNotVisibleError(viewer.name)
        place = next(iter(figures.areas(connection, question=asked, window=window)), None)
        if place is None:
            say(not_in_force(connection, window, area=area or "", level=level), err=True)
            if as_json:
                say_json({"figure": None, "rows": []})
            return
        (figure,) = figures_in(
            connection, clock, question=asked, windows=(window,), indicators=(wanted,), lang=language()
        )
        covered = absence.covered(connection, clock, window)
        if why := absence.of_figure(covered, figure):
            say(why.text(language()), err=True)
        if covered.is_ahead:
            if as_json:
                say_json({"figure": figure.record(), "rows": []})
            return
        asked_rows = rows.trace_of(wanted, place, window, category=category)
        counts = tracing.counts(connection, trace=asked_rows)
        _audited(store, viewer, clock, slug=slug, trace=asked_rows, counts=counts, out=out)
        _told(connection, viewer, figure, asked_rows, counts, out=out, as_json=as_json)


def _area_id(connection: Transaction, area: str | None, level: str) -> int | None:
    if area is None:
        return None
    code, told = split_code(area)
    if told not in (None, level):
        raise click.UsageError(visible(tr("indicator.cli_other_level", language(), area=area, level=level)))
    return one_area(area, figures.areas_named(connection, code, level=level)).area_id


def _audited(
    store: Store, viewer: Viewer, clock: Clock, *, slug: str, trace: Trace, counts: Counts, out: Path | None
) -> None:
    detail = {
        "kpi": slug,
        "level": trace.area.level,
        "area": trace.area.code,
        "category": trace.category,
        "from": trace.window.start.isoformat(),
        "to": trace.window.end.isoformat(),
        "rows": counts.rows,
        "file": out.name if out else None,
        "at": clock.at.isoformat(),
    }
    with store.auditing(viewer, current_clock()) as connection:  # a replay moves figures, not the audit
        audit(connection, viewer=viewer, action="trace", target="figures", detail=detail)


def _told(
    connection: Transaction,
    viewer: Viewer,
    figure: Figure,
    trace: Trace,
    counts: Counts,
    *,
    out: Path | None,
    as_json: bool,
) -> None:
    """The rows where they were asked for, and on standard error what they add up to."""
    lang, indicator = language(), figure.indicator
    with tracing.all_rows(connection, trace=trace) as found:
        records = (
            rows.record(indicator, row, is_of_two_parts=counts.is_of_two_parts, site=site(), lang=lang) for row in found
        )
        if as_json:
            say_json_rows({"figure": figure.record()}, "rows", records)
        elif out is None:
            say_blocks(csv_stream(rows.COLUMNS, map(rows.cells, records), reader=None, notes=()))
        else:
            _write_file(out, records, notes=_notes(viewer, figure, trace, counts), taken_by=_taken_by(viewer))
    marks = ", ".join(_marked(indicator, counts, lang))
    say(
        tr(
            "indicator.cli_sum",
            lang,
            name=indicator.name(lang),
            area=figure.name,
            value=value_words(figure, lang),
            marks=marks,
        ),
        err=True,
    )


def _marked(indicator: Indicator, counts: Counts, lang: str) -> Iterator[str]:
    for mark in rows.marks_of(indicator):
        yield f"{rows.mark_words(indicator, mark, lang)} {rows.count_of(indicator, counts, mark)}"


def _notes(viewer: Viewer, figure: Figure, trace: Trace, counts: Counts) -> list[tuple[str, str]]:
    """What stands below the rows of a file: who took it and when, which figure it is, of which state of the data."""
    lang, now = language(), datetime.now(UTC).astimezone(site().zone)
    told = f"{figure.indicator.definition} {figure.indicator.name(lang)} · {_place(trace.area, figure)} · "
    told += f"[{figure.start}, {figure.end})" + (f" · {trace.category}" if trace.category else "")
    name = tr(f"role.{viewer.role}", lang)
    return [
        (tr("audit.export_reader", lang), tr("audit.export_reader_value", lang, name=name, login=viewer.name)),
        (tr("audit.export_at", lang), f"{now:%Y-%m-%d %H:%M:%S %z}"),
        (tr("audit.export_filters", lang), told),
        (tr("indicator.value", lang), value_words(figure, lang)),
        (tr("audit.export_rows", lang), str(counts.rows)),
        (tr("audit.export_version", lang), str(figure.data_version)),
    ]


def _taken_by(viewer: Viewer) -> str:
    lang, now = language(), datetime.now(UTC).astimezone(site().zone)
    name = tr(f"role.{viewer.role}", lang)
    return tr("audit.export_head", lang, name=name, login=viewer.name, at=f"{now:%Y-%m-%d %H:%M}")


def _write_file(
    out: Path, records: Iterator[dict[str, Any]], *, notes: Sequence[tuple[str, str]], taken_by: str
) -> None:
    """Ends with 2 where the file cannot be written."""
    try:
        with out.open("wb") as stream:
            stream.writelines(csv_stream(rows.COLUMNS, map(rows.cells, records), reader=taken_by, notes=notes))
    except OSError as error:
        say(tr("load.out_refused", language(), file=out, reason=error.strerror or error), err=True)
        sys.exit(2)


def _place(area: NamedArea, figure: Figure) -> str:
    return figure.name if area.code is None else f"{area.level}:{area.code} {area.name}"
