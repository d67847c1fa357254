"""What leaves of the figures: a period of the areas of a level as a table, a month of one area as a report."""

from collections.abc import Sequence
from datetime import date, timedelta

from cockpit import formats, frozen_words
from cockpit.context import View, parse_day, token
from cockpit.exports import Document, Export
from cockpit.report import document, spreadsheet, words
from cockpit.report.taken import COLUMNS, Table, monthly, next_month, table

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(view: View) -> Export:
    """Every figure of the page's filters, a line each, as `cockpit kpi --json` words it. Raises StoreUnavailable."""
    found = table(view)
    return Export(
        action="export-figures",
        target="figures",
        name=_name(view, found),
        headings=[view.tr(f"report.column_{name}") for name in COLUMNS],
        lines=iter(_lines(view, found)),
        found=len(found.figures),
        filters=_filters(view, found),
        detail=_detail(view, found),
    )


def as_excel(view: View) -> Document:
    """The same as a workbook. Raises StoreUnavailable."""
    found = table(view)
    return Document(
        action="export-figures",
        target="figures",
        name=_name(view, found),
        ending="xlsx",
        media_type=EXCEL,
        found=len(found.figures),
        filters=_filters(view, found),
        detail=_detail(view, found),
        content=lambda told: spreadsheet.workbook(view, found, told),
    )


def as_pdf(view: View) -> Document | None:
    """The month that the URL names (`month`, else that of the first day, else the last one over) of the page's area.

    None where the month is none, is not over, or the area was not in force. Raises StoreUnavailable.
    """
    month = _month(view)
    found = monthly(view, month) if month else None
    if month is None or found is None:
        return None
    area = view.filters.area
    return Document(
        action="export-report",
        target=f"month:{month:%Y-%m}",
        name=view.tr("report.title", area=view.area_name, month=document.month_name(view, month)),
        ending="pdf",
        media_type="application/pdf",
        found=len(found.now),
        filters=[
            (view.tr("report.month"), document.month_name(view, month)),
            (view.tr("report.area"), f"{view.area_name} {token(area)}" if area else view.area_name),
            (view.tr("frozen.filter"), words.frozen_month(view, month)),
        ],
        detail={"month": f"{month:%Y-%m}", "area_id": view.filters.area_id},
        content=lambda told: document.pdf(view, found, told),
    )


def _month(view: View) -> date | None:
    """The first day of the month asked for, if it is over."""
    named = view.params.get("month")
    asked = parse_day(f"{named}-01") if named else view.filters.start if "from" in view.params else None
    today = view.now.date()
    month = asked.replace(day=1) if asked else (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    return month if next_month(month) <= today and not (named and asked is None) else None


def _name(view: View, found: Table) -> str:
    last = found.window.end - timedelta(days=1)
    return f"{view.tr('report.download_figures')}_{view.area_name}_{found.window.start}_{last}"


def _lines(view: View, found: Table) -> Sequence[Sequence[object]]:
    return [
        (
            figure.area, figure.name, figure.indicator.slug, figure.indicator.name(view.lang), figure.value,
            figure.indicator.unit, figure.low, figure.high, figure.n, figure.numerator, figure.denominator,
            figure.note, words.excluded(view, figure), figure.moment.isoformat(timespec="seconds"),
            figure.indicator.definition, *words.frozen(view, figure),
        )
        for figure in found.figures
    ]  # fmt: skip


def _filters(view: View, found: Table) -> list[tuple[str, str]]:
    tr, filters, lang = view.tr, view.filters, view.lang
    named = filters.response_class
    category = next((each for each in view.categories if each.code == filters.category), None)
    last = formats.full_day(found.window.end - timedelta(days=1), lang)
    return [
        (tr("report.period"), f"{formats.full_day(found.window.start, lang)} – {last}"),
        (tr("report.level"), tr(f"common.level_{found.level}")),
        (tr("report.area"), f"{filters.area.name} {token(filters.area)}" if filters.area else ""),
        (tr("common.response_class"), tr(f"common.class_{named}") if named else ""),
        (tr("report.category"), category.name(lang) if category else ""),
        (tr("frozen.filter"), frozen_words.said(view, frozen_words.standing(view, filters))),
    ]


def _detail(view: View, found: Table) -> dict[str, object]:
    return {
        "from": found.window.start.isoformat(), "to": found.window.end.isoformat(), "level": found.level,
        "area_id": view.filters.area_id, "category": view.filters.category, "class": view.filters.response_class,
    }  # fmt: skip
