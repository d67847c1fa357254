"""Hostile filters: SQL and script in every parameter of every page and own address, in cookies, headers and clicks.

Nothing of it is an error of the server, shows a trace, or comes back as markup; what it names is found to exist or said
to be unknown. What can be typed is asked over HTTP; what runs inside a page is run by Streamlit's own test runner.
"""

import ast
import http.client
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

import pytest
import streamlit as st
from browser import DESK, TOKENS, chromium, served, watched
from playwright.sync_api import Browser, expect
from small_town import build
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from cockpit import context, queries
from cockpit.access.current import COOKIE
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 20, 14, 32, tzinfo=ZoneInfo("Asia/Shanghai"))
TEXTS = (
    "'; drop table core.incident; --",
    "1 or 1=1",
    "<script>window.__owned=1</script>",
    '"><img src=x onerror=window.__owned=1>',
    "javascript:window.__owned=1",
    "{0.__class__} %(x)s {{7*7}} ${x}",
    "../../../../etc/passwd\u202e\x1b[31m",
    "\x00",
    "９９９９-１２-３１",
    "9" * 5_000,
    "-1e999",
    "community:\ud7ff\U0010ffff",
)
"""What a parameter may hold that names nothing."""
PARAMS = (
    "from", "to", "level", "area", "category", "lang", "mode", "by", "services", "overlay", "order", "rows", "book",
    "period", "toward", "fund", "kind", "q", "sort", "dir", "page", "step", "goods", "load", "fault", "dataset",
    "source", "status",
)  # fmt: skip
PAGES = ("overview", "response", "funds", "community", "data")
ROUTES = {
    "/healthz": (),
    "/overview": ("from", "area"),
    "/layers/areas.svg": ("day", "level", "area", "room"),
    "/layers/lines.svg": ("day", "level", "area", "room"),
    "/layers/base.svg": ("day", "level", "area", "room", "part", "overlay"),
    "/layers/heat.csv": ("from", "to", "at", "area", "category"),
    "/csp-report": ("x",),
}
"""Own address → its parameters. An address that is added to the app must be added here (a test compares them)."""
AREAS, HEAT = "/layers/areas.svg?day=2026-11-20&level=community", "/layers/heat.csv?from=2026-11-01&to=2026-11-21"
GOOD = {"day": "2026-11-20", "level": "community", "from": "2026-11-01", "to": "2026-11-21"}
OF_STREAMLIT = re.compile(r"^/?(_stcore|component|media|app/static|\{page\}/_stcore|\{path)")


@pytest.fixture(scope="module")
def address(urls: StoreUrls, store_environment: dict[str, str]) -> Iterator[str]:
    build(urls, now=NOW)
    with served(store_environment) as found:
        yield found


def ask(address: str, target: str, headers: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Status, type and text of a GET, target and headers sent as they are; signed in unless the headers say who."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection._validate_path = lambda url: None  # type: ignore[attr-defined]
    connection.request("GET", target, headers=headers or {"cookie": f"{COOKIE}={TOKENS[address]}"})
    answer = connection.getresponse()
    body = answer.read().decode("utf-8", "replace")
    connection.close()
    return answer.status, answer.headers.get("content-type", ""), body


def harmless(status: int, kind: str, body: str, said: str) -> bool:
    """No error of the server, no trace, and nothing that came back where a browser would run it."""
    is_markup = kind.startswith(("text/html", "image/svg"))
    is_told = "Traceback" in body or 'File "' in body or "psycopg" in body or "sqlalchemy" in body.lower()
    return status in range(200, 500) and not is_told and not (is_markup and len(said) > 3 and said in body)


def test_the_lists_hold_every_own_address_and_every_parameter_that_the_code_reads() -> None:
    from cockpit.asgi import app

    own = {route.path for route in app._user_routes if isinstance(route, Route)}
    assert {path for path in own if not OF_STREAMLIT.match(path)} == set(ROUTES)
    read = set()
    for path in (ROOT / "cockpit").rglob("*.py"):
        if "cli" in path.parts or "access" in path.parts or "routes" in path.parts:
            continue
        read |= set(re.findall(r"(?:option|params\.get|params\[)\(?\"(\w+)\"", path.read_text(encoding="utf-8")))
    assert read - set(PARAMS) == set()


def test_sql_and_script_in_every_parameter_of_every_own_address_are_refused_or_ignored(address: str) -> None:
    for path, names in ROUTES.items():
        for name in names:
            for said in TEXTS:
                told = GOOD | {name: said}
                target = f"{path}?" + "&".join(f"{key}={quote(value)}" for key, value in told.items())
                status, kind, body = ask(address, target)
                assert harmless(status, kind, body, said), (target[:200], status, body[:300])


def test_no_area_or_case_was_lost_to_any_of_them(address: str, store: Store, clock: Clock) -> None:
    with store.reading(LEADER, clock) as connection:
        found = connection.exec_driver_sql("select count(*) from core.incident").scalar_one()
    assert found > 200
    assert ask(address, "/healthz")[0] == 200


@pytest.mark.parametrize(
    "target",
    [
        "/layers/../../../etc/passwd", "/layers/%2e%2e/%2e%2e/etc/passwd", "/%00", "/%ff%fe", "/layers/heat.csv%00.svg",
        "/<script>window.__owned=1</script>", "/response/%3Cscript%3E", "//evil.example/", "/\\evil.example",
        "/" + "a" * 6_000, "/app/static/../../config/site.toml", "/media/../../config/site.toml", "/media/%27",
        "/_stcore/upload_file/x/y", "/_stcore/bidi-components/cockpit_picture/..%2f..%2fsite.toml",
        "/component/x/..%2f..%2fetc%2fpasswd", "/overview//evil.example", "/layers/heat.csv?" + "a=b&" * 2_000,
    ],
)  # fmt: skip
def test_a_path_leads_nowhere_but_to_a_page_or_an_own_address(address: str, target: str) -> None:
    status, kind, body = ask(address, target)
    assert harmless(status, kind, body, "<script>window.__owned"), (status, body[:300])
    assert "root:" not in body
    assert "time_zone" not in body


def test_the_way_to_the_overview_stays_on_this_server(address: str) -> None:
    for query in ("//evil.example", "?x=1%0d%0aset-cookie:%20a=b", "next=https://evil.example"):
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        connection.request("GET", f"/overview?{query}")
        answer = connection.getresponse()
        assert (answer.headers.get("location") or "").startswith("/?")
        assert answer.headers.get("set-cookie") is None
        connection.close()


@pytest.mark.parametrize(
    "cookie",
    [
        f"{COOKIE}=", f"{COOKIE}=' or 1=1 --", f"{COOKIE}={'A' * 7_000}", f"{COOKIE}=\x01\x7f", f"{COOKIE}=<script>",
        f"{COOKIE}=%00%00", f'{COOKIE}="quoted"', f"{COOKIE}={{0}}; {COOKIE}=two", ";;;===;;",
        "é中".encode().decode("latin-1"),
    ],
)  # fmt: skip
def test_a_cookie_that_is_none_is_nobodys_and_no_error(address: str, cookie: str) -> None:
    for target in (
        "/layers/areas.svg?day=2026-11-20&level=community",
        "/layers/heat.csv?from=2026-11-01&to=2026-11-21",
    ):
        status, kind, body = ask(address, target, {"cookie": cookie})
        assert harmless(status, kind, body, cookie)
        assert "<path" not in body
        assert len(body.splitlines()) <= 1


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"}, {"x-forwarded-for": "' or 1=1 --, 10.0.0.1"}, {"x-forwarded-host": "evil.example"},
        {"x-forwarded-user": "admin"}, {"user-agent": "<script>" * 500}, {"accept-language": "\x7f" * 100},
        {"referer": "javascript:1"}, {"origin": "https://evil.example"},
        {"x-remote-user": "leader", "remote-user": "leader"},
    ],
)  # fmt: skip
def test_headers_are_text_that_nobody_believes(address: str, headers: dict[str, str]) -> None:
    status, kind, body = ask(address, AREAS, headers)
    assert harmless(status, kind, body, "evil.example")
    assert "<path" not in body


# ---------------------------------------------------------------- inside the pages


@pytest.fixture
def signed_in(address: str, store_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A leader looks at pages that run in this process, on the module's store."""
    for name, value in store_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COCKPIT_NOW", NOW.isoformat())
    monkeypatch.setattr(context, "viewer", lambda: LEADER)
    st.cache_resource.clear()
    yield
    queries.store().close()
    st.cache_resource.clear()


@pytest.mark.parametrize("name", PAGES)
def test_sql_and_script_in_every_parameter_of_a_page_raise_nothing(signed_in: None, name: str) -> None:
    for first in range(0, len(TEXTS), 3):
        run = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=30)
        for place, param in enumerate(PARAMS):
            run.query_params[param] = TEXTS[(first + place) % len(TEXTS)]
        run.run()
        assert not run.exception, (name, first, run.exception)


# ---------------------------------------------------------------- forged clicks


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


FORGED = (
    "?area=community:' or 1=1 --&level=<script>",
    "?lang=zh&from=\x00",
    "javascript:window.__owned=1",
    "https://evil.example/?x",
    "//evil.example",
    "__proto__",
    "?__proto__[x]=1&constructor=1",
    "response' or 1=1",
    "users",
    "audit",
    "?" + "a=b&" * 3_000,
    "?embed=true&EMBED_OPTIONS=x&lang=en",
    "?area=%00%ff%ed%a0%80&q=%F0%9F",
    "LONE",
)
FORGE = """([selector, value]) => {
  const one = document.querySelector(selector);
  one.dataset.go = value === "LONE" ? "?area=\\ud800&lang=en" : value;
  one.removeAttribute("href");
  one.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
}"""


@pytest.mark.browser
def test_forged_clicks_lead_nowhere_and_the_page_goes_on(address: str, browser: Browser) -> None:
    with watched(browser, size=DESK) as visit:
        page = visit.open(f"{address}/")
        for value in FORGED:
            for selector in (".nav a[data-go]", ".filters [data-go]"):
                page.goto(f"{address}/") if urlsplit(page.url).path != "/" else None
                page.locator(selector).first.wait_for()
                page.evaluate(FORGE, [selector, value])
                page.wait_for_timeout(120)
                assert page.url.startswith(f"{address}/")
                expect(page.locator("h1").first).to_be_visible()
                expect(page.locator("[data-testid='stException']")).to_have_count(0)
        assert page.evaluate("window.__owned === undefined && ({}).x === undefined")


# ---------------------------------------------------------------- what the code may not do


def sql_made_of_text() -> list[str]:
    """Every place in geo, loaders or cockpit where a text for the database is put together of parts."""
    asking = {"text", "sql_text", "exec_driver_sql", "execute", "execute_many", "run"}
    found = []
    for room in ("geo", "loaders", "cockpit", "pages"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in asking and _is_made(node.args[0]) and _speaks_sql(node.args[0]):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node.args[0])}")
    return found


def _is_made(node: ast.expr) -> bool:
    is_format = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("format", "join", "replace")
    return isinstance(node, ast.JoinedStr | ast.BinOp) or is_format


def _speaks_sql(node: ast.expr) -> bool:
    return bool(
        re.search(r"(?i)\b(select|insert|update|delete|set|copy|create|drop|grant|truncate)\b", ast.unparse(node))
    )


def test_no_text_for_the_database_is_put_together_of_parts() -> None:
    assert sql_made_of_text() == []


def test_no_markup_of_data_goes_round_the_one_component() -> None:
    allowed = re.compile(r'st\.html\(STATIC / "[\w-]+\.css"\)')
    for room in ("cockpit", "pages"):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert "unsafe_allow" not in text, path
            assert not re.search(r"st\.(markdown|write|iframe|components\.v1)\b", text), path
            for line in text.splitlines():
                assert "st.html(" not in line or allowed.search(line), (path, line)
            assert not re.search(r"""<[^>]*\son(click|load|error|mouse\w+|focus|input|change)=""", text), path


FORBIDDEN = (
    "insertAdjacentHTML", "document.write", "eval(", "new Function", "srcdoc", "createContextualFragment", "location =",
    "location.href", "location.assign", "location.replace", "window.open", "postMessage", 'setTimeout("',
)  # fmt: skip


def test_our_scripts_make_markup_only_of_what_the_server_sent() -> None:
    for path in (ROOT / "cockpit" / "static").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        made = re.findall(r"[\w.]*(?:innerHTML|outerHTML)\s*=\s*([^;]+);", text)
        assert sorted(made) == ["data.markup", "fetched.get(address)"], path
        for word in FORBIDDEN:
            assert word not in text, (path, word)
