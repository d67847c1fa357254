"""The scene 民生: whether what people reported was solved and how content they are, services within a walk."""

from dataclasses import replace

from cockpit.context import View
from cockpit.queries import Asked
from cockpit.wall.frame import Face
from cockpit.wall.life import computed, drawing, words
from cockpit.wall.life.computed import Life
from cockpit.wall.scene import Scene
from geo.wall import Wall

NAME = "life"


def scene(view: View, asked: Asked, found: Wall, face: Face) -> Scene | None:
    """The scene of this moment, None without a closed month; raises StoreUnavailable if it was never asked for."""
    codes = frozenset(area.code for area in found.areas if area.level == "community")
    if found.loaded_at is None:
        return None
    told = computed.life(asked, codes=codes, until=found.loaded_at.astimezone(view.site.zone).date())
    return made(view, told, found, face) if told else None


def made(view: View, told: Life, found: Wall, face: Face) -> Scene:
    """The scene of what was computed."""
    fallen = frozenset(f"{trend.kpi} {told.month}" for trend in told.trends if trend.change < 0)
    sentence = words.sentence(view, told, found)
    sentence = replace(sentence, level=None) if drawing.is_old(view, told, face) else sentence
    return Scene(NAME, sentence, fallen, drawing.body(view, told, found, face))
