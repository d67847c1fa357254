"""The entry of every page: who looks, theme, navigation, then the page that the URL names or why it is refused."""

from functools import partial
from pathlib import Path

import streamlit as st

from cockpit import context, matrix_way, mishap, queries, theme
from cockpit.access import pages
from cockpit.tabs import TABS, Tab, tabs_of
from config.reader import ConfigError
from geo.viewer import PROGRAM

PAGES = Path(__file__).parent.parent / "pages"
REPLAY_S, LOOK_S = 3, 30  # how often a page follows a replay, and how often it looks whether one began
_IS_DRAWN = "cockpit_is_drawn"
WALL = "wall"  # the page that fills its screen by itself and has no navigation


def _draw_anew() -> None:
    """The run after this one is no click of anybody: it keeps no session from growing idle."""
    st.session_state[pages.DRAWN_BY_ITSELF] = True
    st.rerun()


@st.fragment(run_every=queries.RETRY_S)
def _recover() -> None:
    """While the store is down: looks every few seconds and draws the page anew when it answers again."""
    pulse = queries.pulse(None, PROGRAM)
    if pulse.down_since is None:
        _draw_anew()


def _follow(view: context.View, *, every_s: float, moves_itself: bool) -> None:
    """Draws the page anew when its session has ended, or a replay moves its clock, begins or ends.

    `moves_itself`: the page follows the clock without that.
    """

    @st.fragment(run_every=every_s)
    def look() -> None:
        if not st.session_state.get(_IS_DRAWN):  # still in the run that draws the page
            return
        pulse = queries.pulse(None, PROGRAM)
        is_elsewhere = pulse.replay is not None and pulse.clock != view.clock and not moves_itself
        has_moved = pulse.down_since is None and (is_elsewhere or pulse.replay != view.replay)
        if has_moved or not pages.still_holds(view.viewer):
            _draw_anew()

    look()


def _page(view: context.View, tab: Tab, *, is_first: bool) -> st.Page:
    path = PAGES / f"{tab.url_path}.py"
    return st.Page(path, title=view.tr(tab.title_key), url_path=tab.url_path, default=is_first)


def _refused(view: context.View, name: str, tabs: list[Tab]) -> st.Page:
    """The page of a name that this viewer may not open, or that does not exist."""
    first = (tabs[0].url_path, view.tr(tabs[0].title_key)) if tabs else None
    title = view.tr("signin.refused.short")
    return st.Page(partial(pages.refuse, view, name, first=first), title=title, url_path=name or None, default=not tabs)


def main() -> None:
    """Draws the page of this run."""
    st.session_state[_IS_DRAWN] = False
    found = pages.begin_run()
    session = found.session
    view = context.current_view(begins_run=True)
    st.set_page_config(page_title=view.site.name(view.lang), page_icon="🏘️", layout="wide")
    theme.apply()
    if not pages.goes_on(found):
        return
    tabs = tabs_of(view.viewer)
    if session is None:
        tabs = list(TABS)  # while the store is down each page says so, and has nothing else for nobody
    known = {tab.url_path: _page(view, tab, is_first=tab is tabs[0]) for tab in tabs}
    name = pages.asked_page()
    others = {name: _refused(view, name, tabs)} if not tabs or (name and name not in known) else {}
    page = st.navigation([*known.values(), *others.values()], position="hidden")
    shown = next(path for path, one in (known | others).items() if one is page)
    wanted = None if shown == WALL else theme.top_bar(view, tabs=tabs, current=shown, session=session)
    wanted = pages.asked_elsewhere() or wanted
    if wanted in known and wanted != shown:
        kept = {name: value for name, value in view.params.items() if name in context.COMMON}
        kept = matrix_way.params(view) if wanted == "assessment" else kept
        st.switch_page(known[wanted], query_params=kept)
    if view.pulse and view.pulse.down_since:
        _recover()
    else:
        _follow(view, every_s=REPLAY_S if view.replay else LOOK_S, moves_itself=shown == WALL)
    if shown in known:
        pages.forget_refusal()
    try:
        page.run()
    except ConfigError as fault:
        mishap.misconfigured(view, fault)
    st.session_state[_IS_DRAWN] = True


main()
