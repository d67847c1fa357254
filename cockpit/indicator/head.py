"""The head of the page of one indicator: its sentence, which indicator, area and month; and its panels' common frame.

Invariant: what of the URL could not be followed is said, and never taken for something else.
"""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import streamlit as st

from cockpit import exports, formats, frozen_words, matrix_way, plotted, printed
from cockpit.context import View, token
from cockpit.filterbar import filter_bar, link, option
from cockpit.indicator import computed, words
from cockpit.indicator.computed import IndicatorView, Peer
from cockpit.limited import of_own
from cockpit.markup import attributes, esc
from cockpit.panels import Empty, panel
from cockpit.picture import STATIC, picture
from cockpit.theme import page_head
from config.indicators import indicators
from config.quality import quality
from geo.errors import StoreUnavailable

GROUPS = ("volume", "progress", "time", "quality")
GONE: dict[str, str | None] = dict.fromkeys(("mark", "why", "sort", "after", "case"))
"""What the URL says of the rows; another figure begins anew."""
CLOSED_MONTHS = 3

Draw = Callable[[IndicatorView], Empty | None]


def apply_style() -> None:
    """Puts the shapes of the page and of its charts on this run's page."""
    st.html(STATIC / "charts.css")
    st.html(STATIC / "indicator.css")
    plotted.apply_style()
    printed.apply_style()


def section(page: IndicatorView, *, key: str, title: str, unit: str, draw: Draw, is_dated: bool = True) -> None:
    """One panel; without a store it says what happened, without incidents what to load. `is_dated`: with its age."""

    def drawn() -> Empty | None:
        page.view.check()
        if "incidents" not in page.view.datasets:
            return Empty(page.view.tr("community.load_incidents"))
        return draw(page)

    panel(page.view, key=key, title=title, unit=unit, draw=drawn, dataset="incidents" if is_dated else None)


def head(page: IndicatorView) -> None:
    """The computed sentence, its second line, and what of the URL could not be followed."""
    view = page.view
    if "incidents" not in view.datasets and view.fault is None:
        page_head(view, sentence=view.tr("response.no_incidents"))
        return
    try:
        view.check()
        figure, counts = (
            computed.own(view.asked, subject=page.subject),
            computed.counts(view.asked, subject=page.subject),
        )
        after = computed.after(view.asked, subject=page.subject)
        told = words.sentence(page, figure, peer_of(page) if figure else None, after)
        page_head(view, sentence=told, lead=formats.spaced(words.lead(page, figure, counts)))
    except StoreUnavailable:
        page_head(view, sentence=of_own(view, view.tr("common.down_title")))
    if page.unknown:
        nearest = page.unknown.nearest or computed.DEFAULT
        told = view.tr(
            "indicator.unknown", slug=page.unknown.slug[:80], nearest=nearest, shown=page.indicator.name(view.lang)
        )
        picture(f'<p class="note" role="status">{esc(told)}</p>', key="indicator_unknown")


def peer_of(page: IndicatorView) -> Peer | None:
    """The area that the page compares with."""
    found = computed.peers(page.view.asked, subject=page.subject)
    return computed.neighbour(found, named=page.view.params.get("with"))


def bar(page: IndicatorView) -> None:
    """Which indicator and closed month; then the filters of every page."""
    view = page.view
    groups = ""
    for group in GROUPS:
        inside = "".join(
            option(
                f"{known.id} {known.name(view.lang)}",
                view.link({**GONE, "kpi": known.slug}),
                is_on=known == page.indicator,
            )
            for known in indicators()
            if known.group == group
        )
        groups += f"<optgroup{attributes(label=view.tr(f'indicator.group_{group}'))}>{inside}</optgroup>"
    chosen = (
        f"<select data-choose{attributes(class_='i-choose', aria_label=view.tr('indicator.page'))}>{groups}</select>"
    )
    if listed := [area for area in view.areas if area.level == view.unit_level]:
        level = view.tr(f"common.level_{view.unit_level}")
        areas = (
            "" if view.is_limited else option(view.site.name(view.lang), view.link({**GONE, "area": None}), is_on=False)
        )
        areas += "".join(
            option(area.name, view.link({**GONE, "area": token(area), "with": None}), is_on=area == view.filters.area)
            for area in listed
        )
        chosen += f"<select data-choose{attributes(aria_label=level)}>{areas}</select>"
    first, chips = view.now.date().replace(day=1), ""
    for _ in range(CLOSED_MONTHS):
        end, first = first, (first - timedelta(days=1)).replace(day=1)
        days: dict[str, str | None] = {"from": first.isoformat(), "to": end.isoformat()}
        is_on = (page.subject.start, page.subject.end) == (first, end)
        chips = link(view, formats.month(first, view.lang), {**GONE, **days}, is_on=is_on) + chips
    months = (
        f'<span class="group"{attributes(role="group", aria_label=view.tr("indicator.months_closed"))}>{chips}</span>'
    )
    category = next((one.name(view.lang) for one in view.categories if one.code == view.filters.category), "")
    known = page.indicator
    printed.foot(view, (f"{known.definition} {known.name(view.lang)}", view.area_name, words.period(page), category))
    button = attributes(type="button", class_="btn s", data_print="1")
    printing = f"<button{button}>{esc(view.tr('assessment.print'))}</button>"
    ends = f'<span class="i-end">{_report(page)}{printing}</span>'
    picture(
        f'<div class="filters i-bar">{_matrix(view)}{chosen}{months}{_quality(view)}{ends}</div>',
        key="indicator_bar",
    )
    filter_bar(view, with_level=False, with_category=True, with_classes=True)
    _frozen(page)


def _report(page: IndicatorView) -> str:
    """The month of this area on paper; nothing where the days are no month that is over."""
    view, subject = page.view, page.subject
    if not subject.is_month or subject.end > view.now.date():
        return ""
    month = {**GONE, "kpi": None, "with": None, "matrix": None, "month": f"{subject.start:%Y-%m}"}
    return exports.link(view, "report.pdf", view.tr("assessment.export_report"), changes=month)


def _matrix(view: View) -> str:
    """The way to the matrix in which the figure stands among its peers; nothing for who may not open it."""
    if not view.may("page.assessment"):
        return ""
    address = f"./assessment?{urlencode(matrix_way.params(view))}"
    return f"<a{attributes(class_='crumb', href=address)}>← {esc(view.tr('indicator.to_matrix'))}</a>"


def _quality(view: View) -> str:
    """The way to the score of the sources, which is of no area and so no figure of this page."""
    known = quality()
    address = f"./method{'?lang=en' if view.lang == 'en' else ''}#{known.id}"
    name = view.tr("indicator.to_quality", id=known.id, name=known.word("name", view.lang))
    return f"<a{attributes(class_='crumb', href=address)}>{esc(name)} →</a>"


def _frozen(page: IndicatorView) -> None:
    """One line: whether the days are frozen, and what later data would change; nothing without a store."""
    view = page.view
    try:
        standing = frozen_words.standing(view, view.filters)
        figure = computed.own(view.asked, subject=page.subject)
    except StoreUnavailable:
        return
    parts = [frozen_words.beside_mark(view, standing)]
    if figure and figure.now:
        parts += [frozen_words.difference(view, figure), view.tr("frozen.now_below")]
    elif figure and figure.frozen:
        parts.append(view.tr("frozen.now_same"))
    mark = frozen_words.chip(view, standing.month, indicator=page.indicator) if standing.month else ""
    told = "".join(f"<span>{esc(part)}</span>" for part in parts)
    picture(f'<p class="i-frozen">{mark}{told}</p>', key="indicator_frozen")
