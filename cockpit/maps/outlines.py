"""Shapes as SVG: outlines of areas simplified as one coverage, and the basemap.

Invariant: neighbours share every vertex of their border after simplifying and rounding, so no gap and no overlap opens.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import Geometry

from cockpit.maps.frame import Frame
from cockpit.markup import attributes
from geo.map_queries import Feature, Outline

TOLERANCE_PX = 0.8
ORDER = ("park", "water", "block", "road", "rail", "county", "partition")
NARROWEST_PX = {"road": 1.0, "rail": 0.8}
PATH_M, PATH_PX = 3.0, 0.5
"""What is narrower is for feet and bicycles, and drawn finer than a street."""
DASHED_PX = 2.0
CELL_PX = 100
"""A browser paints tile by tile and leaves out paths beside the tile: no path spans much more than a cell."""


def figure(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def path(shape: Geometry) -> str:
    """The SVG path of a shape in pixels; empty for an empty one."""
    kind = shape.geom_type
    if kind == "Polygon":
        return "".join(_ring(ring, end="Z") for ring in (shape.exterior, *shape.interiors))
    if kind in ("LineString", "LinearRing"):
        return _ring(shape, end="")
    return "".join(path(part) for part in getattr(shape, "geoms", ()))


def _ring(line: Geometry, *, end: str) -> str:
    points = np.round(shapely.get_coordinates(line), 1)
    if len(points) < 2:
        return ""
    steps = np.round(np.diff(points, axis=0), 1)
    moves = "".join(
        f"{figure(x)}{'' if y < 0 else ' '}{figure(y)}l" for x, y in steps[: len(steps) - (1 if end else 0)] if x or y
    )
    return f"M{figure(points[0][0])} {figure(points[0][1])}l{moves}".rstrip("l") + end


def simplified(outlines: Sequence[Outline], frame: Frame) -> list[Geometry]:
    """The outlines in pixels of the frame, simplified together: borders still meet."""
    placed = frame.place(outline.shape for outline in outlines)
    if not len(placed):
        return []
    return list(shapely.coverage_simplify(placed, TOLERANCE_PX))


def areas_fragment(outlines: Sequence[Outline], frame: Frame) -> str:
    """One `<path>` an area, with its id, name and code: what a map fetches once per boundary version."""
    shapes = simplified(outlines, frame)
    return "".join(_area(outline, shape) for outline, shape in zip(outlines, shapes, strict=True))


def _area(outline: Outline, shape: Geometry) -> str:
    named = attributes(data_id=outline.area_id, data_name=outline.name, data_token=f"{outline.level}:{outline.code}")
    return f'<path{named} d="{path(shape)}"/>'


def lines_fragment(outlines: Sequence[Outline], frame: Frame, *, style: str) -> str:
    """The borders of a level as one path without fill; gaps between areas too narrow to be seen have none."""
    drawn = "".join(path(_without_slivers(shape)) for shape in simplified(outlines, frame))
    return f'<path class="{style}" d="{drawn}"/>' if drawn else ""


def _without_slivers(shape: Geometry) -> Geometry:
    """The shape (pixels) without holes that are nowhere wider than twice the tolerance."""
    if shape.geom_type == "MultiPolygon":
        return shapely.MultiPolygon([_without_slivers(part) for part in shape.geoms])
    if shape.geom_type != "Polygon":
        return shape
    holes = [ring for ring in shape.interiors if not shapely.Polygon(ring).buffer(-TOLERANCE_PX).is_empty]
    return shapely.Polygon(shape.exterior, holes)


def base_fragment(features: Sequence[Feature], frame: Frame) -> str:
    """The basemap upwards: parks, water, blocks, roads by width (bridges show), rails; one path a style and cell."""
    groups: dict[tuple[int, str, float, int, int], list[str]] = {}
    placed = frame.place(feature.shape for feature in features)
    window = shapely.box(-40, -40, frame.width + 40, frame.height + 40)
    clipped = shapely.intersection(shapely.make_valid(placed), window) if len(placed) else placed
    for feature, shape in zip(features, shapely.simplify(clipped, 0.4), strict=True):
        drawn = path(shape)
        if drawn:
            style = (ORDER.index(feature.kind), feature.kind, _width(feature, frame))
            groups.setdefault((*style, *_cell(shape)), []).append(drawn)
    return "".join(_styled(kind, width, "".join(parts)) for (_, kind, width, *_), parts in sorted(groups.items()))


def _cell(shape: Geometry) -> tuple[int, int]:
    """The cell of the drawing in which the middle of a shape (pixels) lies."""
    left, top, right, bottom = shape.bounds
    return int((left + right) / 2 // CELL_PX), int((top + bottom) / 2 // CELL_PX)


def _width(feature: Feature, frame: Frame) -> float:
    if feature.kind not in NARROWEST_PX:
        return 0.0
    metres = feature.width_m or (8.0 if feature.kind == "road" else 6.0)
    narrowest = PATH_PX if feature.kind == "road" and metres < PATH_M else NARROWEST_PX[feature.kind]
    return round(max(narrowest, metres / frame.metres_per_pixel), 1)


def _styled(kind: str, width: float, drawn: str) -> str:
    if kind == "rail" and width >= DASHED_PX:
        dashes = f'<path class="rail2" stroke-width="{figure(width * 0.6)}" d="{drawn}"/>'
        return f'<path class="rail" stroke-width="{figure(width)}" d="{drawn}"/>{dashes}'
    stroke = f' stroke-width="{figure(width)}"' if width else ""
    return f'<path class="{kind}"{stroke} d="{drawn}"/>'
