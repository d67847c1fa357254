"""A wall before a headless Chromium, and what it and its server cost: bytes, refreshes, memory, errors."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.page import wait_for
from cockpit.access.current import COOKIE
from geo.accounts import accounts_in, add_account, open_session
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock

ROOT = Path(__file__).parent.parent
SIZE = {"width": 1920, "height": 1080}
OBSERVED = """
window.__drawn = [];
document.addEventListener("DOMContentLoaded", () => {
  const note = () => requestAnimationFrame(() =>
    window.__drawn.push([Number(document.documentElement.dataset.wallVersion), Date.now() / 1000]));
  new MutationObserver(note).observe(document.documentElement, { attributeFilter: ["data-wall-version"] });
});
"""
SETTLE_S, CALM_S = 25, 240
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server of the pages by its address and process."""

    address: str
    pid: int

    @property
    def cpu_s(self) -> float:
        """Seconds of processor that the process has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def rss_mb(self) -> float:
        """Memory of the process in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def calm_down(self) -> None:
        """Waits, at most CALM_S, until what a server does once after its start (months to publish) is done."""
        deadline, before = time.monotonic() + CALM_S, self.cpu_s
        time.sleep(SETTLE_S)
        while time.monotonic() < deadline and self.cpu_s - before > 0.03 * SETTLE_S:
            before = self.cpu_s
            time.sleep(SETTLE_S)


@contextmanager
def server(urls: StoreUrls, home: Path) -> Iterator[Server]:
    """The pages over the store, at the machine's clock."""
    named = {"DATABASE": urls.owner, "APP": urls.app, "LOAD": urls.load, "GATE": urls.gate, "WALL": urls.wall}
    environment = {name: value for name, value in os.environ.items() if name != "COCKPIT_NOW"}
    environment |= {f"COCKPIT_{name}_URL": url for name, url in named.items()} | {"COCKPIT_HOME": str(home)}
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "cockpit/asgi.py", "--server.port", str(port)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(30)


def wall_session(urls: StoreUrls) -> str:
    """The cookie of a new session of a wall."""
    store, now = Store(urls), datetime.now(UTC)
    with store.admitting(OPERATOR, Clock(now)) as connection:
        known = accounts_in(connection, login="bench-wall")
    account = known[0] if known else add_account(
        store, OPERATOR, login="bench-wall", display_name="bench", role="wall", areas=(), now=now
    )  # fmt: skip
    token = open_session(store, account, method="password", address="127.0.0.1", now=now)
    store.close()
    return token


@dataclass
class Watched:
    """A wall that is open; `drawn` gives what was on the screen when."""

    page: Page
    protocol: CDPSession
    bytes_received: int = 0
    lines: int = 0
    streams: int = 0
    errors: list[str] = field(default_factory=list)

    def drawn(self) -> list[tuple[int, float]]:
        """(data version, machine's moment) of each refresh since the last call."""
        found = self.page.evaluate("window.__drawn.splice(0)")
        return [(int(version), float(at)) for version, at in found]

    def heap_mb(self) -> float:
        """The memory of the page's scripts after a collection, in MB."""
        self.protocol.send("HeapProfiler.collectGarbage")
        return self._metrics()["JSHeapUsedSize"] / 2**20

    def nodes(self) -> int:
        """Nodes of the document, also those that are in it no more and not given back."""
        return int(self._metrics()["Nodes"])

    def _metrics(self) -> dict[str, float]:
        told = self.protocol.send("Performance.getMetrics")["metrics"]
        return {one["name"]: one["value"] for one in told}


@contextmanager
def watching(browser: Browser, address: str, token: str) -> Iterator[Watched]:
    """The wall opened, with its first picture."""
    context = browser.new_context(viewport=SIZE, locale="zh-CN")  # type: ignore[arg-type]
    context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Performance.enable")
    found = Watched(page, protocol)
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.on("console", lambda said: found.errors.append(said.text) if said.type == "error" else None)

    def asked(request: Any) -> None:
        found.streams += request.url.endswith("/wall/bell")

    def connected(line: Any) -> None:
        found.lines += 1
        line.on("framereceived", lambda got: _count(found, got))

    page.on("request", asked)
    page.on("websocket", connected)
    page.add_init_script(OBSERVED)
    page.goto(f"{address}/wall")
    page.locator(".wall h1").first.wait_for(timeout=60_000)
    time.sleep(2)
    yield found
    context.close()


def _count(found: Watched, got: str | bytes) -> None:
    found.bytes_received += len(got)
