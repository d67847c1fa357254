"""The 40 communities of the sample street: which blocks belong together, and what they are called.

Guards one invariant: the communities fill the street's outline and each is one piece.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sin

import numpy as np
import shapely
from numpy.random import Generator
from shapely import Point, Polygon

from loaders.sample.cutting import Lanes, cut_into
from loaders.sample.drawing import RAIL, Drawing

COUNT = 40
_CENTRE = (2350.0, 1750.0)
_SPECK_M2 = 3000.0

_NAMES = {
    "riverside": "渡口 望江 柳浪 北塘 观澜 江滨 云帆 潮鸣",
    "west": "桃源 长桥 城西 竹园 梅林 和平 文昌 西河",
    "old": "北门 钟楼 水门 县前 鼓楼 学前 仓桥 南门",
    "business": "市心 银杏 创业 科苑 星河 会展 金桥 东湖",
    "south": "木行 三里 塘下 沈家桥 南庄 新丰 陈家埭 永兴",
}
_TYPES = {
    "riverside": "business",
    "west": "old_town",
    "old": "old_town",
    "business": "business",
    "south": "township",
}
_RESETTLED = frozenset({"和平", "西河", "北塘", "云帆", "金桥", "新丰", "永兴", "渡口", "三里"})


@dataclass(frozen=True)
class Community:
    """One community in drawing units: short name, type, and how near the centre it lies (0 to 1)."""

    name: str
    kind: str
    shape: Polygon
    nearness: float


def communities(drawing: Drawing, rng: Generator) -> list[Community]:
    """The communities, district by district from the riverside to the south, west before east inside each."""
    return [
        Community(
            name=name,
            kind="resettlement" if name in _RESETTLED else _TYPES[district],
            shape=cell,
            nearness=_nearness(cell),
        )
        for district, cells in _districts(_cells(drawing, rng), drawing).items()
        for name, cell in zip(_NAMES[district].split(), cells, strict=True)
    ]


def _off_centre(cell: Polygon) -> float:
    """How far from the centre the cell lies: 1 is the rim of the inner town."""
    middle = cell.centroid
    return float(np.hypot((middle.x - _CENTRE[0]) / 1500, (middle.y - _CENTRE[1]) / 1000))


def _nearness(cell: Polygon) -> float:
    return float(np.clip(1.5 - _off_centre(cell), 0.0, 1.0))


def _wanted_m2(cell: Polygon) -> float:
    """How large a community is there: small in the inner town, large at the rim."""
    away = _off_centre(cell)
    return 330e3 if away < 0.8 else 520e3 if away < 1.5 else 620e3


def _fullness(cell: Polygon) -> float:
    return float(cell.area) / _wanted_m2(cell)


def _cells(drawing: Drawing, rng: Generator) -> list[Polygon]:
    """The blocks between canal and roads, small ones joined and large ones cut until there are as many as wanted."""
    inside = [road.line.intersection(drawing.outline) for road in drawing.roads if road.kind != RAIL]
    lines = [drawing.outline.boundary, drawing.middle_canal.intersection(drawing.outline), *inside]
    parts = shapely.get_parts(shapely.polygonize([shapely.unary_union(lines)]))
    cells = [part for part in parts if part.area > _SPECK_M2]
    while len(cells) > COUNT or min(map(_fullness, cells)) < 0.42:
        cells = _with_smallest_joined(cells)
    while len(cells) < COUNT:
        fullest = max(cells, key=_fullness)
        cells.remove(fullest)
        cells += cut_into([fullest], 2, rng, Lanes())
    return cells


def _with_smallest_joined(cells: list[Polygon]) -> list[Polygon]:
    """The cells after the one most below its wanted size went to the neighbour with the longest common border."""
    smallest = min(cells, key=_fullness)
    others = [cell for cell in cells if cell is not smallest]
    neighbour = max(others, key=lambda cell: _common_border(cell, smallest) - cell.area / 2000)
    return [cell for cell in others if cell is not neighbour] + [shapely.unary_union([smallest, neighbour])]


def _common_border(one: Polygon, other: Polygon) -> float:
    return float(one.boundary.intersection(other.boundary).length)


def _districts(cells: list[Polygon], drawing: Drawing) -> dict[str, list[Polygon]]:
    """Eight cells a district: along the river, along the railway, and three columns from west to east between them."""
    by_river = sorted(cells, key=lambda cell: float(cell.centroid.distance(drawing.river)))
    north, rest = by_river[:8], by_river[8:]
    rest.sort(key=lambda cell: float(cell.centroid.distance(drawing.railway.line)))
    south, middle = rest[:8], sorted(rest[8:], key=lambda cell: float(cell.centroid.x))
    return {
        "riverside": _west_to_east(north),
        "west": _in_columns(middle[:8]),
        "old": _in_columns(middle[8:16]),
        "business": _in_columns(middle[16:]),
        "south": _west_to_east(south),
    }


def _pole(cell: Polygon) -> Point:
    """The point of the cell that is farthest from its border."""
    return Point(shapely.maximum_inscribed_circle(cell, 10).coords[0])


def _west_to_east(cells: Iterable[Polygon]) -> list[Polygon]:
    return sorted(cells, key=lambda cell: float(_pole(cell).x))


def _in_columns(cells: Iterable[Polygon]) -> list[Polygon]:
    """Column by column from the west, each from north to south."""

    def place(cell: Polygon) -> tuple[int, float]:
        pole = _pole(cell)
        return round(pole.x / 620), -float(pole.y + 60 * sin(pole.x / 900))

    return sorted(cells, key=place)
