"""The order of stages: which rows tell a life that cannot have gone so, though it may be kept.

Invariant: a disorder is noted, never repaired; what cannot be true at all (closed before reported) is a fault.
"""

from collections.abc import Mapping
from itertools import chain

import polars as pl

from loaders.times import Times

STEPS = (
    ("reported_at",),
    ("accepted_at", "registered_at"),
    ("dispatched_at",),
    ("arrived_at",),
    ("handled_at",),
    ("closed_at",),
    ("followed_up_at",),
)
"""Stages one after the other; the two of one step come in either order."""
PAIRS = (("first_closed_at", "reopened_at"), ("suspended_at", "resumed_at"))


def is_disordered(at: pl.DataFrame, stamps: Mapping[str, Times], *, zone: str) -> pl.Series:
    """True where a stage comes before an earlier one; by day (in `zone`) in rows that have a bare date."""
    told = [name for name in at.columns if at[name].null_count() < at.height]
    if len(told) < 2:
        return pl.repeat(value=False, n=at.height, eager=True)
    compared = at.select(told)
    has_day = pl.DataFrame({name: stamps[name].is_day for name in told}).select(pl.any_horizontal(pl.all())).to_series()
    if has_day.any():
        by_day = compared.select(pl.all().dt.convert_time_zone(zone).dt.truncate("1d").dt.convert_time_zone("UTC"))
        compared = compared.select(
            pl.when(pl.lit(has_day)).then(pl.lit(by_day[name])).otherwise(pl.col(name)).alias(name) for name in told
        )
    steps = [[name for name in step if name in told] for step in STEPS]
    steps = [step for step in steps if step]
    pairs = [([before], [after]) for before, after in PAIRS if before in told and after in told]
    pairs += [([*chain.from_iterable(steps[:place])], step) for place, step in enumerate(steps) if place]
    if not pairs:
        return pl.repeat(value=False, n=at.height, eager=True)
    is_before = [pl.min_horizontal(after) < pl.max_horizontal(before) for before, after in pairs]
    return compared.select(pl.any_horizontal(is_before).fill_null(value=False)).to_series()
