"""From what the clock on the wall showed to instants in UTC, and the offsets that times carry themselves.

Invariant: of two instants at which the clock showed the same the earlier is taken, and told; what it never showed is no
instant.
"""

from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from loaders.times.columns import never, years

ZONE_MARKER = r"\d[ ]?(Z|[+-]\d{2}:?\d{2})$"
LONGEST_OFFSET_H = 14
"""No clock on earth is further from UTC (Kiribati)."""


def placed(local: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    """The instants (UTC), of those that the clock showed twice the earlier, and which these are."""
    if local.null_count() < len(local):
        steady = steady_offset(zone, *years(local))
        if steady is not None:
            return (local - steady).dt.replace_time_zone("UTC"), never(len(local))
    try:
        return _in_zone(local, zone, "raise"), never(len(local))
    except pl.exceptions.ComputeError:
        earliest = _in_zone(local, zone, "earliest")
        return earliest, (earliest != _in_zone(local, zone, "latest")).fill_null(value=False)


@lru_cache
def steady_offset(zone: str, first_year: int, last_year: int) -> timedelta | None:
    """The offset of the zone from UTC if its clocks did not change in these years, a day around them included."""
    if first_year <= MINYEAR or last_year >= MAXYEAR:
        return None
    first, last = datetime(first_year, 1, 1) - timedelta(days=1), datetime(last_year + 1, 1, 2)  # noqa: DTZ001
    days = (first + timedelta(days=day) for day in range((last - first).days + 1))
    offsets = {day.replace(tzinfo=ZoneInfo(zone)).utcoffset() for day in days}
    return offsets.pop() if len(offsets) == 1 else None


def _in_zone(local: pl.Series, zone: str, choice: str) -> pl.Series:
    placed = local.dt.replace_time_zone(zone, ambiguous=choice, non_existent="null")  # type: ignore[arg-type]
    return placed.dt.convert_time_zone("UTC")


def is_offset(marker: pl.Series) -> pl.Series:
    """False where a marker names an offset that no clock has, such as +25:00."""
    hours, minutes = (part.cast(pl.Int64, strict=False) for part in (marker.str.slice(1, 2), marker.str.tail(2)))
    possible = (hours * 60 + minutes <= LONGEST_OFFSET_H * 60) & (minutes < 60)
    return possible.fill_null(value=True)


def offset(marker: pl.Series) -> pl.Series:
    """The offsets (Duration µs, east of Greenwich positive) that markers such as Z, +08:00 name; null for none."""
    digits = marker.str.replace("Z", "+0000").str.replace(":", "")
    minutes = digits.str.slice(1, 2).cast(pl.Int64) * 60 + digits.str.slice(3, 2).cast(pl.Int64)
    signed = minutes.zip_with(digits.str.starts_with("+").fill_null(value=True), -minutes)
    return (signed * 60_000_000).cast(pl.Duration("us"))
