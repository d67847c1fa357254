"""What the page of one community computes, on small cases worked out by hand: choice, open list, comparison, reach."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
import streamlit as st
from figures_builder import Town, at

from cockpit import figures as counted
from cockpit import formats, queries
from cockpit.charts import remaining
from cockpit.charts.scales import HOUR_S
from cockpit.community import choice, computed, money, words
from cockpit.community.choice import Chosen
from cockpit.context import View, make_view
from cockpit.maps.frame import Frame
from cockpit.maps.placemap import Mark, _spread
from cockpit.overview import computed as overview
from cockpit.overview.map_panel import map_names
from config.messages import catalogue
from geo import community
from geo.community import OpenCase
from geo.map_queries import Area
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock
from geo.windows import Window

VERSIONS = count(50_000)
NOW = "10-20 14:00"


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store) -> Iterator[Town]:
    town = Town(urls, store, Clock(at(NOW)))
    yield town
    town.close()


@pytest.fixture
def town(built: Town, store: Store, monkeypatch: pytest.MonkeyPatch) -> Town:
    monkeypatch.setattr(queries, "store", lambda: store)
    monkeypatch.setattr(overview, "store", lambda: store)
    st.cache_resource.clear()
    built.begin()
    return built


def view_of(town: Town, **params: str) -> View:
    """The page's view as of NOW, in a data version that nobody asked before."""
    town.run("update ops.data_version set version = :version", version=next(VERSIONS))
    return make_view({"from": "2026-10-01", "to": "2026-10-21", **params}, viewer=LEADER, clock=town.clock)


def chosen_of(town: Town, **params: str) -> Chosen:
    return choice.choose(view_of(town, **params))


def notes(chosen: Chosen) -> list[str]:
    return [note.key.removeprefix("community.note_") for note in chosen.view.notes]


def head(chosen: Chosen) -> str:
    """The sentence of the page."""
    assert chosen.area is not None
    found = computed.open_list(chosen.view, chosen.area)
    usual = computed.open_now(chosen.view.asked, filters=chosen.view.filters)
    return words.sentence(chosen.view, chosen.area, found, usual, {}).head


# ---------------------------------------------------------------- which community


def test_a_named_community_is_shown_without_a_word(town: Town) -> None:
    chosen = chosen_of(town, area="community:B")
    assert chosen.area is not None
    assert (chosen.area.code, notes(chosen)) == ("B", [])
    assert chosen.view.filters.level == "grid"


def test_a_grid_leads_to_its_community_and_its_own_cases(town: Town) -> None:
    chosen = chosen_of(town, area="grid:BG")
    assert chosen.area is not None
    assert chosen.part is not None
    assert (chosen.area.code, chosen.part.code, notes(chosen)) == ("B", "BG", ["part"])


def test_without_a_name_the_one_with_most_overdue_comes_and_says_so(town: Town) -> None:
    town.case("10-19 08:00", area="A")
    town.case("10-19 08:00", area="B", due="10-20 08:00")
    chosen = chosen_of(town)
    assert chosen.area is not None
    assert (chosen.area.code, notes(chosen)) == ("B", ["most_overdue"])


def test_the_one_that_came_first_stays_although_another_needs_someone_more(town: Town) -> None:
    town.case("10-19 08:00", area="B", due="10-20 08:00")
    chosen = choice.choose(view_of(town), kept="community:A")
    assert chosen.area is not None
    assert (chosen.area.code, notes(chosen)) == ("A", ["kept"])
    assert choice.choose(view_of(town), kept="community:gone").area == chosen_of(town).area


def test_communities_that_need_someone_alike_are_said_to_be_alike(town: Town) -> None:
    town.case("10-19 08:00", area="A", due="10-20 08:00")
    town.case("10-19 08:00", area="B", due="10-20 08:00")
    town.case("10-19 09:00", area="B")
    chosen = chosen_of(town)
    assert chosen.area is not None
    assert (chosen.area.code, notes(chosen)) == ("B", ["alike_overdue"])


def test_without_a_name_and_without_an_open_case_the_first_one_is_shown(town: Town) -> None:
    chosen = chosen_of(town)
    assert chosen.area is not None
    assert (chosen.area.code, notes(chosen)) == ("A", ["first"])


def test_a_street_among_several_asks_which_of_its_communities(town: Town) -> None:
    town.area("street", "T", None)
    town.area("community", "C", "T")
    town.area("community", "D", "T")
    chosen = chosen_of(town, area="street:T")
    assert chosen.area is None
    assert [row.area.code for row in chosen.offered] == ["C", "D"]


def test_a_site_without_communities_shows_its_finest_level_and_says_so(town: Town) -> None:
    town.run("delete from core.area where level in ('community', 'grid', 'microgrid')")
    chosen = chosen_of(town, area="street:S")
    assert chosen.area is not None
    assert (chosen.level, chosen.area.code, notes(chosen)) == ("street", "S", ["level"])
    assert chosen.view.filters.level == "street"


def test_names_are_ordered_by_pinyin(town: Town) -> None:
    town.run("update core.area set name = '长桥' where code = 'A'; update core.area set name = '北门' where code = 'B'")
    chosen = chosen_of(town, area="community:A", order="name")
    assert [area.name for area in chosen.areas] == ["北门", "长桥"]
    before = chosen.step(-1)
    assert before is not None
    assert before.name == "北门"
    assert chosen.step(1) is None


# ---------------------------------------------------------------- open cases


def test_the_list_holds_exactly_the_cases_of_the_backlog_the_most_urgent_first(town: Town) -> None:
    town.case("10-18 08:00", due="10-20 11:50")
    town.case("10-19 08:00", due="10-20 14:30")
    town.case("10-19 08:00", due="10-20 20:00")
    town.case("10-19 08:00", due="10-25 20:00")
    town.case("10-19 08:00")
    town.case("10-19 08:00", closed="10-19 09:00")
    town.case("10-19 08:00", area="B")
    chosen = chosen_of(town, area="community:A")
    assert chosen.area is not None
    found = computed.open_list(chosen.view, chosen.area)
    assert [row.group for row in found.rows] == ["overdue", "soon", "today", "later", "open_end"]
    assert [row.number for row in found.rows] == [1, 2, 3, 4, 5]
    days = ("10-01", "10-21")
    assert town.figures("backlog", level="community", days=days)[0].value == 5
    assert town.figures("backlog_overdue", level="community", days=days)[0].value == len(found.of("overdue"))
    assert head(chosen) == "A：1 件已超期，在AG，已超 2 小时 10 分；先办第 1 件".replace("在AG", "在 AG")


def test_the_stage_is_the_last_one_reached_and_what_comes_after_the_clock_does_not_exist(town: Town) -> None:
    town.case("10-19 08:00", accepted="10-19 08:05", dispatched="10-19 09:00", arrived="10-21 09:00")
    chosen = chosen_of(town, area="community:A")
    assert chosen.area is not None
    case = computed.open_list(chosen.view, chosen.area).rows[0].case
    assert (case.stage, case.stage_at) == ("dispatched", at("10-19 09:00"))


def test_a_case_whose_source_tells_of_no_accepting_is_open_and_not_said_to_wait_for_it(town: Town) -> None:
    town.run("update core.source set stages = array['reported', 'arrived', 'closed']")
    town.case("10-19 08:00")
    town.case("10-19 09:00", arrived="10-19 09:30")
    chosen = chosen_of(town, area="community:A")
    assert chosen.area is not None
    assert [row.case.stage for row in computed.open_list(chosen.view, chosen.area).rows] == ["open", "arrived"]


def test_a_name_that_ends_in_a_figure_keeps_its_distance_from_chinese_but_a_date_does_not() -> None:
    assert (
        formats.spaced("SMD 5E08属于Ward 5，11月20日 14:05在ANC 2B等处")
        == "SMD 5E08 属于 Ward 5，11月20日 14:05在 ANC 2B 等处"
    )


def test_a_map_leaves_out_the_first_word_that_all_areas_of_a_level_share(town: Town) -> None:
    def names(*told: str) -> list[str]:
        areas = tuple(Area(number, "community", str(number), name, None) for number, name in enumerate(told))
        return list(map_names(replace(view_of(town), areas=areas)).values())

    assert names("ANC 1A", "ANC 1B", "ANC 2") == ["ANC 1A", "ANC 1B", "ANC 2"], "a single digit reads as a count"
    assert names("ANC 1A", "ANC 1B", "ANC 2A") == ["1A", "1B", "2A"]
    assert names("Old Town", "New Town", "Old Port") == ["Old Town", "New Town", "Old Port"]


def test_a_suspended_case_is_open_and_neither_soon_nor_overdue(town: Town) -> None:
    (case,) = town.case("10-19 08:00", due="10-20 14:30", has_history=True)
    town.event(case, "suspended", "10-19 10:00")
    chosen = chosen_of(town, area="community:A")
    assert chosen.area is not None
    assert [row.group for row in computed.open_list(chosen.view, chosen.area).rows] == ["suspended"]
    assert head(chosen) == "A：在办 1 件，都已挂起，没有超期"


def test_without_any_deadline_the_list_stands_by_age(town: Town) -> None:
    town.case("10-19 08:00")
    town.case("10-10 14:00")
    chosen = chosen_of(town, area="community:A")
    assert chosen.area is not None
    found = computed.open_list(chosen.view, chosen.area)
    assert not found.has_deadlines
    assert [row.case.reported_at for row in found.rows] == [at("10-10 14:00"), at("10-19 08:00")]
    assert head(chosen) == "A：在办 2 件，都没有时限；最久的在 AG，已 10 天"


def test_a_deadline_on_a_bare_date_runs_to_the_end_of_its_day(town: Town) -> None:
    town.case("10-19 08:00", due="10-20 00:00", day_precision=["due_at"])
    chosen = chosen_of(town, area="community:A")
    assert chosen.area is not None
    row = computed.open_list(chosen.view, chosen.area).rows[0]
    assert (row.group, row.case.due_at) == ("today", at("10-21 00:00"))


def test_a_case_of_a_private_category_never_comes_with_a_point(town: Town) -> None:
    town.run("update core.category set is_private = true where code = 'noise'")
    town.case("10-19 08:00", geom="SRID=4326;POINT(120.01 30.01)")
    town.case("10-19 08:00", geom="SRID=4326;POINT(120.01 30.01)", category="light")
    chosen = chosen_of(town, area="community:A")
    assert chosen.area is not None
    found = computed.open_list(chosen.view, chosen.area)
    assert {row.case.is_private: row.case.lon for row in found.rows} == {True: None, False: 120.01}


def test_with_nothing_open_it_is_quiet_and_a_period_without_a_source_has_no_number(town: Town) -> None:
    chosen = chosen_of(town, area="community:A")
    assert head(chosen) == "A：一切正常，没有在办的事件"
    assert computed.why_no_list(chosen.view.asked, filters=chosen.view.filters) is None
    before = view_of(town, area="community:A", **{"from": "2025-01-01", "to": "2025-02-01"})
    assert computed.why_no_list(before.asked, filters=before.filters) == "not_covered"


# ---------------------------------------------------------------- figures beside those of the street


def test_a_figure_stands_beside_that_of_the_area_above(town: Town) -> None:
    town.case("10-05 08:00", times=20, closed="10-05 09:00", due="10-06 08:00")
    town.case("10-05 08:00", area="B", times=10, due="10-06 08:00")
    chosen = chosen_of(town, area="community:B")
    by_slug = {beside.figure.indicator.slug: beside for beside in computed.period_figures(chosen)}
    closure = by_slug["closure_rate"]
    assert closure.whole is not None
    assert (closure.figure.value, closure.whole.value) == (0.0, pytest.approx(20 / 30))
    assert closure.side == "alike"
    assert by_slug["incidents"].figure.value == 10


def test_where_no_case_has_a_deadline_none_is_counted_as_not_overdue(town: Town) -> None:
    def slugs() -> set[str]:
        return {beside.figure.indicator.slug for beside in computed.period_figures(chosen_of(town, area="community:A"))}

    town.case("10-19 08:00", area="A")
    assert "backlog" in slugs()
    assert "backlog_overdue" not in slugs()
    town.case("10-19 08:00", area="A", due="10-22 08:00")
    assert "backlog_overdue" in slugs()


def test_a_share_is_called_lower_only_where_the_exact_test_says_so_too(town: Town) -> None:
    town.case("10-05 08:00", times=900, closed="10-05 09:00", due="10-06 08:00")
    town.case("10-05 08:00", area="B", times=29, closed="10-05 09:00", due="10-06 08:00")
    town.case("10-05 08:00", area="B", due="10-06 08:00")
    chosen = chosen_of(town, area="community:B")
    closure = next(b for b in computed.period_figures(chosen) if b.figure.indicator.slug == "closure_rate")
    assert closure.figure.interval is not None
    assert closure.whole is not None
    assert closure.whole.value is not None
    assert closure.figure.interval.high < closure.whole.value
    assert closure.side == "alike"


@pytest.mark.parametrize(
    ("k", "n", "share", "expected"),
    [(0, 10, 0.5, 1 / 1024), (10, 10, 0.5, 1 / 1024), (1, 2, 0.5, 0.75), (29, 30, 0.9966, 0.0971)],
)
def test_the_tail_of_the_binomial_is_exact(k: int, n: int, share: float, expected: float) -> None:
    assert counted.binomial_tail(k, n, share=share) == pytest.approx(expected, abs=1e-3)


def test_a_count_differs_from_what_is_expected_only_beyond_chance() -> None:
    assert computed.count_side(35, expected=37.0) == "alike"
    assert computed.count_side(60, expected=37.0) == "more"
    assert computed.count_side(20, expected=37.0) == "fewer"
    assert computed.count_side(0, expected=37.0) == "fewer"
    assert computed.count_side(20, expected=5.0) == "alike"


# ---------------------------------------------------------------- services in reach


def test_services_are_measured_from_households_and_without_them_from_the_label_point(town: Town) -> None:
    window = Window(at("10-01 00:00").date(), at("10-21 00:00").date(), town.clock.at.tzinfo)  # type: ignore[arg-type]
    town.run("insert into core.service_kind (code, name_zh, name_en) values ('clinic', '卫生站', 'Clinic')")
    for code, lon in (("near", 120.002), ("far", 120.02)):
        town.run(
            "insert into core.service_point (source_id, service_code, service_kind_id, name, geom, point, content_hash,"
            " load_id) select :source, :code, service_kind_id, :code, p, p, 'h', :load"
            " from core.service_kind, (select st_setsrid(st_point(:lon, 30), 4326) p) x",
            source=town.source_id, code=code, lon=lon, load=town.load_id,
        )  # fmt: skip

    def asked() -> community.Reach:
        with town.store.reading(LEADER, town.clock) as connection:
            (found,) = community.reach(connection, level="community", area_id=town.area_ids["A"], window=window)
        return found

    found = asked()
    assert (found.households, found.points, found.nearest) == (None, (1, 1, 1), "near")
    assert found.nearest_m == pytest.approx(193, abs=1)
    for code, households, lon in (("h1", 30, 120.0), ("h2", 10, 120.008)):
        town.run(
            "insert into core.household_site (source_id, site_code, households, point, community_id, content_hash,"
            " load_id) values (:source, :code, :n, st_setsrid(st_point(:lon, 30), 4326), :area, 'h', :load)",
            source=town.source_id, code=code, n=households, lon=lon, area=town.area_ids["A"], load=town.load_id,
        )  # fmt: skip
    found = asked()
    assert (found.households, found.near) == (40, (30, 30, 40))
    assert found.median_m == pytest.approx(193, abs=1)
    town.run("truncate core.service_point, core.service_kind, core.household_site cascade")


def test_a_community_without_funds_has_none_and_no_balance_of_zero(town: Town) -> None:
    chosen = chosen_of(town, area="community:A")
    assert chosen.area is not None
    found = money.money_of(chosen.view, chosen.area)
    assert (found.funds, found.entries.found, found.others) == ((), 0, ())


# ---------------------------------------------------------------- drawn


def test_the_axis_holds_most_rows_and_one_very_late_case_does_not_press_the_rest() -> None:
    hours = [-800.0, 10.0, 12.0, 14.0]
    axis = remaining.axis_for([hour * HOUR_S for hour in hours])
    assert axis.x(-800 * HOUR_S) == 0
    assert axis.x(12 * HOUR_S) - axis.now > 0.2
    assert remaining.axis_for([-30 * HOUR_S] * 3).x(-30 * HOUR_S) > 0
    assert remaining.axis_for([]).now == pytest.approx(remaining.MARGIN)


def test_marks_on_one_point_stand_beside_each_other() -> None:
    frame = Frame(lon=120.0, lat=30.0, zoom=14.0, width=560, height=430)
    marks = [Mark(number, "open", 120.0, 30.0, "") for number in range(1, 9)]
    at_pixels = _spread(frame, marks)
    pairs = [(one, other) for index, one in enumerate(at_pixels) for other in at_pixels[:index]]
    assert all(max(abs(one[0] - other[0]), abs(one[1] - other[1])) >= 18 for one, other in pairs)


def test_groups_follow_the_moment_and_not_the_wall_clock() -> None:
    moment = at("10-20 23:30")
    cases = [_case(moment + timedelta(minutes=minutes)) for minutes in (10, 45, 90)]
    assert [row.group for row in computed.grouped(cases, moment=moment).rows] == ["soon", "soon", "later"]


def _case(due: datetime) -> OpenCase:
    return OpenCase(
        incident_id=1, code="i", category_code="noise", is_private=False, agency=None, grid_id=None, microgrid_id=None,
        finest_id=None, finest=None, reported_at=at("10-19 08:00"), stage="reported", stage_at=at("10-19 08:00"),
        is_by_day=False, is_suspended=False, is_due=False, due_at=due, lon=None, lat=None,
    )  # fmt: skip


def test_both_languages_of_the_page_hold_the_same_messages() -> None:
    zh, en = ({key for key in catalogue(lang) if key.startswith("community.")} for lang in ("zh", "en"))
    assert zh == en
    assert len(zh) > 100
