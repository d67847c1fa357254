"""Money by month or by day: which ones are shown, and what is a zero, what a gap, what stands beside.

Invariant: a month is 0 only where the ledger covers it, else it is a gap; a commitment is no spending; the months that
a window holds whole add up to its waterfall.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from cockpit.funds.money import ZERO, Window
from geo.money import Covered, MonthFlow

USUAL, MOST = 24, 120
"""How many months are shown at least, where there are so many, and at most."""
MOST_DAYS, FEW_MONTHS = 92, 3
"""How many days can be shown, and how many months are so few that days say more."""
MONTH, DAY = "month", "day"
BALANCED = "balanced"


@dataclass(frozen=True, slots=True)
class Month:
    """The month that begins on `start` (or the one day), in the site's currency; outside the ledger (`is_covered`
    false) all is unknown.

    `is_chosen`: a part of it lies in the page's window. `is_over`: it has ended at the clock. `known_to`: the ledger
    ends on that day of it, before the month does.
    """

    start: date
    income: Decimal = ZERO
    received: Decimal = ZERO
    expense: Decimal = ZERO
    passed_on: Decimal = ZERO
    committed: Decimal = ZERO
    entries: int = 0
    is_covered: bool = True
    is_chosen: bool = True
    is_over: bool = True
    known_to: date | None = None

    @property
    def is_partial(self) -> bool:
        """Whether its sums are those of a part of the month."""
        return not self.is_over or self.known_to is not None

    @property
    def net(self) -> Decimal:
        """What came in less what went out."""
        return self.income + self.received - self.expense - self.passed_on


@dataclass(frozen=True, slots=True)
class Months:
    """The months (or days, by `step`) in order; `steps` may be chosen. `has_net` false: one side is not published.
    `has_income` false: the ledger states only what goes out, so there is no net.

    `undated` entries of `undated_amount` state only a year; `others` went out of funds that the sums leave out.
    """

    months: tuple[Month, ...]
    has_income: bool
    undated: int = 0
    undated_amount: Decimal = ZERO
    others: Decimal = ZERO
    step: str = MONTH
    steps: tuple[str, ...] = (MONTH,)
    has_net: bool = True
    missing: tuple[date, ...] = ()

    def total(self, name: str) -> Decimal:
        """The sum of one field over all months."""
        return sum((getattr(month, name) for month in self.months), ZERO)

    @property
    def entries(self) -> int:
        """How many entries the months hold."""
        return sum(month.entries for month in self.months)


def first_of(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def moved(month: date, by: int) -> date:
    """The first day of the month `by` months after that of `month`."""
    number = month.year * 12 + month.month - 1 + by
    return date(number // 12, number % 12 + 1, 1)


def span(window: Window, covered: Sequence[Covered], *, today: date) -> tuple[date, date] | None:
    """The months [first, last) to show: to the end of the window, USUAL or as many as it has, cut to what the ledger
    covers; None where that leaves nothing."""
    if not covered:
        return None
    last_day = min(window.end - timedelta(days=1), today, max(source.last_on for source in covered))
    end = moved(last_day, 1)
    wanted = max(min(first_of(window.start), moved(end, -USUAL)), moved(end, -MOST))
    start = max(wanted, first_of(min(source.first_on for source in covered)))
    return (start, end) if start < end and end > first_of(window.start) else None


def day_span(window: Window, covered: Sequence[Covered], *, today: date) -> tuple[date, date] | None:
    """The days [first, last) of the window that the ledger covers, None where there are none or more than MOST_DAYS."""
    if not covered:
        return None
    start = max(window.start, min(source.first_on for source in covered))
    last_on = min(today, max(source.last_on for source in covered))
    end = min(window.end, last_on + timedelta(days=1))
    return (start, end) if 0 < (end - start).days <= MOST_DAYS else None


def by_month(
    flows: Sequence[MonthFlow], covered: Sequence[Covered], *,
    shown: tuple[date, date], window: Window, today: date, has_income: bool, step: str = MONTH,
) -> Months:  # fmt: skip
    """Every month (or day, by `step`) of `shown`; with `has_income` of the funds whose income is stated, else whatever
    goes out."""
    told = [flow for flow in flows if (flow.part == BALANCED) == has_income]
    undated = [flow for flow in told if flow.month is None]
    others = [flow for flow in flows if (flow.part == BALANCED) != has_income and flow.month is not None]
    begins = _begins(*shown, step=step)
    months = tuple(
        _month((start, end), [flow for flow in told if flow.month == start], covered, window, today)
        for start, end in pairwise(begins)
    )
    return Months(
        months=months,
        step=step,
        has_net=has_income,
        missing=_missing(covered, *shown),
        has_income=has_income,
        undated=sum(flow.entries for flow in undated),
        undated_amount=sum((_moved_amount(flow) for flow in undated), ZERO),
        others=sum((flow.expense + flow.passed_on for flow in others), ZERO),
    )


def _begins(start: date, end: date, *, step: str) -> list[date]:
    """Where the months or days of [start, end) begin, and the end."""
    if step == DAY:
        return [start + timedelta(days=at) for at in range((end - start).days + 1)]
    return [moved(start, at) for at in range((end.year - start.year) * 12 + end.month - start.month + 1)]


def _missing(covered: Sequence[Covered], start: date, end: date) -> tuple[date, ...]:
    """The days of [start, end) that no source which covers them published."""
    days = sorted({day for source in covered for day in source.missing if start <= day < end})
    return tuple(day for day in days if not _is_known(covered, day))


def _is_known(covered: Sequence[Covered], day: date) -> bool:
    return any(source.first_on <= day <= source.last_on and day not in source.missing for source in covered)


def _moved_amount(flow: MonthFlow) -> Decimal:
    return flow.income + flow.received + flow.expense + flow.passed_on + flow.committed


def _month(
    days: tuple[date, date], flows: Sequence[MonthFlow], covered: Sequence[Covered], window: Window, today: date
) -> Month:  # fmt: skip
    start, end = days
    last_on = max(source.last_on for source in covered)
    is_day = end - start == timedelta(days=1)
    is_over = end <= today + timedelta(days=1)
    sums = {
        name: sum((getattr(flow, name) for flow in flows), ZERO)
        for name in ("income", "received", "expense", "passed_on", "committed")
    }
    return Month(
        start,
        **sums,
        entries=sum(flow.entries for flow in flows),
        is_covered=_is_known(covered, start)
        if is_day
        else any(first_of(source.first_on) <= start <= source.last_on for source in covered),
        is_chosen=start < window.end and end > window.start,
        is_over=is_over,
        known_to=last_on if start <= last_on < end - timedelta(days=1) and is_over else None,
    )
