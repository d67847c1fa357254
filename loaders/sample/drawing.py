"""The hand-drawn lines of the sample town: river, canals, railway, roads and the street's outline.

Guards one invariant: the street encloses the area asked for; the drawing is scaled before it is cut.
Drawing units are about a metre, x east, y north, the origin at the mouth of the western canal.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from typing import Any

import shapely
from shapely import LineString, Polygon, affinity
from shapely.geometry.base import BaseGeometry

Points = tuple[tuple[float, float], ...]

_RIVER: Points = (
    (-2600, 2700), (-1200, 2960), (0, 3190), (900, 3330), (1700, 3560), (2500, 3600),
    (3300, 3400), (4000, 3110), (4700, 3040), (5400, 3230), (6600, 3500), (8200, 3380),
)  # fmt: skip
_WEST_CANAL: Points = (
    (0, 3190), (110, 2600), (30, 1950), (210, 1250), (150, 600), (330, 60), (300, -500), (500, -1500),
)  # fmt: skip
_MIDDLE_CANAL: Points = (
    (2330, 3560), (2300, 3000), (2440, 2400), (2300, 1800), (2500, 1150), (2400, 560), (2520, 120), (2480, -600),
    (2600, -1500),
)  # fmt: skip
_RAILWAY: Points = (
    (-2600, 150), (-900, 10), (330, 60), (1500, 190), (2700, 120), (3900, 250), (4900, 150), (5500, 290),
    (6600, 420), (8200, 300),
)  # fmt: skip
_EAST_BORDER: Points = (
    (5600, -1500), (5500, -400), (5470, 290), (5550, 1100), (5400, 1900), (5500, 2600), (5440, 3230), (5480, 4600),
)  # fmt: skip

MAIN, SECONDARY, RAIL = "main", "secondary", "rail"
WIDTH_M = {MAIN: 34.0, SECONDARY: 24.0, RAIL: 14.0}
_ROADS: tuple[tuple[str, str, Points], ...] = (
    ("人民路", MAIN, ((-2600, 2150), (-600, 2260), (60, 2330), (1200, 2440), (2400, 2360), (3500, 2210), (4500, 2200),
                      (5450, 2300), (8200, 2500))),
    ("文昌路", SECONDARY, ((-400, 1600), (130, 1640), (1300, 1720), (2350, 1690), (3500, 1560), (4500, 1500),
                           (5470, 1580), (6200, 1600))),
    ("建设路", MAIN, ((-2600, 1020), (-600, 900), (200, 950), (1400, 990), (2450, 930), (3600, 900), (4700, 800),
                      (5520, 880), (8200, 700))),
    ("青年路", SECONDARY, ((820, -700), (860, 100), (980, 1000), (900, 1700), (1010, 2400), (960, 3230))),
    ("中山路", MAIN, ((1720, -1500), (1700, 200), (1640, 1000), (1760, 1700), (1700, 2400), (1740, 3000),
                      (1700, 3500), (1690, 4600))),
    ("东新路", MAIN, ((3230, -1500), (3190, 160), (3080, 900), (3160, 1600), (3110, 2300), (3220, 2900),
                      (3300, 3400), (3420, 4600))),
    ("科苑路", SECONDARY, ((3890, -500), (3900, 200), (3960, 900), (3880, 1600), (3940, 2250), (4010, 3000))),
    ("会展路", SECONDARY, ((4720, -500), (4690, 180), (4640, 800), (4760, 1500), (4700, 2200), (4740, 2950))),
)  # fmt: skip
_BANK_OFFSET, _EMBANKMENT_OFFSET = 150.0, 520.0


@dataclass(frozen=True)
class Road:
    """One line of the network; `kind` is main, secondary or rail, `width_m` the whole carriageway."""

    name: str
    kind: str
    line: LineString

    @property
    def width_m(self) -> float:
        """Width of the carriageway or track bed in metres."""
        return WIDTH_M[self.kind]


@dataclass(frozen=True)
class Drawing:
    """The lines of the town and the outline of its street, all in one unit."""

    outline: Polygon
    river: LineString
    west_canal: LineString
    middle_canal: LineString
    roads: tuple[Road, ...]

    @property
    def railway(self) -> Road:
        """The track along the southern border."""
        return next(road for road in self.roads if road.kind == RAIL)

    def placed(self, placement: "Placement") -> "Drawing":
        """The same drawing in metres on the ground; widths stay what they are."""
        return Drawing(
            outline=placement.of(self.outline),
            river=placement.of(self.river),
            west_canal=placement.of(self.west_canal),
            middle_canal=placement.of(self.middle_canal),
            roads=tuple(replace(road, line=placement.of(road.line)) for road in self.roads),
        )


@dataclass(frozen=True)
class Placement:
    """How drawing units become metres: stretched by `factor`, the origin at (`east_m`, `north_m`)."""

    factor: float
    east_m: float
    north_m: float

    def of(self, shape: BaseGeometry) -> Any:
        """`shape` in metres."""
        return affinity.affine_transform(shape, [self.factor, 0, 0, self.factor, self.east_m, self.north_m])


def rounded(points: Points, *, times: int = 3) -> LineString:
    """A line through `points` with its corners cut `times` times (Chaikin); the ends stay."""
    for _ in range(times):
        middle = [
            (x0 * near + x1 * (1 - near), y0 * near + y1 * (1 - near))
            for (x0, y0), (x1, y1) in pairwise(points)
            for near in (0.75, 0.25)
        ]
        points = (points[0], *middle, points[-1])
    return LineString(points)


def draw() -> Drawing:
    """The town in drawing units; its street lies between river, western canal, railway and eastern border."""
    river, canal, rail, east = (rounded(line) for line in (_RIVER, _WEST_CANAL, _RAILWAY, _EAST_BORDER))
    roads = [Road("江滨路", MAIN, shapely.offset_curve(river, -_EMBANKMENT_OFFSET))]
    roads += [Road(name, kind, rounded(points)) for name, kind, points in _ROADS]
    roads += [Road("萧东铁路", RAIL, rail)]
    bank = shapely.offset_curve(river, -_BANK_OFFSET)
    cells = shapely.polygonize([shapely.unary_union([bank, canal, rail, east])])
    return Drawing(
        outline=max(shapely.get_parts(cells), key=lambda cell: float(cell.area)),
        river=river,
        west_canal=canal,
        middle_canal=rounded(_MIDDLE_CANAL),
        roads=tuple(roads),
    )


def placement(drawing: Drawing, *, area_km2: float, east_m: float, north_m: float) -> Placement:
    """Where the drawing lies when its street measures `area_km2` and its middle is at (`east_m`, `north_m`)."""
    factor = sqrt(area_km2 * 1e6 / drawing.outline.area)
    middle = drawing.outline.centroid
    return Placement(factor=factor, east_m=east_m - factor * middle.x, north_m=north_m - factor * middle.y)
