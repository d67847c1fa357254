"""The bell: a commit is heard, only by who may open the wall, only as long as he may, and nothing is left behind."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import uvicorn
from browser import ROOT, _wait, free_port, sign_in
from listening import WAIT_S, Stream, listening, opened
from small_town import build
from sqlalchemy import NullPool, create_engine, text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from store_gone import database_gone

from cockpit import bell as ears
from cockpit import queries
from cockpit.access.gate import Gate
from cockpit.bell import ALL, BELL, EACH, Bell
from cockpit.routes import bell as route
from geo import bell
from geo.accounts import accounts_in, end_sessions, open_session
from geo.errors import StoreUnavailable
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock

RING = "update ops.data_version set version = version + 1"


def until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


def run(urls: StoreUrls, *statements: str, is_kept: bool = True) -> None:
    """In one transaction of the superuser, while other triggers rest; taken back unless `is_kept`."""
    assert urls.admin is not None
    engine = create_engine(urls.admin, poolclass=NullPool)
    with engine.connect() as connection:
        begun = connection.begin()
        connection.execute(text("set local session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement))
        (begun.commit if is_kept else begun.rollback)()


@pytest.fixture(scope="module", autouse=True)
def town(urls: StoreUrls, clock: Clock) -> None:
    build(urls, now=clock.at)


def version(store: Store) -> int:
    return store.data_version()


# ---------------------------------------------------------------- the store


@contextmanager
def heard(store: Store) -> Iterator[list[int]]:
    """The versions that a connection of the wall's login hears."""
    found: list[int] = []
    is_over = threading.Event()
    thread = threading.Thread(target=bell.hear, args=(store,), kwargs={"rang": found.append, "is_over": is_over.is_set})
    thread.start()
    until(lambda: bool(found), "the ring of the beginning")
    try:
        yield found
    finally:
        is_over.set()
        thread.join(WAIT_S)
        assert not thread.is_alive()


def test_a_commit_rings_with_its_version_and_what_is_taken_back_does_not(urls: StoreUrls, store: Store) -> None:
    with heard(store) as found:
        before = version(store)
        assert found == [before]
        run(urls, RING, is_kept=False)
        run(urls, RING)
        until(lambda: len(found) > 1, "the ring of the commit")
        assert found == [before, before + 1]


def test_months_that_are_published_ring_though_they_raise_no_version(urls: StoreUrls, store: Store) -> None:
    with heard(store) as found:
        run(urls, "truncate mart.published_month cascade")
        until(lambda: len(found) == 2, "the ring of the publication")
        assert len(set(found)) == 1


def test_whoever_rings_with_something_else_only_makes_the_wall_look(urls: StoreUrls, store: Store) -> None:
    with heard(store) as found:
        run(urls, "select pg_notify('cockpit_bell', '<script>'), pg_notify('cockpit_bell', repeat('9', 3))")
        until(lambda: len(found) == 3, "the rings")
        assert found[1:] == [version(store), 999]


def test_a_store_that_goes_away_is_told(urls: StoreUrls, store: Store) -> None:
    found: list[int] = []
    faults: list[BaseException] = []

    def hear() -> None:
        try:
            bell.hear(store, rang=found.append, is_over=lambda: False)
        except StoreUnavailable as fault:
            faults.append(fault)

    thread = threading.Thread(target=hear)
    thread.start()
    until(lambda: bool(found), "the first ring")
    with database_gone(urls):
        thread.join(WAIT_S)
        assert len(faults) == 1
        hear()
        assert len(faults) == 2, "nor is there a new connection"


# ---------------------------------------------------------------- who listens


def test_of_one_session_the_oldest_stream_makes_room_and_all_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bell, "_listen", lambda self: None)

    async def ask() -> None:
        hub = Bell()
        own = [hub.open(1) for _ in range(EACH + 2)]
        assert [one.over for one in own if one] == [True, True] + [False] * EACH
        assert hub.open_streams() == {1: EACH}
        for session in range(ALL - EACH):
            assert hub.open(100 + session) is not None
        assert hub.open(9_999) is None
        assert own[-1] is not None
        hub.close(own[-1])
        hub.close(own[-1])
        assert hub.open(9_999) is not None

    asyncio.run(ask())


class Served:
    """The stream behind the gate, on a port, in this process: so that its set of ears can be looked at."""

    def __init__(self, store: Store) -> None:
        app = Starlette(routes=[Route(route.PATH, route.listen)], middleware=[Middleware(Gate)])
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.store = store
        self._server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=self.port, log_level="critical"))
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        until(lambda: self._server.started, "the server")

    def end(self) -> None:
        BELL.end()
        self._server.should_exit = True
        self._thread.join(WAIT_S)
        BELL.begin()
        assert not self._thread.is_alive()

    def session(self, login: str) -> str:
        """A new session of an account that is there."""
        now = datetime.now(UTC)
        with self.store.admitting(OPERATOR, Clock(now)) as connection:
            (account,) = accounts_in(connection, login=login)
        return open_session(self.store, account, method="password", address="127.0.0.1", now=now)


@pytest.fixture
def served(
    urls: StoreUrls, store: Store, store_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Served]:
    monkeypatch.setattr(queries, "store", lambda: store)
    sign_in(store_environment, login="wall", role="wall")
    found = Served(store)
    yield found
    found.end()
    until(lambda: not BELL.open_streams(), "no stream is left")


def test_a_commit_reaches_every_stream_and_a_hundred_at_once_lose_not_the_last(served: Served, urls: StoreUrls) -> None:
    with (
        listening(served.address, served.session("wall")) as one,
        listening(served.address, served.session("wall")) as other,
    ):
        assert "text/event-stream" in one.head
        assert "cache-control: no-store" in one.head
        assert "x-accel-buffering: no" in one.head
        for _ in range(100):
            run(urls, RING)
        last = version(served.store)
        for stream in (one, other):
            stream.until(version=last)
            rings = [told for kind, told in stream.events if kind == "ring"]
            assert rings == sorted(rings)
            assert len(rings) < 60, "rings are gathered, at most three a second"


def test_the_line_is_heard_to_stand_while_nothing_happens(served: Served) -> None:
    with listening(served.address, served.session("wall")) as stream:
        stream.until(kind="beat")


@pytest.mark.parametrize("role", ["secretary", "grid_worker", "evaluator", "steward", "admin"])
def test_who_may_not_open_the_wall_is_answered_as_if_there_were_nothing(
    role: str, served: Served, store: Store, store_environment: dict[str, str]
) -> None:
    areas = ("community:W",) if role in ("secretary", "grid_worker") else ()
    stream = opened(served.address, sign_in(store_environment, login=role, role=role, areas=areas))
    stream.until(status=404)
    assert not BELL.open_streams()
    with store.reading(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = "select detail ->> 'asked' from ops.audit where action = 'refused' and viewer = :role"
        assert connection.execute(text(asked), {"role": role}).scalars().all() == ["/wall/bell"]
    stream.line.close()


@pytest.mark.parametrize("token", ["", "x", "k" * 43])
def test_strangers_get_no_stream(token: str, served: Served) -> None:
    stream = opened(served.address, token)
    stream.until(status=401)
    stream.line.close()
    assert not BELL.open_streams()


def test_another_sites_page_gets_no_stream(served: Served) -> None:
    stream = opened(served.address, served.session("wall"), headers="Sec-Fetch-Site: cross-site\r\n")
    stream.until(status=401)
    stream.line.close()


def test_asking_for_the_head_alone_opens_nothing(served: Served) -> None:
    stream = opened(served.address, served.session("wall"), method="HEAD")
    stream.until(status=200)
    stream.line.close()
    assert not BELL.open_streams()


def test_a_leader_who_may_open_the_wall_listens_without_using_the_session(
    served: Served, store: Store, store_environment: dict[str, str], urls: StoreUrls
) -> None:
    token = sign_in(store_environment, login="leader", role="leader")
    run(urls, "update access.session set last_seen_at = now() - interval '10 minutes'")
    with listening(served.address, token) as stream:
        stream.until(kind="beat")
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        seen = connection.execute(text("select max(last_seen_at) from access.session")).scalar_one()
    assert (datetime.now(UTC) - seen).total_seconds() > 500


def test_a_session_that_is_revoked_ends_its_stream_and_no_other(served: Served, store: Store) -> None:
    revoked, other = served.session("wall"), served.session("wall")
    with listening(served.address, revoked) as ending, listening(served.address, other) as staying:
        now = datetime.now(UTC)
        with store.admitting(OPERATOR, Clock(now)) as connection:
            account = accounts_in(connection, login="wall")[0]
            newest = connection.execute(
                text("select session_id from access.session where account_id = :id order by session_id desc limit 2"),
                {"id": account.account_id},
            ).scalars().all()  # fmt: skip
        end_sessions(store, OPERATOR, account_id=account.account_id, session_id=newest[1], why="revoked", now=now)
        ending.until(kind="end")
        ending.until_over()
        staying.until(kind="beat")
        assert not staying.is_over
        assert BELL.open_streams() == {newest[0]: 1}


def test_an_account_that_is_disabled_ends_all_its_streams(
    served: Served, urls: StoreUrls, store_environment: dict[str, str]
) -> None:
    sign_in(store_environment, login="gone", role="wall")
    with (
        listening(served.address, served.session("gone")) as one,
        listening(served.address, served.session("gone")) as two,
    ):
        run(urls, "update access.account set disabled_at = now() where login = 'gone'")
        for stream in (one, two):
            stream.until_over()


def test_while_the_database_is_away_streams_stand_and_ring_when_it_is_back(served: Served, urls: StoreUrls) -> None:
    with listening(served.address, served.session("wall")) as stream:
        with database_gone(urls):
            count = len(stream.events)
            until(lambda: stream.read() or "ring" in stream.kinds()[count:], "the ring of its going")  # type: ignore[func-returns-value]
            count = len(stream.events)
            until(lambda: stream.read() or "beat" in stream.kinds()[count:], "a beat meanwhile")  # type: ignore[func-returns-value]
        run(urls, RING)
        stream.until(version=version(served.store))
        assert not stream.is_over


def test_fifty_streams_that_break_off_leave_nothing(served: Served) -> None:
    streams: list[Stream] = [opened(served.address, served.session("wall")) for _ in range(50)]
    for stream in streams:
        stream.until(kind="ring")
    assert sum(BELL.open_streams().values()) == 50
    for stream in streams:
        stream.line.close()
    until(lambda: not BELL.open_streams(), "all are forgotten")
    until(lambda: not any(one.name == "bell" for one in threading.enumerate()), "and nobody hears for nobody")


def test_a_server_with_open_streams_goes_down_when_it_is_told_to(
    urls: StoreUrls, store_environment: dict[str, str]
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "cockpit/asgi.py", "--server.port", str(port)]
    server = subprocess.Popen(
        command, cwd=ROOT, env=store_environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}/_stcore/health", server)
        with listening(address, sign_in(store_environment, login="wall", role="wall")) as stream:
            server.terminate()
            stream.until_over()
            server.wait(WAIT_S)
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def test_pauses_between_two_attempts_grow_and_end() -> None:
    assert list(ears.PAUSES_S) == sorted(ears.PAUSES_S)
    assert ears.PAUSES_S[-1] <= 5, "a wall is back within ten seconds"
