"""A real installation starts only when it is safe, and says every reason against it at once."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from cockpit.access import demo as demo_mode
from cockpit.cli import cli, demo_accounts, safe_start, serve
from config.access import access
from geo import account_changes as changes
from geo import audit_chain, vault
from geo.accounts import add_account
from geo.audit import audit
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
SECRET = "5f2c9b1e7a40d3866fe1b2c4a9d07e35"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    monkeypatch.setenv("COCKPIT_LANG", "en")
    access.cache_clear()
    return tmp_path


def keys(reasons: tuple[safe_start.Reason, ...]) -> list[str]:
    return [reason.key for reason in reasons]


def write(path: Path, told: str, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(told, encoding="utf-8")
    path.chmod(mode)


def access_file(home: Path, told: str) -> None:
    """An access.toml of the site's own: the shipped lengths and locks, and what is told."""
    head = (
        "idle_minutes = 60\nabsolute_hours = 12\nwall_days = 30\n"
        "[lockout]\nwindow_minutes = 15\naccount_at_address = 5\naddress = 50\naccount = 100\n"
    )
    write(home / "config" / "access.toml", head + told)
    access.cache_clear()


def set_revision(urls: StoreUrls, revision: str) -> None:
    engine = create_engine(urls.owner)
    with engine.begin() as connection:
        connection.execute(text("update ops.schema_version set version_num = :revision"), {"revision": revision})
    engine.dispose()


# ---------------------------------------------------------------- without a store


def test_a_plain_installation_on_loopback_has_no_reason_against_it(home: Path) -> None:
    for host in ("127.0.0.1", "127.8.0.1", "::1", "localhost"):
        assert safe_start.before_store(host, {}) == ()


def test_an_open_port_needs_a_proxy_setting_in_which_something_is_set(home: Path) -> None:
    for host in ("0.0.0.0", "::", "10.1.2.3", "cockpit.example", "127.0.0.1.example"):
        assert keys(safe_start.before_store(host, {})) == ["open_port"]
    access_file(home, '[proxy]\nheader = ""\ntrusted = []\n')
    assert keys(safe_start.before_store("0.0.0.0", {})) == ["open_port"]
    access_file(home, '[proxy]\noutside = "https://cockpit.example"\n')
    assert safe_start.before_store("0.0.0.0", {}) == ()


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ("[proxy]\noutside = 7\n", "proxy.outside"),
        ("[proxy\n", "access.toml"),
        ("[oidc]\nclient_id = 'x'\nserver_metadata_url = 'https://id.example'\n"
         "redirect_uri = 'https://cockpit.example/oauth2callback'\n", "oidc_client_secret"),
    ],
)  # fmt: skip
def test_sign_in_settings_that_cannot_be_used_are_a_reason_of_one_sentence(home: Path, told: str, named: str) -> None:
    access_file(home, told)
    (found,) = safe_start.before_store("0.0.0.0" if "oidc" not in told else "127.0.0.1", {})
    assert found.key == "access"
    assert named in found.text("en")
    assert "\n" not in found.text("zh")


@pytest.mark.parametrize("runner", ["streamlit", "cockpit.cli.served"])
def test_a_server_that_is_started_by_itself_says_the_same_and_ends_with_2(
    home: Path, store_environment: dict[str, str], runner: str
) -> None:
    access_file(home, "[proxy]\noutside = 7\n")
    command = [sys.executable, "-m", runner, "run", "cockpit/asgi.py", "--server.port", "0"]
    done = subprocess.run(
        command, cwd=ROOT, env=store_environment | {"COCKPIT_HOME": str(home), "COCKPIT_LANG": "en"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "The sign-in settings cannot be used" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_ctrl_c_ends_the_pages_with_0_and_no_word_of_failure(home: Path, store_environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "cockpit.cli.served", "run", "cockpit/asgi.py", "--server.port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=store_environment | {"COCKPIT_HOME": str(home)}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as server:  # fmt: skip
        assert server.stdout is not None
        assert any("URL" in line for line in server.stdout), "it serves"
        server.send_signal(signal.SIGINT)
        rest, _ = server.communicate(timeout=60)
    assert server.returncode == 0
    assert "Aborted" not in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize(
    ("name", "told", "key"),
    [
        ("cookie_secret", SECRET, None),
        ("cookie_secret", SECRET[:31], "secret_short"),
        ("cookie_secret", "", "secret_short"),
        ("cookie_secret", "changeme" * 5, "secret_default"),
        ("vault.key", "a" * 64, "secret_default"),
        ("vault.key", "secret-secret-secret-secret-secret", "secret_default"),
        ("oidc_client_secret", "of-the-provider", None),
    ],
)
def test_a_secret_that_can_be_guessed_is_named(home: Path, name: str, told: str, key: str | None) -> None:
    write(home / "secrets" / name, told + "\n")
    assert keys(safe_start.before_store("127.0.0.1", {})) == ([key] if key else [])
    variable = f"COCKPIT_{name.upper().replace('.', '_')}"
    (home / "secrets" / name).unlink()
    found = safe_start.before_store("127.0.0.1", {variable: told})
    assert keys(found) == ([key] if key else [])
    assert all(told not in reason.text("en") for reason in found if told), "the secret itself is not repeated"


def test_a_secret_that_other_users_can_read_is_named_wherever_it_lies(home: Path) -> None:
    write(home / "secrets" / "cookie_secret", SECRET, 0o644)
    elsewhere = home / "elsewhere"
    write(elsewhere, SECRET, 0o604)
    assert keys(safe_start.before_store(None, {"COCKPIT_VAULT_KEY_FILE": str(elsewhere)})) == ["secret_open"] * 2
    assert keys(safe_start.before_store(None, {"COCKPIT_VAULT_KEY_FILE": "/nonexistent/key"}))[0] == "secret_unread"


def test_the_demo_mode_is_on_only_where_its_variable_says_so(home: Path) -> None:
    assert keys(safe_start.before_store("127.0.0.1", {"COCKPIT_DEMO": "1"})) == ["demo_set"]
    assert not demo_mode.is_demo({})
    assert not demo_mode.is_demo({"COCKPIT_DEMO": "0"})


# ---------------------------------------------------------------- what the store says


def test_the_programs_own_logins_give_no_reason(store: Store) -> None:
    assert safe_start.in_store(store) == ()
    assert not safe_start.has_accounts(store)


def test_a_login_that_no_policy_binds_is_named_directly_and_by_membership(urls: StoreUrls) -> None:
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    logins = ("weak_bypass", "weak_member", "weak_deep")
    with engine.begin() as connection:
        connection.execute(text("create role weak_bypass login bypassrls in role cockpit_app, cockpit_gate"))
        connection.execute(text("create role weak_member login in role cockpit_gate, cockpit_owner"))
        connection.execute(text("create role weak_deep login in role cockpit_gate, weak_member"))
    try:

        def told(**exchanged: str) -> list[str]:
            found = Store(replace(urls, **exchanged))
            reasons = [f"{one.key} {one.params.get('part')}" for one in safe_start.in_store(found)]
            found.close()
            return reasons

        as_login = {login: urls.gate.replace("cockpit_gate@", f"{login}@") for login in logins}
        assert told(gate=urls.admin) == ["login_super gate"]
        assert told(owner=urls.admin) == ["login_super owner"]
        assert told(wall=as_login["weak_bypass"]) == ["login_bypasses wall"]
        assert told(app=as_login["weak_member"]) == ["login_owns app"]
        assert told(gate=as_login["weak_deep"]) == ["login_owns gate"]
        assert told(wall=urls.owner) == ["login_owns wall", "login_shared wall"]
        assert told(wall=urls.app) == ["login_shared wall"]
    finally:
        with engine.begin() as connection:
            for login in reversed(logins):
                connection.execute(text(f"drop role {login}"))
        engine.dispose()


def test_all_reasons_are_told_at_once_in_one_sentence_each_and_nothing_is_served(
    store: Store, store_environment: dict[str, str], home: Path
) -> None:
    add_account(store, OPERATOR, login="demo-x", display_name="x", role="leader", is_demo=True, now=NOW)
    write(home / "secrets" / "cookie_secret", "short", 0o644)
    own = {name: value for name, value in store_environment.items() if name != vault.VARIABLE}
    environment = own | {"COCKPIT_HOME": str(home), "COCKPIT_LANG": "en", "COCKPIT_DEMO": "1"}
    done = subprocess.run(
        [sys.executable, "-c", "from cockpit.cli import main; main()", "up", "--host", "0.0.0.0", "--port", "8639"],
        cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    told = done.stderr.splitlines()
    assert told[0] == "The cockpit did not start, for these reasons:"
    wanted = ["COCKPIT_DEMO", "[proxy]", "chmod 600", "shorter than 32", "remove-demo"]
    assert len(told) == 1 + len(wanted)
    assert all(word in line for word, line in zip(wanted, told[1:], strict=True)), done.stderr
    changes.remove_demo(store, OPERATOR, now=NOW)
    assert safe_start.in_store(store) == ()


def test_without_an_account_it_starts_and_says_how_to_make_the_first_one(
    new_database: Callable[[], StoreUrls],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    empty = Store(new_database())
    monkeypatch.setattr(Store, "from_environment", lambda: empty)
    serve.safe_store("127.0.0.1").close()
    assert "cockpit users add LOGIN --name NAME --role admin" in capsys.readouterr().err
    set_revision(empty.urls, "9999_later")
    with pytest.raises(SystemExit) as ended:
        serve.safe_store("127.0.0.1")
    assert ended.value.code == 2
    assert "schema and this program do not fit" in capsys.readouterr().err
    empty.close()


# ---------------------------------------------------------------- the demo mode


def test_the_demo_mode_listens_to_this_machine_only(home: Path) -> None:
    done = CliRunner().invoke(cli, ["demo", "--host", "0.0.0.0"])
    assert done.exit_code == 2
    assert "this machine only" in done.stderr


def test_the_demo_mode_is_not_for_a_store_with_real_data_and_peoples_accounts(
    store: Store, clock: Clock, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo_accounts.check(store, lang="en")
    with store.loading(LEADER, clock) as connection:
        connection.execute(text("insert into core.source (code, dataset, name) values ('real', 'incidents', 'r')"))
    demo_accounts.check(store, lang="en")
    add_account(store, OPERATOR, login="wang", display_name="Wang", role="leader", now=NOW)
    monkeypatch.setattr(Store, "from_environment", lambda: store)
    done = CliRunner().invoke(cli, ["demo", "--no-sample", "--port", "8638"])
    assert done.exit_code == 2
    assert "real data and 1 accounts of people" in done.stderr


# ---------------------------------------------------------------- the check-up


def test_the_check_up_says_the_same_as_the_start_and_changes_nothing(
    store: Store, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "from_environment", lambda: store)

    def found() -> tuple[int, dict[str, list[str]]]:
        done = CliRunner().invoke(cli, ["doctor", "--json"], catch_exceptions=False)
        by_check: dict[str, list[str]] = {}
        for one in json.loads(done.stdout):
            by_check.setdefault(one["check"], []).append(one["state"])
        return done.exit_code, by_check

    code, states = found()
    assert (code, states["settings"], states["safety"], states["schema"]) == (0, ["good"], ["good"], ["good"])
    write(home / "secrets" / "cookie_secret", "short")
    add_account(store, OPERATOR, login="demo-y", display_name="y", role="leader", is_demo=True, now=NOW)
    code, states = found()
    assert (code, states["settings"], states["safety"]) == (1, ["bad"], ["bad"])


def test_the_check_up_names_each_plan_of_a_wall_with_a_fault(
    home: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "from_environment", lambda: store)
    write(home / "config" / "walls" / "lobby.toml", "scale = 1\n")
    done = CliRunner().invoke(cli, ["doctor", "--json"], catch_exceptions=False)
    (told,) = [one for one in json.loads(done.stdout) if one["check"] == "walls"]
    assert told["state"] == "look"
    assert "lobby.toml" in told["text"]
    assert "missing key 'scenes'" in told["text"]


def test_the_check_up_of_a_store_that_is_away_or_older_says_so_and_goes_on(
    new_database: Callable[[], StoreUrls], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = new_database()
    set_revision(urls, "0001_store")
    older, gone = Store(urls), Store(replace(urls, app="postgresql+psycopg://cockpit_app@/gone?host=/nonexistent"))
    for store, check in ((older, "schema"), (gone, "store")):
        monkeypatch.setattr(Store, "from_environment", lambda store=store: store)
        done = CliRunner().invoke(cli, ["doctor", "--json"], catch_exceptions=False)
        bad = [one["check"] for one in json.loads(done.stdout) if one["state"] == "bad"]
        assert (done.exit_code, bad) == (1, [check])
        store.close()


def test_the_check_up_names_the_end_of_the_trail_the_last_backup_the_keys_and_the_months_that_are_due(
    new_database: Callable[[], StoreUrls], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(new_database())
    monkeypatch.setattr(Store, "from_environment", lambda: store)
    monkeypatch.delenv(vault.VARIABLE, raising=False)

    def found() -> dict[str, tuple[str, str]]:
        done = CliRunner().invoke(cli, ["doctor", "--json"], catch_exceptions=False)
        return {one["check"]: (one["state"], one["text"]) for one in json.loads(done.stdout)}

    told = found()
    assert told["audit"] == ("look", "no line yet")
    assert told["backup"] == ("look", "no backup on record: cockpit db backup")
    assert told["keys"] == ("good", "No key yet: it is made at the first load.")
    assert told["published"] == ("good", "no month is due")
    clock = Clock(NOW)
    with store.loading(OPERATOR, clock) as connection:
        audit(connection, viewer=OPERATOR, action="backup", target="file:x.zip", detail={})
    told = found()
    head = audit_chain.head(store, OPERATOR, clock)
    assert told["audit"][0] == "good"
    assert "number 1, written" in told["audit"][1]
    assert head.chain_hash in told["audit"][1]
    assert told["backup"][0] == "good"
    write(home / "secrets" / "vault.key", "no keys at all")
    assert found()["keys"][0] == "bad"
    store.close()
