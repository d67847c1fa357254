"""指标: one indicator in one area: what it is, whether it differs from a neighbour's, and every row behind it."""

from functools import partial

import streamlit as st

from cockpit.context import current_view
from cockpit.indicator import panels, rows_panel
from cockpit.indicator.computed import open_indicator
from cockpit.limited import stop_unassigned
from cockpit.panels import told

page = open_indicator(current_view())
view = page.view
stop_unassigned(view)
panels.apply_style()
panels.head(page)
if "incidents" not in view.datasets and view.fault is None:
    st.stop()
panels.bar(page)

section = partial(panels.section, page)
left, middle, right = st.columns([9, 16, 10], gap="medium")
with left:
    name, use = panels.card_title(page)
    section(key="card", title=name, unit=use, draw=panels.draw_card)
with middle:
    title, unit = panels.spread_title(page)
    section(key="spread", title=title, unit=unit, draw=panels.draw_spread)
    if panels.has_stages(page):
        section(
            key="stages",
            title=view.tr("indicator.stages_title"),
            unit=view.tr("indicator.stages_unit"),
            draw=panels.draw_stages,
        )
    section(
        key="months",
        title=view.tr("indicator.months_title"),
        unit=view.tr("indicator.months_unit"),
        draw=panels.draw_months,
    )
with right:
    section(key="value", title=page.indicator.name(view.lang), unit=panels.value_unit(page), draw=panels.draw_value)
    section(
        key="neighbours",
        title=told(partial(panels.neighbours_title, page)) or view.tr("indicator.neighbours_title"),
        unit=told(partial(panels.neighbours_unit, page)),
        draw=panels.draw_neighbours,
    )
    section(
        key="where",
        title=panels.where_title(page),
        unit=view.tr("indicator.where_unit"),
        draw=panels.draw_where,
    )
section(
    key="rows",
    title=view.tr("indicator.rows_title"),
    unit=told(partial(rows_panel.unit, page)),
    draw=rows_panel.draw,
)
