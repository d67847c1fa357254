"""Working time and time without suspensions: worked-out cases, and the store's clock beside the program's."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from figures_builder import Town
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from config.calendars import calendar
from geo.calendars import keep_calendar
from geo.store import Store, StoreUrls, rows
from geo.viewer import LEADER, OPERATOR, Clock

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    town = Town(urls, store, clock)
    yield town
    town.close()


@pytest.fixture
def town(built: Town) -> Town:
    built.begin()
    return built


def test_working_time_skips_nights_holidays_and_noon(town: Town) -> None:
    town.case("10-09 17:00", times=8, closed="10-10 09:00")  # a Saturday that is worked
    town.case("10-03 12:00", times=5, closed="10-08 08:00:30")  # holidays
    town.case("10-20 11:30", times=6, closed="10-20 14:30")
    town.case("10-20 11:30")
    p50, p90 = town.figures("close_work_p50", "close_work_p90")
    assert (p50.value, p90.value, p50.n, p50.excluded) == (3600, 7200, 19, {"open": 1})
    assert town.figure("close_work_p90", days=("10-01", "10-09")).note == "too-few"


def test_a_suspension_takes_out_its_working_time_only(town: Town) -> None:
    for case in town.case("10-20 08:00", times=10, closed="10-21 12:00", has_history=True):
        town.event(case, "suspended", "10-20 17:00")
        town.event(case, "resumed", "10-21 09:00")
        town.event(case, "closed", "10-21 12:00")
    work, active, close = town.figures("close_work_p50", "close_active_p50", "close_p50")
    assert (work.value, active.value, close.value) == (10 * 3600, 12 * 3600, 28 * 3600)


def test_a_suspension_that_is_not_resumed_lasts_until_the_close(town: Town) -> None:
    for case in town.case("10-20 08:00", times=10, closed="10-21 12:00", has_history=True):
        town.event(case, "suspended", "10-20 10:00")
        town.event(case, "suspended", "10-20 11:00")
        town.event(case, "closed", "10-21 12:00")
        town.event(case, "resumed", "10-25 12:00")
    work, active = town.figures("close_work_p50", "close_active_p50")
    assert (work.value, active.value) == (2 * 3600, 2 * 3600)


def test_suspensions_are_taken_out_once_each_and_what_an_officer_wrote_counts(town: Town) -> None:
    for case in town.case("10-20 08:00", times=10, closed="10-20 18:00", has_history=True, revision=2):
        town.event(case, "suspended", "10-20 08:00", revision=1)  # an older revision says nothing
        town.event(case, "suspended", "10-20 09:00", revision=2)
        town.event(case, "resumed", "10-20 10:00", revision=2)
        town.event(case, "suspended", "10-20 11:00", revision=None, actor="officer")
        town.event(case, "resumed", "10-20 13:00", revision=None, actor="officer")
        town.event(case, "closed", "10-20 18:00", revision=2)
    work, active = town.figures("close_work_p50", "close_active_p50")
    assert (work.value, active.value) == (6 * 3600, 7 * 3600)


def test_a_case_that_reaches_into_a_year_nobody_knows_gives_no_data(town: Town) -> None:
    town.case("10-20 08:00", times=10, closed="10-20 09:00")
    town.case("10-20 08:00", closed="2061-01-04 08:00")
    now = "2061-02-01 08:00"
    work, active = town.figures("close_work_p50", "close_active_p50", now=now)
    assert (work.value, work.note, work.excluded) == (None, "no-data", {"open": 0, "no_calendar": 1})
    assert (active.value, active.n) == (3600, 11)


def test_bare_dates_and_duplicates_have_no_working_time(town: Town) -> None:
    town.case("10-20 08:00", times=10, closed="10-20 09:00")
    town.case("10-20 00:00", closed="10-20 00:00", day_precision=["closed_at"])
    town.case("10-20 08:00", closed="10-20 09:00", is_duplicate=True)
    work = town.figure("close_work_p50")
    assert (work.value, work.excluded) == (3600, {"open": 0, "day_precision": 1, "duplicate": 1})


@pytest.mark.parametrize("stamp", ["suspended_at", "resumed_at"])
def test_a_suspension_on_a_bare_date_gives_no_time_without_it(town: Town, stamp: str) -> None:
    town.case("10-20 08:00", times=10, closed="10-20 09:00")
    events = (("suspended", "10-20 00:00"), ("resumed", "10-21 09:00"), ("closed", "10-21 12:00"))
    town.past("10-20 08:00", *events, closed="10-21 12:00", day_precision=[stamp])
    for figure in town.figures("close_work_p50", "close_active_p50"):
        assert (figure.value, figure.n, figure.excluded) == (3600, 10, {"open": 0, "day_precision": 1})
    assert town.figure("close_p50").n == 11


MOMENTS = st.timedeltas(timedelta(0), timedelta(days=23 * 365)).map(
    lambda passed: datetime(2003, 12, 31, tzinfo=ZONE) + passed
)


@given(st.lists(MOMENTS, min_size=50, max_size=50))
@settings(deadline=None, max_examples=20)
def test_the_clock_of_the_store_is_that_of_the_program(store: Store, clock: Clock, moments: list[datetime]) -> None:
    known = calendar()
    assert known.bounds is not None
    first, last = known.bounds
    with store.reading(LEADER, clock) as connection:
        found = connection.execute(
            text(
                "select m.n, t.reading_s from unnest(cast(:moments as timestamptz[])) with ordinality m (at, n)"
                " left join lateral ops.office_time(m.at) t on true order by m.n"
            ),
            {"moments": moments},
        ).all()
    for moment, (_, reading) in zip(moments, found, strict=True):
        is_known = first <= moment < last
        assert (reading is None) is not is_known
        if is_known:
            assert int(reading) == known.elapsed(first, moment, "work")


def test_another_calendar_is_a_new_version_and_a_new_data_version(
    urls: StoreUrls, store: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def versions() -> tuple[int, int, int]:
        with store.reading(LEADER, clock) as connection:
            in_force = rows(connection, "calendar/in_force")[0]["version"]
            data = rows(connection, "view/data_version")[0]["version"]
            spans = connection.execute(text("select count(*) from ops.office_span")).scalar_one()
        return in_force, data, spans

    as_shipped = versions()
    keep_calendar(store, OPERATOR, clock)
    assert versions() == as_shipped
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    own = tmp_path / "config" / "clocks.toml"
    own.write_text('holidays = "CN"\noffice = [{ since = 2026-01-01, spans = ["00:00-24:00"] }]', encoding="utf-8")
    keep_calendar(store, OPERATOR, clock)
    changed = versions()
    assert changed == (as_shipped[0] + 1, as_shipped[1] + 1, len(calendar().workdays) + 2)
    own.unlink()
    keep_calendar(store, OPERATOR, clock)
    assert versions() == (as_shipped[0] + 2, as_shipped[1] + 2, as_shipped[2])


def test_pages_read_the_calendar_and_cannot_write_it(urls: StoreUrls, store: Store) -> None:
    for url, may_write in ((urls.app, False), (urls.load, True)):
        engine = create_engine(url)
        with engine.connect() as connection:
            granted = connection.execute(text("select has_table_privilege('ops.office_span', 'insert')")).scalar_one()
        engine.dispose()
        assert granted is may_write
