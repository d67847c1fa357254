"""Windows of days in the site's zone, and how a window is cut into buckets for a trend.

Invariant: every window is half-open [start, end) and begins and ends at midnight of the site's zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
"""Days that people may ask for; the weeks and the years before can still be counted from there."""
Bucket = Literal["day", "week", "month"]


@dataclass(frozen=True, slots=True)
class Window:
    """Half-open days [start, end) in the site's zone."""

    start: date
    end: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a window needs a day: {self.start} is not before {self.end}")

    @property
    def starts(self) -> datetime:
        """The first moment of the window."""
        return datetime.combine(self.start, time.min, self.zone)

    @property
    def ends(self) -> datetime:
        """The first moment after the window."""
        return datetime.combine(self.end, time.min, self.zone)

    @property
    def is_month(self) -> bool:
        """Whether the window is one whole month of the calendar."""
        return self.start.day == 1 and self.end == _next_border(self.start, "month")

    def before(self) -> "Window":
        """As many days before this window."""
        return Window(self.start - (self.end - self.start), self.start, self.zone)


def buckets(window: Window, *, by: Bucket) -> tuple[Window, ...]:
    """`window` cut at day, ISO week or month borders; the first and the last bucket may be parts."""
    found: list[Window] = []
    start = window.start
    while start < window.end:
        end = min(_next_border(start, by), window.end)
        found.append(Window(start, end, window.zone))
        start = end
    return tuple(found)


def _next_border(day: date, by: Bucket) -> date:
    if by == "day":
        return day + timedelta(days=1)
    if by == "week":
        return day + timedelta(days=7 - day.weekday())
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
