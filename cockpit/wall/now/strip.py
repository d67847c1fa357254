"""The areas beside each other in the order of the streets: reports of today against what is usual for each of them.

Invariant: one scale for all, never sorted by value; blue stands only on what lies above its usual by more than chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from cockpit import formats
from cockpit.context import View
from cockpit.maps.classes import nice
from cockpit.maps.outlines import figure
from cockpit.markup import attributes, esc
from cockpit.wall import compared
from cockpit.wall.compared import Band
from cockpit.wall.naming import apart, fitted
from cockpit.wall.naming import width as width_of
from cockpit.wall.now import layout
from cockpit.wall.now.layout import DOTS, LEFT, LINE, PX, UNDER, WIDE, Strip
from geo.wall import Day, Wall, WallArea

NEXT, BRACE, INSET = 12.0, 31.0, 4.0
"""What is left free between the names of two streets; where the line lies that holds the areas of one, and how much
shorter it is at both ends.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """One area: where it stands, its reports of today, what is usual, whether it stands out."""

    area: WallArea
    name: str
    x: float
    width: float
    usual: Band | None

    @property
    def is_hot(self) -> bool:
        """Whether its reports lie above what is usual for it."""
        return self.usual is not None and self.usual.is_unusual(self.area.n_today)


@dataclass(frozen=True, slots=True)
class _Scale:
    top: float
    most: float

    def y(self, n: float) -> float:
        return self.top + DOTS * (1 - min(n, self.most) / self.most)


def section(view: View, found: Wall, *, age: str) -> str:
    """The section of the areas."""
    areas = layout.shown_areas(found.areas)
    if not areas:
        return f'<section class="areas"><h2><b>{esc(view.tr("wall.no_areas"))}</b>{age}</h2></section>'
    ways = layout.strip(found.areas)
    columns = placed(found, areas, ways)
    level = view.tr(f"common.level_{areas[0].level}").lower()
    title = view.tr("wall.strip", n=formats.number(len(areas)), level=level)
    unit = _unit(view, found, columns, level=level)
    head = f"<h2><b>{esc(title)}</b><span>{esc(unit)}</span>{age}</h2>"
    return f'<section class="areas">{head}{_picture(found, columns, ways, label=title)}</section>'


def _unit(view: View, found: Wall, columns: Sequence[Column], *, level: str) -> str:
    """What is drawn, and whether any area stands out, lies above its usual by chance alone, or none does."""
    if not compared.has_today(found):
        return view.tr("wall.not_today")
    if not any(one.usual for one in columns):
        return view.tr("wall.strip_unit_none")
    at = found.at.astimezone(view.site.zone) if found.at else None
    weekday = view.tr(f"common.weekday_{at.isoweekday()}") if at else ""
    told = view.tr("wall.strip_unit", weekday=weekday)
    if any(one.is_hot for one in columns):
        return told + view.tr("wall.strip_hot")
    if any(one.usual and one.area.n_today > one.usual.high for one in columns):
        return told + view.tr("wall.strip_chance")
    return told + view.tr("wall.strip_none_hot", level=level)


def placed(found: Wall, areas: Sequence[WallArea], ways: Strip) -> tuple[Column, ...]:
    """The columns from left to right, those of one parent together."""
    gone = compared.passed(found)
    x, columns = LEFT, []
    for no, area in enumerate(areas):
        x += ways.gap if no and area.parent_code != areas[no - 1].parent_code else 0
        usual = compared.usual_of(found, _reports_of(area, gone))
        columns.append(Column(area, ways.names[area.code], x + ways.width / 2, ways.width, usual))
        x += ways.width
    return tuple(columns)


def _reports_of(area: WallArea, gone: float) -> Callable[[Day], float]:
    return lambda day: day.reports((area.level, area.code), passed=gone)


def _picture(found: Wall, columns: Sequence[Column], ways: Strip, *, label: str) -> str:
    has_today = compared.has_today(found)
    most = max(3.0, *(max(one.area.n_today, one.usual.high if one.usual else 0) for one in columns))
    scale = _Scale(ways.top, most)
    grid = "".join(
        f'<path class="gl" d="M{LEFT:g} {figure(scale.y(n))}H{WIDE:g}"/>'
        f'<text class="tick" x="{LEFT - 10:g}" y="{figure(scale.y(n) + 8)}">{formats.number(n)}</text>'
        for n in (0, nice(most * 0.6, whole=True))
    )
    radius = 6.0 if ways.width >= 16 else 4.0
    parents = _parents(found, columns) if ways.has_parents else ""
    named = _names(columns, ways, apart_late=sum(one.area.n_overdue > 0 for one in columns) * 2 <= len(columns))
    dots = _dots(columns, scale, radius) if has_today else ""
    grid = grid if has_today or any(one.usual for one in columns) else ""
    body = grid + parents + _bands(columns, scale) + dots + named
    size = f'viewBox="0 0 {WIDE:g} {figure(ways.high)}"'
    return f'<svg {size} style="--high:{figure(ways.high)}"{attributes(role="img", aria_label=label)}>{body}</svg>'


def _parents(found: Wall, columns: Sequence[Column]) -> str:
    """The names of the streets over their communities, with a line that holds these: whole where all find room near
    the beginning of theirs, else each cut before the next begins.
    """
    first: dict[str, Column] = {}
    for one in columns:
        first.setdefault(one.area.parent_code or "", one)
    above = [area for area in found.areas if area.level in ("street", "community") and area.code in first]
    names = dict(zip((area.code for area in above), apart([area.name for area in above]), strict=True))
    begins = [one.x - one.width / 2 for one in first.values()]
    last = {one.area.parent_code or "": one.x + one.width / 2 for one in columns}
    known = [(names[code], left, last[code]) for code, left in zip(first, begins, strict=True) if code in names]
    told = [name for name, _, _ in known]
    widths = [width_of(name, size=PX) for name in told]
    starts = _beside([left for _, left, _ in known], widths)
    ends = [start + width for start, width in zip(starts, widths, strict=True)] if starts else []
    if not starts or not all(
        start < last_of and end > left for start, end, (_, left, last_of) in zip(starts, ends, known, strict=True)
    ):
        starts = [left for _, left, _ in known]
        rooms = [end - NEXT - start for start, end in zip(starts, [*starts[1:], WIDE + NEXT], strict=True)]
        told = [fitted(name, room=room, size=PX) for name, room in zip(told, rooms, strict=True)]
    return "".join(
        f'<path class="gl" d="M{figure(left + INSET)} {BRACE:g}H{figure(end - INSET)}"/>'
        f'<text class="par" x="{figure(start)}" y="22">{esc(name)}</text>'
        for name, start, (_, left, end) in zip(told, starts, known, strict=True)
        if len(name) > 1
    )


def _beside(wanted: Sequence[float], widths: Sequence[float]) -> list[float]:
    """Where texts of those widths begin, each as near as can be to where it is wanted, NEXT apart and in the picture;
    nothing where they have no room. Isotonic regression: neighbours that meet move together (pool adjacent violators).
    """
    before = [sum(widths[:no]) + NEXT * no for no in range(len(widths))]
    most = WIDE - sum(widths) - NEXT * (len(widths) - 1)
    if most < 0:
        return []
    pools: list[list[float]] = []
    for place, taken in zip(wanted, before, strict=True):
        pools.append([place - taken])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    moved = (min(max(fmean(pool), 0.0), most) for pool in pools for _ in pool)
    return [place + taken for place, taken in zip(moved, before, strict=True)]


def _bands(columns: Sequence[Column], scale: _Scale) -> str:
    wide = min(14.0, max(3.0, columns[0].width * 0.4))
    path = ""
    for one in columns:
        if one.usual:
            high, low = scale.y(one.usual.high), scale.y(one.usual.low)
            lift = max(0.0, 3 - (low - high))
            path += (
                f"M{figure(one.x - wide / 2)} {figure(high - lift)}h{figure(wide)}"
                f"v{figure(low - high + lift)}h{figure(-wide)}Z"
            )
    return f'<path class="ub" d="{path}"/>'


def _dots(columns: Sequence[Column], scale: _Scale, radius: float) -> str:
    """A dot for each area; the ones that stand out larger, blue, with their number where it is free."""
    plain = "".join(f"M{figure(one.x)} {figure(scale.y(one.area.n_today))}h0" for one in columns if not one.is_hot)
    drawn = (
        f'<path class="dt out" stroke-width="{figure(2 * radius + 4)}" d="{plain}"/>'
        f'<path class="dt" stroke-width="{figure(2 * radius)}" d="{plain}"/>'
    )
    right = 0.0
    for one in columns:
        if not one.is_hot:
            continue
        y, text = scale.y(one.area.n_today), formats.number(one.area.n_today)
        drawn += f'<circle class="hot" cx="{figure(one.x)}" cy="{figure(y)}" r="{figure(radius + 3)}"/>'
        half = width_of(text, size=PX) / 2
        if one.x - half > right + 4:
            drawn += f'<text class="nr" x="{figure(one.x)}" y="{figure(y - radius - 8)}">{esc(text)}</text>'
            right = one.x + half
    return drawn


# ---------------------------------------------------------------- names


def _names(columns: Sequence[Column], ways: Strip, *, apart_late: bool) -> str:
    """The names below the columns: all of them where they fit across or upright; else those that stand out, each where
    there is room. `apart_late`: what is overdue has its colour; where most are, it would tell none from another.
    """
    y = ways.top + DOTS + UNDER + LINE - 6
    styles = [_style(one, apart_late=apart_late) for one in columns]
    if ways.way == "across":
        return "".join(_across(style, one.name, one.x, y) for style, one in zip(styles, columns, strict=True))
    if ways.way == "upright":
        return "".join(
            _upright(style, one, layout.signs(one.name), y) for style, one in zip(styles, columns, strict=True)
        )
    return _sparse(columns, styles, y)


def _style(one: Column, *, apart_late: bool) -> str:
    return "an late" if one.area.n_overdue and apart_late else "an hot" if one.is_hot else "an"


def _across(style: str, text: str, x: float, y: float) -> str:
    return f'<text class="{style}" x="{figure(x)}" y="{figure(y)}">{esc(text)}</text>'


def _upright(style: str, one: Column, signs: Sequence[str], y: float) -> str:
    spans = "".join(
        f'<tspan x="{figure(one.x)}"{f" dy={chr(34)}{LINE:g}{chr(34)}" if no else ""}>{esc(sign)}</tspan>'
        for no, sign in enumerate(signs)
    )
    return f'<text class="{style}" x="{figure(one.x)}" y="{figure(y)}">{spans}</text>'


def _sparse(columns: Sequence[Column], styles: Sequence[str], y: float) -> str:
    """Names of what stands out first, then of what has the most reports, as long as each is free of those before."""
    taken: list[tuple[float, float]] = []
    drawn = []
    most = max(one.area.n_today for one in columns)
    told = [
        (style == "an", one.area.n_overdue == 0, -one.area.n_today, no, one, style)
        for no, (one, style) in enumerate(zip(columns, styles, strict=True))
        if style != "an" or one.area.n_overdue or one.area.n_today * 3 >= most > 0
    ]
    for *_, one, style in sorted(told, key=lambda each: each[:4]):
        text = fitted(one.name, room=240, size=PX)
        half = width_of(text, size=PX) / 2
        x = min(max(one.x, half), WIDE - half)
        if all(x + half + 12 < left or x - half - 12 > right for left, right in taken):
            taken.append((x - half, x + half))
            drawn.append(_across(style, text, x, y))
    return "".join(drawn)
