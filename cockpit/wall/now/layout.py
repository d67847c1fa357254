"""How the scene of this moment shares the screen: the areas take what their names need, map and feed the rest.

Invariant: pure, and from the areas alone, so that the map's ground, which is fetched once, has the height of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, Protocol, TypeVar

from cockpit.wall.naming import in_order, short_names
from cockpit.wall.naming import width as width_of

WIDE, LEFT, GAP = 1824.0, 44.0, 26.0
PX, LINE = 24.0, 25.0
TOP, DOTS, UNDER = 30.0, 74.0, 10.0
"""Room for a number above the highest dot, the height of the scale, and what lies between it and the names."""
NARROWEST, MOST_SIGNS = 34.0, 4
"""A column that can carry a name upright; so many signs stand below each other."""
ROOM = 744
"""Pixels of 1920×1080 that the map and the areas share, without their heads."""
FIGURES, ROW = 416, 40
MOST_AREAS = 260
"""So many areas find a place beside each other; a site with more communities shows its streets."""


class Named(Protocol):
    """An area by its level, code, name and the code of what holds it."""

    @property
    def level(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def parent_code(self) -> str | None: ...


AnyArea = TypeVar("AnyArea", bound=Named)


@dataclass(frozen=True, slots=True)
class Strip:
    """How the areas stand beside each other: width of a column, gap between those of two parents, how names stand.

    `names` by code; `signs`: the most signs below each other. `high`: pixels from top to bottom.
    """

    width: float
    gap: float
    has_parents: bool
    way: Literal["across", "upright", "sparse"]
    names: dict[str, str]
    lines: int

    @property
    def top(self) -> float:
        """Where the scale begins."""
        return TOP + (LINE + 4 if self.has_parents else 0)

    @property
    def high(self) -> float:
        """Pixels from top to bottom."""
        return self.top + DOTS + UNDER + LINE * self.lines


def shown_areas(areas: Sequence[AnyArea]) -> tuple[AnyArea, ...]:
    """The areas that are shown one by one, in the order of those that hold them: communities where there are several
    and not too many; else the grids of the one, or the streets of the many.
    """
    by_level = {
        level: tuple(area for area in areas if area.level == level) for level in ("community", "grid", "street")
    }
    fitting = [found for found in by_level.values() if 1 < len(found) <= MOST_AREAS]
    chosen = fitting[0] if fitting else next((found[:MOST_AREAS] for found in by_level.values() if found), ())
    return tuple(sorted(chosen, key=in_order))


def strip(every: Sequence[Named]) -> Strip:
    """How the shown ones of `every` area stand beside each other."""
    areas = shown_areas(every)
    parents = [area.parent_code for area in areas]
    breaks = sum(a != b for a, b in pairwise(parents))
    gap = min(GAP, (WIDE - LEFT) * 0.2 / breaks) if breaks else 0.0
    width = (WIDE - LEFT - breaks * gap) / max(1, len(areas))
    names = short_names(areas, every)
    way: Literal["across", "upright", "sparse"] = "sparse"
    lines = 1
    if all(width_of(name, size=PX) <= width - 8 for name in names.values()):
        way = "across"
    elif width >= NARROWEST and all(not name.isascii() for name in names.values()):
        way, lines = "upright", max(len(signs(name)) for name in names.values())
    return Strip(width, gap, len(set(parents)) > 1, way, names, lines)


def signs(name: str) -> list[str]:
    """A name as signs that stand below each other; of a long one the beginning and the end, which tells those of one
    beginning apart.
    """
    return list(name) if len(name) <= MOST_SIGNS else [*name[: MOST_SIGNS - 2], "⋮", name[-1]]


def map_height(every: Sequence[Named]) -> int:
    """The pixels that the areas leave to the map."""
    return int(ROOM - strip(every).high)


def feed_rows(every: Sequence[Named]) -> int:
    """How many rows of the feed find room below the figures."""
    return max(1, (map_height(every) - FIGURES) // ROW)
