"""The matrix: every area's figures beside those of its peers and of the days it is compared with.

Invariant: a difference is called one only where the 95 % interval excludes the peers' value (of a rate the exact
binomial test too), the area has the cases for a ranking, and the indicator may be assessed; a group's value comes from
its cases, never from its areas' rates.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import itemgetter
from typing import Literal

from cockpit import figures, frozen_figures, queries
from cockpit.assessment.choice import HOUSEHOLDS, NAME, Choice, Days, is_comparable, shifted, types_at
from cockpit.context import ancestor
from cockpit.exempted import AFTER, BEFORE
from cockpit.figures import NO_DATA, Figure
from cockpit.queries import Asked, shared
from config.assessment import assessment
from config.categories import UNCLASSIFIED
from config.indicators import indicator, indicators
from config.site import site
from geo import map_queries
from geo.figures import Question
from geo.map_queries import Area
from geo.viewer import SITE
from geo.windows import Window, buckets

Verdict = Literal["worse", "better", "alike"]
TREND_MONTHS = 12
MOST_TRENDS = 120
"""More areas than these have no line of months: it would be a pixel high, and takes its time."""
CHANCE = 0.05
MARKED_Z = 3
"""From here on a changed count is marked; see `cockpit.figures.poisson_z`."""
ALMOST_DAYS = 0.001
"""Lengths that differ by less are equal."""
INCIDENTS = "incidents"
SUSPECT = "suspect_closure_rate"
TYPES = ("old_town", "resettlement", "business", "township")


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one area; `peers` is the value of its group, in the figure's unit, None where there is none.

    `verdict` is None where the area cannot be compared. `change` is 1, 0 or -1: whether it lies beyond chance above or
    below the figure `before`.
    """

    figure: Figure
    before: Figure | None
    peers: float | None
    verdict: Verdict | None
    change: int
    is_suspicious: bool

    @property
    def is_firm(self) -> bool:
        """Whether there are the cases for a ranking."""
        return self.figure.value is not None and (self.figure.n or 0) >= self.figure.indicator.minimum_ranked

    @property
    def lies_above(self) -> bool:
        """Whether the value is higher than that of the peers."""
        return self.figure.value is not None and self.peers is not None and self.figure.value > self.peers


@dataclass(frozen=True, slots=True)
class Row:
    """One area: its cells by slug, its households (None unknown), whether it closes suspiciously many at once."""

    area: Area
    households: int | None
    cells: Mapping[str, Cell]
    is_suspect: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """The areas of one type (None: they have none), in the order chosen; `values` and `n` of all together, by slug."""

    community_type: str | None
    rows: tuple[Row, ...]
    values: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole page: the groups, the figures of all areas together by slug, their households, their incidents.

    `unclassified` are the cases of no known category, which count in every figure but those of one category.
    """

    groups: tuple[Group, ...]
    whole: Mapping[str, Figure]
    households: int | None
    incidents: Figure | None = None
    unclassified: int = 0

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows of all groups."""
        return tuple(row for group in self.groups for row in group.rows)

    def differing(self, slugs: Collection[str]) -> int:
        """How many frozen figures of these columns have another value now."""
        found = [row.cells[slug].figure for slug in slugs for row in self.rows]
        found += [figure for slug, figure in self.whole.items() if slug in slugs]
        return sum(1 for figure in found if figure.is_changed)

    def compared(self, slugs: Iterable[str]) -> int:
        """How many cells of these columns were compared with their peers."""
        wanted = tuple(slugs)
        return sum(1 for row in self.rows for slug in wanted if row.cells[slug].verdict is not None)

    def suspicious(self, slug: str) -> tuple[Row, ...]:
        """The rows of which every case of many met the limit in that column."""
        return tuple(row for row in self.rows if row.cells[slug].is_suspicious)

    def is_all_suspicious(self, slug: str) -> bool:
        """Whether most rows are: then the column tells nobody apart, and it is said of the column."""
        return len(self.suspicious(slug)) * 2 > len(self.rows)

    def with_verdict(self, slug: str, verdict: Verdict) -> tuple[Row, ...]:
        """The rows that are worse, better or alike in that column."""
        return tuple(row for row in self.rows if row.cells[slug].verdict == verdict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases are counted, against which: reported on `days` and on `against`, of a category or class, in a place.

    `frozen`: how many months are frozen.
    """

    days: Days
    against: Days | None
    level: str
    within_id: int | None
    within_level: str
    category: str | None
    response_class: str | None = None
    frozen: int = 0

    def areas(self) -> Question:
        """Every area of the level."""
        return self._of(self.level)

    def whole(self) -> Question:
        """The place as one."""
        return self._of(self.within_level)

    def _of(self, level: str) -> Question:
        return Question(
            level=level, within_id=self.within_id, category=self.category, response_class=self.response_class
        )

    def windows(self) -> tuple[Window, ...]:
        """The days, and those of comparison."""
        return tuple(Window(*days, site().zone) for days in (self.days, self.against) if days)


def scope_of(choice: Choice) -> Scope:
    """The cases that the page counts."""
    filters = choice.view.filters
    return Scope(
        days=choice.days,
        against=choice.against,
        level=filters.level,
        within_id=filters.area_id,
        within_level=filters.area.level if filters.area else SITE,
        category=filters.category,
        response_class=filters.response_class,
        frozen=choice.frozen,
    )


ByArea = Mapping[str | None, Mapping[str, tuple[Figure, Figure | None]]]


@shared
def by_area(asked: Asked, *, scope: Scope, slugs: tuple[str, ...]) -> ByArea:
    """The figures of every area by code and slug: now, and in the days of comparison (None: not in force then)."""
    return _paired(_figures(asked, question=scope.areas(), windows=scope.windows(), slugs=slugs), scope)


@shared
def whole(asked: Asked, *, scope: Scope, slugs: tuple[str, ...]) -> Mapping[str, Figure]:
    """The figures of the place as one, by slug; empty where it was not in force."""
    found = _figures(asked, question=scope.whole(), windows=scope.windows()[:1], slugs=slugs)
    return {figure.indicator.slug: figure for figure in found}


@shared
def by_type(asked: Asked, *, scope: Scope, slugs: tuple[str, ...]) -> Mapping[tuple[str | None, str], Figure]:
    """The figures of all areas of one type together, by type and slug."""
    question = replace(scope.areas(), by_type=True)
    found = _figures(asked, question=question, windows=scope.windows()[:1], slugs=slugs)
    return {(figure.area, figure.indicator.slug): figure for figure in found}


@shared
def months(asked: Asked, *, scope: Scope, slug: str) -> Mapping[str | None, tuple[Figure, ...]]:
    """The figures of every area in the TREND_MONTHS months up to the last one of the days, by code, oldest first."""
    end = scope.days[1] if scope.days[1].day == 1 else scope.days[1].replace(day=1)
    window = Window(shifted(end, -TREND_MONTHS), end, site().zone)
    found: dict[str | None, list[Figure]] = {}
    for figure in _figures(asked, question=scope.areas(), windows=buckets(window, by="month"), slugs=(slug,)):
        found.setdefault(figure.area, []).append(figure)
    return {code: tuple(figures) for code, figures in found.items()}


@shared
def unclassified(asked: Asked, *, scope: Scope) -> int:
    """The cases whose category no code list holds."""
    question = replace(scope.whole(), category=UNCLASSIFIED)
    found = _figures(asked, question=question, windows=scope.windows()[:1], slugs=("incidents",))
    return int(found[0].value or 0) if found else 0


@shared
def households(asked: Asked, *, level: str) -> Mapping[int, int]:
    """Households by area of `level`."""
    return map_queries.households(queries.store(), asked.viewer, asked.clock, level=level)


def _figures(
    asked: Asked, *, question: Question, windows: tuple[Window, ...], slugs: tuple[str, ...]
) -> tuple[Figure, ...]:
    return frozen_figures.figures(
        queries.store(),
        asked.viewer,
        asked.clock,
        question=question,
        windows=windows,
        indicators=[indicator(slug) for slug in slugs],
    )


def _paired(found: Iterable[Figure], scope: Scope) -> ByArea:
    now: dict[str | None, dict[str, Figure]] = {}
    before: dict[tuple[str | None, str], Figure] = {}
    for figure in found:
        if (figure.start, figure.end) == scope.days:
            now.setdefault(figure.area, {})[figure.indicator.slug] = figure
        else:
            before[figure.area, figure.indicator.slug] = figure
    return {
        code: {slug: (figure, before.get((code, slug))) for slug, figure in told.items()} for code, told in now.items()
    }


def matrix(choice: Choice) -> Matrix:
    """The rows in their groups and their order; raises StoreUnavailable."""
    asked, scope = choice.view.asked, scope_of(choice)
    asked_for = _asked_for(choice)
    asked_whole = tuple(dict.fromkeys((*asked_for, *(slug for slug in (INCIDENTS,) if _is_known(slug)))))
    found_whole = whole(asked, scope=scope, slugs=asked_whole)
    of_all = {slug: found_whole[slug] for slug in asked_for if slug in found_whole}
    found = groups(asked, scope=scope, slugs=asked_for, areas=choice.view.areas, of_all=of_all)
    shown = tuple(
        replace(group, rows=_ordered(group.rows, choice))
        for group in found
        if choice.community_type in (None, group.community_type)
    )
    has_rest = scope.category is None and any(known.code == UNCLASSIFIED for known in choice.view.categories)
    counted = [row.households for one in shown for row in one.rows]
    total = sum(n for n in counted if n is not None)
    rest = unclassified(asked, scope=scope) if has_rest else 0
    return Matrix(shown, of_all, total or None, found_whole.get(INCIDENTS), rest)


def groups(
    asked: Asked, *, scope: Scope, slugs: tuple[str, ...], areas: Sequence[Area], of_all: Mapping[str, Figure]
) -> tuple[Group, ...]:
    """The areas of the scope by type, each beside all of its type; rows by code. `of_all`: the place as one."""
    found, known = by_area(asked, scope=scope, slugs=slugs), households(asked, level=scope.level)
    types, members = types_at(areas, scope.level), dict[str | None, list[Area]]()
    for area in _areas(areas, scope):
        if area.code in found:
            members.setdefault(types[area.area_id], []).append(area)
    quantiles = tuple(slug for slug in slugs if indicator(slug).kind == "quantile")
    together = by_type(asked, scope=scope, slugs=quantiles) if quantiles and set(members) != {None} else {}

    def group(kind: str | None, areas: Sequence[Area]) -> Group:
        of_group = [found[area.code] for area in areas]
        values = {slug: _summed([figures[slug][0] for figures in of_group]) for slug in slugs}
        for slug in quantiles:
            figure = together.get((kind, slug)) if kind else of_all.get(slug)
            values[slug] = figure.value if figure and (kind or len(members) == 1) else None
        rows = [_row(area, found[area.code], values, known.get(area.area_id)) for area in areas]
        return Group(kind, tuple(_told_apart(rows)), values)

    kinds = sorted(members, key=lambda kind: (*TYPES, kind).index(kind) if kind else len(TYPES) + 1)
    return tuple(group(kind, members[kind]) for kind in kinds)


def _asked_for(choice: Choice) -> tuple[str, ...]:
    """The columns, what marks rows as suspect, and the on-time rate after exemption beside the one before."""
    beside = (SUSPECT, *((AFTER,) if BEFORE in choice.slugs else ()))
    return choice.slugs + tuple(slug for slug in beside if slug not in choice.slugs and _is_known(slug))


def _is_known(slug: str) -> bool:
    return any(each.slug == slug for each in indicators())


def _areas(areas: Sequence[Area], scope: Scope) -> tuple[Area, ...]:
    """The areas of the level in the place looked into, by code."""

    def is_within(area: Area) -> bool:
        above = ancestor(areas, area, scope.within_level) if scope.within_id else None
        return scope.within_id is None or (above is not None and above.area_id == scope.within_id)

    return tuple(area for area in areas if area.level == scope.level and is_within(area))


def _summed(found: Sequence[Figure]) -> float | None:
    """The value of several areas together from their cases; None for a quantile, a change, too few cases, no data."""
    first, found = found[0].indicator, [figure for figure in found if figure.note != NO_DATA]
    if first.kind == "count":
        told = [figure.value for figure in found if figure.value is not None]
        return sum(told) if told else None
    if first.kind not in ("rate", "quotient"):
        return None
    parts = [(figure.numerator or 0, figure.denominator) for figure in found if figure.denominator]
    denominator = sum(part for _, part in parts if part)
    if not denominator or (not first.per and denominator < first.minimum_n):
        return None
    return sum(part for part, _ in parts) * (first.scale if first.kind == "quotient" else 1) / denominator


def _row(
    area: Area,
    found: Mapping[str, tuple[Figure, Figure | None]],
    values: Mapping[str, float | None],
    homes: int | None,
) -> Row:
    cells = {
        slug: _cell(figure, before, values[slug] if figure.indicator.kind != "count" else None)
        for slug, (figure, before) in found.items()
    }
    suspect = cells.get(SUSPECT)
    is_suspect = suspect is not None and suspect.is_firm and _excludes(suspect.figure, suspect.peers) > 0
    return Row(area, homes, cells, is_suspect)


def _cell(figure: Figure, before: Figure | None, peers: float | None) -> Cell:
    side = 0 if _may_be_chance(figure, peers) else _excludes(figure, peers)
    is_perfect = figure.indicator.kind == "rate" and figure.indicator.direction == "up" and figure.value == 1
    cell = Cell(
        figure=figure,
        before=before,
        peers=peers,
        verdict=None,
        change=changed(figure, before),
        is_suspicious=is_perfect and (figure.n or 0) >= assessment().suspicious_n,
    )
    has_interval = figure.low is not None or figure.high is not None
    if not (cell.is_firm and has_interval and peers is not None and is_comparable(figure.indicator)):
        return cell
    good = 1 if figure.indicator.direction == "up" else -1
    return replace(cell, verdict="alike" if side == 0 else "better" if side == good else "worse")


def _told_apart(rows: Sequence[Row]) -> list[Row]:
    """The rows; a column in which fewer than two of them have the cases for it tells nobody apart."""
    alone = {slug for slug in rows[0].cells if sum(1 for row in rows if row.cells[slug].is_firm) < 2}
    return [
        replace(
            row,
            cells={slug: replace(cell, verdict=None) if slug in alone else cell for slug, cell in row.cells.items()},
        )
        for row in rows
    ]


def _may_be_chance(figure: Figure, peers: float | None) -> bool:
    """Whether a rate may differ from its peers' by chance: the exact test; of all else the interval alone decides."""
    if figure.indicator.kind != "rate" or peers is None or not figure.n:
        return False
    return figures.may_be_chance(figure.numerator or 0, figure.n, share=peers)


def _excludes(figure: Figure, value: float | None) -> int:
    """1 where the whole interval lies above `value`, -1 below, 0 where it holds it or has no end on that side."""
    if value is None:
        return 0
    if figure.low is not None and figure.low > value:
        return 1
    return -1 if figure.high is not None and figure.high < value else 0


def changed(now: Figure, before: Figure | None) -> int:
    """1, -1 or 0: a count by the Poisson Z (Anscombe 1948), all else where the two intervals do not overlap.

    What came in its days is compared by the day: the days that each of the two was counted over tell how much more of
    it is to be expected.
    """
    if before is None or now.value is None or before.value is None:
        return 0
    if now.indicator.kind == "count":
        times = now.days / before.days if is_by_day(now, before) else 1
        z = figures.poisson_z(int(now.value), int(before.value), times=times)
        return (z >= MARKED_Z) - (z <= -MARKED_Z)
    above = now.low is not None and before.high is not None and now.low > before.high
    below = now.high is not None and before.low is not None and now.high < before.low
    return above - below


def is_by_day(now: Figure, before: Figure) -> bool:
    """Whether two counts of what came in their days are of unequal length, and so compared by the day."""
    return now.indicator.is_flow and now.days > 0 < before.days and abs(now.days - before.days) > ALMOST_DAYS


def _ordered(rows: Sequence[Row], choice: Choice) -> tuple[Row, ...]:
    """By the chosen column; what has no value, or too few cases for a ranking, after the others by code."""

    def key(row: Row) -> float | str | None:
        if choice.sort == NAME:
            return row.area.name
        return row.households if choice.sort == HOUSEHOLDS else _rank(row.cells[choice.sort])

    ranked = [(found, row) for row in rows if (found := key(row)) is not None]
    ranked.sort(key=itemgetter(0), reverse=choice.is_descending)
    return (*(row for _, row in ranked), *(row for row in rows if key(row) is None))


def _rank(cell: Cell) -> float | None:
    """What orders the cell's row; None without the cases for a place. Counts of anything always have one."""
    figure = cell.figure
    is_free = figure.indicator.kind not in ("rate", "quantile")
    return figure.value if is_free or cell.is_firm else None


def last_day(days: Days) -> date:
    """The last of the days."""
    return date.fromordinal(days[1].toordinal() - 1)
