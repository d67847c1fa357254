"""The entry of every page: theme, navigation, then the page that the URL names."""

from pathlib import Path

import streamlit as st

from cockpit import context, queries, theme
from cockpit.access import current
from geo.viewer import PROGRAM

PAGES = Path(__file__).parent.parent / "pages"
REPLAY_S, LOOK_S = 3, 30  # how often a page follows a replay, and how often it looks whether one began
_IS_DRAWN = "cockpit_is_drawn"
TABS = (
    theme.Tab("overview", "common.page_overview"),
    theme.Tab("response", "common.page_response"),
    theme.Tab("funds", "common.page_funds"),
    theme.Tab("community", "common.page_community"),
    theme.Tab("data", "common.page_data"),
    theme.Tab("audit", "common.page_audit"),
)


@st.fragment(run_every=queries.RETRY_S)
def _recover() -> None:
    """While the store is down: looks every few seconds and draws the page anew when it answers again."""
    pulse = queries.pulse(None, PROGRAM)
    if pulse.down_since is None:
        st.rerun()


def _follow_clock(view: context.View, *, every_s: float) -> None:
    """Draws the page anew when a replay moves its clock, begins or ends; looks every so many seconds."""

    @st.fragment(run_every=every_s)
    def look() -> None:
        if not st.session_state.get(_IS_DRAWN):  # still in the run that draws the page
            return
        pulse = queries.pulse(None, PROGRAM)
        is_elsewhere = pulse.replay is not None and pulse.clock != view.clock
        if pulse.down_since is None and (is_elsewhere or pulse.replay != view.replay):
            st.rerun()

    look()


def _page(view: context.View, tab: theme.Tab, *, is_first: bool) -> st.Page:
    path = PAGES / f"{tab.url_path}.py"
    return st.Page(path, title=view.tr(tab.title_key), url_path=tab.url_path, default=is_first)


def main() -> None:
    """Draws the page of this run."""
    st.session_state[_IS_DRAWN] = False
    view = context.current_view(begins_run=True)
    st.set_page_config(page_title=view.site.name(view.lang), page_icon="🏘️", layout="wide")
    theme.apply()
    tabs = [tab for tab in TABS if current.may(view.viewer, f"page.{tab.url_path}")]
    if not tabs and view.fault is None:
        st.stop()
    tabs = tabs or list(TABS[:1])  # while the store is down nobody's page says so
    pages = {tab.url_path: _page(view, tab, is_first=tab is tabs[0]) for tab in tabs}
    page = st.navigation(list(pages.values()), position="hidden")
    shown = next(name for name, known in pages.items() if known is page)
    wanted = theme.top_bar(view, tabs=tabs, current=shown)
    if wanted in pages and wanted != shown:
        kept = {name: value for name, value in view.params.items() if name in context.COMMON}
        st.switch_page(pages[wanted], query_params=kept)
    if view.pulse and view.pulse.down_since:
        _recover()
    else:
        _follow_clock(view, every_s=REPLAY_S if view.replay else LOOK_S)
    page.run()
    st.session_state[_IS_DRAWN] = True


main()
