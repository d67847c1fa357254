"""How far two drawings of the same unit are apart: how much they overlap, and the shift that fits them best.

Invariant: only the given shape is moved, as a whole and without turning; digitised anew, two drawings of one border
agree but for some tens of metres, while a wrong datum moves all of it by hundreds.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

METRES_PER_DEGREE = 111_200.0
"""Of a meridian, near enough for shifts of a few hundred metres."""
SIMPLIFIED_M = 5.0
"""Detail below this moves no shift, but costs most of the time."""
FIRST_STEP_M, LAST_STEP_M = 512.0, 4.0


@dataclass(frozen=True, slots=True)
class Shift:
    """East and north in metres by which a shape must move to fit best, and the overlap it has then (0 to 1)."""

    east_m: float
    north_m: float
    overlap: float

    @property
    def distance_m(self) -> float:
        """How far that is."""
        return math.hypot(self.east_m, self.north_m)


def overlap(one: Any, other: Any) -> float:
    """The common area of two polygons as a share of what either covers: 1 for equal ones, 0 for strangers."""
    shared = shapely.area(shapely.intersection(one, other))
    whole = shapely.area(one) + shapely.area(other) - shared
    return float(shared / whole) if whole > 0 else 0.0


def best_shift(shape: Any, onto: Any) -> Shift:
    """The shift of `shape` (both polygons in EPSG:4326) that makes it overlap most with `onto`, to about 4 m.

    Looks east, west, north and south by a step, goes where the overlap grows, and halves the step where it does not.
    Where they do not meet at all it starts with the one laid upon the other.
    """
    east = METRES_PER_DEGREE * math.cos(math.radians(shapely.get_y(shapely.centroid(onto))))
    moving, target = (_on_ground(item, east) for item in (shape, onto))
    at, best, step = np.zeros(2), overlap(moving, target), FIRST_STEP_M
    if not best:
        at = np.subtract(*(shapely.get_coordinates(shapely.centroid(item))[0] for item in (target, moving)))
        best = overlap(shapely.transform(moving, lambda xy: xy + at), target)
    while step >= LAST_STEP_M:
        tries = [at + np.multiply(step, way) for way in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        found = [overlap(shapely.transform(moving, lambda xy, by=by: xy + by), target) for by in tries]
        if max(found) > best:
            best, at = max(found), tries[int(np.argmax(found))]
        else:
            step /= 2
    return Shift(float(at[0]), float(at[1]), best)


def _on_ground(shape: Any, east: float) -> Any:
    ground = shapely.transform(shape, lambda xy: xy * (east, METRES_PER_DEGREE))
    return shapely.make_valid(shapely.simplify(ground, SIMPLIFIED_M))
