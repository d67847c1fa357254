"""Refused rows as received: how they are kept, as JSON by heading, and how they become a table again.

Invariant: what was kept gives the same cells back, and a row number stays what a spreadsheet showed. A row with a wrong
number of cells is kept as `cells` beside the `headings` of its file; a shape that is no cell as hexadecimal WKB. All
other rows of one load are kept under the same headings. Rows become a table block by block, and no block is kept.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import orjson
import polars as pl

from geo.masking import shown
from loaders.faults import Refused
from loaders.read.table import Ragged, Table

NUL_SHOWN = "\u2400"
"""Stands for the character that PostgreSQL cannot store."""
SHAPE, BROKEN = f"{NUL_SHOWN}geometry", f"{NUL_SHOWN}broken"
"""Where a record holds the shape of its row, or the text of one that cannot be read."""
CELLS, HEADINGS = "cells", "headings"
HIDDEN = "***"


@dataclass(frozen=True)
class Kept:
    """A refused row; `cells` by heading (None: empty), of a ragged one as far as it has headings, `all_cells` all.

    Its repr shows none of them.
    """

    row: int
    cells: Mapping[str, str | None] = field(repr=False)
    all_cells: tuple[str, ...] = field(default=(), repr=False)
    is_ragged: bool = False
    shape: bytes | None = field(default=None, repr=False)
    broken: str | None = field(default=None, repr=False)
    has_shape: bool = False

    @classmethod
    def of(cls, row: int, record: str) -> "Kept":
        """The row of a record as it was sealed. Raises Refused for one that an older program kept without headings."""
        told = orjson.loads(record)
        if isinstance(told.get(CELLS), list):
            cells = tuple(cell.replace(NUL_SHOWN, "\0") for cell in told[CELLS])
            if not isinstance(told.get(HEADINGS), list):
                raise Refused("replay_not_kept", rows=str(row), load="")
            padded = (*cells, *[""] * len(told[HEADINGS]))
            return cls(row, dict(zip(told[HEADINGS], padded, strict=False)), all_cells=cells, is_ragged=True)
        has_shape = SHAPE in told
        shape, broken = told.pop(SHAPE, None), told.pop(BROKEN, None)
        return cls(
            row,
            {name: cell and cell.replace(NUL_SHOWN, "\0") for name, cell in told.items()},
            shape=bytes.fromhex(shape) if shape else None,
            broken=broken,
            has_shape=has_shape,
        )

    def with_cells(self, typed: Mapping[str, str]) -> "Kept":
        """The row with the cells that somebody typed, itself where they say the same; a ragged one is whole then.

        Raises Refused for a heading that it lacks.
        """
        if lost := [name for name in typed if name not in self.cells]:
            raise Refused("replay_heading", heading=shown(lost[0]), row=self.row)
        if all((self.cells[name] or "") == cell for name, cell in typed.items()):
            return self
        return replace(self, cells={**self.cells, **typed}, is_ragged=False)


class KeptTable(Table):
    """Refused rows of one file as a table; headings in the order in which they were kept."""

    def __init__(
        self,
        first: Sequence[Kept],
        blocks: Callable[[], Iterator[Sequence[Kept]]],
        *,
        declared_crs: str | None,
        is_degrees: bool,
        should_declare: bool,
    ) -> None:
        """`first` are the first rows of each kind (whole, ragged); `blocks` gives all rows, whenever it is called."""
        super().__init__()
        self._kept = blocks
        self.headings = tuple(dict.fromkeys(name for one in first for name in one.cells))
        self.declared_crs = declared_crs
        self.is_degrees = is_degrees
        self.should_declare = should_declare
        self.has_shapes = any(one.has_shape for one in first)

    def blocks(self) -> Iterator[pl.DataFrame]:
        """The rows again, block by block."""
        torn: list[Ragged] = []
        for rows in self._kept():
            torn += [Ragged(one.row, one.all_cells) for one in rows if one.is_ragged]
            if whole := [one for one in rows if not one.is_ragged]:
                yield self._block(whole)
        self.ragged = torn

    def _block(self, rows: Sequence[Kept]) -> pl.DataFrame:
        columns = [pl.Series("row", [one.row for one in rows], dtype=pl.Int64)]
        columns += [
            pl.Series(f"c{index}", [one.cells.get(name) for one in rows], dtype=pl.String)
            for index, name in enumerate(self.headings)
        ]
        if self.has_shapes:
            columns.append(pl.Series("geometry", [one.shape for one in rows], dtype=pl.Binary))
            columns.append(pl.Series("broken", [one.broken for one in rows], dtype=pl.String))
        return pl.DataFrame(columns)
