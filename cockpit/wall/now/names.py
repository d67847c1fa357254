"""What stands inside an area on the wall's map: its name, what is urgent in it, how many of its cases are in time.

Invariant: no two texts and no text and mark overlap; a text stands in its own area, or at the end of a line that leads
there. Of what finds no room the last line goes first, the marks never.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry

from cockpit import formats
from cockpit.maps.labels import Board, wrapped
from cockpit.maps.outlines import figure
from cockpit.markup import esc
from cockpit.wall.naming import fitted, width
from cockpit.wall.scene import Level

PX, LINE, HIGH = 24.0, 26.0, 28.0
"""Letters, from line to line, and what one line takes."""
RADIUS, BEHIND, BETWEEN = 8.0, 5.0, 10.0
"""A mark in a line of text, the gap behind it, and the one before the next."""
LONGEST = 6 * PX
"""How much of a long name stands where all of it has no room."""
STEP = 4
SIDES = (0.42, 0.3)
"""How much of half a text must lie inside its area on either side of its middle: as far as there is room, or less."""
LED, FAR, MOST_LED = (36, 48, 60, 76, 92, 110, 130, 160, 190, 220, 250), 16, 6
"""How far a line leads out of an area, in how many directions, and how many names have one at most."""
KEPT = 1024
"""For so many texts in areas it is kept where they may stand: from refresh to refresh hardly one is another."""
Box = tuple[float, float, float, float]
Line = tuple[float, float, float, float]
"""Left, top, right, bottom; from x, y to x, y; in pixels."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What an area has to say: name, urgent cases by level, cases in time (0: not told), its best point, in pixels."""

    code: str
    name: str
    levels: tuple[tuple[Level, int], ...]
    n: int
    x: float
    y: float
    area: Geometry


@dataclass(frozen=True, slots=True)
class Set:
    """A tag where it stands: the lines of its name, its middle, and from where a line leads to it, if one does."""

    tag: Tag
    name: tuple[str, ...]
    x: float
    y: float
    led: Line | None = None

    @property
    def lines(self) -> int:
        """How many lines stand below each other."""
        return len(self.name) + bool(self.tag.levels) + bool(self.tag.n)


def placed(board: Board, tags: Sequence[Tag]) -> tuple[tuple[Set, ...], tuple[Tag, ...]]:
    """The tags that found room, the largest areas first, and those that did not; takes their boxes on `board`."""
    found: list[Set] = []
    left: list[Tag] = []
    for tag in sorted(tags, key=lambda tag: -float(tag.area.area)):
        one = next((one for ways in _ways(tag) if (one := _inside(board, ways))), None)
        if one is not None:
            found.append(one)
        else:
            left.append(tag)
    urgent = sorted((tag for tag in left if tag.levels), key=lambda tag: -sum(n for _, n in tag.levels))
    led = urgent[:MOST_LED] if len(left) > MOST_LED else left
    land = shapely.STRtree([tag.area for tag in tags])
    at_lines = {tag.code: one for tag in led if (one := _led(board, tag, land))}
    told = _completed(board, found, tags, land, most=MOST_LED - len(at_lines))
    return (*told, *at_lines.values()), tuple(tag for tag in left if tag.code not in at_lines)


def _completed(
    board: Board, found: Sequence[Set], tags: Sequence[Tag], land: shapely.STRtree, *, most: int
) -> tuple[Set, ...]:
    """The tags that found room; up to `most` of those without their name, or with the beginning of it, have it at the
    end of a line beside all areas instead, the urgent ones first.
    """
    whole = {tag.code: tag for tag in tags}
    lesser = [one for one in found if one.tag.name != whole[one.tag.code].name]
    lesser.sort(key=lambda one: (not one.tag.levels, -float(one.tag.area.area)))
    better: dict[str, Set] = {}
    for one in lesser[:most]:
        taken = box(one.x, one.y, *size(one))
        board.release(*taken)
        if led := _led(board, whole[one.tag.code], land, is_whole=True):
            better[one.tag.code] = led
        else:
            board.block(*taken)
    return tuple(better.get(one.tag.code, one) for one in found)


def _ways(tag: Tag) -> Iterator[tuple[Set, ...]]:
    """From all that there is to say to the least, each with its name in one line and in two."""
    less = [tag]
    cut = fitted(tag.name, room=LONGEST, size=PX)
    less += [replace(tag, name=cut)] if cut != tag.name else []
    less += [replace(tag, name=cut, n=0)] if tag.n and (tag.levels or tag.name) else []
    less += [replace(tag, name="", n=0)] if tag.levels and tag.name else []
    less += [replace(tag, name="")] if tag.n and not tag.levels and tag.name else []
    for part in less:
        two = wrapped(part.name) if part.name == tag.name else part.name
        names = {(part.name,), tuple(two.split("\n"))} if part.name else {()}
        yield tuple(Set(part, name, part.x, part.y) for name in sorted(names, key=len))


def size(one: Set) -> tuple[float, float]:
    """The width and the height of a tag."""
    wide = [width(line, size=PX) for line in one.name]
    wide += [_row_width(one.tag.levels)] if one.tag.levels else []
    wide += [width(formats.number(one.tag.n), size=PX)] if one.tag.n else []
    return max(wide, default=0.0), HIGH + LINE * (one.lines - 1)


def _row_width(levels: Iterable[tuple[Level, int]]) -> float:
    parts = [_part_width(n) for _, n in levels]
    return sum(parts) + BETWEEN * (len(parts) - 1)


def _part_width(n: int) -> float:
    return 2.5 * RADIUS + BEHIND + width(formats.number(n), size=PX)


def box(x: float, y: float, wide: float, high: float) -> Box:
    """The box around a middle."""
    return x - wide / 2 - 2, y - high / 2, x + wide / 2 + 2, y + high / 2


def _inside(board: Board, ways: Sequence[Set]) -> Set | None:
    """The first of the ways to set a tag that has a place in its area where it meets nothing, nearest to the best
    point; None where none has.
    """
    tag = ways[0].tag
    for side in SIDES:
        for one in ways:
            wide, high = size(one)
            for x, y in _stands(tag.area, tag.x, tag.y, wide * side, (high - HIGH) / 2):
                taken = box(x, y, wide, high)
                if board.is_free(taken):
                    board.block(*taken)
                    return replace(one, x=x, y=y)
    return None


@lru_cache(maxsize=KEPT)
def _stands(area: Geometry, x: float, y: float, reach: float, rows: float) -> tuple[tuple[float, float], ...]:
    """Where the middle of a text may stand in an area with the best point x, y: the nearest first."""
    shapely.prepare(area)
    points = _points(area, x, y)
    return tuple(map(tuple, points[_holds(area, points, reach, rows)].tolist()))


def _points(area: Geometry, x: float, y: float) -> NDArray[np.float64]:
    """A grid over an area, nearest to its best point first."""
    left, top, right, bottom = area.bounds
    across, down = (
        np.arange(point - STEP * ((point - low) // STEP), high, STEP)
        for point, low, high in ((x, left, right), (y, top, bottom))
    )
    grid = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
    off = grid - (x, y)
    return np.asarray(grid[np.argsort(off[:, 0] ** 2 + 1.6 * off[:, 1] ** 2, kind="stable")], dtype=np.float64)


def _holds(area: Geometry, points: NDArray[np.float64], reach: float, rows: float) -> NDArray[np.bool_]:
    """Which of the points have the middle and both sides of their first and last line inside the area."""
    inside = np.ones(len(points), dtype=bool)
    for row in {-rows, rows}:
        for across in (0.0, -reach, reach):
            inside &= shapely.contains_xy(area, points[:, 0] + across, points[:, 1] + row)
    return inside


# ---------------------------------------------------------------- at the end of a line


def _led(board: Board, tag: Tag, land: shapely.STRtree, *, is_whole: bool = False) -> Set | None:
    """The tag at the end of a line that leads from the best point of its area and crosses nothing: beside all areas,
    else as near as there is room. `is_whole`: with all of a name that is not much too long, and beside all areas.
    """
    cut = fitted(tag.name, room=LONGEST * (1 + is_whole), size=PX)
    one = Set(replace(tag, name=cut, n=0), (cut,) if cut else (), tag.x, tag.y)
    if not tag.levels and (not cut or cut != tag.name):
        return None
    wide, high = size(one)
    near: Set | None = None
    for x, y in _places(one, wide, high):
        taken = box(x, y, wide, high)
        if not board.is_free(taken):
            continue
        is_beside = not len(land.query(shapely.box(*taken), predicate="intersects"))
        if (is_whole or near) and not is_beside:
            continue
        line = _line(tag, (x, y), wide, high)
        if line is None or not _is_clear(board, line):
            continue
        near = replace(one, x=x, y=y, led=line)
        if is_beside:
            break
    if near is None or near.led is None:
        return None
    board.block(*box(near.x, near.y, wide, high))
    for a, b in _along(near.led):
        board.block(a - 2, b - 2, a + 2, b + 2)
    return near


def _places(one: Set, wide: float, high: float) -> Iterator[tuple[float, float]]:
    """Where the middle of a tag may stand around the best point of its area, the nearest first."""
    for far in LED:
        for turn in np.linspace(0, 2 * np.pi, FAR, endpoint=False):
            yield one.x + float(np.cos(turn)) * (far + wide / 2), one.y + float(np.sin(turn)) * (far * 0.7 + high / 2)


def _line(tag: Tag, at: tuple[float, float], wide: float, high: float) -> Line | None:
    """From the best point of the area to the edge of the text."""
    line = shapely.LineString([(tag.x, tag.y), at]).difference(shapely.box(*box(*at, wide + 6, high)))
    if line.is_empty or line.geom_type != "LineString":
        return None
    (a, b), *_, (c, d) = line.coords
    return a, b, c, d


def _along(line: Line) -> list[tuple[float, float]]:
    a, b, c, d = line
    return [(a + (c - a) * part, b + (d - b) * part) for part in np.linspace(0, 1, 14)]


def _is_clear(board: Board, line: Line) -> bool:
    return all(board.is_free((a - 2, b - 2, a + 2, b + 2)) for a, b in _along(line))


# ---------------------------------------------------------------- markup


def shapes_of(one: Set) -> list[tuple[Level, float, float, float]]:
    """The marks in a tag: level, middle and radius."""
    y = one.y - (one.lines - 1) * LINE / 2 + len(one.name) * LINE
    return [(level, x + 1.25 * RADIUS, y, RADIUS) for level, _, x in _row(one)]


def _row(one: Set) -> list[tuple[Level, int, float]]:
    """The urgent cases of a tag: level, how many, where their part of the line begins."""
    x, found = one.x - _row_width(one.tag.levels) / 2, []
    for level, n in one.tag.levels:
        found.append((level, n, x))
        x += _part_width(n) + BETWEEN
    return found


def markup(one: Set) -> str:
    """The texts of a tag, and the line to it."""
    y = one.y + 9 - (one.lines - 1) * LINE / 2
    drawn = _lead(one.led) if one.led else ""
    for line in one.name:
        drawn += _text("pl", one.x, y, line)
        y += LINE
    if one.tag.levels:
        drawn += "".join(
            _text(f"nm {level}", x + 2.5 * RADIUS + BEHIND, y, formats.number(n)) for level, n, x in _row(one)
        )
        y += LINE
    return drawn + (_text("nn", one.x, y, formats.number(one.tag.n)) if one.tag.n else "")


def _text(style: str, x: float, y: float, told: str) -> str:
    return f'<text class="{style}" x="{figure(x)}" y="{figure(y)}">{esc(told)}</text>'


def _lead(line: Line) -> str:
    a, b, c, d = (figure(each) for each in line)
    return f'<path class="led" d="M{a} {b}L{c} {d}"/><circle class="led" cx="{a}" cy="{b}" r="3"/>'
