"""Who is signed in, in a real browser: form, menu by keyboard, a session that ends under an open page, refusals."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from browser import WAIT_MS, chromium, served, sign_in, watched
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import text

from cockpit.access.passwords import hash_password
from geo.accounts import add_account
from geo.store import Store
from geo.viewer import OPERATOR, Clock

pytestmark = pytest.mark.browser
RIGHT = "a-better-horse-41"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def address(store: Store, store_environment: dict[str, str]) -> Iterator[str]:
    kept = hash_password(RIGHT)
    for login, name, role in (("wang", "<i>王芳</i>", "leader"), ("zhao", "赵敏", "steward")):
        add_account(
            store, OPERATOR, login=login, display_name=name, role=role, password_hash=kept, now=datetime.now(UTC)
        )
    with served(store_environment) as found:
        yield found


def become(page: Page, address: str, environment: dict[str, str], **account: str) -> None:
    """Takes the session of that account into the browser."""
    token = sign_in(environment, **account)  # type: ignore[arg-type]
    page.context.add_cookies([{"name": "cockpit_session", "value": token, "url": address}])


def change(store: Store, what: str) -> None:
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        connection.execute(text(f"update access.account set {what}"))


def test_signing_in_shows_who_it_is_and_the_menu_opens_closes_and_signs_out_by_keyboard(
    browser: Browser, address: str
) -> None:
    with watched(browser) as visit:
        page = visit.page
        page.goto(f"{address}/data?lang=en")
        expect(page.locator("h1")).to_have_text("Sign in")
        expect(page.locator("input[autofocus]")).to_be_focused()
        page.keyboard.type("wang")
        page.keyboard.press("Tab")
        page.keyboard.type(RIGHT)
        page.keyboard.press("Enter")
        menu = page.locator("details.menu")
        menu.wait_for(timeout=WAIT_MS)
        assert page.url == f"{address}/data?lang=en"
        expect(menu.locator("summary")).to_have_text("<i>王芳</i>street leader")
        menu.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(menu.locator(".sheet")).to_be_visible()
        page.keyboard.press("Escape")
        expect(menu.locator(".sheet")).to_be_hidden()
        page.keyboard.press("Enter")
        for word in ("Change password", "Sign out"):
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.textContent") == word
        page.keyboard.press("Enter")
        page.wait_for_url("**/signin?out=1&lang=en")
        expect(page.locator(".said")).to_have_text("You have signed out.")
        page.go_back()
        page.wait_for_url("**/signin?*")


@pytest.mark.parametrize(
    "what_and_sentence",
    [
        ("disabled_at = now()", "您的账号已停用。如有疑问，请联系系统管理员。"),
        ("role = 'evaluator'", "您的角色或区域有变动，请重新登录。"),
    ],
)
def test_a_session_that_ends_under_an_open_page_is_out_at_the_next_click_with_the_reason(
    browser: Browser, address: str, store: Store, store_environment: dict[str, str], what_and_sentence: tuple[str, str]
) -> None:
    what, sentence = what_and_sentence
    login = f"leaving-{len(what)}"
    with watched(browser) as visit:
        page = visit.page
        become(page, address, store_environment, login=login)
        page.goto(address)
        page.locator("h1").first.wait_for(timeout=WAIT_MS)
        page.locator("details.menu").wait_for(timeout=WAIT_MS)
        page.locator("[data-test-script-state=notRunning]").wait_for(timeout=WAIT_MS)
        change(store, f"{what} where login = '{login}'")
        page.locator("nav a[data-go=funds]").click()
        page.wait_for_url("**/signin*")
        expect(page.locator(".said")).to_have_text(sentence)
        expect(page.locator("nav a[data-go]")).to_have_count(0)


def test_a_page_that_the_role_may_not_open_and_one_that_does_not_exist_are_refused_alike_with_one_line_each(
    browser: Browser, address: str, store: Store
) -> None:
    with watched(browser) as visit:
        page = visit.page
        page.goto(f"{address}/signin?next=/funds")
        page.fill("#login", "zhao")
        page.fill("#password", RIGHT)
        page.click("button.go")
        told = []
        for path in ("funds", "no-such-page"):
            page.goto(f"{address}/{path}")
            refusal = page.locator(".refusal")
            refusal.wait_for(timeout=WAIT_MS)
            told.append(refusal.inner_html())
            page.locator(".langs a[lang=en]").click()
            expect(refusal.locator("h1")).to_have_text("You may not open this page, or it does not exist")
            assert page.url.startswith(f"{address}/{path}")
            expect(page.locator("[role=dialog]")).to_have_count(0)
        assert told[0] == told[1]
        assert "您的角色是数据管理员" in told[0]
        expect(page.locator("nav a[data-go=funds]")).to_have_count(0)
        page.locator(".refusal .btn").click()
        expect(page.locator("nav a[aria-current]").first).to_have_text("Overview")
    with store.reading(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = text("select viewer, object from ops.audit where action = 'refused' order by audit_id")
        assert [tuple(row) for row in connection.execute(asked)] == [
            ("zhao", "page:funds"),
            ("zhao", "page:no-such-page"),
        ]
