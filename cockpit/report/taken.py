"""The figures that a file takes along, asked in one go so that all stand in the same state of the data.

Invariant: they are the figures of the pages: the same call, viewer, clock and filters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.context import View, levels_below
from cockpit.figures import Figure
from cockpit.frozen_figures import figures
from config.indicators import Indicator, indicator, indicators
from geo.figures import Question
from geo.map_queries import Area
from geo.viewer import SITE
from geo.windows import Window, buckets

TREND = ("incidents", "on_time_rate", "onscene_within_10min", "close_km_p90", "backlog_overdue", "followup_coverage")
"""What the report draws month by month."""
COMPARED = ("incidents", "on_time_rate", "onscene_within_10min", "close_p90", "backlog", "backlog_overdue")
"""The columns of its table of areas."""
COLUMNS = (
    "code", "name", "slug", "indicator", "value", "unit", "low", "high", "n", "numerator", "denominator", "note",
    "excluded", "as_of", "definition", "frozen", "now", "difference",
)  # fmt: skip
"""What a line of a table says of one figure."""
MONTHS_BACK = 12
Named = Mapping[str, Figure]


@dataclass(frozen=True)
class Table:
    """The figures of every area of a level in one period; `areas`: each with its figures by slug."""

    window: Window
    level: str
    indicators: tuple[Indicator, ...]
    areas: tuple[Named, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        """One after the other: areas by code, indicators in their order."""
        return tuple(figure for area in self.areas for figure in area.values())


@dataclass(frozen=True)
class Monthly:
    """One area (None: the site as one) in one month: all figures, those a month and a year before, months, parts."""

    month: Window
    area: Area | None
    now: Named
    before: Named
    year_before: Named
    months: tuple[Named, ...]
    below: Table | None


def table(view: View) -> Table:
    """All indicators of the areas of the page's level and filters. Raises StoreUnavailable."""
    filters = view.filters
    window = Window(filters.start, filters.end, view.site.zone)
    question = Question(
        filters.level,
        within_id=filters.area_id,
        category=filters.category,
        response_class=filters.response_class,
    )
    return _table(view, question, window, indicators())


def monthly(view: View, month: date) -> Monthly | None:
    """The report of the month that begins on `month`, of the area that the page looks into.

    None where the area was not in force then. Raises StoreUnavailable.
    """
    area = view.filters.area
    question = Question(area.level, within_id=area.area_id) if area else Question(SITE)
    last = Window(month, next_month(month), view.site.zone)
    windows = buckets(Window(_months_before(month, MONTHS_BACK), last.end, view.site.zone), by="month")
    now, before, year_before = (
        _alone(view, question, window, indicators()) for window in (windows[-1], windows[-2], windows[0])
    )
    if not now:
        return None
    found = _asked(view, question, windows, [indicator(slug) for slug in TREND])
    below = next(iter(_levels(view, area)), None)
    return Monthly(
        month=last,
        area=area,
        now=now,
        before=before,
        year_before=year_before,
        months=tuple(_named(found[start : start + len(TREND)]) for start in range(0, len(found), len(TREND))),
        below=_table(view, Question(below, within_id=view.filters.area_id), last, [indicator(s) for s in COMPARED])
        if below
        else None,
    )


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def _months_before(month: date, count: int) -> date:
    place = month.year * 12 + month.month - 1 - count
    return date(place // 12, place % 12 + 1, 1)


def _levels(view: View, area: Area | None) -> tuple[str, ...]:
    """The levels below, the communities first where the whole or a street is told of."""
    found = levels_below(view.areas, area)
    return ("community",) if "community" in found else found


def _table(view: View, question: Question, window: Window, wanted: Sequence[Indicator]) -> Table:
    found, size = _asked(view, question, (window,), wanted), len(wanted)
    areas = tuple(_named(found[start : start + size]) for start in range(0, len(found), size))
    return Table(window, question.level, tuple(wanted), areas)


def _alone(view: View, question: Question, window: Window, wanted: Sequence[Indicator]) -> Named:
    return _named(_asked(view, question, (window,), wanted)[: len(wanted)])


def _asked(
    view: View, question: Question, windows: Sequence[Window], wanted: Sequence[Indicator]
) -> tuple[Figure, ...]:
    return figures(
        view.store, view.viewer, view.clock, question=question, windows=windows, indicators=wanted, lang=view.lang
    )


def _named(found: Sequence[Figure]) -> Named:
    return {figure.indicator.slug: figure for figure in found}
