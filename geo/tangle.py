"""How much work a polygon's rings would be, so that one drawn by accident or malice does not hold up a load.

Invariant: what is asked here costs little, whatever the rings are; time grows with vertices, never with crossings.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

LARGE = 10_000
"""Vertices from which on a polygon's work is estimated before it is tested at all."""
MOST_PAIRS = 50_000_000
"""Pairs of edges whose boxes meet that a test of validity may have to look at; borders have a few for each vertex."""
FEW_PAIRS, USUAL_PAIRS = 20_000, 30
"""As many, and as many for each edge, are counted through; a border has about three for each."""
MOST_CROSSINGS = 200
"""Edges that cross in one polygon; a border drawn by hand has a handful, and repair takes time with each."""
LOOKED_AT = 300

Shapes = NDArray[Any]


def is_too_much(shape: Any) -> bool:
    """Whether testing the polygon for validity would take too long, estimated from some of its edges."""
    if shapely.get_num_coordinates(shape) < LARGE:
        return False
    return _pairs(_edges(shape)) > MOST_PAIRS


def is_tangled(shape: Any) -> bool:
    """Whether the rings of an invalid polygon cross each other so often that it cannot be repaired."""
    edges = _edges(shape)
    if _pairs(edges) > FEW_PAIRS + USUAL_PAIRS * len(edges):
        return True
    one, other = shapely.STRtree(edges).query(edges, predicate="crosses")
    return bool((one < other).sum() > MOST_CROSSINGS)


def _edges(shape: Any) -> Shapes:
    rings = shapely.get_rings(shapely.get_parts(shape))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    is_edge = ring[:-1] == ring[1:]
    edges: Shapes = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)[is_edge])
    return edges


def _pairs(edges: Shapes) -> float:
    """The number of pairs of edges whose boxes meet, estimated; what is clearly too many is not counted to its end."""
    places = np.linspace(0, len(edges) - 1, min(LOOKED_AT, len(edges))).astype(int)
    tree = shapely.STRtree(edges)
    each = len(edges) / len(places)
    enough = max(MOST_PAIRS, FEW_PAIRS + USUAL_PAIRS * len(edges))
    found = 0.0
    for edge in edges[places]:
        found += len(tree.query(edge)) * each
        if found > enough:
            break
    return found
