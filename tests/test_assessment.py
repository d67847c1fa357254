"""The matrix: who is told apart from the peers, what is suspicious, and that a group's value comes from its cases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from figures_builder import Town

from cockpit import figures
from cockpit.assessment import cells, choice, computed
from cockpit.assessment import words as assessment_words
from cockpit.assessment.computed import Cell
from cockpit.context import Filters, View
from cockpit.figures import Figure, wilson
from cockpit.indicator import months_panel
from cockpit.indicator import words as indicator_words
from cockpit.indicator.computed import Month
from cockpit.picture import STATIC
from config import assessment as settings
from config.indicators import indicator
from config.reader import ConfigError
from config.site import site
from geo.figures import Question
from geo.quantiles import Quantile
from geo.store import Store, StoreUrls
from geo.tracing import Counts
from geo.viewer import LEADER, Clock
from geo.windows import Window

CHINA = timezone(timedelta(hours=8))


def rate(numerator: int, denominator: int, *, slug: str = "on_time_rate") -> Figure:
    return Figure(
        indicator=indicator(slug), area="A", area_id=1, name="A", level="community", start=date(2026, 10, 1),
        end=date(2026, 11, 1), value=numerator / denominator, numerator=numerator, denominator=denominator,
        n=denominator, interval=wilson(numerator, denominator), quantile=None, note=None, excluded={},
        moment=datetime(2026, 11, 1, tzinfo=CHINA), data_version=1,
    )  # fmt: skip


def count(value: int) -> Figure:
    return replace(
        rate(1, 1, slug="backlog_overdue"), value=value, n=value, numerator=None, denominator=None, interval=None
    )


def cell(figure: Figure, *, peers: float | None, before: Figure | None = None) -> Cell:
    return computed._cell(figure, before, peers)


# ---------------------------------------------------------------- told apart


def test_an_area_is_worse_only_where_the_whole_interval_lies_on_the_bad_side() -> None:
    assert cell(rate(385, 412), peers=0.95).verdict == "alike"
    assert cell(rate(340, 412), peers=0.95).verdict == "worse"
    assert cell(rate(411, 412), peers=0.95).verdict == "better"


def test_where_less_is_better_the_lower_one_is_better() -> None:
    assert cell(rate(1, 300, slug="rework_rate"), peers=0.05).verdict == "better"
    assert cell(rate(40, 300, slug="rework_rate"), peers=0.05).verdict == "worse"


def test_too_few_cases_for_a_ranking_are_not_compared_however_far_they_lie() -> None:
    found = cell(rate(3, 29), peers=0.95)
    assert (found.verdict, found.is_firm) == (None, False)


@pytest.mark.parametrize("slug", ["stage_share_accept", "extension_rate", "grid_solved_rate"])
def test_what_is_for_reference_only_is_never_compared(slug: str) -> None:
    known = indicator(slug)
    if known.is_assessable:
        known = replace(known, is_assessable=False, reference_only_zh="x", reference_only_en="x")
    assert cell(replace(rate(100, 400), indicator=known), peers=0.9).verdict is None


def test_a_quantile_without_an_end_of_its_interval_is_not_told_apart_on_that_side() -> None:
    known = replace(rate(1, 100), indicator=indicator("close_p90"), interval=None, n=100, value=100)
    open_above = replace(known, quantile=Quantile(100, 90, None))
    assert cell(open_above, peers=95).verdict == "alike"
    assert cell(open_above, peers=80).verdict == "worse"
    assert cell(replace(known, quantile=Quantile(100, None, None)), peers=80).verdict is None


def test_all_on_time_is_suspicious_from_two_hundred_cases_on() -> None:
    assert not cell(rate(199, 199), peers=None).is_suspicious
    assert cell(rate(200, 200), peers=None).is_suspicious
    assert not cell(rate(199, 200), peers=None).is_suspicious
    assert not cell(rate(200, 200, slug="rework_rate"), peers=None).is_suspicious


def test_counts_change_by_the_poisson_z_and_rates_where_their_intervals_do_not_overlap() -> None:
    assert computed.changed(count(25), count(16)) == 0  # Z = 2.0
    assert computed.changed(count(9), count(4)) == 0
    assert computed.changed(count(36), count(16)) == 1  # Z = 4.0
    assert computed.changed(count(4), count(16)) == -1
    assert computed.changed(rate(370, 400), rate(380, 400)) == 0
    assert computed.changed(rate(300, 400), rate(380, 400)) == -1
    assert computed.changed(rate(300, 400), None) == 0


def reported(value: int, start: date, end: date, *, until: datetime | None = None, slug: str = "incidents") -> Figure:
    """A count of what came on these days, or up to a moment in them."""
    moment = until or datetime(end.year, end.month, end.day, tzinfo=CHINA)
    return replace(count(value), indicator=indicator(slug), start=start, end=end, moment=moment)


SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))


def test_counts_of_months_of_unequal_length_are_compared_by_the_day() -> None:
    now = reported(31 * 40, OCTOBER, NOVEMBER)
    before = reported(30 * 40, SEPTEMBER, OCTOBER)
    assert (now.days, before.days) == (31, 30)
    assert figures.poisson_z(31 * 40, 30 * 40, times=31 / 30) == pytest.approx(0)
    assert computed.changed(now, before) == 0
    assert computed.is_by_day(now, before)


@pytest.mark.parametrize(
    ("now", "before", "times", "z"),
    [
        (16, 9, 1, 2.0),
        (25, 16, 1, 2.0),
        (40, 20, 2, 0.0),
        (100, 20, 2, 6.0020),
        (10, 40, 0.5, -3.0250),
        (0, 9, 3, -7.3485),
    ],
)
def test_the_z_of_two_counts_over_unequal_times(now: int, before: int, times: float, z: float) -> None:
    assert figures.poisson_z(now, before, times=times) == pytest.approx(z, abs=5e-4)


@pytest.mark.parametrize("times", [0.1, 0.5, 2, 10])
def test_the_z_is_the_same_the_other_way_round(times: float) -> None:
    assert figures.poisson_z(30, 50, times=times) == pytest.approx(-figures.poisson_z(50, 30, times=1 / times))


def test_a_running_month_is_no_fall_beside_a_whole_one_but_open_cases_are_of_a_moment() -> None:
    until = datetime(2026, 11, 11, tzinfo=CHINA)
    running = reported(100, NOVEMBER, date(2026, 12, 1), until=until)
    whole = reported(310, OCTOBER, NOVEMBER)
    assert running.days == 10
    assert computed.changed(running, whole) == 0
    assert computed.changed(replace(running, value=200), whole) == 1
    stock = replace(running, indicator=indicator("backlog"))
    assert computed.changed(stock, replace(whole, indicator=indicator("backlog"))) == -1
    assert not computed.is_by_day(stock, whole)


def test_a_running_period_is_compared_with_the_same_days() -> None:
    today = date(2026, 11, 20)
    end, running = date(2026, 12, 1), choice._so_far(NOVEMBER, date(2026, 12, 1), today)
    assert running == (NOVEMBER, date(2026, 11, 21))
    assert choice._against(NOVEMBER, end, "before", until=running[1]) == (OCTOBER, date(2026, 10, 21))
    assert choice._against(NOVEMBER, end, "year", until=running[1]) == (date(2025, 11, 1), date(2025, 11, 21))
    assert choice._so_far(OCTOBER, NOVEMBER, today) is None
    assert choice._against(OCTOBER, NOVEMBER, "before", until=NOVEMBER) == (SEPTEMBER, OCTOBER)
    march = date(2026, 3, 1)
    assert choice._against(march, date(2026, 4, 1), "before", until=date(2026, 3, 31)) == (date(2026, 2, 1), march)
    days = date(2026, 11, 16)
    assert choice._against(days, date(2026, 11, 30), "before", until=date(2026, 11, 21)) == (date(2026, 11, 11), days)


# ---------------------------------------------------------------- groups


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    town = Town(urls, store, clock)
    yield town
    town.close()


@pytest.fixture
def town(built: Town) -> Town:
    built.begin()
    for level, code, parent in (("community", "C", "S"), ("grid", "CG", "C"), ("microgrid", "CM", "CG")):
        built.area(level, code, parent)
    for code, kind in {"A": "old_town", "B": "old_town", "C": "business"}.items():
        built.run("update core.area set community_type = :kind where code = :code", kind=kind, code=code)
    return built


def asked(town: Town, question: Question, *slugs: str) -> dict[tuple[str | None, str], Figure]:
    october = Window(date(2026, 10, 1), date(2026, 11, 1), site().zone)
    found = figures.figures(
        town.store, LEADER, town.clock, question=question, windows=(october,), indicators=[indicator(s) for s in slugs]
    )
    return {(figure.area, figure.indicator.slug): figure for figure in found}


def test_a_group_s_value_is_that_of_its_cases_and_no_mean_of_rates(town: Town) -> None:
    town.case("10-05 08:00", area="A", times=90, due="10-06 08:00", closed="10-05 09:00")
    town.case("10-05 08:00", area="B", times=10, due="10-06 08:00", closed="10-07 09:00")
    town.case("10-05 08:00", area="C", times=50, due="10-06 08:00", closed="10-05 10:00")
    each = asked(town, Question("community"), "on_time_rate", "close_p90")
    together = asked(town, Question("community", by_type=True), "on_time_rate", "close_p90")
    assert sorted({code for code, _ in together if code}) == ["business", "old_town"]
    assert together["old_town", "on_time_rate"].value == 0.9
    assert computed._summed([each[code, "on_time_rate"] for code in ("A", "B")]) == 0.9
    assert together["old_town", "close_p90"].value == 3600
    assert together["old_town", "close_p90"].n == 100
    assert together["business", "close_p90"].value == 7200


def test_areas_without_data_give_their_group_none(town: Town) -> None:
    ahead = town.figures("backlog_days", "carry_over_rate", level="community", days=("12-01", "12-31"))
    for slug in ("backlog_days", "carry_over_rate"):
        found = [figure for figure in ahead if figure.indicator.slug == slug]
        assert {figure.note for figure in found} == {"no-data"}
        assert computed._summed(found) is None
    known = rate(30, 40)
    assert computed._summed([replace(known, value=None, note="no-data"), known]) == 0.75


def test_a_grid_has_the_type_of_its_community(town: Town) -> None:
    town.case("10-05 08:00", area="A", times=20, closed="10-05 09:00")
    town.case("10-05 08:00", area="B", times=20, closed="10-05 11:00")
    found = asked(town, Question("grid", by_type=True), "incidents", "close_p50")
    assert found["old_town", "incidents"].value == 40
    assert found["old_town", "close_p50"].value == 3600


def test_households_are_not_shared_out_where_an_area_has_none() -> None:
    known = indicator("incidents_per_1000_households")
    with_homes = replace(rate(1, 1), indicator=known, value=20.0, numerator=40, denominator=2_000, interval=None)
    without = replace(with_homes, value=None, numerator=60, denominator=None, note=figures.NO_DATA)
    assert computed._summed([with_homes, without]) == 20.0
    assert computed._summed([without]) is None


# ---------------------------------------------------------------- periods


def test_the_closed_months_come_newest_first_and_end_with_the_first_report() -> None:
    found = choice._periods(date(2026, 8, 20), date(2026, 11, 20), 24)
    assert [days[0] for days in found] == [date(2026, month, 1) for month in (11, 10, 9, 8)]
    assert choice._periods(None, date(2026, 11, 20), 24) == ()


@pytest.mark.parametrize(
    ("days", "compared", "against"),
    [
        (("2026-03-01", "2026-04-01"), "before", ("2026-02-01", "2026-03-01")),
        (("2026-01-01", "2026-04-01"), "before", ("2025-10-01", "2026-01-01")),
        (("2026-03-05", "2026-03-12"), "before", ("2026-02-26", "2026-03-05")),
        (("2024-02-01", "2024-03-01"), "year", ("2023-02-01", "2023-03-01")),
        (("2024-02-29", "2024-03-01"), "year", ("2023-02-28", "2023-03-01")),
    ],
)
def test_a_period_is_compared_with_the_one_before_or_a_year_before(
    days: tuple[str, str], compared: str, against: tuple[str, str]
) -> None:
    start, end = (date.fromisoformat(day) for day in days)
    assert choice._against(start, end, compared) == tuple(date.fromisoformat(day) for day in against)
    assert choice._against(start, end, "none") is None


# ---------------------------------------------------------------- settings


def test_settings_that_name_no_indicator_are_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    path = tmp_path / "config" / "assessment.toml"
    path.write_text('columns = ["on_time"]\nlead = "x"\nsuspicious_n = 0\nmonths = 24\n', encoding="utf-8")
    settings.assessment.cache_clear()
    try:
        with pytest.raises(ConfigError) as raised:
            settings.assessment()
    finally:
        settings.assessment.cache_clear()
    assert str(path) in str(raised.value)
    assert raised.value.faults == (
        "there is no indicator 'on_time'", "there is no indicator 'x'", "suspicious_n must be a whole number above 0",
    )  # fmt: skip


# ---------------------------------------------------------------- how it looks


@pytest.mark.parametrize("slug", ["on_time_rate", "rework_rate"])
def test_worse_is_filled_and_points_down_and_better_is_hollow_and_points_up_whichever_way_counts(slug: str) -> None:
    few, most = cell(rate(10, 1000, slug=slug), peers=0.5), cell(rate(990, 1000, slug=slug), peers=0.5)
    worse, better = (few, most) if indicator(slug).direction == "up" else (most, few)
    assert (worse.verdict, better.verdict) == ("worse", "better")
    for one, name in ((worse, "worse"), (better, "better")):
        drawn = cells.drawing(one, cells.column(indicator(slug), [one]))
        assert cells.MARKS[name] in drawn
        assert f"mx-dot {name}" in drawn
    css = (STATIC / "assessment.css").read_text()
    assert ".mx-dot.better{fill:var(--bg)" in css, "hollow"


def test_a_column_of_closing_times_has_one_unit_and_counts_of_none_have_an_axis_to_one() -> None:
    def unit(slug: str, seconds: int) -> str:
        figure = replace(rate(1, 1, slug=slug), value=seconds, n=40, interval=None)
        return cells.column(indicator(slug), [cell(figure, peers=None)]).unit

    assert {unit("close_p50", seconds) for seconds in (900, 7_000, 400_000)} == {"hour"}
    assert unit("accept_p50", 300) == "minute"
    axis = cells.column(indicator("backlog_overdue"), [cell(count(0), peers=None)])
    assert (axis.low, axis.high) == (0, 1)


def test_a_course_is_drawn_only_where_most_months_are_in_a_line() -> None:
    told, none = rate(30, 40), replace(rate(30, 40), value=None)
    assert cells.spark([told] * 13, low=0, high=1)
    assert cells.spark([none, told, told, none, none, told, told, none, none, none], low=0, high=1) == ""


def test_a_share_of_all_time_is_a_percentage_of_cases_that_are_named_as_cases() -> None:
    told = replace(rate(25, 50, slug="stage_share_handle"), value=0.475, numerator=2192400, denominator=4615200, n=34)
    told = replace(told, interval=None)
    scale = cells.column(indicator("stage_share_handle"), [cell(told, peers=None)])
    assert (scale.unit, scale.number(0.475), scale.end(scale.low)) == ("share", "47.5", "0")
    days = Filters(date(2026, 10, 1), date(2026, 10, 21), "community")
    clock = Clock(datetime(2026, 11, 20, tzinfo=CHINA))
    view = View(LEADER, clock, "zh", site(), days, data_version=1, areas=(), categories=(), datasets={}, params={})
    assert indicator_words.value(view, told) == assessment_words.value(view, told) == "47.5%"
    counts = Counts(numerator=0, denominator=34, only_denominator=34, excluded={})
    assert indicator_words._counted(view, told.indicator, told, counts) == "34 件"
    month = Month(told, None, is_own=True)
    assert {word for _, word in months_panel._ticks(view, [month])} >= {"0", "60"}
