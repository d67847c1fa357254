"""What was tried on the running program to see one row that must not be seen, from every role: none of it works.

Invariant: each attack goes the way an attacker would, by websocket, HTTP and SQL, with the means of that person only.
"""

import asyncio
import json
import re
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit

import anyio
import matrix_town
import pytest
from browser import fetch, served, sign_in
from page_client import Tab, tab
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from starlette.requests import HTTPConnection as Connection
from starlette.types import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from test_rights_matrix import PEOPLE, Person
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from cockpit import queries
from cockpit.access import current
from cockpit.access.current import COOKIE
from cockpit.access.gate import _watched
from cockpit.queries import _Heart
from cockpit.routes import exports
from cockpit.routes.turns import ALL, EACH, Turns
from geo import store as store_module
from geo.account_changes import change_account, disable_account
from geo.errors import StoreUnavailable
from geo.store import Store, StoreUrls, look_as, rows
from geo.viewer import OPERATOR, PROGRAM, Clock, Viewer

WEEKS = "from=2026-11-01&to=2026-11-21"
BY_LOGIN = {person.login: person for person in PEOPLE}
SEES_NOTHING_OF = re.compile(r"(team|fund|payer)-[EQ]\d?")
"""Marks of rows of other communities than W."""


@dataclass(frozen=True)
class Town:
    """The server, everybody's cookie, and what makes more accounts."""

    address: str
    tokens: dict[str, str]
    urls: StoreUrls
    environment: dict[str, str]

    def newcomer(self, login: str) -> str:
        """The cookie of a new secretary of community W."""
        return sign_in(self.environment, login=login, role="secretary", areas=("community:W",))


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store_environment: dict[str, str], clock: Clock) -> Iterator[Town]:
    matrix_town.build(urls, now=clock.at)
    tokens = {
        person.login: sign_in(store_environment, login=person.login, role=person.role, areas=person.areas)
        for person in PEOPLE
    }
    with served(store_environment, now=clock.at.isoformat()) as address:
        yield Town(address, tokens, urls, store_environment)


def _status(url: str, token: str) -> tuple[int, str]:
    try:
        with fetch(url, token=token) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")


# ---------------------------------------------------------------- the connection of a page


def test_the_state_of_somebody_elses_page_is_not_taken_up_by_who_knows_its_name(town: Town) -> None:
    with tab(town.address, town.tokens["leader"]) as theirs:
        theirs.open("community", "area=community:Q")
        with tab(town.address, town.tokens["secretary_w"], resumes=theirs.state) as own:
            told = own.open("community", "area=community:Q").text
            assert own.state != theirs.state
            assert not SEES_NOTHING_OF.search(told)
        assert "team-Q1" in theirs.open("community", "area=community:Q").text, "the leader's page was disturbed"
    with tab(town.address, town.tokens["leader"], resumes=theirs.state) as again:
        again.open("overview")
        assert again.state == theirs.state, "whose page it is goes on with it"


def test_a_page_may_only_run_stop_and_live_and_nobody_empties_the_caches_of_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(current, "look", lambda *_, **__: current.Found(None, is_down=True))
    allowed = [BackMsg(stop_script=True), BackMsg(app_heartbeat=True)]
    refused = [
        BackMsg(clear_cache=True),
        BackMsg(set_run_on_save=True),
        BackMsg(debug_shutdown_runtime=True),
        BackMsg(),
    ]
    sent = [{"type": "websocket.receive", "bytes": one.SerializeToString()} for one in (*refused, *allowed)]
    sent[1:1] = [{"type": "websocket.receive", "text": "x"}, {"type": "websocket.receive", "bytes": b"\xff\xff"}]
    sent.append({"type": "websocket.disconnect"})
    told = iter(sent)

    async def receive() -> Message:
        return next(told)

    asked = Connection({"type": "websocket", "headers": [], "client": ("127.0.0.1", 0)})

    async def heard() -> list[Message]:
        receiving = _watched(receive, asked, current.Found(None, is_down=True))
        return [await receiving() for _ in range(len(allowed) + 1)]

    assert asyncio.run(heard()) == sent[-3:]


def test_a_page_asked_by_its_digest_is_refused_like_one_asked_by_name(town: Town) -> None:
    digests: dict[str, str] = {}
    for login in ("leader", "admin", "evaluator"):
        with tab(town.address, town.tokens[login]) as pages:
            pages.open("")
            digests |= {name: digest for name, digest in pages.pages.items() if name}
    assert {"users", "audit", "data", "funds", "wall"} <= digests.keys()
    for login in ("secretary_w", "wall"):
        own = BY_LOGIN[login]
        with tab(town.address, town.tokens[login]) as pages:
            for digest in digests.values():
                asked = BackMsg()
                asked.rerun_script.page_script_hash = digest
                asked.rerun_script.query_string = "area=community:Q&load=2"
                _holds_nothing_foreign(own, pages.ask(asked).text)


def _holds_nothing_foreign(person: Person, told: str) -> None:
    seen = {mark for mark in matrix_town.ALL if mark in told}
    assert seen <= person.marks(), sorted(seen - person.marks())
    assert matrix_town.REFUSED not in told
    assert matrix_town.FILE not in told
    assert "secretary_q" not in told


def _clicked(pages: Tab, told: str, key: str, value: str) -> BackMsg:
    """What a picture of the page would send, with a value of the attacker's."""
    found = re.search(rf"\$\$ID-[0-9a-f]{{32}}-{key}\b", told)
    assert found, f"no picture {key}"
    asked = BackMsg()
    asked.rerun_script.page_name = "funds"
    asked.rerun_script.query_string = "period=all"
    state = asked.rerun_script.widget_states.widgets.add()
    state.id = f"$$STREAMLIT_INTERNAL_KEY_{found[0]}__events"
    state.json_trigger_value = json.dumps([{"event": "go", "value": value}])
    return asked


def test_forged_clicks_open_no_page_no_name_and_no_other_area(town: Town) -> None:
    own = BY_LOGIN["secretary_w"]
    with tab(town.address, town.tokens[own.login]) as pages:
        told = pages.open("funds", "period=all").text
        assert "payer-W Inc" in told
        forged = {
            "top_bar": ("users", "audit", "do", "add?login=evil&role=admin&scope=site", "?embed=true&area=community:Q"),
            "funds_entries": ("unmask:2", "unmask:3", "unmask:-1", "unmask:" + "9" * 20, "?" + "a" * 50_000),
        }
        for key, values in forged.items():
            for value in values:
                found = pages.ask(_clicked(pages, told, key, value)).text
                _holds_nothing_foreign(own, found)
        assert "h1" in pages.ask(_clicked(pages, told, "top_bar", "response")).text


def test_the_states_own_names_cannot_be_sent_from_outside(town: Town) -> None:
    with tab(town.address, town.tokens["secretary_w"]) as pages:
        pages.open("overview")
        asked = BackMsg()
        asked.rerun_script.page_name = "overview"
        for name in (
            "cockpit_who",
            "cockpit_users",
            "cockpit_walls",
            "cockpit_go",
            "cockpit_by_itself",
            "cockpit_pulse",
        ):
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.json_value = name, '"users"'
        told = pages.ask(asked).text
        assert "team-W1" in told or "area-W" in told, "the page is drawn as ever"
        _holds_nothing_foreign(BY_LOGIN["secretary_w"], told)


def _fragments(pages: Tab) -> str:
    """What the fragments of an open page draw when they are asked for alone."""
    told = []
    for name in sorted(pages.fragments):
        asked = BackMsg()
        asked.rerun_script.fragment_id = name
        asked.rerun_script.is_auto_rerun = True
        told.append(pages.ask(asked).text)
    return "\n".join(told)


@pytest.mark.parametrize("change", ["disabled", "moved", "must change"])
def test_an_open_page_is_out_at_its_next_message_when_the_account_changes(town: Town, change: str) -> None:
    login = f"leaver-{change.replace(' ', '-')}"
    token, store, now = town.newcomer(login), Store(town.urls), datetime.now(UTC)
    with tab(town.address, token) as pages:
        assert "team-W1" in pages.open("community", "area=community:W").text
        if change == "disabled":
            disable_account(store, OPERATOR, login=login, now=now)
        elif change == "moved":
            change_account(
                store, OPERATOR, login=login, display_name=login, role="secretary", areas=("community:Q",), now=now
            )
        else:
            _administer(town, "update access.account set must_change = true where login = :login", login=login)
        for told in (_fragments(pages), pages.open("community", "area=community:W").text):
            assert not re.search(r"team-|fund-|payer-", told)
            assert '"leave"' in told or "leave" in told
    store.close()
    for address in (f"/layers/heat.csv?{WEEKS}", "/export/entries.csv?period=all"):
        assert _status(town.address + address, token)[0] == 401
    with pytest.raises(InvalidStatus), tab(town.address, token) as pages:
        pages.open("community")


def _administer(town: Town, statement: str, **params: object) -> None:
    assert town.urls.admin is not None
    engine = create_engine(town.urls.admin)
    with engine.begin() as connection:
        connection.execute(text(statement), params)
    engine.dispose()


# ---------------------------------------------------------------- addresses


def test_many_people_over_the_same_connections_get_their_own_answers(town: Town) -> None:
    """As a proxy does that keeps its connections: each request carries another person's cookie."""
    paths = (
        f"/layers/heat.csv?{WEEKS}", "/layers/areas.svg?level=grid&day=2026-11-20", "/export/entries.csv?period=all",
    )  # fmt: skip

    def walk(start: int) -> list[str]:
        faults: list[str] = []
        line = HTTPConnection(urlsplit(town.address).netloc, timeout=60)
        for step in range(12):
            person = PEOPLE[(start + step) % len(PEOPLE)]
            path = paths[step % len(paths)]
            line.request("GET", path, headers={"cookie": f"{COOKIE}={town.tokens[person.login]}"})
            answer = line.getresponse()
            told, vary = answer.read().decode("utf-8", "replace"), answer.headers.get("vary", "")
            seen = {mark for mark in matrix_town.ALL if mark in told}
            drawn = set(re.findall(r'grid:(\w+)"', told))
            if not seen <= person.marks() or not drawn <= set(person.grids):
                faults.append(f"{person.login} {path}: {sorted(seen)} {sorted(drawn)}")
            if "no-store" not in answer.headers["cache-control"] and "cookie" not in vary:
                faults.append(f"{person.login} {path}: kept for who comes next")
        line.close()
        return faults

    with ThreadPoolExecutor(10) as pool:
        assert [fault for found in pool.map(walk, range(10)) for fault in found] == []


SHUT = (
    "/_stcore/agent/openapi.json", "/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/metrics", "/media/x",
    "/_stcore/upload_file/a/b", "/_stcore/script-health-check",
)  # fmt: skip
ASIDE = (
    "/static/../export/entries.csv", "/static/..%2f..%2fconfig%2faccess.toml",
    "/app/static/%2e%2e/%2e%2e/pyproject.toml",
    "/signin/../export/entries.csv", "/export%2fentries.csv", "//export/entries.csv", "/EXPORT/entries.csv",
    "/healthz/../export/entries.csv", "/x/_stcore/health/../../export/entries.csv",
    "/export/entries.csv;x", "/export/entries.csv%0a", "/export/./entries.csv", "/export/entries.csv%00", "/healthz%0a",
    "/app/static/%5c..%5c..%5cpyproject.toml", "/app/static//etc/passwd", "/static/../../x",
    "/_stcore/bidi-components/..%2f..%2f..%2fconfig%2faccess.toml", "http://127.0.0.1/export/entries.csv",
)  # fmt: skip


def test_doors_of_the_page_server_that_nobody_needs_are_shut_to_everybody_signed_in(town: Town) -> None:
    for path in SHUT:
        assert _status(town.address + path, town.tokens["leader"])[0] == 401, path


def test_no_way_round_the_gate_leads_to_data(town: Town) -> None:
    for path in ASIDE:
        line = HTTPConnection(urlsplit(town.address).netloc, timeout=60)
        line.putrequest("GET", path)
        line.endheaders()
        answer = line.getresponse()
        told = answer.read().decode("utf-8", "replace")
        assert answer.status in (303, 400, 401, 404), f"{path}: {answer.status}"
        assert "payer-" not in told
        assert "lockout" not in told
        line.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "FOO"])
def test_no_other_method_reads_or_changes_anything(town: Town, method: str) -> None:
    for path in ("/export/entries.csv?period=all", f"/layers/heat.csv?{WEEKS}", "/funds"):
        for login, wanted in (("", 401), ("leader", 405)):
            line = HTTPConnection(urlsplit(town.address).netloc, timeout=60)
            line.request(method, path, headers={"cookie": f"{COOKIE}={town.tokens.get(login, '')}"})
            assert line.getresponse().status == wanted, f"{login} {path}"
            line.close()


def test_a_file_is_whole_and_kept_by_nobody_whatever_part_or_state_of_it_is_asked_for(town: Town) -> None:
    asked = {"range": "bytes=0-9", "if-none-match": "*", "if-modified-since": "Wed, 21 Oct 2037 07:28:00 GMT"}
    for name, value in asked.items():
        line = HTTPConnection(urlsplit(town.address).netloc, timeout=60)
        cookie = f"{COOKIE}={town.tokens['secretary_w']}"
        line.request("GET", "/export/entries.csv?period=all", headers={"cookie": cookie, name: value})
        answer = line.getresponse()
        assert (answer.status, answer.headers["cache-control"], answer.headers["etag"]) == (200, "no-store", None)
        assert b"payer-W Inc" in answer.read()
        line.close()


def test_a_message_of_thirty_megabytes_ends_its_connection_and_nothing_else(town: Town) -> None:
    asked = BackMsg()
    asked.rerun_script.query_string = "area=" + "a" * 30_000_000
    with tab(town.address, town.tokens["secretary_w"]) as pages, pytest.raises(ConnectionClosedError):
        pages.ask(asked)
    assert _status(f"{town.address}/healthz", "")[0] == 200


def test_odd_cookies_open_nothing(town: Town) -> None:
    good = town.tokens["leader"]
    heat = f"{town.address}/layers/heat.csv?{WEEKS}"
    for value in (
        "%00",
        '"\\000"',
        "x" * 6_000,
        good[:-1],
        good + "x",
        good.upper(),
        f"{good}; {COOKIE}=z",
        "' or 1=1",
    ):
        assert _status(heat, value)[0] == 401, value[:40]


MOMENTS = {
    "0001-01-01T00:00:00+14:00": 404, "0001-01-02T00:00:00-23:59": 404, "2026-11-20": 404, "now": 404, "\0": 404,
    "1990-01-02T00:00:00+00:00": 200, "2030-01-01T00:00:00+00:00": 200,
}  # fmt: skip


def test_a_moment_in_an_address_goes_back_never_ahead_and_never_wrong(town: Town) -> None:
    token = town.tokens["secretary_w"]
    now = _status(f"{town.address}/layers/heat.csv?{WEEKS}", token)
    for told, status in MOMENTS.items():
        found = _status(f"{town.address}/layers/heat.csv?{WEEKS}&at={quote(told)}", token)
        assert found[0] == status, told
        if told.startswith("2030"):
            assert found == now
        elif status == 200:
            assert found[1].splitlines() == ["lon,lat,n"]


def test_a_moment_somebody_asks_for_is_nobody_elses_while_the_store_is_down(
    town: Town, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    store, heart = Store(town.urls), _Heart()
    monkeypatch.setenv("COCKPIT_NOW", clock.at.isoformat())
    monkeypatch.setattr(queries, "store", lambda: store)
    before = heart.beat(None, PROGRAM)
    assert heart.beat(Clock(datetime(1990, 1, 2, tzinfo=UTC)), PROGRAM).clock.at.year == 1990

    def down() -> Store:
        raise StoreUnavailable("away")

    monkeypatch.setattr(queries, "store", down)
    assert heart.beat(None, PROGRAM).clock == before.clock
    store.close()


def test_a_file_of_a_fund_or_a_load_out_of_reach_is_none_like_one_that_does_not_exist(town: Town) -> None:
    own = f"{town.address}/export/entries.csv?period=all"
    found = {_status(f"{own}&fund={fund}", town.tokens["secretary_w"]) for fund in ("f-E", "f-Q", "no", "../x", "%00")}
    assert len(found) == 1
    assert found.pop()[0] == 404
    status, told = _status(f"{own}&fund=f-W", town.tokens["secretary_w"])
    assert status == 200
    assert "payer-W Inc" in told
    loads = f"{town.address}/export/rejects.csv?load="
    unknown = {_status(loads + load, town.tokens["steward"]) for load in ("99", "-1", "x", "%00", "9" * 30)}
    assert len(unknown) == 1
    assert unknown.pop()[0] == 404
    assert matrix_town.REFUSED in _status(f"{loads}2", town.tokens["steward"])[1]


@pytest.mark.parametrize("sought", ["payer-E", "payer-Q Inc", "payer-E' or '1'='1", "%", "_", "payer__"])
def test_searching_finds_no_entry_of_another_community(town: Town, sought: str) -> None:
    status, told = _status(
        f"{town.address}/export/entries.csv?period=all&q={quote(sought)}", town.tokens["secretary_w"]
    )
    rows = told.split("\r\n\r\n")[0].splitlines()[1:]
    assert status == 200
    assert rows == []


@pytest.mark.parametrize("site", ["cross-site", "same-site", "elsewhere"])
def test_a_link_of_another_site_makes_nobody_take_a_file_home(town: Town, site: str) -> None:
    for path, status in (("/export/entries.csv?period=all", 401), (f"/layers/heat.csv?{WEEKS}", 401), ("/funds", 200)):
        for own, wanted in ((site, status), ("same-origin", 200), ("none", 200)):
            line = HTTPConnection(urlsplit(town.address).netloc, timeout=60)
            line.request("GET", path, headers={"cookie": f"{COOKIE}={town.tokens['leader']}", "sec-fetch-site": own})
            assert line.getresponse().status == wanted, f"{path} {own}"
            line.close()


def test_nobodys_files_take_the_turns_of_all_others() -> None:
    turns = Turns()
    assert [turns.take(1) for _ in range(EACH + 1)] == [True] * EACH + [False]
    assert [turns.take(account) for account in range(2, 2 + ALL - EACH)] == [True] * (ALL - EACH)
    assert not turns.take(99)
    turns.give_back(1)
    assert turns.take(99)


def test_a_file_gives_its_turn_back_whether_it_is_fetched_left_or_refused(town: Town) -> None:
    token = town.newcomer("fetcher")
    for _ in range(3 * EACH):
        assert _status(f"{town.address}/export/entries.csv?period=all", token)[0] == 200
        assert _status(f"{town.address}/export/entries.csv?fund=none", token)[0] == 404
        line = HTTPConnection(urlsplit(town.address).netloc, timeout=60)
        line.request("HEAD", "/export/entries.csv?period=all", headers={"cookie": f"{COOKIE}={token}"})
        assert line.getresponse().status == 200
        line.close()


@pytest.mark.parametrize("fetcher", ["stands still", "is gone"])
def test_a_file_that_nobody_fetches_on_is_closed_at_once(fetcher: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Left to the garbage collector it kept its turn and its connection: six downloads broken off shut out all."""
    monkeypatch.setattr(exports, "PATIENCE_S", 0.1)
    closed: list[str] = []

    def blocks() -> Generator[bytes]:
        try:
            while True:
                yield b"row"
        finally:
            closed.append(fetcher)

    async def receive() -> Message:
        if fetcher == "stands still":
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message.get("body"):
            await anyio.sleep_forever()

    async def fetched() -> bool:
        asked = {"type": "http", "path": "/export/entries.csv", "asgi": {"spec_version": "2.3"}}
        await exports.OnItsWay(blocks(), media_type="text/csv", headers={})(asked, receive, send)
        return closed == [fetcher]

    assert asyncio.run(fetched())


# ---------------------------------------------------------------- the way in


@dataclass(frozen=True)
class Form:
    """The sign-in form as a browser holds it."""

    address: str
    cookie: str
    token: str

    def send(self, fields: dict[str, str], headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and the address it leads to."""
        line = HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        told = {"cookie": self.cookie, "origin": self.address, "content-type": "application/x-www-form-urlencoded"}
        line.request("POST", "/signin", urlencode({"form": self.token} | fields), told | (headers or {}))
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status, answer.headers.get("location", "")


@pytest.fixture
def form(town: Town) -> Form:
    with fetch(f"{town.address}/signin", token="") as answer:
        cookie = answer.headers["set-cookie"].split(";")[0]
    return Form(town.address, cookie, cookie.partition("=")[2])


@pytest.mark.parametrize(
    "login", ["lea\0der", "\ud7ff\U0010ffff", "leader' or '1'='1", "a" * 9_000, "", "\u202eredael"]
)
def test_no_odd_login_is_a_fault_of_the_server_or_gets_in(form: Form, login: str) -> None:
    assert form.send({"login": login, "password": "a\0b" * 900})[0] == 401


def test_no_header_names_another_address_to_dodge_the_lock(form: Form) -> None:
    def told(n: int) -> dict[str, str]:
        return {
            "x-forwarded-for": f"10.0.0.{n}, 10.9.9.{n}", "forwarded": f"for=10.1.1.{n}", "x-real-ip": f"10.2.2.{n}",
            "x-client-ip": f"10.3.3.{n}", "x-forwarded-host": "evil.example", "true-client-ip": f"10.4.4.{n}",
        }  # fmt: skip

    found = [form.send({"login": "dodger", "password": "wrong"}, told(n))[0] for n in range(6)]
    assert found == [401] * 5 + [429]


def test_no_origin_that_only_looks_like_ours_signs_anybody_in(form: Form) -> None:
    for origin in ("null", f"{form.address}.evil.example", "http://evil.example", form.address.replace("127", "128")):
        assert form.send({"login": "leader", "password": "x"}, {"origin": origin})[0] == 403, origin


def test_no_header_of_a_proxy_names_somebody(town: Town) -> None:
    headers = dict.fromkeys(("remote-user", "x-remote-user", "x-forwarded-user", "cockpit-bound-to"), "admin")
    line = HTTPConnection(urlsplit(town.address).netloc, timeout=60)
    line.request("GET", f"/layers/heat.csv?{WEEKS}", headers=headers)
    assert line.getresponse().status == 401
    line.close()


# ---------------------------------------------------------------- the database

SECRETARY = Viewer("s", "secretary", account_id=3, address="127.0.0.1")
EVIL = """
create function pg_temp.evil(pg_catalog.text) returns pg_catalog.bool language plpgsql as $$
begin
  if current_user <> 'cockpit_app' then raise exception 'it runs as %', current_user; end if;
  return true;
end $$
"""


def test_a_temporary_type_is_not_checked_with_the_rights_of_an_owner(town: Town, clock: Clock) -> None:
    engine = create_engine(town.urls.app)
    with engine.connect() as connection:
        look_as(connection, SECRETARY, clock)
        connection.exec_driver_sql(EVIL.replace("%", "%%"))
        connection.exec_driver_sql("create domain pg_temp.text as pg_catalog.text check (pg_temp.evil(value))")
        with pytest.raises(DBAPIError, match="no such row"):
            connection.exec_driver_sql("select * from ops.unmask('ledger', array[1], 'to try it')")
    engine.dispose()


def test_functions_with_rights_of_their_owner_look_into_temporary_objects_last(town: Town) -> None:
    engine = create_engine(town.urls.owner)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("""
            select p.oid::regprocedure::text, p.proconfig from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            where p.prosecdef and n.nspname in ('core', 'landing', 'mart', 'ops', 'access')""").all()
    engine.dispose()
    assert len(found) > 5
    paths = {name: [setting for setting in config or () if setting.startswith("search_path")] for name, config in found}
    assert {name: path for name, path in paths.items() if path != ["search_path=pg_catalog, pg_temp"]} == {}


REFUSED = {
    "app": (
        "select * from core.ledger_entry", "select payer_sealed from core.ledger_entry", "select * from landing.row",
        "select content_hash from core.goods_entry", "select login from access.account",
        "update ops.audit set viewer = ''",
        "select token_hash from access.session", "select * from mart.open_at(array[now()])", "set role cockpit_owner",
        "set session authorization cockpit_owner", "copy (select 1) to program 'id'",
        "select pg_read_file('/etc/passwd')",
        "select lo_import('/etc/passwd')", "create table public.x (a int)", "create schema x",
        "select rolpassword from pg_authid",
        "select ops.purge_audit(now())", "select ops.refresh_statistics()",
        "select core.open_bulk()", "select core.take_back()", "select core.close_bulk()",
        "select ops.refresh_statistics('incidents', 1)",

        "insert into ops.audit (occurred_at, viewer, action, object, detail) values (now(), 'x', 'x', 'x', '{}')",
        "select st_estimatedextent('core', 'incident', 'geom')",
        "select lo_create(0)", "select lo_creat(1)", "select lo_from_bytea(0, 'x')",
        "select pg_stat_file('PG_VERSION')",
        "select last_value from ops.audit_audit_id_seq", "select setval('ops.audit_audit_id_seq', 1)",
        "select nextval('core.incident_incident_id_seq')", "select * from ops.outbox",
        "update spatial_ref_sys set proj4text = ''", "create table ops.x (a int)",
    ),
    "wall": (
        "select * from core.incident", "select * from ops.audit", "select * from access.account",
        "select * from core.fund",
        "select * from mart.open_at(array[now()])", "select ops.unmask('ledger', array[1], 'to try it')",
        "select core.has_deadlines()",
        "select st_estimatedextent('core', 'incident', 'geom')", "set role cockpit_app",
        "select lo_create(0)", "select lo_creat(1)", "select lo_from_bytea(0, 'x')",
        "explain select * from core.incident",
        "explain select * from mart.open_at(array[now()])", "select last_value from ops.audit_audit_id_seq",
    ),
    "gate": (
        "select * from core.incident", "select * from core.ledger_entry", "select * from ops.audit",
        "select * from mart.fund_name",
        "delete from ops.audit", "insert into access.role_right values ('wall', 'rows.cases')",
        "select geom from core.area",
        "select st_estimatedextent('core', 'incident', 'geom')", "select ops.unmask('ledger', array[1], 'to try it')",
        "select lo_create(0)", "explain select * from core.incident", "select geom from core.area",
    ),
}  # fmt: skip


@pytest.mark.parametrize("part", list(REFUSED))
def test_no_login_of_the_program_may_more_than_its_part_whatever_role_it_claims(
    town: Town, clock: Clock, part: str
) -> None:
    engine = create_engine(getattr(town.urls, part), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in REFUSED[part]:
            for role in ("wall", "leader", "operator"):
                connection.exec_driver_sql(f"set app.role = '{role}'")
                connection.exec_driver_sql("set app.level = 'site'")
                connection.exec_driver_sql(f"set app.clock = '{clock.at.isoformat()}'")
                with pytest.raises(DBAPIError, match=r"InsufficientPrivilege|permission denied"):
                    connection.exec_driver_sql(statement)
    engine.dispose()


def test_more_questions_than_connections_are_a_store_that_is_busy_and_no_fault_of_the_program(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "TURN_TIMEOUT_S", 0.2)
    store, viewer = Store(town.urls), Viewer("w", "wall", "site")
    with ExitStack() as held:
        for _ in range(8):
            held.enter_context(store.showing(viewer, clock))
        with pytest.raises(StoreUnavailable, match="busy"):
            held.enter_context(store.showing(viewer, clock))
    with store.showing(viewer, clock) as connection:
        assert rows(connection, "wall/areas", day=clock.at.date()), "who comes later gets an answer"
    store.close()


def test_a_condition_of_an_attacker_meets_no_row_that_the_policy_hides(town: Town, clock: Clock) -> None:
    """A function that tells what it is given would see hidden rows if it ran before the policy."""
    engine = create_engine(town.urls.app)
    with engine.connect() as connection:
        area = connection.exec_driver_sql("select 1").scalar_one()
        assert area == 1
        admin = create_engine(str(town.urls.admin))
        with admin.connect() as other:
            area = other.exec_driver_sql("select area_id from core.area where code = 'W'").scalar_one()
        admin.dispose()
        viewer = Viewer("s", "secretary", area_ids=frozenset({area}), account_id=3, address="127.0.0.1")
        look_as(connection, viewer, clock)
        for statement in (
            "select count(*) from core.incident where 1/(case agency_responsible when 'team-Q1' then 0 else 1 end) > 0",
            "select count(*) from core.fund where 1 / (case name when 'fund-Q' then 0 else 1 end) = 1",
            "select count(*) from core.ledger_entry where 1 / (case payer when 'payer-Q Inc' then 0 else 1 end) = 1",
        ):
            assert connection.exec_driver_sql(statement).scalar_one() > 0
        stats = connection.exec_driver_sql(
            "select tablename from pg_stats where schemaname in ('core', 'landing') or tablename = 'audit'"
        ).all()
        assert stats == []
    engine.dispose()


SECRET = """
insert into core.incident (source_id, incident_code, category_id, geom, placed_by, street_id, community_id, grid_id,
                           reported_at, reported_on, content_hash, load_id)
select source_id, cast(:lat as text), :category, st_setsrid(st_point(120.2034, :lat), 4326), 'point', street_id,
       community_id, grid_id, reported_at, reported_on, 'h', load_id
from core.incident where incident_code = 'case-W1-done10'
"""


def test_the_place_of_no_cell_tells_where_a_case_lies_that_is_not_told(town: Town, clock: Clock) -> None:
    """By the exact mean latitude of all cases the cells' width gave away that of the one case that was left out."""
    window = {
        "start": clock.at - timedelta(days=11), "end": clock.at - timedelta(days=9), "category": None, "within": None,
    }  # fmt: skip
    assert town.urls.admin is not None
    engine = create_engine(town.urls.admin)
    with engine.connect() as connection, connection.begin() as transaction:
        look_as(connection, Viewer("l", "leader", "site"), clock)
        told = [rows(connection, "view/heat", **window)]
        category = connection.exec_driver_sql("""
            insert into core.category (code, name_zh, name_en, is_private) values ('p', 'p', 'p', true)
            returning category_id""").scalar_one()
        for lat in (30.181, 30.199):
            connection.execute(text(SECRET), {"category": category, "lat": lat})
            told.append(rows(connection, "view/heat", **window))
        transaction.rollback()
    engine.dispose()
    assert told[0]
    assert told[0] == told[1] == told[2]
