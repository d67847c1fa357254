"""How soon somebody came, one curve an area in the order of the streets: never a league.

Invariant: one scale for all; an area with too few arrivals has ticks on its axis, no curve and no share.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from cockpit import formats
from cockpit.charts import svg
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.wall import fitting, naming
from cockpit.wall.naming import short_names
from cockpit.wall.response import words
from cockpit.wall.response.computed import PROMISE_S, Community, Response, community, target
from geo.wall import Wall, WallArea

WIDTH, HEIGHT, LOW, END_S = 108, 62, 30, 1_080
"""A curve in pixels at 1080p, its height below a name that has a line of its own, the seconds at its right end."""
CELL, TALL, ROOM = 74, 98, 340
"""The height of an area, of one with its name above a whole curve, and of all of them, in pixels."""
MOST_CURVES, MOST = 40, 64
"""So many curves can be read from afar, and so many shares without one; with more communities each street has one."""
SHAPES = ((8, 4, 2.0), (15, 5, 1.5), (24, 6, 1.2), (MOST_CURVES, 8, 1.0), (MOST, 8, 1.0))
"""Up to how many areas → columns, and how many times as large as the smallest each one is."""
NAME_PX, WHOLE, GAP, SHARE, FLAG = 26.0, 1824.0, 20.0, 90.0, 24.0
"""Letters of a name; the width of all areas, the gap between them, what a share and the mark of a late one take."""
STEPS = 60
"""More steps than these cannot be seen."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """The areas that have a place, with their short names and arrivals, out of `n`; `level`: what they are."""

    level: str
    areas: tuple[tuple[WallArea, str, Community | None], ...]
    n: int


def panel(view: View, found: Response, wall: Wall, today: date) -> str:
    """Every community, or every street where there are too many; empty without areas."""
    shown = _shown(found, wall)
    if not shown.areas:
        return ""
    columns, times = next((columns, times) for most, columns, times in SHAPES if len(shown.areas) <= most)
    has_curves = len(shown.areas) <= MOST_CURVES
    title = view.tr(f"wall_response.areas_{shown.level}", n=formats.number(shown.n))
    days = words.dated(view, found, today, days=found.days)
    unit = view.tr(f"wall_response.{'areas_unit' if has_curves else 'areas_unit_plain'}", span=days)
    if not found.promise.is_told:
        lines = f'<p class="r-none">{esc(view.tr("wall_response.areas_untold"))}</p>'
        return f'<section class="areas"><h2><b>{esc(title)}</b></h2>{lines}</section>'
    whole, size = (WHOLE - (columns - 1) * GAP) / columns, NAME_PX * times**0.5
    room = whole - (WIDTH + 8 if has_curves else SHARE) * times

    def is_cut(name: str, one: Community | None) -> bool:
        return naming.width(name, size=size) > room - (FLAG if one and one.is_late else 0)

    is_stacked = has_curves and any(is_cut(name, one) for _, name, one in shown.areas)
    rows = ceil(len(shown.areas) / columns)
    is_tall = is_stacked and rows * times * TALL <= ROOM

    def cell(area: WallArea, name: str, one: Community | None) -> str:
        free = (whole if is_stacked else room) - (FLAG if one and one.is_late else 0)
        curve = _curve(one, LOW if is_stacked and not is_tall else HEIGHT) if has_curves else ""
        return _cell(view, area, fitting.middle(name, room=free, size=size), one, curve)

    cells = "".join(cell(*each) for each in shown.areas)
    grid = attributes(
        style=f"--columns:{columns};--rows:{rows};--times:{times:g};--root:{times**0.5:.3f};"
        f"--cell:{TALL if is_tall else CELL}"
    )
    style = "r-areas" + (" stacked" if is_stacked else "" if has_curves else " plain")
    left_out = shown.n - len(shown.areas)
    more = f'<span class="r-key">{esc(view.tr("wall_response.areas_more", n=left_out))}</span>' if left_out else ""
    head = f"<h2><b>{esc(title)}</b><span>{esc(unit)}</span>{_flag_key(view, shown)}{more}</h2>"
    return f'<section class="areas">{head}<div class="{style}"{grid}>{cells}</div></section>'


def _flag_key(view: View, shown: _Shown) -> str:
    """What the mark of an area means, or that none has it and why."""
    known = [one for _, _, one in shown.areas if one and one.share is not None]
    has_late = any(one.is_late for one in known)
    has_below = any(one.share is not None and one.share < target() for one in known)
    key = "areas_late" if has_late else "areas_below" if has_below else f"areas_none_late_{shown.level}"
    told = view.tr(f"wall_response.{key}")
    return f'<span class="r-key">{"<i class=r-flag></i>" if has_late else ""}{esc(told)}</span>'


def _shown(found: Response, wall: Wall) -> _Shown:
    """The communities, or the streets where there are too many communities and streets to stand for them."""
    levels = {level: [area for area in wall.areas if area.level == level] for level in ("community", "street")}
    known = {one.code: one for one in found.communities}
    level = "community" if len(levels["community"]) <= MOST or len(levels["street"]) < 2 else "street"
    if level == "street":
        known = _by_street(levels["community"], known)
    names = short_names(levels[level], wall.areas)
    ordered = sorted(levels[level], key=naming.in_order)
    areas = tuple((area, names[area.code], known.get(area.code)) for area in ordered[:MOST])
    return _Shown(level, areas, len(levels[level]))


def _by_street(communities: Sequence[WallArea], known: Mapping[str, Community]) -> dict[str, Community]:
    """The arrivals of all communities of each street together."""
    seconds: dict[str, list[int]] = {}
    for area in communities:
        if area.parent_code and (one := known.get(area.code)):
            seconds.setdefault(area.parent_code, []).extend(one.seconds)

    return {code: community(code, tuple(sorted(told))) for code, told in seconds.items()}


def _cell(view: View, area: WallArea, name: str, found: Community | None, curve: str) -> str:
    """One area: its name, its share, its `curve` if any; marked where it is late."""
    n, is_late = len(found.seconds) if found else 0, bool(found and found.is_late)
    if found is None or found.share is None:
        few = view.tr("wall_response.only", n=n) if n else view.tr("wall_response.none")
        told, label = f'<span class="few">{esc(few)}</span>', view.tr("wall_response.curve_few", area=area.name, n=n)
    else:
        percent = formats.number(found.share * 100)
        told = f'<b class="share">{esc(percent)}</b><span class="u">%</span>'
        label = view.tr("wall_response.curve_label", area=area.name, n=n, share=f"{percent}%")
    flag = '<i class="r-flag"></i>' if is_late else ""
    return (
        f'<div class="r-area{" late" if is_late else ""}"{attributes(role="img", aria_label=label)}>'
        f'<span class="t">{esc(name)}</span>{flag}<span class="s">{told}</span>{curve}</div>'
    )


def _x(seconds: float) -> float:
    return min(seconds / END_S, 1) * WIDTH


def _curve(found: Community | None, height: int) -> str:
    """The cumulative share of arrivals by time, in steps; what came too late is the corner right of the limit."""
    base, limit = height - 2.0, _x(PROMISE_S)
    drawn = [svg.line(x1=0, y1=base, x2=WIDTH, y2=base, class_="r-base")]
    if found is None or found.share is None:
        ticks = found.seconds if found else ()
        drawn += [svg.line(x1=_x(each), y1=base - 12, x2=_x(each), y2=base, class_="r-rug") for each in ticks]
    else:
        steps = _steps(found.seconds, base)
        at_limit = next((y for x, y in reversed(steps) if x <= limit), base)
        late = [(limit, at_limit)] + [step for step in steps if step[0] > limit]
        drawn.append(svg.element("path", d=_stairs(late) + f"V4H{svg.coordinate(limit)}Z", class_="r-late"))
        drawn.append(svg.line(x1=limit, y1=0, x2=limit, y2=base, class_="r-target thin"))
        drawn.append(svg.element("path", d=_stairs([(0, base), *steps]) + f"H{WIDTH}", class_="r-line"))
    box = f"0 0 {WIDTH} {height}"
    return svg.element("svg", "".join(drawn), class_="r-curve", viewBox=box, aria_hidden="true")


def _steps(seconds: Sequence[int], base: float) -> list[tuple[float, float]]:
    """Where each step of the curve ends, as many as can be seen."""
    n, every = len(seconds), max(1, len(seconds) // STEPS)
    numbers = [number for number in range(1, n + 1) if number % every == 0 or number == n]
    return [(_x(seconds[number - 1]), base - number / n * (base - 4)) for number in numbers]


def _stairs(points: Sequence[tuple[float, float]]) -> str:
    """Steps through the points; a tenth of a pixel is as fine as it can be seen."""
    (x, y), *rest = [(svg.coordinate(round(x, 1)), svg.coordinate(round(y, 1))) for x, y in points]
    return f"M{x} {y}" + "".join(f"H{x}V{y}" for x, y in rest)
