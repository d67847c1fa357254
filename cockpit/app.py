"""The entry of every page: theme, navigation, then the page that the URL names."""

from pathlib import Path

import streamlit as st

from cockpit import context, queries, theme

PAGES = Path(__file__).parent.parent / "pages"
TABS = (
    theme.Tab("overview", "common.page_overview"),
    theme.Tab("response", "common.page_response"),
    theme.Tab("funds", "common.page_funds"),
    theme.Tab("community", "common.page_community"),
)


@st.fragment(run_every=queries.RETRY_S)
def _recover(view: context.View) -> None:
    """While the store is down: looks every few seconds and draws the page anew when it answers again."""
    pulse = queries.pulse(context.now(), view.viewer)
    if pulse.down_since is None:
        st.rerun()


def _page(view: context.View, tab: theme.Tab) -> st.Page:
    path = PAGES / f"{tab.url_path}.py"
    return st.Page(path, title=view.tr(tab.title_key), url_path=tab.url_path, default=tab is TABS[0])


def main() -> None:
    """Draws the page of this run."""
    view = context.current_view()
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
    page.run()


main()
