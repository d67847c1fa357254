"""Staff: posts of areas, complete teams, vacancies, load a member; no person enters the store."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from loads_geo import Desk, counts, desk, square

from geo.figures import Question
from geo.staffing import AreaTeams, teams, vacancies
from geo.store import Store
from geo.viewer import LEADER, Clock, Viewer
from loaders.sample.plan import street_plan
from loaders.sample.settings import sample_settings
from loaders.sample.staff import staff_table

__all__ = ["desk"]

HEADER = "岗位编号,网格代码,岗位,在岗人数,空缺起始日期"
CHINA = ZoneInfo("Asia/Shanghai")
FULL = ("网格长", "专职网格员", "兼职网格员", "网格指导员", "其他")


@pytest.fixture
def town(desk: Desk) -> Desk:
    """One street of two communities: A with grids A1, A2, B with grid B1; A1's team is complete."""
    desk.boundaries("street", ("S", None, square(0, 0, 4)))
    desk.boundaries("community", ("A", "S", square(0, 0, 2, east=4)), ("B", "S", square(0, 2, 2, east=4)))
    grids = (("A1", "A", square(0, 0, 2)), ("A2", "A", square(2, 0, 2)), ("B1", "B", square(0, 2, 2, east=4)))
    desk.boundaries("grid", *grids)
    rows = [f"a1-{number},A1,{role},{1 + (number == 4)}," for number, role in enumerate(FULL)]
    rows += [f"a2-{number},A2,{role},1," for number, role in enumerate(FULL) if role != "网格指导员"]
    result = desk.load("staff", desk.csv(HEADER, *rows, "a2-x,A2,网格指导员,0,2026-11-01"))
    assert counts(result) == {"read": 10, "inserted": 10, "things": 10}
    return desk


def _teams(desk: Desk, level: str, viewer: Viewer = LEADER, *, clock: Clock | None = None) -> dict[str, AreaTeams]:
    found = teams(desk.store, viewer, clock or desk.clock, question=Question(level), zone=CHINA)
    return {row.area.code or "": row for row in found}


def test_a_team_is_complete_with_one_of_every_role_and_the_denominator_is_every_grid(town: Desk) -> None:
    found = _teams(town, "community")
    assert [(row.grids, row.listed, row.complete) for row in found.values()] == [(2, 2, 1), (1, 0, 0)]
    assert (found["A"].posts, found["A"].vacant, found["A"].full_time) == (10, 1, 2)
    (street,) = _teams(town, "street").values()
    (site,) = _teams(town, "site").values()
    assert (street.grids, street.complete) == (site.grids, site.complete) == (3, 1)
    assert [row.complete for row in _teams(town, "grid").values()] == [1, 0, 0]


def test_an_area_without_a_listed_post_has_no_data_and_without_incidents_no_load(town: Desk) -> None:
    found = _teams(town, "community")
    assert (found["A"].has_data, found["B"].has_data) == (True, False)
    assert (found["A"].open_cases, found["A"].load) == (None, None)


def test_vacancies_count_their_days_up_to_the_clock_and_those_of_tomorrow_are_not_yet(town: Desk) -> None:
    town.load("staff", town.csv(HEADER, "b1,B1,网格长,0,2026-12-01", "b2,B1,专职网格员,0,"))
    found = vacancies(town.store, LEADER, town.clock, within_id=None, zone=CHINA)
    assert [(row.area_code, row.role, row.since, row.days) for row in found] == [
        ("A2", "instructor", date(2026, 11, 1), 19),
        ("B1", "full_time", None, None),
    ]
    later = Clock(town.clock.at + timedelta(days=20))
    assert len(vacancies(town.store, LEADER, later, within_id=None, zone=CHINA)) == 3
    within = _teams(town, "community")["B"].area.area_id
    assert [row.area_code for row in vacancies(town.store, LEADER, town.clock, within_id=within, zone=CHINA)] == ["B1"]
    assert [row.vacant for row in _teams(town, "site", clock=later).values()] == [3]


def test_open_cases_are_shared_by_the_full_time_members(town: Desk) -> None:
    header = "编号,类别,状态,上报时间,办结时间,经度,纬度"
    cases = [f"i{number},noise,open,2026-11-20 08:0{number}:00,,120.001,30.001" for number in range(3)]
    closed = "c1,noise,closed,2026-11-20 08:00:00,2026-11-20 09:00:00,120.001,30.001"
    town.load("incidents", town.csv(header, *cases, closed))
    found = _teams(town, "community")
    assert (found["A"].open_cases, found["A"].load) == (3, 1.5)
    assert (found["B"].open_cases, found["B"].load) == (0, None)


def test_a_secretary_sees_the_own_teams_only(town: Desk) -> None:
    own = _teams(town, "community")["A"].area.area_id
    assert own is not None
    secretary = Viewer(name="s", role="secretary", area_ids=frozenset({own}))
    assert list(_teams(town, "community", secretary)) == ["A"]
    assert {row.area_code for row in vacancies(town.store, secretary, town.clock, within_id=None, zone=CHINA)} == {"A2"}


def test_what_cannot_be_true_is_quarantined_and_names_never_reach_the_store(desk: Desk) -> None:
    desk.boundaries("grid", ("A1", None, square(0, 0)))
    rows = (
        "g1,A1,网格长,1,,张三,13800138000",
        "g2,A1,队长,1,,李四,13800138001",
        "g3,A1,专职网格员,一,,王五,",
        "g4,A1,专职网格员,1,2026-11-01,赵六,",
        "g5,A1,专职网格员,0,1900-01-01,钱七,",
        "g6,A1,专职网格员,-1,,孙八,",
        "g7,Z9,兼职网格员,1,,周九,",
        "g8,A1,兼职网格员,0,昨天,吴十,",
        "g9,A1,其他,1,,郑,一,多",
    )
    result = desk.load("staff", desk.csv(f"{HEADER},姓名,电话", *rows))
    assert counts(result) == {"read": 9, "inserted": 2, "quarantined": 7, "things": 2, "outside": 1}
    assert result.ignored == ("姓名", "电话")
    assert desk.rejects(result) == [
        (3, "unknown_role"),
        (4, "bad_number"),
        (5, "vacancy_of_filled"),
        (6, "absurd_date"),
        (7, "bad_number"),
        (9, "bad_time"),
        (10, "ragged_row"),
    ]
    kept = str(desk.rows("select * from landing.row")) + str(desk.rows("select * from ops.quarantine"))
    kept += str(desk.rows("select * from core.staff_post"))
    assert not [name for name in ("李四", "王五", "赵六", "郑", "13800138001", "张三") if name in kept]
    assert "队长" in kept


def test_posts_of_another_level_and_a_source_that_tells_none(desk: Desk) -> None:
    desk.boundaries("community", ("A", None, square(0, 0)))
    header = "code,area_code,level,role,headcount"
    result = desk.load("staff", desk.csv(header, "c1,A,社区,other,3", "c2,A,楼栋,other,3"))
    assert counts(result) == {"read": 2, "inserted": 1, "quarantined": 1, "things": 1}
    assert desk.rejects(result) == [(3, "unknown_post_level")]
    assert desk.rows("select level, community_id is not null, grid_id from core.staff_post") == [
        ("community", True, None)
    ]
    mapping = (
        'dataset = "staff"\n[columns]\ncode = "code"\narea_code = "area_code"\nrole = "role"\nheadcount = "headcount"\n'
    )
    refused = desk.load("staff", desk.csv(header, "c3,A,,other,3"), source=desk.mapping(mapping))
    assert refused.status == "refused"
    assert "declared_level" in str(refused.message)


def test_a_second_load_changes_what_changed_and_repeats_nothing(town: Desk) -> None:
    again = town.load("staff", town.csv(HEADER, "a2-x,A2,网格指导员,1,", "a1-0,A1,网格长,1,"))
    assert counts(again) == {"read": 2, "updated": 1, "unchanged": 1}
    assert _teams(town, "community")["A"].complete == 2


def test_posts_move_with_the_boundaries(town: Desk) -> None:
    grids = (("A1", "A", square(0, 0, 2)), ("A2", "B", square(0, 2, 2)), ("B1", "B", square(2, 2, 2)))
    town.boundaries("grid", *grids)
    found = _teams(town, "community")
    assert [(row.grids, row.posts) for row in found.values()] == [(1, 5), (2, 5)]


def test_most_teams_of_the_sample_are_complete_and_the_past_stays(store: Store) -> None:
    settings = sample_settings()
    plan = street_plan(settings.plan)
    today = date(2026, 11, 20)
    now, later = (staff_table(plan, settings.staff, today=day, seed=1) for day in (today, today + timedelta(days=2)))
    assert now.equals(staff_table(plan, settings.staff, today=today, seed=1))
    assert len(now) == 5 * len(plan.grids)
    empty = now.filter(pl.col("在岗人数") == 0)
    assert 8 <= len(empty) <= 60
    assert empty["空缺起始日期"].null_count() == 0
    assert empty["空缺起始日期"].max() <= today
    both = now.join(later, on="岗位编号").filter((pl.col("在岗人数") == 0) & (pl.col("在岗人数_right") == 0))
    assert len(both) > 0.7 * len(empty)
    assert (both["空缺起始日期"] == both["空缺起始日期_right"]).all()
