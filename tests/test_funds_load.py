"""Loading funds and their ledger: exact amounts, known funds, an append-only ledger, and the real orders and grants."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from loads_geo import Desk, counts, desk, square
from sqlalchemy.exc import DBAPIError

__all__ = ["desk"]

REGISTER = (
    "基金编号,基金名称,基金类型,设立日期,所属区域代码,用途",
    "J1,社区基金,community,2024-01-01,S,助困",
    "J2,专项,named,,,",
)
HEADER = "凭证号,基金编号,日期,类型,来源类别,付款方,收款方,用途类别,项目,服务区域代码,金额,更正凭证号,说明"


def entry(code: str, **told: str) -> str:
    """A line of the ledger: an income of 10 yuan unless told otherwise."""
    names = {"凭证号": code, "基金编号": "J1", "日期": "2026-01-05", "类型": "income", "金额": "10.00", **told}
    return ",".join(f'"{names.get(name, "")}"' for name in HEADER.split(","))


@pytest.fixture
def ledger(desk: Desk) -> Desk:
    """A desk with a street and two registered funds."""
    desk.boundaries("street", ("S", None, square(0, 0)))
    assert counts(desk.load("funds", desk.csv(*REGISTER))) == {"read": 2, "inserted": 2, "things": 2}
    return desk


def test_the_header_decides_between_register_and_ledger(ledger: Desk) -> None:
    result = ledger.load("funds", ledger.csv(HEADER, entry("P1", 服务区域代码="S"), entry("P2")))
    assert counts(result) == {"read": 2, "inserted": 2, "things": 2}
    found = ledger.rows(
        "select fund_code, a.code from core.fund left join core.area a on area_id = street_id order by 1"
    )
    assert found == [("J1", "S"), ("J2", None)]
    found = ledger.rows(
        "select entry_code, a.code from core.ledger_entry left join core.area a on area_id = street_id order by 1"
    )
    assert found == [("P1", "S"), ("P2", None)]


@pytest.mark.parametrize(
    ("amount", "stored"),
    [
        ("0.01", "0.01"),
        ("255,296.95", "255296.95"),
        ("1,000", "1000.00"),
        ("9007199254740993.07", "9007199254740993.07"),
        ("5.500", "5.50"),
    ],
)
def test_amounts_are_exact_to_the_last_cent(ledger: Desk, amount: str, stored: str) -> None:
    ledger.load("funds", ledger.csv(HEADER, entry("P1", 金额=amount)))
    assert ledger.rows("select amount from core.ledger_entry") == [(Decimal(stored),)]


def test_amounts_in_ten_thousands_are_read_so_where_the_mapping_says_it_and_refused_where_it_does_not(
    ledger: Desk,
) -> None:
    """A ledger only grows: ten thousandths of what was given would stay in it."""
    lines = (
        "凭证号,基金编号,日期,类型,金额（万元）",
        "P1,J1,2026-01-05,income,13.81",
        "P2,J1,2026-01-05,income,1.2万元",
    )
    path = ledger.csv(*lines, "合计,,,,15.01")
    told = """
dataset = "funds"
section = "ledger"
[columns]
code = "凭证号"
fund_code = "基金编号"
occurred_on = "日期"
kind = "类型"
amount = "金额（万元）"
"""
    refused = ledger.load("funds", path, source=ledger.mapping(told))
    assert (refused.status, [one.code for one in refused.told]) == ("refused", ["unit_above"])
    loaded = ledger.load("funds", path, source=ledger.mapping(told + "[extra]\namounts_in = 10000\n"))
    assert counts(loaded) == {"read": 2, "inserted": 2, "things": 2}
    found = ledger.rows("select amount from core.ledger_entry order by entry_code")
    assert found == [(Decimal("138100.00"),), (Decimal("12000.00"),)]
    wrong = ledger.csv(*lines, "P3,J1,2026-01-05,income,1", "合计,,,,15.01")
    refused = ledger.load("funds", wrong, source=ledger.mapping(told + "[extra]\namounts_in = 10000\n"))
    assert [one.code for one in refused.told] == ["total_mismatch"]


@pytest.mark.parametrize("amount", ["0", "0.00", "-5", "1e5", "12,34", "3.005", "十元", "1.2.3", "99999999999999999"])
def test_an_amount_that_is_none_is_quarantined(ledger: Desk, amount: str) -> None:
    result = ledger.load("funds", ledger.csv(HEADER, entry("P1", 金额=amount)))
    assert ledger.rejects(result) == [(2, "bad_amount")]


def test_a_correction_may_take_back_and_a_commitment_may_be_of_nothing(ledger: Desk) -> None:
    lines = (
        entry("P1", 金额="100"),
        entry("P2", 金额="-40", 更正凭证号="P1", 说明="多记"),
        entry("P3", 金额="0", 类型="committed"),
    )
    assert not ledger.rejects(ledger.load("funds", ledger.csv(HEADER, *lines)))
    assert ledger.rows("select amount from core.ledger_entry order by entry_code") == [
        (Decimal("100.00"),),
        (Decimal("-40.00"),),
        (Decimal("0.00"),),
    ]


def test_unknown_funds_kinds_and_missing_facts_are_quarantined_and_the_rest_is_kept(ledger: Desk) -> None:
    lines = (
        entry("P1", 基金编号="J9"),
        entry("P2", 类型="transfer", 收款方="J9"),
        entry("P3", 类型="transfer", 收款方="J2"),
        entry("P4", 类型="gift"),
        entry("P5", 日期=""),
        entry("P6", 基金编号=""),
        entry("P7", 日期="2026-02-30"),
        entry("P8", 基金编号="", 类型="committed"),
        entry("P9", 服务区域代码="X"),
    )
    result = ledger.load("funds", ledger.csv(HEADER, *lines))
    assert counts(result) == {"read": 9, "inserted": 3, "quarantined": 6, "things": 3, "outside": 1}
    assert ledger.rejects(result) == [
        (2, "unknown_fund"),
        (3, "unknown_fund"),
        (5, "unknown_kind"),
        (6, "missing_value"),
        (7, "missing_value"),
        (8, "bad_time"),
    ]
    assert result.counts.faults["unknown_area"] == 1
    counters = (
        "select e.entry_code, f.fund_code from core.ledger_entry e join core.fund f on f.fund_id = counter_fund_id"
    )
    assert ledger.rows(counters) == [("P3", "J2")]


def test_entries_that_turn_on_themselves_and_dates_that_cannot_be_meant_are_quarantined(ledger: Desk) -> None:
    lines = (
        entry("P1", 更正凭证号="P1", 说明="自己"),
        entry("P2", 类型="transfer", 收款方="J1"),
        entry("P3", 日期="1970-01-01"),
        entry("P4", 日期="2099-12-31"),
        entry("P5", 日期="1926-01-05"),
        entry("P6", 日期="2206-01-05"),
        entry("P7"),
    )
    result = ledger.load("funds", ledger.csv(HEADER, *lines))
    assert ledger.rejects(result) == [
        (2, "corrects_itself"),
        (3, "transfer_to_itself"),
        (4, "placeholder_time"),
        (5, "placeholder_time"),
        (6, "absurd_date"),
        (7, "absurd_date"),
    ]
    assert ledger.rows("select entry_code from core.ledger_entry") == [("P7",)]


def test_rows_refused_for_an_unknown_fund_are_welcome_once_it_is_registered(desk: Desk) -> None:
    path = desk.csv(HEADER, entry("P1"))
    assert counts(desk.load("funds", path)) == {"read": 1, "quarantined": 1}
    desk.load("funds", desk.csv(*REGISTER))
    assert counts(desk.load("funds", path)) == {"read": 1, "inserted": 1, "things": 1}


def test_an_entry_is_never_changed_only_corrected_with_a_reason(ledger: Desk) -> None:
    ledger.load("funds", ledger.csv(HEADER, entry("P1"), entry("P2")))
    lines = (
        entry("P1"),
        entry("P2", 金额="11.00"),
        entry("C1", 类型="expense", 金额="2.00", 更正凭证号="P1", 说明="多记"),
        entry("C2", 类型="expense", 更正凭证号="P1"),
        entry("C3", 类型="expense", 更正凭证号="P9", 说明="错号"),
    )
    result = ledger.load("funds", ledger.csv(HEADER, *lines))
    assert counts(result) == {"read": 5, "inserted": 1, "unchanged": 1, "quarantined": 3, "things": 1}
    assert ledger.rejects(result) == [(3, "entry_changed"), (5, "correction_without_reason"), (6, "unknown_entry")]
    assert ledger.rows("select sum(amount) from core.ledger_entry") == [(Decimal("22.00"),)]


def test_the_store_itself_refuses_to_change_an_entry_but_lets_it_be_placed_again(ledger: Desk) -> None:
    ledger.load("funds", ledger.csv(HEADER, entry("P1", 服务区域代码="S")))
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        ledger.rows("update core.ledger_entry set amount = 1 returning 1")
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        ledger.rows("delete from core.ledger_entry returning 1")
    assert ledger.rows("update core.ledger_entry set street_id = null returning entry_code") == [("P1",)]


def test_a_repeated_register_updates_the_fund_that_changed(ledger: Desk) -> None:
    result = ledger.load("funds", ledger.csv(REGISTER[0], REGISTER[1], "J2,助老专项,named,,,"))
    assert counts(result) == {"read": 2, "unchanged": 1, "updated": 1}
    bad = ledger.load("funds", ledger.csv(REGISTER[0], "J3,某基金,private,2024-13-01,,"))
    assert ledger.rejects(bad) == [(2, "bad_time"), (2, "unknown_kind")]


@pytest.mark.real_data
def test_the_real_purchase_orders_add_up_and_none_is_lost(desk: Desk, real_data: Path) -> None:
    path = real_data / "dc" / "funds" / "dc-purchase-orders-2016.geojson"
    orders = [item["properties"] for item in json.loads(path.read_text(), parse_float=str)["features"]]
    amounts = [Decimal(str(order["PO_AMOUNT"]).replace(",", "")) for order in orders]
    result = desk.load("funds", path, source="dc_purchase_orders")
    assert counts(result) == {"read": 12864, "inserted": 12864, "things": 12864}
    stored = """select sum(amount), min(occurred_on)::text, max(occurred_on)::text, count(fund_id)
        from core.ledger_entry where entry_kind = 'committed'"""
    assert desk.rows(stored) == [(sum(amounts), "2015-10-01", "2016-04-05", 0)]
    assert desk.load("funds", path, source="dc_purchase_orders").status == "nothing-new"


@pytest.mark.real_data
def test_the_real_grants_state_a_year_a_programme_and_the_ward_they_serve(desk: Desk, real_data: Path) -> None:
    desk.load("boundaries", real_data / "dc" / "boundaries" / "ward-2012.geojson", source="dc_ward")
    files = sorted((real_data / "dc" / "funds").glob("20*.geojson"))
    assert len(files) == 12
    results = [desk.load("funds", path, source="dc_grants") for path in files]
    assert sum(result.counts.inserted for result in results) == sum(result.counts.read for result in results) == 434
    assert {result.status for result in (desk.load("funds", path, source="dc_grants") for path in files)} == {
        "nothing-new"
    }
    facts = """select count(*), sum(amount), count(occurred_on), min(fiscal_year), max(fiscal_year), count(street_id),
        count(distinct fund_id) from core.ledger_entry where entry_kind = 'expense'"""
    assert desk.rows(facts) == [(434, Decimal("14562634.00"), 0, 2013, 2015, 434, 7)]
    assert desk.rows("select distinct fund_kind from core.fund") == [("programme",)]
