"""The map of one area: its neighbours paled, open cases as numbered marks, service points as small diamonds.

Invariant: a mark lies on its case's own point, or beside it with a line to it, and its shape says its urgency without
its colour; cases beyond the numbered ones are dots on their own points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from cockpit.maps.areamap import Label
from cockpit.maps.frame import Frame
from cockpit.maps.labels import Board, Wanted
from cockpit.maps.outlines import figure, path, simplified
from cockpit.markup import attributes, esc
from geo.map_queries import Outline

MARK = 9.0
DIAMOND = "M0,-12L12,0L0,12L-12,0Z"
SQUARE = "M-10,-10H10V10H-10Z"
SMALL_DIAMOND = "M0,-4L4,0L0,4L-4,0Z"
DOTS = {
    "overdue": "M0,-5.5L5.5,0L0,5.5L-5.5,0Z",
    "soon": "M-4,-4H4V4H-4Z",
    "open": "M-3,0a3,3 0 1 0 6,0a3,3 0 1 0 -6,0Z",
}
DOT_STYLES = {"overdue": "lv orange", "soon": "lv yellow", "open": "case"}
_STEPS = sorted(
    ((dx * 7.0, dy * 7.0) for dx in range(-9, 10) for dy in range(-9, 10)), key=lambda d: d[0] ** 2 + d[1] ** 2
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One open case: its number in the list, shape (overdue, soon, open), point (lon, lat) and what is said of it."""

    number: int
    shape: str
    lon: float
    lat: float
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A service point (lon, lat) and what is said about it."""

    lon: float
    lat: float
    text: str


@dataclass(frozen=True, slots=True)
class PlaceMap:
    """What lies over the basemap: the area itself, its neighbours, names, marks in the order of the list, services."""

    own: Outline
    around: Sequence[Outline]
    labels: Sequence[Label]
    near_labels: Sequence[Label]
    marks: Sequence[Mark]
    dots: Sequence[Mark]
    spots: Sequence[Spot]


def outside(frame: Frame, own: Outline, around: Sequence[Outline]) -> str:
    """Everything but the area, paled, with the neighbours' borders and the area's own border on top."""
    shapes = simplified([own, *around], frame)
    window = shapely.box(-600, -600, frame.width + 600, frame.height + 600)
    pale = path(shapely.difference(window, shapely.make_valid(shapes[0])))
    borders = "".join(path(shape) for shape in shapes[1:])
    neighbours = f'<path class="line near" d="{borders}"/>' if borders else ""
    return f'<path class="pale" d="{pale}"/>{neighbours}<path class="line own" d="{path(shapes[0])}"/>'


def top(frame: Frame, drawn: PlaceMap) -> str:
    """The upper part of the map, over what is fetched by address."""
    size = attributes(viewBox=f"0 0 {frame.width} {frame.height}", width=frame.width, height=frame.height)
    body = (
        outside(frame, drawn.own, drawn.around)
        + "".join(_spot(frame, spot) for spot in drawn.spots)
        + _dots(frame, drawn.dots)
        + "".join(_name(label, "name near") for label in drawn.near_labels)
        + "".join(_name(label, "name") for label in drawn.labels)
        + _marks(frame, drawn.marks)
    )
    return f'<div class="map top-layer"><svg class="layer"{size}>{body}</svg></div>'


def place_names(
    frame: Frame, drawn: Sequence[Mark], inside: Sequence[tuple[Outline, str]], near: Sequence[tuple[Outline, str]]
) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    """The names of the parts and of the neighbours (as far as they are seen) that find room between the marks."""
    board = _blocked(frame, drawn)
    window = shapely.box(0, 0, frame.width, frame.height)

    def wanted(named: Sequence[tuple[Outline, str]]) -> list[Wanted]:
        shapes = shapely.intersection(shapely.make_valid(frame.place(one.shape for one, _ in named)), window)
        return [
            Wanted(one.area_id, text, shape.representative_point().x, shape.representative_point().y, shape)
            for (one, text), shape in zip(named, shapes, strict=True)
            if not shape.is_empty
        ]

    def placed(named: Sequence[tuple[Outline, str]]) -> tuple[Label, ...]:
        return tuple(Label(one.text, one.x, one.y, 0) for one in board.place(wanted(named)) if named)

    return placed(inside), placed(near)


def _blocked(frame: Frame, marks: Sequence[Mark]) -> Board:
    """The drawing with the boxes of the marks taken, so that names keep clear of them."""
    board = Board(width=frame.width, height=frame.height)
    for x, y in _spread(frame, marks):
        board.block(x - MARK, y - MARK, x + MARK, y + MARK)
    return board


def _pixels(frame: Frame, points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    if not points:
        return []
    return [(float(x), float(y)) for x, y in frame.pixels(np.array(points))]


def _spread(frame: Frame, marks: Sequence[Mark]) -> list[tuple[float, float]]:
    """Where the marks stand: on their points, or at the nearest free place beside; the urgent ones choose first."""
    board = Board(width=frame.width, height=frame.height)
    found = []
    for x, y in _pixels(frame, [(mark.lon, mark.lat) for mark in marks]):
        spot = next((at for at in _STEPS if board.is_free(_box(x + at[0], y + at[1]))), (0.0, 0.0))
        board.block(*_box(x + spot[0], y + spot[1]))
        found.append((x + spot[0], y + spot[1]))
    return found


def _box(x: float, y: float) -> tuple[float, float, float, float]:
    return x - MARK, y - MARK, x + MARK, y + MARK


def _marks(frame: Frame, marks: Sequence[Mark]) -> str:
    points = _pixels(frame, [(mark.lon, mark.lat) for mark in marks])
    placed = list(zip(marks, points, _spread(frame, marks), strict=True))
    leads = "".join(
        f'<path class="lead-line" d="M{figure(x)} {figure(y)}L{figure(at_x)} {figure(at_y)}"/>'
        f'<circle class="foot" cx="{figure(x)}" cy="{figure(y)}" r="2"/>'
        for _, (x, y), (at_x, at_y) in placed
        if (x, y) != (at_x, at_y)
    )
    return leads + "".join(_mark(mark, at) for mark, _, at in reversed(placed))


def _mark(mark: Mark, at: tuple[float, float]) -> str:
    place = f"transform:translate({figure(at[0])}px,{figure(at[1])}px) scale(calc(1/var(--zoom,1)))"
    shapes = {
        "overdue": f'<path class="lv orange" d="{DIAMOND}"/>',
        "soon": f'<path class="lv yellow" d="{SQUARE}"/>',
    }
    drawn = shapes.get(mark.shape, '<circle class="case" r="10"/>')
    number = f'<text class="no" y="4">{mark.number}</text>'
    known = attributes(class_="mark", data_tip=mark.text, style=place, role="img", aria_label=mark.text)
    return f"<g{known}>{drawn}{number}</g>"


def _dots(frame: Frame, marks: Sequence[Mark]) -> str:
    """The cases beyond the numbered ones: a small shape each on its own point, the urgent ones on top."""
    at = _pixels(frame, [(mark.lon, mark.lat) for mark in marks])
    drawn = [
        f"<path{attributes(class_=f'dot-case {DOT_STYLES[mark.shape]}', data_tip=mark.text)}"
        f' transform="translate({figure(x)} {figure(y)})" d="{DOTS[mark.shape]}"/>'
        for mark, (x, y) in zip(marks, at, strict=True)
    ]
    return "".join(reversed(drawn))


def _spot(frame: Frame, spot: Spot) -> str:
    (x, y), *_ = _pixels(frame, [(spot.lon, spot.lat)])
    place = f"transform:translate({figure(x)}px,{figure(y)}px) scale(calc(1/var(--zoom,1)))"
    return f'<path d="{SMALL_DIAMOND}"{attributes(class_="spot", style=place, data_tip=spot.text)}/>'


def _name(label: Label, style: str) -> str:
    place = f"transform:translate({figure(label.x)}px,{figure(label.y)}px) scale(calc(1/var(--zoom,1)))"
    return f'<text{attributes(class_=style, style=place)} y="4">{esc(label.text)}</text>'
