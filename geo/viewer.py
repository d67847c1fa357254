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

    `role` decides what may be seen (config/rights.toml), `level` where: `site` (everywhere) or `area` (`area_ids` and
    all below them). An `area` viewer without areas sees nothing: an empty scope is nobody's scope, never everybody's.
    `account_id` and `address` (whence) say who it is for the audit trail; they change nothing of what is seen.
    """

    name: str
    role: str
    level: str = AREA
    area_ids: frozenset[int] = frozenset()
    account_id: int | None = None
    address: str = ""

    @property
    def scope(self) -> str:
        """The part of a cache key that keeps one viewer's rows from another's."""
        return SITE if self.level == SITE else ",".join(str(area_id) for area_id in sorted(self.area_ids))

    @property
    def unnamed(self) -> "Viewer":
        """The same role and areas without the person: what is kept is kept for all who may see the same."""
        return Viewer(name=self.role, role=self.role, level=self.level, area_ids=self.area_ids)


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
"""A leader of the whole site."""

OPERATOR = Viewer(name="operator", role="operator", level=SITE)
"""The viewer of the command line: whoever may log in to the machine; what it reads is audited."""

PROGRAM = Viewer(name="program", role="program")
"""The program itself, asking whether the store answers: no role has fewer rights, no row of any area is seen."""

NOBODY = Viewer(name="", role="", level="")
"""Who did not sign in: every scoped table has 0 rows."""
