"""Draws money flowing through columns of nodes: source, fund, use.

Invariant: bands are as thick as their amounts on one scale, every node has a full line of text, and nothing is
added or left out here: folding and sums are cockpit.money_flow's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from cockpit.charts import svg
from cockpit.charts.framed import framed

WIDTH = 1000.0
"""Units of the stretched drawing area; the picture itself is as wide as its place."""
NODE_PX = 10.0
LINE_PX = 21.0
GAP_PX = 4.0
LABEL_GAP_PX = 8.0
WIDE_PX, NARROW_PX = 13.2, 6.9
WIDEST_SIDE = 0.27
"""Where the width is known, names at one side take at most this share of it."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of column 0 … n; `tone` is its class, `go` what a click says, `is_slab` the one pale band."""

    key: str
    column: int
    label: str
    figure: str
    tip: str
    tone: str
    amount: float
    go: str | None = None
    is_slab: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A band between two nodes; inside one column it is drawn as a loop."""

    source: str
    target: str
    amount: float
    tip: str
    tone: str


@dataclass(frozen=True, slots=True)
class Diagram:
    """What to draw, nodes in the order of their column from the top; `label` is the sentence a screen reader says."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    label: str


@dataclass(slots=True)
class _Place:
    top: float
    height: float
    arrived: float = 0.0
    left: float = 0.0
    column: int = field(default=0)


def draw(diagram: Diagram, *, height: float = 460, side: float = 240, width: float | None = None) -> str:
    """The diagram as SVG markup, `height` px high; `side` is the most px that labels beside it may take.

    `width`: how wide its place is, where that is known; then names between the columns are cut before the next one.
    """
    if not diagram.nodes:
        return ""
    last = max(node.column for node in diagram.nodes)
    places = _places(diagram.nodes, height=height)
    side = side if width is None else min(side, width * WIDEST_SIDE)
    left = _margin((node for node in diagram.nodes if node.column == 0), side)
    right = _margin((node for node in diagram.nodes if node.column == last), side)
    bands = "".join(_bands(diagram, places, last))
    between = None if width is None else (width - left - right) / max(1, last) - NODE_PX / 2
    marks = "".join(_mark(node, places[node.key], last, side, between) for node in diagram.nodes)
    body = svg.stretched(bands, height=height, columns=WIDTH) + marks
    return framed(body, height=height, label=diagram.label, left=left, right=right, class_="sankey")


def _places(nodes: Sequence[Node], *, height: float) -> dict[str, _Place]:
    """Where every node stands: one scale for all columns, no slot lower than a line of text."""
    columns: dict[int, list[Node]] = {}
    for node in nodes:
        columns.setdefault(node.column, []).append(node)
    scale = height / max(sum(node.amount for node in column) for column in columns.values())
    while max(_needed(column, scale) for column in columns.values()) > height and scale > 0:
        scale *= 0.99
        if scale * max(node.amount for node in nodes) < 1:
            break
    places: dict[str, _Place] = {}
    for number, column in columns.items():
        gap = (height - _needed(column, scale) + GAP_PX * (len(column) - 1)) / max(1, len(column) - 1)
        top = 0.0
        for node in column:
            slot = max(node.amount * scale, LINE_PX)
            places[node.key] = _Place(top + (slot - node.amount * scale) / 2, node.amount * scale, column=number)
            top += slot + gap
    return places


def _needed(column: Sequence[Node], scale: float) -> float:
    return sum(max(node.amount * scale, LINE_PX) for node in column) + GAP_PX * (len(column) - 1)


def _bands(diagram: Diagram, places: dict[str, _Place], last: int) -> Iterable[str]:
    order = {node.key: number for number, node in enumerate(diagram.nodes)}
    slabs = {node.key for node in diagram.nodes if node.is_slab}
    total = max(node.amount for node in diagram.nodes if node.key in places)
    scale = max(place.height for place in places.values()) / total
    forward = [link for link in diagram.links if places[link.source].column != places[link.target].column]
    loops = [link for link in diagram.links if places[link.source].column == places[link.target].column]
    for link in (*sorted(forward, key=lambda link: (order[link.source], order[link.target])), *loops):
        source, target = places[link.source], places[link.target]
        thick = link.amount * scale
        start, end = source.top + source.left, target.top + target.arrived
        source.left += thick
        target.arrived += thick
        is_slab = link.source in slabs or link.target in slabs
        tone = "slab" if is_slab else "loop" if link in loops else link.tone
        ends = (_x(source.column, last), start), (_x(target.column, last), end)
        shape = _ribbon(*ends, thick=max(thick, 0.6))
        yield svg.element("path", d=shape, class_=f"band {tone}", data_tip=link.tip)


def _x(column: int, last: int) -> float:
    return WIDTH * column / max(1, last)


def _ribbon(start: tuple[float, float], end: tuple[float, float], *, thick: float) -> str:
    """The outline of a band; one that ends in its own column swings out to the right and comes in from the left."""
    c, (x0, y0), (x1, y1) = svg.coordinate, start, end
    near, far = ((x0 + x1) / 2, (x0 + x1) / 2) if x0 != x1 else (x0 + 110, x1 - 110)
    return (
        f"M{c(x0)},{c(y0)}C{c(near)},{c(y0)} {c(far)},{c(y1)} {c(x1)},{c(y1)}"
        f"V{c(y1 + thick)}C{c(far)},{c(y1 + thick)} {c(near)},{c(y0 + thick)} {c(x0)},{c(y0 + thick)}Z"
    )


def _mark(node: Node, place: _Place, last: int, side: float, between: float | None) -> str:
    """A node with its name, `side` px wide at most, or, between two columns, `between` px."""
    share = node.column / max(1, last)
    bar = svg.element(
        "rect",
        x=svg.percent(share),
        y=place.top,
        width=NODE_PX,
        height=max(place.height, 1.5),
        transform=f"translate({svg.coordinate(-NODE_PX * share)} 0)",
        class_=f"node {node.tone}",
    )
    is_first, is_last = node.column == 0, node.column == last
    shift = -LABEL_GAP_PX if is_first else LABEL_GAP_PX if is_last else NODE_PX / 2 + LABEL_GAP_PX - 2
    is_between = between is not None and not (is_first or is_last)
    room = (between if is_between and between else side) - _width(node.figure) - 18
    label = parted(node.label, room) if is_between and not node.is_slab else fitted(node.label, room)
    words = svg.element(
        "text",
        svg.element("tspan", svg.escape(label)) + svg.element("tspan", svg.escape(f" {node.figure}"), class_="figure"),
        x=svg.percent(share),
        y=place.top + place.height / 2 + 4.5,
        transform=f"translate({svg.coordinate(shift)} 0)",
        text_anchor="end" if is_first else "start",
        class_=f"name {'' if is_first or is_last else 'halo'} {'strong' if node.is_slab else ''}",
    )
    reachable: dict[str, svg.Value] = {"tabindex": "0", "role": "link", "data_go": node.go} if node.go else {}
    return svg.element("g", bar + words, data_tip=node.tip, **reachable)


def _margin(nodes: Iterable[Node], side: float) -> float:
    """The px that the labels of an outer column need, at most `side`."""
    return min(side, max((_width(f"{node.label} {node.figure}") + 14 for node in nodes), default=0))


def _width(words: str) -> float:
    return sum(WIDE_PX if ord(letter) > 0x2E7F else NARROW_PX for letter in words)


def fitted(words: str, room: float) -> str:
    """`words`, or as many of their letters as `room` px hold before an ellipsis."""
    if _width(words) <= room:
        return words
    kept = ""
    for letter in words:
        if _width(kept + letter) + WIDE_PX > room:
            break
        kept += letter
    return f"{kept.rstrip()}…"


def parted(words: str, room: float) -> str:
    """`words`, or their beginning and last signs around an ellipsis: names that begin alike are still told apart."""
    if _width(words) <= room:
        return words
    tail = words[-2:]
    kept = fitted(words, max(0.0, room - _width(tail))).removesuffix("…")
    return f"{kept}…{tail.lstrip()}"
