"""What the page of one indicator asks and computes.

Invariant: every number is a figure's, or counted from the marks that it is rolled up from; what is said to lie outside
the expected is judged by the months before, and said to be so judged.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import sqrt
from typing import Literal
from zlib import crc32

from cockpit import absence, frozen_figures, matrix_way, queries
from cockpit.absence import Absence
from cockpit.assessment import computed as assessment
from cockpit.assessment.choice import LEVELS
from cockpit.context import View, with_period_notes
from cockpit.exempted import AFTER, BEFORE
from cockpit.figures import NO_DATA, Figure, Z
from cockpit.indicator import rows as traced
from cockpit.queries import Asked, shared
from config.categories import UNCLASSIFIED
from config.indicators import Indicator, UnknownIndicatorError, indicator
from config.site import site
from geo import families, figures, quantiles, tracing
from geo.errors import StoreUnavailable
from geo.figures import NamedArea, Question
from geo.map_queries import Area
from geo.tracing import MARKS, SORTS, By, Counts, Mark, Neighbour, Position, Row, Sort, Spread, Where
from geo.viewer import SITE
from geo.windows import Window

DEFAULT = "on_time_rate"
MONTHS = 12
"""So many months before stand beside the figure, and give what is expected of it."""
DEADLINES = ("on_time", "on_time_exempted", "urgent_on_time")
"""Families of which the share of the limit that was used is drawn."""
OVERDUE = (*DEADLINES, "exemption")
"""Families whose denominator holds the overdue cases: on their rows an exemption shows, and is decided."""
_POSITION = re.compile(r"[0-9a-f]{8}(_[0-9.e+-]+){5}", re.ASCII)
"""What a position looks like; one of another figure or order is none, and begins with the first row."""
LEVELS_BELOW = {SITE: "community", "street": "community", "community": "grid", "grid": "microgrid"}


@dataclass(frozen=True, slots=True)
class Subject:
    """One indicator in one area (None: the whole), from `start` to `end` (exclusive), of a category or class or of all.

    `frozen`: how many months were frozen when it was asked (queries.frozen_stamp).
    """

    slug: str
    level: str
    area_id: int | None
    start: date
    end: date
    category: str | None
    response_class: str | None = None
    frozen: int = 0

    @property
    def indicator(self) -> Indicator:
        """The indicator."""
        return indicator(self.slug)

    @property
    def window(self) -> Window:
        """The days, in the site's zone."""
        return Window(self.start, self.end, site().zone)

    def question(self, level: str | None = None) -> Question:
        """The question for the area as one, or for all areas of `level`."""
        return Question(
            level or self.level,
            within_id=None if level else self.area_id,
            category=self.category,
            response_class=self.response_class,
        )

    def trace(self, area: NamedArea, *, sort: Sort | None = None) -> tracing.Trace:
        """The rows behind it in the area."""
        return traced.trace_of(
            self.indicator, area, self.window, category=self.category, response_class=self.response_class, sort=sort
        )

    @property
    def is_month(self) -> bool:
        """Whether the days are one calendar month."""
        return self.window.is_month


@dataclass(frozen=True, slots=True)
class RowsAsked:
    """Which rows the page shows: of one mark and reason or of all, sorted, from the `first` row on after a position.

    `case` is the code of the one that is opened.
    """

    mark: Mark | None
    why: str | None
    sort: Sort | None
    after: Position | None
    first: int
    case: str | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """An area of the same level beside the own one, which is among them (`is_own`).

    `is_other_type`: 考核 puts the two into different groups and does not compare them.
    """

    figure: Figure
    neighbour: Neighbour
    is_own: bool
    is_other_type: bool = False

    @property
    def how(self) -> Literal["beside", "alike", "above"]:
        """How it belongs to the own area: it shares a border, has its type, or lies in the same area above."""
        return "beside" if self.neighbour.border_m > 0 else "alike" if self.neighbour.community_type else "above"


@dataclass(frozen=True, slots=True)
class Month:
    """A figure of the months before or, last, of the period itself; `expected` is the range that the months give."""

    figure: Figure
    expected: tuple[float, float] | None
    is_own: bool


@dataclass(frozen=True)
class IndicatorView:
    """The page: what it is about, and what the URL says of its rows. `unknown` is a slug that does not exist."""

    view: View
    subject: Subject
    rows: RowsAsked
    unknown: UnknownIndicatorError | None = None

    @property
    def indicator(self) -> Indicator:
        """The indicator of the page."""
        return self.subject.indicator


def open_indicator(view: View) -> IndicatorView:
    """What the URL asks for; an unknown indicator is the default one, and said to be unknown."""
    slug, unknown = view.params.get("kpi") or DEFAULT, None
    try:
        indicator(slug)
    except UnknownIndicatorError as fault:
        slug, unknown = DEFAULT, fault
    filters = view.filters
    subject = Subject(
        slug=slug,
        level=filters.area.level if filters.area else SITE,
        area_id=filters.area_id,
        start=filters.start,
        end=filters.end,
        category=filters.category,
        response_class=filters.response_class,
        frozen=_frozen_stamp(view),
    )
    return IndicatorView(_noted(view, subject), subject, _rows_asked(view, subject), unknown)


def _noted(view: View, subject: Subject) -> View:
    """The view with what of the URL is not followed, and what of the period has no data."""
    known = {
        "mark": traced.marks_of(subject.indicator),
        "why": families.reasons(subject.indicator.marks),
        "sort": SORTS,
        "with": {area.code for area in view.areas},
    }
    is_position = _POSITION.fullmatch(view.params.get("after", ""))
    view = replace(view, notes=(*view.notes, *view.unfollowed(known | ({} if is_position else {"after": ()}))))
    try:
        return with_period_notes(view)
    except StoreUnavailable:
        return view


def _frozen_stamp(view: View) -> int:
    try:
        return queries.frozen_stamp(view.asked)
    except StoreUnavailable:
        return 0  # each panel says so itself


def _rows_asked(view: View, subject: Subject) -> RowsAsked:
    mark = next((mark for mark in traced.marks_of(subject.indicator) if mark == view.params.get("mark")), None)
    sort = next((one for one in SORTS if one == view.params.get("sort")), None)
    why = view.params.get("why") if mark == "excluded" else None
    kept = RowsAsked(mark, why if why in families.reasons(subject.indicator.marks) else None, sort, None, 0)
    after, first = _position(view.params.get("after", ""), seal=_seal(subject, kept))
    return replace(kept, after=after, first=first, case=view.params.get("case") or None)


def _seal(subject: Subject, asked_rows: RowsAsked) -> str:
    """What a position belongs to: with another figure or other filters it is none."""
    told = (subject, asked_rows.mark, asked_rows.why, asked_rows.sort)
    return f"{crc32(repr(told).encode(errors='replace')):08x}"


def _position(text: str, *, seal: str) -> tuple[Position | None, int]:
    """Where the page before ended, and the number of its last row; the first page for what is none."""
    try:
        sealed, first, place, key, incident_id, part = text.split("_")
        found = Position(int(place), float(key), int(incident_id), part == "1")
        is_sound = (
            sealed == seal and 0 <= int(first) < 10**9 and abs(found.sort_key) < 1e13 and 0 <= found.incident_id < 2**62
        )
        return (found, int(first)) if is_sound and 0 <= found.place < len(MARKS) else (None, 0)
    except ValueError:
        return None, 0


def position_token(page: IndicatorView, position: Position, *, first: int) -> str:
    """A position as the URL names it; `first` is how many rows stand before it."""
    part, seal = int(position.is_of_numerator), _seal(page.subject, page.rows)
    return f"{seal}_{first}_{position.place}_{position.sort_key!r}_{position.incident_id}_{part}"


# ---------------------------------------------------------------- the figure


@shared
def own(asked: Asked, *, subject: Subject) -> Figure | None:
    """The figure of the page; None where its area was not in force in the period, or the viewer sees no whole."""
    found = _figures(asked, subject=subject, question=subject.question(), windows=(subject.window,))
    return found[0] if found else None


def after(asked: Asked, *, subject: Subject) -> Figure | None:
    """Of the on-time rate the figure after exemption; None of any other."""
    return own(asked, subject=replace(subject, slug=AFTER)) if subject.slug == BEFORE else None


def _figures(asked: Asked, *, subject: Subject, question: Question, windows: Sequence[Window]) -> tuple[Figure, ...]:
    return frozen_figures.figures(
        queries.store(), asked.viewer, asked.clock, question=question, windows=windows, indicators=(subject.indicator,)
    )


@shared
def area_of(asked: Asked, *, subject: Subject) -> NamedArea | None:
    """The area with all its versions; None where it was not in force in the period, or no day of that has begun."""
    if queries.covered(asked, start=subject.start, end=subject.end).is_ahead:
        return None
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return next(iter(figures.areas(connection, question=subject.question(), window=subject.window)), None)


# ---------------------------------------------------------------- neighbours


@shared
def peers(asked: Asked, *, subject: Subject) -> tuple[Peer, ...]:
    """The area and those it may be compared with, by code: of its type, where it has none those in the same area above;
    and those that share a border with it. Empty at level site."""
    if subject.area_id is None:
        return ()
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        known = tracing.neighbours(connection, area_id=subject.area_id, day=subject.end - timedelta(days=1))
    mine = next((one for one in known if one.area_id == subject.area_id), None)
    if mine is None:
        return ()
    wanted = {one.area_id: one for one in known if _is_peer(one, mine)}
    found = assessment.by_area(asked, scope=_scope(subject, None), slugs=(subject.slug,))
    figures_of = [told[subject.slug][0] for told in found.values()]
    return tuple(
        Peer(
            figure,
            wanted[figure.area_id],
            is_own=figure.area_id == subject.area_id,
            is_other_type=wanted[figure.area_id].community_type != mine.community_type,
        )
        for figure in figures_of
        if figure.area_id in wanted
    )


def _scope(subject: Subject, place: Area | None) -> assessment.Scope:
    """The cases that 考核 counts for the areas of this level in the place."""
    return assessment.Scope(
        days=(subject.start, subject.end),
        against=None,
        level=subject.level,
        within_id=place.area_id if place else None,
        within_level=place.level if place else SITE,
        category=subject.category,
        response_class=subject.response_class,
        frozen=subject.frozen,
    )


def group(page: IndicatorView) -> tuple[assessment.Group, assessment.Cell] | None:
    """All areas of the own type together and the figure beside them, both as 考核 has them; None where it has none."""
    view, subject = page.view, page.subject
    if subject.area_id is None or view.is_limited or subject.level not in LEVELS:
        return None
    scope, slugs = _scope(subject, matrix_way.place(view)), (subject.slug,)
    of_all = assessment.whole(view.asked, scope=scope, slugs=slugs)
    for one in assessment.groups(view.asked, scope=scope, slugs=slugs, areas=view.areas, of_all=of_all):
        cell = next((row.cells[subject.slug] for row in one.rows if row.area.area_id == subject.area_id), None)
        if cell is not None:
            return (one, cell) if len(one.rows) > 1 and cell.peers is not None else None
    return None


def _is_peer(one: Neighbour, mine: Neighbour) -> bool:
    is_alike = one.is_beside if mine.community_type is None else one.community_type == mine.community_type
    return is_alike or one.border_m > 0 or one.area_id == mine.area_id


def neighbour(found: Sequence[Peer], *, named: str | None) -> Peer | None:
    """The one that is compared: the one named by its code, else one of the same type, with enough cases, with the
    longest common border, in this order."""
    mine = next((one for one in found if one.is_own), None)
    others = [one for one in found if not one.is_own]
    if mine is None or not others:
        return None
    by_name = next((one for one in others if one.figure.area == named), None)
    kind = mine.neighbour.community_type

    def closeness(one: Peer) -> tuple[bool, bool, bool, float]:
        figure, is_alike = one.figure, one.neighbour.community_type == kind
        has_enough = (figure.n or 0) >= figure.indicator.minimum_ranked
        return figure.value is not None, is_alike, has_enough, one.neighbour.border_m

    return by_name or max(others, key=closeness)


def together(found: assessment.Group, slug: str) -> tuple[int, int]:
    """Numerator and denominator of all areas of a group."""
    figures_of = [row.cells[slug].figure for row in found.rows if row.cells[slug].figure.note != NO_DATA]
    return sum(one.numerator or 0 for one in figures_of), sum(one.denominator or 0 for one in figures_of)


# ---------------------------------------------------------------- months


def stands_beside_months(subject: Subject) -> bool:
    """Whether the period's figure may stand beside those of months: a count only where it is a month's."""
    return subject.indicator.kind != "count" or subject.is_month


@shared
def months(asked: Asked, *, subject: Subject) -> tuple[Month, ...]:
    """MONTHS whole months before the period, then the period itself, each with the range that the months expect.

    The count of a period that is no month stands beside no month: it grows with its days.

    For a share: where 95 % of binomial counts of its number of cases lie, at the share of all the months together. For
    a count: where those of a Poisson count lie, at the months' mean a day, over as many days as the period has had so
    far (by square roots, as Anscombe 1948). Other
    kinds have no such range. Months that no source covers are left out at the beginning.
    """
    window, zone = subject.window, site().zone
    starts = [subject.start.replace(day=1)]
    for _ in range(MONTHS):
        starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
    windows = [Window(start, _next_month(start), zone) for start in reversed(starts[1:])]
    found = _figures(asked, subject=subject, question=subject.question(), windows=(*windows, window))
    known = [figure for figure in found if figure.start < subject.start]
    while known and known[0].note == NO_DATA:
        known.pop(0)
    last = [figure for figure in found if (figure.start, figure.end) == (subject.start, subject.end)]
    if not stands_beside_months(subject):
        last = []
    return tuple(Month(figure, _expected(figure, known), is_own=figure in last) for figure in (*known, *last))


def _expected(figure: Figure, before: Sequence[Figure]) -> tuple[float, float] | None:
    told = [month for month in before if month.note != NO_DATA]
    if len(told) < 3 or figure.value is None:
        return None
    if figure.indicator.kind == "rate":
        numerator = sum(month.numerator or 0 for month in told)
        denominator = sum(month.denominator or 0 for month in told)
        return _around(numerator / denominator, figure.denominator or 0) if denominator else None
    if figure.indicator.is_flow:
        mean = sum(int(month.value or 0) for month in told) / sum(month.days for month in told) * figure.days
        return max(0.0, sqrt(mean) - Z / 2) ** 2, (sqrt(mean) + Z / 2) ** 2
    return None


def _around(share: float, n: int) -> tuple[float, float] | None:
    """Where the middle 95 % of binomial counts lie, as shares of n; None for no case and for a share of 0 or 1."""
    if not n or not 0 < share < 1:
        return None
    low, high = quantiles.interval_ranks(n, round(share, 6))
    return (low or 0) / n, (n if high is None else high - 1) / n


def is_unusual(month: Month) -> bool:
    """Whether the value lies outside what the months expect."""
    if month.expected is None or month.figure.value is None:
        return False
    return not month.expected[0] <= month.figure.value <= month.expected[1]


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


# ---------------------------------------------------------------- rows


@shared
def counts(asked: Asked, *, subject: Subject) -> Counts | None:
    """How many rows of each mark there are; None where the area was not in force."""
    area = area_of(asked, subject=subject)
    if area is None:
        return None
    trace = subject.trace(area)
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return tracing.counts(connection, trace=trace)


def trace_asked(area: NamedArea, subject: Subject, asked_rows: RowsAsked, told: Counts) -> tracing.Trace:
    """The trace that the page's filters ask for."""
    sort = asked_rows.sort or ("newest" if told.rows > traced.LONG_ROWS else None)
    trace = subject.trace(area, sort=sort)
    marks = traced.asked_marks(subject.indicator, asked_rows.mark) if asked_rows.mark else None
    return replace(trace, marks=marks, why=asked_rows.why)


@shared
def unclassified(asked: Asked, *, subject: Subject) -> int:
    """How many rows have a category that no code list holds; 0 where one category is looked at."""
    told = counts(asked, subject=replace(subject, category=UNCLASSIFIED)) if subject.category is None else None
    return told.rows if told else 0


@shared
def why_none(asked: Asked, *, subject: Subject) -> Absence | None:
    """Why the page's figure has no data; None where it has."""
    figure = own(asked, subject=subject)
    found = queries.covered(asked, start=subject.start, end=subject.end)
    return absence.of_figure(found, figure) if figure else None


@shared
def page_of_rows(asked: Asked, *, subject: Subject, rows: RowsAsked) -> tuple[Row, ...]:
    """One page of rows; empty where the area was not in force."""
    area, told = area_of(asked, subject=subject), counts(asked, subject=subject)
    if area is None or told is None:
        return ()
    trace = trace_asked(area, subject, rows, told)
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return tracing.page(connection, trace=trace, after=rows.after, told=told)


@shared
def events(asked: Asked, *, incident_id: int) -> tuple[tracing.Event, ...]:
    """What happened to a case that the viewer sees, up to the clock."""
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return tracing.events(connection, incident_id=incident_id)


# ---------------------------------------------------------------- distribution and place


def axis_of(known: Indicator) -> By:
    """Along which axis the cases of an indicator are drawn."""
    if families.is_span(known.marks):
        return "duration"
    return "limit" if known.marks in DEADLINES else "day"


@shared
def spread(asked: Asked, *, subject: Subject) -> tuple[Spread, ...]:
    """The cases that count along the axis of the indicator; empty where the area was not in force."""
    area = area_of(asked, subject=subject)
    if area is None:
        return ()
    trace = subject.trace(area)
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return tracing.spread(connection, trace=trace, by=axis_of(subject.indicator))


def misses(known: Indicator) -> Mark:
    """Which rows one looks for first: those that lower a good rate, else those that are counted."""
    return "denominator" if known.kind == "quantile" or known.direction == "up" else "numerator"


@shared
def where(asked: Asked, *, subject: Subject) -> tuple[Where, ...]:
    """Where the misses lie, by area of the level below, by category and by responsible unit, the most first."""
    area, below = area_of(asked, subject=subject), LEVELS_BELOW.get(subject.level)
    if area is None or below is None:
        return ()
    trace = subject.trace(area)
    marks = traced.asked_marks(subject.indicator, misses(subject.indicator))
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return tracing.where(connection, trace=replace(trace, marks=marks), below=below)
