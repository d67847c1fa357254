"""A backup: one file with all of the store and the site's settings, and beside it the keys in a file of their own.

Invariant: counts, hashes and dump are of one moment, whatever is loaded meanwhile; the trail says that it was made
before the file exists. It is read as the owner of the tables, whom no policy hides a row from.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError

from config.program import program_version
from config.site import site
from geo import backup_file, clients, secret_files
from geo.audit import audit
from geo.backup_words import BackupError
from geo.errors import StoreUnavailable
from geo.migrations import head
from geo.store import CONNECT_TIMEOUT_S, Store, rows
from geo.viewer import Clock, Viewer


@dataclass(frozen=True)
class Backup:
    """A backup that was made: where, how large, what is in it; `keys` names the site's keys, `keys_file` is None
    when they were not written out."""

    file: Path
    size: int
    manifest: Mapping[str, Any]
    keys: tuple[str, ...]
    keys_file: Path | None

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return total(self.manifest["tables"])


def back_up(
    store: Store, by: Viewer, clock: Clock, *, file: Path, home: Path, keys_file: Path | None = None, mode: str = "new"
) -> Backup:
    """Writes the backup to `file`, and the site's keys to `keys_file` if named; `mode`: `new` or `replace`.

    Raises BackupError and StoreUnavailable; then neither file is there, or both are as they were.
    """
    keys = secret_files.held(home)
    if keys_file is not None and not keys:
        raise BackupError("no_keys", home=home)
    if keys_file is not None and keys_file.resolve() == file.resolve():
        raise BackupError("same_file")
    made_at = datetime.now(UTC).isoformat(timespec="seconds")
    with backup_file.private_file(file, mode=mode) as stream:
        with zipfile.ZipFile(stream, "w") as archive:
            manifest = _written(store, archive, home=home, clock=clock)
            manifest |= {"made_at": made_at, "secrets": secret_files.checks(keys)}
            backup_file.write_manifest(archive, manifest)
        stream.flush()
        size = stream.tell()
        _note(store, by, clock, file=file, manifest=manifest, keys_file=keys_file)
        if keys_file is not None:
            secret_files.write(keys_file, keys, made_at=made_at, mode=mode)
    return Backup(file, size, manifest, tuple(keys), keys_file)


def _written(store: Store, archive: zipfile.ZipFile, *, home: Path, clock: Clock) -> dict[str, Any]:
    """Writes dump and settings; the manifest so far."""
    engine = create_engine(
        store.urls.owner, connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": "-c jit=off"}
    )
    try:
        with engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as connection:
            told = _described(connection)
            if told["revision"] != head():
                raise BackupError("not_migrated", found=told["revision"], wanted=head())
            programs = clients.clients(store.urls.owner, major=told.pop("major"))
            snapshot = rows(connection, "backup/export_snapshot")[0]["snapshot"]
            with clients.dumping(programs, snapshot=snapshot) as dump:
                sealed = backup_file.write_dump(archive, dump)
    except OperationalError as error:
        raise StoreUnavailable(f"the database does not answer: {error.orig}") from error
    except ProgrammingError as error:
        raise BackupError("not_migrated", found="-", wanted=head()) from error
    finally:
        engine.dispose()
    found = site()
    return told | {
        "format": backup_file.FORMAT,
        "program": program_version(),
        "clock": clock.at.isoformat(),
        "site": {
            "name_zh": found.name_zh,
            "name_en": found.name_en,
            "time_zone": found.time_zone,
            "currency": found.currency,
        },
        "dump": {"size": sealed.size, "sha256": sealed.sha256},
        "config": list(backup_file.write_config(archive, home / "config")),
    }


def _described(connection: Connection) -> dict[str, Any]:
    rows(connection, "backup/steady")
    versions = rows(connection, "backup/versions")[0]
    head = rows(connection, "backup/audit_head")
    tables = {row["name"]: {"rows": row["rows"], "hash": row["hash"]} for row in rows(connection, "backup/contents")}
    return {
        **versions,
        "audit_head": orjson.loads(head[0]["head"]) if head and head[0]["head"] else None,
        "tables": tables,
    }


def _note(
    store: Store, by: Viewer, clock: Clock, *, file: Path, manifest: Mapping[str, Any], keys_file: Path | None
) -> None:
    detail = {
        "sha256": manifest["dump"]["sha256"],
        "rows": total(manifest["tables"]),
        "data_version": manifest["data_version"],
        "with_keys": keys_file is not None,
    }
    try:
        with store.loading(by, clock) as connection:
            audit(connection, viewer=by, action="backup", target=f"file:{file.name}", detail=detail, is_sensitive=True)
    except ProgrammingError as error:
        raise BackupError("not_migrated", found="-", wanted=head()) from error


def total(tables: Mapping[str, Mapping[str, Any]]) -> int:
    """Rows of all tables of a manifest."""
    return sum(int(table["rows"]) for table in tables.values())
