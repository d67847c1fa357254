"""The stages of a class laid end to end: each begins where the median of the one before ended.

Invariant: lengths begin at zero on one axis; what lies beyond the usual median is told apart only where it is slow.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.charts import scales, svg
from cockpit.context import View
from cockpit.wall import naming
from cockpit.wall.response.computed import PROMISE_S, Stage

WIDTH, HEIGHT, LETTERS = 576, 300, 28
"""In pixels at 1080p: the chart's width, the height of all stages, the size of their names."""
NOTE = 24
"""The size of what is usual beside a slow stage."""
TOP = 14
"""Room for the number over the first bar."""
MOST_TICKS = 5
LEAST_TOLD, LEAST_S = 0.1, 3
"""Of hours and days the least part that is told in them, of minutes the least seconds."""


def reach(stage: Stage) -> float:
    """How many seconds a stage takes at most in the chart."""
    return max(stage.now.p90_s if stage.now else 0, stage.usual_s or 0)


@dataclass(frozen=True, slots=True)
class _Chart:
    """One chart: its axis, and where it begins behind the names."""

    view: View
    axis: scales.TimeAxis
    left: float

    def x(self, seconds: float) -> float:
        """Where so many seconds lie, in pixels."""
        return self.left + self.axis.share(seconds) * (WIDTH - self.left - 16)

    def tick(self, seconds: float) -> str:
        """A line down the chart with its number."""
        at, label = self.x(seconds), scales.tick_label(seconds, self.axis.unit)
        told = svg.text(label, x=at, y=HEIGHT + 30, class_="r-axis", text_anchor="middle")
        return svg.line(x1=at, y1=0, x2=at, y2=HEIGHT, class_="r-grid") + told

    def promise(self) -> str:
        """The line of ten minutes, named."""
        at, told = self.x(PROMISE_S), self.view.tr("wall_response.minute_end", n=PROMISE_S // 60)
        named = svg.text(told, x=at, y=HEIGHT + 30, class_="r-promise", text_anchor="middle")
        return svg.line(x1=at, y1=0, x2=at, y2=HEIGHT, class_="r-target") + named

    def bar(self, start: float, end: float, y: float, *, half: float, style: str) -> str:
        """A length from `start` to `end` seconds."""
        left, width = self.x(start), max(self.x(end) - self.x(start), 0.5)
        return svg.element("rect", x=left, y=y - half, width=width, height=2 * half, class_=style)

    def stage(self, stage: Stage, start: float, y: float) -> str:
        """One stage that begins at `start` seconds: usual, nine in ten, median, its number."""
        kind = " slow" if stage.is_slow else ""
        drawn = [svg.text(self.view.tr(f"wall_response.stage_{stage.name}"), x=0, y=y + 9, class_=f"r-name{kind}")]
        usual = None if stage.usual_s is None else start + stage.usual_s
        if usual is not None:
            drawn.append(self.bar(start, usual, y, half=17, style="r-usual"))
        if stage.now is None:
            return "".join([*drawn, svg.text("–", x=self.x(start) + 10, y=y + 9, class_="r-value")])
        median = start + stage.now.p50_s
        drawn.append(self.bar(start, start + stage.now.p90_s, y, half=1.5, style="r-most"))
        beyond = usual if stage.is_slow and usual is not None else median
        drawn.append(self.bar(start, min(median, beyond), y, half=8, style="r-now"))
        if stage.is_slow:
            drawn.append(self.bar(beyond, median, y, half=8, style="r-beyond"))
        return "".join([*drawn, self._number(stage, start, y)])

    def _number(self, stage: Stage, start: float, y: float) -> str:
        """The median over the end of its bar, with what is usual where it is slow; no further right than has room."""
        median = stage.now.p50_s if stage.now else 0
        told, beside = self.length(median), ""
        if stage.is_slow and stage.usual_s is not None:
            beside = self.view.tr("wall_response.usual_s", n=self.length(stage.usual_s))
        long = naming.width(told, size=LETTERS) + (naming.width(beside, size=NOTE) + NOTE if beside else 0)
        kind = "r-value slow" if stage.is_slow else "r-value"
        note = svg.element("tspan", svg.escape(beside), class_="r-axis", dx=14) if beside else ""
        end = min(self.x(start + median) + 8, WIDTH - long)
        return svg.element("text", svg.escape(told) + note, x=end, y=y - 20, class_=kind)

    def length(self, seconds: float) -> str:
        """A length in the unit of the axis; what is too short to be told in it, in minutes or seconds."""
        least = LEAST_S if self.axis.unit is scales.MINUTES else self.axis.unit.seconds * LEAST_TOLD
        if seconds >= least:
            return self.axis.unit.decimal(seconds)
        if seconds >= scales.MINUTE_S:
            return self.view.tr("common.minutes_alone", n=round(seconds / scales.MINUTE_S))
        return self.view.tr("common.seconds", n=round(seconds))


def chart(view: View, name: str, stages: Sequence[Stage], unit: scales.TimeUnit) -> str:
    """The stages of the class `name`, urgent ones under the line of the promise; one line where none has ended."""
    if all(stage.now is None and stage.usual_s is None for stage in stages):
        return f'<p class="r-none">{svg.escape(view.tr("wall_response.no_stages"))}</p>'
    starts, farthest = [0.0], 0.0
    for stage in stages:
        farthest = max(farthest, starts[-1] + reach(stage))
        starts.append(starts[-1] + (stage.now.p50_s if stage.now else 0))
    is_promised = name == "urgent"
    axis = scales.TimeAxis(unit, max(farthest * 1.06, PROMISE_S * 1.12 if is_promised else unit.seconds))
    row, names = (HEIGHT - TOP) / len(stages), [view.tr(f"wall_response.stage_{stage.name}") for stage in stages]
    made = _Chart(view, axis, 16 + max(naming.width(each, size=LETTERS) for each in names))
    ticks = [tick for tick in axis.ticks(MOST_TICKS) if not is_promised or abs(tick - PROMISE_S) > axis.end_s * 0.12]
    drawn = [made.tick(tick) for tick in ticks] + ([made.promise()] if is_promised else [])
    for number, (stage, start) in enumerate(zip(stages, starts, strict=False)):
        y = TOP + (number + 0.5) * row
        drawn.append(made.stage(stage, start, y))
        if stage.now and number + 1 < len(stages):
            end = made.x(starts[number + 1])
            drawn.append(svg.line(x1=end, y1=y + 9, x2=end, y2=y + row - 9, class_="r-step"))
    label = view.tr("wall_response.stages_label", **{"class": view.tr(f"wall_response.{name}")})
    box = f"0 0 {WIDTH} {svg.coordinate(HEIGHT + 38)}"
    return svg.element("svg", "".join(drawn), class_="r-stages", viewBox=box, role="img", aria_label=label)
