"""Reads GeoJSON as it came: one row a feature, its properties as text.

Invariant: no feature is lost; one whose geometry cannot be read keeps its row and says so in `broken`.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import shapely

from geo import crs as crs_names
from geo.masking import shown
from loaders.faults import Refused
from loaders.read.json_document import told
from loaders.read.shapes import as_wkb, understood
from loaders.read.table import BLOCK_ROWS, Table


class GeoJsonTable(Table):
    """A GeoJSON FeatureCollection: one row a feature, its properties as text, its geometry as WKB (null if broken)."""

    has_shapes = True
    is_degrees = True

    def __init__(self, document: dict[str, Any], path: Path) -> None:
        super().__init__()
        self._features = _features(document, path)
        self.declared_crs = _declared_crs(document.get("crs"))
        self.headings = tuple(dict.fromkeys(key for item in self._features for key in item.get("properties") or {}))

    def blocks(self) -> Iterator[pl.DataFrame]:
        for start in range(0, len(self._features), BLOCK_ROWS):
            features = self._features[start : start + BLOCK_ROWS]
            properties = [item.get("properties") or {} for item in features]
            columns = {
                f"c{index}": pl.Series([told(item.get(key)) for item in properties], dtype=pl.String)
                for index, key in enumerate(self.headings)
            }
            rows = pl.Series(range(start + 2, start + 2 + len(features)), dtype=pl.Int64)
            texts = [_geometry_text(item.get("geometry")) for item in features]
            shapes = _wkb(texts)
            lost = pl.Series("broken", texts, dtype=pl.String).set(shapes.is_not_null(), None)
            yield pl.DataFrame({"row": rows, **columns}).with_columns(shapes, lost)


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


def _geometry_text(geometry: Any) -> str | None:
    """The geometry as JSON text; what the fast writer does not take (a number beyond all size) the other one writes."""
    if geometry is None:
        return None
    try:
        return orjson.dumps(geometry).decode()
    except TypeError:
        return told(geometry)


def _wkb(texts: Sequence[str | None]) -> pl.Series:
    """The shapes; null for none, for what is no geometry, and for an empty one, which is nowhere."""
    return as_wkb(understood(shapely.from_geojson, texts))
