"""Draws the months since each fund's last charitable outflow as bars from zero, with the two limits and the balance.

Invariant: a sleeping fund is told by its word and its weight, not by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.charts import svg
from cockpit.charts.framed import framed
from cockpit.charts.sankey import fitted

ROW_PX = 26.0
HEAD_PX = 20.0
BAR_PX = 12.0
BALANCE_PX = 88.0
LONGEST = 36
"""Months drawn at full length; a longer sleep is cut there and its number says so."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fund: whole months, how to write them, its balance, its state (awake, watch, asleep) and its word."""

    label: str
    months: int
    figure: str
    balance: str
    state: str
    word: str
    tip: str
    go: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit in months and its name."""

    months: int
    label: str


def draw(rows: Sequence[Row], limits: Sequence[Limit], *, label: str, left: float = 142, right: float = 150) -> str:
    """The rows as SVG markup, one line a fund in the order given."""
    longest = 1.12 * min(LONGEST, max([18, *(row.months for row in rows)]))
    height = HEAD_PX + ROW_PX * len(rows)
    marks = []
    for limit in limits:
        at = svg.percent(min(1.0, limit.months / longest))
        marks.append(svg.line(x1=at, x2=at, y1=HEAD_PX - 4, y2=height, class_="limit"))
        marks.append(svg.text(limit.label, x=at, y=11, text_anchor="middle", class_="tick"))
    for number, row in enumerate(rows):
        marks.append(_line(row, HEAD_PX + ROW_PX * number, longest=longest, left=left, right=right))
    return framed("".join(marks), height=height, label=label, left=left, right=right, class_="idle")


def _line(row: Row, top: float, *, longest: float, left: float, right: float) -> str:
    """One fund's line: bar, number and words, all of it one thing to point at."""
    share = min(row.months, longest) / longest
    bar = svg.element(
        "rect", x=0, y=top + (ROW_PX - BAR_PX) / 2, width=svg.percent(max(share, 0.004)), height=BAR_PX,
        class_=f"bar {row.state}",
    )  # fmt: skip
    baseline = top + ROW_PX / 2 + 4.5
    count = svg.text(
        row.figure, x=svg.percent(share), y=baseline, class_=f"count {row.state}", transform=_shift(6)
    )  # fmt: skip
    reachable: dict[str, svg.Value] = {"tabindex": "0", "role": "link", "data_go": row.go} if row.go else {}
    body = bar + count + _words(row, baseline, left=left, right=right)
    return svg.element("g", body, data_tip=row.tip, aria_label=row.tip if row.go else None, **reachable)


def _words(row: Row, baseline: float, *, left: float, right: float) -> str:
    name = svg.text(fitted(row.label, left - 10), x=-left, y=baseline, class_=f"name {row.state}")
    state = svg.text(
        row.word,
        x="100%",
        y=baseline,
        text_anchor="end",
        class_=f"word {row.state}",
        transform=_shift(right - BALANCE_PX),
    )
    balance = svg.text(
        row.balance, x="100%", y=baseline, text_anchor="end", class_=f"figure {row.state}", transform=_shift(right)
    )
    return name + state + balance


def _shift(pixels: float) -> str:
    return f"translate({svg.coordinate(pixels)} 0)"
