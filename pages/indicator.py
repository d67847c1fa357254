"""指标: one indicator in one area: what it is, whether it differs from a neighbour's, and every row behind it."""

from functools import partial

import streamlit as st

from cockpit.context import current_view
from cockpit.indicator import (
    card_panel,
    head,
    months_panel,
    neighbours_panel,
    rows_panel,
    spread_panel,
    value_panels,
)
from cockpit.indicator.computed import open_indicator
from cockpit.limited import stop_unassigned
from cockpit.panels import told

page = open_indicator(current_view())
view = page.view
stop_unassigned(view)
head.apply_style()
head.head(page)
if "incidents" not in view.datasets and view.fault is None:
    st.stop()
head.bar(page)

section = partial(head.section, page)
left, middle, right = st.columns([9, 15, 11], gap="medium")
with left:
    name, use = card_panel.card_title(page)
    section(key="card", title=name, unit=use, draw=card_panel.draw_card, is_dated=False)
with middle:
    title, unit = spread_panel.spread_title(page)
    section(key="spread", title=title, unit=unit, draw=spread_panel.draw_spread)
    if spread_panel.has_stages(page):
        section(
            key="stages",
            title=view.tr("indicator.stages_title"),
            unit=view.tr("indicator.stages_unit"),
            draw=spread_panel.draw_stages,
        )
    section(
        key="months",
        title=view.tr("indicator.months_title"),
        unit=months_panel.unit(page),
        draw=months_panel.draw_months,
    )
    section(
        key="where",
        title=value_panels.where_title(page),
        unit=view.tr("indicator.where_unit"),
        draw=value_panels.draw_where,
        is_dated=False,
    )
with right:
    section(
        key="value",
        title=page.indicator.name(view.lang),
        unit=value_panels.value_unit(page),
        draw=value_panels.draw_value,
    )
    section(
        key="neighbours",
        title=told(partial(neighbours_panel.neighbours_title, page)) or view.tr("indicator.neighbours_title"),
        unit=told(partial(neighbours_panel.neighbours_unit, page)),
        draw=neighbours_panel.draw_neighbours,
    )
section(
    key="rows",
    title=view.tr("indicator.rows_title"),
    unit=told(partial(rows_panel.unit, page)),
    draw=rows_panel.draw,
)
