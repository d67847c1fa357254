"""The scene 时效 below its sentence: two charts of stages, the promise by day, a curve an area.

Invariant: every value went through `esc`; what a chart shows also stands in numbers beside it.
"""

from cockpit import formats
from cockpit.charts import scales
from cockpit.context import View
from cockpit.markup import esc
from cockpit.wall.frame import Face, age, age_words, is_stale
from cockpit.wall.naming import width
from cockpit.wall.response import curves, promise, stages, words
from cockpit.wall.response.computed import Response, n_of
from geo.wall import Wall

HEAD_PX, HEAD_ROOM, BOX = 26.0, 540.0, 50.0
"""The letters of a head, and what three texts in it may take together, the box of one less; pixels of 1920×1080."""


def body(view: View, found: Response, wall: Wall, face: Face) -> str:
    """Everything below the sentence."""
    today = face.at(view).date()
    unit = scales.unit_for(max((stages.reach(stage) for stage in found.general), default=0))
    general = view.tr(
        "wall_response.general_unit", n=formats.number(n_of(found.general)), unit=view.tr(f"wall_response.{unit.name}s")
    )
    urgent = view.tr(
        "wall_response.urgent_unit", span=words.span(view, found, today), n=formats.number(n_of(found.urgent))
    )
    days = view.tr("wall_response.by_day" if found.step == 1 else "wall_response.by_week")
    old, told = is_stale(view, face), age_words(view, face, face.loaded_at)
    days = days if _has_room(view, "promise", days, told, is_box=old) else ""
    crowded = old or not (_has_room(view, "urgent", urgent, told) and _has_room(view, "general", general, told))
    short = "" if crowded else age(view, face)  # the age of all three stands in the last head
    return (
        f'<div class="r-scene{" stale" if old else ""}"><section class="r-top">'
        + _section(view, "urgent", urgent, short, stages.chart(view, "urgent", found.urgent, scales.MINUTES))
        + _section(view, "general", general, short, stages.chart(view, "general", found.general, unit))
        + _section(view, "promise", days, age(view, face), promise.panel(view, found, today))
        + f"{_key(view, found)}</section>{curves.panel(view, found, wall)}</div>"
    )


def _has_room(view: View, name: str, unit: str, told: str, *, is_box: bool = False) -> bool:
    return width(view.tr(f"wall_response.{name}") + unit + told, size=HEAD_PX) <= HEAD_ROOM - BOX * is_box


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
