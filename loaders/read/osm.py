"""Reads an OpenStreetMap extract (.osm.pbf): one kind of feature of it, its tags as columns.

Invariant: a heading stands for a tag that occurs in the file; tags that no mapping asks for are not unfolded.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pyarrow as pa

from loaders.header import normal
from loaders.read import osm_blocks
from loaders.read.table import Wish
from loaders.read.vector import VectorTable, layer_of

LAYERS = ("points", "lines", "multilinestrings", "multipolygons", "other_relations")
TAGS = "other_tags"
KEY = "osm_key"
"""A heading of ours: node/1, way/2, relation/3; numbers alone repeat between the three."""
_KINDS = {"points": "node", "lines": "way"}


class OsmTable(VectorTable):
    """The features of one kind; the file is gone through once more beforehand, to see which wanted tags occur."""

    def __init__(self, path: Path, wish: Wish) -> None:
        osm_blocks.refuse_damaged(path)
        self._kind = layer_of(LAYERS, wish.layer, file=path.name)
        self._tags: tuple[str, ...] = ()
        super().__init__(path, name=path.name, layer=self._kind, TAGS_FORMAT="JSON")
        self.parts = tuple(LAYERS)
        self._own = self.headings
        plain = {normal(heading) for heading in self.headings}
        found = {key for batch, _ in self._batches() for tags in self._unfolded(batch) for key in tags}
        self._tags = tuple(sorted(key for key in found if normal(key) in wish.headings - plain))
        self.headings = (*self._own, *self._tags, KEY)

    def _frame(self, batch: pa.RecordBatch, shape_column: str | None) -> pl.DataFrame:
        frame = super()._frame(batch, shape_column)
        tags = self._unfolded(batch)
        unfolded = {key: [item.get(key) for item in tags] for key in self._tags} | {KEY: self._keys(batch)}
        return frame.with_columns(
            pl.Series(f"c{cell}", values, dtype=pl.String)
            for cell, values in enumerate(unfolded.values(), start=len(self._own))
        )

    def _unfolded(self, batch: pa.RecordBatch) -> list[dict[str, Any]]:
        if TAGS not in batch.schema.names:
            return [{}] * batch.num_rows
        return [orjson.loads(text) if text else {} for text in self._column(batch, TAGS)]

    def _keys(self, batch: pa.RecordBatch) -> Iterator[str | None]:
        ids = self._column(batch, "osm_id")
        if "osm_way_id" not in batch.schema.names:
            kind = _KINDS.get(self._kind, "relation")
            return (f"{kind}/{one}" if one else None for one in ids)
        ways = self._column(batch, "osm_way_id")
        pairs = zip(ids, ways, strict=True)
        return (f"relation/{one}" if one else f"way/{way}" if way else None for one, way in pairs)

    @staticmethod
    def _column(batch: pa.RecordBatch, name: str) -> Iterable[Any]:
        values: Iterable[Any] = batch.column(batch.schema.names.index(name)).to_pylist()
        return values


def opened(path: Path, wish: Wish) -> OsmTable:
    """The kind of feature that is meant."""
    return OsmTable(path, wish)
