"""Why a figure has no data is said, on the pages and by the commands: period, area, source, category."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from figures_builder import Town, at

from cockpit import absence, context
from cockpit.absence import Absence
from config.site import site
from geo import figures as counted
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock
from geo.windows import Window

ROOT = Path(__file__).parent.parent
OCTOBER = ("10-01", "11-01")
BOTH = ("zh", "en")


@pytest.fixture(scope="module")
def made(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    found = Town(urls, store, clock)
    yield found
    found.close()


@pytest.fixture
def town(made: Town) -> Town:
    """Twelve closed cases on 5 October in a store that covers October."""
    made.begin()
    made.case("10-05 08:00", times=12, closed="10-05 09:00")
    return made


def why(town: Town, slug: str, days: tuple[str, str] = OCTOBER, now: str = "11-20 14:32") -> Absence | None:
    figure = town.figure(slug, days=days, now=now)
    window = Window(at(f"{days[0]} 00:00").date(), at(f"{days[1]} 00:00").date(), site().zone)
    with town.store.reading(LEADER, Clock(at(now))) as connection:
        return absence.of_figure(absence.covered(connection, Clock(at(now)), window), figure)


@pytest.mark.parametrize(
    ("days", "reason"),
    [
        (("2019-01-01", "2019-02-01"), Absence("before", (date(2026, 10, 1),))),
        (("2026-09-01", "2026-10-01"), Absence("before", (date(2026, 10, 1),))),
        (("2026-11-01", "2026-11-20"), Absence("after", (date(2026, 10, 31),))),
        (("2026-11-21", "2026-12-01"), Absence("ahead", (date(2026, 11, 20),))),
        (OCTOBER, None),
    ],
)
@pytest.mark.parametrize("slug", ["incidents", "backlog", "closure_rate", "close_p50"])
def test_a_period_without_data_is_named(town: Town, slug: str, days: tuple[str, str], reason: Absence | None) -> None:
    town.case("10-31 08:00")
    assert why(town, slug, days) == reason
    figure = town.figure(slug, days=days)
    assert (figure.value is None) is (reason is not None)


def test_a_gap_between_two_loads_is_named(town: Town) -> None:
    town.source("late", covers=("2026-11-10", "2026-11-20"))
    assert why(town, "incidents", ("11-02", "11-05")) == Absence("between", (date(2026, 10, 1), date(2026, 11, 20)))


def test_a_source_of_bare_dates_has_no_durations_and_its_counts_stand(town: Town) -> None:
    town.run("update core.source set time_precision = 'day'")
    for slug in ("close_p50", "accept_p50", "close_work_p90", "arrival_within_10min"):
        assert town.figure(slug).value is None
        assert why(town, slug) == Absence("by_day")
    assert (town.figure("incidents").value, town.figure("closure_rate").value) == (12, 1)
    assert why(town, "incidents") is None


def test_what_a_source_does_not_carry_is_named(town: Town) -> None:
    town.run("update core.source set stages = array['reported', 'closed']")
    assert why(town, "arrival_p50") == Absence("no_stages", stages=("dispatched", "arrived"))
    assert why(town, "satisfaction_rate") == Absence("no_stages", stages=("followed_up", "scored"))


def test_what_lacks_something_else_is_named(town: Town) -> None:
    assert why(town, "surge_z") == Absence("no_before")
    assert why(town, "incidents_per_1000_households") == Absence("no_households")
    assert why(town, "on_time_rate") == Absence("no_cases")


@pytest.mark.parametrize(
    ("days", "keys"),
    [
        (("2026-09-15", "2026-10-20"), ["begins"]),
        (("2026-10-15", "2026-12-01"), ["goes_on"]),
        (("2026-01-01", "2026-12-31"), ["begins", "goes_on"]),
        (("2026-10-15", "2026-11-21"), []),
        (("2019-01-01", "2019-02-01"), []),
    ],
)
def test_what_of_a_period_has_no_data_is_said(town: Town, days: tuple[str, str], keys: list[str]) -> None:
    window = Window(*(date.fromisoformat(day) for day in days), site().zone)
    with town.store.reading(LEADER, town.clock) as connection:
        found = absence.of_part(absence.covered(connection, town.clock, window))
    assert [each.key for each in found] == keys
    assert all(each.text(lang) for each in found for lang in BOTH)


def test_when_there_is_an_area_is_told_over_all_its_versions(town: Town) -> None:
    town.area("community", "OLD", "S", valid_to="2026-01-01", name="旧社区")
    town.area("community", "NEW", "S", valid_from="2026-11-01", valid_to="2027-01-01", name="新社区")
    town.area("community", "NEW", "S", valid_from="2027-01-01", name="新新社区")
    day = date(2026, 10, 31)
    with town.store.reading(LEADER, town.clock) as connection:
        old, new = (counted.area_days(connection, level="community", code=code) for code in ("OLD", "NEW"))
        assert counted.area_days(connection, level="grid", code="OLD") is None
    assert old
    assert new
    assert absence.area_days(old, day, "zh") == "2026年10月31日没有旧社区：这个区域到 2025年12月31日为止。"
    assert absence.area_days(new, day, "zh") == "2026年10月31日没有新新社区：这个区域从 2026年11月1日开始。"


# ---------------------------------------------------------------- the commands


class Run:
    """The command line as a child process."""

    def __init__(self, town: Town, environment: dict[str, str]) -> None:
        told = {"COCKPIT_NOW": town.clock.at.isoformat(), "COCKPIT_LANG": "en", "PYTHONUTF8": "1"}
        self.environment = environment | told

    def __call__(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """Standard output, and standard error in one line."""
        done = subprocess.run(
            [sys.executable, "-c", "from cockpit.cli import main; main()", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, " ".join(done.stderr.split())


@pytest.fixture
def run(town: Town, store_environment: dict[str, str]) -> Run:
    return Run(town, store_environment)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("2019-01-01", "2019-02-01"), "these begin on 1 Oct 2026. (all indicators)"),
        (("2027-03-01", "2027-04-01"), "The period has not begun (today is 20 Nov 2026). (all indicators)"),
    ],
)
def test_the_commands_say_why_a_period_has_no_figure(run: Run, days: tuple[str, str], said: str) -> None:
    told = ("--from", days[0], "--to", days[1])
    out, err = run("kpi", "--level", "site", *told, "--json")
    assert said in err
    assert {(one["value"], one["note"]) for one in json.loads(out)} == {(None, "no-data")}
    out, err = run("trace", "backlog", "--level", "site", *told, "--json")
    assert said.removesuffix(" (all indicators)") in err
    assert json.loads(out)["rows"] == []


def test_the_commands_refuse_days_no_calendar_needs(run: Run) -> None:
    for days in (("0001-01-01", "2026-11-01"), ("2026-10-01", "9999-12-31"), ("2026-13-01", "2026-11-01")):
        for command in (("kpi",), ("trace", "surge_z")):
            out, err = run(*command, "--level", "site", "--from", days[0], "--to", days[1], code=2)
            assert out == ""
            assert days[0] in err or days[1] in err
    for month, said in (("2027-03", "not over"), ("2019-01", "no incidents"), ("9999-12", "2100-12"), ("x", "2026-10")):
        out, err = run("freeze", month, code=2)
        assert out == ""
        assert said in err
        assert month in err


def test_an_area_of_other_days_is_named_with_its_days(run: Run, town: Town) -> None:
    town.area("community", "NEW", "S", valid_from="2027-01-01")
    asked = ("--level", "community", "--area", "NEW", "--from", "2026-10-01", "--to", "2026-11-01")
    for command in (("kpi",), ("trace", "incidents")):
        _, err = run(*command, *asked)
        assert "There is no NEW on 31 Oct 2026: it begins on 1 Jan 2027." in err


def test_cases_of_no_known_category_count_and_are_told(run: Run, town: Town) -> None:
    town.run("insert into core.category (code, name_zh, name_en) values ('unclassified', '未归类', 'Unclassified')")
    town.case("10-06 08:00", times=3, category="unclassified", closed="10-06 09:00")
    asked = ("--level", "site", "--from", "2026-10-01", "--to", "2026-11-01", "--kpi", "incidents")
    out, err = run("kpi", *asked, "--json")
    assert json.loads(out)[0]["value"] == 15
    assert "3 of these have a category that is in no code list" in err
    out, err = run("kpi", *asked, "--category", "unclassified", "--json")
    assert (json.loads(out)[0]["value"], err) == (3, "")


# ---------------------------------------------------------------- the address


def test_every_bad_day_of_the_address_is_named() -> None:
    default = (date(2026, 10, 22), date(2026, 11, 21))
    period, notes = context.parse_period({"from": "2026-13-01", "to": "<b>"}, default=default)
    assert period == default
    assert [dict(note.params)["value"] for note in notes] == ["2026-13-01", "<b>"]
    _, notes = context.parse_period({"from": "1996-01-01", "to": "2026-01-01"}, default=default)
    assert [note.key for note in notes] == ["common.note_period_long"]
    assert all(note.text(lang) for note in notes for lang in BOTH)
