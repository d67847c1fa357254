"""Texts that fit their place on the wall: the second line without what matters least, names cut in their middle.

Invariant: what is cut says so with an ellipsis, and of the second line whole parts are left out, never half of one.
"""

from collections.abc import Iterable

from cockpit import formats
from cockpit.wall import naming
from cockpit.wall.frame import BESIDE_MARK, LEAD_LEAST, WIDE
from cockpit.wall.naming import DOTS

TAIL = 4
"""So many signs at the end of a name are kept when it is cut: names that begin alike often end differently."""


def lead(wanted: Iterable[str], *, is_marked: bool = False) -> str:
    """The first of the `wanted` second lines that fits, beside the mark of a level or not; the last where none does."""
    told, room = "", WIDE - (BESIDE_MARK if is_marked else 0)
    for each in wanted:
        told = formats.spaced(each)
        if naming.width(told, size=LEAD_LEAST) <= room:
            break
    return told


def middle(name: str, *, room: float, size: float) -> str:
    """`name`, or as much of its beginning as `room` pixels hold beside its end."""
    if naming.width(name, size=size) <= room:
        return name
    tail = next((name[-n:] for n in range(TAIL, 0, -1) if naming.width(DOTS + name[-n:], size=size) <= room / 2), "")
    head = name[: -len(tail)] if tail else name
    while head and naming.width(head + DOTS + tail, size=size) > room:
        head = head[:-1]
    return head.rstrip() + DOTS + tail.lstrip()
