"""Now against the usual: the band in which eight days in ten lie, and the word for a figure inside or outside of it.

Invariant: pure; fewer than five comparable days give no band and no word.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from geo.wall import Day, Wall

FEWEST_DAYS = 5
Verdict = Literal["more", "same", "fewer"]
BEYOND_CHANCE = 2.0


@dataclass(frozen=True, slots=True)
class Band:
    """What is usual: eight days in ten from `low` to `high`, the middle one at `median`; `days` are their values."""

    low: float
    high: float
    median: float
    days: tuple[float, ...]

    def is_unusual(self, now: int) -> bool:
        """Whether a small count lies above the band by more than chance would bring it there."""
        return now > self.high and is_beyond_chance(now, self.days)

    def verdict(self, now: float) -> Verdict:
        """Whether `now` lies above, inside or below the band."""
        return "more" if now > self.high else "fewer" if now < self.low else "same"


def band(values: Sequence[float | None], *, step: float = 1.0) -> Band | None:
    """The band of the days that have a value, its ends in whole `step`s as they are shown; None under five days."""
    known = [value for value in values if value is not None]
    if len(known) < FEWEST_DAYS:
        return None
    low, median, high = (float(end) for end in np.quantile(known, [0.1, 0.5, 0.9]))
    return Band(round(low / step) * step, round(high / step) * step, median, tuple(known))


def excess_z(now: float, mean: float) -> float:
    """How far a count lies above its mean, 2 (sqrt(now) − sqrt(mean)): near 1 is chance (Anscombe 1948)."""
    return 2 * (sqrt(now) - sqrt(mean))


def is_beyond_chance(now: int, days: Sequence[float]) -> bool:
    """Whether a count is more than chance makes of what the days let expect.

    Half a case is added to all of them together, the expectation of a rate of which nothing was seen (Jeffreys): one
    case where there never was one is nothing unusual.
    """
    return bool(days) and excess_z(now, (sum(days) + 0.5) / len(days)) >= BEYOND_CHANCE


def passed(found: Wall) -> float:
    """The share of the hour that has gone by at the picture's moment."""
    if found.usual is None or found.at is None:
        return 0.0
    return min(1.0, max(0.0, (found.at - found.usual.hour).total_seconds() / 3600))


def usual_of(found: Wall, of: Callable[[Day], float | None], *, step: float = 1.0) -> Band | None:
    """The band of what `of` gives for each comparable day."""
    return band([of(day) for day in found.usual.days], step=step) if found.usual else None


def usual_reports(found: Wall) -> Band | None:
    """The band of all reports since midnight up to this time of day."""
    gone = passed(found)
    return usual_of(found, lambda day: day.reports(("site", ""), passed=gone))


def has_today(found: Wall) -> bool:
    """Whether the reports of today so far can be told from none loaded."""
    return found.n_reported > 0 or found.usual is None or found.usual.is_covered
