"""Staff of the sample street: every grid has its "1+3+N" posts, a few stand empty for a while.

Guards one invariant: a vacancy follows from the month in which it begins, so the past stays when the clock moves.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.random import Generator, default_rng

from loaders.sample.days import days_of, months, months_before
from loaders.sample.plan import Plan
from loaders.sample.settings import StaffSettings

ROLES = ("网格长", "专职网格员", "兼职网格员", "网格指导员", "其他")
_SINGLE = 4
"""The roles of which a grid has one; the last, 其他, are several."""


def staff_table(plan: Plan, settings: StaffSettings, *, today: date, seed: int) -> pl.DataFrame:
    """One row is one post of a grid on the day `today`, under the headings of the standard file."""
    codes = plan.grids.codes
    others = default_rng([seed, 5]).integers(settings.others[0], settings.others[1] + 1, len(codes))
    since = _vacant_since(len(codes), settings, today=today, seed=seed)
    rows = []
    for grid, code in enumerate(codes):
        for number, role in enumerate(ROLES):
            empty = since.get((grid, number))
            filled = 1 if number < _SINGLE else int(others[grid])
            rows.append((f"GW-{grid + 1:04d}-{number + 1}", code, role, 0 if empty else filled, empty))
    schema = {
        "岗位编号": pl.String,
        "网格代码": pl.String,
        "岗位": pl.String,
        "在岗人数": pl.Int64,
        "空缺起始日期": pl.Date,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _vacant_since(grids: int, settings: StaffSettings, *, today: date, seed: int) -> dict[tuple[int, int], date]:
    """(grid, role) → first day without anybody, of the posts that stand empty today."""
    found: dict[tuple[int, int], date] = {}
    for month in months(months_before(today, settings.months_back), today):
        rng = default_rng([seed, 6, month.year, month.month])
        for grid, role, start, days in _drawn(grids, month, settings, rng):
            if start <= today < start + timedelta(days=days):
                found.setdefault((grid, role), start)
    return found


def _drawn(grids: int, month: date, settings: StaffSettings, rng: Generator) -> list[tuple[int, int, date, int]]:
    """The vacancies that begin in a month: grid, role, first day, days until the post is filled again."""
    many = int(rng.poisson(grids * _SINGLE * settings.vacancies_a_month))
    days = days_of(month)
    spans = np.clip(rng.lognormal(np.log(settings.vacant_days), 0.7, many), 3, 365).astype(int)
    return [
        (int(rng.integers(grids)), int(rng.integers(_SINGLE)), days[int(rng.integers(len(days)))], int(span))
        for span in spans
    ]
