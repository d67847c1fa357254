"""Writes shapes as the WKB that every reader gives.

Invariant: shapes lie in the plane; heights and measures, which one format keeps and another does not, are left out.
"""

from typing import Any

import polars as pl
import shapely
from numpy.typing import NDArray


def flat_wkb(shapes: NDArray[Any]) -> pl.Series:
    """`geometry` as WKB; null for none and for an empty shape, which is nowhere."""
    known = shapes.copy()
    known[shapely.is_empty(known)] = None
    flat = shapely.force_2d(known)
    return pl.Series("geometry", list(shapely.to_wkb(flat)), dtype=pl.Binary)
