"""The map of an alarm: the ground around the place, two rings of distance, the mark, the nearest teams as discs.

Invariant: one scale in all directions, distances from the place true; labels stand in the drawing and never on another;
what lies outside the drawing is not moved into it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry
from shapely.affinity import affine_transform

from cockpit.context import View
from cockpit.maps.labels import Board, width
from cockpit.maps.outlines import path
from cockpit.markup import attributes, esc
from cockpit.theme import SHAPES
from cockpit.wall.alarm import words
from geo.wall.alarms import Alarm, Shape, Team

RINGS = ((100, 200), (200, 350), (300, 600), (500, 1000))
"""Pairs of distances (metres): the first that holds the nearest team; a high drawing begins at the second."""
AROUND, NOTE = 1.15, 56
"""How much more than the area is shown where no more is known of the place; pixels below for the words about that."""
LOW = 500
"""Pixels: in a lower drawing there is no room for micro-grids."""
FILLED = ("block", "park", "water")
LINES = {"road": (8.0, 3.0), "rail": (6.0, 4.0)}
"""Kind → metres wide where it is not known, pixels at least."""
BORDERS = ("microgrid", "grid", "community", "street")
CASED = ("community", "street")
TEXT, SMALL, HIGH = 28, 24, 34
MARK, DISC = 30, 13


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawing of `wide` by `high` pixels with the place in its middle; `rings` in metres, the outer one fits in.

    `within`: the area (metres around its label point) of which alone is known that the case is in it; it fits in, its
    middle is that of the drawing, and there are no rings.
    """

    wide: int
    high: int
    rings: tuple[int, int]
    within: Geometry | None = None

    @property
    def scale(self) -> float:
        """Pixels in a metre."""
        if self.within is None:
            return min(self.wide, self.high) / 2 * 0.86 / self.rings[1]
        left, low, right, top = self.within.bounds
        high = self.high - NOTE
        return float(min(self.wide / max(right - left, 1.0), high / max(top - low, 1.0))) / AROUND

    @property
    def middle(self) -> tuple[float, float]:
        """What lies in the middle of the drawing, in metres east and north of the place."""
        if self.within is None:
            return 0.0, 0.0
        left, low, right, top = self.within.bounds
        return (left + right) / 2, (low + top) / 2

    @property
    def reach_m(self) -> float:
        """How far the drawing shows the ground, and a little more, so that no cut is seen."""
        return max(self.wide, self.high) / 2 / self.scale * 1.1 + max(abs(each) for each in self.middle)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Metres east and north of the place as pixels."""
        a, b = self.middle
        high = self.high - (NOTE if self.within else 0)
        return self.wide / 2 + (x - a) * self.scale, high / 2 - (y - b) * self.scale

    def pixels(self, shape: Geometry) -> Geometry:
        """A shape in metres as pixels, y downwards."""
        return affine_transform(shape, [self.scale, 0, 0, -self.scale, *self.at(0, 0)])


def sheet(alarm: Alarm, *, wide: int, high: int, within: Geometry | None = None) -> Sheet:
    """The drawing for an alarm: as near as the nearest team allows, or all of the area in which it is."""
    nearest = alarm.teams[0].distance_m if alarm.teams else 0
    pairs = RINGS if high < LOW else RINGS[1:]
    rings = next((pair for pair in pairs if nearest <= pair[1]), pairs[0])
    return Sheet(wide, high, rings, within)


# ---------------------------------------------------------------- the ground


def ground(shapes: Sequence[Shape], on: Sheet) -> str:
    """Blocks, parks, water, roads, rails and borders; names of water."""
    window = shapely.box(-20, -20, on.wide + 20, on.high + 20)
    placed = [(shape, shapely.simplify(shapely.intersection(on.pixels(shape.shape), window), 0.5)) for shape in shapes]
    parts = [f'<rect class="ground" width="{on.wide}" height="{on.high}"/>']
    for kind in FILLED:
        parts.append(_path(kind, [drawn for shape, drawn in placed if shape.kind == kind]))
    for kind, (usual_m, least) in LINES.items():
        widths: dict[float, list[Geometry]] = {}
        for shape, drawn in placed:
            if shape.kind == kind:
                wide = max(least, (shape.width_m or usual_m) * on.scale)
                widths.setdefault(round(wide, 1), []).append(drawn)
        parts += [_path(kind, drawn, stroke_width=wide) for wide, drawn in sorted(widths.items())]
    for kind in BORDERS[on.high < LOW :]:
        lines = [shapely.boundary(drawn) for shape, drawn in placed if shape.kind == kind and drawn.area > 0]
        joined = [shapely.line_merge(shapely.union_all(lines))] if lines else []
        parts += [_path(f"edge {kind} casing", joined) if kind in CASED else "", _path(f"edge {kind}", joined)]
    return "".join(parts)


def _path(style: str, shapes: Sequence[Geometry], **more: object) -> str:
    drawn = "".join(path(shape) for shape in shapes)
    return f"<path{attributes(class_=style, **more, d=drawn)}/>" if drawn else ""


def waters(shapes: Sequence[Shape], on: Sheet, board: Board) -> str:
    """The names of waters that have room for them, each once."""
    window = shapely.box(0, 0, on.wide, on.high)
    found: dict[str, Geometry] = {}
    for shape in shapes:
        if shape.kind == "water" and shape.name:
            seen = shapely.intersection(on.pixels(shape.shape), window)
            if seen.area > getattr(found.get(shape.name), "area", 0):
                found[shape.name] = seen
    parts = []
    for name, seen in found.items():
        spot = shapely.maximum_inscribed_circle(max(shapely.get_parts(seen), key=shapely.area), tolerance=4)
        x, y = shapely.get_coordinates(spot)[0]
        half = width(name, size=TEXT) * 0.7
        box = (x - half, y - HIGH / 2, x + half, y + HIGH / 2)
        if shapely.length(spot) > HIGH and board.is_free(box):
            board.block(*box)
            parts.append(_text(name, x, y + 10, "water-name", "middle"))
    return "".join(parts)


# ---------------------------------------------------------------- what stands on it


def picture(view: View, alarm: Alarm, shapes: Sequence[Shape], on: Sheet, others: Sequence[Alarm] = ()) -> str:
    """The whole map, with `others` that last where they lie on it; without `shapes` places, rings and teams alone."""
    board = Board(width=on.wide, height=on.high)
    x, y = on.at(0, 0)
    board.block(x - MARK - 6, y - MARK - 6, x + MARK + 6, y + MARK + 6)
    beside = "".join(_beside(alarm, other, on, board) for other in others)
    seen = [(team, on.at(team.x, team.y)) for team in alarm.teams]
    seen = [(team, spot) for team, spot in seen if _is_inside(spot, on)]
    for _, (a, b) in seen:
        board.block(a - DISC - 4, b - DISC - 4, a + DISC + 4, b + DISC + 4)
    nearest = alarm.teams[:1]
    for spot in (spot for team, spot in seen if team in nearest):
        for along in np.linspace(0, 1, 24):
            a, b = x + (spot[0] - x) * along, y + (spot[1] - y) * along
            board.block(a - 3, b - 3, a + 3, b + 3)
    if words.is_rough(alarm):
        rings = _rough(view, alarm, shapes, on, board)
    else:
        rings = "".join(_ring(view, metres, on, board) for metres in on.rings)
    line = "".join(_line((x, y), spot) for team, spot in seen if team in nearest)
    discs = "".join(_disc(view, team, spot, board, is_nearest=team in nearest) for team, spot in seen)
    names = waters(shapes, on, board)
    mark = (
        f'<svg x="{x - MARK - 2:g}" y="{y - MARK - 8:g}" width="{2 * MARK + 4}" height="{2 * MARK + 4}"'
        f' viewBox="0 0 16 16"><path class="place" d="{SHAPES["red"]}"/></svg>'
        if alarm.ended_at is None
        else f'<circle class="place" cx="{x:g}" cy="{y:g}" r="{MARK * 0.7:g}"/>'
    )
    told = view.tr("alarm.joiner").join(f"{team.grid} {words.away(view, team)}" for team in alarm.teams)
    kind = "al-map with-blocks" if any(shape.kind == "block" for shape in shapes) else "al-map"
    label = attributes(role="img", aria_label=view.tr("alarm.map", teams=told or view.tr("alarm.no_staff")))
    return (
        f'<svg class="{kind}" viewBox="0 0 {on.wide} {on.high}"{label}>'
        f"{ground(shapes, on)}{names}{rings}{line}{discs}{beside}{mark}</svg>"
    )


def _beside(alarm: Alarm, other: Alarm, on: Sheet, board: Board) -> str:
    """Another alarm of the screen where it lies on this map, as a hollow triangle."""
    if alarm.place is None or other.place is None or words.is_rough(alarm) or words.is_rough(other):
        return ""
    point = alarm.place.plane(shapely.Point(other.place.lon, other.place.lat))
    x, y = on.at(point.x, point.y)
    if not _is_inside((x, y), on):
        return ""
    half = MARK * 0.7
    board.block(x - half, y - half, x + half, y + half)
    return (
        f'<svg x="{x - half:.1f}" y="{y - half:.1f}" width="{2 * half:g}" height="{2 * half:g}" viewBox="0 0 16 16">'
        f'<path class="other" d="{SHAPES["red"]}"/></svg>'
    )


def _is_inside(spot: tuple[float, float], on: Sheet) -> bool:
    """Whether a disc there is whole, and apart from the mark of the place."""
    a, b = spot
    is_apart = np.hypot(a - on.wide / 2, b - on.high / 2) > MARK + DISC
    return bool(DISC < a < on.wide - DISC and DISC < b < on.high - DISC and is_apart)


def _rough(view: View, alarm: Alarm, shapes: Sequence[Shape], on: Sheet, board: Board) -> str:
    """The area in which the case is, the words that no more is known, and the names of the areas around."""
    place = alarm.community or alarm.street or ""
    told = view.tr("alarm.rough_map", level=words.rough_level(view, alarm))
    half = width(told, size=TEXT) / 2
    board.block(on.wide / 2 - half - 8, on.high - NOTE, on.wide / 2 + half + 8, on.high)
    drawn = _path("within", [shapely.simplify(on.pixels(on.within), 0.5)]) if on.within else ""
    level = "community" if alarm.community else "street"
    near = [(shape.name, on.at(*shape.label)) for shape in shapes if shape.kind == level and shape.name and shape.label]
    names = "".join(_area_name(name, spot, on, board) for name, spot in near if name != place)
    band = f'<rect class="ground" y="{on.high - NOTE}" width="{on.wide}" height="{NOTE}"/>'
    return f"{drawn}{names}{band}{_text(told, on.wide / 2, on.high - 20, '', 'middle')}"


def _area_name(name: str, spot: tuple[float, float], on: Sheet, board: Board) -> str:
    """The name of an area at its best point; empty where it has no room."""
    x, y = spot
    half = width(name, size=SMALL) / 2 + 4
    box = (x - half, y - HIGH / 2, x + half, y + HIGH / 2)
    is_inside = box[0] > 0 and box[1] > 0 and box[2] < on.wide and box[3] < on.high
    if not (is_inside and board.is_free(box)):
        return ""
    board.block(*box)
    return _text(name, x, y + 8, "halo small", "middle")


def _ring(view: View, metres: int, on: Sheet, board: Board) -> str:
    """A circle of that many metres, which stand where it has room: above, below, at the right or the left."""
    radius = metres * on.scale
    x, y = on.wide / 2, on.high / 2
    told = words.distance(view, metres)
    half = width(told, size=SMALL) / 2 + 4
    spots = [(x, y - radius), (x, y + radius), (x + radius, y), (x - radius, y)]
    boxes = [(a - half, b - 14, a + half, b + 14) for a, b in spots]
    at = next((no for no, box in enumerate(boxes) if board.is_free(box)), 0)
    board.block(*boxes[at])
    return (
        f'<circle class="ring" cx="{x:g}" cy="{y:g}" r="{radius:.1f}"/>'
        f"{_text(told, spots[at][0], spots[at][1] + 8, 'halo small', 'middle')}"
    )


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    drawn = f"M{start[0]:.1f} {start[1]:.1f}L{end[0]:.1f} {end[1]:.1f}"
    return f'<path class="straight casing" d="{drawn}"/><path class="straight" d="{drawn}"/>'


def _disc(view: View, team: Team, spot: tuple[float, float], board: Board, *, is_nearest: bool) -> str:
    a, b = spot
    disc = f'<circle class="team{" nearest" if is_nearest else ""}" cx="{a:.1f}" cy="{b:.1f}" r="{DISC}"/>'
    style = f"halo{' strong' if is_nearest else ''}"
    wanted = (f"{team.grid}　{words.away(view, team)}", team.grid) if is_nearest else (team.grid,)
    return disc + next((name for told in wanted if (name := _name(told, spot, board, style))), "")


def _name(told: str, spot: tuple[float, float], board: Board, style: str) -> str:
    """A name beside, under or over its disc; empty where it has no room."""
    a, b = spot
    wide, gap = width(told, size=TEXT) + 8, DISC + 10
    for anchor, left, middle in (
        ("start", a + gap, b),
        ("end", a - gap - wide, b),
        ("middle", a - wide / 2, b + gap + HIGH / 2),
        ("middle", a - wide / 2, b - gap - HIGH / 2),
    ):
        box = (left, middle - HIGH / 2, left + wide, middle + HIGH / 2)
        if board.is_free(box):
            board.block(*box)
            x = {"start": left, "end": left + wide, "middle": left + wide / 2}[anchor]
            return _text(told, x, middle + 10, style, anchor)
    return ""


def _text(told: str, x: float, y: float, style: str, anchor: str) -> str:
    return f"<text{attributes(class_=style, x=f'{x:.1f}', y=f'{y:.1f}', text_anchor=anchor)}>{esc(told)}</text>"
