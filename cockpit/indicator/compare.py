"""Whether two figures differ beyond chance, and by how much.

Invariant: a difference is named only where its 95 % interval excludes none; what has no such interval is not judged.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from cockpit.figures import Figure, Interval, wilson
from config.indicators import Indicator

Verdict = Literal["alike", "higher", "lower", "few", "size", "unjudged"]
MOST_TIMES = 24


@dataclass(frozen=True, slots=True)
class Difference:
    """The own figure beside another; `points` is own less other (ratios) with its `interval`, None for other kinds.

    `times`: so many times as many cases with the same difference would tell it apart, None beyond MOST_TIMES. Verdicts
    that are none: `few` (under the least n of a comparison), `size` (counts of areas that differ in size), `unjudged`.
    """

    verdict: Verdict
    points: float | None = None
    interval: Interval | None = None
    times: int | None = None


def difference(own: Figure, other: Figure) -> Difference:
    """How the own figure stands to another of the same indicator."""
    indicator = own.indicator
    if own.value is None or other.value is None:
        return Difference("few")
    if indicator.kind in ("count", "change"):
        return Difference("size" if indicator.kind == "count" else "unjudged")
    if indicator.per:
        return _of_rates_per(own, other)
    if min(own.n or 0, other.n or 0) < indicator.minimum_ranked:
        return Difference("few")
    if indicator.kind == "rate":
        return _of_shares(own, other)
    return _of_quantiles(own, other) if indicator.kind == "quantile" else Difference("unjudged")


def chance_of(indicator: Indicator) -> float:
    """The share of comparisons of alike areas that would be told apart: that of the interval of a difference, and less
    where two intervals must not meet (2.77 standard deviations where they are equally wide)."""
    return 0.0056 if indicator.kind == "quantile" else 0.05


def newcombe(own: tuple[int, int], other: tuple[int, int]) -> Interval:
    """The 95 % interval of the difference of two shares, each numerator and denominator (Newcombe 1998, method 10)."""
    (a, n), (b, m) = own, other
    p, q, of_own, of_other = a / n, b / m, wilson(a, n), wilson(b, m)
    low = p - q - sqrt((p - of_own.low) ** 2 + (of_other.high - q) ** 2)
    high = p - q + sqrt((of_own.high - p) ** 2 + (q - of_other.low) ** 2)
    return Interval(max(-1.0, low), min(1.0, high))


def apart_shares(own: tuple[int, int], other: tuple[int, int]) -> Verdict:
    """Whether the own share (numerator, denominator) is higher or lower than the other beyond chance."""
    found = newcombe(own, other)
    return "higher" if found.low > 0 else "lower" if found.high < 0 else "alike"


def apart_per(own: tuple[int, int], other: tuple[int, int]) -> Verdict:
    """The same of two counts over what they are counted per: own as a share of both, beside its part of the latter."""
    part, found = own[1] / (own[1] + other[1]), wilson(own[0], own[0] + other[0])
    return "higher" if found.low > part else "lower" if found.high < part else "alike"


def _of_shares(own: Figure, other: Figure) -> Difference:
    a, b = (own.numerator or 0, own.denominator or 1), (other.numerator or 0, other.denominator or 1)
    verdict = apart_shares(a, b)
    times = _times(a, b) if verdict == "alike" else None
    return Difference(verdict, a[0] / a[1] - b[0] / b[1], newcombe(a, b), times)


def _times(a: tuple[int, int], b: tuple[int, int]) -> int | None:
    """How many times as many cases of the same shares would tell them apart."""
    for times in range(2, MOST_TIMES + 1):
        if apart_shares((a[0] * times, a[1] * times), (b[0] * times, b[1] * times)) != "alike":
            return times
    return None


def _of_quantiles(own: Figure, other: Figure) -> Difference:
    """Two quantiles differ where their intervals do not meet; an open end reaches as far as need be."""
    low, high = (None if own.low is None else own.low), (None if own.high is None else own.high)
    if low is not None and other.high is not None and low > other.high:
        return Difference("higher")
    if high is not None and other.low is not None and high < other.low:
        return Difference("lower")
    known = own.low is not None or own.high is not None
    return Difference("alike" if known else "unjudged")


def _of_rates_per(own: Figure, other: Figure) -> Difference:
    a, b = own.numerator or 0, other.numerator or 0
    if min(a, b) < own.indicator.minimum_ranked or not own.denominator or not other.denominator:
        return Difference("few")
    return Difference(apart_per((a, own.denominator), (b, other.denominator)))
