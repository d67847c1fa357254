"""Opens a workbook sheet by sheet; a large sheet of an .xlsx as windows of rows, of which one stands in memory.

The library reads a sheet as a whole. So a second workbook is written beside the first, with each window as a sheet of
its own and everything that they share (texts, styles, the calendar) once.

Invariant: together the windows give what the sheet gives as a whole; where that is not certain, it is read as a whole.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import IO
from uuid import uuid4
from xml.etree.ElementTree import Element, ParseError, tostring
from zipfile import ZIP_DEFLATED, ZipFile, is_zipfile

import python_calamine as calamine
from defusedxml.ElementTree import fromstring

from loaders.read.archive import DAMAGED, WORKBOOK_PART
from loaders.read.cells import Value
from loaders.read.header_rows import Span

LARGE_BYTES = 16 << 20
"""Of a sheet's XML; a smaller sheet is never cut."""
WINDOW_BYTES = 2 << 20
"""Of a large sheet's XML that are read at a time."""
MOST_WINDOWS_A_ROW = 4
"""A sheet with a longer row is not cut."""
_LINKS_PART = "xl/_rels/workbook.xml.rels"
_KEPT = (".xml", ".rels")
_FIRST = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CUT = re.compile(rb'</((?:\w+:)?)row>\s*(?=<\1row\s(?:[^>]*?\s)?r="([0-9]{1,7})")')
"""Between two rows, of which the lower one says its number."""
_ODD = re.compile(rb"<!|<\?(?!xml )")
"""Comments, CDATA and instructions may hold what only looks like a row."""

Row = list[Value]
Place = tuple[int, int]


class UncertainError(Exception):
    """A workbook that is not cut: nobody can be sure that its windows give the same."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: its first and last filled (row, column) from 0, None where it is empty; its merged cells."""

    name: str
    start: Place | None
    end: Place | None
    merged: Sequence[Span]
    parts: Callable[[], Iterable[tuple[Place, Iterable[Row]]]]
    """What it holds: where each part begins, and the rows of that."""

    @property
    def height(self) -> int:
        """Rows from the first to the last filled one."""
        return self.end[0] - self.start[0] + 1 if self.start and self.end else 0

    def rows(self, *, last: int = 0) -> Iterator[tuple[int, Row]]:
        """All rows up to the last filled one, or to `last`, by their numbers (from 1); each from column A on."""
        width = self.end[1] + 1 if self.end else 0
        done = 0
        for (top, left), rows in self.parts():
            yield from _blank(done + 1, top, width=width)
            for done, cells in enumerate(rows, start=top + 1):
                yield done, [*[""] * left, *cells, *[""] * (width - left - len(cells))]
        yield from _blank(done + 1, last, width=width)


def _blank(first: int, last: int, *, width: int) -> Iterator[tuple[int, Row]]:
    return ((number, [""] * width) for number in range(first, last + 1))


class Book:
    """An open workbook: `sheets`, what it says of each, in its order.

    Raises what the library raises for one that it cannot read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._whole: calamine.CalamineWorkbook | None = None
        self._cut, self._windows = _cut(path)
        listed = (self._cut or self._original()).sheets_metadata
        self.sheets = listed[: len(listed) - sum(len(windows) - 1 for windows in self._windows.values())]

    def sheet(self, name: str) -> Sheet:
        """The sheet of this name."""
        if self._cut is None:
            return _whole(self._original().get_sheet_by_name(name))
        if name not in self._windows:
            return _whole(self._cut.get_sheet_by_name(name))
        try:
            return _windowed(self._cut, name, self._windows[name])
        except (UncertainError, calamine.CalamineError):
            return _whole(self._original().get_sheet_by_name(name))

    def _original(self) -> calamine.CalamineWorkbook:
        if self._whole is None:
            with self._path.open("rb") as stream:
                self._whole = calamine.load_workbook(stream)
        return self._whole


Windows = dict[str, int]
"""The windows of a sheet: the name that each has as a sheet → the number of its first row."""


def _whole(sheet: calamine.CalamineSheet) -> Sheet:
    def parts() -> Iterator[tuple[Place, Iterable[Row]]]:
        if sheet.start:
            yield sheet.start, islice(sheet.iter_rows(), sheet.start[0], None)

    return Sheet(sheet.name, sheet.start, sheet.end, sheet.merged_cell_ranges or [], parts)


def _windowed(book: calamine.CalamineWorkbook, name: str, windows: Windows) -> Sheet:
    """The sheet that the windows make. Raises UncertainError where one holds rows of another."""
    starts: list[Place] = []
    ends: list[Place] = []
    merged: Sequence[Span] = []
    for window, (first, beyond) in zip(windows, pairwise([*windows.values(), 1 << 32]), strict=True):
        sheet = book.get_sheet_by_name(window)
        merged = sheet.merged_cell_ranges or []
        if sheet.start and sheet.end:
            if not first <= sheet.start[0] + 1 <= sheet.end[0] + 1 < beyond:
                raise UncertainError
            starts.append(sheet.start)
            ends.append(sheet.end)

    def parts() -> Iterator[tuple[Place, Iterable[Row]]]:
        for window in windows:
            sheet = book.get_sheet_by_name(window)
            if sheet.start:
                yield sheet.start, sheet.to_python()

    start = (min(row for row, _ in starts), min(column for _, column in starts)) if starts else None
    end = (max(row for row, _ in ends), max(column for _, column in ends)) if ends else None
    return Sheet(name, start, end, merged, parts)


def _cut(path: Path) -> tuple[calamine.CalamineWorkbook | None, dict[str, Windows]]:
    """The workbook with its large sheets cut, and the windows of each by its name; None and none where none is cut."""
    if not is_zipfile(path):
        return None, {}
    try:
        with ZipFile(path) as archive, NamedTemporaryFile(suffix=".xlsx") as file:
            with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as target:
                names, windows = _write(archive, target)
            file.flush()
            book = calamine.load_workbook(file.name) if windows else None
    except (UncertainError, calamine.CalamineError, ParseError, LookupError, *DAMAGED):
        return None, {}
    return (book, windows) if book and book.sheet_names == names and len({*names}) == len(names) else (None, {})


def _write(archive: ZipFile, target: ZipFile) -> tuple[list[str], dict[str, Windows]]:
    """Writes the workbook anew: the names of all its sheets, windows last; and the windows of each cut sheet.

    Writes nothing where no sheet is large. A cut sheet goes by its first window.
    """
    if not any(_is_large(archive, name) for name in archive.namelist()):
        return [], {}
    if archive.getinfo(WORKBOOK_PART).file_size > LARGE_BYTES:
        raise UncertainError
    book, links = (fromstring(archive.read(name)) for name in (WORKBOOK_PART, _LINKS_PART))
    sheets = [child for child in book if child.tag.endswith("}sheets")][0]  # noqa: RUF015 - a lookup that can fail
    by_id = {link.attrib["Id"]: link for link in links}
    found: dict[str, Windows] = {}
    cut: set[str] = set()
    for sheet in [*sheets]:
        key = next((name for name in sheet.attrib if name.endswith("}id")), "")
        link = by_id[sheet.attrib[key]]
        part = _part(link.attrib["Target"])
        if not _is_large(archive, part):
            continue
        cut.add(part)
        name = sheet.attrib["name"]
        windows = found[name] = {}
        with archive.open(part) as stream:
            for first, content in _contents(stream):
                own = uuid4().hex  # which nothing in a file can be called
                target.writestr(f"xl/{own}.xml", content)
                links.append(Element(link.tag, link.attrib | {"Id": own, "Target": f"/xl/{own}.xml"}))
                if not windows:
                    sheet.attrib[key] = own
                else:
                    sheets.append(Element(sheet.tag, sheet.attrib | {"name": f"{name}/{own}", key: own}))
                windows[f"{name}/{own}" if windows else name] = first
    if found:
        target.writestr(WORKBOOK_PART, tostring(book))
        target.writestr(_LINKS_PART, tostring(links))
        _copy(archive, target, without={*cut, WORKBOOK_PART, _LINKS_PART})
    return [sheet.attrib["name"] for sheet in sheets], found


def _is_large(archive: ZipFile, part: str) -> bool:
    return archive.getinfo(part).file_size > LARGE_BYTES


def _part(target: str) -> str:
    """The name of a part to which the workbook links."""
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _copy(archive: ZipFile, target: ZipFile, *, without: set[str]) -> None:
    """Copies the parts that are read; no pictures."""
    for name in archive.namelist():
        if name.lower().endswith(_KEPT) and name not in without:
            with archive.open(name) as source, target.open(name, "w", force_zip64=True) as copy:
                copyfileobj(source, copy)


def _contents(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The windows of a sheet as sheets of their own, each with the number of its first row; the last has the tail."""
    buffer = stream.read(WINDOW_BYTES)
    start = _FIRST.search(buffer)
    if start is None:
        raise UncertainError
    head, buffer, first = buffer[: start.start()], buffer[start.start() :], 1
    while piece := stream.read(WINDOW_BYTES):
        buffer += piece
        if _ODD.search(buffer) or len(buffer) > MOST_WINDOWS_A_ROW * WINDOW_BYTES:
            raise UncertainError
        if (place := _CUT.search(buffer, WINDOW_BYTES)) is None:
            continue
        end = b"</%ssheetData></%sworksheet>" % (place[1], place[1])
        yield first, head + buffer[: place.end()] + end
        first, buffer = int(place[2]), buffer[place.end() :]
    if _ODD.search(head + buffer):
        raise UncertainError
    yield first, head + buffer
