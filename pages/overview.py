"""总览: what is the matter, how it stands against the usual, where it happens, and how the areas stand."""

import streamlit as st

from cockpit.context import current_view
from cockpit.filterbar import filter_bar
from cockpit.overview import map_panel, panels
from cockpit.panels import panel
from cockpit.theme import page_head

view = current_view()
sentence = panels.head(view)
page_head(view, sentence=sentence.head, lead=sentence.lead, level=sentence.level)
filter_bar(view, with_level=True, with_category=True)

if view.fault or "incidents" in view.datasets:  # before the first incident the head of the page says all of it
    panel(
        view,
        key="keys",
        title=view.tr("overview.keys_title"),
        unit=view.tr("overview.keys_unit"),
        draw=lambda: panels.keys(view),
        dataset="incidents",
    )

left, right = st.columns([7, 5])
with right:
    panel(
        view,
        key="areas",
        title=view.tr("overview.table_title", level=view.tr(f"common.level_{view.filters.level}")),
        unit=panels.table_unit(view),
        draw=lambda: panels.area_table(view),
        dataset="incidents",
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
