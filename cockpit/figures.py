"""Figures as people and scripts get them: value, interval, n, exclusions, definition, moment and data version.

Invariant: no data is not zero, and fewer cases than an indicator's minimum give no rate and no quantile; what is
counted comes from geo.figures alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import sqrt
from typing import Any, Literal

from config.indicators import Indicator
from config.site import Site
from config.site import site as the_site
from geo import figures as counted
from geo.figures import Question, SourceMoment, Tally
from geo.store import Store, Transaction
from geo.viewer import SITE, Clock, Viewer
from geo.windows import Window

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 %."""

Note = Literal["no-data", "too-few"]
NO_DATA: Note = "no-data"
TOO_FEW: Note = "too-few"


class WholeNotVisibleError(Exception):
    """A viewer of some areas asked for the whole site: its figure would silently be that of a part."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval of a ratio, both ends from 0 to 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator in one area and window, as `cockpit kpi --json` prints it.

    `value` is a count, a ratio of 0 to 1 or whole seconds by `unit`; None with the note no-data or too-few.
    `start` and `end` are days, end exclusive; `moment` is E, up to which events count.
    """

    indicator: Indicator
    area: str | None
    area_id: int | None
    name: str
    level: str
    start: date
    end: date
    value: float | int | None
    numerator: int | None
    denominator: int | None
    n: int | None
    interval: Interval | None
    note: Note | None
    excluded: Mapping[str, int]
    moment: datetime
    data_version: int

    def record(self) -> dict[str, Any]:
        """The figure as a JSON record, keys as the contract of `cockpit kpi --json` names them."""
        return {
            "kpi": self.indicator.slug,
            "area": self.area,
            "name": self.name,
            "level": self.level,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "value": self.value,
            "unit": self.indicator.unit,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "n": self.n,
            "low": self.interval.low if self.interval else None,
            "high": self.interval.high if self.interval else None,
            "note": self.note,
            "excluded": dict(self.excluded),
            "as_of": self.moment.isoformat(timespec="seconds"),
            "definition": self.indicator.definition,
            "data_version": self.data_version,
        }


def wilson(numerator: int, denominator: int) -> Interval:
    """The Wilson 95 % interval of numerator / denominator (E. B. Wilson 1927); raises ValueError for no ratio."""
    if not 0 <= numerator <= denominator or denominator == 0:
        raise ValueError(f"{numerator} of {denominator} is no ratio")
    share, square = numerator / denominator, Z * Z
    middle = (share + square / (2 * denominator)) / (1 + square / denominator)
    half = Z * sqrt(share * (1 - share) / denominator + square / (4 * denominator**2)) / (1 + square / denominator)
    return Interval(
        low=0.0 if numerator == 0 else max(0.0, middle - half),
        high=1.0 if numerator == denominator else min(1.0, middle + half),
    )


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
    """One figure a window, area (by code) and indicator (in the order given), areas without cases too.

    Several windows (`geo.windows.buckets`) make a trend: each figure stands as of the end of its own window.
    Raises WholeNotVisibleError when an area viewer asks for level site, geo.errors.StoreUnavailable without a store.
    """
    with store.reading(viewer, clock) as connection:
        if question.level == SITE and viewer.level != SITE:
            raise WholeNotVisibleError(viewer.name)
        return figures_in(connection, clock, question=question, windows=windows, indicators=indicators, lang=lang)


def figures_in(
    connection: Transaction,
    clock: Clock,
    *,
    question: Question,
    windows: Sequence[Window],
    indicators: Sequence[Indicator],
    lang: str = "zh",
) -> tuple[Figure, ...]:
    """The same within a transaction that stands at `clock` already, as its viewer sees the cases."""
    shares = tuple(sorted({each.quantile for each in indicators if each.quantile is not None}))
    version = counted.data_version(connection)
    moments = counted.source_moments(connection, windows=windows)
    tallies = counted.tallies(
        connection, question=question, families=[each.marks for each in indicators], windows=windows, shares=shares
    )
    return _assembled(_Assembly(clock, the_site(), lang, version, shares), indicators, tallies, moments)


@dataclass(frozen=True, slots=True)
class _Assembly:
    """What every figure of one answer shares."""

    clock: Clock
    site: Site
    lang: str
    data_version: int
    shares: tuple[float, ...]


def _assembled(
    assembly: _Assembly,
    indicators: Sequence[Indicator],
    tallies: Iterable[Tally],
    moments: Iterable[SourceMoment],
) -> tuple[Figure, ...]:
    covering: dict[Window, list[SourceMoment]] = {}
    for moment in moments:
        if moment.is_covered:
            covering.setdefault(moment.window, []).append(moment)
    by_place: dict[tuple[Window, str | None], dict[str, Tally]] = {}
    for tally in tallies:
        by_place.setdefault((tally.window, tally.area.code), {})[tally.family] = tally
    return tuple(
        _figure(assembly, indicator, families[indicator.marks], covering.get(window, []))
        for (window, _), families in by_place.items()
        for indicator in indicators
    )


def _figure(assembly: _Assembly, indicator: Indicator, tally: Tally, covering: Sequence[SourceMoment]) -> Figure:
    note = _note(indicator, tally, covering)
    value = None if note else _value(indicator, tally, assembly.shares)
    is_rate, is_count = indicator.kind == "rate", indicator.kind == "count"
    least = min([assembly.clock.at, tally.window.ends, *(source.moment for source in covering)])
    return Figure(
        indicator=indicator,
        area=tally.area.code,
        area_id=tally.area.area_id,
        name=tally.area.name if tally.area.code is not None else assembly.site.name(assembly.lang),
        level=tally.area.level,
        start=tally.window.start,
        end=tally.window.end,
        value=value,
        numerator=tally.numerator if is_rate else None,
        denominator=tally.denominator if is_rate else None,
        n=tally.denominator if not is_count else None if note else tally.numerator,
        interval=wilson(tally.numerator, tally.denominator) if is_rate and note is None else None,
        note=note,
        excluded=dict.fromkeys(indicator.beside, 0) | dict(tally.excluded),
        moment=least.astimezone(tally.window.zone),
        data_version=assembly.data_version,
    )


def _note(indicator: Indicator, tally: Tally, covering: Sequence[SourceMoment]) -> Note | None:
    if not any(_serves(source, indicator) for source in covering):
        return NO_DATA
    if indicator.kind == "count":
        return None
    if tally.denominator == 0:
        return NO_DATA
    return TOO_FEW if tally.denominator < indicator.minimum_n else None


def _serves(source: SourceMoment, indicator: Indicator) -> bool:
    """Whether a source carries the stages; one that sends bare dates has no durations."""
    return source.stages.issuperset(indicator.stages) and not (source.is_date_only and indicator.clock == "natural")


def _value(indicator: Indicator, tally: Tally, shares: tuple[float, ...]) -> float | int | None:
    if indicator.quantile is not None:
        return tally.quantiles[shares.index(indicator.quantile)]
    return tally.numerator / tally.denominator if indicator.kind == "rate" else tally.numerator
