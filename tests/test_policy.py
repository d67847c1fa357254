"""The content policy: what it admits, that it is on every answer, and what becomes of a browser's reports."""

import asyncio
import base64
import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest
import streamlit
import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from cockpit.routes import reports
from cockpit.routes.policy import REPORT_PATH, ContentPolicy, content_policy, inline_hashes

REPORT = {
    "effective-directive": "script-src-elem",
    "blocked-uri": "https://evil.example/x.js?stolen=1",
    "document-uri": "https://street.example/funds?q=secret",
    "script-sample": "alert(1)",
}


class Client:
    """Asks an app without a network."""

    def __init__(self, app: Starlette) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(self, path: str, content: bytes) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, content))

    async def _ask(self, method: str, path: str, content: bytes = b"") -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://street.example") as client:
            return await client.request(method, path, content=content)


@pytest.fixture
def client() -> Client:
    """A small app under the policy, with the route of reports."""
    routes = [
        Route("/page", lambda _: HTMLResponse("<p>")),
        Route("/text", lambda _: PlainTextResponse("x", headers={"cache-control": "max-age=60"})),
        Route(REPORT_PATH, reports.csp_report, methods=["POST"]),
    ]
    return Client(Starlette(routes=routes, middleware=[Middleware(ContentPolicy)]))


def directives() -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in (part.split() for part in content_policy().split(";"))}


def test_scripts_come_from_this_server_or_are_streamlits_own_inline_one_and_nothing_is_evaluated() -> None:
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert directives()["script-src"] == ["'self'", "'wasm-unsafe-eval'", "blob:", f"'sha256-{digest}'"]


def test_a_page_with_two_inline_scripts_gives_two_hashes_and_one_without_none() -> None:
    assert len(inline_hashes("<script>a</script><script src='x'></script><script>b</script>")) == 2
    assert inline_hashes("<p>") == ()


def test_nothing_is_asked_elsewhere_nobody_frames_a_page_and_no_base_is_moved() -> None:
    told = directives()
    assert told["default-src"] == told["frame-ancestors"] == told["base-uri"] == told["worker-src"] == ["'none'"]
    assert told["connect-src"] == told["form-action"] == ["'self'"]
    every = {word for words in told.values() for word in words}
    assert every.isdisjoint({"*", "http:", "https:", "ws:", "wss:", "'unsafe-eval'", "'unsafe-hashes'"})
    assert [name for name, words in told.items() if "'unsafe-inline'" in words] == ["style-src"]


def test_every_answer_carries_the_policy_and_a_page_is_never_kept(client: Client) -> None:
    page, text, missing = client.get("/page"), client.get("/text"), client.get("/nothing")
    for answer in (page, text, missing):
        assert answer.headers["content-security-policy"] == content_policy()
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert text.headers["cache-control"] == "max-age=60"


def test_a_report_becomes_a_line_of_the_log_without_queries_and_samples(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "_allowance", reports.Allowance(2))
    with structlog.testing.capture_logs() as lines:
        for _ in range(5):
            assert client.post(REPORT_PATH, json.dumps({"csp-report": REPORT}).encode()).status_code == 204
    assert (
        lines
        == [
            {
                "event": "content_refused",
                "log_level": "warning",
                "directive": "script-src-elem",
                "blocked": "https://evil.example",
                "page": "/funds",
            }
        ]
        * 2
    )


def test_an_allowance_is_given_anew_after_a_minute() -> None:
    allowance = reports.Allowance(2)
    assert [allowance.takes(now) for now in (0, 1, 2, 59, 60, 60.5, 61)] == [
        True,
        True,
        False,
        False,
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b"null",
        b'{"csp-report": 1}',
        b"[" * 8_000,
        b'{"csp-report": {"blocked-uri": "http://["}}',
    ],
)
def test_a_report_that_is_none_changes_nothing(client: Client, body: bytes) -> None:
    assert client.post(REPORT_PATH, body).status_code == 204


def test_a_report_of_any_size_is_not_read_to_its_end(client: Client) -> None:
    assert client.post(REPORT_PATH, b"x" * (reports.MOST_BYTES + 1)).status_code == 413
    assert client.get(REPORT_PATH).status_code == 405


def test_a_report_reaches_the_log_without_control_characters_and_cut() -> None:
    body = b'{"csp-report": {"effective-directive": "a\\u001b[31m\\n\\u202eb", "blocked-uri": "' + b"x" * 999 + b'"}}'
    told = reports.told(body)
    assert told["directive"] == "a[31mb"
    assert len(told["blocked"]) == reports.MOST_CHARACTERS
