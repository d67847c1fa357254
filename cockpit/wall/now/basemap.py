"""The ground of the wall's map: its window, its names, and the two drawings that a browser fetches once a version.

Invariant: shapes are drawn per shape version and scope; what changes with the cases lies between and over the drawings
and names a grid by the number it has in `Drawn.numbers`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import shapely
import shapely.affinity
from shapely import Geometry

from cockpit.maps import frame as frames
from cockpit.maps import outlines
from cockpit.maps.frame import Frame
from cockpit.maps.labels import Wanted
from cockpit.markup import attributes, esc
from cockpit.queries import AskedShapes, shared, store
from cockpit.wall import computed
from cockpit.wall.naming import short_names
from cockpit.wall.naming import width as width_of
from cockpit.wall.now import layout
from geo import wall as shown
from geo.map_queries import Feature, Outline
from geo.wall import Ground, WallShape

WIDTH, PADDING = 1216, 16
"""In pixels of 1920×1080; the map runs on to the left edge of the screen."""
OUT_PX = 3.0
FINE_PX = 0.5
"""So far the outlines in which names are placed may lie off what is drawn."""
WATER_PX, SPREAD = 24.0, 1.35
"""Letters of waters, and how much the space between them widens a name."""
NAMED = ("community", "grid", "street")


@dataclass(frozen=True, slots=True)
class WaterName:
    """The name of a water along it: its middle in pixels, its turn in degrees, the box that it takes."""

    text: str
    x: float
    y: float
    turn: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawn:
    """The map's window; the level that is coloured, with the number of each area; names with their areas in pixels;
    the names of waters where they lie beside the areas. `coarser`: the areas above the named ones, where there are
    several, with their names.
    """

    frame: Frame
    finest: str
    numbers: dict[str, int]
    named: str
    names: tuple[Wanted, ...]
    codes: tuple[str, ...]
    waters: tuple[WaterName, ...]
    coarser: tuple[tuple[str, Wanted], ...] = ()


@lru_cache(maxsize=16)
def drawn(ground: Ground) -> Drawn | None:
    """The window and the names of a ground; None without any area."""
    frame = _frame(ground)
    if frame is None:
        return None
    finest = _finest(ground)
    named = next(
        (level for level in NAMED if len(ground.of(level)) > 1),
        next(level for level in NAMED if ground.of(level)),
    )
    wanted = _wanted(ground, frame, named)
    above = _wanted(ground, frame, "street") if named == "community" and len(ground.of("street")) > 1 else ()
    return Drawn(
        frame,
        finest,
        numbers={area.code: no for no, area in enumerate(ground.of(finest))},
        named=named,
        names=tuple(want for _, want in wanted),
        codes=tuple(code for code, _ in wanted),
        waters=_waters(frame, ground, [want.area for _, want in wanted]),
        coarser=above,
    )


def _wanted(ground: Ground, frame: Frame, level: str) -> tuple[tuple[str, Wanted], ...]:
    """The areas of a level by their codes: short names, best points, shapes in pixels."""
    areas = ground.of(level)
    at = frame.pixels(np.array([[area.lon, area.lat] for area in areas]))
    short = short_names(areas, ground.shapes)
    return tuple(
        (area.code, Wanted(no, short[area.code], float(x), float(y), shape))
        for no, (area, shape, (x, y)) in enumerate(
            zip(areas, frame.place(area.shape for area in areas), at, strict=True)
        )
    )


def _waters(frame: Frame, ground: Ground, areas: Iterable[Geometry]) -> tuple[WaterName, ...]:
    """The names of waters, each once, where the water is wide enough for it and no area lies below."""
    window = shapely.box(48, 8, frame.width - 16, frame.height - 8)
    land = shapely.union_all(list(areas))
    found: dict[str, WaterName] = {}
    for water in ground.waters:
        (placed,) = frame.place([water.shape])
        body = shapely.intersection(shapely.make_valid(placed), window)
        name = water.name or ""
        if name not in found and (spot := _along(name, body, land)):
            found[name] = spot
    return tuple(found.values())


def _along(name: str, body: Geometry, land: Geometry) -> WaterName | None:
    """The first place from the left where the name lies along the middle of the water."""
    if body.is_empty:
        return None
    wide = width_of(name, size=WATER_PX) * SPREAD
    left, low, right, high = body.bounds
    middles = [(x, _middle(body, x, low, high)) for x in np.arange(left, right, wide / 2)]
    for (x0, y0), (x, y), (x1, y1) in zip(middles, middles[1:], middles[2:], strict=False):
        if y0 is None or y is None or y1 is None:
            continue
        turn = math.degrees(math.atan2(y1 - y0, x1 - x0))
        upright = shapely.box(x - wide / 2, y - WATER_PX * 0.45, x + wide / 2, y + WATER_PX * 0.45)
        text = shapely.affinity.rotate(upright, turn, origin=(x, y))
        if body.buffer(3).contains(text) and not land.intersects(text):
            box = text.bounds
            return WaterName(name, float(x), float(y), turn, (box[0], box[1], box[2], box[3]))
    return None


def _middle(body: Geometry, x: float, low: float, high: float) -> float | None:
    """The middle of the water below each other at `x`; None where there is none."""
    cut = shapely.intersection(body, shapely.LineString([(x, low - 1), (x, high + 1)]))
    parts = [part for part in getattr(cut, "geoms", [cut]) if part.length > 0]
    if not parts:
        return None
    longest = max(parts, key=lambda part: part.length)
    return float(longest.bounds[1] + longest.bounds[3]) / 2


def _finest(ground: Ground) -> str:
    return next(level for level in ("grid", "community", "street") if ground.of(level))


def _frame(ground: Ground) -> Frame | None:
    high = layout.map_height(ground.shapes)
    found = frames.fit((area.shape for area in ground.shapes), width=WIDTH, padding=PADDING, tallest=high)
    return replace(found, height=high) if found else None


@shared
def fragment(asked: AskedShapes, *, is_above: bool) -> str:
    """The drawing below (ground, blocks) or above (water, lines) what is coloured; empty without any area."""
    ground = computed.ground(asked)
    frame = _frame(ground)
    if frame is None:
        return ""
    found = shown.features(store(), asked.viewer, asked.clock, box=frame.box())
    return above(ground, frame, found) if is_above else below(ground, frame, found)


# ---------------------------------------------------------------- below and above what is coloured


def below(ground: Ground, frame: Frame, features: tuple[Feature, ...]) -> str:
    """Roads that run on outside, the ground, and each of the finest areas with a number: its blocks, or itself."""
    areas = ground.of(_finest(ground))
    shapes = outlines.simplified(_outlines(areas), frame)
    within, stray = _blocks(shapes, frame, [one for one in features if one.kind == "block"])
    defined = "".join(
        f'<path id="wg{no}" d="{within.get(no, "") or outlines.path(shape)}"/>' for no, shape in enumerate(shapes)
    )
    used = "".join(f'<use href="#wg{no}"/>' for no in range(len(shapes)))
    top = _coarsest(ground)
    land = "".join(outlines.path(shape) for shape in outlines.simplified(_outlines(top), frame))
    return (
        f"<defs>{defined}</defs>{_roads(frame, features, style='out')}"
        f'<path class="ground" d="{land}"/><g class="block">{used}{stray}</g>'
    )


def _blocks(shapes: list[Geometry], frame: Frame, blocks: list[Feature]) -> tuple[dict[int, str], str]:
    """The blocks in each area as one path by its number, and those in none as markup."""
    if not blocks:
        return {}, ""
    placed = shapely.simplify(shapely.make_valid(frame.place(block.shape for block in blocks)), 0.5)
    inside, of = shapely.STRtree(shapes).query(shapely.point_on_surface(placed), predicate="within")
    holders = dict(zip(inside.tolist(), of.tolist(), strict=True))
    parts: dict[int | None, list[str]] = {}
    for no, shape in enumerate(placed):
        parts.setdefault(holders.get(no), []).append(outlines.path(shape))
    stray = "".join(parts.pop(None, []))
    within = {no: "".join(paths) for no, paths in parts.items() if no is not None}
    return within, f'<path d="{stray}"/>' if stray else ""


def _coarsest(ground: Ground) -> tuple[WallShape, ...]:
    return next(ground.of(level) for level in ("street", "community", "grid") if ground.of(level))


def _outlines(areas: tuple[WallShape, ...]) -> list[Outline]:
    return [
        Outline(no, area.level, area.code, area.name, area.shape, (area.lon, area.lat)) for no, area in enumerate(areas)
    ]


def _lines(frame: Frame, features: tuple[Feature, ...], kind: str) -> list[tuple[Feature, str]]:
    """The features of a kind with their paths, cut at the drawing."""
    chosen = [one for one in features if one.kind == kind]
    if not chosen:
        return []
    window = shapely.box(-60, -60, frame.width + 60, frame.height + 60)
    placed = shapely.intersection(shapely.make_valid(frame.place(one.shape for one in chosen)), window)
    found = ((one, outlines.path(shape)) for one, shape in zip(chosen, shapely.simplify(placed, 0.4), strict=True))
    return [(one, path) for one, path in found if path]


def _roads(frame: Frame, features: tuple[Feature, ...], *, style: str) -> str:
    by_width: dict[float, list[str]] = {}
    for road, path in _lines(frame, features, "road"):
        width = round(max(OUT_PX if style == "out" else 1.0, (road.width_m or 8.0) / frame.metres_per_pixel), 1)
        by_width.setdefault(width, []).append(path)
    return "".join(
        f'<path class="{style}" stroke-width="{outlines.figure(width)}" d="{"".join(paths)}"/>'
        for width, paths in sorted(by_width.items())
    )


def above(ground: Ground, frame: Frame, features: tuple[Feature, ...]) -> str:
    """Parks, water, railway; roads and grid lines where no blocks leave gaps for them; borders with their casing."""
    parts = [
        f'<path class="{kind}" d="{"".join(path for _, path in _lines(frame, features, kind))}"/>'
        for kind in ("park", "water")
    ]
    has_blocks = any(one.kind == "block" for one in features)
    if not has_blocks:
        parts.append(_roads(frame, features, style="road"))
    parts.append(_rail(frame, features))
    if not has_blocks:
        parts.append(_border(frame, ground.of("grid"), "", "gl"))
    parts.append(_border(frame, ground.of("community"), "cc", "cl"))
    parts.append(_border(frame, _coarsest(ground), "sc", "sl"))
    return "".join(parts)


def _rail(frame: Frame, features: tuple[Feature, ...]) -> str:
    drawn_ = "".join(path for _, path in _lines(frame, features, "rail"))
    return f'<path class="rail1" d="{drawn_}"/><path class="rail2" d="{drawn_}"/>' if drawn_ else ""


def _border(frame: Frame, areas: tuple[WallShape, ...], casing: str, line: str) -> str:
    drawn_ = "".join(outlines.path(shape) for shape in outlines.simplified(_outlines(areas), frame))
    below = f'<path class="{casing}" d="{drawn_}"/>' if casing and drawn_ else ""
    return below + (f'<path class="{line}" d="{drawn_}"/>' if drawn_ else "")


def group(ground: Ground, *, part: str) -> str:
    """The empty group that the browser fills with the drawing `below` or `above`."""
    address = f"/layers/wall.svg?part={part}&day={ground.day.isoformat()}&v={ground.version}"
    return f"<g{attributes(class_=part, data_shapes=address)}></g>"


def aria(text: str) -> str:
    """What stands for the picture."""
    return f' role="img" aria-label="{esc(text)}"'
