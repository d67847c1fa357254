"""Reads CSV as it came: blocks of text cells with the row numbers that a spreadsheet shows (header = 1).

Invariant: no row of the file is lost or renumbered: what a block does not hold is listed in `ragged`; a CSV never
stands in memory as a whole.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from loaders.faults import Refused
from loaders.read.rows import is_no_ragged_row
from loaders.read.table import Ragged, Table

SNIFFED_BYTES = 1 << 20
BLOCK_BYTES = (1 << 20, 24 << 20)
"""pyarrow reads 32 blocks ahead: small ones bound the memory, large ones are for rows too long for them."""
DELIMITERS = (",", "\t", ";", "|")
LONGEST_HEADING = 1000
"""A heading longer than this is a quotation mark that was never closed."""

csv.field_size_limit(BLOCK_BYTES[-1])


def encoding_of(head: bytes, path: Path) -> str:
    """The encoding of a text by its first SNIFFED_BYTES: UTF-16, UTF-8 or GB18030. Raises Refused: not text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise Refused("not_text", file=path.name)
    for encoding in ("utf-8", "gb18030"):
        try:
            head.decode(encoding)
        except UnicodeDecodeError as error:
            if len(head) == SNIFFED_BYTES and error.start >= len(head) - 4:
                return encoding
        else:
            return encoding
    raise Refused("not_text", file=path.name)


class CsvTable(Table):
    """A CSV: delimiter found in the header line, quotes and line breaks within quotes as RFC 4180 has them."""

    def __init__(self, path: Path, *, encoding: str) -> None:
        super().__init__()
        self._path = path
        self._encoding = encoding
        with path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="", errors="replace") as text:
            first = text.readline()
            self._delimiter = max(DELIMITERS, key=first.count)
            text.seek(0)
            self.headings = self._header(text)
        if not any(self.headings):
            raise Refused("no_header", file=path.name)

    def _header(self, text: TextIO) -> tuple[str, ...]:
        try:
            found = tuple(cell.strip() for cell in next(csv.reader(text, delimiter=self._delimiter), []))
        except csv.Error as error:
            raise Refused("unclosed_quote", file=self._path.name, row=1) from error
        if any(len(heading) > LONGEST_HEADING for heading in found):
            raise Refused("unclosed_quote", file=self._path.name, row=1)
        return found

    def blocks(self) -> Iterator[pl.DataFrame]:
        names = [f"c{index}" for index in range(len(self.headings))]
        odd: list[Ragged] = []
        self.ragged = odd
        next_row, is_first = 1, True
        try:
            for batch in self._batches(names, odd):
                frame = pl.DataFrame(pl.from_arrow(batch))
                numbers = _numbers(next_row, frame.height, odd)
                next_row = int(numbers[-1]) + 1 if len(numbers) else next_row
                frame = frame.insert_column(0, pl.Series("row", numbers, dtype=pl.Int64))
                self._refuse_swallowed(frame, odd)
                yield frame.slice(1) if is_first else frame
                is_first = False
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise Refused("not_csv", file=self._path.name, reason=str(error).splitlines()[0]) from error
        yield from self._padded(names, odd)

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

    def _refuse_swallowed(self, frame: pl.DataFrame, odd: Sequence[Ragged]) -> None:
        """Rows within a cell of another, behind a quotation mark never closed, would be lost: refuses the file."""
        width = len(self.headings)
        lost = [item.row for item in odd if _is_torn(item, width, self._delimiter)]
        has_break = pl.any_horizontal(pl.exclude("row").str.contains("\n", literal=True))
        for row, *cells in frame.filter(has_break).iter_rows():
            if any(_holds_rows(cell, width, self._delimiter) for cell in cells):
                lost.append(row)
                break
        if lost:
            raise Refused("unclosed_quote", file=self._path.name, row=min(lost))

    def _padded(self, names: list[str], odd: list[Ragged]) -> Iterator[pl.DataFrame]:
        """Rows whose surplus cells are all empty are whole: they follow as a last block."""
        width = len(names)
        whole = [item for item in odd if len(item.cells) > width and not "".join(item.cells[width:]).strip()]
        if whole:
            odd[:] = [item for item in odd if item not in whole]
            columns = {name: [item.cells[index] for item in whole] for index, name in enumerate(names)}
            yield pl.DataFrame({"row": [item.row for item in whole], **columns})


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
