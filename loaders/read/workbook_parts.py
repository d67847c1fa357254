"""Looks into the parts of an .xlsx before and beside the library that reads it.

Invariant: a sheet whose outermost cells span more than memory holds is refused before it is read; an error in a cell
(#REF!) is seen as one. An .xls is too small for the first and shows no errors: such a cell is empty.
"""

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from config.visible import cut
from loaders.faults import Refused
from loaders.read.archive import refuse_unsafe

MOST_CELLS = 40_000_000
"""Cells between A1 and the last filled cell; each takes 24 bytes and more once read."""
_CHUNK = 1 << 20
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="([0-9]{1,7})"')
_BEYOND_Z = re.compile(rb'\br="([A-Z]{2,3})[0-9]')
_FILLED = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*[^/]>')
_ERROR = b't="e"'
_UNVALUED = re.compile(
    rb"<(?:\w+:)?c\b(?![^>]*\bt=\"str\")[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A formula with nothing behind it."""


def refuse_monsters(path: Path) -> None:
    """Raises Refused for a zip bomb, and for a sheet with a stray cell so far away that it could not be read."""
    if not zipfile.is_zipfile(path):
        return
    with ZipFile(path) as archive:
        refuse_unsafe(archive, path)
        for part in _sheets(archive):
            columns, rows = _at_most(archive, part)
            if columns * rows > MOST_CELLS:
                columns, rows = _filled(archive, part)
            if columns * rows > MOST_CELLS:
                raise Refused("sheet_too_large", file=path.name, rows=rows, columns=columns)


@dataclass(frozen=True)
class OddCells:
    """Cells whose text their sheet does not give, by row (from 1) and column (from 0).

    `errors`: what an error shows (#REF!); `unvalued`: formulas that nobody has computed.
    """

    errors: dict[int, dict[int, str]]
    unvalued: dict[int, dict[int, str]]


def odd_cells(path: Path, sheet: str) -> OddCells:
    """The odd cells of a sheet; none for an .xls."""
    if not zipfile.is_zipfile(path):
        return OddCells({}, {})
    with ZipFile(path) as archive:
        if not _has_odd(archive):
            return OddCells({}, {})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions, which nobody reads here
            return _odd(path, sheet)
    except (InvalidFileException, ParseError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused("is_workbook", file=path.name, reason=cut(str(error))) from error


def _has_odd(archive: ZipFile) -> bool:
    chunks = (chunk for part in _sheets(archive) for chunk in _chunks(archive, part, end=b"<row"))
    return any(_ERROR in chunk or _UNVALUED.search(chunk) for chunk in chunks)


def _odd(path: Path, sheet: str) -> OddCells:
    """Reads the sheet twice side by side: what its cells hold, and what they show."""
    found = OddCells({}, {})
    with path.open("rb") as first, path.open("rb") as second:  # which it leaves open where it cannot read them
        books = [
            openpyxl.load_workbook(stream, read_only=True, data_only=is_shown)
            for stream, is_shown in ((first, False), (second, True))
        ]
        for held_row, shown_row in zip(*(book[sheet].iter_rows() for book in books), strict=True):
            for held, told in zip(held_row, shown_row, strict=True):
                if told.data_type == "e":
                    found.errors.setdefault(told.row, {})[told.column - 1] = str(told.value)
                elif held.data_type == "f" and told.value is None and told.data_type not in ("s", "str"):
                    found.unvalued.setdefault(held.row, {})[held.column - 1] = f"{held.value}"
    return found


def _at_most(archive: ZipFile, part: str) -> tuple[int, int]:
    """Columns and rows that the sheet has at most, cells that are only coloured included; quick."""
    columns, rows = 26, 1
    for chunk in _chunks(archive, part):
        columns = max(columns, *map(_number, set(_BEYOND_Z.findall(chunk))), 1)
        rows = max(rows, *map(int, _ROW.findall(chunk)), 1)
    return columns, rows


def _filled(archive: ZipFile, part: str) -> tuple[int, int]:
    """Columns and rows up to the last cells that hold something; a look at every cell."""
    columns = rows = 1
    for chunk in _chunks(archive, part):
        for letters, digits in set(_FILLED.findall(chunk)):
            columns, rows = max(columns, _number(letters)), max(rows, int(digits))
    return columns, rows


def _sheets(archive: ZipFile) -> list[str]:
    return [name for name in archive.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")]


def _chunks(archive: ZipFile, part: str, *, end: bytes = b"<") -> Iterator[bytes]:
    """The part in pieces that end where `end` begins, so that no tag (with `<row`: no row) is torn."""
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(_CHUNK):
            whole, mark, tail = (rest + piece).rpartition(end)
            yield whole
            rest = mark + tail
    yield rest


def _number(letters: bytes) -> int:
    """The number of a column: A is 1, XFD is 16384."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
