"""Looks up the polygon that holds a point in a grid of cells, so that only points near a border need exact geometry.

Invariant: a cell answers for its points only if no border comes near it, so the answers are those of exact geometry.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

SIDE = 2048
"""Cells in a row and in a column."""
STEP = 0.5
"""Cells between two marks along a border; a border thus comes into no cell farther than the next from a mark."""
UNKNOWN, BORDER = -3, -2

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Exact = Callable[[Floats, Floats], Indices]


class Raster:
    """A grid over polygons. Cells of a row between two borders share one answer, found when first asked for."""

    def __init__(self, geoms: NDArray[Any], exact: Exact) -> None:
        """`exact`: the index of the polygon that holds each point (x, y), or -1."""
        self._exact = exact
        west, south, east, north = shapely.total_bounds(geoms)
        self._origin = np.array([west, south])
        self._scale = (SIDE - 4) / np.maximum([east - west, north - south], 1e-9)
        is_border = self._borders(geoms)
        starts = is_border.copy()
        starts[:, 1:] |= is_border[:, :-1]
        starts[:, 0] = True
        self._runs = (np.cumsum(starts, dtype=np.int32) - 1).reshape(starts.shape)
        self._answers = np.full(int(self._runs[-1, -1]) + 1, UNKNOWN, dtype=np.int64)
        self._answers[self._runs[is_border]] = BORDER

    def _cells(self, x: Floats, y: Floats) -> tuple[Indices, Indices]:
        """Row and column of each point; those beyond the polygons fall into the cells around the edge."""
        column, row = (
            np.clip(np.floor((at - origin) * scale) + 2, 0, SIDE - 1).astype(np.int64)
            for at, origin, scale in zip((x, y), self._origin, self._scale, strict=True)
        )
        return row, column

    def _borders(self, geoms: NDArray[Any]) -> NDArray[np.bool_]:
        found = np.zeros((SIDE, SIDE), dtype=bool)
        lines = shapely.transform(shapely.boundary(geoms), lambda at: (at - self._origin) * self._scale)
        marked = shapely.get_coordinates(shapely.segmentize(lines, STEP))
        column, row = (np.clip(np.floor(at) + 2, 1, SIDE - 2).astype(np.int64) for at in marked.T)
        for across in (-1, 0, 1):
            for along in (-1, 0, 1):
                found[row + across, column + along] = True
        return found

    def find(self, x: Floats, y: Floats) -> Indices:
        """The index of the polygon that holds each point, or -1; coordinates are finite."""
        runs = self._runs[self._cells(x, y)]
        unknown = np.flatnonzero(self._answers[runs] == UNKNOWN)
        asked = unknown[np.unique(runs[unknown], return_index=True)[1]]
        self._answers[runs[asked]] = self._exact(x[asked], y[asked])
        found = self._answers[runs]
        near = np.flatnonzero(found == BORDER)
        found[near] = self._exact(x[near], y[near])
        return found
