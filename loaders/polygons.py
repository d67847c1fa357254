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
from geo.tangle import is_tangled, is_too_much

REPAIR_TOLERANCE = 0.001
"""Share of its area that repairing an invalid ring may change (0.1 %)."""
LEAST_M2 = 1
"""No area of people is smaller; such a polygon is what drawing or exporting left behind."""
SMALL = 1e-8
"""Square degrees (about 100 m²) below which a polygon is measured on the ground."""
POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
NOT_POLYGON, TANGLED, CHANGES = "not_polygon", "tangled", "changes"
POLYGON_DEPTH = 3
"""How deep lists stand in each other in the coordinates of a GeoJSON polygon; a MultiPolygon has one more."""


@dataclass(frozen=True)
class Judged:
    """A block's polygons (EPSG:4326, MultiPolygons; None where refused), and masks of what became of them.

    `changed`: the share of its area that repair changed (NaN where nothing was repaired). `is_bad`: no polygon, or not
    to be repaired, with its `case` (NOT_POLYGON, TANGLED, CHANGES) and what is wrong (`why`); `is_flat`: below
    LEAST_M2, with its area in `m2` (NaN elsewhere).
    """

    shapes: NDArray[Any]
    is_repaired: NDArray[np.bool_]
    changed: NDArray[np.float64]
    is_bad: NDArray[np.bool_]
    case: NDArray[Any]
    why: NDArray[Any]
    is_flat: NDArray[np.bool_]
    m2: NDArray[np.float64]


def polygons(shape: Any) -> Any:
    """The polygons among the parts of a shape, as one MultiPolygon."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def judged(shapes: NDArray[Any]) -> Judged:
    """Puts right what is only filed wrongly, repairs rings where the area stays, tells apart what cannot be kept.

    Filing parts as parts changes no ring, so the area that a repair must keep is the one after it. What crosses itself
    without end is neither tested nor repaired.
    """
    is_endless = np.array([is_too_much(shape) for shape in shapes], dtype=bool)
    fixed, is_refiled = refiled(_without(shapes, is_endless))
    is_polygon = np.isin(shapely.get_type_id(fixed), POLYGONS)
    before = shapely.area(fixed)
    is_broken = is_polygon & ~shapely.is_valid(fixed)
    is_endless[is_broken] = [is_tangled(shape) for shape in fixed[is_broken]]
    why = _why(shapes, fixed, is_broken)
    is_mended = is_broken & ~is_endless
    fixed[is_mended] = [polygons(shape) for shape in shapely.make_valid(fixed[is_mended])]
    after = shapely.area(fixed)
    is_flat, m2 = _flat(fixed, is_polygon & ~is_endless & (after < SMALL))
    is_kept = is_polygon & ~is_endless & ~is_flat & (np.abs(after - before) <= REPAIR_TOLERANCE * after)
    fixed[~is_kept] = None
    fixed[is_kept] = [polygons(shape) for shape in fixed[is_kept]]
    is_repaired = (is_broken | is_refiled) & is_kept
    changed = np.full(len(shapes), np.nan)
    changed[is_repaired] = np.abs(after - before)[is_repaired] / after[is_repaired]
    is_bad = ~shapely.is_missing(shapes) & ~is_kept & ~is_flat
    case = np.where(is_endless, TANGLED, np.where(is_polygon, CHANGES, NOT_POLYGON))
    return Judged(fixed, is_repaired, changed, is_bad, case, why, is_flat, m2)


def _without(shapes: NDArray[Any], left_out: NDArray[np.bool_]) -> NDArray[Any]:
    found = shapes.copy()
    found[left_out] = None
    return found


def _why(shapes: NDArray[Any], fixed: NDArray[Any], is_broken: NDArray[np.bool_]) -> NDArray[Any]:
    """The first thing that is wrong with a broken polygon and where, the type of what is none."""
    told = np.array([None if shape is None else shape.geom_type for shape in shapes], dtype=object)
    told[is_broken] = shapely.is_valid_reason(fixed[is_broken])
    return told


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
