"""What a reader gives up before it opens a file: network, programs, other files, privileges, memory and time.

Invariant: a lock that the kernel does not know is reported, never taken for granted; none needs a privilege. Linux:
seccomp(2), landlock(7), capabilities(7), setrlimit(2).
"""

import ctypes
import os
import resource
import struct
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path

from config import reader
from config.reading import Limits
from loaders.sandbox import syscalls

_NO_NEW_PRIVILEGES, _DIE_WITH_PARENT, _SIGKILL = 38, 1, 9
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions of the filter's machine (BPF): load a word, compare with it, return."""
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER_AT, _ARCH_AT, _FIRST_ARGUMENT_AT, _SECOND_ARGUMENT_AT = 0, 4, 16, 24
_EPERM, _ENOSYS = 1, 38
_CLONE_THREAD = 0x10000
_FILTER, _ALL_THREADS = 1, 1
_READ_FILE, _READ_DIR, _ALL_RIGHTS_1 = 1 << 2, 1 << 3, (1 << 13) - 1
_RIGHTS_SINCE = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
"""Landlock's version → the right on files that it brought."""
_CAPABILITIES_3 = 0x20080522
_READ_ANY_FILE = 1 << 2
"""CAP_DAC_READ_SEARCH: without it an administrator could not load a user's file."""
_ADDRESSES = 4
"""Times the memory limit: the loader measures what is used; this one catches what would take it all at once."""
_OPEN_FILES = 64
MIB = 1 << 20
_WITHOUT_PARENT = 1000
"""oom_score_adj: where memory runs out the reader goes first."""

_libc = ctypes.CDLL(None, use_errno=True)


def for_all() -> bool:
    """The locks of a process that forks readers, inherited by them. True where the kernel filters its calls."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _go_first()
    _drop_capabilities()
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return _install(_refusing())


def die_with_parent() -> None:
    """The kernel ends this process with the one that forked it."""
    _libc.prctl(_DIE_WITH_PARENT, _SIGKILL, 0, 0, 0)


def for_one(path: Path, folder: Path, limits: Limits) -> None:
    """The locks of a reader: only `path` and what the program consists of can be read, only `folder` written.

    To be called by the main thread before the file is opened.
    """
    most_file, cpu_s = limits.most_unpacked_mib * MIB, limits.most_cpu_s
    address_space = _mapped() + _ADDRESSES * limits.most_memory_mib * MIB
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_file, most_file))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    _restrict_files((path, *_program()), folder)
    _install(_no_processes())


def landlock_version() -> int:
    """The version of Landlock in this kernel; 0 for none."""
    return max(0, int(_libc.syscall(syscalls.LANDLOCK_CREATE, None, 0, 1)))


def _go_first() -> None:
    try:
        Path("/proc/self/oom_score_adj").write_text(str(_WITHOUT_PARENT), encoding="ascii")
    except OSError:
        return  # a machine without it decides as it likes


def _mapped() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _drop_capabilities() -> None:
    """Takes from an administrator's process all capabilities but reading any file, which Landlock limits."""
    if os.geteuid() != 0:
        return
    header = struct.pack("=Ii", _CAPABILITIES_3, 0)
    kept = struct.pack("=6I", _READ_ANY_FILE, _READ_ANY_FILE, 0, 0, 0, 0)
    _libc.capset(header, kept)


# ---------------------------------------------------------------- which calls


def _refusing() -> bytes:
    """A program that refuses the calls of `syscalls` and lets all others through."""
    found = syscalls.machine()
    return b"" if found is None else _program_of(found, [_one(number, _REFUSE | _EPERM) for number in found.refused])


def _no_processes() -> bytes:
    """A program that lets nothing be made by clone but threads, and no other process be sent a signal or limited."""
    found = syscalls.machine()
    if found is None:
        return b""
    steps = [
        _one(found.clone3, _REFUSE | _ENOSYS),
        *(_one(number, _REFUSE | _EPERM) for number in (*found.forks, *found.signals)),
        *(_by_argument(number, _FIRST_ARGUMENT_AT, (0, os.getpid()), is_allowed=True) for number in found.own),
        *(_by_argument(number, _SECOND_ARGUMENT_AT, syscalls.OWNER_WISHES, is_allowed=False) for number in found.owner),
    ]
    threads_only = [
        (_EQUAL, 0, 4, found.clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE | _EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return _program_of(found, [*steps, threads_only])


_Step = tuple[int, int, int, int]
"""An instruction: code, steps to skip where it holds, where not, operand."""


def _one(number: int, answer: int) -> list[_Step]:
    return [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, answer)]


def _by_argument(number: int, place: int, values: Sequence[int], *, is_allowed: bool) -> list[_Step]:
    """Steps that allow a call only with these values of an argument, or refuse it only with these."""
    named, others = (_ALLOW, _REFUSE | _EPERM) if is_allowed else (_REFUSE | _EPERM, _ALLOW)
    count = len(values)
    compared = [(_EQUAL, count - index, 0, value) for index, value in enumerate(values)]
    return [
        (_EQUAL, 0, count + 3, number),
        (_LOAD, 0, 0, place),
        *compared,
        (_RETURN, 0, 0, others),
        (_RETURN, 0, 0, named),
    ]


def _program_of(machine: syscalls.Machine, parts: Iterable[Sequence[_Step]]) -> bytes:
    """The whole program: calls of another processor end the process, then the parts, then all is allowed."""
    steps: list[_Step] = [(_LOAD, 0, 0, _ARCH_AT), (_EQUAL, 1, 0, machine.audit_arch), (_RETURN, 0, 0, _KILL)]
    steps.append((_LOAD, 0, 0, _NUMBER_AT))
    if machine.foreign_from is not None:
        steps += [(_AT_LEAST, 0, 1, machine.foreign_from), (_RETURN, 0, 0, _KILL)]
    for part in parts:
        steps += part
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _install(steps: bytes) -> bool:
    """Sets the filter for all threads of this process; False where the kernel has none."""
    found = syscalls.machine()
    if not steps or found is None:
        return False
    program = _Program(len(steps) // 8, steps)
    return int(_libc.syscall(found.seccomp, _FILTER, _ALL_THREADS, ctypes.byref(program))) == 0


# ---------------------------------------------------------------- which files


def _program() -> list[Path]:
    """What a reader's program consists of: Python, its packages, our rooms, libraries of the system, time zones.

    Where the site's home lies within one of these (keys are in it), only what is beside it.
    """
    paths = sysconfig.get_paths()
    packages = {Path(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    rooms = {reader.PROJECT / room for room in ("config", "geo", "loaders")}
    system = {Path(name) for name in _SYSTEM}
    home = reader.home()
    found: list[Path] = []
    for place in sorted(packages | rooms | system):
        if place.exists():
            holds_home = home.is_relative_to(place.resolve())
            found += [one for one in place.iterdir() if one.resolve() != home] if holds_home else [place]
    return found


_SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime",
    "/usr/share/zoneinfo", "/usr/share/proj", "/usr/share/gdal", "/dev/null", "/dev/urandom",
)  # fmt: skip


def _restrict_files(readable: Iterable[Path], writable: Path) -> bool:
    """Lets this thread, and those it starts, read only these paths and change only what is in `writable`."""
    version = landlock_version()
    if not version:
        return False
    rights = _ALL_RIGHTS_1 | sum(right for since, right in _RIGHTS_SINCE.items() if version >= since)
    handled = struct.pack("=Q", rights)
    ruleset = int(_libc.syscall(syscalls.LANDLOCK_CREATE, handled, len(handled), 0))
    if ruleset < 0:
        return False
    for path in readable:
        _add(ruleset, path, _READ_FILE | _READ_DIR)
    _add(ruleset, writable, rights & ~1)  # but for running programs
    done = int(_libc.syscall(syscalls.LANDLOCK_RESTRICT, ruleset, 0)) == 0
    os.close(ruleset)
    return done


def _add(ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no rule
    allowed = rights if path.is_dir() else rights & ~_READ_DIR
    _libc.syscall(syscalls.LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", allowed, place), 0)
    os.close(place)


if sys.byteorder != "little":  # pragma: no cover - the filter reads the lower half of an argument
    raise ImportError("the locks of readers are written for little-endian processors")
