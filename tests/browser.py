"""Drives the pages in a real headless Chromium.

Invariant: a page that asks anything of another machine, or says an error to the console, fails its test.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from socket import socket
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from cockpit.access.current import COOKIE
from geo.accounts import accounts_in, add_account, open_session
from geo.errors import StoreUnavailable
from geo.store import Store
from geo.viewer import OPERATOR, Clock

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-angle=swiftshader",
    "--use-gl=angle",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
)
NOW = "2026-11-20T14:32:00+08:00"
DESK = (1366, 768)
WAIT_MS = 60_000


KEPT = "k" * 43
"""The cookie of a browser that was signed in before the database went away; the server has never seen it."""

TOKENS: dict[str, str] = {}
"""Address of a server → the cookie of the leader who is signed in there, for `Watched.open` and `fetch`."""


def sign_in(
    environment: dict[str, str], *, login: str = "leader", role: str = "leader", areas: tuple[str, ...] = ()
) -> str:
    """An account of that role in the environment's store, made when missing, and the cookie of a new session of it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        store = Store.from_environment()
    now = datetime.now(UTC)
    with store.admitting(OPERATOR, Clock(now)) as connection:
        known = accounts_in(connection, login=login)
    account = (
        known[0]
        if known
        else add_account(store, OPERATOR, login=login, display_name=login, role=role, areas=areas, now=now)
    )
    token = open_session(store, account, method="password", address="127.0.0.1", now=now)
    store.close()
    return token


def cookies_for(address: str) -> list[Any]:
    """The cookie of who is signed in at the server of `address`, for a browser's context; none where nobody is."""
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    return [{"name": COOKIE, "value": TOKENS[origin], "url": origin}] if origin in TOKENS else []


def fetch(url: str, *, token: str | None = None) -> HTTPResponse:
    """What the address answers to who is signed in there (`token`: somebody else's cookie, "" for nobody's)."""
    parts = urlsplit(url)
    cookie = TOKENS.get(f"{parts.scheme}://{parts.netloc}", "") if token is None else token
    answer: HTTPResponse = urlopen(Request(url, headers={"cookie": f"{COOKIE}={cookie}"} if cookie else {}), timeout=20)
    return answer


def free_port() -> int:
    """A port of the loopback address that is free now."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(environment: dict[str, str], *, now: str = NOW, port: int | None = None) -> Iterator[str]:
    """The pages on a free loopback port, as `cockpit up` serves them; yields the address without a slash at the end."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "cockpit/asgi.py", "--server.port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment | {"COCKPIT_NOW": now},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", server)
        TOKENS[f"http://127.0.0.1:{port}"] = KEPT
        with suppress(StoreUnavailable):
            TOKENS[f"http://127.0.0.1:{port}"] = sign_in(environment)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            pytest.fail(f"the server ended with {server.returncode}")
        with suppress(URLError, ConnectionError, TimeoutError), urlopen(address, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"no answer from {address}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium that speaks Chinese."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield found
        finally:
            found.close()


@dataclass
class Watched:
    """A page and what it did that it must not do."""

    page: Page
    faults: list[str]

    def open(self, address: str) -> Page:
        """Opens the address as who is signed in there and waits for the sentence of the page."""
        self.page.context.add_cookies(cookies_for(address))
        self.page.goto(address)
        self.page.locator("h1").first.wait_for(timeout=WAIT_MS)
        return self.page


@contextmanager
def watched(browser: Browser, *, size: tuple[int, int] = DESK) -> Iterator[Watched]:
    """A fresh page; at the end any outside request, console error or script error fails the test."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="zh-CN")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    found = Watched(page, [])
    page.on("request", lambda request: _note_outside(request.url, found.faults))
    page.on("console", lambda message: _note_error(message, found.faults))
    page.on("pageerror", lambda error: found.faults.append(f"script: {error}"))
    yield found
    context.close()
    assert not found.faults, found.faults


def until(page: Page, condition: str) -> None:
    """Waits until the JavaScript condition holds; asks from outside, as the page's policy evaluates nothing in it."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not page.evaluate(condition):
        if time.monotonic() > deadline:
            pytest.fail(f"never: {condition}")
        page.wait_for_timeout(100)


def _note_outside(url: str, faults: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
        faults.append(f"outside: {url}")


def _note_error(message: ConsoleMessage, faults: list[str]) -> None:
    if message.type == "error":
        faults.append(f"console: {message.text}")


def without_store(environment: dict[str, str]) -> dict[str, str]:
    """The environment of a program whose database does not exist."""
    gone = "postgresql+psycopg://cockpit_app@/gone?host=/nonexistent"
    return environment | {name: gone for name in environment if name.endswith("_URL") and name.startswith("COCKPIT_")}
