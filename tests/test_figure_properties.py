"""What holds of figures whatever the cases are: parts add up, the way of loading does not matter, good is not bad."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from figures_builder import Town, away
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads_geo import Desk
from sqlalchemy import create_engine, text

from cockpit.figures import Figure, figures
from config.indicators import indicators
from config.site import site
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock
from geo.windows import Window

few = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SLUGS = tuple(each.slug for each in indicators())
STEPS = ("accepted", "registered", "dispatched", "arrived", "handled", "closed", "followed_up")
HEAD = (
    "编号,类别,状态,上报时间,受理时间,立案时间,派遣时间,到场时间,处置时间,办结时间,回访时间,办理时限,原事件编号,"
    "承办单位,经度,纬度"
)
GOOD = {
    "closure_rate": {"closed": "10-20 08:00"},
    "on_time_rate": {"closed": "10-20 08:00", "due": "10-20 08:00"},
    "on_time_rate_exempted": {"closed": "10-20 08:00", "due": "10-20 08:00"},
    "urgent_on_time_rate": {"closed": "10-20 08:00", "due": "10-20 08:00", "category": "smoke"},
    "valid_report_rate": {"registered": "10-05 09:00"},
    "accept_within_15min": {"accepted": "10-05 08:15"},
    "dispatch_within_15min": {"dispatched": "10-05 08:15"},
    "arrival_within_10min": {"dispatched": "10-05 08:15", "arrived": "10-05 08:25"},
    "onscene_within_10min": {"arrived": "10-05 08:10"},
    "followup_coverage": {"closed": "10-20 08:00", "followed_up": "10-21 08:00"},
    "rework_rate": {"closed": "10-20 08:00"},
    "repeat_rate": {"closed": "10-31 08:00"},
    "suspect_closure_rate": {"closed": "10-20 08:00"},
    "suspension_rate": {},
    "extension_rate": {"due": "10-20 08:00"},
}
"""A case that did as well as can be, by the rate that it belongs to."""


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    town = Town(urls, store, clock)
    yield town
    town.close()


@pytest.fixture(scope="module")
def desk(
    new_database: Callable[[], StoreUrls], clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, Callable[[], None]]]:
    """A store to load into, and what takes all cases out of it."""
    urls = new_database()
    assert urls.admin is not None
    store, engine = Store(urls), create_engine(urls.admin)

    def empty() -> None:
        with engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            connection.execute(text("truncate core.incident, core.incident_event, core.incident_revision cascade"))

    yield Desk(store, clock, tmp_path_factory.mktemp("files")), empty
    store.close()
    engine.dispose()


@st.composite
def lives(draw: st.DrawFn) -> dict[str, Any]:
    """One case: reported in September or October, some steps after each other, now and then void or double."""
    moment = datetime(2026, 9, 20) + timedelta(minutes=draw(st.integers(0, 55_000)))  # noqa: DTZ001 - a local time
    life: dict[str, Any] = {"reported": moment}
    for step in draw(st.sampled_from([STEPS, STEPS[:4], ("closed",), ("accepted", "closed"), ()])):
        moment += timedelta(minutes=draw(st.integers(0, 3_000)))
        life[step] = moment
    if draw(st.booleans()):
        life["due"] = life["reported"] + timedelta(minutes=draw(st.integers(60, 20_000)))
    return life | {
        "category": draw(st.sampled_from(["noise", "smoke"])),
        "area": draw(st.sampled_from(["A", "A", "B", None])),
        "metres": draw(st.integers(0, 80)),
        "fate": draw(st.sampled_from(["", "", "", "", "void", "double"])),
        "is_exempted": draw(st.sampled_from([False, False, True])),
    }


towns = st.lists(lives(), min_size=5, max_size=25)


def settle(town: Town, told: list[dict[str, Any]]) -> None:
    """The town with these cases."""
    town.begin()
    for life in told:
        stamps = {name: value.isoformat(" ") for name, value in life.items() if isinstance(value, datetime)}
        reported = stamps.pop("reported")
        (case,) = town.case(
            reported,
            area=life["area"],
            category=life["category"],
            geom=away(life["metres"]),
            is_void=life["fate"] == "void",
            is_duplicate=life["fate"] == "double",
            duplicate_of_code="i1" if life["fate"] == "double" else None,
            agency_responsible="roads",
            **stamps,
        )
        if life["is_exempted"]:
            exempt(town, case)


def exempt(town: Town, case: int) -> None:
    """Grants the appeal of a case, whether or not it is overdue."""
    town.event(case, "exempted", "11-02 08:00", payload='{"reason": "appeal"}', actor="kong", revision=None)


def whole(found: list[Figure]) -> dict[str, dict[str, int]]:
    """What the figures of all areas count together, by slug: cases, parts and reasons."""
    told: dict[str, dict[str, int]] = {}
    for figure in found:
        counts = {"n": figure.n, "numerator": figure.numerator, "denominator": figure.denominator}
        for name, number in (counts | dict(figure.excluded)).items():
            of_slug = told.setdefault(figure.indicator.slug, {})
            of_slug[name] = of_slug.get(name, 0) + (number or 0)
    return {slug: {name: number for name, number in counts.items() if number} for slug, counts in told.items()}


@few
@given(told=towns)
def test_communities_add_up_to_their_street_and_grids_to_their_communities(
    built: Town, told: list[dict[str, Any]]
) -> None:
    settle(built, told)
    slugs = [slug for slug in SLUGS if slug != "incidents_per_1000_households"]
    street, communities, grids = (
        whole(built.figures(*slugs, level=level)) for level in ("street", "community", "grid")
    )
    assert street == communities == grids


@few
@given(told=towns, slug=st.sampled_from(sorted(GOOD)))
def test_a_good_case_never_lowers_a_good_rate(built: Town, told: list[dict[str, Any]], slug: str) -> None:
    settle(built, told)
    before = built.figure(slug)
    built.case("10-05 08:00", **({"category": "light", "geom": away(5_000)} | GOOD[slug]))
    after = built.figure(slug)
    assert (after.denominator or 0) == (before.denominator or 0) + 1
    good, sign = (before.numerator or 0, after.numerator or 0), 1 if after.indicator.direction == "up" else -1
    if before.denominator:
        assert sign * good[1] * before.denominator >= sign * good[0] * (after.denominator or 0)


@few
@given(told=towns)
def test_an_exemption_changes_no_figure_but_those_after_exemption_and_never_lowers_the_rate(
    built: Town, told: list[dict[str, Any]]
) -> None:
    settle(built, [life | {"is_exempted": False} for life in told])
    before = {figure.indicator.slug: figure for figure in built.figures(*SLUGS)}
    for case in built.run("select array_agg(incident_id) from core.incident"):
        exempt(built, case)
    after = {figure.indicator.slug: figure for figure in built.figures(*SLUGS)}
    same = set(SLUGS) - {"on_time_rate_exempted", "exemption_rate"}
    told_of = ("value", "numerator", "denominator", "n", "excluded")
    assert [[getattr(before[slug], name) for name in told_of] for slug in same] == [
        [getattr(after[slug], name) for name in told_of] for slug in same
    ]
    fact, spared, rate = (after[slug] for slug in ("on_time_rate", "on_time_rate_exempted", "exemption_rate"))
    assert (spared.numerator, spared.denominator) == (fact.numerator, fact.numerator)
    overdue = (fact.denominator or 0) - (fact.numerator or 0)
    assert spared.excluded["exempted"] == rate.numerator == rate.denominator == overdue


@few
@given(told=towns, data=st.data())
def test_order_splitting_and_repeating_of_loads_change_no_figure(
    desk: tuple[Desk, Callable[[], None]], told: list[dict[str, Any]], data: st.DataObject
) -> None:
    lines = [_line(f"c{number}", life) for number, life in enumerate(told)]
    at_once = _loaded(*desk, [lines])
    shuffled = data.draw(st.permutations(lines))
    cut = data.draw(st.integers(1, len(lines) - 1))
    repeated = data.draw(st.lists(st.sampled_from(lines), min_size=1, max_size=5, unique=True))
    assert _loaded(*desk, [shuffled[:cut], shuffled[cut:], repeated]) == at_once


def _line(code: str, life: dict[str, Any]) -> str:
    stamps = [life[name].isoformat(" ") if name in life else "" for name in ("reported", *STEPS, "due")]
    status = {"void": "作废", "double": "重复"}.get(life["fate"], "办结" if "closed" in life else "办理中")
    category = {"noise": "noise_life", "smoke": "fire_smoke"}[life["category"]]
    longitude, latitude = away(life["metres"]).removeprefix("SRID=4326;POINT(").rstrip(")").split()
    original = "c0" if life["fate"] == "double" else ""
    return ",".join([code, category, status, *stamps, original, "道路所", longitude, latitude])


def _loaded(desk: Desk, empty: Callable[[], None], files: list[list[str]]) -> list[dict[str, Any]]:
    """The figures of a store into which these files were loaded, one after the other."""
    empty()
    for lines in files:
        result = desk.load("incidents", desk.csv(HEAD, *lines), is_forced=True)
        assert result.counts.quarantined == 0, result
    window = Window(date(2026, 10, 1), date(2026, 11, 1), site().zone)
    found = figures(
        desk.store, LEADER, desk.clock, question=Question("site"), windows=(window,), indicators=indicators()
    )
    return [figure.record() | {"data_version": None} for figure in found]
