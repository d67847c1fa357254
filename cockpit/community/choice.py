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

    @property
    def has_above(self) -> bool:
        """Whether the viewer sees what lies above: the area above, or the site; else nothing is compared."""
        return self.parent is not None or not self.view.is_limited

    def step(self, distance: int) -> Area | None:
        """The community that many places further in the order, None beyond its ends."""
        if self.area not in self.areas:
            return None
        place = self.areas.index(self.area) + distance
        return self.areas[place] if 0 <= place < len(self.areas) else None


def choose(view: View, *, kept: str | None = None) -> Chosen:
    """The community that the URL asks for, with notes on what had to be decided; raises StoreUnavailable.

    `kept` (as the URL names an area) is the one that came first when nothing was named: it stays.
    """
    view.check()
    level = view.unit_level
    areas = _ordered(view, [area for area in view.areas if area.level == level])
    found = Chosen(view, level, areas, None)
    if areas and level != "community" and not view.is_limited:
        found = _noted(found, "level", level=view.tr(f"common.level_{level}"))
    named = view.filters.area if view.is_area_named else None
    own = context.ancestor(view.areas, named, level) if named else None
    if named and own:
        return _named(found, named, own)
    within = named if named and not view.is_all(named) else None
    inside = _below(found, within) if within else areas
    if len(inside) == 1:
        return _opened(found, inside[0])
    if within:
        return _asking(found, inside, within)
    stays = next((area for area in areas if token(area) == kept), None)
    if stays:
        level_name = view.tr(f"common.level_{level}")
        return _opened(_noted(found, "kept", area=stays.name, level=level_name), stays)
    return _neediest(found)


def _below(found: Chosen, within: Area) -> tuple[Area, ...]:
    below = {area.area_id for area in context.descendants(found.view.areas, within)}
    return tuple(area for area in found.areas if area.area_id in below)


def _ordered(view: View, areas: Sequence[Area]) -> tuple[Area, ...]:
    """By code, or by name as a Chinese reader sorts: GB 18030 keeps the common characters in the order of pinyin."""
    if view.option("order", ORDERS) == "code":
        return tuple(areas)
    return tuple(sorted(areas, key=lambda area: (area.name.casefold().encode("gb18030", "replace"), area.code)))


def _noted(found: Chosen, key: str, **params: str) -> Chosen:
    note = Note(f"community.note_{key}", tuple(params.items()))
    return replace(found, view=replace(found.view, notes=(*found.view.notes, note)))


def _opened(found: Chosen, area: Area) -> Chosen:
    """The page of `area`: its view looks into it, at the level below."""
    view = found.view
    below = context.levels_below(view.areas, area)
    filters = replace(view.filters, area=area, level=below[0] if below else area.level)
    inside = replace(view, filters=filters, params={**view.params, "area": token(area)})
    return replace(found, view=inside, area=area)


def _named(found: Chosen, named: Area, own: Area) -> Chosen:
    """The community that was named, or the one in which the named grid or micro-grid lies."""
    if named == own:
        return _opened(found, own)
    return replace(_opened(_noted(found, "part", part=named.name, area=own.name), own), part=named)


def _asking(found: Chosen, inside: tuple[Area, ...], within: Area) -> Chosen:
    known = {row.area.area_id: row for row in _table(found, within)}
    offered = tuple(known[area.area_id] for area in inside if area.area_id in known)
    return replace(found, within=within, offered=offered)


def _table(found: Chosen, within: Area | None) -> tuple[AreaFigures, ...]:
    filters = replace(found.view.filters, level=found.level, area=within)
    return overview.area_table(replace(found.view, filters=filters)).rows


def _neediest(found: Chosen) -> Chosen:
    """The community with most overdue cases, else most open ones, else the first; with the reason as a note."""
    if not found.areas:
        return found
    level = found.view.tr(f"common.level_{found.level}")
    rows = _table(found, None)
    worst = max(rows, key=lambda row: (row.overdue, row.open_cases), default=None)
    if worst is None or not (worst.overdue or worst.open_cases):
        return _opened(_noted(found, "first", area=found.areas[0].name, level=level), found.areas[0])
    if not worst.overdue:
        told = _noted(found, "most_open", area=worst.area.name, n=str(worst.open_cases), level=level)
        return _opened(told, worst.area)
    alike = sum(row.overdue == worst.overdue for row in rows)
    key = "most_overdue" if alike == 1 else "alike_overdue"
    told = _noted(found, key, area=worst.area.name, n=str(worst.overdue), alike=str(alike), level=level)
    return _opened(told, worst.area)
