"""Deadlines by category, where a source sends none: the limits of `categories.toml` from the report, by their clocks.

Invariant: the same moments as config.clocks.Calendar.deadline, for whole columns; where the calendar does not know a
day, or the report is a bare date, there is no deadline.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from config.calendars import calendar
from config.categories import categories
from config.clocks import Calendar, Limit
from config.mapping import BY_CATEGORY
from config.mapping import Mapping as FileMapping

Micros = NDArray[np.int64]
"""µs since 1970 UTC, or a length in µs."""
HOUR_US = 3_600_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Deadlines:
    """The limits by category's code, and the calendar by which working time runs."""

    limits: Mapping[str, Limit]
    calendar: Calendar

    def fingerprint(self) -> str:
        """Another text, other deadlines of the same rows."""
        return f"{sorted(self.limits.items())} {self.calendar.digest}"

    def completed(self, due: pl.Series, *, reported: pl.Series, category: pl.Series, is_day: pl.Series) -> pl.Series:
        """`due` with a deadline in place of each null whose category has a limit; stamps are Datetime (µs, UTC)."""
        lacks = due.is_null() & reported.is_not_null() & ~is_day
        found = due
        for code, limit in self.limits.items():
            where = (lacks & (category == code)).arg_true()
            if len(where):
                found = found.scatter(where, self._after(reported.gather(where).dt.epoch("us").to_numpy(), limit))
        return found

    def _after(self, start: Micros, limit: Limit) -> pl.Series:
        """The moment at which the limit has passed since each start, null where the calendar does not know it."""
        if limit.clock != "work":
            time = limit.amount * HOUR_US * (24 if limit.unit == "days" else 1)
            return _moments(start + time, np.ones(len(start), dtype=bool))
        if self.calendar.bounds is None:
            return _moments(start, np.zeros(len(start), dtype=bool))
        starts, ends, before = self._spans
        first, last = _micros(self.calendar.bounds)
        place = np.searchsorted(starts, start, side="right") - 1
        reading = np.where(place < 0, 0, before[place] + np.minimum(start, ends[place]) - starts[place])
        wanted = reading + self._times(start, limit)
        place = np.searchsorted(before + ends - starts, wanted, side="left")
        is_known = (start >= first) & (start < last) & (place < len(starts))
        place = np.minimum(place, len(starts) - 1)
        return _moments(starts[place] + wanted - before[place], is_known)

    def _times(self, start: Micros, limit: Limit) -> Micros:
        """How much office time the limit is: a working day is one of the day of the start."""
        if limit.unit != "work_days":
            return np.full(len(start), limit.amount * HOUR_US)
        offices = self.calendar.offices
        since = _micros(self.calendar.moment(office.since) for office in offices)
        lengths = np.array([office.time // timedelta(microseconds=1) for office in offices], dtype=np.int64)
        return limit.amount * lengths[np.maximum(np.searchsorted(since, start, side="right") - 1, 0)]

    @cached_property
    def _spans(self) -> tuple[Micros, Micros, Micros]:
        """Start, end, and the office time before each span."""
        spans = self.calendar.spans
        starts, ends = _micros(span.starts for span in spans), _micros(span.ends for span in spans)
        return starts, ends, np.concatenate([[0], np.cumsum(ends - starts)[:-1]])


def deadlines_of(mapping: FileMapping | None) -> Deadlines | None:
    """The deadlines that a source without its own gets; None where its mapping does not ask for them."""
    if mapping is None or mapping.extra.get("deadlines") != BY_CATEGORY:
        return None
    return Deadlines({item.code: item.limit for item in categories().all if item.limit is not None}, calendar())


def _micros(moments: Iterable[datetime]) -> Micros:
    return np.array([(moment - EPOCH) // timedelta(microseconds=1) for moment in moments], dtype=np.int64)


def _moments(micros: Micros, is_known: NDArray[np.bool_]) -> pl.Series:
    found = pl.Series(micros).cast(pl.Datetime("us", "UTC"))
    return found.set(pl.Series(~is_known), None)
