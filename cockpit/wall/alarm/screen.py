"""The alarm: an emergency that nobody has come to yet takes the screen, and gives it back when somebody has.

Invariant: an alarm that nobody can ask about any more (store away) loses its red; every value went through `esc`.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

import shapely
from shapely import Geometry

from cockpit import formats
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.queries import Asked, AskedShapes
from cockpit.wall import computed, frame
from cockpit.wall.alarm import asked as alarm_asked
from cockpit.wall.alarm import map as alarm_map
from cockpit.wall.alarm import panel as alarm_panel
from cockpit.wall.alarm import words
from cockpit.wall.alarm.asked import Shown
from cockpit.wall.frame import Face
from config.alarm import alarm_rules
from config.walls import Plan
from geo.errors import StoreUnavailable
from geo.wall.alarms import Alarm, Shape

ALONE, SHARED, CROWDED = (1064, 812), (956, 372), (956, 306)
"""Width and height of the map where one alarm has the screen, where two share it, and where more wait."""
TOLD_OTHERS = 3
HEADS = {True: (1330, (76, 64, 54, 46), 38), False: (750, (54, 48, 42, 38), 35)}
"""Whether it is alone → the room of a headline, the sizes it may have on one line, and that on two."""
LEADS = {True: 36, False: 34}
OFFICES = {True: (600, (48, 40), 34), False: (730, (42, 38, 34, 30), 28)}
"""The same for who has the case."""


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything the screen is drawn from; `n_overdue` cases are overdue besides (None: nothing has a deadline),
    `way_back`: with a link to the pages, `first`: the key of the alarm that is due first on all screens of the wall.
    """

    view: View
    asked: Asked
    n_overdue: int | None
    face: Face
    on: Shown
    way_back: bool
    first: str | None = None

    @property
    def is_alone(self) -> bool:
        """Whether one alarm has the whole screen."""
        return len(self.on.raised.shown) == 1

    @property
    def map_size(self) -> tuple[int, int]:
        """Width and height of each map."""
        return ALONE if self.is_alone else CROWDED if self.on.raised.others else SHARED


def screen(of: Screen, *, plan: Plan) -> str:
    """The whole screen; never dimmed at night, and never larger than the screen holds, whatever the plan's scale."""
    view, raised = of.view, of.on.raised
    label = attributes(
        role="region", aria_label=view.tr("wall.page"), data_scene="alarm", style=f"--scale:{min(plan.scale, 1):g}"
    )
    kind = f"wall alarm {'one' if of.is_alone else 'two'} {'down' if of.face.down_since else 'data'}"
    has_end = any(alarm.ended_at for alarm in raised.shown)
    again = attributes(data_again=round(alarm_rules().ended.total_seconds()) if has_end else None)
    columns = "".join(_column(of, alarm) for alarm in raised.shown)
    more = _more(of) if raised.others else ""
    return f'<main class="{kind}"{label}{again}><div class="al-columns">{columns}</div>{more}{_foot(of)}</main>'


def _column(of: Screen, alarm: Alarm) -> str:
    view, running = of.view, of.on.running
    kind = "open" if alarm.ended_at is None else "came" if alarm.arrived_at else "closed"
    kind += " late" if alarm.arrived_at and words.over(alarm) > 0 else ""
    age = frame.age(view, of.face) if of.is_alone else ""
    age = frame.down(view, of.face) if of.face.down_since else age
    side = (
        alarm_panel.clock(view, alarm, running, age=age, is_first=alarm.key == of.first)
        + alarm_panel.who(view, alarm, OFFICES[of.is_alone])
        + alarm_panel.stages(view, alarm, running)
        + alarm_panel.teams(view, alarm, most=3 if of.is_alone else 1)
    )
    room = frame.clock(view, of.face) if of.is_alone else ""
    named = attributes(data_key=alarm.key, style=f"--high:{of.map_size[1]}")
    return (
        f'<article class="al {kind}"{named}>{_head(of, alarm)}{room}{_map(of, alarm)}'
        f'<div class="al-side">{side}</div></article>'
    )


def first(alarms: Sequence[Alarm]) -> str | None:
    """The key of the alarm whose ten minutes end first, where two or more that last have the wall; the oldest first."""
    lasting = [alarm.key for alarm in alarms if alarm.ended_at is None]
    return lasting[0] if len(lasting) > 1 else None


def _head(of: Screen, alarm: Alarm) -> str:
    view = of.view
    kept = view.tr("wall.kept", time=words.clock(view, of.face.clock.at)) if of.face.down_since else ""
    told = kept + words.headline(view, alarm, of.on.raised.shown)
    room, sizes, small = HEADS[of.is_alone]
    size = words.fitted(told, sizes, room=room)
    style = attributes(style=f"--size:{size or small}", class_=None if size else "long")
    parts = words.lead(view, alarm, room=room, size=LEADS[of.is_alone])
    lead = " ".join(f"<span>{esc(part)}</span>" for part in parts)
    return (
        f'<div class="al-head">{_sign(alarm)}<div class="say"><h1{style}>{esc(told)}</h1>'
        f'<p class="lead">{lead}</p></div></div>'
    )


def _sign(alarm: Alarm) -> str:
    """The triangle of red with its mark of exclamation; a tick in a ring once somebody has come."""
    if alarm.ended_at is None:
        drawn = '<path class="body" d="M50,8L96,90H4Z"/><path class="hole" d="M46,36h8l-1.6,28h-4.8zM46,70h8v9h-8z"/>'
    else:
        drawn = '<circle class="ring" cx="50" cy="50" r="42"/><path class="tick" d="M28,52L44,68L74,34"/>'
    return f'<svg class="sign" viewBox="0 0 100 100" aria-hidden="true">{drawn}</svg>'


def _map(of: Screen, alarm: Alarm) -> str:
    view, asked = of.view, of.asked
    if alarm.place is None:
        return f'<div class="al-map none"><b>{esc(view.tr("alarm.no_place"))}</b></div>'
    shapes: tuple[Shape, ...] = ()
    day = asked.clock.at.astimezone(view.site.zone).date()
    within = None
    with suppress(StoreUnavailable):  # then the map is that of a point
        within = _within(asked, alarm, day) if words.is_rough(alarm) else None
    on = alarm_map.sheet(alarm, wide=of.map_size[0], high=of.map_size[1], within=within)
    with suppress(StoreUnavailable):  # then the ground is drawn without
        shapes_of = AskedShapes(asked.viewer, day, alarm_asked.ground_version(asked))
        shapes = alarm_asked.ground(shapes_of, lon=alarm.place.lon, lat=alarm.place.lat, reach_m=on.reach_m)
    others = [one for one in of.on.raised.shown if one.key != alarm.key and one.ended_at is None]
    return alarm_map.picture(view, alarm, shapes, on, others)


def _within(asked: Asked, alarm: Alarm, day: date) -> Geometry | None:
    """The area in which a case is of which no more is known, in metres around its label point; raises
    StoreUnavailable.
    """
    if alarm.place is None:
        return None
    ground = computed.ground(computed.asked_ground(asked, day=day))
    level, name = ("community", alarm.community) if alarm.community else ("street", alarm.street)
    point = shapely.Point(alarm.place.lon, alarm.place.lat)
    found = (area for area in ground.of(level) if area.name == name and area.shape.intersects(point))
    area = next(found, None)
    return alarm.place.plane(area.shape) if area else None


def _more(of: Screen) -> str:
    """How many more there are, and which: as many as have room."""
    view, others = of.view, of.on.raised.others
    told = "".join(
        f"<span{of.on.running.attributes(alarm.reported_at)}><b>{esc(words.headline(view, alarm))}</b>"
        f'<span class="figure" data-t="{{t}}"></span></span>'
        for alarm in others[:TOLD_OTHERS]
    )
    head = view.tr("alarm.more", n=formats.number(len(others)))
    return f'<p class="al-more">{frame.mark("red")}<b>{esc(head)}</b>{told}</p>'


def _foot(of: Screen) -> str:
    """What else is overdue, how an alarm ends, whose data it is."""
    view, late = of.view, ""
    if of.n_overdue is not None:
        before, _, after = view.tr("alarm.overdue", mark="|", n=formats.number(of.n_overdue)).partition("|")
        late = f"{esc(before)}{frame.mark('orange')}{esc(after)}" if of.n_overdue else esc(view.tr("alarm.no_overdue"))
    ends = view.tr("alarm.ends", n=round(alarm_rules().lasts.total_seconds() / 60))
    room = "" if of.is_alone else frame.clock(view, of.face)
    return (
        f'<footer><span class="late">{late}</span><span class="ends">{esc(ends)}</span>'
        f'<span class="site">{esc(frame.place(view, of.face))}</span>'
        f"{frame.ways(view, way_back=of.way_back)}{room}</footer>"
    )
