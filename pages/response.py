"""时效: how long each stage takes, whether the ten-minute promise is kept, and how the areas compare."""

import streamlit as st

from cockpit.context import current_view
from cockpit.filterbar import filter_bar
from cockpit.limited import stop_unassigned
from cockpit.response import areas, panels, trend
from cockpit.response.panels import section

view = current_view()
stop_unassigned(view)
panels.apply_style()
panels.head(view)
if panels.is_without_incidents(view):
    st.stop()  # the head of the page says what is there and what to load
filter_bar(view, with_level=True, with_category=True)

days, whom = panels.period(view), panels.who(view)
left, middle, right = st.columns(3, gap="medium")
with left:
    section(
        view,
        key="urgent",
        title=view.tr("response.who_urgent"),
        unit=view.tr("response.stages_unit", period=days),
        draw=panels.stages_of_class(view, "urgent"),
    )
with middle:
    section(
        view,
        key="general",
        title=view.tr("response.who_general"),
        unit=view.tr("response.stages_unit", period=days),
        draw=panels.stages_of_class(view, "general"),
    )
with right:
    section(
        view,
        key="promise",
        title=view.tr("response.promise_title"),
        unit=view.tr("response.unit_line", who=whom, period=days),
        draw=panels.promise(view),
    )
    section(
        view,
        key="trend",
        title=view.tr("response.trend_head"),
        unit=view.tr("response.trend_unit"),
        draw=trend.trend(view),
    )
section(
    view,
    key="tiles",
    title=areas.tiles_title(view),
    unit=view.tr("response.tiles_unit", who=whom),
    draw=areas.tiles(view),
)
section(
    view,
    key="table",
    title=view.tr("response.table_title"),
    unit=whom,
    draw=areas.table(view),
)
