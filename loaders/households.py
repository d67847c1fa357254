"""Households (户数): how many live in each building or stairwell, the denominator of every figure per household.

Invariant: a row is a count, no person is in it; it lies where its point lies, else in the area that it declares.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from geo import placing
from geo.landing import Landing
from loaders.amounts import parse_counts
from loaders.check import missing
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.faults import Refused, fault_rows, together
from loaders.misplaced import refuse_misplaced
from loaders.options import allow, need_area_level
from loaders.spatial import area_columns, hex_points, located, place_things, received, today

COUNTS = ("households", "residents", "residents_60", "residents_80", "living_alone_60")
AMONG = (("residents_60", "residents"), ("residents_80", "residents_60"), ("living_alone_60", "residents_60"))
"""Counts that cannot exceed the count they are among."""


@dataclass(frozen=True)
class _Known:
    placers: placing.Placers


class Households(Dataset):
    """One row is a building or a stairwell."""

    name = "households"
    section = "households"
    columns = (
        Column("code", is_required=True),
        Column("households", is_required=True),
        Column("lon"),
        Column("lat"),
        Column("declared_area_code"),
        Column("residents"),
        Column("residents_60"),
        Column("residents_80"),
        Column("living_alone_60", is_personal=True),
    )

    places = ("lon", "lat", "declared_area_code")

    def refuse_options(self, request: LoadRequest) -> None:
        allow(request, dataset=self.name)

    def prepare(self, landing: Landing, job: Job) -> _Known:
        has_point = job.has_shapes or {"lon", "lat"} <= job.present
        if not has_point and "declared_area_code" not in job.present:
            raise Refused("no_place_columns", file=job.request.file.name)
        need_area_level(job)
        return _Known(placers=placing.kept_placers(landing.connection))

    def check(self, frame: pl.DataFrame, job: Job, known: _Known) -> Checked:
        place = located(frame, system=job.crs, has_shapes=job.has_shapes)
        counts = frame.select("row", *(pl.lit(parse_counts(frame[name])) for name in COUNTS))
        faults = [*missing(frame, ["code", "households"]), place.faults]
        for name in COUNTS:
            is_bad = frame[name].is_not_null() & (counts[name].is_null() | (counts[name] < 0))
            faults.append(fault_rows(frame, pl.lit(is_bad), fault="bad_number", column=name))
        for part, whole in AMONG:
            is_more = counts[part] > counts[whole]
            params = {"part": part, "whole": whole}
            faults.append(fault_rows(frame, pl.lit(is_more), fault="part_exceeds_whole", column=part, params=params))
        codes = frame["declared_area_code"].to_list()
        on = np.datetime64(today(job))
        placed, notes = place_things(place, codes, level=job.mapping.declared_level, placers=known.placers, on=on)
        records = frame.select(
            pl.col("row").alias("row_number"),
            pl.col("code").alias("natural_key"),
            pl.lit(None, pl.String).alias("decides"),
            pl.lit(notes).alias("notes"),
            pl.lit(value=False).alias("is_repaired"),
            pl.lit(pl.Series(placed.is_outside)).alias("is_outside"),
            *(pl.lit(counts[name]).alias(name) for name in COUNTS),
            pl.lit(hex_points(place)).alias("point"),
            *received(place),
            "declared_area_code",
            *(pl.lit(ids).alias(ids.name) for ids in area_columns(placed)),
        )
        found = together(faults)
        return Checked(records=records.filter(~pl.col("row_number").is_in(found["row"].to_list())), faults=found)

    def write(self, landing: Landing, job: Job, known: _Known) -> int:
        refuse_misplaced(landing, job, known.placers, section=self.section, today=today(job).isoformat())
        landing.run("load/households/fate", source_id=job.source_id)
        landing.run("load/households/update", source_id=job.source_id, load_id=job.load_id)
        return landing.run("load/households/insert", source_id=job.source_id, load_id=job.load_id)


DATASETS = (Households(),)
