"""What somebody sees whose account is limited to areas of which none is in force on the days looked at.

Invariant: no page draws a panel for such a viewer: every number would be a 0 that is no fact.
"""

import streamlit as st

from cockpit import formats
from cockpit.context import View
from cockpit.theme import page_head


def is_unassigned(view: View) -> bool:
    """Whether the store answers and the viewer has none of the areas in force."""
    is_down = view.fault is not None or (view.pulse is not None and view.pulse.fault is not None)
    return view.is_limited and not view.own_areas and not is_down


def stop_unassigned(view: View) -> None:
    """Ends the page with the reason where the viewer has no area to look into; else does nothing."""
    if is_unassigned(view):
        day = formats.full_day(view.shape_day, view.lang)
        page_head(view, sentence=view.tr("scope.no_areas"), lead=view.tr("scope.no_areas_lead", day=day))
        st.stop()
