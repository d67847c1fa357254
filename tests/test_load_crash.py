"""The database server is killed in the middle of a load: nothing or all of it, and loading again completes it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from geo import embedded

ROOT = Path(__file__).parent.parent
ROWS = 30_000
NOW = "2026-11-20T14:32:00+08:00"
WAIT_S = 60


@dataclass(frozen=True)
class Site:
    """A site of its own, with an embedded cluster that the test may kill."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")}
        return kept | {"COCKPIT_HOME": str(self.home), "COCKPIT_NOW": NOW}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from cockpit.cli import main; main()", *arguments]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        child = self.start(*arguments)
        out, err = child.communicate(timeout=120)
        return child.returncode, out, err

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        url = embedded.ensure(self.home).url("cockpit_super").replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url) as connection:
            return connection.execute(statement.encode()).fetchall()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A migrated, empty site."""
    home = tmp_path / "home"
    made = Site(home)
    assert made.run("db", "migrate")[0] == 0
    yield made
    embedded.stop(home)


def incidents_csv(folder: Path) -> Path:
    """A file that takes the loader some seconds; every case has all stages."""
    start = datetime(2026, 1, 1)  # noqa: DTZ001 - the file's times are local
    lines = ["编号,类别,上报时间,受理时间,派遣时间,到场时间,处置时间,办结时间,经度,纬度"]
    for number in range(ROWS):
        at = start + timedelta(minutes=5 * number % 400_000)
        stages = (at + timedelta(minutes=minutes) for minutes in (0, 1, 3, 9, 40, 60))
        lines.append(f"K{number},road_damage,{','.join(f'{stage:%Y-%m-%d %H:%M:%S}' for stage in stages)},120.27,30.18")
    path = folder / "many.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("moment", ["copy core.incident ", "copy core.incident_revision", "core.close_bulk"])
def test_killing_the_server_midway_leaves_nothing_and_loading_again_completes_it(
    site: Site, tmp_path: Path, moment: str
) -> None:
    path = incidents_csv(tmp_path)
    child = site.start("load", "incidents", str(path), "--json")
    busy = f"""select pid from pg_stat_activity
        where state = 'active' and pid <> pg_backend_pid() and query ilike '%{moment}%'"""
    until = time.monotonic() + WAIT_S
    while not site.ask(busy):
        assert time.monotonic() < until
        assert child.poll() is None, "the load ended before it could be disturbed"
    pid = embedded.status(site.home).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _, err = child.communicate(timeout=120)
    assert child.returncode == 1
    assert "Traceback" not in err
    assert "//" not in err
    assert err.strip(), "the message says what happened"

    assert site.ask("select (select count(*) from core.incident), (select count(*) from core.incident_log)") == [(0, 0)]
    code, out, err = site.run("load", "incidents", str(path), "--json")
    assert code == 0, err
    assert json.loads(out)["inserted"] == ROWS
    events = site.ask("select count(*) from core.incident_log")
    assert events == [(6 * ROWS,)]
    assert json.loads(site.run("load", "incidents", str(path), "--json")[1])["status"] == "nothing-new"
