"""Reads CSV as it came: blocks of text cells with the row numbers that a spreadsheet shows (header = 1).

Invariant: no row of the file is lost or renumbered: what a block does not hold is listed in `ragged`; a CSV never
stands in memory as a whole.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from loaders.faults import Refused
from loaders.read import dialect
from loaders.read.rows import is_no_ragged_row
from loaders.read.table import Ragged, Table, Wish

LINE_BREAK = re.compile(b"\n")
BLOCK_BYTES = (1 << 20, 24 << 20)
"""pyarrow reads 32 blocks ahead: small ones bound the memory, large ones are for rows too long for them."""
BLOCK_ROWS = 20_000

csv.field_size_limit(BLOCK_BYTES[-1])


class CsvTable(Table):
    """A CSV: delimiter and header found in the first lines, quotes and line breaks within quotes as in RFC 4180."""

    def __init__(self, path: Path, wish: Wish, *, encoding: str) -> None:
        super().__init__()
        self._path = path
        self._encoding = encoding
        found = dialect.of(path, wish, encoding=encoding)
        self._delimiter = self.delimiter = found.delimiter
        self._may_break = True
        self._header_end = found.header.last
        self.headings = found.header.headings
        self.lines_above, self.header_rows = found.header.lines_above, found.header.rows
        self.unit_above = found.header.unit
        self._named = sum(bool(heading) for heading in self.headings) and max(
            place for place, heading in enumerate(self.headings, start=1) if heading
        )

    def blocks(self) -> Iterator[pl.DataFrame]:
        names = [f"c{index}" for index in range(len(self.headings))]
        odd: list[Ragged] = []
        self.ragged = odd
        frames = self._frames(names, odd) if self._delimiter.isascii() else self._by_line(names, odd)
        for frame in frames:
            odd[:] = [item for item in odd if item.row > self._header_end]
            self._refuse_swallowed(frame, odd)
            yield frame
        odd[:] = [item for item in odd if item.row > self._header_end]
        yield from self._padded(names, odd)

    def _frames(self, names: list[str], odd: list[Ragged]) -> Iterator[pl.DataFrame]:
        """The blocks behind the header, by the fast reader."""
        next_row = 1
        try:
            for batch in self._batches(names, odd):
                self._may_break = _has_break(batch)
                frame = pl.DataFrame(pl.from_arrow(batch))
                numbers = _numbers(next_row, frame.height, odd)
                next_row = int(numbers[-1]) + 1 if len(numbers) else next_row
                frame = frame.insert_column(0, pl.Series("row", numbers, dtype=pl.Int64))
                yield frame.slice(int((numbers <= self._header_end).sum()))
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise Refused("not_csv", file=self._path.name, reason=str(error).splitlines()[0]) from error

    def _batches(self, names: list[str], odd: list[Ragged]) -> Iterator[pa.RecordBatch]:
        given = 0
        for size in BLOCK_BYTES:
            odd.clear()
            past = 0
            try:
                for batch in self._reader(names, odd, size):
                    rest = batch.slice(max(0, given - past))
                    past += batch.num_rows
                    if rest.num_rows:
                        given += rest.num_rows
                        yield rest
            except pa.ArrowInvalid as error:
                if "straddling" not in str(error) or size == BLOCK_BYTES[-1]:
                    raise
            else:
                return

    def _reader(self, names: list[str], odd: list[Ragged], size: int) -> Iterator[pa.RecordBatch]:
        def keep(row: pa_csv.InvalidRow) -> str:
            cells = next(csv.reader(io.StringIO(row.text, newline=""), delimiter=self._delimiter), [])
            odd.append(Ragged(row=row.number, cells=tuple(cells)))
            return "skip"

        return iter(
            pa_csv.open_csv(
                self._path,
                read_options=pa_csv.ReadOptions(
                    use_threads=False, column_names=names, block_size=size, encoding=self._encoding
                ),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self._delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=keep,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    strings_can_be_null=False,
                ),
            )
        )

    def _by_line(self, names: list[str], odd: list[Ragged]) -> Iterator[pl.DataFrame]:
        """The same for a delimiter behind ASCII (，), which the fast reader does not take."""
        with dialect.text_of(self._path, self._encoding) as text:
            records = islice(enumerate(csv.reader(text, delimiter=self._delimiter), start=1), self._header_end, None)
            try:
                while block := list(islice(records, BLOCK_ROWS)):
                    whole = [(row, cells) for row, cells in block if len(cells) == len(names)]
                    odd += [Ragged(row, tuple(cells)) for row, cells in block if len(cells) != len(names)]
                    columns = {name: [cells[place] for _, cells in whole] for place, name in enumerate(names)}
                    schema = {"row": pl.Int64, **dict.fromkeys(names, pl.String)}
                    yield pl.DataFrame({"row": [row for row, _ in whole], **columns}, schema=schema)
            except csv.Error as error:
                raise Refused("not_csv", file=self._path.name, reason=str(error)) from error

    def _refuse_swallowed(self, frame: pl.DataFrame, odd: Sequence[Ragged]) -> None:
        """Rows within a cell of another, behind a quotation mark never closed, would be lost: refuses the file."""
        width = len(self.headings)
        lost = [item.row for item in odd if _is_torn(item, width, self._delimiter)]
        has_break = pl.any_horizontal(pl.exclude("row").str.contains("\n", literal=True))
        for row, *cells in frame.filter(has_break).iter_rows() if self._may_break else ():
            if any(_holds_rows(cell, width, self._delimiter) for cell in cells):
                lost.append(row)
                break
        if lost:
            raise Refused("unclosed_quote", file=self._path.name, row=min(lost))

    def _padded(self, names: list[str], odd: list[Ragged]) -> Iterator[pl.DataFrame]:
        """Rows are whole whose surplus cells are all empty, or that lack only cells without a heading.

        They follow as a last block.
        """
        width = len(names)
        whole = [item for item in odd if self._is_whole(item, width)]
        if whole:
            odd[:] = [item for item in odd if item not in whole]
            filled = [(*item.cells, *[""] * width) for item in whole]
            columns = {name: [cells[index] for cells in filled] for index, name in enumerate(names)}
            yield pl.DataFrame({"row": [item.row for item in whole], **columns})

    def _is_whole(self, item: Ragged, width: int) -> bool:
        if len(item.cells) > width:
            return not "".join(item.cells[width:]).strip()
        return len(item.cells) > 1 and len(item.cells) >= self._named


def _has_break(batch: pa.RecordBatch) -> bool:
    """Whether a cell of the batch, or of the one that it is cut from, holds a line break."""
    texts = (column.buffers()[-1] for column in batch.columns)
    return any(text is not None and LINE_BREAK.search(text) for text in texts)


def _numbers(first: int, count: int, odd: Sequence[Ragged]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The numbers of the next `count` rows from `first` on, leaving out those of ragged rows."""
    taken = np.array([item.row for item in odd if item.row >= first], dtype=np.int64)
    candidates = np.arange(first, first + count + len(taken), dtype=np.int64)
    return np.setdiff1d(candidates, taken, assume_unique=True)[:count]


def _holds_rows(cell: str, width: int, delimiter: str) -> bool:
    """True where a line within the cell looks like a row: as many delimiters, none followed by a blank as in prose."""
    later = cell.split("\n")[1:] if width > 2 else []
    return any(line.count(delimiter) == width - 1 and f"{delimiter} " not in line for line in later)


def _is_torn(item: Ragged, width: int, delimiter: str) -> bool:
    """True for a row with line breaks and too few cells, or with whole rows in a cell; a note over lines is none."""
    broken = [cell for cell in item.cells if "\n" in cell]
    if not broken:
        return False
    is_note = is_no_ragged_row(item) and not any(delimiter in cell.partition("\n")[2] for cell in broken)
    return (len(item.cells) < width and not is_note) or any(_holds_rows(cell, width, delimiter) for cell in broken)
