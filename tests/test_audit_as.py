"""`cockpit audit … --as USER`: with the rights of that account and no others; only the operator checks and empties."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from cockpit.cli.audit import audit as command
from geo.accounts import add_account
from geo.store import Store
from geo.viewer import OPERATOR


@pytest.fixture(scope="module", autouse=True)
def accounts(store: Store) -> None:
    for login, role in (("judge", "evaluator"), ("wang", "leader")):
        add_account(store, OPERATOR, login=login, display_name=login, role=role, now=datetime.now(UTC))


@pytest.fixture
def run(store_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    for name, value in store_environment.items():
        monkeypatch.setenv(name, value)
    return lambda *arguments: CliRunner().invoke(command, arguments)


def test_an_account_with_the_right_reads_the_trail_in_its_own_name(run: Callable[..., Result]) -> None:
    head = json.loads(run("head", "--as", "judge", "--json").stdout)
    assert head["seq"] > 0
    assert run("list", "--as", "judge").exit_code == 0
    lines = json.loads(run("list", "--json").stdout)
    assert [(one["viewer"], one["action"]) for one in lines][:2] == [("judge", "read-audit"), ("operator", "acted-as")]


@pytest.mark.parametrize("name", ["head", "list"])
def test_an_account_without_the_right_and_an_unknown_one_read_nothing(run: Callable[..., Result], name: str) -> None:
    for login in ("wang", "nobody-of-that-name"):
        done = run(name, "--as", login)
        assert (done.exit_code, done.stdout) == (2, "")
    assert "审计记录" in run(name, "--as", "wang").stderr


@pytest.mark.parametrize("name", ["verify", "purge"])
def test_checking_and_emptying_take_no_account(run: Callable[..., Result], name: str) -> None:
    assert run(name, "--as", "judge").exit_code == 2
