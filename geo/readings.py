"""What bare numbers may be that cannot be what is declared: degrees the other way round, or metres of a grid.

Invariant: a reading is named only if it puts the places where the store has areas, or if the numbers themselves leave
no other (a zone number, degrees that fit one way round only).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import crs, zones
from geo.crs import STORE
from geo.rivals import SWAPPED

ENOUGH = 0.9
"""Share of the places that a reading must put near the areas of the store."""
LEAST_MARGIN = 0.02
"""Degrees around the areas that are near them, if they are not larger themselves."""
MERCATOR = "EPSG:3857"
"""Its eastings in China look like those of the westernmost zones."""
GRIDS = (
    *(f"EPSG:{code}" for code in range(4534, 4555)),
    *(f"EPSG:{code}" for code in range(4502, 4513)),
    MERCATOR,
    *(f"EPSG:{code}" for code in range(32643, 32654)),
)
"""CGCS2000 without zone numbers, of 3 and 6 degrees, web maps' Mercator, UTM of China's zones."""

Floats = NDArray[np.float64]
Shapes = NDArray[Any]


@dataclass(frozen=True)
class Reading:
    """A system (`name` as `--crs` takes it), and whether the two numbers are to be exchanged for it."""

    name: str
    is_swapped: bool = False

    @property
    def looks(self) -> str:
        """The word for it in a message: exchanged degrees have one of their own."""
        return SWAPPED if self == Reading(STORE.name, is_swapped=True) else self.name


def likely(x: Floats, y: Floats, *, areas: Shapes, is_in_degrees: bool) -> Reading | None:
    """The reading of numbers that cannot be true as declared (`is_in_degrees`: as degrees, east first).

    `areas`: what the store draws (EPSG:4326); without any only what leaves no choice is named.
    """
    tried = list(_tried(x, y, is_in_degrees=is_in_degrees))
    if len(areas):
        return _nearest(x, y, tried, areas)
    certain = [reading for reading in tried if reading.name not in GRIDS]
    is_mercator = any(reading.name == MERCATOR for reading in tried)
    return certain[0] if len(certain) == 1 and not is_mercator else None


def _tried(x: Floats, y: Floats, *, is_in_degrees: bool) -> Iterator[Reading]:
    """Readings in which nearly all numbers are possible."""
    for is_swapped in (False, True):
        east, north = (y, x) if is_swapped else (x, y)
        if np.mean((np.abs(east) <= 180) & (np.abs(north) <= 90)) >= ENOUGH:
            if is_swapped or not is_in_degrees:
                yield Reading(STORE.name, is_swapped)
            continue
        numbered = zones.epsg_of(int(np.median(east) // zones.ZONE_M))
        for name in (*([numbered] if numbered else []), *GRIDS):
            if _is_in_china(*_placed(east, north, name)):
                yield Reading(name, is_swapped)


def _nearest(x: Floats, y: Floats, tried: list[Reading], areas: Shapes) -> Reading | None:
    """The one that puts most places into areas, of those that put nearly all near them."""
    west, south, east, north = shapely.total_bounds(areas)
    margin = max(east - west, north - south, LEAST_MARGIN)
    near = shapely.box(west - margin, south - margin, east + margin, north + margin)
    tree = shapely.STRtree(areas)
    best, most = None, -1
    for reading in tried:
        lon, lat = _placed(*((y, x) if reading.is_swapped else (x, y)), reading.name)
        if np.mean(shapely.intersects_xy(near, lon, lat)) < ENOUGH:
            continue
        known = np.isfinite(lon) & np.isfinite(lat)
        inside = len(np.unique(tree.query(shapely.points(lon[known], lat[known]), predicate="intersects")[0]))
        if inside > most:
            best, most = reading, inside
    return best


def _placed(east: Floats, north: Floats, name: str) -> tuple[Floats, Floats]:
    return crs.points_to_store(east, north, crs=crs.parse(name))


def _is_in_china(lon: Floats, lat: Floats) -> bool:
    return bool(np.mean((lon > 73) & (lon < 136) & (lat > 3) & (lat < 54)) >= ENOUGH)
