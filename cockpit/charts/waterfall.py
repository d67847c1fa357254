"""Draws opening, in, out, closing as bars on one axis from zero, each beginning where the one before ended."""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.charts import svg
from cockpit.charts.framed import framed

ROW_PX = 28.0
BAR_PX = 14.0


@dataclass(frozen=True, slots=True)
class Step:
    """One bar from `begin` to `end` (money); `figure` is its signed number in words, `tone` its class."""

    label: str
    begin: float
    end: float
    figure: str
    tip: str
    tone: str


def draw(steps: Sequence[Step], *, label: str, left: float = 92, right: float = 128) -> str:
    """The steps as SVG markup; the end of each but the last is joined to the next by a hair line."""
    edges = [0.0, *(edge for step in steps for edge in (step.begin, step.end))]
    low, high = min(edges), max(edges)
    span = (high - low) or 1.0

    def share(amount: float) -> float:
        return (amount - low) / span

    height = ROW_PX * len(steps)
    bars, words = [], []
    for row, step in enumerate(steps):
        middle = ROW_PX * row + ROW_PX / 2
        begin, end = sorted((share(step.begin), share(step.end)))
        bars.append(
            svg.element(
                "rect",
                x=svg.percent(begin),
                width=svg.percent(max(end - begin, 0.002)),
                y=middle - BAR_PX / 2,
                height=BAR_PX,
                class_=f"bar {step.tone}",
                data_tip=step.tip,
            )
        )
        if row + 1 < len(steps):
            at = svg.percent(share(step.end))
            bars.append(svg.line(x1=at, x2=at, y1=middle + BAR_PX / 2, y2=middle + ROW_PX - BAR_PX / 2, class_="hair"))
        words.append(svg.text(step.label, x=-left, y=middle + 4.5, class_="name"))
        words.append(
            svg.text(
                step.figure,
                x="100%",
                y=middle + 4.5,
                text_anchor="end",
                class_="figure",
                transform=f"translate({svg.coordinate(right)} 0)",
            )
        )
    zero = svg.line(x1=svg.percent(share(0)), x2=svg.percent(share(0)), y1=0, y2=height, class_="axis")
    return framed(
        "".join(words) + "".join(bars) + zero, height=height, label=label, left=left, right=right, class_="waterfall"
    )  # fmt: skip
