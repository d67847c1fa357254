"""Cuts a piece of land in two along a slightly bent lane, again and again.

Guards one invariant: the pieces of a block always add up to the block; a cut that would not is not made.
"""

import numpy as np
import shapely
from numpy.random import Generator
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

FloatArray = NDArray[np.float64]

_CANDIDATES = 3
_CANDIDATES_AROUND_KEPT = 24
_MEETS_M = 42.0
_ON_BORDER_M = 0.01


class Lanes:
    """The ends of all lanes cut so far, so that a new lane goes on where one across the road arrived."""

    def __init__(self) -> None:
        self._ends = np.empty((256, 2))
        self._count = 0

    def add(self, ends: FloatArray) -> None:
        """Remembers the two ends of a lane."""
        if self._count + len(ends) > len(self._ends):
            self._ends = np.vstack([self._ends, np.empty_like(self._ends)])
        self._ends[self._count : self._count + len(ends)] = ends
        self._count += len(ends)

    def meet(self, end: FloatArray, block: Polygon) -> FloatArray:
        """The nearest known end within walking across on the border of `block`, or `end` itself."""
        known = self._ends[: self._count]
        away = np.abs(known - end).sum(axis=1)
        near = np.flatnonzero(away < _MEETS_M)
        for index in near[np.argsort(away[near], kind="stable")]:
            if shapely.distance(block.exterior, shapely.points(known[index])) < _ON_BORDER_M:
                return np.array(known[index])
        return end


def cut_into(
    blocks: list[Polygon], count: int, rng: Generator, lanes: Lanes, *, kept_whole: BaseGeometry | None = None
) -> list[Polygon]:
    """`blocks` in about `count` pieces, the largest always cut next; no lane runs through `kept_whole`."""
    pieces = list(blocks)
    uncuttable: list[Polygon] = []
    while pieces and len(pieces) + len(uncuttable) < count:
        largest = max(range(len(pieces)), key=lambda index: pieces[index].area)
        piece = pieces.pop(largest)
        halves = _cut(piece, rng, lanes, kept_whole)
        if halves is None:
            uncuttable.append(piece)
        else:
            pieces.extend(halves)
    return pieces + uncuttable


def _cut(
    block: Polygon, rng: Generator, lanes: Lanes, kept_whole: BaseGeometry | None
) -> tuple[Polygon, Polygon] | None:
    """The most compact of some random cuts of `block`, or None where each would make a sliver."""
    guarded = kept_whole is not None and bool(block.intersects(kept_whole))
    best: tuple[float, FloatArray, tuple[Polygon, Polygon]] | None = None
    for _ in range(_CANDIDATES_AROUND_KEPT if guarded else _CANDIDATES):
        lane = _lane(block, rng, lanes, spread=0.45 if guarded else 0.1, turned=guarded and rng.random() < 0.5)
        if lane is None or (guarded and LineString(lane).intersects(kept_whole)):
            continue
        halves = _halves(block, lane)
        if halves is None or min(half.area for half in halves) < (0.08 if guarded else 0.25) * block.area:
            continue
        score = min(half.area / half.length**2 for half in halves)
        if best is None or score > best[0]:
            best = (score, lane, halves)
    if best is None:
        return None
    lanes.add(best[1][[0, -1]])
    return best[2]


def _lane(block: Polygon, rng: Generator, lanes: Lanes, *, spread: float, turned: bool) -> FloatArray | None:
    """A bent line across the short side of `block` (the long side if `turned`), from border to border."""
    corner, second, _, fourth = np.asarray(shapely.oriented_envelope(block).exterior.coords)[:4]
    long, short = second - corner, fourth - corner
    if (np.hypot(*long) < np.hypot(*short)) != turned:
        long, short = short, long
    share = 0.5 + rng.uniform(-spread, spread)
    start = corner + long * share - short * 0.2
    end = corner + long * (share + rng.uniform(-0.05, 0.05)) + short * 1.2
    across = shapely.get_parts(shapely.intersection(block, LineString([start, end])))
    runs = [part for part in across if part.geom_type == "LineString"]
    if not runs:
        return None
    ends = np.asarray(max(runs, key=lambda run: float(run.length)).coords)
    first, last = lanes.meet(ends[0], block), lanes.meet(ends[-1], block)
    middle = (first + last) / 2 + long / np.hypot(*long) * np.hypot(*(last - first)) * rng.uniform(-0.035, 0.035)
    return np.array([first, (first + 3 * middle) / 4, (last + 3 * middle) / 4, last])


def _halves(block: Polygon, lane: FloatArray) -> tuple[Polygon, Polygon] | None:
    """The two sides of `lane`, or None if it leaves `block` on its way."""
    ring = np.asarray(block.exterior.coords)[:-1]
    along = shapely.line_locate_point(block.exterior, shapely.points(ring))
    along[0] = 0.0
    first, last = shapely.line_locate_point(block.exterior, shapely.points(lane[[0, -1]]))
    if first > last:
        lane, first, last = lane[::-1], last, first
    between = (along > first + _ON_BORDER_M) & (along < last - _ON_BORDER_M)
    after, before = along > last + _ON_BORDER_M, along < first - _ON_BORDER_M
    one = Polygon(np.vstack([lane[:1], ring[between], lane[:0:-1]]))
    other = Polygon(np.vstack([lane, ring[after], ring[before]]))
    if not (one.is_valid and other.is_valid) or abs(one.area + other.area - block.area) > 1e-4 * block.area:
        return None
    return one, other
