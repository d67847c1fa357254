"""审计: who did what to what, from where, why, with what result; whether the trail is whole."""

from functools import partial

import streamlit as st

from cockpit.audit import lines_panel, panels
from cockpit.audit.computed import open_audit
from cockpit.context import current_view
from cockpit.panels import panel

audit = open_audit(current_view(), st.session_state)
view = audit.view

panels.apply_style()
panels.head(audit)

show = partial(panel, view)
if not audit.is_unwritable:
    left, right = st.columns([8, 5], gap="medium")
    with left:
        show(
            key="counts",
            title=view.tr("audit.counts_title"),
            unit=panels.counts_unit(audit),
            draw=partial(panels.draw_counts, audit),
        )
    with right:
        show(
            key="chain",
            title=view.tr("audit.chain_title"),
            unit=view.tr("audit.chain_unit"),
            draw=partial(panels.draw_chain, audit),
        )
    show(
        key="lines",
        title=view.tr("audit.lines_title"),
        unit=view.tr("audit.lines_unit"),
        draw=partial(lines_panel.draw, audit),
    )
