"""The wall's alarm in the store: what raises it, what ends it, who sees it, and that it tells of no case."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from figures_builder import CENTRE, EARTH, Town, at, away
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from cockpit.queries import Pulse
from cockpit.wall.alarm import turn as alarm_turn
from cockpit.wall.alarm.asked import asked_at
from cockpit.wall.alarm.panel import Running
from cockpit.wall.alarm.turn import Raised
from config.alarm import alarm_rules
from config.categories import categories
from config.reader import SHIPPED, ConfigError
from geo.around import Place
from geo.replay import Replay
from geo.store import Store, StoreUrls
from geo.viewer import Clock, Viewer
from geo.wall.alarms import Alarm, alarms, ground, ground_version, teams

NOW = Clock(at("10-20 12:00"))
WALL = Viewer("w", "wall", "site")
LASTS = timedelta(minutes=60)
SPOTS = {"AM": (100, 45), "AG": (180, 60), "BG": (420, 250), "BM": (400, 240), "A": (900, 10), "B": (700, 200)}
"""Where the label points of areas lie: metres from the centre, degrees from north."""
OWN_POINT = away(5)


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store) -> Iterator[Town]:
    made = Town(urls, store, NOW)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def emptied(town: Town) -> None:
    """A town with label points, teams in both grids and one emergency category among others."""
    town.begin()
    town.run("truncate core.staff_post, core.map_feature restart identity")
    town.run(
        "update core.category set is_emergency = true, name_zh = '火情烟雾', name_en = 'Fire' where code = 'smoke'"
    )
    for code, (metres, bearing) in SPOTS.items():
        town.run("update core.area set label_point = :at where code = :code", at=away(metres, bearing), code=code)
    for grid, counts in (("AG", (1, 1, 1, 0, 2)), ("BG", (1, 0, 1, 1, 4))):
        for role, count in zip(("grid_leader", "full_time", "part_time", "instructor", "other"), counts, strict=True):
            town.run(
                "insert into core.staff_post (source_id, post_code, role, headcount, level, declared_area_code,"
                " grid_id, content_hash, load_id)"
                " values (:source, :code, :role, :count, 'grid', :grid, :grid_id, 'h', :load)",
                source=town.source_id, code=f"{grid}-{role}", role=role, count=count, grid=grid,
                grid_id=town.area_ids[grid], load=town.load_id,
            )  # fmt: skip


def raised(town: Town, *, now: str = "10-20 12:00", viewer: Viewer = WALL, lasts: timedelta = LASTS) -> list[Alarm]:
    """The alarms that last at the moment, with the teams near each."""
    clock = Clock(at(now))
    found = alarms(town.store, viewer, clock, lasts=lasts)
    return [with_teams(town, alarm, viewer, clock) for alarm in found if alarm.ended_at is None]


def with_teams(town: Town, alarm: Alarm, viewer: Viewer, clock: Clock) -> Alarm:
    if alarm.place is None:
        return alarm
    day = clock.at.date()
    near = teams(town.store, viewer, clock, place=alarm.place, grid_code=alarm.grid_code, day=day)
    return replace(alarm, teams=near)


def smoke(town: Town, reported: str = "10-20 11:55", **more: Any) -> int:
    values = {"category": "smoke", "geom": OWN_POINT, "agency_responsible": "消防队", "channel": "device"} | more
    (case,) = town.case(reported, **values)
    return case


def test_an_emergency_raises_an_alarm_from_its_report_on_and_nothing_else_does(town: Town) -> None:
    smoke(town, "10-20 11:55:30"[:11], accepted="10-20 11:56")
    town.case("10-20 11:55", category="noise")
    town.case("10-20 11:55", category="light")
    assert raised(town, now="2026-10-20 11:54:59") == []
    (alarm,) = raised(town, now="2026-10-20 11:55:00")
    assert alarm.moments["accepted"] is None, "what is later than the clock does not exist"
    (alarm,) = raised(town)
    assert (alarm.category("zh"), alarm.category("en"), alarm.channel, alarm.team) == (
        "火情烟雾",
        "Fire",
        "device",
        "消防队",
    )
    assert (alarm.street, alarm.community, alarm.grid, alarm.microgrid) == ("S", "A", "AG", "AM")
    assert alarm.reported_at == at("10-20 11:55")
    assert {stage: moment for stage, moment in alarm.moments.items() if moment} == {
        "reported": at("10-20 11:55"), "accepted": at("10-20 11:56"),
    }  # fmt: skip
    assert (alarm.stages, alarm.is_exact) == (("reported", "accepted", "dispatched", "arrived"), True)


@pytest.mark.parametrize("stamp", ["arrived", "closed"])
def test_it_lasts_until_somebody_comes_or_it_is_closed(town: Town, stamp: str) -> None:
    smoke(town, **{stamp: "10-20 11:58"})
    (before,) = raised(town, now="10-20 11:57")
    assert raised(town, now="10-20 11:58") == []
    (after,) = alarms(town.store, WALL, NOW, lasts=LASTS)
    assert after.key == before.key, "known again, so that its end can be shown"
    assert after.ended_at == at("10-20 11:58")
    assert after.arrived_at == (at("10-20 11:58") if stamp == "arrived" else None)


@pytest.mark.parametrize("stamp", ["arrived", "closed"])
def test_a_time_before_the_report_ends_nothing(town: Town, stamp: str) -> None:
    smoke(town, **{stamp: "10-20 11:31"})
    (alarm,) = raised(town)
    assert (alarm.arrived_at, alarm.closed_at) == (None, None)


def test_void_and_duplicate_cases_raise_none(town: Town) -> None:
    smoke(town, is_void=True)
    smoke(town, is_duplicate=True)
    assert alarms(town.store, WALL, NOW, lasts=LASTS) == ()


def test_after_the_agreed_time_it_is_an_alarm_no_more(town: Town) -> None:
    smoke(town, "10-20 11:00")
    assert len(raised(town, now="2026-10-20 11:59:59")) == 1
    assert raised(town, now="10-20 12:00") == []
    assert len(raised(town, lasts=timedelta(minutes=90))) == 1
    assert raised(town, now="10-20 15:30", lasts=timedelta(days=400)) == [], "four hours at most, whoever asks"


def test_a_close_that_was_taken_back_leaves_it_waiting(town: Town) -> None:
    events = (("closed", "10-20 11:57"), ("reopened", "10-20 11:58"))
    town.past("10-20 11:55", *events, category="smoke")
    assert raised(town, now="2026-10-20 11:57:30") == []
    assert len(raised(town)) == 1


@pytest.mark.parametrize(
    "source",
    [
        {"stages": ["accepted", "dispatched", "closed"]},
        {"time_precision": "day"},
        {"as_of": at("10-20 11:56")},
    ],
    ids=["no arrivals", "dates only", "a snapshot of before"],
)
def test_a_source_whose_alarms_could_not_end_raises_none(town: Town, source: dict[str, Any]) -> None:
    town.source_id = town.source("other", **source)
    smoke(town)
    assert raised(town) == []


def test_stages_that_the_source_never_tells_and_times_to_the_minute_are_said_to_be_so(town: Town) -> None:
    town.source_id = town.source("brief", stages=["arrived", "closed"], time_precision="minute")
    smoke(town)
    (alarm,) = raised(town)
    assert (alarm.stages, alarm.is_exact) == (("reported", "arrived"), False)


def test_a_report_of_which_only_the_day_is_known_raises_none(town: Town) -> None:
    smoke(town, day_precision=["reported_at"])
    assert raised(town) == []


def test_a_private_category_raises_none_and_cannot_be_an_emergency(town: Town) -> None:
    with pytest.raises(Exception, match="category_emergency_is_public"):
        town.run("update core.category set is_private = true where code = 'smoke'")
    with pytest.raises(Exception, match="category_emergency_is_public"):
        town.run("insert into core.category (code, name_zh, name_en, is_private, is_emergency)"
                 " values ('x', 'x', 'x', true, true)")  # fmt: skip


def test_a_viewer_of_some_areas_sees_theirs_and_the_teams_of_theirs(town: Town) -> None:
    smoke(town)
    assert raised(town, viewer=Viewer("w", "wall", area_ids=frozenset({town.area_ids["B"]}))) == []
    (alarm,) = raised(town, viewer=Viewer("w", "wall", area_ids=frozenset({town.area_ids["A"]})))
    assert [team.grid for team in alarm.teams] == ["AG"]
    for nobody in (Viewer("s", "secretary", "site"), Viewer("p", "program"), Viewer("", "", "")):
        assert raised(town, viewer=nobody) == [], nobody
        asked = {"lon": CENTRE[0], "lat": CENTRE[1], "reach_m": 600.0, "day": NOW.at.date()}
        assert ground(town.store, nobody, NOW, **asked) == ()
        assert ground_version(town.store, nobody, NOW) == 0


def test_it_stands_at_the_label_point_of_the_finest_area_never_at_its_own(town: Town) -> None:
    smoke(town)
    (alarm,) = raised(town)
    assert alarm.place is not None
    assert EARTH.inv(*CENTRE, alarm.place.lon, alarm.place.lat)[2] == pytest.approx(100, abs=0.01)
    town.run("update core.incident set microgrid_id = null")
    (coarser,) = raised(town)
    assert coarser.place is not None
    assert EARTH.inv(*CENTRE, coarser.place.lon, coarser.place.lat)[2] == pytest.approx(180, abs=0.01)


def test_a_case_outside_every_area_has_no_place_and_no_teams(town: Town) -> None:
    smoke(town, area=None)
    (alarm,) = raised(town)
    assert (alarm.place, alarm.teams, alarm.community) == (None, (), None)


def test_teams_come_by_distance_on_the_ellipsoid_with_the_headcount_of_their_posts(town: Town) -> None:
    smoke(town)
    (alarm,) = raised(town)
    place = EARTH.fwd(*CENTRE, 45, 100)[:2]
    own = {grid: EARTH.inv(*place, *EARTH.fwd(*CENTRE, SPOTS[grid][1], SPOTS[grid][0])[:2]) for grid in ("AG", "BG")}
    assert [team.grid for team in alarm.teams] == ["AG", "BG"]
    assert [team.counts for team in alarm.teams] == [(1, 2, 2), (1, 2, 4)]
    assert [team.is_own for team in alarm.teams] == [True, False]
    for team in alarm.teams:
        bearing, _, metres = own[team.grid]
        assert team.distance_m == pytest.approx(metres, abs=0.01)
        assert np.hypot(team.x, team.y) == pytest.approx(metres, abs=0.01)
        assert np.degrees(np.arctan2(team.x, team.y)) == pytest.approx(bearing, abs=0.01)


def test_a_grid_whose_posts_are_all_empty_is_no_team_and_one_of_another_time_neither(town: Town) -> None:
    smoke(town)
    town.run("update core.staff_post set headcount = 0 where grid_id = :id", id=town.area_ids["AG"])
    assert [team.grid for alarm in raised(town) for team in alarm.teams] == ["BG"]
    town.run("update core.area set valid_to = '2026-10-20' where code = 'BG'")
    assert [team.grid for alarm in raised(town) for team in alarm.teams] == []


def test_the_ground_is_what_lies_in_the_box_cut_there(town: Town) -> None:
    for kind, line in (("road", (away(2000, 270), away(2000, 90))), ("rail", (away(3000, 0), away(4000, 0)))):
        start, end = (point.removeprefix("SRID=4326;POINT(").rstrip(")") for point in line)
        town.run("insert into core.map_feature (kind, name, width_m, geom, source_id, load_id)"
                 " values (:kind, '路', 8, cast(:line as geometry), 1, 1)",
                 kind=kind, line=f"SRID=4326;LINESTRING({start}, {end})")  # fmt: skip
    place = Place(*CENTRE)
    found = ground(town.store, WALL, NOW, lon=place.lon, lat=place.lat, reach_m=600, day=NOW.at.date())
    assert {shape.kind for shape in found} == {"street", "community", "grid", "microgrid", "road"}
    (road,) = (shape for shape in found if shape.kind == "road")
    assert road.width_m == 8
    assert shapely.length(road.shape) == pytest.approx(1200, rel=0.01)
    assert max(abs(value) for shape in found for value in shape.shape.bounds) < 660
    assert ground_version(town.store, WALL, NOW) == town.load_id


def test_its_key_is_no_number_of_the_case_and_what_makes_it_is_read_by_nobody(town: Town) -> None:
    cases = [smoke(town), smoke(town)]
    keys = [alarm.key for alarm in raised(town)]
    assert len(set(keys)) == 2
    assert keys == [alarm.key for alarm in raised(town)]
    assert all(len(key) == 20 for key in keys)
    assert not any(str(case) == key for case in cases for key in keys)
    for transaction in (town.store.showing, town.store.reading, town.store.loading, town.store.admitting):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction(WALL, NOW) as connection:
            connection.execute(text("select secret from ops.alarm_secret"))


# ---------------------------------------------------------------- what a wall shows of them

ROOM = datetime.fromisoformat("2026-11-27T06:00:00+00:00")
STAYS = timedelta(seconds=20)


def one(key: str, minute: int = 0, *, ended: int | None = None) -> Alarm:
    reported = at(f"10-20 11:{minute:02d}")
    arrived = reported + timedelta(minutes=ended) if ended is not None else None
    moments = {"reported": reported, "accepted": None, "dispatched": None, "arrived": arrived}
    return Alarm(
        key, "火情烟雾", "Fire", None, None, reported, moments, tuple(moments), is_exact=True, closed_at=None,
        street="S", community="A", grid=None, microgrid=None, grid_code=None, place=None,
    )  # fmt: skip


def keys(raised: Raised | None) -> list[str]:
    return [alarm.key for alarm in raised.alarms] if raised else []


def shown(*steps: tuple[int, tuple[Alarm, ...]]) -> list[list[str]]:
    """The keys on a wall at so many seconds, with what was found then."""
    last: Raised | None = None
    told = []
    for second, found in steps:
        last = alarm_turn.turn(found, last, at=ROOM + timedelta(seconds=second), stays=STAYS)
        told.append(keys(last))
    return told


def test_an_end_is_shown_for_its_seconds_and_then_the_screen_is_given_back() -> None:
    waits, came = (one("a"),), (one("a", ended=6),)
    assert shown((0, ()), (10, waits), (20, came), (30, came), (39, came), (40, came), (50, came)) == [
        [], ["a"], ["a"], ["a"], ["a"], [], [],
    ]  # fmt: skip


def test_an_end_that_this_wall_never_saw_waiting_is_not_shown() -> None:
    assert shown((0, (one("a", ended=6),)), (10, (one("a", ended=6), one("b", 5)))) == [[], ["b"]]


def test_what_is_void_is_gone_at_once() -> None:
    assert shown((0, (one("a"), one("b", 5))), (10, (one("b", 5),)), (20, ())) == [["a", "b"], ["b"], []]


def test_what_was_reported_in_this_very_second_is_not_yet_to_come() -> None:
    committed, seen = NOW.at + timedelta(seconds=5.7), NOW.at + timedelta(seconds=5.8)
    pulse = Pulse(2, NOW, seen=Clock(seen))
    assert asked_at(seen, pulse).at >= committed
    later = NOW.at + timedelta(seconds=9.2)
    assert asked_at(later, pulse).at == later.replace(microsecond=0)


def test_two_share_the_screen_and_the_others_wait_by_age() -> None:
    found = tuple(one(key, minute) for key, minute in (("c", 3), ("a", 1), ("d", 4), ("b", 2)))
    raised = alarm_turn.turn(found, None, at=ROOM, stays=STAYS)
    assert raised is not None
    assert [alarm.key for alarm in raised.shown] == ["a", "b"]
    assert [alarm.key for alarm in raised.others] == ["c", "d"]


def test_while_the_store_is_away_an_alarm_stays_until_its_time_is_over() -> None:
    raised = alarm_turn.turn((one("a", 0), one("b", 30)), None, at=ROOM, stays=STAYS)
    assert keys(alarm_turn.kept(raised, since=at("10-20 10:50"))) == ["a", "b"]
    assert keys(alarm_turn.kept(raised, since=at("10-20 11:10"))) == ["b"]
    assert alarm_turn.kept(raised, since=at("10-20 11:40")) is None
    assert alarm_turn.kept(None, since=at("10-20 11:40")) is None


def test_its_clock_runs_by_the_machine_by_a_replay_or_not_at_all() -> None:
    since, now = at("10-20 11:55"), at("10-20 12:00")
    ms = round(since.timestamp() * 1000)
    assert Running(now).attributes(since) == f' data-since="{ms}" data-pace="1"'
    assert Running(now).attributes(since, now) == f' data-since="{ms}" data-until="{ms + 300_000}" data-pace="1"'
    assert Running(now, is_fixed=True).attributes(since) == f' data-since="{ms}" data-pace="0" data-passed="300000"'
    replay = Replay("s", begins=at("10-20 11:45"), ends=at("10-21 00:00"), started=ROOM, speed=60)
    started = round(ROOM.timestamp() * 1000)
    assert Running(now, replay).attributes(since) == f' data-since="{started + 10_000}" data-pace="60"'


# ---------------------------------------------------------------- configuration


def test_the_list_marks_emergencies_and_the_store_gets_the_mark() -> None:
    assert {item.code for item in categories().all if item.is_emergency} == {"fire_smoke", "gas_smell", "lift_trapped"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('"独居老人求助", en = "Older resident alone needs help", class = "urgent", private = true',
         '"独居老人求助", en = "Older resident alone needs help", class = "urgent", private = true, emergency = true',
         "category elder_help: a private category is never told singly"),
        ('en = "Noise", class = "general", private = false',
         'en = "Noise", class = "general", private = false, emergency = true',
         "category noise_life: an emergency must be of class urgent"),
        ('emergency = true', 'emergency = "yes"', "emergency = 'yes' must be true or false"),
    ],
)  # fmt: skip
def test_an_emergency_that_cannot_be_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, told: str
) -> None:
    own(tmp_path, monkeypatch, "categories.toml", lambda listed: listed.replace(before, after))
    with pytest.raises(ConfigError, match=told):
        categories()


def own(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, change: Any) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(folder))
    (folder / "config").mkdir()
    (folder / "config" / name).write_text(change((SHIPPED / name).read_text(encoding="utf-8")), encoding="utf-8")


def test_faults_of_the_rules_are_said_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alarm_rules.cache_clear()
    own(tmp_path, monkeypatch, "alarm.toml", lambda _: "lasts_minutes = 5\nended_seconds = true\nmore = 1\n")
    try:
        with pytest.raises(ConfigError) as told:
            alarm_rules()
        assert len(told.value.faults) == 3
    finally:
        alarm_rules.cache_clear()
