"""Reads files of features through GDAL, batch by batch: attributes as text, shapes as WKB.

Invariant: a shape that cannot be built (an unclosed ring) is `broken` in its row and never an exception; GDAL's
warnings reach nobody's terminal.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import polars as pl
import pyarrow as pa
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError
from pyproj.exceptions import CRSError

from config.visible import cut
from geo.masking import shown
from loaders.faults import Refused
from loaders.read.cells import series_text
from loaders.read.shapes import as_wkb, understood
from loaders.read.table import Table

BATCH_ROWS = 20_000
BROKEN_CHARACTERS = 160
"""How much of a shape that cannot be built is told, as hexadecimal WKB."""
_ERRORS = (DataSourceError, DataLayerError, FieldError, GeometryError, pa.ArrowException, UnicodeDecodeError)
Result = TypeVar("Result")


class VectorTable(Table):
    """One layer of a file that GDAL reads. `options` are the driver's; `name` is the file that people know."""

    def __init__(self, path: Path, *, name: str, layer: str | None, **options: Any) -> None:
        super().__init__()
        self._path = path
        self._name = name
        self._layer = self.part = layer
        self._options = options
        info = self._gdal(lambda: pyogrio.read_info(path, layer=layer, **options))
        self.headings = tuple(str(field) for field in info["fields"])
        self.has_shapes = info["geometry_type"] is not None
        self.should_declare = self.has_shapes
        self.declared_crs = declared(info["crs"]) if self.has_shapes else None

    def blocks(self) -> Iterator[pl.DataFrame]:
        next_row = 2
        for batch, shape_column in self._batches():
            frame = self._frame(batch, shape_column)
            numbers = pl.Series("row", range(next_row, next_row + frame.height), dtype=pl.Int64)
            next_row += frame.height
            yield frame.insert_column(0, numbers)

    def _batches(self) -> Iterator[tuple[pa.RecordBatch, str | None]]:
        """The layer's batches, and the name of the column that holds the shapes."""
        opening = pyogrio.open_arrow(
            self._path, layer=self._layer, batch_size=BATCH_ROWS, use_pyarrow=True, **self._options
        )
        with ExitStack() as stack:
            meta, reader = self._gdal(lambda: stack.enter_context(opening))
            shapes = (meta["geometry_name"] or "wkb_geometry") if self.has_shapes else None
            while (batch := self._gdal(lambda: next(reader, None))) is not None:
                yield batch, shapes

    def _frame(self, batch: pa.RecordBatch, shape_column: str | None) -> pl.DataFrame:
        fields = [index for index, name in enumerate(batch.schema.names) if name != shape_column]
        texts = [series_text(pl.Series(_plain(batch.column(index)))) for index in fields]
        frame = pl.DataFrame([item.alias(f"c{cell}") for cell, item in enumerate(texts)])
        if shape_column is None:
            return frame
        found = batch.column(batch.schema.names.index(shape_column)).to_pylist()
        return frame.with_columns(*readable(found))

    def _gdal(self, call: Callable[[], Result]) -> Result:
        """The result of a call into GDAL, without its warnings; its errors as a refusal."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return call()
        except _ERRORS as error:
            reason = cut(shown(str(error).splitlines()[0].replace(str(self._path), self._name)))
            raise Refused("geofile_damaged", file=self._name, reason=reason) from error


def _plain(values: pa.Array) -> pa.Array:
    """A column without its label (texts that are JSON are texts)."""
    return values.storage if isinstance(values, pa.ExtensionArray) else values


def readable(found: list[bytes | None]) -> tuple[pl.Series, pl.Series]:
    """`geometry` (null for none, an empty one, and one that cannot be built) and `broken` (text of the last)."""
    shapes = understood(shapely.from_wkb, found)
    is_lost = shapely.is_missing(shapes) & np.array([item is not None for item in found], dtype=bool)
    texts = [_hex(item) if lost else None for item, lost in zip(found, is_lost, strict=True)]
    return as_wkb(shapes), pl.Series("broken", texts, dtype=pl.String)


def _hex(raw: bytes | None) -> str:
    text = (raw or b"").hex()
    return f"WKB {text[:BROKEN_CHARACTERS]}…" if len(text) > BROKEN_CHARACTERS else f"WKB {text}"


def declared(told: str | None) -> str | None:
    """The system that a file declares, as `EPSG:n` where its WKT means one, else as it stands; None for an empty one.

    A local system (“undefined Cartesian”) declares nothing.
    """
    if not told:
        return None
    try:
        system = pyproj.CRS.from_user_input(told)
        code = system.to_epsg()
    except CRSError:
        return told
    if system.is_engineering or system.name.casefold().startswith(("undefined", "unknown")):
        return None
    return told if code is None else f"EPSG:{code}"


def layer_of(names: Iterable[str], wanted: str | None, *, file: str) -> str:
    """The layer that the mapping names, else the only one. Raises Refused with the list."""
    found = list(names)
    told = ", ".join(f"“{shown(name)}”" for name in found)
    if wanted is not None:
        if wanted not in found:
            raise Refused("layer_missing", file=file, layer=shown(wanted), layers=told)
        return wanted
    if len(found) > 1:
        raise Refused("layer_ambiguous", file=file, layers=told).offering(found)
    if not found:
        raise Refused("empty_file", file=file)
    return found[0]
