"""What the page of one community computes: its open cases by urgency, figures beside those of the area above, stages.

Invariant: every number comes from the same cases as `cockpit kpi`; a figure is called higher or lower than that of the
area above only beyond chance, and nothing is compared that has too few cases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from cockpit import figures as counted
from cockpit import queries
from cockpit.charts.compare import side
from cockpit.community.choice import Chosen
from cockpit.context import Filters, View
from cockpit.figures import Figure, Z
from cockpit.overview.computed import WEEKS, KeyFigure, moment_of, window_of
from cockpit.queries import Asked, shared
from cockpit.response import computed as response
from cockpit.response.computed import PROMISE, Scope, StageTime
from config.indicators import indicator
from config.site import site
from geo import community, map_queries, staffing, standing
from geo.community import OpenCase, Reach
from geo.figures import Question, source_moments
from geo.map_queries import Area
from geo.staffing import AreaTeams, Vacancy
from geo.viewer import SITE

SOON = timedelta(hours=1)
GROUPS = ("overdue", "soon", "today", "later", "open_end", "suspended")
OVERDUE = "backlog_overdue"
PERIOD_SLUGS = ("incidents", "closure_rate", "on_time_rate", "backlog", OVERDUE)
CLOSE_SLUGS = ("close_p50", "close_p90")


@dataclass(frozen=True, slots=True)
class Due:
    """One open case with its place in the list (from 1) and its group of urgency (GROUPS)."""

    number: int
    case: OpenCase
    group: str


@dataclass(frozen=True, slots=True)
class OpenList:
    """The open cases at `moment`, the most urgent first. Without any deadline they stand by age, the oldest first."""

    moment: datetime
    rows: tuple[Due, ...]

    def of(self, group: str) -> tuple[Due, ...]:
        """The cases of one group."""
        return tuple(row for row in self.rows if row.group == group)

    @property
    def has_deadlines(self) -> bool:
        """Whether any open case has a deadline."""
        return any(row.case.due_at for row in self.rows)


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of the community beside that of the area above; `side` is worse, better, more, fewer or alike.

    `is_compared` false: a count that stands beside the other only to be seen.
    """

    figure: Figure
    whole: Figure | None
    side: str = "alike"
    is_compared: bool = True


def open_list(view: View, area: Area) -> OpenList:
    """The open cases of the community at the moment of the page; raises StoreUnavailable."""
    found = _open_cases(view.asked, filters=view.filters, level=area.level, area_id=area.area_id)
    return grouped(found, moment=moment_of(view.asked, view.filters))


@shared
def _open_cases(asked: Asked, *, filters: Filters, level: str, area_id: int) -> tuple[OpenCase, ...]:
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return community.open_cases(
            connection, level=level, area_id=area_id, window=window_of(filters), category=filters.category
        )


def grouped(cases: Sequence[OpenCase], *, moment: datetime) -> OpenList:
    """The cases in the order of their groups; within one as they came."""
    midnight = moment.astimezone(site().zone).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    order = {name: number for number, name in enumerate(GROUPS)}
    known = sorted(((case, _group(case, moment, midnight)) for case in cases), key=lambda one: order[one[1]])
    return OpenList(moment, tuple(Due(number, case, group) for number, (case, group) in enumerate(known, start=1)))


def _group(case: OpenCase, moment: datetime, midnight: datetime) -> str:
    if case.is_due:
        return "overdue"
    if case.is_suspended:
        return "suspended"
    if case.due_at is None:
        return "open_end"
    if case.due_at < moment + SOON:
        return "soon"
    return "today" if case.due_at <= midnight else "later"


@shared
def open_now(asked: Asked, *, filters: Filters) -> KeyFigure:
    """The number of open cases and that of the same hour and weekday in earlier weeks which a source covers."""
    moment = moment_of(asked, filters)
    local = moment.astimezone(site().zone)
    if local.time() == datetime.min.time():
        local -= timedelta(microseconds=1)
    window = standing.PartDays(local.date(), local.date() + timedelta(days=1), site().zone, until=local.time())
    level = filters.area.level if filters.area else SITE
    question = Question(level, within_id=filters.area_id, category=filters.category)
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        weeks = standing.by_week(connection, question=question, families=("backlog",), window=window, weeks=WEEKS)
    past = tuple(
        float(weeks.tallies[week, "backlog"].numerator)
        for week in weeks.covered
        if week and (week, "backlog") in weeks.tallies
    )
    tally = weeks.tallies.get((0, "backlog"))
    now = tally.numerator if tally else 0
    return KeyFigure("backlog", float(now), now, past)


def scope_of(view: View, place: Area | None, *, response_class: str | None = None) -> Scope:
    """The cases of the page's period and category in a place (None: the whole site)."""
    filters = view.filters
    return Scope(
        start=filters.start,
        end=filters.end,
        place_level=place.level if place else SITE,
        place_id=place.area_id if place else None,
        category=filters.category,
        response_class=response_class,
    )


@shared
def figures(asked: Asked, *, scope: Scope, slugs: tuple[str, ...]) -> Mapping[str, Figure]:
    """The figures of the scope by slug; empty where its area was not in force in the period."""
    found = counted.figures(
        queries.store(),
        asked.viewer,
        asked.clock,
        question=scope.question(),
        windows=(scope.window,),
        indicators=[indicator(slug) for slug in slugs],
    )
    return {figure.indicator.slug: figure for figure in found}


def period_figures(chosen: Chosen) -> tuple[Beside, ...]:
    """The figures of the period, each beside that of the area above (or the site), alone for who does not see that.

    Where no case has a deadline none can be overdue: the count would be 0 and say nothing, so it is left out.
    """
    view, area, above = chosen.view, chosen.area, chosen.parent
    told = PERIOD_SLUGS if has_deadlines(view.asked) else tuple(slug for slug in PERIOD_SLUGS if slug != OVERDUE)
    own = figures(view.asked, scope=scope_of(view, area), slugs=PERIOD_SLUGS)
    whole = figures(view.asked, scope=scope_of(view, above), slugs=PERIOD_SLUGS) if chosen.has_above else {}
    households = _households(view, area, above)
    return tuple(_beside(own[slug], whole.get(slug), households) for slug in told if slug in own)


@shared
def has_deadlines(asked: Asked) -> bool:
    """Whether any case has a deadline."""
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return standing.has_deadlines(connection)


def _households(view: View, area: Area | None, above: Area | None) -> float | None:
    """The community's share of the households of the area above; None where they are not known."""
    if area is None or above is None:
        return None
    own = households(view.asked, level=area.level).get(area.area_id)
    whole = households(view.asked, level=above.level).get(above.area_id)
    return own / whole if own and whole and own <= whole else None


@shared
def households(asked: Asked, *, level: str) -> Mapping[int, int]:
    """Households by area of `level`."""
    return map_queries.households(queries.store(), asked.viewer, asked.clock, level=level)


def _beside(figure: Figure, whole: Figure | None, households: float | None) -> Beside:
    if whole is None or whole.value is None or figure.value is None:
        return Beside(figure, whole)
    if figure.interval is not None:
        low, high = figure.interval.low, figure.interval.high
        found = side(figure.n or 0, low=low, high=high, whole=float(whole.value))
        is_chance = counted.may_be_chance(figure.numerator or 0, figure.n or 0, share=float(whole.value))
        return Beside(figure, whole, "alike" if is_chance else found)
    if figure.indicator.slug == "incidents" and households is not None:
        expected = float(whole.value) * households
        return Beside(figure, whole, count_side(int(figure.value), expected=expected), expected >= response.MINIMUM_N)
    return Beside(figure, whole, is_compared=False)


def count_side(count: int, *, expected: float) -> str:
    """more, fewer or alike: whether a count's 95 % interval excludes what is expected of it.

    The interval is Byar's approximation of the exact Poisson limits (Breslow and Day 1987); from an expected 10 on.
    """
    if expected < response.MINIMUM_N:
        return "alike"
    low = count * (1 - 1 / (9 * count) - Z / (3 * sqrt(count))) ** 3 if count else 0.0
    high = (count + 1) * (1 - 1 / (9 * (count + 1)) + Z / (3 * sqrt(count + 1))) ** 3
    if expected < low:
        return "more"
    return "fewer" if expected > high else "alike"


def stages(chosen: Chosen, *, response_class: str | None) -> tuple[tuple[StageTime, StageTime], ...]:
    """The stages of the community's cases, each with that of the area above; with an empty one for who sees none."""
    asked, view = chosen.view.asked, chosen.view
    own = response.stages_alone(asked, scope=scope_of(view, chosen.area, response_class=response_class))
    if not chosen.has_above:
        return tuple((stage, _unseen(stage)) for stage in own)
    whole = response.stages_alone(asked, scope=scope_of(view, chosen.parent, response_class=response_class))
    return tuple(zip(own, whole, strict=True))


def _unseen(stage: StageTime) -> StageTime:
    """The same stage of an area that the viewer does not see: no case, no time."""
    return StageTime(stage.stage, 0, None, None, "not_covered", {}, is_from_report=stage.is_from_report)


def promise(chosen: Chosen) -> Beside | None:
    """The share on scene within ten minutes of the cases under that promise; None where none is."""
    view = chosen.view
    urgent = {category.code for category in view.categories if category.response_class == response.URGENT}
    if not urgent or (view.filters.category and view.filters.category not in urgent):
        return None
    response_class = None if view.filters.category else response.URGENT
    seen = (chosen.area, chosen.parent) if chosen.has_above else (chosen.area,)
    own, *above = (
        figures(view.asked, scope=scope_of(view, place, response_class=response_class), slugs=(PROMISE,))
        for place in seen
    )
    whole = above[0] if above else {}
    return _beside(own[PROMISE], whole.get(PROMISE), None) if PROMISE in own else None


@shared
def reach(asked: Asked, *, filters: Filters, level: str, area_id: int) -> tuple[Reach, ...]:
    """How far each kind of service is from the community's households or its label point."""
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return community.reach(connection, level=level, area_id=area_id, window=window_of(filters))


@shared
def why_no_list(asked: Asked, *, filters: Filters) -> str | None:
    """Why no list of open cases can be given: not_covered, no_close; None where it can."""
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        moments = source_moments(connection, windows=(window_of(filters),))
    covering = [moment for moment in moments if moment.is_covered]
    if not covering:
        return "not_covered"
    return None if any("closed" in moment.stages for moment in covering) else "no_close"


@shared
def team(asked: Asked, *, filters: Filters, level: str, area_id: int) -> AreaTeams | None:
    """The grid teams of the community at the clock; None where it is not in force then."""
    question = Question(level, within_id=area_id, category=filters.category)
    found = staffing.teams(queries.store(), asked.viewer, asked.clock, question=question, zone=site().zone)
    return found[0] if found else None


@shared
def vacancies(asked: Asked, *, area_id: int) -> tuple[Vacancy, ...]:
    """The posts of the community and below it with nobody in them, the longest first."""
    return staffing.vacancies(queries.store(), asked.viewer, asked.clock, within_id=area_id, zone=site().zone)
