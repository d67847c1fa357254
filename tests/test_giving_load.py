"""Gifts: what is published twice counts once, lines of totals are no gifts, goods and stated totals are no money."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from loads_geo import Desk, counts, desk

from geo import giving, money
from geo.money import EntryQuery, Scope
from geo.viewer import LEADER, Viewer
from loaders.goods import taken_apart

__all__ = ["desk"]

MAPPING = """
dataset = "funds"
section = "ledger"
[columns]
layer = "文件"
code = "行"
occurred_on = "日期"
payer = "谁"
amount = "金额"
earmark = "备注"
[constants]
kind = "income"
fund_code = "G"
source_kind = "person_inferred"
[skip]
all_empty = ["日期", "序号"]
[extra]
missing_days = [2026-02-03]
[extra.funds]
G = { name = "捐款", kind = "named" }
[[extra.republished]]
file = "two"
of = "one"
by = ["occurred_on", "payer", "amount"]
"""
HEADER = "文件,行,序号,日期,谁,金额,备注"
TODAY = date(2026, 11, 20)
YEAR = Scope("funds", date(2026, 1, 1), date(2026, 11, 21), TODAY)


def gift(file: str, row: int, payer: str, amount: str, note: str = "") -> str:
    return f"{file},{row},{row},2026-02-01,{payer},{amount},{note}"


def links(desk: Desk) -> list[tuple[str, str | None]]:
    return [(code, of) for code, of in desk.rows("select entry_code, repeats_code from core.ledger_entry order by 1")]


def test_of_equal_gifts_in_two_files_as_many_are_repeats_as_have_a_partner(desk: Desk) -> None:
    source = desk.mapping(MAPPING)
    lines = (
        gift("one", 1, "甲", "10"), gift("one", 2, "甲", "10"), gift("one", 3, "乙", "5"),
        gift("two", 1, "甲", "10"), gift("two", 2, "甲", "10.00"), gift("two", 3, "甲", "10"),
        gift("two", 4, "乙", "6"),
        gift("three", 1, "甲", "10"),
    )  # fmt: skip
    result = desk.load("funds", desk.csv(HEADER, *lines), source=source)
    assert counts(result) == {"read": 8, "inserted": 8, "things": 6}
    assert result.counts.faults == {"published_twice": 2}
    assert result.exit_code == 0
    assert links(desk) == [
        ("one/1", None), ("one/2", None), ("one/3", None), ("three/1", None),
        ("two/1", "one/1"), ("two/2", "one/2"), ("two/3", None), ("two/4", None),
    ]  # fmt: skip


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_a_gift_counts_once_whichever_file_comes_first(desk: Desk, order: tuple[str, str]) -> None:
    source = desk.mapping(MAPPING)
    files = {name: desk.csv(HEADER, gift(name, 1, "甲", "10"), gift(name, 2, "甲", "10")) for name in order}
    first, second = (desk.load("funds", files[name], source=source) for name in order)
    assert (first.counts.things, second.counts.things) == (2, 0)
    assert [of is not None for code, of in links(desk) if code.startswith(order[0])] == [False, False]
    assert [of for code, of in links(desk) if code.startswith(order[1])] == [f"{order[0]}/1", f"{order[0]}/2"]
    again = desk.load("funds", files[order[1]], source=source, is_forced=True)
    assert counts(again) == {"read": 2, "unchanged": 2}
    assert again.counts.faults == {"published_twice": 2}


def test_a_second_load_is_nothing_new_although_the_mapping_declares_the_fund(desk: Desk) -> None:
    source, path = desk.mapping(MAPPING), desk.csv(HEADER, gift("one", 1, "甲", "10"))
    desk.load("funds", path, source=source)
    assert desk.load("funds", path, source=source).status == "nothing-new"


def test_repeats_are_in_no_sum_no_flow_no_count_and_are_listed_with_what_they_repeat(desk: Desk) -> None:
    lines = (gift("one", 1, "甲", "10"), gift("two", 1, "甲", "10"), gift("two", 2, "丙", "7", "买口罩"))
    desk.load("funds", desk.csv(HEADER, *lines), source=desk.mapping(MAPPING))
    with desk.store.reading(LEADER, desk.clock) as connection:
        (book,) = money.books(connection, today=TODAY, area_id=None)
        (position,) = money.positions(
            connection, YEAR, year_start=date(2025, 11, 21), self_generated=[], overhead=[], untold=["person_inferred"]
        )
        (flow,) = money.flows(connection, YEAR, toward="use", level="community")
        (month,) = money.months(connection, YEAR)
        (day,) = money.months(connection, YEAR, step="day")
        *_, whole = giving.received(connection, YEAR)
        page = money.entries(connection, YEAR, EntryQuery())
        repeated = money.entries(connection, YEAR, EntryQuery(is_repeat=True))
        twice = giving.repeats(connection, YEAR)
        (covered,) = money.covered(connection, book="funds", today=TODAY)
    sums = {book.amount, position.income, position.untold_12m, flow.amount, month.income, day.income, whole.amount}
    assert sums == {Decimal("17.00")}
    assert (book.entries, flow.entries, whole.entries, page.found) == (2, 2, 2, 2)
    assert (month.month, day.month) == (date(2026, 2, 1), date(2026, 2, 1))
    assert [(entry.entry_code, entry.repeats_code) for entry in repeated.rows] == [("two/1", "one/1")]
    assert (twice.entries, twice.amount) == (1, Decimal("10.00"))
    assert {entry.earmark for entry in page.rows} == {None, "买口罩"}
    assert not position.states_outflow
    assert not position.has_balance
    assert covered.missing == (date(2026, 2, 3),)


def test_one_outflow_of_the_source_makes_balances_known(desk: Desk) -> None:
    desk.load("funds", desk.csv(HEADER, gift("one", 1, "甲", "10")), source=desk.mapping(MAPPING))
    desk.rows("""insert into core.ledger_entry (source_id, entry_code, fund_id, entry_kind, occurred_on, amount,
        recorded_at, content_hash, load_id)
        select source_id, 'x', fund_id, 'expense', '2026-03-01', 4, ops.clock(), 'h', load_id from core.ledger_entry
        returning 1""")
    with desk.store.reading(LEADER, desk.clock) as connection:
        told = {"year_start": date(2025, 11, 21), "self_generated": [], "overhead": []}
        (position,) = money.positions(connection, YEAR, **told)
        (before,) = money.positions(connection, Scope("funds", YEAR.start, date(2026, 3, 1), date(2026, 2, 28)), **told)
    assert (position.has_balance, position.closing) == (True, Decimal("6.00"))
    assert not before.states_outflow, "at that moment nothing of what went out was known"


def test_a_fund_of_a_register_has_a_balance_once_its_ledger_states_any_outflow(desk: Desk) -> None:
    register = ("基金编号,基金名称,基金类型", "J1,助老,named", "J2,助学,named", "J3,新设,named")
    ledger = ("凭证号,基金编号,日期,类型,金额", "1,J1,2026-01-01,income,10", "2,J2,2026-01-01,income,10",
              "3,J2,2026-02-01,expense,4")  # fmt: skip
    desk.load("funds", desk.csv(*register))
    desk.load("funds", desk.csv(*ledger))
    with desk.store.reading(LEADER, desk.clock) as connection:
        found = money.positions(connection, YEAR, year_start=date(2025, 11, 21), self_generated=[], overhead=[])
    assert [(one.fund_code, one.states_outflow) for one in found] == [("J1", True), ("J2", True), ("J3", True)]


def test_a_line_without_date_and_number_is_a_total_and_one_without_a_date_is_a_fault(desk: Desk) -> None:
    lines = (gift("one", 1, "甲", "10"), "one,2,,,合**#1,10.000001,", "one,3,3,,乙,5,")
    result = desk.load("funds", desk.csv(HEADER, *lines), source=desk.mapping(MAPPING))
    assert counts(result) == {"read": 2, "inserted": 1, "quarantined": 1, "things": 1}
    assert result.counts.skipped == 1
    assert desk.rejects(result) == [(4, "missing_value")]


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ('by = ["occurred_on", "payer", "amount"]', 'by = ["colour"]'),
        ('of = "one"', 'of = "two"'),
        ('of = "one"', 'off = "one"'),
    ],
)
def test_a_rule_of_repeats_with_a_slip_refuses_the_file(desk: Desk, changed: str, fault: str) -> None:
    source = desk.mapping(MAPPING.replace(changed, fault))
    result = desk.load("funds", desk.csv(HEADER, gift("one", 1, "甲", "10")), source=source)
    assert (result.status, result.counts.faults) == ("refused", {"mapping_refused": 1})
    assert desk.rows("select count(*) from core.ledger_entry") == [(0,)]


def test_a_heading_of_the_skip_rule_that_the_file_lacks_refuses_it(desk: Desk) -> None:
    source = desk.mapping(MAPPING.replace('"日期", "序号"', '"日期", "流水号"'))
    result = desk.load("funds", desk.csv(HEADER, gift("one", 1, "甲", "10")), source=source)
    assert (result.status, result.counts.faults) == ("refused", {"missing_column": 1})


TOTALS = """
dataset = "funds"
section = "published"
time_formats = ["%d-%b-%Y"]
optional = ["goods_total"]
[columns]
through_on = "日"
money_day = "当日 万元"
money_total = "累计 万元"
goods_total = "物资 万元"
[extra]
of = "mapping2"
year = 2026
amounts_in = 10000
"""


def test_stated_totals_stand_beside_the_entries_and_never_among_them(desk: Desk) -> None:
    desk.load("funds", desk.csv(HEADER, gift("one", 1, "甲", "60000"), gift("two", 1, "甲", "60000")),
              source=desk.mapping(MAPPING))  # fmt: skip
    path = desk.csv(
        "日,当日 万元,累计 万元,物资 万元", '1-Feb,6.5,"1,006.51",3', "2-Feb,,1006.51,", "3-Feb,0.0000001,,", ",,,"
    )
    result = desk.load("funds", path, source=desk.mapping(TOTALS))
    assert counts(result) == {"read": 3, "inserted": 2, "quarantined": 1, "things": 2}
    assert result.counts.skipped == 1
    assert desk.rejects(result) == [(4, "bad_amount")]
    with desk.store.reading(LEADER, desk.clock) as connection:
        first, second = giving.published(connection, YEAR)
        *_, whole = giving.received(connection, YEAR)
    assert (first.money_day, first.money_total) == (Decimal("65000.00"), Decimal("10065100.00"))
    assert (first.counted_day, first.counted_total, first.entries) == (Decimal("60000.00"), Decimal("60000.00"), 1)
    assert (second.counted_day, second.counted_total) == (Decimal(0), Decimal("60000.00"))
    assert whole.amount == Decimal("60000.00")


def test_a_publisher_who_corrects_a_total_changes_that_day_only(desk: Desk) -> None:
    source = desk.mapping(TOTALS)
    desk.load("funds", desk.csv("日,当日 万元,累计 万元", "1-Feb,1,1", "2-Feb,1,2"), source=source)
    result = desk.load("funds", desk.csv("日,当日 万元,累计 万元", "1-Feb,1,1", "2-Feb,2,3"), source=source)
    assert counts(result) == {"read": 2, "updated": 1, "unchanged": 1}
    assert desk.rows("select money_total from core.published_total order by through_on") == [(10000,), (30000,)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("口罩3万个", ("口罩", "30000", "个")),
        ("N95口罩36000个", ("N95口罩", "36000", "个")),
        ("拜欧海多汀1500支", ("拜欧海多汀", "1500", "支")),
        ("酒精1.5吨", ("酒精", "1.5", "吨")),
        ("双黄连口服液", None),
        ("消毒液1400瓶60箱", None),
        ("口罩5万只、消毒液1000瓶", None),
        ("口罩和手套500只", None),
        ("胶囊（24粒装）13.5万盒", None),
        ("口罩（N95型、一次性口罩）5万只", None),
        ("3000个", None),
        ("口罩约300", None),
        ("口罩1,000个", None),
    ],
)
def test_a_quantity_is_taken_from_a_text_only_where_it_is_certain(
    text: str, parts: tuple[str, str, str] | None
) -> None:
    assert taken_apart(text) == (parts or (text, None, None))


GOODS = """
dataset = "funds"
section = "goods"
[columns]
recipient = "接收单位"
item = "品名"
spec = "规格"
unit = "计量单位"
quantity = "数量"
[constants]
direction = "out"
occurred_on = "2026-01-30"
"""
GOODS_HEADER = "接收单位,品名,规格,计量单位,数量"


def test_goods_add_up_only_within_item_specification_and_unit(desk: Desk) -> None:
    lines = (
        "甲医院,医用口罩,\u200b,件,2", "乙医院,医用口罩,,件,3.5", "甲医院,医用口罩,,箱,4", "甲医院,医用口罩,S,件,1",
        "乙医院,护目镜,,,", "乙医院,护目镜,,,7", "乙医院,护目镜,,个,-1", "乙医院,护目镜,,个,两",
    )  # fmt: skip
    result = desk.load("funds", desk.csv(GOODS_HEADER, *lines), source=desk.mapping(GOODS))
    assert counts(result) == {"read": 8, "inserted": 5, "quarantined": 3, "things": 5}
    assert desk.rejects(result) == [(7, "missing_value"), (8, "bad_number"), (9, "bad_number")]
    with desk.store.reading(LEADER, desk.clock) as connection:
        found = giving.goods(connection, YEAR, rows=None)
        assert money.books(connection, today=TODAY, area_id=None) == ()
    assert [(item.item, item.spec, item.unit, item.quantity, item.lots) for item in found.items] == [
        ("医用口罩", None, "件", Decimal("5.5"), 2),
        ("医用口罩", None, "箱", Decimal(4), 1),
        ("医用口罩", "S", "件", Decimal(1), 1),
        ("护目镜", None, None, None, 1),
    ]
    assert (found.found, found.lots, found.undated, found.valued) == (4, 5, 0, None)


def test_goods_are_seen_by_who_sees_the_whole_site_only(desk: Desk) -> None:
    desk.load("funds", desk.csv(GOODS_HEADER, "甲医院,口罩,,件,2"), source=desk.mapping(GOODS))
    secretary = Viewer(name="s", role="secretary", area_ids=frozenset({1}))
    with desk.store.reading(secretary, desk.clock) as connection:
        assert giving.goods(connection, YEAR, rows=None).items == ()


def test_the_built_in_mapping_reads_goods_of_both_directions(desk: Desk) -> None:
    path = desk.csv("方向,品名,计量单位,数量,折算金额,捐赠方", "接收,大米,袋,20,900,某粮店", "发放,大米,袋,5,,")
    assert counts(desk.load("funds", path)) == {"read": 2, "inserted": 2, "things": 2}
    found = desk.rows("select direction, quantity, stated_value from core.goods_entry order by 1")
    assert found == [("in", Decimal(20), Decimal("900.00")), ("out", Decimal(5), None)]


@pytest.mark.real_data
def test_the_real_goods_keep_their_words_where_a_quantity_is_not_certain(desk: Desk, real_data: Path) -> None:
    path = real_data / "cn_funds_hubei_redcross" / "hubei_materials_out.csv"
    result = desk.load("funds", path, source="hubei_goods_out")
    assert counts(result) == {"read": 17, "inserted": 17, "things": 17}
    assert result.counts.faults == {"quantity_unknown": 9}
    assert desk.rows("select count(*), sum(stated_value) from core.goods_entry where direction = 'out'") == [
        (17, Decimal("8624570.00"))
    ]
    assert desk.load("funds", path, source="hubei_goods_out").status == "nothing-new"
