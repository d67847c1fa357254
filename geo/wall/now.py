"""What the wall shows of this moment: open cases without text, person or point, counts, one share, the last stages.

Invariant: all of it is asked in one transaction of the wall's login, so that its numbers belong together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from geo.store import Store, Transaction, rows
from geo.viewer import Clock, Viewer
from geo.wall.shapes import Ground
from geo.wall.usual import Usual, total
from geo.windows import Window

LATELY = timedelta(hours=3)
"""How long a stretch tells where more is reported than usual."""
MOST_STAGES = 6
FEED_BACK = (timedelta(hours=6), timedelta(days=2))
"""How far back the last stages are looked for; further only while there are too few."""


@dataclass(frozen=True, slots=True)
class WallCase:
    """One open case; `finest` names the finest area it lies in, with its label point (EPSG:4326), never the case's own.

    `level` is orange (overdue), yellow (due within the hour) or None.
    """

    response_class: str
    channel: str | None
    level: str | None
    stage: str
    reported_at: datetime
    due_at: datetime | None
    is_due: bool
    is_suspended: bool
    team: str | None
    community_code: str | None
    community: str | None
    finest: str | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class WallArea:
    """A street, community or grid, private categories left out: open and overdue cases, reports of today so far
    (`n_today`) and of the last three hours (`n_lately`).
    """

    level: str
    code: str
    name: str
    parent_code: str | None
    n_open: int
    n_overdue: int
    n_today: int = 0
    n_lately: int = 0


@dataclass(frozen=True, slots=True)
class WallStage:
    """A stage that a case of a public category reached: which, when, where (None: outside) and its category."""

    stage: str
    at: datetime
    area: str | None
    community: str | None
    category_zh: str
    category_en: str


@dataclass(frozen=True, slots=True)
class Wall:
    """Everything the wall shows at a moment.

    `n_open` and `n_overdue` leave private categories out; `n_private` is their number, None under 5. The promise:
    `arrivals` of today's urgent cases, `in_time` of them within ten minutes of the report (None under 10 arrivals).
    `at` is the moment itself, `n_reported` the reports of today so far, private ones from 5 on. `usual` and `ground`
    are None where they were not asked for.
    """

    areas: tuple[WallArea, ...]
    cases: tuple[WallCase, ...]
    n_open: int
    n_overdue: int
    n_private: int | None
    in_time: int | None
    arrivals: int
    has_deadlines: bool
    tells_arrivals: bool
    loaded_at: datetime | None
    is_simulated: bool
    at: datetime | None = None
    n_reported: int = 0
    stages: tuple[WallStage, ...] = ()
    usual: Usual | None = None
    ground: Ground | None = None


def wall(store: Store, viewer: Viewer, clock: Clock, *, today: Window) -> Wall:
    """The picture of this moment in one state of the data; nothing without the right. Raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        cases = tuple(WallCase(**row) for row in rows(connection, "wall/cases"))
        counts = {(row["level"], row["code"]): row for row in rows(connection, "wall/counts")}
        areas = rows(connection, "wall/areas", day=today.start)
        promise = next(iter(rows(connection, "wall/promise", starts=today.starts, ends=today.ends)), None)
        loaded = rows(connection, "wall/loaded")[0]
        ends = [clock.at, clock.at]
        told = rows(connection, "wall/reported", starts=[today.starts, clock.at - LATELY], ends=ends)
        stages = _stages(connection, clock)
    whole = counts.get(("site", ""))
    nothing = {"n_open": 0, "n_overdue": 0}
    reported = {(row["window_no"], row["level"], row["code"]): row for row in told}

    def area(row: dict[str, str]) -> WallArea:
        key = (row["level"], row["code"])
        count = counts.get(key, nothing)
        n_today, n_lately = (reported[no, *key]["n"] if (no, *key) in reported else 0 for no in (1, 2))
        return WallArea(**row, n_open=count["n_open"], n_overdue=count["n_overdue"], n_today=n_today, n_lately=n_lately)

    return Wall(
        areas=tuple(area(row) for row in areas),
        cases=cases,
        n_open=whole["n_open"] if whole else 0,
        n_overdue=whole["n_overdue"] if whole else 0,
        n_private=whole["n_private"] if whole else None,
        in_time=promise["numerator"] if promise else None,
        arrivals=promise["denominator"] if promise else 0,
        has_deadlines=bool(promise and promise["has_deadlines"]),
        tells_arrivals=bool(promise and promise["is_covered"]),
        loaded_at=loaded["loaded_at"],
        is_simulated=loaded["is_simulated"],
        at=clock.at,
        n_reported=total(reported.get((1, "site", ""))),
        stages=stages,
    )


def _stages(connection: Transaction, clock: Clock) -> tuple[WallStage, ...]:
    """The last stages, newest first."""
    found: list[dict[str, object]] = []
    for back in FEED_BACK:
        found = rows(connection, "wall/feed", since=clock.at - back, most=MOST_STAGES)
        if len(found) == MOST_STAGES:
            break
    return tuple(WallStage(**row) for row in found)  # type: ignore[arg-type]
