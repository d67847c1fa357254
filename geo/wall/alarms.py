"""The alarms of the wall: emergencies that nobody has come to yet, the teams near each, and the ground around.

Invariant: asked with the wall's own login (`Store.showing`): names and label points of areas, headcounts of posts;
never a case's point, code or text, a private category, or a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import shapely
from shapely import Geometry

from geo.around import Place
from geo.store import Store, rows
from geo.viewer import Clock, Viewer

NEAREST = 3
STAGES = ("reported", "accepted", "dispatched", "arrived")


@dataclass(frozen=True, slots=True)
class Team:
    """The people of a grid by their posts; `x`, `y`, `distance_m` in metres from the place to the grid's label point.

    `is_own`: the grid in which the place lies.
    """

    code: str
    grid: str
    community: str | None
    grid_leader: int
    full_time: int
    part_time: int
    instructor: int
    other: int
    distance_m: float
    x: float
    y: float
    is_own: bool

    @property
    def counts(self) -> tuple[int, int, int]:
        """The "1+3+N" of the team: leader, full-time and part-time members with the instructor, others."""
        return self.grid_leader, self.full_time + self.part_time + self.instructor, self.other


@dataclass(frozen=True, slots=True)
class Alarm:
    """One emergency. `key` knows it again and leads nowhere else; `place` is the label point of its finest area;
    `teams` are those near it, where they were asked for.

    A stage's moment is None while it has not come; a stage that the source never tells is none of `stages`. `is_exact`:
    its times are to the second, not to the minute.
    """

    key: str
    category_zh: str
    category_en: str
    channel: str | None
    team: str | None
    reported_at: datetime
    moments: Mapping[str, datetime | None]
    stages: tuple[str, ...]
    is_exact: bool
    closed_at: datetime | None
    street: str | None
    community: str | None
    grid: str | None
    microgrid: str | None
    grid_code: str | None
    place: Place | None
    teams: tuple[Team, ...] = ()

    @property
    def arrived_at(self) -> datetime | None:
        """When somebody came."""
        return self.moments["arrived"]

    @property
    def ended_at(self) -> datetime | None:
        """When somebody came or the case was closed, whichever was first; None while the alarm lasts."""
        return min((moment for moment in (self.arrived_at, self.closed_at) if moment), default=None)

    def category(self, lang: str) -> str:
        """The category's name in `zh` or `en`."""
        return self.category_en if lang == "en" else self.category_zh


@dataclass(frozen=True, slots=True)
class Shape:
    """An area (kind = its level) or a basemap shape, in metres around the place; `label`: where its name stands."""

    kind: str
    name: str | None
    width_m: float | None
    shape: Geometry
    label: tuple[float, float] | None


def alarms(store: Store, viewer: Viewer, clock: Clock, *, lasts: timedelta) -> tuple[Alarm, ...]:
    """The emergencies reported less than `lasts` ago, ended ones too, the oldest first; raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        return tuple(_alarm(row) for row in rows(connection, "wall/alarm_cases", lasts=lasts))


def _alarm(row: Mapping[str, Any]) -> Alarm:
    told = {"reported": True, "accepted": row["tells_accepted"], "dispatched": row["tells_dispatched"], "arrived": True}
    kept = ("category_zh", "category_en", "channel", "team", "is_exact")
    names = ("street", "community", "grid", "microgrid", "grid_code")
    return Alarm(
        key=row["alarm"],
        **{name: row[name] for name in kept + names},
        reported_at=row["reported_at"],
        moments={stage: _not_before(row["reported_at"], row[f"{stage}_at"]) for stage in STAGES},
        closed_at=_not_before(row["reported_at"], row["closed_at"]),
        stages=tuple(stage for stage in STAGES if told[stage]),
        place=Place(row["lon"], row["lat"]) if row["lon"] is not None else None,
    )


def _not_before(reported_at: datetime, moment: datetime | None) -> datetime | None:
    """The moment, None where it lies in a minute before the report: a slip of who typed it must not end an alarm."""
    return moment if moment and moment >= reported_at.replace(second=0, microsecond=0) else None


def teams(
    store: Store, viewer: Viewer, clock: Clock, *, place: Place, grid_code: str | None, day: date
) -> tuple[Team, ...]:
    """The nearest teams of the day to a place in that grid, the nearest first; raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/alarm_teams", lon=place.lon, lat=place.lat, day=day, most=NEAREST)
    near = []
    for row in found:
        point = place.plane(shapely.Point(row.pop("lon"), row.pop("lat")))
        near.append(Team(**row, x=point.x, y=point.y, is_own=row["code"] == grid_code))
    return tuple(near)


def ground_version(store: Store, viewer: Viewer, clock: Clock) -> int:
    """Changes with every load that changes an area or the basemap; raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        version: int | None = rows(connection, "wall/alarm_ground_version")[0]["version"]
    return version or 0


def ground(
    store: Store, viewer: Viewer, clock: Clock, *, lon: float, lat: float, reach_m: float, day: date
) -> tuple[Shape, ...]:
    """The areas and shapes within `reach_m` of a place (EPSG:4326), cut there; raises StoreUnavailable."""
    place = Place(lon, lat)
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/alarm_ground", lon=lon, lat=lat, reach_m=reach_m, day=day)
    return tuple(_shape(row, place) for row in found if row["shape"])


def _shape(row: Mapping[str, Any], place: Place) -> Shape:
    label = None
    if row["label_lon"] is not None:
        point = place.plane(shapely.Point(row["label_lon"], row["label_lat"]))
        label = (point.x, point.y)
    shape = place.plane(shapely.make_valid(shapely.from_wkb(row["shape"])))
    return Shape(row["kind"], row["name"], row["width_m"], shape, label)
