"""The shapes of the basemap: water, roads, railway, parks and the blocks between the streets.

Guards one invariant: a block touches neither road nor water; roads are the gaps that are left between blocks.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from loaders.sample.drawing import MAIN, RAIL
from loaders.sample.plan import Plan, Shapes
from loaders.sample.settings import PlanSettings

WATER, ROAD, RAILWAY, PARK, BLOCK = "water", "road", "rail", "park", "block"
_RIVER_M, _WEST_CANAL_M, _MIDDLE_CANAL_M = 220.0, 44.0, 30.0
_MARGIN_M = 1200.0
_LANE_M, _STREET_M, _AVENUE_M, _BANK_M = 4.0, 6.0, 8.0, 8.0
_SMALLEST_BLOCK_M2 = 500.0
_SHORE_M = 60.0


@dataclass(frozen=True)
class Feature:
    """One shape of the basemap in metres (EPSG:4549); `width_m` of roads, railway and canals, `road_class` of roads."""

    kind: str
    name: str
    shape: BaseGeometry
    width_m: float | None = None
    road_class: str = ""


@dataclass(frozen=True)
class Blocks:
    """The ground between the streets: one index a micro-grid; empty where it is all water or park."""

    shapes: Shapes
    parks: tuple[Feature, ...]


def water(plan: Plan, settings: PlanSettings) -> list[Feature]:
    """River, canals and lake as polygons; the river runs on outside the street."""
    drawing, window = plan.drawing, _window(plan)
    lines = (
        (settings.river_name, drawing.river, _RIVER_M),
        (settings.west_canal_name, drawing.west_canal, _WEST_CANAL_M),
        (settings.middle_canal_name, drawing.middle_canal, _MIDDLE_CANAL_M),
    )
    courses = [
        Feature(WATER, name, line.buffer(width / 2, cap_style="flat").intersection(window), width)
        for name, line, width in lines
    ]
    return [*courses, Feature(WATER, settings.lake_name, plan.lake)]


def roads(plan: Plan) -> list[Feature]:
    """Roads and the railway as lines; main roads and the railway run on outside the street."""
    window, street = _window(plan), plan.street.shapes[0]
    found = []
    for road in plan.drawing.roads:
        line = road.line.intersection(window if road.kind in (MAIN, RAIL) else street.buffer(40))
        kind = RAILWAY if road.kind == RAIL else ROAD
        found += [Feature(kind, road.name, part, road.width_m, road.kind) for part in shapely.get_parts(line)]
    return found


def blocks(plan: Plan, settings: PlanSettings) -> Blocks:
    """The ground between streets and water by micro-grid, and the parks among it."""
    micros, grids = plan.microgrids, plan.grids
    ground = shapely.buffer(micros.shapes, -_LANE_M, join_style="mitre")
    ground = shapely.intersection(ground, shapely.buffer(grids.shapes, -_STREET_M)[micros.parents])
    ground = shapely.intersection(ground, shapely.buffer(plan.communities.shapes, -_AVENUE_M)[plan.community_of])
    ground = shapely.difference(ground, _kept_free(plan, settings))
    ground = shapely.simplify(shapely.buffer(shapely.buffer(ground, -3), 3, quad_segs=2), 0.8)
    green, named = _park_numbers(plan, settings)
    parks = [Feature(PARK, f"{name}公园", ground[index]) for index, name in zip(green, named, strict=True)]
    shore = plan.lake.buffer(_SHORE_M)
    around = shapely.intersection(shapely.union_all(ground[shapely.intersects(ground, shore)]), shore)
    parks.append(Feature(PARK, f"{settings.lake_name}公园", around))
    ground[green] = shapely.Polygon()
    ground = shapely.difference(ground, shore)
    return Blocks(shapes=ground, parks=tuple(park for park in parks if not park.shape.is_empty))


def block_features(ground: Blocks) -> list[Feature]:
    """Parks, then every block of some size as one polygon."""
    parts = shapely.get_parts(ground.shapes)
    return [*ground.parks, *(Feature(BLOCK, "", part) for part in parts if part.area > _SMALLEST_BLOCK_M2)]


def _window(plan: Plan) -> BaseGeometry:
    west, south, east, north = plan.street.shapes[0].bounds
    return shapely.box(west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M)


def _kept_free(plan: Plan, settings: PlanSettings) -> BaseGeometry:
    """Water with its banks, and the main and secondary roads with their pavements."""
    wet = shapely.buffer([feature.shape for feature in water(plan, settings)], _BANK_M)
    paved = [road.line.buffer(road.width_m / 2, cap_style="flat") for road in plan.drawing.roads]
    return shapely.union_all([*wet, *paved])


def _park_numbers(plan: Plan, settings: PlanSettings) -> tuple[list[int], list[str]]:
    """The micro-grids that are parks: the largest of the grid that the settings name."""
    numbers, named = [], []
    for name, grid_number in settings.parks.items():
        of_community = np.flatnonzero(plan.grids.parents == plan.short_names.index(name))
        inside = np.flatnonzero(plan.microgrids.parents == of_community[grid_number - 1])
        numbers.append(int(inside[np.argmax(shapely.area(plan.microgrids.shapes[inside]))]))
        named.append(name)
    return numbers, named
