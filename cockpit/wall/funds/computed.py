"""What the scene 资金 computes: the page of the money as the wall's login sees it, without anything to click.

Invariant: sums, balances and sleeping funds are those of the money page (cockpit.funds.money), over the same queries.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cockpit.context import View
from cockpit.funds import money, money_flow
from cockpit.funds.computed import FundsView
from cockpit.funds.money import Summary, Window
from cockpit.funds.money_flow import Graph
from cockpit.queries import Asked, fresh, store
from config.money import kinds
from geo.money import FUNDS, EntryQuery, Scope
from geo.wall import funds as wall_funds
from geo.wall.funds import WallFunds


@dataclass(frozen=True, slots=True)
class Funds:
    """The scene: the page it is drawn with, its sums, its flows, and when the ledger was last loaded."""

    page: FundsView
    summary: Summary
    graph: Graph
    loaded_at: datetime | None


def funds(view: View, asked: Asked) -> Funds | None:
    """The year so far, or the last one with entries; None where nothing has a balance. Raises StoreUnavailable."""
    today = asked.clock.at.astimezone(view.site.zone).date()
    return told(view, _funds(asked, today=today), today=today)


def told(view: View, found: WallFunds, *, today: date) -> Funds | None:
    """The scene of these positions and flows; None where nothing has a balance."""
    window = money.choose_window("year", None, book=None, today=today)
    summary = money.summarise(found.positions, found.flows, on=today, idle=kinds().idle)
    if not summary.with_balance:
        return None
    scope = Scope(FUNDS, window.start, window.end, today)
    page = FundsView(
        view=view, books=(), scope=scope, window=window, toward="use", towards=("use",), funds=found.positions,
        fund=None, query=EntryQuery(), page=1, is_still=True,
    )  # fmt: skip
    order = [kind.code for kind in kinds().sources]
    graph = money_flow.fund_graph(summary, found.flows, target="use", order=order)
    return Funds(page, summary, graph, found.loaded_at)


@fresh
def _funds(asked: Asked, *, today: date) -> WallFunds:
    window = Window("year", date(today.year, 1, 1), today + timedelta(days=1))
    words = kinds()
    return wall_funds.funds(
        store(),
        asked.viewer,
        asked.clock,
        scope=Scope(FUNDS, window.start, window.end, today),
        year_start=money.year_before(window.end),
        self_generated=words.self_generated,
        overhead=words.overhead,
        untold=words.untold,
    )
