"""The months before the period, and what they let expect of it.

Invariant: what the range is and how it is made stands below the picture; kinds without one have none drawn.
"""

from collections.abc import Sequence

from cockpit import formats, frozen_words, plotted
from cockpit.assessment.words import NOTES
from cockpit.charts import spread as charts
from cockpit.charts.scales import rate_ticks, round_ticks
from cockpit.charts.spread import Point
from cockpit.context import View
from cockpit.figures import NO_DATA
from cockpit.indicator import computed, spreads, words
from cockpit.indicator.computed import IndicatorView, Month
from cockpit.markup import esc
from cockpit.panels import Empty
from cockpit.picture import picture


def unit(page: IndicatorView) -> str:
    """Which months are drawn, and whether the period is beside them."""
    is_beside = computed.stands_beside_months(page.subject)
    return page.view.tr("indicator.months_unit" if is_beside else "indicator.months_unit_before")


def draw_months(page: IndicatorView) -> Empty | None:
    """The months before, with the range that they give."""
    view = page.view
    found = computed.months(view.asked, subject=page.subject)
    told = [month for month in found if month.figure.value is not None]
    if not told:
        return Empty(view.tr("indicator.months_none"))
    points = tuple(_point(page, month, at, len(found)) for at, month in enumerate(found))
    label = view.tr("indicator.months_label", n=len(found), last=words.value(view, found[-1].figure))
    drawn = charts.months(points, ticks=_ticks(view, found), label=label)
    kind = page.indicator.kind
    has_range = any(month.expected for month in found)
    key = f"indicator.months_key_{kind}" if has_range else "indicator.months_key_none"
    columns = [view.tr(f"indicator.month_column_{name}") for name in ("month", "value", "interval", "n", "expected")]
    rows = [_month_row(page, month) for month in found]
    numbers = plotted.table_markup(view.tr("indicator.months_numbers"), columns, rows)
    picture(f'{drawn}<p class="c-key">{esc(_told(page, found) + view.tr(key))}</p>{numbers}', key="indicator_months")
    return None


def _told(page: IndicatorView, found: Sequence[Month]) -> str:
    """How the period stands to what is expected of it, and which months have no value."""
    view, own, told = page.view, found[-1], ""
    if own.is_own and own.figure.value is None:
        told = view.tr("indicator.months_not_compared", why=_gap(view, own))
    elif own.is_own and own.expected:
        told = view.tr("indicator.months_unusual" if computed.is_unusual(own) else "indicator.months_usual")
    if gaps := [month for month in found if month.figure.value is None]:
        few = sum(month.figure.note != NO_DATA for month in gaps)
        told += view.tr("indicator.months_gaps", few=few, none=len(gaps) - few)
    return told


def _gap(view: View, month: Month) -> str:
    """Why a month has no value, in a word."""
    return view.tr(NOTES[month.figure.note or NO_DATA])


def _point(page: IndicatorView, month: Month, at: int, n: int) -> Point:
    view, figure = page.view, month.figure
    name = words.period(page) if month.is_own else formats.month(figure.start, view.lang)
    expected = _range(month)
    lines = [name, words.value(view, figure)]
    if interval := words.interval(view, figure):
        lines.append(view.tr("indicator.interval", range=interval))
    if figure.n is not None:
        lines.append(view.tr("indicator.n", n=formats.number(figure.n)))
    if figure.frozen:
        lines.append(frozen_words.difference(view, figure) or view.tr("frozen.mark"))
    if expected:
        lines.append(view.tr("indicator.expected", range=expected))
    is_named = at in (0, n - 1) or (n > 6 and at == (n - 1) // 2)
    return Point(
        label=_name(page, month) if is_named else "",
        tip="\n".join(lines),
        value=None if figure.value is None else float(figure.value),
        low=None if figure.low is None else float(figure.low),
        high=None if figure.high is None else float(figure.high),
        expected=month.expected,
        is_own=month.is_own,
        unusual=_unusual(month),
        gap=_gap(view, month) if figure.value is None else "",
    )


def _unusual(month: Month) -> str:
    """On which side a month lies outside what is expected of it."""
    known, value = month.figure.indicator, month.figure.value
    if not computed.is_unusual(month) or value is None or month.expected is None:
        return ""
    if known.direction == "none":
        return "apart"
    return "better" if (value > month.expected[1]) == (known.direction == "up") else "worse"


def _name(page: IndicatorView, month: Month) -> str:
    """The month; the period itself where it is not one."""
    if month.is_own and not page.subject.is_month:
        return page.view.tr("indicator.months_own")
    return formats.month(month.figure.start, page.view.lang)


def _range(month: Month) -> str:
    if month.expected is None:
        return ""
    low, high = month.expected
    if month.figure.indicator.kind == "rate":
        return formats.share_range(low, high, digits=1)
    return f"{formats.number(low)}–{formats.number(high)}"


def _month_row(page: IndicatorView, month: Month) -> tuple[str, ...]:
    view, figure = page.view, month.figure
    name = words.period(page) if month.is_own else formats.month(figure.start, view.lang)
    n = formats.number(figure.n) if figure.n is not None else ""
    return (name, words.value(view, figure), words.interval(view, figure), n, _range(month))


def _ticks(view: View, found: Sequence[Month]) -> list[tuple[float, str]]:
    values: list[float] = []
    for month in found:
        figure = month.figure
        ends = (figure.value, figure.low, *(month.expected or ()))
        values += [float(end) for end in ends if end is not None]
        if figure.interval:
            values.append(figure.interval.high)
    low, high = min(values), max(values)
    known = found[0].figure.indicator
    if known.kind == "rate":
        return [(tick, f"{tick * 100:g}") for tick in rate_ticks(low, high)]
    if known.unit == "s":
        axis = spreads.time_axis(high)
        return [*((tick, spreads.tick_words(view, tick, axis)) for tick in axis.ticks(4)), (axis.end_s, "")]
    told = round_ticks(low, high, at_most=4)
    return [(tick, f"{tick * 100:,g}" if known.is_share else f"{tick:,g}") for tick in told]
