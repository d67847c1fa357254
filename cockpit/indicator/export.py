"""The rows behind the page's figure as a file: all of its mark and reason, in the page's order.

Invariant: what the file holds is what the page counts, of one state of the data, streamed from one transaction.
"""

from collections.abc import Generator

from cockpit import frozen_words, queries
from cockpit.context import View
from cockpit.exports import Export
from cockpit.indicator import computed, words
from cockpit.indicator.computed import IndicatorView, open_indicator
from cockpit.indicator.rows import COLUMNS, cells, count_of, mark_words, record
from geo import tracing
from geo.tracing import Counts, Row, Trace


def export(view: View) -> Export | None:
    """The rows that the page's filters find; None for an indicator or a figure that there is not."""
    page = open_indicator(view)
    subject, known, named = page.subject, page.indicator, page.subject.response_class
    area, counts = computed.area_of(view.asked, subject=subject), computed.counts(view.asked, subject=subject)
    figure = computed.own(view.asked, subject=subject)
    if page.unknown or area is None or counts is None or figure is None:
        return None
    rows = _streamed(view, computed.trace_asked(area, subject, page.rows, counts))
    found = count_of(known, counts, page.rows.mark) if page.rows.mark else counts.rows
    found = counts.excluded.get(page.rows.why, 0) if page.rows.why else found
    why = view.tr(f"kpi.excluded_{page.rows.why}") if page.rows.why in counts.excluded else ""
    return Export(
        action="export-trace",
        target=f"figure:{known.slug}",
        name=f"{known.slug}_{area.code or 'site'}_{subject.start}_{subject.end}",
        headings=[view.tr(f"indicator.file_{name}") for name in COLUMNS],
        lines=(_line(page, counts, row) for row in rows),
        found=found,
        filters=[
            (view.tr("indicator.page"), f"{known.definition} {known.name(view.lang)}"),
            (view.tr("indicator.value"), words.value(view, figure)),
            (view.tr("common.level"), f"{view.area_name} {area.code or ''}".strip()),
            (view.tr("audit.period_label"), f"[{subject.start}, {subject.end})"),
            (view.tr("frozen.filter"), frozen_words.said(view, frozen_words.standing(view, view.filters))),
            (view.tr("frozen.head_difference"), frozen_words.difference(view, figure)),
            (view.tr("common.category"), subject.category or ""),
            (view.tr("common.response_class"), view.tr(f"common.class_{named}") if named else ""),
            (view.tr("indicator.marks"), mark_words(known, page.rows.mark, view.lang) if page.rows.mark else ""),
            (view.tr("indicator.why"), why),
        ],
        detail={
            "kpi": known.slug, "level": area.level, "area": area.code, "category": subject.category, "class": named,
            "from": subject.start.isoformat(), "to": subject.end.isoformat(),
            "mark": page.rows.mark, "why": page.rows.why,
        },
        close=rows.close,
    )  # fmt: skip


def _streamed(view: View, trace: Trace) -> Generator[Row]:
    with (
        queries.store().reading(view.viewer, view.clock) as connection,
        tracing.all_rows(connection, trace=trace) as rows,
    ):
        yield from rows


def _line(page: IndicatorView, counts: Counts, row: Row) -> list[object]:
    """The row in the reader's words where the columns have any."""
    view = page.view
    line = record(page.indicator, row, is_of_two_parts=counts.is_of_two_parts, site=view.site, lang=view.lang)
    names = {category.code: category.name(view.lang) for category in view.categories}
    line["category"] = names.get(row.category_code, row.category_code)
    line["mark"] = mark_words(page.indicator, line["mark"], view.lang)
    line["part"] = view.tr(f"indicator.part_{line['part']}") if line["part"] else None
    for name in ("start_event", "end_event"):
        line[name] = words.event(view, line[name]) if line[name] else None
    line["clock"] = view.tr(f"indicator.clock_short_{line['clock']}") if line["clock"] else None
    return list(cells(line))
