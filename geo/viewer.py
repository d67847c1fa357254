"""Who is looking and when: the two things without which no query answers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from geo.errors import ClockError

SITE = "site"
AREA = "area"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is looking.

    `level` is `site` (sees everything) or `area` (sees `area_ids` and all below them). An `area` viewer
    without areas sees nothing: an empty scope is nobody's scope, never everybody's.
    """

    name: str
    role: str
    level: str = AREA
    area_ids: frozenset[int] = frozenset()

    @property
    def scope(self) -> str:
        """The part of a cache key that keeps one viewer's rows from another's."""
        return SITE if self.level == SITE else ",".join(str(area_id) for area_id in sorted(self.area_ids))


@dataclass(frozen=True, slots=True)
class Clock:
    """The one moment a transaction stands at; events after `at` do not exist in any figure."""

    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"a clock needs a time zone: {self.at.isoformat()}")


def is_clock_set(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether `COCKPIT_NOW` fixes the clock of this program."""
    return bool(environ.get("COCKPIT_NOW"))


def current_clock(environ: Mapping[str, str] = os.environ) -> Clock:
    """The clock of this moment: `COCKPIT_NOW` (ISO 8601 with offset) if set, else the machine's.

    Called once a command or page run and passed down; raises ClockError for a `COCKPIT_NOW` that is no moment.
    What shows figures asks geo.replay instead, which follows a replay too.
    """
    told = environ.get("COCKPIT_NOW")
    if not told:
        return Clock(datetime.now(UTC))
    try:
        clock = Clock(datetime.fromisoformat(told))
        clock.at.astimezone(UTC)
        return clock
    except (ValueError, OverflowError) as error:
        raise ClockError(
            f"COCKPIT_NOW={told!r} is no moment with a time zone, such as 2026-11-20T14:32:00+08:00"
        ) from error


LEADER = Viewer(name="leader", role="leader", level=SITE)
"""The built-in leader of the whole site, until accounts come."""

OPERATOR = Viewer(name="operator", role="operator", level=SITE)
"""The viewer of the command line: whoever may log in to the machine; what it reads is audited."""
