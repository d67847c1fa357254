"""Whether shapes lie where the same units lie in the store, or would if they were read in another datum.

Invariant: only units that both sides draw are compared; nothing is said where nothing is comparable, and a datum is
contradicted only if another one fits clearly better, shape by shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import datum as datums
from geo.crs import is_on_earth, moved
from geo.fitting import best_shift, overlap
from geo.rivals import Rival

COMPARABLE_OVERLAP = 0.85
"""Two drawings are of the same unit if they overlap so much in the datum that fits best. Real county borders of
another digitisation overlap their streets by 0.90 to 0.97; a unit of which a tenth is not loaded still counts."""
FITS_OVERLAP = 0.995
"""Drawings that overlap so much are of one hand: no other datum needs to be tried."""
NOTICEABLE_M = 150.0
"""A shift below this can be another digitisation; the datums of China are 300 m and more apart almost everywhere."""
BETTER_FACTOR = 0.5
"""Another datum fits clearly better if it leaves less than half of the shift."""
CLEAR_MAJORITY = 2 / 3
"""Share of the comparable shapes that must speak for the same other datum."""
MOSTLY = 0.5

Shapes = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A comparable unit: the shift that fits it best as declared and, where another reading fits better, in that."""

    name: str
    declared_m: float
    rival: Rival | None = None
    rival_m: float = 0.0


@dataclass(frozen=True)
class Side:
    """Shapes (polygons, EPSG:4326) with their names."""

    names: Sequence[str]
    shapes: Shapes

    def through(self, way: datums.Way) -> "Side":
        """The same shapes with each vertex moved; empty ones where that is nowhere."""
        there = moved(self.shapes, way)
        there[~is_on_earth(there)] = shapely.Polygon()
        return Side(self.names, sound(there))


def is_in_china(shapes: Shapes) -> bool:
    """True if any of the shapes lies where the datums differ at all."""
    west, south, east, north = shapely.bounds(shapes).T
    return bool(np.any(datums.is_shifted((west + east) / 2, (south + north) / 2)))


def sound(shapes: Shapes) -> Shapes:
    """The shapes, made valid where they are not."""
    found: Shapes = shapes.copy()
    is_broken = ~shapely.is_valid(found)
    found[is_broken] = shapely.make_valid(found[is_broken])
    return found


def verdicts(file: Side, store: Side, others: Sequence[Rival], *, is_file_coarse: bool) -> list[Verdict]:
    """One verdict for each unit that both sides draw, with the name it has on the coarse side.

    Fine shapes are united by the coarse shape that they mostly lie in, anew for each reading of the file.
    """
    declared = _Fit.of(file, store, is_file_coarse=is_file_coarse)
    if (declared.overlaps >= COMPARABLE_OVERLAP).any() and not declared.in_doubt.any():
        return declared.agreed()
    sides = [file.through(rival.way) for rival in others]
    fits = [declared, *(_Fit.of(side, store, is_file_coarse=is_file_coarse) for side in sides)]
    overlaps = np.array([fit.overlaps for fit in fits])
    found = []
    for index in np.flatnonzero(overlaps.max(axis=0, initial=0) >= COMPARABLE_OVERLAP):
        best = int(np.argmax(overlaps[:, index]))
        found.append(_judged(int(index), fits, best, others))
    return found


def contradiction(found: Sequence[Verdict]) -> tuple[Rival, list[Verdict]] | None:
    """The reading that fits clearly better for the clear majority, and the verdicts that say so; None without one."""
    for rival in dict.fromkeys(verdict.rival for verdict in found if verdict.rival):
        speaking = [verdict for verdict in found if verdict.rival == rival]
        if len(speaking) > CLEAR_MAJORITY * len(found):
            return rival, speaking
    return None


@dataclass(frozen=True)
class _Fit:
    """One reading: the coarse side, the fine side, the coarse shape of each fine one (-1: none), and the overlaps."""

    coarse: Side
    fine: Side
    own: NDArray[np.int64]
    overlaps: NDArray[np.float64]

    @classmethod
    def of(cls, file: Side, store: Side, *, is_file_coarse: bool) -> "_Fit":
        coarse, fine = (file, store) if is_file_coarse else (store, file)
        own = _mostly_in(fine.shapes, coarse.shapes)
        overlaps = np.zeros(len(coarse.shapes))
        for index in np.unique(own[own >= 0]):
            overlaps[index] = overlap(coarse.shapes[index], shapely.union_all(fine.shapes[own == index]))
        return cls(coarse, fine, own, overlaps)

    @property
    def in_doubt(self) -> NDArray[np.bool_]:
        """Comparable units that do not agree as if drawn by one hand."""
        doubt: NDArray[np.bool_] = (self.overlaps >= COMPARABLE_OVERLAP) & (self.overlaps < FITS_OVERLAP)
        return doubt

    def agreed(self) -> list[Verdict]:
        return [Verdict(self.coarse.names[int(index)], 0.0) for index in np.flatnonzero(self.overlaps >= FITS_OVERLAP)]

    def shift_m(self, index: int, own: NDArray[np.int64]) -> float:
        """The distance of the best shift between a coarse shape and the union of its members by `own`."""
        return best_shift(self.coarse.shapes[index], shapely.union_all(self.fine.shapes[own == index])).distance_m


def _judged(index: int, fits: Sequence[_Fit], best: int, others: Sequence[Rival]) -> Verdict:
    """Members are those of the best reading, so that both shifts are of the same unit."""
    own, name = fits[best].own, fits[0].coarse.names[index]
    declared_m = fits[0].shift_m(index, own)
    if best == 0:
        return Verdict(name, declared_m)
    rival_m = fits[best].shift_m(index, own)
    is_better = declared_m >= NOTICEABLE_M and rival_m <= BETTER_FACTOR * declared_m
    return Verdict(name, declared_m, others[best - 1], rival_m) if is_better else Verdict(name, declared_m)


def _mostly_in(fine: Shapes, coarse: Shapes) -> NDArray[np.int64]:
    own = np.full(len(fine), -1, dtype=np.int64)
    if not len(fine) or not len(coarse):
        return own
    child, parent = shapely.STRtree(coarse).query(fine, predicate="intersects")
    shared = shapely.area(shapely.intersection(fine[child], coarse[parent]))
    is_most = shared > MOSTLY * shapely.area(fine[child])
    own[child[is_most]] = parent[is_most]
    return own
