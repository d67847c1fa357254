"""How a figure looks in its cell: the number, then a bar from zero, or a dot with its interval; pure.

Invariant: only a verdict is coloured, and it has a shape and a word too; what has too few cases is words and no mark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cockpit import formats
from cockpit.assessment.computed import Cell
from cockpit.charts import scales, svg
from cockpit.figures import Figure
from config.indicators import Indicator

HEIGHT, MIDDLE = 17, 9
IN_HOURS = frozenset({"close", "close_active", "close_km", "close_work", "handling", "follow_up"})
"""Durations that are told in hours even where all of an area's are short, so that a column has one unit everywhere."""
MOST_HOURS_S = 14 * scales.DAY_S
BAR = 8
MARKS = {"worse": "M0,13.5L-5,5H5Z", "better": "M0,4.5L4.6,12.5H-4.6Z"}
"""A verdict as a shape around x = 0 of a row: filled and pointing down for worse, hollow and pointing up for better,
whichever way the indicator counts; so that neither needs a colour."""
WARNING = (
    '<svg class="mx-sus" width="12" height="12" viewBox="0 0 14 12" aria-hidden="true">'
    '<path d="M7,.8L12.6,6L7,11.2L1.4,6Z"></path></svg>'
)


@dataclass(frozen=True, slots=True)
class Column:
    """The scale of a column: from `low` to `high` in the indicator's unit; `divisor` and `digits` of its numbers.

    `target`: what is promised of the cases of the page, None where nothing is; the scale holds it.
    """

    indicator: Indicator
    low: float
    high: float
    unit: str
    divisor: float
    digits: int
    target: float | None = None

    def at(self, value: float) -> float:
        """Where a value lies, as a share of the width; beyond an end: there."""
        span = self.high - self.low
        return min(max((value - self.low) / span, 0.0), 1.0) if span else 0.0

    def number(self, value: float) -> str:
        """A value as the column shows it, without its unit."""
        scaled = value / self.divisor
        is_end = self.unit == "share" and value in (0, 1)
        return formats.number(scaled, digits=0 if is_end or abs(scaled) >= 1_000 else self.digits)

    def end(self, value: float) -> str:
        """An end of the axis."""
        return formats.number(value / self.divisor, digits=1).removesuffix(".0")


def column(indicator: Indicator, cells: Sequence[Cell], *, target: float | None = None) -> Column:
    """The scale that holds the cells and the target: from zero for lengths, around what can be compared for rates."""
    told = [float(cell.figure.value) for cell in cells if cell.figure.value is not None]
    told += [target] if target is not None else []
    if indicator.kind == "rate":
        low, high = _rates(cells, target)
        return Column(indicator, low, high, "share", 0.01, 1, target)
    least = 1 if indicator.unit == "count" else 0
    ticks = scales.round_ticks(min(told, default=0), max(least, *told) if told else 1, at_most=4)
    if indicator.unit == "s":
        unit = _unit(indicator, max(told, default=1))
        ticks = tuple(tick * unit.seconds for tick in scales.round_ticks(0, max(told, default=1) / unit.seconds))
        return Column(indicator, 0, ticks[-1], unit.name, unit.seconds, 1, target)
    if indicator.is_share:
        return Column(indicator, ticks[0], ticks[-1], "share", 0.01, 1, target)
    digits = {"count": 0, "d": 1, "per_1000": 1}.get(indicator.unit, 2)
    return Column(indicator, ticks[0], ticks[-1], indicator.unit, 1, digits, target)


def _unit(indicator: Indicator, longest_s: float) -> scales.TimeUnit:
    """The same unit in whichever area one looks: hours for what takes hours, days for what takes weeks."""
    if indicator.marks not in IN_HOURS:
        return scales.unit_for(longest_s)
    return scales.HOURS if longest_s <= MOST_HOURS_S else scales.DAYS


def _rates(cells: Sequence[Cell], target: float | None) -> tuple[float, float]:
    """The ends of an axis of rates: around what can be compared, else around what there is; and the target."""
    firm = [cell.figure.interval for cell in cells if cell.is_firm and cell.figure.interval]
    held = firm or [cell.figure.interval for cell in cells if cell.figure.interval]
    low = min((interval.low for interval in held), default=0.0 if target is None else target)
    high = max((interval.high for interval in held), default=1.0)
    ticks = scales.rate_ticks(min(low, target or 1, 0.99), max(high, target or 0))
    return ticks[0], ticks[-1]


def drawing(cell: Cell, scale: Column) -> str:
    """The mark of a figure that has a value."""
    figure = cell.figure
    body = _upright(scale.at(scale.target), "mx-target") if scale.target is not None else ""
    if cell.peers is not None:
        body += _upright(scale.at(cell.peers), "mx-peer")
    if figure.indicator.kind == "rate":
        body += _interval(figure, scale, cell) + _dot(cell, scale)
    else:
        body += _bar(figure, scale, cell)
    return _svg(body)


def empty(peers: float | None, scale: Column) -> str:
    """The ground of a cell without a value: the peers' line only."""
    return _svg(_upright(scale.at(peers), "mx-peer") if peers is not None else "")


def _svg(body: str) -> str:
    return svg.element("svg", body, class_="mx-plot", height=HEIGHT, aria_hidden="true")


def _upright(share: float, style: str) -> str:
    return svg.line(x1=svg.percent(share), y1=0, x2=svg.percent(share), y2=HEIGHT, class_=style)


def _interval(figure: Figure, scale: Column, cell: Cell) -> str:
    if figure.low is None or figure.high is None:
        return ""
    low, high = svg.percent(scale.at(figure.low)), svg.percent(scale.at(figure.high))
    return svg.line(x1=low, y1=MIDDLE, x2=high, y2=MIDDLE, class_=f"mx-range{_style(cell)}")


def _style(cell: Cell) -> str:
    return f" {cell.verdict}" if cell.verdict in ("worse", "better") else ""


def _dot(cell: Cell, scale: Column) -> str:
    at = svg.percent(scale.at(float(cell.figure.value or 0)))
    if cell.verdict in ("worse", "better"):
        return _triangle(at, cell)
    style = "mx-dot" if cell.is_firm else "mx-dot hollow"
    return svg.element("circle", cx=at, cy=MIDDLE, r=3.2 if cell.is_firm else 2.8, class_=style)


def _triangle(at: str, cell: Cell) -> str:
    path = svg.element("path", d=MARKS[cell.verdict or "worse"], class_=f"mx-dot{_style(cell)}")
    return svg.element("svg", path, x=at, overflow="visible")


def _bar(figure: Figure, scale: Column, cell: Cell) -> str:
    """A bar from zero; of a quantile its interval beside it, and the triangle at its end where there is a verdict."""
    value = float(figure.value or 0)
    zero, end = scale.at(0), scale.at(value)
    first, last = min(zero, end), max(zero, end)
    style = "mx-bar" if cell.is_firm or figure.indicator.kind != "quantile" else "mx-bar hollow"
    body = svg.element(
        "rect", x=svg.percent(first), y=MIDDLE - BAR / 2, width=svg.percent(last - first), height=BAR, class_=style
    )
    if figure.quantile is not None:
        body += _interval(figure, scale, cell)
    return body + (_triangle(svg.percent(end), cell) if cell.verdict in ("worse", "better") else "")


def spark(figures: Sequence[Figure], *, low: float, high: float) -> str:
    """The months before as a line, gaps where there is no value, the last one a dot; `low` and `high` end the axis.

    Nothing where most months are in no line: scraps say nothing of a course.
    """
    span = (high - low) or 1.0
    step = 1000 / max(len(figures) - 1, 1)

    def y(value: float) -> float:
        return 3 + (HEIGHT - 6) * (1 - min(max((value - low) / span, 0.0), 1.0))

    runs: list[list[str]] = [[]]
    for index, figure in enumerate(figures):
        if figure.value is None:
            runs.append([])
        else:
            runs[-1].append(f"{svg.coordinate(index * step)},{svg.coordinate(y(float(figure.value)))}")
    if sum(len(run) for run in runs if len(run) > 1) * 2 < len(figures):
        return ""
    lines = "".join(
        svg.element("polyline", points=" ".join(run), class_="mx-spark", vector_effect="non-scaling-stroke")
        for run in runs
        if len(run) > 1
    )
    body = svg.stretched(lines, height=HEIGHT)
    last = figures[-1].value if figures else None
    if last is not None:
        body += svg.element("circle", cx="100%", cy=y(float(last)), r=2, class_="mx-dot")
    return _svg(body)


def ends(values: Iterable[float | int | None]) -> tuple[float, float]:
    """The lowest and the highest of the values that there are; 0 and 1 where there are none."""
    told = [float(value) for value in values if value is not None]
    return (min(told), max(told)) if told else (0.0, 1.0)
