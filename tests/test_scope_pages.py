"""Pages of who sees a part, in a real browser: they open on the own area, name it, and show nothing of another."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from browser import TOKENS, WAIT_MS, chromium, served, sign_in, until, watched
from playwright.sync_api import Browser, Page, expect
from sampled_street import street
from sqlalchemy import text

from cockpit import publishing
from cockpit.access.current import COOKIE
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock

pytestmark = pytest.mark.browser

OWN, OTHER = "community:330109099014", "community:330109099003"
OTHERS = ("柳浪社区", "渡口社区", "示范街道社区公益基金")


@dataclass(frozen=True)
class Served:
    """The pages, and how somebody comes in."""

    address: str
    environment: dict[str, str]
    urls: StoreUrls

    def cookie(self, role: str, *areas: str) -> None:
        """From now on visits are those of a new account of that role."""
        token = sign_in(self.environment, login=f"{role}-{len(areas)}", role=role, areas=areas)
        TOKENS[self.address] = token


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages(new_database: Callable[[], StoreUrls], clock: Clock, store_environment: dict[str, str]) -> Iterator[Served]:
    urls = street(new_database, clock)
    named = {"DATABASE": urls.owner, "APP": urls.app, "LOAD": urls.load, "WALL": urls.wall, "GATE": urls.gate}
    environment = store_environment | {f"COCKPIT_{name}_URL": url for name, url in named.items()}
    with served(environment) as address:
        yield Served(address, environment, urls)


def drawn(page: Page) -> list[str]:
    """The tokens of the areas on the map."""
    page.locator(".areas path").first.wait_for(state="attached")
    until(page, "document.querySelector('.areas')?.dataset.ready === '1'")
    return [str(one) for one in page.locator(".areas path").evaluate_all("all => all.map(one => one.dataset.token)")]


def assert_nothing_of_others(page: Page) -> None:
    """No other community, no fund of the street and no fault is in the markup; tooltips and lists included."""
    markup = page.locator("[data-testid=stMain]").inner_html()
    assert [name for name in OTHERS if name in markup] == []
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_secretary_s_pages_open_on_the_own_community(browser: Browser, pages: Served) -> None:
    pages.cookie("secretary", OWN)
    with watched(browser) as visit:
        page = visit.open(pages.address)
        expect(page.locator(".crumbs .crumb").first).to_have_text("和平社区")
        tokens = drawn(page)
        assert tokens
        assert all(token.startswith("grid:330109099014") for token in tokens)
        assert page.locator("nav.nav a[data-go]").all_inner_texts()[:5] == ["总览", "时效", "资金", "社区", "考核"]
        assert_nothing_of_others(page)
        for path, last in (("response", "区域对照"), ("funds", "流水"), ("community", "网格力量")):
            page.goto(f"{pages.address}/{path}")
            expect(page.locator("h1").first).to_contain_text("和平社区：", timeout=WAIT_MS)
            expect(page.locator(".sec b").last).to_have_text(last, timeout=WAIT_MS)
            assert page.locator(".note").count() == 0
            if path != "community":  # there the nearest services are named, across the border
                assert_nothing_of_others(page)
        expect(page.locator(".k-figures thead")).not_to_contain_text("对照")
        assert page.locator(".k-search").count() == 0, "there is one community: nothing to look for"


def test_a_secretary_s_assessment_begins_with_the_published_figures_of_all_and_a_list_for_keys(
    browser: Browser, pages: Served, clock: Clock
) -> None:
    store = Store(pages.urls)
    publishing.publish(store, clock, months=(date(2026, 10, 1),))
    store.close()
    pages.cookie("secretary", OWN)
    with watched(browser) as visit:
        page = visit.open(f"{pages.address}/assessment")
        table = page.locator("#peers")
        expect(table).to_contain_text("按时办结率", timeout=WAIT_MS)
        assert table.bounding_box()["y"] < page.locator(".mx").bounding_box()["y"]  # type: ignore[index]
        page.locator(".k-names summary").focus()
        page.keyboard.press("Enter")
        names = page.locator(".k-names tbody th")
        assert names.count() > 10
        expect(names.first).to_have_text("和平社区")
        expect(page.locator(".k-names tbody tr").first).to_contain_text(re.compile(r"n=\d+"))
        matrix = page.locator(".mx").inner_html()
        assert [name for name in OTHERS if name in matrix] == []
        page = visit.open(f"{pages.address}/indicator?from=2026-10-01&to=2026-11-01")
        page.locator("a[href*='#peers']").click()
        expect(page.locator("#peers")).to_be_in_viewport(timeout=WAIT_MS)


def test_another_community_in_the_address_is_told_like_an_unknown_one_and_leaves_a_line(
    browser: Browser, pages: Served
) -> None:
    pages.cookie("secretary", OWN)
    with watched(browser) as visit:
        for named in (OTHER, "community:no-such-code"):
            page = visit.open(f"{pages.address}/?area={named}")
            expect(page.locator(".note")).to_have_text(f"没有找到区域“{named}”，已显示和平社区。")
            assert all(token.startswith("grid:330109099014") for token in drawn(page))
    store = Store(pages.urls)
    with store.reading(OPERATOR, Clock(datetime.now(UTC))) as connection:
        lines = connection.execute(
            text("select viewer, detail ->> 'asked', result from ops.audit where action = 'refused'")
        ).all()
    store.close()
    assert {("secretary-1", OTHER, "refused"), ("secretary-1", "community:no-such-code", "refused")} <= {
        tuple(line) for line in lines
    }


def test_a_forged_click_shows_nothing_of_another_area(browser: Browser, pages: Served) -> None:
    """What a picture sends back comes from the browser: a row is made to send another community."""
    pages.cookie("secretary", OWN)
    with watched(browser) as visit:
        page = visit.open(pages.address)
        row = page.locator("tbody tr[data-go]").first
        row.evaluate("(one, to) => { one.dataset.go = to }", f"?area={OTHER}")
        row.locator("td").first.click()
        expect(page.locator(".note")).to_contain_text(OTHER)
        assert all(token.startswith("grid:330109099014") for token in drawn(page))
        assert_nothing_of_others(page)


def test_a_grid_worker_s_pages_open_on_the_own_grid_without_money(browser: Browser, pages: Served) -> None:
    pages.cookie("grid_worker", "grid:330109099014005")
    with watched(browser) as visit:
        page = visit.open(pages.address)
        expect(page.locator(".crumbs .crumb").first).to_have_text("和平社区第五网格")
        assert all(token.startswith("microgrid:330109099014005") for token in drawn(page))
        assert page.locator("nav.nav a[data-go]").all_inner_texts()[:2] == ["总览", "社区"]
        assert_nothing_of_others(page)
        page.goto(f"{pages.address}/community")
        expect(page.locator("h1").first).to_contain_text("和平社区第五网格：")
        expect(page.locator(".sec b").last).to_have_text("网格力量", timeout=WAIT_MS)
        assert "资金" not in page.locator(".sec b").all_inner_texts()
        assert page.locator("a[href*='funds'], a[href*='response']").count() == 0


def test_an_account_without_an_area_in_force_is_told_so_and_shown_no_number(browser: Browser, pages: Served) -> None:
    pages.cookie("secretary", OWN, OTHER)
    store = Store(pages.urls)  # both areas have gone since: drawn anew under other codes
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        connection.execute(
            text(
                "update access.account_area set code = 'gone-' || code"
                " where account_id = (select account_id from access.account where login = 'secretary-2')"
            )
        )
    store.close()
    with watched(browser) as visit:
        for path in ("", "funds"):
            page = visit.open(f"{pages.address}/{path}")
            expect(page.locator("h1").first).to_have_text("没有可看的区域")
            assert page.locator(".sec").count() == 0


def test_a_cookie_is_all_that_says_who_somebody_is(browser: Browser, pages: Served) -> None:
    """Names of roles and areas in the address, or in other cookies, change nothing."""
    pages.cookie("secretary", OWN)
    with watched(browser) as visit:
        visit.page.context.add_cookies(
            [{"name": name, "value": "leader", "url": pages.address} for name in ("role", "viewer", f"{COOKIE}2")]
        )
        page = visit.open(f"{pages.address}/?role=leader&level=site&areas=1&viewer=leader")
        assert all(token.startswith("grid:330109099014") for token in drawn(page))
