"""Refused rows that somebody corrected in a file of `cockpit rejects LOAD --out`: which cells were typed anew.

Invariant: a cell that stands as it was given keeps what was received, also where the file showed it masked; what a
spreadsheet does to a cell by itself (a date in another form, leading zeros lost) is no correction.
"""

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import polars as pl

from config.messages import LANGUAGES, tr
from loaders import read
from loaders.check import BLANKS
from loaders.faults import Refused
from loaders.header import normal
from loaders.sandbox.far_table import open_table
from loaders.times import parse_times

_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
_NO_ROW = 2**31 - 1
"""Stands for every row number beyond those that a store counts to; no row has it."""


Shown = Mapping[str, str]
"""A row as it was given, by heading."""


def edits(
    file: Path, headings: Sequence[str], shown: Callable[[Sequence[int]], Mapping[int, Shown]]
) -> Generator[dict[int, dict[str, str]], None, None]:
    """The rows of the file by number, block by block, each with the cells that were typed anew, by heading.

    `headings`: those of the first file; `shown`: what the file was given of these rows. Raises Refused: no column of
    row numbers, or no heading of the first file.
    """
    read.facts(file)
    row_heads = {normal(tr("load.head_row", lang)) for lang in LANGUAGES}
    wish = read.Wish(headings=frozenset(map(normal, headings)) | row_heads)
    with closing(open_table(file, wish)) as table:
        number = next((i for i, name in enumerate(table.headings) if normal(_plain(name)) in row_heads), None)
        places = {i: name for i, name in enumerate(map(_plain, table.headings)) if name in headings and i != number}
        if number is None or not places:
            raise Refused("replay_file", file=file.name, wanted=tr("load.head_row", "zh"))
        for block in table.blocks():
            lines = _lines(block, number, places)
            given = shown(list(lines))
            yield {row: _typed(cells, given.get(row, {})) for row, cells in lines.items()}
        _refuse_torn(table, number, file)


def _lines(block: pl.DataFrame, number: int, places: Mapping[int, str]) -> dict[int, dict[str, str]]:
    """The cells of a block by row number and heading; lines without a number are no rows."""
    found: dict[int, dict[str, str]] = {}
    for line in block.iter_rows(named=True):
        row = (line[f"c{number}"] or "").strip(BLANKS).removesuffix(".0")
        if row.isascii() and row.isdigit():
            given = min(int(row[:10]), _NO_ROW)
            found[given] = {name: _plain(line[f"c{place}"] or "") for place, name in places.items()}
    return found


def _typed(cells: Mapping[str, str], given: Shown) -> dict[str, str]:
    return {name: cell for name, cell in cells.items() if not _is_as_given(cell, given.get(name) or "")}


def _refuse_torn(table: read.Table, number: int, file: Path) -> None:
    whole = [item for item in table.ragged if item.cells]
    torn = [item for item in whole if item.cells[min(number, len(item.cells) - 1)].isdigit()]
    if torn:
        raise Refused("replay_file_torn", file=file.name, rows=", ".join(str(item.row) for item in torn[:20]))


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from calculating, and without blanks around."""
    text = cell.strip(BLANKS)
    return text[1:] if text.startswith("'") else text


def _is_as_given(cell: str, given: str) -> bool:
    before = _plain(given)
    if cell == before:
        return True
    if before.isdigit() and (cell == before.lstrip("0") or _SCIENTIFIC.fullmatch(cell)):
        return True
    if not (_CLOCK.search(cell) and _CLOCK.search(before)):
        return False
    moments = parse_times(pl.Series("at", [cell, before]), zone="UTC", ignores_marker=False).at
    minutes = moments.dt.truncate("1m")
    is_bare = moments[0] is not None and moments[0] == minutes[0]
    return is_bare and minutes[0] == minutes[1]
