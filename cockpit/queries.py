"""The only cache of the program, and the one way from a page to the store.

Invariant: everything kept is keyed by an `Asked` (viewer with scope, clock, data version) and the filters, as plain
arguments; so no two people can share what one of them may not see, and no figure outlives its data.
"""

import functools
import inspect
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import ParamSpec, TypeVar, cast

import streamlit as st

from cockpit import absence
from cockpit.absence import Covered
from config.site import site
from geo import figures, frozen, map_queries, published, steward
from geo.errors import StoreUnavailable
from geo.figures import AreaDays
from geo.frozen import FrozenMonth
from geo.migrations import check
from geo.replay import Moment, Replay, moment
from geo.store import Store
from geo.viewer import Clock, Viewer, current_clock
from geo.windows import Window

P = ParamSpec("P")
R = TypeVar("R")
RETRY_S = 5
ENTRIES, FRESH = 400, 16


@dataclass(frozen=True, slots=True)
class Asked:
    """Which role of which areas asks, at which moment, of which state of the data: first of every cached query.

    The person is left out (`Viewer.unnamed`): what is kept is for all who may see the same, and for nobody else.
    """

    viewer: Viewer
    clock: Clock
    version: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "viewer", self.viewer.unnamed)

    @property
    def of_hour(self) -> "Asked":
        """The same at the beginning of the hour, whatever was loaded since: for what changes slowly."""
        return Asked(self.viewer, Clock(self.clock.at.replace(minute=0, second=0, microsecond=0)), 0)


@dataclass(frozen=True, slots=True)
class AskedShapes:
    """Who asks for boundaries and basemap as of which day, in which version of the shapes: outlives data and clock."""

    viewer: Viewer
    day: date
    version: int

    @property
    def clock(self) -> Clock:
        """A clock on that day; shapes depend on the day only."""
        return Clock(datetime.combine(self.day, datetime.min.time(), UTC))


@dataclass(frozen=True, slots=True)
class AskedLedger:
    """Who asks for the ledger of loads, and up to which line: a refused file changes no figure and no data version."""

    viewer: Viewer
    clock: Clock
    version: int
    end: int


@dataclass(frozen=True, slots=True)
class AskedHour:
    """Who asks for what is usual in the hour that begins at `hour` (site's time zone): no new case changes it."""

    viewer: Viewer
    hour: datetime


@dataclass(frozen=True, slots=True)
class Pulse:
    """Whether the store answers: its data version and the clock that goes with it.

    While it does not, version and clock stay those of the last answer, so that kept pictures are found again;
    `down_since` and `fault` say since when and what happened. `replay` is what moves the clock, None for none.
    `seen` is the moment at which this process first saw this version in this minute: no event of it is later, so that
    who shows the present shows it whole, and all who do so share the cache.
    """

    version: int
    clock: Clock
    down_since: datetime | None = None
    fault: StoreUnavailable | None = None
    replay: Replay | None = None
    seen: Clock | None = None

    @property
    def present(self) -> Clock:
        """The clock of what shows the present: of the version's first sight, not of the minute's beginning."""
        return self.seen or self.clock

    @property
    def now(self) -> datetime:
        """The moment of the site now, also while the store is down."""
        real = current_clock()
        return (self.replay.at(real.at) if self.replay else real).at


def minute(clock: Clock) -> Clock:
    """The clock cut to the minute, so that all who look within a minute share the cache."""
    return Clock(clock.at.replace(second=0, microsecond=0))


class _Heart:
    """The last pulse of this process; asks a store that is down at most every RETRY_S seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: Pulse | None = None
        self._retry_at = 0.0

    def beat(self, clock: Clock | None, viewer: Viewer) -> Pulse:
        """The pulse at `clock`, or (None) the site's moment; of a store that is away the last one, and since when."""
        told = clock or minute(current_clock())
        with self._lock:
            if self._last and self._last.down_since and time.monotonic() < self._retry_at:
                return self._last
            try:
                with store().reading(viewer, told) as connection:
                    check(connection)
                    now = moment(connection) if clock is None else Moment(clock)
                at = minute(now.clock) if now.replay else told
                found = self._seen(Pulse(store().data_version(), at, replay=now.replay), told=clock)
                if clock is None:  # a moment that somebody asked for is nobody else's
                    self._last = found
                return found
            except StoreUnavailable as fault:
                known = self._last or Pulse(0, told)
                here = minute(known.replay.at(current_clock().at)).at if known.replay else told.at
                since = known.down_since or here
                self._last = Pulse(known.version, known.clock, since, fault, replay=known.replay, seen=known.seen)
                self._retry_at = time.monotonic() + RETRY_S
            return self._last

    def ask_again(self) -> None:
        """The next beat asks the store, also one that was down a moment ago."""
        self._retry_at = 0.0

    def _seen(self, found: Pulse, *, told: Clock | None) -> Pulse:
        """The pulse with the moment of its first sight, read after the version."""
        last = self._last
        is_same = last is not None and (last.version, last.clock, last.replay) == (
            found.version, found.clock, found.replay,
        )  # fmt: skip
        if told is not None:
            return replace(found, seen=told)
        return replace(found, seen=last.seen if is_same and last else Clock(found.now))


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The store of this process; raises StoreUnavailable (then nothing is kept)."""
    return Store.from_environment()


@st.cache_resource(show_spinner=False)
def _heart() -> _Heart:
    return _Heart()


def pulse(clock: Clock | None, viewer: Viewer) -> Pulse:
    """Whether the store answers, at `clock` or (None) at the site's moment of now, to the minute.

    Never raises for a store that does not answer.
    """
    return _heart().beat(clock, viewer)


def ask_again() -> None:
    """The store was seen to answer: the next pulse asks it, though it was down a moment ago."""
    _heart().ask_again()


def _first_is_asked(function: Callable[P, R]) -> None:
    names = list(inspect.signature(function).parameters)
    if not names or names[0] != "asked" or any(name.startswith("_") for name in names):
        raise TypeError(f"{function.__qualname__}: takes `asked` first and hides no argument from the key")


def shared(function: Callable[P, R]) -> Callable[P, R]:
    """Keeps what `function(asked, …)` returns, one object for all: frozen values and finished markup only."""
    return _keeping(function, ENTRIES)


def fresh(function: Callable[P, R]) -> Callable[P, R]:
    """As `shared`, for what is asked of the present only, at each commit anew: no older one is ever asked again."""
    return _keeping(function, FRESH)


@dataclass(slots=True)
class _Answer:
    """What one question was answered; `found` is empty until then, and again for the next who asks if it failed."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    found: list[object] = field(default_factory=list)


def _keeping(function: Callable[P, R], entries: int) -> Callable[P, R]:
    """The function with its answers to the `entries` questions that were asked last.

    Who asks the same while another one does waits for that answer; other questions wait for nobody. Streamlit's own
    cache keeps a lock for every question that it ever had: memory lost in a process that runs for weeks.
    """
    _first_is_asked(function)
    name, order = f"{function.__module__}.{function.__qualname__}", threading.Lock()

    @functools.wraps(function)
    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        question = (args, tuple(sorted(kwargs.items())))
        with order:
            known = _answers(name)
            answer = known[question] = known.pop(question, _Answer())
            if len(known) > entries:
                del known[next(iter(known))]
        with answer.turn:
            if not answer.found:
                answer.found.append(function(*args, **kwargs))
            return cast("R", answer.found[0])

    return kept


@st.cache_resource(show_spinner=False)
def _answers(function: str) -> dict[object, _Answer]:  # noqa: ARG001 - of each function its own
    """What a function that keeps answered, by what was asked; last asked last."""
    return {}


@shared
def _shape_version(asked: Asked) -> int:
    return map_queries.shape_version(store(), asked.viewer, asked.clock)


def asked_shapes(asked: Asked, *, day: date) -> AskedShapes:
    """The first argument of a cached query for shapes in force on `day`."""
    return AskedShapes(asked.viewer, day, _shape_version(asked))


@st.cache_resource(show_spinner=False)
def _ledger_ends() -> dict[Viewer, int]:
    """The end of the ledger as each viewer last saw it, for pictures kept while the store is down."""
    return {}


def asked_ledger(asked: Asked) -> AskedLedger:
    """The first argument of a cached query for the ledger; raises StoreUnavailable if none was ever seen."""
    known = _ledger_ends()
    try:
        known[asked.viewer] = steward.ledger_end(store(), asked.viewer, asked.clock)
    except StoreUnavailable:
        if asked.viewer not in known:
            raise
    return AskedLedger(asked.viewer, asked.clock, asked.version, known[asked.viewer])


@st.cache_resource(show_spinner=False)
def _published_stamps() -> dict[Viewer, tuple[int, int, int]]:
    """What was published as each viewer last saw it, for pictures kept while the store is down."""
    return {}


def published_stamp(asked: Asked) -> tuple[int, int, int]:
    """Changes with every publication of closed months, which raise no data version; raises StoreUnavailable if new."""
    known = _published_stamps()
    try:
        known[asked.viewer] = published.stamp(store(), asked.viewer, asked.clock)
    except StoreUnavailable:
        if asked.viewer not in known:
            raise
    return known[asked.viewer]


@st.cache_resource(show_spinner=False)
def _frozen_months() -> dict[Viewer, tuple[FrozenMonth, ...]]:
    """The frozen months as each viewer last saw them, for pictures kept while the store is down."""
    return {}


def frozen_months(asked: Asked) -> tuple[FrozenMonth, ...]:
    """Every frozen month, in the order of freezing, which raises no data version; raises StoreUnavailable if new."""
    known = _frozen_months()
    try:
        with store().reading(asked.viewer, asked.clock) as connection:
            known[asked.viewer] = frozen.months(connection)
    except StoreUnavailable:
        if asked.viewer not in known:
            raise
    return known[asked.viewer]


def frozen_stamp(asked: Asked) -> int:
    """Grows with every month that is frozen: part of the key of what shows figures; raises as `frozen_months`."""
    return len(frozen_months(asked))


@shared
def _areas(asked: AskedShapes) -> tuple[map_queries.Area, ...]:
    return map_queries.areas(store(), asked.viewer, asked.clock, day=asked.day)


def areas(asked: Asked, *, day: date) -> tuple[map_queries.Area, ...]:
    """All areas in force on `day`, by level and code."""
    return _areas(asked_shapes(asked, day=day))


@shared
def categories(asked: Asked) -> tuple[map_queries.Category, ...]:
    """All categories, by code."""
    return map_queries.categories(store(), asked.viewer, asked.clock)


@shared
def datasets(asked: Asked) -> Mapping[str, map_queries.Dataset]:
    """The datasets that were loaded, by name."""
    found = map_queries.datasets(store(), asked.viewer, asked.clock)
    return {dataset.dataset: dataset for dataset in found}


@shared
def reported_span(asked: Asked, *, start: date, end: date) -> map_queries.ReportedSpan:
    """First and last day with a report, and whether [start, end) has one."""
    return map_queries.reported_span(store(), asked.viewer, asked.clock, start=start, end=end)


@shared
def covered(asked: Asked, *, start: date, end: date) -> Covered:
    """What there is to count from in [start, end)."""
    with store().reading(asked.viewer, asked.clock) as connection:
        return absence.covered(connection, asked.clock, Window(start, end, site().zone))


@shared
def area_days(asked: Asked, *, level: str, code: str) -> AreaDays | None:
    """When there is an area of that level and code; None where there never is one."""
    with store().reading(asked.viewer, asked.clock) as connection:
        return figures.area_days(connection, level=level, code=code)


def default_period(asked: Asked, *, today: date) -> tuple[date, date, bool]:
    """The last 30 days up to today; if they are empty the last 30 that have data, and whether that was so."""
    end = today + timedelta(days=1)
    start = end - timedelta(days=30)
    span = reported_span(asked, start=start, end=end)
    if span.has_any or span.last_on is None:
        return start, end, False
    end = span.last_on + timedelta(days=1)
    return end - timedelta(days=30), end, True
