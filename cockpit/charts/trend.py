"""A share over time, to point at: a dot a period, its interval as a band, the target as a line.

Invariant: a period with too few cases breaks band and line; it is a hollow mark on the axis with its reason, never a
value. A figure once made is not changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from plotly import graph_objects as go

from cockpit import formats
from cockpit.charts import plotly_look as look
from cockpit.charts.scales import rate_ticks
from config.messages import tr

HEIGHT_PX = 160
LEFT_PX = 36
LONE_HALF = 0.4
"""Half the width of the band of a period without neighbours, in columns."""
CROWDED = 40
"""From so many periods on the dots are smaller."""


@dataclass(frozen=True, slots=True)
class Period:
    """One day, week or month: the share and its interval (0 … 1), None where there are too few cases.

    `label` stands on the axis, `name` says which days; `cases` is numerator and denominator in words, or `absent` why
    there is no share. `is_known` False: no source tells of the period, so it has no mark either.
    """

    label: str
    name: str
    cases: str
    value: float | None
    low: float | None
    high: float | None
    absent: str = ""
    is_chosen: bool = True
    is_partial: bool = False
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Trend:
    """What the picture shows; `target` is a share, None where the site has set none."""

    title: str
    periods: tuple[Period, ...]
    target: float | None = None


def trend_figure(trend: Trend, *, lang: str) -> go.Figure:
    """The figure of `trend`, as wide as its place; pointing anywhere in a column tells its period."""
    limits = [] if trend.target is None else [trend.target]
    ticks = _ticks(trend.periods, limits)
    layout = look.layout(
        height=HEIGHT_PX,
        left=LEFT_PX,
        right=_right(trend, lang),
        xaxis=look.columns_axis(_labels(trend.periods), count=len(trend.periods)),
        yaxis=look.amounts_axis(ticks, [f"{tick * 100:g}" for tick in ticks], low=ticks[0], high=ticks[-1]),
        shapes=_chosen(trend.periods),
        annotations=[_target_label(limit, lang) for limit in limits],
    )
    marks = [_line(trend.periods), _dots(trend.periods, ticks[0], lang)]
    lines = [_target(limit, count=len(trend.periods)) for limit in limits]
    return go.Figure([_band(trend.periods), *lines, *marks], layout)


def sentence(trend: Trend, *, lang: str) -> str:
    """What the picture shows in one sentence, for who does not see it."""
    shown = [period for period in trend.periods if period.value is not None]
    if not shown:
        return tr("response.trend_label_empty", lang, title=trend.title)
    values = [period.value for period in shown if period.value is not None]
    return tr(
        "response.trend_label", lang, title=trend.title, low=f"{min(values) * 100:.1f}",
        high=f"{max(values) * 100:.1f}", last=shown[-1].label, value=f"{values[-1] * 100:.1f}",
    )  # fmt: skip


def rows(trend: Trend) -> list[tuple[str, str, str, str]]:
    """The numbers behind the picture: period, share, interval, cases, in words."""
    return [
        (period.name, formats.share(period.value), _interval(period), period.cases)
        if period.value is not None
        else (period.name, period.absent, "", "")
        for period in trend.periods
    ]


def _ticks(periods: Sequence[Period], limits: Sequence[float]) -> tuple[float, ...]:
    bounds = [share for p in periods for share in (p.low, p.value, p.high) if share is not None] + [*limits]
    return rate_ticks(min(bounds, default=0.0), max(bounds, default=1.0))


def _right(trend: Trend, lang: str) -> int:
    """Room for the words of the target line, else for half of the last label."""
    return 24 if trend.target is None else 48 if lang == "zh" else 62


def _labels(periods: Sequence[Period]) -> dict[int, str]:
    """The names on the axis: all where they are few, else four that stand evenly."""
    last = len(periods) - 1
    chosen = range(last + 1) if last < 4 else (round(last * part / 3) for part in range(4))
    return {index: periods[index].label for index in chosen}


def _chosen(periods: Sequence[Period]) -> list[go.layout.Shape]:
    """A ground behind the periods that the page's filter holds, unless it holds them all."""
    chosen = [index for index, period in enumerate(periods) if period.is_chosen]
    return [look.shaded(chosen[0], chosen[-1])] if chosen and len(chosen) < len(periods) else []


def _band(periods: Sequence[Period]) -> go.Scatter:
    """The intervals: one outline for each stretch of periods that have one, None between the outlines."""
    across: list[float | None] = []
    along: list[float | None] = []
    for has_value, run in groupby(enumerate(periods), key=lambda pair: pair[1].value is not None):
        if not has_value:
            continue
        ends = [(float(at), p.low, p.high) for at, p in run]
        if len(ends) == 1:
            ((at, low, high),) = ends
            ends = [(at - LONE_HALF, low, high), (at + LONE_HALF, low, high)]
        across += [*(at for at, _, _ in ends), *(at for at, _, _ in reversed(ends)), None]
        along += [*(high for _, _, high in ends), *(low for _, low, _ in reversed(ends)), None]
    return go.Scatter(
        name="band", x=across[:-1], y=along[:-1], mode="none", fill="toself",
        fillcolor=look.colour("usual", opacity=0.6), hoverinfo="skip",
    )  # fmt: skip


def _line(periods: Sequence[Period]) -> go.Scatter:
    return go.Scatter(
        name="line", x=list(range(len(periods))), y=[period.value for period in periods], mode="lines",
        line=go.scatter.Line(color=look.colour("ink"), width=1.5), connectgaps=False, hoverinfo="skip",
    )  # fmt: skip


def _dots(periods: Sequence[Period], floor: float, lang: str) -> go.Scatter:
    """The dots, filled where the period is full; too few cases: a small ring at `floor`."""
    ink, faint, ground = look.colour("ink"), look.colour("ink-3"), look.colour("bg")
    firm = 5 if len(periods) >= CROWDED else 6.5
    return go.Scatter(
        name="dots", x=list(range(len(periods))), mode="markers", cliponaxis=False,
        y=[(floor if period.is_known else None) if period.value is None else period.value for period in periods],
        marker=go.scatter.Marker(
            size=[5 if period.value is None else firm for period in periods],
            color=[ground if period.value is None or period.is_partial else ink for period in periods],
            line=go.scatter.marker.Line(
                color=[faint if period.value is None else ink for period in periods], width=1.5
            ),
            opacity=1,
        ),
        hoverinfo="text", hovertext=[look.words(_told(period, lang)) for period in periods],
    )  # fmt: skip


def _told(period: Period, lang: str) -> list[str]:
    if period.value is None:
        return [period.name, period.absent]
    share = tr("response.tip.share", lang, value=formats.share(period.value), cases=period.cases)
    return [period.name, share, tr("response.interval", lang, range=_interval(period))]


def _interval(period: Period) -> str:
    if period.low is None or period.high is None:
        return ""
    return formats.share_range(period.low, period.high, digits=1)


def _target(target: float, *, count: int) -> go.Scatter:
    return go.Scatter(
        name="target", x=[-0.5, count - 0.5], y=[target, target], mode="lines",
        line=go.scatter.Line(color=look.colour("accent"), width=1.5), hoverinfo="skip",
    )  # fmt: skip


def _target_label(target: float, lang: str) -> go.layout.Annotation:
    return go.layout.Annotation(
        text=look.words([tr("response.target_short", lang, value=f"{target * 100:g}")]),
        xref="paper", x=1, y=target, xanchor="left", yanchor="middle", xshift=4, showarrow=False,
        font=go.layout.annotation.Font(color=look.colour("accent"), size=look.LABEL_PX, weight=700),
    )  # fmt: skip
