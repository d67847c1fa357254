"""Places names on a map: each inside its area, nearest to its best point that is free, none over another.

Invariant: two placed boxes never overlap; a name that finds no room is left out, its area still answers to the pointer.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import shapely
from shapely import Geometry

STEP = 6
REACH = 8
HEIGHT = 16.0
CELL = 64
_Box = tuple[float, float, float, float]
LONG = 8
"""Characters from which a Chinese name may be parted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A name to be placed: its text (one line or more), the point where it stands best and its area, in pixels."""

    key: int
    text: str
    x: float
    y: float
    area: Geometry


@dataclass(frozen=True, slots=True)
class Placed:
    """A name with the middle of its box, in pixels."""

    key: int
    text: str
    x: float
    y: float


def width(text: str, *, size: float = 12.0) -> float:
    """The width of a text in pixels: a Chinese character is as wide as high, a Latin one about half."""
    return max(_line_width(line, size) for line in text.split("\n"))


def is_wide(letter: str) -> bool:
    """Whether a letter is as wide as it is high."""
    return unicodedata.east_asian_width(letter) in "WF"


def _line_width(line: str, size: float) -> float:
    wide = sum(1 for letter in line if is_wide(letter))
    return size * (wide + 0.56 * (len(line) - wide))


def wrapped(text: str) -> str:
    """A long name in two lines: parted at the blank nearest to its middle, a Chinese one in the middle."""
    middle = len(text) / 2
    blanks = [index for index, letter in enumerate(text[:-1]) if letter == " " and text[index + 1] not in "-–/&"]
    if blanks:
        at = min(blanks, key=lambda index: abs(index - middle))
        return f"{text[:at]}\n{text[at + 1 :]}"
    half = (len(text) + 1) // 2
    return f"{text[:half]}\n{text[half:]}" if len(text) >= LONG and not text.isascii() else text


def _cells(box: _Box) -> Iterator[tuple[int, int]]:
    """The cells of a coarse grid that a box touches, so that it is compared with its neighbours only."""
    for column in range(int(box[0] // CELL), int(box[2] // CELL) + 1):
        for row in range(int(box[1] // CELL), int(box[3] // CELL) + 1):
            yield column, row


class Board:
    """The drawing with the boxes that are taken."""

    def __init__(self, *, width: float, height: float) -> None:
        self._frame = (0.0, 0.0, width, height)
        self._taken: dict[tuple[int, int], list[_Box]] = {}

    def block(self, left: float, top: float, right: float, bottom: float) -> None:
        """Takes a box, such as that of a mark."""
        box = (left, top, right, bottom)
        for cell in _cells(box):
            self._taken.setdefault(cell, []).append(box)

    def release(self, left: float, top: float, right: float, bottom: float) -> None:
        """Gives back a box that was blocked."""
        box = (left, top, right, bottom)
        for cell in _cells(box):
            self._taken[cell].remove(box)

    def is_free(self, box: _Box) -> bool:
        """Whether the box lies in the drawing and meets no taken one."""
        left, top, right, bottom = self._frame
        inside = box[0] >= left and box[1] >= top and box[2] <= right and box[3] <= bottom
        return inside and not any(
            box[0] < q[2] and q[0] < box[2] and box[1] < q[3] and q[1] < box[3]
            for cell in _cells(box)
            for q in self._taken.get(cell, ())
        )

    def place(self, wanted: Sequence[Wanted], *, size: float = 12.0, extra: float = 0.0) -> tuple[Placed, ...]:
        """The names that found room; larger areas choose first. `extra` pixels are kept free left of each name."""
        found = []
        for want in sorted(wanted, key=lambda want: -float(want.area.area)):
            high = HEIGHT * size / 12.0 * (1 + want.text.count("\n"))
            at = self._spot(want, width(want.text, size=size) + extra, high)
            if at:
                found.append(Placed(want.key, want.text, *at))
        return tuple(found)

    def _spot(self, want: Wanted, wide: float, high: float) -> tuple[float, float] | None:
        shapely.prepare(want.area)
        left, top, right, bottom = want.area.bounds
        reach = wide * 0.42
        for dx, dy in _OFFSETS:
            x, y = want.x + dx, want.y + dy
            if x - reach < left or x + reach > right or not top <= y <= bottom:
                continue
            box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
            if self.is_free(box) and _holds(want.area, x, y, wide, high):
                self.block(*box)
                return x, y
        return None


def _holds(area: Geometry, x: float, y: float, wide: float, high: float) -> bool:
    """Whether middle and sides of a name (0.42 of its width) are inside its area, in its first and last line."""
    reach = (high - HEIGHT) / 2
    across = [x, x - wide * 0.42, x + wide * 0.42]
    return all(bool(shapely.contains_xy(area, across, [line] * 3).all()) for line in {y - reach, y + reach})


_OFFSETS = sorted(
    ((dx * STEP, dy * STEP) for dx in range(-REACH, REACH + 1) for dy in range(-REACH, REACH + 1)),
    key=lambda d: d[0] ** 2 + 1.6 * d[1] ** 2,
)
