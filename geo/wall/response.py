"""What the wall says of response times, asked with its own login: lengths of stages, arrivals, the promise by day.

Invariant: lengths and counts alone; no case is named, and categories that are private are in none of the lengths.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from geo.store import Store, rows
from geo.viewer import Clock, Viewer
from geo.windows import Window

URGENT, GENERAL = "urgent", "general"


@dataclass(frozen=True, slots=True)
class StageLength:
    """How long one stage of one class of response took in one window (by number, from 0): n lengths in whole seconds.

    `seconds` holds each of them where they are few (at most 500).
    """

    window_no: int
    response_class: str
    stage: str
    n: int
    p50_s: int
    p90_s: int
    seconds: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Promise:
    """The urgent arrivals of one window, `in_time` of them within ten minutes of the report (None under 10 arrivals).

    `is_told`: whether any source tells of arrivals.
    """

    in_time: int | None
    arrivals: int
    is_told: bool

    @property
    def share(self) -> float | None:
        """The share within ten minutes; None under 10 arrivals."""
        return None if self.in_time is None or not self.arrivals else self.in_time / self.arrivals


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The whole seconds from report to arrival of the urgent cases of one community, in order; code None: outside."""

    code: str | None
    seconds: tuple[int, ...]

    def within(self, limit_s: int) -> int:
        """How many came within so many seconds."""
        return sum(1 for each in self.seconds if each <= limit_s)


def stages(store: Store, viewer: Viewer, clock: Clock, *, windows: Sequence[Window]) -> tuple[StageLength, ...]:
    """The lengths of every stage in every window; nothing without the right. Raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/stages", **_ends(windows))
    return tuple(
        StageLength(
            window_no=row["window_no"] - 1,
            response_class=row["response_class"],
            stage=row["stage"],
            n=row["n"],
            p50_s=row["p50_s"],
            p90_s=row["p90_s"],
            seconds=None if row["seconds"] is None else tuple(sorted(row["seconds"])),
        )
        for row in found
    )


def promises(store: Store, viewer: Viewer, clock: Clock, *, windows: Sequence[Window]) -> tuple[Promise, ...]:
    """The promise in each window, in their order; nothing without the right. Raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/promise_by_window", **_ends(windows))
    return tuple(Promise(row["numerator"], row["denominator"], row["is_covered"]) for row in found)


def arrivals(store: Store, viewer: Viewer, clock: Clock, *, window: Window) -> tuple[Arrivals, ...]:
    """The arrivals of every community that has some, by code; nothing without the right. Raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/arrivals", starts=window.starts, ends=window.ends)
    told = (Arrivals(row["community_code"], tuple(sorted(row["seconds"]))) for row in found)
    return tuple(sorted(told, key=lambda one: one.code or ""))


def _ends(windows: Sequence[Window]) -> dict[str, list[object]]:
    return {"starts": [each.starts for each in windows], "ends": [each.ends for each in windows]}
