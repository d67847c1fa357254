"""How cases lie along an axis: a cumulative curve read at its limit, bars by day, months in their expected range.

Invariant: curves are steps and never smoothed; a month without a value is a gap, and a range is drawn only where one is
given. x runs in per cent of the width, y in pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cockpit.charts import svg
from cockpit.charts.framed import framed
from cockpit.charts.scales import round_ticks

CURVE, BARS, MONTHS = 244, 150, 128
FOOT, TOP = 22, 10
LEFT, RIGHT = 36, 14
COLUMNS = 1000
"""Units of a drawing that is stretched to the width."""
LOW = 0.6
"""Below this the own curve leaves the upper right free."""
Height = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Line:
    """One cumulative curve: `steps` are (x on the axis, share reached there), both ascending."""

    name: str
    steps: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Curves:
    """The own curve and those beside it, up to `end` on the axis; `ticks` are (x, label).

    At the limit the own share is `value` between `low` and `high`, all None where nothing is read there; `notes` are
    lines of text beside that point. `read` is a point of the own curve that is read at its share: (x, share, from, to),
    the ends of its interval None where they are open.
    """

    own: Line
    others: Sequence[Line]
    end: float
    ticks: Sequence[tuple[float, str]]
    limit: tuple[float, str] | None
    value: float | None
    low: float | None
    high: float | None
    notes: Sequence[str]
    read: tuple[float, float, float | None, float | None] | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One day or stretch of days: `dark` of `n` cases; `label` stands below (empty: none)."""

    label: str
    n: int
    dark: int
    tip: str


@dataclass(frozen=True, slots=True)
class Point:
    """One month: value, interval and expected range, each None where there is none; `label` empty: not named.

    `gap` says why there is no value.
    """

    label: str
    tip: str
    value: float | None
    low: float | None
    high: float | None
    expected: tuple[float, float] | None
    is_own: bool = False
    unusual: str = ""
    """Empty inside the expected range; else `worse`, `better`, or `apart` where neither side is good."""
    gap: str = ""


def curves(chart: Curves, *, label: str) -> str:
    """The picture of the curves, with the limit in the accent and what is read where the own curve crosses it."""
    floor = CURVE - FOOT

    def y(share: float) -> float:
        return floor - share * (floor - TOP)

    drawn = ""
    for share in (0, 0.25, 0.5, 0.75, 1):
        drawn += svg.line(x1="0%", y1=y(share), x2="100%", y2=y(share), class_="c-grid")
        drawn += svg.text(f"{share * 100:g}", x=-8, y=y(share) + 4, class_="c-axis", text_anchor="end")
    limit_at = chart.limit[0] / chart.end if chart.limit else None
    for x, text in chart.ticks:
        if limit_at is None or abs(x / chart.end - limit_at) > 0.07:
            drawn += svg.text(
                text, x=svg.percent(x / chart.end), y=CURVE - 5, class_="c-axis", text_anchor=_anchor(x, chart.end)
            )
    if chart.limit and limit_at is not None and limit_at <= 1:
        if chart.low is not None and chart.high is not None:
            band = {"y": y(chart.high), "height": max(1.0, y(chart.low) - y(chart.high))}
            drawn += svg.element("rect", x=0, width=svg.percent(limit_at), class_="i-read", **band)
        at = svg.percent(limit_at)
        drawn += svg.line(x1=at, y1=4, x2=at, y2=floor, class_="c-limit")
        drawn += svg.text(chart.limit[1], x=at, y=CURVE - 5, class_="c-limit-label", text_anchor="middle")
    paths = "".join(_path(line, chart.end, y, "i-other") for line in chart.others)
    drawn += svg.stretched(paths + _path(chart.own, chart.end, y, "i-own"), height=CURVE, columns=COLUMNS)
    if limit_at is not None and limit_at <= 1 and chart.value is not None:
        drawn += svg.element("circle", cx=svg.percent(limit_at), cy=y(chart.value), r=4.5, class_="c-dot")
    if chart.read:
        drawn += _read(chart.read, chart.end, y)
    if chart.notes:
        drawn += _notes(chart, limit_at, y)
    return framed(drawn, height=CURVE, label=label, left=LEFT, right=RIGHT, class_="i-curves")


def _read(read: tuple[float, float, float | None, float | None], end: float, y: Height) -> str:
    """A quantile: across to the curve at its share, its interval along the axis, the dot on the curve."""
    x, share, low, high = read
    at, across = svg.percent(min(x / end, 1)), y(share)
    drawn = svg.line(x1="0%", y1=across, x2=at, y2=across, class_="i-across")
    begin, stop = (low if low is not None else 0), (high if high is not None else end)
    ends = {"x1": svg.percent(min(begin / end, 1)), "x2": svg.percent(min(stop / end, 1))}
    if low is not None or high is not None:
        drawn += svg.line(x1=ends["x1"], y1=across, x2=ends["x2"], y2=across, class_="i-range")
    return drawn + svg.element("circle", cx=at, cy=across, r=4.5, class_="c-dot")


def _anchor(x: float, end: float) -> str:
    return "end" if x > 0.96 * end else "start" if x == 0 else "middle"


def _notes(chart: Curves, limit_at: float | None, y: Height) -> str:
    """Beside the limit where there is room to its right, else at the right where the own curve is not."""
    is_beside = limit_at is not None and limit_at < 0.6 and (chart.value or 0) > 0.5 and not chart.read
    x = svg.percent(limit_at or 0) if is_beside else "100%"
    reached = max((share for x, share in chart.own.steps if x <= chart.end), default=0.0)
    top = y(chart.value or 0) + 22 if is_beside else y(0.04) - 17 * (len(chart.notes) - 1)
    if not is_beside and reached < LOW:
        top = TOP + 16
    place = {"x": x, "dx": 10 if is_beside else -4, "text_anchor": "start" if is_beside else "end"}
    return "".join(
        svg.text(text, y=top + 17 * at, class_=f"c-halo {'c-strong' if not at else 'i2'}", **place)
        for at, text in enumerate(chart.notes)
    )


def _path(line: Line, end: float, y: Height, style: str) -> str:
    path, last = f"M0 {svg.coordinate(y(0))}", 0.0
    for x, share in line.steps:
        if x > end:
            break
        path += f"H{svg.coordinate(x / end * COLUMNS)}V{svg.coordinate(y(share))}"
        last = share
    path += f"H{COLUMNS}" if line.steps or last else ""
    return svg.element("path", d=path, class_=style, vector_effect="non-scaling-stroke")


def thinned(steps: Sequence[tuple[float, float]], end: float) -> tuple[tuple[float, float], ...]:
    """At most one step a column of the drawing: the last one that falls into it."""
    kept: dict[int, tuple[float, float]] = {}
    for x, share in steps:
        kept[int(x / end * COLUMNS)] = (x, share)
    return tuple(kept.values())


def bars(columns: Sequence[Bar], *, label: str) -> str:
    """Bars from zero, `dark` of each in ink."""
    most = max((bar.n for bar in columns), default=0) or 1
    ticks = round_ticks(0, most, at_most=4)
    top, floor = ticks[-1], BARS - FOOT

    def y(n: float) -> float:
        return floor - n / top * (floor - TOP)

    drawn = ""
    for tick in ticks:
        drawn += svg.line(x1="0%", y1=y(tick), x2="100%", y2=y(tick), class_="c-grid")
        drawn += svg.text(f"{tick:,g}", x=-8, y=y(tick) + 4, class_="c-axis", text_anchor="end")
    width = 1 / max(len(columns), 1)
    for at, bar in enumerate(columns):
        x, wide = svg.percent(at * width + width * 0.12), svg.percent(width * 0.76)
        body = svg.element("rect", x=x, y=y(bar.n), width=wide, height=floor - y(bar.n), class_="c-usual")
        body += svg.element("rect", x=x, y=y(bar.dark), width=wide, height=floor - y(bar.dark), class_="c-bar")
        body += svg.element(
            "rect", x=svg.percent(at * width), y=0, width=svg.percent(width), height=floor, class_="c-catch"
        )
        drawn += svg.element("g", body, data_tip=bar.tip)
        if bar.label:
            drawn += svg.text(bar.label, y=BARS - 5, class_="c-axis", **_named(at, len(columns)))
    return framed(drawn, height=BARS, label=label, left=LEFT, right=RIGHT, class_="i-bars")


def _named(at: int, n: int) -> dict[str, str]:
    """Where the name of a place on the axis stands: below it, and never beyond an end of the axis."""
    if 0 < at < n - 1 or n == 1:
        return {"x": svg.percent((at + 0.5) / n), "text_anchor": "middle"}
    return {"x": "100%", "text_anchor": "end"} if at else {"x": "0%", "text_anchor": "start"}


def months(points: Sequence[Point], *, ticks: Sequence[tuple[float, str]], label: str) -> str:
    """A value a month, its interval as a thin upright, the expected range behind; the own period is the large dot.

    A month without a value is a gap with a cross on the line below it.
    """
    low, high, floor = ticks[0][0], ticks[-1][0], MONTHS - FOOT

    def y(value: float) -> float:
        share = (min(max(value, low), high) - low) / ((high - low) or 1)
        return floor - share * (floor - TOP)

    def x(at: float) -> float:
        return (at + 0.5) / max(len(points), 1)

    drawn = ""
    for tick, text in ticks:
        drawn += svg.line(x1="0%", y1=y(tick), x2="100%", y2=y(tick), class_="c-grid")
        drawn += svg.text(text, x=-8, y=y(tick) + 4, class_="c-axis", text_anchor="end")
    for at, point in enumerate(points):
        if point.expected:
            top, bottom = y(point.expected[1]), y(point.expected[0])
            place = {"x": svg.percent(at / len(points)), "width": svg.percent(1 / len(points))}
            drawn += svg.element("rect", y=top, height=max(1.0, bottom - top), class_="i-expected", **place)
    for (at, point), (_, after) in zip(enumerate(points), enumerate(points[1:], start=1), strict=False):
        if point.value is not None and after.value is not None:
            here, there = svg.percent(x(at)), svg.percent(x(at + 1))
            drawn += svg.line(x1=here, y1=y(point.value), x2=there, y2=y(after.value), class_="i-line")
    for at, point in enumerate(points):
        middle = svg.percent(x(at))
        body = ""
        if point.value is not None:
            if point.low is not None and point.high is not None:
                body += svg.line(x1=middle, y1=y(point.low), x2=middle, y2=y(point.high), class_="i-whisker")
            style = f"i-unusual {point.unusual}" if point.unusual else "c-dot"
            body += svg.element("circle", cx=middle, cy=y(point.value), r=4.5 if point.is_own else 2.5, class_=style)
        else:
            body += svg.text("×", x=middle, y=floor + 4, class_="i-none", text_anchor="middle")
            if point.is_own:
                body += svg.text(point.gap, x="100%", y=floor - 9, class_="i-none c-halo", text_anchor="end")
        place = {"x": svg.percent(at / len(points)), "width": svg.percent(1 / len(points))}
        body += svg.element("rect", y=0, height=floor, class_="c-catch", **place)
        drawn += svg.element("g", body, data_tip=point.tip)
        if point.label:
            drawn += svg.text(point.label, y=MONTHS - 5, class_="c-axis", **_named(at, len(points)))
    return framed(drawn, height=MONTHS, label=label, left=LEFT, right=RIGHT, class_="i-months")
