"""Numbers of the Linux system calls that a reader is refused or locks itself with, by processor.

Sources: the kernel's tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h).
"""

import platform
from dataclasses import dataclass

_REFUSED = {
    # network
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202),
    "accept4": (288, 242),
    # other programs and processes
    "execve": (59, 221), "execveat": (322, 281), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    # ways around: rings that carry calls past the filter, other views of the file system, the kernel itself
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "unshare": (272, 97),
    "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "open_by_handle_at": (304, 265), "mknodat": (259, 33), "bpf": (321, 280), "perf_event_open": (298, 241),
    "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "reboot": (169, 142),
}  # fmt: skip
"""Name → number on x86-64, on aarch64."""
_ONLY_X86 = {"mknod": 133}
_SIGNALS = {"kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138)}
"""Refused to a reader; the process that forks readers ends them with one."""
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446


@dataclass(frozen=True)
class Machine:
    """What a filter must know of a processor: its audit number, and the numbers of calls."""

    audit_arch: int
    seccomp: int
    clone: int
    clone3: int
    forks: tuple[int, ...]
    signals: tuple[int, ...]
    refused: tuple[int, ...]
    foreign_from: int | None
    """From this number on calls are of another table of the same processor (x32)."""


_X86_64 = Machine(
    audit_arch=0xC000003E,
    seccomp=317,
    clone=56,
    clone3=435,
    forks=(57, 58),
    signals=tuple(numbers[0] for numbers in _SIGNALS.values()),
    refused=(*(numbers[0] for numbers in _REFUSED.values()), *_ONLY_X86.values()),
    foreign_from=0x40000000,
)
_AARCH64 = Machine(
    audit_arch=0xC00000B7,
    seccomp=277,
    clone=220,
    clone3=435,
    forks=(),
    signals=tuple(numbers[1] for numbers in _SIGNALS.values()),
    refused=tuple(numbers[1] for numbers in _REFUSED.values()),
    foreign_from=None,
)


def machine() -> Machine | None:
    """The processor that this runs on; None for one whose numbers are not here."""
    return {"x86_64": _X86_64, "aarch64": _AARCH64}.get(platform.machine())
