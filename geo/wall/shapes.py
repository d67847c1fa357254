"""The shapes of the wall's map, by the wall's login: outlines of streets, communities, grids; the basemap (EPSG:4326).

Invariant: only areas that the viewer sees have an outline; the basemap is the same for everybody.
"""

from dataclasses import dataclass
from datetime import date

import shapely
from shapely import Geometry

from geo.map_queries import Box, Feature
from geo.store import Store, rows
from geo.viewer import Clock, Viewer


@dataclass(frozen=True, slots=True)
class WallShape:
    """The outline of an area (EPSG:4326) and its label point (lon, lat)."""

    level: str
    code: str
    name: str
    parent_code: str | None
    shape: Geometry
    lon: float
    lat: float


@dataclass(frozen=True, eq=False)
class Ground:
    """The areas in force on `day`, by level, then in the order of the streets, and the named waters in and around
    them; equal only to itself.
    """

    version: int
    day: date
    shapes: tuple[WallShape, ...]
    waters: tuple[Feature, ...] = ()

    def of(self, level: str) -> tuple[WallShape, ...]:
        """The areas of a level."""
        return tuple(shape for shape in self.shapes if shape.level == level)


def shape_version(store: Store, viewer: Viewer, clock: Clock) -> int:
    """The version of every outline and basemap shape, 0 without the right; raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/shape_version")
    return int(found[0]["version"]) if found else 0


def ground(store: Store, viewer: Viewer, clock: Clock, *, version: int, day: date) -> Ground:
    """The areas in force on `day`, with the waters near them that have a name; raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/shapes", day=day)
    shapes = tuple(WallShape(**row | {"shape": shapely.from_wkb(bytes(row["shape"]))}) for row in found)
    if not shapes:
        return Ground(version, day, shapes)
    near = features(store, viewer, clock, box=_around(shapes))
    return Ground(version, day, shapes, tuple(one for one in near if one.kind == "water" and one.name))


def _around(shapes: tuple[WallShape, ...]) -> Box:
    """The box around the shapes and a tenth of its size on each side."""
    west, south, east, north = (float(edge) for edge in shapely.total_bounds([shape.shape for shape in shapes]))
    across, down = (east - west) / 10, (north - south) / 10
    return west - across, south - down, east + across, north + down


def features(store: Store, viewer: Viewer, clock: Clock, *, box: Box) -> tuple[Feature, ...]:
    """The basemap shapes that touch `box`; raises StoreUnavailable."""
    west, south, east, north = box
    edges = {"west": west, "south": south, "east": east, "north": north}
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/features", **edges)
    return tuple(
        Feature(row["kind"], row["name"], row["width_m"], shapely.from_wkb(bytes(row["shape"]))) for row in found
    )
