"""What the wall's scene of this moment is made of, against an own count: bands, excess, last stages, scope."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import wall_states
from figures_builder import Town, at
from wall_states import view

from cockpit.wall import compared
from cockpit.wall.now import figures, map
from config.site import site
from geo import wall as shown
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock, Viewer
from geo.wall import Usual, Wall
from geo.windows import Window

NOW = at("10-20 12:00")
WALL = Viewer(name="w", role="wall", level="site")
SITE = ("site", "")
A, B, GRID = ("community", "A"), ("community", "B"), ("grid", "AG")


@pytest.fixture
def town(urls: StoreUrls, store: Store) -> Iterator[Town]:
    """An empty town whose source covers August to October."""
    made = Town(urls, store, Clock(NOW))
    made.begin()
    made.run("insert into core.source_coverage (source_id, load_id, first_on, last_on)"
             " values (:source, :load, '2026-08-01', '2026-10-31') on conflict (source_id, load_id)"
             " do update set first_on = '2026-08-01'", source=made.source_id, load=made.load_id)  # fmt: skip
    made.run(
        "insert into core.category (code, name_zh, name_en, response_class, is_private)"
        " values ('care', 'care', 'care', 'urgent', true)"
    )
    yield made
    made.close()


def before(weeks: int, time: str) -> str:
    """A moment so many weeks ago."""
    return f"{(NOW - timedelta(weeks=weeks)):%m-%d} {time}"


def usual(town: Town, viewer: Viewer = WALL, hour: datetime = NOW) -> Usual:
    return shown.usual(town.store, viewer, hour.astimezone(site().zone))


def picture(town: Town, viewer: Viewer = WALL, moment: datetime = NOW) -> Wall:
    local = moment.astimezone(site().zone)
    today = Window(local.date(), local.date() + timedelta(days=1), site().zone)
    found = shown.wall(town.store, viewer, Clock(moment), today=today)
    return replace(found, usual=usual(town, viewer, local.replace(minute=0)))


def test_the_band_is_that_of_the_same_weekday_up_to_this_time_of_day(town: Town) -> None:
    for week in range(1, 9):
        town.case(before(week, "09:30"), times=week)
        town.case(before(week, "13:00"), times=5)
        town.case(before(week, "12:10"), area="B", times=2)
    town.case("10-13 12:00", area="B")
    town.case("10-20 10:00", times=20)
    town.case("10-20 11:59", area="B")
    town.case("10-19 23:59", area="B")
    found = picture(town)
    assert found.n_reported == 21
    days = found.usual.days if found.usual else ()
    assert [day.day for day in days] == [(NOW - timedelta(weeks=week)).date() for week in range(8, 0, -1)]
    assert [day.reports(SITE, passed=0) for day in days] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [day.reports(A, passed=0) for day in days] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert [day.reports(B, passed=0.5) for day in days] == [1, 1, 1, 1, 1, 1, 1, 1.5]
    band = compared.usual_reports(found)
    assert band is not None
    assert (band.low, band.median, band.high) == (2, 4.5, 7)
    assert band.verdict(found.n_reported) == "more"
    assert {area.code: area.n_today for area in found.areas if area.level == "community"} == {"A": 20, "B": 1}
    assert {area.code: area.n_lately for area in found.areas if area.level == "grid"} == {"AG": 20, "BG": 1}


def test_half_an_hour_later_half_of_what_comes_in_the_hour_is_usual(town: Town) -> None:
    for week in range(1, 9):
        town.case(before(week, "12:40"), times=4)
    days = usual(town).days
    assert {day.reports(SITE, passed=0.5) for day in days} == {2}
    assert {day.lately(SITE, passed=0.25) for day in days} == {1}


def test_days_that_no_source_covers_are_no_days_and_under_five_there_is_no_band(town: Town) -> None:
    town.run("update core.source_coverage set first_on = '2026-09-29'")
    town.case("10-20 10:00", times=3)
    found = picture(town)
    assert found.usual
    assert [day.day.isoformat() for day in found.usual.days] == ["2026-09-29", "2026-10-06", "2026-10-13"]
    assert compared.usual_reports(found) is None
    told = {one.name: (one.band, one.verdict) for one in figures.figures(view(), found)}
    assert told["今日上报"] == (None, "无可比日子")
    assert "没有可比的日子" in map.section(view(), shape(found), at=NOW, age="")
    town.run("update core.source_coverage set last_on = '2026-10-19'")
    town.run("truncate core.incident cascade")
    empty = picture(town)
    assert empty.usual
    assert not empty.usual.is_covered
    reports = next(one for one in figures.figures(view(), empty) if one.name == "今日上报")
    assert (reports.value, reports.shown, reports.verdict) == (None, "无数据", "今天还没有更新")


def shape(found: Wall) -> Wall:
    """The same with a ground, so that there is a legend for it."""
    return replace(found, ground=wall_states.town(2).ground)


def test_a_new_source_that_does_not_cover_the_past_leaves_nothing_to_compare_with(town: Town) -> None:
    town.case("10-13 09:00")
    assert len(usual(town).days) == 8
    town.source("new", covers=("2026-10-10", "2026-10-31"))
    assert [day.day.isoformat() for day in usual(town).days] == ["2026-10-13"]
    town.run("update core.source set time_precision = 'day' where code = 'feed'")
    town.run("delete from core.source_coverage where source_id <> :source", source=town.source_id)
    assert usual(town).days == ()


def test_private_cases_are_in_no_area_and_in_the_whole_from_five_on(town: Town) -> None:
    town.case(before(1, "09:00"), category="care", times=4)
    town.case(before(2, "09:00"), category="care", times=5)
    town.case("10-20 09:00", category="care", times=4)
    town.case("10-20 09:00", area="B")
    found = picture(town)
    assert found.n_reported == 1
    assert [day.reports(SITE, passed=0) for day in usual(town).days[-2:]] == [5, 0]
    assert [day.reports(A, passed=0) for day in usual(town).days[-2:]] == [0, 0]
    assert [day.open(passed=0) for day in usual(town).days[-2:]] == [5, 9]
    assert all(area.n_lately == area.n_today == 0 for area in found.areas if area.code in ("A", "AG"))
    assert {stage.category_zh for stage in found.stages} == {"noise"}
    town.case("10-20 09:00", category="care")
    assert picture(town).n_reported == 6


def test_a_wall_of_one_community_sees_its_own_reports_stages_and_usual_days(town: Town) -> None:
    town.case(before(1, "09:00"), times=3)
    town.case(before(1, "09:00"), area="B", times=2)
    town.case("10-20 09:00", times=7)
    town.case("10-20 09:30", area="B", due="10-20 10:00")
    of_b = Viewer("w", "wall", area_ids=frozenset({town.area_ids["B"]}))
    found = picture(town, of_b)
    assert found.n_reported == 1
    assert [stage.area for stage in found.stages] == ["BG"]
    assert {area.code for area in found.areas} == {"B", "BG"}
    assert found.usual
    last = found.usual.days[-1]
    assert (last.reports(SITE, passed=0), last.open_0, last.overdue_0) == (2, 2, 0)
    assert last.before.keys() <= {SITE, B, ("grid", "BG"), ("street", "S")}
    ground = shown.ground(town.store, of_b, Clock(NOW), version=1, day=NOW.date())
    assert {area.code for area in ground.shapes} == {"B", "BG"}
    for nobody in (Viewer("s", "secretary", "site"), Viewer("", "", "")):
        assert usual(town, nobody).days == ()
        assert shown.ground(town.store, nobody, Clock(NOW), version=1, day=NOW.date()).shapes == ()
        assert shown.shape_version(town.store, nobody, Clock(NOW)) == 0
        assert picture(town, nobody).stages == ()


def test_open_and_overdue_at_earlier_moments_are_those_of_the_figures_then(town: Town) -> None:
    town.case("08-20 09:00", due="08-22 09:00")
    town.case("09-10 09:00", due="09-11 09:00", closed="10-10 09:00", times=3)
    town.case("10-01 09:00", closed="10-13 12:00")
    town.case("10-01 09:00", is_void=True)
    town.case("10-12 09:00", due="10-13 11:00", area=None)
    town.past("09-20 09:00", ("closed", "09-21 09:00"), ("reopened", "10-01 09:00"), closed="10-15 09:00")
    town.past("09-20 09:00", ("closed", "09-21 09:00"), closed="09-21 09:00")
    found = usual(town)
    moments = [NOW - timedelta(weeks=week) for week in range(8, 0, -1)]
    for day, moment in zip(found.days, moments, strict=True):
        days = (f"{moment:%m-%d}", f"{moment + timedelta(days=1):%m-%d}")
        backlog, overdue = town.figures("backlog", "backlog_overdue", days=days, now=f"{moment:%m-%d %H:%M}")
        assert (day.open_0, day.overdue_0) == (backlog.value, overdue.value), moment
    assert len({day.open_0 for day in found.days}) > 2


def test_the_share_on_scene_of_earlier_days_is_of_those_that_came_by_then(town: Town) -> None:
    for week, in_time in ((1, 9), (2, 12)):
        for number in range(12):
            minutes = 5 if number < in_time else 20
            town.case(before(week, "09:00"), category="smoke", arrived=before(week, f"09:{minutes:02}"))
    town.case(before(1, "12:55"), category="smoke", arrived=before(1, "13:04"))
    town.case(before(3, "09:00"), category="smoke", arrived=before(3, "09:05"), times=9)
    days = usual(town).days
    assert [(day.in_time, day.arrivals) for day in days[-3:]] == [(None, 9), (12, 12), (9, 12)]
    assert [day.share for day in days[-3:]] == [None, 1.0, 0.75]


def test_the_last_stages_come_newest_first_up_to_the_clock_and_tell_area_and_category_only(town: Town) -> None:
    town.case("10-20 10:00", accepted="10-20 10:05", dispatched="10-20 10:20", arrived="10-20 12:30")
    town.case("10-17 09:00", area="B", closed="10-20 11:00", followed_up="10-20 11:30", category="light")
    town.case("10-20 11:10", area=None)
    town.case("10-20 11:20", is_void=True)
    town.case("10-20 11:25", category="care")
    told = [(f"{stage.at.astimezone(site().zone):%H:%M}", stage.stage, stage.area, stage.category_zh)
            for stage in picture(town).stages]  # fmt: skip
    assert told == [
        ("11:30", "followed_up", "BG", "light"),
        ("11:10", "reported", None, "noise"),
        ("11:00", "closed", "BG", "light"),
        ("10:20", "dispatched", "AG", "noise"),
        ("10:05", "accepted", "AG", "noise"),
        ("10:00", "reported", "AG", "noise"),
    ]


def test_more_than_usual_is_beyond_chance_and_per_thousand_known_households(town: Town) -> None:
    town.case("10-20 10:00", times=4)
    town.case("10-20 10:00", area="B", times=4)
    for week in range(1, 9):
        town.case(before(week, "10:00"), times=1)
        town.case(before(week, "10:00"), area="B", times=4)
    found = picture(town)
    assert found.usual
    assert map.excess(found, found.usual, level="grid") == {}, "no households are known"
    town.run("insert into core.household_site (source_id, site_code, households, street_id, community_id, grid_id,"
             " content_hash, load_id)"
        " select :source, code, 1500, :street, parent_id, area_id, 'h', :load from core.area"
             " where level = 'grid'", source=town.source_id, street=town.area_ids["S"], load=town.load_id)  # fmt: skip
    found = picture(town)
    assert found.usual
    assert found.usual.households[GRID] == 1500
    assert map.excess(found, found.usual, level="grid") == {}, "4 against 1 is chance: 2 (2 - 1.03) < 2"
    town.case("10-20 10:00")
    found = picture(town)
    assert found.usual
    assert map.excess(found, found.usual, level="grid") == {"AG": pytest.approx((5 - 1) / 1.5)}
    assert not compared.is_beyond_chance(1, [0] * 8), "one where there never was one is nothing"
    assert compared.is_beyond_chance(2, [0] * 8)


def test_an_area_ends_and_begins_with_the_day_of_the_map(town: Town) -> None:
    town.run("update core.area set valid_to = '2026-10-20' where code = 'BG'")
    at_day = {area.code for area in shown.ground(town.store, WALL, Clock(NOW), version=1, day=NOW.date()).shapes}
    assert at_day == {"S", "A", "B", "AG"}
    assert shown.shape_version(town.store, LEADER, Clock(NOW)) == town.load_id
    assert shown.features(town.store, WALL, Clock(NOW), box=(119, 29, 121, 31)) == ()
