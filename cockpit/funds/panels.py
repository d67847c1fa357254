"""The panels of the money page: each asks its own figures, then draws them.

Invariant: a draw function returns Empty with its reason instead of an empty picture.
"""

import streamlit as st

from cockpit import exports, plotted, unmasking
from cockpit.context import token
from cockpit.funds import charts, entries, giving_panels, words
from cockpit.funds import computed as asking
from cockpit.funds import giving_computed as giving
from cockpit.funds.computed import FundsView
from cockpit.funds.money import PERIODS
from cockpit.limited import of_own
from cockpit.markup import esc
from cockpit.panels import Empty
from cockpit.picture import STATIC, picture
from cockpit.theme import page_head
from geo.errors import StoreUnavailable
from geo.money import FUNDS


def apply_style() -> None:
    """Puts the page's stylesheet on this run."""
    st.html(STATIC / "funds.css")
    plotted.apply_style()


def head(funds: FundsView) -> None:
    """The computed sentence, or why there is none."""
    try:
        said, lead, level = sentence(funds)
    except StoreUnavailable:
        said, lead, level = funds.view.tr("funds.down_sentence"), "", None
    page_head(funds.view, sentence=of_own(funds.view, said), lead=lead, level=level)


def sentence(funds: FundsView) -> tuple[str, str, str | None]:
    """The sentence, its second line and the level of its mark; raises StoreUnavailable."""
    book, tr = funds.book, funds.view.tr
    if funds.is_down:
        raise StoreUnavailable(tr("funds.down_sentence"))
    if book is None:
        return tr("funds.no_funds_own_sentence" if funds.view.is_limited else "funds.no_funds_sentence"), "", None
    if funds.scope.book == FUNDS:
        return words.fund_head(funds, asking.summary(funds))
    found = asking.payments(funds)
    if found:
        return words.payment_head(funds, found)
    return words.nothing_head(funds, book)


def filters(funds: FundsView) -> None:
    """Period, ledger, area and fund, kept in the URL."""
    if funds.book is None:
        return
    view, tr = funds.view, funds.view.tr
    periods = _chips(funds, "period", list(PERIODS), funds.window.name, gone={"from": None, "to": None})
    books = _chips(
        funds,
        "book",
        [book.code for book in funds.books],
        funds.scope.book,
        gone={"fund": None, "toward": None, "kind": None},
    )
    area = view.filters.area
    areas = [] if view.is_limited else [("", tr("funds.all_areas"))]
    areas += [
        (token(item), item.name) for item in view.areas
        if item.level in ("street", "community") or (area and item.area_id == area.area_id)
    ]  # fmt: skip
    parts = [periods, books if len(funds.books) > 1 else ""]
    if len(areas) > 1:
        parts.append(_select(funds, "area", areas, token(area) if area else "", gone={"fund": None}))
    if len(funds.funds) > 1:
        named = [("", tr("funds.all_funds"))] + [(fund.fund_code, fund.name) for fund in funds.funds]
        parts.append(_select(funds, "fund", named, funds.fund.fund_code if funds.fund else "", gone={}))
    picture(f'<div class="filters">{"".join(parts)}</div>', key="funds_filters")


def _chips(funds: FundsView, name: str, values: list[str], chosen: str, *, gone: dict[str, None]) -> str:
    parts = []
    for value in values:
        link = esc(funds.view.link({**gone, "page": None, name: value}))
        current = ' aria-current="true"' if value == chosen else ""
        parts.append(
            f'<a class="chip" href="{link}" data-go="{link}"{current}>{esc(funds.view.tr(f"funds.{name}_{value}"))}</a>'
        )
    if name == "period" and chosen == "own":
        parts.append(f'<span class="chip" aria-current="true">{esc(words.period(funds))}</span>')
    return f'<span class="group">{"".join(parts)}</span>'


def _select(funds: FundsView, name: str, options: list[tuple[str, str]], chosen: str, *, gone: dict[str, None]) -> str:
    parts = []
    for value, label in options:
        link = esc(funds.view.link({**gone, "page": None, name: value or None}))
        parts.append(f'<option value="{link}"{" selected" if value == chosen else ""}>{esc(label)}</option>')
    return f'<select data-choose aria-label="{esc(funds.view.tr(f"funds.{name}_label"))}">{"".join(parts)}</select>'


def _nothing(funds: FundsView) -> Empty | None:
    if funds.is_down:
        raise StoreUnavailable(funds.view.tr("funds.down_sentence"))
    if funds.book is not None:
        return None
    area, tr = funds.view.filters.area, funds.view.tr
    is_own = funds.view.is_limited and area
    return Empty(tr("funds.no_funds_own", area=area.name) if is_own and area else tr("funds.no_funds"))


def draw_flow(funds: FundsView) -> Empty | None:
    """The Sankey, with the switch of where spending flows to."""
    if nothing := _nothing(funds):
        return nothing
    graph, names = asking.graph(funds)
    if not graph.knots:
        return Empty(funds.view.tr("funds.no_entries"))
    switch = _chips(funds, "toward", list(funds.towards), funds.toward, gone={}) if len(funds.towards) > 1 else ""
    label = esc(funds.view.tr("funds.toward_label"))
    bar = f'<div class="filters"><span class="i2">{label}</span>{switch}</div>' if switch else ""
    picture(bar + charts.flow_markup(funds, graph, names), key="funds_flow")
    return None


def draw_balance(funds: FundsView) -> Empty | None:
    """The balance in hand, or the sum of what flowed and why there is no balance."""
    if nothing := _nothing(funds):
        return nothing
    if not funds.states_outflow:
        return giving_panels.draw_received(funds)
    if funds.scope.book == FUNDS:
        picture(charts.balance_markup(funds, asking.summary(funds)), key="funds_balance")
        return None
    found = asking.payments(funds)
    if not found:
        return Empty(funds.view.tr("funds.no_entries"))
    picture(charts.totals_markup(funds, found), key="funds_totals")
    return None


def draw_idle(funds: FundsView) -> Empty | None:
    """The funds by months since their last charitable outflow."""
    if nothing := _nothing(funds):
        return nothing
    picture(charts.idle_markup(funds, asking.summary(funds)), key="funds_idle")
    return None


def draw_bars(funds: FundsView) -> Empty | None:
    """Opening, in, out, closing."""
    if nothing := _nothing(funds):
        return nothing
    found = asking.summary(funds)
    if not found.with_balance:
        return Empty(funds.view.tr("funds.balance_none"))
    picture(charts.bars_markup(funds, found), key="funds_bars")
    return None


def draw_entries(funds: FundsView) -> Empty | None:
    """The ledger, page by page, and as a file."""
    if nothing := _nothing(funds):
        return nothing
    page = asking.entries(funds)
    taken = exports.link(funds.view, "entries.csv", funds.view.tr("funds.download"), changes={"page": None})
    bar = entries.filter_markup(funds)
    picture(f'<div class="f-bar">{bar}{taken if page.rows else ""}</div>', key="funds_entry_filters")
    note = entries.repeats_markup(funds, giving.repeats(funds))
    if note:
        picture(note, key="funds_repeats")
    if not page.rows:
        return Empty(funds.view.tr("funds.entries_none"))
    clicked = picture(entries.table_markup(funds, page), key="funds_entries")
    unmasking.ask(funds.view, entries.question(page, funds.view), clicked)
    return None
