"""The words for accounts that are limited to areas: whose figures stand here, and what is said where there is no area.

Invariant: no page draws a panel for a viewer without an area: every number would be a 0 that is no fact.
"""

import streamlit as st

from cockpit import formats
from cockpit.context import View
from cockpit.theme import page_head


def is_unassigned(view: View) -> bool:
    """Whether the store answers and the viewer has none of the areas in force."""
    is_down = view.fault is not None or (view.pulse is not None and view.pulse.fault is not None)
    return view.is_limited and not view.own_areas and not is_down


def of_own(view: View, sentence: str) -> str:
    """The sentence of a page with the name of the area it is of, for who sees some areas only."""
    area = view.filters.area
    return view.tr("scope.of_area", area=area.name, told=sentence) if view.is_limited and area else sentence


def stop_unassigned(view: View) -> None:
    """Ends the page with the reason where the viewer has no area to look into; else does nothing."""
    if is_unassigned(view):
        day = formats.full_day(view.shape_day, view.lang)
        page_head(view, sentence=view.tr("scope.no_areas"), lead=view.tr("scope.no_areas_lead", day=day))
        st.stop()
