"""Writes typed values (of a workbook's cells, of a feature's attributes) as the text that people see.

Invariant: a whole number has no decimal point, a number no digits that nobody entered, a day no hour; a value that is
not there stays none.
"""

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal

import polars as pl

DIGITS = 15
"""What a spreadsheet keeps of a number; digits behind these are noise of the binary form."""
LONGEST_EXPONENT = 20
EXACT_WHOLE = 2**53

Value = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta


def cell_text(value: Value) -> str:
    """A cell of a workbook as text; an empty cell is the empty text. An instant at midnight is a day, as it is kept."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, dt.timedelta):
        return _span_text(value)
    return value.isoformat(" ") if isinstance(value, dt.datetime) else value.isoformat()


def column_text(values: Sequence[Value]) -> pl.Series:
    """Cells of one column as text; those that are text already, the most, cost nothing."""
    if all(type(value) is str for value in values):
        return pl.Series(values, dtype=pl.String)
    return pl.Series([cell_text(value) for value in values], dtype=pl.String)


def number_text(value: float) -> str:
    """A number as it was entered: 1 for 1.0, 0.3 for 0.30000000000000004, without an exponent where that is short.

    A whole number of more than DIGITS digits has lost its last ones: it keeps its exponent, and no id is made of it.
    """
    if isinstance(value, int):
        return str(value)
    short = f"{value:.{DIGITS}g}"
    if "e" not in short:
        return short
    if abs(value) >= 10**DIGITS:
        return short.upper()
    exponent = int(short.partition("e")[2])
    return f"{Decimal(short):f}" if abs(exponent) <= LONGEST_EXPONENT else short


def _span_text(span: dt.timedelta) -> str:
    """A length of time (a cell like [h]:mm) as hours:minutes:seconds."""
    seconds = round(span.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def series_text(values: pl.Series) -> pl.Series:
    """A column of attributes as text; null stays null."""
    kind = values.dtype
    if kind == pl.String:
        return values
    if kind.is_float():
        is_whole = (values == values.floor()) & (values.abs() < EXACT_WHOLE)
        whole = values.set(~is_whole.fill_null(value=False), None).cast(pl.Int64, strict=False).cast(pl.String)
        return whole.zip_with(whole.is_not_null(), values.cast(pl.String))
    if isinstance(kind, pl.Datetime):
        marker = "%:z" if kind.time_zone else ""
        return values.dt.strftime(f"%Y-%m-%d %H:%M:%S%.f{marker}")
    if kind == pl.Binary:
        return values.bin.encode("hex")
    return _nested_text(values) if kind.is_nested() else values.cast(pl.String)


def _nested_text(values: pl.Series) -> pl.Series:
    """A plain list as its items; what is nested deeper as JSON."""
    kind = values.dtype
    if isinstance(kind, pl.List) and not kind.inner.is_nested():
        return values.cast(pl.List(pl.String)).list.join(", ", ignore_nulls=True)
    told = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values]
    return pl.Series(values.name, told, dtype=pl.String)
