"""Where the people of the sample street live: buildings in rows, households and older residents by building.

Guards one invariant: counts by building are consistent (alone ≤ 60+, 80+ ≤ 60+ ≤ residents) and no person is in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from loaders.sample.basemap import Blocks
from loaders.sample.plan import FloatArray, IntArray, Plan, shared_out
from loaders.sample.settings import COMMUNITY_TYPES, PeopleSettings


@dataclass(frozen=True)
class Buildings:
    """One index a residential building: place in metres (EPSG:4549), micro-grid, and how many live there."""

    places: FloatArray
    microgrids: IntArray
    households: IntArray
    residents: IntArray
    aged_60: IntArray
    aged_80: IntArray
    alone_60: IntArray


def by_type(plan: Plan, weights: Mapping[str, float]) -> FloatArray:
    """A weight by type of community as one value a micro-grid; types that are not named weigh 1."""
    values = np.array([weights.get(kind, 1.0) for kind in COMMUNITY_TYPES])
    kinds = np.array([COMMUNITY_TYPES.index(kind) for kind in plan.communities.kinds])
    return np.asarray(values[kinds][plan.community_of])


def buildings(plan: Plan, ground: Blocks, settings: PeopleSettings, rng: Generator) -> Buildings:
    """The residential buildings of the street with their people; the households add up to the setting."""
    rows = [_rows(shape, settings, rng) for shape in ground.shapes]
    of = np.repeat(np.arange(len(rows)), [len(points) for points in rows])
    size = rng.lognormal(0.0, 0.45, len(of)) * by_type(plan, settings.density)[of]
    size *= 1 + 0.9 * plan.nearness[plan.community_of[of]]
    households = shared_out(settings.households, size, at_least=2)
    residents = rng.poisson(households * (by_type(plan, settings.persons)[of] - 1)) + households
    tilt = np.clip(rng.normal(1.0, 0.18, len(of)), 0.4, 1.6)
    aged_60 = rng.binomial(residents, np.clip(by_type(plan, settings.share_60)[of] * tilt, 0, 0.8))
    return Buildings(
        places=np.vstack(rows),
        microgrids=of,
        households=households,
        residents=residents,
        aged_60=aged_60,
        aged_80=rng.binomial(aged_60, settings.share_80_of_60),
        alone_60=np.minimum(rng.binomial(aged_60, settings.share_alone_of_60), households),
    )


def _rows(block: BaseGeometry, settings: PeopleSettings, rng: Generator) -> FloatArray:
    """Building places inside a block: rows that face about south; at least one if there is any ground."""
    if block.is_empty:
        return np.empty((0, 2))
    turn, middle = rng.uniform(-settings.lattice_turn_deg, settings.lattice_turn_deg), block.centroid
    inner = block.buffer(-9)
    wide, deep = settings.building_spacing_m
    west, south, east, north = affinity.rotate(block, -turn, middle).bounds
    x, y = np.meshgrid(np.arange(west + wide / 2, east, wide), np.arange(south + deep / 2, north, deep))
    lattice = affinity.rotate(shapely.multipoints(np.column_stack([x.ravel(), y.ravel()])), turn, middle)
    places = shapely.get_coordinates(lattice)
    places = places[shapely.contains_xy(inner, places)]
    return np.asarray(places if len(places) else shapely.get_coordinates(block.representative_point()))
