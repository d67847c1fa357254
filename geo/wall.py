"""What the wall shows, asked with the wall's own login: open cases without text, person or point, counts, one share.

Invariant: everything here comes through `Store.showing`; what its login cannot read cannot get onto a wall by mistake.
"""

from dataclasses import dataclass
from datetime import datetime

from geo.store import Store, rows
from geo.viewer import Clock, Viewer
from geo.windows import Window


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
    """A street, community or grid with its open and overdue cases, private categories left out."""

    level: str
    code: str
    name: str
    parent_code: str | None
    n_open: int
    n_overdue: int


@dataclass(frozen=True, slots=True)
class Wall:
    """Everything the wall shows at a moment.

    `n_open` and `n_overdue` leave private categories out; `n_private` is their number, None under 5. The promise:
    `arrivals` of today's urgent cases, `in_time` of them within ten minutes of the report (None under 10 arrivals).
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


def wall(store: Store, viewer: Viewer, clock: Clock, *, today: Window) -> Wall:
    """The picture of this moment in one state of the data; nothing without the right. Raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        cases = tuple(WallCase(**row) for row in rows(connection, "wall/cases"))
        counts = {(row["level"], row["code"]): row for row in rows(connection, "wall/counts")}
        areas = rows(connection, "wall/areas", day=today.start)
        promise = next(iter(rows(connection, "wall/promise", starts=today.starts, ends=today.ends)), None)
        loaded = rows(connection, "wall/loaded")[0]
    whole = counts.get(("site", ""))
    nothing = {"n_open": 0, "n_overdue": 0}
    return Wall(
        areas=tuple(
            WallArea(**area, **{name: counts.get((area["level"], area["code"]), nothing)[name] for name in nothing})
            for area in areas
        ),
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
    )
