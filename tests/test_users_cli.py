"""`cockpit users` and `--as`: accounts made and changed by the operator, each refusal with its reason, all audited."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner
from small_town import build
from sqlalchemy import text

from cockpit.access.passwords import hash_password, is_outdated, is_password, password_faults
from cockpit.cli import cli, demo_accounts
from config.rights import rights
from geo import account_changes as changes
from geo.account_rules import ROLES, AccountError
from geo.accounts import Account, accounts_in, add_account, open_session, session_of
from geo.figures import areas_named
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, PROGRAM, Clock, Viewer

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def town(urls: StoreUrls, clock: Clock) -> None:
    build(urls, now=clock.at)


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def users(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The command line in this process, on the module's store, at a clock that is not the machine's."""
    monkeypatch.setenv("COCKPIT_NOW", clock.at.isoformat())
    monkeypatch.setenv("COCKPIT_LANG", "zh")
    monkeypatch.setattr(Store, "from_environment", lambda: store)

    def run(*arguments: str, told: str | None = None) -> Done:
        done = CliRunner().invoke(cli, arguments, input=told, catch_exceptions=False)
        return Done(done.exit_code, done.stdout, done.stderr)

    return run


def made(store: Store, login: str, role: str = "leader", areas: tuple[str, ...] = (), **more: Any) -> Account:
    return add_account(store, OPERATOR, login=login, display_name=login, role=role, areas=areas, now=NOW, **more)


def as_viewer(account: Account) -> Viewer:
    return Viewer(account.login, account.role, account.level, account_id=account.account_id)


def lines(store: Store, clock: Clock, login: str) -> list[tuple[str, str, str]]:
    """Who did what with which result to the account, in the order of time."""
    with store.reading(OPERATOR, clock) as connection:
        found = connection.execute(
            text("select viewer, action, result from ops.audit where object = :object order by audit_id"),
            {"object": f"account:{login}"},
        )
        return [tuple(row) for row in found]


# ---------------------------------------------------------------- the command


def test_an_account_is_added_listed_and_signs_in_with_the_password_printed_once(
    users: Callable[..., Done], store: Store, clock: Clock
) -> None:
    done = users("users", "add", "wangfang", "--name", "王芳", "--role", "secretary", "--area", "社区:W")
    assert done.returncode == 0, done.stderr
    password = done.stdout.strip()
    assert password not in done.stderr
    with store.admitting(OPERATOR, Clock(NOW)) as connection:
        kept = connection.execute(
            text("select password_hash from access.account where login = 'wangfang'")
        ).scalar_one()
    assert kept.startswith("$argon2id$")
    assert is_password(kept, password)
    record = json.loads(users("users", "list", "--json").stdout)[0]
    assert (record["login"], record["role"], record["level"], record["areas"]) == (
        "wangfang", "secretary", "area", ["community:W"],
    )  # fmt: skip
    assert (record["must_change"], record["has_password"]) == (True, True)
    assert datetime.fromisoformat(record["created_at"]).date() == datetime.now(UTC).date(), "not COCKPIT_NOW"
    assert "password" not in json.dumps({**record, "has_password": 0, "must_change": 0}).replace("has_password", "")
    assert lines(store, clock, "wangfang") == [("operator", "account-added", "ok")]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("add", "x1", "--name", "甲", "--role", "secretary"), "至少指定一个区域"),
        (("add", "x1", "--name", "甲", "--role", "admin", "--area", "W"), "不能限定区域"),
        (("add", "x1", "--name", "甲", "--role", "secretary", "--area", "W3"), "community:W (西社区)"),
        (("add", "x1", "--name", "甲", "--role", "secretary", "--area", "community:33010900"), "相近的：community:"),
        (("add", "X y", "--name", "甲", "--role", "leader"), "登录名"),
        (("add", "x1", "--name", "甲", "--role", "king"), "king"),
        (("add", "x1", "--name", "甲", "--role", "leader", "--no-password", "--password-stdin"), "不能同时"),
        (("add", "operator", "--name", "甲", "--role", "leader"), "operator"),
        (("show", "nobody"), "nobody"),
        (("password", "nobody"), "nobody"),
        (("disable", "nobody"), "nobody"),
        (("change", "nobody", "--name", "乙"), "nobody"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_two_and_its_reason_and_changes_nothing(
    users: Callable[..., Done], store: Store, arguments: tuple[str, ...], told: str
) -> None:
    before = len(changes.accounts(store, OPERATOR, now=NOW))
    done = users("users", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert len(changes.accounts(store, OPERATOR, now=NOW)) == before


def test_a_password_from_standard_input_is_checked_and_never_repeated(users: Callable[..., Done], store: Store) -> None:
    add = ("users", "add", "stdin", "--name", "甲", "--role", "leader", "--password-stdin")
    for weak in ("short\n", "stdin2026!!!\n", "1234567890\n", "\n"):
        done = users(*add, told=weak)
        assert done.returncode == 2
        assert not weak.strip() or weak.strip() not in done.stderr + done.stdout
    done = users(*add, told="平安渡口社区每一天\n")
    assert done.returncode == 2, "nine characters"
    done = users(*add, told="平安渡口社区的每一天\n")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    record = next(one for one in json.loads(users("users", "list", "--json").stdout) if one["login"] == "stdin")
    assert record["must_change"] is False


# ---------------------------------------------------------------- the rules, in the writing functions


def test_disabling_ends_every_session_at_once_and_enabling_opens_none(store: Store, clock: Clock) -> None:
    account = made(store, "gone")
    token = open_session(store, account, method="password", address="10.0.0.1", now=NOW)
    assert session_of(store, token, address="10.0.0.1", now=NOW)
    assert len(changes.sessions_of(store, OPERATOR, account_id=account.account_id, now=NOW)) == 1
    changes.disable_account(store, OPERATOR, login="gone", now=NOW)
    assert session_of(store, token, address="10.0.0.1", now=NOW) is None
    changes.enable_account(store, OPERATOR, login="gone", now=NOW)
    assert session_of(store, token, address="10.0.0.1", now=NOW) is None
    assert changes.sessions_of(store, OPERATOR, account_id=account.account_id, now=NOW) == ()
    actions = [action for _, action, _ in lines(store, clock, "gone")]
    assert actions == ["account-added", "signed-in", "account-disabled", "account-enabled"]


def test_a_new_role_or_other_areas_end_the_sessions_and_a_new_name_does_not(store: Store) -> None:
    account = made(store, "mover", "secretary", ("community:W",))
    token = open_session(store, account, method="password", address="10.0.0.1", now=NOW)
    known = {"login": "mover", "role": "secretary", "now": NOW}
    changes.change_account(store, OPERATOR, display_name="新名", areas=("community:W",), **known)
    assert session_of(store, token, address="10.0.0.1", now=NOW)
    changes.change_account(store, OPERATOR, display_name="新名", areas=("community:E",), **known)
    assert session_of(store, token, address="10.0.0.1", now=NOW) is None
    with pytest.raises(AccountError) as refused:
        changes.change_account(store, OPERATOR, display_name="新名", areas=("community:none",), **known)
    assert refused.value.code == "unknown_area"
    assert changes.viewer_named(store, "mover", address="", now=NOW) is not None
    with store.admitting(OPERATOR, Clock(NOW)) as connection:
        assert accounts_in(connection, login="mover")[0].areas == ("community:E",), (
            "nothing of the refused change stays"
        )


def test_only_an_enabled_administrator_of_this_moment_may_change_accounts(store: Store, clock: Clock) -> None:
    victim, admin, second = made(store, "victim"), made(store, "chief", "admin"), made(store, "second", "admin")
    everybody = [as_viewer(made(store, f"may-{role}", role, areas)) for role, areas in
                 [("leader", ()), ("secretary", ("community:W",)), ("grid_worker", ("grid:W1",)), ("evaluator", ()),
                  ("steward", ()), ("wall", ())]]  # fmt: skip
    forged = [Viewer("x", "admin", "site", account_id=admin.account_id + 99_999), Viewer("", "", ""),
              Viewer("x", "admin", "site", account_id=everybody[0].account_id),
              Viewer("x", "admin", "area", account_id=admin.account_id)]  # fmt: skip
    change = {"login": "victim", "now": NOW}
    for by in everybody + forged:
        with pytest.raises(AccountError, match="not_allowed"):
            changes.disable_account(store, by, **change)
        with pytest.raises(AccountError, match="not_allowed"):
            changes.change_account(store, by, display_name="x", role="admin", areas=(), **change)
        with pytest.raises(AccountError, match="not_allowed"):
            changes.set_password(store, by, password_hash="x", must_change=False, **change)
        with pytest.raises(AccountError, match="not_allowed"):
            changes.sign_out(store, by, **change)
        with pytest.raises(AccountError, match="not_allowed"):
            add_account(store, by, login="smuggled", display_name="x", role="admin", now=NOW)
        with pytest.raises(AccountError, match="not_allowed"):
            changes.accounts(store, by, now=NOW)
        with pytest.raises(AccountError, match="not_allowed"):
            changes.sessions_of(store, by, account_id=victim.account_id, now=NOW)
    assert ("may-leader", "account-refused", "refused") in lines(store, clock, "victim")
    changes.disable_account(store, as_viewer(admin), login="second", now=NOW)
    with pytest.raises(AccountError, match="not_allowed"):  # a page that was open when the account was disabled
        changes.disable_account(store, as_viewer(second), login="victim", now=NOW)
    assert rights().may["act.accounts"] == {"admin", "operator"}
    assert PROGRAM.role not in ROLES, "no account can be the program"


def test_nobody_disables_or_demotes_himself_and_the_last_administrator_stays(store: Store) -> None:
    for account in changes.accounts(store, OPERATOR, now=NOW):
        if account.role == "admin":
            changes.disable_account(store, OPERATOR, login=account.login, now=NOW, is_forced=True)
    only = made(store, "only", "admin")
    made(store, "demo-x", "admin", is_demo=True)
    change = {"login": "only", "display_name": "only", "role": "leader", "areas": (), "now": NOW}
    for by, code in ((as_viewer(only), "own_account"), (OPERATOR, "last_admin")):
        with pytest.raises(AccountError, match=code):
            changes.disable_account(store, by, login="only", now=NOW)
        with pytest.raises(AccountError, match=code):
            changes.change_account(store, by, **change)
    changes.change_account(store, as_viewer(only), **{**change, "role": "admin", "display_name": "本人"})
    assert changes.disable_account(store, OPERATOR, login="only", now=NOW, is_forced=True).disabled_at == NOW


def test_everybody_sets_the_own_password_which_ends_all_other_sessions(store: Store) -> None:
    account = made(store, "own", "wall")
    mine, other = (open_session(store, account, method="password", address="10.0.0.1", now=NOW) for _ in range(2))
    kept = session_of(store, mine, address="10.0.0.1", now=NOW)
    assert kept
    changes.set_password(store, as_viewer(account), login="own", password_hash=hash_password("平安渡口社区的每一天"),
                         must_change=False, now=NOW, kept_session=kept.session_id)  # fmt: skip
    assert session_of(store, mine, address="10.0.0.1", now=NOW)
    assert session_of(store, other, address="10.0.0.1", now=NOW) is None


# ---------------------------------------------------------------- passwords


def test_a_password_is_compared_alike_with_and_without_a_hash_and_typed_on_any_keyboard() -> None:
    kept = hash_password("渡口ABC12345678")
    assert is_password(kept, "渡口ＡＢＣ１２３４５６７８")
    assert not is_password(kept, "渡口ABC12345679")
    assert not is_password(None, "渡口ABC12345678")
    assert not is_password("not a hash", "渡口ABC12345678")
    assert not is_password(kept, "x" * 1_000_000)
    assert not is_outdated(kept)
    assert is_outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$" + "A" * 43)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("Short-1", "too_short"), ("x" * 201, "too_long"), ("wangfang2026", "is_login"), ("gnafgnaw!!", "is_login"),
        ("password123", "too_common"), ("１２３４５６７８９０", "too_common"), ("aaaaaaaaaab", "too_common"),
        ("qwertyuiop!", "too_common"),
    ],
)  # fmt: skip
def test_a_new_password_that_is_easily_guessed_is_refused_with_its_reason(told: str, fault: str) -> None:
    assert f"passwords.{fault}" in password_faults(told, login="wangfang")


def test_a_long_password_of_any_characters_is_accepted() -> None:
    for told in ("correct horse battery", "平安渡口社区的每一天", "Tr0ub4dor&3x"):
        assert password_faults(told, login="wangfang") == ()


# ---------------------------------------------------------------- --as


def test_a_command_reads_as_the_account_with_its_rights_and_areas_and_the_trail_names_both(
    users: Callable[..., Done], store: Store, clock: Clock
) -> None:
    made(store, "reader", "secretary", ("community:W",))
    made(store, "careful", "steward")
    days = ("--from", "2026-09-01", "--to", "2026-11-21", "--kpi", "incidents", "--json")
    whole = json.loads(users("kpi", "--level", "community", *days).stdout)
    seen = json.loads(users("kpi", "--level", "community", *days, "--as", "reader").stdout)
    assert {record["area"]: record["value"] for record in whole}.keys() == {"W", "E"}
    assert [record for record in seen if record["area"] == "W"] == [one for one in whole if one["area"] == "W"]
    assert all(record["area"] == "W" or not record["value"] for record in seen), "nothing of the other community"
    assert ("operator", "acted-as", "ok") in lines(store, clock, "reader")
    with store.reading(OPERATOR, clock) as connection:
        told = "select viewer, role, address from ops.audit where action = 'kpi' order by audit_id desc limit 1"
        assert tuple(connection.execute(text(told)).one()) == ("reader", "secretary", "command line")

    assert users("loads", "--as", "careful").returncode == 0
    assert users("rejects", "1", "--as", "careful").returncode == 0
    refused = users("loads", "--as", "reader")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "没有权限" in refused.stderr
    assert ("operator", "acted-as", "refused") in lines(store, clock, "reader")


def test_an_unknown_and_a_disabled_user_are_refused_in_the_same_words(users: Callable[..., Done], store: Store) -> None:
    made(store, "shut", "steward")
    changes.disable_account(store, OPERATOR, login="shut", now=NOW)
    told = [users("loads", "--as", login) for login in ("shut", "none")]
    assert [one.returncode for one in told] == [2, 2]
    assert told[0].stderr.replace("shut", "none") == told[1].stderr


# ---------------------------------------------------------------- sample accounts


def test_the_demo_mode_has_one_account_a_role_in_areas_that_exist(
    store: Store, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setenv("COCKPIT_NOW", clock.at.isoformat())
    found = {account.role: account for account in demo_accounts.provide(store, lang="zh")}
    assert found.keys() == set(ROLES)
    assert found["secretary"].areas == ("community:E",), "the first community by code"
    assert found["grid_worker"].areas == ("grid:E1",), "a grid of that community"
    assert not any(account.has_password for account in found.values())
    again = demo_accounts.provide(store, lang="zh")
    assert sorted(one.login for one in again) == sorted(one.login for one in found.values())
    removed = changes.remove_demo(store, OPERATOR, now=NOW)
    assert set(removed) >= {account.login for account in found.values()}
    with store.reading(OPERATOR, clock) as connection:
        assert areas_named(connection, "E", level="community")


def test_a_store_without_grids_or_communities_has_no_sample_account_for_them() -> None:
    assert demo_accounts.scopes(()).keys() == set(ROLES) - {"secretary", "grid_worker"}


def test_the_database_and_the_written_table_name_the_same_roles() -> None:
    assert set(rights().roles) == {*ROLES, "operator"}
