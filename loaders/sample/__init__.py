"""The sample street 示范街道: simulated data (模拟数据) in the standard format, from a seed and a clock.

Guards one invariant: same settings, seed and clock give the same bytes, and nothing in them is later than the clock.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from numpy.random import default_rng

from loaders.sample import basemap, files
from loaders.sample.days import months_before
from loaders.sample.funds import fund_table, ledger_table, opened_by
from loaders.sample.ground import to_lonlat
from loaders.sample.incidents import Window, cases_until, incident_table
from loaders.sample.live import AHEAD, Live
from loaders.sample.people import Buildings, buildings
from loaders.sample.places import Places, places
from loaders.sample.plan import Plan, street_plan
from loaders.sample.services import service_table
from loaders.sample.settings import SampleSettings, sample_settings
from loaders.sample.staff import staff_table

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class SampleFiles:
    """The files written and how many things each holds; boundaries from the street down, layers in drawing order."""

    boundaries: tuple[tuple[str, Path], ...]
    layers: tuple[Path, ...]
    households: Path
    service_points: Path
    staff: Path
    funds: Path
    ledger: Path
    incidents: Path
    counts: tuple[tuple[str, int], ...]


def generate(*, seed: int, clock: datetime, folder: Path, incidents: int | None = None) -> SampleFiles:
    """Writes the sample street as it is known at `clock` into `folder` (made if absent, files overwritten).

    `incidents` None gives the settings' number a year over their months; a number gives exactly that many, the latest
    last (fewer only if the clock leaves no time). Raises ValueError for a clock without a time zone and
    config.reader.ConfigError for settings that do not hold together.
    """
    if clock.tzinfo is None:
        raise ValueError(f"a clock needs a time zone: {clock.isoformat()}")
    if incidents is not None and incidents < 1:
        raise ValueError(f"incidents must be at least 1, not {incidents}")
    settings = sample_settings()
    now = clock.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    first = months_before(now.date(), settings.rhythm.months_back)
    plan, ground, people, stock = _street(settings, seed)
    street_code, books_open = settings.plan.street_code, first.replace(month=1, day=1)
    funds = opened_by(settings.funds, books_open)
    tables = {
        "households": _household_table(plan, people),
        "service-points": service_table(plan, people, settings, default_rng([seed, 3])),
        "staff": staff_table(plan, settings.staff, today=now.date(), seed=seed),
        "funds": fund_table(plan, funds, street_code),
        "ledger": ledger_table(plan, funds, street_code=street_code, first=books_open, last=now.date(), seed=seed),
        "incidents": incident_table(plan, stock, settings, Window(first, now, incidents), seed),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return _written(folder, plan, ground, settings, tables)


def _street(settings: SampleSettings, seed: int) -> tuple[Plan, basemap.Blocks, Buildings, Places]:
    plan = street_plan(settings.plan)
    ground = basemap.blocks(plan, settings.plan)
    people = buildings(plan, ground, settings.people, default_rng([seed, 1]))
    return plan, ground, people, places(plan, people, settings, default_rng([seed, 2]))


def live(*, seed: int, clock: datetime) -> Live:
    """The incidents of the street from `clock` on, as time goes by; raises as `generate`."""
    if clock.tzinfo is None:
        raise ValueError(f"a clock needs a time zone: {clock.isoformat()}")
    settings = sample_settings()
    now = clock.astimezone(ZONE).replace(tzinfo=None, microsecond=0)
    plan, _, _, stock = _street(settings, seed)
    window = Window(months_before(now.date(), settings.rhythm.months_back), now, None)
    cases = cases_until(plan, stock, settings, window, seed, until=now + AHEAD)
    return Live(cases, plan, settings, now)


def _household_table(plan: Plan, people: Buildings) -> pl.DataFrame:
    """One row is one residential building under the headings of the standard file."""
    lonlat = to_lonlat(people.places)
    return pl.DataFrame(
        {
            "编号": [f"LZ-{number:05d}" for number in range(1, len(people.places) + 1)],
            "经度": lonlat[:, 0],
            "纬度": lonlat[:, 1],
            "微网格代码": [plan.microgrids.codes[index] for index in people.microgrids],
            "户数": people.households,
            "人口": people.residents,
            "六十岁以上": people.aged_60,
            "八十岁以上": people.aged_80,
            "独居老人": people.alone_60,
        }
    )


def _written(
    folder: Path, plan: Plan, ground: basemap.Blocks, settings: SampleSettings, tables: dict[str, pl.DataFrame]
) -> SampleFiles:
    """Everything on disk under its standard name."""
    boundaries = []
    for level, parent in zip(plan.levels, (None, *plan.levels[:-1]), strict=True):
        boundaries.append((level.level, folder / f"boundaries-{level.level}.geojson"))
        files.write_level(level, parent, boundaries[-1][1])
    layers = {
        "blocks": basemap.block_features(ground),
        "water": basemap.water(plan, settings.plan),
        "roads": basemap.roads(plan),
    }
    for name, features in layers.items():
        files.write_features(features, folder / f"{name}.geojson")
    paths = {name: folder / f"{name}.csv" for name in tables}
    for name, table in tables.items():
        files.write_csv(table, paths[name])
    counts = {level.level: len(level) for level in plan.levels}
    counts |= {name: len(features) for name, features in layers.items()}
    counts |= {name: len(table) for name, table in tables.items()}
    return SampleFiles(
        boundaries=tuple(boundaries),
        layers=tuple(folder / f"{name}.geojson" for name in layers),
        households=paths["households"],
        service_points=paths["service-points"],
        staff=paths["staff"],
        funds=paths["funds"],
        ledger=paths["ledger"],
        incidents=paths["incidents"],
        counts=tuple(counts.items()),
    )
