"""Service points (服务点): where residents are served, as points or shapes, each with a kind of the code list.

Invariant: a feature is one thing by its source, layer and code; two layers of one source never overwrite each other.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from config import reader
from geo import placing
from geo.landing import Landing
from loaders.amounts import parse_counts
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.faults import Refused, fault_rows, together
from loaders.misplaced import refuse_misplaced
from loaders.options import allow
from loaders.spatial import area_columns, hex_ewkb, hex_points, located, place_things, received, today
from loaders.words import in_our_words

UNSORTED = "unsorted"
"""The kind of points whose kind no code list holds (未归类)."""


@dataclass(frozen=True)
class _Known:
    """`kinds`: what a file may write for a kind → its code."""

    placers: placing.Placers
    kinds: dict[str, str]


class ServicePoints(Dataset):
    """One row is one service point. `layer` keeps the codes of several files of one source apart."""

    name = "service-points"
    section = "service_points"
    columns = (
        Column("code", is_required=True),
        Column("name", is_required=True),
        Column("kind", is_required=True),
        Column("layer"),
        Column("address"),
        Column("capacity"),
        Column("lon"),
        Column("lat"),
        Column("declared_area_code"),
    )

    def refuse_options(self, request: LoadRequest) -> None:
        allow(request, dataset=self.name, options=("--mode snapshot",))

    def fingerprint_parts(self, landing: Landing, request: LoadRequest) -> tuple[str, ...]:  # noqa: ARG002
        return (reader.find("services.toml").read_text(encoding="utf-8"),)

    def prepare(self, landing: Landing, job: Job) -> _Known:
        if not job.has_shapes and not {"lon", "lat"} <= job.present:
            raise Refused("no_place_columns", file=job.request.file.name)
        kinds = _kinds(job)
        for code, (name_zh, name_en) in kinds.items():
            landing.run("load/service_points/kind", code=code, name_zh=name_zh, name_en=name_en)
        return _Known(placers=placing.kept_placers(landing.connection), kinds=_words(kinds))

    def check(self, frame: pl.DataFrame, job: Job, known: _Known) -> Checked:
        place = located(frame, system=job.crs, has_shapes=job.has_shapes)
        capacity = parse_counts(frame["capacity"])
        faults = [
            fault_rows(frame, pl.col("code").is_null(), fault="missing_value", column="code"),
            fault_rows(frame, pl.col("kind").is_null(), fault="missing_value", column="kind"),
            place.faults,
            _without_place(frame, job, place.has_point),
            fault_rows(
                frame,
                pl.lit(frame["capacity"].is_not_null() & (capacity.is_null() | (capacity < 0))),
                fault="bad_number",
                column="capacity",
            ),
        ]
        codes = frame["declared_area_code"].to_list()
        level = job.mapping.declared_level
        placed, notes = place_things(place, codes, level=level, placers=known.placers, on=np.datetime64(today(job)))
        given = in_our_words(frame, job.mapping, "kind")
        kind = given.str.to_lowercase().replace_strict(known.kinds, default=None, return_dtype=pl.String)
        unknown = Counter(given.filter(kind.is_null()).drop_nulls().to_list())
        layer = pl.when(pl.col("layer").is_null()).then(pl.lit("")).otherwise(pl.col("layer") + "/")
        nameless = frame["name"].is_null()
        records = frame.select(
            pl.col("row").alias("row_number"),
            (layer + pl.col("code")).alias("natural_key"),
            pl.lit(None, pl.String).alias("decides"),
            pl.lit(notes.set(nameless & notes.is_null(), "name_from_address")).alias("notes"),
            pl.lit(value=False).alias("is_repaired"),
            pl.lit(pl.Series(placed.is_outside)).alias("is_outside"),
            pl.coalesce("name", "address", "code").alias("name"),
            pl.lit(kind.fill_null(UNSORTED)).alias("kind"),
            pl.lit(capacity).alias("capacity"),
            pl.lit(hex_ewkb(place.shapes)).alias("geom"),
            pl.lit(hex_points(place)).alias("point"),
            *received(place),
            *(pl.lit(ids).alias(ids.name) for ids in area_columns(placed)),
        )
        found = together(faults)
        kept = records.filter(~pl.col("row_number").is_in(found["row"].to_list()))
        return Checked(records=kept, faults=found, unknown={"kind": dict(unknown)} if unknown else {})

    def write(self, landing: Landing, job: Job, known: _Known) -> int:
        refuse_misplaced(landing, job, known.placers, section=self.section, today=today(job).isoformat())
        landing.run("load/service_points/fate", source_id=job.source_id)
        landing.run("load/service_points/update", source_id=job.source_id, load_id=job.load_id)
        things = landing.run("load/service_points/insert", source_id=job.source_id, load_id=job.load_id)
        if job.request.mode == "snapshot":
            layer = job.constants.get("layer")
            withdrawn = landing.run(
                "load/service_points/withdraw",
                source_id=job.source_id,
                load_id=job.load_id,
                layer=f"{layer}/" if layer else "",
                today=today(job).isoformat(),
                refused=list(landing.refused_keys),
            )
            if withdrawn:
                landing.remark("withdrawn_points", count=withdrawn)
        return things


def _without_place(frame: pl.DataFrame, job: Job, has_point: NDArray[np.bool_]) -> pl.DataFrame:
    column = "geometry" if job.has_shapes else "lon"
    has_none = pl.all_horizontal(pl.col("geometry", "broken").is_null()) if job.has_shapes else None
    is_blank = pl.any_horizontal(pl.col("lon", "lat").is_null()) if has_none is None else has_none
    where = pl.lit(pl.Series(~has_point)) & is_blank
    return fault_rows(frame, where, fault="missing_value", column=column, value=pl.lit(None, pl.String))


def _kinds(job: Job) -> dict[str, tuple[str, str]]:
    """Code → names in zh and en: the site's code list, then the kinds that the mapping declares itself."""
    listed = reader.read(reader.find("services.toml"))["service"]
    kinds = {item["code"]: (item["zh"], item["en"]) for item in listed}
    for code, names in job.mapping.extra.get("kinds", {}).items():
        kinds[code] = (names["zh"], names["en"])
    return kinds | {UNSORTED: ("未归类", "Unsorted")}


def _words(kinds: dict[str, tuple[str, str]]) -> dict[str, str]:
    """What a file may write for a kind → its code: the code, or one of its names (lower case)."""
    named = {name.lower(): code for code, names in kinds.items() for name in names}
    return named | {code: code for code in kinds}


DATASETS = (ServicePoints(),)
