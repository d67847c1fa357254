"""Writes the sample street in the standard format of `cockpit load`.

Guards one invariant: the same tables give the same bytes.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from loaders.sample.basemap import Feature
from loaders.sample.ground import DECIMALS, shapes_to_lonlat
from loaders.sample.plan import Level


def write_csv(table: pl.DataFrame, path: Path) -> None:
    """UTF-8 with a header; times as 2026-10-01 08:12:40, coordinates with 7 decimals, nothing for null."""
    table.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S", float_precision=DECIMALS)


def write_level(level: Level, parent: Level | None, path: Path) -> None:
    """A FeatureCollection (EPSG:4326) with 代码, 名称, 上级代码 and, for communities, 类型."""
    rows = []
    for index, (code, name) in enumerate(zip(level.codes, level.names, strict=True)):
        row = {"代码": code, "名称": name, "上级代码": parent.codes[level.parents[index]] if parent else None}
        rows.append({**row, "类型": level.kinds[index]} if level.kinds else row)
    _write_geojson(rows, shapes_to_lonlat(level.shapes), path)


def write_features(features: Iterable[Feature], path: Path) -> None:
    """A FeatureCollection (EPSG:4326) with kind, name, width_m and, for roads and railways, class."""
    kept = list(features)
    rows: list[dict[str, Any]] = []
    for feature in kept:
        row = {"kind": feature.kind, "name": feature.name or None, "width_m": feature.width_m}
        rows.append({**row, "class": feature.road_class} if feature.road_class else row)
    _write_geojson(rows, shapes_to_lonlat([feature.shape for feature in kept]), path)


def _write_geojson(rows: list[dict[str, Any]], shapes: Iterable[Any], path: Path) -> None:
    features = [
        {"type": "Feature", "properties": row, "geometry": _geometry(shape)}
        for row, shape in zip(rows, shapes, strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


def _geometry(shape: Any) -> Mapping[str, Any]:
    if shape.geom_type == "MultiPolygon":
        return {"type": shape.geom_type, "coordinates": [_rings(part) for part in shape.geoms]}
    if shape.geom_type == "Polygon":
        return {"type": shape.geom_type, "coordinates": _rings(shape)}
    return {"type": shape.geom_type, "coordinates": _places(shape)}


def _rings(polygon: Any) -> list[list[list[float]]]:
    wound = shapely.orient_polygons(polygon, exterior_cw=False)
    return [_places(ring) for ring in (wound.exterior, *wound.interiors)]


def _places(line: Any) -> list[list[float]]:
    places: list[list[float]] = np.round(shapely.get_coordinates(line), DECIMALS).tolist()
    return places
