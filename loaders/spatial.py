"""What datasets with a place share: points and shapes in EPSG:4326, the areas that hold them, ids as columns.

Invariant: a place that cannot be true is a fault of its row, never a point somewhere else; a point wins over the area
that its row declares.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from geo import crs, zones
from geo.crs import Crs
from geo.placing import LEVELS, OUTSIDE, Placed, Placers
from loaders.dataset import Job
from loaders.faults import fault_rows, together
from loaders.read.shapes import is_endless

Floats = NDArray[np.float64]
COORDINATES = ("lon", "lat")


@dataclass(frozen=True)
class Located:
    """A block's places. `shapes` and `points` (lon, lat) are EPSG:4326, None and NaN where a row has no place.

    `faults`: rows whose place cannot be true. `received`: the geometries as they came, `srid` their system; None where
    that is EPSG:4326 anyway. `is_flattened`: shapes that had heights or measures, which are dropped.
    """

    shapes: NDArray[Any]
    lon: Floats
    lat: Floats
    faults: pl.DataFrame
    received: NDArray[Any] | None = None
    srid: int = crs.STORE_EPSG
    is_flattened: NDArray[np.bool_] | None = None

    @property
    def has_point(self) -> NDArray[np.bool_]:
        """True where the row has a point."""
        known: NDArray[np.bool_] = np.isfinite(self.lon)
        return known


def located(frame: pl.DataFrame, *, system: Crs, has_shapes: bool) -> Located:
    """The places of a block: GeoJSON geometries, else the columns lon and lat. A shape's point lies on the shape."""
    return _shapes(frame, system) if has_shapes else _points(frame, system)


def _points(frame: pl.DataFrame, system: Crs) -> Located:
    numbers = {name: _finite(frame[name]) for name in COORDINATES}
    x, y = (numbers[name].to_numpy() for name in COORDINATES)
    lon, lat = crs.points_to_store(x, y, crs=system)
    is_null_island = (np.abs(x) < 1e-9) & (np.abs(y) < 1e-9)
    unread = {name: frame[name].is_not_null() & number.is_null() for name, number in numbers.items()}
    is_impossible = (~np.isfinite(lon) & (np.isfinite(x) | np.isfinite(y))) | is_null_island
    in_other_zone, faults = other_zone(frame, x, system=system, column="lon")
    bad = pl.Series(is_impossible) & ~(unread["lon"] | unread["lat"]) & ~in_other_zone
    faults += [fault_rows(frame, odd, fault="bad_number", column=name) for name, odd in unread.items()]
    shown = pl.concat_str([pl.col(name).fill_null("") for name in COORDINATES], separator=", ")
    faults += impossible(frame, bad, is_swapped(x, y), column="lon", value=shown)
    lon = np.where(is_impossible, np.nan, lon)
    shapes = points(lon, lat)
    received = None if system == crs.STORE else points(x, y)
    return Located(shapes, lon, lat, together(faults), received=received, srid=system.srid)


def _shapes(frame: pl.DataFrame, system: Crs) -> Located:
    given = np.array(shapely.from_wkb(frame["geometry"].to_list(), on_invalid="ignore"), dtype=object)
    given[shapely.is_empty(given)] = None
    shapes = crs.shapes_to_store(given, crs=system)
    present = ~shapely.is_missing(shapes)
    bad = present & ~crs.is_on_earth(shapes)
    shapes[bad] = None
    inside = shapely.point_on_surface(shapes)
    texts = pl.Series([str(shape) if odd else None for shape, odd in zip(given, bad, strict=True)], dtype=pl.String)
    west, _, east, north = shapely.bounds(given).T
    in_other_zone, zone_faults = other_zone(frame, west, east, system=system, column="geometry")
    faults = [
        *zone_faults,
        *impossible(
            frame, pl.Series(bad) & ~in_other_zone, is_swapped(east, north), column="geometry", value=pl.lit(texts)
        ),
        *unreadable(frame),
    ]
    lon, lat = shapely.get_x(inside), shapely.get_y(inside)
    received = None if system == crs.STORE else shapely.force_2d(given)
    is_flattened = shapely.has_z(given) | shapely.has_m(given)
    return Located(shapes, lon, lat, together(faults), received, system.srid, is_flattened)


def points(x: Floats, y: Floats) -> NDArray[Any]:
    """Points; None where a coordinate is missing or infinite."""
    found = np.full(len(x), None, dtype=object)
    known = np.isfinite(x) & np.isfinite(y)
    found[known] = shapely.points(x[known], y[known])
    return found


def other_zone(
    frame: pl.DataFrame, *eastings: Floats, system: Crs, column: str
) -> tuple[pl.Series, list[pl.DataFrame]]:
    """True for rows with an easting of another zone than the declared grid's, and their faults wrong_zone."""
    expected = crs.zone(system)
    is_odd = np.zeros(frame.height, dtype=bool)
    faults = []
    for x in eastings if expected is not None else ():
        carried = np.where(is_odd, zones.FITS, crs.other_zone(x, crs=system))
        for found in np.unique(carried[carried != zones.FITS]):
            params = {
                "crs": system.name,
                "expected": expected,
                "found": int(found),
                "fits": _fitting(int(found), expected),
            }
            where = pl.lit(pl.Series(carried == found))
            value = pl.lit(pl.Series([f"{number:.3f}" for number in x]))
            faults.append(fault_rows(frame, where, fault="wrong_zone", column=column, value=value, params=params))
        is_odd |= carried != zones.FITS
    return pl.Series(is_odd), faults


def _fitting(found: int, expected: int | None) -> str:
    """The CGCS2000 grid that an easting fits which carries the zone number `found`, 0 for none."""
    return (zones.epsg_of(found) if found else zones.without_number(expected or 0)) or "EPSG"


def _finite(text: pl.Series) -> pl.Series:
    """Numbers; null for what is none, for not-a-number and for infinity."""
    found = text.cast(pl.Float64, strict=False)
    return found.set(~found.is_finite(), None)


def is_swapped(x: Floats, y: Floats) -> pl.Series:
    """True where longitude and latitude would be possible the other way round only."""
    return pl.Series((np.abs(y) > 90) & (np.abs(y) <= 180) & (np.abs(x) <= 90))


def unreadable(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """Faults bad_geometry of shapes that cannot be built, with a hint of their own where a ring is not closed."""
    is_open = pl.Series([_is_open(text) for text in frame["broken"]], dtype=pl.Boolean)
    is_unread = frame["broken"].is_not_null()
    return [
        fault_rows(frame, where, fault="bad_geometry", column="geometry", value="broken", params=params)
        for where, params in ((is_unread & ~is_open, {}), (is_unread & is_open, {"case": "open_ring"}))
    ]


def _is_open(broken: str | None) -> bool:
    """Whether a shape (GeoJSON, WKT, `WKB` and digits) cannot be built since a ring does not end where it began."""
    if not broken or is_endless(broken):
        return False
    try:
        with np.errstate(invalid="ignore"):
            if broken.startswith("{"):
                shapely.from_geojson(broken)
            elif broken.startswith("WKB "):
                shapely.from_wkb(broken.removeprefix("WKB "))
            else:
                shapely.from_wkt(broken)
    except (shapely.GEOSException, NotImplementedError) as error:
        return "closed linestring" in str(error)
    return False


def impossible(
    frame: pl.DataFrame, bad: pl.Series, swapped: pl.Series, *, column: str, value: pl.Expr
) -> list[pl.DataFrame]:
    """Faults bad_coordinates of the rows that are bad, with a hint of their own where they look swapped."""
    return [
        fault_rows(frame, where, fault="bad_coordinates", column=column, value=value, params=params)
        for where, params in ((bad & ~swapped, {}), (bad & swapped, {"case": "swapped"}))
    ]


def hex_ewkb(shapes: NDArray[Any], *, srid: int = crs.STORE_EPSG) -> pl.Series:
    """Geometries (of the system `srid`) as the hex EWKB that COPY takes; null for None."""
    coded = shapely.to_wkb(shapely.set_srid(shapes, srid), hex=True, include_srid=True)
    return pl.Series(list(coded), dtype=pl.String)


def received(place: Located) -> list[pl.Expr]:
    """The column `raw`: the geometries as received; no column at all where they came in EPSG:4326 already."""
    if place.received is None:
        return []
    return [pl.lit(hex_ewkb(place.received, srid=place.srid)).alias("raw")]


def hex_points(place: Located) -> pl.Series:
    """The points of a block as hex EWKB; null where there is none."""
    return hex_ewkb(points(place.lon, place.lat))


def area_columns(placed: Placed) -> list[pl.Series]:
    """`street_id` … `microgrid_id`; null for outside."""
    return [_nullable(f"{level}_id", placed.at(level)) for level in LEVELS]


def _nullable(name: str, ids: NDArray[np.int32]) -> pl.Series:
    series = pl.Series(name, ids)
    return series.set(series == OUTSIDE, None)


def today(job: Job) -> date:
    """The day of the clock in the site's time zone."""
    return job.clock.at.astimezone(job.zone).date()


def place_things(
    place: Located, codes: list[str | None], *, level: str | None, placers: Placers, on: Any
) -> tuple[Placed, pl.Series]:
    """Where things are: by their point, else by the area of `level` they declare, with its ancestors.

    The second result holds a note for each row, or null: `area_mismatch` where a point lies in another area than the
    declared one (the point wins), `unknown_area` where the declared code is none of the level's.
    """
    placed = placers.place(place.lon, place.lat, on=on)
    if level is None:
        return placed, pl.Series([None] * len(codes), dtype=pl.String)
    whole = placers.place_whole(level, codes, on=on)
    pointless = ~place.has_point
    for name in LEVELS:
        placed.at(name)[pointless] = whole.at(name)[pointless]
    given = np.array([code is not None for code in codes], dtype=bool)
    unknown = given & (whole.at(level) == OUTSIDE)
    differs = given & ~unknown & (placed.at(level) != whole.at(level))
    notes = np.full(len(codes), None, dtype=object)
    notes[differs] = "area_mismatch"
    notes[unknown] = "unknown_area"
    return placed, pl.Series(notes.tolist(), dtype=pl.String)
