"""The one look of all plotly figures: the theme's fonts and colours, no tools, nothing that zooms, words on hovering.

Invariant: a colour is a token of static/desk.css, read from there; what a figure says went through `words`, so that
nothing in it is taken for markup.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from plotly import graph_objects as go

from config.visible import visible

STYLESHEET = Path(__file__).parents[1] / "static" / "desk.css"
AXIS_PX, LABEL_PX, HOVER_PX = 12, 12, 13
CONFIG: Mapping[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "doubleClick": False,
    "scrollZoom": False,
    "showTips": False,
    "showAxisDragHandles": False,
}
"""How the browser treats every figure: it is pointed at, nothing else."""


@cache
def _tokens() -> Mapping[str, str]:
    return dict(re.findall(r"--([\w-]+):([^;}]+)", STYLESHEET.read_text(encoding="utf-8")))


def colour(token: str, *, opacity: float = 1.0) -> str:
    """The colour of a token of the desk theme, such as `accent`; raises KeyError for one that the theme has not."""
    value = _tokens()[token]
    if opacity == 1.0:
        return value
    red, green, blue = (int(value[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def words(lines: Iterable[str]) -> str:
    """Lines of plain text as a figure shows them, one below the other."""
    return "<br>".join(escape(visible(line), quote=False) for line in lines if line)


def layout(*, height: int, left: int, right: int, top: int = 8, bottom: int = 24, **more: Any) -> go.Layout:
    """The common layout: `height` px in all, margins in px, as wide as its place; `more` is plotly's."""
    return go.Layout(
        template=go.layout.Template(),
        height=height,
        autosize=True,
        margin=go.layout.Margin(l=left, r=right, t=top, b=bottom, pad=0, autoexpand=False),
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font=go.layout.Font(family=_tokens()["font"], size=AXIS_PX, color=colour("ink")),
        showlegend=False,
        dragmode=False,
        hovermode="x",
        hoverdistance=-1,
        hoverlabel=go.layout.Hoverlabel(
            bgcolor=colour("ink"), bordercolor=colour("ink"), align="left", namelength=0,
            font=go.layout.hoverlabel.Font(family=_tokens()["font"], size=HOVER_PX, color=colour("bg")),
        ),
        **more,
    )  # fmt: skip


def columns_axis(labels: Mapping[int, str], *, count: int) -> go.layout.XAxis:
    """The axis below `count` columns at 0, 1, 2 …, named at some (lines apart); the one pointed at gets a hair line."""
    return go.layout.XAxis(
        range=[-0.5, max(count, 1) - 0.5],
        tickmode="array",
        tickvals=list(labels),
        ticktext=[words(label.splitlines()) for label in labels.values()],
        ticklabelstandoff=4,
        showgrid=False,
        zeroline=False,
        showspikes=True, spikemode="across", spikesnap="hovered data", spikedash="solid", spikethickness=1,
        spikecolor=colour("ink-3"),
        **_plain_axis(),
    )  # fmt: skip


def amounts_axis(
    ticks: Sequence[float], texts: Sequence[str], *, low: float, high: float, zero: bool = False
) -> go.layout.YAxis:
    """The axis of what is measured, from `low` to `high`, with hair lines at its ticks; `zero`: a firmer one at 0."""
    return go.layout.YAxis(
        range=[low, high],
        tickmode="array",
        tickvals=list(ticks),
        ticktext=[words([text]) for text in texts],
        ticklabelstandoff=8,
        showgrid=True,
        gridcolor=colour("rule-2"),
        gridwidth=1,
        zeroline=zero,
        zerolinecolor=colour("ink-3"),
        zerolinewidth=1,
        **_plain_axis(),
    )


def _plain_axis() -> dict[str, Any]:
    return {
        "fixedrange": True,
        "showline": False,
        "ticks": "",
        "tickfont": {"size": AXIS_PX, "color": colour("ink-3")},
        "automargin": False,
    }


def shaded(first: int, last: int) -> go.layout.Shape:
    """A pale ground behind the columns `first` to `last`."""
    return go.layout.Shape(
        type="rect", xref="x", yref="paper", x0=first - 0.5, x1=last + 0.5, y0=0, y1=1,
        fillcolor=colour("bg-2"), line=go.layout.shape.Line(width=0), layer="below",
    )  # fmt: skip
