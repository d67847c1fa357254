"""Signing in with a password: what a wrong one is answered, when it locks, what a forged form does."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from browser import served, sign_in
from sqlalchemy import text
from web import Web

from cockpit import queries
from cockpit.access.passwords import hash_password, is_outdated, is_password
from cockpit.access.signin_page import Asked
from cockpit.routes import signin
from geo.accounts import add_account
from geo.signing_in import Limits, begin_attempt, end_attempt
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock

RIGHT = "a-better-horse-41"
COOKIE = "cockpit_session"
LIMITS = Limits(timedelta(minutes=15), account_at_address=5, address=50, account=100)
PROXY = '[proxy]\ntrusted = ["127.0.0.1"]\nheader = "X-Remote-User"\nfrom = ["10.9.9.9"]\n'
HEAD = (
    "idle_minutes = 60\nabsolute_hours = 12\nwall_days = 30\n"
    "[lockout]\nwindow_minutes = 15\naccount_at_address = 5\naddress = 50\naccount = 100\n"
)


def configured(environment: dict[str, str], home: Path, access: str) -> dict[str, str]:
    """The environment with an access.toml of its own."""
    (home / "config").mkdir(parents=True)
    (home / "config" / "access.toml").write_text(access, encoding="utf-8")
    return environment | {"COCKPIT_HOME": str(home)}


@pytest.fixture(scope="module")
def people(store: Store) -> Store:
    """Two leaders and one who must change the password."""
    now = datetime.now(UTC)
    kept = hash_password(RIGHT)
    for login, must in (("wang", False), ("li", False), ("first", True)):
        add_account(
            store, OPERATOR, login=login, display_name=f"<b>{login}</b>", role="leader", password_hash=kept,
            must_change=must, now=now,
        )  # fmt: skip
    return store


@pytest.fixture(scope="module")
def address(
    people: Store, store_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The pages behind a proxy on this machine, so that each browser can come from an address of its own."""
    home = tmp_path_factory.mktemp("behind")
    with served(configured(store_environment, home / "h", HEAD + PROXY)) as found:
        yield found


def at(address: str, whence: str) -> Web:
    """A browser at the address `whence`."""
    return Web(address, headers={"x-forwarded-for": whence})


def forget(store: Store) -> None:
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        connection.execute(text("delete from access.attempt"))


def test_the_right_password_opens_a_session_with_a_new_value_and_the_old_one_ends(
    address: str, store_environment: dict[str, str]
) -> None:
    planted = sign_in(store_environment, login="planted")
    browser = at(address, "198.51.100.1")
    browser.cookies[COOKIE] = planted
    browser.cookies["cockpit_form"] = "f" * 43
    answer = browser.sign_in("wang", RIGHT, next="/funds?from=2026-11-01")
    assert (answer.status, answer.headers["location"]) == (303, "/funds?from=2026-11-01")
    assert browser.cookies[COOKIE] != planted
    assert browser.ask("/funds").status == 200
    assert Web(address, {COOKIE: planted}).ask("/funds").status == 303


def test_the_login_may_be_typed_in_capitals_and_with_spaces(address: str) -> None:
    assert at(address, "198.51.100.2").sign_in("  WANG ", RIGHT).status == 303


def test_a_hash_with_weaker_settings_is_renewed_at_the_next_right_sign_in_and_at_no_wrong_one(
    address: str, people: Store
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(RIGHT)
    add_account(
        people, OPERATOR, login="old", display_name="old", role="leader", password_hash=weak, now=datetime.now(UTC)
    )

    def kept() -> str:
        with people.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
            found: str = connection.execute(
                text("select password_hash from access.account where login = 'old'")
            ).scalar_one()
        return found

    assert at(address, "198.51.100.77").sign_in("old", "wrong").status == 401
    assert kept() == weak
    assert at(address, "198.51.100.77").sign_in("old", RIGHT).status == 303
    renewed = kept()
    assert renewed != weak
    assert not is_outdated(renewed)
    assert is_password(renewed, RIGHT)
    assert at(address, "198.51.100.77").sign_in("old", RIGHT).status == 303
    assert kept() == renewed


def test_without_any_account_the_page_says_how_to_make_the_first(
    new_database: Callable[[], StoreUrls], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(new_database())
    monkeypatch.setattr(queries, "store", lambda: store)
    for lang in ("zh", "en"):
        shown = bytes(signin._form_page(Asked(lang, "t")).body).decode()
        assert "cockpit users add" in shown
    store.close()


def test_the_cookie_is_hidden_from_scripts_and_other_sites_and_goes_with_the_browser(address: str) -> None:
    answer = at(address, "198.51.100.3").sign_in("wang", RIGHT)
    cookie = next(one for one in answer.cookies if one.startswith(COOKIE)).lower()
    assert {"httponly", "path=/", "samesite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert "max-age" not in cookie
    assert "secure" not in cookie


def test_known_and_unknown_logins_are_answered_with_the_same_words(address: str) -> None:
    answers = []
    for n, login in enumerate(("wang", "nobody-like-that", "' or 1=1 --", "字" * 300, "")):
        browser = at(address, f"198.51.100.{10 + n}")
        answer = browser.sign_in(login, "wrong-wrong-wrong")
        answers.append((answer.status, "登录名或密码不正确。" in answer.text, answer.headers["cache-control"]))
        assert COOKIE not in browser.cookies
    assert set(answers) == {(401, True, "no-store")}


def test_what_was_typed_is_shown_as_text(address: str) -> None:
    answer = at(address, "198.51.100.20").sign_in('"><script>alert(1)</script>', "x")
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]  # default-src 'none': no script at all
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_five_wrong_ones_lock_the_login_at_that_address_also_for_the_right_one_and_for_unknown_logins_alike(
    address: str, people: Store
) -> None:
    forget(people)
    told = []
    for login in ("li", "unknown-login"):
        browser = at(address, "198.51.100.30")
        assert [browser.sign_in(login, "wrong").status for _ in range(5)] == [401] * 5
        answer = browser.sign_in(login, RIGHT)
        told.append((answer.status, "尝试次数过多，请 15 分钟后再试。" in answer.text, COOKIE in browser.cookies))
    assert told == [(429, True, False)] * 2
    assert at(address, "198.51.100.31").sign_in("li", RIGHT).status == 303
    assert at(address, "198.51.100.30").sign_in("wang", RIGHT).status == 303


def test_fifty_wrong_ones_lock_the_address_and_a_lock_ends_after_its_window(people: Store) -> None:
    forget(people)
    now = datetime.now(UTC)

    def tried(login: str, whence: str, *, after: timedelta = timedelta()) -> bool:
        return not begin_attempt(people, login, address=whence, limits=LIMITS, now=now + after).is_locked

    assert [tried(f"u{n}", "192.0.2.1") for n in range(51)] == [True] * 50 + [False]
    assert tried("u1", "192.0.2.2")
    assert not tried("wang", "192.0.2.1", after=timedelta(minutes=14))
    assert tried("wang", "192.0.2.1", after=timedelta(minutes=16))


def test_a_right_one_begins_the_count_anew_and_a_hundred_from_everywhere_slow_but_do_not_lock(people: Store) -> None:
    forget(people)
    now = datetime.now(UTC)
    for _ in range(3):
        for _ in range(4):
            assert not begin_attempt(people, "wang", address="192.0.2.9", limits=LIMITS, now=now).is_locked
        right = begin_attempt(people, "wang", address="192.0.2.9", limits=LIMITS, now=now)
        assert end_attempt(people, right, is_right=True, now=now) is not None
    for n in range(100):
        begin_attempt(people, "wang", address=f"192.0.3.{n}", limits=LIMITS, now=now)
    late = begin_attempt(people, "wang", address="192.0.4.1", limits=LIMITS, now=now)
    assert (late.is_locked, late.is_slowed) == (False, True)


def test_attempts_hold_no_login_and_are_kept_for_a_day(people: Store) -> None:
    forget(people)
    now = datetime.now(UTC)
    begin_attempt(people, "my-password-in-the-wrong-field", address="192.0.2.7", limits=LIMITS, now=now)
    later = begin_attempt(people, "wang", address="192.0.2.7", limits=LIMITS, now=now + timedelta(hours=25))
    end_attempt(people, later, is_right=True, now=now + timedelta(hours=25))
    with people.admitting(OPERATOR, Clock(now)) as connection:
        kept = connection.execute(text("select login from access.attempt")).scalars().all()
        said = connection.execute(text("select 1")).scalar_one()
    assert said == 1
    assert len(kept) == 1
    assert "wang" not in kept[0]


def test_two_hundred_wrong_ones_at_once_open_nothing_and_the_right_one_from_elsewhere_still_gets_in(
    address: str, people: Store
) -> None:
    forget(people)
    statuses: list[int] = []

    def attack() -> None:
        browser = at(address, "198.51.100.66")
        for _ in range(20):
            statuses.append(browser.sign_in("wang", "guess").status)

    threads = [threading.Thread(target=attack) for _ in range(10)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    inside = at(address, "198.51.100.67").sign_in("wang", RIGHT)
    waited = time.monotonic() - began
    for thread in threads:
        thread.join()
    assert inside.status == 303, waited
    assert statuses.count(401) == 5
    assert statuses.count(429) == 195


def test_the_trail_says_who_came_and_who_was_turned_away_and_never_names_an_unknown_login(
    address: str, people: Store
) -> None:
    forget(people)
    browser = at(address, "198.51.100.90")
    browser.sign_in("no-such-login", "x")
    browser.sign_in("li", "x")
    browser.sign_in("li", RIGHT)
    browser.post("/signout", {})
    with people.reading(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = text("select action, object, result from ops.audit where address = '198.51.100.90' order by audit_id")
        told = [tuple(row) for row in connection.execute(asked)]
    account = next(row[1] for row in told if row[0] == "signed-out")
    assert told == [
        ("sign-in-failed", "account:?", "failed"),
        ("sign-in-failed", "account:li", "failed"),
        ("signed-in", "account:li", "ok"),
        ("signed-out", account, "ok"),
    ]


# ---------------------------------------------------------------- forged forms, ways on


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_form_of_another_site_signs_nobody_in_or_out(address: str, origin: str) -> None:
    browser = at(address, "198.51.100.40")
    browser.ask("/signin")
    fields = {"login": "wang", "password": RIGHT, "form": browser.form}
    assert browser.post("/signin", fields, origin=origin).status == 403
    assert COOKIE not in browser.cookies
    browser.sign_in("wang", RIGHT)
    assert browser.post("/signout", {}, origin=origin).status == 403
    assert browser.ask("/funds").status == 200


@pytest.mark.parametrize("token", ["", "x", "f" * 43])
def test_a_form_without_this_browsers_token_signs_nobody_in(address: str, token: str) -> None:
    browser = at(address, "198.51.100.41")
    browser.ask("/signin")
    answer = browser.post("/signin", {"login": "wang", "password": RIGHT, "form": token})
    assert answer.status == 403
    assert "请重新填写" in answer.text
    assert Web(address).post("/signin", {"login": "wang", "password": RIGHT, "form": ""}).status == 403


def test_a_form_that_is_too_long_is_refused(address: str) -> None:
    browser = at(address, "198.51.100.42")
    browser.ask("/signin")
    assert browser.post("/signin", {"login": "a" * 20_000, "form": browser.form}).status == 413


@pytest.mark.parametrize("way", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_server(address: str, people: Store, way: str) -> None:
    forget(people)
    assert at(address, "198.51.100.43").sign_in("wang", RIGHT, next=way).headers["location"] == "/"
    inside = at(address, "198.51.100.43")
    inside.sign_in("wang", RIGHT)
    assert inside.ask(f"/signin?next={way}").headers["location"] == "/"


def test_a_header_that_names_a_login_is_ignored_from_an_address_that_may_not_set_it(address: str) -> None:
    browser = at(address, "198.51.100.45")
    browser.headers["X-Remote-User"] = "wang"
    assert browser.ask("/funds").headers["location"].startswith("/signin")
    assert COOKIE not in browser.cookies
    forged = at(address, "10.9.9.9")
    forged.headers["X-Remote-User"] = "wang"
    assert forged.ask("/funds").headers["location"].startswith("/signin?next")
    assert COOKIE not in forged.cookies


def test_nobody_steps_into_a_sample_account_outside_demo_mode(address: str, people: Store) -> None:
    add_account(people, OPERATOR, login="sample", display_name="s", role="leader", is_demo=True, now=datetime.now(UTC))
    browser = at(address, "198.51.100.44")
    browser.ask("/signin")
    assert "演示模式" not in browser.ask("/signin").text
    assert browser.post("/signin", {"demo": "sample", "form": browser.form}).status == 401
    assert COOKIE not in browser.cookies


# ---------------------------------------------------------------- passwords


def test_who_must_change_the_password_sees_nothing_before_and_is_in_with_the_new_one(
    address: str, people: Store
) -> None:
    browser = at(address, "198.51.100.50")
    assert browser.sign_in("first", RIGHT, next="/funds").headers["location"] == "/signin/password?next=%2Ffunds"
    assert browser.ask("/funds").headers["location"] == "/signin/password?next=%2Ffunds"
    assert browser.ask("/layers/heat.csv").status == 401
    assert browser.upgrade() == 403
    form = {"form": browser.form, "current": RIGHT, "next": "/funds"}
    for new, word in (("short", "至少 10 个"), ("password123", "太常见"), (RIGHT, "与当前密码相同")):
        answer = browser.post("/signin/password", form | {"new": new, "again": new})
        assert answer.status == 422
        assert word in answer.text
    differs = browser.post("/signin/password", form | {"new": "a-new-horse-17", "again": "a-new-horse-18"})
    assert "不一致" in differs.text
    other = at(address, "198.51.100.51")
    other.sign_in("first", RIGHT)
    answer = browser.post("/signin/password", form | {"new": "a-new-horse-17", "again": "a-new-horse-17"})
    assert (answer.status, answer.headers["location"]) == (303, "/funds")
    assert browser.ask("/funds").status == 200
    assert "密码已修改" in other.ask("/signin").text
    assert at(address, "198.51.100.52").sign_in("first", RIGHT).status == 401
    assert at(address, "198.51.100.52").sign_in("first", "a-new-horse-17").status == 303


def test_guessing_the_current_password_on_an_open_screen_locks_too(address: str, people: Store) -> None:
    forget(people)
    browser = at(address, "198.51.100.53")
    browser.sign_in("li", RIGHT)
    form = {"form": browser.form, "new": "a-new-horse-17", "again": "a-new-horse-17"}
    said = [browser.post("/signin/password", form | {"current": f"guess{n}"}).text for n in range(6)]
    assert all("当前密码不正确" in one for one in said[:5])
    assert "尝试次数过多" in said[5]
    assert browser.post("/signin/password", form | {"current": RIGHT}).status == 422
    with people.reading(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = text("""
            select action, object, viewer from ops.audit
            where address = '198.51.100.53' and result <> 'ok' order by seq""")
        told = [tuple(row) for row in connection.execute(asked)]
    assert told == [("sign-in-failed", "account:li", "li")] * 5 + [("locked", "account:li", "li")] * 2
