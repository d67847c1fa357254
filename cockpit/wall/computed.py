"""What the wall shows at this moment: the picture that the wall's login gives, kept for all who may see the same.

Invariant: a share is said only from MINIMUM_N arrivals on, and without any it is no data, never zero.
"""

from datetime import timedelta

from cockpit.queries import Asked, shared, store
from config.site import site
from geo import wall as shown
from geo.wall import Wall, WallArea
from geo.windows import Window

MINIMUM_N = 10
MOST_AREAS = 96
"""So many tiles can be read from afar; a site with more communities shows its streets."""


@shared
def wall(asked: Asked) -> Wall:
    """The picture at the clock; raises StoreUnavailable when it was not asked for before."""
    today = asked.clock.at.astimezone(site().zone).date()
    return shown.wall(store(), asked.viewer, asked.clock, today=Window(today, today + timedelta(days=1), site().zone))


def tiles(found: Wall) -> tuple[WallArea, ...]:
    """The areas that are shown one by one: communities in the order of their streets, else streets."""
    communities = tuple(area for area in found.areas if area.level == "community")
    streets = tuple(area for area in found.areas if area.level == "street")
    if communities and (len(communities) <= MOST_AREAS or not streets):
        return communities[:MOST_AREAS]
    return streets[:MOST_AREAS]


def total_open(found: Wall) -> int:
    """All open cases that may be counted: those of private categories from 5 on."""
    return found.n_open + (found.n_private or 0)
