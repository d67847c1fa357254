"""What the scene 民生 computes: the rates of the last closed month beside the year before it, services in reach.

Invariant: rates come from cases, summed over communities; lower than before is said only beyond chance, and under
MINIMUM_N cases there is no rate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt

from cockpit import figures
from cockpit.figures import Interval
from cockpit.queries import Asked, fresh, shared, store
from geo.wall import life as wall_life
from geo.wall.life import Part, Reached

KPIS = ("solved_rate", "satisfaction_rate", "followup_coverage")
"""The rates that are shown, in this order; all three are better when higher."""
MAIN = "satisfaction_rate"
"""That of the communities."""
MONTHS, RECENT = 13, 3
"""The last closed month with a year before it; the months that a community's rate is of."""
MINIMUM_N = 10
LOW_Z = 3
"""So many standard deviations below the rate of all a community is called low: by chance one of 700 is."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of one time: cases that fared well, of all."""

    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        """The share; None under MINIMUM_N cases."""
        return self.numerator / self.denominator if self.denominator >= MINIMUM_N else None

    @property
    def interval(self) -> Interval | None:
        """Its 95 % interval; None under MINIMUM_N cases."""
        return figures.wilson(self.numerator, self.denominator) if self.denominator >= MINIMUM_N else None


@dataclass(frozen=True, slots=True)
class Trend:
    """One rate month by month, oldest first; `before` are all months but the last together."""

    kpi: str
    months: tuple[tuple[date, Rate], ...]

    @property
    def last(self) -> Rate:
        """The last closed month."""
        return self.months[-1][1]

    @property
    def before(self) -> Rate:
        """The months before the last together."""
        return together(rate for _, rate in self.months[:-1])

    @property
    def change(self) -> int:
        """-1 where the last month lies below those before beyond chance, 1 above, 0 neither or too few cases."""
        interval, before = self.last.interval, self.before.share
        if interval is None or before is None:
            return 0
        return -1 if interval.high < before else 1 if interval.low > before else 0


@dataclass(frozen=True, slots=True)
class Life:
    """The whole scene; `communities` hold the rate of MAIN in the last RECENT months by code; `low` the codes of those
    that lie below the rate of all beyond chance.
    """

    month: date
    trends: tuple[Trend, ...]
    communities: dict[str, Rate]
    low: frozenset[str]
    reach: tuple[Reached, ...]


def together(rates: Iterable[Rate]) -> Rate:
    """The cases of several rates as one."""
    found = list(rates)
    return Rate(sum(rate.numerator for rate in found), sum(rate.denominator for rate in found))


def life(asked: Asked, *, codes: frozenset[str], until: date) -> Life | None:
    """The scene of the communities with these codes, of months of which all is known, `until` which day of the site
    incidents were loaded; None without one. Raises StoreUnavailable.
    """
    last = until.replace(day=1)
    found = told([part for part in _published(asked) if part.code in codes and part.month < last])
    if found is None:
        return None
    return replace(found, reach=_reach(asked.of_hour))


def told(parts: Sequence[Part]) -> Life | None:
    """The scene of what was published, without services; None where the last month has no cases of any rate.

    Months in between of which nothing was published stand in their place, without a rate.
    """
    if not parts:
        return None
    last = max(part.month for part in parts)
    months = [month for month in _months(last) if month >= min(part.month for part in parts)]
    trends = tuple(_trend(kpi, parts, months) for kpi in KPIS)
    recent = [part for part in parts if part.kpi == MAIN and part.month in months[-RECENT:]]
    communities = {code: _rate(part for part in recent if part.code == code) for code in {part.code for part in recent}}
    shown = tuple(trend for trend in trends if any(rate.denominator for _, rate in trend.months))
    has_last = any(trend.last.denominator for trend in shown)
    return Life(last, shown, communities, low(communities), ()) if has_last else None


def _months(last: date) -> list[date]:
    """The MONTHS months up to `last`, oldest first."""
    numbers = range(last.year * 12 + last.month - MONTHS, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _trend(kpi: str, parts: Sequence[Part], months: Sequence[date]) -> Trend:
    return Trend(
        kpi, tuple((month, _rate(one for one in parts if (one.kpi, one.month) == (kpi, month))) for month in months)
    )


def _rate(parts: Iterable[Part]) -> Rate:
    return together(Rate(part.numerator, part.denominator) for part in parts)


def low(communities: dict[str, Rate]) -> frozenset[str]:
    """The codes of those that lie below the rate of all beyond chance."""
    whole = together(communities.values()).share
    if whole is None or not 0 < whole < 1:
        return frozenset()

    def is_low(rate: Rate) -> bool:
        if rate.share is None:
            return False
        return (rate.share - whole) / sqrt(whole * (1 - whole) / rate.denominator) <= -LOW_Z

    return frozenset(code for code, rate in communities.items() if is_low(rate))


@fresh
def _published(asked: Asked) -> tuple[Part, ...]:
    return wall_life.published(store(), asked.viewer, asked.clock, kpis=KPIS, months=MONTHS)


@shared
def _reach(asked: Asked) -> tuple[Reached, ...]:
    return wall_life.reach(store(), asked.viewer, asked.clock)
