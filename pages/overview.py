"""总览: what is the matter, how it stands against the usual, where it happens, and how the areas stand."""

import streamlit as st

from cockpit.context import current_view
from cockpit.filterbar import filter_bar
from cockpit.limited import stop_unassigned
from cockpit.overview import before, map_panel, panels
from cockpit.panels import panel, told
from cockpit.theme import page_head

view = current_view()
stop_unassigned(view)
sentence = panels.head(view)
page_head(view, sentence=sentence.head, lead=sentence.lead, level=sentence.level)
if before.has_keys(view) or before.has_areas(view):
    filter_bar(view, with_level=True, with_category=True)
if before.has_keys(view):
    panel(
        view,
        key="keys",
        title=view.tr("overview.keys_title"),
        unit=view.tr("overview.keys_unit"),
        draw=lambda: panels.keys(view),
        dataset="incidents",
    )
if before.has_funds(view):
    panel(
        view,
        key="funds",
        title=view.tr("common.page_funds"),
        unit="",
        draw=lambda: before.funds(view),
        dataset="funds",
    )
if not before.has_map(view) and not before.has_services(view):
    st.stop()

left, right = st.columns([7, 5] if before.has_areas(view) else 2)
with right:
    if before.has_areas(view):
        panel(
            view,
            key="areas",
            title=view.tr("overview.table_title", level=view.tr(f"common.level_{view.filters.level}")),
            unit=panels.table_unit(view),
            draw=lambda: panels.area_table(view),
            dataset="incidents",
        )
    elif before.has_services(view):
        panel(
            view,
            key="services",
            title=view.tr("overview.services"),
            unit=told(lambda: before.services_unit(view)),
            draw=lambda: before.services(view),
            dataset="service-points",
        )
with left:
    panel(
        view,
        key="map",
        title=map_panel.title(view),
        unit=map_panel.map_unit(view),
        draw=lambda: map_panel.area_map(view),
        dataset="incidents",
    )
