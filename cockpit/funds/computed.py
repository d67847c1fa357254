"""What the money page asks: its part of the URL, its cached queries, and which of them belongs to which panel.

Invariant: every query carries the viewer, the clock and the data version (`view.asked`), and the URL reaches a query
only as a choice among what exists.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from cockpit import queries
from cockpit.access import refusals
from cockpit.context import Note, View
from cockpit.funds import money, money_flow, money_months
from cockpit.funds.money import Summary, Window
from cockpit.funds.money_flow import Graph
from cockpit.funds.money_months import Months
from cockpit.queries import Asked
from config.money import Idle, Kinds, kinds
from geo import money as ledger
from geo.errors import StoreUnavailable
from geo.money import (
    FLOWS,
    FUNDS,
    PROGRAMMES,
    Book,
    Covered,
    EntryPage,
    EntryQuery,
    Flow,
    MonthFlow,
    Payment,
    Position,
    Scope,
)

PAGE_ROWS = 25
LONGEST_SEARCH = 100
REPEATED = "repeated"
"""The choice among the kinds of entries that shows what was published twice."""
_PAGE = re.compile(r"[0-9]{1,6}")
AREA_LEVELS = ("street", "community", "grid")


@dataclass(frozen=True)
class FundsView:
    """Everything the panels of the page ask with. `fund` is the chosen one; `funds` are all of the scope without it.

    `is_still`: nothing in it can be clicked, as on the wall.
    """

    view: View
    books: tuple[Book, ...]
    scope: Scope
    window: Window
    toward: str
    towards: tuple[str, ...]
    funds: tuple[Position, ...]
    fund: Position | None
    query: EntryQuery
    page: int
    is_down: bool = False
    is_still: bool = False

    @property
    def book(self) -> Book | None:
        """The book looked at, None where it is empty."""
        return next((book for book in self.books if book.code == self.scope.book), None)

    @property
    def size(self) -> Decimal:
        """The order of the amounts shown, from which the page's one unit follows."""
        if self.scope.book != FUNDS:
            return self.book.amount if self.book else Decimal(0)
        chosen = [self.fund] if self.fund else self.funds
        return sum((max(fund.opening + fund.income, fund.expense) for fund in chosen), Decimal(0))

    @property
    def states_outflow(self) -> bool:
        """False where income is published and, of every fund shown, nothing of what went out: no balance is known."""
        chosen = [self.fund] if self.fund else list(self.funds)
        told = [fund for fund in chosen if fund.has_income]
        return not told or any(fund.states_outflow for fund in told)

    @property
    def last_day(self) -> date:
        """The last day of the window that has come."""
        return min(self.window.end - timedelta(days=1), self.scope.today)

    @property
    def is_current(self) -> bool:
        """Whether the window reaches today, so that closing means now."""
        return self.window.end > self.scope.today

    @property
    def level(self) -> str:
        """The level whose areas spending is shown by, where `toward` is one."""
        return self.toward if self.toward in AREA_LEVELS else "community"


@queries.shared
def _books(asked: Asked, *, today: date, area_id: int | None) -> tuple[Book, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return ledger.books(connection, today=today, area_id=area_id)


@queries.shared
def _positions(asked: Asked, *, scope: Scope, words: Kinds) -> tuple[Position, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return ledger.positions(
            connection, scope, year_start=money.year_before(scope.end),
            self_generated=words.self_generated, overhead=words.overhead, untold=words.untold,
        )  # fmt: skip


@queries.shared
def _flows(asked: Asked, *, scope: Scope, toward: str, level: str) -> tuple[Flow, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return ledger.flows(connection, scope, toward=toward, level=level)


@queries.shared
def _payments(asked: Asked, *, scope: Scope, toward: str, level: str) -> tuple[Payment, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return ledger.payments(connection, scope, toward=toward, level=level)


@queries.shared
def _months(asked: Asked, *, scope: Scope, step: str) -> tuple[MonthFlow, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return ledger.months(connection, scope, step=step)


@queries.shared
def _covered(asked: Asked, *, book: str, today: date) -> tuple[Covered, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return ledger.covered(connection, book=book, today=today)


@queries.shared
def _entries(asked: Asked, *, scope: Scope, query: EntryQuery) -> EntryPage:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return ledger.entries(connection, scope, query)


def open_funds(view: View) -> FundsView:
    """The page's view from the URL; with a store that is down and nothing kept, one that only says so."""
    today = view.now.date()
    try:
        books = _books(view.asked, today=today, area_id=view.filters.area_id)
        return _open(view, books, today)
    except StoreUnavailable:
        window = money.choose_window("year", _own_days(view), book=None, today=today)
        scope = Scope(FUNDS, window.start, window.end, today)
        return FundsView(view, (), scope, window, "use", ("use",), (), None, EntryQuery(), 1, is_down=True)


def _open(view: View, books: tuple[Book, ...], today: date) -> FundsView:
    codes = [book.code for book in books] or [FUNDS]
    opened = money.default_book(books)
    code = view.option("book", [opened, *(code for code in codes if code != opened)])
    book = next((book for book in books if book.code == code), None)
    window = money.choose_window(view.option("period", money.PERIODS), _own_days(view), book=book, today=today)
    scope = Scope(code, window.start, window.end, today, view.filters.area_id)
    funds = () if code == FLOWS else _positions(view.asked, scope=scope, words=kinds())
    fund = next((position for position in funds if position.fund_code == view.params.get("fund")), None)
    towards = _towards(view, code)
    page = parse_page(view.params.get("page", ""))
    return FundsView(
        view=replace(view, notes=_notes(view, window, fund)),
        books=books, window=window, scope=replace(scope, fund_id=fund.fund_id if fund else None),
        toward=view.option("toward", towards), towards=towards, funds=funds, fund=fund,
        query=_query(view, page=page), page=page,
    )  # fmt: skip


def parse_page(named: str) -> int:
    """The page of entries that the URL names, from 1; the first for anything but a number of at most six digits."""
    return max(1, int(named)) if _PAGE.fullmatch(named) else 1


def parse_search(named: str) -> str:
    """What the URL searches for: no control characters (the store refuses NUL), at most LONGEST_SEARCH characters."""
    return "".join(one for one in named if unicodedata.category(one) != "Cc").strip()[:LONGEST_SEARCH]


def _own_days(view: View) -> tuple[date, date] | None:
    """The days that the URL names, else None: money has another usual period than incidents."""
    named = {"from", "to"} & view.params.keys()
    return (view.filters.start, view.filters.end) if named and "period" not in view.params else None


def _notes(view: View, window: Window, fund: Position | None) -> tuple[Note, ...]:
    """The notes of the URL, without the one about the period of incidents; a fund that is not listed is refused alike
    whether it exists or not, with a line in the audit trail."""
    kept = tuple(note for note in view.notes if note.key != "common.note_moved_period")
    if fund is None and (named := view.params.get("fund")):
        refusals.note(view.viewer, what="fund", asked=named, where="page")
        kept += (Note("funds.note_fund", (("value", named),)),)
    return (*kept, Note("funds.moved")) if window.moved else kept


def _towards(view: View, book: str) -> tuple[str, ...]:
    """Where spending can be shown to flow: use or payee, and the levels that have more than one area."""
    counts: Mapping[str, int] = {
        level: sum(area.level == level for area in view.areas) for level in view.levels() if level in AREA_LEVELS
    }
    is_fine = view.filters.area is not None
    levels = tuple(level for level, count in counts.items() if count > 1 and (level != "grid" or is_fine))
    return {FUNDS: ("use", *levels), PROGRAMMES: (*levels, "payee"), FLOWS: ("payee", "use")}.get(book, ("use",))


def _query(view: View, *, page: int) -> EntryQuery:
    text = parse_search(view.params.get("q", ""))
    kind = view.option("kind", ("", *ledger.KINDS, REPEATED))
    named = kinds().codes_named(text, view.lang) if text else ()
    return EntryQuery(
        kind=kind if kind in ledger.KINDS else None,
        is_repeat=kind == REPEATED,
        text=text or None,
        named_kinds=named,
        sort=view.option("sort", ledger.SORTS),
        direction=view.option("dir", ("desc", "asc")),
        skip=(page - 1) * PAGE_ROWS,
        rows=PAGE_ROWS,
    )


def summary(funds: FundsView) -> Summary:
    """The balances of the scope; raises StoreUnavailable."""
    asked = funds.view.asked
    positions = _positions(asked, scope=funds.scope, words=kinds())
    flows = _flows(asked, scope=funds.scope, toward="use", level="community")
    return money.summarise(positions, flows, on=funds.last_day, idle=kinds().idle)


def payments(funds: FundsView) -> tuple[Payment, ...]:
    """Who paid or promised whom in the scope, for books without balances; raises StoreUnavailable."""
    toward = "area" if funds.toward in AREA_LEVELS else funds.toward
    return _payments(funds.view.asked, scope=funds.scope, toward=toward, level=funds.level)


def graph(funds: FundsView) -> tuple[Graph, Mapping[str, str]]:
    """The Sankey, and the names of its funds, areas, payers, payees by `fund:ID` and so on; raises StoreUnavailable."""
    target = "area" if funds.toward in AREA_LEVELS else funds.toward
    names = {f"fund:{position.fund_id}": position.name for position in funds.funds}
    if funds.scope.book != FUNDS:
        found = payments(funds)
        names |= {f"fund:{payment.fund_id}": payment.fund_name for payment in found if payment.fund_name}
        names |= {f"payer:{payment.payer_key}": payment.payer for payment in found if payment.payer}
        names |= {
            f"payee:{payment.target_key}": payment.target for payment in found if payment.target and target == "payee"
        }
        return money_flow.payment_graph(found, target=target), names
    flows = _flows(funds.view.asked, scope=funds.scope, toward=target, level=funds.level)
    names |= {f"fund:{flow.fund_id}": flow.fund_name for flow in flows if flow.fund_name}
    names |= {f"area:{flow.code}": flow.area_name for flow in flows if flow.area_name and target == "area"}
    names |= {f"payee:{flow.code}": flow.payee for flow in flows if flow.payee}
    order = [kind.code for kind in kinds().sources]
    return money_flow.fund_graph(summary(funds), flows, target=target, order=order), names


def covered(funds: FundsView) -> tuple[Covered, ...]:
    """The days that each source of the book covers; raises StoreUnavailable."""
    return _covered(funds.view.asked, book=funds.scope.book, today=funds.scope.today)


def months(funds: FundsView) -> Months | None:
    """The months up to the end of the window, None where the ledger covers none of them; raises StoreUnavailable."""
    known = covered(funds)
    shown = money_months.span(funds.window, known, today=funds.scope.today)
    if shown is None:
        return None
    days = money_months.day_span(funds.window, known, today=funds.scope.today)
    step, steps = _step(funds, shown, has_days=days is not None)
    first, end = days if days is not None and step == money_months.DAY else shown
    flows = _months(funds.view.asked, scope=replace(funds.scope, start=first, end=end), step=step)
    chosen = [funds.fund] if funds.fund else funds.funds
    has_income = funds.scope.book == FUNDS and any(position.has_income for position in chosen)
    found = money_months.by_month(
        flows, known, shown=(first, end), window=funds.window, today=funds.scope.today, has_income=has_income, step=step
    )
    return replace(found, steps=steps, has_net=has_income and funds.states_outflow)


def _step(funds: FundsView, shown: tuple[date, date], *, has_days: bool) -> tuple[str, tuple[str, ...]]:
    """Months or days, and what may be chosen: days first where there are so few months that they say little."""
    if not has_days:
        return money_months.MONTH, (money_months.MONTH,)
    is_few = money_months.moved(shown[0], money_months.FEW_MONTHS) >= shown[1]
    usual = (money_months.DAY, money_months.MONTH) if is_few else (money_months.MONTH, money_months.DAY)
    return funds.view.option("step", usual), (money_months.MONTH, money_months.DAY)


def entries(funds: FundsView) -> EntryPage:
    """The page of entries that the URL asks for; raises StoreUnavailable."""
    return _entries(funds.view.asked, scope=funds.scope, query=funds.query)


def idle_limits() -> Idle:
    """The months from which a fund is watched, and asleep."""
    return kinds().idle
