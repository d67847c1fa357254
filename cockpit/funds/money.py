"""What is computed about money: the window, the months a fund slept, totals and the ledger gap.

Invariant: amounts stay Decimal; a fund whose ledger states no income has no balance and enters no total of balances.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from config.money import Idle
from geo.money import FUNDS, Book, Flow, Position

AWAKE, WATCH, ASLEEP = "awake", "watch", "asleep"
PERIODS = ("year", "12m", "last_year", "all")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Window:
    """The days [start, end) looked at; `name` is one of PERIODS, or `own` for days that the URL names.

    `moved`: the year so far is empty, so the last year with entries is shown.
    """

    name: str
    start: date
    end: date
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Holding:
    """A fund with its state. `months` are whole months since the last charitable outflow, or, where there never was
    one (`never_spent`), since the fund was opened; None where neither is known (K54)."""

    position: Position
    months: int | None
    never_spent: bool
    state: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The held funds together; transfers among them are eliminated. Money in the site's currency.

    opening + income + received - expense - passed_on - closing = gap (K61, must be 0).
    Funds without a balance (no income stated, or no outflow) are in `holdings` but in none of the sums.
    """

    holdings: tuple[Holding, ...]
    opening: Decimal
    income: Decimal
    received: Decimal
    expense: Decimal
    passed_on: Decimal
    closing: Decimal
    committed: Decimal
    between: Decimal
    gap: Decimal
    self_generated_share: Decimal | None
    use_rate: Decimal | None

    @property
    def asleep(self) -> tuple[Holding, ...]:
        """The sleeping funds, the largest balance first."""
        found = (holding for holding in self.holdings if holding.state == ASLEEP)
        return tuple(sorted(found, key=lambda holding: -holding.position.closing))

    @property
    def asleep_balance(self) -> Decimal:
        """What lies in sleeping funds."""
        return sum((holding.position.closing for holding in self.asleep), ZERO)

    @property
    def with_balance(self) -> tuple[Holding, ...]:
        """The funds whose ledger states what came in and what went out: those that have a balance."""
        return tuple(holding for holding in self.holdings if holding.position.has_balance)

    @property
    def income_only(self) -> tuple[Holding, ...]:
        """The funds of which income is published and nothing of what went out."""
        positions = ((holding, holding.position) for holding in self.holdings)
        return tuple(holding for holding, one in positions if one.has_income and not one.states_outflow)


def choose_window(name: str, own: tuple[date, date] | None, *, book: Book | None, today: date) -> Window:
    """The window: the days of the URL (`own`), else the named period; an empty year so far gives way to the last
    year with entries."""
    if own:
        return Window("own", *own)
    tomorrow = today + timedelta(days=1)
    windows = {
        "year": Window("year", date(today.year, 1, 1), tomorrow),
        "12m": Window("12m", year_before(tomorrow), tomorrow),
        "last_year": Window("last_year", date(today.year - 1, 1, 1), date(today.year, 1, 1)),
        "all": Window("all", book.first_on if book and book.first_on else date(today.year, 1, 1), tomorrow),
    }
    chosen = windows[name]
    last_on = book.last_on if book else None
    if name == "year" and last_on and last_on < chosen.start:
        return Window("own", date(last_on.year, 1, 1), date(last_on.year + 1, 1, 1), moved=True)
    return chosen


def year_before(day: date) -> date:
    """The same day one year earlier; 28 February for a 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def months_between(earlier: date, later: date) -> int:
    """Whole calendar months from `earlier` to `later`: 31 January to 28 February is 0, to 1 March 1."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return max(0, months - (later.day < earlier.day))


def hold(position: Position, *, on: date, idle: Idle) -> Holding:
    """The fund as it stands on the last day `on`: asleep from `idle.sleep_months` with a balance above zero (K54)."""
    since = position.last_charitable_on or position.opened_on or position.first_on
    months = months_between(since, on) if since else None
    state = AWAKE
    if not position.states_outflow:
        return Holding(position, None, never_spent=False, state=AWAKE)
    if months is not None and position.has_balance and position.closing > 0:
        state = ASLEEP if months >= idle.sleep_months else WATCH if months >= idle.watch_months else AWAKE
    return Holding(position, months, position.last_charitable_on is None, state)


def summarise(positions: Sequence[Position], flows: Sequence[Flow], *, on: date, idle: Idle) -> Summary:
    """The funds together on the last day `on` of the window."""
    holdings = tuple(hold(position, on=on, idle=idle) for position in positions)
    counted = [position for position in positions if position.has_balance]
    between = sum((flow.amount for flow in flows if flow.side == "between"), ZERO)

    def total(field: str) -> Decimal:
        return sum((getattr(position, field) for position in counted), ZERO)

    opening, income, expense, closing = (total(field) for field in ("opening", "income", "expense", "closing"))
    received, passed_on = total("received") - between, total("passed_on") - between
    income_12m, available_12m = total("income_12m"), total("opening_12m") + total("income_12m")
    is_told = income_12m > 0 and not total("untold_12m")
    return Summary(
        holdings=holdings,
        opening=opening, income=income, received=received, expense=expense, passed_on=passed_on, closing=closing,
        committed=total("committed"), between=between,
        gap=opening + income + received - expense - passed_on - closing,
        self_generated_share=total("self_generated_12m") / income_12m if is_told else None,
        use_rate=total("charitable_12m") / available_12m if available_12m > 0 else None,
    )  # fmt: skip


def default_book(books: Sequence[Book]) -> str:
    """The book a page opens on: funds where there are any, else the fullest."""
    if not books or any(book.code == FUNDS for book in books):
        return FUNDS
    return max(books, key=lambda book: book.entries).code
