"""Gauss–Krüger zones: which zone number the eastings of a grid carry, and which ones contradict it.

CGCS2000 (GB/T 17798, EPSG:4491-4554) writes a 3-degree grid in two ways: with the zone number in the millions of the
easting (zone 40: 40 500 000 m on its central meridian, EPSG:4528) or without it (500 000 m, EPSG:4549).

Invariant: an easting that carries another zone number than its declared grid, or one where there must be none, is told
apart, since projecting it all the same would move it by a country's width.
"""

import re

import numpy as np
import pyproj
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ZONE_M = 1_000_000.0
CENTRAL_EASTING_M = 500_000.0
FITS = -1
"""No contradiction."""
SIX_DEGREE, THREE_DEGREE = range(13, 24), range(25, 46)
"""The zone numbers of China: no number belongs to both kinds of grid."""


_NAMED = re.compile(r"CGCS2000 (3 DEGREE )?(?:GAUSS KRUGER|GK) (CM|ZONE) (\d+)E?")


def named(name: str) -> str | None:
    """The EPSG code of a CGCS2000 grid by its name (`CGCS2000 / 3-degree Gauss-Kruger CM 120E`, `… zone 40`)."""
    found = _NAMED.fullmatch(re.sub(r"[^A-Z0-9]+", " ", name.upper()).strip())
    if not found:
        return None
    number, is_narrow = int(found[3]), bool(found[1])
    if found[2] == "ZONE":
        return epsg_of(number) if number in (THREE_DEGREE if is_narrow else SIX_DEGREE) else None
    zone, rest = divmod(number, 3) if is_narrow else divmod(number + 3, 6)
    return without_number(zone) if rest == 0 and zone in (THREE_DEGREE if is_narrow else SIX_DEGREE) else None


def zone_of(definition: pyproj.CRS) -> int | None:
    """The zone number that eastings of this grid carry, 0 for none; None for any other kind of system.

    A Gauss–Krüger grid is a transverse Mercator projection of scale 1 with a false easting of 500 km, alone or after
    its zone number.
    """
    operation = definition.coordinate_operation if definition.is_projected else None
    if operation is None or operation.method_name not in ("Transverse Mercator", "Gauss-Kruger"):
        return None
    told = {item.name: float(item.value) for item in operation.params}
    number, rest = divmod(told.get("False easting", 0.0), ZONE_M)
    is_grid = rest == CENTRAL_EASTING_M and told.get("Scale factor at natural origin", 1.0) == 1.0
    return int(number) if is_grid else None


def meridian_of(definition: pyproj.CRS) -> float | None:
    """The central meridian (degrees) of a transverse Mercator grid; None for any other kind of system."""
    operation = definition.coordinate_operation if definition.is_projected else None
    if operation is None or operation.method_name not in ("Transverse Mercator", "Gauss-Kruger"):
        return None
    told = {item.name: float(item.value) for item in operation.params}
    return told.get("Longitude of natural origin")


def contradicting(x: Floats, *, zone: int | None) -> NDArray[np.int64]:
    """For each easting in metres the zone number it carries (0: none) where that is not `zone`, else FITS (-1).

    Eastings that carry no number of a Chinese zone are another fault, and fit here.
    """
    found = np.full(len(x), FITS, dtype=np.int64)
    if zone is None:
        return found
    known = np.isfinite(x) & (np.abs(x) < 100 * ZONE_M)
    carried = np.floor(x[known] / ZONE_M).astype(np.int64)
    is_zone = (carried == 0) | np.isin(carried, [*SIX_DEGREE, *THREE_DEGREE])
    found[known] = np.where(is_zone & (carried != zone), carried, FITS)
    return found


def in_grid(x: Floats, *, zone: int | None) -> NDArray[np.bool_]:
    """True for eastings that lie within the million metres of `zone`; always where the system is no such grid."""
    if zone is None:
        return np.ones(len(x), dtype=bool)
    inside: NDArray[np.bool_] = (x >= zone * ZONE_M) & (x < (zone + 1) * ZONE_M)
    return inside


def epsg_of(zone: int) -> str | None:
    """The CGCS2000 grid whose eastings carry the zone number (`EPSG:4528` for 40); None if there is none."""
    if zone in THREE_DEGREE:
        return f"EPSG:{4513 + zone - THREE_DEGREE.start}"
    if zone in SIX_DEGREE:
        return f"EPSG:{4491 + zone - SIX_DEGREE.start}"
    return None


def without_number(zone: int) -> str | None:
    """The CGCS2000 grid of the same central meridian whose eastings carry none (`EPSG:4549` for 40)."""
    if zone in THREE_DEGREE:
        return f"EPSG:{4534 + zone - THREE_DEGREE.start}"
    if zone in SIX_DEGREE:
        return f"EPSG:{4502 + zone - SIX_DEGREE.start}"
    return None
