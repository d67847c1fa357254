"""Figures as they count for people: those of a frozen month as they were frozen, what counting gives now beside them.

Invariant: the viewer's row policies decide on a frozen figure as on its cases; what a filter limits was never frozen,
and is counted.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from cockpit.figures import Figure, Interval, Note, check_whole, figures_in
from config.indicators import Indicator
from geo import frozen
from geo.figures import Question
from geo.frozen import FrozenFigure, FrozenMonth
from geo.quantiles import Quantile
from geo.store import Store, Transaction
from geo.viewer import Clock, Viewer
from geo.windows import Window


def figures(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    *,
    question: Question,
    windows: Sequence[Window],
    indicators: Sequence[Indicator],
    lang: str = "zh",
) -> tuple[Figure, ...]:
    """The same as cockpit.figures.figures gives, each figure of a frozen month as it was frozen, with `now` beside it.

    An area or indicator that came after the freeze is counted. Raises WholeNotVisibleError, StoreUnavailable.
    """
    with store.reading(viewer, clock) as connection:
        check_whole(viewer, question)
        found = figures_in(connection, clock, question=question, windows=windows, indicators=indicators, lang=lang)
        return _standing(connection, question, found)


def _standing(connection: Transaction, question: Question, found: Sequence[Figure]) -> tuple[Figure, ...]:
    if question.is_filtered:
        return tuple(found)
    known = {month.month: month for month in frozen.months(connection)}
    months = {figure.start for figure in found if figure.start in known and _is_month(figure)}
    if not months:
        return tuple(found)
    slugs = {figure.indicator.slug for figure in found}
    held = frozen.figures_of(connection, months=months, level=question.level, kpis=slugs)

    def standing(figure: Figure) -> Figure:
        kept = held.get((figure.start, figure.area or "", figure.indicator.slug)) if _is_month(figure) else None
        return _as_figure(kept, known[figure.start], figure) if kept else figure

    return tuple(standing(figure) for figure in found)


def _is_month(figure: Figure) -> bool:
    return Window(figure.start, figure.end, figure.moment.tzinfo).is_month  # type: ignore[arg-type]


def _as_figure(kept: FrozenFigure, month: FrozenMonth, now: Figure) -> Figure:
    """The figure as it was frozen; `now` is what counting gives of it."""
    is_rate = now.indicator.kind == "rate" and kept.low is not None and kept.high is not None
    return replace(
        now,
        value=_whole(kept.value, now.indicator),
        numerator=kept.numerator,
        denominator=kept.denominator,
        n=kept.n,
        interval=Interval(cast(float, kept.low), cast(float, kept.high)) if is_rate else None,
        quantile=_quantile(kept) if now.indicator.kind == "quantile" else None,
        note=cast(Note | None, kept.note),
        excluded=kept.excluded,
        data_version=month.circumstances.data_version,
        frozen=month,
        now=None if kept.told == as_frozen(now).told else now,
    )


def _quantile(kept: FrozenFigure) -> Quantile:
    return Quantile(*(None if end is None else int(end) for end in (kept.value, kept.low, kept.high)))


def _whole(value: float | None, known: Indicator) -> float | int | None:
    """Counts and seconds are whole numbers, though they are kept as any other."""
    return int(value) if value is not None and known.kind in ("count", "quantile") else value


def as_frozen(figure: Figure) -> FrozenFigure:
    """The figure as it is frozen."""
    return FrozenFigure(
        figure.level, figure.area or "", figure.indicator.slug, figure.name, figure.value, figure.numerator,
        figure.denominator, figure.n, figure.low, figure.high, figure.note, dict(figure.excluded),
        figure.indicator.definition,
    )  # fmt: skip
