"""The page of one community in a real browser: data, empty, database gone; search, print, languages, hostile names."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from browser import WAIT_MS, chromium, served, until, watched, without_store
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build

from cockpit import publishing
from geo.store import Store, StoreUrls
from geo.viewer import Clock

pytestmark = pytest.mark.browser
PAGE = re.compile(rb"/Type\s*/Page\b")


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
    """The address of the pages with the small town in the store; asked for after the test of the empty store."""
    build(urls, now=clock.at)
    return empty


def drawn(page: Page) -> None:
    until(page, "document.querySelector('.areas')?.dataset.ready === '1'")
    page.locator(".st-key-community_stages").wait_for(timeout=WAIT_MS)


def test_an_empty_store_says_what_to_load(browser: Browser, empty: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{empty}/community")
        expect(page.locator("h1")).to_have_text("还没有装载区域边界：cockpit load boundaries")
        expect(page.locator("p.down")).to_have_count(0)


def test_without_the_database_every_panel_says_so_and_the_page_stands(
    browser: Browser, store_environment: dict[str, str]
) -> None:
    with served(without_store(store_environment)) as address, watched(browser) as visit:
        page = visit.open(f"{address}/community")
        expect(page.locator("h1")).to_have_text("暂时读不到数据")
        expect(page.locator("p.down")).to_have_count(7, timeout=WAIT_MS)


def test_it_opens_on_the_community_that_needs_someone_with_list_map_and_words_for_what_is_missing(
    browser: Browser, town: str
) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/community")
        expect(page.locator("h1")).to_have_text("西社区：1 件已超期，在第一网格，已超 2 小时 10 分；先办第 1 件")
        expect(page.locator(".note")).to_have_text("没有指定社区：先显示超期最多的西社区（1 件）。")
        drawn(page)
        expect(page.locator(".k-open .k-group").first).to_have_text("超期 1")
        expect(page.locator(".k-open .k-who").nth(1)).to_have_text("综合执法队")
        expect(page.locator(".mark .lv.orange")).to_have_count(1)
        expect(page.locator(".k-services")).to_contain_text("西社区卫生服务站")
        expect(page.locator(".st-key-panel_data_staff .empty")).to_contain_text("cockpit load staff")
        expect(page.locator(".st-key-panel_data_money .empty")).to_contain_text("cockpit load funds")
        assert page.evaluate("document.documentElement.scrollWidth") == 1366


def test_a_name_that_is_typed_leads_to_its_community_and_the_period_stays(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/community?area=community:W&from=2026-11-01&to=2026-11-21")
        field = page.locator(".k-search")
        field.fill("东社")
        field.press("Enter")
        expect(page.locator("h1")).to_contain_text("东社区：一切正常，没有在办的事件")
        assert "from=2026-11-01" in page.url
        drawn(page)
        expect(page.locator(".empty").first).to_have_text("没有在办的事件。")


def test_a_hostile_name_of_a_grid_stays_text_on_map_and_in_note(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/community?area=grid:E1")
        expect(page.locator(".note")).to_contain_text(HOSTILE)
        drawn(page)
        assert page.locator("img[src=x]").count() == 0
        assert page.title() != "owned"


def test_printed_it_is_two_pages_with_their_heads_and_without_the_bars(
    browser: Browser, town: str, tmp_path: Path
) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/community?area=community:W")
        drawn(page)
        page.pdf(path=tmp_path / "printed.pdf", prefer_css_page_size=True, print_background=True)
        assert len(PAGE.findall((tmp_path / "printed.pdf").read_bytes())) == 2
        page.emulate_media(media="print")
        expect(page.locator(".printed").first).to_contain_text("西社区")
        expect(page.locator(".printed").nth(1)).to_contain_text("第 2 页")
        expect(page.locator(".nav")).to_be_hidden()
        expect(page.locator(".k-filters")).to_be_hidden()
        expect(page.locator(".map svg.layer").first).to_be_visible()


def test_in_english_no_chinese_but_names_is_left(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/community?area=community:W&lang=en")
        expect(page.locator("h1")).to_have_text("西社区: 1 case overdue, in 第一网格: 2 h 10 min late; case 1 first")
        drawn(page)
        shown = page.locator(".stApp").inner_text()
        names = (
            "西社区卫生服务站",
            "西社区",
            "东社区",
            "小镇街道",
            "第一网格",
            "第二网格",
            "中文",
            "综合执法队",
            "东",
            "西",
        )
        for name in names:
            shown = shown.replace(name, "")
        assert re.findall(r"[\u4e00-\u9fff]+", shown) == []


def test_the_overview_leads_to_the_page_of_a_community_and_back(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(town)
        page.locator("td.to a").nth(1).click()
        expect(page.locator("h1")).to_contain_text("西社区：1 件已超期", timeout=WAIT_MS)
        drawn(page)
        page.locator(".k-way", has_text="总览").click()
        expect(page.locator(".crumbs a", has_text="社区页")).to_be_visible(timeout=WAIT_MS)


def test_the_strips_of_the_comparison_have_room_for_their_dots(
    browser: Browser, town: str, store: Store, clock: Clock
) -> None:
    publishing.publish(store, clock, months=(date(2026, 10, 1),))
    with watched(browser) as visit:
        page = visit.open(f"{town}/community?area=community:W")
        page.locator(".k-strip svg").first.wait_for(timeout=WAIT_MS)
        widths = page.locator(".k-strip svg").evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
        assert min(widths) >= 200, widths
        ends = page.locator(".k-strip div span").evaluate_all(
            "all => all.map(one => one.scrollWidth > one.clientWidth + 1)"
        )
        assert not any(ends), "the ends are read whole"
        assert page.evaluate("document.documentElement.scrollWidth") == 1366
