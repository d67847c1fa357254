"""Reads JSON as a table: a list of objects, an object that holds one, JSON lines; GeoJSON goes to its own reader.

Invariant: what the document is, is said by itself; of several lists none is chosen, and kin of GeoJSON that is read by
nobody here (TopoJSON, Esri JSON) is refused by name.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from geo.masking import shown
from loaders.faults import Refused
from loaders.read import json_document
from loaders.read.geojson import GeoJsonTable
from loaders.read.table import BLOCK_ROWS, Table

GEOMETRIES = frozenset(
    ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection")
)
MOST_ITEMS_TOLD = 5


class JsonTable(Table):
    """One row an object, in the order of the file, the first is 2; one column a key, in the order of appearance."""

    def __init__(self, records: Sequence[dict[str, Any]]) -> None:
        super().__init__()
        self._records = records
        self.headings = tuple(dict.fromkeys(key for record in records for key in record))

    def blocks(self) -> Iterator[pl.DataFrame]:
        for start in range(0, len(self._records), BLOCK_ROWS):
            records = self._records[start : start + BLOCK_ROWS]
            columns = {
                f"c{place}": pl.Series([json_document.told(one.get(key)) for one in records], dtype=pl.String)
                for place, key in enumerate(self.headings)
            }
            rows = pl.Series(range(start + 2, start + 2 + len(records)), dtype=pl.Int64)
            yield pl.DataFrame({"row": rows, **columns})


def opened(path: Path, encoding: str) -> tuple[str, Table]:
    """The format (json, geojson) and the table of records or of features. Raises Refused."""
    table = _table(json_document.text_of(path, encoding), path)
    return "geojson" if table.has_shapes else "json", table


def _table(text: str, path: Path) -> Table:
    if json_document.is_lines(text):
        return _of_list(list(json_document.lines(text, file=path.name)), path)
    document = json_document.whole(text, file=path.name)
    if isinstance(document, list):
        return _of_list(document, path)
    if isinstance(document, dict):
        return _of_object(document, path)
    raise Refused("json_no_object", file=path.name, items="1")


def _of_object(document: dict[str, Any], path: Path) -> Table:
    kind = document.get("type")
    if kind == "Topology":
        raise Refused("topojson", file=path.name)
    if "geometryType" in document and "features" in document:
        raise Refused("esri_json", file=path.name)
    if kind == "FeatureCollection" or "features" in document or kind in GEOMETRIES:
        return GeoJsonTable(document, path)
    if kind == "Feature":
        return _of_list([document], path)
    lists = dict(_lists(document, ""))
    if len(lists) > 1:
        raise Refused("json_several_lists", file=path.name, lists=", ".join(f"“{shown(name)}”" for name in lists))
    if not lists and all(isinstance(value, list) for value in document.values()):
        raise Refused("json_no_object" if any(document.values()) else "empty_file", file=path.name, items="1")
    return _of_list(next(iter(lists.values()), [document]), path)


def _of_list(items: list[Any], path: Path) -> Table:
    if not items:
        raise Refused("empty_file", file=path.name)
    odd = [place for place, item in enumerate(items, start=1) if not isinstance(item, dict)]
    if odd:
        raise Refused("json_no_object", file=path.name, items=", ".join(map(str, odd[:MOST_ITEMS_TOLD])))
    if all(item.get("type") == "Feature" and "geometry" in item for item in items):
        return GeoJsonTable({"type": "FeatureCollection", "features": items}, path)
    return JsonTable(items)


def _lists(document: dict[str, Any], above: str) -> Iterator[tuple[str, list[Any]]]:
    """The lists of objects in an object and in those within it, by their path."""
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _lists(value, f"{above}{key}.")
        elif isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            yield f"{above}{key}", value
