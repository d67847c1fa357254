"""Metres and degrees: the one way between the plan (EPSG:4549) and the files (EPSG:4326).

Guards one invariant: a point shared by two shapes is rounded once and in one way, so that written borders still meet.
"""

from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

STORAGE_CRS, METRIC_CRS = "EPSG:4326", "EPSG:4549"
DECIMALS = 7

FloatArray = NDArray[np.float64]


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(lonlat: FloatArray) -> FloatArray:
    """Rows of (lon, lat) in EPSG:4326 as rows of (east, north) in EPSG:4549."""
    return np.column_stack(_transformer(STORAGE_CRS, METRIC_CRS).transform(lonlat[:, 0], lonlat[:, 1]))


def to_lonlat(metres: FloatArray) -> FloatArray:
    """Rows of (east, north) in EPSG:4549 as rows of (lon, lat) in EPSG:4326, rounded to 7 decimals (a centimetre)."""
    degrees = np.column_stack(_transformer(METRIC_CRS, STORAGE_CRS).transform(metres[:, 0], metres[:, 1]))
    return np.asarray(np.round(degrees, DECIMALS))


def shapes_to_lonlat(shapes: Any) -> NDArray[Any]:
    """Shapes in metres (EPSG:4549) as shapes in EPSG:4326, every vertex rounded alike."""
    return np.asarray(shapely.transform(np.asarray(shapes, dtype=object), to_lonlat))
