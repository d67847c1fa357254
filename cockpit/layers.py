"""What maps are made of, kept per version: viewports, simplified outlines, basemap, heat cells.

Invariant: shapes are kept by shape version and day (they outlive data and clock), counts by the whole `Asked`.
"""

from dataclasses import dataclass
from datetime import datetime

import shapely

from cockpit.context import View
from cockpit.maps import frame as frames
from cockpit.maps import heat, outlines
from cockpit.maps.frame import Frame
from cockpit.queries import Asked, AskedShapes, asked_shapes, shared, store
from geo import map_queries
from geo.map_queries import LEVELS, MapLayer, Outline, ServicePoint

BELOW = ("road",)
ABOVE = ("block", "park", "road", "water", "rail", "county", "partition")
SNUG, ROOMY = (frames.WIDTH, 12), (560, 56)
"""Width of a drawing and the pixels kept free around its ground: a map of all, or one area and what lies around it."""
BARE_WIDTH, BARE_TALLEST = 640, 560
"""A basemap without areas shares the page evenly with what stands beside it, and may be nearly as tall as wide."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The place a map shows: areas of `level` within the area `within` (of `within_level`), or of the whole site.

    `is_roomy`: a smaller drawing that shows what lies around it too.
    """

    level: str
    within: int | None
    within_level: str | None
    is_roomy: bool = False


def ground_of(view: View) -> Ground:
    """The place that the page's filters ask for."""
    area = view.filters.area
    return Ground(view.filters.level, area.area_id if area else None, area.level if area else None)


@shared
def outlines_of(asked: AskedShapes, *, level: str, within: int | None) -> tuple[Outline, ...]:
    """The areas of `level`, all or those below `within`, by code (EPSG:4326)."""
    return map_queries.outlines(store(), asked.viewer, asked.clock, level=level, within=within, day=asked.day)


def above_of(asked: AskedShapes, *, ground: Ground, most: int) -> tuple[Outline, ...]:
    """The areas of the nearest coarser level in the ground that are several and at most `most`; empty without such."""
    for level in reversed(LEVELS[: LEVELS.index(ground.level)]):
        found = outlines_of(asked, level=level, within=ground.within)
        if 1 < len(found) <= most:
            return found
    return ()


@shared
def frame_of(asked: AskedShapes, *, ground: Ground) -> Frame | None:
    """The viewport that shows the ground and all its areas, which may reach out of it; None when it has no shape.

    A site without areas shows its whole basemap.
    """
    levels = [ground.level]
    if ground.within_level is not None:
        levels = list(LEVELS[LEVELS.index(ground.within_level) : LEVELS.index(ground.level) + 1])
    drawn = [outline for level in levels for outline in outlines_of(asked, level=level, within=ground.within)]
    width, padding = ROOMY if ground.is_roomy else SNUG
    if not drawn:
        box = map_queries.extent(store(), asked.viewer, asked.clock)
        return frames.fit([shapely.box(*box)], width=BARE_WIDTH, tallest=BARE_TALLEST) if box else None
    return frames.fit((outline.shape for outline in drawn), width=width, padding=padding)


@shared
def areas_fragment(asked: AskedShapes, *, ground: Ground) -> str:
    """The areas of the ground as SVG paths with id, name and code."""
    frame = frame_of(asked, ground=ground)
    found = outlines_of(asked, level=ground.level, within=ground.within)
    return outlines.areas_fragment(found, frame) if frame else ""


@shared
def lines_fragment(asked: AskedShapes, *, ground: Ground) -> str:
    """The borders of the levels above, within the ground, and of the ground itself, whatever level is drawn."""
    frame = frame_of(asked, ground=ground)
    if frame is None:
        return ""
    drawn = []
    above = LEVELS[: LEVELS.index(ground.level) + (ground.level == ground.within_level)]
    for level in reversed(above):
        inside = outlines_of(asked, level=level, within=ground.within)
        if inside:
            drawn.append(outlines.lines_fragment(inside, frame, style=f"line {level}"))
    return "".join(drawn)


@shared
def base_fragment(asked: AskedShapes, *, ground: Ground, is_above: bool, overlay: str | None = None) -> str:
    """The basemap under the areas (roads that run on outside) or, translucent, above them, there with the overlay."""
    frame = frame_of(asked, ground=ground)
    if frame is None:
        return ""
    found = map_queries.features(store(), asked.viewer, asked.clock, box=frame.box(), overlay=overlay)
    kinds = ABOVE if is_above else BELOW
    return outlines.base_fragment([feature for feature in found if feature.kind in kinds], frame)


@shared
def base_kinds(asked: AskedShapes, *, ground: Ground) -> frozenset[str]:
    """The kinds of basemap shapes that the ground's drawing shows, overlays aside."""
    frame = frame_of(asked, ground=ground)
    if frame is None:
        return frozenset()
    return map_queries.feature_kinds(store(), asked.viewer, asked.clock, box=frame.box(margin=0))


@shared
def map_layers(asked: AskedShapes) -> tuple[MapLayer, ...]:
    """The sets of shapes that can be laid over the map, by code."""
    return map_queries.map_layers(store(), asked.viewer, asked.clock)


@shared
def heat_csv(
    asked: Asked, *, start: datetime, end: datetime, within: int | None, category: str | None
) -> tuple[str, int]:
    """The heat cells of the window as CSV, and the number of incidents in them."""
    bins = map_queries.heat(store(), asked.viewer, asked.clock, start=start, end=end, within=within, category=category)
    return heat.csv(bins), sum(cell.n for cell in bins)


@shared
def service_points(asked: Asked, *, within: int | None) -> tuple[ServicePoint, ...]:
    """The service points open at the clock."""
    return map_queries.service_points(store(), asked.viewer, asked.clock, within=within)


def shapes_of(view: View) -> AskedShapes:
    """The first argument of the queries for the shapes in force on the last day of the page's period."""
    return asked_shapes(view.asked, day=view.shape_day)
