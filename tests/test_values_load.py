"""Files with odd values reach the store with the right rows, each fault clear, and no number of a person on the way."""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from loads_geo import Desk, counts, desk, square

from geo.viewer import Clock
from loaders.faults import hint, message
from loaders.result import LoadResult

__all__ = ["desk"]


HEAD = "编号,类别,状态,上报时间,受理时间,派遣时间,办结时间,办理时限,经度,纬度,描述"
IDENTITY, MOBILE, CARD = "11010519491231002X", "13812345678", "6222600260001072444"
LEDGER = "凭证号,基金编号,日期,类型,付款方,收款方,项目,金额"
REGISTER = ("基金编号,基金名称,基金类型", "J1,社区基金,community", "J2,专项,named")


def case(code: str, **told: str) -> str:
    """A line of a case reported on 1 October unless told otherwise."""
    names = {"编号": code, "类别": "rubbish", "上报时间": "2026-10-01 08:00:00", **told}
    return ",".join(f'"{names.get(name, "")}"' for name in HEAD.split(","))


def entry(code: str, **told: str) -> str:
    """A line of the ledger: an income of 10 yuan unless told otherwise."""
    names = {"凭证号": code, "基金编号": "J1", "日期": "2026-01-05", "类型": "income", "金额": "10.00", **told}
    return ",".join(f'"{names.get(name, "")}"' for name in LEDGER.split(","))


def told(desk: Desk, result: LoadResult) -> str:
    """Everything that a person or a log can read of a load."""
    columns = "row_number, column_name, value, fault, params::text"
    query = f"select {columns} from ops.quarantine where load_id = {result.load_id}"
    columns = "message, file_name, faults::text, unknown_values::text, ignored_columns::text"
    lines = f"select {columns} from ops.load where load_id = {result.load_id}"
    return "\n".join([str(result), *map(str, desk.rows(query)), *map(str, desk.rows(lines))])


@pytest.fixture
def later(desk: Desk) -> Desk:
    """A desk whose clock is ahead of every machine's, so that it alone says what lies in the future."""
    desk.clock = Clock(datetime.fromisoformat("2060-11-20T14:32:00+08:00"))
    return desk


def test_what_has_not_happened_by_the_clock_is_refused_and_a_deadline_may_lie_ahead(later: Desk) -> None:
    lines = {
        case("1", 上报时间="2060-11-20 14:36:00"): None,
        case("2", 上报时间="2060-11-20 14:38:00"): "future_time",
        case("3", 办结时间="2060-11-20 14:38:00"): "future_time",
        case("4", 办理时限="2061-01-01 00:00:00"): None,
    }
    result = later.load("incidents", later.csv(HEAD, *lines))
    assert later.rejects(result) == [(row, fault) for row, fault in enumerate(lines.values(), start=2) if fault]


def test_a_clock_that_was_put_back_makes_nothing_untrue(desk: Desk) -> None:
    desk.clock = Clock(datetime.fromisoformat("2020-01-01T00:00:00+08:00"))
    assert counts(desk.load("incidents", desk.csv(HEAD, case("1", 上报时间="2024-10-01 08:00:00"))))["inserted"] == 1


def test_every_odd_time_of_a_case_has_its_verdict(desk: Desk) -> None:
    lines = {
        case("1", 上报时间="2026年10月1日 下午3点20分"): None,
        case("2", 上报时间="１０月１日"): "bad_time",
        case("3", 上报时间="03/04/2026 10:00"): "ambiguous_time",
        case("5", 上报时间="2089-11-20 14:38:00"): "future_time",
        case("6", 办理时限="2027-01-01 00:00:00"): None,
        case("7", 上报时间="1899-12-31"): "placeholder_time",
        case("8", 上报时间="1962-10-01 08:00:00"): "absurd_date",
        case("9", 办结时间="2026-10-01 07:59:00"): "closed_before_reported",
        case("10", 受理时间="2026-10-01 09:00:00", 派遣时间="2026-10-01 08:30:00"): None,
        case("11", 上报时间="46296"): None,
        case("1.23457E+17"): "damaged_id",
        case("13", 状态="ＣＬＯＳＥＤ", 办结时间="20261001093000"): None,
        case("14", 状态="已消失"): "unknown_status",
        case("15", 办结时间="1970-01-01 08:00:00"): None,
    }
    result = desk.load("incidents", desk.csv(HEAD, *lines))
    expected = [(row, fault) for row, fault in enumerate(lines.values(), start=2) if fault]
    assert desk.rejects(result) == expected
    assert result.counts.faults["stage_disorder"] == 1
    assert result.counts.repaired == 2
    assert desk.rows(
        "select to_char(reported_at at time zone 'PRC', 'HH24:MI') from core.incident where incident_code = '1'"
    ) == [("15:20",)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_case_of_a_fault_says_what_to_do(lang: str) -> None:
    cases = {
        "bad_time": ("no_year", "number"),
        "bad_amount": ("too_fine", "separators", "spelt"),
    }
    for fault, names in cases.items():
        hints = {hint(fault, lang, {"case": name}) for name in (None, *names)}
        assert len(hints) == len(names) + 1, fault
    for fault in ("ambiguous_time", "future_time", "stale_row", "stage_disorder", "personal_data", "overdraft"):
        assert message(fault, lang) != fault
        assert hint(fault, lang)


def test_a_whole_number_with_more_digits_than_a_workbook_keeps_is_no_id(desk: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD.split(","))
    sheet.append([330109003001001001, "rubbish", "", "2026-10-01 08:00:00"])
    sheet.append([20261001000001, "rubbish", "", "2026-10-01 08:00:00"])
    sheet.append(["330109003001001001", "rubbish", "", "2026-10-01 08:00:00"])
    path = tmp_path / "book.xlsx"
    book.save(path)
    result = desk.load("incidents", path)
    assert desk.rejects(result) == [(2, "damaged_id")]
    assert desk.rows("select incident_code from core.incident order by 1") == [
        ("20261001000001",),
        ("330109003001001001",),
    ]


@pytest.mark.parametrize(
    "written",
    [
        IDENTITY,
        MOBILE,
        CARD,
        "138 1234 5678",
        "１３８－１２３４－５６７８",
        "一三八一二三四五六七八",
        "138\u200b1234\u200b5678",
        "6222 6002 6000 1072 444",
    ],
)
def test_a_personal_number_is_noted_masked_and_never_told(desk: Desk, written: str) -> None:
    mapping = desk.mapping(
        'dataset = "incidents"\ncrs = "EPSG:4326"\ncategories = "open"\n[columns]\ncode = "编号"\ncategory = "类别"\n'
        'status = "状态"\nreported_at = "上报时间"\nagency_responsible = "描述"\n'
    )
    lines = (
        case("1", 描述=f"居民来电，联系{written}，请回复"),
        case("2", 类别=f"噪音 {written}"),
        case("3", 状态=f"等{written}确认"),
        case("4", 描述="无"),
    )
    result = desk.load("incidents", desk.csv(HEAD, *lines), source=mapping)
    assert desk.rejects(result) == [(4, "unknown_status")]
    assert result.counts.faults == {"unknown_status": 1, "personal_data": 2}
    stored = str(desk.rows("select i::text, c::text from core.incident i join core.category c using (category_id)"))
    for text in (stored, told(desk, result)):
        assert written not in text
        assert MOBILE not in text
    again = desk.load("incidents", desk.csv(HEAD, *lines), source=mapping, is_forced=True)
    assert again.counts.unchanged == 3


def test_a_personal_number_in_a_column_that_nobody_reads_is_noted_and_not_kept(desk: Desk) -> None:
    result = desk.load("incidents", desk.csv(HEAD, case("1", 描述=f"电话{MOBILE}"), case("2", 描述="20261001080000")))
    assert counts(result)["inserted"] == 2
    assert result.counts.faults == {"personal_data": 1}
    assert MOBILE not in told(desk, result)


@pytest.fixture
def ledger(desk: Desk) -> Desk:
    """A desk with two registered funds."""
    desk.boundaries("street", ("S", None, square(0, 0)))
    desk.load("funds", desk.csv(*REGISTER))
    return desk


def test_every_odd_entry_of_a_ledger_has_its_verdict(ledger: Desk) -> None:
    lines = {
        entry("1", 金额="￥1,234.56"): None,
        entry("2", 金额="1.2万元", 日期="2026年3月5日"): None,
        entry("3", 金额="1.234,56"): "bad_amount",
        entry("4", 金额="(5.00)"): "bad_amount",
        entry("5", 金额="NaN"): "bad_amount",
        entry("6", 金额="12.345"): "bad_amount",
        entry("7", 基金编号="J9"): "unknown_fund",
        entry("8", 日期="2089-11-21"): "future_time",
        entry("9", 日期="2089-11-21", 类型="committed"): None,
        entry("10", 日期="05/06/2026"): "ambiguous_time",
        entry("11", 金额="无"): "missing_value",
        entry("12"): "conflicting_rows",
        entry("12", 金额="11.00"): "conflicting_rows",
        entry("14"): None,
        entry("14"): None,
    }
    result = ledger.load("funds", ledger.csv(LEDGER, *lines, entry("14")))
    assert ledger.rejects(result) == [(row, fault) for row, fault in enumerate(lines.values(), start=2) if fault]
    amounts = ledger.rows("select entry_code, amount from core.ledger_entry order by entry_code::int")
    assert amounts == [
        ("1", Decimal("1234.56")),
        ("2", Decimal("12000.00")),
        ("9", Decimal("10.00")),
        ("14", Decimal("10.00")),
    ]


@pytest.mark.parametrize(
    ("total", "status"),
    [("25.00", "loaded"), ("15.00", "loaded"), ("￥25", "loaded"), ("26.00", "refused"), ("", "loaded")],
)
def test_a_line_of_totals_is_held_against_the_rows_above_it(ledger: Desk, total: str, status: str) -> None:
    lines = (
        entry("1", 金额="20.00"),
        entry("2", 金额="5.00", 类型="expense"),
        "小计,,,,,,,1.00",
        f"合计,,,,,,,{total}",
    )
    result = ledger.load("funds", ledger.csv(LEDGER, *lines))
    assert result.status == status
    assert list(result.counts.faults) == (["total_mismatch"] if status == "refused" else [])
    assert ledger.rows("select count(*) from core.ledger_entry") == [(2 if status == "loaded" else 0,)]


def test_totals_of_pages_add_up_together(ledger: Desk) -> None:
    lines = (entry("1"), "合计,,,,,,,10.00", entry("2", 金额="7"), "合计,,,,,,,7.00")
    assert counts(ledger.load("funds", ledger.csv(LEDGER, *lines)))["inserted"] == 2


def test_a_total_that_cannot_be_checked_is_said(ledger: Desk) -> None:
    result = ledger.load("funds", ledger.csv(LEDGER, entry("1"), entry("2", 金额="x"), "合计,,,,,,,20.00"))
    assert result.status == "loaded"
    assert "合计行（第 4 行）无法核对" in (result.message or "")


def test_an_outflow_beyond_what_a_fund_has_is_kept_and_noted(ledger: Desk) -> None:
    first = ledger.load("funds", ledger.csv(LEDGER, entry("1", 金额="100"), entry("2", 类型="expense", 金额="60")))
    assert first.counts.faults == {}
    second = ledger.load("funds", ledger.csv(LEDGER, entry("3", 类型="expense", 金额="50")))
    assert (second.counts.inserted, second.counts.faults) == (1, {"overdraft": 1})
    without_income = ledger.load("funds", ledger.csv(LEDGER, entry("4", 基金编号="J2", 类型="expense", 金额="50")))
    assert without_income.counts.faults == {}


def test_json_of_a_load_counts_the_notes_beside_the_faults(desk: Desk) -> None:
    result = desk.load("incidents", desk.csv(HEAD, case("1", 描述=f"卡号{CARD}"), case("2", 上报时间="3/4/26")))
    assert json.loads(json.dumps(dict(result.counts.faults))) == {"ambiguous_time": 1, "personal_data": 1}


def test_a_personal_number_in_the_name_of_a_file_is_told_nowhere(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / f"{MOBILE}.csv"
    path.write_text(f"{HEAD}\n{case('1')}\n", encoding="utf-8")
    results = [desk.load("incidents", path), desk.load("incidents", path), desk.load("staff", path)]
    trail = str(desk.rows("select detail::text from ops.audit"))
    assert [result.status for result in results] == ["loaded", "nothing-new", "refused"]
    assert MOBILE not in trail + "".join(told(desk, result) for result in results)
