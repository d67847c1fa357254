"""The money page in a real browser: data, empty, the database gone; zh and en; hostile names stay text."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from browser import TOKENS, cookies_for, sign_in
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import text

from geo.errors import StoreUnavailable
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock

ROOT = Path(__file__).parent.parent
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
NOW = "2026-11-20T14:32:00+08:00"
FLAGS = ["--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"]

pytestmark = pytest.mark.browser


@contextmanager
def served(urls: StoreUrls, home: Path, database: str | None = None) -> Iterator[str]:
    """The pages on a free loopback port, with the store of `urls`; yields the address."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")} | {
        "COCKPIT_HOME": str(home), "COCKPIT_DATABASE_URL": database or urls.owner,
        "COCKPIT_APP_URL": database or urls.app,
        "COCKPIT_LOAD_URL": urls.load, "COCKPIT_WALL_URL": urls.wall, "COCKPIT_GATE_URL": urls.gate,
        "COCKPIT_NOW": NOW,
    }  # fmt: skip
    command = [sys.executable, "-m", "streamlit", "run", "cockpit/asgi.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        with suppress(StoreUnavailable):
            TOKENS[f"http://127.0.0.1:{port}"] = sign_in(environment)
        yield f"http://127.0.0.1:{port}/funds"
    finally:
        server.terminate()
        server.wait(10)


def _wait(address: str) -> None:
    for _ in range(300):
        with suppress(URLError, ConnectionError, TimeoutError), urlopen(address, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    pytest.fail(f"no answer from {address}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens an address; fails the test on any request that leaves the machine and on any error of a script."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    faults: list[str] = []

    def opened(address: str) -> Page:
        page = context.new_page()
        page.on("request", lambda request: _note_outside(request.url, faults))
        page.on("pageerror", lambda error: faults.append(str(error)))
        context.add_cookies(cookies_for(address))
        page.goto(address)
        page.locator("h1").wait_for(timeout=60_000)
        return page

    yield opened
    context.close()
    assert faults == []


def _note_outside(url: str, faults: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
        faults.append(url)


@pytest.fixture(scope="module")
def filled(store: Store, clock: Clock) -> None:
    """Two funds of one street, one asleep, one with a hostile name; a formula among the payers; a payment promised."""
    with store.loading(LEADER, clock) as connection:
        connection.execute(
            text("""
            insert into core.source (code, dataset, name) values ('hand', 'funds', 'hand');
            insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, status, loaded_by, started_at,
                                  finished_at)
              values ('funds', 1, 'x.csv', '0', '0', 'loaded', 'test', ops.clock(), ops.clock());
            insert into core.area (level, code, name, is_nested, geom, label_point, area_m2, source_id, load_id,
                                   content_hash)
              values ('street', 's', '长河街道', true, st_multi(st_makeenvelope(0, 0, 1, 1, 4326)),
                      st_setsrid(st_point(.5, .5), 4326), 1, 1, 1, 'h');
            """)
        )
        connection.execute(
            text("""
            insert into core.fund (source_id, fund_code, name, fund_kind, opened_on, street_id, content_hash, load_id)
            values (1, 'f1', :hostile, 'community', '2024-01-01', 1, 'h', 1),
                   (1, 'f2', '文体基金', 'named', '2024-01-01', 1, 'h', 1)
            """),
            {"hostile": HOSTILE},
        )
        connection.execute(
            text("""
            insert into core.ledger_entry (source_id, entry_code, fund_id, entry_kind, occurred_on, source_kind,
              use_kind, payer, payee, amount, street_id, recorded_at, content_hash, load_id)
            select 1, c, f, k, d::date, s, u, :hostile, '=2+5', a, 1, ops.clock(), 'h', 1 from (values
              ('a1', 1, 'opening', '2026-01-01', null, null, 80000.00),
              ('a2', 1, 'income', '2026-02-01', 'resident', null, 234567.89),
              ('a3', 1, 'expense', '2026-11-01', null, 'meals', 34567.00),
              ('b1', 2, 'opening', '2024-01-01', null, null, 79000.00)
            ) v (c, f, k, d, s, u, a)
            """),
            {"hostile": HOSTILE},
        )


@pytest.fixture(scope="module")
def address(filled: None, urls: StoreUrls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(urls, tmp_path_factory.mktemp("home")) as found:
        yield found


def test_the_page_opens_with_the_sleeping_funds_and_closes_the_books(
    address: str, open_page: Callable[[str], Page]
) -> None:
    page = open_page(address)
    expect(page.locator("h1")).to_have_text("1 只基金沉睡满一年，共 7.9 万元", timeout=30_000)
    expect(page.locator(".lead")).to_contain_text("今年收 23.5 万元、支 3.5 万元，账实相符")
    expect(page.locator(".f-big")).to_have_text("35.9万元", timeout=30_000)
    expect(page.locator(".sankey")).to_contain_text("沉睡基金 1 只")
    expect(page.locator(".f-foot").first).to_contain_text("差额 0.00 元")
    expect(page.locator(".idle")).to_contain_text("沉睡")
    expect(page.locator(".f-entries tbody tr")).to_have_count(3)


def test_the_months_show_in_and_out_and_tell_their_numbers(address: str, open_page: Callable[[str], Page]) -> None:
    page = open_page(address)
    panel = page.locator(".st-key-panel_data_months")
    expect(panel.locator("h2")).to_contain_text("收支按月2024年12月至2026年11月", timeout=30_000)
    expect(panel.locator("[data-testid=stPlotlyChart]")).to_have_attribute(
        "aria-label", "收支按月：2024年12月至2026年11月，流入 23.5 万元，流出 3.5 万元，净额 20.0 万元", timeout=30_000
    )
    expect(panel.locator(".f-key")).to_contain_text("净额 +20.0")
    ground = panel.locator(".nsewdrag")
    place = ground.bounding_box()
    assert place is not None
    ground.hover(position={"x": place["width"] - 4, "y": place["height"] / 2})
    expect(panel.locator(".hoverlayer")).to_contain_text("支出 34,567.00 元", timeout=30_000)
    panel.locator("summary").click()
    expect(panel.locator(".p-numbers tbody tr").last).to_contain_text("2026年11月（未满）")


def test_hostile_names_are_shown_as_text(address: str, open_page: Callable[[str], Page]) -> None:
    page = open_page(address)
    expect(page.locator(".f-entries")).to_contain_text("<img src=x", timeout=30_000)
    assert page.locator("img[src=x]").count() == 0
    assert page.title() != "owned"


def test_the_page_speaks_english(address: str, open_page: Callable[[str], Page]) -> None:
    page = open_page(f"{address}?lang=en")
    expect(page.locator("h1")).to_have_text("Funds asleep for a year: 1, together CN¥79k", timeout=30_000)
    expect(page.locator(".f-entries")).to_contain_text("Meals for elders")


def test_a_click_on_a_fund_shows_its_entries_alone(address: str, open_page: Callable[[str], Page]) -> None:
    page = open_page(address)
    page.locator(".idle g[data-go]", has_text="文体基金").first.click(timeout=30_000)
    expect(page.locator(".f-big")).to_have_text("7.9万元", timeout=30_000)
    assert "fund=f2" in page.url


def test_entries_are_searched_and_taken_home_without_a_live_formula(
    address: str, open_page: Callable[[str], Page]
) -> None:
    page = open_page(address)
    page.locator("input[type=search]").fill("长者助餐", timeout=30_000)
    page.locator("input[type=search]").press("Enter")
    expect(page.locator(".f-entries tbody tr")).to_have_count(1, timeout=30_000)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载 CSV").click()
    written = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert "34567.00" in written
    assert "'=2+5" in written


def test_a_store_without_funds_says_what_to_do(
    new_database: Callable[[], StoreUrls], tmp_path: Path, open_page: Callable[[str], Page]
) -> None:
    with served(new_database(), tmp_path) as empty:
        page = open_page(empty)
        expect(page.locator("h1")).to_have_text("还没有基金", timeout=30_000)
        expect(page.locator(".empty")).to_contain_text("cockpit load funds")


def test_without_the_database_the_page_says_so_and_draws_no_figure(
    urls: StoreUrls, tmp_path: Path, open_page: Callable[[str], Page]
) -> None:
    with served(urls, tmp_path, "postgresql+psycopg://cockpit_app@127.0.0.1:9/gone") as down:
        page = open_page(down)
        expect(page.locator("h1")).to_have_text("暂时读不到资金数据", timeout=60_000)
        expect(page.locator("p.down").first).to_contain_text("数据库连接中断")
        assert page.locator(".f-big").count() == 0
