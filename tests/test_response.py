"""What the page of response times computes, on small cases whose figures were worked out by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import pytest
from figures_builder import Town, at

from cockpit import queries
from cockpit.context import View, make_view
from cockpit.queries import Asked
from cockpit.response import areas, computed, words
from cockpit.response.computed import MEDIAN, PROMISE, Scope, StageTime
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock

OCTOBER = Scope(date(2026, 10, 1), date(2026, 11, 1))
VERSIONS = count(1_000)


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    town = Town(urls, store, clock)
    yield town
    town.close()


@pytest.fixture
def town(built: Town, store: Store, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Without an urgent category, unless a test makes one."""
    monkeypatch.setattr(queries, "store", lambda: store)
    built.begin()
    built.run("delete from core.category where response_class = 'urgent'")
    return built


@pytest.fixture
def asked(clock: Clock) -> Asked:
    """A question of a data version that nobody asked before, so that nothing kept is found."""
    return Asked(LEADER, clock, next(VERSIONS))


def by_stage(asked: Asked, scope: Scope = OCTOBER) -> dict[str, StageTime]:
    return {stage.stage: stage for stage in computed.stages(asked, scope=scope)}


def view_of(town: Town, clock: Clock, **params: str) -> View:
    town.run("update ops.data_version set version = :version", version=next(VERSIONS))
    return make_view({"from": "2026-10-01", "to": "2026-11-01", **params}, viewer=LEADER, clock=clock)


def test_each_stage_has_its_own_median_and_nine_in_ten(town: Town, asked: Asked) -> None:
    for minute in range(10):
        town.case(
            "10-05 08:00",
            accepted="10-05 08:01",
            dispatched="10-05 08:03",
            arrived=f"10-05 08:{4 + minute:02d}",
            closed="10-05 09:00",
        )
    stages = by_stage(asked)
    assert (stages["accept"].p50_s, stages["dispatch"].p50_s) == (60, 120)
    assert (stages["arrival"].p50_s, stages["arrival"].p90_s) == (5 * 60, 9 * 60)
    assert stages["follow_up"].p50_s is None
    assert stages["follow_up"].reason == "none"


def test_nine_cases_are_too_few_for_a_stage(town: Town, asked: Asked) -> None:
    town.case("10-05 08:00", times=9, accepted="10-05 08:01")
    accept = by_stage(asked)["accept"]
    assert (accept.n, accept.p50_s, accept.reason) == (9, None, "too_few")


def test_a_stage_that_no_source_carries_is_absent_with_its_reason_and_the_next_is_measured_from_the_report(
    town: Town, asked: Asked
) -> None:
    town.run("update core.source set stages = array['reported', 'arrived', 'closed']")
    town.case("10-05 08:00", times=10, arrived="10-05 08:30", closed="10-05 09:30")
    stages = by_stage(asked)
    assert (stages["accept"].reason, stages["dispatch"].reason) == ("not_carried", "not_carried")
    assert stages["dispatch"].p50_s is None
    assert (stages["arrival"].p50_s, stages["arrival"].is_from_report) == (1_800, True)
    assert (stages["handle"].p50_s, stages["handle"].is_from_report) == (3_600, False)


def test_a_source_of_bare_dates_has_no_stage_times(town: Town, asked: Asked) -> None:
    town.run("update core.source set time_precision = 'day'")
    town.case("10-05 08:00", times=10, accepted="10-05 08:01")
    assert by_stage(asked)["accept"].reason == "date_only"


def test_days_that_no_source_covers_have_no_figure(town: Town, asked: Asked) -> None:
    town.case("10-05 08:00", times=10, accepted="10-05 08:01")
    september = Scope(date(2026, 9, 1), date(2026, 10, 1))
    assert {stage.reason for stage in computed.stages(asked, scope=september)} == {"not_covered"}


def test_a_stage_is_longer_only_beyond_the_margin_over_the_year_before(town: Town, asked: Asked) -> None:
    town.source("before", covers=("2025-10-01", "2025-10-31"))
    town.case("2025-10-05 08:00", times=10, accepted="2025-10-05 08:04", dispatched="2025-10-05 08:08")
    town.case("10-05 08:00", times=10, accepted="10-05 08:05", dispatched="10-05 08:11")
    stages = by_stage(asked)
    assert (stages["accept"].usual_s, stages["accept"].p50_s, stages["accept"].is_longer) == (240, 300, False)
    assert (stages["dispatch"].usual_s, stages["dispatch"].p50_s, stages["dispatch"].is_longer) == (240, 360, True)


def test_too_few_cases_a_year_before_are_no_yardstick(town: Town, asked: Asked) -> None:
    town.source("before", covers=("2025-10-01", "2025-10-31"))
    town.case("2025-10-05 08:00", times=9, accepted="2025-10-05 08:01")
    town.case("10-05 08:00", times=10, accepted="10-05 08:05")
    assert by_stage(asked)["accept"].usual_s is None


def test_the_year_before_of_a_leap_day_exists() -> None:
    scope = Scope(date(2028, 2, 29), date(2028, 3, 1)).a_year_before()
    assert scope.start == date(2027, 3, 1)
    assert Scope(date(2028, 2, 1), date(2028, 2, 29)).a_year_before().end == date(2027, 3, 1)


def test_the_promise_counts_urgent_cases_only_where_a_category_is_urgent(town: Town, clock: Clock) -> None:
    town.run("update core.category set response_class = 'urgent' where code = 'light'")
    town.case("10-05 08:00", times=10, category="light", arrived="10-05 08:09")
    town.case("10-05 08:00", times=10, category="noise", arrived="10-05 12:00")
    view = view_of(town, clock)
    assert computed.scope_of(view).response_class == "urgent"
    assert computed.whole(view.asked, scope=computed.scope_of(view))[PROMISE].value == 1.0


def test_without_an_urgent_category_all_cases_are_counted(town: Town, clock: Clock) -> None:
    town.case("10-05 08:00", times=10, category="light", arrived="10-05 08:09")
    town.case("10-05 08:00", times=10, category="noise", arrived="10-05 12:00")
    view = view_of(town, clock)
    figures = computed.whole(view.asked, scope=computed.scope_of(view))
    assert (figures[PROMISE].numerator, figures[PROMISE].denominator) == (10, 20)


def test_without_an_urgent_category_the_share_is_told_for_reference_and_has_no_target(town: Town, clock: Clock) -> None:
    town.case("10-05 08:00", times=20, arrived="10-05 12:00")
    view = view_of(town, clock)
    scope = computed.scope_of(view)
    figures = computed.whole(view.asked, scope=scope)
    assert figures[PROMISE].value == 0
    assert figures[PROMISE].indicator.target is None
    assert {figure.indicator.target for figure in computed.trend(view.asked, scope=scope, by="week")} == {None}
    assert words.headline(view, figures) == "到场中位 4 小时"
    lead = words.lead(view, scope=scope, figures=figures, before={}, stages=())
    assert lead.endswith("没有紧急类别，十分钟承诺不适用；此处为全部事件，仅供参考")


def test_the_lead_says_how_few_cases_have_an_arrival_where_most_have_none(town: Town, clock: Clock) -> None:
    town.case("10-05 08:00", times=10, arrived="10-05 12:00")
    town.case("10-05 09:00", times=12)
    view = view_of(town, clock)
    scope = computed.scope_of(view)
    lead = words.lead(view, scope=scope, figures=computed.whole(view.asked, scope=scope), before={}, stages=())
    assert "只有 10 件记有到场时刻，12 件没有" in lead


def test_the_lead_tells_the_close_where_no_source_tells_of_an_arrival(town: Town, clock: Clock) -> None:
    town.run("update core.source set stages = array['reported', 'closed']")
    town.case("10-05 08:00", times=10, closed="10-05 12:00")
    view = view_of(town, clock)
    scope = computed.scope_of(view)
    figures, stages = computed.whole(view.asked, scope=scope), computed.stages(view.asked, scope=scope)
    assert words.headline(view, figures) == "没有可计算的到场时长"
    lead = words.lead(view, scope=scope, figures=figures, before={}, stages=stages)
    assert lead.endswith("上报至办结中位 4 小时（10 件）")


def test_a_category_that_is_not_urgent_is_not_held_to_the_promise(town: Town, clock: Clock) -> None:
    town.run("update core.category set response_class = 'urgent' where code = 'noise'")
    for code, has_promise in (("", True), ("noise", True), ("light", False)):
        assert computed.scope_of(view_of(town, clock, category=code)).has_promise is has_promise
    view = view_of(town, clock, category="light")
    told = words.no_promise(view, computed.scope_of(view))
    assert told == "“light”不是紧急类别，十分钟承诺不适用；仅供参考"


def test_the_headline_states_median_and_share(town: Town, clock: Clock) -> None:
    town.run("update core.category set response_class = 'urgent'")
    town.case("10-05 08:00", times=9, arrived="2026-10-05 08:06:40")
    town.case("10-05 08:00", arrived="10-05 09:00")
    view = view_of(town, clock)
    figures = computed.whole(view.asked, scope=computed.scope_of(view))
    assert words.headline(view, figures) == "到场中位 6 分 40 秒，十分钟到场 90.0%"


def test_the_headline_says_too_few_instead_of_a_share(town: Town, clock: Clock) -> None:
    town.case("10-05 08:00", times=9, arrived="10-05 08:06")
    view = view_of(town, clock)
    figures = computed.whole(view.asked, scope=computed.scope_of(view))
    assert words.headline(view, figures) == "仅 9 件有到场时刻，样本不足"


def test_the_headline_without_any_arrival_invents_nothing(town: Town, clock: Clock) -> None:
    town.case("10-05 08:00", times=20)
    view = view_of(town, clock)
    figures = computed.whole(view.asked, scope=computed.scope_of(view))
    assert words.headline(view, figures) == "没有可计算的到场时长"


def test_every_area_is_listed_also_one_without_cases(town: Town, asked: Asked) -> None:
    town.case("10-05 08:00", times=10, area="A", arrived="10-05 08:05")
    found = computed.by_area(asked, scope=OCTOBER, level="community")
    assert [(figures[PROMISE].area, figures[PROMISE].n) for figures in found] == [("A", 10), ("B", 0)]
    assert found[1][PROMISE].value is None
    assert found[0][MEDIAN].value == 300


def test_a_trend_by_week_begins_on_mondays_and_ends_with_the_scope(town: Town, asked: Asked) -> None:
    scope = Scope(date(2026, 10, 1), date(2026, 10, 29))
    wide = computed.trend_days(scope, by="week", first_on=None)
    assert wide.start == date(2026, 10, 26) - timedelta(weeks=25)
    found = computed.trend(asked, scope=wide, by="week")
    assert len(found) == 26
    assert {figure.start.weekday() for figure in found} == {0}
    assert found[-1].end == date(2026, 10, 29)


def test_a_trend_never_begins_before_the_first_report() -> None:
    scope = Scope(date(2026, 10, 1), date(2026, 10, 29))
    assert computed.trend_days(scope, by="month", first_on=date(2026, 8, 3)).start == date(2026, 8, 3)


def test_a_difference_is_claimed_only_where_both_intervals_exclude_the_other(town: Town, asked: Asked) -> None:
    town.source("before", covers=("2025-10-01", "2025-10-31"))
    town.case("2025-10-05 08:00", times=40, arrived="2025-10-05 08:05")
    town.case("10-05 08:00", times=36, arrived="10-05 08:05")
    town.case("10-05 08:00", times=4, arrived="10-05 09:05")
    now = computed.whole(asked, scope=OCTOBER)[PROMISE]
    before = computed.whole(asked, scope=OCTOBER.a_year_before())[PROMISE]
    assert (now.value, before.value) == (0.9, 1.0)
    assert not computed.differs(now, now)
    assert computed.differs(now, before)


def test_areas_are_compared_over_a_year_where_the_period_holds_too_few(town: Town, clock: Clock) -> None:
    town.run("update core.source_coverage set first_on = '2026-01-01'")
    town.case("10-05 08:00", times=5, area="A", arrived="10-05 08:05")
    town.case("03-05 08:00", times=20, area="A", arrived="03-05 08:05")
    found = areas.compared(view_of(town, clock, level="community"))
    assert isinstance(found, areas.Compared)
    assert found.is_wide
    assert found.scope.start == date(2025, 11, 1)
    assert found.whole[PROMISE].n == 25


def test_the_lead_names_the_period_in_days_that_have_come(town: Town, clock: Clock) -> None:
    view = make_view({"from": "2026-11-01", "to": "2026-12-01"}, viewer=LEADER, clock=clock)
    assert words.period(view, computed.scope_of(view)) == "2026年11月1日至11月20日"
    assert at("11-20 14:32") == clock.at
