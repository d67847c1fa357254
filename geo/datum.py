"""GCJ-02 and BD-09: the shifted coordinates of Chinese web maps, there and back to WGS 84.

Both datums are kept secret by law; what is used here is the formula published widely since 2013 and used by open map
libraries ever since: a polynomial with sines over (lon - 105°, lat - 35°) in metres on the Krasovsky ellipsoid
(a = 6378245 m, e² = 0.00669342162296594323), and for BD-09 a small turn and scaling of GCJ-02 on top of it.

Invariant: the way back undoes the way there to far less than a millimetre, since it is found by iterating the way
there. The offset exists within the rectangle 72.004°-137.8347° E, 0.8293°-55.8271° N only, as the same publication has
it: outside it is none. The rectangle is larger than China: what is declared as GCJ-02 abroad within it is moved too.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Datum = Literal["gcj02", "bd09"]
Way = Callable[[Floats, Floats], tuple[Floats, Floats]]

AXIS_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
BD_TURN = np.pi * 3000.0 / 180.0
CLOSE_ENOUGH = 1e-12
"""Degrees; a tenth of a micrometre. The iteration gains two digits a step, so it ends after about six."""
MOST_STEPS = 30


def is_shifted(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """True where the offset exists: within the published rectangle around China (degrees, WGS 84)."""
    inside: NDArray[np.bool_] = (lon >= WEST) & (lon <= EAST) & (lat >= SOUTH) & (lat <= NORTH)
    return inside


def from_wgs84(lon: Floats, lat: Floats, *, datum: Datum) -> tuple[Floats, Floats]:
    """The coordinates of `datum` of points in WGS 84, all in degrees; NaN stays NaN, outside China nothing moves."""
    with np.errstate(invalid="ignore"):
        there = _forward(datum)(lon, lat)
    inside = is_shifted(lon, lat)
    return np.where(inside, there[0], lon), np.where(inside, there[1], lat)


def to_wgs84(lon: Floats, lat: Floats, *, datum: Datum) -> tuple[Floats, Floats]:
    """WGS 84 of points given in `datum`, all in degrees; NaN stays NaN, outside China nothing moves."""
    back = _undone(_forward(datum), lon, lat)
    inside = is_shifted(*back)
    return np.where(inside, back[0], lon), np.where(inside, back[1], lat)


def _forward(datum: Datum) -> Way:
    return _gcj02 if datum == "gcj02" else _bd09


def _gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = lon - 105.0, lat - 35.0
    waves = 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north_m += (waves + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north_m += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east_m += (waves + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east_m += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    squash = 1.0 - ECCENTRICITY_SQUARED * np.sin(phi) ** 2
    meridian_m = AXIS_M * (1.0 - ECCENTRICITY_SQUARED) / squash**1.5
    parallel_m = AXIS_M / np.sqrt(squash) * np.cos(phi)
    return lon + np.degrees(east_m / parallel_m), lat + np.degrees(north_m / meridian_m)


def _bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    x, y = _gcj02(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BD_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _undone(way: Way, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Where `way` leads to (lon, lat): each step corrects by what the last guess missed."""
    x, y = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        for _ in range(MOST_STEPS):
            reached = way(x, y)
            miss_x, miss_y = lon - reached[0], lat - reached[1]
            x, y = x + miss_x, y + miss_y
            misses = np.abs(np.concatenate([miss_x[np.isfinite(miss_x)], miss_y[np.isfinite(miss_y)]]))
            if not misses.size or misses.max() < CLOSE_ENOUGH:
                break
    return x, y
