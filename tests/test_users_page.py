"""The page 账号 in the browser: an account made, changed, given a password and disabled, each after a second click."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from browser import DESK, TOKENS, WAIT_MS, chromium, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from small_town import HOSTILE, build

from cockpit.access.passwords import is_password
from config.rights import rights
from geo import account_changes as changes
from geo.accounts import Account
from geo.store import Store, StoreUrls, rows
from geo.viewer import OPERATOR, Clock

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


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


def account(store: Store, login: str) -> Account:
    found = {one.login: one for one in changes.accounts(store, OPERATOR, now=datetime.now(UTC))}
    return found[login]


def is_signed_in_with(store: Store, login: str, password: str) -> bool:
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        kept = rows(connection, "access/accounts", login=login)
        assert kept[0]["has_password"]
        told = connection.exec_driver_sql("select password_hash from access.account where login = %s", (login,))
        return is_password(told.scalar_one(), password)


def confirm(page: Page, word: str, *, said: str) -> None:
    """Clicks the second time and waits for what the page says then."""
    page.get_by_role("button", name=word).click()
    expect(page.get_by_role("status").filter(has_text=said)).to_be_visible(timeout=WAIT_MS)


def test_an_account_is_made_and_changed_on_the_page_and_nothing_without_a_second_click(
    browser: Browser, address: str, store: Store
) -> None:
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/users")
        expect(page.locator("h1")).to_have_text("共 2 个账号，2 个启用，近 1 小时有 2 个在使用")
        page.get_by_role("link", name="新增账号").click()
        page.locator("input[name=name]").fill(HOSTILE)
        page.locator("input[name=login]").fill("wangfang")
        page.get_by_label("西社区", exact=True).check()
        page.locator("form").get_by_role("button", name="新增账号").click()
        question = page.get_by_role("alertdialog")
        expect(question).to_contain_text(f"新增账号“{HOSTILE}”（wangfang）？")
        expect(question).to_contain_text("社区书记 · 西社区")
        assert "wangfang" not in {one.login for one in changes.accounts(store, OPERATOR, now=datetime.now(UTC))}
        confirm(page, "确定新增", said="已新增账号。")

        password = page.locator(".u-secret").inner_text()
        assert is_signed_in_with(store, "wangfang", password)
        assert account(store, "wangfang").must_change
        expect(page.locator("tr[aria-current] td").first).to_have_text(HOSTILE)
        page.get_by_role("button", name="已记下").click()
        expect(page.locator(".u-secret")).to_have_count(0)
        assert password not in page.content()

        page.locator("input[name=name]").fill("王芳")
        page.locator("select[name=role]").select_option("leader")
        page.get_by_label("全域", exact=True).check()
        page.get_by_role("button", name="保存修改").click()
        expect(question).to_contain_text("角色：社区书记 → 街道领导")
        expect(question).to_contain_text("区域：西社区 → 全域")
        page.get_by_role("button", name="取消").click()
        expect(page.locator("input[name=name]")).to_have_value("王芳")
        assert account(store, "wangfang").role == "secretary"
        page.get_by_role("button", name="保存修改").click()
        confirm(page, "确定修改", said="已保存修改。")
        changed = account(store, "wangfang")
        assert (changed.display_name, changed.role, changed.level) == ("王芳", "leader", "site")


def test_a_role_of_areas_without_one_is_refused_with_its_reason_and_what_was_typed_stays(
    browser: Browser, address: str, store: Store
) -> None:
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/users?new=1")
        page.locator("input[name=name]").fill("李雷")
        page.locator("input[name=login]").fill("lilei")
        page.locator("form").get_by_role("button", name="新增账号").click()
        expect(page.get_by_role("alert")).to_have_text("社区书记和网格员须至少指定一个区域。")
        expect(page.locator("input[name=name]")).to_have_value("李雷")
        page.get_by_label("西社区", exact=True).check()
        page.locator("input[name=login]").fill("leader")
        page.locator("form").get_by_role("button", name="新增账号").click()
        page.get_by_role("button", name="确定新增").click()
        expect(page.get_by_role("alert")).to_have_text("登录名 leader 已被使用。")


def test_disabling_on_the_page_ends_the_sessions_and_the_own_account_offers_neither(
    browser: Browser, address: str, store: Store, store_environment: dict[str, str]
) -> None:
    sign_in(store_environment, login="mary", role="grid_worker", areas=("grid:W1",))
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/users?account=mary")
        panel = page.locator("[class*='st-key-panel_data_account']").last
        expect(panel.get_by_role("row")).to_have_count(2)
        expect(panel).to_contain_text("127.0.0.1")
        page.get_by_role("button", name="停用账号").click()
        expect(page.get_by_role("alertdialog")).to_contain_text("停用账号“mary”（mary）？其所有登录立即结束。")
        confirm(page, "确定停用", said="已停用")
        expect(page.get_by_text("该账号当前没有登录。")).to_be_visible()
        assert account(store, "mary").disabled_at
        page.get_by_role("button", name="启用账号").click()
        confirm(page, "确定启用", said="已启用。")
        assert account(store, "mary").disabled_at is None
        page.get_by_role("button", name="重设密码").click()
        confirm(page, "确定重设", said="已重设密码")
        assert is_signed_in_with(store, "mary", page.locator(".u-secret").inner_text())

        page.get_by_role("link", name="admin").first.click()
        expect(page.get_by_text("自己的账号不能停用")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator(".u-secret")).to_have_count(0)
        expect(page.get_by_role("button", name="停用账号")).to_have_count(0)
        expect(page.locator("select[name=role]")).to_have_count(0)


def test_the_table_is_filtered_by_the_url_and_the_rights_are_the_written_ones(browser: Browser, address: str) -> None:
    with watched(browser, size=DESK) as seen:
        page = seen.open(f"{address}/users?role=admin&lang=en")
        expect(page.locator(".u-list tbody tr")).to_have_count(1)
        page.get_by_label("role").first.select_option(label="All roles")
        expect(page.locator(".u-list tbody tr").nth(1)).to_be_visible()
        table = rights()
        marks = page.locator(".u-rights tbody tr:not(.u-group)")
        expect(marks).to_have_count(len(table.may))
        for number, (right, roles) in enumerate(table.may.items()):
            given = [cell.strip() == "●" for cell in marks.nth(number).locator("td").all_inner_texts()]
            assert given == [role in roles for role in table.roles], right
        assert "账号" not in page.locator("[data-testid=stMain]").inner_text()


def test_nobody_but_an_administrator_finds_the_page(
    browser: Browser, address: str, store_environment: dict[str, str]
) -> None:
    admin = TOKENS[address]
    try:
        TOKENS[address] = sign_in(store_environment, login="leader")
        context = browser.new_context(viewport={"width": DESK[0], "height": DESK[1]}, locale="zh-CN")
        page = context.new_page()
        context.add_cookies([{"name": "cockpit_session", "value": TOKENS[address], "url": address}])
        page.goto(f"{address}/users")
        page.locator("h1").first.wait_for(timeout=WAIT_MS)
        assert page.locator(".u-list, .u-rights").count() == 0
        assert page.locator("nav a", has_text="账号").count() == 0
        context.close()
    finally:
        TOKENS[address] = admin
