"""Service points of the sample street: where there are people, and not all in one place.

Guards one invariant: every point of a kind has a name of its own and stands at a building of the street.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.random import Generator

from loaders.sample.ground import to_lonlat
from loaders.sample.people import Buildings
from loaders.sample.plan import FloatArray, IntArray, Plan, chinese_number
from loaders.sample.settings import SampleSettings, ServicePlan

_CANDIDATES = 12
_BESIDE_M = 9.0
_ROUND_CAPACITY = 100
_HEADINGS = ("编号", "名称", "类别", "容量")
_TYPES = (pl.String, pl.String, pl.String, pl.Int64)


@dataclass(frozen=True)
class _Town:
    """What siting needs of the town: building places, their communities, and how many live there."""

    places: FloatArray
    community: IntArray
    people: IntArray


def service_table(plan: Plan, people: Buildings, settings: SampleSettings, rng: Generator) -> pl.DataFrame:
    """One row is one service point under the headings of the standard file."""
    kinds = {kind.code: kind for kind in settings.service_kinds}
    town = _Town(people.places, plan.community_of[people.microgrids], people.residents)
    rows: list[tuple[str, str, str, int | None]] = []
    sites: list[FloatArray] = []
    for wanted in settings.services:
        where = _sites(wanted, town, len(plan.communities), rng)
        names = _names(wanted, kinds[wanted.code].zh, [plan.short_names[town.community[site]] for site in where])
        low, high = wanted.capacity
        for site, name in zip(where, names, strict=True):
            capacity = int(rng.integers(low, high + 1)) if high else None
            if capacity is not None and high > _ROUND_CAPACITY:
                capacity = round(capacity, -1)
            rows.append((f"FW-{len(rows) + 1:04d}", name, wanted.code, capacity))
            sites.append(town.places[site] + rng.uniform(-_BESIDE_M, _BESIDE_M, 2))
    lonlat = to_lonlat(np.array(sites))
    table = pl.DataFrame(rows, schema=dict(zip(_HEADINGS, _TYPES, strict=True)), orient="row")
    return table.with_columns(pl.Series("经度", lonlat[:, 0]), pl.Series("纬度", lonlat[:, 1])).select(
        "编号", "名称", "类别", "经度", "纬度", "容量"
    )


def _sites(wanted: ServicePlan, town: _Town, communities: int, rng: Generator) -> list[int]:
    """Buildings for the points of one kind: where many live, each as far from the others as a few tries find."""
    if wanted.each_community:
        inside = [np.flatnonzero(town.community == index) for index in range(communities)]
        return [_most_central(buildings, town) for buildings in inside]
    weights = town.people / town.people.sum()
    chosen: list[int] = []
    for _ in range(wanted.count):
        tries = rng.choice(len(weights), size=_CANDIDATES, p=weights)
        if chosen:
            away = np.hypot(*(town.places[tries][:, None] - town.places[chosen][None]).transpose(2, 0, 1)).min(axis=1)
            chosen.append(int(tries[np.argmax(away)]))
        else:
            chosen.append(int(tries[0]))
    return chosen


def _most_central(buildings: IntArray, town: _Town) -> int:
    """The building nearest to where the people of a community live on average."""
    middle = np.average(town.places[buildings], axis=0, weights=town.people[buildings])
    return int(buildings[np.argmin(np.hypot(*(town.places[buildings] - middle).T))])


def _names(wanted: ServicePlan, kind: str, communities: list[str]) -> list[str]:
    """东湖社区党群服务中心, 惠民药房（市心店）; a second one of a kind in a community says so."""
    if wanted.brands and wanted.count <= len(wanted.brands):
        return list(wanted.brands[: len(communities)])
    seen: Counter[str] = Counter()
    total = Counter(communities)
    names = []
    for index, community in enumerate(communities):
        seen[community] += 1
        number = f"第{chinese_number(seen[community])}" if total[community] > 1 else ""
        if wanted.brands:
            suffix = f"{community}{number}" + ("店" if wanted.code == "pharmacy" else "校区")
            names.append(f"{wanted.brands[index % len(wanted.brands)]}（{suffix}）")
        else:
            names.append(f"{community}社区{number}{kind}")
    return names
