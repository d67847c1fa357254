"""The wall on a screen: asked anew every few seconds, the last picture kept while the store does not answer.

Invariant: who may look is asked at every refresh, not only when the page was opened.
"""

from contextlib import suppress
from dataclasses import dataclass

import streamlit as st

from cockpit import context, queries
from cockpit.access import current
from cockpit.context import View
from cockpit.picture import STATIC, picture
from cockpit.queries import Asked
from cockpit.wall import computed, markup
from cockpit.wall.markup import Face
from geo.errors import StoreUnavailable
from geo.viewer import PROGRAM, Clock
from geo.wall import Wall

REFRESH_S = 10
RIGHT = "page.wall"
_LAST = "cockpit_wall"
"""Where a session keeps its last good picture."""


@dataclass(frozen=True, slots=True)
class _Kept:
    found: Wall
    clock: Clock


def apply_style() -> None:
    """Puts the dark theme of the wall on this run's page."""
    st.html(STATIC / "wall.css")


@st.fragment(run_every=REFRESH_S)
def show(view: View) -> None:
    """The picture of this moment, or the last one with the moment since which the store is down."""
    pulse = queries.pulse(None, PROGRAM)
    viewer = context.viewer() if pulse.down_since is None else view.viewer
    if not current.may(viewer, RIGHT):
        st.rerun()
    kept = _asked(Asked(viewer, pulse.clock, pulse.version))
    down_since = pulse.down_since
    if kept is None:
        picture(markup.waiting(view, down_since=down_since or pulse.clock.at), key="wall")
        return
    way_back = current.may(view.viewer, "page.overview")
    picture(markup.wall(view, kept.found, Face(kept.clock, down_since), way_back=way_back), key="wall")


def _asked(asked: Asked) -> _Kept | None:
    """The picture of this moment, the last good one of this session, or None where there never was one."""
    with suppress(StoreUnavailable):
        st.session_state[_LAST] = _Kept(computed.wall(asked), asked.clock)
    last: _Kept | None = st.session_state.get(_LAST)
    return last
