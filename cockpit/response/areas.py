"""The panels that compare areas: one curve a tile in the order of the map, and the table of all.

Invariant: areas are compared with all of them together, by intervals, never ranked; too few cases are said in words.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from cockpit import formats
from cockpit.charts import svg
from cockpit.charts.compare import FIRM_N, AreaFigures, AreaRow, Comparison, area_table, side
from cockpit.charts.curves import Tile, curve_scale, curve_tiles, in_map_order
from cockpit.charts.scales import HOUR_S, MINUTES, TimeAxis, unit_for
from cockpit.context import View, descendants, levels_below, token
from cockpit.figures import NO_DATA, Figure
from cockpit.panels import Empty
from cockpit.picture import picture
from cockpit.response import computed, words
from cockpit.response.computed import LIMIT_S, MEDIAN, MINIMUM_N, NINE_IN_TEN, PROMISE, Scope, scope_of
from cockpit.response.fold import figure_fold
from config.messages import tr
from geo.figures import Curve
from geo.map_queries import Area

TILE_COLUMNS = 8
WIDE_DAYS = 365

Draw = Callable[[], Empty | None]
ByArea = Mapping[int, Mapping[str, Figure]]


@dataclass(frozen=True, slots=True)
class Compared:
    """Areas and their figures by area id, in the scope in which they are compared; `whole` is all of them together."""

    scope: Scope
    is_wide: bool
    areas: tuple[Area, ...]
    figures: ByArea
    whole: Mapping[str, Figure]

    def side(self, area_id: int) -> str:
        """Worse, better or alike: the area's share against that of the whole."""
        figure, whole = self.figures[area_id][PROMISE], self.whole[PROMISE]
        if figure.interval is None or not isinstance(whole.value, float):
            return "alike"
        return side(figure.n or 0, low=figure.interval.low, high=figure.interval.high, whole=whole.value)


def areas_below(view: View) -> tuple[Area, ...]:
    """The areas of the chosen level in the area looked into, by code; at the finest level the area itself."""
    within = view.filters.area
    pool = descendants(view.areas, within) if within else view.areas
    found = [area for area in pool if area.level == view.filters.level]
    return tuple(sorted(found or ([within] if within else []), key=lambda area: area.code))


def tiles_title(view: View) -> str:
    """The title of the tiles: how many areas of which level."""
    level = view.tr(f"common.level_{view.filters.level}")
    return view.tr("response.tiles_title", n=len(areas_below(view)), level=level)


def compared(view: View) -> Compared | Empty:
    """The areas in the page's scope, or, where most have too few cases in it, in the 365 days up to its end."""
    scope, areas = scope_of(view), areas_below(view)
    if not areas:
        return Empty(view.tr("response.no_areas"))
    level = areas[0].level
    found = computed.by_area(view.asked, scope=scope, level=level)
    enough = sum((figures[PROMISE].n or 0) >= MINIMUM_N for figures in found)
    is_wide = enough * 2 < len(found) and view.filters.days < WIDE_DAYS
    if is_wide:
        scope = replace(scope, start=scope.end - timedelta(days=WIDE_DAYS))
        found = computed.by_area(view.asked, scope=scope, level=level)
    whole = computed.whole(view.asked, scope=scope)
    by_id = {figures[PROMISE].area_id: figures for figures in found}
    figures = {area.area_id: by_id[area.area_id] for area in areas if area.area_id in by_id}
    if not whole or not figures:
        return Empty(view.tr("response.why.not_covered"))
    if whole[PROMISE].note == NO_DATA:
        return Empty(view.tr("response.why.none"))
    return Compared(scope, is_wide, tuple(area for area in areas if area.area_id in figures), figures, whole)


def tiles(view: View) -> Draw:
    """One cumulative curve an area, in the order of the map."""

    def draw() -> Empty | None:
        found = compared(view)
        if isinstance(found, Empty):
            return found
        if len(found.areas) > computed.settings().most_tiles:
            most = computed.settings().most_tiles
            return Empty(view.tr("response.too_many", n=len(found.areas), most=most))
        axis = _tile_axis(found.whole[NINE_IN_TEN])
        level = found.areas[0].level
        curves = computed.curves(view.asked, scope=found.scope, level=level, cap_s=round(axis.end_s))
        by_id = {curve.area.area_id: curve for curve in curves}
        drawn = [
            _tile(view, found, area, by_id[area.area_id], axis)
            for area in _placed(view, found, level)
            if area.area_id in by_id
        ]
        markup = _note(_days(view, found) + _findings(view, found))
        limit_s = LIMIT_S if found.scope.has_promise else None
        markup += curve_tiles(drawn, axis=axis, limit_s=limit_s, min_n=MINIMUM_N, lang=view.lang)
        key = curve_scale(axis, limit_s=limit_s, lang=view.lang)
        markup += svg.element("p", svg.escape(f"{key}{view.tr('response.tiles_order')}"), class_="c-key")
        picture(markup, key="tiles")
        return None

    return draw


def _tile_axis(nine_in_ten: Figure) -> TimeAxis:
    """0 to 18 minutes where nine in ten come in that time, else as far as a quarter beyond what nine in ten need."""
    reach = 1.25 * (nine_in_ten.value or 0)
    end = 1.8 * LIMIT_S
    return TimeAxis(MINUTES, end) if reach <= 2 * end else TimeAxis(unit_for(reach), reach)


def _placed(view: View, found: Compared, level: str) -> list[Area]:
    points = computed.label_points(view.asked, scope=scope_of(view), level=level)
    known = [area for area in found.areas if area.area_id in points]
    order = in_map_order([points[area.area_id] for area in known], columns=TILE_COLUMNS)
    return [known[index] for index in order] + [area for area in found.areas if area.area_id not in points]


def _tile(view: View, found: Compared, area: Area, curve: Curve, axis: TimeAxis) -> Tile:
    figure, median = found.figures[area.area_id][PROMISE], found.figures[area.area_id][MEDIAN].value
    if found.scope.has_promise:
        value = formats.share(figure.value, digits=0) if figure.value is not None else ""
    else:
        value = _in_unit(view, median, axis) if median is not None else ""
    return Tile(
        name=_short(view, area),
        n=curve.n,
        seconds=curve.seconds,
        cases=curve.cases,
        value=value,
        tip=_tip(view, area, found.figures[area.area_id]),
        is_worse=found.side(area.area_id) == "worse",
        go=_link(view, area),
    )


def _in_unit(view: View, seconds: float, axis: TimeAxis) -> str:
    """A duration short enough for a tile: one decimal in the unit of the axis."""
    return f"{axis.unit.decimal(seconds)} {view.tr(f'response.unit.{axis.unit.name}')}"


def _short(view: View, area: Area) -> str:
    """The name as tiles of one level need it: without the name of the area above, or else without the level's word."""
    above = next((known.name for known in view.areas if known.area_id == area.parent_id), "")
    own = area.name.removeprefix(above) if above else area.name
    if own and own != area.name:
        return own
    return area.name.removesuffix(tr(f"common.level_{area.level}", "zh")) or area.name


def _link(view: View, area: Area) -> str | None:
    """The way into the area; None where nothing lies below it."""
    if view.filters.area and view.filters.area.area_id == area.area_id:
        return None
    if not levels_below(view.areas, area):
        return None
    return view.link({"area": token(area), "level": None})


def _tip(view: View, area: Area, figures: Mapping[str, Figure]) -> str:
    promise, median = figures[PROMISE], figures[MEDIAN]
    if promise.value is None or promise.interval is None or median.value is None:
        return view.tr("response.tip.few", area=area.name, n=promise.n or 0)
    cases = view.tr("response.of_cases", k=formats.number(promise.numerator or 0), n=formats.number(promise.n or 0))
    interval = formats.share_range(promise.interval.low, promise.interval.high, digits=1)
    return "\n".join(
        (
            area.name,
            view.tr("response.tip.share", value=formats.share(promise.value), cases=cases),
            view.tr("response.interval", range=interval),
            view.tr("response.tip.area_median", value=formats.duration(median.value, view.lang)),
        )
    )


def _days(view: View, found: Compared) -> str:
    """Which days are compared, and why where they are not the page's."""
    key = "response.days_wide" if found.is_wide else "response.days"
    return view.tr(key, period=words.period(view, found.scope))


def _findings(view: View, found: Compared) -> str:
    """Who lies below the whole beyond chance."""
    firm = [area for area in found.areas if (found.figures[area.area_id][PROMISE].n or 0) >= FIRM_N]
    worse = [_short(view, area) for area in firm if found.side(area.area_id) == "worse"]
    return words.worse_areas(view, worse, compared=len(firm))


def _note(text: str) -> str:
    return svg.element("p", svg.escape(text), class_="c-note-line")


def table(view: View) -> Draw:
    """All areas with n, median, nine in ten, share and interval."""

    def draw() -> Empty | None:
        found = compared(view)
        if isinstance(found, Empty):
            return found
        longest = found.whole[NINE_IN_TEN].value or 0
        rows = tuple(
            _row(view, area.name, found.figures[area.area_id], longest=longest, go=_link(view, area))
            for area in found.areas
        )
        whole = _row(view, _whole_name(view), found.whole, longest=longest, go=None)
        heading = view.tr(f"common.level_{found.areas[0].level}")
        markup = _note(_days(view, found)) + area_table(Comparison(rows, whole, heading), lang=view.lang)
        markup += svg.element(
            "p", svg.escape(view.tr("response.table_key", firm=FIRM_N, least=MINIMUM_N)), class_="c-key"
        )
        picture(markup + figure_fold(view, [found.whole[slug] for slug in (PROMISE, MEDIAN, NINE_IN_TEN)]), key="table")
        return None

    return draw


def _whole_name(view: View) -> str:
    return view.tr("response.whole", area=view.area_name)


def _row(view: View, name: str, figures: Mapping[str, Figure], *, longest: float, go: str | None) -> AreaRow:
    promise, p50, p90 = figures[PROMISE], figures[MEDIAN].value, figures[NINE_IN_TEN].value
    missing = sum(promise.excluded.values())
    if promise.value is None or promise.interval is None or p50 is None or p90 is None:
        note = view.tr("common.no_data") if promise.note == NO_DATA else view.tr("common.too_few")
        return AreaRow(name, promise.n or 0, missing, None, note=note, go=go)
    found = AreaFigures(
        p50_s=int(p50),
        p90_s=int(p90),
        p50=_clock_time(view, p50, longest=longest),
        p90=_clock_time(view, p90, longest=longest),
        share=promise.value,
        low=promise.interval.low,
        high=promise.interval.high,
    )
    return AreaRow(name, promise.n or 0, missing, found, go=go)


def _clock_time(view: View, seconds: float, *, longest: float) -> str:
    """A duration of a column whose entries are about as long as `longest`: 6:40, or in two units from an hour on."""
    return formats.minutes_seconds(seconds) if longest < HOUR_S else formats.duration(seconds, view.lang)
