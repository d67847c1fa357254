"""What the page of one indicator says of differences, months and positions, on figures made by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from figures_builder import Town, at

from cockpit import queries
from cockpit.charts import spread as charts
from cockpit.figures import Figure, Interval, wilson
from cockpit.indicator import computed, words
from cockpit.indicator.compare import difference, newcombe
from cockpit.indicator.computed import Subject
from cockpit.indicator.rows import mark_words
from cockpit.queries import Asked
from config.indicators import indicator, indicators
from config.messages import tr
from geo.quantiles import Quantile
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock


def figure(slug: str, **told: object) -> Figure:
    values: dict[str, object] = {
        "indicator": indicator(slug), "area": "A", "area_id": 1, "name": "A", "level": "community",
        "start": date(2026, 10, 1), "end": date(2026, 11, 1), "value": None, "numerator": None, "denominator": None,
        "n": None, "interval": None, "quantile": None, "note": None, "excluded": {}, "moment": at("11-01 00:00"),
        "data_version": 1,
    }  # fmt: skip
    return Figure(**{**values, **told})  # type: ignore[arg-type]


def rate(k: int, n: int) -> Figure:
    return figure("on_time_rate", value=k / n, numerator=k, denominator=n, n=n, interval=wilson(k, n))


def quantile(value: int, low: int | None, high: int | None, n: int = 40) -> Figure:
    return figure("close_p50", value=value, n=n, quantile=Quantile(value, low, high))


def test_newcombe_is_that_of_the_paper() -> None:
    found = newcombe((56, 70), (48, 80))  # R. G. Newcombe 1998, table II, (a), method 10
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def test_a_share_is_higher_or_lower_only_where_the_interval_of_the_difference_excludes_none() -> None:
    alike = difference(rate(386, 412), rate(437, 457))
    assert alike.verdict == "alike"
    assert alike.times is not None
    bigger = tuple(rate(k * alike.times, n * alike.times) for k, n in ((386, 412), (437, 457)))
    assert difference(*bigger).verdict == "lower"
    assert difference(rate(90, 100), rate(50, 100)).verdict == "higher"


def test_too_few_cases_and_counts_are_not_compared() -> None:
    assert difference(rate(1, 29), rate(90, 100)).verdict == "few"
    assert difference(figure("incidents", value=50, n=50), figure("incidents", value=5, n=5)).verdict == "size"
    assert difference(figure("surge_z", value=5.0), figure("surge_z", value=0.0)).verdict == "unjudged"
    assert difference(figure("on_time_rate"), rate(90, 100)).verdict == "few"


def test_quantiles_differ_where_their_intervals_do_not_meet_and_an_open_end_meets_all() -> None:
    assert difference(quantile(100, 90, 110), quantile(200, 150, 250)).verdict == "lower"
    assert difference(quantile(100, 90, None), quantile(200, 150, 250)).verdict == "alike"
    assert difference(quantile(300, 260, None), quantile(200, 150, 250)).verdict == "higher"
    assert difference(quantile(300, None, None), quantile(200, None, None)).verdict == "unjudged"


def test_counts_per_household_are_compared_by_their_households() -> None:
    def per(k: int, households: int) -> Figure:
        told = {"value": k * 1000 / households, "numerator": k, "denominator": households, "n": k}
        return figure("incidents_per_1000_households", **told)

    assert difference(per(200, 1000), per(100, 1000)).verdict == "higher"
    assert difference(per(200, 2000), per(100, 1000)).verdict == "alike"


def test_what_is_said_of_a_difference_names_the_interval_that_decides() -> None:
    view = SimpleNamespace(tr=lambda key, **told: tr(key, "zh", **told), lang="zh")

    def said(own: Figure, other: Figure) -> str:
        return words.verdict(view, "甲", "乙", own.indicator, difference(own, other))  # type: ignore[arg-type]

    overlap = rate(82, 100), rate(930, 1000)
    assert overlap[0].interval is not None
    assert overlap[1].interval is not None
    assert "差值的 95% 区间" in said(*overlap)
    assert "不含 0：甲较低" in said(*overlap)
    assert "，含 0" in said(rate(90, 100), rate(91, 100))
    assert "两个 95% 区间不相交" in said(quantile(500, 450, 550), quantile(100, 90, 110))


def test_it_is_told_which_of_two_lacks_the_cases() -> None:
    assert words.lacks_cases(rate(26, 28))
    assert not words.lacks_cases(rate(28, 32))
    assert words.lacks_cases(figure("on_time_rate", n=8))


def test_every_rate_has_words_of_its_own_for_inside_and_outside() -> None:
    for each in (each for each in indicators() if each.kind == "rate"):
        pair = [mark_words(each, mark, "zh") for mark in ("numerator", "denominator")]
        assert len(set(pair)) == 2, each.slug
        assert not {"分子", "只在分母"} & set(pair), each.slug


def test_a_month_without_a_value_is_a_cross_and_no_dot() -> None:
    known = {"label": "", "tip": "", "low": None, "high": None, "expected": None}
    drawn = charts.months(
        (charts.Point(value=0.9, **known), charts.Point(value=None, is_own=True, gap="样本不足", **known)),
        ticks=((0.5, "50"), (1.0, "100")), label="",
    )  # fmt: skip
    assert drawn.count("<circle") == 1
    assert "×" in drawn
    assert "样本不足" in drawn
    assert "i-line" not in drawn


# ---------------------------------------------------------------- months


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    """Twenty cases on the 5th of June to September, half on time; in October as many, none on time."""
    made = Town(urls, store, clock)
    made.begin()
    made.run("update core.source_coverage set first_on = '2026-06-01'")
    for month in range(6, 11):
        for hour in ("09", "11"):
            closed = f"{month:02}-05 {hour}:00" if month < 10 else f"{month:02}-05 11:00"
            made.case(f"{month:02}-05 08:00", times=10, due=f"{month:02}-05 10:00", closed=closed)
    yield made
    made.close()


@pytest.fixture
def months(town: Town, monkeypatch: pytest.MonkeyPatch) -> tuple[computed.Month, ...]:
    monkeypatch.setattr(queries, "store", lambda: town.store)
    subject = Subject("on_time_rate", "community", town.area_ids["A"], date(2026, 10, 1), date(2026, 11, 1), None)
    found = computed.months.__wrapped__(Asked(LEADER, town.clock, 1), subject=subject)  # type: ignore[attr-defined]
    return found


def test_months_begin_where_a_source_does_and_expect_what_the_months_before_were(
    months: tuple[computed.Month, ...],
) -> None:
    assert [month.figure.start.month for month in months] == [6, 7, 8, 9, 10]
    assert [month.is_own for month in months] == [False] * 4 + [True]
    assert {month.expected for month in months} == {(6 / 20, 14 / 20)}  # of 20 at one half: P(<= 5) is 0.0207
    assert [computed.is_unusual(month) for month in months] == [False] * 4 + [True]


def test_a_range_needs_three_months_and_a_share_between_none_and_all() -> None:
    few = [rate(10, 20), rate(10, 20)]
    assert computed._expected(rate(0, 20), few) is None
    assert computed._expected(rate(0, 20), [rate(20, 20)] * 5) is None
    low, high = computed._expected(figure("incidents", value=100, n=100), [_month(100, m) for m in (1, 2, 3)]) or (0, 0)
    assert low < 100 * 31 / 30 < high
    assert (round(low), round(high)) == (84, 124)
    running = figure("incidents", value=30, n=30, moment=at("10-11 00:00"))
    low, high = computed._expected(running, [_month(100, m) for m in (1, 2, 3)]) or (0, 0)
    assert low < 100 * 10 / 30 < high
    assert (round(low), round(high)) == (23, 46), "of the ten days that the month has had"
    assert computed._expected(quantile(100, 90, 110), [quantile(100, 90, 110)] * 5) is None


def _month(n: int, month: int) -> Figure:
    start, end = date(2026, month, 1), date(2026, month + 1, 1)
    return replace(figure("incidents", value=n, n=n), start=start, end=end)


@pytest.mark.parametrize("text", ["", "x", "1_2_3_4_5", "0_0_0_nan_1_1", "00000000_0_9_1.0_1_1", "_" * 5])
def test_a_position_that_is_none_is_the_first_page(text: str) -> None:
    assert computed._position(text, seal="00000000") == (None, 0)


def test_an_interval_of_a_ratio_stays_within_it() -> None:
    found = newcombe((10, 10), (0, 10))
    assert isinstance(found, Interval)
    assert found.high == 1.0
    assert at("10-05 08:00").hour == 8
