"""Hostile filters: SQL and script in every parameter of every page and own address, in cookies, headers and clicks.

Nothing of it is an error of the server, shows a trace, or comes back as markup; what it names is found to exist or said
to be unknown. What can be typed is asked over HTTP; what runs inside a page is run by Streamlit's own test runner.
"""

import ast
import http.client
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit
from zoneinfo import ZoneInfo

import pytest
import streamlit as st
from browser import DESK, TOKENS, chromium, served, sign_in, watched
from playwright.sync_api import Browser, expect
from small_town import build
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from cockpit import context, queries
from cockpit.access.current import COOKIE
from geo.accounts import session_of
from geo.signing_in import note_refusal
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock, Viewer

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
    "source", "status", "who", "action", "result", "below", "line", "account", "role", "within", "state", "new",
    "row", "list", "month", "columns", "against", "type", "kpi", "mark", "why", "after", "with", "case", "matrix",
    "class", "show",
)  # fmt: skip
PAGES = {
    "overview": "leader", "response": "leader", "funds": "leader", "community": "leader", "data": "leader",
    "assessment": "leader", "indicator": "leader", "method": "leader",
    "wall": "leader", "audit": "evaluator", "users": "admin",
}  # fmt: skip
"""Page → a role that may open it."""
SIGNING_IN = ("/signin", "/signin/oidc", "/signin/password", "/signout")
FORMS = {
    "/signin": ("login", "password", "next", "lang", "demo", "form"),
    "/signin/password": ("current", "new", "again", "next", "lang", "form"),
    "/signout": ("all", "lang"),
}
"""Address → the fields that it reads of what is posted to it."""
ROUTES = {
    "/healthz": (),
    "/signin": ("next", "lang", "out", "known", "failed"),
    "/signin/oidc": ("next", "lang"),
    "/signin/password": ("next", "lang"),
    "/signout": ("all",),
    "/layers/areas.svg": ("day", "level", "area", "room"),
    "/layers/lines.svg": ("day", "level", "area", "room"),
    "/layers/base.svg": ("day", "level", "area", "room", "part", "overlay"),
    "/layers/heat.csv": ("from", "to", "at", "area", "category"),
    "/export/entries.csv": ("from", "to", "area", "lang", "book", "period", "fund", "kind", "q", "sort", "dir", "page"),
    "/export/rejects.csv": ("load", "fault", "dataset", "source", "status", "sort", "lang", "area"),
    "/export/audit.csv": ("from", "to", "period", "who", "action", "result", "below", "line", "lang"),
    "/export/assessment.csv": (
        "from",
        "to",
        "level",
        "area",
        "category",
        "lang",
        "columns",
        "against",
        "type",
        "sort",
        "class",
    ),
    "/export/differences.csv": ("from", "to", "area", "level", "category", "class", "lang", "show"),
    "/export/figures.csv": ("from", "to", "level", "area", "category", "class", "lang"),
    "/export/figures.xlsx": ("from", "to", "level", "area", "category", "class", "lang"),
    "/export/report.pdf": ("from", "to", "month", "area", "lang"),
    "/export/trace.csv": ("kpi", "from", "to", "area", "category", "class", "mark", "why", "sort", "after", "lang"),
    "/csp-report": ("x",),
    "/upload/file": ("lang",),
    "/wall/bell": (),  # a stream without an end: tests/test_bell.py
}
"""Own address → its parameters. An address that is added to the app must be added here (a test compares them)."""
AREAS, HEAT = "/layers/areas.svg?day=2026-11-20&level=community", "/layers/heat.csv?from=2026-11-01&to=2026-11-21"
NEXT = (
    "//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example", "/%0d%0aset-cookie:%20a=b",
    "/\r\nset-cookie: a=b", "/\t/evil.example", "\t//evil.example", "/./\\evil.example", "///evil.example", "/signin",
    '/"><script>window.__owned=1</script>', "javascript:window.__owned=1", "/\x00", "/@evil.example", "evil.example",
    "/.//evil.example", "/funds?q=<script>window.__owned=1</script>",
)  # fmt: skip
"""Where a sign-in may be asked to go on to."""
PATIENT = (
    "idle_minutes = 60\nabsolute_hours = 12\nwall_days = 30\n"
    "[lockout]\nwindow_minutes = 15\naccount_at_address = 9999\naddress = 9999\naccount = 9999\n"
)
FORM = "application/x-www-form-urlencoded"
GOOD = {"day": "2026-11-20", "level": "community", "from": "2026-11-01", "to": "2026-11-21"}
OF_STREAMLIT = re.compile(r"^/?(_stcore|component|media|app/static|\{page\}/_stcore|\{path)")


@pytest.fixture(scope="module")
def address(urls: StoreUrls, store_environment: dict[str, str]) -> Iterator[str]:
    """The small town's pages, which count no wrong sign-in as one too many."""
    build(urls, now=NOW)
    settings = Path(store_environment["COCKPIT_HOME"]) / "config"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "access.toml").write_text(PATIENT, encoding="utf-8")
    with served(store_environment) as found:
        yield found


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    body: str
    location: str
    cookie: str | None

    def is_harmless(self, said: str) -> bool:
        """No error of the server, no trace, and nothing that came back where a browser would run it."""
        is_markup = self.kind.startswith(("text/html", "image/svg"))
        traces = ("Traceback", 'File "', "psycopg", "sqlalchemy", "Internal Server Error")
        is_told = any(trace.lower() in self.body.lower() for trace in traces)
        is_echoed = is_markup and bool(set(said) & set("<>\"'")) and said in self.body
        return self.status in range(200, 500) and not is_told and not is_echoed


def ask(address: str, target: str, headers: Mapping[str, str] | None = None, *, posted: bytes | None = None) -> Answer:
    """What a GET, or a POST of `posted`, is answered; target and headers are sent as they are.

    The leader is signed in unless the headers say who.
    """
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    connection._validate_path = lambda url: None  # type: ignore[attr-defined]
    told = dict(headers if headers is not None else {"cookie": f"{COOKIE}={TOKENS[address]}"})
    try:
        connection.request("GET" if posted is None else "POST", target, posted, told)
        answer = connection.getresponse()
        body, got = answer.read().decode("utf-8", "replace"), answer.headers
    finally:
        connection.close()
    return Answer(answer.status, got.get("content-type", ""), body, got.get("location", ""), got.get("set-cookie"))


def test_the_lists_hold_every_own_address_and_every_parameter_that_the_code_reads() -> None:
    from cockpit.asgi import app

    own = {route.path for route in app._user_routes if isinstance(route, Route)}
    assert {path for path in own if not OF_STREAMLIT.match(path)} == set(ROUTES)
    reads = r"(?:option|params\.get|params\[|told\.get|told\[)\(?\"(\w+)\""
    by_page, by_route = set(), set()
    for path in (ROOT / "cockpit").rglob("*.py"):
        found = set(re.findall(reads, path.read_text(encoding="utf-8")))
        if "routes" in path.parts:
            by_route |= found
        elif "cli" not in path.parts and path.stem != "unmasking":
            by_page |= found
    assert by_page - set(PARAMS) == set()
    assert by_route - {name for names in (*ROUTES.values(), *FORMS.values()) for name in names} == set()
    assert {path.stem for path in (ROOT / "pages").glob("[a-z]*.py")} == set(PAGES)


@pytest.fixture(scope="module")
def cookies(address: str, store_environment: dict[str, str]) -> dict[str, dict[str, str]]:
    """The headers with which each role, and nobody, asks."""
    tokens = {role: sign_in(store_environment, login=role, role=role) for role in ("leader", "evaluator", "admin")}
    return {role: {"cookie": f"{COOKIE}={token}"} for role, token in tokens.items()} | {"nobody": {}}


def asked_with(path: str) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Parameters of an own address and the hostile texts among them: one at a time; those of a file all at once."""
    names = ROUTES[path]
    if path.startswith("/export/"):
        for first in range(len(TEXTS)):
            told = {name: TEXTS[(first + place) % len(TEXTS)] for place, name in enumerate(names)}
            yield told, list(told.values())
        return
    for name, said in itertools.product(names, TEXTS):
        yield GOOD | {name: said}, [said]


@pytest.mark.parametrize("path", ROUTES)
def test_sql_and_script_in_every_parameter_of_every_own_address_are_refused_or_ignored(
    address: str, cookies: dict[str, dict[str, str]], path: str
) -> None:
    roles = ["evaluator" if path == "/export/audit.csv" else "leader", *(["nobody"] if path in SIGNING_IN else [])]
    for told, texts in asked_with(path):
        target = f"{path}?" + "&".join(f"{key}={quote(value)}" for key, value in told.items())
        for role in roles:
            answer = ask(address, target, cookies[role])
            assert all(answer.is_harmless(said) for said in texts), (target[:200], answer.status, answer.body[:300])


def test_no_area_or_case_was_lost_to_any_of_them(address: str, store: Store, clock: Clock) -> None:
    with store.reading(LEADER, clock) as connection:
        found = connection.exec_driver_sql("select count(*) from core.incident").scalar_one()
    assert found > 200
    assert ask(address, "/healthz").status == 200


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
@pytest.mark.parametrize("role", ["leader", "nobody"])
def test_a_path_leads_nowhere_but_to_a_page_or_an_own_address(
    address: str, cookies: dict[str, dict[str, str]], target: str, role: str
) -> None:
    answer = ask(address, target, cookies[role])
    assert answer.is_harmless("<script>window.__owned"), (answer.status, answer.body[:300])
    assert "root:" not in answer.body
    assert "time_zone" not in answer.body


@pytest.mark.parametrize("query", ["//evil.example", "?x=1%0d%0aset-cookie:%20a=b", "next=https://evil.example"])
def test_the_way_to_the_first_page_stays_on_this_server(address: str, query: str) -> None:
    answer = ask(address, f"/overview?{query}")
    assert answer.location.startswith("/?")
    assert answer.cookie is None


@pytest.mark.parametrize(
    "cookie",
    [
        f"{COOKIE}=", f"{COOKIE}=' or 1=1 --", f"{COOKIE}={'A' * 7_000}", f"{COOKIE}=\x01\x7f", f"{COOKIE}=<script>",
        f"{COOKIE}=%00%00", f'{COOKIE}="quoted"', f"{COOKIE}={{0}}; {COOKIE}=two", ";;;===;;",
        "é中".encode().decode("latin-1"),
    ],
)  # fmt: skip
def test_a_cookie_that_is_none_is_nobodys_and_no_error(address: str, cookie: str) -> None:
    for target in (AREAS, HEAT, "/export/entries.csv", "/signin", "/signin/password", "/"):
        answer = ask(address, target, {"cookie": cookie})
        assert answer.is_harmless(cookie), (target, answer.status, answer.body[:300])
        assert "<path" not in answer.body
        assert answer.kind.startswith("text/html") or len(answer.body.splitlines()) <= 1


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
    for target in (AREAS, "/signin", "/funds"):
        answer = ask(address, target, headers)
        assert answer.is_harmless("evil.example"), (target, answer.status, answer.body[:300])
        assert "<path" not in answer.body


# ---------------------------------------------------------------- signing in


def posted(address: str, target: str, fields: Mapping[str, str], who: Mapping[str, str]) -> Answer:
    """What a form of a page of this server is answered."""
    token = "t" * 43
    cookie = "; ".join(filter(None, [who.get("cookie", ""), f"cockpit_form={token}"]))
    headers = {"cookie": cookie, "origin": address, "content-type": FORM}
    return ask(address, target, headers, posted=urlencode({"form": token} | dict(fields)).encode())


@pytest.mark.parametrize("said", [*TEXTS, "leader\x00", "admin'--", '{"$ne": null}', "*)(uid=*"])
def test_script_and_sql_in_a_sign_in_form_are_wrong_words_and_nothing_else(
    address: str, cookies: dict[str, dict[str, str]], said: str
) -> None:
    right = {"login": "leader", "password": "x"}
    for told in (right | {"login": said}, right | dict.fromkeys(("password", "next", "lang"), said), {"demo": said}):
        answer = posted(address, "/signin", told, {})
        assert answer.is_harmless(said), (told, answer.status, answer.body[:300])
        assert (answer.status, COOKIE in (answer.cookie or "")) == (401, False)
    assert posted(address, "/signin", right | {"form": said}, {}).status == 403
    kept = dict.fromkeys(FORMS["/signin/password"][:-1], said[:2_000])
    answer = posted(address, "/signin/password", kept, cookies["evaluator"])
    assert answer.is_harmless(said), (answer.status, answer.body[:300])
    assert answer.status == 422


@pytest.mark.parametrize("said", NEXT)
def test_the_way_on_after_signing_in_stays_on_this_server(
    address: str, cookies: dict[str, dict[str, str]], said: str
) -> None:
    here = urlsplit(address).netloc
    query = f"?next={quote(said)}"
    for answer in (
        ask(address, f"/signin{query}", cookies["leader"]),
        ask(address, f"/signin/oidc{query}", {}),
        posted(address, "/signout", {"next": said}, {}),
    ):
        assert answer.status == 303
        assert urlsplit(urljoin(address, answer.location)).netloc == here
        assert not re.search(r"\\|[\x00-\x20]|^/[/\\]|<", answer.location)
    page = ask(address, f"/signin{query}", {})
    assert page.is_harmless(said), page.body[:300]
    assert not re.search(r"""(href|action|src)="(?!/(?!/))""", page.body)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ""),
        (b"x" * 1_000_000, FORM),
        (b"\xff\xfe\x00", "text/plain"),
        (b"login=a&password=b&" * 60, FORM),
        (b'{"login": "leader"}', "application/json"),
        (b"--x\r\ncontent-disposition: form-data; name=login\r\n\r\nx\r\n--x--", "multipart/form-data; boundary=x"),
        (b"%", f"{FORM}; charset=utf-7"),
        (b"<x/>", "text/xml"),
        (b"login=%00&form=%ff", "\x7f"),
    ],
)
@pytest.mark.parametrize("path", FORMS)
def test_a_body_that_is_no_form_of_ours_is_refused_in_words(address: str, path: str, body: bytes, kind: str) -> None:
    """Whatever its size and type; the one of signing out, which knows no token, signs nobody out who is not in."""
    headers = {"content-type": kind, "origin": address, "cookie": f"cockpit_form={'t' * 43}"}
    answer = ask(address, path, headers, posted=body)
    assert answer.is_harmless("<x/>"), (answer.status, answer.body[:300])
    assert answer.status in ((303, 400, 413) if path == "/signout" else (400, 403, 413))
    for origin in ({"origin": "https://evil.example"}, {"origin": "null"}, {}):
        foreign = ask(address, path, {"content-type": kind, **origin}, posted=body)
        assert (foreign.status, foreign.cookie and COOKIE in foreign.cookie) in ((403, None), (403, False))


def test_what_the_store_cannot_hold_costs_no_line_of_the_audit_trail(store: Store) -> None:
    """Whoever asks for an address with a NUL or half a character in it is written down like everybody else."""
    asked, now = "/layers/areas.svg\x00\udcff", datetime.now(UTC)
    stranger = Viewer("nobody", "", "", address="10.0.0.1")
    note_refusal(store, action="refused", viewer=stranger, target=asked, detail={"path": [asked]}, now=now)
    with store.reading(OPERATOR, Clock(now)) as connection:
        found = connection.exec_driver_sql("select object, detail from ops.audit order by audit_id desc limit 1").one()
    assert tuple(found) == ("/layers/areas.svg\ufffd?", {"path": ["/layers/areas.svg\ufffd?"]})


# ---------------------------------------------------------------- inside the pages


@pytest.fixture
def in_process(address: str, store_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pages run in this process, on the module's store."""
    for name, value in store_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COCKPIT_NOW", NOW.isoformat())
    st.cache_resource.clear()
    yield
    queries.store().close()
    st.cache_resource.clear()


@pytest.mark.parametrize("name", PAGES)
def test_sql_and_script_in_every_parameter_of_a_page_raise_nothing(
    in_process: None, store_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    token = sign_in(store_environment, login=PAGES[name], role=PAGES[name])
    session = session_of(queries.store(), token, address="127.0.0.1", now=datetime.now(UTC))
    assert session
    monkeypatch.setattr(context, "viewer", lambda: session.viewer)
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
        for value, selector in zip(FORGED, itertools.cycle((".nav a[data-go]", ".filters [data-go]")), strict=False):
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
        assert sorted(made) == (["data.markup", "fetched.get(address)"] if path.name == "picture.js" else []), path
        guarded = "if (data.leave && /^\\/(?![/\\\\])/.test(data.leave)) return location.assign(data.leave);"
        text = text.replace(guarded, "")
        for word in FORBIDDEN:
            assert word not in text, (path, word)
