"""Lines that a mapping says are no rows of its own: totals known by their empty cells, and things of another kind.

Invariant: a line is left aside only for what the mapping names (`[skip] all_empty`, `[only]`), and it is counted as
skipped; a heading that the file lacks refuses the file.
"""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from config.mapping import ANY_VALUE, Mapping
from loaders.faults import Refused
from loaders.header import normal


@dataclass(frozen=True)
class Skipping:
    """`empty`: the cells (c0 …) that are all empty in lines to skip; `only`: cell → the values of which one must stand
    in one of these cells.
    """

    empty: tuple[str, ...]
    only: Table[str, tuple[str, ...]]

    @classmethod
    def of(cls, headings: Sequence[str], mapping: Mapping) -> "Skipping":
        """What the mapping says of a file with these headings; raises Refused for a heading that the file lacks."""
        cells = {normal(heading): f"c{place}" for place, heading in enumerate(headings)}
        all_empty = mapping.skip.get("all_empty", ())
        for key, wanted in (("skip.all_empty", all_empty), ("only", tuple(mapping.only))):
            lacking = [heading for heading in wanted if normal(heading) not in cells]
            if lacking:
                found = ", ".join(f"“{heading}”" for heading in headings if heading)
                raise Refused("missing_column", column=key, wanted=f"“{lacking[0]}”", found=found)
        return cls(
            empty=tuple(cells[normal(heading)] for heading in all_empty),
            only={cells[normal(heading)]: values for heading, values in mapping.only.items()},
        )

    def mask(self, frame: pl.DataFrame) -> pl.Series:
        """True for lines (trimmed, empty cells null) that are no rows; for none where the mapping names nothing."""
        found = pl.Series([False]).new_from_index(0, frame.height)
        if self.empty:
            found |= frame.select(pl.all_horizontal(pl.col(self.empty).is_null())).to_series()
        if self.only:
            is_own = [_is_one(cell, values) for cell, values in self.only.items()]
            found |= ~frame.select(pl.any_horizontal(is_own)).to_series()
        return found


def _is_one(cell: str, values: Sequence[str]) -> pl.Expr:
    """Whether the cell holds one of the values, or anything where the values allow any."""
    if ANY_VALUE in values:
        return pl.col(cell).is_not_null()
    return pl.col(cell).is_in(list(values)).fill_null(value=False)
