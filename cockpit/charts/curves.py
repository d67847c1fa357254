"""Small multiples of cumulative curves: one tile an area, the same scale in all, in the order of the map.

Invariant: tiles never stand in the order of their value; fewer than ten cases are ticks on the axis, never a curve.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.charts import svg
from cockpit.charts.scales import TimeAxis, tick_label
from config.messages import tr

HEIGHT = 44
COLUMNS = 120
"""Steps of a curve: as many as a tile has pixels."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One area's curve: `cases[i]` of its `n` cases took at most `seconds[i]` whole seconds (both ascending).

    `value` is what stands beside it: the share inside the limit, or the median where there is none. `is_worse`: its
    interval lies wholly below the share of all areas together. `go` is what a click asks for.
    """

    name: str
    n: int
    seconds: Sequence[int]
    cases: Sequence[int]
    value: str
    tip: str
    is_worse: bool = False
    go: str | None = None


def in_map_order(points: Sequence[tuple[float, float]], *, columns: int) -> list[int]:
    """The indices of `points` (x to the east, y to the north) as a page is read: from north to south in rows of
    `columns`, in each row from west to east."""
    southward = sorted(range(len(points)), key=lambda index: (-points[index][1], points[index][0], index))
    rows = [southward[start : start + columns] for start in range(0, len(southward), columns)]
    return [index for row in rows for index in sorted(row, key=lambda index: (points[index][0], index))]


def curve_tiles(tiles: Sequence[Tile], *, axis: TimeAxis, limit_s: float | None, min_n: int, lang: str) -> str:
    """All tiles as HTML, eight a row where there is room; without a limit there is no line and nothing is late."""
    drawn = "".join(_tile(tile, axis=axis, limit_s=limit_s, min_n=min_n, lang=lang) for tile in tiles)
    return svg.element("div", drawn, class_="c-tiles", role="list")


def _tile(tile: Tile, *, axis: TimeAxis, limit_s: float | None, min_n: int, lang: str) -> str:
    is_enough = tile.n >= min_n
    words = tile.value if is_enough else tr("response.only_n", lang, n=tile.n)
    strong = " c-strong" if tile.is_worse else ""
    names = svg.span(tile.name, f"c-tile-name{strong}")
    names += svg.span(words, f"c-tile-value{strong}" if is_enough else "c-tile-few")
    marks = _curve(tile, axis, limit_s) if is_enough else _rug(tile, axis)
    base = svg.line(x1=0, y1=HEIGHT - 1, x2="100%", y2=HEIGHT - 1, class_="c-base")
    limit = "" if limit_s is None else _limit(svg.percent(axis.share(limit_s)))
    drawing = svg.picture(base + marks + limit, height=HEIGHT, label=f"{tile.name} {words}")
    return svg.element(
        "div",
        svg.element("div", names, class_="c-tile-words") + drawing,
        class_="c-tile",
        role="listitem",
        data_tip=tile.tip,
        data_go=tile.go,
        tabindex=0 if tile.go else None,
    )


def _limit(at: str) -> str:
    return svg.line(x1=at, y1=2, x2=at, y2=HEIGHT, class_="c-limit")


def steps(tile: Tile, axis: TimeAxis) -> list[tuple[int, float]]:
    """The curve as (column, share reached there), one pair a column where it rises; columns 0 … COLUMNS.

    Cases beyond the axis are not reached on it: the last share is below 1 if there are any.
    """
    reached: dict[int, float] = {}
    for second, cases in zip(tile.seconds, tile.cases, strict=True):
        column = math.ceil(second * COLUMNS / axis.end_s)
        if column <= COLUMNS:
            reached[column] = cases / tile.n
    return list(reached.items())


def _curve(tile: Tile, axis: TimeAxis, limit_s: float | None) -> str:
    points = steps(tile, axis)
    path = f"M0 {_y(0)}" + "".join(f"H{column}V{_y(share)}" for column, share in points) + f"H{COLUMNS}"
    drawn = "" if limit_s is None else _late(points, axis.share(limit_s) * COLUMNS, worse=tile.is_worse)
    drawn += svg.element("path", d=path, class_="c-curve", vector_effect="non-scaling-stroke")
    return svg.stretched(drawn, height=HEIGHT, columns=COLUMNS)


def _late(points: list[tuple[int, float]], limit: float, *, worse: bool) -> str:
    """The area above the curve to the right of the limit: the cases that came late."""
    inside = max((share for column, share in points if column <= limit), default=0.0)
    after = [(column, share) for column, share in points if column > limit]
    path = f"M{svg.coordinate(limit)} {_y(inside)}" + "".join(f"H{column}V{_y(share)}" for column, share in after)
    path += f"H{COLUMNS}V{_y(1)}H{svg.coordinate(limit)}Z"
    return svg.element("path", d=path, class_="c-late-worse" if worse else "c-late")


def _y(share: float) -> str:
    return svg.coordinate(3 + (HEIGHT - 4) * (1 - share))


def _rug(tile: Tile, axis: TimeAxis) -> str:
    """A tick a moment at which cases were reached; several cases of one second are one tick."""
    places = [svg.percent(axis.share(second)) for second in tile.seconds if second <= axis.end_s]
    return "".join(svg.line(x1=at, y1=HEIGHT - 11, x2=at, y2=HEIGHT - 2, class_="c-rug") for at in places)


def curve_scale(axis: TimeAxis, *, limit_s: float | None, lang: str) -> str:
    """The scale of all tiles in words: where the axis ends and what the line is."""
    unit = tr(f"response.unit.{axis.unit.name}", lang)
    end = tick_label(round(axis.end_s), axis.unit)
    if limit_s is None:
        return tr("response.curve_scale_free", lang, end=end, unit=unit)
    return tr("response.curve_scale", lang, end=end, unit=unit, limit=round(limit_s / 60))
