"""The overview in a real browser: data, empty, the database gone; zh and en; drilling down; hostile names stay text."""

import re
from collections.abc import Callable, Iterator

import pytest
from browser import chromium, served, until, watched, without_store
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build
from sqlalchemy import create_engine, make_url, text

from geo.store import StoreUrls
from geo.viewer import Clock

pytestmark = pytest.mark.browser

THE_SAME_PLACE = """(() => {
  const [heat, drawing] = ["[data-testid='stDeckGlJsonChart'] canvas", "svg.layer"]
    .map(found => document.querySelector(found)?.getBoundingClientRect());
  return heat && drawing && ["x", "y", "width", "height"].every(side => Math.abs(heat[side] - drawing[side]) <= 1.5);
})()"""
"""The heat and the drawing of the areas, once the page has settled."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store_environment: dict[str, str], clock: Clock) -> Iterator[str]:
    """The address of the pages with the small town in the store."""
    build(urls, now=clock.at)
    with served(store_environment) as address:
        yield address


def areas(page: Page) -> list[str]:
    page.locator(".areas path").first.wait_for(state="attached")
    until(page, "document.querySelector('.areas')?.dataset.ready === '1'")
    return [str(name) for name in page.locator(".areas path").evaluate_all("all => all.map(one => one.dataset.name)")]


def test_it_opens_with_what_is_overdue_and_where(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(town)
        expect(page.locator("h1")).to_have_text("1 件超期，在西社区，已超 2 小时 10 分")
        expect(page.locator(".lead")).to_contain_text("综合执法队承办")
        expect(page.locator(".mock")).to_have_text("模拟数据")
        expect(page.locator(".key .figure").first).to_have_text("1件")


def test_in_english_no_chinese_but_names_of_places_is_left(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/?lang=en")
        expect(page.locator("h1")).to_have_text("1 case overdue, in 西社区: 2 h 10 min late")
        areas(page)
        shown = page.locator(".stApp").inner_text()
        for name in ("西社区", "东社区", "西", "东", "中文", "综合执法队"):
            shown = shown.replace(name, "")
        assert re.findall(r"[\u4e00-\u9fff]+", shown) == []


def test_in_chinese_no_word_of_streamlit_s_own_is_shown(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(town)
        areas(page)
        shown = page.locator(".stApp").inner_text()
        assert set(re.findall(r"[A-Za-z]{2,}", shown)) == {"EN", "leader"}  # the latter is who is signed in


def test_a_click_on_an_area_looks_into_it_and_the_breadcrumb_leads_back(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(town)
        assert areas(page) == ["东社区", "西社区"]
        page.locator(".areas path[data-token='community:W']").click()
        expect(page).to_have_url(re.compile("area=community%3AW"))
        until(page, "document.querySelectorAll(\".areas path[data-token^='grid:']\").length === 2")
        assert areas(page) == ["西社区第一网格", "西社区第二网格"]
        page.locator(".crumbs a").first.click()
        until(page, "document.querySelectorAll(\".areas path[data-token^='community:']\").length === 2")
        assert "area=" not in page.url


def test_an_area_can_be_reached_and_opened_by_the_keyboard(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(town)
        areas(page)
        page.locator(".areas path[data-token='community:E']").focus()
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("area=community%3AE"))


def test_a_hostile_name_stays_text_in_table_map_and_tooltip(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/?area=community:E&level=grid")
        assert HOSTILE in areas(page)
        expect(page.locator("td", has_text="onerror")).to_have_text(HOSTILE)
        page.locator(".areas path[data-token='grid:E1']").hover(force=True)
        expect(page.locator("#cockpit-tip")).to_contain_text("<img src=x")
        assert page.title() != "owned"


def test_without_households_only_counts_are_offered(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/?area=community:E&by=rate")
        areas(page)
        expect(page.locator(".bar")).to_contain_text("无户数数据，只能按件数看")


def test_an_area_without_households_has_no_rate_and_not_a_zero(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/?by=rate")
        areas(page)
        row = page.locator("tbody tr", has_text="东社区")
        expect(row.locator("td").nth(2)).to_have_text("无数据")
        expect(page.locator(".areas path[data-token='community:E']")).to_have_class("a cnone")


def test_the_table_sorts_by_a_click_on_its_heading(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/?level=grid")
        header = page.locator("th", has_text="上报")
        header.click()
        expect(header).to_have_attribute("aria-sort", "descending")
        counts = [int(cell) for cell in page.locator("tbody tr td:nth-child(2)").all_inner_texts()]
        assert counts == sorted(counts, reverse=True)


def test_the_heat_lies_over_the_areas_at_their_very_place(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/?mode=heat")
        areas(page)
        page.locator("[data-testid='stDeckGlJsonChart'] canvas").first.wait_for(state="attached")
        until(page, THE_SAME_PLACE)


def test_an_unknown_area_in_the_address_is_said_and_everything_is_shown(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/?area=community:nowhere&from=yesterday")
        expect(page.locator(".note").first).to_contain_text("yesterday")
        expect(page.locator(".note").nth(1)).to_contain_text("community:nowhere")
        assert areas(page) == ["东社区", "西社区"]


def test_the_page_has_no_sideways_scroll_at_1366(browser: Browser, town: str) -> None:
    with watched(browser) as visit:
        page = visit.open(town)
        areas(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 1366


def test_without_a_database_each_panel_says_what_happened_and_what_to_do(
    browser: Browser, store_environment: dict[str, str]
) -> None:
    with served(without_store(store_environment)) as address, watched(browser) as visit:
        page = visit.open(address)
        expect(page.locator("h1")).to_have_text("暂时读不到数据")
        expect(page.locator("p.down")).to_have_count(3)
        expect(page.locator("p.down").first).to_contain_text("数据库连接中断")


def test_when_the_database_goes_the_last_picture_stays_and_comes_back_by_itself(
    browser: Browser, town: str, urls: StoreUrls
) -> None:
    with watched(browser) as visit:
        page = visit.open(town)
        areas(page)
        with _database_gone(urls):
            page.locator(".langs a[lang='en']").click()
            expect(page.locator(".age.down").first).to_contain_text("disconnected since")
            expect(page.locator("h1")).to_contain_text("1 case overdue")
            expect(page.locator(".areas path")).to_have_count(2)
        expect(page.locator(".age.down")).to_have_count(0, timeout=30_000)


class _database_gone:  # noqa: N801
    """While it lasts, the module's database lets nobody in."""

    def __init__(self, urls: StoreUrls) -> None:
        assert urls.admin is not None
        self._name = make_url(urls.admin).database
        self._engine = create_engine(make_url(urls.admin).set(database="postgres"), isolation_level="AUTOCOMMIT")

    def __enter__(self) -> None:
        self._run(f"alter database {self._name} allow_connections false")
        self._run(f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{self._name}'")

    def __exit__(self, *_: object) -> None:
        self._run(f"alter database {self._name} allow_connections true")
        self._engine.dispose()

    def _run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))


def test_an_empty_store_says_how_to_load(
    browser: Browser, new_database: Callable[[], StoreUrls], store_environment: dict[str, str]
) -> None:
    empty = new_database()
    environment = store_environment | {"COCKPIT_DATABASE_URL": empty.owner, "COCKPIT_APP_URL": empty.app}
    with served(environment) as address, watched(browser) as visit:
        page = visit.open(address)
        expect(page.locator("h1")).to_have_text("还没有事件数据")
        expect(page.locator(".lead")).to_contain_text("cockpit demo")
        expect(page.locator(".empty")).to_have_count(2)
