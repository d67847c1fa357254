"""The page of response times in a real browser: data, empty, the database gone; zh and en; hostile names stay text."""

import re
from collections.abc import Iterator

import pytest
from browser import WAIT_MS, chromium, served, watched, without_store
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build

from geo.store import StoreUrls
from geo.viewer import Clock

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def empty(store_environment: dict[str, str]) -> Iterator[str]:
    """The address of the pages over a store without data."""
    with served(store_environment) as address:
        yield address


@pytest.fixture(scope="module")
def town(empty: str, urls: StoreUrls, clock: Clock) -> str:
    """The address of the pages with the small town in the store; asked for after the tests of the empty store."""
    build(urls, now=clock.at)
    return empty


def response_page(page: Page, *, tab: str = "时效") -> Page:
    """The way there as people take it: by the navigation."""
    page.locator(".nav a", has_text=tab).click()
    page.wait_for_url("**/response*")
    return page


def test_an_empty_store_says_what_to_load_and_shows_no_figure(browser: Browser, empty: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(empty))
        expect(page.locator("h1").first).to_have_text("还没有事件数据")
        expect(page.locator(".lead").first).to_contain_text("cockpit load")
        expect(page.locator(".c-figure")).to_have_count(0)
        expect(page.locator("p.down")).to_have_count(0)


def test_without_the_database_every_panel_says_so_and_the_page_stands(
    browser: Browser, store_environment: dict[str, str]
) -> None:
    with served(without_store(store_environment)) as address, watched(browser) as visit:
        page = response_page(visit.open(address))
        expect(page.locator("p.down")).to_have_count(6, timeout=WAIT_MS)
        expect(page.locator("h1").first).to_contain_text("数据库连接中断")


def test_it_opens_with_the_median_and_the_share_inside_ten_minutes(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(town))
        expect(page.locator("h1").first).to_have_text("到场中位 6 分钟，十分钟到场 100.0%")
        expect(page.locator(".c-figure-number")).to_contain_text("100.0")
        expect(page.locator(".c-figure-facts")).to_contain_text("31 / 31 件")
        expect(page.locator(".c-part").first).to_contain_text("未计入：没有到场时刻 0 件")


def test_a_stage_without_stamps_says_so_and_is_never_zero(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(town))
        urgent = page.locator(".st-key-panel_data_urgent")
        expect(urgent.locator(".c-absent").first).to_have_text("无数据：没有起止时间齐全的事件")
        expect(page.locator(".c-part").nth(1)).to_contain_text("无数据")


def test_each_figure_opens_its_definition(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(town))
        fold = page.locator(".st-key-panel_data_promise details")
        fold.locator("summary").click()
        expect(fold).to_contain_text("从上报到到场不超过 600 秒的事件")
        expect(fold).to_contain_text("K03@1")


def test_the_table_sorts_by_a_click_and_a_name_leads_into_the_area(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(town))
        table = page.locator(".c-table")
        table.locator("th", has_text="件数").click()
        expect(table.locator("th", has_text="件数")).to_have_attribute("aria-sort", "descending")
        table.locator(".c-link", has_text="西社区").click()
        expect(page.locator(".crumbs")).to_contain_text("西社区")
        expect(page.locator(".c-table thead")).to_contain_text("网格")


def test_the_trend_changes_its_step_by_the_url(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(town))
        chart = page.locator(".st-key-panel_data_trend [data-testid=stPlotlyChart]")
        expect(chart.locator(".xtick")).not_to_have_count(0)
        place = chart.bounding_box()
        page.locator(".c-switch a", has_text="按月").click()
        page.wait_for_url("**by=month*")
        expect(page.locator(".c-switch a[aria-current]")).to_have_text("按月")
        expect(chart.locator(".xtick").last).to_have_text("2026年11月")
        assert chart.bounding_box() == place


def test_pointing_at_the_trend_tells_the_period_and_its_numbers_stand_below(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(town))
        chart = page.locator(".st-key-panel_data_trend [data-testid=stPlotlyChart]")
        expect(chart).to_have_attribute("aria-label", re.compile("十分钟到场率走势"))
        ground = chart.locator(".nsewdrag")
        place = ground.bounding_box()
        assert place is not None
        ground.hover(position={"x": place["width"] - 4, "y": place["height"] / 2})
        expect(chart.locator(".hoverlayer")).to_contain_text("2026年11月16日至11月20日（未满）")
        expect(chart.locator(".hoverlayer")).to_contain_text("样本不足，仅 6 件")
        expect(page.locator(".modebar-btn")).to_have_count(0)
        page.locator(".c-switch a", has_text="按月").click()
        expect(chart.locator(".xtick").last).to_have_text("2026年11月")
        page.locator(".st-key-panel_data_trend summary").click()
        expect(page.locator(".p-numbers tbody tr").last).to_contain_text("100.0%")


def test_a_category_limits_the_page_to_its_class(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(f"{town}/?category=noise"))
        expect(page.locator(".st-key-panel_data_urgent .empty")).to_contain_text("属于一般事件")
        expect(page.locator(".lead")).to_contain_text("噪声扰民")
        expect(page.locator("h1").first).to_have_text("到场中位 6 分钟")
        expect(page.locator(".c-figure-facts")).to_contain_text("“噪声扰民”不是紧急类别，十分钟承诺不适用")
        expect(page.locator(".c-promise")).to_have_count(0)
        chart = page.locator(".st-key-panel_data_trend [data-testid=stPlotlyChart]")
        expect(chart.locator(".xtick")).not_to_have_count(0)
        expect(chart).not_to_contain_text("目标")


def test_a_hostile_name_is_shown_as_text(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(f"{town}/?level=grid"))
        expect(page.locator(".c-table")).to_contain_text(HOSTILE)
        expect(page.locator(".c-tiles")).to_contain_text(HOSTILE)
        assert page.title() != "owned"


def test_in_english_no_chinese_but_names_of_places_is_left(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(f"{town}/?lang=en"), tab="Response")
        expect(page.locator("h1").first).to_have_text("Median to the scene 6 min; 100.0% within ten minutes")
        expect(page.locator(".c-table")).to_be_visible()
        shown = page.locator(".stApp").inner_text()
        for name in ("西社区", "东社区", "中文", "西", "东"):
            shown = shown.replace(name, "")
        assert re.findall(r"[\u4e00-\u9fff]+", shown) == []


def test_nothing_sticks_out_sideways_on_an_old_office_screen(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = response_page(visit.open(town))
        expect(page.locator(".c-table")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 1366
