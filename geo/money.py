"""The ledger as the money page asks for it: balances, flows and entries, for a viewer at a clock.

Invariant: entries after the clock do not exist, a committed entry enters no balance, and a transfer between two held
funds is nobody's income and nobody's expense.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.store import Store, streamed
from geo.viewer import Clock, Viewer

FUNDS, PROGRAMMES, FLOWS = "funds", "programmes", "flows"
BOOKS = (FUNDS, PROGRAMMES, FLOWS)
TOWARD = ("use", "area", "payee")
KINDS = ("opening", "income", "expense", "committed", "transfer")
SORTS = ("on", "amount", "fund", "kind")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which money: a book, its window [start, end) in days of the site's time zone, one area or fund, or all.

    `today` is the clock's day there: the last one on which an entry can exist.
    """

    book: str
    start: date
    end: date
    today: date
    area_id: int | None = None
    fund_id: int | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """One kind of ledger with the span and the sum of its entries; without entries there is no span."""

    code: str
    entries: int
    amount: Decimal
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Position:
    """One held fund: what it had, got, gave and has; `*_12m` in the year that ends with the window.

    `opening + income + received - expense - passed_on` is `closing`, unless an entry states only a year that the
    window cuts. `committed` was promised in the window; a ledger does not say whether it was paid since.
    `has_income` false: the ledger cannot know a balance; nor can it where its source states no outflow at all
    (`states_outflow` false). `untold_12m` is income that nobody knows to be self-generated or not.
    """

    fund_id: int
    fund_code: str
    name: str
    fund_kind: str
    purpose: str | None
    opened_on: date | None
    area_name: str | None
    entries: int
    first_on: date | None
    has_income: bool
    opening: Decimal
    income: Decimal
    expense: Decimal
    received: Decimal
    passed_on: Decimal
    closing: Decimal
    committed: Decimal
    last_charitable_on: date | None
    opening_12m: Decimal
    income_12m: Decimal
    self_generated_12m: Decimal
    charitable_12m: Decimal
    states_outflow: bool = True
    untold_12m: Decimal = Decimal(0)

    @property
    def has_balance(self) -> bool:
        """Whether both sides are stated, so that a balance is known."""
        return self.has_income and self.states_outflow


@dataclass(frozen=True, slots=True)
class Flow:
    """What flowed between one fund and one source kind, use, area, payee (`code`) or fund; see flows.sql for `side`."""

    side: str
    fund_id: int
    counter_fund_id: int | None
    is_held: bool
    fund_name: str | None
    code: str
    area_name: str | None
    amount: Decimal
    entries: int
    payee: str | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """What one payer paid or promised to one target, through one programme or none.

    `payer` and `target` are shown, names of people masked; `payer_key` and `target_key` tell apart who looks alike.
    """

    payer: str | None
    fund_id: int | None
    fund_name: str | None
    target: str | None
    amount: Decimal
    entries: int
    payer_key: str | None = None
    target_key: str | None = None


@dataclass(frozen=True, slots=True)
class MonthFlow:
    """What moved in one month in one part of a scope, money in the site's currency; see months.sql for `part`.

    `month` is its first day, None for entries that state only a year. A commitment is in none of the other sums.
    """

    month: date | None
    part: str
    income: Decimal
    received: Decimal
    expense: Decimal
    passed_on: Decimal
    committed: Decimal
    entries: int


@dataclass(frozen=True, slots=True)
class Covered:
    """The days from a source's first dated entry to its last: between them, no entry means nothing moved, but on the
    days that are `missing` from what it published."""

    source_id: int
    first_on: date
    last_on: date
    missing: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """Which entries of a scope, in which order, from where on; `named_kinds` are codes whose words match `text`;
    `is_repeat`: those that were published twice, alone."""

    kind: str | None = None
    text: str | None = None
    named_kinds: tuple[str, ...] = ()
    sort: str = "on"
    direction: str = "desc"
    skip: int = 0
    rows: int | None = None
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One ledger entry of the window; `corrected_by` are the codes of the entries that correct it, if any.

    `is_sealed`: a text of it is shown masked.
    """

    entry_id: int
    entry_code: str
    occurred_on: date | None
    fiscal_year: int | None
    entry_kind: str
    fund_name: str | None
    counter_fund_name: str | None
    source_kind: str | None
    use_kind: str | None
    payer: str | None
    payee: str | None
    project: str | None
    area_name: str | None
    amount: Decimal
    corrects_code: str | None
    reason: str | None
    earmark: str | None
    repeats_code: str | None
    corrected_by: str | None
    is_sealed: bool = False


@dataclass(frozen=True, slots=True)
class EntryPage:
    """The asked rows and how many the filters found in all."""

    rows: tuple[Entry, ...]
    found: int


def books(connection: Connection, *, today: date, area_id: int | None) -> tuple[Book, ...]:
    """The books that hold entries for the viewer, in the order of BOOKS; `funds` also when funds stand without one."""
    found = connection.execute(sql_text(sql.text("money/books")), {"today": today, "area_id": area_id}).mappings()
    by_code = {
        row["book"]: Book(row["book"], row["entries"], row["amount"], row["first_on"], row["last_on"]) for row in found
    }
    return tuple(by_code[code] for code in BOOKS if code in by_code)


def positions(
    connection: Connection,
    scope: Scope,
    *,
    year_start: date,
    self_generated: list[str],
    overhead: list[str],
    untold: Sequence[str] = (),
) -> tuple[Position, ...]:
    """One position a held fund, by fund code; `year_start` opens the twelve months before the window's end."""
    params = {"year_start": year_start, "self_generated": self_generated, "overhead": overhead, "untold": list(untold)}
    return tuple(Position(**row) for row in opened(connection, "positions", scope, params))


def flows(connection: Connection, scope: Scope, *, toward: str, level: str) -> tuple[Flow, ...]:
    """What flowed in the window into and out of the funds; spending by `toward` (TOWARD), areas at `level`."""
    return tuple(Flow(**row) for row in opened(connection, "flows", scope, {"toward": toward, "level": level}))


def payments(connection: Connection, scope: Scope, *, toward: str, level: str) -> tuple[Payment, ...]:
    """What was paid or promised in the window, largest first; for books that state no income."""
    return tuple(Payment(**row) for row in opened(connection, "payments", scope, {"toward": toward, "level": level}))


def months(connection: Connection, scope: Scope, *, step: str = "month") -> tuple[MonthFlow, ...]:
    """What moved in each month (or `day`, by `step`) of the window that has entries, by month and part; entries of a
    year only come last."""
    return tuple(MonthFlow(**row) for row in opened(connection, "months", scope, {"step": step}))


def covered(connection: Connection, *, book: str, today: date) -> tuple[Covered, ...]:
    """The days that each source of the book covers, whatever the area and the fund asked for."""
    found = connection.execute(sql_text(sql.text("money/covered")), {"book": book, "today": today}).mappings()
    return tuple(Covered(**{**row, "missing": tuple(row["missing"])}) for row in found)


def entries(connection: Connection, scope: Scope, query: EntryQuery) -> EntryPage:
    """The entries of the window that `query` asks for."""
    found = opened(connection, "entries", scope, _asked(query))
    total = found[0]["found"] if found else 0
    return EntryPage(tuple(_entry(row) for row in found), total)


def entries_streamed(
    store: Store, viewer: Viewer, clock: Clock, *, scope: Scope, query: EntryQuery
) -> Generator[tuple[Entry, int]]:
    """The same one by one, each with how many there are, from a transaction that ends with the iterator."""
    statement = f"{sql.text('money/ledger')}{sql.text('money/entries')}"
    with (
        store.reading(viewer, clock) as connection,
        streamed(connection, statement, bound(scope, _asked(query))) as found,
    ):
        for row in found:
            yield _entry(row), row["found"]


def _asked(query: EntryQuery) -> dict[str, Any]:
    return {
        "kind": query.kind,
        "text": query.text or None,
        "named_kinds": list(query.named_kinds),
        "sort": query.sort,
        "direction": query.direction,
        "skip": query.skip,
        "rows": query.rows,
        "is_repeat": query.is_repeat,
    }


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(**{key: value for key, value in row.items() if key != "found"})


def opened(connection: Connection, name: str, scope: Scope, params: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a query that begins with the common opening ledger.sql."""
    statement = sql_text(f"{sql.text('money/ledger')}{sql.text(f'money/{name}')}")
    return [dict(row) for row in connection.execute(statement, bound(scope, params)).mappings()]


def bound(scope: Scope, params: dict[str, Any]) -> dict[str, Any]:
    """What a query of the ledger binds: the scope, and its own."""
    return {
        "book": scope.book,
        "start": scope.start,
        "end": scope.end,
        "today": scope.today,
        "area_id": scope.area_id,
        "fund_id": scope.fund_id,
        "is_repeat": False,
    } | params
