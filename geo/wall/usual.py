"""What is usual on the wall at this hour of this weekday: the same stretch of the days of the last eight weeks.

Invariant: a day counts only if the sources that cover today cover it too; it holds for one hour and one scope.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from geo.store import Store, rows
from geo.viewer import Clock, Viewer

WEEKS = 8
HOUR = timedelta(hours=1)
Key = tuple[str, str]
"""An area as (level, code); ("site", "") is all that the viewer sees, private categories from 5 on."""


@dataclass(frozen=True, slots=True)
class Day:
    """One earlier day with the same weekday: what was counted up to the hour (`_0`) and up to the next one (`_1`).

    Reports by area: `before` since midnight, `within` the hour, and of the three hours before this one `oldest` in the
    first, `older` in the other two. `in_time` of `arrivals` of urgent cases by the end of the hour (None under 10).
    """

    day: date
    before: Mapping[Key, int]
    within: Mapping[Key, int]
    oldest: Mapping[Key, int]
    older: Mapping[Key, int]
    open_0: int
    open_1: int
    overdue_0: int
    overdue_1: int
    in_time: int | None
    arrivals: int

    def reports(self, key: Key, *, passed: float) -> float:
        """Reports of the area since midnight when the share `passed` of the hour had gone by."""
        return self.before.get(key, 0) + self.within.get(key, 0) * passed

    def lately(self, key: Key, *, passed: float) -> float:
        """Reports of the area in the three hours up to then."""
        return self.oldest.get(key, 0) * (1 - passed) + self.older.get(key, 0) + self.within.get(key, 0) * passed

    def open(self, *, passed: float) -> float:
        """Open cases then."""
        return self.open_0 + (self.open_1 - self.open_0) * passed

    def overdue(self, *, passed: float) -> float:
        """Overdue cases then."""
        return self.overdue_0 + (self.overdue_1 - self.overdue_0) * passed

    @property
    def share(self) -> float | None:
        """The share on scene within ten minutes; None under ten arrivals."""
        return None if self.in_time is None else self.in_time / self.arrivals


@dataclass(frozen=True, slots=True)
class Usual:
    """The comparable days of the last eight weeks, the oldest first, for the hour that begins at `hour`.

    `is_covered`: a source of incidents covers today. `households` by area, where five or more are known.
    """

    hour: datetime
    days: tuple[Day, ...]
    is_covered: bool
    households: Mapping[Key, int]


def usual(store: Store, viewer: Viewer, hour: datetime) -> Usual:
    """What is usual in the hour that begins at `hour` (in the site's time zone); raises StoreUnavailable."""
    zone = cast("ZoneInfo", hour.tzinfo)
    asked = [hour.date() - timedelta(weeks=week) for week in range(WEEKS, 0, -1)]
    with store.showing(viewer, Clock(hour)) as connection:
        covered = {
            row["day"]: row["is_covered"]
            for row in rows(connection, "wall/covered", today=hour.date(), days=[*asked, hour.date()])
        }
        days = [day for day in asked if covered.get(day)]
        hours = [_at(day, hour, zone) for day in days]
        starts = [start for day, at in zip(days, hours, strict=True) for start in _starts(day, at, zone)]
        ends = [end for at in hours for end in (at, at + HOUR, at - 2 * HOUR, at)]
        counted = _by_window(rows(connection, "wall/reported", starts=starts, ends=ends)) if days else {}
        opened = rows(connection, "wall/open", moments=[at + step for at in hours for step in (timedelta(0), HOUR)])
        kept = {
            row["window_no"]: row
            for row in rows(
                connection,
                "wall/promises",
                starts=[_midnight(day, zone) for day in days],
                ends=[at + HOUR for at in hours],
            )
        }
        households = {(row["level"], row["code"]): row["households"] for row in rows(connection, "wall/households")}
    found = tuple(
        _day(
            day,
            [counted.get(4 * no + part, {}) for part in (1, 2, 3, 4)],
            opened[2 * no : 2 * no + 2],
            kept.get(no + 1),
        )
        for no, day in enumerate(days)
    )
    return Usual(hour, found, bool(covered.get(hour.date())), households)


def total(row: Mapping[str, Any] | None) -> int:
    """The cases of a row of all that the viewer sees, with those of private categories from five on."""
    return row["n"] + (row["n_private"] or 0) if row else 0


def _at(day: date, hour: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour.hour), zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone)


def _starts(day: date, at: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    return _midnight(day, zone), at, at - 3 * HOUR, at - 2 * HOUR


def _by_window(found: list[dict[str, Any]]) -> dict[int, dict[Key, int]]:
    by_window: dict[int, dict[Key, int]] = {}
    for row in found:
        by_window.setdefault(row["window_no"], {})[row["level"], row["code"]] = total(row)
    return by_window


def _day(day: date, reports: list[dict[Key, int]], opened: list[dict[str, Any]], promise: dict[str, Any] | None) -> Day:
    first, second = ((row["n_open"] + (row["n_private"] or 0), row["n_overdue"]) for row in opened)
    before, within, oldest, older = reports
    return Day(
        day,
        before,
        within,
        oldest,
        older,
        open_0=first[0],
        open_1=second[0],
        overdue_0=first[1],
        overdue_1=second[1],
        in_time=promise["numerator"] if promise else None,
        arrivals=promise["denominator"] if promise else 0,
    )
