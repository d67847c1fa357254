"""What every scene of the wall stands in: sentence, clock, footer, the age of the data, the picture without any data.

Invariant: every value went through `esc`; a picture that is not of now says of when it is, and since when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cockpit import formats, queries
from cockpit.access.demo import demo_badge
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.theme import SHAPES, sign_out
from cockpit.wall.scene import Level, Scene
from config import freshness
from config.walls import Plan
from geo.viewer import Clock


@dataclass(frozen=True, slots=True)
class Face:
    """In which state a picture stands: the moment it was taken at, since when the store is down, if it is.

    `loaded_at`: when incidents were last loaded; `is_simulated`: whether any data set is invented.
    """

    clock: Clock
    down_since: datetime | None = None
    loaded_at: datetime | None = None
    is_simulated: bool = False

    def at(self, view: View) -> datetime:
        """The moment in the site's time zone."""
        return self.clock.at.astimezone(view.site.zone)


def screen(view: View, scene: Scene, face: Face, *, plan: Plan, way_back: bool) -> str:
    """The whole screen; `way_back`: with a link to the other pages."""
    at = face.at(view)
    kept = view.tr("wall.kept", time=f"{at:%H:%M}") if face.down_since else ""
    told = scene.sentence
    head = (
        f'<header>{mark(told.level)}<div class="say"><h1>{esc(kept + told.head)}</h1>'
        f'<p class="lead">{_strong(told.lead, told.strong)}</p></div>{clock(view, face)}</header>'
    )
    foot = f"<footer><span>{esc(place(view, face))}</span>{ways(view, way_back=way_back)}</footer>"
    label = attributes(
        role="region", aria_label=view.tr("wall.page"), data_scene=scene.name, style=f"--scale:{plan.scale:g}"
    )
    state = ("down" if face.down_since else "data") + (" night" if plan.is_night(at.time()) else "")
    return f'<main class="wall {state}"{label}>{head}{scene.body}{foot}</main>'


def clock(view: View, face: Face) -> str:
    """The time and the day of the picture."""
    at = face.at(view)
    return f'<div class="time"><b>{at:%H:%M}</b><span>{esc(_day(view, at))}</span></div>'


def ways(view: View, *, way_back: bool) -> str:
    """The ways out of a wall: to another role in the demo mode, to the other pages for whom has them."""
    return f'<span class="ways">{_demo(view)}{_back(view) if way_back else ""}</span>'


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


def _day(view: View, at: datetime) -> str:
    day = view.tr("common.short_day", month=view.tr(f"common.month_{at.month}"), day=at.day)
    return view.tr("common.day_weekday", day=day, weekday=view.tr(f"common.weekday_{at.isoweekday()}"))


def _clock(view: View, moment: datetime) -> str:
    return f"{moment.astimezone(view.site.zone):%H:%M}"


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


def age(view: View, face: Face) -> str:
    """The age of the incidents, at the right end of a head; in a box when the store is down or they are old."""
    if face.down_since:
        told = view.tr("common.down_since", time=_clock(view, face.down_since), seconds=queries.RETRY_S)
        return f'<span class="age badge" role="status">▢ {esc(told)}</span>'
    if face.loaded_at is None or view.replay:
        return ""
    at = face.at(view)
    passed = at - face.loaded_at
    if passed > timedelta(hours=2 * freshness.agreed_hours("incidents")):
        told = view.tr("common.stale", age=formats.duration(passed.total_seconds(), view.lang))
        return f'<span class="age badge">{esc(told)}</span>'
    told = formats.age(face.loaded_at, now=at, zone=view.site.zone, lang=view.lang)
    gap = " " if view.lang == "zh" and told[0].isdigit() else ""
    return f'<span class="age">{esc(view.tr("common.updated", age=gap + told))}</span>'
