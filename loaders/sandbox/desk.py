"""The loader's side of reading: starts readers, gives them files, and turns what becomes of them into refusals.

Invariant: whatever a reader does or fails to do is a table, a Refused or the end of its process; the loader waits no
longer, and lets it take no more memory, than config/reading.toml says.
"""

import atexit
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from config import reader as config_files
from config.reading import limits
from loaders.faults import Refused
from loaders.sandbox import drivers, frames

PASSED_ON = re.compile(r"PATH|LANG|LC_\w+|TZ|TMPDIR|LD_LIBRARY_PATH|PROJ_(DATA|LIB)|GDAL_DATA|COCKPIT_HOME")
"""What the child gets of the environment: no key, no address of the store."""
QUIET_LIBRARIES = {
    "OPENBLAS_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""So that importing them starts no thread, and polars, which readers import, not one for every core."""
LOOK_S = 0.1
"""How often a reader's memory is looked at while it is waited for."""
START_S = 60
MIB = 1 << 20
LONGEST_TEXT = 64 * MIB
LOG_BYTES = 65_536
MOST_ROWS = 2**31 - 1
"""What the ledger counts to."""
_PIECE = 1 * MIB
_NO_MEMORY = (b"memory allocation of", b"bad_alloc", b"out of memory", b"MemoryError")


@dataclass(frozen=True)
class Locked:
    """What the kernel of this machine holds readers to: calls filtered, files limited; the child's threads."""

    filter: bool
    landlock: int
    threads: int


class _Child:
    """The process that readers are forked from; started when first used, again if it is gone."""

    def __init__(self) -> None:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-m", "loaders.sandbox.child"],
                stdin=its.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_environment(),
                start_new_session=True,
            )  # fmt: skip
        self.control = ours
        self.control.settimeout(START_S)
        self.lock = threading.Lock()
        self.greeting = b""

    def locked(self) -> Locked:
        """What it says of its locks. Raises OSError when it does not start."""
        with self.lock:
            return self._locked()

    def _locked(self) -> Locked:
        if not self.greeting:
            self.greeting = self.control.recv(1024)
            if not self.greeting:
                raise ConnectionResetError("the child that reads files does not start")
        return Locked(**json.loads(self.greeting))

    def reader(self) -> tuple[int, socket.socket, int]:
        """A reader's process id, its socket and its log. Raises OSError."""
        with self.lock:
            self._locked()
            self.control.send(b"reader")
            pid, handles, _, _ = socket.recv_fds(self.control, 64, 2)
            if len(handles) != 2:
                raise ConnectionResetError("the child that reads files is gone")
            return int(pid), socket.socket(fileno=handles[0]), handles[1]

    def ready_another(self) -> None:
        """Lets a reader be forked ahead; there is no answer. Raises OSError."""
        with self.lock:
            self._locked()
            self.control.send(b"ahead")

    def reap(self, pid: int) -> int:
        """Ends a reader, removes its folder and returns how it had ended, as waitpid tells it. Raises OSError."""
        with self.lock:
            self.control.send(f"reap {pid}".encode())
            return int(self.control.recv(64))

    def end(self) -> None:
        self.control.close()
        self.process.wait()


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
    return kept | QUIET_LIBRARIES | drivers.SETTINGS | {"PYTHONPATH": str(config_files.PROJECT), "PYTHONUTF8": "1"}


class Reader:
    """One forked reader: a socket to talk on, a log of what its libraries say, and a process to end."""

    def __init__(self, child: _Child) -> None:
        self.limits = limits()
        self.file = ""
        self.pid, self.line, self.log = child.reader()
        self._end = weakref.finalize(self, _let_go, child, self.pid, self.line, self.log)

    def order(self, path: Path, wish: object) -> None:
        """Gives the reader its file."""
        self.file = path.name
        place = os.fsencode(path.absolute()).decode("latin-1")
        told = frames.Order(path=place, wish=frames.plain(wish), limits=self.limits)
        self.say(frames.READ, frames.plain(told))

    def say(self, kind: bytes, content: object = None) -> None:
        """Sends a frame; a reader that is gone is noticed when it should answer."""
        try:
            self.line.sendall(frames.frame(kind, content))
        except ConnectionError:
            return

    def hear(self) -> tuple[bytes, bytearray]:
        """The next frame of a table: FACTS, BLOCK or END. Raises Refused: by the reader, or for what became of it."""
        kind, size = frames.HEAD.unpack(self._exactly(frames.HEAD.size))
        most = self.limits.most_memory_mib * MIB if kind == frames.BLOCK else LONGEST_TEXT
        if kind == frames.END:
            most = self.limits.most_memory_mib * MIB
        if size > most:
            raise self._too_large()
        content = self._exactly(size)
        if kind == frames.REFUSED:
            raise refusal(frames.told(content))
        if kind == frames.FAILED:
            raise Refused("reader_failed", file=self.file, where=str(frames.told(content))[:200])
        if kind == frames.NO_MEMORY:
            raise self._too_large()
        return kind, content

    def close(self) -> None:
        """Ends the reader's process; can be called twice."""
        self._end()

    def _exactly(self, size: int) -> bytearray:
        content = bytearray(size)
        place, until = 0, time.monotonic() + self.limits.most_silent_s
        with memoryview(content) as view:
            while place < size:
                if not select.select([self.line], [], [], LOOK_S)[0]:
                    self._look(until)
                    continue
                got = self._receive(view[place : place + _PIECE])
                if not got:
                    raise self._gone()
                place += got
                until = time.monotonic() + self.limits.most_silent_s
        return content

    def _receive(self, view: memoryview) -> int:
        try:
            return self.line.recv_into(view)
        except ConnectionError:
            return 0

    def _look(self, until: float) -> None:
        """Looks at a reader that is waited for. Raises Refused: too large, silent for too long."""
        if self._memory() > self.limits.most_memory_mib * MIB:
            raise self._too_large()
        if time.monotonic() > until:
            self.close()
            raise Refused("reader_too_slow", file=self.file, seconds=self.limits.most_silent_s)

    def _memory(self) -> int:
        """Bytes of memory that are the reader's own; 0 when it is gone."""
        try:
            sizes = Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()
        except OSError:
            return 0
        return (int(sizes[1]) - int(sizes[2])) * resource.getpagesize()

    def _too_large(self) -> Refused:
        self.close()
        return Refused("reader_too_large", file=self.file, most=self.limits.most_memory_mib)

    def _gone(self) -> Refused:
        """Why the reader hung up without a word."""
        log = _tail(self.log)
        status = self._end() or 0
        by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if by == signal.SIGXCPU:
            return Refused("reader_too_slow", file=self.file, seconds=self.limits.most_cpu_s)
        if by == signal.SIGXFSZ:
            most = self.limits.most_unpacked_mib
            return Refused("archive_too_large", file=self.file, size=most, most=most)
        if any(word in log for word in _NO_MEMORY):
            return Refused("reader_too_large", file=self.file, most=self.limits.most_memory_mib)
        how = signal.Signals(by).name if by else f"exit {os.waitstatus_to_exitcode(status)}"
        return Refused("reader_died", file=self.file, how=how)


def refusal(content: object) -> Refused:
    """The refusal that a reader told. Raises frames.BadFrameError."""
    told = frames.of_class(content, _Told)
    if not 0 <= told.read <= MOST_ROWS or any("read" in part.params for part in told.parts):
        raise frames.BadFrameError("no refusal")
    parts = [Refused(part.code, read=told.read, **part.params).offering(part.choices) for part in told.parts]
    if not parts or not all(re.fullmatch(r"[a-z][a-z0-9_]{2,60}", part.code) for part in parts):
        raise frames.BadFrameError("no refusal")
    return parts[0] if len(parts) == 1 else Refused.all_of(parts)


@dataclass(frozen=True)
class _ToldPart:
    code: str
    params: Mapping[str, str | int | float | None]
    choices: tuple[str, ...]


@dataclass(frozen=True)
class _Told:
    read: int
    parts: tuple[_ToldPart, ...]


def _tail(log: int) -> bytes:
    return os.pread(log, LOG_BYTES, max(0, os.fstat(log).st_size - LOG_BYTES))


def _let_go(child: _Child, pid: int, line: socket.socket, log: int) -> int:
    line.close()
    os.close(log)
    try:
        return child.reap(pid)
    except OSError:
        return 0  # the child is gone, and its readers with it


# ---------------------------------------------------------------- the one child of this process

_lock = threading.Lock()
_child: _Child | None = None


def prepare() -> None:
    """Starts what reads files, without waiting for it."""
    _running()


def ready_another() -> None:
    """Makes a reader for the next file ready, without waiting for it."""
    with suppress(OSError):  # whoever needs it will notice
        _running().ready_another()


def reader() -> Reader:
    """A reader without a file yet. Raises OSError when none starts."""
    return Reader(_running())


def locked() -> Locked:
    """What the kernel of this machine holds readers to. Raises OSError when none starts."""
    return _running().locked()


def _running() -> _Child:
    global _child  # noqa: PLW0603 - one child a process
    with _lock:
        if _child is None or _child.process.poll() is not None:
            if _child is not None:
                _child.end()
            _child = _Child()
            atexit.register(_child.end)
        return _child
