"""Staff of areas: complete "1+3+N" teams, posts with nobody in them, open cases per full-time member.

Invariant: only numbers of people leave here; an area whose grids have no listed post has no data, never an empty team.
"""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from geo import figures
from geo.figures import NamedArea, Question
from geo.store import Store, rows
from geo.viewer import Clock, Viewer
from geo.windows import Window

ROLES = ("grid_leader", "full_time", "part_time", "instructor", "other")
"""The "1+3+N" team: 网格长, 专职网格员, 兼职网格员, 网格指导员, N others; complete with at least one of each."""


@dataclass(frozen=True, slots=True)
class AreaTeams:
    """The teams of one area at the clock.

    `grids` in force; `listed`: of these, with any post of their own; `complete`: with at least one of every role (K33:
    complete / grids). `posts` and `vacant` count posts of the area and all below it, `full_time` people in full-time
    posts. `open_cases` is the backlog at the clock (K18), None where no source of incidents covers the day.
    """

    area: NamedArea
    grids: int
    listed: int
    complete: int
    posts: int
    vacant: int
    full_time: int
    open_cases: int | None

    @property
    def has_data(self) -> bool:
        """Whether any post of the area or below it is known: without, every number here is absent, not 0."""
        return self.posts > 0

    @property
    def load(self) -> float | None:
        """Open cases per full-time member (K36); None without members, without data, or without a covered day."""
        return None if self.open_cases is None or not self.full_time else self.open_cases / self.full_time


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A post with nobody in it at the clock.

    `area_code` and `area_name` are the area's that the post belongs to, the declared code and None where it is unknown;
    `since` and `days` (whole days up to the clock's day) are None where the sender does not say since when.
    """

    code: str
    role: str
    level: str
    area_code: str
    area_name: str | None
    since: date | None
    days: int | None


def teams(store: Store, viewer: Viewer, clock: Clock, *, question: Question, zone: ZoneInfo) -> tuple[AreaTeams, ...]:
    """One row an area of the question's level, by code; the whole as one row at level site. Raises StoreUnavailable.

    The question's category, if any, limits the open cases only.
    """
    today = clock.at.astimezone(zone).date()
    window = Window(today, date.fromordinal(today.toordinal() + 1), zone)
    with store.reading(viewer, clock) as connection:
        listed = figures.areas(connection, question=question, window=window)
        targets = {area_id: area.code or "" for area in listed for area_id in area.area_ids or (0,)}
        found = rows(
            connection,
            "staff/teams",
            level=question.level,
            area_ids=list(targets),
            codes=list(targets.values()),
            today=today.isoformat(),
        )
        tallies = figures.tallies(connection, question=question, families=("backlog",), windows=(window,))
        moments = figures.source_moments(connection, windows=(window,))
    by_code = {row.pop("code"): row for row in found}
    is_known = any("closed" in source.stages for source in moments) and any(source.is_covered for source in moments)
    open_cases = {tally.area.code: tally.denominator for tally in tallies}
    return tuple(
        AreaTeams(area=area, open_cases=open_cases.get(area.code) if is_known else None, **by_code[area.code or ""])
        for area in listed
    )


def vacancies(
    store: Store, viewer: Viewer, clock: Clock, *, within_id: int | None, zone: ZoneInfo
) -> tuple[Vacancy, ...]:
    """The posts with nobody in them at the clock, within an area (any version of it) or anywhere, longest first.

    Raises StoreUnavailable.
    """
    today = clock.at.astimezone(zone).date()
    with store.reading(viewer, clock) as connection:
        versions = rows(connection, "area/same", area_id=within_id) if within_id is not None else []
        within = [row["area_id"] for row in versions] if within_id is not None else None
        found = rows(connection, "staff/vacancies", today=today.isoformat(), within=within)
    return tuple(
        Vacancy(
            code=row["post_code"],
            role=row["role"],
            level=row["level"],
            area_code=row["area_code"] or row["declared_area_code"],
            area_name=row["area_name"],
            since=row["vacant_since"],
            days=row["days"],
        )
        for row in found
    )
