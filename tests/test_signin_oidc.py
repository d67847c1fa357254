"""Sign-in by OpenID Connect and by a proxy's header: who gets in as whom, and what is played again or forged."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from browser import WAIT_MS, chromium, free_port, served, watched
from playwright.sync_api import Page, expect
from provider import Provider, provided
from sqlalchemy import text
from web import Web

from cockpit.access import oidc
from config.access import Oidc
from geo.accounts import add_account
from geo.store import Store
from geo.viewer import OPERATOR, Clock

HEAD = (
    "idle_minutes = 60\nabsolute_hours = 12\nwall_days = 30\n"
    "[lockout]\nwindow_minutes = 15\naccount_at_address = 5\naddress = 50\naccount = 100\n"
)
OIDC = """
[oidc]
name = "市民之家"
client_id = "cockpit"
server_metadata_url = "{provider}/.well-known/openid-configuration"
redirect_uri = "{address}/oauth2callback"
accounts = "{accounts}"
site_roles = ["evaluator"]
[oidc.roles]
kaohe = "evaluator"
shuji = "secretary"
"""


class Site(NamedTuple):
    """The pages, and the provider that they trust."""

    address: str
    provider: Provider


def configured(environment: dict[str, str], home: str, access: str) -> dict[str, str]:
    place = Path(home)
    (place / "config").mkdir(parents=True)
    (place / "config" / "access.toml").write_text(access, encoding="utf-8")
    (place / "secrets").mkdir()
    for name in ("oidc_client_secret", "cookie_secret"):
        (place / "secrets" / name).write_text("0123456789abcdef" * 3, encoding="utf-8")
        (place / "secrets" / name).chmod(0o600)
    return environment | {"COCKPIT_HOME": home}


@pytest.fixture(scope="module")
def site(store: Store, store_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Accounts are made and changed as the claims say; a proxy at 127.0.0.1 says from where people come."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with provided() as provider:
        told = OIDC.format(provider=provider.address, address=address, accounts="claims")
        proxy = '[proxy]\ntrusted = ["127.0.0.1"]\nheader = "X-Remote-User"\nfrom = ["127.0.0.1"]\n'
        home = str(tmp_path_factory.mktemp("oidc") / "h")
        with served(configured(store_environment, home, HEAD + proxy + told), port=port):
            yield Site(address, provider)


def by_provider(page: Page, site: Site, **claims: object) -> None:
    """Signs in as the person of these claims by the button of the sign-in page."""
    site.provider.claims = dict(claims)
    page.goto(f"{site.address}/funds")
    page.get_by_text("用市民之家登录").click()


def said(store: Store, action: str) -> list[tuple[str, str]]:
    with store.reading(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = text("select object, result from ops.audit where action = :a order by audit_id")
        return [tuple(row) for row in connection.execute(asked, {"a": action})]  # type: ignore[misc]


@pytest.mark.browser
def test_somebody_the_provider_knows_gets_in_with_name_and_role_signs_out_and_is_out_when_disabled(
    site: Site, store: Store
) -> None:
    kao = {"sub": "77", "preferred_username": "Kao", "name": "考核<b>人", "roles": ["other", "kaohe"]}
    with chromium() as browser, watched(browser) as visit:
        page = visit.page
        by_provider(page, site, **kao)
        menu = page.locator("details.menu summary")
        menu.wait_for(timeout=WAIT_MS)
        assert page.url == f"{site.address}/funds"
        expect(menu).to_contain_text("考核<b>人")
        expect(menu).to_contain_text("考核人员")
        names = {cookie["name"] for cookie in page.context.cookies()}
        assert "cockpit_session" in names
        assert not [name for name in names if name.startswith("_streamlit_user") or name == "cockpit_next"]
        menu.click()
        expect(page.locator("details.menu")).not_to_contain_text("修改密码")
        page.locator("details.menu").get_by_text("退出登录").click()
        page.wait_for_url("**/signin?out=1")
        page.goto(f"{site.address}/funds")
        assert "/signin" in page.url
        with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
            connection.execute(text("update access.account set disabled_at = now() where login = 'kao'"))
        by_provider(page, site, **kao)
        page.wait_for_url("**/signin?known=no")
        expect(page.locator(".said")).to_contain_text("没有您的账号或角色")
    assert said(store, "account-added")[-1] == ("account:kao", "ok")
    assert said(store, "sign-in-failed")[-1] == ("account:?", "failed")


def answered(site: Site, **claims: object) -> Web:
    """A browser that has the provider's answer and has not shown it to the gate yet."""
    site.provider.claims = dict(claims)
    browser = Web(site.address)
    out = browser.ask("/signin/oidc?next=/response")
    away = browser.ask(out.headers["location"]).headers["location"]
    back = Web(site.provider.address).ask(away.removeprefix(site.provider.address)).headers["location"]
    assert browser.ask(back.removeprefix(site.address)).status == 302
    assert "_streamlit_user" in browser.cookies
    return browser


def test_an_answer_of_the_provider_opens_one_session_and_none_when_it_is_played_again(site: Site) -> None:
    shu = {"sub": "78", "preferred_username": "shu", "name": "书记", "roles": "shuji", "areas": ["community:W"]}
    browser = answered(site, **shu)
    replayed = Web(site.address, dict(browser.cookies))
    answer = browser.ask("/")
    assert (answer.status, answer.headers["location"]) == (303, "/response")
    assert "_streamlit_user" not in browser.cookies
    assert browser.ask("/funds").status == 200
    again = replayed.ask("/")
    assert again.headers["location"] == "/signin?failed=oidc"
    assert "cockpit_session" not in replayed.cookies


def test_an_altered_answer_opens_nothing(site: Site) -> None:
    browser = answered(site, sub="79", preferred_username="x", roles=["kaohe"])
    value = browser.cookies["_streamlit_user"]
    browser.cookies["_streamlit_user"] = value[:20] + ("A" if value[20] != "A" else "B") + value[21:]
    assert browser.ask("/").headers["location"] == "/signin?failed=oidc"
    assert "cockpit_session" not in browser.cookies


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "80", "preferred_username": "norole", "roles": ["nothing"]},
        {"sub": "81", "preferred_username": "noarea", "roles": ["shuji"]},
        {"sub": "82", "preferred_username": "bad area", "roles": ["kaohe"]},
        {"sub": "83", "preferred_username": "local", "roles": ["kaohe"]},
        {"sub": "85", "preferred_username": "张三", "roles": ["kaohe"]},
        {"sub": "86", "preferred_username": "operator", "roles": ["kaohe"]},
        {"sub": "88", "preferred_username": "zero", "roles": ["kaohe"], "areas": ["community:\x00"]},
        {"sub": "89", "preferred_username": "wrong", "roles": ["kaohe"], "areas": ["community W"]},
        {"sub": "90", "preferred_username": "wrong", "roles": ["kaohe"], "areas": {"community": "W"}},
        {"sub": "91", "preferred_username": "wrong", "roles": ["kaohe"], "areas": [["community:W"]]},
        {"sub": "92", "preferred_username": "wrong", "roles": ["kaohe"], "areas": ["community:W", "everything"]},
    ],
)
def test_without_a_role_an_area_that_can_be_read_or_an_own_login_there_is_one_sentence_and_no_account(
    site: Site, store: Store, claims: dict[str, object]
) -> None:
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        known = connection.execute(text("select count(*) from access.account where login = 'local'")).scalar_one()
    if not known:
        add_account(store, OPERATOR, login="local", display_name="l", role="leader", now=datetime.now(UTC))
    browser = answered(site, **claims)
    assert browser.ask("/").headers["location"] == "/signin?known=no"
    assert "没有您的账号或角色" in browser.ask("/signin?known=no").text
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = text("select role from access.account where login = :l")
        found = connection.execute(asked, {"l": claims["preferred_username"]}).scalars().all()
    assert found == (["leader"] if claims["preferred_username"] == "local" else [])


@pytest.mark.parametrize("claim", ["iss", "sub", "preferred_username", "name", "areas"])
def test_a_claim_that_the_store_cannot_hold_is_nobody_s(claim: str) -> None:
    """JSON can say half a character, which no text of the database is."""
    provider = Oidc("c", "m", "r", roles={"kaohe": "evaluator"})
    told: dict[str, object] = {"iss": "i", "sub": "s", "preferred_username": "l", "name": "n", "roles": "kaohe"}
    assert oidc.person(told, provider) is not None
    assert oidc.person(told | {claim: "community:\ud800"}, provider) is None


def test_other_roles_and_areas_of_the_provider_change_the_account(site: Site, store: Store) -> None:
    answered(site, sub="84", preferred_username="moved", roles=["shuji"], areas="community:W").ask("/")
    answered(site, sub="84", preferred_username="renamed", roles=["kaohe"]).ask("/")
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = text("select login, role, level from access.account where subject = '84'")
        assert [tuple(row) for row in connection.execute(asked)] == [("moved", "evaluator", "site")]


# ---------------------------------------------------------------- a proxy that names the login


def test_the_login_that_the_proxy_names_is_signed_in_and_another_one_ends_its_session(site: Site, store: Store) -> None:
    for login in ("ann", "ben"):
        add_account(store, OPERATOR, login=login, display_name=login, role="leader", now=datetime.now(UTC))
    browser = Web(site.address, headers={"X-Remote-User": "ann"})
    answer = browser.ask("/funds?from=2026-11-01")
    assert (answer.status, answer.headers["location"]) == (303, "/funds?from=2026-11-01")
    assert browser.ask("/funds").status == 200
    assert browser.upgrade() == 101
    anns = browser.cookies["cockpit_session"]
    browser.headers["X-Remote-User"] = "ben"
    assert browser.upgrade() == 403
    assert browser.ask("/layers/heat.csv").status == 401
    assert browser.ask("/funds").status == 303
    assert browser.cookies["cockpit_session"] != anns
    assert Web(site.address, {"cockpit_session": anns}, {"X-Remote-User": "ann"}).ask("/layers/heat.csv").status == 401
    browser.headers.clear()
    assert browser.ask("/funds").headers["location"] == "/signin"  # the proxy names nobody any more


@pytest.mark.parametrize("login", ["nobody-known", "' or 1=1 --", "kao"])
def test_a_login_that_the_proxy_names_and_nobody_has_gets_one_sentence(site: Site, login: str) -> None:
    browser = Web(site.address, headers={"X-Remote-User": login})
    assert browser.ask("/funds").headers["location"] == "/signin?known=no"
    assert "cockpit_session" not in browser.cookies
