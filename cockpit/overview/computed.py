"""What the overview shows: how things stand, what is usual, and the areas of the level with their figures.

Invariant: every number comes from the same tallies as `cockpit kpi`; usual means the same hours of the same weekday
in the eight weeks before, counted by the same query, and only weeks that a source covers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cockpit.context import Filters, View
from cockpit.queries import Asked, shared, store
from config.site import site
from geo import figures, map_queries, standing
from geo.figures import Question
from geo.map_queries import Area
from geo.standing import LateCase, Weeks
from geo.viewer import SITE
from geo.windows import Window

WEEKS = 8
ENOUGH_WEEKS = 4
SOON = timedelta(hours=1)
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand at `moment`: late cases first, then those due within an hour; open cases in all.

    Without deadlines (`has_deadlines` False) nothing is known to be late or in time.
    """

    moment: datetime
    late: tuple[LateCase, ...]
    open_cases: int
    has_deadlines: bool = True

    @property
    def overdue(self) -> tuple[LateCase, ...]:
        """The cases past their deadline, longest first."""
        return tuple(case for case in self.late if case.is_due)

    @property
    def soon(self) -> tuple[LateCase, ...]:
        """The cases due within an hour, nearest first."""
        return tuple(case for case in self.late if not case.is_due)


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure now and at the same time in earlier weeks (nearest first); a rate has a denominator (`n`)."""

    name: str
    now: float | None
    n: int
    past: tuple[float, ...]
    is_rate: bool = False

    @property
    def is_judged(self) -> bool:
        """Whether there are enough earlier weeks to say what is usual."""
        return self.now is not None and len(self.past) >= ENOUGH_WEEKS

    @property
    def verdict(self) -> str:
        """more, fewer or usual: outside or inside the range of the earlier weeks."""
        if self.now is None or not self.is_judged:
            return "unknown"
        if self.now > max(self.past):
            return "more"
        return "fewer" if self.now < min(self.past) else "usual"

    @property
    def tone(self) -> str:
        """worse, better or plain: more cases than usual are worse, a higher share on scene in time is better."""
        if self.verdict not in ("more", "fewer"):
            return "plain"
        return "better" if (self.verdict == "more") == self.is_rate else "worse"


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """One area with its counts in the period; `households` None where none is known."""

    area: Area
    incidents: int
    open_cases: int
    overdue: int
    households: int | None

    @property
    def per_thousand(self) -> float | None:
        """Incidents per 1,000 households; None without households or with fewer than 10 (too few)."""
        if self.households is None or self.households < FEWEST:
            return None
        return self.incidents * 1000 / self.households


@dataclass(frozen=True, slots=True)
class AreaTable:
    """The areas of a level by code; `is_covered` False: no source covers the period, so nothing can be said."""

    rows: tuple[AreaFigures, ...]
    is_covered: bool
    has_deadlines: bool = True

    @property
    def has_households(self) -> bool:
        """Whether a rate per household can be shown."""
        return any(row.per_thousand is not None for row in self.rows)


def window_of(filters: Filters) -> Window:
    """The page's period as a window of the store."""
    return Window(filters.start, filters.end, site().zone)


def moment_of(asked: Asked, filters: Filters) -> datetime:
    """The moment at which the page stands: the clock, or the end of a period that is over."""
    return min(asked.clock.at, window_of(filters).ends)


def area_table(view: View) -> AreaTable:
    """The areas of the page's level with their figures."""
    return _area_table(view.asked, filters=view.filters, areas=_of_level(view))


def _of_level(view: View) -> tuple[Area, ...]:
    return tuple(area for area in view.areas if area.level == view.filters.level)


@shared
def _area_table(asked: Asked, *, filters: Filters, areas: tuple[Area, ...]) -> AreaTable:
    window = window_of(filters)
    families = ("incidents", "backlog", "backlog_overdue")
    with store().reading(asked.viewer, asked.clock) as connection:
        found = figures.tallies(
            connection, question=_question(filters, level=filters.level), families=families, windows=(window,)
        )
        sources = figures.source_moments(connection, windows=(window,))
        has_deadlines = standing.has_deadlines(connection)
    known = map_queries.households(store(), asked.viewer, asked.clock, level=filters.level)
    counts: dict[int, dict[str, int]] = {}
    for tally in found:
        if tally.area.area_id is not None:
            counts.setdefault(tally.area.area_id, {})[tally.family] = tally.numerator
    rows = tuple(_row(area, counts[area.area_id], known) for area in areas if area.area_id in counts)
    return AreaTable(rows, any(source.is_covered for source in sources), has_deadlines)


def _row(area: Area, counts: dict[str, int], households: Mapping[int, int]) -> AreaFigures:
    return AreaFigures(
        area=area,
        incidents=counts["incidents"],
        open_cases=counts["backlog"],
        overdue=counts["backlog_overdue"],
        households=households.get(area.area_id),
    )


def _question(filters: Filters, *, level: str | None = None, response_class: str | None = None) -> Question:
    """The page's area (or the whole) as one, or the areas of `level` in it."""
    return Question(
        level=level or (filters.area.level if filters.area else SITE),
        within_id=filters.area_id,
        category=filters.category,
        response_class=response_class,
    )


@shared
def standing_now(asked: Asked, *, filters: Filters) -> Standing:
    """What is open, late and nearly late at the moment of the page, in the page's area and category."""
    moment = moment_of(asked, filters)
    window = _so_far(moment, days=1)
    with store().reading(asked.viewer, asked.clock) as connection:
        found = figures.tallies(connection, question=_question(filters), families=("backlog",), windows=(window,))
        late = standing.late_cases(
            connection, window=window, soon=SOON, within=filters.area_id, category=filters.category
        )
        has_deadlines = standing.has_deadlines(connection)
    return Standing(moment, late, sum(tally.numerator for tally in found), has_deadlines)


def _so_far(moment: datetime, *, days: int) -> standing.PartDays:
    local = moment.astimezone(site().zone)
    if local.time() == datetime.min.time():
        local -= timedelta(microseconds=1)
    first = local.date() - timedelta(days=days - 1)
    return standing.PartDays(first, local.date() + timedelta(days=1), site().zone, until=local.time())


@shared
def key_figures(asked: Asked, *, filters: Filters, promise: str | None) -> tuple[KeyFigure, ...]:
    """Overdue, open and reported today, and the share on scene in 10 minutes of the last 7 days, with earlier weeks.

    `promise` is the response class that the share is counted for; None: all cases.
    """
    moment = moment_of(asked, filters)
    whole, urgent = _question(filters), _question(filters, response_class=promise)
    with store().reading(asked.viewer, asked.clock) as connection:
        counted = standing.by_week(
            connection,
            question=whole,
            families=("backlog_overdue", "incidents", "backlog"),
            window=_so_far(moment, days=1),
            weeks=WEEKS,
        )
        shares = standing.by_week(
            connection, question=urgent, families=("onscene",), window=_so_far(moment, days=7), weeks=WEEKS
        )
        has_deadlines = standing.has_deadlines(connection)
    overdue, reported, backlog = (_count(name, counted) for name in ("backlog_overdue", "incidents", "backlog"))
    if not has_deadlines:
        overdue = replace(overdue, now=None, past=())
    return overdue, _rate("onscene", shares), reported, backlog


def _count(name: str, weeks: Weeks) -> KeyFigure:
    past = tuple(float(weeks.tallies[week, name].numerator) for week in weeks.covered if week)
    now = weeks.tallies[0, name].numerator
    return KeyFigure(name, float(now) if 0 in weeks.covered or name != "incidents" else None, now, past)


def _rate(name: str, weeks: Weeks) -> KeyFigure:
    def share(week: int) -> float | None:
        tally = weeks.tallies[week, name]
        return tally.numerator / tally.denominator if tally.denominator >= FEWEST else None

    past = tuple(value for week in weeks.covered if week and (value := share(week)) is not None)
    return KeyFigure(name, share(0), weeks.tallies[0, name].denominator, past, is_rate=True)
