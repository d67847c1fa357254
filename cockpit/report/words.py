"""A figure in words for a file: value, interval, why there is none, what was left out."""

from dataclasses import replace
from datetime import date, timedelta

from cockpit import formats, frozen_words
from cockpit.context import View
from cockpit.figures import Figure
from config.indicators import Indicator


def value(view: View, figure: Figure) -> str:
    """The value with its unit, or why there is none."""
    if figure.value is None:
        return note(view, figure)
    known = figure.indicator
    return formats.quantity(figure.value, known.unit, view.lang, is_share=known.is_share)


def note(view: View, figure: Figure) -> str:
    """Why there is no value; empty where there is one."""
    return view.tr(f"kpi.{figure.note.replace('-', '_')}") if figure.note else ""


def interval(view: View, figure: Figure) -> str:
    """The 95 % interval; empty where there is none."""
    if figure.interval:
        return formats.share_range(figure.interval.low, figure.interval.high, digits=1)
    if figure.low is None and figure.high is None:
        return ""
    return formats.duration_range(figure.low, figure.high, view.lang)


def excluded(view: View, figure: Figure) -> str:
    """What was left out, with its counts."""
    return view.tr("report.comma").join(
        f"{view.tr(f'kpi.excluded_{why}')} {formats.number(n)}" for why, n in figure.excluded.items()
    )


def use(view: View, indicator: Indicator) -> str:
    """Whether it may be scored, or why it is for reference only."""
    if indicator.is_assessable:
        return view.tr("report.assessable")
    return view.tr("report.reference_only", why=indicator.reference_only(view.lang))


def frozen(view: View, figure: Figure) -> tuple[str, float | int | None, float | None]:
    """Whether it is frozen; what counting gives now where that is another value, and by how much."""
    word, now = view.tr("frozen.mark" if figure.frozen else "frozen.not_mark"), figure.now
    if now is None or not figure.is_changed:
        return word, None, None
    return word, now.value, None if now.value is None or figure.value is None else now.value - figure.value


def frozen_month(view: View, month: date) -> str:
    """Whether a month is frozen, by whom and when; raises StoreUnavailable."""
    end = (month + timedelta(days=31)).replace(day=1)
    whole = replace(view.filters, start=month, end=end, category=None, response_class=None)
    return frozen_words.said(view, frozen_words.standing(view, whole))


def simulated(view: View) -> str:
    """The label of invented data; empty where there is none."""
    return view.tr("report.simulated") if view.is_simulated else ""
