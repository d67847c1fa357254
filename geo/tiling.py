"""How the areas of one level share the ground: where two of them overlap, and what of their parents none covers.

Invariant: only areas of people count: a border drawn twice leaves slivers, which are told apart by their share.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import ground_m2

LEAST_M2 = 1.0
"""Nothing smaller is told."""

Shapes = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas by their indices, the ground that both claim in m², and its share of the smaller one (0 to 1)."""

    one: int
    other: int
    m2: float
    share: float


@dataclass(frozen=True, slots=True)
class Gap:
    """An area by its index, the ground in it that no part covers in m², its share, and a point (lon, lat) within."""

    index: int
    m2: float
    share: float
    lon: float
    lat: float


def overlaps(shapes: Shapes, *, own: int, tolerance: float) -> list[Overlap]:
    """Pairs that overlap by more than `tolerance` of the smaller one, the worst first.

    Only the first `own` of the shapes (polygons, EPSG:4326) are compared, with each other and with the rest.
    """
    one, other = shapely.STRtree(shapes).query(shapes[:own], predicate="intersects")
    is_pair = one < other
    one, other = one[is_pair], other[is_pair]
    shared = shapely.intersection(shapes[one], shapes[other])
    size = shapely.area(shapes)
    share = shapely.area(shared) / np.minimum(size[one], size[other])
    told = [
        Overlap(int(one[index]), int(other[index]), _m2(shared[index]), float(share[index]))
        for index in np.flatnonzero(share > tolerance)
    ]
    return sorted((pair for pair in told if pair.m2 >= LEAST_M2), key=lambda pair: -pair.m2)


def gaps(wholes: Shapes, parts: Shapes, *, tolerance: float) -> list[Gap]:
    """The `wholes` of which more than `tolerance` lies in none of the parts (EPSG:4326), the worst first."""
    tree = shapely.STRtree(parts)
    found = []
    for index, whole in enumerate(wholes):
        rest = shapely.difference(whole, shapely.union_all(parts[tree.query(whole, predicate="intersects")]))
        share = shapely.area(rest) / shapely.area(whole)
        if share <= tolerance:
            continue
        largest = max(shapely.get_parts(rest), key=shapely.area)
        inside = shapely.point_on_surface(largest)
        found.append(Gap(index, _m2(rest), float(share), inside.x, inside.y))
    return sorted((gap for gap in found if gap.m2 >= LEAST_M2), key=lambda gap: -gap.m2)


def _m2(shape: Any) -> float:
    """The ground of the polygons among the parts of a shape."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in ("Polygon", "MultiPolygon")]
    return float(ground_m2(np.array(parts, dtype=object)).sum()) if parts else 0.0
