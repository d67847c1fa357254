"""What stands for the whole in the eyes of a viewer of some areas: the own areas, and the level of the own unit.

Invariant: nobody whose account is limited to areas is ever asked about, or shown, the site as one: an area is always
looked into, the first own one where the URL names none.
"""

from collections.abc import Sequence

from geo.map_queries import LEVELS, Area
from geo.viewer import SITE, Viewer

_COMMUNITY = "community"


def is_limited(viewer: Viewer) -> bool:
    """Whether the viewer sees some areas only, or nothing."""
    return viewer.level != SITE


def own_areas(viewer: Viewer, areas: Sequence[Area]) -> tuple[Area, ...]:
    """The areas of the account among `areas`, coarsest first, without those that lie in another one of it.

    Empty for a viewer of the whole site, and for one of whose areas none is in force.
    """
    if not is_limited(viewer):
        return ()
    by_id = {area.area_id: area for area in areas}
    own = [area for area in areas if area.area_id in viewer.area_ids]
    tops = [area for area in own if not _lies_in_own(viewer, by_id, area)]
    return tuple(sorted(tops, key=lambda area: (LEVELS.index(area.level), area.code)))


def _lies_in_own(viewer: Viewer, by_id: dict[int, Area], area: Area) -> bool:
    above = by_id.get(area.parent_id) if area.parent_id else None
    while above and above.area_id not in viewer.area_ids:
        above = by_id.get(above.parent_id) if above.parent_id else None
    return above is not None


def unit_level(viewer: Viewer, areas: Sequence[Area]) -> str:
    """The level whose areas have a page of their own: `community`; else the finest there is.

    Who has only grids or what lies below sees no community: for that viewer the own level is the unit.
    """
    present = [level for level in LEVELS if any(area.level == level for area in areas)]
    if not present or _COMMUNITY in present:
        return _COMMUNITY
    own = own_areas(viewer, areas)
    if own and LEVELS.index(own[0].level) > LEVELS.index(_COMMUNITY):
        return own[0].level
    return present[-1]
