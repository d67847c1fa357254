"""Reads the names of coordinate systems and brings coordinates into the store's own, EPSG:4326 as lon, lat.

Invariant: no coordinate enters the store by a guessed system: it is declared, once or consistently, or refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError

from geo.errors import GeoError

STORE_EPSG = 4326
"""The system of every geometry in the store."""

EXAMPLES = "EPSG:4326, EPSG:4490, EPSG:4549"
_ALIASES = {"CRS84": STORE_EPSG, "OGC:CRS84": STORE_EPSG, "WGS84": STORE_EPSG, "CGCS2000": 4490}
_EPSG = re.compile(r"(?:URN:OGC:DEF:CRS:)?EPSG:(?:[0-9.]*:)?(\d{4,6})")
_OGC84 = re.compile(r"URN:OGC:DEF:CRS:OGC:[0-9.]*:CRS84")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate system that files come in; `epsg` is its code, `name` how it is written in messages and kept."""

    name: str
    epsg: int


STORE = Crs(f"EPSG:{STORE_EPSG}", STORE_EPSG)


class UnknownCrsError(GeoError):
    """A name that is no coordinate system this program reads."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} is no coordinate system that is read here; write it like {EXAMPLES}")


class CrsConflictError(GeoError):
    """The same file is declared in two different systems."""

    def __init__(self, first: str, second: str) -> None:
        self.first = first
        self.second = second
        super().__init__(f"the coordinate system is declared twice and differs: {first} and {second}")


def parse(name: str) -> Crs:
    """The system that `name` means (`EPSG:4490`, an OGC URN, `CRS84`); raises UnknownCrsError."""
    wanted = name.strip().upper()
    match = _EPSG.fullmatch(wanted)
    if match:
        return _crs(_known(int(match[1]), name))
    if wanted in _ALIASES or _OGC84.fullmatch(wanted):
        return _crs(_ALIASES.get(wanted, STORE_EPSG))
    raise UnknownCrsError(name)


def agreed(declared: Mapping[str, str | None]) -> Crs | None:
    """The system that all declarations mean, None if nothing is declared.

    `declared` holds who declares it (`--crs`, `mapping`, `file`) and the name, or None where that place is silent.
    Raises UnknownCrsError, or CrsConflictError when two places contradict each other.
    """
    systems = {where: parse(name) for where, name in declared.items() if name}
    if not systems:
        return None
    (first, system), *others = systems.items()
    for where, other in others:
        if other != system:
            raise CrsConflictError(f"{system.name} ({first})", f"{other.name} ({where})")
    return system


def points_to_store(x: Floats, y: Floats, *, crs: Crs) -> tuple[Floats, Floats]:
    """Longitude and latitude (EPSG:4326) of points given as east, north; NaN where there is none or it is impossible.

    Impossible is what lies outside ±180°, ±90°, or outside the domain of the projection.
    """
    lon, lat = (x, y) if crs == STORE else _to_store(crs.epsg).transform(x, y)
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    return np.where(possible, lon, np.nan), np.where(possible, lat, np.nan)


def shapes_to_store(geoms: NDArray[Any], *, crs: Crs) -> NDArray[Any]:
    """The geometries in EPSG:4326, vertex by vertex, without Z; None stays None."""
    flat: NDArray[Any] = shapely.force_2d(geoms)
    if crs == STORE:
        return flat
    transformer = _to_store(crs.epsg)

    def moved(coordinates: Floats) -> Floats:
        return np.column_stack(transformer.transform(coordinates[:, 0], coordinates[:, 1]))

    there: NDArray[Any] = shapely.transform(flat, moved)
    return there


def is_on_earth(geoms: NDArray[Any]) -> NDArray[np.bool_]:
    """True where a geometry (EPSG:4326) has only finite coordinates within ±180°, ±90°; False for None and empty."""
    west, south, east, north = shapely.bounds(geoms).T
    counts = shapely.get_num_coordinates(geoms)
    finite = np.ones(len(geoms), dtype=bool)
    coordinates, index = shapely.get_coordinates(geoms, return_index=True)
    finite[index[~np.isfinite(coordinates).all(axis=1)]] = False
    possible: NDArray[np.bool_] = (
        finite & (counts > 0) & (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    )
    return possible


@lru_cache(maxsize=64)
def _to_store(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(epsg, STORE_EPSG, always_xy=True)


def _crs(epsg: int) -> Crs:
    return Crs(f"EPSG:{epsg}", epsg)


def _known(code: int, name: str) -> int:
    try:
        found = pyproj.CRS.from_epsg(code)
    except CRSError as error:
        raise UnknownCrsError(name) from error
    if not (found.is_geographic or found.is_projected):
        raise UnknownCrsError(name)
    return code
