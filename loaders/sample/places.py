"""Where incidents happen: a stock of addresses in every micro-grid, some of them far busier than others.

Guards one invariant: an incident lies inside the micro-grid it is counted in, never in the water or on a border.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.random import Generator

from loaders.sample.basemap import water
from loaders.sample.people import Buildings, by_type
from loaders.sample.plan import FloatArray, IntArray, Plan
from loaders.sample.settings import Pattern, SampleSettings

_ADDRESSES = 40
_DRAWS = 5
_INSIDE_M = 6.0
_JITTER_M = 3.5
_LUCK = 0.22
_BUSY = 2.2
_BY_THE_LAKE_M = 120.0


@dataclass(frozen=True)
class Places:
    """Addresses (micro-grid × number, metres) and the running sums by which they are drawn.

    `area_sums` has one row a pattern over micro-grids; `spots` lists, for each pattern, the share of each hot spot and
    the running sum over all addresses around it.
    """

    addresses: FloatArray
    area_sums: FloatArray
    spots: tuple[tuple[tuple[float, FloatArray], ...], ...]

    def draw(self, pattern: int, count: int, rng: Generator) -> tuple[IntArray, FloatArray]:
        """Micro-grids and points (metres) of `count` incidents of one pattern."""
        area = np.searchsorted(self.area_sums[pattern], rng.random(count), side="right")
        number = np.floor(_ADDRESSES * rng.random(count) ** _BUSY).astype(np.int64)
        chosen = area * _ADDRESSES + number
        lot, start = rng.random(count), 0.0
        for share, sums in self.spots[pattern]:
            here = np.flatnonzero((lot >= start) & (lot < start + share))
            chosen[here] = np.searchsorted(sums, rng.random(len(here)), side="right")
            start += share
        scatter = rng.uniform(-_JITTER_M, _JITTER_M, (count, 2))
        return chosen // _ADDRESSES, self.addresses.reshape(-1, 2)[chosen] + scatter


def places(plan: Plan, people: Buildings, settings: SampleSettings, rng: Generator) -> Places:
    """The addresses of the street and how often each pattern of incidents occurs there."""
    addresses = _addresses(plan, settings, rng)
    flat = addresses.reshape(-1, 2)
    crowd = np.bincount(people.microgrids, weights=people.households, minlength=len(plan.microgrids))
    size = shapely.area(plan.microgrids.shapes)
    base = 0.75 * crowd / crowd.sum() + 0.25 * np.sqrt(size) / np.sqrt(size).sum()
    sums = [_running(base * _lean(plan, pattern, rng)) for pattern in settings.patterns]
    around = {}
    for spot in settings.hot_spots:
        inside = np.flatnonzero(plan.community_of[people.microgrids] == plan.short_names.index(spot.community))
        centre = people.places[_middle(plan, people, inside, rng)]
        away = np.hypot(*(flat - centre).T) / spot.spread_m
        around[spot.name] = _running(np.exp(-0.5 * away**2))
    spots = tuple(
        tuple((spot.share, around[spot.name]) for spot in settings.hot_spots if pattern.name in spot.patterns)
        for pattern in settings.patterns
    )
    return Places(addresses=addresses, area_sums=np.array(sums), spots=spots)


def _middle(plan: Plan, people: Buildings, inside: IntArray, rng: Generator) -> int:
    """The building in the middle of a hot spot: the one nearest to the lake where the community has one, else any."""
    away = shapely.distance(shapely.points(people.places[inside]), plan.lake)
    return int(inside[np.argmin(away)] if away.min() < _BY_THE_LAKE_M else rng.choice(inside))


def _lean(plan: Plan, pattern: Pattern, rng: Generator) -> FloatArray:
    """How much more of a pattern each micro-grid has than its people explain: by type of community, and by luck."""
    luck = rng.lognormal(0.0, _LUCK, len(plan.communities))
    return np.asarray(by_type(plan, pattern.types) * luck[plan.community_of])


def _running(weights: FloatArray) -> FloatArray:
    sums = np.cumsum(weights)
    return np.asarray(sums / sums[-1])


def _addresses(plan: Plan, settings: SampleSettings, rng: Generator) -> FloatArray:
    """The same number of random dry points well inside every micro-grid."""
    wet = shapely.union_all([feature.shape for feature in water(plan, settings.plan)])
    dry = shapely.difference(shapely.buffer(plan.microgrids.shapes, -_INSIDE_M), wet)
    shapely.prepare(dry)
    bounds = shapely.bounds(dry)
    count = _ADDRESSES * _DRAWS
    x = rng.uniform(bounds[:, 0, None], bounds[:, 2, None], (len(dry), count))
    y = rng.uniform(bounds[:, 1, None], bounds[:, 3, None], (len(dry), count))
    inside = shapely.contains_xy(dry[:, None], x, y)
    order = np.argsort(~inside, axis=1, kind="stable")[:, :_ADDRESSES]
    points = np.stack([np.take_along_axis(x, order, 1), np.take_along_axis(y, order, 1)], axis=-1)
    found = np.minimum(inside.sum(axis=1), _ADDRESSES)
    if not found.all():
        raise ValueError(f"{int((found == 0).sum())} micro-grids have no dry ground; change [plan] in sample.toml")
    usable = np.arange(_ADDRESSES) % found[:, None]
    return np.take_along_axis(points, usable[..., None], axis=1)
