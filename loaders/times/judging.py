"""Faults of what is no time, and instants that cannot be true.

Invariant: a text that can be read in two ways is told apart from one that cannot be read at all.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from loaders.faults import fault_rows
from loaders.times.columns import matches
from loaders.times.written import declared, tidied

FIRST_YEAR, LAST_YEAR = 1990, 2098
"""What happened outside these years is a slip of the pen."""
FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""

_DAY_OR_MONTH_FIRST = r"^\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{2,4}(?:\D.*)?$"
_SHORT_YEAR = r"^'?\d{2}\s*年\s*\d{1,2}\s*月.*$"
_NO_YEAR = r"^(?:\d{1,2}\s*月\s*\d{1,2}\s*[日号]?|\d{1,2}[-/.]\d{1,2}|\d{1,2}:\d{2})(?:\D.*)?$"
_BARE_NUMBER = r"^\d+(?:\.\d+)?$"


def bad_times(frame: pl.DataFrame, name: str, is_bad: pl.Series, formats: Sequence[str] = ()) -> list[pl.DataFrame]:
    """The faults of what is no time: `ambiguous_time` where it could be two days, else `bad_time` with its hint.

    Where the mapping says how the sender writes (`formats`), nothing can be read in two ways.
    """
    if not is_bad.any():
        return []
    plain = tidied(frame[name].set(~is_bad, None))
    is_open = matches(plain, _DAY_OR_MONTH_FIRST) | matches(plain, _SHORT_YEAR)
    is_yearless = matches(plain, _NO_YEAR) & ~is_open
    is_open = is_open & (not declared(formats))
    is_number = matches(plain, _BARE_NUMBER) & ~is_yearless
    told: list[tuple[pl.Series, str, Mapping[str, object]]] = [
        (is_bad & is_open, "ambiguous_time", {}),
        (is_bad & is_yearless, "bad_time", {"case": "no_year"}),
        (is_bad & is_number, "bad_time", {"case": "number"}),
        (is_bad & ~is_open & ~is_yearless & ~is_number, "bad_time", {}),
    ]
    return [fault_rows(frame, where, fault=fault, column=name, params=params) for where, fault, params in told]


def are_possible(at: pl.DataFrame, now: datetime) -> set[str]:
    """The columns of instants (UTC) that hold none of which `future` or `unlikely_years` is true."""
    first, end = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC), min(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC), now)
    return {
        name
        for name, least, most in zip(
            at.columns, at.select(pl.all().min()).row(0), at.select(pl.all().max()).row(0), strict=True
        )
        if least is None or (least >= first and most < end)
    }


def future(at: pl.Series, now: datetime) -> pl.Series:
    """True for instants (UTC) that the clock has not reached, a sender's clock being allowed FUTURE_TOLERANCE."""
    return (at > (now + FUTURE_TOLERANCE).astimezone(ZoneInfo("UTC"))).fill_null(value=False)


def future_days(days: pl.Series, now: datetime) -> pl.Series:
    """True for days after today; `now` is in the site's time zone."""
    return (days > (now + FUTURE_TOLERANCE).date()).fill_null(value=False)


def unlikely_years(at: pl.Series) -> pl.Series:
    """True for what happened outside FIRST_YEAR … LAST_YEAR."""
    first, end = (datetime(year, 1, 1, tzinfo=UTC) for year in (FIRST_YEAR, LAST_YEAR + 1))
    return ((at < first) | (at >= end)).fill_null(value=False)
