"""The sentence of a community's page and its second line: what is late, who has it, how that compares.

Invariant: facts only, from the most urgent group that is present; "more" and "fewer" only outside the earlier weeks.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from cockpit import formats
from cockpit.community.computed import Due, OpenList
from cockpit.context import View
from cockpit.overview.computed import KeyFigure
from cockpit.overview.words import Sentence
from geo.map_queries import Area

LEVELS = {"overdue": "orange", "soon": "yellow"}


def sentence(view: View, area: Area, found: OpenList, usual: KeyFigure, names: Mapping[int, str]) -> Sentence:
    """The sentence and its lead; `names` are the short names of grids by area id."""
    group = found.rows[0].group if found.rows else ""
    told = _at(view, found.moment) + _told(view, found, group, names)
    head = formats.spaced(view.tr("community.sentence", area=area.name, told=told))
    return kept(view, Sentence(head, formats.spaced(_lead(view, found, usual)), LEVELS.get(group)))


def kept(view: View, found: Sentence) -> Sentence:
    """The sentence of a picture that is kept while the store is down: with its moment, without its mark."""
    if not (view.pulse and view.pulse.down_since):
        return found
    time = formats.moment(view.clock.at, now=view.pulse.down_since, zone=view.site.zone, lang=view.lang)
    return replace(found, head=view.tr("community.kept", time=time) + found.head, level=None)


def _at(view: View, moment: datetime) -> str:
    """Which moment is told, where it is not now."""
    if moment == view.clock.at:
        return ""
    return view.tr("community.at_moment", moment=formats.full_day(view.shape_day, view.lang))


def _told(view: View, found: OpenList, group: str, names: Mapping[int, str]) -> str:
    if not group:
        return view.tr("community.quiet")
    n, first = len(found.of(group)), found.rows[0]
    total = formats.number(len(found.rows))
    if group in ("later", "suspended"):
        return view.tr(f"community.{group}", n=total)
    if group == "open_end":
        length = formats.duration((found.moment - first.case.reported_at).total_seconds(), view.lang)
        key = "by_age_here" if is_here(view, first) else "by_age"
        return view.tr(f"community.{key}", n=total, place=place(view, first, names), length=length)
    due = first.case.due_at or found.moment
    length = formats.duration(abs((found.moment - due).total_seconds()), view.lang)
    key = f"community.{group}_{'one' if n == 1 else 'many'}"
    return view.tr(key, n=formats.number(n), place=place(view, first, names), length=length)


def place(view: View, row: Due, names: Mapping[int, str]) -> str:
    """The grid of a case by its short name; of a case in no grid, that."""
    if row.case.grid_id is None:
        finest = row.case.finest_id
        return names.get(finest, "") if finest and row.case.finest else view.tr("community.outside_grid")
    return names.get(row.case.grid_id) or row.case.finest or view.tr("community.outside_grid")


def is_here(view: View, row: Due) -> bool:
    """Whether nothing finer than the community of the page is known of a case's place."""
    area = view.filters.area
    return area is not None and row.case.grid_id is None and row.case.finest_id == area.area_id


def category(view: View, code: str) -> str:
    """The name of a category in the language of the page."""
    return next((known.name(view.lang) for known in view.categories if known.code == code), code)


def moment(view: View, value: datetime) -> str:
    """A moment as the page says it, near the clock of the page."""
    return formats.moment(value, now=view.clock.at, zone=view.site.zone, lang=view.lang)


def since(view: View, value: datetime) -> str:
    """A moment as short as a narrow column takes: its time if it is today's, else its day."""
    local = value.astimezone(view.site.zone)
    if local.date() == view.now.date():
        return f"{local:%H:%M}"
    return formats.moment(value, now=view.clock.at, zone=view.site.zone, lang=view.lang).rsplit(" ", 1)[0]


def reported(view: View, row: Due) -> str:
    """When a case was reported; a bare date has no time."""
    if row.case.is_by_day:
        return formats.full_day(row.case.reported_at.astimezone(view.site.zone).date(), view.lang)
    return moment(view, row.case.reported_at)


def _lead(view: View, found: OpenList, usual: KeyFigure) -> str:
    parts = []
    if view.filters.category:
        parts.append(view.tr("community.lead_category", category=category(view, view.filters.category)))
    if found.rows and found.rows[0].group in ("overdue", "soon", "today", "open_end"):
        first = found.rows[0]
        key = "community.lead_who" if first.case.agency else "community.lead_who_none"
        told = {"category": category(view, first.case.category_code), "agency": first.case.agency or ""}
        parts.append(view.tr(key, time=reported(view, first), **told))
    if found.of("overdue") and found.of("soon"):
        parts.append(view.tr("community.lead_soon", n=formats.number(len(found.of("soon")))))
    parts.append(_open(view, usual))
    return view.tr("community.joiner").join(parts)


def _open(view: View, usual: KeyFigure) -> str:
    verdict = usual.verdict
    words = {"n": formats.number(usual.now or 0), "weeks": len(usual.past)}
    if verdict == "unknown":
        return view.tr("community.lead_unknown", **words)
    ends = {"low": formats.number(min(usual.past)), "high": formats.number(max(usual.past))}
    return view.tr(f"community.lead_{verdict}", **words, **ends)


def period(view: View) -> str:
    """The days of the page as people read them; days that have not come are not named."""
    tomorrow = view.now.date() + timedelta(days=1)
    end = min(view.filters.end, tomorrow) if view.filters.start < tomorrow else view.filters.end
    return formats.period(view.filters.start, end, view.lang)
