"""Writes shapes as the WKB that every reader gives.

Invariant: what a file says of a shape is there, heights included; whoever leaves them out can say so.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

MOST_NESTED = 10
"""Collections in a collection, one within the other, that are looked into; without end they exhaust every reader."""


def understood(reader: Callable[..., Any], given: Sequence[Any]) -> NDArray[Any]:
    """What `reader` (shapely.from_wkb, from_wkt, from_geojson) makes of each item; none of what it does not know.

    A curve makes it refuse all at once, so that the items are taken one by one then. A shape that is nested deeper than
    MOST_NESTED is none.
    """
    items = np.array([None if is_endless(item) else item for item in given], dtype=object)
    with np.errstate(invalid="ignore"):  # a coordinate that is no number is judged later
        try:
            found = np.array(reader(items, on_invalid="ignore"), dtype=object)
        except NotImplementedError:
            found = np.array([_one(reader, item) for item in items], dtype=object)
    found[_deep(found)] = None
    return found


def is_endless(given: Any) -> bool:
    """Whether a text (WKT, GeoJSON) names more collections than anybody nests; cheaper than to build them."""
    return isinstance(given, str) and given.upper().count("COLLECTION") > MOST_NESTED


def _deep(shapes: NDArray[Any]) -> NDArray[np.int64]:
    """The places of shapes that are nested deeper than MOST_NESTED."""
    parts, places = shapes, np.arange(len(shapes))
    for _ in range(MOST_NESTED):
        is_collection = shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION
        if not is_collection.any():
            break
        parts, index = shapely.get_parts(parts[is_collection], return_index=True)
        places = places[is_collection][index]
    is_collection = shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION
    deep: NDArray[np.int64] = places[is_collection]
    return deep


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
