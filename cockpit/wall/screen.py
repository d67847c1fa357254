"""The wall on a screen: one scene at a time, asked anew every few seconds, the last picture kept without a store.

Invariant: who may look is asked at every refresh, not only when the page was opened.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from cockpit import context, queries
from cockpit.access import current
from cockpit.context import View
from cockpit.picture import STATIC, picture
from cockpit.queries import Asked
from cockpit.wall import alarm, alarm_asked, computed, director, frame, now
from cockpit.wall.director import Turned
from cockpit.wall.frame import Face
from cockpit.wall.scene import Scene
from config.walls import DEFAULT, SCENES, Plan, names, plan
from geo.errors import StoreUnavailable
from geo.viewer import PROGRAM, Clock
from geo.wall import Wall

REFRESH_S = 10
RIGHT = "page.wall"
_LAST, _TURNED = "cockpit_wall", "cockpit_wall_turned"
"""Where a session keeps its last good picture, and which scene it shows."""
_BUILT: Mapping[str, Callable[[View, Wall, Face], Scene]] = {"now": now.scene}
"""How each scene is made."""


@dataclass(frozen=True, slots=True)
class _Kept:
    found: Wall
    clock: Clock


def apply_style() -> None:
    """Puts the dark theme of the wall on this run's page."""
    st.html(STATIC / "wall.css")
    st.html(STATIC / "wall_alarm.css")


def plan_of(view: View) -> Plan:
    """The plan that the address names (`plan`), else the default one."""
    named = view.params.get("plan", DEFAULT)
    return plan(named if named in names() else DEFAULT)


@st.fragment(run_every=REFRESH_S)
def show(view: View) -> None:
    """The picture of this moment, or the last one with the moment since which the store is down."""
    pulse = queries.pulse(None, PROGRAM)
    viewer = context.viewer() if pulse.down_since is None else view.viewer
    if not current.may(viewer, RIGHT):
        st.rerun()
    kept = _asked(Asked(viewer, pulse.clock, pulse.version))
    if kept is None:
        picture(frame.waiting(view, down_since=pulse.down_since or pulse.clock.at), key="wall")
        return
    face = Face(kept.clock, pulse.down_since, kept.found.loaded_at, is_simulated=kept.found.is_simulated)
    way_back = current.may(view.viewer, "page.overview")
    if on := alarm_asked.shown(viewer, pulse):
        alarmed = alarm.Screen(view, Asked(viewer, pulse.clock, pulse.version), kept.found, face, on, way_back)
        picture(alarm.screen(alarmed, plan=plan_of(view)), key="wall", at=datetime.now(UTC))
        return
    scene = _turned(view, {name: build(view, kept.found, face) for name, build in _BUILT.items()})
    picture(frame.screen(view, scene, face, plan=plan_of(view), way_back=way_back), key="wall")


def _turned(view: View, scenes: Mapping[str, Scene]) -> Scene:
    """The scene whose turn it is; the one that the address names (`scene`) stays."""
    held = view.params.get("scene")
    if held in SCENES:
        return scenes[held]
    last: Turned | None = st.session_state.get(_TURNED)
    troubles = {name: scene.troubles for name, scene in scenes.items()}
    last = director.delayed(last, alarm_asked.passed())
    turned = director.turn(plan_of(view), last, troubles, at=datetime.now(UTC))  # of the room, not of the data
    st.session_state[_TURNED] = turned
    return scenes[turned.scene]


def _asked(asked: Asked) -> _Kept | None:
    """The picture of this moment, the last good one of this session, or None where there never was one."""
    with suppress(StoreUnavailable):
        st.session_state[_LAST] = _Kept(computed.wall(asked), asked.clock)
    last: _Kept | None = st.session_state.get(_LAST)
    return last
