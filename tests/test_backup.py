"""The drill: backed up, destroyed, restored; what is damaged, wrong or in the way is told and changes nothing."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import small_town
from alembic import command
from command_line import COMMAND, Cockpit
from conftest import _administer, _urls
from sqlalchemy import create_engine, text

from geo import backup, backup_file, restoring, secret_files, sql
from geo.accounts import add_account, open_session, session_of
from geo.backup import Backup, back_up
from geo.backup_words import BackupError
from geo.errors import AuditUnavailable
from geo.migrations import LOCK_KEY, _alembic, _run, bootstrap, head, migrate
from geo.restoring import Restored
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.work import load_file

ROOT = Path(__file__).parent.parent
SCHEMAS = ("access", "core", "landing", "mart", "ops")
CASES = "编号,类别,上报时间,办结时间,经度,纬度\nN1,noise,2026-11-19 08:00:00,2026-11-19 09:00:00,120.265,30.185\n"
WAIT_S = 150
ONE_ROW = "insert into ops.fact (fact, value) values ('late', '{}')"


@dataclass(frozen=True)
class Site:
    """A store, its home, and the command line on both."""

    urls: StoreUrls
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")}
        return kept | {
            "COCKPIT_HOME": str(self.home), "COCKPIT_NOW": "2026-11-20T14:32:00+08:00", "COCKPIT_LANG": "en",
            "COCKPIT_DATABASE_URL": self.urls.owner, "COCKPIT_APP_URL": self.urls.app,
            "COCKPIT_LOAD_URL": self.urls.load, "COCKPIT_WALL_URL": self.urls.wall, "COCKPIT_GATE_URL": self.urls.gate,
        }  # fmt: skip

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        assert self.urls.admin is not None
        engine = create_engine(self.urls.admin)
        try:
            with engine.begin() as connection:
                found = connection.execute(text(statement))
                return [tuple(row) for row in found] if found.returns_rows else []
        finally:
            engine.dispose()

    def tables(self) -> dict[str, int]:
        """Rows of each of our tables, counted one by one."""
        found = self.ask(f"select schemaname || '.' || tablename from pg_tables where schemaname in {SCHEMAS}")
        return {str(name): int(str(self.ask(f"select count(*) from {name}")[0][0])) for (name,) in found}

    def shape(self) -> str:
        """All definitions, grants, policies, triggers and owners, as pg_dump words them."""
        schemas = [f"--schema={name}" for name in SCHEMAS]
        url = self.urls.owner.replace("postgresql+psycopg", "postgresql")
        done = subprocess.run(["pg_dump", "--schema-only", *schemas, url], capture_output=True, text=True, check=True)
        return "\n".join(line for line in done.stdout.splitlines() if "restrict" not in line)

    def is_empty(self) -> bool:
        return self.tables() == {}

    def child(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [*COMMAND, *arguments], cwd=ROOT, env=self.environment, text=True, stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str, str]:
        child = self.child(*arguments)
        out, err = child.communicate(timeout=240)
        return child.returncode, out, err


@pytest.fixture(scope="module")
def empty_site(cluster_urls: StoreUrls, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Site]:
    """Makes a machine on which nothing was ever done but bootstrap.sql."""

    def make() -> Site:
        name = f"test_{uuid.uuid4().hex[:12]}"
        assert cluster_urls.admin is not None
        _administer(cluster_urls.admin, f"create database {name}")
        urls = _urls(cluster_urls, name)
        bootstrap(urls)
        return Site(urls, tmp_path_factory.mktemp("home"))

    return make


@pytest.fixture(scope="module")
def town(urls: StoreUrls, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A store with areas, cases, a load of a file, an account that is signed in, keys and settings of its own."""
    site = Site(urls, tmp_path_factory.mktemp("home"))
    small_town.build(urls, now=clock.at)
    (site.home / "secrets").mkdir(mode=0o700)
    (site.home / "secrets" / "vault.key").write_bytes(b"not-a-real-key-but-long-enough-1")
    (site.home / "config" / "sources").mkdir(parents=True)
    (site.home / "config" / "sources" / "ours.toml").write_text('dataset = "incidents"\n', encoding="utf-8")
    store = Store(urls)
    cases = site.home / "cases.csv"
    cases.write_text(CASES, encoding="utf-8")
    assert load_file(store, LoadRequest(dataset="incidents", file=cases, clock=clock)).status == "loaded"
    store.close()
    return site


@pytest.fixture(scope="module")
def token(town: Site) -> str:
    """The cookie of somebody who was signed in when the backup was made."""
    store, now = Store(town.urls), datetime.now(UTC)
    account = add_account(
        store, OPERATOR, login="wang", display_name="王芳", role="secretary", areas=("community:W",), now=now
    )
    made = open_session(store, account, method="password", address="127.0.0.1", now=now)
    store.close()
    return made


@pytest.fixture(scope="module")
def made(town: Site, token: str, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    """The town's backup with its keys."""
    folder = tmp_path_factory.mktemp("backups")
    store = Store(town.urls)
    found = back_up(store, OPERATOR, clock, file=folder / "b.zip", home=town.home, keys_file=folder / "b.keys")
    store.close()
    return found


def bring(site: Site, made: Backup, **options: object) -> Restored:
    found = {"keys_file": made.keys_file, "file": made.file} | options
    return restoring.restore(site.urls, OPERATOR, home=site.home, **found)  # type: ignore[arg-type]


def test_what_is_restored_on_an_empty_machine_equals_the_original_and_can_be_worked_with(
    town: Site, made: Backup, token: str, empty_site: Callable[[], Site], clock: Clock
) -> None:
    before, shape = town.tables(), town.shape()
    site = empty_site()
    found = bring(site, made)
    assert found.revision == head()
    assert found.sessions_ended == 1

    after = site.tables()
    assert after.pop("ops.audit") == before.pop("ops.audit"), "one line more says backup here and restore there"
    assert after == before
    assert before["core.incident"] == 242
    assert before["core.incident_revision"] >= 1
    assert {name: held["rows"] for name, held in made.manifest["tables"].items()}["core.incident"] == 242
    assert site.shape() == shape, "definitions, grants, policies, triggers and owners"
    assert site.ask("select action, object from ops.audit order by recorded_at desc limit 1") == [
        ("restore", "file:b.zip")
    ]
    assert town.ask("select is_sensitive from ops.audit where action = 'backup'") == [(True,)]
    assert (site.home / "secrets" / "vault.key").read_bytes() == (town.home / "secrets" / "vault.key").read_bytes()
    assert (site.home / "secrets" / "vault.key").stat().st_mode & 0o777 == 0o600
    assert (site.home / "config" / "sources" / "ours.toml").is_file()

    days = ("2026-11-01", "2026-11-20")
    figures = Cockpit(site.environment).kpi("community", days)
    assert figures == Cockpit(town.environment).kpi("community", days)
    assert any(record["value"] for record in figures)

    store = Store(site.urls)
    assert session_of(store, token, address="127.0.0.1", now=datetime.now(UTC)) is None, "sign-ins of then are over"
    same = load_file(store, LoadRequest(dataset="incidents", file=town.home / "cases.csv", clock=clock))
    assert same.status == "nothing-new"
    more = site.home / "more.csv"
    more.write_text(CASES.replace("N1", "N2"), encoding="utf-8")
    loaded = load_file(store, LoadRequest(dataset="incidents", file=more, clock=clock))
    store.close()
    assert loaded.counts.inserted == 1
    assert loaded.load_id is not None
    assert loaded.load_id > int(str(town.ask("select max(load_id) from ops.load")[0][0])), "numbers go on"


def test_a_backup_is_of_one_moment_whatever_is_loaded_meanwhile(
    town: Site, clock: Clock, tmp_path: Path, empty_site: Callable[[], Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = backup_file.write_dump

    def late(archive: object, dump: object) -> object:
        town.ask(ONE_ROW)  # after counting, before the dump is read
        return write(archive, dump)  # type: ignore[arg-type]

    monkeypatch.setattr(backup_file, "write_dump", late)
    store = Store(town.urls)
    made = back_up(store, OPERATOR, clock, file=tmp_path / "b.zip", home=town.home, keys_file=tmp_path / "b.keys")
    store.close()
    assert town.ask("delete from ops.fact where fact = 'late' returning fact") == [("late",)]
    site = empty_site()
    bring(site, made)
    assert site.ask("select count(*) from ops.fact where fact = 'late'") == [(0,)]


def test_no_key_is_in_the_backup_and_both_files_are_private(made: Backup, town: Site) -> None:
    key = (town.home / "secrets" / "vault.key").read_bytes()
    with zipfile.ZipFile(made.file) as archive:
        assert all(key not in archive.read(name) for name in archive.namelist())
        assert set(archive.namelist()) == {"store.dump", "config/sources/ours.toml", "manifest.json"}
    assert made.keys_file is not None
    assert {path.stat().st_mode & 0o777 for path in (made.file, made.keys_file)} == {0o600}
    assert sorted(path.name for path in made.file.parent.iterdir()) == ["b.keys", "b.zip"], "nothing unfinished is left"


def test_a_vault_key_that_lies_elsewhere_goes_with_the_keys_and_back_to_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "elsewhere" / "key.json"
    key.parent.mkdir()
    key.write_bytes(b"elsewhere")
    monkeypatch.setenv("COCKPIT_VAULT_KEY_FILE", str(key))
    held = secret_files.held(tmp_path / "home")
    assert held == {"vault.key": b"elsewhere"}
    told = secret_files.checks(held)
    assert secret_files.unlike(held, told) == ()
    assert secret_files.unlike({"vault.key": b"Elsewhere"}, told) == ("vault.key",)
    assert secret_files.targets(tmp_path / "home", held) == {key: b"elsewhere"}


def test_a_wrong_key_says_so_and_nothing_is_restored(
    made: Backup, empty_site: Callable[[], Site], tmp_path: Path
) -> None:
    site, wrong = empty_site(), tmp_path / "wrong.keys"
    assert made.keys_file is not None
    told = json.loads(made.keys_file.read_text())
    wrong.write_text(json.dumps(told | {"keys": {"vault.key": "YW5vdGhlci1rZXk="}}), encoding="utf-8")
    with pytest.raises(BackupError, match=r"not those of this backup \(vault\.key\)"):
        bring(site, made, keys_file=wrong)
    wrong.write_text("{}", encoding="utf-8")
    with pytest.raises(BackupError, match="no whole file of keys"):
        bring(site, made, keys_file=wrong)
    with pytest.raises(BackupError, match="needs its keys"):
        bring(site, made, keys_file=None)
    assert site.is_empty()
    assert not (site.home / "secrets").exists()
    found = bring(site, made, keys_file=None, keys="lost")
    assert found.keys == ()


def damage(content: bytes, how: str) -> bytes:
    if how == "flipped":
        return content[:5000] + bytes([content[5000] ^ 1]) + content[5001:]
    return {"empty": b"", "half": content[: len(content) // 2], "tail": content[:-10], "other": b"PK" * 400}[how]


@pytest.mark.parametrize("how", ["empty", "half", "tail", "flipped", "other"])
def test_a_cut_or_altered_file_is_told_and_nothing_is_restored(
    made: Backup, tmp_path: Path, how: str, town: Site
) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(damage(made.file.read_bytes(), how))
    with pytest.raises(BackupError, match="no whole backup"):
        bring(town, made, file=bad)


@pytest.mark.parametrize("name", ["../evil.toml", "a/../../evil.toml", "/tmp/evil.toml"])
def test_no_setting_in_a_forged_backup_lands_outside_the_folder_of_settings(
    made: Backup, town: Site, tmp_path: Path, name: str
) -> None:
    forged = altered(made, tmp_path / "forged.zip", config=sorted([*made.manifest["config"], name]))
    with zipfile.ZipFile(forged, "a") as archive:
        archive.writestr(f"config/{name}", "x = 1")
    with pytest.raises(BackupError, match="no whole backup"):
        bring(town, made, file=forged)


def altered(made: Backup, path: Path, **changed: object) -> Path:
    """The backup with another manifest."""
    with zipfile.ZipFile(made.file) as archive, zipfile.ZipFile(path, "w") as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "manifest.json":
                content = json.dumps(json.loads(content) | changed).encode()
            copy.writestr(name, content)
    return path


def test_a_newer_program_and_a_content_that_differs_are_told_and_undone(
    made: Backup, tmp_path: Path, empty_site: Callable[[], Site]
) -> None:
    site = empty_site()
    with pytest.raises(BackupError, match="newer than this program"):
        bring(site, made, file=altered(made, tmp_path / "1.zip", revision="9999_future"))
    with pytest.raises(BackupError, match="newer program"):
        bring(site, made, file=altered(made, tmp_path / "2.zip", format=99))
    tables = dict(made.manifest["tables"]) | {"core.area": {"rows": 7, "hash": "0" * 64}}
    with pytest.raises(BackupError, match=r"differs from what the backup says \(core\.area\)"):
        bring(site, made, file=altered(made, tmp_path / "3.zip", tables=tables))
    assert site.is_empty()
    assert not list(site.home.rglob("*.toml"))
    assert not list(site.home.rglob("vault.key"))


def test_a_store_that_holds_anything_is_left_as_it_is(town: Site, made: Backup) -> None:
    before = town.tables()
    with pytest.raises(BackupError, match=r"holds data already \(access\.account, core\.area"):
        bring(town, made)
    assert town.tables() == before


def test_a_migrated_store_in_which_nothing_happened_may_be_restored_into(
    new_database: Callable[[], StoreUrls], made: Backup, tmp_path: Path
) -> None:
    site = Site(new_database(), tmp_path / "home")
    (site.home / "secrets").mkdir(parents=True)
    (site.home / "secrets" / "vault.key").write_bytes(b"made by a start that nobody used")
    found = bring(site, made)
    assert site.tables()["core.incident"] == 242
    (kept,) = found.set_aside
    assert kept.read_bytes() == b"made by a start that nobody used"


def test_a_backup_of_an_older_schema_is_brought_to_the_programs(
    empty_site: Callable[[], Site], clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, site = empty_site(), empty_site()
    _run(old.urls.owner, lambda connection: command.upgrade(_alembic(connection), "0006_access"))
    old.ask("insert into core.category (code, name_zh, name_en) values ('noise', '噪声', 'Noise')")
    store = Store(old.urls)
    with monkeypatch.context() as then:  # the program of then, whose trail was another
        then.setattr(backup, "head", lambda: "0006_access")
        then.setattr(backup, "_note", lambda *_, **__: None)
        made = back_up(store, OPERATOR, clock, file=tmp_path / "old.zip", home=old.home)
    assert made.manifest["revision"] == "0006_access"
    store.close()
    assert bring(site, made).revision == head()
    assert migrate(site.urls) == head()
    assert site.ask("select code from core.category") == [("noise",)]


def test_a_restore_waits_for_the_lock_that_migrations_take() -> None:
    assert f"pg_advisory_xact_lock({LOCK_KEY})" in sql.text("backup/begin")


def test_a_store_that_was_never_migrated_is_not_backed_up(
    empty_site: Callable[[], Site], clock: Clock, tmp_path: Path
) -> None:
    site = empty_site()
    store = Store(site.urls)
    with pytest.raises(BackupError, match="is not this program's"):
        back_up(store, OPERATOR, clock, file=tmp_path / "b.zip", home=site.home)
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_is_refused_and_a_full_disk_leaves_nothing(
    town: Site, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, taken = Store(town.urls), tmp_path / "taken.zip"
    taken.write_text("mine", encoding="utf-8")
    with pytest.raises(BackupError, match="exists; nothing was changed"):
        back_up(store, OPERATOR, clock, file=taken, home=town.home)
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(store, OPERATOR, clock, file=tmp_path / "none" / "b.zip", home=town.home)
    unseen = tmp_path / ("x" * 300)  # a name of which not even its existence can be asked, like one in a closed folder
    with pytest.raises(BackupError, match="cannot be written"):
        back_up(store, OPERATOR, clock, file=unseen, home=town.home)
    with pytest.raises(BackupError, match=r"x{300} cannot be written"):
        back_up(store, OPERATOR, clock, file=tmp_path / "b.zip", home=town.home, keys_file=unseen)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup_file, "write_dump", full)
    with pytest.raises(BackupError, match="The disk is full"):
        back_up(store, OPERATOR, clock, file=taken, home=town.home, mode="replace")
    store.close()
    assert taken.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["taken.zip"]


def test_without_its_line_in_the_trail_no_backup_comes_to_be(town: Site, clock: Clock, tmp_path: Path) -> None:
    town.ask("revoke insert on ops.audit from cockpit_load")
    store = Store(town.urls)
    try:
        with pytest.raises(AuditUnavailable):
            back_up(store, OPERATOR, clock, file=tmp_path / "b.zip", home=town.home, keys_file=tmp_path / "b.keys")
    finally:
        town.ask("grant insert on ops.audit to cockpit_load")
        store.close()
    assert list(tmp_path.iterdir()) == []


def killed(child: "subprocess.Popen[str]", is_midway: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not is_midway():
        assert time.monotonic() < until
        assert child.poll() is None, "it ended before it could be killed"
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=240)


def test_a_killed_backup_leaves_no_file_and_the_next_one_works(town: Site, tmp_path: Path) -> None:
    file = tmp_path / "b.zip"
    killed(town.child("db", "backup", str(file)), (tmp_path / ".b.zip.cockpit-part").exists)
    assert not file.exists()
    (tmp_path / ".older.zip.cockpit-part").write_text("left by another that was killed", encoding="utf-8")
    code, out, err = town.run("db", "backup", str(file), "--json")
    assert (code, file.exists()) == (0, True)
    assert "keep them safe elsewhere" in err
    assert json.loads(out)["manifest"]["tables"]["core.incident"]["rows"] == 242
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]
    assert town.run("db", "backup", str(file))[0] == 2


def test_a_killed_restore_leaves_the_store_empty_and_the_next_one_works(
    made: Backup, empty_site: Callable[[], Site]
) -> None:
    site = empty_site()
    arguments = ("db", "restore", str(made.file), "--keys", str(made.keys_file))
    busy = """select 1 from pg_stat_activity
        where datname = current_database() and application_name = 'cockpit db' and xact_start is not null"""
    killed(site.child(*arguments), lambda: site.ask(busy) != [])
    until = time.monotonic() + WAIT_S
    while site.ask(busy):
        assert time.monotonic() < until
    assert site.is_empty()
    code, out, err = site.run(*arguments, "--json")
    assert code == 0, err
    assert "all equal" in err
    assert json.loads(out)["equal"] is True
    store = Store(site.urls)
    with store.reading(LEADER, Clock(datetime.now(UTC))) as connection:
        assert connection.execute(text("select count(*) from core.incident")).scalar_one() == 242
    store.close()
    assert site.run(*arguments)[0] == 2


def test_the_command_says_a_refusal_in_the_readers_language(town: Site, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from cockpit.cli import main; main()", "db", "restore", str(tmp_path / "none.zip")],
        cwd=ROOT, env=town.environment | {"COCKPIT_LANG": "zh"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith("无法读取")
    assert "Traceback" not in done.stderr
