"""数据: what became of every row, why rows were refused, how fresh each source is, what the store holds."""

from functools import partial

import streamlit as st

from cockpit.context import current_view
from cockpit.data import ledger_panel, load_panel, panels, reasons_panel, sources_panel, work_panel
from cockpit.data.computed import open_data
from cockpit.data.work import may_work
from cockpit.panels import panel
from cockpit.upload import panel as upload

data = open_data(current_view())
view = data.view

panels.apply_style()
panels.head(data)

show = partial(panel, view)
if upload.may_upload(data):
    show(key="upload", title=view.tr("upload.title"), unit=upload.unit(data), draw=partial(upload.draw, data))
if not data.is_empty:
    show(
        key="load",
        title=view.tr("data.load_title"),
        unit=load_panel.title_unit(data),
        draw=partial(load_panel.draw, data),
    )
    if data.has_rows:
        left, right = st.columns([8, 5], gap="medium")
        with left:
            show(
                key="reasons",
                title=view.tr("data.reasons_title"),
                unit=reasons_panel.unit(data),
                draw=partial(reasons_panel.draw, data),
            )
        with right:
            show(
                key="notes",
                title=view.tr("data.notes_title"),
                unit=view.tr("data.notes_unit"),
                draw=partial(reasons_panel.draw_notes, data),
            )
    if may_work(data):
        show(
            key="work",
            title=view.tr("quarantine.title"),
            unit=work_panel.unit(data),
            draw=partial(work_panel.draw, data),
        )
    show(
        key="sources",
        title=view.tr("data.sources_title"),
        unit=view.tr("data.sources_unit"),
        draw=partial(sources_panel.draw, data),
    )
show(
    key="holdings",
    title=view.tr("data.holdings_title"),
    unit=view.tr("data.holdings_unit"),
    draw=partial(sources_panel.draw_holdings, data),
)
show(
    key="loads",
    title=view.tr("data.loads_title"),
    unit=view.tr("data.loads_unit"),
    draw=partial(ledger_panel.draw, data),
)
