"""Loads follow each other and say for whom they wait; a connection lost during COMMIT ends in what the ledger says."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from load_ends import QUARANTINED, REFUSED_EVERY, ROWS, NewDatabase, Site, corrections, incidents, site
from sqlalchemy import create_engine, make_url, text

from geo.errors import LoadTrouble
from geo.store import Store
from geo.turns import Holder, holder
from geo.viewer import OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.replaying import ReplayRequest, replay
from loaders.work import load_file

RAW = "select count(*) from core.incident"


@pytest.fixture
def town(new_database: NewDatabase, tmp_path: Path, store_environment: dict[str, str], clock: Clock) -> Iterator[Site]:
    """A store of its own."""
    made = site(new_database(), tmp_path / "home", store_environment, clock)
    yield made
    made.store.close()


def answer(child: subprocess.Popen[str]) -> tuple[int, list[str]]:
    out, err = child.communicate(timeout=120)
    assert err == ""
    return child.returncode, out.splitlines()


@contextmanager
def turn_taken(town: Site) -> Iterator[None]:
    """Another load has the turn, and has told so."""
    with town.store.loading(OPERATOR, town.clock) as connection:
        connection.execute(text("select pg_advisory_xact_lock(7240312)"))
        pid = connection.execute(text("select pg_backend_pid()")).scalar_one()
        with town.store.loading(OPERATOR, town.clock) as other:
            other.execute(
                text("""insert into ops.load_underway select pid, backend_start, 57, 'incidents', '九月.csv', 'wang'
                        from pg_stat_activity where pid = :pid"""),
                {"pid": pid},
            )
        yield


def test_a_load_that_may_not_wait_says_who_has_the_turn(town: Site, tmp_path: Path) -> None:
    path = incidents(tmp_path / "many.csv")
    with turn_taken(town):
        request = LoadRequest(dataset="incidents", file=path, clock=town.clock, wait_s=0)
        with pytest.raises(LoadTrouble) as trouble:
            load_file(town.store, request)
    for word in ("57", "incidents", "九月.csv", "wang", "20"):
        assert word in trouble.value.message("zh")
        assert word in trouble.value.message("en")
    assert town.load(path).status == "loaded"
    with town.store.loading(OPERATOR, town.clock) as connection:
        assert holder(connection) == Holder(), "nobody has the turn when nobody loads"


def test_a_load_that_waits_says_for_whom_and_goes_on_when_the_turn_is_free(town: Site, tmp_path: Path) -> None:
    with turn_taken(town):
        child = town.child(incidents(tmp_path / "many.csv"))
        assert child.stdout is not None
        told = child.stdout.readline()
    assert "load_id=57" in told
    code, lines = answer(child)
    assert code == QUARANTINED
    assert json.loads(lines[-1])["status"] == "loaded"


def test_loads_at_once_give_what_loads_one_after_the_other_give(town: Site, tmp_path: Path) -> None:
    same = incidents(tmp_path / "same.csv", prefix="same-")
    files = [same, same, incidents(tmp_path / "a.csv", prefix="a-"), incidents(tmp_path / "b.csv", prefix="b-")]
    children = [town.child(file) for file in files]
    ended = [answer(child) for child in children]
    assert {code for code, _ in ended} <= {0, QUARANTINED}
    found = sorted(json.loads(lines[-1])["status"] for _, lines in ended)
    assert found == ["loaded", "loaded", "loaded", "nothing-new"]
    assert town.ask(RAW) == [(3 * (ROWS - ROWS // 50),)]
    assert town.ask("select count(*) from ops.load") == [(3,)]


# ---------------------------------------------------------------- a connection that breaks


class Proxy:
    """Passes bytes between a loader and the server; where the loader says COMMIT, it hangs up, before or behind it."""

    def __init__(self, server: str, *, passes_commit: bool) -> None:
        self._server = server
        self._passes_commit = passes_commit
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lines = [self._listener]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self.port = self._listener.getsockname()[1]
        self.has_dropped = False

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._lines += [client, server]
                for pair in ((client, server, True), (server, client, False)):
                    self._threads.append(threading.Thread(target=self._pass, args=pair))
                    self._threads[-1].start()

    def _pass(self, come: socket.socket, go: socket.socket, is_loader: bool) -> None:
        is_load = False
        with suppress(OSError):
            while data := come.recv(65536):
                is_load = is_load or (is_loader and b"pg_temp.staging" in data)
                is_end = is_load and b"COMMIT" in data and not self.has_dropped
                if not is_end or self._passes_commit:
                    go.sendall(data)
                if is_end:
                    self.has_dropped = True
                    break
        for line in (come, go):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for line in self._lines:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
        for line in self._lines:
            line.close()


@contextmanager
def through_proxy(town: Site, *, passes_commit: bool) -> Iterator[Store]:
    """The store as a loader sees it whose way to the server breaks at COMMIT."""
    url = make_url(town.store.urls.load)
    folder = str(url.query["host"])
    port = url.port or int(str(url.query.get("port", 5432)))
    proxy = Proxy(f"{folder}/.s.PGSQL.{port}", passes_commit=passes_commit)
    broken = url.difference_update_query(["host", "port"]).set(host="127.0.0.1", port=proxy.port)
    store = Store(replace(town.store.urls, load=broken.render_as_string(hide_password=False)))
    yield store
    assert proxy.has_dropped
    store.close()
    proxy.close()


@pytest.mark.parametrize("passes_commit", [True, False])
def test_a_connection_lost_during_commit_ends_in_what_the_ledger_says(
    town: Site, tmp_path: Path, passes_commit: bool
) -> None:
    path = incidents(tmp_path / "many.csv")
    request = LoadRequest(dataset="incidents", file=path, clock=town.clock)
    with through_proxy(town, passes_commit=passes_commit) as store:
        if passes_commit:
            result = load_file(store, request)
            assert result.status == "loaded"
            assert town.ask("select load_id, read from ops.load") == [(result.load_id, ROWS)]
        else:
            with pytest.raises(LoadTrouble) as trouble:
                load_file(store, request)
            assert trouble.value.key == "lost_at_commit"
            assert town.ask("select count(*) from ops.load") == [(0,)]
    assert town.load(path).status == ("nothing-new" if passes_commit else "loaded")
    assert town.ask("select count(*) from ops.load") == [(1,)]


@pytest.mark.parametrize("passes_commit", [True, False])
def test_a_replay_whose_connection_is_lost_during_commit_ends_in_what_the_ledger_says(
    town: Site, tmp_path: Path, passes_commit: bool
) -> None:
    load_id = town.load(incidents(tmp_path / "many.csv", refused=REFUSED_EVERY)).load_id
    assert load_id is not None
    file = corrections(tmp_path / "corrected.csv")
    before = town.dump()
    with through_proxy(town, passes_commit=passes_commit) as store:
        if passes_commit:
            result = town.replay(load_id, file, store)
            assert result.status == "loaded"
            assert town.ask("select load_id from ops.load where replays is not null") == [(result.load_id,)]
        else:
            with pytest.raises(LoadTrouble) as trouble:
                town.replay(load_id, file, store)
            assert trouble.value.key == "lost_at_commit"
            assert town.dump() == before
    again = town.replay(load_id, file)
    assert again.status == ("nothing-new" if passes_commit else "loaded")
    assert town.ask("select load_id, read from ops.load where replays is not null") == [
        (again.load_id, ROWS // REFUSED_EVERY)
    ]


def test_a_replay_that_may_not_wait_says_who_has_the_turn(town: Site, tmp_path: Path) -> None:
    load_id = town.load(incidents(tmp_path / "many.csv")).load_id
    assert load_id is not None
    with turn_taken(town), pytest.raises(LoadTrouble) as trouble:
        replay(town.store, ReplayRequest(load_id, town.clock, wait_s=0))
    assert "九月.csv" in trouble.value.message("zh")


def test_a_killed_connection_loads_nothing_and_says_so(town: Site, tmp_path: Path) -> None:
    path = incidents(tmp_path / "many.csv", rows=20_000)
    child = town.child(path)
    ended = "select pg_terminate_backend(l.pid) from pg_locks l where l.objid = 7240312 and l.granted"
    until = time.monotonic() + 60
    while not town.ask("select 1 from ops.load_underway"):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert town.ask(ended) == [(True,)]
    code, lines = answer(child)
    told = json.loads(lines[-1])
    assert (code, told["trouble"]) == (1, "lost")
    assert town.ask(f"{RAW} union all select count(*) from ops.load") == [(0,), (0,)]
    assert town.load(path).counts.read == 20_000


def test_a_read_only_database_is_named_as_such(town: Site, tmp_path: Path) -> None:
    assert town.store.urls.admin is not None
    name = make_url(town.store.urls.load).database
    engine = create_engine(town.store.urls.admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"alter database {name} set default_transaction_read_only = on"))
    engine.dispose()
    with pytest.raises(LoadTrouble) as trouble:
        town.load(incidents(tmp_path / "many.csv"))
    assert trouble.value.key == "read_only"
