"""Reads Parquet and GeoParquet, batch by batch, in the system that its metadata names.

Invariant: a geometry column in another form than WKB is refused by name; a system that the metadata leaves open
(`crs: null`) is open, one that they do not mention is longitude and latitude, as the format says.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
from pyproj.exceptions import CRSError

from config.visible import cut
from geo.masking import shown
from loaders.faults import Refused
from loaders.read.cells import series_text
from loaders.read.table import Table, Wish
from loaders.read.vector import BATCH_ROWS, declared, readable


class ParquetTable(Table):
    """A file of columns; with metadata “geo” its primary column is the shape."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        schema = self._open().schema_arrow
        told = _geo(schema, path)
        self._shape: str | None = told.get("primary_column")
        shapes = told.get("columns", {})
        boxes = {name for column in shapes.values() for name in _boxes(column)}
        self._columns = [name for name in schema.names if name not in shapes and name not in boxes]
        self.headings = tuple(self._columns)
        if self._shape is not None:
            self.has_shapes = True
            self._declare(shapes.get(self._shape, {}))

    def _declare(self, column: dict[str, Any]) -> None:
        if column.get("encoding", "WKB") != "WKB":
            raise Refused("geoparquet_encoding", file=self._path.name, encoding=shown(str(column["encoding"])))
        if "crs" not in column:
            self.is_degrees = True
        elif column["crs"] is None:
            self.should_declare = True
        else:
            self.declared_crs = _named(column["crs"])

    def blocks(self) -> Iterator[pl.DataFrame]:
        wanted = [*self._columns, *([self._shape] if self._shape else [])]
        next_row = 2
        try:
            for batch in self._open().iter_batches(batch_size=BATCH_ROWS, columns=wanted):
                frame = self._frame(batch)
                yield frame.insert_column(
                    0, pl.Series("row", range(next_row, next_row + batch.num_rows), dtype=pl.Int64)
                )
                next_row += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error

    def _frame(self, batch: pa.RecordBatch) -> pl.DataFrame:
        texts = [series_text(pl.Series(f"c{place}", batch.column(name))) for place, name in enumerate(self._columns)]
        frame = pl.DataFrame([text.alias(f"c{place}") for place, text in enumerate(texts)])
        if self._shape is None:
            return frame
        return frame.with_columns(*readable(batch.column(self._shape).to_pylist()))

    def _open(self) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self._path)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> Refused:
        return Refused("geofile_damaged", file=self._path.name, reason=cut(shown(str(error).splitlines()[0])))


def opened(path: Path, wish: Wish) -> ParquetTable:  # noqa: ARG001
    """The one table of the file."""
    return ParquetTable(path)


def _geo(schema: pa.Schema, path: Path) -> dict[str, Any]:
    """The metadata “geo”; none for a plain table."""
    raw = (schema.metadata or {}).get(b"geo")
    if raw is None:
        return {}
    try:
        told = json.loads(raw)
        columns = told["columns"]
        if told["primary_column"] in columns and told["primary_column"] in schema.names:
            return dict(told)
    except (ValueError, KeyError, TypeError):
        pass
    raise Refused("geofile_damaged", file=path.name, reason="geo")


def _boxes(column: dict[str, Any]) -> set[str]:
    """Columns that only say within which box each shape lies."""
    corners = column.get("covering", {}).get("bbox", {})
    return {path[0] for path in corners.values() if isinstance(path, list) and path}


def _named(system: dict[str, Any]) -> str | None:
    """The system of the metadata by its name; longitude and latitude by the name that keeps their order."""
    told = json.dumps(system)
    try:
        is_degrees = pyproj.CRS.from_user_input(told).to_authority() == ("OGC", "CRS84")
    except CRSError:
        is_degrees = False
    return "OGC:CRS84" if is_degrees else declared(told)
