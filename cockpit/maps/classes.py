"""Classes of a choropleth: at most five, their limits round numbers that a legend can print.

Invariant: zeros are a class of their own where they occur, and no data is not zero.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

MOST = 4


def nice(value: float, *, whole: bool) -> float:
    """`value` rounded to a step people count in: 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of ten."""
    if value <= 0:
        return 0.0
    power = 10.0 ** math.floor(math.log10(value))
    steps = [step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)]
    found = min(steps, key=lambda step: abs(step - value))
    return float(max(1, round(found))) if whole else found


def limits(values: Iterable[float], *, whole: bool) -> tuple[float, ...]:
    """The lower limits of the classes above the lowest (ascending, distinct, at most four); empty without values.

    Where zeros occur they are the lowest class and the first limit is the smallest value above; else the lowest
    class is "below the first limit". Counts (`whole`) have whole limits.
    """
    known = sorted(values)
    positive = [value for value in known if value > 0]
    if not positive:
        return ()
    has_zero = known[0] == 0
    shares = (0.25, 0.5, 0.75) if has_zero else (0.2, 0.4, 0.6, 0.8)
    found = {nice(positive[int(share * (len(positive) - 1))], whole=whole) for share in shares}
    if has_zero:
        found.add(1.0 if whole else _floor(positive[0]))
    kept = sorted(value for value in found if value <= positive[-1] and (has_zero or value > positive[0]))
    while kept and len(kept) < MOST and nice(2 * kept[-1], whole=whole) <= positive[-1]:
        kept.append(nice(2 * kept[-1], whole=whole))
    return tuple(kept)


def _floor(value: float) -> float:
    """The power of ten at or below `value`."""
    return float(10.0 ** math.floor(math.log10(value)))


def class_of(value: float, at: Sequence[float]) -> int:
    """The class of `value` among the limits: 0 for zero and for what lies below the first limit."""
    return bisect_right(at, value)
