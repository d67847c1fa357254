"""Names short enough for the wall: without what they share with their kind or their parent, cut where there is no room.

Invariant: a shortened name is never empty, and what is cut ends in an ellipsis.
"""

from collections.abc import Iterable
from typing import Protocol

from cockpit.maps import labels

KINDS = {"street": "街道", "community": "社区", "grid": "网格"}
LONG_PREFIX, DOTS = 3, "…"


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
    shared = _shared(list(names.values()))
    if len(names) > 2 and shared >= LONG_PREFIX and all(len(name) > shared for name in names.values()):
        return {code: name[shared:].strip() or name for code, name in names.items()}
    return names


def _shared(names: list[str]) -> int:
    """How many signs all names begin with."""
    return next((no for no, signs in enumerate(zip(*names, strict=False)) if len(set(signs)) > 1), 0)


def fitted(text: str, *, room: float, size: float) -> str:
    """`text` as far as it fits into `room` pixels at that size."""
    if labels.width(text, size=size) <= room:
        return text
    while text and labels.width(text + DOTS, size=size) > room:
        text = text[:-1]
    return text.rstrip() + DOTS
