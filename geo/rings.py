"""Polygons written in another form than the standard's: put right where that changes no ring and no area.

Invariant: every ring stays exactly where it is; only what it is filed as changes.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray


def refiled(geoms: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The geometries, and where they were put right; None and what is written as it should be stays as it is.

    Some exports write the parts of a polygon one after another as if all but the first were its holes: a hole that
    lies outside its shell is a part. Others wrap polygons in a collection: it becomes a multipolygon, without the
    lines and points in it.
    """
    found = geoms.copy()
    kind = shapely.get_type_id(geoms)
    is_wrapped = kind == shapely.GeometryType.GEOMETRYCOLLECTION
    found[is_wrapped] = [_unwrapped(geom) for geom in geoms[is_wrapped]]
    kind = shapely.get_type_id(found)
    is_polygon = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    for index in np.flatnonzero(is_polygon & ~shapely.is_valid(found)):
        found[index] = _parted(found[index])
    changed = np.array([new is not old for new, old in zip(found, geoms, strict=True)], dtype=bool)
    return found, changed


def _unwrapped(collection: Any) -> Any:
    """The polygons of a collection as one multipolygon; a collection without any stays."""
    parts = [part for item in shapely.get_parts(collection) for part in shapely.get_parts(item)]
    polygons = [part for part in parts if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(polygons) if polygons else collection


def _parted(geom: Any) -> Any:
    parts, is_changed = [], False
    for polygon in shapely.get_parts(geom):
        shell = shapely.Polygon(polygon.exterior)
        rings = [shapely.Polygon(ring) for ring in polygon.interiors]
        is_hole = [bool(shapely.intersects(shell, ring.point_on_surface())) for ring in rings]
        parts.append(
            shapely.Polygon(shell.exterior, [ring.exterior for ring, hole in zip(rings, is_hole, strict=True) if hole])
        )
        parts += [ring for ring, hole in zip(rings, is_hole, strict=True) if not hole]
        is_changed |= not all(is_hole)
    return shapely.MultiPolygon(parts) if is_changed else geom
