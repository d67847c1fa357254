"""Checked incident records as rows of core.incident and core.incident_revision, for COPY straight into them.

Invariant: the rows are those that geo/sql/load/incidents/bulk/insert.sql and bulk/revisions.sql make of staged records.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl
import pyarrow as pa

from geo import crs

STATED = (
    "channel", "agency_responsible", "status", "placed_by", "declared_area_code", "street_id", "community_id",
    "grid_id", "microgrid_id", "reported_at", "reported_on", "registered_at", "accepted_at", "dispatched_at",
    "arrived_at", "handled_at", "followed_up_at", "duplicate_of_code", "reporter_ref", "is_solved",
    "satisfaction_score", "content_hash", "decides",
)  # fmt: skip
"""Columns of the head as they are staged."""
SAID = (
    "reported_at", "registered_at", "accepted_at", "dispatched_at", "arrived_at", "handled_at", "first_closed_at",
    "reopened_at", "closed_at", "followed_up_at", "suspended_at", "resumed_at", "extended_to", "duplicate_of_code",
    "is_solved", "satisfaction_score",
)  # fmt: skip
"""Columns of the revision as they are staged."""
IS_VOID = (pl.col("status") == "voided").alias("is_void")
IS_DUPLICATE = ((pl.col("status") == "duplicate") | pl.col("duplicate_of_code").is_not_null()).alias("is_duplicate")

EWKB_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")])
POINT_WITH_SRID = 0x2000_0001


@dataclass(frozen=True)
class Filling:
    """What every row of a first bulk load shares; `categories`: code → category_id."""

    first_id: int
    source_id: int
    load_id: int
    recorded_at: datetime
    categories: dict[str, int]

    @property
    def _ids(self) -> pl.Expr:
        return (pl.lit(self.first_id) + pl.col("row_number").cast(pl.Int64)).alias("incident_id")

    def heads(self, records: pl.DataFrame) -> pl.DataFrame:
        """The rows of core.incident."""
        category = pl.col("category").replace_strict(self.categories, return_dtype=pl.Int32)
        last_close = pl.when(pl.col("reopened_at").is_null()).then(pl.coalesce("closed_at", "first_closed_at"))
        closed_at = last_close.when(pl.col("closed_at") >= pl.col("reopened_at")).then(pl.col("closed_at"))
        raw = [pl.col("raw").str.decode("hex").alias("raw_geom")] if "raw" in records.columns else []
        return records.select(
            self._ids,
            pl.lit(self.source_id).alias("source_id"),
            pl.col("natural_key").alias("incident_code"),
            category.alias("category_id"),
            pl.lit(ewkb_points(records["lon"], records["lat"])).alias("geom"),
            *raw,
            *STATED,
            closed_at.alias("closed_at"),
            pl.coalesce("extended_to", "due_at").alias("due_at"),
            _listed(records["day_precision"]),
            IS_VOID,
            IS_DUPLICATE,
            pl.any_horizontal(pl.col("reopened_at", "suspended_at", "extended_to").is_not_null()).alias("has_history"),
            pl.lit(self.load_id).alias("load_id"),
        )

    def revisions(self, records: pl.DataFrame) -> pl.DataFrame:
        """The rows of core.incident_revision."""
        return records.select(
            self._ids,
            pl.lit(self.load_id).alias("load_id"),
            pl.lit(self.recorded_at).dt.cast_time_unit("us").dt.convert_time_zone("UTC").alias("recorded_at"),
            *SAID,
            pl.when(pl.col("extended_to").is_not_null()).then(pl.col("due_at")).alias("was_due_at"),
            IS_VOID,
            IS_DUPLICATE,
        )


def _listed(told: pl.Series) -> pl.Expr:
    """Words parted by commas as a list; an empty one for null."""
    none = pl.lit([], dtype=pl.List(pl.String)).alias(told.name)
    return none if told.null_count() == len(told) else pl.coalesce(pl.col(told.name).str.split(","), none)


def ewkb_points(lon: pl.Series, lat: pl.Series) -> pl.Series:
    """Points (degrees, EPSG:4326) as EWKB; null where a coordinate is."""
    coded = np.empty(len(lon), dtype=EWKB_POINT)
    coded["order"], coded["kind"], coded["srid"] = 1, POINT_WITH_SRID, crs.STORE_EPSG
    coded["x"], coded["y"] = (degrees.fill_null(np.nan).to_numpy() for degrees in (lon, lat))
    fixed = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(EWKB_POINT.itemsize), len(coded), [None, pa.py_buffer(coded.tobytes())]
    )
    points = pl.Series("geom", pl.from_arrow(fixed.cast(pa.large_binary())))
    return points.set(lon.is_null() | lat.is_null(), None)
