"""Quantiles of whole seconds: nearest rank with its order-statistic interval, and Kaplan-Meier where cases are open.

Invariant: every value is a duration that occurred; nothing is interpolated.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import ceil, lgamma, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TAIL = 0.025
"""What a two-sided 95 % interval leaves on either side."""
ARRAY_HEAD_BYTES = 20
"""What precedes the elements of an array of one dimension in PostgreSQL's binary form; each is a length and a value."""
ROUNDING = 1e-12
"""What the product of a survival curve may lose to binary fractions."""
Seconds = NDArray[np.int64]


class Quantile(NamedTuple):
    """A quantile in whole seconds and its 95 % interval; None where there is no such duration."""

    value_s: int | None
    low_s: int | None = None
    high_s: int | None = None


NONE = Quantile(None)


def whole_seconds(sent: Iterable[bytes | memoryview | None]) -> Seconds:
    """The elements of several int[], as array_send gives them, in order."""
    read = [
        np.frombuffer(one, dtype=">i4", offset=ARRAY_HEAD_BYTES)[1::2].astype(np.int64)
        for one in sent
        if one is not None
    ]
    return np.sort(np.concatenate(read)) if read else np.empty(0, dtype=np.int64)


def nearest_rank(ordered: Seconds, shares: Sequence[float]) -> tuple[Quantile, ...]:
    """The smallest value whose rank is at least share x n, between the order statistics of its interval."""
    n = len(ordered)
    if not n:
        return (NONE,) * len(shares)
    return tuple(_ranked(ordered, rank(n, share), *interval_ranks(n, share)) for share in shares)


def _ranked(ordered: Seconds, *ranks: int | None) -> Quantile:
    return Quantile(*(None if one is None else int(ordered[one - 1]) for one in ranks))


def rank(n: int, share: float) -> int:
    """The rank, from 1, of a quantile of n values: the smallest that is at least share x n."""
    return max(1, ceil(round(share * n, 6)))


@lru_cache(maxsize=50_000)
def interval_ranks(n: int, share: float) -> tuple[int | None, int | None]:
    """The ranks l and u of the 95 % interval of a quantile of n values (David & Nagaraja, Order Statistics, 7.1).

    l is the largest with P(Bin(n, share) <= l - 1) <= 0.025, u the smallest with P(Bin(n, share) <= u - 1) >= 0.975.
    """
    reach = int(10 * sqrt(n * share * (1 - share))) + 10
    successes = np.arange(max(0, int(n * share) - reach), min(n, int(n * share) + reach) + 1)
    first = int(successes[0])
    log_first = (
        lgamma(n + 1) - lgamma(first + 1) - lgamma(n - first + 1) + first * log(share) + (n - first) * log(1 - share)
    )
    steps = np.log((n - successes[:-1]) / (successes[:-1] + 1) * share / (1 - share))
    below = np.cumsum(np.exp(log_first + np.concatenate([[0.0], np.cumsum(steps)])))
    low = int(np.searchsorted(below, TAIL, side="right"))
    high = first + int(np.searchsorted(below, 1 - TAIL, side="left")) + 1
    return (first + low if low else None), (high if high <= n else None)


def kaplan_meier(ended: Seconds, observed: Seconds, shares: Sequence[float]) -> tuple[Quantile, ...]:
    """The times by which a share of cases ends, from those that ended and those observed so far (Kaplan, Meier 1958).

    `ended` and `observed` in order; `observed` holds all cases, open ones up to now. None where so many have not ended.
    """
    times, ends = np.unique(ended, return_counts=True)
    at_risk = len(observed) - np.searchsorted(observed, times, side="left")
    survival = np.cumprod(1 - ends / at_risk)
    return tuple(_first(times, survival <= 1 - share + ROUNDING) for share in shares)


def shortest_open(ended: Seconds, observed: Seconds) -> int | None:
    """The shortest time of a case that has not ended, from what kaplan_meier is given; None where all have."""
    times, counts = np.unique(observed, return_counts=True)
    ends = np.searchsorted(ended, times, side="right") - np.searchsorted(ended, times, side="left")
    is_open = counts > ends
    return int(times[is_open.argmax()]) if is_open.any() else None


def _first(times: Seconds, is_reached: NDArray[np.bool_]) -> Quantile:
    return Quantile(int(times[is_reached.argmax()])) if is_reached.any() else NONE
