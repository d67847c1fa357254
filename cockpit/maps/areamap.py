"""The map of areas as markup: fills by class, basemap, borders, names, marks; what the heat lies over.

Invariant: every value shown by colour also stands in words in the tooltip, and every class limit as a number in the
legend; outlines come by address, so that a new value never sends them again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cockpit.maps import labels
from cockpit.maps.frame import Frame
from cockpit.maps.outlines import figure
from cockpit.markup import attributes, esc
from geo.map_queries import Outline, ServicePoint

LABEL_PX, LINE_PX = 12.0, 14.0
MOST_LABELS = 80
DIAMOND = "M0,-6L6,0L0,6L-6,0Z"


@dataclass(frozen=True, slots=True)
class Painted:
    """One area as it is painted: its class (0–4, None: no value), what is said about it, whether a case is overdue."""

    area_id: int
    step: int | None
    text: str
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the shapes of a map are fetched."""

    areas: str
    lines: str
    base_below: str
    base_above: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the map, in one line or two; `overdue` cases put a diamond before it; `is_above`: a coarser level's."""

    text: str
    x: float
    y: float
    overdue: int
    is_above: bool = False


def drawing(
    frame: Frame, *, addresses: Addresses, painted: Sequence[Painted], go_before: str, label: str, is_heat: bool
) -> str:
    """The lower part: fills, basemap, borders. A click on an area goes to `go_before` and its level and code.

    Without areas the basemap stands alone, opaque, and nothing lies below it.
    """
    values = {str(area.area_id): [_style(area), area.text] for area in painted}
    told = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    groups = (
        (_fetched(addresses.base_below, "base below") if painted else "")
        + _fetched(addresses.areas, "areas", data_values=told, data_before=go_before)
        + _fetched(addresses.base_above, "base above")
        + _fetched(addresses.lines, "lines")
    )
    kind = "map" + " heatmode" * is_heat + " bare" * (not painted)
    size = attributes(viewBox=f"0 0 {frame.width} {frame.height}", width=frame.width, height=frame.height)
    svg = f'<svg class="layer"{size} role="group"{attributes(aria_label=label)}>{groups}</svg>'
    known = attributes(class_=kind, data_map=f"{frame.width} {frame.height}", data_frame=frame.key)
    return f"<div{known}>{svg}</div>"


def _style(area: Painted) -> str:
    step = "none" if area.step is None else str(area.step)
    return f"a c{step}"


def _fetched(address: str, style: str, **extra: str) -> str:
    return f"<g{attributes(class_=style, data_shapes=address, **extra)}></g>"


def top(frame: Frame, *, placed: Sequence[Label], points: Sequence[tuple[ServicePoint, str]]) -> str:
    """The upper part, over the heat: service points (each with what is said about it), then names and marks."""
    drawn = _points(frame, points) + "".join(_label(label) for label in placed)
    size = attributes(viewBox=f"0 0 {frame.width} {frame.height}", width=frame.width, height=frame.height)
    return f'<div class="map top-layer"><svg class="layer"{size} aria-hidden="true">{drawn}</svg></div>'


def _points(frame: Frame, points: Sequence[tuple[ServicePoint, str]]) -> str:
    if not points:
        return ""
    at = frame.pixels(np.array([[point.lon, point.lat] for point, _ in points]))
    return "".join(
        f'<circle class="service" cx="{figure(x)}" cy="{figure(y)}" r="3.2"{attributes(data_tip=text)}/>'
        for (_, text), (x, y) in zip(points, at, strict=True)
    )


def _label(label: Label) -> str:
    shift = 8.0 if label.overdue else 0.0
    lines = label.text.split("\n")
    first = 4 - (len(lines) - 1) * LINE_PX / 2
    style = "name above" if label.is_above else "name"
    text = "".join(
        f'<text class="{style}" x="{figure(shift)}" y="{figure(first + number * LINE_PX)}">{esc(line)}</text>'
        for number, line in enumerate(lines)
    )
    mark = ""
    if label.overdue:
        left = -labels.width(label.text, size=LABEL_PX) / 2 - 2
        mark = f'<path class="lv orange" transform="translate({figure(left)} 0)" d="{DIAMOND}"/>'
    place = f"transform:translate({figure(label.x)}px,{figure(label.y)}px) scale(calc(1/var(--zoom,1)))"
    return f'<g style="{place}">{mark}{text}</g>'


def place_labels(
    outlines: Sequence[Outline],
    frame: Frame,
    *,
    names: Mapping[int, str],
    overdue: Mapping[int, int],
    above: Sequence[Outline] = (),
) -> tuple[Label, ...]:
    """The names of the areas, and of those of a coarser level (`above`), that find room, if need be in two lines.

    Areas with overdue cases choose first.
    """
    coarser = frozenset(outline.area_id for outline in above)
    outlines = [*outlines, *above]
    if not outlines:
        return ()
    shapes = frame.place(outline.shape for outline in outlines)
    at = frame.pixels(np.array([outline.label for outline in outlines]))
    board = labels.Board(width=frame.width, height=frame.height)
    wanted = [
        labels.Wanted(outline.area_id, names.get(outline.area_id, outline.name), float(x), float(y), shape)
        for outline, shape, (x, y) in zip(outlines, shapes, at, strict=True)
    ]
    late = [want for want in wanted if overdue.get(want.key)]
    rest = [want for want in wanted if not overdue.get(want.key)]
    placed = board.place(late, size=LABEL_PX, extra=16) + board.place(rest, size=LABEL_PX)
    done = {one.key for one in placed}
    again = [replace(want, text=labels.wrapped(want.text)) for want in rest if want.key not in done]
    placed += board.place([want for want in again if "\n" in want.text], size=LABEL_PX)
    return tuple(Label(one.text, one.x, one.y, overdue.get(one.key, 0), one.key in coarser) for one in placed)


def legend(limits: Sequence[str], *, title: str, lowest: str | None, missing: str | None) -> str:
    """The classes as a strip with their lower limits as numbers; `missing` names the areas without a value.

    Without a lowest class no area has a value.
    """
    none = f'<span class="step cnone">{esc(missing)}</span>' if missing else ""
    if lowest is None:
        return f'<span class="legend">{none}</span>'
    cells = f'<span class="step c0">{esc(lowest)}</span>'
    cells += "".join(f'<span class="step c{step}">{esc(limit)}</span>' for step, limit in enumerate(limits, start=1))
    return f'<span class="legend"><span class="i2">{esc(title)}</span><span class="strip">{cells}</span>{none}</span>'


def heat_legend(*, title: str, low: str, high: str) -> str:
    """The colours of the heat from few to many."""
    strip = "".join(f'<i class="step c{step}"></i>' for step in range(1, 5))
    first, last = (f'<span class="i3">{esc(word)}</span>' for word in (low, high))
    named = f'<span class="i2">{esc(title)}</span>'
    return f'<span class="legend">{named}{first}<span class="strip">{strip}</span>{last}</span>'
