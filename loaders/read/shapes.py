"""Writes shapes as the WKB that every reader gives.

Invariant: what a file says of a shape is there, heights included; whoever leaves them out can say so.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray


def understood(reader: Callable[..., Any], given: Sequence[Any]) -> NDArray[Any]:
    """What `reader` (shapely.from_wkb, from_wkt, from_geojson) makes of each item; none of what it does not know.

    A curve makes it refuse all at once, so that the items are taken one by one then.
    """
    items = np.array(given, dtype=object)
    with np.errstate(invalid="ignore"):  # a coordinate that is no number is judged later
        try:
            return np.asarray(reader(items, on_invalid="ignore"), dtype=object)
        except NotImplementedError:
            return np.array([_one(reader, item) for item in items], dtype=object)


def _one(reader: Callable[..., Any], item: Any) -> Any:
    try:
        return reader(item, on_invalid="ignore")
    except NotImplementedError:
        return None


def as_wkb(shapes: NDArray[Any]) -> pl.Series:
    """`geometry` as WKB; null for none and for an empty shape, which is nowhere."""
    known = shapes.copy()
    known[shapely.is_empty(known)] = None
    return pl.Series("geometry", list(shapely.to_wkb(known)), dtype=pl.Binary)
