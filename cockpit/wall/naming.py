"""Names short enough for the wall: without what they share with their kind or their parent, cut where there is no room.

Invariant: a shortened name is never empty, and what is cut ends in an ellipsis; `width` is never less than what the
wall's letters take.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Protocol

KINDS = {"street": "街道", "community": "社区", "grid": "网格"}
LONG_PREFIX, DOTS = 3, "…"
CAPITAL = 0.67
"""The width of a letter that is not in the table, as a part of the size."""
_WIDTHS = {
    letter: hundredths / 100
    for hundredths, letters in (
        (16, "'"), (19, "|"), (20, " "), (22, "`"), (24, "l"), (26, "ij"), (27, ",I"), (28, "."), (32, "();"),
        (33, '"'), (34, "!"), (35, "-{}"), (36, ":"), (38, "frt"), (40, "*"), (41, "[]"), (45, "/\\"), (46, "z"),
        (47, "^"), (49, "sy"), (50, "+<=>?"), (51, "_v"), (52, "kx"), (53, "ac~"), (54, "0123456789eø"),
        (55, "ghnu"), (56, "Zbdo"), (57, "$Fpqß"), (58, "LT"), (59, "JQ"), (60, "PSY"), (61, "CEV"), (62, "DGKRX"),
        (63, "BOØ"), (65, "AU"), (66, "H"), (67, "N"), (68, "#"), (69, "&"), (72, "M"), (76, "w"), (83, "@m"),
        (85, "%æ"), (88, "W"), (95, "Æ"),
    )
    for letter in letters
}  # fmt: skip
"""The widths of the wall's letters as parts of their size: of each the widest of its three weights, digits tabular."""


class _Named(Protocol):
    @property
    def level(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent_code(self) -> str | None: ...


def short(name: str, level: str, parent: str | None = None) -> str:
    """The name of an area without the name of its parent before it and the word for its level behind it."""
    kept = name.removeprefix(parent) if parent and name != parent else name
    return kept.strip().removesuffix(KINDS.get(level, "")).strip() or name


def short_names(areas: Iterable[_Named], every: Iterable[_Named]) -> dict[str, str]:
    """Code → short name of the areas of one level, without the beginning that all of them share; `every` area of the
    wall tells the parents' names.
    """
    parents = {(area.level, area.code): area.name for area in every}
    above = {"grid": "community", "community": "street"}
    names = {
        area.code: short(area.name, area.level, parents.get((above.get(area.level, ""), area.parent_code or "")))
        for area in areas
    }
    return dict(zip(names, apart(list(names.values())), strict=True))


def apart(names: Sequence[str]) -> list[str]:
    """The names without the beginning that all of them share, where it is long enough to be a word of its own and
    what is left is more than a number.
    """
    shared = _shared(names)
    rest = [name[shared:].strip() for name in names]
    if len(names) > 2 and shared >= LONG_PREFIX and all(left and not left.isdecimal() for left in rest):
        return rest
    return list(names)


def _shared(names: Sequence[str]) -> int:
    """How many signs all names begin with; of Latin words whole ones only."""
    found = next((no for no, signs in enumerate(zip(*names, strict=False)) if len(set(signs)) > 1), 0)
    while found and names[0][found - 1].isascii() and names[0][found - 1].isalnum():
        found -= 1
    return found


def in_order(area: _Named) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Where an area stands among those of its level: by what holds it, then by its code, 2 before 10."""
    return _counted(area.parent_code or ""), _counted(area.code)


def _counted(code: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", code)]


def width(text: str, *, size: float) -> float:
    """How wide a line is in the wall's letters, in pixels; what its Latin letters do not hold is as wide as high."""
    return size * sum(_part(letter) for letter in text)


def _part(letter: str) -> float:
    plain = letter if letter in _WIDTHS else unicodedata.normalize("NFD", letter)[0]  # é is as wide as e
    is_wide = unicodedata.east_asian_width(plain) in "WFA"
    return _WIDTHS.get(plain, 1.0 if is_wide else CAPITAL)


def fitted(text: str, *, room: float, size: float) -> str:
    """`text` as far as it fits into `room` pixels at that size."""
    taken = list(accumulate(map(_part, text), initial=0.0))
    if taken[-1] * size <= room:
        return text
    most = bisect_right(taken, room / size - _part(DOTS)) - 1
    return text[: max(0, most)].rstrip() + DOTS
