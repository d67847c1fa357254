"""The embedded PostGIS as a newcomer, a crash and a second program meet it.

Each test runs for the account that runs the tests and, where that is root, for an unprivileged one too.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from geo import embedded, embedded_place, embedded_process, embedded_programs

PROJECT = Path(__file__).parents[1]
UNPRIVILEGED = "nobody"
# The interpreter may lie where only root may read, so privileges are dropped after the imports.
PROGRAM = """
import dataclasses, json, os, sys
from pathlib import Path
from geo import embedded, embedded_place
import encodings.utf_8_sig  # the encoding of every configuration and message
home, uid, gid, act = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
if uid != os.geteuid():
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
try:
    result = getattr(embedded, act)(home)
except embedded.EmbeddedError as error:
    print(error.key, error, file=sys.stderr)
    sys.exit(1)
print(json.dumps(dataclasses.asdict(result) if dataclasses.is_dataclass(result) else result, default=str))
"""


@dataclass(frozen=True)
class Installation:
    """One COCKPIT_HOME and the account that uses it; each call is a program of its own."""

    home: Path
    uid: int
    gid: int

    def launch(self, act: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM, str(self.home), str(self.uid), str(self.gid), act],
            cwd="/",
            env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def call(self, act: str) -> Any:
        with self.launch(act) as program:
            out, err = program.communicate(timeout=120)
        assert program.returncode == 0, err
        return json.loads(out)

    def refusal(self, act: str) -> str:
        with self.launch(act) as program:
            _, err = program.communicate(timeout=120)
        assert program.returncode == 1, err
        return err

    def base(self) -> Path:
        return Path(self.call("status")["data_dir"]).parent

    def processes(self) -> list[str]:
        """Command lines of everything alive that belongs to this cluster."""
        base = self.base()
        tag = embedded_place.Place(base=base, home=self.home, uid=self.uid, gid=self.gid).tag
        lines = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if line.startswith(f"postgres: {tag}") or f"-D {base}/" in line:
                lines.append(line)
        return lines


def connect(cluster: dict[str, Any]) -> "psycopg.Connection[Any]":
    return psycopg.connect(
        host=cluster["socket_dir"], port=cluster["port"], user="cockpit_super", dbname="cockpit", autocommit=True
    )


def fetch(cluster: dict[str, Any], query: LiteralString) -> Any:
    with connect(cluster) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def wait_until(is_so: Callable[[], bool], *, wait_s: float = 30) -> None:
    deadline = time.monotonic() + wait_s
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)


def accounts() -> list[str]:
    own = pwd.getpwuid(os.geteuid()).pw_name
    return [own, UNPRIVILEGED] if os.geteuid() == 0 else [own]


@pytest.fixture(params=accounts())
def installation(request: pytest.FixtureRequest) -> Iterator[Installation]:
    account = pwd.getpwnam(request.param)
    home = Path(tempfile.mkdtemp(prefix="cockpit-", dir="/tmp"))
    os.chown(home, account.pw_uid, account.pw_gid)
    made = Installation(home=home, uid=account.pw_uid, gid=account.pw_gid)
    yield made
    found = made.call("status")
    made.call("stop")
    shutil.rmtree(Path(found["data_dir"]).parent, ignore_errors=True)
    shutil.rmtree(found["socket_dir"], ignore_errors=True)
    shutil.rmtree(home)


@pytest.fixture
def cluster(installation: Installation) -> dict[str, Any]:
    found: dict[str, Any] = installation.call("ensure")
    return found


def test_an_empty_home_becomes_a_postgis_that_writes_durably(cluster: dict[str, Any]) -> None:
    assert fetch(cluster, "select extversion from pg_extension where extname = 'plpgsql'")
    with connect(cluster) as connection:
        connection.execute("create extension postgis")
    assert fetch(cluster, "select st_area(st_geomfromtext('polygon((0 0, 2 0, 2 2, 0 0))'))") == 2.0
    assert [fetch(cluster, f"show {name}") for name in ("fsync", "jit", "timezone", "server_encoding")] == [
        "on",
        "off",
        "UTC",
        "UTF8",
    ]


def test_the_server_is_reachable_by_its_own_account_only_and_never_by_network(
    installation: Installation, cluster: dict[str, Any]
) -> None:
    assert fetch(cluster, "show listen_addresses") == ""
    for name in ("socket_dir", "data_dir"):
        found = Path(cluster[name]).stat()
        assert found.st_mode & 0o777 == 0o700
        assert found.st_uid != 0
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host="127.0.0.1", port=cluster["port"], user="cockpit_super", dbname="cockpit")


def test_the_url_leads_a_role_to_the_socket(tmp_path: Path) -> None:
    found = embedded.EmbeddedCluster(tmp_path, Path("/srv/a b/run"), 54321, Path("/usr/bin"))
    assert found.url("cockpit_app") == "postgresql+psycopg://cockpit_app@/cockpit?host=/srv/a%20b/run&port=54321"


def test_two_programs_that_begin_at_once_share_one_server(installation: Installation) -> None:
    programs = [installation.launch("ensure") for _ in range(3)]
    outs = []
    for program in programs:
        with program:
            out, err = program.communicate(timeout=120)
        assert program.returncode == 0, err
        outs.append(json.loads(out))
    assert outs[0] == outs[1] == outs[2]
    assert sum("-D " in line for line in installation.processes()) == 1


def test_committed_rows_survive_kill_9_of_the_server(installation: Installation, cluster: dict[str, Any]) -> None:
    with connect(cluster) as connection:
        connection.execute("create table kept (id int)")
        connection.execute("insert into kept values (7)")
    pid = installation.call("status")["pid"]
    os.kill(pid, signal.SIGKILL)
    again = installation.call("ensure")
    assert installation.call("status")["pid"] != pid
    assert fetch(again, "select id from kept") == 7


def test_a_busy_backend_of_a_killed_server_does_not_stop_the_next_start(
    installation: Installation, cluster: dict[str, Any]
) -> None:
    with closing(connect(cluster)) as connection:
        connection.pgconn.send_query(b"select count(*) from generate_series(1, 4000000000) as n where n % 7 = 3")
        wait_until(lambda: any("SELECT" in line for line in installation.processes()))
        os.kill(installation.call("status")["pid"], signal.SIGKILL)
        again = installation.call("ensure")
    assert fetch(again, "select count(*) from pg_stat_activity where backend_type = 'client backend'") == 1


def test_a_pid_file_whose_number_is_another_programs_now_is_not_believed(
    installation: Installation, cluster: dict[str, Any]
) -> None:
    pid_file = Path(cluster["data_dir"]) / "postmaster.pid"
    stale = pid_file.read_text().splitlines()
    installation.call("stop")
    with subprocess.Popen(["sleep", "60"], user=installation.uid) as other:
        pid_file.write_text("\n".join([str(other.pid), *stale[1:]]) + "\n")
        assert installation.call("status")["running"] is False
        try:
            assert fetch(installation.call("ensure"), "select 1") == 1
            assert other.poll() is None
        finally:
            other.kill()


def test_stop_leaves_no_process_and_may_be_repeated(installation: Installation, cluster: dict[str, Any]) -> None:
    assert installation.processes()
    with closing(connect(cluster)):
        assert installation.call("stop") is True
    assert installation.processes() == []
    assert installation.call("stop") is False
    assert fetch(installation.call("ensure"), "select 1") == 1


def test_a_cluster_half_made_when_its_maker_was_killed_is_made_anew(installation: Installation) -> None:
    base = installation.base()
    with installation.launch("ensure") as program:
        wait_until((base / "data.unfinished" / "PG_VERSION").exists)
        program.kill()
    assert not (base / "data").exists()
    assert fetch(installation.call("ensure"), "select 1") == 1
    assert not (base / "data.unfinished").exists()


def test_a_server_whose_socket_was_swept_away_is_started_anew(
    installation: Installation, cluster: dict[str, Any]
) -> None:
    shutil.rmtree(cluster["socket_dir"])
    assert fetch(installation.call("ensure"), "select 1") == 1


def test_a_home_too_deep_for_a_socket_gets_a_short_private_one(installation: Installation) -> None:
    deep = installation.home / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    for folder in (deep.parent, deep):
        os.chown(folder, installation.uid, installation.gid)
    below = Installation(home=deep, uid=installation.uid, gid=installation.gid)
    found = below.call("ensure")
    try:
        assert fetch(found, "select 1") == 1
        assert len(os.fsencode(embedded_place.socket_file(Path(found["socket_dir"])))) <= 107
        assert Path(found["socket_dir"]).stat().st_mode & 0o777 == 0o700
    finally:
        below.call("stop")
        shutil.rmtree(found["socket_dir"])
        shutil.rmtree(Path(found["data_dir"]).parent, ignore_errors=True)


def test_status_makes_nothing(installation: Installation) -> None:
    found = installation.call("status")
    assert (found["running"], found["pid"], found["version"], found["size"]) == (False, None, None, None)
    assert not Path(found["data_dir"]).parent.exists()
    assert installation.call("stop") is False


def test_status_tells_version_and_size_of_a_running_server(installation: Installation, cluster: dict[str, Any]) -> None:
    found = installation.call("status")
    assert found["running"]
    assert fetch(cluster, "show server_version").startswith(found["version"])
    assert found["size"] > 10_000_000


def test_data_of_another_major_version_is_refused_with_the_package_that_helps(
    installation: Installation, cluster: dict[str, Any]
) -> None:
    installation.call("stop")
    (Path(cluster["data_dir"]) / "PG_VERSION").write_text("9\n")
    assert "postgresql-9-postgis-3" in installation.refusal("ensure")


def test_files_that_are_no_cluster_are_refused_and_kept(installation: Installation, cluster: dict[str, Any]) -> None:
    installation.call("stop")
    (Path(cluster["data_dir"]) / "PG_VERSION").unlink()
    assert "data_foreign" in installation.refusal("ensure")
    assert (Path(cluster["data_dir"]) / "global" / "pg_control").exists()


def test_a_home_that_another_account_holds_is_refused(installation: Installation) -> None:
    if installation.uid == 0:
        base = installation.base()
        base.parent.mkdir(exist_ok=True)
        base.mkdir(mode=0o755)
        assert "folder_foreign" in installation.refusal("ensure")
        base.rmdir()
    else:
        installation.home.chmod(0o500)
        assert "folder_refused" in installation.refusal("ensure")
        installation.home.chmod(0o700)


def test_without_postgis_the_message_names_packages_and_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(embedded_programs, "DEBIAN_FOLDER", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(embedded.EmbeddedError) as refused:
        embedded_programs.find(tmp_path)
    for lang in ("zh", "en"):
        said = refused.value.message(lang)
        assert "postgresql-15-postgis-3" in said
        assert "COCKPIT_DATABASE_URL" in said


def test_the_lock_keeps_a_second_program_out_until_it_is_let_go(
    installation: Installation, cluster: dict[str, Any]
) -> None:
    base = Path(cluster["data_dir"]).parent
    place = embedded_place.Place(base=base, home=installation.home, uid=installation.uid, gid=installation.gid)
    with embedded_process.exclusive(place):
        waiting = installation.launch("ensure")
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=2)
    with waiting:
        assert waiting.wait(timeout=30) == 0


def test_only_the_newest_logs_are_kept(installation: Installation, cluster: dict[str, Any]) -> None:
    folder = Path(cluster["data_dir"]) / "log"
    for day in range(1, 29):
        (folder / f"server-200001{day:02}-000000.log").touch()
    installation.call("ensure")
    kept = sorted(path.name for path in folder.glob("*.log"))
    assert len(kept) == embedded.KEPT_LOGS
    assert kept[-1] > "server-2000"
