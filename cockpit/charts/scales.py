"""Axes: round ticks, and the unit in which a length of time is read best."""

import math
from dataclasses import dataclass

MINUTE_S = 60
HOUR_S = 3_600
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class TimeUnit:
    """A unit of natural time; `name` is its key below `response.unit`, `steps` are round distances between ticks."""

    name: str
    seconds: int
    steps: tuple[float, ...]

    def decimal(self, seconds: float) -> str:
        """`seconds` as a number in this unit: one decimal below 100, none above."""
        value = seconds / self.seconds
        return f"{value:,.0f}" if value >= 99.95 else f"{value:.1f}"


MINUTES = TimeUnit("minute", MINUTE_S, (1, 2, 5, 10, 15, 20, 30, 60, 120))
HOURS = TimeUnit("hour", HOUR_S, (0.5, 1, 2, 4, 6, 12, 24, 48, 72))
DAYS = TimeUnit("day", DAY_S, (0.5, 1, 2, 5, 7, 14, 28, 56, 84, 168, 364))


def unit_for(longest_s: float) -> TimeUnit:
    """The unit in which an axis that ends at `longest_s` shows the fewest digits."""
    if longest_s <= 2 * HOUR_S:
        return MINUTES
    return HOURS if longest_s <= 5 * DAY_S else DAYS


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """An axis from zero to `end_s`, with ticks in `unit`."""

    unit: TimeUnit
    end_s: float

    def share(self, seconds: float) -> float:
        """Where `seconds` lies, as a share of the axis; beyond its end: 1."""
        return min(max(seconds / self.end_s, 0.0), 1.0)

    def ticks(self, at_most: int = 6) -> tuple[float, ...]:
        """Round moments in seconds, the first 0, as many as fit."""
        end = self.end_s / self.unit.seconds
        steps = self.unit.steps
        fitting = [step for step in steps if end / step <= at_most]
        step = fitting[0] if fitting else steps[-1] * math.ceil(end / (at_most * steps[-1]))
        return tuple(index * step * self.unit.seconds for index in range(math.floor(end / step + 1e-9) + 1))


def tick_label(seconds: float, unit: TimeUnit) -> str:
    """A tick's number in `unit`, without needless decimals."""
    return f"{seconds / unit.seconds:,.1f}".removesuffix(".0")


def rate_ticks(low: float, high: float) -> tuple[float, ...]:
    """Round shares (0 … 1) from below `low` to above `high`, at distances of 1, 2, 5, 10 or 20 points."""
    span = max(high - low, 0.01)
    step = next((s for s in (0.01, 0.02, 0.05, 0.1, 0.2) if span / s <= 5), 0.25)
    first = math.floor(low / step + 1e-9)
    last = min(math.ceil(high / step - 1e-9), round(1 / step))
    return tuple(round(index * step, 6) for index in range(max(first, 0), max(last, first + 1) + 1))


def round_ticks(low: float, high: float, *, at_most: int = 6) -> tuple[float, ...]:
    """Round amounts from below `low` to above `high`, zero among them, 1, 2 or 5 times a power of ten apart."""
    low, high = min(low, 0.0), max(high, 0.0)
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / at_most))
    step = next(power * times for times in (1, 2, 5, 10) if span / (power * times) <= at_most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(index * step, 9) for index in range(first, max(last, first + 1) + 1))
