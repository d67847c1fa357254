"""CSV as departments send it: encodings, delimiters, titles, headers over two rows, lines that are no rows."""

from pathlib import Path

import pytest
from verdicts import CSV, HEADINGS, ROWS, Judge, accepted, judge, quarantined, refused

from loaders import read

__all__ = ["judge"]

GOOD = (5, 0)
CHINESE = CSV.encode("gb18030")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_in_use_is_read(judge: Judge, encoding: str) -> None:
    assert accepted(judge("x.csv", CSV.encode(encoding))) == GOOD


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (CSV.encode() + "A6,暴露垃圾,2026-10-06 08:00,120.5,30.1\n".encode("gbk"), "mixed_encoding", 7),
        (CHINESE + "A6,乱扔垃圾,2026-10-06 08:00,120.5,30.1\n".encode(), "mixed_encoding", 7),
        (",".join(HEADINGS).encode() + b"\n" + CHINESE.partition(b"\n")[2], "mixed_encoding", 1),
        (b"\xef\xbb\xbf" + CHINESE, "bad_encoding", 1),
        ((CSV + "A7,暴").encode()[:-1], "bad_encoding", 7),
        ("code,category,reported_at\n1,Café,2026-10-01\n".encode("latin-1"), "bad_encoding", 2),
        (CSV.encode("utf-16")[:-1], "bad_encoding", 6),
        (("編號,類別,上報時間\n" + "1,暴露垃圾處理與環境衛生,2026-10-01\n" * 3).encode("big5"), "garbled_text", 1),
        ("番号,種別,時間\n1,ゴミが散らかっているのを片付けて,2026\n".encode("shift_jis"), "garbled_text", 1),
    ],
)
def test_what_no_single_encoding_reads_is_refused_by_line(judge: Judge, content: bytes, code: str, line: int) -> None:
    result = judge("x.csv", content)
    assert refused(result) == code
    assert f"第 {line} 行" in (result.message or "")


@pytest.mark.parametrize(
    "content",
    [CSV.encode("utf-32"), b"\x89PNG\r\n\x1a\n\0\0\0", b"fgb\3fgb\0" + bytes(range(256)) * 40, b"a,b\0c\n1,2\n"],
)
def test_what_is_no_text_is_refused(judge: Judge, content: bytes) -> None:
    assert refused(judge("x.csv", content)) == "not_text"


def test_characters_that_gbk_lacks_and_two_that_look_like_utf8_are_read(judge: Judge) -> None:
    rare = CSV.replace("A3,暴露", "A3,𠮷㐂")
    assert judge("x.csv", rare.encode("gb18030")).unknown == {"category": {"𠮷㐂垃圾": 1}}
    short = "code,category,reported_at\n1,联通,2026-10-01\n"
    assert judge("y.csv", short.encode("gbk")).unknown == {"category": {"联通": 1}}


def test_one_nul_is_a_fault_of_its_row(judge: Judge) -> None:
    assert quarantined(judge("x.csv", CSV.replace("A3,暴", "A3,\0暴"))) == (4, 1, {"bad_characters": 1})


@pytest.mark.parametrize("code", ["A3\ufffd", "A\u200b3", "A\u202e3", '"A\n3"', "#REF!", "#N/A"])
def test_a_code_that_cannot_be_compared_is_a_fault_of_its_row(judge: Judge, code: str) -> None:
    kept, odd, faults = quarantined(judge("x.csv", CSV.replace("A3,", f"{code},")))
    assert (kept, odd) == (4, 1)
    assert set(faults) <= {"unseen_in_code", "error_cell"}


def test_marks_within_a_file_made_of_two_are_nothing(judge: Judge) -> None:
    other = CSV.replace("\nA", "\nB").encode("utf-8-sig")
    assert accepted(judge("x.csv", CSV.encode("utf-8-sig") + other)) == (10, 1)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，"])
def test_every_delimiter_in_use_is_found(judge: Judge, delimiter: str) -> None:
    assert accepted(judge("x.csv", CSV.replace(",", delimiter))) == GOOD
    assert accepted(judge("x.xls", CSV.replace(",", delimiter).encode("gb18030"))) == GOOD


def test_the_delimiter_is_decided_over_several_lines(judge: Judge) -> None:
    semicolons = CSV.replace(",", ";")
    assert accepted(judge("x.csv", "街道,社区,网格,合并,台账,十月\n" + semicolons)) == (5, 1)
    assert accepted(judge("y.csv", semicolons.replace("类别", "类别（如：甲,乙,丙,丁,戊,己）"))) == GOOD
    assert accepted(judge("z.csv", "sep=;\n" + semicolons)) == (5, 1)


def test_a_title_above_the_header_is_skipped_and_rows_keep_their_numbers(judge: Judge) -> None:
    text = "十月事件台账\n制表：综治办,,,,\n\n" + CSV.replace("2026-10-03 08:00:00", "never")
    assert quarantined(judge("x.csv", text)) == (4, 1, {"bad_time": 1})
    assert accepted(judge("y.csv", "十月事件台账\n,,,,\n" + CSV)) == (5, 2)


@pytest.mark.parametrize(
    ("header", "skipped"),
    [
        ("编号,类别,时间,位置,\n,,上报,经度,纬度", 0),
        ("基本情况,,,位置,\n编号,类别,上报时间,经度,纬度", 1),
        ("编号,类别,上报时间,经度,纬度\ncode,category,reported_at,lon,lat", 1),
        ("编号,类别,上报时间,经度,纬度\n1,2,3,4,5", 1),
        ("*编号,类别（必填）,上 报 时 间,经度：,4.纬度", 0),
        ("\u200b编号,类\u00ad别,上报时间\u200e,经度, 纬度\u3000", 0),
    ],
)
def test_headers_over_two_rows_and_with_what_forms_put_beside_them(judge: Judge, header: str, skipped: int) -> None:
    assert accepted(judge("x.csv", header + "\n" + CSV.partition("\n")[2])) == (5, skipped)


@pytest.mark.parametrize(
    ("tail", "skipped"),
    [
        ("合计,5,,,\n", 1),
        ("北干街道小计,,,5,\n总 计：,,,5,\n", 2),
        ("合计,5\n", 1),
        ("制表人：张三,,审核人：李四,,\n", 1),
        ("以下空白\n-----\n", 2),
        ("共 5 条,,,,\n第1页 共1页\n", 2),
        ("注：数据来自综治办\n*备注：略,,,,\n", 2),
        ("\x1a", 1),
        (",,,,\n\n\u3000,,,,\n", 3),
        ("编号,类别,上报时间,经度,纬度\n", 1),
    ],
)
def test_what_stands_below_the_rows_is_no_row(judge: Judge, tail: str, skipped: int) -> None:
    assert accepted(judge("x.csv", CSV + tail)) == (5, skipped)


def test_an_entry_called_total_is_a_row_that_is_not_counted_but_quarantined(judge: Judge) -> None:
    found = judge("x.csv", CSV + "合计,暴露垃圾,2026-10-06 08:00,120.5,30.1\n")
    assert quarantined(found) == (5, 1, {"total_as_id": 1})


@pytest.mark.parametrize(
    "text",
    [
        CSV.replace("\n", ",\n"),
        CSV.replace("纬度", "纬度,,"),
        CSV.replace("30.1\n", "30.1,,\n"),
        CSV.replace("\n", "\r\n"),
        CSV.replace("\n", "\r"),
        CSV.rstrip("\n"),
        "\n".join('"' + line.replace(",", '","') + '"' for line in CSV.splitlines()),
        "\n".join(f"| {line.replace(',', ' | ')} |" for line in CSV.splitlines()),
        CSV.replace(",", " , "),
    ],
)
def test_edges_quotes_and_line_ends_of_all_kinds(judge: Judge, text: str) -> None:
    assert accepted(judge("x.csv", text)) == GOOD


@pytest.mark.parametrize(
    ("text", "kept", "odd"),
    [
        (CSV.replace("A3,暴露", "A3,暴,露"), 4, 1),
        (CSV.replace(",120.3,30.1", ""), 4, 1),
        (CSV[:-9], 4, 1),
        (",".join(HEADINGS) + "\n" + "\n".join(";".join(row) for row in ROWS), 0, 5),
    ],
)
def test_rows_with_a_wrong_number_of_cells_are_quarantined(judge: Judge, text: str, kept: int, odd: int) -> None:
    assert quarantined(judge("x.csv", text)) == (kept, odd, {"ragged_row": odd})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CSV.splitlines()[0], "empty_file"),
        ("\n\n\n", "empty_file"),
        (CSV.replace("经度", "编号"), "ambiguous_column"),
        (CSV.replace("上报时间", "上报日子"), "missing_column_near"),
        (CSV.replace("A2,暴", 'A2,"暴'), "unclosed_quote"),
        (CSV.replace(",", " "), "missing_column"),
        ("%PDF-1.4\n1 0 obj\n", "not_text"),
    ],
)
def test_what_cannot_be_a_table_of_incidents_is_refused(judge: Judge, text: str, code: str) -> None:
    assert refused(judge("x.csv", text)) == code


def test_headings_that_nobody_asked_for_are_reported(judge: Judge) -> None:
    text = CSV.replace("纬度", "纬度,备注").replace("30.1\n", "30.1,略\n")
    assert judge("x.csv", text).ignored == ("备注",)


def test_what_was_found_of_a_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(("台账\n" + CSV.replace(",", ";")).encode("gb18030"))
    table = read.open_table(path, read.Wish(headings=frozenset(HEADINGS)))
    assert (table.format, table.encoding, table.delimiter, table.lines_above) == ("csv", "gb18030", ";", 1)
    assert [block["row"].to_list() for block in table.blocks()] == [[3, 4, 5, 6, 7]]


def test_a_mapping_may_name_the_row_of_the_header(judge: Judge, tmp_path: Path) -> None:
    mapping = tmp_path / "told.toml"
    columns = 'code = "甲"\ncategory = "乙"\nreported_at = "丙"\n'
    layout = 'dataset = "incidents"\nformat = "csv"\nheader_row = {}\n'
    rows = "甲,乙,丙,丁,戊\n" + ",".join(HEADINGS) + "\n甲,乙,丙,丁,戊\n" + CSV.partition("\n")[2]
    mapping.write_text(f"{layout.format(3)}[columns]\n{columns}", encoding="utf-8")
    assert accepted(judge("x.csv", rows, source=str(mapping))) == (5, 2)
    mapping.write_text(f"{layout.format(30)}[columns]\n{columns}", encoding="utf-8")
    assert refused(judge("x.csv", rows, source=str(mapping))) == "no_header"


def test_texts_of_all_kinds_stay_what_they_are(judge: Judge) -> None:
    texts = [
        "<script>alert(1)</script>",
        "=1+1",
        "\u202e反",
        "a\u200bb",
        "👨‍👩‍👧",
        "ＡＢＣ１２３",
        '"两\n行"',
        "é",
        "' or 1=1 --",
    ]
    text = "".join(f"T{number},{told},2026-10-01,120.1,30.1\n" for number, told in enumerate(texts))
    result = judge("x.csv", ",".join(HEADINGS) + "\n" + text)
    assert (result.counts.inserted, result.counts.quarantined) == (len(texts), 0)
