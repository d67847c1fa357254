"""The wall stays alive in a real browser: it hears, it keeps, it says since when it is cut off, it comes back alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browser import ROOT, WAIT_MS, _wait, chromium, free_port, sign_in
from conftest import CHINA
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError
from small_town import build
from sqlalchemy import NullPool, create_engine, text
from store_gone import database_gone

from cockpit.access.current import COOKIE
from geo import replay
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock

pytestmark = pytest.mark.browser
NOW = datetime(2026, 11, 20, 14, 32, tzinfo=CHINA)
LATE = "1 件超期，在西社区，已超 2 小时 10 分"
WELL = "一切正常"
HERE = "window.__here === 1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def run(urls: StoreUrls, statement: str, **params: object) -> None:
    assert urls.admin is not None
    with create_engine(urls.admin, poolclass=NullPool).begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(statement), params)


def settle(urls: StoreUrls, *, is_closed: bool) -> None:
    """Closes the one late case, or opens it again, in a commit that rings."""
    closed = "due_at" if is_closed else "null"
    run(urls, f"with c as (update core.incident set closed_at = {closed} where incident_code = 'late' returning 1)"
        " update ops.data_version set version = version + 1 where exists (select from c)")  # fmt: skip


class Served:
    """The pages on one port, by a process that can be killed and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment, self.port = environment, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "streamlit", "run", "cockpit/asgi.py", "--server.port", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _wait(f"{self.address}/_stcore/health", self.process)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            self.process.wait(30)


@pytest.fixture(scope="module")
def town(store_environment: dict[str, str], urls: StoreUrls) -> dict[str, str]:
    build(urls, now=NOW)
    return store_environment | {"COCKPIT_NOW": NOW.isoformat()}


@pytest.fixture
def served(town: dict[str, str], urls: StoreUrls) -> Iterator[Served]:
    settle(urls, is_closed=False)
    found = Served(town)
    found.start()
    yield found
    found.end()


@contextmanager
def shown(browser: Browser, served: Served, *, login: str = "wall", lang: str = "") -> Iterator[Page]:
    """The wall before a browser; whatever it asks of another machine and any error of a script fails the test."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    context.set_default_timeout(WAIT_MS)
    token = sign_in(served.environment, login=login, role="wall")
    context.add_cookies([{"name": COOKIE, "value": token, "url": served.address}])
    page, faults = context.new_page(), []
    page.on("request", lambda asked: faults.append(asked.url) if is_outside(asked.url) else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{served.address}/wall?scene=now{lang.replace('?', '&')}")
    page.locator(".wall h1").wait_for()
    yield page
    context.close()
    assert faults == []


def is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1"


def says(page: Page, words: str) -> None:
    expect(page.locator(".wall h1")).to_have_text(words, timeout=WAIT_MS)


def is_cut(page: Page) -> None:
    expect(page.locator("main.wall.cut .cut-since")).to_be_visible(timeout=WAIT_MS)


def is_whole(page: Page) -> None:
    expect(page.locator("main.wall.data")).to_have_count(1, timeout=WAIT_MS)
    expect(page.locator(".cut-since, .wall.cut, .wall .badge")).to_have_count(0, timeout=WAIT_MS)
    expect(page.locator("[data-testid=stDialog]:visible")).to_have_count(0)


def test_each_commit_reaches_the_wall_which_is_neither_loaded_nor_mounted_anew(
    browser: Browser, served: Served, urls: StoreUrls
) -> None:
    with shown(browser, served) as page:
        says(page, LATE)
        page.evaluate("document.querySelector('.picture:has(.wall)').mounted = window.__here = 1")
        for number in range(8):  # eight within the patience for three rounds of the slow fallback
            settle(urls, is_closed=number % 2 == 0)
            expect(page.locator(".wall h1")).to_have_text(LATE if number % 2 else WELL, timeout=10_000)
        assert page.evaluate(f"{HERE} && document.querySelector('.picture:has(.wall)').mounted === 1")
        assert page.locator("main.wall").count() == 1
        is_whole(page)


def test_a_burst_of_commits_ends_with_the_last(browser: Browser, served: Served, urls: StoreUrls) -> None:
    with shown(browser, served) as page:
        for number in range(60):
            settle(urls, is_closed=number % 2 == 0)
        settle(urls, is_closed=True)
        says(page, WELL)
        settle(urls, is_closed=False)
        says(page, LATE)


def test_the_database_stopped_and_started(browser: Browser, served: Served, urls: StoreUrls) -> None:
    with shown(browser, served) as page:
        says(page, LATE)
        page.evaluate("window.__here = 1")
        with database_gone(urls):
            says(page, f"14:32 的情况：{LATE}")
            expect(page.locator(".wall.down .badge")).to_contain_text("14:32 起断开")
            expect(page.locator(".cut-since:visible")).to_have_count(0)
        says(page, LATE)
        is_whole(page)
        settle(urls, is_closed=True)
        says(page, WELL)
        assert page.evaluate(HERE), "it came back without being loaded anew"


def test_a_server_that_is_silent_and_then_killed_and_started_again(
    browser: Browser, served: Served, urls: StoreUrls
) -> None:
    with shown(browser, served, lang="?lang=en") as page:
        page.wait_for_timeout(2_000)
        assert served.process
        os.kill(served.process.pid, signal.SIGSTOP)
        is_cut(page)
        expect(page.locator(".cut-since")).to_have_text("▢ Disconnected since 14:32")
        expect(page.locator(".wall .areas .an")).to_have_count(2)
        os.kill(served.process.pid, signal.SIGCONT)
        is_whole(page)
        served.kill()
        is_cut(page)
        expect(page.locator("[data-testid=stDialog]:visible")).to_have_count(0)
        expect(page.locator(".wall .areas .an")).to_have_count(2)
        served.start()
        is_whole(page)
        settle(urls, is_closed=True)
        says(page, "All is well")


def test_server_killed_and_started_again_while_the_database_is_away(
    browser: Browser, served: Served, urls: StoreUrls, town: dict[str, str]
) -> None:
    with shown(browser, served) as page, shown(browser, served, login="other") as other:
        says(page, LATE)
        folder = Path(town["COCKPIT_HOME"]) / "wall-pictures"
        assert len(list(folder.iterdir())) >= 2
        with database_gone(urls):
            served.kill()
            is_cut(page)
            served.start()
            says(page, f"14:32 的情况：{LATE}")
            expect(page.locator(".wall.down .badge")).to_contain_text("起断开")
            expect(page.locator(".wall .areas .an")).to_have_count(2)
            says(other, f"14:32 的情况：{LATE}")
            page.reload()  # also for a browser that was started again
            says(page, f"14:32 的情况：{LATE}")
            page.context.clear_cookies()
            page.context.add_cookies([{"name": COOKIE, "value": "n" * 43, "url": served.address}])
            page.reload()
            says(page, "暂时读不到数据")
            expect(page.locator(".wall .areas .an")).to_have_count(0)
        says(other, LATE)
        is_whole(other)
        settle(urls, is_closed=True)
        says(other, WELL)
        expect(page.locator("form")).not_to_have_count(0)  # who is nobody comes to the sign-in page


def test_a_wall_that_is_revoked_goes_by_itself_and_leaves_no_picture(
    browser: Browser, served: Served, urls: StoreUrls, town: dict[str, str]
) -> None:
    folder = Path(town["COCKPIT_HOME"]) / "wall-pictures"
    with shown(browser, served, login="leaving") as page:
        says(page, LATE)
        asked = (
            "select max(session_id) from access.session join access.account using (account_id) where login = 'leaving'"
        )
        assert urls.admin is not None
        with create_engine(urls.admin, poolclass=NullPool).connect() as connection:
            session = int(connection.execute(text(asked)).scalar_one())
        head = session.to_bytes(8, "big")
        assert [path for path in folder.iterdir() if path.read_bytes()[:8] == head]
        run(
            urls, "update access.session set ended_at = now(), ended_why = 'revoked' where session_id = :id", id=session
        )
        page.wait_for_url("**/signin*")
        for _ in range(WAIT_MS // 500):  # by the stream's end, or the sweep
            if not [path for path in folder.iterdir() if path.read_bytes()[:8] == head]:
                break
            page.wait_for_timeout(500)
        else:
            pytest.fail("the picture stays")


def test_a_part_that_cannot_be_drawn_leaves_the_others(browser: Browser, served: Served, urls: StoreUrls) -> None:
    own = Path(served.environment["COCKPIT_HOME"]) / "config" / "freshness.toml"
    own.parent.mkdir(exist_ok=True)
    own.write_text("this is no configuration", encoding="utf-8")  # asked by one part only, the age of the data
    try:
        with shown(browser, served) as page:
            says(page, LATE)
            expect(page.locator(".wall .fig")).to_have_count(4)
            expect(page.locator(".wall .failed")).to_contain_text("日志编号")
            own.unlink()
            settle(urls, is_closed=True)
            says(page, WELL)
            expect(page.locator(".wall .failed")).to_have_count(0)
            expect(page.locator(".wall .areas .an")).to_have_count(2)
    finally:
        own.unlink(missing_ok=True)


def test_it_loads_itself_anew_at_the_hour_of_the_plan(browser: Browser, served: Served) -> None:
    own = Path(served.environment["COCKPIT_HOME"]) / "config" / "wall.toml"
    own.parent.mkdir(exist_ok=True)
    soon = datetime.now(CHINA) + timedelta(seconds=75)
    own.write_text(f'reload_at = "{soon:%H:%M}"\n', encoding="utf-8")
    try:
        with shown(browser, served) as page:
            page.evaluate("window.__here = 1")
            until_moved(page, f"!({HERE})", seconds=120)
            page.locator(".wall h1").wait_for()
            is_whole(page)
    finally:
        own.unlink(missing_ok=True)


def until_moved(page: Page, condition: str, *, seconds: int) -> None:
    for _ in range(seconds * 2):
        page.wait_for_timeout(500)
        with suppress(PlaywrightError):  # between two pages nothing can be evaluated
            if page.evaluate(condition):
                return
    pytest.fail(f"never: {condition}")


def test_midnight_and_with_it_the_ends_of_month_and_year_pass(
    browser: Browser, town: dict[str, str], new_database: object, tmp_path: Path
) -> None:
    assert callable(new_database)
    urls: StoreUrls = new_database()
    midnight = datetime(2027, 1, 1, tzinfo=CHINA)
    build(urls, now=midnight + timedelta(hours=2))
    run(urls, "insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id)"
        " select incident_id, 'reported', reported_at, reported_at, 1, load_id from core.incident")  # fmt: skip
    run(urls, "insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id)"
        " select incident_id, 'noted', :at, :at, 1, load_id from core.incident limit 1",
        at=midnight + timedelta(hours=9))  # fmt: skip
    named = {"DATABASE": urls.owner, "APP": urls.app, "LOAD": urls.load, "WALL": urls.wall, "GATE": urls.gate}
    own = town | {f"COCKPIT_{name}_URL": url for name, url in named.items()} | {"COCKPIT_HOME": str(tmp_path)}
    del own["COCKPIT_NOW"]
    store = Store(urls)
    source = next(
        one for one in replay.playable(store, OPERATOR, Clock(midnight + timedelta(days=9))) if "inc" in one.code
    )
    found = Served(own)
    with replay.lease(store, OPERATOR, source, begins=midnight - timedelta(minutes=12), speed=10):
        found.start()
        try:
            with shown(browser, found) as page:
                expect(page.locator(".wall [data-day]")).to_have_text("12月31日 星期四")
                page.evaluate("window.__here = 1")
                expect(page.locator(".wall [data-day]")).to_have_text("1月1日 星期五", timeout=WAIT_MS * 2)
                expect(page.locator(".wall [data-clock]")).to_have_text("00:05", timeout=WAIT_MS)
                expect(page.locator(".wall .failed")).to_have_count(0)
                is_whole(page)
                assert page.evaluate(HERE)
        finally:
            found.end()
    store.close()
