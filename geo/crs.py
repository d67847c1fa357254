"""Reads the names of coordinate systems and brings coordinates into the store's own, EPSG:4326 as lon, lat.

Invariant: no coordinate enters the store by a guessed system: it is declared, once or consistently, or refused; and
none by a way that nobody published: a system whose offset to WGS 84 is unknown is refused too.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import CRSError, ProjError

from geo import datum as datums
from geo import zones
from geo.errors import GeoError

STORE_EPSG = 4326
"""The system of every geometry in the store."""
CGCS2000_EPSG = 4490
"""China's own system; identical with WGS 84 within a metre, so that its degrees are taken over as they are."""

EXAMPLES = "EPSG:4326, EPSG:4490, EPSG:4549, gcj02, bd09"
_ALIASES = {"CRS84": STORE_EPSG, "OGC:CRS84": STORE_EPSG, "WGS84": STORE_EPSG, "CGCS2000": CGCS2000_EPSG}
_DATUMS: Mapping[str, datums.Datum] = {
    "GCJ02": "gcj02", "GCJ-02": "gcj02", "GCJ_02": "gcj02", "BD09": "bd09", "BD-09": "bd09", "BD_09": "bd09",
    "BD09LL": "bd09",
}  # fmt: skip
_EPSG = re.compile(
    r"(?:URN:(?:X-)?OGC:DEF:CRS:)?EPSG:(?:[0-9.]*:)?(\d{4,6})"
    r"|HTTPS?://(?:WWW\.)?OPENGIS\.NET/(?:DEF/CRS/EPSG/[0-9.]+/|GML/SRS/EPSG\.XML#)(\d{4,6})"
)
_OGC84 = re.compile(r"URN:OGC:DEF:CRS:OGC:[0-9.]*:CRS84|HTTPS?://(?:WWW\.)?OPENGIS\.NET/DEF/CRS/OGC/[0-9.]+/CRS84")
"""Addresses are names here and are never opened."""
_DEFINITION = re.compile(r"\s*(?:\{|[A-Z][A-Z0-9_]*\s*[\[(])", re.IGNORECASE)
"""The beginning of a WKT or of PROJ JSON."""
_TOLD_DATUM = re.compile(r"(?i)(?P<gcj>gcj[-_ ]?0?2|火星|高德|腾讯)|(?P<bd>bd[-_ ]?09|百度)")
_ANY_CONFIDENCE = 25
_CGCS2000_DATUMS = ("CHINA2000", "CGCS2000", "CHINAGEODETICCOORDINATESYSTEM2000")

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crs:
    """A coordinate system that files come in; `name` is how it is written in messages and kept.

    `epsg` is its code; None for GCJ-02 and BD-09 (`datum`), and for a system of one's own, which `wkt` defines.
    """

    name: str
    epsg: int | None
    datum: datums.Datum | None = None
    wkt: str | None = None

    @property
    def srid(self) -> int:
        """The SRID of coordinates as received: the EPSG code, 0 where there is none."""
        return self.epsg or 0


STORE = Crs(f"EPSG:{STORE_EPSG}", STORE_EPSG)
GCJ02 = Crs("gcj02", None, "gcj02")
BD09 = Crs("bd09", None, "bd09")


class UnknownCrsError(GeoError):
    """A name that is no coordinate system this program reads."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name!r} is no coordinate system that is read here; write it like {EXAMPLES}")


class NoWayError(GeoError):
    """A coordinate system whose offset to WGS 84 nobody published."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"there is no published way from {name} to EPSG:{STORE_EPSG}; ask for one of {EXAMPLES}")


class CrsConflictError(GeoError):
    """The same file is declared in two different systems."""

    def __init__(self, first: str, second: str) -> None:
        self.first = first
        self.second = second
        super().__init__(f"the coordinate system is declared twice and differs: {first} and {second}")


def parse(name: str) -> Crs:
    """The system that `name` means: `EPSG:4490`, an OGC URN, `CRS84`, `gcj02`, `bd09`, the name of a CGCS2000 grid, a
    WKT (.prj) or PROJ JSON.

    A definition that equals an EPSG system is that system, whatever it is called; any other is a system of its own.
    Raises UnknownCrsError, or NoWayError for one without a published way to WGS 84.
    """
    wanted = (zones.named(name) or name).strip().upper()
    match = _EPSG.fullmatch(wanted)
    if match:
        code = match[1] or match[2]
        found = Crs(f"EPSG:{code}", int(code))
    elif wanted in _DATUMS:
        return BD09 if _DATUMS[wanted] == "bd09" else GCJ02
    elif wanted in _ALIASES or _OGC84.fullmatch(wanted):
        epsg = _ALIASES.get(wanted, STORE_EPSG)
        found = Crs(f"EPSG:{epsg}", epsg)
    elif _DEFINITION.match(name):
        found = _defined(name)
    else:
        raise UnknownCrsError(name)
    _way(found)
    return found


def named_in(heading: str) -> Crs | None:
    """The Chinese datum that a heading of coordinates names (经度(GCJ-02), 纬度（百度）), else None."""
    found = _TOLD_DATUM.search(unicodedata.normalize("NFKC", heading))
    if found is None:
        return None
    return GCJ02 if found["gcj"] else BD09


def agreed(declared: Mapping[str, str | None]) -> Crs | None:
    """The system that all declarations mean, None if nothing is declared.

    `declared` holds who declares it (`--crs`, `mapping`, `file`) and the name, or None where that place is silent.
    Raises UnknownCrsError, NoWayError, or CrsConflictError when two places contradict each other.
    """
    systems = {where: parse(name) for where, name in declared.items() if name}
    if not systems:
        return None
    (first, system), *others = systems.items()
    for where, other in others:
        if other != system:
            raise CrsConflictError(f"{system.name} ({first})", f"{other.name} ({where})")
    return system


def conversion(crs: Crs) -> str | None:
    """How coordinates of `crs` come to EPSG:4326, by the names that EPSG and PROJ use; None where they stay."""
    if crs == STORE:
        return None
    if crs.datum:
        return f"{crs.name} → EPSG:{STORE_EPSG}: inverse of the published formula, to 1e-9°"
    return _way(crs).told


def other_zone(x: Floats, *, crs: Crs) -> NDArray[np.int64]:
    """For each easting the zone number it carries (0: none) where `crs` expects another, else zones.FITS (-1)."""
    return zones.contradicting(x, zone=zone(crs))


def zone(crs: Crs) -> int | None:
    """The zone number in the eastings of `crs`, 0 for a Gauss–Krüger grid without, None for any other system."""
    return None if crs.datum else _way(crs).zone


def meridian(crs: Crs) -> float | None:
    """The central meridian (degrees) of a transverse Mercator grid, None for any other system."""
    return None if crs.datum else _way(crs).meridian


def is_in_degrees(crs: Crs) -> bool:
    """Whether coordinates of `crs` are degrees."""
    return bool(crs.datum) or _way(crs).is_in_degrees


def points_to_store(x: Floats, y: Floats, *, crs: Crs) -> tuple[Floats, Floats]:
    """Longitude and latitude (EPSG:4326) of points given as east, north; NaN where there is none or it is impossible.

    Impossible is what lies outside ±180°, ±90°, outside the domain of the projection, or outside the zone, and what in
    metres of a zone would lie on the equator, since it is degrees.
    """
    lon, lat = _moved(np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64), crs)
    possible = (np.abs(lon) <= 180) & (np.abs(lat) <= 90) & zones.in_grid(x, zone=zone(crs))
    if zone(crs) is not None:
        possible &= (np.abs(x) > 180) | (np.abs(y) > 90)
    return np.where(possible, lon, np.nan), np.where(possible, lat, np.nan)


def shapes_to_store(geoms: NDArray[Any], *, crs: Crs) -> NDArray[Any]:
    """The geometries in EPSG:4326, vertex by vertex, without Z; None stays None."""
    flat: NDArray[Any] = shapely.force_2d(geoms)
    if crs == STORE:
        return flat
    return moved(flat, lambda x, y: points_to_store(x, y, crs=crs))


def moved(geoms: NDArray[Any], way: datums.Way) -> NDArray[Any]:
    """The geometries with each vertex where `way` (x, y → x, y) puts it, infinite where that is nowhere.

    None stays None. Not a number would do for nowhere, but is unequal to itself, and a ring of it is no ring.
    """

    def vertices(xy: Floats) -> Floats:
        there = np.column_stack(way(xy[:, 0], xy[:, 1]))
        return np.where(np.isfinite(there), there, np.inf)

    found: NDArray[Any] = shapely.transform(geoms, vertices)
    return found


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


def _moved(x: Floats, y: Floats, crs: Crs) -> tuple[Floats, Floats]:
    if crs.datum:
        return datums.to_wgs84(x, y, datum=crs.datum)
    transformer = _way(crs).transformer
    if transformer is None:
        return x, y
    lon, lat = transformer.transform(x, y)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _defined(text: str) -> Crs:
    """The system of a WKT or PROJ JSON: of an EPSG code where pyproj finds it equal (the order of axes aside)."""
    try:
        found = pyproj.CRS.from_user_input(text.strip().removeprefix("\ufeff"))
    except CRSError as error:
        raise UnknownCrsError(" ".join(text.split())[:80]) from error
    code = found.to_epsg() or _epsg_but_for_axes(found)
    if code is not None:
        return Crs(f"EPSG:{code}", code)
    wkt = found.to_wkt()
    digest = hashlib.sha256(wkt.encode()).hexdigest()[:8]
    return Crs(f"{found.name} ({digest})", None, wkt=wkt)


def _epsg_but_for_axes(found: pyproj.CRS) -> int | None:
    """The EPSG code of a definition that differs from it by the order of the axes only, which older WKT cannot say."""
    near = found.to_epsg(_ANY_CONFIDENCE)
    if near is None:
        return None
    older = pyproj.CRS.from_wkt(pyproj.CRS.from_epsg(near).to_wkt("WKT1_GDAL"))
    return near if older.equals(found, ignore_axis_order=True) else None


@dataclass(frozen=True)
class _Way:
    """`transformer`: to EPSG:4326, None where the numbers stay; `told`: its names; `zone`, `meridian`, `is_in_degrees`:
    as the functions of these names give them."""

    transformer: pyproj.Transformer | None
    told: str
    zone: int | None
    meridian: float | None
    is_in_degrees: bool


@lru_cache(maxsize=64)
def _way(crs: Crs) -> _Way:
    try:
        definition = pyproj.CRS.from_epsg(crs.epsg) if crs.epsg else pyproj.CRS.from_wkt(crs.wkt or "")
    except CRSError as error:
        raise UnknownCrsError(crs.name) from error
    if not (definition.is_geographic or definition.is_projected):
        raise UnknownCrsError(crs.name)
    grid = (zones.zone_of(definition), zones.meridian_of(definition), definition.is_geographic)
    is_cgcs2000 = _is_cgcs2000(definition)
    if crs == STORE or (is_cgcs2000 and crs.epsg == CGCS2000_EPSG):
        return _Way(None, f"{definition.name} = WGS 84 within 1 m", *grid)
    try:
        # what PROJ calls a ballpark leaves the offset out: right for CGCS2000 only, which has none worth the name
        transformer = pyproj.Transformer.from_crs(definition, STORE_EPSG, always_xy=True, allow_ballpark=is_cgcs2000)
    except ProjError as error:
        raise NoWayError(definition.name) from error
    if is_cgcs2000:
        return _Way(transformer, f"Inverse of {definition.name}; CGCS2000 = WGS 84 within 1 m", *grid)
    return _Way(transformer, _told(definition, transformer), *grid)


def _told(definition: pyproj.CRS, transformer: pyproj.Transformer) -> str:
    """The steps of a conversion; where PROJ has several for several regions, it chooses point by point."""
    if transformer.accuracy < 0:
        return f"{definition.name} → EPSG:{STORE_EPSG}: EPSG operation of the region of each point"
    steps = [step for step in transformer.description.split(" + ") if not step.startswith("axis order change")]
    return f"{' + '.join(steps)} (± {transformer.accuracy:g} m)"


def _is_cgcs2000(definition: pyproj.CRS) -> bool:
    datum = definition.datum
    plain = re.sub(r"[^A-Z0-9]", "", datum.name.upper()).removeprefix("D") if datum else ""
    return plain in _CGCS2000_DATUMS
