"""The gate: what stands open, what a stranger is answered, which cookies open nothing, which connections are closed."""

import dataclasses
import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from browser import served, sign_in
from sqlalchemy import text
from web import Web

from cockpit import queries
from cockpit.access import current, floods, sessions, whence
from cockpit.access.addresses import Door, door
from cockpit.access.secret import secret
from config.access import Network, Proxy, access
from config.reader import ConfigError
from geo.accounts import accounts_in, add_account, end_sessions, open_session, session_of
from geo.store import Store
from geo.viewer import OPERATOR, Clock, Viewer

COOKIE = "cockpit_session"


@pytest.fixture(scope="module")
def address(store_environment: dict[str, str]) -> Iterator[str]:
    with served(store_environment) as found:
        yield found


def lines(store: Store, action: str) -> list[dict[str, object]]:
    """The audit trail's lines of that action, oldest first."""
    with store.reading(OPERATOR, Clock(datetime.now(UTC))) as connection:
        asked = text(
            "select object, detail, result, address, viewer from ops.audit where action = :a order by audit_id"
        )
        return [dict(row) for row in connection.execute(asked, {"a": action}).mappings()]


def test_who_is_refused_leaves_a_line_that_says_where_and_holds_no_query(address: str, store: Store) -> None:
    lying = Web(address, headers={"X-Forwarded-For": "203.0.113.1", "X-Remote-User": "leader"})
    assert lying.ask("/layers/heat.csv?area=community:W").status == 401  # no proxy is trusted here: neither is believed
    assert Web(address).upgrade() == 403
    asked, connected = lines(store, "refused")
    assert asked["detail"] == {"path": "/layers/heat.csv", "method": "GET"}
    assert connected["detail"] == {"path": "/_stcore/stream", "method": "websocket"}
    assert {line["result"] for line in (asked, connected)} == {"refused"}
    assert {line["address"] for line in (asked, connected)} == {"127.0.0.1"}


@pytest.mark.parametrize("path", ["/", "/funds?from=2026-11-01&area=community:W", "/data", "/nothing-of-the-kind"])
def test_a_page_without_a_session_leads_to_the_sign_in_page_whether_it_exists_or_not(address: str, path: str) -> None:
    answer = Web(address).ask(path)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/signin")
    assert answer.headers["cache-control"] == "no-store"


def test_the_sign_in_page_leads_back_to_the_page_that_was_asked_with_its_filters(address: str) -> None:
    answer = Web(address).ask("/funds?from=2026-11-01&area=community:W&lang=en")
    assert answer.headers["location"] == (
        "/signin?next=%2Ffunds%3Ffrom%3D2026-11-01%26area%3Dcommunity%3AW%26lang%3Den&lang=en"
    )


@pytest.mark.parametrize(
    "path",
    ["/layers/areas.svg?day=2026-11-20&level=community", "/layers/heat.csv", "/layers/no.svg", "/export/x.csv",
     "/media/abc.csv", "/component/x/y.js", "/_stcore/upload_file/a/b", "/_stcore/metrics", "/_stcore/nothing",
     "/auth/login", "/auth/logout", "/oauth2callback", "/a/b/c", "/index.html"],
)  # fmt: skip
def test_every_other_address_answers_a_stranger_alike(address: str, path: str) -> None:
    answer = Web(address).ask(path)
    known = Web(address).ask("/never/was/here")
    assert (answer.status, answer.text) == (401, "请先登录。 Please sign in.")
    told = {name: value for name, value in answer.headers.items() if name != "date"}
    assert told == {name: value for name, value in known.headers.items() if name != "date"}
    assert "set-cookie" not in answer.headers


def test_what_holds_no_data_stands_open(address: str) -> None:
    stranger = Web(address)
    for path in (
        "/healthz",
        "/_stcore/health",
        "/_stcore/host-config",
        "/signin",
        "/app/static/desk.css",
        "/favicon.png",
    ):
        assert stranger.ask(path).status == 200, path
    assert stranger.ask("/funds/_stcore/health").status == 300


@pytest.mark.parametrize("token", ["", "x", "k" * 43, "' or 1=1 --", "%00", "字"])
def test_a_forged_cookie_is_nobodys(address: str, token: str) -> None:
    forged = Web(address, {COOKIE: token.encode().decode("latin-1")})
    assert forged.ask("/layers/heat.csv").status == 401
    assert forged.upgrade() == 403


def test_an_altered_cookie_is_nobodys_and_the_right_one_still_opens(
    address: str, store_environment: dict[str, str]
) -> None:
    token = sign_in(store_environment)
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert Web(address, {COOKIE: altered}).ask("/").status == 303
    assert Web(address, {COOKIE: token}).ask("/").status == 200


def test_a_cookie_that_was_signed_out_opens_nothing_when_it_is_played_again(
    address: str, store_environment: dict[str, str]
) -> None:
    browser = Web(address, {COOKIE: sign_in(store_environment)})
    replayed = dict(browser.cookies)
    assert browser.ask("/funds").status == 200
    answer = browser.post("/signout", {})
    assert (answer.status, answer.headers["location"]) == (303, "/signin?out=1")
    assert COOKIE not in browser.cookies
    again = Web(address, replayed)
    assert again.ask("/funds").status == 303
    assert again.upgrade() == 403
    assert "您已退出登录" in again.ask("/signin").text


def test_a_disabled_account_is_out_at_its_next_request(
    address: str, store: Store, store_environment: dict[str, str]
) -> None:
    browser = Web(address, {COOKIE: sign_in(store_environment, login="leaving", role="evaluator")})
    assert browser.ask("/funds").status == 200
    with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
        connection.execute(text("update access.account set disabled_at = now() where login = 'leaving'"))
    assert browser.ask("/funds").status == 303
    assert browser.ask("/layers/heat.csv").status == 401
    assert browser.upgrade() == 403
    assert "账号已停用" in browser.ask("/signin").text


def test_a_page_connects_only_from_this_site_and_with_a_session(
    address: str, store_environment: dict[str, str]
) -> None:
    browser = Web(address, {COOKIE: sign_in(store_environment)})
    assert browser.upgrade() == 101
    assert Web(address).upgrade() == 403
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", f"{address}.evil.example"):
        assert browser.upgrade(origin=origin) == 403, origin
    assert browser.upgrade("/_stcore/other") == 403


def test_nothing_that_a_signed_in_person_gets_may_be_kept_by_a_shared_cache(
    address: str, store_environment: dict[str, str]
) -> None:
    browser = Web(address, {COOKIE: sign_in(store_environment)})
    for path in ("/", "/funds", "/layers/heat.csv?from=2026-11-01&to=2026-11-02", "/no/such/thing", "/_stcore/metrics"):
        told = browser.ask(path).headers["cache-control"]
        assert "private" in told or "no-store" in told, (path, told)


def test_downloads_of_the_page_server_are_refused_to_everybody(address: str, store_environment: dict[str, str]) -> None:
    browser = Web(address, {COOKIE: sign_in(store_environment)})
    for path in ("/media/abc.csv", "/_stcore/metrics", "/auth/login", "/oauth2callback"):
        assert browser.ask(path).status == 401, path


def test_the_first_page_of_a_role_is_at_the_root_and_its_name_leads_there(
    address: str, store_environment: dict[str, str]
) -> None:
    leader = Web(address, {COOKIE: sign_in(store_environment)})
    answer = leader.ask("/overview?from=2026-11-01")
    assert (answer.status, answer.headers["location"]) == (307, "/?from=2026-11-01")
    admin = Web(address, {COOKIE: sign_in(store_environment, login="boss", role="admin")})
    assert admin.ask("/overview").status == 200  # the page itself says that it is not for this role


def test_a_flood_of_refusals_is_thirty_lines_a_minute_and_one_with_the_count(
    address: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "store", lambda: store)
    monkeypatch.setattr(floods, "_flood", floods._Flood())
    for _ in range(100):
        floods.note("refused", address="203.0.113.5", target="address")
    floods._flood.sum_up()
    written = [line for line in lines(store, "refused") if line["address"] == "203.0.113.5"]
    assert len(written) == 31
    assert written[-1]["detail"] == {"more": 70, "seconds": 60, "action": "refused", "who": "nobody"}
    floods._flood.sum_up()


def test_guessed_passwords_and_somebody_else_s_lines_do_not_hide_behind_a_flood(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "store", lambda: store)
    monkeypatch.setattr(floods, "_flood", floods._Flood())
    for _ in range(2 * floods.IN_FULL):
        floods.note("refused", address="203.0.113.6", target="address")
    floods.note("sign-in-failed", address="203.0.113.6", target="account:leader")
    curious = Viewer("curious", "secretary", account_id=5, address="203.0.113.6")
    floods.note("refused", address="203.0.113.6", target="page:users", viewer=curious)
    floods._flood.sum_up()
    written = [line for action in ("sign-in-failed", "refused") for line in lines(store, action)]
    told = {line["object"] for line in written if line["address"] == "203.0.113.6"}
    assert told == {"address", "account:leader", "page:users", "flood"}


# ---------------------------------------------------------------- how long a session lasts


def test_a_session_ends_when_it_was_idle_for_an_hour_and_twelve_hours_after_it_began(store: Store) -> None:
    begun = datetime(2026, 11, 26, 8, tzinfo=UTC)
    with store.admitting(OPERATOR, Clock(begun)) as connection:
        assert not accounts_in(connection, login="timed")
    account = add_account(store, OPERATOR, login="timed", display_name="t", role="leader", now=begun)

    def holds(token: str, after: timedelta, *, is_use: bool = True) -> bool:
        return session_of(store, token, address="", now=begun + after, is_use=is_use) is not None

    idle = open_session(store, account, method="password", address="", now=begun)
    assert holds(idle, timedelta(minutes=59), is_use=False)
    assert not holds(idle, timedelta(minutes=61))  # looking at it did not keep it
    used = open_session(store, account, method="password", address="", now=begun)
    assert all(holds(used, timedelta(minutes=50 * n)) for n in range(1, 15))
    assert not holds(used, timedelta(hours=12, seconds=1))


def test_what_an_open_page_fetches_by_itself_keeps_no_session_from_growing_idle(
    address: str, store: Store, store_environment: dict[str, str]
) -> None:
    """A screen that nobody sits before fetches its heat anew with every load of data."""
    browser = Web(address, {COOKIE: sign_in(store_environment, login="away")})

    def seen_after(path: str) -> bool:
        with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
            connection.execute(text("update access.session set last_seen_at = now() - interval '50 minutes'"))
        if path == "/_stcore/stream":
            assert browser.upgrade(path) == 101
        else:
            assert browser.ask(path).status in (200, 404)
        with store.admitting(OPERATOR, Clock(datetime.now(UTC))) as connection:
            asked = text("select max(last_seen_at) > now() - interval '5 minutes' from access.session")
            return bool(connection.execute(asked).scalar_one())

    asked = ("/layers/heat.csv?from=2026-11-01&to=2026-11-02", "/_stcore/stream", "/funds")
    assert [seen_after(path) for path in asked] == [False, False, True]


def test_signing_out_everywhere_ends_every_session_of_the_account_and_no_other(
    address: str, store_environment: dict[str, str]
) -> None:
    one, two = (Web(address, {COOKIE: sign_in(store_environment, login="twice")}) for _ in range(2))
    other = Web(address, {COOKIE: sign_in(store_environment)})
    assert one.post("/signout", {"all": "1"}).status == 303
    assert two.ask("/funds").status == 303
    assert other.ask("/funds").status == 200


def test_a_session_can_be_ended_from_outside(store: Store) -> None:
    now = datetime.now(UTC)
    with store.admitting(OPERATOR, Clock(now)) as connection:
        account = accounts_in(connection, login="timed")[0]
    token = open_session(store, account, method="password", address="", now=now)
    end_sessions(store, OPERATOR, account_id=account.account_id, why="disabled", now=now)
    assert session_of(store, token, address="", now=now) is None


def test_behind_https_the_cookie_is_secure_and_no_other_host_can_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    https = dataclasses.replace(access(), proxy=Proxy(outside="https://cockpit.example"))
    monkeypatch.setattr(sessions, "access", lambda: https)
    monkeypatch.setattr(current, "access", lambda: https)
    leader = sessions.with_cookie("/", "v", role="leader").headers["set-cookie"]
    assert leader == f"__Host-{COOKIE}=v; HttpOnly; Path=/; SameSite=lax; Secure"
    wall = sessions.with_cookie("/", "v", role="wall").headers["set-cookie"]
    assert f"Max-Age={30 * 86_400};" in wall


# ---------------------------------------------------------------- addresses and where to go on to


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "\\\\x", "/a\r\nset-cookie: x",
     "/\t/evil.example", "evil", "", "/signin?next=/", "/signout", "/a b", "/字", "/" + "a" * 3_000],
)  # fmt: skip
def test_a_way_on_is_an_address_of_this_server_or_the_first_page(path: str) -> None:
    assert whence.local(path) == "/"


def test_only_a_trusted_proxy_says_who_asks_and_only_for_the_last_step() -> None:
    proxy = Proxy(trusted=_networks("10.0.0.1", "10.1.0.0/16"))

    def seen(peer: str, told: str) -> str:
        scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", told.encode())]}
        return whence.address(scope, proxy)

    assert seen("203.0.113.9", "198.51.100.1") == "203.0.113.9"
    assert seen("10.0.0.1", "198.51.100.1") == "198.51.100.1"
    assert seen("10.0.0.1", "6.6.6.6, 198.51.100.1") == "198.51.100.1"
    assert seen("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3") == "198.51.100.1"


def _networks(*named: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name) for name in named)


@pytest.mark.parametrize(
    ("own", "word"),
    [
        ("idle_minutes = 0\n", "no whole number"),
        ("idle_minutes = 60\nidle = 3\n", "unknown key"),
        ('idle_minutes = 60\n[proxy]\nheader = "X"\n', "proxy.header needs"),
        ('idle_minutes = 60\n[proxy]\ntrusted = ["any"]\n', "no address"),
        ('idle_minutes = 60\n[proxy]\noutside = "x.cn/"\n', "no address such as"),
    ],
)
def test_a_file_that_makes_no_sense_opens_no_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, word: str
) -> None:
    (tmp_path / "config").mkdir()
    lockout = "[lockout]\nwindow_minutes = 15\naccount_at_address = 5\naddress = 50\naccount = 100\n"
    whole = f"absolute_hours = 12\nwall_days = 30\n{own}{lockout}"
    (tmp_path / "config" / "access.toml").write_text(whole, encoding="utf-8")
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match=word):
        access.__wrapped__()


def test_a_secret_that_others_may_read_or_that_is_short_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    monkeypatch.delenv("COCKPIT_COOKIE_SECRET", raising=False)
    with pytest.raises(ConfigError, match="is missing"):
        secret("cookie_secret")
    (tmp_path / "secrets").mkdir()
    kept = tmp_path / "secrets" / "cookie_secret"
    kept.write_text("s" * 40, encoding="utf-8")
    kept.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        secret("cookie_secret")
    kept.chmod(0o600)
    assert secret("cookie_secret", shortest=32) == "s" * 40
    with pytest.raises(ConfigError, match="64 are needed"):
        secret("cookie_secret", shortest=64)


def test_an_address_nobody_thought_of_needs_a_session() -> None:
    for path in ("/x/y", "/static", "/staticx/a", "/signin/x", "/healthz/", "/a/b/_stcore/health", "/app/static"):
        assert door(path, has_oidc=False) in (Door.UNKNOWN, Door.PAGE), path
    assert door("/auth/login", has_oidc=False) is Door.SHUT
    assert door("/auth/login", has_oidc=True) is Door.OPEN
    assert door("/auth/logout", has_oidc=True) is Door.SHUT
