"""The wall on a screen: drawn anew whenever the bell rings, the last picture kept while the store does not answer.

Invariant: who may look is asked at every refresh, not only when the page was opened; while the store cannot be asked
nothing new is shown, and of what was kept only what this browser was shown before.
"""

from dataclasses import dataclass, replace

import streamlit as st

from cockpit import context, mishap, queries
from cockpit.access import current, pages
from cockpit.context import View
from cockpit.picture import STATIC, picture
from cockpit.queries import Asked, Pulse
from cockpit.wall import alive, computed, kept, markup
from cockpit.wall.markup import Face
from config.access import WALL
from geo.errors import StoreUnavailable
from geo.viewer import PROGRAM, Clock
from geo.wall import Wall

FALLBACK_S = 30
"""The bell comes first; so often the wall is drawn anew also when nothing rang."""
RIGHT = "page.wall"
_LAST = "cockpit_wall"
"""Where a session keeps its last good picture."""
_DRAWN = "cockpit_wall_drawn"
"""Where a session keeps the last markup that could be drawn."""


@dataclass(frozen=True, slots=True)
class _Last:
    found: Wall
    clock: Clock


def apply_style() -> None:
    """Puts the dark theme of the wall on this run's page."""
    st.html(STATIC / "wall.css")
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
    last = _last(view, pulse)
    if last is None:
        picture(markup.waiting(view, down_since=pulse.down_since or pulse.clock.at), key="wall")
    else:
        picture(_drawn(view, last, pulse), key="wall")
    alive.listen(view, pulse, is_first=last is None)


def _is_another_day(view: View, pulse: Pulse) -> bool:
    """Whether the page was opened on another day of the site: its boundaries and periods are that day's."""
    return pulse.clock.at.astimezone(view.site.zone).date() != view.now.date()


def _draw_anew() -> None:
    st.session_state[pages.DRAWN_BY_ITSELF] = True
    st.rerun()


def _last(view: View, pulse: Pulse) -> _Last | None:
    """The picture of this moment, the last good one of this browser, or None where there never was one."""
    token = st.context.cookies.get(current.cookie_name())
    if pulse.down_since is None:
        asked = Asked(view.viewer, pulse.present, pulse.version)
        try:
            last = _Last(computed.wall(asked), asked.clock)
            st.session_state[_LAST] = last
            if view.viewer.role == WALL and kept.is_due(token):
                kept.keep(token, current.of_page(), last.found, last.clock)
        except StoreUnavailable:
            pass
        except Exception as fault:  # noqa: BLE001 - a wall nobody stands at must not end with one bad answer
            mishap.note(fault)
    elif _LAST not in st.session_state and (again := kept.recall(token)):
        st.session_state[_LAST] = _Last(again.found, again.clock)
    known: _Last | None = st.session_state.get(_LAST)
    return known


def _drawn(view: View, last: _Last, pulse: Pulse) -> str:
    """The markup of the picture; of the one before where this one cannot be drawn."""
    down_since = pulse.down_since or (None if last.clock == pulse.present else pulse.clock.at)
    face = Face(last.clock, down_since, now=pulse.now)
    way_back = current.may(view.viewer, "page.overview")
    try:
        st.session_state[_DRAWN] = markup.wall(view, last.found, face, way_back=way_back)
    except Exception as fault:  # noqa: BLE001 - the last picture is better than none
        mishap.note(fault)
        if _DRAWN not in st.session_state:
            return markup.waiting(view, down_since=pulse.clock.at)
    drawn: str = st.session_state[_DRAWN]
    return drawn
