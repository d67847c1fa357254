"""Areas that do not nest in the level above, older boundaries, cases outside: scope follows links that hold."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from figures_builder import Town, at

from config.site import site
from geo import community, map_queries, standing
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock, Viewer
from geo.windows import Window

NOW = "11-10 12:00"


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store) -> Iterator[Town]:
    town = Town(urls, store, Clock(at(NOW)))
    yield town
    town.close()


@pytest.fixture
def town(built: Town) -> Town:
    """Street S with A and B; B does not nest: one of its cases lies in S, another in no street."""
    built.begin()
    built.run("update core.area set is_nested = false where code = 'B'")
    built.case("10-05 08:00", area="A", times=3)
    built.case("10-06 08:00", area="B", times=2)
    built.case("10-07 08:00", area=None, times=4)
    beyond = built.case("10-08 08:00", area="B", times=5)
    built.run("update core.incident set street_id = null where incident_id = any (:ids)", ids=beyond)
    return built


def viewer(town: Town, role: str, *codes: str) -> Viewer:
    return Viewer("v", role, area_ids=frozenset(town.area_ids[code] for code in codes))


def counts(town: Town, level: str, who: Viewer) -> dict[str | None, object]:
    return {figure.area: figure.value for figure in town.figures("incidents", level=level, viewer=who)}


def test_a_street_leader_gets_the_street_s_figure_and_none_of_a_community_that_reaches_out_of_it(town: Town) -> None:
    leader = viewer(town, "leader", "S")
    assert counts(town, "street", leader) == counts(town, "street", LEADER) == {"S": 5}
    assert counts(town, "community", LEADER) == {"A": 3, "B": 7}
    assert counts(town, "community", leader) == {"A": 3}, "2 of the 7 would look like the whole of B"
    assert counts(town, "grid", leader) == {"AG": 3}
    seen = map_queries.areas(town.store, leader, town.clock, day=town.clock.at.date())
    assert {area.code for area in seen} == {"S", "A", "AG", "AM"}


def test_who_has_such_a_community_gets_all_of_it_wherever_its_cases_lie(town: Town) -> None:
    secretary = viewer(town, "secretary", "B")
    assert counts(town, "community", secretary) == {"B": 7}
    assert counts(town, "grid", secretary) == {"BG": 7}
    both = viewer(town, "leader", "S", "B")
    assert counts(town, "community", both) == {"A": 3, "B": 7}
    assert counts(town, "street", both) == {"S": 5}, "a wider scope does not change the street"


def test_cases_outside_every_area_are_the_whole_site_s_alone(town: Town) -> None:
    assert counts(town, "site", LEADER) == {None: 14}
    for who in (viewer(town, "leader", "S"), viewer(town, "leader", "S", "B")):
        with pytest.raises(Exception, match="v"):
            counts(town, "site", who)


def test_an_earlier_version_of_the_own_area_counts_and_a_later_namesake_of_another_level_does_not(town: Town) -> None:
    earlier = town.area_ids["A"]
    town.run("update core.area set valid_to = '2026-10-20' where area_id = :id", id=earlier)
    later = town.area("community", "A", "S", valid_from="2026-10-20")
    town.area("grid", "A", "B", valid_from="2026-10-20")
    secretary = Viewer("v", "secretary", area_ids=frozenset({earlier, later}))
    assert counts(town, "community", secretary) == {"A": 3}
    assert counts(town, "grid", secretary) == {"AG": 3}


def test_a_case_in_an_area_that_is_not_seen_is_told_by_the_finest_that_is(town: Town) -> None:
    town.run("update core.incident set due_at = '2026-10-09'")
    window = Window(at("10-01 00:00").date(), at("11-11 00:00").date(), site().zone)
    leader, soon = viewer(town, "leader", "S"), timedelta(hours=1)
    with town.store.reading(leader, town.clock) as connection:
        late = standing.late_cases(connection, window=window, soon=soon, within=None, category=None)
        listed = community.open_cases(
            connection, level="street", area_id=town.area_ids["S"], window=window, category=None
        )
    assert sorted((case.place or "", case.finest or "") for case in late) == [("", "S")] * 2 + [("A", "AG")] * 3
    assert sorted(case.finest or "" for case in listed) == ["AG"] * 3 + ["S"] * 2
