"""The words of an alarm: place, class, channel, teams, distances; only what is known, and names as the store has them.

Invariant: plain text comes out; whoever puts it into markup escapes it there.
"""

from collections.abc import Sequence
from datetime import datetime

from cockpit import formats
from cockpit.context import View
from cockpit.maps.labels import width
from config.messages import catalogue
from geo.wall.alarms import Alarm, Team

PROMISE_S = 600
"""From the report to the first arrival (`onscene_within_10min`)."""
LEAD_LINES = 2


def headline(view: View, alarm: Alarm, among: Sequence[Alarm] = ()) -> str:
    """Where and what: 东湖社区：火情烟雾; when it has ended, that first; of two alike `among` those shown the grid."""
    key = "head" if alarm.ended_at is None else "head_came" if alarm.arrived_at else "head_closed"
    place = alarm.community or alarm.grid or alarm.street or view.tr("alarm.outside")
    alike = [one for one in among if (one.community, one.category_zh) == (alarm.community, alarm.category_zh)]
    if len(alike) > 1 and alarm.grid:
        place = alarm.grid
    return formats.spaced(view.tr(f"alarm.{key}", place=place, category=alarm.category(view.lang)))


def is_rough(alarm: Alarm) -> bool:
    """Whether no more is known of the place than a community or a street: then nothing is near it or far from it."""
    return alarm.place is not None and alarm.grid is None and alarm.microgrid is None


def rough_level(view: View, alarm: Alarm) -> str:
    """The level of the area in which a case of such a place is."""
    return view.tr(f"alarm.level_{'community' if alarm.community else 'street'}")


def lead(view: View, alarm: Alarm, *, room: float, size: float) -> tuple[str, ...]:
    """The level in words, the finest areas, since when and by which channel; each part stays together.

    Of the areas as many, from the finest on, as two lines of `room` pixels hold.
    """
    told, time = channel(view, alarm), clock(view, alarm.reported_at)
    alone = view.tr("alarm.reported_alone", time=time)
    reported = view.tr("alarm.reported", time=time, channel=_after(view, told)) if told else alone
    first = [view.tr("alarm.red")] if alarm.ended_at is None else []
    areas = [area for area in (alarm.grid, alarm.microgrid) if area]
    wanted = [(*first, *areas[left_out:], reported) for left_out in range(len(areas) + 1)]
    fitting = (parts for parts in wanted if _lines(parts, room=room, size=size) <= LEAD_LINES)
    return tuple(formats.spaced(part) for part in next(fitting, (*first, alone)))


def _lines(parts: tuple[str, ...], *, room: float, size: float) -> int:
    """So many lines the parts take that each stay on one, with a gap of a letter between them."""
    lines, used = 1, 0.0
    for part in parts:
        long = width(part, size=size)
        if used and used + size + long > room:
            lines, used = lines + 1, 0.0
        lines += int(long // room)
        used += long + (size if used else 0)
    return lines


def fitted(text: str, sizes: tuple[int, ...], *, room: float) -> int | None:
    """The first of the sizes in which a text is no longer than `room` pixels; None where it is in none."""
    return next((size for size in sizes if width(text, size=size) <= room), None)


def channel(view: View, alarm: Alarm) -> str:
    """The channel in words, or as its sender writes it; empty where none is told."""
    key = f"alarm.channel_{alarm.channel}"
    return catalogue(view.lang).get(key, alarm.channel or "")


def _after(view: View, told: str) -> str:
    """With a space before a number that follows Chinese: 由 12345 热线."""
    return f" {told}" if view.lang == "zh" and told[:1].isascii() and told else told


def clock(view: View, moment: datetime, *, is_exact: bool = False) -> str:
    """The time of day at the site, to the second where it is known."""
    return f"{moment.astimezone(view.site.zone):{'%H:%M:%S' if is_exact else '%H:%M'}}"


def distance(view: View, metres: float) -> str:
    """A distance to ten metres, above 1,000 m in kilometres."""
    if metres >= 995:
        return view.tr("alarm.kilometres", n=formats.number(metres / 1000, digits=1))
    return view.tr("alarm.metres", n=formats.number(round(metres / 10) * 10))


def away(view: View, team: Team) -> str:
    """How far a team is in a straight line; the own grid whose label point is the place itself is not 0 m away."""
    if team.is_own and team.distance_m < 5:
        return view.tr("alarm.own_grid")
    return view.tr("alarm.straight", length=distance(view, team.distance_m))


def people(view: View, team: Team) -> str:
    """The headcount as 1+3+N."""
    leader, three, others = team.counts
    return view.tr("alarm.people", leader=leader, three=three, others=others)


def seconds(start: datetime, end: datetime) -> int:
    """Whole seconds between two moments, never less than 0."""
    return max(0, int((end - start).total_seconds()))


def over(alarm: Alarm) -> int:
    """Seconds by which the promise was missed when somebody came, negative where it was kept; 0 while nobody has."""
    if alarm.arrived_at is None:
        return 0
    return seconds(alarm.reported_at, alarm.arrived_at) - PROMISE_S
