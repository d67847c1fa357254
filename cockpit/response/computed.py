"""What the page of response times computes: stages, the share inside ten minutes, its trend, areas compared.

Invariant: every figure comes from geo.figures with its n, interval and exclusions; a stage that no source carries is
absent with its reason, never 0; nothing is compared that has fewer cases than its minimum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal

from cockpit import figures, queries
from cockpit.context import View
from cockpit.figures import Figure
from cockpit.queries import Asked, shared
from config import reader
from config.indicators import indicator
from config.site import site
from geo import figures as counted
from geo import map_queries
from geo.figures import STAGES, Curve, Question, SourceMoment, Tally
from geo.viewer import SITE
from geo.windows import Bucket, Window, buckets

LIMIT_S = 600
"""The promise: on scene within ten minutes."""
MINIMUM_N = 10
PROMISE, TEAM = "onscene_within_10min", "arrival_within_10min"
MEDIAN, NINE_IN_TEN = "onscene_p50", "onscene_p90"
COVERAGE = "followup_coverage"
SLUGS = (PROMISE, TEAM, MEDIAN, NINE_IN_TEN)

STARTS_AT: Mapping[str, str | None] = {
    "accept": None,
    "dispatch": None,
    "arrival": "dispatched",
    "handle": "arrived",
    "follow_up": "closed",
}
"""The stamp a stage begins with; None: the report, or what there is before it."""
ENDS_AT = {
    "accept": "accepted",
    "dispatch": "dispatched",
    "arrival": "arrived",
    "handle": "closed",
    "follow_up": "followed_up",
}
FROM_REPORT = {"arrival": "onscene", "handle": "close"}
"""The span that takes a stage's place where no source carries the stamp it begins with."""

URGENT = "urgent"

Reason = Literal["not_covered", "not_carried", "date_only", "none", "too_few"]


@dataclass(frozen=True)
class Settings:
    """What `config/response.toml` says."""

    longer_margin: float
    most_tiles: int


@dataclass(frozen=True, slots=True)
class Scope:
    """The cases that are counted: reported on days [start, end), in one area or anywhere, of a category or a class.

    `place_level` and `place_id` name the area; the whole is (site, None). `has_promise`: these cases are promised the
    ten minutes; others have no target, their share is for reference.
    """

    start: date
    end: date
    place_level: str = SITE
    place_id: int | None = None
    category: str | None = None
    response_class: str | None = None
    has_promise: bool = True

    def question(self, level: str | None = None) -> Question:
        """The question for the place as one, or for the areas of `level` in it."""
        return Question(
            level=level or self.place_level,
            within_id=self.place_id,
            category=self.category,
            response_class=self.response_class,
        )

    @property
    def window(self) -> Window:
        """The days, in the site's zone."""
        return Window(self.start, self.end, site().zone)

    def a_year_before(self) -> "Scope":
        """The same days of the year before, the yardstick of this page."""
        return replace(self, start=_a_year_before(self.start), end=_a_year_before(self.end))


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, month=3, day=1)


def scope_of(view: View) -> Scope:
    """The cases under the promise: of the chosen category, else the urgent ones, else (no category is urgent) all."""
    filters = view.filters
    urgent = {category.code for category in view.categories if category.response_class == URGENT}
    return Scope(
        start=filters.start,
        end=filters.end,
        place_level=filters.area.level if filters.area else SITE,
        place_id=filters.area_id,
        category=filters.category,
        response_class=URGENT if urgent and not filters.category else None,
        has_promise=filters.category in urgent if filters.category else bool(urgent),
    )


@dataclass(frozen=True, slots=True)
class StageTime:
    """One stage in the scope: n cases, median and nine in ten in whole seconds; or the reason why there is none.

    `is_from_report`: measured from the report, because no source carries the stamp it would begin with.
    `usual_s` is the median a year before, None where there were too few cases; `is_longer` beyond the site's margin.
    """

    stage: str
    n: int
    p50_s: int | None
    p90_s: int | None
    reason: Reason | None
    excluded: Mapping[str, int]
    is_from_report: bool = False
    usual_s: int | None = None
    is_longer: bool = False


@cache
def settings() -> Settings:
    """The settings in force; raises config.reader.ConfigError."""
    path = reader.find("response.toml")
    return reader.fill(Settings, reader.read(path), path)


@shared
def whole(asked: Asked, *, scope: Scope) -> Mapping[str, Figure]:
    """The figures of SLUGS for the whole scope, by slug; empty where the scope's area was not in force in its days."""
    found = _figures(asked, scope=scope, level=None, windows=(scope.window,), slugs=SLUGS)
    return {figure.indicator.slug: figure for figure in found}


@shared
def follow_up_coverage(asked: Asked, *, scope: Scope) -> Figure | None:
    """The share of closed cases that were called back; None where no source tells of call-backs."""
    found = _figures(asked, scope=scope, level=None, windows=(scope.window,), slugs=(COVERAGE,))
    return next((figure for figure in found if figure.note != figures.NO_DATA), None)


@shared
def by_area(asked: Asked, *, scope: Scope, level: str) -> tuple[Mapping[str, Figure], ...]:
    """The figures of PROMISE, MEDIAN and NINE_IN_TEN for every area of `level` in the scope, by code."""
    slugs = (PROMISE, MEDIAN, NINE_IN_TEN)
    found = _figures(asked, scope=scope, level=level, windows=(scope.window,), slugs=slugs)
    groups = [found[start : start + len(slugs)] for start in range(0, len(found), len(slugs))]
    return tuple({figure.indicator.slug: figure for figure in group} for group in groups)


@shared
def trend(asked: Asked, *, scope: Scope, by: Bucket) -> tuple[Figure, ...]:
    """The share inside ten minutes in every bucket of the scope's days."""
    return _figures(asked, scope=scope, level=None, windows=buckets(scope.window, by=by), slugs=(PROMISE,))


def _figures(
    asked: Asked, *, scope: Scope, level: str | None, windows: tuple[Window, ...], slugs: tuple[str, ...]
) -> tuple[Figure, ...]:
    known = [indicator(slug) for slug in slugs]
    return figures.figures(
        queries.store(),
        asked.viewer,
        asked.clock,
        question=scope.question(level),
        windows=windows,
        indicators=known if scope.has_promise else [replace(one, target=None) for one in known],
    )


@shared
def curves(asked: Asked, *, scope: Scope, level: str, cap_s: int) -> tuple[Curve, ...]:
    """How many cases were reached within each second from the report up to `cap_s`, one curve an area of `level`."""
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        return counted.within_curve(
            connection, question=scope.question(level), window=scope.window, span="onscene", cap_s=cap_s
        )


@shared
def label_points(asked: Asked, *, scope: Scope, level: str) -> Mapping[int, tuple[float, float]]:
    """Where the name of each area of `level` in the scope stands best (lon, lat in EPSG:4326), by area id."""
    found = map_queries.outlines(
        queries.store(),
        asked.viewer,
        asked.clock,
        level=level,
        within=scope.place_id,
        day=scope.end - timedelta(days=1),
    )
    return {outline.area_id: outline.label for outline in found}


@shared
def stages(asked: Asked, *, scope: Scope) -> tuple[StageTime, ...]:
    """The stages in the order of the work, each with its median a year before."""
    now, before = _stages(asked, scope), _stages(asked, scope.a_year_before())
    return tuple(_compared(stage, usual) for stage, usual in zip(now, before, strict=True))


@shared
def stages_alone(asked: Asked, *, scope: Scope) -> tuple[StageTime, ...]:
    """The stages in the order of the work, without a yardstick."""
    return _stages(asked, scope)


def _compared(stage: StageTime, before: StageTime) -> StageTime:
    if stage.p50_s is None or before.p50_s is None or stage.is_from_report != before.is_from_report:
        return stage
    is_longer = stage.p50_s > before.p50_s * (1 + settings().longer_margin)
    return replace(stage, usual_s=before.p50_s, is_longer=is_longer)


@shared
def why_no_share(asked: Asked, *, scope: Scope, slug: str) -> Reason | None:
    """Why the share `slug` (PROMISE or TEAM) has no figure in the scope; None where it has one."""
    known = indicator(slug)
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        tallies = counted.tallies(
            connection, question=scope.question(), families=[known.marks], windows=(scope.window,)
        )
        moments = counted.source_moments(connection, windows=(scope.window,))
    covering = [moment for moment in moments if moment.is_covered]
    return _reason(set(known.stages), next(iter(tallies), None), covering)


def _stages(asked: Asked, scope: Scope) -> tuple[StageTime, ...]:
    families = (*STAGES, *FROM_REPORT.values())
    with queries.store().reading(asked.viewer, asked.clock) as connection:
        tallies = counted.tallies(connection, question=scope.question(), families=families, windows=(scope.window,))
        moments = counted.source_moments(connection, windows=(scope.window,))
    by_family = {tally.family: tally for tally in tallies}
    covering = [moment for moment in moments if moment.is_covered]
    return tuple(_stage(stage, by_family, covering) for stage in STAGES)


def _stage(stage: str, tallies: Mapping[str, Tally], covering: list[SourceMoment]) -> StageTime:
    begin, end = STARTS_AT[stage], ENDS_AT[stage]
    carried = frozenset().union(*(source.stages for source in covering if not source.is_date_only))
    from_report = stage in FROM_REPORT and begin is not None and begin not in carried
    tally = tallies.get(FROM_REPORT[stage] if from_report else stage)
    reason = _reason({end} if from_report or begin is None else {begin, end}, tally, covering)
    n = tally.n if tally else 0
    p50_s, p90_s = (found.value_s for found in tally.quantiles) if tally and reason is None else (None, None)
    excluded = tally.excluded if tally else {}
    return StageTime(stage, n, p50_s, p90_s, reason, excluded, is_from_report=from_report)


def _reason(needed: set[str], tally: Tally | None, covering: list[SourceMoment]) -> Reason | None:
    """Why a span has no figure, the first that applies; None where it has one."""
    serving = [source for source in covering if source.stages.issuperset(needed)]
    if not covering or tally is None:
        return "not_covered"
    if not serving:
        return "not_carried"
    if all(source.is_date_only for source in serving):
        return "date_only"
    if tally.denominator == 0:
        return "none"
    return "too_few" if tally.denominator < MINIMUM_N else None


def trend_days(scope: Scope, *, by: Bucket, first_on: date | None) -> Scope:
    """The scope of a trend that ends where `scope` ends: its own days by day, 26 weeks or 24 months otherwise;
    never before `first_on`, the first day with a report, and never less than the scope itself."""
    if by == "day":
        start = max(scope.start, scope.end - timedelta(days=92))
    elif by == "week":
        last_monday = scope.end - timedelta(days=1) - timedelta(days=(scope.end - timedelta(days=1)).weekday())
        start = min(last_monday - timedelta(weeks=25), scope.start)
    else:
        start = min(date(scope.end.year - 2, scope.end.month, 1), scope.start)
    if first_on is not None and start < first_on < scope.end:
        start = first_on
    return replace(scope, start=start)


def differs(now: Figure, before: Figure) -> bool:
    """Whether two shares differ beyond chance: each lies outside the other's interval. False without both."""
    if now.value is None or before.value is None or now.interval is None or before.interval is None:
        return False
    outside = not now.interval.low <= before.value <= now.interval.high
    return outside and not before.interval.low <= now.value <= before.interval.high
