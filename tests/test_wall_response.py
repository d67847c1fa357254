"""The scene 时效: its lengths are those of the figures, its sentence says only what chance does not explain."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from figures_builder import Town, at

from cockpit.context import Filters, View
from cockpit.queries import Asked
from cockpit.wall import response
from cockpit.wall.frame import Face
from cockpit.wall.response import computed, curves, drawing, words
from cockpit.wall.response.computed import Community, Response, Stage, communities, is_slow
from cockpit.wall.scene import Scene
from config.site import site
from geo import figures
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock, Viewer
from geo.wall import Wall, WallArea
from geo.wall import response as wall_response
from geo.wall.response import URGENT, Arrivals, Promise, StageLength
from geo.windows import Window

NOW = Clock(at("10-20 12:00"))
WALL = Viewer(name="w", role="wall", level="site")
DAY = Window(date(2026, 10, 20), date(2026, 10, 21), site().zone)
WEEK = Window(date(2026, 10, 6), date(2026, 10, 13), site().zone)
CARE = """insert into core.category (code, name_zh, name_en, response_class, is_private)
          values ('care', 'care', 'care', 'urgent', true)"""
VOID = """update core.incident set is_void = :void
          where category_id = (select category_id from core.category where code = 'care')"""
STAGES = ("accept", "dispatch", "arrival", "handle", "follow_up")


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store) -> Iterator[Town]:
    """Cases of two windows in A and B: urgent, general, private, without arrival, by bare dates, void, later."""
    made = Town(urls, store, NOW)
    made.begin()
    made.run(CARE)
    for number in range(14):
        for day, slower in (("10-08", 0), ("10-20", 5)):
            stamps = {
                "accepted": 1,
                "dispatched": 2 + slower,
                "arrived": 6 + slower + number % 4,
                "closed": 40,
                "followed_up": 50,
            }
            if number % 3:
                stamps["registered"] = 1
            kept = [name for name, least in (("arrived", 12), ("closed", 9), ("followed_up", 5)) if number >= least]
            told: dict[str, Any] = {
                name: f"{day} 08:{number + minutes:02}"
                for name, minutes in stamps.items()
                if name not in kept and number + minutes < 60
            }
            made.case(f"{day} 08:{number:02}", area="AB"[number % 2], category="smoke", **told)
    for number in range(7):
        made.case(f"10-20 07:{number:02}", category="noise", accepted=f"10-20 09:{number:02}", closed="10-20 11:30")
        made.case(
            "10-20 07:00", category="care", accepted="10-20 11:00", dispatched="10-20 11:10", arrived="10-20 11:50"
        )
    made.case("10-20 08:00", category="smoke", accepted="10-20 11:59", is_void=True)
    made.case("10-20 08:00", category="smoke", accepted="10-20 11:59", day_precision=["accepted_at"])
    made.case("10-20 09:00", category="smoke", accepted="10-20 12:30")
    yield made
    made.close()


def test_the_lengths_are_those_of_the_figures_of_public_cases(town: Town) -> None:
    found = wall_response.stages(town.store, WALL, NOW, windows=(DAY, WEEK))
    told = {(one.window_no, one.response_class, one.stage): one for one in found}
    town.run(VOID, void=True)
    try:
        with town.store.reading(LEADER, NOW) as connection:
            for response_class in ("urgent", "general"):
                question = Question("site", response_class=response_class)
                for tally in figures.tallies(connection, question=question, families=STAGES, windows=(DAY, WEEK)):
                    one = told.pop(((DAY, WEEK).index(tally.window), response_class, tally.family), None)
                    assert (one.n if one else 0) == tally.n
                    if one:
                        assert (one.p50_s, one.p90_s) == tuple(each.value_s for each in tally.quantiles)
                        assert one.seconds is not None
                        assert len(one.seconds) == one.n
    finally:
        town.run(VOID, void=False)
    assert told == {}


def test_arrivals_stand_by_community_and_the_promise_counts_private_ones_from_five_on(town: Town) -> None:
    found = wall_response.arrivals(town.store, WALL, NOW, window=DAY)
    assert {one.code: len(one.seconds) for one in found} == {"A": 6, "B": 6}
    assert found[0].seconds == tuple(sorted(found[0].seconds))
    promise = wall_response.promises(town.store, WALL, NOW, windows=(DAY, WEEK))
    assert [one.arrivals for one in promise] == [19, 12]
    assert promise[1].in_time == sum(
        one.within(600) for one in wall_response.arrivals(town.store, WALL, NOW, window=WEEK)
    )


@pytest.mark.parametrize(
    "viewer", [Viewer("s", "secretary", area_ids=frozenset({1})), Viewer("x", "steward", level="site")]
)
def test_who_may_not_open_the_wall_gets_nothing(town: Town, viewer: Viewer) -> None:
    assert wall_response.stages(town.store, viewer, NOW, windows=(DAY,)) == ()
    assert wall_response.arrivals(town.store, viewer, NOW, window=DAY) == ()
    assert wall_response.promises(town.store, viewer, NOW, windows=(DAY,)) == ()


def test_a_wall_of_one_community_sees_its_own_only(town: Town) -> None:
    viewer = Viewer("w", "wall", area_ids=frozenset({town.area_ids["A"]}))
    assert [one.code for one in wall_response.arrivals(town.store, viewer, NOW, window=DAY)] == ["A"]
    stages = wall_response.stages(town.store, viewer, NOW, windows=(WEEK,))
    assert max(one.n for one in stages) == 7


# ---------------------------------------------------------------- what is called slow or late


def length(*seconds: int, stage: str = "dispatch") -> StageLength:
    told = tuple(sorted(seconds))
    n = len(told)
    return StageLength(0, URGENT, stage, n, told[(n - 1) // 2], told[max(0, -(-n * 9 // 10) - 1)], told)


def test_a_stage_is_slow_only_beyond_chance_and_a_minute() -> None:
    usual = length(*range(30, 60))
    assert is_slow(length(*range(180, 200)), usual)
    assert not is_slow(length(*range(180, 189)), usual), "nine cases are too few"
    assert not is_slow(length(*range(70, 100)), usual), "less than a minute longer"
    assert not is_slow(length(*([20] * 9), *([400] * 10)), usual), "half of them were quick"
    assert not is_slow(None, usual)
    assert not is_slow(length(*range(180, 200)), None)


def test_of_many_cases_a_stage_is_slow_that_is_a_quarter_longer() -> None:
    usual, now = (replace(length(each), n=5_000, seconds=None) for each in (3_600, 4_400))
    assert not is_slow(now, usual)
    assert is_slow(replace(now, p50_s=4_600), usual)


def test_a_community_is_late_only_beyond_chance_below_the_promise() -> None:
    def arrived(code: str, n: int, late: int) -> Arrivals:
        return Arrivals(code, tuple(sorted([300] * (n - late) + [900] * late)))

    found = communities(
        (arrived("A", 200, 10), arrived("B", 40, 20), arrived("C", 9, 9), arrived("D", 20, 2), arrived("E", 30, 0))
    )
    told = {one.code: one for one in found}
    assert told["C"].share is None
    assert {code for code, one in told.items() if one.is_late} == {"B"}
    assert told["D"].share == 0.9


# ---------------------------------------------------------------- the sentence


def view() -> View:
    days = Filters(date(2026, 10, 1), date(2026, 10, 21), "community")
    return View(LEADER, NOW, "zh", site(), days, data_version=1, areas=(), categories=(), datasets={}, params={})


def scene(promise: Promise, *, slow: bool = False, late: int = 0, span: int = 1) -> tuple[Response, Wall]:
    now = length(*range(180, 200)) if slow else length(*range(30, 60))
    stages = (Stage("dispatch", now, 45, is_slow=slow),)
    areas = tuple(WallArea("community", f"c{number}", f"{number}号社区", None, 0, 0) for number in range(5))
    told = tuple(Community(f"c{number}", (900,) * 20, 0.0, is_late=number < late) for number in range(5))
    days = tuple((date(2026, 10, 20) - timedelta(days=back), promise) for back in range(27, -1, -1))
    wall = Wall(
        areas, (), 0, 0, None, None, 0, has_deadlines=True, tells_arrivals=True, loaded_at=NOW.at, is_simulated=True
    )
    return Response(span, promise, stages, (), days, 1, told, 28), wall


@pytest.mark.parametrize(
    ("promise", "more", "head", "level"),
    [
        (Promise(34, 37, is_told=True), {}, "到场守住 10 分钟承诺", None),
        (Promise(20, 37, is_told=True), {"span": 7}, "近 7 天 10 分钟到场 54%，低于承诺的 90%", "blue"),
        (Promise(9, 11, is_told=True), {}, "今天不到承诺的 90%，还不能断定", None),
        (Promise(34, 37, is_told=True), {"slow": True}, "派遣比平常慢 2 分钟", "blue"),
        (Promise(None, 4, is_told=True), {}, "紧急到场还少，不足以判断", None),
        (Promise(None, 0, is_told=False), {}, "来源没有到场时刻", None),
    ],
)
def test_the_sentence_says_what_is_the_matter(
    promise: Promise, more: dict[str, int], head: str, level: str | None
) -> None:
    told = words.sentence(view(), *scene(promise, **more), at=NOW.at)  # type: ignore[arg-type]
    assert (told.head, told.level) == (head, level)
    assert all(part in told.lead for part in told.strong)


def test_a_broken_promise_is_told_once_and_a_scene_without_arrivals_says_so() -> None:
    told = words.sentence(view(), *scene(Promise(20, 37, is_told=True), late=2), at=NOW.at)
    assert told.lead == "37 件到场，20 件在 10 分钟内，与平常相当；近 28 天0号、1号低于承诺"
    found, wall = scene(Promise(None, 0, is_told=True))
    empty = replace(found, communities=(), urgent=tuple(replace(one, now=None, usual_s=None) for one in found.urgent))
    told = words.sentence(view(), empty, wall, at=NOW.at)
    assert (told.head, told.level) == ("今天没有紧急事件到场", None)
    assert not empty.has_urgent, "then the wall leaves the scene out"
    assert replace(empty, promise=Promise(None, 0, is_told=False)).has_urgent, "what is missing is said"
    drawn = drawing.body(view(), empty, wall, Face(NOW, loaded_at=NOW.at))
    assert "没有走完的环节" in drawn
    assert '<b class="none">无数据' in drawn, "nothing is not few"


def test_a_moment_before_the_load_has_no_age() -> None:
    found, wall = scene(Promise(34, 37, is_told=True))
    for minutes in (30, -30):
        face = Face(NOW, loaded_at=NOW.at - timedelta(minutes=minutes))
        assert ('class="age' in drawing.body(view(), found, wall, face)) == (minutes > 0)


def test_of_old_incidents_the_figures_are_those_of_their_load(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computed, "store", lambda: town.store)
    _, wall = scene(Promise(34, 37, is_told=True))
    wall = replace(wall, loaded_at=NOW.at)

    def made(clock: Clock) -> Scene:
        found = response.scene(view(), Asked(WALL, clock, 4_001), wall, Face(clock, loaded_at=NOW.at))
        assert found
        return found

    then, later = made(NOW), made(Clock(NOW.at + timedelta(days=5)))
    figures_of = re.compile(r'class="(?:r-value[^"]*|figure|r-dot[^"]*)"[^>]*>(?:([^<]*)<)?')
    assert figures_of.findall(then.body) == figures_of.findall(later.body) != []
    assert later.sentence.head == "事件数据 5 天没有更新"
    assert later.sentence.lead == f"截至 10月20日 12:00：{then.sentence.head}".replace("今天", "10月20日")
    assert "今天" in then.body
    assert "今天" not in later.body, "nothing is known of today"
    assert "10月20日止 7 天公开" in later.body
    assert "10月20日止 28 天紧急事件" in later.body
    next_year = made(Clock(NOW.at + timedelta(days=100)))
    assert "2026年10月20日</text>" in next_year.body
    assert response.scene(view(), Asked(WALL, NOW, 4_001), replace(wall, loaded_at=None), Face(NOW)) is None


def test_what_an_hour_kept_before_the_load_is_not_taken_for_old_incidents(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load at ten past the hour, after the hour's questions were asked without it."""
    few = Promise(None, 2, is_told=True)
    known = [few]

    def promises(*_: object, windows: Sequence[Window], **__: object) -> tuple[Promise, ...]:
        return tuple(few if (each.end - each.start).days == 1 else known[0] for each in windows)

    monkeypatch.setattr(computed, "store", lambda: None)
    monkeypatch.setattr(computed.wall_response, "stages", lambda *_, **__: ())
    monkeypatch.setattr(computed.wall_response, "arrivals", lambda *_, **__: ())
    monkeypatch.setattr(computed.wall_response, "promises", promises)
    loaded_at = NOW.at + timedelta(minutes=10)
    wall = replace(scene(Promise(34, 37, is_told=True))[1], loaded_at=loaded_at)
    computed.response(Asked(WALL, Clock(NOW.at + timedelta(minutes=5)), 5_001))
    known[0] = Promise(30, 40, is_told=True)
    later = Clock(loaded_at + timedelta(days=3))
    found = response.scene(view(), Asked(WALL, later, 5_002), wall, Face(later, loaded_at=loaded_at))
    assert found
    assert "30 / 40" in found.body


def test_areas_stand_as_a_person_orders_them() -> None:
    found, wall = scene(Promise(34, 37, is_told=True))
    codes = ["D 10", "D 9", "D 1"]
    areas = tuple(replace(area, code=code, name=code) for area, code in zip(wall.areas, codes, strict=False))
    told = tuple(replace(one, code=code) for one, code in zip(found.communities, codes, strict=False))
    drawn = curves.panel(view(), replace(found, communities=told), replace(wall, areas=areas), NOW.at.date())
    assert re.findall(r'class="t">([^<]*)<', drawn) == ["D 1", "D 9", "D 10"]


def test_late_areas_are_named_up_to_three() -> None:
    told = words.sentence(view(), *scene(Promise(34, 37, is_told=True), late=2), at=NOW.at)
    assert told.lead == "今天 10 分钟到场 92%（34/37 件），与平常相当；近 28 天0号、1号低于承诺"
    told = words.sentence(view(), *scene(Promise(34, 37, is_told=True), late=5), at=NOW.at)
    assert told.lead.endswith("0号、1号、2号等 5 个社区低于承诺")


def test_under_ten_days_nothing_is_usual_and_under_ten_arrivals_there_is_no_curve() -> None:
    found, wall = scene(Promise(34, 37, is_told=True))
    assert found.usual() == (34 / 37, 34 / 37)
    assert replace(found, past=found.past[-10:]).usual() is None
    few = replace(found, communities=(Community("c1", (60, 70), None, is_late=False),))
    drawn = curves.panel(view(), few, wall, NOW.at.date())
    assert drawn.count("r-line") == 0
    assert drawn.count("r-rug") == 2
    assert "仅 2 件" in drawn
    assert computed.n_of(found.urgent) == 30


def test_what_changes_slowly_is_asked_once_an_hour_whatever_rings() -> None:
    def of_hour(told: str, version: int, **more: int) -> Asked:
        return Asked(LEADER, Clock(at(told).replace(**more)), version).of_hour

    assert of_hour("10-20 14:03", 7, second=21, microsecond=5) == of_hour("10-20 14:59", 9)
    assert of_hour("10-20 14:59", 7) != of_hour("10-20 15:00", 7)
