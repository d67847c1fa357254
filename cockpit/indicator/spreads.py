"""How the cases of a figure lie: cumulative curves read at the limit or at the quantile, and bars by day.

Invariant: a curve reaches at its limit exactly the rate that the figure says; cases that did not come to their end stay
in its whole, and a curve of open cases is Kaplan and Meier's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from cockpit import formats
from cockpit.charts import spread as charts
from cockpit.charts.scales import TimeAxis, tick_label, unit_for
from cockpit.charts.spread import Bar, Curves, Line
from cockpit.context import View
from cockpit.figures import Figure
from cockpit.indicator import words
from cockpit.indicator.computed import IndicatorView, axis_of
from cockpit.markup import esc
from geo import tracing
from geo.families import counts_until
from geo.tracing import Spread

MOST_BARS = 45
"""From more days on the bars are weeks, and from more weeks on stretches of four."""
LIMITS = 4
"""So many times the limit is the axis of a share within it."""
FAR = 0.95
"""The share of cases that an axis holds at least, as far as its limit does not ask for more."""


@dataclass(frozen=True, slots=True)
class Named:
    """The cases of one area along the axis, with its figure."""

    figure: Figure
    cases: tuple[Spread, ...]


def curve(page: IndicatorView, own: Named, others: Sequence[Named]) -> str:
    """The cumulative curves, and what they are in words."""
    view, figure = page.view, own.figure
    is_by_limit = axis_of(page.indicator) == "limit"
    limit_s = 100 if is_by_limit else tracing.limit_s(page.indicator.marks)
    steps = _steps(page, own)
    end = 200.0 if is_by_limit else _end(steps, limit_s, figure)
    ticks = _limit_ticks(view) if is_by_limit else _time_ticks(view, end)
    is_rate = page.indicator.kind == "rate"
    has_value = is_rate and figure.value is not None and figure.interval is not None
    known = page.indicator
    read = None
    if known.kind == "quantile" and figure.value is not None and known.quantile is not None:
        low, high = (None if edge is None else float(edge) for edge in (figure.low, figure.high))
        read = (float(figure.value), known.quantile, low, high)
    chart = Curves(
        own=Line(words.area_name(view, figure), charts.thinned(steps, end)),
        others=[Line(words.area_name(view, one.figure), charts.thinned(_steps(page, one), end)) for one in others],
        end=end,
        ticks=ticks,
        limit=None if limit_s is None else (float(limit_s), _limit_name(view, limit_s, is_by_limit=is_by_limit)),
        value=figure.value if has_value else None,
        low=figure.interval.low if has_value and figure.interval else None,
        high=figure.interval.high if has_value and figure.interval else None,
        notes=_notes(view, figure, others),
        read=read,
    )
    label = view.tr("indicator.curve_label", area=words.area_name(view, figure), value=words.value(view, figure))
    return charts.curves(chart, label=label) + f'<p class="c-key">{esc(_key(page, own, others))}</p>'


def _steps(page: IndicatorView, named: Named) -> tuple[tuple[float, float], ...]:
    n = sum(one.cases for one in named.cases)
    if counts_until(page.indicator.marks):
        return _survival(named.cases)
    reached: Counter[int] = Counter()
    for one in named.cases:
        if one.x is not None:
            reached[one.x] += one.cases
    steps, total = [], 0
    for x in sorted(reached):
        total += reached[x]
        steps.append((float(x), total / n))
    return tuple(steps)


def _survival(cases: Sequence[Spread]) -> tuple[tuple[float, float], ...]:
    """The share that has come to its end by each duration, from those that did and those observed so far."""
    ended: Counter[int] = Counter()
    seen: Counter[int] = Counter()
    for one in cases:
        if one.x is not None:
            seen[one.x] += one.cases
            ended[one.x] += one.cases if one.in_numerator else 0
    at_risk, survival, steps = sum(seen.values()), 1.0, []
    for x in sorted(seen):
        if ended[x]:
            survival *= 1 - ended[x] / at_risk
            steps.append((float(x), 1 - survival))
        at_risk -= seen[x]
    return tuple(steps)


def _end(steps: Sequence[tuple[float, float]], limit_s: int | None, figure: Figure) -> float:
    if figure.indicator.kind == "rate" and limit_s:
        return LIMITS * float(limit_s)
    far = next((x for x, share in steps if share >= FAR), steps[-1][0] if steps else 60.0)
    value = float(figure.value or 0) * 1.2 if figure.indicator.kind == "quantile" else 0.0
    return max(far, 2.0 * (limit_s or 0), value, 60.0)


def time_axis(end: float) -> TimeAxis:
    """The axis from zero to `end` seconds in the unit that reads best."""
    return TimeAxis(unit_for(end), max(end, 1.0))


def tick_words(view: View, tick: float, axis: TimeAxis) -> str:
    """A tick with its unit."""
    unit = view.tr(f"response.unit.{axis.unit.name}")
    return f"{tick_label(tick, axis.unit)} {unit}" if tick else "0"


def _time_ticks(view: View, end: float) -> list[tuple[float, str]]:
    axis = time_axis(end)
    return [(tick, tick_words(view, tick, axis)) for tick in axis.ticks(6)]


def _limit_ticks(view: View) -> list[tuple[float, str]]:
    return [(float(x), view.tr(f"indicator.limit_{x}")) for x in (0, 50, 150, 200)]


def _limit_name(view: View, limit_s: int, *, is_by_limit: bool) -> str:
    if is_by_limit:
        return view.tr("indicator.limit_100")
    return formats.duration(limit_s, view.lang)


def _notes(view: View, figure: Figure, others: Sequence[Named]) -> list[str]:
    told = [f"{words.area_name(view, figure)} {words.value(view, figure)}"]
    if found := words.interval(view, figure):
        told.append(view.tr("indicator.interval", range=found))
    for one in others:
        beside = words.interval(view, one.figure)
        told.append(f"{words.area_name(view, one.figure)} {words.value(view, one.figure)}")
        told[-1] += f" ({beside})" if beside else ""
    return told


def _key(page: IndicatorView, own: Named, others: Sequence[Named]) -> str:
    view, known = page.view, page.indicator
    parts = [view.tr("indicator.key_own", area=words.area_name(view, own.figure))]
    parts += [view.tr("indicator.key_other", area=words.area_name(view, one.figure)) for one in others]
    if counts_until(known.marks):
        parts.append(view.tr("indicator.key_km"))
    elif any(one.x is None for one in own.cases):
        open_ = sum(one.cases for one in own.cases if one.x is None)
        parts.append(view.tr("indicator.key_open", n=formats.number(open_)))
    return view.tr("indicator.semicolon").join(parts)


def by_day(page: IndicatorView, cases: Sequence[Spread]) -> str:
    """Bars by the day of the report; weeks or four weeks where the days are many."""
    view, subject = page.view, page.subject
    days = [one.x for one in cases if one.x is not None]
    first, last = min(days), max(days)
    if first >= 0:
        first, last = 0, (min(subject.end, view.now.date() + timedelta(days=1)) - subject.start).days - 1
        last = max(last, *days)
    span = last - first + 1
    width = next((wide for wide in (1, 7, 28, 91, 364) if span / wide <= MOST_BARS), span)
    n: Counter[int] = Counter()
    dark: Counter[int] = Counter()
    is_split = page.indicator.kind in ("rate", "quotient", "change") and not page.indicator.per
    for one in cases:
        if one.x is not None:
            at = (one.x - first) // width
            n[at] += one.cases
            dark[at] += one.cases if one.in_numerator or not is_split else 0
    columns = (span + width - 1) // width
    inside = words.marked(view, page.indicator, "numerator")
    named = {0, columns - 1, (columns - 1) // 2} if columns > 4 else {0, columns - 1}
    bars = []
    for at in range(columns):
        start = subject.start + timedelta(days=first + at * width)
        name = formats.period(start, start + timedelta(days=width), view.lang)
        tip = f"{name}\n{formats.cases(n[at], view.lang)}"
        if is_split:
            tip += "\n" + view.tr("indicator.bar_dark", n=formats.number(dark[at]), name=inside)
        bars.append(Bar(f"{start:%m-%d}" if at in named else "", n[at], dark[at], tip))
    key = view.tr(f"indicator.bars_key_{'split' if is_split else 'all'}", name=inside)
    if width > 1:
        key += view.tr("indicator.bars_wide", days=width)
    label = view.tr("indicator.bars_label", n=formats.number(sum(n.values())), name=page.indicator.name(view.lang))
    return charts.bars(bars, label=label) + f'<p class="c-key">{esc(key)}</p>'
