"""The rows behind a figure: they add up to it in every family, area and part, and pages of them are the whole."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from figures_builder import Town, at
from sqlalchemy import Connection

from config.indicators import indicators
from config.site import site
from geo import figures, tracing
from geo.figures import Question, Tally
from geo.store import Store, StoreUrls
from geo.tracing import SORTS, Row, Trace
from geo.viewer import AREA, LEADER, NOBODY, Clock, Viewer
from geo.windows import Window

OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1), site().zone)
FAMILIES = sorted({each.marks for each in indicators()})
LEVELS = ("site", "street", "community", "grid", "microgrid")


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    """Cases of every sort: outside, before the window, in two versions of an area, with and without each stamp."""
    made = Town(urls, store, clock)
    made.begin()
    made.run("update core.category set response_class = 'urgent' where code = 'light'")
    before = made.area_ids["A"]
    made.case(
        "10-03 08:00", accepted="10-03 08:04", dispatched="10-03 08:05", arrived="10-03 08:11", closed="10-03 09:00"
    )
    made.run("update core.area set valid_to = '2026-10-15' where area_id = :area_id", area_id=before)
    made.area("community", "A", "S", valid_from="2026-10-15", name="A new")
    for area in ("A", "B", None):
        full = {"registered": "10-20 08:01", "accepted": "10-20 08:02", "dispatched": "10-20 08:10"}
        ends = {
            "arrived": "10-20 08:17",
            "handled": "10-20 08:40",
            "closed": "10-20 09:00",
            "followed_up": "10-21 09:00",
        }
        made.case("10-20 08:00", area=area, times=3, due="10-20 12:00", **full, **ends)
        made.case("10-20 08:00", area=area, category="light", due="10-20 08:30", **full, **ends)
        made.case("10-21 08:00", area=area, due="10-22 08:00")
        made.case("10-21 09:00", area=area, due="12-22 08:00", accepted="10-21 09:30")
        made.case("10-22 08:00", area=area, closed="10-22 07:00")
        made.case("10-22 09:00", area=area, closed="10-25 07:00", day_precision=["closed_at"])
        made.case("10-23 08:00", area=area, is_duplicate=True, duplicate_of_code="i1")
        made.case("10-23 08:00", area=area, is_duplicate=True)
        made.case("09-23 08:00", area=area, closed="10-05 07:00")
        made.case("09-24 08:00", area=area, is_duplicate=True, closed="10-05 08:00")
        made.case("08-24 08:00", area=area, due="08-25 08:00")
        (paused,) = made.case("10-24 08:00", area=area, has_history=True, due="10-25 08:00")
        made.event(paused, "suspended", "10-24 12:00")
        (again,) = made.case("10-25 08:00", area=area, has_history=True, handled="10-25 09:00", closed="10-25 12:00")
        made.event(again, "handled", "10-25 09:00")
        made.event(again, "closed", "10-25 10:00")
        made.event(again, "reopened", "10-25 11:00")
        made.event(again, "closed", "10-25 12:00")
    yield made
    made.close()


@pytest.fixture
def connection(town: Town) -> Iterator[Connection]:
    with town.store.reading(LEADER, town.clock) as found:
        yield found


def all_rows(connection: Connection, trace: Trace) -> list[Row]:
    with tracing.all_rows(connection, trace=trace) as rows:
        return list(rows)


def traced(connection: Connection, level: str) -> Iterator[tuple[Tally, Trace]]:
    for tally in figures.tallies(connection, question=Question(level), families=FAMILIES, windows=(OCTOBER,)):
        yield tally, Trace(tally.family, tally.area, OCTOBER)


@pytest.mark.parametrize("level", LEVELS)
def test_the_rows_of_every_family_add_up_to_its_figure_in_every_area(connection: Connection, level: str) -> None:
    seen = 0
    for tally, trace in traced(connection, level):
        rows, counts = all_rows(connection, trace), tracing.counts(connection, trace=trace)
        what = (tally.family, tally.area.code)
        numerator, denominator = (
            [row for row in rows if getattr(row, name)] for name in ("in_numerator", "in_denominator")
        )
        excluded = {why: sum(row.excluded == why for row in rows) for why in {row.excluded for row in rows} - {None}}
        assert excluded == dict(tally.excluded) == dict(counts.excluded), what
        assert len(denominator) == tally.n == counts.denominator, what
        if counts.numerator_s is None:
            assert (len(numerator), len(denominator)) == (tally.numerator, tally.denominator), what
            assert counts.numerator == tally.numerator, what
        else:
            assert (counts.numerator_s, counts.denominator_s) == (tally.numerator, tally.denominator), what
            added = (sum(row.part_s or 0 for row in rows), sum(row.duration_s or 0 for row in rows))
            assert added == (tally.numerator, tally.denominator), what
        assert len(rows) == counts.rows == len({(row.incident_id, row.is_of_numerator) for row in rows}), what
        seen += len(rows)
    assert seen > 100


@pytest.mark.parametrize("sort", SORTS)
def test_pages_are_the_whole_in_its_order_whatever_their_size(connection: Connection, sort: str) -> None:
    for _, trace in traced(connection, "site"):
        sorted_ = replace(trace, sort=sort)
        whole, told = all_rows(connection, sorted_), tracing.counts(connection, trace=trace)
        for most, counts in ((4, None), (7, told)):
            paged: list[Row] = []
            while page := tracing.page(
                connection, trace=sorted_, after=paged[-1].position if paged else None, most=most, told=counts
            ):
                paged += page
            assert paged == whole, (trace.family, most)


def test_marks_and_reasons_limit_the_rows_and_not_the_counts(connection: Connection) -> None:
    (area,) = figures.areas(connection, question=Question("site"), window=OCTOBER)
    trace = Trace("on_time", area, OCTOBER)
    counts = tracing.counts(connection, trace=trace)
    for mark in tracing.MARKS:
        one = replace(trace, marks=(mark,))
        rows = all_rows(connection, one)
        assert {row.mark for row in rows} == {mark}
        assert len(rows) == counts.of((mark,))
        assert tracing.counts(connection, trace=one) == counts
    rows = all_rows(connection, replace(trace, why="suspended"))
    assert [(row.mark, row.excluded) for row in rows] == [("excluded", "suspended")] * 3
    assert counts.of(None, "suspended") == 3


def test_a_case_in_both_parts_of_a_figure_is_a_row_of_each(connection: Connection) -> None:
    (area,) = figures.areas(connection, question=Question("site"), window=OCTOBER)
    rows = all_rows(connection, Trace("clearance", area, OCTOBER))
    both = [row for row in rows if row.code == "i1"]
    assert sorted((row.mark, row.is_of_numerator) for row in both) == [("denominator", False), ("numerator", True)]
    out = [row for row in rows if row.excluded == "duplicate"]
    assert sorted(row.is_of_numerator for row in out) == [False] * 3 + [True] * 3
    assert len({row.incident_id for row in out}) == len(out), "a case left out is left out once"


def test_a_duration_stands_between_the_stamps_that_begin_and_end_it(connection: Connection) -> None:
    (area,) = figures.areas(connection, question=Question("site"), window=OCTOBER)

    def first(family: str, code: str) -> Row:
        return next(row for row in all_rows(connection, Trace(family, area, OCTOBER)) if row.code == code)

    arrival = first("arrival", "i1")
    assert (arrival.start_stamp, arrival.end_stamp) == ("dispatched_at", "arrived_at")
    assert (arrival.start_at, arrival.end_at, arrival.duration_s) == (at("10-03 08:05"), at("10-03 08:11"), 360)
    assert first("dispatch", "i1").start_stamp == "accepted_at"
    assert first("dispatch", "i2").start_stamp == "registered_at"
    late = first("overdue_age", "i6")
    assert (late.start_stamp, late.end_stamp, late.end_at) == ("due_at", None, at("11-01 00:00"))
    still = first("close_km", "i6")
    assert (still.mark, still.end_stamp, still.end_at) == ("denominator", None, None)
    assert still.duration_s == int((connection_clock(connection) - at("10-21 08:00")).total_seconds())


def connection_clock(connection: Connection) -> object:
    return connection.exec_driver_sql("select ops.clock()").scalar_one()


def test_who_sees_one_community_gets_its_rows_and_no_others(town: Town) -> None:
    viewer = Viewer("w", "secretary", AREA, frozenset({town.area_ids["B"]}))
    with town.store.reading(viewer, town.clock) as connection:
        (area,) = figures.areas(connection, question=Question("community"), window=OCTOBER)
        assert area.code == "B"
        rows = all_rows(connection, Trace("incidents", area, OCTOBER))
        assert {row.community for row in rows} == {"B"}
        with town.store.reading(LEADER, town.clock) as whole:
            places = figures.areas(whole, question=Question("community"), window=OCTOBER)
        other = next(place for place in places if place.code == "A")
        assert all_rows(connection, Trace("incidents", other, OCTOBER)) == []


def test_a_case_tells_its_events_in_their_order_and_a_stranger_none(town: Town, connection: Connection) -> None:
    case = connection.exec_driver_sql(
        "select min(incident_id) from core.incident_event where kind = 'reopened'"
    ).scalar_one()  # fmt: skip
    found = tracing.events(connection, incident_id=case)
    assert [event.kind for event in found if event.kind != "reported"] == ["handled", "closed", "reopened", "closed"]
    assert [event.occurred_at for event in found] == sorted(event.occurred_at for event in found)
    with town.store.reading(NOBODY, town.clock) as nobody:
        assert tracing.events(nobody, incident_id=case) == ()


def test_where_the_rows_lie_adds_up_by_area_by_category_and_by_unit(connection: Connection) -> None:
    _, trace = next(one for one in traced(connection, "street") if one[0].family == "on_time")
    found = tracing.where(connection, trace=trace, below="community")
    sums = {what: sum(one.cases for one in found if one.what == what) for what in ("area", "category", "agency")}
    assert len(set(sums.values())) == 1
    assert sums["agency"] == tracing.counts(connection, trace=trace).rows
