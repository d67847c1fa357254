"""Workbooks as people make them: titles, merged headers, several sheets, dates as numbers, errors, damage."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from loads_geo import Desk, counts, desk

from config.mapping import named
from config.reader import ConfigError
from loaders import read
from loaders.faults import Refused
from loaders.header import normal

__all__ = ["desk"]

Sheets = Mapping[str, Sequence[Sequence[Any]]]
HEADINGS = ("编号", "类别", "上报时间")


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Writes a workbook of these sheets; days and instants are cells of dates."""

    def write(sheets: Sheets, *, name: str = "book.xlsx", hidden: Sequence[str] = ()) -> Path:
        with xlsxwriter.Workbook(tmp_path / name) as workbook:
            day = workbook.add_format({"num_format": "yyyy/m/d"})
            instant = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            for title, rows in sheets.items():
                sheet = workbook.add_worksheet(title)
                if title in hidden:
                    sheet.hide()
                for number, row in enumerate(rows):
                    for column, value in enumerate(row):
                        form = {dt.date: day, dt.datetime: instant}.get(type(value))
                        sheet.write(number, column, value, form)
        return tmp_path / name

    return write


def opened(path: Path, *headings: str, **wish: Any) -> tuple[read.Table, pl.DataFrame]:
    table = read.open_table(path, read.Wish(headings=frozenset(map(normal, headings)), **wish))
    return table, pl.concat(table.blocks())


def test_cells_read_as_people_see_them_and_rows_as_excel_numbers_them(book: Callable[..., Path]) -> None:
    cells = [
        7,
        0.1 + 0.2,
        470355749.53999996,
        dt.date(2020, 1, 30),
        dt.datetime.fromisoformat("2020-01-30 08:12:40"),
        True,
        " x\ty ",
    ]
    path = book({"表": [[f"h{number}" for number in range(7)], cells, [], [12345678901234567, -0.5, 1e-7]]})
    table, frame = opened(path, "h0", "h1")
    assert table.headings == tuple(f"h{number}" for number in range(7))
    assert frame["row"].to_list() == [2, 3, 4]
    assert frame.row(0)[1:] == (
        "7", "0.3", "470355749.54", "2020-01-30", "2020-01-30 08:12:40", "TRUE", " x\ty ",
    )  # fmt: skip
    assert frame.row(1)[1:] == ("",) * 7
    assert frame.row(2)[1:4] == ("1.23456789012346E+16", "-0.5", "0.0000001")


def test_hidden_rows_count_and_an_error_is_text(tmp_path: Path) -> None:
    path = tmp_path / "odd.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ["1", "rubbish", "2026-10-01"])
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.write_formula(2, 1, "=A1/0", None, "#DIV/0!")
    _, frame = opened(path, *HEADINGS)
    assert frame["row"].to_list() == [2, 3]
    assert frame.row(1)[1:] == ("", "#DIV/0!", "")


def test_a_title_above_the_header_is_skipped_and_no_row(desk: Desk, book: Callable[..., Path]) -> None:
    rows = [
        ["十月事件台账"],
        [dt.date(2026, 11, 1)],
        [],
        HEADINGS,
        ["1", "rubbish", dt.datetime.fromisoformat("2026-10-01 08:00:00")],
        ["合计", 1],
    ]
    result = desk.load("incidents", book({"台账": rows}))
    assert counts(result) == {"read": 1, "inserted": 1, "things": 1, "outside": 1}
    assert result.counts.skipped == 4
    bad = desk.load("incidents", book({"台账": [*rows[:4], ["2", "rubbish", "never"]]}))
    assert desk.rejects(bad) == [(5, "bad_time")]


def test_a_mapping_names_sheet_and_header_row_and_without_it_two_sheets_are_refused(
    desk: Desk, book: Callable[..., Path]
) -> None:
    good = [["x"], HEADINGS, ["1", "rubbish", "2026-10-01 08:00:00"]]
    path = book({"十月": good, "明细": good, "空": []})
    refused = desk.load("incidents", path)
    assert refused.counts.faults == {"sheet_ambiguous": 1}
    assert "“十月”, “明细”" in (refused.message or "")
    mapping = (
        'dataset = "incidents"\nformat = "xlsx"\nsheet = "{}"\nheader_row = {}\noptional = ["category"]\n[columns]\n'
    )
    mapping += 'code = "编号"\ncategory = "类别"\nreported_at = "上报时间"\n'
    told = {"incidents": desk.mapping(mapping.format("明细", 2))}
    assert desk.load("incidents", path, source=told["incidents"]).counts.inserted == 1
    for sheet, row, code in (("明细", 3, "missing_column"), ("明细", 9, "no_header_row"), ("没有", 2, "sheet_missing")):
        wrong = desk.load("incidents", path, source=desk.mapping(mapping.format(sheet, row)))
        assert next(iter(wrong.counts.faults)).startswith(code)
        assert "…" not in (wrong.message or "…")


def test_of_several_sheets_the_only_one_with_a_header_is_meant_and_the_others_are_said(
    desk: Desk, book: Callable[..., Path]
) -> None:
    rows = [HEADINGS, ["1", "rubbish", "2026-10-01"]]
    path = book({"说明": [["填表说明"], ["请勿改动"]], "明细": rows, "字典": [["a"], ["b"]]}, hidden=["字典"])
    result = desk.load("incidents", path, lang="en")
    assert (result.counts.read, result.counts.inserted) == (1, 1)
    assert "Hidden sheets were not read: “字典”" in (result.message or "")
    assert "were not read: “说明”" in (result.message or "")
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet("空")
        sheet = workbook.add_worksheet("明细")
        sheet.write_row(0, 0, HEADINGS)
        sheet.hide()
    refused = desk.load("incidents", path)
    assert refused.counts.faults == {"only_hidden_sheets": 1}
    assert "“明细”" in (refused.message or "")


def test_a_hidden_sheet_is_read_only_by_its_name(book: Callable[..., Path]) -> None:
    rows = [HEADINGS, ["1", "rubbish", "2026-10-01"]]
    path = book({"明细": rows, "字典": [["a"], ["b"]]}, hidden=["字典"])
    assert opened(path, *HEADINGS)[0].headings == HEADINGS
    assert opened(path, "a", sheet="字典")[0].headings == ("a",)


def test_a_header_over_two_rows_is_joined_and_a_line_break_in_it_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write(0, 0, "收支情况")
        sheet.merge_range("A2:A3", "日期")
        sheet.merge_range("B2:C2", "公示内容")
        sheet.write_row(2, 1, ["收到\n捐款", "人次"])
        sheet.write_row(3, 0, ["2020-02-01", 3, 4])
    table, frame = opened(path, "日期", "公示内容/收到捐款", header_rows=2)
    assert table.headings == ("日期", "公示内容/收到捐款", "公示内容/人次")
    assert (table.lines_above, frame["row"].to_list()) == (1, [4])


def test_a_value_on_the_first_row_of_a_block_goes_for_the_rows_below_but_not_for_blank_lines(
    desk: Desk, book: Callable[..., Path]
) -> None:
    source = desk.mapping(
        'dataset = "service-points"\nformat = "xlsx"\ncrs = "EPSG:4326"\nfill_down = ["kind"]\n'
        '[columns]\ncode = "编号"\nname = "名称"\nkind = "类别"\nlon = "经度"\nlat = "纬度"\n'
    )
    rows = [
        ["类别", "编号", "名称", "经度", "纬度"],
        ["clinic", 1, "甲", 120, 30],
        ["", 2, "乙", 120, 30],
        [],
        ["合计", "", 2],
        ["", 3, "丙", 120, 30],
        ["school", 4, "丁", 120, 30],
        ["", 5, "戊", 120, 30],
    ]
    result = desk.load("service-points", book({"表": rows}), source=source)
    assert (counts(result)["inserted"], result.counts.skipped) == (5, 2)
    kinds = (
        "select k.code from core.service_point join core.service_kind k using (service_kind_id) order by service_code"
    )
    found = desk.rows(kinds)
    assert [kind for (kind,) in found] == ["clinic", "clinic", "clinic", "school", "school"]


def test_a_serial_number_is_a_day_only_where_the_mapping_says_so(desk: Desk, book: Callable[..., Path]) -> None:
    rows = [HEADINGS, ["1", "rubbish", 43860], ["2", "rubbish", "43860.5"], ["3", "rubbish", "2020-01-30 07:00"]]
    path = book({"表": rows})
    assert desk.load("incidents", path).counts.faults == {"bad_time": 2}
    columns = '[columns]\ncode = "编号"\ncategory = "类别"\nreported_at = "上报时间"\n'
    source = desk.mapping(f'dataset = "incidents"\nexcel_dates = ["reported_at"]\n{columns}')
    assert desk.load("incidents", path, source=source).counts.inserted == 3
    days = "select incident_code, reported_at at time zone 'Asia/Shanghai' from core.incident i join core.source using "
    found = desk.rows(days + "(source_id) where code like 'mapping%' order by 1")
    assert [at for _, at in found] == [
        dt.datetime.fromisoformat("2020-01-30 00:00:00"),
        dt.datetime.fromisoformat("2020-01-30 12:00:00"),
        dt.datetime.fromisoformat("2020-01-30 07:00:00"),
    ]


def test_a_workbook_is_known_by_its_content_and_a_mapping_of_another_format_refuses_it(
    desk: Desk, book: Callable[..., Path]
) -> None:
    path = book({"表": [HEADINGS, ["1", "rubbish", "2026-10-01 08:00:00"]]}, name="named.csv")
    assert desk.load("incidents", path).counts.inserted == 1
    columns = '[columns]\ncode = "编号"\ncategory = "类别"\nreported_at = "上报时间"\n'
    source = desk.mapping(f'dataset = "incidents"\nformat = "csv"\n{columns}')
    refused = desk.load("incidents", path, source=source)
    assert refused.counts.faults == {"wrong_format": 1}
    assert "csv" in (refused.message or "")
    assert "xlsx" in (refused.message or "")
    text = desk.csv("编号,类别,上报时间", "1,rubbish,2026-10-01")
    source = desk.mapping(f'dataset = "incidents"\nformat = "xlsx"\n{columns}')
    assert desk.load("incidents", text, source=source).counts.faults == {"wrong_format": 1}


SHEET = "xl/worksheets/sheet1.xml"


def _rezipped(content: bytes, packing: int, *, broken: bool = False) -> bytes:
    """The workbook packed in another way; `broken`: with an error in a cell and an end that does not fit its start."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", packing) as new:
        for name in old.namelist():
            part = old.read(name)
            if broken and name == SHEET:
                part = part.replace(b"</row></sheetData>", b'<c r="D2" t="e"><v>#REF!</v></c></row></sheetData>')
                part = part.replace(b"</worksheet>", b"</worksheets>")
            new.writestr(name, part)
    return packed.getvalue()


def _torn(content: bytes) -> bytes:
    start = content.find(SHEET.encode()) + len(SHEET) + 20
    return content[:start] + bytes(byte ^ 0x5A for byte in content[start : start + 60]) + content[start + 60 :]


def test_damaged_locked_and_monstrous_workbooks_are_refused(tmp_path: Path, book: Callable[..., Path]) -> None:
    whole = book({"表": [HEADINGS, ["1", "rubbish", "2026-10-01"]]}).read_bytes()
    far = book({"表": [HEADINGS]}, name="far.xlsx")
    with xlsxwriter.Workbook(far) as workbook:
        workbook.add_worksheet().write_row(0, 0, HEADINGS)
        workbook.worksheets()[0].write(1_048_575, 16_383, "x")
    packed = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * (300 << 20))
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("读我.txt", "x")
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    torn = bytearray(whole)
    torn[torn.find(b"xl/worksheets/sheet1.xml") + 60] ^= 0xFF
    contents = {
        "is_workbook": [
            _rezipped(whole, zipfile.ZIP_DEFLATED, broken=True),
            _torn(_rezipped(whole, zipfile.ZIP_LZMA)),
            bytes(torn),
            whole[: len(whole) // 2],
            b"PK\x03\x04rest",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 900,
        ],
        "sheet_too_large": [far.read_bytes()],
        "archive_too_large": [packed.read_bytes()],
        "archive_unknown": [other.read_bytes()],
        "workbook_locked": [locked],
        "is_markup": [b"<html><table><tr><td>x</td></tr></table></html>"],
    }
    for code, files in contents.items():
        for content in files:
            path = tmp_path / "x.xlsx"
            path.write_bytes(content)
            with pytest.raises(Refused) as refused:
                read.open_table(path)
            assert refused.value.code == code
            assert not {"…"} & {*refused.value.sentence("zh"), *refused.value.sentence("en")}


def test_a_mapping_with_a_key_that_its_format_does_not_know_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    text = (
        'dataset = "incidents"\nformat = "geojson"\nsheet = "x"\nlayer = "y"\nheader_row = 0\nfill_down = ["status"]\n'
    )
    path.write_text(f'{text}[columns]\ncode = "c"\n', encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        named(str(path))
    told = str(error.value)
    assert all(
        name in told for name in ("sheet needs", "layer needs", "header_row needs", "header_row = 0", "'status'")
    )


@pytest.mark.real_data
def test_the_published_workbooks_of_the_red_cross_read_with_their_titles_and_headers(real_data: Path) -> None:
    folder = real_data / "cn_funds_hubei_redcross"
    goods, frame = opened(folder / "武汉市红十字会发放物资一览表.xlsx", "接收单位", "品名", "数量")
    assert (goods.headings, goods.lines_above) == (("接收单位", "品名", "规格", "计量单位", "数量"), 3)
    assert (frame["row"].min(), frame["row"].max()) == (5, 206)
    money, days = opened(
        folder / "武汉红十字会捐款收支情况2.xlsx", "日期", "公示内容/捐款人次", sheet="Sheet2", header_rows=3
    )
    assert money.headings[5:8] == ("公示内容/当日收到捐款", "公示内容/捐款人次", "公示内容/累计收到捐款")
    assert days.row(5)[3] == "83932598.47"
