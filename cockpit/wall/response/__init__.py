"""The scene 时效: the stages as lengths, the promise of ten minutes by day, arrivals of every community."""

from dataclasses import replace

from cockpit.context import View
from cockpit.queries import Asked
from cockpit.wall.frame import Face, is_stale, known_until
from cockpit.wall.response import computed, drawing, words
from cockpit.wall.response.computed import Response
from cockpit.wall.scene import Scene
from geo.viewer import Clock
from geo.wall import Wall

NAME = "response"


def scene(view: View, asked: Asked, found: Wall, face: Face) -> Scene | None:
    """The scene of this moment, of old incidents of the moment of their load, since days that nobody knows of are no
    quiet ones; None without incidents and where nothing urgent has happened in WEEKS. Raises StoreUnavailable if
    never asked for before.
    """
    if found.loaded_at is None:
        return None
    is_old = is_stale(view, face, found.loaded_at)
    told = computed.response(replace(asked, clock=Clock(found.loaded_at)) if is_old else asked, is_past=is_old)
    return made(view, told, found, face) if told.has_urgent else None


def made(view: View, told: Response, found: Wall, face: Face) -> Scene:
    """The scene of what was computed."""
    slow = frozenset(f"slow {stage.name}" for stage in told.urgent if stage.is_slow)
    troubles = slow | (frozenset({"promise"}) if words.is_broken(told.promise) else frozenset())
    sentence = words.sentence(view, told, found, at=face.at(view))
    sentence = known_until(view, face, sentence, found.loaded_at, dataset="incidents")
    return Scene(NAME, sentence, troubles, drawing.body(view, told, found, face))
