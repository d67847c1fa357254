"""The wall: its scenes, drawn anew whenever the bell rings, the last ones kept without a store.

Invariant: who may look is asked at every refresh, not only when the page was opened; while the store cannot be asked
nothing new is shown, and of what was kept only what this browser was shown before.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import streamlit as st

from cockpit import context, mishap, queries
from cockpit.access import current, pages
from cockpit.context import View
from cockpit.picture import STATIC, picture
from cockpit.queries import Asked, Pulse
from cockpit.wall import alive, computed, frame, funds, kept, life, now, response, screens
from cockpit.wall.frame import Face
from cockpit.wall.kept import Shown
from cockpit.wall.scene import Scene
from config.access import WALL
from geo.errors import StoreUnavailable
from geo.viewer import PROGRAM, Viewer
from geo.wall import Wall

FALLBACK_S = 30
"""The bell comes first; so often the wall is drawn anew also when nothing rang."""
SLOW_S = 15.0
"""What does not show the present, or nobody sees behind an alarm, is made anew so often, however often it rings."""
APART_S = 2.0
"""So far apart they are made, that no refresh waits for more than one of them."""
RIGHT = "page.wall"
_LAST, _MADE = "cockpit_wall", "cockpit_wall_made"
"""Where a session keeps what it showed last, and the slow scenes with when they were made."""
_BUILT: Mapping[str, Callable[[View, Asked, Wall, Face], Scene | None]] = {
    "now": now.scene,
    "response": response.scene,
    "funds": funds.scene,
    "life": life.scene,
}
"""How each scene is made; None: there is nothing to show."""


def apply_style() -> None:
    """Puts the dark theme of the wall on this run's page."""
    st.html(STATIC / "wall.css")
    st.html(STATIC / "wall_response.css")
    st.html(STATIC / "funds.css")
    st.html(STATIC / "wall_funds.css")
    st.html(STATIC / "wall_life.css")
    st.html(STATIC / "wall_alarm.css")
    st.html(STATIC / "bell.css")


@st.fragment(run_every=FALLBACK_S)
def show(view: View) -> None:
    """The picture of this moment, or the last one with the moment since which the store is down."""
    pulse = queries.pulse(None, PROGRAM)
    st.session_state[current.BY_ITSELF] = True  # a refresh is no use that keeps a session from growing idle
    if pulse.down_since is None:
        viewer = context.viewer()
        if not current.may(viewer, RIGHT) or _is_another_day(view, pulse):
            _draw_anew()
        view = replace(view, viewer=viewer, clock=pulse.present, data_version=pulse.version, pulse=pulse)
    on = screens.alarms(view, pulse)
    last = _last(view, pulse, is_hidden=on is not None and not screens.plan_of(view).screens)
    if last is None:
        picture(frame.waiting(view, down_since=pulse.down_since or pulse.clock.at), key="wall")
    else:
        picture(screens.drawn(view, last, pulse, on), key="wall", at=datetime.now(UTC))
    alive.listen(view, pulse, is_first=last is None)


def _is_another_day(view: View, pulse: Pulse) -> bool:
    """Whether the page was opened on another day of the site: its boundaries and periods are that day's."""
    return pulse.clock.at.astimezone(view.site.zone).date() != view.now.date()


def _draw_anew() -> None:
    st.session_state[pages.DRAWN_BY_ITSELF] = True
    st.rerun()


def _last(view: View, pulse: Pulse, *, is_hidden: bool) -> Shown | None:
    """The scenes of this moment, the last good ones of this browser, or None where there never were any."""
    token = st.context.cookies.get(current.cookie_name())
    if pulse.down_since is None:
        try:
            st.session_state[_LAST] = shown = _asked(
                view, Asked(view.viewer, pulse.present, pulse.version), is_hidden=is_hidden
            )
            if view.viewer.role == WALL and kept.is_due(token):
                kept.keep(token, current.of_page(), shown)
        except StoreUnavailable:
            pass
        except Exception as fault:  # noqa: BLE001 - a wall nobody stands at must not end with one bad answer
            mishap.note(fault)
    elif _LAST not in st.session_state and (again := kept.recall(token)):
        st.session_state[_LAST] = again
    known: Shown | None = st.session_state.get(_LAST)
    return known


def _asked(view: View, asked: Asked, *, is_hidden: bool) -> Shown:
    """Every scene that can be drawn now, `is_hidden`: behind an alarm; raises StoreUnavailable."""
    found = computed.wall(asked)
    face = Face(asked.clock, loaded_at=found.loaded_at, is_simulated=found.is_simulated)
    made = [
        scene
        for name in _BUILT
        if (scene := _made(name, view, asked, found, face, may_wait=is_hidden or name != "now"))
    ]
    if not made:
        raise StoreUnavailable("no scene can be drawn")
    n_overdue = found.n_overdue if found.has_deadlines else None
    return Shown(tuple(made), asked.clock.at, found.loaded_at, found.is_simulated, n_overdue)


def _made(name: str, view: View, asked: Asked, found: Wall, face: Face, *, may_wait: bool) -> Scene | None:
    """One scene, None where it has nothing to show or cannot be drawn; raises StoreUnavailable.

    `may_wait`: one that was made a moment ago will do.
    """
    made: dict[tuple[str, str, Viewer], tuple[float, Scene | None]] = st.session_state.setdefault(_MADE, {})
    key = (name, view.lang, asked.viewer)
    if may_wait and key in made:
        at, scene = made[key]
        newest = max((at for (other, *_), (at, _) in made.items() if other != "now"), default=at)
        if time.monotonic() - at < SLOW_S or time.monotonic() - newest < APART_S:
            return scene
    try:
        scene = _BUILT[name](view, asked, found, face)
    except StoreUnavailable:
        raise
    except Exception as fault:  # noqa: BLE001 - the other scenes are shown
        mishap.note(fault)
        scene = None
    made[key] = (time.monotonic(), scene)
    return scene
