"""A page opened → first picture, in headless Chromium without a graphics card, beside an empty Streamlit page; and the
server's own time for the matrix.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.bench import CLOCK, Line
from cockpit.access.current import COOKIE
from cockpit.assessment import computed, table
from cockpit.assessment.choice import choose
from cockpit.context import make_view
from geo.accounts import add_account, open_session
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock

ROOT = Path(__file__).parent.parent
RUNS = 5
LONGEST_S = 60
MONTH, RUNNING = "from=2026-08-01&to=2026-09-01", "from=2026-11-01&to=2026-12-01"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PANELS = "document.querySelectorAll('[class*=st-key-panel_] svg').length"
CELLS = "document.querySelectorAll('td').length"
PAGES = {
    "/": "document.querySelector('.areas')?.dataset.ready === '1'",
    "/response": f"{PANELS} > 40",
    "/funds": f"{PANELS} > 1",
    f"/assessment?{MONTH}": f"{CELLS} > 400",
    f"/indicator?{MONTH}": f"{PANELS} > 1",
}
"""What stands on a page when its first picture is there: the map's areas, the tiles of all areas, the Sankey, the cells
of the matrix, the trend of an indicator.
"""
EMPTY = "import streamlit as st\nst.html('<p id=\"first\">x</p>')\n"


@contextmanager
def _served(script: Path, environment: dict[str, str]) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    server = subprocess.Popen(
        [*command, "--server.headless", "true", "--server.address", "127.0.0.1"],
        env=os.environ | environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/_stcore/health")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {address}")


def _signed_in(urls: StoreUrls) -> str:
    """The cookie of a leader of the store."""
    store, now = Store(urls), datetime.now(UTC)
    account = add_account(store, OPERATOR, login="bench", display_name="bench", role="leader", areas=(), now=now)
    token = open_session(store, account, method="password", address="127.0.0.1", now=now)
    store.close()
    return token


def _await(page: Page, is_there: str) -> None:
    """Asks from outside, as the pages evaluate nothing."""
    deadline = time.perf_counter() + LONGEST_S
    while not page.evaluate(is_there):
        if time.perf_counter() > deadline:
            raise RuntimeError(f"never: {is_there}")
        time.sleep(0.01)


def first_picture_s(browser: Browser, address: str, is_there: str, token: str = "") -> float:
    """Median seconds from navigation until `is_there` holds in the page, each with an empty browser cache."""
    times = []
    for run in range(RUNS + 1):
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        if token:
            context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
        page = context.new_page()
        started = time.perf_counter()
        page.goto(address)
        _await(page, is_there)
        if run:
            times.append(time.perf_counter() - started)
        context.close()
    return statistics.median(times)


def empty_page_s(browser: Browser, folder: Path, environment: dict[str, str]) -> float:
    """The floor of every first picture here and now: a Streamlit page that holds one word, served from `folder`."""
    empty = folder / "empty.py"
    empty.write_text(EMPTY, encoding="utf-8")
    with _served(empty, environment) as address:
        return first_picture_s(browser, address, "!!document.querySelector('#first')")


def _matrix_s(days: str) -> float:
    """Median seconds from the URL of the matrix to its markup, each at another minute."""
    times = []
    for minutes in range(RUNS + 1):
        clock = Clock(CLOCK.at + timedelta(minutes=minutes))
        started = time.perf_counter()
        view = make_view(dict(parse_qsl(days)), viewer=LEADER, clock=clock)
        choice = choose(view)
        drawn = table.markup(choice, computed.matrix(choice), {})
        if minutes:
            times.append(time.perf_counter() - started)
        if "<table" not in drawn:
            raise RuntimeError("no matrix")
    return statistics.median(times)


def lines(urls: StoreUrls, folder: Path) -> list[Line]:
    """Wall seconds of each page, and of a Streamlit page that holds one word."""
    environment = {
        "COCKPIT_HOME": str(folder / "page_home"),
        "COCKPIT_DATABASE_URL": urls.owner,
        "COCKPIT_APP_URL": urls.app,
        "COCKPIT_LOAD_URL": urls.load,
        "COCKPIT_GATE_URL": urls.gate,
        "COCKPIT_WALL_URL": urls.wall,
        "COCKPIT_NOW": CLOCK.at.isoformat(),
    }
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        floor = empty_page_s(browser, folder, environment)
        with _served(ROOT / "cockpit" / "asgi.py", environment) as address:
            token = _signed_in(urls)
            found = {
                path: first_picture_s(browser, address + path, is_there, token) for path, is_there in PAGES.items()
            }
        browser.close()
    os.environ |= environment
    kept = Line("matrix of a month, server", "s", _matrix_s(MONTH), None, "", RUNS, "aim 0.15 s")
    running = Line("matrix of the running month, server", "s", _matrix_s(RUNNING), None, "", RUNS, "counted")
    return [
        kept,
        running,
        *(Line(f"page {path.partition('?')[0]} → first picture", "s", seconds, floor, "empty Streamlit page", RUNS)
        for path, seconds in found.items())
    ]  # fmt: skip
