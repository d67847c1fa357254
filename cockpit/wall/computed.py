"""What the wall shows at this moment: the picture that the wall's login gives, kept for all who may see the same.

Invariant: a share is said only from MINIMUM_N arrivals on, and without any it is no data, never zero.
"""

from datetime import timedelta

from cockpit.queries import Asked, fresh, store
from config.site import site
from geo import wall as shown
from geo.wall import Wall, WallArea
from geo.windows import Window

MINIMUM_N = 10
MOST_AREAS = 96
"""So many tiles can be read from afar; a site with more communities shows its streets."""


@fresh
def wall(asked: Asked) -> Wall:
    """The picture at the clock; raises StoreUnavailable when it was not asked for before."""
    today = asked.clock.at.astimezone(site().zone).date()
    return shown.wall(store(), asked.viewer, asked.clock, today=Window(today, today + timedelta(days=1), site().zone))


def tiles(found: Wall) -> tuple[WallArea, ...]:
    """The areas that are shown one by one, in the order of those that hold them: communities where there are several
    and not too many; else the grids of the one, or the streets of the many.
    """
    by_level = {
        level: tuple(area for area in found.areas if area.level == level) for level in ("community", "grid", "street")
    }
    fitting = [areas for areas in by_level.values() if 1 < len(areas) <= MOST_AREAS]
    return fitting[0] if fitting else next((areas[:MOST_AREAS] for areas in by_level.values() if areas), ())


def total_open(found: Wall) -> int:
    """All open cases that may be counted: those of private categories from 5 on."""
    return found.n_open + (found.n_private or 0)
