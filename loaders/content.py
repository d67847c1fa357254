"""The content of an incident's row as one short text, by which a later file's row is known to say the same.

Invariant: it covers everything the sender said and nothing that the store adds; the same content gives the same text in
every version, since it is compared with what earlier loads wrote (geo/sql/load/units/heads.sql makes the same).
"""

import hashlib

import polars as pl

SEPARATOR = "\u001f"
SAID = (
    "category", "channel", "agency_responsible", "status", "lon", "lat", "declared_area_code",
    "reported_at", "registered_at", "accepted_at", "dispatched_at", "arrived_at", "handled_at",
    "first_closed_at", "reopened_at", "closed_at", "followed_up_at", "due_at", "extended_to",
    "suspended_at", "resumed_at", "day_precision", "duplicate_of_code",
)  # fmt: skip
"""Columns of the staged row in the order of the digest; stamps as µs since 1970 UTC, degrees in their shortest form."""
LATER_SAID = ("reporter_ref", "is_solved", "satisfaction_score")
"""Columns that came later: they stand at the end of the text, and only of a row that says any of them."""


def content_hash(records: pl.DataFrame) -> pl.Series:
    """The MD5 (hex) of each row's SAID columns; `content_hash`."""
    if not records.height:
        return pl.Series("content_hash", [], dtype=pl.String)
    told = [_text(records[name]) for name in SAID]
    text = pl.concat_str(told, separator=SEPARATOR) + _later(records)
    texts = records.select(text.alias("content_hash")).to_series()
    digests = [hashlib.md5(text, usedforsecurity=False).digest() for text in texts.cast(pl.Binary).to_list()]
    return pl.Series("content_hash", digests, dtype=pl.Binary).bin.encode("hex")


def _later(records: pl.DataFrame) -> pl.Expr:
    """What a row says in LATER_SAID, after a separator; nothing of a row that says none of it."""
    if all(records[name].null_count() == records.height for name in LATER_SAID):
        return pl.lit("")
    told = [pl.col(name).cast(pl.String).fill_null("") for name in LATER_SAID]
    is_told = pl.any_horizontal(pl.col(LATER_SAID).is_not_null())
    return pl.when(is_told).then(pl.concat_str(pl.lit(""), *told, separator=SEPARATOR)).otherwise(pl.lit(""))


def _text(values: pl.Series) -> pl.Expr:
    """The column as it stands in the text; nothing for null."""
    if values.null_count() == len(values):
        return pl.lit("")
    column = pl.col(values.name)
    if isinstance(values.dtype, pl.Datetime):
        column = column.dt.epoch("us").cast(pl.String)
    elif values.dtype.is_float():
        column = column.cast(pl.String).str.strip_suffix(".0")
    return column.fill_null("") if values.null_count() else column
