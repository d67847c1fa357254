"""How time is counted: the vectors of the catalogue, the days of the library, and what holds for every calendar."""

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.calendars import calendar
from config.clocks import Calendar, Limit, Office, Pause, UnknownDayError
from config.reader import SHIPPED, ConfigError

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = ((8 * 60, 12 * 60), (14 * 60, 18 * 60))
LIMITS = st.builds(
    Limit, st.integers(1, 40), st.sampled_from(["hours", "days", "urgent_hours", "work_hours", "work_days"])
)
FIRST = datetime(2026, 1, 1, tzinfo=ZONE)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=180)).map(lambda passed: FIRST + passed)
RESTS = st.lists(st.tuples(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=9))), max_size=4)
CLOCKS = st.sampled_from(["natural", "urgent", "work"])
KNOWN = Calendar(
    ZONE,
    date(2026, 1, 1),
    date(2027, 12, 31),
    frozenset(day for number in range(730) if (day := date(2026, 1, 1) + timedelta(days=number)).weekday() < 5),
    (Office(date(2026, 1, 1), HOURS),),
)
"""Monday to Friday, eight hours a day."""


def at(text: str) -> datetime:
    """A moment of 2026 in China, `10-09 17:00[:30]`."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


@pytest.fixture(scope="module")
def shipped() -> Calendar:
    return calendar()


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a site's own `clocks.toml` lies."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    return tmp_path / "config" / "clocks.toml"


def fourteen(*spans: tuple[int, int]) -> Calendar:
    """The shipped days with other office hours."""
    told = calendar()
    return Calendar(told.zone, told.first, told.last, told.workdays, (Office(date(2004, 1, 1), spans),))


# ---------------------------------------------------------------- vectors


def test_two_working_hours_from_a_friday_at_five_end_on_monday_at_nine(shipped: Calendar) -> None:
    assert shipped.deadline(at("11-20 17:00"), Limit.of("2 work_hours")) == at("11-23 09:00")


def test_before_a_saturday_that_is_worked_they_end_on_it(shipped: Calendar) -> None:
    assert shipped.deadline(at("10-09 17:00"), Limit.of("2 work_hours")) == at("10-10 09:00")


def test_urgent_hours_run_on_after_the_office_closes_and_on_days_off(shipped: Calendar) -> None:
    assert shipped.deadline(at("11-20 17:00"), Limit.of("2 urgent_hours")) == at("11-20 19:00")
    assert shipped.deadline(at("10-01 23:00"), Limit.of("2 urgent_hours")) == at("10-02 01:00")


def test_three_hours_of_rest_move_a_deadline_by_three_working_hours(shipped: Calendar) -> None:
    rest = (at("11-20 14:30"), at("11-20 17:30"))
    assert shipped.deadline(at("11-20 14:00"), Limit.of("2 work_hours")) == at("11-20 16:00")
    assert shipped.deadline(at("11-20 14:00"), Limit.of("2 work_hours"), [rest]) == at("11-23 09:00")


def test_rest_outside_office_hours_moves_nothing(shipped: Calendar) -> None:
    rest = (at("11-20 18:00"), at("11-23 08:00"))
    assert shipped.deadline(at("11-20 17:00"), Limit.of("2 work_hours"), [rest]) == at("11-23 09:00")
    assert shipped.deadline(at("11-20 17:00"), Limit.of("2 urgent_hours"), [rest]) == at("11-23 09:00")


def test_a_case_that_still_rests_has_no_deadline_unless_it_came_before(shipped: Calendar) -> None:
    rest: Pause = (at("11-20 16:00"), None)
    assert shipped.deadline(at("11-20 15:00"), Limit.of("2 work_hours"), [rest]) is None
    assert shipped.deadline(at("11-20 14:00"), Limit.of("2 work_hours"), [rest]) == at("11-20 16:00")
    assert shipped.elapsed(at("11-20 15:00"), at("11-23 09:00"), "work", [rest]) == 3600


def test_a_limit_that_ends_with_the_day_ends_on_it(shipped: Calendar) -> None:
    assert shipped.deadline(at("11-20 17:00"), Limit.of("1 work_hours")) == at("11-20 18:00")
    assert shipped.deadline(at("11-20 17:00"), Limit.of("1 work_days")) == at("11-23 17:00")
    assert shipped.deadline(at("11-21 10:00"), Limit.of("1 work_days")) == at("11-23 18:00")
    assert shipped.deadline(at("11-20 17:00"), Limit.of("1 days")) == at("11-21 17:00")


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("10-09 08:12:40", "10-09 16:05:11", 5 * 3600 + 35 * 60 + 11),
        ("10-10 09:30:02", "10-12 10:14:55", 7 * 3600 + 44 * 60 + 53),
        ("10-09 07:48:19", "10-09 09:20:43", 50 * 60 + 43),
        ("10-09 08:05:33", "10-09 08:13:02", 0),
    ],
)
def test_office_hours_of_seven_hours_a_day(start: str, end: str, seconds: int) -> None:
    told = fourteen((8 * 60 + 30, 12 * 60), (14 * 60, 17 * 60 + 30))
    assert told.elapsed(at(start), at(end), "work") == seconds


def test_natural_time_is_elapsed_time_not_the_difference_of_wall_clocks() -> None:
    zone = ZoneInfo("America/New_York")
    told = Calendar(zone, None, None, frozenset(), ())
    start, end = datetime(2026, 3, 7, 12, tzinfo=zone), datetime(2026, 3, 8, 12, tzinfo=zone)
    assert told.elapsed(start, end, "natural") == 23 * 3600


# ---------------------------------------------------------------- days


def test_the_library_knows_days_off_and_make_up_workdays(shipped: Calendar) -> None:
    off = [date(2026, 10, 1), date(2026, 10, 7), date(2026, 2, 17), date(2026, 11, 21)]
    worked = [date(2026, 10, 10), date(2026, 9, 20), date(2026, 2, 14), date(2026, 11, 20)]
    assert [shipped.is_workday(day) for day in off] == [False] * 4
    assert [shipped.is_workday(day) for day in worked] == [True] * 4


def test_a_year_that_nobody_told_is_not_guessed(shipped: Calendar) -> None:
    assert shipped.last is not None
    unknown = shipped.last + timedelta(days=1)
    with pytest.raises(UnknownDayError):
        shipped.is_workday(unknown)
    start = datetime(shipped.last.year, 12, 30, 9, tzinfo=ZONE)
    with pytest.raises(UnknownDayError):
        shipped.deadline(start, Limit.of("15 work_days"))
    with pytest.raises(UnknownDayError):
        shipped.elapsed(start, start + timedelta(days=4), "work")
    assert shipped.elapsed(start, start + timedelta(days=4), "urgent") == 4 * 86400


def test_a_site_tells_single_days_and_a_year_that_the_library_lacks(own: Path, shipped: Calendar) -> None:
    assert shipped.last is not None
    year = shipped.last.year + 1
    text = (SHIPPED / "clocks.toml").read_text(encoding="utf-8")
    listed = (
        f'day = [{{ on = {year}-01-01, is_workday = false, reason = "元旦" }},'
        ' { on = 2026-11-20, is_workday = false, reason = "停电" },'
        ' { on = 2026-11-21, is_workday = true, reason = "补班" }]'
    )
    own.write_text(
        text.replace("day = []", listed).replace("complete_years = []", f"complete_years = [{year}]"), encoding="utf-8"
    )
    told = calendar()
    days = [date(year, 1, 1), date(2026, 11, 20), date(2026, 11, 21)]
    assert [told.is_workday(day) for day in days] == [False, False, True]
    assert told.last == date(year, 12, 31)
    assert told.digest != shipped.digest


def test_office_hours_hold_from_their_day_on(own: Path) -> None:
    own.write_text(
        'holidays = "CN"\noffice = [{ since = 2025-01-01, spans = ["08:00-12:00"] },'
        ' { since = 2026-11-20, spans = ["09:00-10:00"] }]',
        encoding="utf-8",
    )
    told = calendar()
    assert told.elapsed(at("11-19 00:00"), at("11-20 00:00"), "work") == 4 * 3600
    assert told.elapsed(at("11-20 00:00"), at("11-21 00:00"), "work") == 3600
    with pytest.raises(UnknownDayError):
        told.is_workday(date(2024, 12, 31))


def test_chinas_holidays_are_known_in_china_only(own: Path) -> None:
    own.with_name("site.toml").write_text(
        'name_zh = "a"\nname_en = "a"\ntime_zone = "America/New_York"', encoding="utf-8"
    )
    with pytest.raises(UnknownDayError):
        calendar().is_workday(date(2026, 11, 20))
    own.write_text('holidays = "none"\noffice = [{ since = 2016-01-01, spans = ["09:00-17:00"] }]', encoding="utf-8")
    assert [calendar().is_workday(date(2026, 7, day)) for day in (3, 4)] == [True, False]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('holidays = "US"', 'holidays = \'US\' must be "CN" or "none"'),
        ("complete_years = [2060]", "complete_years: 2060 does not follow"),
        ('complete_years = ["2027"]', "complete_years must be a list of years"),
        ('office = [{ since = 2004-01-01, spans = ["12:00-08:00"] }]', "'12:00-08:00' ends before it begins"),
        ('office = [{ since = 2004-01-01, spans = ["08:00-12:00", "11:59-13:00"] }]', "spans overlap at 11:59"),
        ('office = [{ since = 2004-01-01, spans = ["8-12"] }]', "'8-12' is no span of a day"),
        ("office = [{ since = 2004-01-01, spans = [] }]", "office since 2004-01-01: spans must be a list"),
        ("office = []", "office must be a list"),
        ('office = [{ since = "2004", spans = ["08:00-12:00"] }]', "office 1 must say since"),
        (
            'day = [{ on = 2061-01-01, is_workday = true, reason = "x" }]',
            "day 2061-01-01 is not in force: the calendar runs from 2004-01-01",
        ),
        ("day = [{ on = 2026-11-20, is_workday = false }]", "day 2026-11-20: reason must say why"),
        ('day = [{ on = 2026-11-20, is_workday = false, reason = " " }]', "day 2026-11-20: reason must say why"),
        ('day = [{ on = 2026-11-20, is_workday = 0, reason = "x" }]', "is_workday must be true or false"),
        ('day = [{ on = "2026-11-20", is_workday = true, reason = "x" }]', "day 1: on must be a day"),
        ("day = [{ on = 2026-02-30 }]", "Invalid"),
        ("days = []", "unknown key 'days'"),
    ],
)
def test_a_faulty_calendar_is_refused_by_file_and_key(own: Path, line: str, fault: str) -> None:
    key = line.split(" =", maxsplit=1)[0]
    told = {name: repr_of(value) for name, value in shipped_table().items() if name != key}
    own.write_text("\n".join([f"{name} = {value}" for name, value in told.items()] + [line]), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        calendar()
    assert refused.value.path == own
    assert fault in str(refused.value)


def shipped_table() -> dict[str, object]:
    return tomllib.loads((SHIPPED / "clocks.toml").read_text(encoding="utf-8"))


def repr_of(value: object) -> str:
    """A value of the shipped file as TOML."""
    if isinstance(value, list):
        return f"[{', '.join(map(repr_of, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {repr_of(each)}' for key, each in value.items())} }}"
    return f'"{value}"' if isinstance(value, str) else str(value)


# ---------------------------------------------------------------- what always holds


def pauses(told: list[tuple[datetime, timedelta]]) -> list[Pause]:
    return [(start, start + length) for start, length in told]


@given(MOMENTS, LIMITS, RESTS)
@settings(deadline=None)
def test_up_to_its_deadline_exactly_the_limit_has_passed(
    start: datetime, limit: Limit, told: list[tuple[datetime, timedelta]]
) -> None:
    due = KNOWN.deadline(start, limit, pauses(told))
    assert due is not None
    day_s = {"hours": 3600, "urgent_hours": 3600, "work_hours": 3600, "days": 86400, "work_days": 28800}[limit.unit]
    assert KNOWN.elapsed(start, due, limit.clock, pauses(told)) == limit.amount * day_s
    assert KNOWN.elapsed(start, due - timedelta(seconds=1), limit.clock, pauses(told)) < limit.amount * day_s


@given(MOMENTS, MOMENTS, MOMENTS, CLOCKS)
@settings(deadline=None)
def test_time_is_monotone_and_adds_up(one: datetime, two: datetime, three: datetime, clock: str) -> None:
    one, two, three = (each.replace(microsecond=0) for each in sorted((one, two, three)))
    first, second = KNOWN.elapsed(one, two, clock), KNOWN.elapsed(two, three, clock)  # type: ignore[arg-type]
    whole = KNOWN.elapsed(one, three, clock)  # type: ignore[arg-type]
    assert 0 <= first <= whole
    assert first + second == whole
    assert whole <= (three - one).total_seconds()
    assert KNOWN.elapsed(three, one, clock) == -whole  # type: ignore[arg-type]


@given(MOMENTS, st.floats(0, 0.999), st.timedeltas(timedelta(0), timedelta(days=9)), LIMITS)
@settings(deadline=None)
def test_a_rest_before_the_deadline_moves_it_by_its_time_on_the_clock_only(
    start: datetime, share: float, length: timedelta, limit: Limit
) -> None:
    due = KNOWN.deadline(start, limit)
    assert due is not None
    begins = start + (due - start) * share
    later = KNOWN.deadline(start, limit, [(begins, begins + length)])
    assert later is not None
    assert KNOWN.elapsed(due, later, limit.clock) == KNOWN.elapsed(begins, begins + length, limit.clock)
