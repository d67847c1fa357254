"""Why a figure has no data, in words, and what of a period has none: so that nobody takes a lack for a nought.

Invariant: the reason is found where the figure was: in the sources that cover the period and the stages they carry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cockpit import formats
from cockpit.figures import NO_CALENDAR, NO_DATA, Figure
from config.indicators import Indicator
from config.messages import tr
from geo import figures as counted
from geo.figures import AreaDays, SourceMoment
from geo.store import Transaction
from geo.viewer import Clock
from geo.windows import Window

OF_CASES = ("no_before", "no_calendar", "no_households", "no_cases")
"""Reasons that lie neither in the period nor in the stages of the sources; what is left out of a figure tells them."""


@dataclass(frozen=True, slots=True)
class Covered:
    """The sources of incidents that cover a window, those that cover as many days before it, and the days of all."""

    window: Window
    now: date
    sources: tuple[SourceMoment, ...]
    before: tuple[SourceMoment, ...]
    days: tuple[date, date] | None

    @property
    def is_ahead(self) -> bool:
        """Whether no day of the window has begun."""
        return self.window.start > self.now


@dataclass(frozen=True, slots=True)
class Absence:
    """Why there is no data: a key below `absence`; days and stages as they are, so that any language can say them."""

    key: str
    days: tuple[date, ...] = ()
    stages: tuple[str, ...] = ()

    def text(self, lang: str) -> str:
        """The reason in a sentence."""
        named = [formats.full_day(day, lang) for day in self.days]
        stages = tr("absence.joiner", lang).join(tr(f"method.stage_{stage}", lang) for stage in self.stages)
        ends = {"first": named[0], "last": named[-1]} if named else {}
        return tr(f"absence.{self.key}", lang, stages=stages, **ends)


def covered(connection: Transaction, clock: Clock, window: Window) -> Covered:
    """What there is to count from in the window at the clock."""
    before = window.before()
    found = [one for one in counted.source_moments(connection, windows=(window, before)) if one.is_covered]
    return Covered(
        window=window,
        now=clock.at.astimezone(window.zone).date(),
        sources=tuple(one for one in found if one.window == window),
        before=tuple(one for one in found if one.window == before),
        days=counted.covered_days(connection),
    )


def of_period(found: Covered) -> Absence | None:
    """Why nothing at all can be counted in the window; None where a source covers it."""
    if found.is_ahead:
        return Absence("ahead", (found.now,))
    if found.sources:
        return None
    if found.days is None:
        return Absence("no_source")
    first, last = found.days
    if found.window.end <= first:
        return Absence("before", (first,))
    return Absence("after", (last,)) if found.window.start > last else Absence("between", (first, last))


def of_part(found: Covered) -> tuple[Absence, ...]:
    """What of a period that is covered in part has no data: days before the first, days to come."""
    if of_period(found) or found.days is None:
        return ()
    first, told = found.days[0], []
    if found.window.start < first:
        told.append(Absence("begins", (first,)))
    if found.window.end > found.now + timedelta(days=1):
        told.append(Absence("goes_on", (found.now,)))
    return tuple(told)


def of_figure(found: Covered, figure: Figure) -> Absence | None:
    """Why a figure has no data; None where it has."""
    if figure.note != NO_DATA:
        return None
    known = figure.indicator
    if reason := of_period(found) or _of_sources(found.sources, known):
        return reason
    if known.kind == "change" and not found.before:
        return Absence("no_before")
    if NO_CALENDAR in figure.excluded:
        return Absence("no_calendar")
    return Absence("no_households" if known.per else "no_cases")


def _of_sources(sources: Sequence[SourceMoment], known: Indicator) -> Absence | None:
    """What none of the sources carries for the indicator, named by the one that lacks the least."""
    lacking = min((set(known.stages) - source.stages for source in sources), key=len)
    if lacking:
        return Absence("no_stages", stages=tuple(stage for stage in known.stages if stage in lacking))
    carrying = [source for source in sources if source.stages.issuperset(known.stages)]
    is_by_day = known.clock != "none" and all(source.is_date_only for source in carrying)
    return Absence("by_day") if is_by_day else None


def by_reason(found: Covered, figures: Iterable[Figure]) -> Mapping[Absence, tuple[Indicator, ...]]:
    """The indicators that have no data in any area because of the period or of the sources, by the reason."""
    told: dict[Indicator, set[Absence | None]] = {}
    for figure in figures:
        told.setdefault(figure.indicator, set()).add(of_figure(found, figure))
    reasons: dict[Absence, list[Indicator]] = {}
    for known, why in told.items():
        if len(why) == 1 and (reason := next(iter(why))) is not None and reason.key not in OF_CASES:
            reasons.setdefault(reason, []).append(known)
    return {reason: tuple(named) for reason, named in reasons.items()}


def area_days(found: AreaDays, day: date, lang: str) -> str:
    """That there is no such area on `day`, and when there is."""
    key = "both" if found.first_on and found.end_on else "from" if found.first_on else "until"
    last = found.end_on - timedelta(days=1) if found.end_on else None
    return tr(
        f"absence.area_{key}", lang,
        name=found.name, day=formats.full_day(day, lang),
        first=formats.full_day(found.first_on, lang) if found.first_on else "",
        last=formats.full_day(last, lang) if last else "",
    )  # fmt: skip
