"""Whoever sees a part gets the same figures of it as who sees the whole, and never a figure of more than that part."""

from collections.abc import Callable, Iterator

import pytest
import streamlit as st
from sampled_street import street, viewer_of
from sqlalchemy import text

from cockpit import layers, queries
from cockpit.community import choice
from cockpit.community import computed as community
from cockpit.community import money as community_money
from cockpit.context import View, make_view
from cockpit.figures import Figure, WholeNotVisibleError, figures
from cockpit.funds import computed as funds
from cockpit.overview import computed as overview
from cockpit.response import computed as response
from config.indicators import indicators
from config.site import site
from geo import map_queries, staffing
from geo.figures import Question, areas_named
from geo.map_queries import Area
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock, Viewer
from geo.windows import Window, buckets

FUND_OWNER = "330109099014"
"""The community of the sample street that has a fund of its own."""


@pytest.fixture(scope="module")
def store(new_database: Callable[[], StoreUrls], clock: Clock) -> Iterator[Store]:
    found = Store(street(new_database, clock))
    yield found
    found.close()


@pytest.fixture(autouse=True)
def asked_here(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "store", lambda: store)
    monkeypatch.setattr(overview, "store", lambda: store)
    monkeypatch.setattr(layers, "store", lambda: store)
    st.cache_resource.clear()


@pytest.fixture
def places(store: Store, clock: Clock) -> dict[str, tuple[Area, ...]]:
    found = map_queries.areas(store, LEADER, clock, day=clock.at.date())
    return {level: tuple(one for one in found if one.level == level) for level in map_queries.LEVELS}


def month(clock: Clock, *, days: int = 30) -> Window:
    end = clock.at.date().toordinal() + 1
    return Window(clock.at.date().fromordinal(end - days), clock.at.date().fromordinal(end), site().zone)


def asked(store: Store, viewer: Viewer, clock: Clock, level: str, within: int | None = None) -> tuple[Figure, ...]:
    return figures(
        store,
        viewer,
        clock,
        question=Question(level, within_id=within),
        windows=(month(clock),),
        indicators=indicators(),
    )


def by_area(found: tuple[Figure, ...]) -> dict[str, list[Figure]]:
    told: dict[str, list[Figure]] = {}
    for figure in found:
        told.setdefault(figure.area or "", []).append(figure)
    return told


def test_every_figure_of_every_community_is_its_secretary_s_too(
    store: Store, clock: Clock, places: dict[str, tuple[Area, ...]]
) -> None:
    whole = by_area(asked(store, LEADER, clock, "community"))
    assert len(whole) == 40
    assert {figure.indicator.slug for figure in whole[FUND_OWNER]} == {one.slug for one in indicators()}
    for area in places["community"]:
        secretary = viewer_of(store, clock, "secretary", f"community:{area.code}")
        own = asked(store, secretary, clock, "community")
        assert list(own) == whole[area.code], area.name
        assert asked(store, secretary, clock, "community", within=area.area_id) == own


def test_the_figures_of_grids_and_of_trends_are_the_same_for_secretary_grid_worker_and_leader(
    store: Store, clock: Clock, places: dict[str, tuple[Area, ...]]
) -> None:
    whole = by_area(asked(store, LEADER, clock, "grid"))
    for area in places["community"][::13]:
        secretary = viewer_of(store, clock, "secretary", f"community:{area.code}")
        own = by_area(asked(store, secretary, clock, "grid"))
        assert own == {code: found for code, found in whole.items() if code.startswith(area.code)}
        grid = next(iter(own))
        worker = viewer_of(store, clock, "grid_worker", f"grid:{grid}")
        assert list(asked(store, worker, clock, "grid")) == whole[grid]
        assert {figure.area for figure in asked(store, worker, clock, "microgrid")} >= {f"{grid}001"}
    weeks = buckets(month(clock, days=60), by="week")
    told = [
        figures(store, viewer, clock, question=question, windows=weeks, indicators=indicators())
        for viewer, question in (
            (secretary, Question("community")),
            (LEADER, Question("community", within_id=area.area_id)),
        )
    ]
    assert told[0] == told[1]
    assert len({figure.start for figure in told[0]}) == len(weeks)


def test_the_parts_of_a_community_add_up_to_it(store: Store, clock: Clock, places: dict[str, tuple[Area, ...]]) -> None:
    counted = ("incidents", "backlog", "backlog_overdue")
    seen = 0
    for area in places["community"][::7]:
        secretary = viewer_of(store, clock, "secretary", f"community:{area.code}")
        own = {one.indicator.slug: one.value for one in asked(store, secretary, clock, "community")}
        for level in ("grid", "microgrid"):
            parts = asked(store, secretary, clock, level)
            for slug in counted:
                assert sum(one.value or 0 for one in parts if one.indicator.slug == slug) == own[slug], (level, slug)
        seen += int(own["incidents"] or 0)
    assert seen > 100


def test_a_part_is_never_given_as_the_whole(store: Store, clock: Clock, places: dict[str, tuple[Area, ...]]) -> None:
    one, other = places["community"][3], places["community"][4]
    secretary = viewer_of(store, clock, "secretary", f"community:{one.code}")
    with pytest.raises(WholeNotVisibleError):
        asked(store, secretary, clock, "site")
    assert asked(store, secretary, clock, "street") == ()
    assert asked(store, secretary, clock, "community", within=other.area_id) == ()
    assert asked(store, secretary, clock, "grid", within=other.area_id) == ()
    assert asked(store, secretary, clock, "grid", within=places["street"][0].area_id) == ()
    with store.reading(secretary, clock) as connection:
        assert areas_named(connection, other.code) == areas_named(connection, "no-such-code") == ()
    teams = staffing.teams(store, secretary, clock, question=Question("site"), zone=site().zone)
    assert teams == (), "no team of the whole site for who sees a part of it"


def views(store: Store, clock: Clock, level: str, code: str, role: str) -> tuple[View, View]:
    """The page of who has only that area, as it opens, and of the leader who looks into it."""
    viewer = viewer_of(store, clock, role, f"{level}:{code}")
    return make_view({}, viewer=viewer, clock=clock), make_view({"area": f"{level}:{code}"}, viewer=LEADER, clock=clock)


PARTS = (
    ("community", FUND_OWNER, "secretary"),
    ("community", "330109099003", "evaluator"),
    ("grid", "330109099014005", "grid_worker"),
)
WITH_MONEY = PARTS[:2]


@pytest.mark.parametrize(("level", "code", "role"), PARTS)
def test_the_overview_opens_on_the_own_area_with_what_a_leader_sees_there(
    level: str, code: str, role: str, store: Store, clock: Clock
) -> None:
    own, leader = views(store, clock, level, code, role)
    assert own.filters == leader.filters
    assert own.filters.area is not None
    assert own.filters.area.code == code
    assert overview.standing_now(own.asked, filters=own.filters) == overview.standing_now(
        leader.asked, filters=leader.filters
    )
    keys = [overview.key_figures(one.asked, filters=one.filters, promise="urgent") for one in (own, leader)]
    assert keys[0] == keys[1]
    assert overview.area_table(own) == overview.area_table(leader)
    assert overview.area_table(own).rows
    start, end = own.bounds()
    heats = [
        layers.heat_csv(one.asked, start=start, end=end, within=one.filters.area_id, category=None)
        for one in (own, leader)
    ]
    assert heats[0] == heats[1]
    grounds = [layers.areas_fragment(layers.shapes_of(one), ground=layers.ground_of(one)) for one in (own, leader)]
    assert grounds[0] == grounds[1]


@pytest.mark.parametrize(("level", "code", "role"), PARTS[:2])
def test_response_times_of_the_own_area_are_those_a_leader_sees_there(
    level: str, code: str, role: str, store: Store, clock: Clock
) -> None:
    own, leader = views(store, clock, level, code, role)
    scope = response.scope_of(own)
    assert scope == response.scope_of(leader)
    for ask in (
        lambda view: response.whole(view.asked, scope=scope),
        lambda view: response.stages(view.asked, scope=scope),
        lambda view: response.follow_up_coverage(view.asked, scope=scope),
        lambda view: response.by_area(view.asked, scope=scope, level="grid"),
        lambda view: response.curves(view.asked, scope=scope, level="grid", cap_s=1200),
        lambda view: response.label_points(view.asked, scope=scope, level="grid"),
        lambda view: response.trend(view.asked, scope=scope, by="week"),
    ):
        assert ask(own) == ask(leader)
        assert ask(own)


@pytest.mark.parametrize(("level", "code", "role"), PARTS)
def test_the_page_of_the_own_unit_is_the_leader_s_without_what_lies_above(
    level: str, code: str, role: str, store: Store, clock: Clock
) -> None:
    own, leader = views(store, clock, level, code, role)
    opened = choice.choose(own)
    assert opened.area is not None
    assert (opened.area.code, opened.level, opened.has_above, opened.view.notes) == (code, level, False, ())
    area = opened.area
    assert community.open_list(own, area) == community.open_list(leader, area)
    assert community.open_now(own.asked, filters=own.filters) == community.open_now(
        leader.asked, filters=leader.filters
    )
    for ask in (
        lambda view: community.reach(view.asked, filters=view.filters, level=level, area_id=area.area_id),
        lambda view: community.team(view.asked, filters=view.filters, level=level, area_id=area.area_id),
        lambda view: community.vacancies(view.asked, area_id=area.area_id),
    ):
        assert ask(own) == ask(leader)
    beside = community.period_figures(opened)
    assert beside
    assert all(one.whole is None and one.side == "alike" for one in beside)
    assert all(whole.p50_s is None for _, whole in community.stages(opened, response_class=None))


@pytest.mark.parametrize(("level", "code", "role"), WITH_MONEY)
def test_money_of_the_own_area_is_complete_and_the_leader_s(
    level: str, code: str, role: str, store: Store, clock: Clock
) -> None:
    own, leader = views(store, clock, level, code, role)
    opened = [funds.open_funds(one) for one in (own, leader)]
    assert opened[0].books == opened[1].books
    assert opened[0].funds == opened[1].funds
    assert {one.fund_code for one in opened[0].funds} == ({"JJ-06"} if code == FUND_OWNER else set())
    for ask in (funds.summary, funds.graph, funds.covered, funds.months, funds.entries):
        assert ask(opened[0]) == ask(opened[1]), ask.__name__
    assert funds.entries(opened[0]).rows or code != FUND_OWNER
    assert own.filters.area is not None
    assert community_money.money_of(own, own.filters.area) == community_money.money_of(leader, own.filters.area)


def test_an_entry_that_serves_the_own_area_keeps_its_book_and_the_name_of_its_fund(store: Store, clock: Clock) -> None:
    own, leader = views(store, clock, "community", "330109099004", "secretary")
    asked_years = [funds.open_funds(make_view(
        {"area": "community:330109099004", "period": "all"}, viewer=one.viewer, clock=clock)) for one in (own, leader)
    ]  # fmt: skip
    entries = [funds.entries(one) for one in asked_years]
    assert entries[0] == entries[1]
    assert entries[0].rows
    assert all(entry.fund_name for entry in entries[0].rows)
    assert asked_years[0].funds == (), "no balance of a fund of the street"


def test_what_is_true_of_the_site_does_not_depend_on_who_looks(store: Store, clock: Clock) -> None:
    """The default period, whether there are deadlines, and the days that the ledger covers, of a grid without cases."""
    with store.reading(LEADER, clock) as connection:
        quiet = connection.execute(
            text("""select a.code from core.area a left join core.incident i on i.grid_id = a.area_id
                      and i.reported_on > date '2026-10-01'
                    where a.level = 'grid' group by a.code having count(i.incident_id) = 0 order by 1 limit 1""")
        ).scalar_one_or_none()
    code = quiet or "330109099014003"
    own, leader = views(store, clock, "grid", code, "grid_worker")
    assert (own.filters.start, own.filters.end, own.notes) == (leader.filters.start, leader.filters.end, ())
    assert community.has_deadlines(own.asked)
    assert community.has_deadlines(leader.asked)


def test_a_duplicate_is_folded_into_an_original_that_its_secretary_cannot_see(
    store: Store, clock: Clock, places: dict[str, tuple[Area, ...]]
) -> None:
    one, other = places["community"][0], places["community"][1]
    secretary = viewer_of(store, clock, "secretary", f"community:{one.code}")
    before = asked(store, secretary, clock, "community")
    move = text("""update core.incident set is_duplicate = true, duplicate_of_code = (
                     select min(incident_code) from core.incident where community_id = :other
                       and not is_duplicate and not is_void)
                   where incident_id = (select max(incident_id) from core.incident
                     where community_id = :one and not is_duplicate and not is_void
                       and reported_on > date '2026-11-01')""")
    undo = text("update core.incident set is_duplicate = false, duplicate_of_code = null where incident_id = :id")
    with store.loading(LEADER, clock) as connection:
        chosen = connection.execute(
            text("""select max(incident_id) from core.incident where community_id = :one and not is_duplicate
                      and not is_void and reported_on > date '2026-11-01'"""),
            {"one": one.area_id},
        ).scalar_one()
        connection.execute(move, {"one": one.area_id, "other": other.area_id})
    try:
        own = {each.indicator.slug: each for each in asked(store, secretary, clock, "community")}
        leader = {each.indicator.slug: each for each in asked(store, LEADER, clock, "community", within=one.area_id)}
        assert own == leader
        count = next(each for each in before if each.indicator.slug == "incidents")
        assert own["incidents"].value == (count.value or 0) - 1
        assert not own["incidents"].excluded.get("duplicate"), "its original exists, so it is no orphan"
    finally:
        with store.loading(LEADER, clock) as connection:
            connection.execute(undo, {"id": chosen})


def test_a_viewer_of_nothing_is_told_no_zero(store: Store, clock: Clock) -> None:
    nobody = Viewer("n", "secretary")
    view = make_view({}, viewer=nobody, clock=clock)
    assert view.areas == ()
    assert view.own_areas == ()
    assert view.filters.area is None
    assert not community.has_deadlines(view.asked)
    span = queries.reported_span(view.asked, start=view.filters.start, end=view.filters.end)
    assert (span.first_on, span.last_on, span.has_any) == (None, None, None) or not span.has_any
    assert funds.covered(funds.open_funds(view)) == ()
