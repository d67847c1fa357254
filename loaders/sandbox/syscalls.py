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
    # what other processes of the same account share or how they run
    "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195), "semget": (64, 190), "semop": (65, 193),
    "semctl": (66, 191), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188), "msgctl": (71, 187),
    "mq_open": (240, 180), "mq_unlink": (241, 181), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "sched_setattr": (314, 274),
    "migrate_pages": (256, 238), "move_pages": (279, 239), "kcmp": (312, 272), "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
}  # fmt: skip
"""Name → number on x86-64, on aarch64."""
_ONLY_X86 = {"mknod": 133}
_SIGNALS = {"kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240)}
"""Refused to a reader; the process that forks readers ends them with one."""
_OWN = {"tgkill": (234, 131), "prlimit64": (302, 261)}
"""Allowed to a reader upon itself only (its libraries abort with the first)."""
_OWNER = {"fcntl": (72, 25), "ioctl": (16, 29)}
OWNER_WISHES = (8, 10, 15, 0x8901, 0x8902)
"""F_SETOWN, F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP: they let the kernel send signals to another process."""
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
    own: tuple[int, ...]
    owner: tuple[int, ...]
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
    own=tuple(numbers[0] for numbers in _OWN.values()),
    owner=tuple(numbers[0] for numbers in _OWNER.values()),
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
    own=tuple(numbers[1] for numbers in _OWN.values()),
    owner=tuple(numbers[1] for numbers in _OWNER.values()),
    refused=tuple(numbers[1] for numbers in _REFUSED.values()),
    foreign_from=None,
)


def machine() -> Machine | None:
    """The processor that this runs on; None for one whose numbers are not here."""
    return {"x86_64": _X86_64, "aarch64": _AARCH64}.get(platform.machine())
