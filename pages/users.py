"""账号: who may sign in, with what role and where; walls admitted by a code; and the written table of rights."""

from functools import partial

import streamlit as st

from cockpit.context import current_view
from cockpit.panels import panel
from cockpit.users import account_panel, list_panel, panels, walls_panel
from cockpit.users.computed import open_users

users = open_users(current_view())
view = users.view

panels.apply_style()
panels.head(users)

show = partial(panel, view)
left, right = st.columns([8, 5], gap="medium")
with left:
    show(
        key="accounts",
        title=view.tr("users.list_title"),
        unit=panels.unit(users),
        draw=partial(list_panel.draw, users),
    )
with right:
    title, login = account_panel.title(users)
    show(key="account", title=title, unit=login, draw=partial(account_panel.draw, users))
walls, admitting = st.columns([8, 5], gap="medium")
with walls:
    show(
        key="walls",
        title=view.tr("walls.title"),
        unit=walls_panel.unit(users),
        draw=partial(walls_panel.draw_list, users),
    )
with admitting:
    show(key="wall", title=walls_panel.title(users), unit="", draw=partial(walls_panel.draw_form, users))
show(
    key="rights",
    title=view.tr("users.rights_title"),
    unit=view.tr("users.rights_unit"),
    draw=partial(list_panel.draw_rights, users),
)
