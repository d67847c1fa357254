"""The server's processes: found, started, ended; guards that two servers never run on one data directory.

A postmaster killed with -9 leaves its pid file, its socket and, for a moment, its backends behind. Only what
/proc shows is believed: a pid alone may have been given to another program since, after a reboot above all.
"""

import fcntl
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from geo.embedded_place import PORT, EmbeddedError, Place, socket_file
from geo.embedded_programs import Programs

LOCK_WAIT_S = 120.0
READY_WAIT_S = 600.0  # replaying the log of a load that was killed takes its time
FAST_STOP_WAIT_S = 60.0
IMMEDIATE_STOP_WAIT_S = 15.0
POLL_S = 0.005
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}  # no PG* variable of the caller reaches the server


@dataclass(frozen=True)
class Postmaster:
    """A running server as its pid file and /proc show it."""

    pid: int
    bindir: Path
    socket_dir: Path
    is_ready: bool


@contextmanager
def exclusive(place: Place) -> Iterator[int]:
    """Holds the cluster's lock, across processes and threads; yields its file descriptor.

    Raises EmbeddedError when another program has not let go within two minutes.
    """
    descriptor = os.open(place.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        if not _eventually(lambda: _locked(descriptor), LOCK_WAIT_S):
            raise EmbeddedError("lock_busy", lock=place.lock)
        yield descriptor
    finally:
        os.close(descriptor)


def postmaster(place: Place) -> Postmaster | None:
    """The server that runs on this data directory, None if none does; a stale pid file is not believed."""
    try:
        lines = (place.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, PermissionError):
        return None
    if len(lines) < 2 or not lines[0].isdigit():
        return None
    pid = int(lines[0])
    if not _serves(place, pid, is_unsure=lines[1] in _arguments(pid)):
        return None
    return Postmaster(
        pid=pid,
        bindir=Path(_arguments(pid)[0]).parent,
        socket_dir=Path(lines[4]) if len(lines) > 4 and lines[4] else place.sockets,
        is_ready=len(lines) > 7 and lines[7].strip() == "ready",
    )


def start(place: Place, programs: Programs) -> Postmaster:
    """Starts the server and waits until it takes connections; the caller holds the lock.

    The server outlives this program. Raises EmbeddedError with the end of its log when it ends instead.
    """
    _clear_remains(place)
    command = place.as_server(["setsid", "--fork", programs["postgres"], "-D", str(place.data), *_sealed(place)])
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    log = os.open(place.start_log, flags, 0o600)
    try:
        # The server never writes to its standard output, so the pipe's end tells that it ended.
        with subprocess.Popen(
            command, cwd=place.base, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log
        ) as launcher:
            assert launcher.stdout is not None  # noqa: S101 a pipe was asked for
            return _ready(place, ended=launcher.stdout.fileno())
    except OSError as error:
        raise EmbeddedError("start_failed", reason=error, log=place.start_log) from error
    finally:
        os.close(log)


def await_ready(place: Place) -> Postmaster | None:
    """The running server once it takes connections (another program may just be starting it), None if none runs."""
    deadline = time.monotonic() + READY_WAIT_S
    while (found := postmaster(place)) is not None and not found.is_ready:
        if time.monotonic() > deadline:
            raise EmbeddedError("not_ready", seconds=int(READY_WAIT_S), log=place.data / "log")
        time.sleep(POLL_S)
    return found


def end(place: Place) -> bool:
    """Ends the server and whatever a killed one left running; False if nothing ran. The caller holds the lock.

    Fast mode first (open transactions are rolled back), immediate mode if that takes over a minute: the
    committed data is safe either way. Raises EmbeddedError when a process remains.
    """
    running = postmaster(place)
    ran = running is not None or bool(_leftovers(place))
    if running is not None:
        _signal(running.pid, signal.SIGINT)
        if not _eventually(lambda: postmaster(place) is None, FAST_STOP_WAIT_S):
            _signal(running.pid, signal.SIGQUIT)
            _eventually(lambda: postmaster(place) is None, IMMEDIATE_STOP_WAIT_S)
        if postmaster(place) is not None:
            raise EmbeddedError("stop_failed", pids=running.pid)
    _end_leftovers(place)
    return ran


def run(place: Place, command: list[str], *, lock: int | None = None) -> str | None:
    """Runs a server program as the server's account; None when it succeeded, else what it said.

    A child that inherits the `lock` keeps others out until it ends, even if this program is killed meanwhile.
    """
    descriptors = () if lock is None else (lock,)
    try:
        done = subprocess.run(
            place.as_server(command),
            cwd=place.base,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            pass_fds=descriptors,
            check=False,
        )
    except OSError as error:
        return str(error)
    return None if done.returncode == 0 else f"{done.stderr}{done.stdout}".strip()


def _sealed(place: Place) -> list[str]:
    """Settings on the command line, where neither a file nor ALTER SYSTEM can undo them."""
    sockets = str(place.sockets).replace('"', '""')
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{sockets}"',
        "unix_socket_permissions": "0700",
        "port": str(PORT),
        "cluster_name": place.tag,
        "fsync": "on",
        "full_page_writes": "on",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _ready(place: Place, *, ended: int) -> Postmaster:
    deadline = time.monotonic() + READY_WAIT_S
    while time.monotonic() < deadline:
        if (found := postmaster(place)) is not None and found.is_ready:
            return found
        readable, _, _ = select.select([ended], [], [], POLL_S)
        if readable and (found := await_ready(place)) is not None:
            return found
        if readable:
            raise EmbeddedError("start_failed", reason=_last_words(place), log=place.start_log)
    raise EmbeddedError("not_ready", seconds=int(READY_WAIT_S), log=place.data / "log")


def _last_words(place: Place) -> str:
    logs = [place.start_log, *sorted((place.data / "log").glob("*.log"))[-1:]]
    lines = [line for log in logs for line in log.read_text(encoding="utf-8", errors="replace").splitlines()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "ERROR", "HINT"))]
    return "\n".join((telling or lines)[-5:])


def _clear_remains(place: Place) -> None:
    """Removes what would stop a start after kill -9 or a reboot; nothing of this cluster runs afterwards."""
    _end_leftovers(place)
    pid_file = place.data / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError):
        pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
        if not _serves(place, pid, is_unsure=True):
            pid_file.unlink()  # the number may be another program's by now, and PostgreSQL would refuse to start
    socket = socket_file(place.sockets)
    socket.unlink(missing_ok=True)
    socket.with_name(f"{socket.name}.lock").unlink(missing_ok=True)


def _end_leftovers(place: Place) -> None:
    for number in (signal.SIGQUIT, signal.SIGKILL):
        for pid in _leftovers(place):
            _signal(pid, number)
        if _eventually(lambda: not _leftovers(place), IMMEDIATE_STOP_WAIT_S):
            return
    raise EmbeddedError("stop_failed", pids=", ".join(str(pid) for pid in _leftovers(place)))


def _leftovers(place: Place) -> list[int]:
    """Backends and helpers of this cluster, known by their title and account."""
    title = f"postgres: {place.tag}: "
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and _arguments(int(folder.name))[0].startswith(title):
            with suppress(FileNotFoundError):
                if folder.stat().st_uid == place.uid:
                    found.append(int(folder.name))
    return found


def _serves(place: Place, pid: int, *, is_unsure: bool) -> bool:
    """Whether a process is a server on this data; `is_unsure` is the answer where /proc does not show its folder.

    A server works in its data directory. Root in a container without CAP_SYS_PTRACE cannot see that.
    """
    if "postgres" not in _arguments(pid)[0]:
        return False
    try:
        return Path(f"/proc/{pid}/cwd").samefile(place.data)
    except PermissionError:
        return is_unsure
    except (FileNotFoundError, ProcessLookupError):
        return False


def _arguments(pid: int) -> list[str]:
    """The command line of a process; one empty string when it is gone or a zombie."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return [""]


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _eventually(is_so: Callable[[], bool], wait_s: float) -> bool:
    deadline = time.monotonic() + wait_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True
