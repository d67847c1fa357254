"""Whether points lie where they say, in the areas they name and within the site at all, or would if read otherwise.

Invariant: points speak against their declared system only if another reading puts nearly all of them right that lie
wrong, and hardly one wrong that lies right: rows that are merely careless are wrong in every reading.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.placing import OUTSIDE, Days, Placers
from geo.rivals import Rival

LEAST_FIXED = 5
"""So many points another reading must put right; of fewer points (LEAST_ALL or more) all, where all lie wrong."""
LEAST_ALL = 3
MOST_BROKEN = 0.2
"""Points that it puts wrong, as a share of those it puts right."""
MOST_LEFT = 0.5
"""Points that it leaves wrong, as a share of those that are wrong as declared."""

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Points:
    """Points (degrees, EPSG:4326, as declared) with the codes of the areas they name, on their days."""

    lon: Floats
    lat: Floats
    codes: Sequence[str | None]
    on: Days


@dataclass(frozen=True)
class Contradiction:
    """Of `count` points `off` lie wrong as declared and `left` as the rival reads them; `of_named`: outside the area
    they name, else outside every area.
    """

    rival: Rival
    count: int
    off: int
    left: int
    of_named: bool


def contradiction(points: Points, others: Callable[[], Sequence[Rival]], placers: Placers) -> Contradiction | None:
    """The reading that the points speak for, None where nothing speaks against the declared one.

    `others`, the readings to try, is asked only where points lie wrong at all.
    """
    if not placers.levels or not len(points.lon):
        return None
    level = max(placers.levels, key=lambda name: int((placers.declared(name, points.codes, on=points.on) >= 0).sum()))
    named = placers.declared(level, points.codes, on=points.on)
    has_name = named != OUTSIDE

    def off_named(lon: Floats, lat: Floats) -> Mask:
        off: Mask = has_name & (placers.place(lon, lat, on=points.on).at(level) != named)
        return off

    def off_site(lon: Floats, lat: Floats) -> Mask:
        return placers.place(lon, lat, on=points.on).is_outside

    told = _judged(points, others, off_named, count=int(has_name.sum()), of_named=True)
    return told or _judged(points, others, off_site, count=len(points.lon), of_named=False)


def _judged(
    points: Points,
    others: Callable[[], Sequence[Rival]],
    off: Callable[[Floats, Floats], Mask],
    *,
    count: int,
    of_named: bool,
) -> Contradiction | None:
    wrong = off(points.lon, points.lat)
    if wrong.sum() < LEAST_ALL:
        return None
    found: Contradiction | None = None
    for rival in others():
        left = off(*rival.way(points.lon, points.lat))
        told = Contradiction(rival, count, int(wrong.sum()), int(left.sum()), of_named)
        if is_clear(wrong, left, count) and (found is None or told.left < found.left):
            found = told
    return found


def is_clear(wrong: Mask, left: Mask, count: int) -> bool:
    """Whether a reading that leaves `left` wrong of what is `wrong` as declared, among `count`, fits clearly better."""
    fixed, broken = int((wrong & ~left).sum()), int((left & ~wrong).sum())
    is_enough = fixed >= LEAST_FIXED or fixed == count >= LEAST_ALL
    return is_enough and broken <= MOST_BROKEN * fixed and int(left.sum()) <= MOST_LEFT * int(wrong.sum())
