"""Exempting an overdue case on its row in a real browser: both figures show, the reason is text, others may not."""

import csv
import io
from collections.abc import Iterator

import pytest
from browser import TOKENS, WAIT_MS, chromium, fetch, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from small_town import build

from geo.store import Store, StoreUrls
from geo.viewer import Clock

pytestmark = pytest.mark.browser
NOVEMBER = "from=2026-11-01&to=2026-11-21"
REASON = "=1+1 台风停电 13812345678 <img src=x onerror=\"document.title='owned'\">"
SHOWN = "=1+1 台风停电 138****5678 <img src=x onerror=\"document.title='owned'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(urls: StoreUrls, store_environment: dict[str, str], clock: Clock) -> Iterator[str]:
    """The town, opened by an evaluator."""
    build(urls, now=clock.at)
    with served(store_environment) as found:
        TOKENS[found] = sign_in(store_environment, login="kong", role="evaluator")
        yield found


@pytest.fixture
def late(store: Store) -> Iterator[None]:
    """The overdue case as it was: no test leaves it exempted."""
    yield
    with store.session() as connection:
        standing = connection.exec_driver_sql("select count(*) from core.incident_event where actor is not null")
        assert standing.scalar_one() % 2 == 0


def opened(page: Page) -> None:
    page.locator(".i-rows tbody tr").first.wait_for(timeout=WAIT_MS)


@pytest.mark.usefixtures("late")
def test_an_evaluator_exempts_a_case_sees_both_figures_and_takes_it_back(
    browser: Browser, address: str, store_environment: dict[str, str]
) -> None:
    here = f"{address}/indicator?kpi=on_time_rate&area=community:W&{NOVEMBER}&mark=denominator"
    with watched(browser) as visit:
        page = visit.open(here)
        opened(page)
        page.get_by_role("button", name="豁免 late").click()
        form = page.locator(".i-why")
        expect(form).to_contain_text("豁免 late 的理由", timeout=WAIT_MS)
        form.get_by_role("button", name="取消").click()
        expect(form).to_have_count(0, timeout=WAIT_MS)
        page.get_by_role("button", name="豁免 late").click()
        page.locator(".i-why input").fill(REASON)
        page.locator(".i-why button[type=submit]").click()
        expect(page.locator(".i-held")).to_contain_text(f"已豁免 11-20 14:32 · kong · {SHOWN}", timeout=WAIT_MS)
        expect(page.locator("h1")).to_contain_text("（豁免后 100.0%，豁免 1 件）", timeout=WAIT_MS)
        expect(page.locator(".c-figure-facts")).to_contain_text("豁免后 100.0%，豁免 1 件")
        expect(page.locator(".i-rows-bar [data-mark='denominator'] .i-count")).to_have_text("1")
        assert page.title() != "owned"
        assert page.locator("img[src=x]").count() == 0

        other = page.context.new_page()
        other.goto(here.replace("on_time_rate", "on_time_rate_exempted").replace("mark=denominator", "mark=excluded"))
        expect(other.locator(".i-rows")).to_contain_text("未计入：已豁免", timeout=WAIT_MS)
        expect(other.locator(".i-held")).to_contain_text(SHOWN)
        other.goto(f"{address}/assessment?{NOVEMBER}&against=none")
        other.locator(".mx tbody tr", has_text="西社区").locator(".mx-cell[href*='kpi=on_time_rate']").first.hover()
        expect(other.locator("#cockpit-tip")).to_contain_text("豁免后 100.0%，豁免 1 件", timeout=WAIT_MS)
        other.close()

        leader = sign_in(store_environment)
        target = page.locator(".i-rows-bar a.export").get_attribute("href")
        with fetch(f"{address}{target}", token=leader) as answer:
            lines = list(csv.reader(io.StringIO(answer.read().decode("utf-8-sig"))))
        told = dict(zip(lines[0], lines[1], strict=False))
        assert told["豁免人"] == "kong"
        assert told["豁免理由"].lstrip("'") == SHOWN
        assert told["豁免理由"].startswith("'")

        page.get_by_role("button", name="撤回 late 的豁免").click()
        page.locator(".i-why input").fill("误判")
        page.locator(".i-why button[type=submit]").click()
        expect(page.locator(".i-held")).to_have_count(0, timeout=WAIT_MS)
        expect(page.locator("h1")).not_to_contain_text("豁免后", timeout=WAIT_MS)


def test_who_may_not_is_offered_nothing(browser: Browser, address: str, store_environment: dict[str, str]) -> None:
    evaluator = TOKENS[address]
    TOKENS[address] = sign_in(store_environment, login="wang", role="secretary", areas=("community:W",))
    try:
        with watched(browser) as visit:
            page = visit.open(f"{address}/indicator?kpi=on_time_rate&area=community:W&{NOVEMBER}&mark=denominator")
            opened(page)
            expect(page.locator(".i-rows tbody tr").first).to_contain_text("late")
            assert page.locator(".i-act").count() == 0
    finally:
        TOKENS[address] = evaluator
