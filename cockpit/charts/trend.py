"""A share over time: a dot a period, its interval as a band, the target as a line.

Invariant: a period with too few cases breaks band and line; it is a hollow mark on the axis, never a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from cockpit.charts import svg
from cockpit.charts.scales import rate_ticks
from config.messages import tr

LEFT = 36
FOOT = 24
TOP = 8


@dataclass(frozen=True, slots=True)
class Period:
    """One day, week or month: the share and its interval (0 … 1), None where there are too few cases."""

    label: str
    tip: str
    value: float | None
    low: float | None
    high: float | None
    is_chosen: bool = True
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Trend:
    """What the picture shows; `target` is a share, None where the site has set none."""

    title: str
    periods: tuple[Period, ...]
    target: float | None = None


@dataclass(frozen=True, slots=True)
class _Frame:
    low: float
    high: float
    count: int
    height: float

    def y(self, share: float) -> float:
        return TOP + (self.height - TOP) * (self.high - share) / (self.high - self.low)

    def x(self, index: int) -> float:
        """The middle of the period, as a share of the width."""
        return (index + 0.5) / self.count


def trend_chart(trend: Trend, *, lang: str, height: float = 132) -> str:
    """The picture of `trend` as SVG, as wide as its place."""
    shown = [period for period in trend.periods if period.value is not None]
    bounds = [p.low for p in shown if p.low is not None] + [p.high for p in shown if p.high is not None]
    bounds += [trend.target] if trend.target is not None else []
    ticks = rate_ticks(min(bounds, default=0.0), max(bounds, default=1.0))
    frame = _Frame(ticks[0], ticks[-1], max(len(trend.periods), 1), height)
    marks = _chosen(trend.periods, frame) + _grid(ticks, frame) + _bands(trend.periods, frame)
    marks += _target(trend.target, frame, lang) + _line(trend.periods, frame)
    marks += "".join(_mark(index, period, frame) for index, period in enumerate(trend.periods))
    marks += _ends(trend.periods, frame)
    axis = "".join(
        svg.text(f"{tick * 100:g}", x=LEFT - 8, y=frame.y(tick) + 4, class_="c-axis", text_anchor="end")
        for tick in ticks
    )
    body = axis + svg.plot(marks, left=LEFT, right=_right(trend, lang), height=height + FOOT)
    return svg.picture(body, height=height + FOOT, label=_sentence(trend, lang))


def _grid(ticks: Sequence[float], frame: _Frame) -> str:
    return "".join(svg.line(x1=0, y1=frame.y(t), x2="100%", y2=frame.y(t), class_="c-grid") for t in ticks)


def _chosen(periods: Sequence[Period], frame: _Frame) -> str:
    """A bar under the axis beneath the periods that the page's filter holds, unless it holds them all."""
    chosen = [index for index, period in enumerate(periods) if period.is_chosen]
    if not chosen or len(chosen) == len(periods):
        return ""
    width = svg.percent((chosen[-1] - chosen[0] + 1) / frame.count)
    begin = svg.percent(chosen[0] / frame.count)
    return svg.element("rect", x=begin, y=TOP, width=width, height=frame.height - TOP, class_="c-chosen")


def _right(trend: Trend, lang: str) -> float:
    """Room for the words of the target line, else for half of the last label."""
    return 8 if trend.target is None else 44 if lang == "zh" else 60


def _runs(periods: Sequence[Period]) -> list[list[tuple[int, Period]]]:
    """Unbroken stretches of periods that have a value."""
    grouped = groupby(enumerate(periods), key=lambda pair: pair[1].value is not None)
    return [list(run) for has_value, run in grouped if has_value]


def _bands(periods: Sequence[Period], frame: _Frame) -> str:
    drawn = ""
    for run in _runs(periods):
        upper = [(frame.x(i) * 1000, frame.y(p.high)) for i, p in run if p.high is not None]
        lower = [(frame.x(i) * 1000, frame.y(p.low)) for i, p in run if p.low is not None]
        if len(run) == 1:
            half = 400 / frame.count
            upper = [(upper[0][0] - half, upper[0][1]), (upper[0][0] + half, upper[0][1])]
            lower = [(lower[0][0] - half, lower[0][1]), (lower[0][0] + half, lower[0][1])]
        drawn += svg.element("path", d=_path([*upper, *reversed(lower)]) + "Z", class_="c-band")
    return svg.stretched(drawn, height=frame.height)


def _line(periods: Sequence[Period], frame: _Frame) -> str:
    drawn = ""
    for run in _runs(periods):
        points = [(frame.x(i) * 1000, frame.y(p.value)) for i, p in run if p.value is not None]
        drawn += svg.element("path", d=_path(points), class_="c-line", vector_effect="non-scaling-stroke")
    return svg.stretched(drawn, height=frame.height)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{svg.coordinate(x)} {svg.coordinate(y)}" for x, y in points)


def _target(target: float | None, frame: _Frame, lang: str) -> str:
    if target is None:
        return ""
    y = frame.y(target)
    drawn = svg.line(x1=0, y1=y, x2="100%", y2=y, class_="c-limit")
    label = tr("response.target_short", lang, value=f"{target * 100:g}")
    return drawn + svg.text(label, x="100%", dx=4, y=y + 4, class_="c-limit-label")


def _mark(index: int, period: Period, frame: _Frame) -> str:
    at = svg.percent(frame.x(index))
    if period.value is None:
        dot = svg.element("circle", cx=at, cy=frame.height, r=2.5, class_="c-dot-few")
    else:
        hollow = "c-dot-part" if period.is_partial else "c-dot"
        dot = svg.element("circle", cx=at, cy=frame.y(period.value), r=3, class_=hollow)
    catcher = svg.element(
        "rect",
        x=svg.percent(index / frame.count),
        y=0,
        width=svg.percent(1 / frame.count),
        height=frame.height,
        class_="c-catch",
    )
    return svg.element("g", dot + catcher, data_tip=period.tip)


def _ends(periods: Sequence[Period], frame: _Frame) -> str:
    """The first and the last period's names under the axis, and two between them."""
    count = len(periods)
    shown = sorted({0, count - 1} | ({count // 3, 2 * count // 3} if count >= 12 else set())) if count else []
    drawn = ""
    for index in shown:
        anchor = "start" if index == 0 and count > 3 else "end" if index == count - 1 and count > 3 else "middle"
        at = 0.0 if anchor == "start" else 1.0 if anchor == "end" else frame.x(index)
        drawn += svg.text(
            periods[index].label, x=svg.percent(at), y=frame.height + 18, class_="c-axis", text_anchor=anchor
        )
    return drawn


def _sentence(trend: Trend, lang: str) -> str:
    shown = [period for period in trend.periods if period.value is not None]
    if not shown:
        return tr("response.trend_label_empty", lang, title=trend.title)
    last = shown[-1]
    values = [period.value for period in shown if period.value is not None]
    return tr(
        "response.trend_label",
        lang,
        title=trend.title,
        low=f"{min(values) * 100:.1f}",
        high=f"{max(values) * 100:.1f}",
        last=last.label,
        value=f"{(last.value or 0) * 100:.1f}",
    )
