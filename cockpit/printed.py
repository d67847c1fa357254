"""What the pages of figures look like on paper: their stylesheet, and a foot on every sheet that says what it is.

Invariant: a printed sheet says whose figures it holds, of which days and filters, who printed it, at which moment, and
of which state of the data; names are text in a stylesheet too.
"""

from collections.abc import Sequence

import streamlit as st

from cockpit.context import View
from cockpit.picture import STATIC, picture
from config.visible import visible


def apply_style() -> None:
    """Puts the rules for paper on this run's page, after those of the page."""
    st.html(STATIC / "print.css")


def foot(view: View, facts: Sequence[str]) -> None:
    """The foot of every sheet: `facts` are the page and its filters, in words."""
    picture(foot_markup(view, facts), key="printed_foot")


def foot_markup(view: View, facts: Sequence[str]) -> str:
    """The same as rules for the margins of a sheet, where a browser repeats it; who looks by role and account."""
    role = view.tr(f"role.{view.viewer.role or 'nobody'}")
    reader = view.tr("audit.export_reader_value", name=role, login=view.viewer.name)
    told = view.tr("common.printed_joiner").join([view.site.name(view.lang), *(fact for fact in facts if fact)])
    parts = {"reader": reader, "at": f"{view.now:%Y-%m-%d %H:%M}", "version": view.data_version}
    by = view.tr("common.printed_by", **parts)
    mock = view.tr("common.simulated") + view.tr("common.printed_joiner") if view.is_simulated else ""
    left, right = css_text(told), f'{css_text(mock + by)} "\\3000" counter(page) " / " counter(pages)'
    return f"<style>@media print{{@page{{@bottom-left{{content:{left}}}@bottom-right{{content:{right}}}}}}}</style>"


def css_text(text: str) -> str:
    """A text as a stylesheet quotes it: whatever is no letter and no digit by its number, so that nothing ends it."""
    told = "".join(sign if sign.isalnum() else f"\\{ord(sign):06x}" for sign in visible(text).replace("\n", " "))
    return f'"{told}"'
