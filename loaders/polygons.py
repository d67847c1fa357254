"""What becomes of a polygon as delivered: kept, repaired, or refused with the reason.

Invariant: a repair changes at most 0.1 % of an area, and what has no area is never an area.
"""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import ground_m2
from geo.rings import refiled

REPAIR_TOLERANCE = 0.001
"""Share of its area that repairing an invalid ring may change (0.1 %)."""
LEAST_M2 = 1
"""No area of people is smaller; such a polygon is what drawing or exporting left behind."""
SMALL = 1e-8
"""Square degrees (about 100 m²) below which a polygon is measured on the ground."""
POLYGON_DEPTH = 3
"""How deep lists stand in each other in the coordinates of a GeoJSON polygon; a MultiPolygon has one more."""


@dataclass(frozen=True)
class Judged:
    """A block's polygons (EPSG:4326, MultiPolygons; None where refused), and masks of what became of them.

    `is_bad`: no polygon, or not to be repaired; `is_flat`: below LEAST_M2, with its area in `m2` (NaN elsewhere).
    """

    shapes: NDArray[Any]
    is_repaired: NDArray[np.bool_]
    is_bad: NDArray[np.bool_]
    is_flat: NDArray[np.bool_]
    m2: NDArray[np.float64]


def polygons(shape: Any) -> Any:
    """The polygons among the parts of a shape, as one MultiPolygon."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def judged(shapes: NDArray[Any]) -> Judged:
    """Puts right what is only filed wrongly, repairs rings where the area stays, tells apart what cannot be kept.

    Filing parts as parts changes no ring, so the area that a repair must keep is the one after it.
    """
    fixed, is_refiled = refiled(shapes)
    kind = shapely.get_type_id(fixed)
    is_polygon = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    before = shapely.area(fixed)
    is_broken = is_polygon & ~shapely.is_valid(fixed)
    fixed[is_broken] = [polygons(shape) for shape in shapely.make_valid(fixed[is_broken])]
    after = shapely.area(fixed)
    is_flat, m2 = _flat(fixed, is_polygon & (after < SMALL))
    is_kept = is_polygon & ~is_flat & (np.abs(after - before) <= REPAIR_TOLERANCE * after)
    fixed[~is_kept] = None
    fixed[is_kept] = [polygons(shape) for shape in fixed[is_kept]]
    is_bad = ~shapely.is_missing(shapes) & ~is_kept & ~is_flat
    return Judged(fixed, (is_broken | is_refiled) & is_kept, is_bad, is_flat, m2)


def _flat(shapes: NDArray[Any], is_small: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    m2 = np.full(len(shapes), np.nan)
    m2[is_small] = ground_m2(shapes[is_small])
    return is_small & (m2 < LEAST_M2), m2


def is_misnested(geometry: str | None) -> bool:
    """Whether a GeoJSON text says MultiPolygon over the coordinates of a Polygon: as it stands it has no area."""
    if geometry is None:
        return False
    try:
        told = json.loads(geometry)
    except ValueError:
        return False
    is_multi = isinstance(told, dict) and told.get("type") == "MultiPolygon"
    return is_multi and _depth(told.get("coordinates")) == POLYGON_DEPTH


def _depth(value: Any) -> int:
    depth = 0
    while isinstance(value, list) and value:
        value, depth = value[0], depth + 1
    return depth
