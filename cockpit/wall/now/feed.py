"""The last stages that cases reached: when, which, where, of which category; of public categories only.

Invariant: a row says nothing that tells one case from another of its kind in its area.
"""

from datetime import timedelta

from cockpit import formats
from cockpit.context import View
from cockpit.markup import esc
from cockpit.wall.naming import KINDS, fitted, width
from cockpit.wall.now import layout
from geo.wall import Wall, WallStage

ROOM, STAGE, PX, SMALL = 458.0, 76.0, 28.0, 24.0
"""The room of stage, place and category together, and the least that a stage takes, in pixels of 1920×1080; letters,
and those of a category that finds no room in them.
"""
LEAST = 0.45
"""The part of the room of place and category that a category may have, however long the place is."""

NEAR = timedelta(hours=12)
"""Older stages are named by their day."""


def section(view: View, found: Wall, *, age: str) -> str:
    """The section of the feed."""
    head = f"<h2><b>{esc(view.tr('wall.feed'))}</b>{age}</h2>"
    stages = found.stages[: layout.feed_rows(found.areas)]
    if not stages:
        told = view.tr("wall.feed_unknown" if "age old" in age else "wall.feed_none")
        return f'<section class="feed">{head}<p class="none">{esc(told)}</p></section>'
    rows = "".join(_row(view, found, stage) for stage in stages)
    return f'<section class="feed">{head}{rows}</section>'


def _row(view: View, found: Wall, stage: WallStage) -> str:
    at = stage.at.astimezone(view.site.zone)
    is_near = found.at is not None and found.at - stage.at < NEAR
    time = f"{at:%H:%M}" if is_near else f"{at:%m-%d}"
    word = view.tr(f"wall.stage_{stage.stage}")
    room = ROOM - max(STAGE, width(word, size=PX))
    category = stage.category_en if view.lang == "en" else stage.category_zh
    place = formats.spaced(stage.area or view.tr("wall.outside"))
    free = max(room * LEAST, room - width(place, size=PX))
    size = PX if width(category, size=PX) <= free else SMALL
    category = fitted(category, room=free, size=size)
    left = room - width(category, size=size)
    if width(place, size=PX) > left:
        place = place.replace(KINDS["community"], "", 1)
    place = fitted(place, room=left, size=PX)
    small = ' class="small"' if size == SMALL else ""
    return f"<p><span>{time}</span><b>{esc(word)}</b><span>{esc(place)}</span><span{small}>{esc(category)}</span></p>"
