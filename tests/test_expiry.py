"""Refused rows as received go when their time is over, not a day before; what was refused and why stays."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import CHINA
from sqlalchemy import text

from cockpit.cli.purge import purge as command
from geo import audit_trail, expiry, quarantine
from geo.audit_trail import LineQuery
from geo.errors import LoadTrouble
from geo.expiry import Expired
from geo.quarantine import FaultQuery
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.quarantine import KEEP_REFUSED_DAYS
from loaders.replaying import ReplayRequest, replay
from loaders.work import load_file

LOADED = Clock(datetime(2021, 3, 1, 9, tzinfo=CHINA))
LAST_DAY = Clock(LOADED.at + timedelta(days=KEEP_REFUSED_DAYS))
AFTERWARDS = Clock(LAST_DAY.at + timedelta(days=1))
HEAD = "编号,类别,状态,上报时间,经度,纬度"


@pytest.fixture
def loaded(new_database: Callable[[], StoreUrls], tmp_path: Path) -> Iterator[Store]:
    """A store with a load of 2021 two rows of which were refused, and a later one with one."""
    store = Store(new_database())
    for name, clock, rows in (("old.csv", LOADED, "ab"), ("young.csv", AFTERWARDS, "c")):
        path = tmp_path / name
        lines = [f"{code},噪声扰民,怪,2021-02-01 08:00:00,120.2,30.2" for code in rows]
        path.write_text("\n".join([HEAD, *lines]), encoding="utf-8")
        load_file(store, LoadRequest(dataset="incidents", file=path, clock=clock))
    yield store
    store.close()


def kept(store: Store) -> list[tuple[int, int]]:
    with store.loading(OPERATOR, LOADED) as connection:
        found = connection.execute(text("select load_id, row_number from landing.row order by 1, 2"))
        return [tuple(row) for row in found]


def test_nothing_goes_before_its_last_day_is_over(loaded: Store) -> None:
    assert expiry.purge(loaded, OPERATOR, LAST_DAY, is_dry_run=False) == Expired(0, 0)
    assert kept(loaded) == [(1, 2), (1, 3), (2, 2)]


def test_nothing_goes_before_the_machine_gets_there_whatever_the_clock_says(loaded: Store) -> None:
    far = Clock(datetime.now(CHINA) + timedelta(days=36_500))
    with loaded.loading(OPERATOR, LOADED) as connection:
        connection.execute(text("update landing.row set expires_on = :day"), {"day": far.at.date() - timedelta(days=1)})
    assert expiry.purge(loaded, OPERATOR, far, is_dry_run=False) == Expired(0, 0)


def test_what_is_over_goes_with_a_line_in_the_trail_and_the_faults_stay(loaded: Store) -> None:
    assert expiry.purge(loaded, OPERATOR, AFTERWARDS, is_dry_run=True) == Expired(2, 1)
    assert len(kept(loaded)) == 3
    assert expiry.purge(loaded, OPERATOR, AFTERWARDS, is_dry_run=False) == Expired(2, 1)
    assert kept(loaded) == [(2, 2)]
    line = audit_trail.lines(loaded, OPERATOR, AFTERWARDS, query=LineQuery())[0]
    assert (line.action, line.detail["rows"], line.is_sensitive) == ("refused-purged", 2, True)
    faults = quarantine.faults(loaded, OPERATOR, AFTERWARDS, query=FaultQuery(1))
    assert [(one.row, one.fault, one.state) for one in faults] == [
        (2, "unknown_status", "open"), (3, "unknown_status", "open"),
    ]  # fmt: skip
    assert expiry.purge(loaded, OPERATOR, AFTERWARDS, is_dry_run=False) == Expired(0, 0)
    again = replay(loaded, ReplayRequest(1, AFTERWARDS, lang="en"))
    assert again is not None
    assert (again.status, again.counts.faults) == ("refused", {"replay_not_kept": 1})


def test_a_purge_does_not_run_beside_a_load(loaded: Store) -> None:
    with loaded.loading(OPERATOR, AFTERWARDS) as connection:
        connection.execute(text("select pg_advisory_xact_lock(7240312)"))
        with pytest.raises(LoadTrouble):
            expiry.purge(loaded, OPERATOR, AFTERWARDS, is_dry_run=False, wait_s=0)
    assert len(kept(loaded)) == 3


def test_the_command_counts_first_and_says_what_it_removed(
    loaded: Store, store_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"OWNER": "DATABASE", "APP": "APP", "LOAD": "LOAD", "WALL": "WALL", "GATE": "GATE"}
    addresses = {f"COCKPIT_{there}_URL": getattr(loaded.urls, here.lower()) for here, there in names.items()}
    for name, value in (store_environment | addresses | {"COCKPIT_NOW": AFTERWARDS.at.isoformat()}).items():
        monkeypatch.setenv(name, value)

    def told(*arguments: str) -> str:
        done = CliRunner().invoke(command, arguments)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert json.loads(told("--dry-run", "--json")) == {"rows": 2, "loads": 1, "dry_run": True}
    assert "2 行" in told("--dry-run")
    assert "Removed 2 refused rows" in told("--lang", "en")
    assert "90" in told()
    assert kept(loaded) == [(2, 2)]
