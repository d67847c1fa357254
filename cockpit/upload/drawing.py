"""The map of a preview: what would be inserted, changed and refused, over the loaded areas; every fate its own shape.

Invariant: pure; what is not drawn (beyond the limit, outside the picture) is counted, so that the legend adds up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.maps import frame as frames
from cockpit.maps.frame import Frame
from cockpit.maps.outlines import figure, path, simplified
from cockpit.markup import attributes, esc
from geo.map_queries import Outline

FATES = ("inserted", "updated", "quarantined")
WIDTH, TALLEST = 560, 400
SIGNS = {
    "inserted": "m-3.4,0a3.4,3.4 0 1 0 6.8,0a3.4,3.4 0 1 0 -6.8,0z",
    "updated": "m-3,-3h6v6h-6z",
    "quarantined": "m-3.2,-3.2l6.4,6.4m0,-6.4l-6.4,6.4",
}
"""A fate's shape around its point, in pixels: a disc, a square, a cross."""
CLOSE = 0.3
"""Data that reaches over less than this part of the loaded areas, either way, is looked at from nearer."""
AROUND = 0.35
"""How much ground is shown around such data, as a part of its own extent."""
MOST_NAMES = 14
"""Areas in the picture up to which they are named in it; where there are more, a name is told at the pointer."""
SEEN, NAMED = 0.001, 0.02
"""The part of the picture from which an area counts as being in it, and from which its name finds room."""
CHUNK = 150
"""Signs in one path: a browser paints shorter ones faster."""


@dataclass(frozen=True)
class Drawing:
    """The picture as SVG; `drawn` and `beside` (outside the picture) count signs and outlines by fate."""

    markup: str
    drawn: Mapping[str, int] = field(default_factory=dict)
    beside: int = 0


def drawing(
    areas: Sequence[Outline],
    points: Mapping[str, Sequence[Sequence[float]]],
    shapes: Mapping[str, Sequence[str]],
    *,
    label: str,
) -> Drawing | None:
    """The map; None where nothing has a place. `points`: lon, lat by fate; `shapes`: WKB as hex by fate (EPSG:4326)."""
    outlines = {fate: shapely.from_wkb(np.array(shapes.get(fate, ()), dtype=object)) for fate in FATES}
    spots = {fate: np.array(points.get(fate, ()), dtype=float).reshape(-1, 2) for fate in FATES}
    frame = _frame(areas, spots, outlines)
    if frame is None:
        return None
    body = _ground(areas, frame) + _names(areas, frame)
    drawn, beside = {}, 0
    for fate in FATES:
        body += "".join(f'<path class="up-line {fate}" d="{path(shape)}"/>' for shape in frame.place(outlines[fate]))
        seen = _seen(frame, spots[fate])
        beside += len(spots[fate]) - len(seen)
        drawn[fate] = len(seen) + len(outlines[fate])
        body += _signs(fate, seen)
    size = attributes(viewBox=f"0 0 {frame.width} {frame.height}", role="img", aria_label=label)
    return Drawing(f'<svg class="up-map"{size}>{body}</svg>', drawn, beside)


def _frame(areas: Sequence[Outline], spots: Mapping[str, NDArray[Any]], outlines: Mapping[str, Any]) -> Frame | None:
    """The loaded areas with the outlines of the file; only where the data lies, if that is a small part of them."""
    ground = [area.shape for area in areas]
    found = [shape for fate in FATES for shape in outlines[fate]]
    known = np.concatenate([spots[fate] for fate in FATES])
    if len(known):
        low, high = np.percentile(known, (2, 98), axis=0)
        near = [*found, shapely.box(*low, *high)]
    else:
        near = found
    if ground and near:
        near = _nearer(ground, near)
    return frames.fit(near or [*ground, *found], width=WIDTH, tallest=TALLEST) if near or ground else None


def _nearer(ground: Sequence[Any], near: Sequence[Any]) -> list[Any]:
    """What lies around the data if it is a small part of the ground and on it; else nothing."""
    whole, part = shapely.total_bounds(ground), shapely.total_bounds(near)
    across, down = whole[2] - whole[0], whole[3] - whole[1]
    wide, tall = part[2] - part[0], part[3] - part[1]
    is_on = (part[:2] >= whole[:2]).all() and (part[2:] <= whole[2:]).all()
    if not is_on or wide > CLOSE * across or tall > CLOSE * down:
        return []
    room = AROUND * max(wide, tall, CLOSE * CLOSE * max(across, down))
    return [shapely.box(part[0] - room, part[1] - room, part[2] + room, part[3] + room)]


def _ground(areas: Sequence[Outline], frame: Frame) -> str:
    """The loaded areas, each with its name at the pointer."""
    shapes = zip(areas, simplified(areas, frame), strict=True)
    return "".join(f'<path class="up-area"{attributes(d=path(shape), data_tip=one.name)}/>' for one, shape in shapes)


def _names(areas: Sequence[Outline], frame: Frame) -> str:
    """The names of the areas in the picture, where they are few."""
    window = shapely.box(0, 0, frame.width, frame.height)
    seen = shapely.intersection(shapely.make_valid(frame.place(one.shape for one in areas)), window)
    shares = shapely.area(seen) / window.area
    if (shares > SEEN).sum() > MOST_NAMES:
        return ""
    named = [(one.name, shape) for one, shape, share in zip(areas, seen, shares, strict=True) if share > NAMED]
    spots = [(name, shapely.point_on_surface(shape)) for name, shape in named]
    return "".join(
        f'<text class="up-place"{attributes(x=figure(spot.x), y=figure(spot.y))}>{esc(name)}</text>'
        for name, spot in spots
    )


def _seen(frame: Frame, spots: NDArray[Any]) -> NDArray[Any]:
    """The pixels of the points that lie in the picture."""
    if not len(spots):
        return spots
    at = frame.pixels(spots)
    inside = (at >= 0).all(axis=1) & (at[:, 0] <= frame.width) & (at[:, 1] <= frame.height)
    found: NDArray[Any] = at[inside]
    return found


def _signs(fate: str, at: NDArray[Any]) -> str:
    sign = SIGNS[fate]
    parts = [f"M{figure(float(x))} {figure(float(y))}{sign}" for x, y in at]
    chunks = ["".join(parts[start : start + CHUNK]) for start in range(0, len(parts), CHUNK)]
    return "".join(f'<path class="up-sign {fate}" d="{chunk}"/>' for chunk in chunks)


def sign(fate: str, *, is_outline: bool = False) -> str:
    """A fate's sign for the legend, of points or of outlines."""
    css, drawn = ("up-line", "M1 1h8v8h-8z") if is_outline else ("up-sign", f"M5 5{SIGNS[fate]}")
    return f'<svg class="up-key" viewBox="0 0 10 10"><path class="{css} {fate}" d="{drawn}"/></svg>'
