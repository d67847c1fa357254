"""Bare numbers that are times: serial days of a workbook among written days, and seconds since 1970.

Invariant: a number is a time only where its column, or the sender's mapping, leaves no doubt which one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import polars as pl

from config.mapping import EPOCHS
from loaders.times.columns import Local, matches

NEAR = timedelta(days=366)
"""How far a serial day may lie from the middle half of the written days of its column and still be one of them."""
EXCEL_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001 - local days
"""Day 0 of a workbook's serial numbers, by its setting."""

_EPOCH_US = {"epoch_s": (r"^\d{9,10}$", 1_000_000), "epoch_ms": (r"^\d{12,13}$", 1_000)}


def add_serials(local: Local, unread: pl.Series) -> None:
    """A serial number in a column of written days is one of them, if exactly one of the two epochs puts it there."""
    serial = unread.set(~matches(unread, r"^\d{5}(?:\.\d+)?$"), None).cast(pl.Float64, strict=False)
    written = local.at.drop_nulls()
    count = len(serial) - serial.null_count()
    if not count or count > len(written):
        return
    first, last = written.sort()[len(written) // 4], written.sort()[len(written) * 3 // 4]
    near = []
    for epoch in EXCEL_EPOCHS:
        span = (serial * 86_400).round().cast(pl.Int64) * 1_000_000
        at = (span + pl.Series([epoch], dtype=pl.Datetime("us")).dt.epoch("us")[0]).cast(pl.Datetime("us"))
        near.append(at.set(~at.is_between(first - NEAR, last + NEAR).fill_null(value=False), None))
    is_one = near[0].is_null() != near[1].is_null()
    found = near[0].zip_with(near[0].is_not_null(), near[1]).set(~is_one, None)
    local.is_serial = found.is_not_null()
    local.is_day = local.is_day | (local.is_serial & (serial == serial.floor())).fill_null(value=False)
    local.at = local.at.zip_with(~local.is_serial, found)


def with_epochs(at: pl.Series, plain: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Seconds or milliseconds since 1970 UTC, where the mapping says that numbers are those."""
    for form in formats:
        if form in EPOCHS:
            pattern, factor = _EPOCH_US[form]
            number = plain.set(~matches(plain, pattern), None).cast(pl.Int64, strict=False) * factor
            at = at.zip_with(at.is_not_null(), number.cast(pl.Datetime("us", "UTC")))
    return at
