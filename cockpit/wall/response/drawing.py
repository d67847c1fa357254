"""The scene 时效 below its sentence: two charts of stages, the promise by day, a curve an area.

Invariant: every value went through `esc`; what a chart shows also stands in numbers beside it.
"""

from cockpit import formats
from cockpit.charts import scales
from cockpit.context import View
from cockpit.markup import esc
from cockpit.wall import fitting
from cockpit.wall.frame import Face, age, is_stale
from cockpit.wall.response import curves, promise, stages, words
from cockpit.wall.response.computed import GENERAL_DAYS, Response, n_of
from geo.wall import Wall

HEAD_PX, HEAD_ROOM = 26.0, 568.0
"""The letters and the room of each of the three heads, in pixels of 1920×1080; one of them has the age of all."""


def body(view: View, found: Response, wall: Wall, face: Face) -> str:
    """Everything below the sentence."""
    today = face.at(view).date()
    unit = scales.unit_for(max((stages.reach(stage) for stage in found.general), default=0))
    general = view.tr(
        "wall_response.general_unit",
        span=words.dated(view, found, today, days=GENERAL_DAYS),
        n=formats.number(n_of(found.general)),
        unit=view.tr(f"wall_response.{unit.name}s"),
    )
    urgent = view.tr(
        "wall_response.urgent_unit",
        span=words.dated(view, found, today, days=found.span),
        n=formats.number(n_of(found.urgent)),
    )
    days = view.tr("wall_response.by_day" if found.step == 1 else "wall_response.by_week")
    old, told = is_stale(view, face), age(view, face)

    def has_room(name: str, unit: str) -> bool:
        return fitting.has_room(view.tr(f"wall_response.{name}"), unit, told, room=HEAD_ROOM, size=HEAD_PX)

    days = days if has_room("promise", days) else ""
    short = told if not old and has_room("urgent", urgent) and has_room("general", general) else ""
    return (
        f'<div class="r-scene{" stale" if old else ""}"><section class="r-top">'
        + _section(view, "urgent", urgent, short, stages.chart(view, "urgent", found.urgent, scales.MINUTES))
        + _section(view, "general", general, short, stages.chart(view, "general", found.general, unit))
        + _section(view, "promise", days, told, promise.panel(view, found, today))
        + f"{_key(view, found)}</section>{curves.panel(view, found, wall, today)}</div>"
    )


def _key(view: View, found: Response) -> str:
    """What the bars mean; what purple means only where there is some, else that nothing is longer beyond chance."""
    stages = (*found.urgent, *found.general)
    more = ""
    if any(stage.is_slow for stage in stages):
        more = f'<span class="r-more">{esc(view.tr("wall_response.key_more"))}</span>'
    elif any(stage.now and stage.usual_s is not None and stage.now.p50_s > stage.usual_s for stage in stages):
        more = f"<span>{esc(view.tr('wall_response.key_no_more'))}</span>"
    keys = "".join(f"<span>{esc(view.tr(f'wall_response.key_{name}'))}</span>" for name in ("bar", "thin", "usual"))
    return f'<p class="r-key">{keys}{more}<span>{esc(view.tr("wall_response.key_public"))}</span></p>'


def _section(view: View, name: str, unit: str, told: str, drawn: str) -> str:
    title = esc(view.tr(f"wall_response.{name}"))
    return f'<div class="r-sec"><h2><b>{title}</b><span>{esc(unit)}</span>{told}</h2>{drawn}</div>'
