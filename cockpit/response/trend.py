"""The panel of the share inside ten minutes over time: its figure to point at, its switch, its numbers.

Invariant: a period with too few cases has a reason and no share.
"""

from collections.abc import Callable
from datetime import date

from plotly import graph_objects as go

from cockpit import formats, plotted, queries
from cockpit.charts import svg
from cockpit.charts import trend as trends
from cockpit.charts.trend import Period, Trend
from cockpit.context import View
from cockpit.figures import NO_DATA, Figure
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.queries import Asked
from cockpit.response import computed, words
from cockpit.response.computed import scope_of
from geo.windows import Bucket

BY: tuple[Bucket, ...] = ("week", "day", "month")


def trend(view: View) -> Callable[[], Empty | None]:
    """The share inside ten minutes by day, week or month, with its interval."""

    def draw() -> Empty | None:
        scope, by = scope_of(view), _bucket(view)
        span = queries.reported_span(view.asked, start=scope.start, end=scope.end)
        if span.first_on is None:
            return Empty(view.tr("response.why.not_covered"))
        wide = computed.trend_days(scope, by=by, first_on=span.first_on)
        found = computed.trend(view.asked, scope=wide, by=by)
        if all(figure.note == NO_DATA for figure in found):
            return Empty(view.tr("response.why.none"))
        title = view.tr("response.trend_title", who=words.who(view, scope))
        chart = Trend(title, tuple(_period(view, figure, by) for figure in found), found[0].indicator.target)
        picture(_switch(view, by), key="trend_switch")
        figure = _trend_figure(view.asked, chart=chart, lang=view.lang)
        plotted.plotted(figure, key="trend", sentence=trends.sentence(chart, lang=view.lang))
        picture(_trend_foot(view, chart), key="trend_foot")
        return None

    return draw


@queries.shared
def _trend_figure(asked: Asked, *, chart: Trend, lang: str) -> go.Figure:  # noqa: ARG001 - `asked` is part of the key
    return trends.trend_figure(chart, lang=lang)


def _trend_foot(view: View, chart: Trend) -> str:
    """What the marks mean, and the numbers behind them."""
    few = sum(period.value is None and period.is_known for period in chart.periods)
    unknown = sum(not period.is_known for period in chart.periods)
    key = view.tr("response.trend_key") + (view.tr("response.trend_few", n=few) if few else "")
    key += view.tr("response.trend_unknown", n=unknown) if unknown else ""
    columns = [view.tr(f"response.trend_column.{name}") for name in ("period", "share", "interval", "cases")]
    numbers = plotted.table_markup(view.tr("response.trend_numbers"), columns, trends.rows(chart))
    return svg.element("p", svg.escape(key), class_="c-key") + numbers


def _bucket(view: View) -> Bucket:
    return next(by for by in BY if by == view.option("by", BY))


def _switch(view: View, current: Bucket) -> str:
    def chip(by: Bucket) -> str:
        link = view.link({"by": None if by == BY[0] else by})
        state = "true" if by == current else None
        return svg.element(
            "a", svg.escape(view.tr(f"response.by_{by}")), class_="chip", href=link, data_go=link, aria_current=state
        )

    return svg.element(
        "div",
        svg.element("span", "".join(chip(by) for by in ("day", "week", "month")), class_="group"),
        class_="c-switch",
    )


def _period(view: View, figure: Figure, by: Bucket) -> Period:
    name = formats.period(figure.start, figure.end, view.lang)
    filters = view.filters
    is_partial = _is_cut(figure, by) or figure.moment < view.midnight(figure.end)
    return Period(
        label=formats.month(figure.start, view.lang) if by == "month" else _short_day(view, figure.start),
        name=view.tr("response.partial", period=name) if is_partial else name,
        cases=words.cases(view, figure),
        value=figure.value,
        low=figure.interval.low if figure.interval else None,
        high=figure.interval.high if figure.interval else None,
        absent=words.no_value(view, figure),
        is_chosen=figure.start < filters.end and figure.end > filters.start,
        is_partial=is_partial,
        is_known=figure.note != NO_DATA,
    )


def _is_cut(figure: Figure, by: Bucket) -> bool:
    """Whether the bucket holds only a part of its week or month."""
    if by == "month":
        return figure.start.day != 1 or figure.end.day != 1
    return by == "week" and (figure.end - figure.start).days < 7


def _short_day(view: View, day: date) -> str:
    return view.tr("common.short_day", month=view.tr(f"common.month_{day.month}"), day=day.day)
