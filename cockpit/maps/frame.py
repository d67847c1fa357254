"""The window of a map: from degrees (EPSG:4326) to the pixels of a drawing of fixed size, and to deck.gl's view.

Invariant: the SVG below and the WebGL layer above use one Web-Mercator viewport, so they lie on each other exactly.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry

TILE = 512
WIDTH = 800
SHORTEST, TALLEST = 430, 540


def mercator(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees (lon, lat) as Web-Mercator world units: 512 across the world, y downwards (the units of zoom 0)."""
    x = (points[:, 0] + 180) / 360
    sin = np.sin(np.radians(np.clip(points[:, 1], -85.05, 85.05)))
    y = 0.5 - np.log((1 + sin) / (1 - sin)) / (4 * math.pi)
    world: NDArray[np.float64] = np.column_stack((x, y)) * TILE
    return world


@dataclass(frozen=True, slots=True)
class Frame:
    """A viewport: its centre (degrees), its zoom (deck.gl: 512-pixel tiles) and its logical size in pixels."""

    lon: float
    lat: float
    zoom: float
    width: int
    height: int

    @property
    def scale(self) -> float:
        """Pixels in a world unit."""
        return float(2**self.zoom)

    @property
    def metres_per_pixel(self) -> float:
        """The ground length of one logical pixel at the centre."""
        return 40_075_016.686 * math.cos(math.radians(self.lat)) / (TILE * self.scale)

    def pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Degrees (lon, lat; one row a point) as pixels of the drawing, y downwards."""
        centre = mercator(np.array([[self.lon, self.lat]]))
        middle = np.array([self.width / 2, self.height / 2])
        moved: NDArray[np.float64] = (mercator(points) - centre) * self.scale + middle
        return moved

    def place(self, shapes: Iterable[Geometry]) -> NDArray[np.object_]:
        """The shapes (EPSG:4326) in pixels of the drawing."""
        placed: NDArray[np.object_] = shapely.transform(np.array(list(shapes), dtype=object), self.pixels)
        return placed

    def box(self, *, margin: float = 0.1) -> tuple[float, float, float, float]:
        """The visible ground and a margin around it: west, south, east, north in degrees."""
        across = self.width / self.scale / TILE * 360 * (0.5 + margin)
        down = self.height / self.scale / TILE * 360 * math.cos(math.radians(self.lat)) * (0.5 + margin)
        return self.lon - across, self.lat - down, self.lon + across, self.lat + down

    @property
    def key(self) -> str:
        """The viewport as short text: equal viewports, equal text."""
        return f"{self.lon:.6f},{self.lat:.6f},{self.zoom:.4f},{self.width}x{self.height}"


def fit(shapes: Iterable[Geometry], *, width: int = WIDTH, padding: int = 12, tallest: int = TALLEST) -> Frame | None:
    """The viewport that shows all `shapes`, its height after their proportions; None when there are none."""
    known = np.array(list(shapes), dtype=object)
    if not len(known) or shapely.is_empty(known).all():
        return None
    bounds = shapely.total_bounds(known)
    corners = mercator(np.array([[bounds[0], bounds[1]], [bounds[2], bounds[3]]]))
    (left, bottom), (right, top) = corners
    across, down = max(right - left, 1e-9), max(bottom - top, 1e-9)
    room = width - 2 * padding
    height = int(min(tallest, max(SHORTEST, room * down / across + 2 * padding)))
    scale = min(room / across, (height - 2 * padding) / down)
    middle = (top + bottom) / 2 / TILE
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * middle))))
    lon = (left + right) / 2 / TILE * 360 - 180
    return Frame(lon=float(lon), lat=lat, zoom=math.log2(scale), width=width, height=height)
