"""The one place where an inspection opens a file, and the sample of rows that it judges by.

Invariant: every row is counted; only the first SAMPLE_ROWS are looked at, which the inspection says.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from loaders import check, read
from loaders.sandbox.far_table import open_table as opened

SAMPLE_ROWS = 50_000


@dataclass(frozen=True)
class Sample:
    """A file as it was opened. `rows` counts all but blank lines; `frame` holds trimmed cells of the first ones."""

    table: read.Table
    rows: int
    ragged: int
    frame: pl.DataFrame

    @property
    def is_whole(self) -> bool:
        """Whether the frame holds every row."""
        return self.frame.height == self.rows

    @property
    def shapes(self) -> list[bytes | None]:
        """The shape (WKB) of each row of the frame; empty where the file has none."""
        return self.frame["geometry"].to_list() if "geometry" in self.frame.columns else []

    def without(self, is_no_row: pl.Series) -> "Sample":
        """The sample without these lines of its frame; itself where there are none."""
        if not is_no_row.any():
            return self
        return replace(self, frame=self.frame.filter(~is_no_row), rows=self.rows - int(is_no_row.sum()))


def sampled(path: Path, wish: read.Wish) -> Sample:
    """Reads the file once. Raises loaders.faults.Refused."""
    table = opened(path, wish)
    try:
        kept: list[pl.DataFrame] = []
        rows = held = 0
        for block in table.blocks():
            trimmed = check.cells(block)
            found = trimmed.filter(~read.is_no_row(trimmed, table.headings, ()))
            rows += found.height
            if held < SAMPLE_ROWS and found.height:
                kept.append(found.head(SAMPLE_ROWS - held))
                held += kept[-1].height
        ragged = sum(not read.is_no_ragged_row(item) for item in table.ragged)
        names = {"row": pl.Int64, **{f"c{index}": pl.String for index in range(len(table.headings))}}
        frame = pl.concat(kept, how="diagonal") if kept else pl.DataFrame(schema=names)
        return Sample(table, rows, ragged, frame)
    finally:
        close = getattr(table, "close", None)
        if close is not None:
            close()
