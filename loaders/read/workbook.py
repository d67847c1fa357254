"""Reads a sheet of an Excel workbook (.xlsx, .xlsm, .xls) as text, with the row numbers that Excel shows.

Invariant: hidden rows count, and what a cell holds is written as people see it; which sheet and which header row are
meant is told by the mapping or beyond doubt. A sheet stands in memory as a whole.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import polars as pl
import python_calamine as calamine

from geo.masking import cut, shown
from loaders.faults import Refused
from loaders.read import sheet_header, workbook_parts
from loaders.read.cells import Value, cell_text, column_text
from loaders.read.table import Table, Wish

BLOCK_ROWS = 20_000
"""Rows turned into text at a time."""

PANIC = "PanicException"
"""What the library's native code raises on some damaged files; no exception of Python's own tree."""

Row = list[Value]


class WorkbookTable(Table):
    """One sheet: the header where it was found, then one row a line."""

    def __init__(self, path: Path, wish: Wish) -> None:
        super().__init__()
        self._path = path
        workbook_parts.refuse_monsters(path)
        self._sheet = _sheet(path, wish)
        self.part = self._sheet.name
        self.parts, self.hidden = workbook_parts.sheets(path)
        self._errors = workbook_parts.error_cells(path, self._sheet.name)
        top = [
            (number, [cell_text(cell) for cell in row])
            for number, row in islice(self._rows(), sheet_header.depth(wish))
        ]
        merged = self._sheet.merged_cell_ranges or []
        header = sheet_header.find(top, wish, merged, file=path.name, sheet=self._sheet.name)
        self.headings = header.headings
        self.lines_above = header.first - 1
        self._header_end = header.last

    def blocks(self) -> Iterator[pl.DataFrame]:
        rows = ((number, row) for number, row in self._rows() if number > self._header_end)
        while block := list(islice(rows, BLOCK_ROWS)):
            columns = zip(*(row for _, row in block), strict=True)
            texts = {f"c{index}": column_text(column) for index, column in enumerate(columns)}
            yield pl.DataFrame({"row": pl.Series([number for number, _ in block], dtype=pl.Int64), **texts})

    def _rows(self) -> Iterator[tuple[int, Row]]:
        """All rows of the sheet, each from column A on, errors (#REF!) as their text."""
        _, left = self._sheet.start or (0, 0)
        before = [""] * left
        for number, cells in enumerate(self._sheet.iter_rows(), start=1):
            row: Row = [*before, *cells]
            if number in self._errors:
                for column, text in self._errors[number].items():
                    row[column] = text
            yield number, row


def opened(path: Path, wish: Wish) -> WorkbookTable:
    """The sheet that is meant."""
    return WorkbookTable(path, wish)


def _sheet(path: Path, wish: Wish) -> calamine.CalamineSheet:
    """The sheet that is meant, in memory."""
    try:
        with path.open("rb") as stream:
            return _chosen(calamine.load_workbook(stream), wish, path)
    except calamine.PasswordError as error:
        raise Refused("workbook_locked", file=path.name) from error
    except calamine.CalamineError as error:
        raise Refused("is_workbook", file=path.name, reason=cut(str(error))) from error
    except BaseException as error:
        if type(error).__name__ != PANIC:
            raise
        raise Refused("is_workbook", file=path.name, reason=cut(str(error))) from error


def _chosen(workbook: calamine.CalamineWorkbook, wish: Wish, path: Path) -> calamine.CalamineSheet:
    """The sheet that the mapping names, else the only visible one that has rows."""
    listed = [item for item in workbook.sheets_metadata if item.typ == calamine.SheetTypeEnum.WorkSheet]
    names = [item.name for item in listed]
    if wish.sheet is not None:
        if wish.sheet not in names:
            raise Refused("sheet_missing", file=path.name, sheet=shown(wish.sheet), sheets=_told(names))
        return workbook.get_sheet_by_name(wish.sheet)
    visible = [item.name for item in listed if item.visible == calamine.SheetVisibleEnum.Visible]
    sheets = [workbook.get_sheet_by_name(name) for name in visible]
    filled = [sheet for sheet in sheets if sheet.height > 1] or [sheet for sheet in sheets if sheet.height]
    if len(filled) > 1:
        raise Refused("sheet_ambiguous", file=path.name, sheets=_told(sheet.name for sheet in filled))
    if not filled:
        raise Refused("empty_file", file=path.name)
    return filled[0]


def _told(names: Iterable[str]) -> str:
    return ", ".join(f"“{shown(name)}”" for name in names)
