"""The process that readers are forked from: `python -m loaders.sandbox.child`, its standard input a socket.

Invariant: it has one thread and never sees a file; what it imports starts none (polars does, so that each reader
imports it by itself); it ends with the loader, and takes its readers and their folders with it.
"""

import json
import os
import shutil
import signal
import socket
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from loaders.sandbox import locks

PRELOADED = (
    "numpy", "pyarrow", "pyarrow.csv", "pyarrow.ipc", "shapely", "pyproj", "orjson", "python_calamine", "openpyxl",
    "geo.crs", "geo.masking", "loaders.sandbox.frames", "decimal", "concurrent.futures", "asyncio", "zoneinfo",
    "encodings.gb18030", "encodings.utf_16", "encodings.cp437",
)  # fmt: skip
"""What readers need and what starts no thread."""
PREFIX = "cockpit-reading-"
"""Of a reader's folder; the number of the process that forked it follows."""


@dataclass(frozen=True)
class _Forked:
    """A reader: the loader's end of its socket, its log, and the folder that it may write in."""

    pid: int
    line: socket.socket
    log: int
    folder: Path


def main() -> None:
    """Answers the loader until it is gone: `reader` (its process id, socket and log), `reap PID` (how it ended).

    `ahead`, which makes a reader ready, is not answered.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    control = _control()
    for module in PRELOADED:
        import_module(module)
    _sweep()
    is_filtered = locks.for_all()
    state = {"filter": is_filtered, "landlock": locks.landlock_version(), "threads": len(os.listdir("/proc/self/task"))}
    folders: dict[int, Path] = {}
    try:
        control.send(json.dumps(state).encode())
        _answer(control, folders)
    except ConnectionError:
        pass  # the loader is gone
    finally:
        for pid in [*folders]:
            _reap(folders, pid)


def _control() -> socket.socket:
    """The socket that stood as standard input, which is nobody's afterwards: readers keep what is open below 3."""
    control = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return control


def _answer(control: socket.socket, folders: dict[int, Path]) -> None:
    """A reader is forked ahead, when the last one is gone or the loader says that it has its rows."""
    spare: _Forked | None = _fork(control, folders)
    while message := control.recv(64):
        verb, _, argument = message.decode().partition(" ")
        if verb == "reader":
            found = spare or _fork(control, folders)
            spare = None
            socket.send_fds(control, [str(found.pid).encode()], [found.line.fileno(), found.log])
            found.line.close()
            os.close(found.log)
        elif verb == "ahead":
            spare = spare or _fork(control, folders)
        else:
            control.send(str(_reap(folders, int(argument))).encode())
            spare = spare or _fork(control, folders)


def _fork(control: socket.socket, folders: dict[int, Path]) -> _Forked:
    """Forks a reader, locked into a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    near, far = socket.socketpair()
    log = os.memfd_create("log", os.MFD_CLOEXEC)
    pid = os.fork()
    if not pid:
        control.close()
        near.close()
        _become_reader(far, log, folder)
    far.close()
    folders[pid] = folder
    return _Forked(pid, near, log, folder)


def _become_reader(line: socket.socket, log: int, folder: Path) -> NoReturn:
    code = 1
    try:
        locks.die_with_parent()
        os.dup2(log, 2)
        tempfile.tempdir = str(folder)
        os.environ["CPL_TMPDIR"] = str(folder)
        code = import_module("loaders.sandbox.serving").serve(line, folder)
    finally:
        sys.stderr.flush()
        os._exit(code)


def _sweep() -> None:
    """Removes the folders of processes like this one that were killed: unpacked files must not stay."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _reap(folders: dict[int, Path], pid: int) -> int:
    """Ends a reader and returns how it ended (as waitpid tells it); its folder is gone afterwards."""
    os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    shutil.rmtree(folders.pop(pid), ignore_errors=True)
    return status


if __name__ == "__main__":
    main()
