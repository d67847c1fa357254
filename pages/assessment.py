"""考核: communities by indicators, each beside its peers, with what chance allows to say; frozen months as frozen."""

import streamlit as st

from cockpit.assessment import beside_panel, differences_panel, freeze_panel, panels
from cockpit.context import current_view
from cockpit.limited import stop_unassigned

view = current_view()
stop_unassigned(view)
panels.apply_style()
assessed = panels.open_assessment(view)
if assessed is None:
    st.stop()  # the head of the page says what is missing
panels.bar(assessed)
freeze_panel.draw(assessed)
differences_panel.show(assessed)
beside_panel.show(assessed)
panels.show(assessed)
