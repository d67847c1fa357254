"""Reads a sheet of an Excel workbook (.xlsx, .xlsm, .xls) as text, with the row numbers that Excel shows.

Invariant: hidden rows count, and what a cell holds is written as people see it; which sheet and which header row are
meant is told by the mapping or beyond doubt, and what is left aside is said. Of a large sheet one window is in memory.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl
import python_calamine as calamine

from config.visible import cut
from geo.masking import shown
from loaders.faults import Refused
from loaders.read import header_rows, workbook_parts
from loaders.read.cells import Value, cell_text, column_text
from loaders.read.header_rows import FEWEST_HITS, HeaderRows
from loaders.read.table import Table, Told, Wish
from loaders.read.workbook_windows import Book, Row, Sheet

BLOCK_ROWS = 4_000
"""Rows turned into text at a time."""

PANIC = "PanicException"
"""What the library's native code raises on some damaged files; no exception of Python's own tree."""


class WorkbookTable(Table):
    """One sheet: the header where it was found, then one row a line."""

    def __init__(self, path: Path, wish: Wish) -> None:
        super().__init__()
        self._path = path
        workbook_parts.refuse_monsters(path)
        chosen = _sheet(path, wish)
        self._sheet = chosen.sheet
        self.told = chosen.told
        self.part, self.parts, self.hidden = self._sheet.name, chosen.parts, chosen.hidden
        self._odd = workbook_parts.odd_cells(path, self._sheet.name)
        header = header_rows.required(_header(self._sheet, wish), file=path.name, sheet=self._sheet.name)
        self.headings = header.headings
        self.lines_above, self.header_rows = header.lines_above, header.rows
        self.unit_above = header.unit
        self._header_end = header.last

    def blocks(self) -> Iterator[pl.DataFrame]:
        below = ((number, row) for number, row in self._rows() if number > self._header_end)
        rows = _with_merged(below, self._sheet.merged)
        while block := list(islice(rows, BLOCK_ROWS)):
            columns = zip(*(row for _, row in block), strict=True)
            texts = {f"c{index}": column_text(column) for index, column in enumerate(columns)}
            frame = pl.DataFrame({"row": pl.Series([number for number, _ in block], dtype=pl.Int64), **texts})
            yield frame.with_columns(self._unvalued(frame["row"])) if self._odd.unvalued else frame

    def _rows(self) -> Iterator[tuple[int, Row]]:
        """All rows of the sheet, each from column A on; errors (#REF!) and formulas without a value as their text."""
        odd = (self._odd.errors, self._odd.unvalued)
        last = max((number for texts in odd for number in texts), default=0)
        for number, row in self._sheet.rows(last=last):
            for texts in odd:
                for column, text in texts.get(number, {}).items():
                    if column < len(row):
                        row[column] = text
            yield number, row

    def _unvalued(self, rows: pl.Series) -> pl.Series:
        """Each row's cells that hold a formula without a value, by their numbers."""
        cells = [",".join(map(str, self._odd.unvalued.get(row, ()))) or None for row in rows]
        return pl.Series("unvalued", cells, dtype=pl.String)


def opened(path: Path, wish: Wish) -> WorkbookTable:
    """The sheet that is meant."""
    return WorkbookTable(path, wish)


@dataclass(frozen=True)
class _Chosen:
    """The sheet that is meant; the names of all, those that nobody sees, what is said of the others."""

    sheet: Sheet
    parts: tuple[str, ...]
    hidden: tuple[str, ...]
    told: tuple[Told, ...] = ()


def _sheet(path: Path, wish: Wish) -> _Chosen:
    """The sheet that is meant. Raises Refused for a workbook that cannot be opened."""
    try:
        return _chosen(Book(path), wish, path)
    except calamine.PasswordError as error:
        raise Refused("workbook_locked", file=path.name) from error
    except calamine.CalamineError as error:
        raise Refused("is_workbook", file=path.name, reason=cut(str(error))) from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise Refused("is_workbook", file=path.name, reason=cut(str(error))) from error


def _chosen(book: Book, wish: Wish, path: Path) -> _Chosen:
    """The sheet that the mapping names, else of the visible ones with rows the only one, or the only one with a header
    of wanted headings.
    """
    listed = [item for item in book.sheets if item.typ == calamine.SheetTypeEnum.WorkSheet]
    names = tuple(item.name for item in listed)
    hidden = tuple(item.name for item in listed if item.visible != calamine.SheetVisibleEnum.Visible)
    if wish.sheet is not None:
        if wish.sheet not in names:
            raise Refused("sheet_missing", file=path.name, sheet=shown(wish.sheet), sheets=_told(names))
        return _Chosen(book.sheet(wish.sheet), names, hidden)
    sheets = [book.sheet(name) for name in names if name not in hidden]
    filled = [sheet for sheet in sheets if sheet.height > 1] or [sheet for sheet in sheets if sheet.height]
    if not filled:
        raise Refused("only_hidden_sheets" if hidden else "empty_file", file=path.name, sheets=_told(hidden))
    meant = filled if len(filled) == 1 else [one for one in filled if _header(one, wish).hits >= FEWEST_HITS]
    if len(meant) != 1:
        choices = [sheet.name for sheet in filled]
        raise Refused("sheet_ambiguous", file=path.name, sheets=_told(choices)).offering(choices)
    left = {"hidden_sheets": hidden, "other_sheets": [one.name for one in filled if one.name != meant[0].name]}
    told = tuple(Told(code, {"sheets": _told(aside)}) for code, aside in left.items() if aside)
    return _Chosen(meant[0], names, hidden, told)


def _header(sheet: Sheet, wish: Wish) -> HeaderRows:
    lines = [
        (number, [cell_text(cell) for cell in row]) for number, row in islice(sheet.rows(), header_rows.depth(wish))
    ]
    return header_rows.find(lines, wish, sheet.merged)


def _with_merged(rows: Iterable[tuple[int, Row]], merged: Iterable[header_rows.Span]) -> Iterator[tuple[int, Row]]:
    """The rows, with what a cell merged downwards holds in each row that it covers."""
    starting: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in merged:
        if bottom > top:
            starting.setdefault(top + 1, []).append((left, bottom + 1))
    held: dict[int, tuple[int, Value]] = {}
    for number, row in rows:
        held = {column: (last, value) for column, (last, value) in held.items() if number <= last}
        for column, (_, value) in held.items():
            row[column] = value
        held |= {column: (last, row[column]) for column, last in starting.get(number, ()) if column < len(row)}
        yield number, row


def _told(names: Iterable[str]) -> str:
    return ", ".join(f"“{shown(name)}”" for name in names)
