"""The head of the page of accounts: its style and its sentence."""

import streamlit as st

from cockpit.picture import STATIC
from cockpit.theme import page_head
from cockpit.users import words
from cockpit.users.computed import UsersView
from geo.errors import StoreUnavailable


def apply_style() -> None:
    """Puts the page's stylesheet on this run."""
    st.html(STATIC / "users.css")


def head(users: UsersView) -> None:
    """The sentence of the page, or why there is none."""
    try:
        sentence, lead = words.sentence(users)
    except StoreUnavailable:
        sentence, lead = users.view.tr("users.down_sentence"), ""
    page_head(users.view, sentence=sentence, lead=lead)


def unit(users: UsersView) -> str:
    """How many accounts the table shows."""
    if users.fault:
        return ""
    shown, all_of_them = len(users.shown()), len(users.accounts)
    key = "users.list_unit" if shown == all_of_them else "users.list_unit_some"
    return users.view.tr(key, n=shown, all=all_of_them)
