"""Staff (工作力量): posts of areas and how many people fill each, for the "1+3+N" team of a grid.

Invariant: numbers only. A column that names people is never read, and refused rows are kept without it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from config.mapping import LEVELS, STAFF_ROLES
from geo import placing
from geo.landing import Landing
from geo.placing import Placed, Placers
from loaders.amounts import parse_counts
from loaders.check import missing
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.faults import Refused, fault_rows, together
from loaders.options import allow
from loaders.spatial import area_columns, today
from loaders.times import bad_times, parse_days
from loaders.words import in_our_words

FIRST_YEAR, LAST_YEAR = 1990, 2098
"""A day outside these years stands for no day (1900, 2099) or is a slip of the pen."""


@dataclass(frozen=True)
class _Known:
    placers: Placers


class Staff(Dataset):
    """One row is a post of one area: its role, and how many people fill it (0 = vacant)."""

    name = "staff"
    section = "staff"
    keeps_unread = False
    columns = (
        Column("code", is_required=True),
        Column("area_code", is_required=True),
        Column("level"),
        Column("role", is_required=True),
        Column("headcount", is_required=True),
        Column("vacant_since"),
    )

    def refuse_options(self, request: LoadRequest) -> None:
        allow(request, dataset=self.name)

    def prepare(self, landing: Landing, job: Job) -> _Known:
        if "level" not in job.present and job.mapping.declared_level is None:
            raise Refused("no_level_told", source=job.mapping.code)
        return _Known(placers=placing.kept_placers(landing.connection))

    def check(self, frame: pl.DataFrame, job: Job, known: _Known) -> Checked:
        told = frame.with_columns(
            in_our_words(frame, job.mapping, "role").str.to_lowercase().alias("role"),
            in_our_words(frame, job.mapping, "level").fill_null(job.mapping.declared_level or "").alias("level"),
        )
        headcount = parse_counts(frame["headcount"])
        since = parse_days(frame["vacant_since"], job.mapping.time_formats)
        found = _faults(frame, told, headcount, since, job)
        placed = _placed(told, placers=known.placers, on=np.datetime64(today(job)))
        records = told.select(
            pl.col("row").alias("row_number"),
            pl.col("code").alias("natural_key"),
            pl.lit(None, pl.String).alias("decides"),
            pl.lit(_notes(placed)).alias("notes"),
            pl.lit(value=False).alias("is_repaired"),
            pl.lit(pl.Series(placed.is_outside)).alias("is_outside"),
            "role",
            pl.lit(headcount).alias("headcount"),
            pl.lit(since.dt.to_string("%Y-%m-%d")).alias("vacant_since"),
            "level",
            pl.col("area_code").alias("declared_area_code"),
            *(pl.lit(ids).alias(ids.name) for ids in area_columns(placed)),
        )
        return Checked(records=records.filter(~pl.col("row_number").is_in(found["row"].to_list())), faults=found)

    def write(self, landing: Landing, job: Job, known: _Known) -> int:  # noqa: ARG002
        landing.run("load/staff/fate", source_id=job.source_id)
        landing.run("load/staff/update", source_id=job.source_id, load_id=job.load_id)
        return landing.run("load/staff/insert", source_id=job.source_id, load_id=job.load_id)


def _faults(frame: pl.DataFrame, told: pl.DataFrame, headcount: pl.Series, since: pl.Series, job: Job) -> pl.DataFrame:
    """Every fault of the block; `told` has role and level in our words."""
    is_number = headcount.is_not_null() & (headcount >= 0)
    is_odd_day = frame["vacant_since"].is_not_null() & since.is_null()
    out_of_range = ~since.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    params: Mapping[str, Mapping[str, object]] = {
        "role": {"known": ", ".join(STAFF_ROLES)},
        "level": {"known": ", ".join(LEVELS)},
        "year": {"first": FIRST_YEAR, "last": LAST_YEAR},
    }
    no_role, no_level = ~told["role"].is_in(STAFF_ROLES), ~told["level"].is_in(LEVELS)
    bad_number = frame["headcount"].is_not_null() & ~is_number
    filled = since.is_not_null() & (headcount > 0)
    return together(
        [
            *missing(frame, ["code", "area_code", "role", "headcount"]),
            fault_rows(frame, pl.lit(no_role), fault="unknown_role", column="role", params=params["role"]),
            fault_rows(frame, pl.lit(no_level), fault="unknown_post_level", column="level", params=params["level"]),
            fault_rows(frame, pl.lit(bad_number), fault="bad_number", column="headcount"),
            *bad_times(frame, "vacant_since", is_odd_day, job.mapping.time_formats),
            fault_rows(
                frame, pl.lit(out_of_range), fault="absurd_date", column="vacant_since", params=params["year"]
            ),
            fault_rows(frame, pl.lit(filled), fault="vacancy_of_filled", column="vacant_since"),
        ]
    )  # fmt: skip


def _placed(told: pl.DataFrame, *, placers: Placers, on: np.datetime64) -> Placed:
    """The area that each post names, at its level, with the areas above it."""
    placed = Placed.nowhere(told.height)
    codes = told["area_code"].to_list()
    for level in LEVELS:
        chosen = (told["level"] == level).fill_null(value=False).arg_true().to_numpy()
        found = placers.place_whole(level, [codes[int(index)] for index in chosen], on=on)
        for name in LEVELS:
            placed.at(name)[chosen] = found.at(name)
    return placed


def _notes(placed: Placed) -> pl.Series:
    return pl.Series(["unknown_area" if is_lost else None for is_lost in placed.is_outside], dtype=pl.String)


DATASETS = (Staff(),)
