"""A restore: a backup into an empty site, wholly or not at all, and compared with what the backup says of itself.

Invariant: the store's content, its settings and its keys come in together; until every table has the rows and the
hash that the backup names nothing is committed. Sign-ins of then are ended.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from geo import clients, secret_files, sql
from geo.audit import audit
from geo.backup import total
from geo.backup_file import BackupFile, opened
from geo.backup_words import BackupError
from geo.errors import GeoError, StoreUnavailable
from geo.migrations import bootstrap, knows, migrate
from geo.site_files import Placed, place
from geo.store import CONNECT_TIMEOUT_S, Store, StoreUrls, rows
from geo.viewer import Clock, Viewer


@dataclass(frozen=True)
class Restored:
    """A backup that is in the store again, table by table as its manifest says.

    `revision`: the schema now (`manifest["revision"]`: then); `sessions_ended`: sign-ins of then; `set_aside`: files of
    the site that differed and were kept under another name.
    """

    file: Path
    manifest: Mapping[str, Any]
    revision: str
    sessions_ended: int
    keys: tuple[str, ...]
    set_aside: tuple[Path, ...]

    @property
    def rows(self) -> int:
        """Rows of all tables, as compared."""
        return total(self.manifest["tables"])


def restore(
    urls: StoreUrls, by: Viewer, *, file: Path, home: Path, keys_file: Path | None = None, keys: str = "needed"
) -> Restored:
    """Brings the backup in `file` into the empty store of `urls` and the site at `home`.

    `keys`: `needed` refuses a backup whose keys are neither in `keys_file` nor in the site; `lost` goes without.
    Raises BackupError and StoreUnavailable; then store and site are as they were.
    """
    with opened(file) as backup:
        if not knows(backup.manifest["revision"]):
            raise BackupError("newer_schema", revision=backup.manifest["revision"], program=backup.manifest["program"])
        found = _keys(backup.manifest, home, keys_file, keys=keys)
        bootstrap(urls)
        programs = clients.clients(urls.owner, major=_ground(urls, backup.manifest))
        placed = Placed()
        try:
            _place_files(backup, placed, home=home, keys=found)
            with clients.Script(programs) as script:
                ended = _filled(script, backup)
                script.run("backup/commit")
                script.run("backup/analyze")
        except BaseException:
            placed.undo()
            raise
        revision = _migrated(urls, placed)
        aside = tuple(kept for _, kept in placed.set_aside)
        result = Restored(file, backup.manifest, revision, ended, tuple(sorted(found)), aside)
    _note(urls, by, result)
    return result


def _keys(manifest: Mapping[str, Any], home: Path, keys_file: Path | None, *, keys: str) -> dict[str, bytes]:
    """The keys of the backup, known by its checks; raises BackupError for wrong or missing ones."""
    found = secret_files.read(keys_file) if keys_file is not None else secret_files.held(home)
    wrong = secret_files.unlike(found, manifest["secrets"])
    if wrong and keys_file is not None:
        raise BackupError("wrong_keys", file=keys_file, names=", ".join(wrong))
    if wrong and keys != "lost":
        raise BackupError("keys_missing", names=", ".join(wrong))
    return {} if wrong else {name: found[name] for name in manifest["secrets"]["files"]}


def _ground(urls: StoreUrls, manifest: Mapping[str, Any]) -> int:
    """The server's major version; raises BackupError unless the store is ready for a restore and holds nothing."""
    with _owner(urls) as connection:
        found = rows(connection, "backup/ground")[0]
        if not found["has_postgis"] or found["missing_logins"]:
            raise BackupError("not_bootstrapped", logins=", ".join(found["missing_logins"]) or "-")
        if found["major"] < int(str(manifest["postgres"]).partition(".")[0]):
            raise BackupError("older_server", here=found["postgres"], then=manifest["postgres"])
        if found["has_tables"] and not found["is_ours"]:
            raise BackupError("foreign_tables")
        held = rows(connection, "backup/holdings") if found["is_ours"] else []
        if held:
            raise BackupError("not_empty", tables=", ".join(row["name"] for row in held[:5]))
        return int(found["major"])


@contextmanager
def _owner(urls: StoreUrls) -> Iterator[Any]:
    engine = create_engine(urls.owner, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    try:
        with engine.connect() as connection:
            yield connection
    except OperationalError as error:
        raise StoreUnavailable(f"the database does not answer: {error.orig}") from error
    finally:
        engine.dispose()


def _place_files(backup: BackupFile, placed: Placed, *, home: Path, keys: Mapping[str, bytes]) -> None:
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    config = {home / "config" / name: content for name, content in backup.config().items()}
    place(config, placed, stamp=stamp)
    place(secret_files.targets(home, keys), placed, stamp=stamp, folder_mode=0o700)


def _filled(script: clients.Script, backup: BackupFile) -> int:
    """Fills the store in an open transaction and compares; the number of sign-ins that were ended."""
    script.run("backup/begin")
    *_, is_ours = script.run("backup/ground")[0]
    if is_ours == "t" and script.run("backup/holdings"):
        raise BackupError("not_empty", tables="-")  # filled since it was looked at
    script.run("backup/clear")
    with backup.dump() as dump:
        script.restore(dump)
    script.run("backup/steady")
    found = {name: {"rows": int(count), "hash": content} for name, count, content in script.run("backup/contents")}
    wrong = sorted(name for name in found.keys() | backup.manifest["tables"].keys()
                   if found.get(name) != backup.manifest["tables"].get(name))  # fmt: skip
    if wrong:
        raise BackupError("differs", is_refusal=False, tables=", ".join(wrong))
    return len(script.run("backup/end_sessions"))


def _migrated(urls: StoreUrls, placed: Placed) -> str:
    """Brings an older backup to the program's revision; where that fails the store is emptied again."""
    try:
        return migrate(urls)
    except GeoError as error:
        with _owner(urls) as connection:
            connection.exec_driver_sql(sql.text("backup/clear"))
            connection.commit()
        placed.undo()
        raise BackupError("migration_failed", is_refusal=False, reason=error) from error


def _note(urls: StoreUrls, by: Viewer, result: Restored) -> None:
    detail = {
        "sha256": result.manifest["dump"]["sha256"],
        "made_at": result.manifest["made_at"],
        "rows": result.rows,
        "data_version": result.manifest["data_version"],
        "revision": result.revision,
        "sessions_ended": result.sessions_ended,
        "with_keys": bool(result.keys),
    }
    store = Store(urls)
    try:
        with store.loading(by, Clock(datetime.now(UTC))) as connection:
            target = f"file:{result.file.name}"
            audit(connection, viewer=by, action="restore", target=target, detail=detail, is_sensitive=True)
    finally:
        store.close()
