"""考核: communities by indicators, each beside its peers, with what chance allows to say."""

import streamlit as st

from cockpit.assessment import panels
from cockpit.context import current_view
from cockpit.limited import stop_unassigned

view = current_view()
stop_unassigned(view)
panels.apply_style()
assessed = panels.open_assessment(view)
if assessed is None:
    st.stop()  # the head of the page says what is missing
panels.bar(assessed)
panels.show(assessed)
