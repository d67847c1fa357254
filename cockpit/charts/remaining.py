"""Time left on one axis for a whole list: "now" upright, what is overdue to its left, what remains to its right.

Invariant: all rows share one linear axis; a bar that does not fit is cut and says so, its label tells the whole length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.charts import svg
from cockpit.charts.scales import HOUR_S, TimeAxis, tick_label, unit_for
from config.messages import tr

HIGH = 20
BAR = 12
MARGIN = 0.015
CLEAR = 0.2
"""The share of the width that a label of the scale needs for itself."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From `past_s` seconds before now to `ahead_s` after."""

    past_s: float
    ahead_s: float

    @property
    def now(self) -> float:
        """Where now stands, as a share of the width."""
        return MARGIN + self.past_s / (self.past_s + self.ahead_s) * (1 - 2 * MARGIN)

    def x(self, left_s: float) -> float:
        """Where a moment that many seconds from now stands; beyond the ends at 0 and 1."""
        place = MARGIN + (left_s + self.past_s) / (self.past_s + self.ahead_s) * (1 - 2 * MARGIN)
        return min(max(place, 0.0), 1.0)


def axis_for(left_s: Sequence[float]) -> Axis:
    """The axis that holds four in five of the lengths ahead (at least four hours) and of those overdue.

    The side with fewer rows is at most twice the other, so that one very late case does not press the rest together;
    each side keeps room for its labels.
    """
    late = sorted(-value for value in left_s if value < 0)
    coming = sorted(value for value in left_s if value >= 0)
    ahead, past = max(_most(coming), 4.0 * HOUR_S), _most(late)
    if len(late) <= len(coming):
        past = min(past, 2 * ahead)
    elif coming:
        ahead = min(ahead, 2 * past)
    past = max(past, 0.3 * ahead) if late else 0.0
    return Axis(1.05 * past, 1.1 * max(ahead if coming or not late else 0.0, 0.75 * past))


def _most(lengths: Sequence[float]) -> float:
    """The length that four in five do not exceed, of lengths in order."""
    return lengths[int(0.8 * (len(lengths) - 1))] if lengths else 0.0


def head(axis: Axis, *, lang: str) -> str:
    """The scale: now, round lengths before and after it."""
    unit = unit_for(max(axis.past_s, axis.ahead_s))
    word = tr(f"response.unit.{unit.name}", lang)
    ticks = [tick for tick in TimeAxis(unit, axis.ahead_s).ticks(at_most=3) if tick]
    behind = [-tick for tick in TimeAxis(unit, axis.past_s).ticks(at_most=2) if tick] if axis.past_s else []
    anchor = "middle" if axis.now > CLEAR / 2 else "start"
    drawn = svg.text(tr("community.now", lang), x=svg.percent(axis.now), y=13, class_="r-now-word", text_anchor=anchor)
    taken = [axis.now]
    for tick in (*behind[::-1], *ticks[::-1]):
        place = axis.x(tick)
        if 0.45 * CLEAR < place < 1 - 0.45 * CLEAR and all(abs(place - other) > CLEAR for other in taken):
            taken.append(place)
            label = f"{tick_label(tick, unit)} {word}".replace("-", "−")
            drawn += svg.text(label, x=svg.percent(place), y=13, class_="r-tick", text_anchor="middle")
    return svg.element("svg", drawn, class_="r-cell", width="100%", height=HIGH, aria_hidden="true")


def cell(axis: Axis, left_s: float | None, *, text: str, tone: str) -> str:
    """One row: its bar from now (None: no deadline, no bar) and its label; tone is overdue, soon or plain."""
    drawn = svg.line(x1=svg.percent(axis.now), y1=-8, x2=svg.percent(axis.now), y2=HIGH + 8, class_="r-now")
    if left_s is None:
        drawn += svg.text(text, x=svg.percent(axis.now), dx=7, y=14, class_="r-none")
        return _cell(drawn)
    begin, end = sorted((axis.now, axis.x(left_s)))
    width = svg.percent(max(end - begin, 0.004))
    drawn += svg.element(
        "rect", x=svg.percent(begin), y=(HIGH - BAR) / 2, width=width, height=BAR, class_=f"r-bar r-{tone}"
    )
    if left_s < 0:
        drawn += svg.text(text, x=svg.percent(axis.now), dx=7, y=14, class_="r-over")
        drawn += _cut("‹", 0.0) if axis.x(left_s) <= 0 else ""
        return _cell(drawn)
    inside = end > 0.52
    place, shift = (axis.now, 7) if inside else (end, 7)
    drawn += svg.text(text, x=svg.percent(place), dx=shift, y=14, class_=f"r-text r-{tone}-text")
    drawn += _cut("›", 1.0) if axis.x(left_s) >= 1 else ""
    return _cell(drawn)


def _cut(sign: str, place: float) -> str:
    side = "start" if place < 0.5 else "end"
    shift = 4 if place < 0.5 else -4
    return svg.text(sign, x=svg.percent(place), dx=shift, y=14, class_="r-cut", text_anchor=side)


def _cell(drawn: str) -> str:
    return svg.element("svg", drawn, class_="r-cell", width="100%", height=HIGH, overflow="visible", aria_hidden="true")
