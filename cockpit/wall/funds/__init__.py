"""The scene 资金: where the money comes from and goes, what is in hand, which funds sleep."""

from dataclasses import replace

from cockpit.context import View
from cockpit.queries import Asked
from cockpit.wall.frame import Face, known_until
from cockpit.wall.funds import computed, drawing, words
from cockpit.wall.funds.computed import Funds
from cockpit.wall.scene import Scene
from geo.viewer import Clock
from geo.wall import Wall

NAME = "funds"


def scene(view: View, asked: Asked, found: Wall, face: Face) -> Scene | None:  # noqa: ARG001 - as every scene is made
    """The scene of this moment, of an old ledger of the moment of its load, since funds do not sleep for want of one;
    None where no fund has a balance. Raises StoreUnavailable if never asked for before.
    """
    told = computed.funds(view, asked)
    if told and told.loaded_at and drawing.is_old(view, told, face):
        told = computed.funds(view, replace(asked, clock=Clock(told.loaded_at)))
    return made(view, told, face) if told else None


def made(view: View, told: Funds, face: Face) -> Scene:
    """The scene of what was computed."""
    asleep = frozenset(f"asleep {holding.position.fund_code}" for holding in told.summary.asleep)
    gap = frozenset({"gap"}) if told.summary.gap else frozenset()
    sentence = known_until(view, face, words.sentence(view, told), told.loaded_at, dataset="funds")
    return Scene(NAME, sentence, asleep | gap, drawing.body(view, told, face))
