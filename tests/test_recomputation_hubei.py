"""The Hubei donations counted again from the file alone, sharing no code with loaders, store or pages.

The rules: a line with neither date nor number is a total and no gift; the fourth file repeats the third and the first
the second, where date, giver and amount are equal, as often as both have them; every other line is a gift.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from geo import giving, money
from geo.money import EntryQuery, Scope
from geo.store import Store
from geo.viewer import LEADER, Clock
from loaders.dataset import LoadRequest
from loaders.result import LoadResult
from loaders.work import load_file

pytestmark = pytest.mark.real_data

SCOPE = Scope("funds", date(2020, 1, 1), date(2021, 1, 1), date(2020, 12, 31))
CLOCK = Clock(datetime.fromisoformat("2020-12-31T12:00:00+08:00"))
REPEATING = {"donate04.xls": "donate03.xls", "donate01.xls": "donate02.xls"}
KINDS = {"person_or_unknown": "person_inferred", "group_or_mixed": "group_inferred", "org": "org_inferred"}

Gift = dict[str, str]


@pytest.fixture(scope="module")
def folder(real_data: Path) -> Path:
    return real_data / "cn_funds_hubei_redcross"


@pytest.fixture(scope="module")
def lines(folder: Path) -> list[Gift]:
    with (folder / "hubei_donations_in_masked.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def gifts(lines: list[Gift]) -> list[Gift]:
    """The lines that count."""
    told = [line for line in lines if line["捐赠日期"].strip() or line["序号"].strip()]
    partners: dict[str, Counter[tuple[str, str, Decimal]]] = defaultdict(Counter)
    for line in told:
        partners[line["源文件"]][_sameness(line)] += 1
    kept = []
    for line in told:
        of = partners[REPEATING.get(line["源文件"], "")]
        if of[_sameness(line)] > 0:
            of[_sameness(line)] -= 1
        else:
            kept.append(line)
    return kept


def _sameness(line: Gift) -> tuple[str, str, Decimal]:
    return line["捐赠日期"].strip(), line["捐赠方_脱敏"].strip(), Decimal(line["捐赠金额（元）"])


@pytest.fixture(scope="module")
def loaded(store: Store, folder: Path) -> dict[str, LoadResult]:
    """The donations and the publisher's totals in the module's store."""
    files = {
        "hubei_donations": "hubei_donations_in_masked.csv",
        "hubei_daily_totals": "hubei-donation_daily_summary.csv",
    }
    return {
        source: load_file(store, LoadRequest(dataset="funds", file=folder / name, source=source, clock=CLOCK))
        for source, name in files.items()
    }


def summed(gifts: list[Gift], key: Callable[[Gift], object]) -> dict[object, tuple[Decimal, int]]:
    sums: defaultdict[object, Decimal] = defaultdict(Decimal)
    counts: Counter[object] = Counter()
    for gift in gifts:
        sums[key(gift)] += Decimal(gift["捐赠金额（元）"])
        counts[key(gift)] += 1
    return {one: (sums[one], counts[one]) for one in sums}


def _day(gift: Gift) -> date:
    return datetime.strptime(gift["捐赠日期"].strip(), "%Y.%m.%d").date()  # noqa: DTZ007 - a day, no moment


def test_every_line_is_accounted_for(loaded: dict[str, LoadResult], lines: list[Gift], gifts: list[Gift]) -> None:
    counts = loaded["hubei_donations"].counts
    assert (len(lines), len(gifts)) == (37_240, 35_176)
    assert counts.read + counts.skipped == len(lines)
    assert (counts.read, counts.inserted, counts.quarantined, counts.skipped) == (37_229, 37_229, 0, 11)
    assert (counts.things, counts.faults) == (len(gifts), {"published_twice": 2_053})


def test_what_repeats_stands_in_the_declared_files_and_nowhere_else(
    loaded: dict[str, LoadResult], store: Store
) -> None:
    with store.loading(LEADER, CLOCK) as connection:
        found = connection.execute(
            text("""select split_part(r.entry_code, '/', 1), split_part(r.repeats_code, '/', 1), count(*),
                      count(distinct r.repeats_code),
                      bool_and(r.occurred_on = o.occurred_on and r.payer = o.payer and r.amount = o.amount)
                    from core.ledger_entry r
                    join core.ledger_entry o on o.source_id = r.source_id and o.entry_code = r.repeats_code
                    group by 1, 2 order by 1""")
        ).all()
    assert [tuple(row) for row in found] == [
        ("donate01.xls", "donate02.xls", 58, 58, True),
        ("donate04.xls", "donate03.xls", 1_995, 1_995, True),
    ]


@pytest.mark.parametrize("step", ["month", "day"])
def test_sums_by_month_and_by_day_equal_the_page_and_plain_sql(
    loaded: dict[str, LoadResult], store: Store, gifts: list[Gift], step: str
) -> None:
    expected = summed(gifts, lambda gift: _day(gift) if step == "day" else _day(gift).replace(day=1))
    with store.reading(LEADER, CLOCK) as connection:
        page = money.months(connection, SCOPE, step=step)
        plain = connection.execute(
            text("""select date_trunc(:step, occurred_on)::date, sum(amount), count(*) from core.ledger_entry
                    where repeats_code is null group by 1"""),
            {"step": step},
        ).all()
    assert {flow.month: (flow.income, flow.entries) for flow in page} == expected
    assert {month: (amount, count) for month, amount, count in plain} == expected
    assert all(not flow.expense for flow in page)


def test_sums_by_kind_and_all_together_equal_the_page(
    loaded: dict[str, LoadResult], store: Store, gifts: list[Gift]
) -> None:
    expected = summed(gifts, lambda gift: KINDS[gift["捐赠方类型_推断"]])
    total = sum((amount for amount, _ in expected.values()), Decimal(0))
    with store.reading(LEADER, CLOCK) as connection:
        *kinds, whole = giving.received(connection, SCOPE)
        flows = money.flows(connection, SCOPE, toward="use", level="community")
        (book,) = money.books(connection, today=SCOPE.today, area_id=None)
        page = money.entries(connection, SCOPE, EntryQuery(rows=25))
    assert {kind.code: (kind.amount, kind.entries) for kind in kinds} == expected
    assert {flow.code: (flow.amount, flow.entries) for flow in flows} == expected
    assert total == whole.amount == book.amount == Decimal("696650390.80")
    assert len(gifts) == whole.entries == book.entries == page.found
    amounts = sorted(Decimal(gift["捐赠金额（元）"]) for gift in gifts)
    assert (whole.median, whole.largest) == (amounts[(len(amounts) - 1) // 2], amounts[-1])


def test_the_difference_to_the_published_totals_is_what_the_two_files_say(
    loaded: dict[str, LoadResult], store: Store, gifts: list[Gift], folder: Path
) -> None:
    by_day = summed(gifts, _day)
    with (folder / "hubei-donation_daily_summary.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *rows = [row for row in csv.reader(file) if any(row)]
    place = {name.split(" ")[0]: index for index, name in enumerate(header)}
    with store.reading(LEADER, CLOCK) as connection:
        found = {day.through_on: day for day in giving.published(connection, SCOPE)}
    assert len(found) == len(rows) == 15
    for row in rows:
        day = datetime.strptime(f"{row[1]}-2020", "%d-%b-%Y").date()  # noqa: DTZ007 - a day, no moment
        stated = Decimal(row[place["累计捐款"]].replace(",", "")) * 10_000
        counted = sum((amount for one, (amount, _) in by_day.items() if one <= day), Decimal(0))
        assert found[day].money_total == stated
        assert found[day].counted_total == counted
        assert found[day].counted_day == by_day.get(day, (Decimal(0), 0))[0]
        assert found[day].is_missing == (day == date(2020, 1, 30))
    last = found[date(2020, 2, 7)]
    assert last.counted_total - (last.money_total or 0) == Decimal("-102363081.20")
