"""Figures as people and scripts get them: value, interval, n, exclusions, definition, moment and data version.

Invariant: no data is not zero, and fewer cases than an indicator's minimum give no rate and no quantile; what is
counted comes from geo.figures alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from math import exp, lgamma, log, log1p, sqrt
from typing import Any, Literal, NamedTuple

from config.indicators import Indicator
from config.site import Site
from config.site import site as the_site
from geo import figures as counted
from geo.figures import Question, SourceMoment, Tally
from geo.frozen import FrozenMonth
from geo.quantiles import Quantile
from geo.store import Store, Transaction
from geo.viewer import SITE, Clock, Viewer
from geo.windows import Window

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 %."""
ONE_SIDED = 0.025
"""The chance of one tail beyond which a share is called higher or lower."""
NEGLIGIBLE = 1e-16
SECONDS_A_DAY = 86_400

Note = Literal["no-data", "too-few", "not-reached"]
NO_DATA: Note = "no-data"
TOO_FEW: Note = "too-few"
NOT_REACHED: Note = "not-reached"
"""Of a quantile that counts open cases: fewer than that share have come to their end."""
NO_CALENDAR = "no_calendar"
"""Why a case has no working time; a figure without it would be of the quick ones only."""


class WholeNotVisibleError(Exception):
    """A viewer of some areas asked for the whole site: its figure would silently be that of a part."""


class Interval(NamedTuple):
    """A 95 % interval of a ratio, both ends from 0 to 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator in one area and window, as `cockpit kpi --json` prints it.

    `value` is a count, a ratio of 0 to 1 or whole seconds by `unit`; None with a note that says why.
    `interval` is that of a rate, `quantile` holds the interval of a quantile (order statistics, seconds).
    `start` and `end` are days, end exclusive; `moment` is E, up to which events count. `frozen`: the month as which it
    was frozen, None for what is counted; `now`: what counting gives instead, where that is not the same.
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
    quantile: Quantile | None
    note: Note | None
    excluded: Mapping[str, int]
    moment: datetime
    data_version: int
    frozen: FrozenMonth | None = None
    now: "Figure | None" = None

    @property
    def is_changed(self) -> bool:
        """Whether it is frozen, and counting gives another value now."""
        return self.now is not None and self.now.value != self.value

    @property
    def days(self) -> float:
        """How many days of the window lie before E: what a count of it was counted over."""
        window = Window(self.start, self.end, the_site().zone)
        return max(0.0, (min(self.moment, window.ends) - window.starts).total_seconds() / SECONDS_A_DAY)

    @property
    def low(self) -> float | int | None:
        """The lower end of the 95 % interval, in the unit of the value; None where there is none."""
        return self.interval.low if self.interval else self.quantile.low_s if self.quantile else None

    @property
    def high(self) -> float | int | None:
        """The upper end of the 95 % interval, in the unit of the value; None where there is none."""
        return self.interval.high if self.interval else self.quantile.high_s if self.quantile else None

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
            "low": self.low,
            "high": self.high,
            "note": self.note,
            "excluded": dict(self.excluded),
            "as_of": self.moment.isoformat(timespec="seconds"),
            "definition": self.indicator.definition,
            "data_version": self.data_version,
        }


@lru_cache(maxsize=50_000)
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


def may_be_chance(k: int, n: int, *, share: float) -> bool:
    """Whether k of n may come by chance where each counts with that chance: the exact test, 2.5 % on its side.

    Beside a share near 0 or 1 the Wilson interval alone calls a single case beyond chance.
    """
    return binomial_tail(k, n, share=share) > ONE_SIDED


def binomial_tail(k: int, n: int, *, share: float) -> float:
    """How likely k of n, or a count still farther from n × share, is where each counts with that chance."""
    if not 0 < share < 1:
        return 0.0 if k != n * share else 1.0
    odds, step = share / (1 - share), -1 if k < n * share else 1
    term = exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(share) + (n - k) * log1p(-share))
    found = 0.0
    while term > found * NEGLIGIBLE and 0 <= k <= n:
        found += term
        term *= k / ((n - k + 1) * odds) if step < 0 else (n - k) * odds / (k + 1)
        k += step
    return min(found, 1.0)


def poisson_z(now: int, before: int, *, times: float = 1) -> float:
    """How far two counts lie apart: 2 (sqrt(now) - sqrt(before)) (Anscombe 1948).

    `times`: now was counted over so many times as long; then what `before` lets expect of as long a time is compared,
    brought to the scale of equal times (the ratio of two Poisson rates, Gu et al. 2008, without their 3/8).
    """
    return 2 * (sqrt(now) - sqrt(before * times)) * sqrt(2 / (1 + times))


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
        check_whole(viewer, question)
        return figures_in(connection, clock, question=question, windows=windows, indicators=indicators, lang=lang)


def check_whole(viewer: Viewer, question: Question) -> None:
    """Raises WholeNotVisibleError for a viewer of areas who asks for level site."""
    if question.level == SITE and viewer.level != SITE:
        raise WholeNotVisibleError(viewer.name)


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
    tallies = counted.tallies(
        connection, question=question, families=[each.marks for each in indicators], windows=windows, shares=shares
    )
    assembly = _Assembly(
        clock=clock,
        site=the_site(),
        lang=lang,
        data_version=version,
        shares=shares,
        covering=_covering(connection, windows),
        covering_before=_covering(connection, windows, before=True) if _compares(indicators) else {},
        households=counted.households(connection, tallies) if any(each.per for each in indicators) else {},
    )
    return _assembled(assembly, indicators, tallies)


def _compares(indicators: Iterable[Indicator]) -> bool:
    return any(each.kind == "change" for each in indicators)


def _covering(
    connection: Transaction, windows: Sequence[Window], *, before: bool = False
) -> dict[Window, list[SourceMoment]]:
    """The sources that cover a day of each window, or of as many days before it."""
    asked = {window.before() if before else window: window for window in windows}
    found: dict[Window, list[SourceMoment]] = {}
    for moment in counted.source_moments(connection, windows=tuple(asked)):
        if moment.is_covered:
            found.setdefault(asked[moment.window], []).append(moment)
    return found


@dataclass(frozen=True, slots=True)
class _Assembly:
    """What every figure of one answer shares; `households` by area version."""

    clock: Clock
    site: Site
    lang: str
    data_version: int
    shares: tuple[float, ...]
    covering: Mapping[Window, Sequence[SourceMoment]]
    covering_before: Mapping[Window, Sequence[SourceMoment]]
    households: Mapping[int | None, int]


def _assembled(assembly: _Assembly, indicators: Sequence[Indicator], tallies: Iterable[Tally]) -> tuple[Figure, ...]:
    by_place: dict[tuple[Window, str | None], dict[str, Tally]] = {}
    for tally in tallies:
        by_place.setdefault((tally.window, tally.area.code), {})[tally.family] = tally
    spans = {window: _span(assembly, indicators, window) for window in dict.fromkeys(window for window, _ in by_place)}
    return tuple(
        _figure(assembly, spans[window], indicator, families[indicator.marks])
        for (window, _), families in by_place.items()
        for indicator in indicators
    )


@dataclass(frozen=True, slots=True)
class _Span:
    """What every figure of one window shares: E, and the indicators (by slug) that its sources carry."""

    moment: datetime
    carried: frozenset[str]


def _span(assembly: _Assembly, indicators: Iterable[Indicator], window: Window) -> _Span:
    moments = (source.moment for source in assembly.covering.get(window, ()))
    least = min([assembly.clock.at, window.ends, *moments])
    carried = frozenset(each.slug for each in indicators if _is_carried(assembly, each, window))
    return _Span(least.astimezone(window.zone), carried)


def _figure(assembly: _Assembly, span: _Span, indicator: Indicator, tally: Tally) -> Figure:
    told = _told(assembly, span, indicator, tally)
    has_parts = indicator.kind in ("rate", "quotient", "change")
    return Figure(
        indicator=indicator,
        area=tally.area.code,
        area_id=tally.area.area_id,
        name=tally.area.name if tally.area.code is not None else assembly.site.name(assembly.lang),
        level=tally.area.level,
        start=tally.window.start,
        end=tally.window.end,
        value=told.value,
        numerator=tally.numerator if has_parts else None,
        denominator=told.denominator if has_parts else None,
        n=tally.n if indicator.kind not in ("count", "change") else None if told.note else tally.numerator,
        interval=told.interval,
        quantile=told.quantile,
        note=told.note,
        excluded={**dict.fromkeys(indicator.beside, 0), **tally.excluded} if indicator.beside else tally.excluded,
        moment=span.moment,
        data_version=assembly.data_version,
    )


class _Told(NamedTuple):
    """What a tally says under one indicator."""

    value: float | int | None = None
    denominator: int | None = None
    interval: Interval | None = None
    quantile: Quantile | None = None
    note: Note | None = None


def _told(assembly: _Assembly, span: _Span, indicator: Indicator, tally: Tally) -> _Told:
    denominator = assembly.households.get(tally.area.area_id) if indicator.per else tally.denominator
    note = _note(span, indicator, tally, denominator)
    if note is not None:
        return _Told(denominator=denominator, note=note)
    if indicator.kind == "rate":
        return _Told(tally.numerator / tally.denominator, denominator, wilson(tally.numerator, tally.denominator))
    if indicator.kind == "quotient":
        return _Told(tally.numerator * indicator.scale / (denominator or 1), denominator)
    if indicator.kind == "quantile":
        found = tally.quantiles[assembly.shares.index(indicator.quantile or 0)]
        return _Told(found.value_s, quantile=found, note=NOT_REACHED if found.value_s is None else None)
    value = tally.numerator if indicator.kind == "count" else poisson_z(tally.numerator, tally.denominator)
    return _Told(value, denominator)


def _note(span: _Span, indicator: Indicator, tally: Tally, denominator: int | None) -> Note | None:
    if indicator.slug not in span.carried:
        return NO_DATA
    if indicator.kind in ("count", "change"):
        return None
    if not denominator or NO_CALENDAR in tally.excluded:
        return NO_DATA
    return TOO_FEW if not indicator.per and tally.n < indicator.minimum_n else None


def _is_carried(assembly: _Assembly, indicator: Indicator, window: Window) -> bool:
    """Whether a source that covers the window carries the stages; one that sends bare dates has no durations."""
    parts = [assembly.covering] + [assembly.covering_before] * (indicator.kind == "change")
    return all(
        any(
            source.stages.issuperset(indicator.stages) and not (source.is_date_only and indicator.clock != "none")
            for source in covering.get(window, ())
        )
        for covering in parts
    )
