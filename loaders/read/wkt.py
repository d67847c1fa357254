"""Turns a column of text into shapes: WKT, EWKT (SRID=4490;…), or hexadecimal WKB and EWKB.

Invariant: what cannot be read is `broken` in its row; the rows of a file declare one system, or none of them does.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
import shapely

from geo.crs import EXAMPLES
from geo.masking import shown
from loaders.check import BLANKS
from loaders.faults import Refused
from loaders.header import normal
from loaders.read.shapes import as_wkb, understood
from loaders.read.table import Table, Wish

_SRID = r"(?i)^SRID\s*=\s*(\d{1,6})\s*;\s*"
_PREFIX = r"^(?:\\x|0x)"
"""What databases put before hexadecimal digits."""
_HEX = r"^(?:[0-9A-Fa-f]{2}){5,}$"


def with_shapes(table: Table, wish: Wish, *, file: str) -> Table:
    """The table with the shapes of its geometry column; the table itself where it has none, or shapes of its own.

    Raises Refused: several columns could be it, the mapping names one that is not there, or the rows disagree on the
    coordinate system.
    """
    if table.has_shapes or not wish.geometry:
        return table
    normals = [normal(heading) for heading in table.headings]
    if wish.coordinates and all(one.intersection(normals) for one in wish.coordinates):
        return table
    hits = [index for index, heading in enumerate(normals) if heading in wish.geometry]
    if len(hits) > 1:
        found = ", ".join(f"“{shown(table.headings[index])}”" for index in hits)
        raise Refused("ambiguous_column", column="geometry", found=found)
    if hits:
        return WktTable(table, hits[0], file=file)
    if wish.needs_geometry:
        found = ", ".join(f"“{shown(heading)}”" for heading in table.headings if heading)
        raise Refused("missing_column", column="geometry", wanted=", ".join(sorted(wish.geometry)), found=found)
    return table


class WktTable(Table):
    """Another table whose cell number `cell` holds the shapes."""

    has_shapes = True

    def __init__(self, table: Table, cell: int, *, file: str) -> None:
        super().__init__()
        self._table = table
        self._cell = f"c{cell}"
        self._file = file
        self.headings = table.headings
        self.shape_cells = frozenset({cell})
        self.lines_above, self.header_rows, self.told = table.lines_above, table.header_rows, table.told
        self.unit_above = table.unit_above
        self.format, self.encoding, self.delimiter = table.format, table.encoding, table.delimiter
        self.part, self.parts, self.hidden = table.part, table.parts, table.hidden
        self._srid = self._first_srid()
        self.declared_crs = f"EPSG:{self._srid}" if self._srid else None

    def blocks(self) -> Iterator[pl.DataFrame]:
        for block in self._table.blocks():
            texts = self._texts(block)
            shapes, srids = _shapes(texts)
            self._refuse_mixed(block["row"], shapes, srids)
            lost = texts.set(pl.Series(~shapely.is_missing(shapes)), None)
            yield block.with_columns(as_wkb(shapes), lost.alias("broken"))
        self.ragged = self._table.ragged

    def _texts(self, block: pl.DataFrame) -> pl.Series:
        """The trimmed texts; null for an empty one and for the heading itself, repeated in the middle of a file."""
        texts = block[self._cell].str.strip_chars(BLANKS)
        heading = self.headings[int(self._cell[1:])].strip()
        return texts.set(texts.is_in(["", heading]).fill_null(value=False), None)

    def _first_srid(self) -> int:
        """The system of the first shape that can be read; 0 for none."""
        for block in self._table.blocks():
            shapes, srids = _shapes(self._texts(block))
            known = ~shapely.is_missing(shapes)
            if known.any():
                return int(srids[known][0])
        return 0

    def _refuse_mixed(self, rows: pl.Series, shapes: np.ndarray, srids: np.ndarray) -> None:
        other = ~shapely.is_missing(shapes) & (srids != self._srid)
        if other.any():
            place = int(other.argmax())
            first, second = (f"EPSG:{srid}" if srid else "—" for srid in (self._srid, int(srids[place])))
            raise Refused(
                "crs_mixed", file=self._file, row=int(rows[place]), first=first, second=second, examples=EXAMPLES
            )


def _shapes(texts: pl.Series) -> tuple[np.ndarray, np.ndarray]:
    """Shapes (None for no text, for one that cannot be read, and for an empty shape) and their SRID (0 for none)."""
    told = texts.str.extract(_SRID, 1).cast(pl.Int64).fill_null(0).to_numpy().copy()
    plain = texts.str.replace(_SRID, "").str.replace(_PREFIX, "")
    is_hex = plain.str.contains(_HEX).fill_null(value=False)
    shapes = understood(shapely.from_wkt, plain.set(is_hex, None).to_list())
    if is_hex.any():
        where = is_hex.to_numpy()
        coded = understood(shapely.from_wkb, plain.filter(is_hex).to_list())
        shapes[where] = coded
        told[where] = np.maximum(told[where], shapely.get_srid(coded))
    shapes[shapely.is_empty(shapes)] = None
    return shapely.set_srid(shapes, 0), told
