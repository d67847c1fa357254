"""The wall and the comparison in a real browser: what they say, what they never show, and what stays when data goes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from urllib.error import HTTPError

import pytest
from browser import WAIT_MS, chromium, cookies_for, fetch, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build
from sqlalchemy import create_engine, make_url, text

from cockpit import publishing
from geo.accounts import accounts_in
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock

pytestmark = pytest.mark.browser
WALL = (1920, 1080)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def town(store_environment: dict[str, str], urls: StoreUrls, clock: Clock) -> Iterator[str]:
    """The pages over the small town, its grid with a hostile name made a community's as well."""
    build(urls, now=clock.at)
    run(urls, "update core.area set name = :name where code = 'E'", name=HOSTILE)
    with served(store_environment) as address:
        yield address


def run(urls: StoreUrls, statement: str, **params: object) -> None:
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text(statement), params)
    engine.dispose()


@pytest.fixture(scope="module")
def wall(town: str, store_environment: dict[str, str]) -> str:
    """The cookie of a wall of the whole site."""
    return sign_in(store_environment, login="wall", role="wall")


def look(page: Page, address: str, token: str) -> None:
    page.context.add_cookies([cookies_for(address)[0] | {"value": token}])
    page.goto(address)
    page.locator(".wall h1").wait_for(timeout=WAIT_MS)


def test_the_wall_opens_on_one_sentence_the_map_the_figures_the_last_stages_and_the_communities(
    browser: Browser, town: str, wall: str
) -> None:
    with watched(browser, size=WALL) as visit:
        page = visit.page
        look(page, town, wall)
        expect(page.locator(".wall h1")).to_have_text("1 件超期，在西社区，已超 2 小时 10 分")
        expect(page.locator(".wall .lead")).to_have_text("综合执法队承办，11月19日 12:22 上报。上报量与平常相当")
        expect(page.locator(".wall .fig .figure").first).to_have_text("1")
        expect(page.locator(".wall .fig").nth(1)).to_contain_text("样本不足")
        expect(page.locator(".wall .fig.orange")).to_have_count(1)
        expect(page.locator(".wall .ground-map .call")).to_contain_text("西 2:10")
        expect(page.locator(".wall .ground-map .sl")).to_have_count(1)
        expect(page.locator(".wall .ground-map .above")).to_have_attribute("data-ready", "1")
        expect(page.locator(".wall .feed p").first).to_contain_text("14:12办结西社区第一网格火情烟雾")
        expect(page.locator(".wall .areas .an")).to_have_count(2)
        expect(page.locator(".wall .areas .an").nth(0)).to_have_text(HOSTILE)
        expect(page.locator(".wall img")).to_have_count(0)
        expect(page.locator(".nav")).to_have_count(0)
        expect(page.locator(".wall a")).to_have_count(0)
        assert page.title() != "owned"
        assert page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]") == [
            1080,
            1920,
        ]
        sizes = page.evaluate(
            "[...document.querySelectorAll('.wall *')].filter(e => [...e.childNodes].some("
            "n => n.nodeType === 3 && n.data.trim())).map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(sizes) >= 24


def test_every_page_but_the_wall_is_closed_to_a_wall(browser: Browser, town: str, wall: str) -> None:
    with watched(browser, size=WALL) as visit:
        look(visit.page, town, wall)
        for page in ("community", "data"):
            visit.page.goto(f"{town}/{page}")
            expect(visit.page.locator(".refusal h1")).to_contain_text("您无权打开这个页面", timeout=WAIT_MS)
            expect(visit.page.locator(".key")).to_have_count(0)
            assert [tab.inner_text() for tab in visit.page.locator(".nav > a").all()] == ["大屏"]


def test_a_leader_gets_the_wall_with_a_way_back_and_a_secretary_gets_none(
    browser: Browser, town: str, store_environment: dict[str, str]
) -> None:
    with watched(browser) as visit:
        page = visit.open(f"{town}/wall?lang=en")
        expect(page.locator(".wall h1")).to_have_text("1 overdue, in 西社区: 2 h 10 min late")
        assert page.evaluate("document.documentElement.scrollHeight") == 768
        page.locator(".wall footer a").click()
        expect(page.locator(".nav a[aria-current='page']")).to_have_text("Overview", timeout=WAIT_MS)
    token = sign_in(store_environment, login="secretary", role="secretary", areas=("community:W",))
    with watched(browser) as visit:
        visit.page.context.add_cookies([cookies_for(town)[0] | {"value": token}])
        visit.page.goto(f"{town}/wall")
        visit.page.locator("h1").first.wait_for(timeout=WAIT_MS)
        expect(visit.page.locator(".wall")).to_have_count(0)
        expect(visit.page.locator(".nav a", has_text="大屏")).to_have_count(0)


def test_it_shows_a_change_by_itself_keeps_the_last_picture_and_goes_dark_for_a_disabled_account(
    browser: Browser, town: str, wall: str, urls: StoreUrls, store: Store
) -> None:
    with watched(browser, size=WALL) as visit:
        page = visit.page
        look(page, town, wall)
        run(urls, "update core.incident set closed_at = due_at where incident_code = 'late'")
        run(urls, "update ops.data_version set version = version + 1")
        expect(page.locator(".wall h1")).to_have_text("一切正常", timeout=WAIT_MS)
        expect(page.locator(".wall .lv.orange")).to_have_count(0)
        with _database_gone(urls):
            expect(page.locator(".wall .badge")).to_contain_text("起断开", timeout=WAIT_MS)
            expect(page.locator(".wall h1")).to_have_text("14:32 的情况：一切正常")
            expect(page.locator(".wall .areas .an")).to_have_count(2)
            expect(page.locator(".wall footer .badge")).to_have_count(1)
        now = datetime.now(UTC)
        with store.admitting(OPERATOR, Clock(now)) as connection:
            account = accounts_in(connection, login="wall")[0]
        run(urls, "update access.account set disabled_at = :now where account_id = :id", now=now, id=account.account_id)
        expect(page.locator(".wall .areas")).to_have_count(0, timeout=WAIT_MS)


def test_the_map_of_the_wall_is_for_who_may_see_a_wall_and_of_its_own_areas(
    town: str, store_environment: dict[str, str]
) -> None:
    wall = sign_in(store_environment, login="wall_map", role="wall")
    asked = f"{town}/layers/wall.svg?part=above&day=2026-11-20"
    with fetch(asked, token=wall) as answer:
        assert answer.status == 200
        assert answer.headers["cache-control"].startswith("private")
        whole = answer.read()
    of_west = sign_in(store_environment, login="wall_w", role="wall", areas=("community:W",))
    with fetch(asked, token=of_west) as answer:
        assert 0 < len(answer.read()) < len(whole)
    secretary = sign_in(store_environment, login="secretary_m", role="secretary", areas=("community:W",))
    for address, token, status in (
        (asked, secretary, 404),
        (asked, "", 401),
        (f"{town}/layers/wall.svg?part=x&day=2026-11-20", wall, 404),
        (f"{town}/layers/wall.svg?part=above&day=2026-W01", wall, 404),
        (f"{town}/layers/wall.svg?part=above&day=2026-11-18", wall, 404),
        (f"{town}/layers/wall.svg?part=above&day=2026-11-21", wall, 404),
        (f"{town}/layers/areas.svg?level=community&day=2026-11-20", wall, 404),
    ):
        with pytest.raises(HTTPError) as refused:
            fetch(address, token=token)
        refused.value.close()
        assert refused.value.code == status, address


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


def test_a_community_stands_among_the_others_once_a_month_is_published(
    browser: Browser, town: str, urls: StoreUrls, store: Store, clock: Clock
) -> None:
    run(urls, "truncate mart.published_month cascade")
    with watched(browser) as visit:
        page = visit.open(f"{town}/community?area=community:W")
        panel = page.locator("[class*='st-key-panel_'][class*='_peers']")
        expect(panel.locator(".empty")).to_contain_text("cockpit publish", timeout=WAIT_MS)
        for number in range(3):
            run(urls, "insert into core.area (level, code, name, parent_id, is_nested, geom, label_point, area_m2,"
                " source_id, load_id, content_hash) select 'community', :code, :code, parent_id, true, geom,"
                " label_point, 1, 1, 1, 'h' from core.area where code = 'W'", code=f"N{number}")  # fmt: skip
            run(urls, "insert into core.incident (source_id, incident_code, category_id, placed_by, street_id,"
                " community_id, reported_at, reported_on, closed_at, due_at, content_hash, load_id)"
                " select 2, :code || n, 1, 'declared', 1, (select area_id from core.area where code = :code),"
                " timestamptz '2026-10-05T08:00+08' + n * interval '1 hour', '2026-10-05', '2026-10-09T08:00+08',"
                " '2026-10-08T08:00+08', 'h', 2 from generate_series(1, :most) n",
                code=f"N{number}", most=40 if number else 4)  # fmt: skip
        publishing.publish(store, clock, months=(date(2026, 10, 1),))
        page.reload()
        expect(panel.locator("h2.sec")).to_contain_text("2026年10月", timeout=WAIT_MS)
        rate = panel.locator("tr", has_text="按时办结率")
        expect(rate.locator("td").nth(1)).to_have_text("100.0%")
        expect(rate.locator("td").nth(4)).to_have_text("0 个较高，2 个较低，1 个分不出高下")
        expect(rate.locator(".p-own")).to_have_count(1)
        expect(rate.locator(".p-dot")).to_have_count(3)
        expect(panel.locator(".c-key")).to_contain_text("1 个样本不足")
        rate.locator(".p-own").hover()
        expect(page.locator("#cockpit-tip")).to_contain_text("西社区：100.0%（n=")
