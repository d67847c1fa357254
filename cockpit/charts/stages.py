"""Stage-length bars: the stages of a case laid end to end, each beginning where the one before ends.

Invariant: the axis begins at zero, a bar is a median, a stage without a figure has words instead of a bar.
"""

from dataclasses import dataclass
from itertools import pairwise

from cockpit.charts import svg
from cockpit.charts.scales import TimeAxis, tick_label, unit_for
from config.messages import tr

ROW = 44
BAR = 14
BED = 26
FOOT = 26
RIGHT = 20


@dataclass(frozen=True, slots=True)
class Length:
    """How long a stage took, in seconds: the median of `n` cases and the time that nine in ten keep.

    `usual_s` is the median of the yardstick (None: too few cases there); `is_longer` says that the median exceeds it
    by more than the site's margin.
    """

    n: int
    p50_s: int
    p90_s: int
    usual_s: int | None = None
    is_longer: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage; without a length, `absent` is the sentence that stands in its place."""

    label: str
    length: Length | None
    absent: str = ""


@dataclass(frozen=True, slots=True)
class StageChart:
    """What one picture of stages shows; `limit_s` is the promise drawn as a line, where it applies to these cases."""

    title: str
    stages: tuple[Stage, ...]
    limit_s: int | None = None
    label_width: int = 32
    yardstick: str = ""
    usual_short: str = "response.usual_short"
    """The message that tells the yardstick's median beside a bar that exceeds it."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a stage stands: its row's top and height in pixels, the moment it begins on the axis."""

    axis: TimeAxis
    top: float
    height: float
    begins_s: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2 + 3

    def share(self, seconds: float) -> float:
        return self.axis.share(self.begins_s + seconds)


def stage_axis(chart: StageChart) -> TimeAxis:
    """The axis from zero that holds all medians, the yardstick and the limit.

    A thin line may lengthen it to 1.9 times that, not more: it runs out of the picture then, with its number beside.
    """
    total = usual = reach = 0.0
    for length in (stage.length for stage in chart.stages if stage.length):
        usual = max(usual, total + (length.usual_s or 0))
        reach = max(reach, total + length.p50_s, total + length.p90_s)
        total += length.p50_s
    body = max(total, usual, 1.1 * (chart.limit_s or 0), 1.0)
    end = 1.08 * max(body, min(reach, 1.9 * body))
    return TimeAxis(unit_for(end), end)


def stage_bars(chart: StageChart, *, lang: str, row_height: float = ROW) -> str:
    """The picture of `chart` as SVG, as wide as its place."""
    axis, begins = stage_axis(chart), 0.0
    placed: list[tuple[Stage, _Place]] = []
    for index, stage in enumerate(chart.stages):
        placed.append((stage, _Place(axis, index * row_height, row_height, begins)))
        begins += stage.length.p50_s if stage.length else 0
    height = row_height * len(placed)
    names = "".join(_name(stage, place) for stage, place in placed)
    has_lengths = any(stage.length for stage in chart.stages)
    marks = _grid(chart, axis, height, lang) + _risers(placed) if has_lengths else ""
    marks += "".join(_row(chart, stage, place, lang) for stage, place in placed)
    body = names + svg.plot(marks, left=chart.label_width + 12, right=RIGHT, height=height + FOOT)
    return svg.picture(body, height=height + FOOT, label=_sentence(chart, axis, lang))


def _name(stage: Stage, place: _Place) -> str:
    strong = " c-strong" if stage.length and stage.length.is_longer else ""
    return svg.text(stage.label, x=0, y=place.middle + 4, class_=f"c-name{strong}")


def _grid(chart: StageChart, axis: TimeAxis, height: float, lang: str) -> str:
    unit = tr(f"response.unit.{axis.unit.name}", lang)
    limit_at = axis.share(chart.limit_s) if chart.limit_s else None
    drawn, ticks = "", axis.ticks()
    for tick in ticks:
        at = axis.share(tick)
        drawn += _upright(at, height, "c-grid")
        if limit_at is None or abs(at - limit_at) > 0.09:
            label = tick_label(tick, axis.unit) + (f" {unit}" if tick == ticks[-1] else "")
            drawn += svg.text(label, x=svg.percent(at), y=height + 18, class_="c-axis", text_anchor="middle")
    if chart.limit_s and limit_at is not None:
        label = f"{tick_label(chart.limit_s, axis.unit)} {unit}"
        drawn += _upright(limit_at, height, "c-limit")
        drawn += svg.text(label, x=svg.percent(limit_at), y=height + 18, class_="c-limit-label", text_anchor="middle")
    return drawn


def _upright(share: float, height: float, class_: str) -> str:
    return svg.line(x1=svg.percent(share), y1=0, x2=svg.percent(share), y2=height, class_=class_)


def _risers(placed: list[tuple[Stage, _Place]]) -> str:
    """Dotted lines from the end of one stage to the beginning of the next one that has a length."""
    drawn = ""
    for before, after in pairwise([place for stage, place in placed if stage.length]):
        at = svg.percent(after.share(0))
        drawn += svg.line(x1=at, y1=before.middle, x2=at, y2=after.middle, class_="c-riser")
    return drawn


def _row(chart: StageChart, stage: Stage, place: _Place, lang: str) -> str:
    if not stage.length:
        words = stage.absent or tr("common.no_data", lang)
        return svg.text(words, x=0, y=place.middle + 4, class_="c-absent c-halo")
    drawn = _bar(stage.length, place) + _numbers(chart, stage.length, place, lang)
    catcher = svg.element("rect", x=0, y=place.top, width="100%", height=place.height, class_="c-catch")
    return svg.element("g", drawn + catcher, data_tip=_tip(chart, stage.label, stage.length, place.axis, lang))


def _bar(length: Length, place: _Place) -> str:
    drawn = ""
    if length.usual_s is not None:
        drawn += _block(place, 0, length.usual_s, BED, "c-usual")
    end, far = place.share(length.p50_s), place.share(length.p90_s)
    drawn += svg.line(x1=svg.percent(end), y1=place.middle, x2=svg.percent(far), y2=place.middle, class_="c-thin")
    if place.begins_s + length.p90_s > place.axis.end_s:
        drawn += svg.text("›", x="100%", dx=2, y=place.middle + 5, class_="c-beyond")
    drawn += _block(place, 0, length.p50_s, BAR, "c-bar")
    if length.is_longer and length.usual_s is not None:
        drawn += _block(place, length.usual_s, length.p50_s, BAR, "c-more")
    return drawn


def _block(place: _Place, begin_s: float, end_s: float, thick: float, class_: str) -> str:
    begin, end = place.share(begin_s), place.share(end_s)
    return svg.element(
        "rect",
        x=svg.percent(begin),
        y=place.middle - thick / 2,
        width=svg.percent(max(end - begin, 0.002)),
        height=thick,
        class_=class_,
    )


def _numbers(chart: StageChart, length: Length, place: _Place, lang: str) -> str:
    """The median in bold and what nine in ten keep, above the thin line; near the right edge left of the bar."""
    unit = place.axis.unit
    rest = [tr("response.nine_in_ten_short", lang, value=unit.decimal(length.p90_s))]
    if length.is_longer and length.usual_s is not None:
        rest.append(tr(chart.usual_short, lang, value=unit.decimal(length.usual_s)))
    words = svg.element("tspan", unit.decimal(length.p50_s), class_="c-value")
    words += svg.element("tspan", svg.escape(" · ".join(rest)), dx=6, class_="c-note")
    begin, end = place.share(0), place.share(max(length.p50_s, length.usual_s or 0))
    if end <= 0.66:
        at, dx, anchor, y = end, 7, "start", place.middle - 5
    elif begin > 0.4:
        at, dx, anchor, y = begin, -8, "end", place.middle + 4
    else:
        at, dx, anchor, y = begin, 0, "start", place.middle - BED / 2 - 3
    return svg.element("text", words, x=svg.percent(at), dx=dx, y=y, class_="c-halo", text_anchor=anchor)


def _tip(chart: StageChart, label: str, length: Length, axis: TimeAxis, lang: str) -> str:
    def told(key: str, seconds: float, **more: str) -> str:
        unit = tr(f"response.unit.{axis.unit.name}", lang)
        return tr(f"response.tip.{key}", lang, value=axis.unit.decimal(seconds), unit=unit, **more)

    lines = [told("median", length.p50_s, stage=label, n=f"{length.n:,}"), told("nine", length.p90_s)]
    if length.usual_s is not None:
        lines.append(told("usual", length.usual_s, yardstick=chart.yardstick))
    return "\n".join([*lines, tr("response.tip.not_additive", lang)])


def _sentence(chart: StageChart, axis: TimeAxis, lang: str) -> str:
    unit = tr(f"response.unit.{axis.unit.name}", lang)
    parts = [
        f"{stage.label} {axis.unit.decimal(stage.length.p50_s)} {unit}"
        if stage.length
        else f"{stage.label} {stage.absent or tr('common.no_data', lang)}"
        for stage in chart.stages
    ]
    return tr("response.stages_label", lang, title=chart.title, parts=tr("response.list_comma", lang).join(parts))
