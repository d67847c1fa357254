"""Shows finished plotly figures on a page: the chart to point at, its sentence and its numbers for who cannot.

Invariant: a figure is never changed here (it is shared by all sessions), and every one has a sentence and a table.
"""

from collections.abc import Sequence

import streamlit as st
from plotly import graph_objects as go

from cockpit.charts.plotly_look import CONFIG
from cockpit.markup import esc
from cockpit.picture import STATIC


def apply_style() -> None:
    """Puts what plotly's own settings cannot say on this run's page."""
    st.html(STATIC / "plots.css")


def plotted(figure: go.Figure, *, key: str, sentence: str) -> None:
    """Shows `figure` as wide as its place; `sentence` is what a screen reader says of it."""
    with st.container(key=f"plot_{key}"):
        st.plotly_chart(figure, width="stretch", theme=None, config=dict(CONFIG), key=key, alt=sentence)


def table_markup(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The numbers of a figure, folded away until asked for; the first column names the row."""
    head = "".join(f'<th scope="col"{_side(at)}>{esc(name)}</th>' for at, name in enumerate(columns))
    body = "".join(f"<tr>{''.join(_cell(at, text) for at, text in enumerate(row))}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<details class="p-numbers"><summary>{esc(title)}</summary><div class="scroll">{table}</div></details>'


def _side(column: int) -> str:
    return ' class="num"' if column else ""


def _cell(column: int, text: str) -> str:
    return f"<td{_side(column)}>{esc(text)}</td>" if column else f'<th scope="row">{esc(text)}</th>'
