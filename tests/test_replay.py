"""The moving clock: one moment for all programs while a replay runs, and the machine's clock as soon as it does not."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from browser import chromium, fetch, free_port, served, watched
from figures_builder import CHINA, Town, at
from playwright.sync_api import expect
from small_town import build
from sqlalchemy import create_engine, text

from geo import replay as playing
from geo.errors import StoreUnavailable
from geo.replay import Moment, Playable, Replay, ReplayRunsError, lease, moment, playable, site_clock
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from cockpit.cli import main; main()"]
BEGINS, ENDS = at("2025-10-05 08:00"), at("2025-10-05 20:00")
STARTED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SOURCE = Playable(0, "feed", "feed", BEGINS, ENDS)
WAIT_S = 60


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store) -> Iterator[Town]:
    """Two sources of October 2025: `feed` with two cases (one of a private category) and `feed_other` with one."""
    made = Town(urls, store, Clock(datetime.now(UTC)))
    made.begin()
    made.run("insert into core.category (code, name_zh, name_en, is_private) values ('care', 'c', 'c', true)")
    (first,) = made.case("2025-10-05 08:00", closed="2025-10-05 20:00")
    (private,) = made.case("2025-10-05 09:00", category="care", status="voided")
    for kind, when, more in (
        ("reported", "2025-10-05 08:00", {}),
        ("arrived", "2025-10-05 08:06", {"revision": 0}),
        ("closed", "2025-10-05 20:00", {}),
        ("noted", "2025-10-05 19:00", {"actor": "officer"}),
        ("duplicate_of", "2025-10-05 08:00", {"payload": '{"is_moment_known": false}'}),
    ):
        made.event(first, kind, when, **more)
    made.event(private, "reported", "2025-10-05 09:00")
    made.source_id = made.source("feed_other")
    (other,) = made.case("2025-10-06 08:00")
    made.event(other, "reported", "2025-10-06 08:00")
    yield made
    made.close()


@pytest.fixture
def source(town: Town) -> Playable:
    """The source `feed`."""
    return playable(town.store, OPERATOR, town.clock)[0]


@pytest.fixture
def environment(store_environment: dict[str, str]) -> dict[str, str]:
    """The environment of a command that speaks English."""
    return store_environment | {"COCKPIT_LANG": "en", "PYTHONUTF8": "1"}


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )


@contextmanager
def _running(environment: dict[str, str], *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The replay as a child process; killed at the end if it still runs."""
    command = [*COMMAND, "replay-feed", *arguments]
    child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             encoding="utf-8")  # fmt: skip
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.1)


def _is_in_the_past(store: Store) -> bool:
    return site_clock(store, LEADER).at < datetime.now(UTC) - timedelta(hours=1)


# ---------------------------------------------------------------- the moment


def test_the_clock_of_a_replay_runs_at_its_speed_and_stops_at_the_end() -> None:
    replay = Replay("feed", BEGINS, ENDS, STARTED, 600)
    assert replay.at(STARTED).at == BEGINS
    assert replay.at(STARTED + timedelta(seconds=6)).at == BEGINS + timedelta(hours=1)
    assert replay.at(STARTED - timedelta(seconds=6)).at == BEGINS  # the machine's clock was put back
    assert replay.at(STARTED + timedelta(days=400)).at == ENDS
    assert Replay("feed", BEGINS, ENDS, STARTED, 100_000).at(STARTED + timedelta(days=9_000)).at == ENDS
    assert replay.real(BEGINS + timedelta(hours=1)) == STARTED + timedelta(seconds=6)


def test_a_source_begins_with_its_first_report_and_ends_with_its_last_event(town: Town, source: Playable) -> None:
    assert (source.code, source.begins, source.ends) == ("feed", BEGINS, ENDS)
    assert [each.code for each in playable(town.store, OPERATOR, town.clock)] == ["feed", "feed_other"]
    assert playable(town.store, OPERATOR, Clock(at("2025-10-05 07:59"))) == ()
    assert playable(town.store, OPERATOR, Clock(at("2025-10-05 10:00")))[0].ends == at("2025-10-05 09:00")


def test_while_a_replay_runs_every_program_stands_at_its_moment_and_afterwards_at_the_machines(
    town: Town, source: Playable
) -> None:
    before = town.store.data_version()
    with lease(town.store, OPERATOR, source, begins=BEGINS, speed=1) as held:
        assert BEGINS <= site_clock(town.store, LEADER).at < BEGINS + timedelta(minutes=5)
        with town.store.reading(LEADER, town.clock) as connection:
            assert moment(connection).replay == held.replay
            fixed = moment(connection, environ={"COCKPIT_NOW": STARTED.isoformat()})
            assert fixed == Moment(Clock(STARTED))
        held.check()
        held.ring()
    assert not _is_in_the_past(town.store)
    assert town.store.data_version() >= before + 3
    assert town.run("select count(*) from ops.fact where fact = 'replay'") == 0


def test_a_site_has_one_replay_at_a_time(town: Town, source: Playable) -> None:
    with lease(town.store, OPERATOR, source, begins=BEGINS, speed=1) as held:
        with pytest.raises(ReplayRunsError) as refused, lease(town.store, OPERATOR, source, begins=BEGINS, speed=2):
            pytest.fail("two replays move one clock")
        assert refused.value.replay == held.replay
        assert _is_in_the_past(town.store)


def test_a_fact_without_its_session_moves_no_clock(town: Town, source: Playable) -> None:
    with lease(town.store, OPERATOR, source, begins=BEGINS, speed=1):
        town.run("update ops.fact set value = value || '{\"pid\": 1}' where fact = 'replay'")
        assert not _is_in_the_past(town.store)


def test_a_lease_whose_session_was_ended_by_the_server_is_over(town: Town, source: Playable) -> None:
    def play() -> None:
        with lease(town.store, OPERATOR, source, begins=BEGINS, speed=1) as held:
            town.run("select pg_terminate_backend((value ->> 'pid')::int) from ops.fact where fact = 'replay'")
            _until(lambda: not _is_in_the_past(town.store))
            held.check()
            pytest.fail("the lease outlived its session")

    with pytest.raises(StoreUnavailable):
        play()


def test_events_come_in_order_over_the_borders_of_blocks(
    town: Town, source: Playable, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list(playing.events(town.store, OPERATOR, source, begins=BEGINS))
    assert [(event.at, event.kind) for event in whole] == [
        (BEGINS, "reported"), (at("2025-10-05 09:00"), "reported"), (at("2025-10-05 19:00"), "noted"), (ENDS, "closed"),
    ]  # fmt: skip
    monkeypatch.setattr(playing, "BLOCK_ROWS", 1)
    assert list(playing.events(town.store, OPERATOR, source, begins=BEGINS)) == whole
    assert len(list(playing.events(town.store, OPERATOR, source, begins=at("2025-10-05 08:01")))) == 3


# ---------------------------------------------------------------- the command


def test_events_are_told_as_json_lines_without_text_or_person_and_the_end_is_said(
    town: Town, environment: dict[str, str]
) -> None:
    done = _run(environment, "replay-feed", "feed", "--speed", "100000", "--no-serve")
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [set(line) for line in told] == [{"at", "kind", "incident", "areas", "category"}] * 4
    everywhere = {"street": "S", "community": "A", "grid": "AG", "microgrid": "AM"}
    assert told[0] == {
        "at": "2025-10-05T08:00:00+08:00",
        "kind": "reported",
        "incident": "i1",
        "areas": everywhere,
        "category": "noise",
    }
    assert (told[1]["category"], told[1]["areas"]) == ("care", {})
    assert "replaying feed from 2025-10-05 08:00" in done.stderr
    assert "the replay has ended: 4 events of feed" in done.stderr
    assert not _is_in_the_past(town.store)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("dc",), "no source of incidents is called 'dc'; loaded are: feed, feed_other"),
        (("fee",), "'fee' may mean several sources: feed, feed_other"),
        (("feed", "--from", "2025-10-05T20:00"), "nothing happens in feed after 2025-10-05 20:00"),
        (("feed", "--from", "yesterday"), "'yesterday' is no moment"),
        (("feed", "--speed", "0.5"), "1<=x<=100000"),
        (("feed", "--speed", "100001"), "1<=x<=100000"),
        (("feed", "--speed", "nan"), "1<=x<=100000"),
    ],
)
def test_wrong_usage_says_what_would_be_right(
    town: Town, environment: dict[str, str], arguments: tuple[str, ...], message: str
) -> None:
    done = _run(environment, "replay-feed", "--no-serve", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert message in " ".join(done.stderr.split())


def test_a_fixed_clock_cannot_be_moved_and_a_second_replay_is_refused(
    town: Town, source: Playable, environment: dict[str, str]
) -> None:
    fixed = _run(environment | {"COCKPIT_NOW": "2026-11-20T08:00:00+08:00"}, "replay-feed", "feed", "--no-serve")
    assert (fixed.returncode, "COCKPIT_NOW fixes the clock" in fixed.stderr) == (2, True)
    with lease(town.store, OPERATOR, source, begins=BEGINS, speed=1):
        second = _run(environment, "replay-feed", "feed", "--no-serve")
    assert (second.returncode, "a replay of feed runs on this site" in second.stderr) == (2, True)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_replay_that_is_ended_in_any_way_leaves_the_site_at_the_machines_clock(
    town: Town, environment: dict[str, str], how: signal.Signals
) -> None:
    with _running(environment, "feed", "--speed", "1", "--no-serve") as child:
        _until(lambda: _is_in_the_past(town.store))
        child.send_signal(how)
        child.wait(WAIT_S)
        _until(lambda: not _is_in_the_past(town.store))
        assert child.stderr is not None
        assert "Traceback" not in child.stderr.read()


def test_a_reader_that_goes_away_ends_the_replay_without_a_fault(town: Town, environment: dict[str, str]) -> None:
    with _running(environment, "feed", "--speed", "10000", "--no-serve") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        assert child.stdout.readline()
        child.stdout.close()
        assert child.wait(WAIT_S) == 0
        assert "Traceback" not in child.stderr.read()
    assert not _is_in_the_past(town.store)


# ---------------------------------------------------------------- the pages


@pytest.fixture(scope="module")
def small_town(new_database: Callable[[], StoreUrls]) -> tuple[StoreUrls, datetime]:
    """The small town up to the machine's moment, with the reports in its event log."""
    urls = new_database()
    now = datetime.now(UTC).replace(microsecond=0)
    build(urls, now=now)
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(
            text("""insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id)
                    select incident_id, 'reported', reported_at, reported_at, 1, load_id from core.incident""")
        )
    engine.dispose()
    return urls, now


def _named(environment: dict[str, str], urls: StoreUrls) -> dict[str, str]:
    logins = {"DATABASE": urls.owner, "APP": urls.app, "LOAD": urls.load, "WALL": urls.wall}
    return environment | {f"COCKPIT_{login}_URL": url for login, url in logins.items()}


def test_the_pages_that_a_replay_serves_end_with_it_even_when_it_is_killed(
    small_town: tuple[StoreUrls, datetime], environment: dict[str, str]
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with _running(_named(environment, small_town[0]), "hand", "--speed", "1", "--port", str(port)) as child:
        _until(lambda: _answers(address))
        child.kill()
        _until(lambda: not _answers(address))


@pytest.mark.browser
def test_pages_say_replay_move_by_themselves_and_are_back_at_the_present_when_it_is_killed(
    small_town: tuple[StoreUrls, datetime], environment: dict[str, str]
) -> None:
    urls, now = small_town
    own, begins = _named(environment, urls), (now - timedelta(days=20)).isoformat()
    store = Store(urls)
    with served(own, now="") as address, chromium() as browser, watched(browser) as found:
        with _running(own, "hand", "--speed", "1200", "--from", begins, "--no-serve") as child:
            _until(lambda: _is_in_the_past(store))
            page = found.open(address)
            label = page.locator(".nav .replay")
            expect(label).to_contain_text("回放 ×1,200 · ")
            first = label.inner_text()
            expect(label).not_to_have_text(first)  # nobody touched the page
            days = {"from": f"{now - timedelta(days=30):%Y-%m-%d}", "to": f"{now:%Y-%m-%d}"}
            earlier, later = (_heat(address, days | {"at": at.isoformat()}) for at in (now - timedelta(days=25), now))
            assert 0 < earlier < later < 3 * 25  # three cases a day; those later than the replay do not exist
            with pytest.raises(HTTPError, match="404"):
                _heat(address, days | {"at": "tomorrow"})
            child.kill()
            expect(label).to_have_count(0)
        expect(page.locator(".nav .who")).to_contain_text(f"{now.astimezone(CHINA):%Y年%-m月}")
    store.close()


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _heat(address: str, asked: dict[str, str]) -> int:
    """The number of incidents in the heat."""
    with fetch(f"{address}/layers/heat.csv?{urlencode(asked)}") as answer:
        cells = answer.read().decode().splitlines()[1:]
    return sum(int(float(cell.split(",")[-1])) for cell in cells)


# ---------------------------------------------------------------- a real set


@pytest.mark.real_data
def test_a_replay_of_sf_stands_at_its_moment_and_is_over_when_killed(
    real_data: Path, new_database: Callable[[], StoreUrls], environment: dict[str, str]
) -> None:
    own = _named(environment, new_database())
    calls = os.fspath(real_data / "sf/incidents/sffd_calls_2020-04-07_2020-04-20.csv")
    assert _run(own, "load", "incidents", calls, "--source", "sf_fire").returncode in (0, 3)
    asked = ("kpi", "--level", "site", "--from", "2020-04-07", "--to", "2020-04-22", "--json")
    with _running(own, "sf", "--speed", "60", "--from", "2020-04-15T17:00", "--no-serve"):
        _until(lambda: _clock_of(own, asked).startswith("2020-04-15"))
        during: list[dict[str, Any]] = json.loads(_run(own, *asked).stdout)
    fixed = json.loads(_run(own | {"COCKPIT_NOW": during[0]["as_of"]}, *asked).stdout)
    for figure in (*during, *fixed):
        del figure["data_version"]
    assert during == fixed
    assert _clock_of(own, asked) > "2020-04-21"


@pytest.mark.real_data
def test_figures_during_a_replay_of_dc_are_those_of_its_moment(
    real_data: Path, new_database: Callable[[], StoreUrls], environment: dict[str, str]
) -> None:
    urls, dc = new_database(), real_data / "dc"
    own = _named(environment, urls)
    incidents = os.fspath(dc / "incidents/dc_311_2016-07-08_2016-08-16.csv")
    loads = (
        ("boundaries", os.fspath(dc / "boundaries/ward-2012.geojson"), "--source", "dc_ward"),
        ("incidents", incidents, "--source", "dc_311"),
    )
    for load in loads:
        assert _run(own, "load", *load).returncode in (0, 3)
    asked = ("kpi", "--level", "street", "--from", "2016-07-08", "--to", "2016-08-20", "--json")
    with _running(own, "dc", "--speed", "1", "--from", "2016-07-25T21:30", "--no-serve"):
        _until(lambda: _clock_of(own, asked).startswith("2016-07-25"))
        during: list[dict[str, Any]] = json.loads(_run(own, *asked).stdout)
    fixed = json.loads(_run(own | {"COCKPIT_NOW": during[0]["as_of"]}, *asked).stdout)
    for figure in (*during, *fixed):
        del figure["data_version"]  # the bell of passing events raises it
    assert during == fixed
    assert _clock_of(own, asked) > "2016-08-19"


def _clock_of(environment: dict[str, str], asked: tuple[str, ...]) -> str:
    found: str = json.loads(_run(environment, *asked, "--kpi", "incidents").stdout)[0]["as_of"]
    return found
