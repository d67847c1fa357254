"""Which alarms stand on a wall: those that last, and for some seconds those whose end this wall has seen.

Invariant: pure; an alarm that this wall never showed is not shown when it has ended, and no end is shown twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from geo.wall.alarms import Alarm

COLUMNS = 2
"""So many share a screen."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What a wall shows: `alarms` by age, ended ones among them; `ends`: until when (of the room) each end is shown.

    `room`: how many have room on its screens.
    """

    alarms: tuple[Alarm, ...]
    ends: Mapping[str, datetime] = field(default_factory=dict)
    room: int = COLUMNS

    @property
    def shown(self) -> tuple[Alarm, ...]:
        """Those that are on the screen."""
        return self.alarms[: self.room]

    @property
    def others(self) -> tuple[Alarm, ...]:
        """Those that last and have no room on it."""
        return tuple(alarm for alarm in self.alarms[self.room :] if alarm.ended_at is None)


def turn(
    found: tuple[Alarm, ...], last: Raised | None, *, at: datetime, stays: timedelta, room: int = COLUMNS
) -> Raised | None:
    """What a wall that showed `last` shows at the moment `at` (of the room); None: no alarm, the scenes go on."""
    seen = {alarm.key for alarm in last.shown} if last else set()
    known = last.ends if last else {}
    ends = {
        alarm.key: known.get(alarm.key, at + stays)
        for alarm in found
        if alarm.ended_at is not None and (alarm.key in seen or alarm.key in known)
    }
    shown = [alarm for alarm in found if alarm.ended_at is None or ends.get(alarm.key, at) > at]
    if not shown:
        return None
    return Raised(tuple(sorted(shown, key=lambda alarm: (alarm.reported_at, alarm.key))), ends, room)


def kept(last: Raised | None, *, since: datetime) -> Raised | None:
    """What stays of `last` while the store is away: alarms reported after `since`; nobody can say that they ended."""
    if last is None:
        return None
    still = tuple(alarm for alarm in last.alarms if alarm.ended_at is None and alarm.reported_at > since)
    return Raised(still, last.ends, last.room) if still else None
