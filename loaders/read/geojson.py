"""Reads GeoJSON as it came: one row a feature, its properties as text.

Invariant: no feature is lost; one whose geometry cannot be read keeps its row and says so in `broken`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl
import shapely

from geo import crs as crs_names
from geo.masking import shown
from loaders.faults import Refused
from loaders.read.table import BLOCK_ROWS, Table


class GeoJsonTable(Table):
    """A GeoJSON FeatureCollection: one row a feature, its properties as text, its geometry as WKB (null if broken)."""

    has_shapes = True
    is_degrees = True

    def __init__(self, path: Path) -> None:
        super().__init__()
        try:
            document = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
        except orjson.JSONDecodeError as error:
            raise Refused("not_geojson", file=path.name, reason=str(error)) from error
        self._features = _features(document, path)
        self.declared_crs = _declared_crs(document.get("crs"))
        self.headings = tuple(dict.fromkeys(key for item in self._features for key in item.get("properties") or {}))

    def blocks(self) -> Iterator[pl.DataFrame]:
        for start in range(0, len(self._features), BLOCK_ROWS):
            features = self._features[start : start + BLOCK_ROWS]
            properties = [item.get("properties") or {} for item in features]
            columns = {
                f"c{index}": pl.Series([_text(item.get(key)) for item in properties], dtype=pl.String)
                for index, key in enumerate(self.headings)
            }
            rows = pl.Series(range(start + 2, start + 2 + len(features)), dtype=pl.Int64)
            texts = [_geometry_text(item.get("geometry")) for item in features]
            shapes = _wkb(texts)
            lost = [text if shape is None else None for text, shape in zip(texts, shapes, strict=True)]
            geometry = {"geometry": pl.Series(shapes, dtype=pl.Binary), "broken": pl.Series(lost, dtype=pl.String)}
            yield pl.DataFrame({"row": rows, **columns, **geometry})


def _features(document: Any, path: Path) -> list[dict[str, Any]]:
    is_collection = isinstance(document, dict) and document.get("type") == "FeatureCollection"
    found = document.get("features") if is_collection else None
    if not isinstance(found, list) or not all(
        isinstance(item, dict) and isinstance(item.get("properties") or {}, dict) for item in found
    ):
        raise Refused("not_geojson", file=path.name, reason="FeatureCollection")
    if not found:
        raise Refused("empty_file", file=path.name)
    return found


def _declared_crs(crs: Any) -> str | None:
    """The name in a crs member (GeoJSON 2008: type name; an older one: type EPSG). Raises Refused for any other."""
    if crs is None or isinstance(crs, str):
        return crs
    properties = crs.get("properties") if isinstance(crs, dict) else None
    told = properties if isinstance(properties, dict) else {}
    name = f"EPSG:{told['code']}" if "code" in told else told.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Refused("unknown_crs", name=shown(orjson.dumps(crs).decode()), examples=crs_names.EXAMPLES)
    return name


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return orjson.dumps(value).decode()
    return repr(value)


def _geometry_text(geometry: Any) -> str | None:
    return None if geometry is None else orjson.dumps(geometry).decode()


def _wkb(texts: Sequence[str | None]) -> list[bytes | None]:
    """The shapes; null for none, for what is no geometry, and for an empty one, which is nowhere."""
    shapes = shapely.from_geojson(np.array(texts, dtype=object), on_invalid="ignore")
    return list(shapely.to_wkb(np.where(shapely.is_empty(shapes), None, shapes)))
