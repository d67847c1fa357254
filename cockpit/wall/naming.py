"""Names short enough for the wall: without what they share with their kind or their parent, cut where there is no room.

Invariant: a shortened name is never empty, and what is cut ends in an ellipsis; `width` is never less than what the
wall's letters take.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol

KINDS = {"street": "街道", "community": "社区", "grid": "网格"}
LONG_PREFIX, DOTS = 3, "…"
OTHER, CAPITAL = 0.56, 0.67
"""The widths of letters as parts of their size: small ones and digits, capital ones."""
_WIDTHS = {
    letter: part
    for letters, part in ((" ", 0.21), ("ijlI.,'()!|", 0.31), ('frtJ:;-/"', 0.43), ("mwMW&%@", 0.9))
    for letter in letters
}


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


def width(text: str, *, size: float) -> float:
    """How wide a line is in the wall's letters, in pixels; what its Latin letters do not hold is as wide as high."""
    return size * sum(_part(letter) for letter in text)


def _part(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.east_asian_width(letter) in "WFA":
        return 1.0
    return CAPITAL if letter.isupper() else OTHER


def fitted(text: str, *, room: float, size: float) -> str:
    """`text` as far as it fits into `room` pixels at that size."""
    if width(text, size=size) <= room:
        return text
    while text and width(text + DOTS, size=size) > room:
        text = text[:-1]
    return text.rstrip() + DOTS
