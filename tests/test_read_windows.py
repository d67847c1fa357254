"""A sheet read window by window says what it says as a whole; where that is not certain, it is read as a whole."""

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal
from xlsxwriter.worksheet import Worksheet

from loaders import read
from loaders.faults import Refused
from loaders.read import workbook_windows
from loaders.sandbox.serving import facts_of

SHEET = "xl/worksheets/sheet1.xml"
WHOLE = 1 << 40
SMALL = 700
"""A few rows of these sheets."""
WISH = read.Wish(headings=frozenset(("编号", "类别", "上报时间")))
HEADINGS = ("编号", "类别", "上报时间", "备注", "真假", "数")
LAST = 60
Read = tuple[dict[str, Any], pl.DataFrame]


def rows(sheet: Worksheet, instant: Any, bold: Any, *, top: int = 2) -> None:
    """A merged title, the header, and below it what cells hold: with gaps, and more columns in a single row."""
    sheet.merge_range(0, 0, 0, 4, "台账")
    sheet.write_row(top - 1, 0, HEADINGS)
    for row in range(top, LAST):
        if row % 11 == 7:
            continue
        sheet.write(row, 0, f"A{row}")
        sheet.write(row, 1, row / 7)
        sheet.write_datetime(row, 2, dt.datetime.fromisoformat("2026-10-01") + dt.timedelta(hours=7 * row), instant)
        sheet.write_string(row, 3, f"两\n行 <&> {row}\r\n ")
        sheet.write_boolean(row, 4, row % 2 == 0)
        sheet.write_formula(row, 5, f"=B{row + 1}*2", None, row * 2 / 7)
    sheet.write_rich_string(20, 3, "一", bold, "粗", "二 ")
    sheet.write_formula(21, 3, '="甲"&"<"', None, "甲<")
    sheet.write_blank(22, 3, None, bold)
    sheet.write(40, 9, "far")
    sheet.merge_range(30, 3, 45, 3, "合并")
    sheet.write_row(LAST + 30, 0, ["Z", 1])


@pytest.fixture(params=[{}, {"constant_memory": True}, {"date_1904": True}, {"use_zip64": True}])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """With texts shared or in their cells, in either calendar; beside the sheet another one and a hidden one."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path, request.param) as workbook:
        instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        bold = workbook.add_format({"bold": True})
        sheet = workbook.add_worksheet("明细 & <1>")
        if "constant_memory" in request.param:
            sheet.write_row(0, 0, HEADINGS)
            for row in range(1, LAST):
                sheet.write_row(row, 0, [f"A{row}", f"两\n行 {row}", row / 7, "", row % 2 == 0])
                sheet.write_rich_string(row, 7, "一", bold, " 粗", "二 ")
        else:
            rows(sheet, instant, bold)
        workbook.add_worksheet("说明").write(0, 0, "填表说明")
        hidden = workbook.add_worksheet("字典")
        hidden.hide()
        for row in range(LAST):
            hidden.write_row(row, 2, ["a", row])
    return path


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Read]:
    """What a table says of itself and all its rows, with windows of a size."""

    def read_all(path: Path, size: int, wish: read.Wish = WISH) -> Read:
        cutting(monkeypatch, size)
        table = read.open_table(path, wish)
        frames = [pl.concat(table.blocks(), how="diagonal") for _ in range(2)]
        assert_frame_equal(*frames)
        return facts_of(table), frames[0]

    return read_all


def cutting(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """From now on larger sheets are cut into windows of the size."""
    for name in ("LARGE_BYTES", "WINDOW_BYTES"):
        monkeypatch.setattr(workbook_windows, name, size)


def windows(path: Path, name: str, monkeypatch: pytest.MonkeyPatch, size: int = SMALL) -> int:
    """In how many parts a sheet is read."""
    cutting(monkeypatch, size)
    return len([*workbook_windows.Book(path).sheet(name).parts()])


def changed(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with another first sheet."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            new.writestr(name, change(part) if name == SHEET else part)
    return path


def same(one: Read, other: Read) -> None:
    assert one[0] == other[0]
    assert_frame_equal(one[1], other[1])


def replacing(*pairs: tuple[bytes, bytes]) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        for old, new in pairs:
            assert old in content
            content = content.replace(old, new, 1)
        return content

    return change


def prefixed(content: bytes) -> bytes:
    """The same sheet with a prefix before each name."""
    content = content.replace(b"</", b"\0").replace(b"<?", b"\1").replace(b"<", b"<x:").replace(b"\0", b"</x:")
    return content.replace(b"\1", b"<?").replace(b"xmlns=", b"xmlns:x=")


@pytest.mark.parametrize("size", [SMALL, 1500, 4000])
def test_every_cell_is_the_same_window_by_window(
    book: Path, size: int, reading: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert windows(book, "明细 & <1>", monkeypatch, size) > 2
    same(reading(book, size), reading(book, WHOLE))
    hidden = read.Wish(sheet="字典", header_row=1)
    same(reading(book, size, hidden), reading(book, WHOLE, hidden))


@pytest.mark.parametrize(
    "change",
    [
        prefixed,
        replacing((b"</row>", b"</row>\n  "), (b"</row>", b"</row>\t")),
        replacing((b'<c r="B41"', b'<c r="B41" t="e"><v>#REF!</v></c><c r="C41"')),
        replacing((b"<sheetData>", b'<cols><col min="1" max="2" width="9"/></cols><sheetData>')),
        replacing((b"</sheetData>", b'<row r="99"/><row r="120"><c r="B120"/></row></sheetData>')),
        replacing((b'<row r="50"', b"<row"), (b'<c r="A50"', b"<c"), (b'<row r="30"', b'<row x="1"  r="30"')),
    ],
)
def test_sheets_of_other_programs_are_cut_and_say_the_same(
    tmp_path: Path, change: Callable[[bytes], bytes], reading: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = changed(plain(tmp_path), change)
    assert windows(path, "表", monkeypatch) > 2
    same(reading(path, SMALL), reading(path, WHOLE))


@pytest.mark.parametrize(
    "change",
    [
        replacing((b'<row r="40"', b'<!-- </row><row r="77"> --><row r="40"')),
        replacing((b"<v>31</v>", b"<v><![CDATA[31]]></v>")),
        replacing((b'<row r="40"', b'<?x </row><row r="77"> ?><row r="40"')),
        replacing((b'<row r="58"', b'<row r="5"'), (b'<c r="A58"', b'<c r="A5"')),
        replacing((b'<c r="A58"', b'<c r="H5"')),
        lambda content: content.replace(b'<row r="', b'<row n="'),
        lambda content: content.replace(b"<row r=", b"<row  a='>' r="),
        lambda content: content.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"),
    ],
)
def test_a_sheet_that_cannot_be_cut_for_certain_is_read_as_a_whole(
    tmp_path: Path, change: Callable[[bytes], bytes], reading: Callable[..., Read], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = changed(plain(tmp_path), change)
    try:
        wanted = reading(path, WHOLE)
    except Refused as refused:
        with pytest.raises(Refused, match=str(refused)):
            reading(path, SMALL)
        return
    assert windows(path, "表", monkeypatch) == 1
    same(reading(path, SMALL), wanted)


def test_a_sheet_that_is_damaged_behind_its_first_window_is_refused_as_it_was(
    tmp_path: Path, reading: Callable[..., Read]
) -> None:
    path = changed(plain(tmp_path), replacing((b"<v>31</v>", b"<w>31</w>")))
    told = []
    for size in (SMALL, WHOLE):
        with pytest.raises(Refused) as refused:
            reading(path, size)
        told.append((refused.value.code, refused.value.params))
    assert told[0] == told[1]


def plain(folder: Path) -> Path:
    """A workbook of one sheet of texts and numbers."""
    path = folder / "plain.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("表")
        sheet.write_row(0, 0, HEADINGS)
        for row in range(1, LAST):
            sheet.write_row(row, 0, [f"A{row}", row + 0.25, "2026-10-01", "x", row % 2 == 0, row])
    return path
