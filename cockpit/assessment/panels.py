"""The head of the matrix: its sentence and its filters; and the table as a panel of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cockpit import exports, filterbar, printed
from cockpit.assessment import computed, table, words
from cockpit.assessment.choice import AGAINST, FIRST, GROUPS, LEVELS, Choice, Days, choose, shifted, types
from cockpit.assessment.computed import TYPES, Matrix
from cockpit.context import View, make_view
from cockpit.holdings import held
from cockpit.limited import of_own
from cockpit.markup import attributes, esc
from cockpit.panels import Empty, panel
from cockpit.picture import STATIC, picture
from cockpit.queries import Asked, shared
from cockpit.theme import page_head
from geo.errors import StoreUnavailable
from geo.windows import Window

SPANS = (3, 12)
"""Whole closed months that can be looked at together, where one has too few cases."""


@dataclass(frozen=True)
class Assessed:
    """What the page shows; the matrix is None while the store does not answer."""

    choice: Choice
    matrix: Matrix | None


def apply_style() -> None:
    """Puts the page's stylesheet on this run."""
    st.html(STATIC / "assessment.css")
    printed.apply_style()


def open_assessment(view: View) -> Assessed | None:
    """The matrix that the URL asks for, the head of the page drawn; None where there is nothing below the head."""
    if "incidents" not in view.datasets and view.fault is None and not (view.pulse and view.pulse.fault):
        page_head(view, sentence=view.tr("assessment.no_incidents"), lead=held(view))
        return None
    try:
        choice = choose(view)
    except StoreUnavailable:
        page_head(view, sentence=view.tr("assessment.down"))
        return None
    try:
        found = computed.matrix(choice)
    except StoreUnavailable:
        page_head(choice.view, sentence=view.tr("assessment.down"))
        return Assessed(choice, None)
    if not found.rows:
        told = view.tr("assessment.no_areas", level=words.level(choice.view))
        page_head(choice.view, sentence=told)
    else:
        said = of_own(choice.view, words.headline(choice, found))
        page_head(choice.view, sentence=said, lead=words.lead_line(choice, found))
    return Assessed(choice, found)


# ---- filters


def bar(assessed: Assessed) -> None:
    """Place, period, comparison, level, type, category, columns; all of it in the URL."""
    choice = assessed.choice
    view = choice.view
    parts = [filterbar.breadcrumb(view), _periods(choice), _against(choice)]
    if len(levels := [name for name in view.levels() if name in LEVELS]) > 1:
        parts.append(_chips(view, "level", [(name, f"common.level_{name}") for name in levels], view.filters.level))
    if _types(choice):
        parts.append(_type(choice))
    if view.categories:
        parts.append(filterbar.categories(view, with_classes=True))
    sets = [(name, f"assessment.columns_{name}") for name in (FIRST, *GROUPS)]
    parts.append(_chips(view, "columns", sets, choice.group, drops=("sort", "dir")))
    label = attributes(role="group", aria_label=view.tr("common.filters"))
    picture(f'<div class="filters mx-filters"{label}>{"".join(parts)}</div>', key="assessment_filters")


def _select(view: View, label: str, options: Sequence[tuple[str, str, bool]]) -> str:
    inside = "".join(filterbar.option(text, value, is_on=is_on) for text, value, is_on in options)
    return f"<select data-choose{attributes(aria_label=view.tr(label))}>{inside}</select>"


def _periods(choice: Choice) -> str:
    """The closed months, several of them together, the running one; first the days of the URL if none of these."""
    view = choice.view
    today = view.now.date()
    closed = [days for days in choice.periods if days[1] <= today]
    running = [days for days in choice.periods if days[1] > today]
    spans = [(shifted(closed[0][1], -n), closed[0][1]) for n in SPANS if len(closed) >= n]
    told: list[tuple[str, Days]] = [(words.period(view, days), days) for days in closed]
    told[1:1] = [
        (view.tr("assessment.period_months", n=n), days)
        for n, days in zip([n for n in SPANS if len(closed) >= n], spans, strict=True)
    ]
    told += [(view.tr("assessment.period_running", month=words.period(view, days)), days) for days in running]
    if choice.days not in [days for _, days in told]:
        told.insert(0, (words.period(view, choice.days), choice.days))
    return _select(
        view,
        "assessment.period",
        [
            (text, view.link({"from": days[0].isoformat(), "to": days[1].isoformat()}), days == choice.days)
            for text, days in told
        ],
    )


def _against(choice: Choice) -> str:
    view, names = choice.view, {"none": "off"}
    options = [
        (f"assessment.against_{names.get(name, name)}", view.link({"against": name}), name == choice.compared)
        for name in AGAINST
    ]
    return _select(view, "assessment.against", [(view.tr(key), link, is_on) for key, link, is_on in options])


def _types(choice: Choice) -> list[str]:
    present = set(types(choice.view).values())
    return [name for name in TYPES if name in present]


def _type(choice: Choice) -> str:
    view, chosen = choice.view, choice.community_type
    options = [(view.tr("assessment.type_all"), view.link({"type": None}), chosen is None)]
    options += [(words.type_name(view, name), view.link({"type": name}), name == chosen) for name in _types(choice)]
    return _select(view, "assessment.type", options)


def _chips(
    view: View, param: str, options: Sequence[tuple[str, str]], chosen: str, *, drops: Sequence[str] = ()
) -> str:
    dropped = dict.fromkeys(drops)
    chips = "".join(
        filterbar.link(view, view.tr(key), {param: name, **dropped}, is_on=name == chosen) for name, key in options
    )
    label = view.tr("common.level" if param == "level" else "assessment.columns")
    return f'<span class="group"{attributes(role="group", aria_label=label)}>{chips}</span>'


def ways_out(choice: Choice) -> str:
    """Printing and the files, at the right end: what is shown, all indicators, the month on paper where it is one."""
    view, (start, end) = choice.view, choice.days
    known = attributes(type="button", class_="btn s", data_print="1")
    parts = [f"<button{known}>{esc(view.tr('assessment.print'))}</button>"]
    parts.append(exports.link(view, "assessment.csv", view.tr("assessment.export")))
    shown = {"from": start.isoformat(), "to": end.isoformat(), "level": view.filters.level}
    parts.append(exports.link(view, "figures.xlsx", view.tr("assessment.export_excel"), changes=shown))
    if Window(start, end, view.site.zone).is_month and end <= view.now.date():
        month = {"month": f"{start:%Y-%m}"}
        parts.append(exports.link(view, "report.pdf", view.tr("assessment.export_report"), changes=month))
    return f'<span class="mx-end">{"".join(parts)}</span>'


# ---- the table


@shared
def _drawn(asked: Asked, *, params: tuple[tuple[str, str], ...], frozen: int) -> str:  # noqa: ARG001 - part of the key
    """The finished table of the URL's parameters, for all who may see the same."""
    choice = choose(make_view(dict(params), viewer=asked.viewer, clock=asked.clock))
    found = computed.matrix(choice)
    lines: table.Lines = {}
    if choice.lead is not None and len(found.rows) <= computed.MOST_TRENDS:
        lines = computed.months(choice.view.asked, scope=computed.scope_of(choice), slug=choice.lead.slug)
    return table.markup(choice, found, lines)


def show(assessed: Assessed) -> None:
    """The matrix as a panel of the page."""
    choice = assessed.choice
    view = choice.view

    def draw() -> Empty | None:
        found = assessed.matrix or computed.matrix(choice)
        if not found.rows:
            return Empty(view.tr("assessment.no_areas", level=words.level(view)))
        params = tuple(sorted(view.params.items()))
        picture(_drawn(view.asked, params=params, frozen=choice.frozen), key="assessment_table")
        return None

    against = view.tr("assessment.against_none")
    if choice.against:
        against = view.tr("assessment.against_with", period=words.against(choice))
    unit = view.tr("assessment.section_unit", period=words.period(view, choice.days), against=against)
    unit += "".join(view.tr("assessment.joiner") + told for told in words.limits(choice))
    title = view.tr("assessment.section", level=words.level(view))
    facts = (view.tr("assessment.page"), unit, words.level(view), view.filters.area.name if view.filters.area else "")
    printed.foot(view, facts)
    panel(view, key="assessment", title=title, unit=unit, draw=draw, dataset="incidents")
