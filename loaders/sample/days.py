"""Months and wall-clock seconds: the calendar arithmetic of the sample street.

Guards one invariant: times are local, and Asia/Shanghai has known no clock change since 1991.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta

DAY_S = 86_400


def local_seconds(moment: datetime) -> int:
    """A naive local time as seconds since 1970 on the same wall clock."""
    return int((moment - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001 - a wall clock has no zone


def days_of(month: date) -> list[date]:
    """All days of the month that begins on `month`."""
    return [month + timedelta(days=offset) for offset in range(monthrange(month.year, month.month)[1])]


def months(first: date, last: date) -> Iterator[date]:
    """The first days of the months from that of `first` to that of `last`."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def months_before(day: date, count: int) -> date:
    """The same day of the month `count` months earlier, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
