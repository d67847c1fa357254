"""Texts that fit their place on the wall: the second line without what matters least, names cut in their middle.

Invariant: what is cut says so with an ellipsis, and of the second line whole parts are left out, never half of one.
"""

import html
import re
from collections.abc import Iterable

from cockpit import formats
from cockpit.wall import naming
from cockpit.wall.frame import BESIDE_MARK, LEAD_LEAST, WIDE
from cockpit.wall.naming import DOTS

GAP, BOX = 14.0, 36.0
"""Between the parts of a head, and what the box of an age takes more than its words, in pixels of 1920×1080."""
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
    return naming.fitted(head, room=room - naming.width(tail, size=size), size=size) + tail.lstrip()


def has_room(*parts: str, room: float, size: float) -> bool:
    """Whether the parts of a head, texts or markup, stand beside each other, an age in its box among them or not."""
    told = [html.unescape(re.sub(r"<[^>]*>", "", part)) for part in parts if part]
    taken = sum(naming.width(part, size=size) for part in told) + GAP * (len(told) - 1)
    return taken + BOX * any("badge" in part for part in parts) <= room
