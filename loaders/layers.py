"""Layers (底图图层): water, roads, parks, blocks, counties and partitions that the map draws; never rolled up.

Invariant: a file is a whole: what it no longer holds leaves the map; other files of the same source stay.
Counties and partitions lie where the areas of the store lie, or the file is refused: they show a wrong datum.
"""

import hashlib

import polars as pl
import shapely

from config.mapping import LAYER_KINDS
from geo.landing import Landing
from geo.masking import hidden
from loaders.check import missing
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.evidence import refuse_wrong_datum_of_layer
from loaders.faults import Refused, fault_rows, together
from loaders.options import allow
from loaders.spatial import hex_ewkb, located, received
from loaders.words import in_our_words


class Layers(Dataset):
    """One row is a shape of the basemap; it has no code: equal content is the same shape."""

    name = "layers"
    section = "layers"
    columns = (Column("kind", is_required=True), Column("layer"), Column("name"), Column("width_m"))
    is_placed = False

    def refuse_options(self, request: LoadRequest) -> None:
        allow(request, dataset=self.name)

    def prepare(self, landing: Landing, job: Job) -> None:
        if not job.has_shapes:
            raise Refused("needs_shapes", dataset=self.name, file=job.request.file.name)
        for code, names in self._named(job).items():
            landing.run("load/layers/layer", layer_code=code, **names)

    def _named(self, job: Job) -> dict[str, dict[str, str]]:
        """Code → names of the sets of shapes that the mapping declares, and of the file's own where it has none."""
        told = {code: (names["zh"], names["en"]) for code, names in job.mapping.extra.get("layers", {}).items()}
        own = job.constants.get("layer") or job.request.stem
        named = {own: (hidden(own), hidden(own))} | told
        return {code: {"name_zh": zh, "name_en": en} for code, (zh, en) in named.items()}

    def check(self, frame: pl.DataFrame, job: Job, known: None) -> Checked:  # noqa: ARG002
        place = located(frame, system=job.crs, has_shapes=True)
        is_blank = pl.Series(shapely.is_missing(place.shapes)) & ~frame["row"].is_in(place.faults["row"].to_list())
        kind = in_our_words(frame, job.mapping, "kind")
        width = in_our_words(frame, job.mapping, "width_m").cast(pl.Float32, strict=False)
        params = {"known": ", ".join(LAYER_KINDS)}
        nothing = pl.lit(None, pl.String)
        found = together(
            [
                *missing(frame, ["kind"]),
                place.faults,
                fault_rows(frame, pl.lit(is_blank), fault="missing_value", column="geometry", value=nothing),
                fault_rows(frame, pl.lit(~kind.is_in(LAYER_KINDS)), fault="unknown_kind", column="kind", params=params),
                fault_rows(
                    frame,
                    pl.lit(frame["width_m"].is_not_null() & (width.is_null() | (width < 0))),
                    fault="bad_number",
                    column="width_m",
                ),
            ]
        )
        records = frame.select(
            pl.col("row").alias("row_number"),
            pl.lit(None, pl.String).alias("decides"),
            pl.lit(None, pl.String).alias("notes"),
            pl.lit(value=False).alias("is_repaired"),
            pl.lit(value=False).alias("is_outside"),
            pl.lit(kind).alias("kind"),
            _layer(job, kind).alias("layer_code"),
            "name",
            pl.lit(width).alias("width_m"),
            pl.lit(hex_ewkb(place.shapes)).alias("geom"),
            *received(place),
        )
        told = [
            pl.col(name).cast(pl.String).fill_null("") for name in ("kind", "layer_code", "name", "width_m", "geom")
        ]
        contents = records.select(pl.concat_str(told, separator="\x1f")).to_series()
        keys = [hashlib.sha256(content.encode()).hexdigest() for content in contents.fill_null("")]
        keyed = records.with_columns(pl.Series("natural_key", keys, dtype=pl.String))
        return Checked(records=keyed.filter(~pl.col("row_number").is_in(found["row"].to_list())), faults=found)

    def write(self, landing: Landing, job: Job, known: None) -> int:  # noqa: ARG002
        refuse_wrong_datum_of_layer(landing, job)
        file = {"source_id": job.source_id, "file_name": hidden(job.request.name)}
        landing.run("load/layers/fate", **file)
        landing.run("load/layers/remove", **file)
        return landing.run("load/layers/insert", source_id=job.source_id, load_id=job.load_id)


def _layer(job: Job, kind: pl.Series) -> pl.Expr:
    """The set of shapes that each row is of; a partition that names none is of the file's, else nobody could see it."""
    own = pl.when(pl.lit(kind == "partition")).then(pl.lit(job.request.stem))
    return pl.coalesce(pl.col("layer"), own)


DATASETS = (Layers(),)
