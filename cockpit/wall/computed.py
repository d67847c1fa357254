"""What the wall shows at this moment: the picture that the wall's login gives, kept for all who may see the same.

Invariant: what changes with every case is kept by data version, what is usual by the hour, shapes by their version,
each under the viewer's scope. A share is said only from MINIMUM_N arrivals on; without any it is no data, never zero.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from cockpit.queries import Asked, AskedHour, AskedShapes, fresh, shared, store
from config.site import site
from geo import wall as shown
from geo.wall import Ground, Usual, Wall
from geo.windows import Window

MINIMUM_N = 10


class _NoDaysError(Exception):
    """There is nothing usual yet; that is asked again, since the next load may bring it."""

    def __init__(self, found: Usual) -> None:
        super().__init__()
        self.found = found


@fresh
def wall(asked: Asked) -> Wall:
    """The picture at the clock, with what is usual and the shapes of its map; raises StoreUnavailable when it was not
    asked for before.
    """
    at = asked.clock.at.astimezone(site().zone)
    window = Window(at.date(), at.date() + timedelta(days=1), site().zone)
    found = shown.wall(store(), asked.viewer, asked.clock, today=window)
    hour = at.replace(minute=0, second=0, microsecond=0)
    return replace(
        found,
        usual=usual(asked, hour=hour),
        ground=ground(asked_ground(asked, day=at.date())),
    )


def usual(asked: Asked, *, hour: datetime) -> Usual:
    """What is usual in the hour; where nothing is yet that is asked once a minute."""
    minute = asked.clock.at.replace(second=0, microsecond=0)
    return _tried(AskedHour(asked.viewer, minute), hour=hour)


@fresh
def _tried(asked: AskedHour, *, hour: datetime) -> Usual:
    try:
        return _usual(AskedHour(asked.viewer, hour))
    except _NoDaysError as nothing:
        return nothing.found


@shared
def _usual(asked: AskedHour) -> Usual:
    found = shown.usual(store(), asked.viewer, asked.hour)
    if not found.days:
        raise _NoDaysError(found)
    return found


@fresh
def _version(asked: Asked) -> int:
    return shown.shape_version(store(), asked.viewer, asked.clock)


def asked_ground(asked: Asked, *, day: date) -> AskedShapes:
    """The first argument of a cached query for the shapes of the wall's map."""
    return AskedShapes(asked.viewer, day, _version(asked))


@shared
def ground(asked: AskedShapes) -> Ground:
    """The outlines of the areas in force on the day."""
    return shown.ground(store(), asked.viewer, asked.clock, version=asked.version, day=asked.day)


def total_open(found: Wall) -> int:
    """All open cases that may be counted: those of private categories from 5 on."""
    return found.n_open + (found.n_private or 0)
