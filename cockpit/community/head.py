"""The head of a community's page: its sentence, the way to other communities and pages, period, print.

Invariant: whatever leads away keeps the filters of the page; a name that stands twice is told apart by its code.
"""

from collections import Counter
from urllib.parse import urlencode

import streamlit as st

from cockpit import filterbar, formats
from cockpit.community import choice, computed, words
from cockpit.community.choice import Chosen
from cockpit.context import COMMON, View, token
from cockpit.holdings import held
from cockpit.markup import attributes, esc
from cockpit.overview.map_panel import short_names
from cockpit.overview.words import Sentence
from cockpit.picture import STATIC, picture
from cockpit.theme import page_head
from geo.errors import StoreUnavailable
from geo.map_queries import Area

_FIRST = "community_first"
"""Where a session keeps the community that came first: new cases must not change it under the reader's eyes."""


def apply_style() -> None:
    """Puts the shapes of this page and its charts on this run's page."""
    st.html(STATIC / "charts.css")
    st.html(STATIC / "community.css")
    st.html(STATIC / "peers.css")


def open_page(view: View) -> Chosen:
    """The community of this run, with the head of its page drawn; one without an area when there is none to show."""
    try:
        chosen = choice.choose(view, kept=st.session_state.get(_FIRST))
        found = _sentence(chosen)
    except StoreUnavailable:
        page_head(view, sentence=view.tr("community.down"))
        return Chosen(view, "community", (), None)
    if chosen.area and not view.is_area_named:
        st.session_state[_FIRST] = token(chosen.area)
    _print_head(chosen, "first")
    page_head(chosen.view, sentence=found.head, lead=found.lead, level=found.level)
    if chosen.areas:
        picture(_bar(chosen), key="community_bar")
    return chosen


def _sentence(chosen: Chosen) -> Sentence:
    view, area = chosen.view, chosen.area
    if area is None:
        return _which(chosen)
    if "incidents" not in view.datasets:
        told = view.tr("community.no_incidents")
        lead = view.tr("community.load_incidents")
        return Sentence(view.tr("community.sentence", area=area.name, told=told), lead, None)
    reason = computed.why_no_list(view.asked, filters=view.filters)
    if reason:
        told = view.tr(f"community.{reason}")
        return words.kept(view, Sentence(view.tr("community.sentence", area=area.name, told=told), "", None))
    usual = computed.open_now(view.asked, filters=view.filters)
    return words.sentence(view, area, computed.open_list(view, area), usual, short_names(view))


def _which(chosen: Chosen) -> Sentence:
    view, within = chosen.view, chosen.within
    level = view.tr(f"common.level_{chosen.level}")
    if within is None:
        return Sentence(view.tr("community.no_areas"), held(view), None)
    key = "choose" if chosen.offered else "choose_none"
    head = view.tr(f"community.{key}", area=within.name, n=len(chosen.offered), level=level)
    lead = view.tr("community.choose_lead", period=words.period(view)) if chosen.offered else ""
    return Sentence(formats.spaced(head), lead, None)


# ---- the bar


def _bar(chosen: Chosen) -> str:
    view = chosen.view
    parts = []
    if len(chosen.areas) > 1:
        steps = f'<span class="group k-steps">{_step(chosen, -1)}{_step(chosen, 1)}</span>'
        parts = [steps, _search(chosen), _order(view), '<span class="gap"></span>']
    parts.append(filterbar.period(view))
    if view.categories:
        parts.append(filterbar.categories(view))
    parts.append(_print_button(view))
    label = attributes(role="group", aria_label=view.tr("common.filters"))
    return f'<div class="filters k-filters"{label}>{"".join(parts)}</div>'


def _step(chosen: Chosen, distance: int) -> str:
    """The way to the one before or after; at an end a dead one, so that nothing moves under the pointer."""
    view, key = chosen.view, "previous" if distance < 0 else "next"
    area = chosen.step(distance)
    if area is None:
        sign = "‹" if distance < 0 else "›"
        return f'<span class="chip k-dead" aria-hidden="true">{sign}</span>'
    address = _link(view, area)
    label = view.tr(f"community.{key}_label", name=area.name)
    known = attributes(class_="chip k-step", href=address, data_go=address, aria_label=label, data_tip=label)
    return f"<a{known}>{esc(view.tr(f'community.{key}', name=area.name))}</a>"


def _link(view: View, area: Area) -> str:
    return view.link({"area": token(area), "level": None, "rows": None})


def _search(chosen: Chosen) -> str:
    """A field that offers all communities while a name is typed."""
    view = chosen.view
    twice = {name for name, n in Counter(area.name for area in chosen.areas).items() if n > 1}
    options = "".join(
        f"<option{attributes(value=_full(area, twice), data_go=_link(view, area))}></option>" for area in chosen.areas
    )
    level = view.tr(f"common.level_{chosen.level}")
    known = attributes(
        type="search",
        list="community-names",
        data_pick="community-names",
        data_miss=view.tr("community.search_miss"),
        placeholder=view.tr("community.search", n=formats.number(len(chosen.areas))),
        aria_label=view.tr("community.search_label", level=level),
        autocomplete="off",
    )
    return f'<input class="k-search"{known}><datalist id="community-names">{options}</datalist>'


def _full(area: Area, twice: set[str]) -> str:
    return f"{area.name} ({area.code})" if area.name in twice else area.name


def _order(view: View) -> str:
    chosen = view.option("order", choice.ORDERS)
    chips = "".join(
        filterbar.link(view, view.tr(f"community.order_{name}"), {"order": None if name == "code" else name},
                       is_on=name == chosen)
        for name in choice.ORDERS
    )  # fmt: skip
    return f'<span class="group"{attributes(role="group", aria_label=view.tr("community.order_label"))}>{chips}</span>'


def _print_button(view: View) -> str:
    tip = view.tr("community.print_tip")
    known = attributes(type="button", class_="btn k-end", data_print="1", data_tip=tip)
    return f"<button{known}>{esc(view.tr('community.print'))}</button>"


def way(view: View, page: str) -> str:
    """A link to another page with the same filters, as markup; nothing for who may not open it."""
    if not view.may(f"page.{page}"):
        return ""
    text = esc(view.tr(f"community.to_{page}"))
    return f"<a{attributes(class_='k-way', href=other_page(view, page))}>{text} →</a>"


def other_page(view: View, page: str) -> str:
    """The address of another page with what every page understands; the area is the community. The overview is at /."""
    kept = {name: value for name, value in view.params.items() if name in COMMON and name != "level" and value}
    return f"./{'' if page == 'overview' else page}?{urlencode(kept)}"


# ---- on paper


def _print_head(chosen: Chosen, page: str) -> None:
    picture(print_head(chosen, page), key=f"community_printed_{page}")


def print_head(chosen: Chosen, page: str) -> str:
    """The head of one printed page (first, second): site, community, period, clock, which page; nothing on screens."""
    view, name = chosen.view, chosen.area.name if chosen.area else ""
    title = view.tr("community.printed", site=view.site.name(view.lang), area=name)
    clock = formats.clock(view.clock.at, zone=view.site.zone, lang=view.lang)
    facts = {"period": words.period(view), "clock": clock}
    if view.filters.category:
        named = words.category(view, view.filters.category)
        told = view.tr("community.printed_category", category=named, **facts)
    else:
        told = view.tr("community.printed_facts", **facts)
    mock = f"<b>{esc(view.tr('common.simulated'))}</b> " if view.is_simulated else ""
    number = esc(view.tr(f"community.printed_{page}"))
    return f'<div class="printed"><b>{esc(title)}</b><span>{mock}{esc(told)}</span><span>{number}</span></div>'


def second_page(chosen: Chosen) -> None:
    """The head of the second printed page."""
    _print_head(chosen, "second")
