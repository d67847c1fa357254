"""How soon somebody came, one curve an area in the order of the streets: never a league.

Invariant: one scale for all; an area with too few arrivals has ticks on its axis, no curve and no share.
"""

from collections.abc import Mapping, Sequence
from math import ceil

from cockpit import formats
from cockpit.charts import svg
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.wall.response.computed import MINIMUM_N, PROMISE_S, Community, Response
from geo.wall import Wall, WallArea

WIDTH, HEIGHT, END_S = 108, 62, 1_080
"""A curve in pixels at 1080p, and the seconds at its right end."""
MOST = 64
"""So many curves can be read from afar; with more communities each street has one."""
STEPS = 60
"""More steps than these cannot be seen."""


def panel(view: View, found: Response, wall: Wall) -> str:
    """Every community, or every street where there are too many; empty without areas."""
    shown, key = _shown(found, wall)
    if not shown:
        return ""
    columns = next((n for n in (2, 3, 4, 6, 8) if len(shown) <= n * ceil(n * 0.625)), 8)
    title = view.tr(f"wall_response.{key}", n=formats.number(len(shown)))
    cells = "".join(_cell(view, area, one) for area, one in shown)
    grid = attributes(style=f"--columns:{columns};--rows:{ceil(len(shown) / columns)}")
    unit = esc(view.tr("wall_response.areas_unit", days=found.days))
    has_late = any(one and one.is_late for _, one in shown)
    told = view.tr("wall_response.areas_late" if has_late else "wall_response.areas_none_late")
    late = f'<span class="r-key">{"<i class=r-flag></i>" if has_late else ""}{esc(told)}</span>'
    head = f"<h2><b>{esc(title)}</b><span>{unit}</span>{late}</h2>"
    return f'<section class="areas">{head}<div class="r-areas"{grid}>{cells}</div></section>'


def _shown(found: Response, wall: Wall) -> tuple[list[tuple[WallArea, Community | None]], str]:
    """The areas that have a place, with their arrivals, and the key of their title."""
    communities = [area for area in wall.areas if area.level == "community"]
    streets = [area for area in wall.areas if area.level == "street"]
    known = {one.code: one for one in found.communities}
    if len(communities) <= MOST or not streets:
        return [(area, known.get(area.code)) for area in communities[:MOST]], "areas"
    by_street = _by_street(communities, known)
    return [(area, by_street.get(area.code)) for area in streets[:MOST]], "areas_streets"


def _by_street(communities: Sequence[WallArea], known: Mapping[str, Community]) -> dict[str, Community]:
    """The arrivals of all communities of each street together."""
    seconds: dict[str, list[int]] = {}
    for area in communities:
        if area.parent_code and (one := known.get(area.code)):
            seconds.setdefault(area.parent_code, []).extend(one.seconds)

    def together(code: str, told: list[int]) -> Community:
        share = sum(1 for each in told if each <= PROMISE_S) / len(told) if len(told) >= MINIMUM_N else None
        return Community(code, tuple(sorted(told)), share, is_late=False)

    return {code: together(code, told) for code, told in seconds.items()}


def _cell(view: View, area: WallArea, found: Community | None) -> str:
    """One area: its name, its share, its curve; marked where it is late."""
    name = area.name.removesuffix("社区") if area.level == "community" else area.name
    n, is_late = len(found.seconds) if found else 0, bool(found and found.is_late)
    if found is None or found.share is None:
        few = view.tr("wall_response.only", n=n) if n else view.tr("wall_response.none")
        told, label = f'<span class="few">{esc(few)}</span>', view.tr("wall_response.curve_few", area=area.name, n=n)
    else:
        percent = formats.number(found.share * 100)
        told = f'<b class="figure">{esc(percent)}</b><span class="u">%</span>'
        label = view.tr("wall_response.curve_label", area=area.name, n=n, share=f"{percent}%")
    flag = '<i class="r-flag"></i>' if is_late else ""
    return (
        f'<div class="r-area{" late" if is_late else ""}"{attributes(role="img", aria_label=label)}>'
        f'<span class="t">{esc(name or area.name)}</span>{flag}<span class="s">{told}</span>{_curve(found)}</div>'
    )


def _x(seconds: float) -> float:
    return min(seconds / END_S, 1) * WIDTH


def _curve(found: Community | None) -> str:
    """The cumulative share of arrivals by time, in steps; what came too late is the corner right of the limit."""
    base, limit = HEIGHT - 2.0, _x(PROMISE_S)
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
    box = f"0 0 {WIDTH} {HEIGHT}"
    return svg.element("svg", "".join(drawn), class_="r-curve", viewBox=box, aria_hidden="true")


def _steps(seconds: Sequence[int], base: float) -> list[tuple[float, float]]:
    """Where each step of the curve ends, as many as can be seen."""
    n, every = len(seconds), max(1, len(seconds) // STEPS)
    numbers = [number for number in range(1, n + 1) if number % every == 0 or number == n]
    return [(_x(seconds[number - 1]), base - number / n * (base - 4)) for number in numbers]


def _stairs(points: Sequence[tuple[float, float]]) -> str:
    (x, y), *rest = points
    path = f"M{svg.coordinate(x)} {svg.coordinate(y)}"
    return path + "".join(f"H{svg.coordinate(x)}V{svg.coordinate(y)}" for x, y in rest)
