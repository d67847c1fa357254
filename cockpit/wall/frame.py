"""What every scene of the wall stands in: sentence, clock, footer, the age of the data, the picture without any data.

Invariant: every value went through `esc`; a picture that is not of now says of when it is, and since when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cockpit import formats, queries
from cockpit.access.demo import demo_badge
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.theme import SHAPES, sign_out
from cockpit.wall import alive, naming
from cockpit.wall.naming import fitted
from cockpit.wall.scene import Level, Scene, Sentence
from config import freshness
from config.walls import DEFAULT, Plan, is_known
from geo.viewer import Clock

WIDE, BESIDE_MARK = 1500.0, 84.0
"""The room of the sentence beside the clock, in pixels of 1920×1080, and what its mark takes of it."""
HEAD, HEAD_LEAST, LEAD, LEAD_LEAST = 64.0, 40.0, 36.0, 34.0
"""Letters of the sentence and its second line, and the smallest that are still read from five metres."""


OLD = (
    '<svg class="mark old" viewBox="0 0 16 16" aria-hidden="true">'
    '<path d="M2.6,2.6h10.8v10.8h-10.8ZM2.6,13.4L13.4,2.6"/></svg>'
)
"""The mark before a headline that says that data is old: no shape of a level, and hollow."""
FOOT, PLAN_ROOM = 24.0, 320.0
"""Letters of the foot, and the room of the name of a plan that there is none of."""


@dataclass(frozen=True, slots=True)
class Face:
    """In which state a picture stands: the moment it was taken at, since when the store is down, if it is.

    `loaded_at`: when incidents were last loaded; `is_simulated`: whether any data set is invented; `now`: the site's
    moment, where the picture is an older one.
    """

    clock: Clock
    down_since: datetime | None = None
    loaded_at: datetime | None = None
    is_simulated: bool = False
    now: datetime | None = None

    def at(self, view: View) -> datetime:
        """The moment in the site's time zone."""
        return self.clock.at.astimezone(view.site.zone)


def screen(view: View, scene: Scene, face: Face, *, plan: Plan, way_back: bool) -> str:
    """The whole screen; `way_back`: with a link to the other pages."""
    at, told = face.at(view), scene.sentence
    now = (face.now or at).astimezone(view.site.zone)
    then = f"{at:%H:%M}"
    if at.date() != now.date():
        then = formats.moment(at, now=now, zone=view.site.zone, lang=view.lang)
    sign = OLD if told.is_old else mark(told.level)
    room = WIDE - (BESIDE_MARK if sign else 0)
    headline = (view.tr("wall.kept", time=then) if face.down_since else "") + told.head
    headline = fitted(headline, room=room, size=HEAD_LEAST)
    lead = fitted(told.lead, room=room, size=LEAD_LEAST)
    head = (
        f'<header>{sign}<div class="say"><h1{_fit(headline, room, HEAD, HEAD_LEAST)}>'
        f'{esc(headline)}</h1><p class="lead"{_fit(lead, room, LEAD, LEAD_LEAST)}>'
        f"{_strong(lead, told.strong)}</p></div>{clock(view, face)}</header>"
    )
    since = down(view, face) if face.down_since else ""
    foot = f"<footer><span>{esc(place(view, face))}</span>{since}{ways(view, way_back=way_back)}</footer>"
    label = attributes(
        role="region", aria_label=view.tr("wall.page"), data_scene=scene.name, style=f"--scale:{plan.scale:g}"
    )
    state = ("down" if face.down_since else "data") + (" night" if plan.is_night(at.time()) else "")
    return f'<main class="wall {state}"{label}>{head}{scene.body}{foot}</main>'


def joined(screens: Sequence[str]) -> str:
    """The screens of one wall beside each other; one alone is the wall."""
    if len(screens) == 1:
        return screens[0]
    return f'<div class="joined" style="--screens:{len(screens)}">{"".join(screens)}</div>'


def clock(view: View, face: Face) -> str:
    """The time and the day at the site, which the browser carries on."""
    now = (face.now or face.clock.at).astimezone(view.site.zone)
    return f'<div class="time"><b data-clock>{now:%H:%M}</b><span data-day>{esc(alive.day(view, now))}</span></div>'


def ways(view: View, *, way_back: bool) -> str:
    """The ways out of a wall: to another role in the demo mode, to the other pages for whom has them; before them that
    the plan of the address is unknown.
    """
    return f'<span class="ways">{_unknown(view)}{_demo(view)}{_back(view) if way_back else ""}</span>'


def _unknown(view: View) -> str:
    name = view.params.get("plan", DEFAULT)
    if is_known(name):
        return ""
    return f"<span>{esc(view.tr('wall.no_plan', plan=fitted(name, room=PLAN_ROOM, size=FOOT)))}</span>"


def _fit(text: str, room: float, size: float, least: float) -> str:
    """How much smaller a line is set, so that it stays one: down to `least` pixels."""
    wide = naming.width(text, size=size)
    return attributes(style=f"--fit:{max(least / size, min(1.0, room / wide)):.3f}") if wide > room else ""


def waiting(view: View, *, down_since: datetime) -> str:
    """The screen of a wall that was started while the store was down: there is no picture to keep."""
    lead = view.tr("wall.down_lead", time=_clock(view, down_since), seconds=queries.RETRY_S)
    return (
        f'<main class="wall down"><header><div class="say"><h1>{esc(view.tr("wall.down"))}</h1>'
        f'<p class="lead">{esc(lead)}</p></div></header></main>'
    )


def mark(level: Level | None) -> str:
    """The shape of a level; nothing without one."""
    if level is None:
        return ""
    return (
        f'<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path class="lv {level}" d="{SHAPES[level]}"/></svg>'
    )


def _strong(lead: str, parts: tuple[str, ...]) -> str:
    """The second line, with what stands out in it marked once each."""
    told = esc(lead)
    for part in parts:
        told = told.replace(esc(part), f"<b>{esc(part)}</b>", 1)
    return told


def _clock(view: View, moment: datetime) -> str:
    return f"{moment.astimezone(view.site.zone):%H:%M}"


def down(view: View, face: Face) -> str:
    """Since when the store is down; the ages in the picture, which are of then, are not shown meanwhile."""
    told = view.tr("common.down_since", time=_clock(view, face.down_since or face.clock.at), seconds=queries.RETRY_S)
    return f'<span class="badge" role="status">▢ {esc(told)}</span>'


def place(view: View, face: Face) -> str:
    """The name of the site, and whether its data is invented."""
    name = view.site.name(view.lang)
    return view.tr("wall.simulated", site=name) if face.is_simulated else name


def _demo(view: View) -> str:
    """In the demo mode: its mark and the way to another role, for a wall has no menu."""
    badge = demo_badge(view)
    return badge + sign_out(view, "signin.menu.switch_to", all_="") if badge else ""


def _back(view: View) -> str:
    address = "./overview" if view.lang == "zh" else f"./overview?lang={view.lang}"
    return f'<a href="{esc(address)}">{esc(view.tr("wall.back"))}</a>'


def is_stale(view: View, face: Face, loaded_at: datetime | None = None, *, dataset: str = "incidents") -> bool:
    """Whether the incidents (or a data set loaded then) are older than twice the agreed age; a replay's never are."""
    loaded_at = loaded_at or face.loaded_at
    if loaded_at is None or view.replay:
        return False
    return face.at(view) - loaded_at > timedelta(hours=2 * freshness.agreed_hours(dataset))


def known_until(view: View, face: Face, told: Sentence, loaded_at: datetime | None, *, dataset: str) -> Sentence:
    """The sentence of a scene; of a data set that is old, that it is, and below until when the sentence held."""
    if loaded_at is None or not is_stale(view, face, loaded_at, dataset=dataset):
        return told
    at = face.at(view)
    head = view.tr(f"wall.stale_{dataset}", age=formats.lapse((at - loaded_at).total_seconds(), view.lang))
    time = formats.moment(loaded_at, now=at, zone=view.site.zone, lang=view.lang)
    return Sentence(
        formats.spaced(head), formats.spaced(view.tr("wall.stale_until", time=time, told=told.head)), is_old=True
    )


def age(view: View, face: Face) -> str:
    """The age of the incidents, at the right end of a head; in a box when they are old."""
    return age_of(view, face, face.loaded_at, dataset="incidents")


def age_of(view: View, face: Face, loaded_at: datetime | None, *, dataset: str = "funds") -> str:
    """The same of a data set that was loaded at that moment."""
    at = face.at(view)
    if loaded_at is None or view.replay or loaded_at > at:  # of a moment before the load nobody can tell the age
        return ""
    if is_stale(view, face, loaded_at, dataset=dataset):
        told = view.tr("common.stale", age=formats.lapse((at - loaded_at).total_seconds(), view.lang))
        return f'<span class="age badge">{esc(told)}</span>'
    return f'<span class="age">{esc(formats.age(loaded_at, now=at, zone=view.site.zone, lang=view.lang))}</span>'
