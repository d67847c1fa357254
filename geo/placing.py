"""Finds the areas that hold a point, exactly, at the boundary version in force on a day.

Invariant: a point belongs to at most one area of a level: the polygons stand as delivered (no simplifying, no
snapping), and a point on a shared border goes to the lowest code, compared as text byte by byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from geo.raster import Raster
from geo.store import rows

LEVELS = ("street", "community", "grid", "microgrid")
"""All levels, coarse to fine."""

RASTER_POINTS = 50_000
"""After as many points a raster of the polygons pays for itself."""

OUTSIDE = -1
"""The area id of a point that no area of the level holds."""

Ids = NDArray[np.int32]
Codes = Sequence[str | None] | pl.Series
"""Codes of areas by row, None where there is none."""
Days = NDArray[np.datetime64]
END_OF_TIME = np.datetime64("9999-12-31", "D")


@dataclass(frozen=True)
class Placed:
    """One row is one point: its area id at every level, OUTSIDE (-1) where no area of the level holds it."""

    street_id: Ids
    community_id: Ids
    grid_id: Ids
    microgrid_id: Ids

    def at(self, level: str) -> Ids:
        """The area ids of `level`."""
        return {
            "street": self.street_id,
            "community": self.community_id,
            "grid": self.grid_id,
            "microgrid": self.microgrid_id,
        }[level]

    @property
    def is_outside(self) -> NDArray[np.bool_]:
        """True where no area of any level holds the point."""
        outside: NDArray[np.bool_] = np.all([self.at(level) == OUTSIDE for level in LEVELS], axis=0)
        return outside

    @classmethod
    def nowhere(cls, count: int) -> "Placed":
        """`count` points that no area holds."""
        return cls(*(np.full(count, OUTSIDE, dtype=np.int32) for _ in LEVELS))


class Placer:
    """One level's polygons in force at one time."""

    def __init__(self, area_ids: Ids, geoms: NDArray[Any]) -> None:
        """`area_ids` and `geoms` (EPSG:4326, as delivered) in the order of their codes, lowest first."""
        self.area_ids = area_ids
        self._geoms = geoms
        self._tree = shapely.STRtree(geoms)
        self._asked = 0
        shapely.prepare(geoms)

    @cached_property
    def _raster(self) -> Raster:
        return Raster(self._geoms, self._lowest)

    def place(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Ids:
        """The area id of each point (degrees, EPSG:4326); OUTSIDE for none, and for coordinates that are NaN."""
        placed = np.full(len(lon), OUTSIDE, dtype=np.int32)
        known = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
        if not len(known) or not len(self.area_ids):
            return placed
        self._asked += len(known)
        find = self._raster.find if self._asked >= RASTER_POINTS else self._lowest
        found = find(lon[known], lat[known])
        placed[known] = np.where(found >= 0, self.area_ids[found], OUTSIDE)
        return placed

    def _lowest(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.int64]:
        """The index of the first polygon that holds each point, -1 for none."""
        point, area = self._tree.query(shapely.points(lon, lat))
        held = shapely.intersects_xy(self._geoms[area], lon[point], lat[point])
        lowest = np.full(len(lon), len(self.area_ids), dtype=np.int64)
        np.minimum.at(lowest, point[held], area[held])
        return np.where(lowest < len(self.area_ids), lowest, -1)


@dataclass(frozen=True)
class _Version:
    area_id: int
    level: str
    code: str
    is_nested: bool
    parent_level: str | None
    parent_code: str | None
    valid_from: np.datetime64
    valid_to: np.datetime64
    geom: Any


@dataclass(frozen=True)
class _InForce:
    """The areas of all levels in force between two changes of any boundary."""

    versions: Sequence[_Version]

    @cached_property
    def ids(self) -> dict[tuple[str, str], int]:
        return {(version.level, version.code): version.area_id for version in self.versions}

    @cached_property
    def placers(self) -> dict[str, Placer]:
        found = {}
        for level in LEVELS:
            own = [version for version in self.versions if version.level == level]
            if own:
                ids = np.array([version.area_id for version in own], dtype=np.int32)
                found[level] = Placer(ids, np.array([version.geom for version in own], dtype=object))
        return found

    @cached_property
    def links(self) -> dict[str, Ids]:
        """By level: area id → id of the parent in force by which its points are placed, OUTSIDE for none."""
        size = max((version.area_id for version in self.versions), default=0) + 1
        found = {level: np.full(size, OUTSIDE, dtype=np.int32) for level in LEVELS}
        for version in self.versions:
            if version.is_nested and version.parent_level is not None and version.parent_code is not None:
                parent = self.ids.get((version.parent_level, version.parent_code), OUTSIDE)
                found[version.parent_level][version.area_id] = parent
        return found

    def place(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> dict[str, Ids]:
        """Fine to coarse: by the parent link of a nested child, else by the level's own polygons."""
        found: dict[str, Ids] = {}
        for level in reversed(LEVELS):
            ids = np.full(len(lon), OUTSIDE, dtype=np.int32)
            for finer in found.values():
                self._follow(finer, level, ids)
            rest = np.flatnonzero(ids == OUTSIDE)
            if level in self.placers and len(rest):
                ids[rest] = self.placers[level].place(lon[rest], lat[rest])
            found[level] = ids
        return found

    def _follow(self, finer: Ids, level: str, ids: Ids) -> None:
        linked = np.flatnonzero((ids == OUTSIDE) & (finer != OUTSIDE))
        ids[linked] = self.links[level][finer[linked]]

    def climb(self, level: str, codes: Codes) -> dict[str, Ids]:
        """The declared area and, by the parent links of nested sets, its ancestors."""
        found = {level: self.declared(level, codes)}
        for coarser in reversed(LEVELS[: LEVELS.index(level)]):
            ids = np.full(len(codes), OUTSIDE, dtype=np.int32)
            for finer in found.values():
                self._follow(finer, coarser, ids)
            found[coarser] = ids
        return found

    def declared(self, level: str, codes: Codes) -> Ids:
        told = pl.Series(codes, dtype=pl.String)
        ids = {code: area_id for (at, code), area_id in self.ids.items() if at == level}
        found = told.replace_strict(ids, default=OUTSIDE, return_dtype=pl.Int32) if ids else None
        return np.full(len(told), OUTSIDE, dtype=np.int32) if found is None else found.fill_null(OUTSIDE).to_numpy()


@dataclass(frozen=True)
class Placers:
    """All boundary versions of the site; made by `placers`."""

    versions: Sequence[_Version]
    _spans: dict[int, _InForce] = field(default_factory=dict)

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels loaded, coarse to fine."""
        loaded = {version.level for version in self.versions}
        return tuple(level for level in LEVELS if level in loaded)

    @cached_property
    def _changes(self) -> Days:
        """The days on which any boundary changes, ascending; the first span is open at its beginning."""
        days = {version.valid_from for version in self.versions} | {version.valid_to for version in self.versions}
        return np.array(sorted(days), dtype="datetime64[D]")

    def _span(self, number: int) -> _InForce:
        if number not in self._spans:
            day = self._changes[number - 1] if number else np.datetime64("0000-01-01", "D")
            held = [version for version in self.versions if version.valid_from <= day < version.valid_to]
            self._spans[number] = _InForce(held)
        return self._spans[number]

    def _numbers(self, on: Days | np.datetime64 | None, count: int) -> NDArray[np.intp]:
        days = np.broadcast_to(np.asarray(_last_day(on), dtype="datetime64[D]"), count)
        numbers = np.searchsorted(self._changes, days, side="right")
        return np.where(np.isnat(days), max(len(self._changes) - 1, 0), numbers)

    def place(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], *, on: Days | np.datetime64 | None = None
    ) -> Placed:
        """The areas of each point (degrees, EPSG:4326; NaN = no point) in force on the day `on`.

        `on` is an array of days in the site's time zone, one day for all, or None for the latest version; NaT in the
        array means the latest too. The finest level that holds the point is found by polygon; ancestors by the parent
        link where the set nests, else by their own polygons.
        """
        placed = Placed.nowhere(len(lon))
        numbers = self._numbers(on, len(lon))
        for number in np.unique(numbers):
            chosen = np.flatnonzero(numbers == number)
            found = self._span(int(number)).place(lon[chosen], lat[chosen])
            for level, ids in found.items():
                placed.at(level)[chosen] = ids
        return placed

    def declared(self, level: str, codes: Codes, *, on: Days | np.datetime64 | None = None) -> Ids:
        """The ids of the areas of `level` with these codes in force on the day `on`; OUTSIDE for an unknown code."""
        told = pl.Series(codes, dtype=pl.String)
        ids = np.full(len(codes), OUTSIDE, dtype=np.int32)
        numbers = self._numbers(on, len(codes))
        for number in np.unique(numbers):
            chosen = np.flatnonzero(numbers == number)
            ids[chosen] = self._span(int(number)).declared(level, told[chosen])
        return ids

    def place_declared(
        self, level: str, codes: Sequence[str | None], *, on: Days | np.datetime64 | None = None
    ) -> Placed:
        """Rows without a point: their declared area at `level`, OUTSIDE at every other level."""
        placed = Placed.nowhere(len(codes))
        placed.at(level)[:] = self.declared(level, codes, on=on)
        return placed

    def place_whole(self, level: str, codes: Sequence[str | None], *, on: Days | np.datetime64 | None = None) -> Placed:
        """Things that stand for an area as a whole (a building's households, money): the area and its ancestors.

        Ancestors follow the parent link where the set nests; a level finer than `level` is OUTSIDE.
        """
        placed = Placed.nowhere(len(codes))
        numbers = self._numbers(on, len(codes))
        for number in np.unique(numbers):
            chosen = np.flatnonzero(numbers == number)
            found = self._span(int(number)).climb(level, [codes[int(index)] for index in chosen])
            for at, ids in found.items():
                placed.at(at)[chosen] = ids
        return placed

    def place_named(
        self, codes: Sequence[str | None], *, on: Days | np.datetime64 | None = None, climbs: bool = True
    ) -> Placed:
        """Rows that name an area without its level: the coarsest loaded level that knows the code.

        With `climbs` the ancestors too (as `place_whole`), without them as `place_declared`.
        """
        placed = Placed.nowhere(len(codes))
        place = self.place_whole if climbs else self.place_declared
        days = np.broadcast_to(np.asarray(_last_day(on), dtype="datetime64[D]"), len(codes))
        for level in self.levels:
            rest = np.flatnonzero(placed.is_outside)
            found = place(level, [codes[int(index)] for index in rest], on=days[rest])
            for name in LEVELS:
                placed.at(name)[rest] = found.at(name)
        return placed


def _last_day(on: Days | np.datetime64 | None) -> Days | np.datetime64:
    return END_OF_TIME - np.timedelta64(1, "D") if on is None else on


_kept: dict[tuple[object, ...], Placers] = {}


def kept_placers(connection: Connection) -> Placers:
    """As `placers`, for a transaction that changes no area: those read last serve again until the store has others."""
    (state,) = rows(connection, "area/state")
    key = (str(connection.engine.url), *state.values())
    if key not in _kept:
        found = placers(connection)
        _kept.clear()
        _kept[key] = found
    return _kept[key]


def placers(connection: Connection) -> Placers:
    """The boundaries of all levels and versions as the store holds them; empty when none are loaded."""
    found = rows(connection, "area/versions")
    geoms = shapely.from_wkb([bytes(row["geom"]) for row in found])
    return Placers(
        [
            _Version(
                area_id=row["area_id"],
                level=row["level"],
                code=row["code"],
                is_nested=row["is_nested"],
                parent_level=row["parent_level"],
                parent_code=row["parent_code"],
                valid_from=np.datetime64(row["valid_from"], "D"),
                valid_to=np.datetime64(row["valid_to"], "D"),
                geom=geom,
            )
            for row, geom in zip(found, geoms, strict=True)
        ]
    )
