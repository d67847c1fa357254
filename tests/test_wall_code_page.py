"""A new wall in the browser: its code, an administrator's second click, the wall by itself, revoked, a code again."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from browser import DESK, TOKENS, WAIT_MS, chromium, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build
from sqlalchemy import create_engine, text
from test_wall_page import _database_gone
from web import Answer, Web

from cockpit.access.current import COOKIE
from cockpit.routes.wall_code import COOKIE as WAITS
from cockpit.wall.screen import FALLBACK_S
from config.access import WALL as WALL_ROLE
from config.access import access
from geo import paired
from geo.signing_in import Limits
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
WALL, LARGE = (1920, 1080), (3840, 2160)
CODE = re.compile(r"[2-9A-Z]{3}-[2-9A-Z]{3}")
EXACT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
LIMITS = Limits(timedelta(minutes=15), account_at_address=5, address=50, account=100)
MARKED = "<img src=x onerror=window.__owned=1>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(urls: StoreUrls, store_environment: dict[str, str], clock: Clock) -> Iterator[str]:
    """The pages of the small town, where an administrator is signed in."""
    build(urls, now=clock.at)
    with served(store_environment) as found:
        TOKENS[found] = sign_in(store_environment, login="admin", role="admin")
        yield found


@pytest.fixture(autouse=True)
def nobody_waits(urls: StoreUrls) -> None:
    """Each test begins without waiting screens and without wrong codes."""
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text("delete from access.wall_request"))
        connection.execute(text("delete from access.attempt"))
    engine.dispose()


def walls(store: Store) -> dict[str, paired.PairedWall]:
    return {one.name: one for one in paired.walls(store, OPERATOR, now=datetime.now(UTC))}


def code_on(page: Page) -> str:
    """The code that the page shows, once it has one."""
    shown = page.locator(".code b")
    expect(shown).to_have_text(CODE, timeout=WAIT_MS)
    return shown.inner_text()


def asked(web: Web, *, origin: str | None = None) -> Answer:
    return web.post("/signin/wall", {}, origin=origin)


def told(web: Web) -> dict[str, object]:
    found: dict[str, object] = json.loads(asked(web).text)
    return found


def confirm(store: Store, code: str) -> None:
    """As `cockpit walls confirm CODE --name joined` does."""
    now, lasts = datetime.now(UTC), access().lasts(WALL_ROLE)
    paired.confirm(store, OPERATOR, code, name="joined", areas=(), lasts=lasts, limits=LIMITS, now=now)


def admit(page: Page, code: str, name: str) -> None:
    """Fills in the form and confirms it, by keys alone."""
    page.locator("input[name=code]").focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(code)
    page.keyboard.press("Tab")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog")).to_be_visible(timeout=WAIT_MS)
    page.get_by_role("button", name="确定接入").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="已接入")).to_be_visible(timeout=WAIT_MS)


def test_a_screen_shows_its_code_is_admitted_by_two_clicks_and_shows_a_code_again_when_it_is_revoked(
    browser: Browser, address: str, store: Store
) -> None:
    with watched(browser, size=WALL) as screen, watched(browser, size=WALL) as second, watched(browser) as desk:
        for one in (screen, second):
            one.page.goto(f"{address}/signin")
            one.page.get_by_role("link", name="这块屏幕是大屏").click()
        code, other = code_on(screen.page), code_on(second.page)
        assert code != other

        page = desk.open(f"{address}/users")
        expect(page.get_by_text("目前没有用配对码接入的大屏。")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator(".u-how")).to_contain_text(f"{address.removeprefix('http://')}/signin/wall")
        page.get_by_role("button", name="输入配对码").click()
        page.locator("input[name=code]").fill(code.lower().replace("-", ""))
        page.locator("form[data-send=admit] input[name=name]").fill(HOSTILE)
        page.get_by_role("button", name="确认接入").click()
        question = page.get_by_role("alertdialog")
        expect(question).to_contain_text(f"让显示 {code} 的屏幕接入，名为“{HOSTILE}”？", timeout=WAIT_MS)
        expect(question).to_contain_text("127.0.0.1")
        expect(question).to_contain_text("全域")
        assert walls(store) == {}
        page.get_by_role("button", name="取消").click()
        expect(page.locator("form[data-send=admit] input[name=name]")).to_have_value(HOSTILE, timeout=WAIT_MS)
        admit(page, code, HOSTILE)

        screen.page.locator(".wall h1").wait_for(timeout=WAIT_MS)
        expect(screen.page.locator(".wall .areas .an")).to_have_count(2)
        assert code_on(second.page) == other
        row = page.locator(".u-walls tbody tr")
        expect(row).to_have_count(1)
        expect(row.locator("td").first).to_have_text(HOSTILE)
        expect(row).to_contain_text("127.0.0.1")
        expect(row).to_contain_text("已接入")
        for moment in (2, 3):
            expect(row.locator("td").nth(moment)).to_contain_text("秒前")
            expect(row.locator("td").nth(moment)).to_have_attribute("data-tip", EXACT)
        assert page.evaluate("window.__owned") is None

        row.get_by_role("button", name="撤销").click()
        expect(question).to_contain_text(f"撤销大屏“{HOSTILE}”？", timeout=WAIT_MS)
        assert list(walls(store)) == [HOSTILE]
        page.get_by_role("button", name="确定撤销").click()
        expect(row).to_have_count(0, timeout=WAIT_MS)
        assert walls(store) == {}
        assert code_on(screen.page) not in (code, other)
        assert screen.page.url.endswith("/signin/wall")
        assert COOKIE not in {cookie["name"] for cookie in screen.page.context.cookies()}


def test_a_screen_goes_on_to_the_plan_that_it_asked_for_and_nowhere_else(
    browser: Browser, address: str, store: Store
) -> None:
    with watched(browser, size=WALL) as screen:
        screen.page.goto(f"{address}/wall?plan=joined&lang=en")
        screen.page.get_by_role("link", name="This screen is a wall").click()
        for _ in ("admitted", "admitted again"):
            confirm(store, code_on(screen.page))
            expect(screen.page.locator(".joined > main.wall")).to_have_count(2, timeout=WAIT_MS)
            assert "plan=joined" in screen.page.url
            for login in [wall.login for wall in walls(store).values()]:
                paired.revoke(store, OPERATOR, login=login, now=datetime.now(UTC))
            screen.page.locator(".code b").wait_for(timeout=WAIT_MS)
        screen.faults[:] = [fault for fault in screen.faults if " 401 " not in fault]  # a stream of who was revoked
    for other in ("//evil.example/wall", "https://evil.example/wall", "/users", "/wall/../users", "/wallx", "/signout"):
        assert 'data-ask="/signin/wall"' in Web(address).ask(f"/signin/wall?next={quote(other)}").text


def test_a_wall_revoked_before_its_stream_began_shows_a_code_at_once(
    browser: Browser, address: str, store: Store
) -> None:
    with watched(browser, size=WALL) as screen:
        screen.page.route("**/wall/bell", lambda route: route.fulfill(status=401))
        screen.page.goto(f"{address}/signin/wall")
        confirm(store, code_on(screen.page))
        expect(screen.page.locator("main.wall")).to_have_count(1, timeout=WAIT_MS)
        for login in [wall.login for wall in walls(store).values()]:
            paired.revoke(store, OPERATOR, login=login, now=datetime.now(UTC))
        screen.page.locator(".code b").wait_for(timeout=FALLBACK_S * 500)
        screen.faults[:] = [fault for fault in screen.faults if " 401 " not in fault]


def test_a_wall_is_renamed_and_a_wrong_code_or_name_keeps_what_was_typed(
    browser: Browser, address: str, store: Store
) -> None:
    web = Web(address)
    code = str(told(web)["code"])
    with watched(browser, size=DESK) as desk:
        page = desk.open(f"{address}/users")
        page.get_by_role("button", name="输入配对码").click()
        page.locator("input[name=code]").fill("oops")
        page.locator("form[data-send=admit] input[name=name]").fill(MARKED)
        page.get_by_role("button", name="确认接入").click()
        expect(page.get_by_role("alert")).to_contain_text("这不是配对码", timeout=WAIT_MS)
        expect(page.locator("form[data-send=admit] input[name=name]")).to_have_value(MARKED)
        form = page.locator("form[data-send=admit]")
        form.get_by_label("限定区域", exact=True).check()
        form.locator("input[name=code]").fill(code)
        form.get_by_role("button", name="确认接入").click()
        expect(page.get_by_role("alert")).to_contain_text("请至少选一个区域", timeout=WAIT_MS)
        form.get_by_label("西社区", exact=True).check()
        form.get_by_role("button", name="确认接入").click()
        expect(page.get_by_role("alertdialog")).to_contain_text("区域：西社区", timeout=WAIT_MS)
        page.get_by_role("button", name="确定接入").click()
        expect(page.get_by_role("status").filter(has_text="已接入")).to_be_visible(timeout=WAIT_MS)
        assert walls(store)[MARKED].areas == ("community:W",)
        assert told(web) == {"go": "/wall"}

        page.locator(".u-walls").get_by_role("button", name="改名").click()
        name = page.locator("form[data-send=rename] input[name=name]")
        expect(name).to_have_value(MARKED, timeout=WAIT_MS)
        name.fill("大厅")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alertdialog")).to_contain_text(f"把大屏“{MARKED}”改名为“大厅”？", timeout=WAIT_MS)
        page.get_by_role("button", name="确定改名").click()
        expect(page.locator(".u-walls tbody td").first).to_have_text("大厅", timeout=WAIT_MS)
        assert web.ask("/wall").status in (200, 307)

        login = walls(store)["大厅"].login
        page.goto(f"{address}/users?account={login}")
        expect(page.get_by_role("button", name="停用账号")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_role("button", name="重设密码")).to_have_count(0)
        expect(page.locator("select[name=role]")).to_have_count(0)
        paired.revoke(store, OPERATOR, login=login, now=datetime.now(UTC))
        page.reload()
        expect(page.get_by_role("button", name="全部退出登录")).to_be_visible(timeout=WAIT_MS)
        expect(page.get_by_role("button", name="启用账号")).to_have_count(0)


@pytest.mark.parametrize("size", [WALL, LARGE, DESK])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_code_is_read_from_afar_without_a_scroll_bar_and_its_links_by_keys(
    browser: Browser, address: str, size: tuple[int, int], lang: str
) -> None:
    with watched(browser, size=size) as screen:
        page = screen.page
        page.goto(f"{address}/signin/wall?lang={lang}")
        code_on(page)
        assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == [*size]
        unit = min(size[0] / 1920, size[1] / 1080)
        sizes = page.evaluate(
            "[...document.querySelectorAll('.ask *')].filter(e => [...e.childNodes].some("
            "n => n.nodeType === 3 && n.data.trim()) && e.tagName !== 'NOSCRIPT')"
            ".map(e => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(sizes) >= 23.9 * unit
        assert max(sizes) >= 200 * unit
        inside = page.evaluate(
            "[...document.querySelectorAll('.ask h1, .ask .code b, .ask .left, .ask li, .ask footer a')].every(e => {"
            "const b = e.getBoundingClientRect();"
            "return b.left >= -1 && b.top >= 0 && b.right <= innerWidth && b.bottom <= innerHeight})"
        )
        assert inside
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if lang == "zh" else "en")
        expect(page.locator("ol")).to_contain_text(address.removeprefix("http://"))
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/signin" + ("" if lang == "zh" else "?lang=en"))


# ---------------------------------------------------------------- what the server answers


def test_the_secret_is_in_a_cookie_no_script_reads_and_the_code_gives_nothing_to_who_knows_it(
    address: str, store: Store
) -> None:
    web, thief = Web(address), Web(address)
    answer = asked(web)
    assert "HttpOnly" in answer.cookies[0]
    assert "SameSite=lax" in answer.cookies[0]
    secret, code = web.cookies[WAITS], json.loads(answer.text)["code"]
    assert secret not in answer.text
    for body in ({"code": code}, {"secret": code}, {WAITS: code}):
        thief.post("/signin/wall", body)
    paired.confirm(store, OPERATOR, code, name="one", lasts=timedelta(days=30), limits=LIMITS, now=datetime.now(UTC))
    assert "code" in told(thief)
    thief.cookies = {COOKIE: code, WAITS: code}
    assert "code" in told(thief)
    assert Web(address, {COOKIE: code}).ask("/wall").status == 303

    admitted = asked(web)
    assert json.loads(admitted.text) == {"go": "/wall"}
    assert (web.cookies[COOKIE], WAITS in web.cookies) == (secret, False)
    (given,) = [cookie for cookie in admitted.cookies if cookie.startswith(COOKIE)]
    assert "HttpOnly" in given
    assert "Max-Age=34560000" in given
    assert told(web) == {"go": "/"}
    assert any(cookie.startswith(f"{COOKIE}={secret}") for cookie in web.ask("/").cookies)  # kept as long as it is used
    assert web.ask("/signin/wall").headers["location"] == "/"

    paired.revoke(store, OPERATOR, login=walls(store)["one"].login, now=datetime.now(UTC))
    assert web.ask("/wall").headers["location"].startswith("/signin")
    assert web.upgrade() != 101
    left = web.ask("/signin?lang=en")
    assert (left.status, left.headers["location"], COOKIE in web.cookies) == (303, "/signin/wall?lang=en", False)
    assert web.ask("/signin").status == 200
    web.cookies = {WAITS: secret, COOKIE: secret}
    assert told(web)["code"] != code


def test_no_other_site_and_no_look_at_the_page_lets_a_screen_wait(address: str, urls: StoreUrls) -> None:
    for origin in ("", "https://evil.example", "null"):
        answer = asked(Web(address), origin=origin)
        assert (answer.status, answer.cookies) == (403, ())
        assert "code" not in json.loads(answer.text)
    web = Web(address)
    page = web.ask("/signin/wall")
    assert (page.status, page.cookies, page.headers["cache-control"]) == (200, (), "no-store")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from access.wall_request")).scalar_one() == 0
    engine.dispose()


def test_a_flood_of_screens_is_told_to_wait_and_shows_no_code(address: str) -> None:
    answers = [asked(Web(address)) for _ in range(12)]
    assert [answer.status for answer in answers] == [200] * 10 + [429] * 2
    assert "等待接入的屏幕过多" in json.loads(answers[-1].text)["said"]
    assert answers[-1].cookies == ()


def test_while_the_database_is_away_the_screen_is_told_so_and_goes_on_afterwards(address: str, urls: StoreUrls) -> None:
    web = Web(address)
    code = told(web)["code"]
    with _database_gone(urls):
        answer = asked(web)
        assert (answer.status, "code" in json.loads(answer.text)) == (503, False)
        assert "数据库连接中断" in json.loads(answer.text)["said"]
        assert web.ask("/signin/wall").status == 200
    assert told(web)["code"] == code


def test_who_is_signed_in_otherwise_is_led_to_the_own_page(address: str) -> None:
    desk = Web(address, {COOKIE: TOKENS[address]})
    assert desk.ask("/signin/wall").headers["location"] == "/"
    assert told(desk) == {"go": "/"}


@pytest.mark.parametrize("host", ["<script>window.__owned=1</script>", '"><img src=x>', "a" * 5_000])
def test_a_hostile_host_is_text(address: str, host: str) -> None:
    page = Web(address, headers={"host": host}).ask("/signin/wall")
    assert "<script>window" not in page.text
    assert "<img" not in page.text
    assert len(page.text) < 5_000
