"""Workbooks that were never meant to be read: formulas without values, errors, merged cells, two calendars, damage."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from verdicts import HEADINGS, Judge, accepted, judge, quarantined, refused

from loaders import read
from loaders.odd_cells import letters
from loaders.result import LoadResult

__all__ = ["judge"]

Change = Callable[[Workbook, Worksheet], object]
Verdict = Callable[..., LoadResult]
DAYS = [dt.datetime.fromisoformat(f"2026-10-0{day} 08:00:00") for day in range(1, 6)]


def book(path: Path, change: Change = lambda _, __: None, *, above: int = 0) -> Path:
    """Five good incidents below `above` empty rows, and then the change."""
    workbook = openpyxl.Workbook()
    sheet = workbook.worksheets[0]
    rows = [HEADINGS, *((f"A{day.day}", "暴露垃圾", day, 120.1, 30.1) for day in DAYS)]
    for number, row in enumerate(rows, start=1 + above):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column, value)
    change(workbook, sheet)
    workbook.save(path)
    return path


@pytest.fixture
def verdict(judge: Judge, tmp_path: Path) -> Verdict:
    """Judges five good incidents after a change."""

    def judged(change: Change, *, above: int = 0, **options: Any) -> LoadResult:
        book(tmp_path / "x.xlsx", change, above=above)
        return judge("x.xlsx", **options)

    return judged


def error(cell: str, text: str) -> Change:
    def change(_: Workbook, sheet: Worksheet) -> None:
        sheet[cell] = text
        sheet[cell].data_type = "e"

    return change


def setting(**cells: object) -> Change:
    def change(_: Workbook, sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell] = value

    return change


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (setting(B3="=A1"), "formula_without_value"),
        (setting(A6='="A"&5'), "formula_without_value"),
        (error("C3", "#REF!"), "error_cell"),
        (error("A6", "#N/A"), "error_cell"),
        (setting(B3="#N/A"), "error_cell"),
        (setting(A3="A\u200b3"), "unseen_in_code"),
        (setting(A3=None), "missing_value"),
        (setting(C3=dt.time(8, 0)), "bad_time"),
    ],
)
def test_a_cell_without_its_value_is_a_fault_of_its_row(verdict: Verdict, change: Change, fault: str) -> None:
    assert quarantined(verdict(change)) == (4, 1, {fault: 1})


def test_a_row_of_formulas_alone_is_not_lost_at_the_end(verdict: Verdict) -> None:
    assert quarantined(verdict(setting(A7="=A6", B7="=B6", C7="=C6"))) == (5, 1, {"formula_without_value": 1})


def test_the_fault_names_the_cell(tmp_path: Path, judge: Judge) -> None:
    path = book(tmp_path / "x.xlsx", setting(B3="=A1"))
    table = read.open_table(path)
    (block,) = table.blocks()
    assert block["unvalued"].to_list() == [None, "1", None, None, None]
    assert block["c1"][1] == "=A1"
    assert [letters(cell) for cell in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def merged(span: str) -> Change:
    return lambda _, sheet: sheet.merge_cells(span)


def hidden(_: Workbook, sheet: Worksheet) -> None:
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True


def coloured(_: Workbook, sheet: Worksheet) -> None:
    sheet["XFD1048576"].fill = PatternFill("solid", fgColor="FF0000")


def of_1904(workbook: Workbook, _: Worksheet) -> None:
    workbook.epoch = CALENDAR_MAC_1904


@pytest.mark.parametrize(
    "change",
    [
        setting(F2="=1+1", G9="=2"),
        setting(A7="合计", C7="=COUNTA(A2:A6)"),
        setting(A7="合计", B7=5),
        setting(A9="制表人：张三", C9="审核人：李四"),
        setting(C2="2026年10月1日 08:00", C3="2026/10/2 08:00:00", C4=dt.date(2026, 10, 3)),
        merged("B2:B6"),
        hidden,
        coloured,
        of_1904,
    ],
)
def test_what_does_no_harm_is_accepted(verdict: Verdict, change: Change) -> None:
    assert accepted(verdict(change))[0] == 5


def test_both_calendars_give_the_same_days(tmp_path: Path) -> None:
    for change in (hidden, of_1904):
        (block,) = read.open_table(book(tmp_path / "x.xlsx", change)).blocks()
        assert block["c2"].to_list() == [day.isoformat(" ") for day in DAYS]


def test_a_merged_cell_goes_for_all_its_rows(tmp_path: Path) -> None:
    def change(_: Workbook, sheet: Worksheet) -> None:
        sheet["B2"] = "噪音"
        sheet.merge_cells("B2:B4")

    (block,) = read.open_table(book(tmp_path / "x.xlsx", change)).blocks()
    assert block["c1"].to_list() == ["噪音"] * 3 + ["暴露垃圾"] * 2


def test_a_header_merged_over_two_rows_is_understood_without_a_mapping(verdict: Verdict) -> None:
    def change(_: Workbook, sheet: Worksheet) -> None:
        for cell, told in {"A1": "十月台账", "A2": "编号", "B2": "类别", "C2": "时间", "D2": "位置"}.items():
            sheet[cell] = told
        for cell, told in {"A3": None, "B3": None, "C3": "上报", "D3": "经度", "E3": "纬度"}.items():
            sheet[cell] = told
        for span in ("A1:E1", "A2:A3", "B2:B3", "D2:E2"):
            sheet.merge_cells(span)

    assert accepted(verdict(change, above=2)) == (5, 1)


def test_a_table_away_from_the_corner_is_found(judge: Judge, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    for number, row in enumerate([HEADINGS, ("A1", "暴露垃圾", DAYS[0], 120.1, 30.1)], start=5):
        for column, value in enumerate(row, start=4):
            workbook.worksheets[0].cell(number, column, value)
    workbook.save(tmp_path / "x.xlsx")
    assert accepted(judge("x.xlsx")) == (1, 4)


def with_part(path: Path, part: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """The workbook with one part changed, or left out where the change gives none."""
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            content = change(old.read(name)) if name == part else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return packed.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("part", "change", "code"),
    [
        (SHEET, lambda _: None, "is_workbook"),
        (SHEET, lambda content: content[:-60], "is_workbook"),
        ("xl/workbook.xml", lambda _: b"", "is_workbook"),
    ],
)
def test_a_workbook_with_a_damaged_part_is_refused(
    judge: Judge, tmp_path: Path, part: str, change: Callable[[bytes], bytes | None], code: str
) -> None:
    assert refused(judge("y.xlsx", with_part(book(tmp_path / "x.xlsx"), part, change))) == code


def test_empty_cut_and_doubled_workbooks_are_refused(judge: Judge, tmp_path: Path) -> None:
    whole = book(tmp_path / "x.xlsx").read_bytes()
    assert refused(judge("y.xlsx", whole[:-100])) == "is_workbook"
    assert refused(judge("y.xlsx", b"junk" + whole)) == "not_text"
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    assert refused(judge("empty.xlsx")) == "empty_file"
    book(tmp_path / "two.xlsx", lambda made, sheet: made.copy_worksheet(sheet))
    assert refused(judge("two.xlsx")) == "sheet_ambiguous"
    assert accepted(judge("two.xlsx", part="Sheet Copy")) == (5, 0)
    assert refused(judge("two.xlsx", part="Sheet9")) == "sheet_missing"
    assert accepted(judge("named.csv", whole)) == (5, 0)
