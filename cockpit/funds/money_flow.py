"""Turns flows of money into the graph of a Sankey: source → fund → use, with balances as ends and tails folded.

Invariant: what enters on the left leaves on the right; folding moves amounts, it never drops one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from cockpit.funds.money import ZERO, Holding, Summary
from geo.money import Flow, Payment

MAX_LINKS = 60
MAX_NODES = (11, 8, 12)
LEAST_NODES = 4
OPENING, OVERDRAWN, RECEIVED, ELSEWHERE, UNSTATED = "opening", "overdrawn", "received", "elsewhere", "unstated"
CLOSING, COMMITTED, PASSED_ON, MADE_GOOD, UNTOLD = "closing", "committed", "passed_on", "made_good", "untold"
SLEEPING, REST = "sleeping", "rest"


@dataclass(frozen=True, slots=True)
class Knot:
    """A node: `kind` says what it is (source, fund, use, area, payee, payer or one of the constants of this module),
    `code` is its code, id, name or digest of a name, `folded` how many it stands for."""

    column: int
    kind: str
    code: str
    folded: int = 1

    @property
    def key(self) -> str:
        """Unique within a graph."""
        return f"{self.column}|{self.kind}|{self.code}"


Threads = Mapping[tuple[Knot, Knot], Decimal]
Sums = defaultdict[tuple[Knot, Knot], Decimal]


@dataclass(frozen=True)
class Graph:
    """Knots in drawing order with their amounts, the threads between them, and income by source kind before folding."""

    knots: Mapping[Knot, Decimal]
    threads: Threads
    sources: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        """Everything that enters."""
        return sum((amount for knot, amount in self.knots.items() if knot.column == 0), ZERO)

    @property
    def right(self) -> Decimal:
        """Everything that leaves or stays."""
        last = max((knot.column for knot in self.knots), default=0)
        return sum((amount for knot, amount in self.knots.items() if knot.column == last), ZERO)


def fund_graph(summary: Summary, flows: Sequence[Flow], *, target: str, order: Sequence[str]) -> Graph:
    """Source → fund → `target` (use, area, payee), opening balance on the left, closing balance on the right.

    Sleeping funds are one knot. `order` lists the codes of source kinds as they stand from the top.
    """
    asleep = {holding.position.fund_id for holding in summary.asleep}
    threads: Sums = defaultdict(Decimal)

    def fund(fund_id: int) -> Knot:
        return Knot(1, SLEEPING, "", len(asleep)) if fund_id in asleep else Knot(1, "fund", str(fund_id))

    for flow in flows:
        for pair in _pairs(flow, fund, target):
            threads[pair] += flow.amount
    for holding in summary.holdings:
        _add_balances(threads, holding, fund(holding.position.fund_id))
    kept = {pair: amount for pair, amount in threads.items() if amount and pair[0] != pair[1]}
    sources: defaultdict[str, Decimal] = defaultdict(Decimal)
    for flow in flows:
        if flow.side == "income":
            sources[flow.code] += flow.amount
    return replace(arrange(fold(kept), order=order), sources=sources)


def _pairs(flow: Flow, fund: Callable[[int], Knot], target: str) -> Iterable[tuple[Knot, Knot]]:
    here = fund(flow.fund_id)
    match flow.side:
        case "income":
            yield Knot(0, "source", flow.code), here
        case "received":
            yield Knot(0, RECEIVED, ""), here
        case "between" if flow.counter_fund_id is not None:
            yield here, fund(flow.counter_fund_id)
        case "passed_on":
            yield here, Knot(2, PASSED_ON, "")
        case _:
            if not flow.is_held:
                yield Knot(0, ELSEWHERE, ""), here
            yield here, Knot(2, target, flow.code)


def _add_balances(threads: Sums, holding: Holding, fund: Knot) -> None:
    """The ends of one fund: opening and closing balance, or, without stated income or outflow, what is not stated."""
    position = holding.position

    def add(source: Knot, target: Knot, amount: Decimal) -> None:
        threads[source, target] += amount

    if not position.has_income:
        add(Knot(0, UNSTATED, ""), fund, position.expense + position.passed_on)
        return
    if not position.states_outflow:
        add(fund, Knot(2, UNTOLD, ""), position.income + position.received)
        return
    add(Knot(0, OPENING, ""), fund, max(position.opening, ZERO))
    add(fund, Knot(2, MADE_GOOD, ""), max(-position.opening, ZERO))
    add(Knot(0, OVERDRAWN, ""), fund, max(-position.closing, ZERO))
    committed = max(ZERO, min(position.committed, position.closing))
    add(fund, Knot(2, COMMITTED, ""), committed)
    add(fund, Knot(2, CLOSING, ""), max(position.closing, ZERO) - committed)


def payment_graph(payments: Sequence[Payment], *, target: str) -> Graph:
    """Payer → (programme →) `target`; the middle column only where payments go through programmes."""
    threads: Sums = defaultdict(Decimal)
    has_funds = any(payment.fund_id is not None for payment in payments)
    for payment in payments:
        payer = Knot(0, "payer", payment.payer_key or payment.payer or "")
        goal = Knot(2 if has_funds else 1, target, payment.target_key or payment.target or "")
        if has_funds:
            programme = Knot(1, "fund", str(payment.fund_id))
            threads[payer, programme] += payment.amount
            threads[programme, goal] += payment.amount
        else:
            threads[payer, goal] += payment.amount
    return arrange(fold(threads), order=())


def amounts(threads: Threads) -> dict[Knot, Decimal]:
    """The thickness of every knot: the larger of what enters and what leaves it, loops included."""
    entering: defaultdict[Knot, Decimal] = defaultdict(Decimal)
    leaving: defaultdict[Knot, Decimal] = defaultdict(Decimal)
    for (source, target), amount in threads.items():
        leaving[source] += amount
        entering[target] += amount
    return {knot: max(entering[knot], leaving[knot]) for knot in {*entering, *leaving}}


def fold(threads: Threads) -> Threads:
    """The threads with the smallest knots of each column together in one, until MAX_NODES and MAX_LINKS hold."""
    for column, most in enumerate(MAX_NODES):
        small = _foldable(threads, column)
        excess = len({knot for pair in threads for knot in pair if knot.column == column}) - most
        if excess > 0:
            threads = _merge(threads, small[: excess + 1], column)
    while len(threads) > MAX_LINKS:
        column = max((1, 2, 0), key=lambda number: len(_foldable(threads, number)))
        small = _foldable(threads, column)
        if len(small) <= LEAST_NODES:
            break
        threads = _merge(threads, small[:2], column)
    return threads


def _foldable(threads: Threads, column: int) -> list[Knot]:
    """The knots of a column that may be folded, the smallest first; balances and the sleeping slab stay."""
    kinds = ("source", "fund", "use", "area", "payee", "payer", REST)
    found = amounts(threads)
    return sorted(
        (knot for knot in found if knot.column == column and knot.kind in kinds),
        key=lambda knot: (found[knot], knot.key),
    )


def _merge(threads: Threads, small: Sequence[Knot], column: int) -> Threads:
    present = {knot for pair in threads for knot in pair if knot.column == column and knot.kind == REST}
    gone = {*small, *present}
    if len(gone) < 2:
        return threads
    kind = next((knot.kind for knot in small if knot.kind != REST), next(iter(present)).code if present else "")
    rest = Knot(column, REST, kind, sum(knot.folded for knot in gone))
    merged: Sums = defaultdict(Decimal)
    for (source, target), amount in threads.items():
        pair = (rest if source in gone else source, rest if target in gone else target)
        if pair[0] != pair[1]:
            merged[pair] += amount
    return dict(merged)


def arrange(threads: Threads, *, order: Sequence[str]) -> Graph:
    """The graph with its knots from the top: sources in their order, else by amount; rests, slab and balances last."""
    found = amounts(threads)
    last = (
        REST,
        UNSTATED,
        ELSEWHERE,
        RECEIVED,
        PASSED_ON,
        MADE_GOOD,
        UNTOLD,
        OVERDRAWN,
        SLEEPING,
        COMMITTED,
        OPENING,
        CLOSING,
    )

    def place(knot: Knot) -> tuple[int, int, Decimal, str]:
        rank = last.index(knot.kind) + 2 if knot.kind in last else int(not knot.code)
        listed = order.index(knot.code) if knot.kind == "source" and knot.code in order else len(order)
        return rank, listed if knot.column == 0 else 0, -found[knot], knot.key

    knots = sorted(found, key=lambda knot: (knot.column, place(knot)))
    return Graph({knot: found[knot] for knot in knots}, threads)
