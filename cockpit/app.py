"""The entry of every page: theme, navigation, then the page that the URL names."""

from pathlib import Path

import streamlit as st

from cockpit import context, queries, theme

PAGES = Path(__file__).parent.parent / "pages"
REPLAY_S, LOOK_S = 3, 30  # how often a page follows a replay, and how often it looks whether one began
_IS_DRAWN = "cockpit_is_drawn"
TABS = (
    theme.Tab("overview", "common.page_overview"),
    theme.Tab("response", "common.page_response"),
    theme.Tab("funds", "common.page_funds"),
    theme.Tab("community", "common.page_community"),
    theme.Tab("data", "common.page_data"),
)


@st.fragment(run_every=queries.RETRY_S)
def _recover(view: context.View) -> None:
    """While the store is down: looks every few seconds and draws the page anew when it answers again."""
    pulse = queries.pulse(None, view.viewer)
    if pulse.down_since is None:
        st.rerun()


def _follow_clock(view: context.View, *, every_s: float) -> None:
    """Draws the page anew when a replay moves its clock, begins or ends; looks every so many seconds."""

    @st.fragment(run_every=every_s)
    def look() -> None:
        if not st.session_state.get(_IS_DRAWN):  # still in the run that draws the page
            return
        pulse = queries.pulse(None, view.viewer)
        is_elsewhere = pulse.replay is not None and pulse.clock != view.clock
        if pulse.down_since is None and (is_elsewhere or pulse.replay != view.replay):
            st.rerun()

    look()


def _page(view: context.View, tab: theme.Tab) -> st.Page:
    path = PAGES / f"{tab.url_path}.py"
    return st.Page(path, title=view.tr(tab.title_key), url_path=tab.url_path, default=tab is TABS[0])


def main() -> None:
    """Draws the page of this run."""
    st.session_state[_IS_DRAWN] = False
    view = context.current_view(begins_run=True)
    st.set_page_config(page_title=view.site.name(view.lang), page_icon="🏘️", layout="wide")
    theme.apply()
    pages = {tab.url_path: _page(view, tab) for tab in TABS}
    page = st.navigation(list(pages.values()), position="hidden")
    current = next(name for name, known in pages.items() if known is page)
    wanted = theme.top_bar(view, tabs=TABS, current=current)
    if wanted in pages and wanted != current:
        kept = {name: value for name, value in view.params.items() if name in context.COMMON}
        st.switch_page(pages[wanted], query_params=kept)
    if view.pulse and view.pulse.down_since:
        _recover(view)
    else:
        _follow_clock(view, every_s=REPLAY_S if view.replay else LOOK_S)
    page.run()
    st.session_state[_IS_DRAWN] = True


main()
