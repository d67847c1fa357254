"""A page opened → first picture, in headless Chromium without a graphics card, beside an empty Streamlit page."""

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
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.bench import CLOCK, Line
from geo.store import StoreUrls

ROOT = Path(__file__).parent.parent
RUNS = 5
FLAGS = ["--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]
PANELS = "document.querySelectorAll('[class*=st-key-panel_] svg').length"
PAGES = {
    "/": "document.querySelector('.areas')?.dataset.ready === '1'",
    "/response": f"{PANELS} > 40",
    "/funds": f"{PANELS} > 1",
}
"""What stands on a page when its first picture is there: the map's areas, the tiles of all areas, the Sankey."""
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
        _wait(f"{address}/_stcore/health")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(address, timeout=1):
                return
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {address}")


def _first_picture_s(browser: Browser, address: str, is_there: str) -> float:
    """Median seconds from navigation until `is_there` holds in the page, each with an empty browser cache."""
    times = []
    for run in range(RUNS + 1):
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        page = context.new_page()
        started = time.perf_counter()
        page.goto(address)
        page.wait_for_function(is_there, timeout=60_000, polling="raf")
        if run:
            times.append(time.perf_counter() - started)
        context.close()
    return statistics.median(times)


def lines(urls: StoreUrls, folder: Path) -> list[Line]:
    """Wall seconds of each page, and of a Streamlit page that holds one word."""
    environment = {
        "COCKPIT_HOME": str(folder / "page_home"),
        "COCKPIT_DATABASE_URL": urls.owner,
        "COCKPIT_APP_URL": urls.app,
        "COCKPIT_NOW": CLOCK.at.isoformat(),
    }
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    empty = folder / "empty.py"
    empty.write_text(EMPTY, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        with _served(empty, environment) as address:
            floor = _first_picture_s(browser, address, "!!document.querySelector('#first')")
        with _served(ROOT / "cockpit" / "asgi.py", environment) as address:
            found = {path: _first_picture_s(browser, address + path, is_there) for path, is_there in PAGES.items()}
        browser.close()
    return [
        Line(f"page {path} → first picture", "s", seconds, floor, "empty Streamlit page", RUNS)
        for path, seconds in found.items()
    ]
