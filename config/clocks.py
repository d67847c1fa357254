"""How time is counted: natural (自然), urgent (紧急工作时), office hours (工作时) and working days (工作日).

As the cities' tables of limits (立结案标准) write them: 紧急工作时 run on around the clock, rest days included, like
natural time; 工作时 run in office hours only; a 工作日 is as long as the office hours of the day of the start.
A suspension stops every clock.

Invariant: exact, to the microsecond; a day of which it is not known whether people work has no working time.
"""

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from operator import itemgetter
from typing import Literal
from zoneinfo import ZoneInfo

Clock = Literal["natural", "urgent", "work"]
Pause = tuple[datetime, datetime | None]
"""From when to when a case rested; None: it still rests."""
LIMIT = re.compile(r"([1-9]\d*) (hours|days|urgent_hours|work_hours|work_days)")
DAY, HOUR, NOTHING = timedelta(days=1), timedelta(hours=1), timedelta()
FOREVER = datetime.max.replace(tzinfo=UTC)


class UnknownDayError(LookupError):
    """Working time is asked for over a day of which the calendar does not know whether people work."""


@dataclass(frozen=True, slots=True)
class Office:
    """The office hours of a working day since a day: spans as minutes after midnight, in order, none overlapping."""

    since: date
    spans: tuple[tuple[int, int], ...]

    @property
    def time(self) -> timedelta:
        """How long a working day is."""
        return timedelta(minutes=sum(end - start for start, end in self.spans))


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take: `amount` of `unit` (hours, days, urgent_hours, work_hours, work_days)."""

    amount: int
    unit: str

    @classmethod
    def of(cls, text: str) -> "Limit":
        """The limit written as `4 work_hours`; raises ValueError for anything else."""
        found = LIMIT.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no limit such as '4 work_hours' (hours, days, urgent_hours, work_days)")
        return cls(int(found[1]), found[2])

    @property
    def clock(self) -> Clock:
        """The clock it runs by."""
        return "work" if self.unit.startswith("work") else "urgent" if self.unit == "urgent_hours" else "natural"


@dataclass(frozen=True, slots=True)
class OfficeSpan:
    """One span of office hours in absolute time, and how much of them lies before it."""

    starts: datetime
    ends: datetime
    before: timedelta


@dataclass(frozen=True)
class Calendar:
    """The working calendar of a site; whoever asks it over days that it does not know gets UnknownDayError.

    `first` to `last` are the days it knows (None: it knows none), `workdays` those of them on which people work,
    `offices` the office hours by the day since which they are in force.
    """

    zone: ZoneInfo
    first: date | None
    last: date | None
    workdays: frozenset[date]
    offices: tuple[Office, ...]

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day; raises UnknownDayError."""
        if self.first is None or self.last is None or not self.first <= day <= self.last:
            raise UnknownDayError(day)
        return day in self.workdays

    def office(self, day: date) -> Office:
        """The office hours in force on a day that the calendar knows."""
        return next(each for each in reversed(self.offices) if each.since <= day)

    @cached_property
    def bounds(self) -> tuple[datetime, datetime] | None:
        """The moments from and before which it is known (UTC); None where no day is."""
        if self.first is None or self.last is None:
            return None
        return self.moment(self.first), self.moment(self.last + DAY)

    @cached_property
    def spans(self) -> tuple[OfficeSpan, ...]:
        """Every span of office hours, in order (UTC)."""
        found: list[OfficeSpan] = []
        before = NOTHING
        for day in sorted(self.workdays):
            for start, end in self.office(day).spans:
                starts, ends = self.moment(day, start), self.moment(day, end)
                found.append(OfficeSpan(starts, ends, before))
                before += ends - starts
        return tuple(found)

    @cached_property
    def _starts(self) -> list[datetime]:
        return [span.starts for span in self.spans]

    @cached_property
    def _sums(self) -> list[timedelta]:
        """The office hours up to the end of each span."""
        return [span.before + (span.ends - span.starts) for span in self.spans]

    def moment(self, day: date, minutes: int = 0) -> datetime:
        """So many minutes after midnight by the site's clocks (UTC)."""
        wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
        return wall.replace(tzinfo=self.zone).astimezone(UTC)

    def elapsed(self, start: datetime, end: datetime, clock: Clock, pauses: Iterable[Pause] = ()) -> int:
        """Whole seconds from `start` to `end` by that clock, without the pauses; an open pause lasts to the end.

        Below 0 where the end comes first. Raises UnknownDayError.
        """
        if end < start:
            return -self.elapsed(end, start, clock)
        rests = _merged(pauses, start, end)
        passed = self._passed(start, end, clock)
        return (passed - sum((self._passed(*rest, clock) for rest in rests), NOTHING)) // timedelta(seconds=1)

    def deadline(self, start: datetime, limit: Limit, pauses: Iterable[Pause] = ()) -> datetime | None:
        """The first moment (UTC) at which the limit has passed since `start`, pauses not counted.

        None where a pause that has no end comes before it. Raises UnknownDayError.
        """
        cursor, left = start.astimezone(UTC), self._time(limit, start)
        for begins, ends in _merged(pauses, start, FOREVER):
            passed = self._passed(cursor, begins, limit.clock)
            if passed >= left:
                break
            if ends == FOREVER:
                return None
            left, cursor = left - passed, ends.astimezone(UTC)
        return self._after(cursor, left, limit.clock)

    def _time(self, limit: Limit, start: datetime) -> timedelta:
        if limit.unit != "work_days":
            return limit.amount * (DAY if limit.unit == "days" else HOUR)
        day = start.astimezone(self.zone).date()
        self.is_workday(day)
        return limit.amount * self.office(day).time

    def _passed(self, start: datetime, end: datetime, clock: Clock) -> timedelta:
        if clock != "work":
            return end.astimezone(UTC) - start.astimezone(UTC)
        return self._reading(end) - self._reading(start)

    def _after(self, start: datetime, time: timedelta, clock: Clock) -> datetime:
        """The first moment from `start` on at which `time` has passed."""
        if clock != "work" or time <= NOTHING:
            return start + time
        wanted = self._reading(start) + time
        place = bisect_left(self._sums, wanted)
        if place == len(self.spans):
            raise UnknownDayError(self.last)
        return self.spans[place].starts + (wanted - self.spans[place].before)

    def _reading(self, moment: datetime) -> timedelta:
        """How much office time lies before that moment; raises UnknownDayError."""
        if self.bounds is None or not self.bounds[0] <= moment < self.bounds[1]:
            raise UnknownDayError(moment.astimezone(self.zone).date())
        place = bisect_right(self._starts, moment) - 1
        if place < 0:
            return NOTHING
        span = self.spans[place]
        return span.before + (min(moment.astimezone(UTC), span.ends) - span.starts)

    @cached_property
    def digest(self) -> str:
        """What tells two calendars apart: another digest, other working times."""
        told = [self.zone.key, str(self.first), str(self.last), *sorted(map(str, self.workdays))]
        told += [f"{each.since} {each.spans}" for each in self.offices]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _merged(pauses: Iterable[Pause], start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """The pauses within [start, end] in order, those that touch as one; open ones end at `end`."""
    found: list[tuple[datetime, datetime]] = []
    for begins, told in sorted(pauses, key=itemgetter(0)):
        first, last = max(begins, start), end if told is None else min(told, end)
        if last <= first:
            continue
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found
