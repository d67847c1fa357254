"""The scene 民生: rates of closed months by hand, what is said beyond chance only, households within a walk."""

from collections.abc import Iterator
from datetime import date

import pytest
from figures_builder import Town, at, away

from cockpit.context import Filters, View
from cockpit.queries import Asked
from cockpit.wall.life import computed, words
from cockpit.wall.life.computed import Life, Rate, Trend, low, together
from config.site import site
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock, Viewer
from geo.wall import Wall, WallArea
from geo.wall import life as wall_life
from geo.wall.life import WALK_M, Reached

NOW = Clock(at("11-20 12:00"))
WALL = Viewer("w", "wall", level="site")


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store) -> Iterator[Town]:
    """Homes in A near a clinic and in B far from it, one service that has closed, two published months."""
    made = Town(urls, store, NOW)
    made.begin()
    made.run("truncate core.service_point, core.service_kind, mart.published_month restart identity cascade")
    for code, zh in (("clinic", "卫生站"), ("market", "市场"), ("school", "学校")):
        made.run("insert into core.service_kind (code, name_zh, name_en) values (:code, :zh, :code)", code=code, zh=zh)
    places = {
        "near": (WALK_M - 1, 80, "A"),
        "far": (WALK_M + 1, 50, "B"),
        "away": (5_000, 30, "B"),
        "none": (10, 0, "A"),
    }
    for code, (metres, households, area) in places.items():
        made.run(
            "insert into core.household_site (source_id, site_code, households, point, street_id, community_id,"
            " content_hash, load_id) values (:source, :code, :n, :point, :street, :area, 'h', :load)",
            source=made.source_id, code=code, n=households, point=away(metres), street=made.area_ids["S"],
            area=made.area_ids[area], load=made.load_id,
        )  # fmt: skip
    for code, kind, withdrawn in (
        ("c1", "clinic", None),
        ("m1", "market", "2026-11-01"),
        ("m2", "market", "2027-01-01"),
    ):
        made.run(
            "insert into core.service_point (source_id, service_code, service_kind_id, name, geom, point, withdrawn_on,"
            " content_hash, load_id) select :source, :code, service_kind_id, :code, :at, :at, :gone, 'h', :load"
            " from core.service_kind where code = :kind",
            source=made.source_id, code=code, kind=kind, at=away(0), gone=withdrawn, load=made.load_id,
        )  # fmt: skip
    for month, closes, numerator in (("2026-09-01", "2026-10-01", 18), ("2026-10-01", "2026-11-01", 12)):
        made.run(
            "insert into mart.published_month values (:month, :at, :at, 1, 1, '{}')",
            month=month,
            at=f"{closes}T00:00+08",
        )
        for code in ("A", "B"):
            made.run(
                "insert into mart.published_area values (:month, 'community', :code, :code, 'S', 40)",
                month=month,
                code=code,
            )
            made.run(
                "insert into mart.published (month, level, code, name, kpi, value, numerator, denominator, as_of,"
                " data_version, definition) values (:month, 'community', :code, :code, 'satisfaction_rate', 0.5,"
                " :numerator, 20, '2026-11-01T00:00+08', 1, 'x@1')",
                month=month, code=code, numerator=numerator,
            )  # fmt: skip
    yield made
    made.close()


def test_households_within_a_walk_are_counted_by_geodesic_metres_and_open_services(town: Town) -> None:
    found = {one.kind: one for one in wall_life.reach(town.store, WALL, NOW)}
    assert found == {
        "clinic": Reached("clinic", "卫生站", "clinic", 160, 80),
        "market": Reached("market", "市场", "market", 160, 80),
    }
    assert wall_life.reach(town.store, WALL, Clock(at("2027-01-02 08:00")))[0].kind == "clinic"
    assert len(wall_life.reach(town.store, WALL, Clock(at("2027-01-02 08:00")))) == 1


def test_a_wall_of_one_community_counts_its_own_homes_from_a_hundred_on(town: Town) -> None:
    assert wall_life.reach(town.store, Viewer("w", "wall", area_ids=frozenset({town.area_ids["B"]})), NOW) == ()
    assert wall_life.reach(town.store, Viewer("x", "steward", level="site"), NOW) == ()


def test_the_months_are_those_that_are_published_at_the_clock(town: Town) -> None:
    found = wall_life.published(town.store, WALL, NOW, kpis=computed.KPIS, months=13)
    assert {(part.month, part.code, part.numerator, part.denominator) for part in found} == {
        (date(2026, month, 1), code, numerator, 20) for month, numerator in ((9, 18), (10, 12)) for code in "AB"
    }
    earlier = wall_life.published(town.store, WALL, Clock(at("10-20 12:00")), kpis=computed.KPIS, months=13)
    assert {part.month for part in earlier} == {date(2026, 9, 1)}


def test_a_month_of_which_not_all_was_loaded_is_not_told(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computed, "store", lambda: town.store)

    def month(until: date) -> date | None:
        found = computed.life(Asked(WALL, NOW, 6_001), codes=frozenset("AB"), until=until)
        return found.month if found else None

    assert month(date(2026, 11, 1)) == date(2026, 10, 1)
    assert month(date(2026, 10, 31)) == date(2026, 9, 1)
    assert month(date(2026, 9, 30)) is None


# ---------------------------------------------------------------- what is said


def trend(kpi: str, before: tuple[int, int], last: tuple[int, int]) -> Trend:
    return Trend(kpi, ((date(2026, 9, 1), Rate(*before)), (date(2026, 10, 1), Rate(*last))))


def test_a_rate_fell_or_rose_only_beyond_chance_and_from_ten_cases_on() -> None:
    assert trend("solved_rate", (900, 1000), (70, 100)).change == -1
    assert trend("solved_rate", (900, 1000), (86, 100)).change == 0
    assert trend("solved_rate", (700, 1000), (95, 100)).change == 1
    assert trend("solved_rate", (900, 1000), (3, 9)).change == 0
    assert trend("solved_rate", (3, 9), (70, 100)).change == 0
    assert Rate(3, 9).share is None
    assert together([Rate(1, 2), Rate(3, 4)]) == Rate(4, 6)


def test_a_community_is_low_only_beyond_chance() -> None:
    rates = {"a": Rate(180, 200), "b": Rate(20, 40), "c": Rate(0, 9), "d": Rate(15, 20)}
    assert low(rates) == {"b"}
    assert low({"a": Rate(20, 20), "b": Rate(30, 30)}) == frozenset()


def view() -> View:
    days = Filters(date(2026, 10, 1), date(2026, 10, 21), "community")
    return View(LEADER, NOW, "zh", site(), days, data_version=1, areas=(), categories=(), datasets={}, params={})


@pytest.mark.parametrize(
    ("solved", "content", "head", "level"),
    [
        ((91, 100), (80, 100), "10月满意率 80%，与此前一年相当", None),
        ((60, 100), (80, 100), "10月解决率 60%，低于此前一年", "blue"),
        ((91, 100), (95, 100), "10月满意率 95%，高于此前一年", None),
        ((91, 100), (4, 6), "10月满意率样本不足", None),
    ],
)
def test_the_sentence(solved: tuple[int, int], content: tuple[int, int], head: str, level: str | None) -> None:
    trends = (trend("solved_rate", (900, 1000), solved), trend("satisfaction_rate", (800, 1000), content))
    areas = (WallArea("community", "b", "东湖社区", None, 0, 0),)
    wall = Wall(
        areas, (), 0, 0, None, None, 0, has_deadlines=True, tells_arrivals=True, loaded_at=NOW.at, is_simulated=True
    )
    told = words.sentence(view(), Life(date(2026, 10, 1), trends, {}, frozenset({"b"}), ()), wall)
    assert (told.head, told.level) == (head, level)
    assert told.lead.endswith("近 3 个月东湖满意率偏低")


def test_without_months_before_nothing_is_said_beside_them() -> None:
    alone = Trend("satisfaction_rate", ((date(2026, 10, 1), Rate(80, 100)),))
    wall = Wall(
        (), (), 0, 0, None, None, 0, has_deadlines=True, tells_arrivals=True, loaded_at=NOW.at, is_simulated=True
    )
    told = words.sentence(view(), Life(date(2026, 10, 1), (alone,), {}, frozenset(), ()), wall)
    assert (told.head, told.lead, told.level) == ("10月满意率 80%", "", None)
