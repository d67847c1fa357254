"""What a store holds before the first incident, in words: so that no page calls a store empty that is not.

Invariant: what is named was loaded; what is missing comes with the command that loads it.
"""

from cockpit import formats
from cockpit.context import View, levels_below

NAMED = ("layers", "service-points", "households", "funds", "staff")


def held(view: View) -> str:
    """The levels with their numbers of areas, the other datasets, and what to load next; or that nothing is there.

    Who sees some areas only is told no number of areas: it would be that of a part.
    """
    if view.is_limited:
        return view.tr("scope.not_loaded")
    levels = levels_below(view.areas, None)
    told = [
        view.tr(
            "common.held_level",
            level=view.tr(f"common.level_{level}"),
            n=formats.number(sum(1 for area in view.areas if area.level == level)),
        )
        for level in levels
    ]
    told += [view.tr(f"common.held_{name.replace('-', '_')}") for name in NAMED if name in view.datasets]
    if not told:
        return view.tr("common.empty_store")
    missing = "held_no_incidents" if levels else "held_no_areas"
    return view.tr(f"common.{missing}", held=view.tr("common.held_joiner").join(told))
