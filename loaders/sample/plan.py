"""The street plan of the sample town: street, communities, grids and micro-grids, nested exactly.

Guards one invariant: a parent is the union of its children with the same vertices, to the last digit that is written.
All borders are noded once on one lattice; parents are then only ever made by joining children.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from shapely import Polygon, affinity

from loaders.sample.communities import Community, communities
from loaders.sample.cutting import Lanes, cut_into
from loaders.sample.drawing import Drawing, draw, placement
from loaders.sample.ground import to_metres
from loaders.sample.settings import PlanSettings

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Shapes = NDArray[Any]

_LATTICE_M = 0.5
_SMALLEST_PART_M2 = 16_000.0
_THINNEST_PART = 0.27
_DIGITS = ("", *"一二三四五六七八九")


@dataclass(frozen=True)
class Level:
    """The areas of one level, one index an area: code, name, index of the parent, shape in metres (EPSG:4549)."""

    level: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    parents: IntArray
    shapes: Shapes
    kinds: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Plan:
    """The areas of the street and the drawing they follow, in metres (EPSG:4549).

    `short_names` are the communities' names without 社区; `nearness` says how near the town's centre each lies
    (0 to 1); `lake` lies whole in one micro-grid.
    """

    street: Level
    communities: Level
    grids: Level
    microgrids: Level
    short_names: tuple[str, ...]
    nearness: FloatArray
    drawing: Drawing
    lake: Polygon

    @property
    def levels(self) -> tuple[Level, ...]:
        """From the street down to the micro-grids."""
        return self.street, self.communities, self.grids, self.microgrids

    @property
    def community_of(self) -> IntArray:
        """The index of each micro-grid's community."""
        return np.asarray(self.grids.parents[self.microgrids.parents])


@dataclass(frozen=True)
class _Pieces:
    """Pieces of land and, for each, the index of the whole it was cut from."""

    shapes: list[Polygon]
    parents: IntArray


def street_plan(settings: PlanSettings) -> Plan:
    """The plan of the sample street. The town is one: it does not change with the seed of its people and cases."""
    rng = default_rng(settings.drawing_seed)
    drawn = draw()
    found = communities(drawn, rng)
    east, north = to_metres(np.array([[settings.lon, settings.lat]]))[0]
    at = placement(drawn, area_km2=settings.area_km2, east_m=east, north_m=north)
    drawing = drawn.placed(at)
    shapes = [_along_roads(at.of(community.shape), drawing) for community in found]
    names = tuple(community.name for community in found)
    lake = _lake(max(shapes[names.index(settings.lake_community)], key=shapely.area))
    nearness = np.array([community.nearness for community in found])
    weights = _land([shapely.union_all(parts) for parts in shapes], lake) * (1 + settings.centre_density * nearness)
    lanes = Lanes()
    grids = _cut_all(shapes, shared_out(settings.grids, weights, at_least=5), rng, lanes, lake)
    crowd = _land(grids.shapes, lake) * (1 + settings.centre_density * nearness[grids.parents])
    counts = shared_out(settings.microgrids, crowd, at_least=3)
    micros = _cut_all([[shape] for shape in grids.shapes], counts, rng, lanes, lake)
    street, level_1, level_2, level_3 = _levels(settings, found, grids.parents, micros)
    return Plan(
        street=street,
        communities=level_1,
        grids=level_2,
        microgrids=level_3,
        short_names=names,
        nearness=nearness,
        drawing=drawing,
        lake=lake,
    )


def shared_out(total: int, weights: FloatArray, *, at_least: int = 0) -> IntArray:
    """`total` in whole parts by weight (largest remainders), each part at least `at_least`; the sum is `total`."""
    exact = weights / weights.sum() * (total - at_least * len(weights))
    parts = np.floor(exact).astype(np.int64)
    most = np.argsort(parts - exact, kind="stable")[: total - at_least * len(weights) - int(parts.sum())]
    parts[most] += 1
    return np.asarray(parts + at_least)


def chinese_number(number: int) -> str:
    """一 to 九十九, as in 第十二网格."""
    tens, ones = divmod(number, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones]}"


def _along_roads(community: Polygon, drawing: Drawing) -> list[Polygon]:
    """The parts into which roads divide a community, so that grids keep to one side; slight ones are not cut off."""
    for road in drawing.roads:
        lines = shapely.unary_union(
            [community.boundary, road.line]
        )  # the whole road: a clipped one may end short of it
        faces = shapely.get_parts(shapely.polygonize([lines]))
        parts = faces[shapely.contains(community, shapely.point_on_surface(faces))]
        compact = 4 * np.pi * shapely.area(parts) / shapely.length(parts) ** 2
        large = (shapely.area(parts) > _SMALLEST_PART_M2) & (compact > _THINNEST_PART)
        if large.sum() > 1:
            sides = _with_slivers(list(parts[large]), list(parts[~large]))
            return [piece for side in sides for piece in _along_roads(side, drawing)]
    return [community]


def _with_slivers(pieces: list[Polygon], slivers: list[Polygon]) -> list[Polygon]:
    """The pieces after each sliver went to the one with which it has the longest common border."""
    for sliver in slivers:
        common = shapely.length(shapely.intersection(shapely.boundary(pieces), sliver.boundary))
        at = int(np.argmax(common))
        pieces[at] = shapely.union(pieces[at], sliver)
    return pieces


def _cut_all(wholes: list[list[Polygon]], counts: IntArray, rng: Generator, lanes: Lanes, lake: Polygon) -> _Pieces:
    """Each whole (its parts) cut into its count of pieces, numbered from north-west to south-east."""
    shapes: list[Polygon] = []
    parents: list[int] = []
    for index, (parts, count) in enumerate(zip(wholes, counts, strict=True)):
        pieces = cut_into(parts, int(count), rng, lanes, kept_whole=lake)
        shapes += sorted(pieces, key=_reading_order)
        parents += [index] * len(pieces)
    return _Pieces(shapes=shapes, parents=np.array(parents))


def _land(shapes: list[Polygon], lake: Polygon) -> FloatArray:
    """Square metres of each shape that are not in the lake."""
    return np.asarray(shapely.area(shapes) - shapely.area(shapely.intersection(shapes, lake)))


def _reading_order(shape: Polygon) -> tuple[int, float]:
    middle = shape.centroid
    return -round(middle.y / 250), float(middle.x)


def _lake(community: Polygon) -> Polygon:
    """A lake with soft shores in the middle of `community`."""
    body = affinity.scale(community.buffer(-95), 0.6, 0.5)
    body = affinity.rotate(body, 8)
    return Polygon(body.buffer(-45).buffer(90).buffer(-45).exterior)


def _levels(
    settings: PlanSettings, found: list[Community], grid_parents: IntArray, micros: _Pieces
) -> tuple[Level, Level, Level, Level]:
    """The four levels with codes of 9, 12, 15 and 18 digits, each parent joined from its children."""
    fine = _noded(micros.shapes)
    grids = _joined(fine, micros.parents)
    wholes = _joined(grids, grid_parents)
    grid_no, micro_no = _numbers(grid_parents), _numbers(micros.parents)
    codes_1 = [f"{settings.street_code}{index + 1:03d}" for index in range(len(found))]
    codes_2 = [f"{codes_1[c]}{number:03d}" for c, number in zip(grid_parents, grid_no, strict=True)]
    codes_3 = [f"{codes_2[g]}{number:03d}" for g, number in zip(micros.parents, micro_no, strict=True)]
    names_2 = [f"{found[c].name}社区第{chinese_number(n)}网格" for c, n in zip(grid_parents, grid_no, strict=True)]
    names_3 = [
        f"{found[grid_parents[g]].name}{grid_no[g]}-{number}微网格"
        for g, number in zip(micros.parents, micro_no, strict=True)
    ]
    top = np.zeros(len(found), dtype=np.int64)
    return (
        Level("street", (settings.street_code,), (settings.street_name,), top[:1], _joined(wholes, top)),
        Level(
            "community",
            tuple(codes_1),
            tuple(f"{c.name}社区" for c in found),
            top,
            wholes,
            tuple(c.kind for c in found),
        ),
        Level("grid", tuple(codes_2), tuple(names_2), grid_parents, grids),
        Level("microgrid", tuple(codes_3), tuple(names_3), micros.parents, fine),
    )


def _numbers(parents: IntArray) -> list[int]:
    """1, 2, 3 … inside each parent; children of one parent stand together."""
    first = np.searchsorted(parents, parents, side="left")
    return [int(number) for number in np.arange(len(parents)) - first + 1]


def _noded(shapes: list[Polygon]) -> Shapes:
    """The shapes with all borders on one lattice and a vertex in both wherever two of them meet."""
    lines = shapely.unary_union(shapely.boundary(shapes), grid_size=_LATTICE_M)
    faces = shapely.get_parts(shapely.polygonize([lines]))
    tree = shapely.STRtree(shapes)
    face, owner = tree.query(shapely.point_on_surface(faces), predicate="intersects")
    owners = np.full(len(faces), -1)
    owners[face[::-1]] = owner[::-1]
    small = shapely.area(faces) < 0.25 * shapely.area(np.asarray(shapes))[owners]
    for index in np.flatnonzero(small | (owners < 0)):
        neighbours = np.setdiff1d(shapely.STRtree(faces).query(faces[index], predicate="intersects"), index)
        common = shapely.length(shapely.intersection(faces[neighbours], faces[index]))
        owners[index] = owners[neighbours[int(np.argmax(common))]]
    return _joined(faces[np.argsort(owners, kind="stable")], np.sort(owners))


def _joined(children: Shapes, parents: IntArray) -> Shapes:
    """One shape a parent: its children without the borders between them; their vertices stay."""
    bounds = np.flatnonzero(np.diff(parents)) + 1
    return np.array([shapely.get_parts(shapely.coverage_union_all(group))[0] for group in np.split(children, bounds)])
