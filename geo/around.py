"""The plane around a place: metres to the east and to the north, for drawings of a few hundred metres.

Invariant: distance and direction from the place itself are those on the ellipsoid (azimuthal equidistant on WGS 84), so
a circle around it is a circle of that many metres, and what is drawn stands where it is said to stand.
"""

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely import Geometry

EARTH = pyproj.Geod(ellps="WGS84")
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Place:
    """The middle of the plane, in degrees (EPSG:4326)."""

    lon: float
    lat: float

    def metres(self, points: Floats) -> Floats:
        """Degrees (lon, lat; one row a point) as metres east and north of the place."""
        count = len(points)
        here = (np.full(count, self.lon), np.full(count, self.lat))
        bearing, _, distance = EARTH.inv(*here, points[:, 0], points[:, 1])
        turned = np.radians(bearing)
        return np.column_stack((distance * np.sin(turned), distance * np.cos(turned)))

    def plane(self, shape: Geometry) -> Geometry:
        """A shape (EPSG:4326) in metres east and north of the place."""
        return shapely.transform(shape, self.metres)
