"""One area as the page of a community asks for it: its open cases, and the services in reach of its households.

Invariant: what is open and overdue comes from the same cases as the figures `backlog` and `backlog_overdue`; a case
of a private category never leaves the store with a point.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import families, figures, sql
from geo.figures import Question
from geo.store import rows
from geo.windows import Window

REACH_M = (300, 500, 1000)
"""A walk of about 5, 10 and 15 minutes, as straight-line metres."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """One open case: the last stage it reached and since when, its deadline (None: it has none), who has it.

    `stage` is `open` where only the report is known and the source tells of no accepting or dispatching.
    `is_by_day`: it was reported on a bare date. `lon` and `lat` (EPSG:4326) are its own point, None without one and for
    a private category. `finest` names the finest area it lies in.
    """

    incident_id: int
    code: str
    category_code: str
    is_private: bool
    agency: str | None
    grid_id: int | None
    microgrid_id: int | None
    finest_id: int | None
    finest: str | None
    reported_at: datetime
    stage: str
    stage_at: datetime
    is_by_day: bool
    is_suspended: bool
    is_due: bool
    due_at: datetime | None
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one kind of service is, in straight-line metres; see reach.sql.

    `near` are households with one within each of REACH_M, out of `households` (None: measured from the label point);
    `points` are the service points within each of REACH_M of any start.
    """

    kind: str
    name_zh: str
    name_en: str
    nearest: str
    nearest_m: float
    households: int | None
    near: tuple[int, int, int]
    median_m: float | None
    points: tuple[int, int, int]

    def name(self, lang: str) -> str:
        """The kind's name in `zh` or `en`."""
        return self.name_en if lang == "en" else self.name_zh


def versions(connection: Connection, *, level: str, area_id: int, window: Window) -> tuple[int, ...]:
    """The ids of all versions of the area, as figures count it; empty where the viewer may not see it."""
    found = figures.areas(connection, question=Question(level, within_id=area_id), window=window)
    return found[0].area_ids if found else ()


def open_cases(
    connection: Connection, *, level: str, area_id: int, window: Window, category: str | None
) -> tuple[OpenCase, ...]:
    """The cases open in the area at the window's E, overdue first, then by deadline, then by age."""
    bound = {
        "starts": [window.starts],
        "ends": [window.ends],
        "zone": window.zone.key,
        "category": category,
        "response_class": None,
        "level": level,
        "area_ids": list(versions(connection, level=level, area_id=area_id, window=window)),
    }
    text = families.cases(["open"]) + sql.text("community/open_cases")
    return tuple(OpenCase(**row) for row in connection.execute(sql_text(text), bound).mappings())


def reach(connection: Connection, *, level: str, area_id: int, window: Window) -> tuple[Reach, ...]:
    """One row a kind of service point, the farthest kind first; empty where none is loaded."""
    first, second, third = REACH_M
    found = rows(
        connection,
        "community/reach",
        level=level,
        area_id=area_id,
        area_ids=list(versions(connection, level=level, area_id=area_id, window=window)),
        first_m=first,
        second_m=second,
        third_m=third,
    )
    return tuple(
        Reach(
            kind=row["kind"],
            name_zh=row["name_zh"],
            name_en=row["name_en"],
            nearest=row["nearest"],
            nearest_m=row["nearest_m"],
            households=row["households"],
            near=(row["near_first"], row["near_second"], row["near_third"]),
            median_m=row["median_m"],
            points=(row["points_first"], row["points_second"], row["points_third"]),
        )
        for row in found
    )
