"""Which community the page shows: the one the URL names, the one above or below what it names, or the neediest.

Invariant: works by level, never by a name or a code; what was not asked for is said in a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cockpit import context
from cockpit.context import Note, View, token
from cockpit.overview import computed as overview
from cockpit.overview.computed import AreaFigures
from geo.map_queries import Area

ORDERS = ("code", "name")


@dataclass(frozen=True)
class Chosen:
    """What the page shows. `view` looks into `area` (None: the reader has to choose among `offered`).

    `level` is the level whose areas are the communities, `areas` are all of it in the reader's order. `part` is a grid
    or micro-grid that the URL named: the list of open cases is limited to it. `within` is the area that has to be
    chosen in, None for the whole site.
    """

    view: View
    level: str
    areas: tuple[Area, ...]
    area: Area | None
    part: Area | None = None
    within: Area | None = None
    offered: tuple[AreaFigures, ...] = ()

    @property
    def parent(self) -> Area | None:
        """The area above the community by the parent link, None at the top."""
        above = self.area.parent_id if self.area else None
        return next((area for area in self.view.areas if area.area_id == above), None)

    def step(self, distance: int) -> Area | None:
        """The community that many places further in the order, None beyond its ends."""
        if self.area not in self.areas:
            return None
        place = self.areas.index(self.area) + distance
        return self.areas[place] if 0 <= place < len(self.areas) else None


def choose(view: View) -> Chosen:
    """The community that the URL asks for, with notes on what it could not or had to decide; raises StoreUnavailable."""
    view.check()
    level = context.community_level(view.areas)
    areas = _ordered(view, [area for area in view.areas if area.level == level])
    notes = () if level == "community" or not areas else (_note(view, "level", level=view.tr(f"common.level_{level}")),)
    named = view.filters.area
    own = context.ancestor(view.areas, named, level) if named else None
    if named and own:
        part = named if named != own else None
        if part:
            notes += (_note(view, "part", part=part.name, area=own.name),)
        return _opened(view, level, areas, own, notes, part=part)
    within = named if named and not view.is_sole(named) else None
    inside = areas if within is None else _below(view, areas, within)
    if within and len(inside) != 1:
        return _asking(view, level, areas, inside, within, notes)
    if len(inside) == 1:
        return _opened(view, level, areas, inside[0], notes)
    return _neediest(view, level, areas, notes)


def _below(view: View, areas: Sequence[Area], within: Area) -> tuple[Area, ...]:
    below = {area.area_id for area in context.descendants(view.areas, within)}
    return tuple(area for area in areas if area.area_id in below)


def _ordered(view: View, areas: Sequence[Area]) -> tuple[Area, ...]:
    """By code, or by name as a Chinese reader sorts: GB 18030 keeps the common characters in the order of pinyin."""
    if view.option("order", ORDERS) == "code":
        return tuple(areas)
    return tuple(sorted(areas, key=lambda area: (area.name.casefold().encode("gb18030", "replace"), area.code)))


def _note(view: View, key: str, **params: str) -> Note:
    return Note(f"community.note_{key}", tuple(params.items()))


def _opened(
    view: View, level: str, areas: tuple[Area, ...], area: Area, notes: tuple[Note, ...], *, part: Area | None = None
) -> Chosen:
    below = context.levels_below(view.areas, area)
    filters = replace(view.filters, area=area, level=below[0] if below else area.level)
    params = {**view.params, "area": token(area)}
    inside = replace(view, filters=filters, params=params, notes=view.notes + notes)
    return Chosen(inside, level, areas, area, part)


def _asking(
    view: View, level: str, areas: tuple[Area, ...], inside: tuple[Area, ...], within: Area, notes: tuple[Note, ...]
) -> Chosen:
    listed = _table(view, level, within)
    known = {row.area.area_id: row for row in listed}
    offered = tuple(known[area.area_id] for area in inside if area.area_id in known)
    return Chosen(replace(view, notes=view.notes + notes), level, areas, None, within=within, offered=offered)


def _table(view: View, level: str, within: Area | None) -> tuple[AreaFigures, ...]:
    filters = replace(view.filters, level=level, area=within)
    return overview.area_table(replace(view, filters=filters)).rows


def _neediest(view: View, level: str, areas: tuple[Area, ...], notes: tuple[Note, ...]) -> Chosen:
    """The community with most overdue cases, else most open ones, else the first; with the reason as a note."""
    rows = _table(view, level, None)
    if not areas or not rows:
        return Chosen(replace(view, notes=view.notes + notes), level, areas, areas[0] if areas else None)
    worst = max(rows, key=lambda row: (row.overdue, row.open_cases))
    if worst.overdue:
        why = _note(view, "most_overdue", area=worst.area.name, n=str(worst.overdue))
    elif worst.open_cases:
        why = _note(view, "most_open", area=worst.area.name, n=str(worst.open_cases))
    else:
        return _opened(view, level, areas, areas[0], (*notes, _note(view, "first", area=areas[0].name)))
    return _opened(view, level, areas, worst.area, (*notes, why))
