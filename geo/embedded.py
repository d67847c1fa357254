"""The embedded PostGIS: a private cluster for one COCKPIT_HOME, made and started when first needed.

Invariant: one server at most runs on the data, on a socket that only its own account (and root) can reach,
never on the network; a data directory that exists is complete; what was committed survives kill -9.
"""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from config import reader
from geo import embedded_process as process
from geo import embedded_programs as programs
from geo.embedded_place import PORT, EmbeddedError, Place, locate, socket_file

__all__ = ["DATABASE", "SUPERUSER", "EmbeddedCluster", "EmbeddedError", "EmbeddedStatus", "ensure", "status", "stop"]

DATABASE = "cockpit"
SUPERUSER = "cockpit_super"
CONNECT_TIMEOUT_S = 10
KEPT_LOGS = 10

# Written into postgresql.conf once: an operator may change these there or by ALTER SYSTEM.
SETTINGS = """
# Set by the cockpit when the cluster was made.
shared_buffers = '256MB'
work_mem = '32MB'
maintenance_work_mem = '256MB'
max_wal_size = '2GB'
wal_level = 'minimal'
max_wal_senders = 0
checkpoint_timeout = '15min'
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'server-%Y%m%d-%H%M%S.log'
log_rotation_age = '1d'
log_rotation_size = '16MB'
# No row of data enters the log: neither a failing statement nor the values in an error's detail.
log_min_error_statement = 'panic'
log_error_verbosity = 'terse'
"""
# systemd-logind removes a user's POSIX shared memory at logout (RemoveIPC), files in the data directory stay.
OWN_ACCOUNT_SETTINGS = "dynamic_shared_memory_type = 'mmap'\n"


@dataclass(frozen=True)
class EmbeddedCluster:
    """A running cluster: where it lies and how to reach it."""

    data_dir: Path
    socket_dir: Path
    port: int
    bindir: Path
    database: str = DATABASE

    def url(self, role: str) -> str:
        """The SQLAlchemy URL with which `role` logs in; no password, the socket's folder is the guard."""
        return f"postgresql+psycopg://{role}@/{self.database}?host={quote(str(self.socket_dir))}&port={self.port}"


@dataclass(frozen=True)
class EmbeddedStatus:
    """What a steward asks of the cluster: `pid` is None unless it runs, `version` and `size` until it is made.

    `version` is the running server's, else the major version of the data; `size` is bytes on disk.
    """

    running: bool
    pid: int | None
    data_dir: Path
    socket_dir: Path
    version: str | None
    size: int | None


def ensure(home: Path | None = None) -> EmbeddedCluster:
    """The cluster of `home` (default: COCKPIT_HOME), made and started if need be, with its empty database.

    Programs that call this at once share one server, which keeps running when they end. Roles, extensions and
    schema are not made here. Raises EmbeddedError, whose message says what to do.
    """
    place = _place(home)
    place.make()
    with process.exclusive(place) as lock:
        cluster = _running(place) or _started(place, lock)
        _ensure_database(place, cluster)
        _prune_logs(place)
    return cluster


def stop(home: Path | None = None) -> bool:
    """Stops the cluster of `home` and waits until no process of it is left; False if none ran.

    Raises EmbeddedError when it does not end.
    """
    place = _place(home)
    if not place.base.exists():
        return False
    with process.exclusive(place):
        return process.end(place)


def is_made(home: Path | None = None) -> bool:
    """Whether there is a cluster already; makes and starts none. Raises EmbeddedError where none could be."""
    return _place(home).data.exists()


def status(home: Path | None = None) -> EmbeddedStatus:
    """How the cluster of `home` stands now; starts and makes nothing."""
    place = _place(home)
    running = process.postmaster(place)
    made_by = place.data / "PG_VERSION"
    is_made = made_by.exists()
    version = made_by.read_text(encoding="utf-8").strip() if is_made else None
    return EmbeddedStatus(
        running=running is not None,
        pid=running.pid if running else None,
        data_dir=place.data,
        socket_dir=running.socket_dir if running else place.sockets,
        version=programs.version_of(running.bindir) if running else version,
        size=_size(place.data) if is_made else None,
    )


def _place(home: Path | None) -> Place:
    return locate(reader.home() if home is None else home)


def _running(place: Place) -> EmbeddedCluster | None:
    """The cluster if it runs; one whose socket was swept away is ended, to be started anew."""
    found = process.await_ready(place)
    if found is None:
        return None
    if not socket_file(found.socket_dir).is_socket():
        process.end(place)
        return None
    return _cluster(place, found)


def _started(place: Place, lock: int) -> EmbeddedCluster:
    chosen = programs.find(place.data)
    if not (place.data / "PG_VERSION").exists():
        _make_data(place, chosen, lock)
    return _cluster(place, process.start(place, chosen))


def _cluster(place: Place, found: process.Postmaster) -> EmbeddedCluster:
    return EmbeddedCluster(data_dir=place.data, socket_dir=found.socket_dir, port=PORT, bindir=found.bindir)


def _make_data(place: Place, chosen: programs.Programs, lock: int) -> None:
    """Makes the cluster aside and renames it: one killed half-way is never taken for a whole one."""
    if place.data.exists() and any(place.data.iterdir()):
        raise EmbeddedError("data_foreign", data=place.data)
    if place.unfinished.exists():
        shutil.rmtree(place.unfinished)
    options = ["--locale=C.UTF-8", "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject"]
    command = [chosen["initdb"], "-D", str(place.unfinished), f"--username={SUPERUSER}", *options]
    said = process.run(place, command, lock=lock)
    if said is not None:
        raise EmbeddedError("init_failed", data=place.data, reason=said)
    _configure(place)
    place.unfinished.rename(place.data)
    _sync(place.base)


def _configure(place: Place) -> None:
    own_account = place.uid == os.geteuid()
    conf = place.unfinished / "postgresql.conf"
    with conf.open("a", encoding="utf-8") as lines:
        lines.write(SETTINGS + (OWN_ACCOUNT_SETTINGS if own_account else ""))
    _sync(conf)


def _ensure_database(place: Place, cluster: EmbeddedCluster) -> None:
    if _answers(cluster):
        return
    address = ["-h", str(cluster.socket_dir), "-p", str(cluster.port), "-U", SUPERUSER]
    said = process.run(place, [str(cluster.bindir / "createdb"), *address, cluster.database])
    if said is not None and not _answers(cluster):
        raise EmbeddedError("no_answer", socket=socket_file(cluster.socket_dir), reason=said)


def _answers(cluster: EmbeddedCluster) -> bool:
    try:
        psycopg.connect(
            host=str(cluster.socket_dir),
            port=cluster.port,
            user=SUPERUSER,
            dbname=cluster.database,
            connect_timeout=CONNECT_TIMEOUT_S,
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _prune_logs(place: Place) -> None:
    """Keeps the newest logs: the server opens a new one each day, each 16 MB and each start, and removes none."""
    for old in sorted((place.data / "log").glob("server-*.log"))[:-KEPT_LOGS]:
        old.unlink(missing_ok=True)


def _size(folder: Path) -> int:
    """Bytes on disk below `folder`; files that vanish meanwhile are left out."""
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            with suppress(FileNotFoundError):
                total += os.lstat(os.path.join(root, name)).st_blocks * 512
    return total


def _sync(path: Path) -> None:
    """Makes a file's content, or a folder's names, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
