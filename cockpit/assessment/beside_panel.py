"""The own community beside the others of its street, for who sees some areas only: the published figures of a month.

Invariant: nothing here reads another community's cases; what is compared is what everybody may see.
"""

from functools import partial

import streamlit as st

from cockpit.assessment.panels import Assessed
from cockpit.community import peers_panel
from cockpit.community.choice import Chosen
from cockpit.panels import panel, told
from cockpit.picture import STATIC


def show(assessed: Assessed) -> None:
    """The panel of the page of a community; nothing for who sees the others in the matrix."""
    view = assessed.choice.view
    area = view.filters.area
    if not view.is_limited or area is None:
        return
    chosen = Chosen(view, area.level, (area,), area)
    if not peers_panel.is_compared(chosen):
        return
    st.html(STATIC / "charts.css")
    st.html(STATIC / "peers.css")
    panel(
        view,
        key="beside",
        title=view.tr("published.panel_title"),
        unit=told(partial(peers_panel.unit, chosen)),
        draw=partial(peers_panel.draw, chosen),
    )
