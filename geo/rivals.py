"""Other readings of a file's coordinates: what its numbers may be instead of what is declared.

Invariant: a reading only says where the same numbers would lie; nothing is converted by it.
"""

from dataclasses import dataclass

import numpy as np
import pyproj

from geo import crs as systems
from geo import datum as datums
from geo import zones
from geo.crs import BD09, GCJ02, STORE, Crs

SWAPPED = "swapped"
"""The name of the reading with latitude and longitude exchanged."""
DIRECTIONS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
GEOD = pyproj.Geod(ellps="WGS84")


@dataclass(frozen=True)
class Rival:
    """Another reading: `way` brings coordinates from where the declared one puts them to where it does (EPSG:4326).

    `name`: as `--crs` takes it, or SWAPPED. `is_of_store`: it is not the file that would be read otherwise, but what
    the store holds already.
    """

    name: str
    way: datums.Way
    is_of_store: bool = False


@dataclass(frozen=True, slots=True)
class Displacement:
    """How far, and in which of DIRECTIONS, places lie as declared from where another reading puts them."""

    distance_m: float
    direction: str

    @property
    def distance(self) -> str:
        """The distance for people: `509 m`, `289 km`."""
        return f"{self.distance_m:.0f} m" if self.distance_m < 10_000 else f"{self.distance_m / 1000:.0f} km"


def of_datum(declared: Crs) -> tuple[Rival, ...]:
    """The datums for which the degrees of a file are mistaken in China, but the declared one."""
    plain = STORE if declared.datum else declared
    others = (other for other in (plain, GCJ02, BD09) if other != declared)
    return tuple(Rival(other.name, _reading(declared, other)) for other in others)


def of_store(declared: Crs) -> tuple[Rival, ...]:
    """The same for what the store holds in EPSG:4326: the file lies where it would lie in the shifted datum."""
    if declared.datum:
        return ()
    return tuple(Rival(other.name, _reading(other, STORE), is_of_store=True) for other in (GCJ02, BD09))


def of_axes_and_meridian(declared: Crs, *, lon: float, store_lon: float) -> tuple[Rival, ...]:
    """Axes exchanged (of degrees), or the neighbouring meridian that brings `lon` nearest to the store's `store_lon`.

    Of metres exchanged axes are no rival: they lie outside every zone, so that nothing would be placed at all.
    """
    if systems.is_in_degrees(declared):
        return (Rival(SWAPPED, _swapped(declared)),)
    meridian = systems.meridian(declared)
    step = 6 if declared.epsg is not None and declared.epsg // 100 in (326, 327) else 3
    turn = step * round((store_lon - lon) / step) if np.isfinite(store_lon - lon) else 0
    if meridian is None or not turn or systems.zone(declared):
        return ()
    return (Rival(_of_meridian(declared, meridian, turn), lambda x, y: (x + turn, y)),)


def displacement(lon: float, lat: float, rival: Rival) -> Displacement:
    """How far the place (degrees, EPSG:4326, as declared) lies from where the other reading has it."""
    x, y = rival.way(np.array([lon]), np.array([lat]))
    azimuth, _, distance = GEOD.inv(x[0], y[0], lon, lat)
    return Displacement(float(distance), DIRECTIONS[round(azimuth / 45) % 8])


def _reading(declared: Crs, other: Crs) -> datums.Way:
    """From EPSG:4326 as declared, by the degrees that the file must have, to EPSG:4326 as read in the other datum."""

    def way(x: datums.Floats, y: datums.Floats) -> tuple[datums.Floats, datums.Floats]:
        if declared.datum:
            x, y = datums.from_wgs84(x, y, datum=declared.datum)
        return datums.to_wgs84(x, y, datum=other.datum) if other.datum else (x, y)

    return way


def _swapped(declared: Crs) -> datums.Way:
    def way(x: datums.Floats, y: datums.Floats) -> tuple[datums.Floats, datums.Floats]:
        if declared.datum:
            x, y = datums.from_wgs84(x, y, datum=declared.datum)
        return systems.points_to_store(y, x, crs=declared)

    return way


def _of_meridian(declared: Crs, meridian: float, turn: int) -> str:
    """The system of the same kind on another meridian, by its code where it has one."""
    if declared.epsg is not None and declared.epsg // 100 in (326, 327):
        return f"EPSG:{declared.epsg + turn // 6}"
    number = (meridian + turn) / 3
    code = zones.without_number(int(number)) if number == int(number) else None
    return code or f"{meridian + turn:g}°E"
