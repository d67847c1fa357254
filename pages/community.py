"""社区: one community on one page: what is open and who has it, the map, figures, stages, services, money, staff."""

from functools import partial

import streamlit as st

from cockpit.community import choose_panel, figures_panel, head, map_panel, open_panel, peers_panel, place_panels, words
from cockpit.context import current_view
from cockpit.limited import stop_unassigned
from cockpit.panels import panel, told

head.apply_style()
stop_unassigned(current_view())
chosen = head.open_page(current_view())
view = chosen.view
tr, days = view.tr, words.period(view)
cases = partial(panel, view, dataset="incidents")

if not view.areas and view.fault is None:
    st.stop()
if chosen.within:
    level = tr(f"common.level_{chosen.level}")
    cases(
        key="choose",
        title=tr("community.choose_title", level=level),
        unit=tr("community.choose_unit", n=len(chosen.offered)),
        draw=partial(choose_panel.draw, chosen),
    )
    st.stop()

left, right = st.columns([8, 5])
with left:
    cases(
        key="open",
        title=tr("community.open_title"),
        unit=told(partial(open_panel.unit, chosen)),
        draw=partial(open_panel.draw, chosen),
    )
    cases(
        key="figures",
        title=tr("community.figures_title"),
        unit=tr("community.figures_unit", period=days),
        draw=partial(figures_panel.draw_figures, chosen),
    )
    if peers_panel.is_compared(chosen):
        panel(
            view,
            key="peers",
            title=tr("published.panel_title"),
            unit=told(partial(peers_panel.unit, chosen)),
            draw=partial(peers_panel.draw, chosen),
        )
    cases(
        key="stages",
        title=tr("community.stages_title"),
        unit=tr("community.stages_unit", period=days),
        draw=partial(figures_panel.draw_stages, chosen),
    )
with right:
    head.second_page(chosen)
    cases(
        key="map",
        title=tr("community.map_title"),
        unit=tr("community.map_unit" if "incidents" in view.datasets else "community.map_unit_base"),
        draw=partial(map_panel.draw, chosen),
    )
    panel(
        view,
        key="services",
        title=tr("community.services_title"),
        unit=told(partial(place_panels.services_unit, chosen)),
        draw=partial(place_panels.draw_services, chosen),
        dataset="service-points",
    )
    if view.may("rows.money"):
        panel(
            view,
            key="money",
            title=tr("community.money_title"),
            unit=tr("community.money_unit", period=days),
            draw=partial(place_panels.draw_money, chosen),
            dataset="funds",
        )
    panel(
        view,
        key="staff",
        title=tr("community.staff_title"),
        unit=tr("community.staff_unit"),
        draw=partial(place_panels.draw_staff, chosen),
        dataset="staff",
    )
