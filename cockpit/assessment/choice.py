"""What the matrix shows: which days, level, columns, order and comparison the URL asks for.

Invariant: without days in the URL the newest closed month is shown, never a month that still changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cockpit import context, queries
from cockpit.context import Note, View
from config.assessment import assessment
from config.indicators import Indicator, indicators
from geo.map_queries import LEVELS as ALL_LEVELS
from geo.map_queries import Area
from geo.viewer import PROGRAM

FIRST = "first"
"""The set of columns that the site names itself; the others are the groups of indicators."""
GROUPS = ("volume", "progress", "time", "quality")
AGAINST = ("year", "before", "none")
NAME, HOUSEHOLDS = "name", "households"
LEVELS = ("street", "community", "grid")
"""Levels whose areas are set side by side; micro-grids have a handful of cases."""
MOVED = "common.note_moved_period"

Days = tuple[date, date]


@dataclass(frozen=True)
class Choice:
    """What the page shows: `view` with the days and the level in force, `columns` in their order.

    `sort` is a slug, `name` or `households`; `against` the days of comparison (first, day after the last) or None;
    `community_type` limits to one type. `periods` are what the reader may choose, newest first. `so_far`: the days of
    a period that still runs up to today, with which `against` is cut to the same days; None for one that is over.
    `frozen`: how many months are frozen (queries.frozen_stamp).
    """

    view: View
    group: str
    columns: tuple[Indicator, ...]
    sort: str
    is_descending: bool
    compared: str
    against: Days | None
    community_type: str | None
    periods: tuple[Days, ...]
    so_far: Days | None = None
    frozen: int = 0

    @property
    def days(self) -> Days:
        """The days that are looked at: the first, and the day after the last."""
        return self.view.filters.start, self.view.filters.end

    @property
    def slugs(self) -> tuple[str, ...]:
        """The columns by slug."""
        return tuple(each.slug for each in self.columns)

    @property
    def lead(self) -> Indicator | None:
        """What the sentence and the months before are about: the sorted column if areas can be told apart by it, else
        the site's, else the first that can.
        """
        comparable = {each.slug: each for each in self.columns if is_comparable(each)}
        named = (self.sort, assessment().lead)
        return next((comparable[slug] for slug in named if slug in comparable), next(iter(comparable.values()), None))


def is_comparable(indicator: Indicator) -> bool:
    """Whether areas may be told apart by it: assessable, one way is better, and it has an interval."""
    return indicator.is_assessable and indicator.direction != "none" and indicator.kind in ("rate", "quantile")


def choose(view: View) -> Choice:
    """What the URL asks for; raises StoreUnavailable, config.reader.ConfigError."""
    view.check()
    settings, today = assessment(), view.now.date()
    span = queries.reported_span(view.asked, start=view.filters.start, end=view.filters.end)
    periods = _periods(span.first_on, today, settings.months)
    view = _in_period(view, periods)
    group = view.option("columns", (FIRST, *GROUPS))
    columns = settings.indicators() if group == FIRST else tuple(each for each in indicators() if each.group == group)
    lead = settings.lead if settings.lead in {each.slug for each in columns} else columns[0].slug
    sorts = (lead, NAME, HOUSEHOLDS, *(each.slug for each in columns))
    sort = view.option("sort", sorts)
    start, end = view.filters.start, view.filters.end
    by_year = span.first_on is not None and span.first_on <= shifted(start, -12)
    compared = view.option("against", AGAINST if by_year else ("before", "year", "none"))
    so_far = _so_far(start, end, today)
    known = {
        "columns": (FIRST, *GROUPS),
        "sort": sorts,
        "dir": ("up", "down"),
        "against": AGAINST,
        "type": _types(view),
    }
    return Choice(
        view=context.with_period_notes(replace(view, notes=(*view.notes, *view.unfollowed(known)))),
        group=group,
        columns=columns,
        sort=sort,
        is_descending=view.option("dir", _directions(sort, columns)) == "down",
        compared=compared,
        against=_against(start, end, compared, until=so_far[1] if so_far else None),
        community_type=view.params.get("type") if view.params.get("type") in _types(view) else None,
        periods=periods,
        so_far=so_far,
        frozen=queries.frozen_stamp(view.asked),
    )


def types(view: View) -> dict[int, str | None]:
    """The type of every area of the level by its id: its own, or that of the nearest area above that has one."""
    return types_at(view.areas, view.filters.level)


def types_at(areas: Sequence[Area], level: str) -> dict[int, str | None]:
    """The same of the areas of any level."""
    by_id = {area.area_id: area for area in areas}

    def told(area: Area | None) -> str | None:
        while area is not None and area.community_type is None:
            area = by_id.get(area.parent_id) if area.parent_id else None
        return area.community_type if area else None

    return {area.area_id: told(area) for area in areas if area.level == level}


def _types(view: View) -> frozenset[str]:
    return frozenset(area.community_type for area in view.areas if area.community_type)


def _directions(sort: str, columns: Sequence[Indicator]) -> tuple[str, str]:
    """The usual order of a column first: what needs attention on top."""
    found = next((each for each in columns if each.slug == sort), None)
    is_down = sort == HOUSEHOLDS or (found is not None and found.direction != "up")
    return ("down", "up") if is_down else ("up", "down")


def _in_period(view: View, periods: Sequence[Days]) -> View:
    """The view in the days of the URL, else in the newest closed month, with the areas in force then."""
    params = dict(view.params)
    refused = tuple(note for note in view.notes if note.key in context.PERIOD_REFUSED)
    if (refused or not ("from" in params or "to" in params)) and periods:
        closed = next((days for days in periods if days[1] <= view.now.date()), periods[0])
        params |= {"from": closed[0].isoformat(), "to": closed[1].isoformat()}
        view = context.make_view(params, viewer=view.viewer, pulse=view.pulse or queries.pulse(view.clock, PROGRAM))
        view.check()
        view = replace(view, notes=(*refused, *view.notes))
    level = view.filters.level
    if level not in LEVELS:
        present = [name for name in view.levels() if name in LEVELS] or [level]
        level = "community" if "community" in present else present[-1]
        if view.params.get("level") in ALL_LEVELS:
            told = (
                ("value", view.tr(f"common.level_{view.filters.level}")),
                ("level", view.tr(f"common.level_{level}")),
            )
            view = replace(view, notes=(*view.notes, Note("common.note_level", told)))
    notes = tuple(note for note in view.notes if note.key != MOVED)
    return replace(view, filters=replace(view.filters, level=level), notes=notes)


def _periods(first_on: date | None, today: date, most: int) -> tuple[Days, ...]:
    """The running month and the closed ones that have a report, newest first."""
    month = today.replace(day=1)
    found: list[Days] = []
    while first_on is not None and len(found) <= most and shifted(month, 1) > first_on:
        found.append((month, shifted(month, 1)))
        month = shifted(month, -1)
    return tuple(found)


def _so_far(start: date, end: date, today: date) -> Days | None:
    """The days up to today, where the period goes on after it."""
    until = today + timedelta(days=1)
    return (start, until) if start < until < end else None


def _against(start: date, end: date, compared: str, *, until: date | None = None) -> Days | None:
    """The days of comparison: those of the last year, or those just before (whole months before whole months).

    `until` ends what there is of the period: only as many days of the other one are compared, from its beginning on.
    """
    until = until or end
    if compared == "none":
        return None
    if compared == "year":
        return shifted(start, -12), shifted(until, -12)
    if start.day == end.day == 1:
        first = shifted(start, -months_between(start, end))
        return (first, start) if until == end else (first, min(first + (until - start), start))
    return start - (until - start), start


def months_between(start: date, end: date) -> int:
    """The whole months from the first of one month to the first of another."""
    return (end.year - start.year) * 12 + end.month - start.month


def shifted(day: date, months: int) -> date:
    """The same day so many months later, the last of the month where that has no such day."""
    number = day.year * 12 + day.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))
