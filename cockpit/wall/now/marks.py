"""Open cases as marks on the wall's map: where they stand, how large they are, which of them have words beside them.

Invariant: a mark stands at the label point of its case's finest area, those of one point side by side; no two texts
overlap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import cos, pi, sin

import numpy as np

from cockpit import formats
from cockpit.maps.frame import Frame
from cockpit.maps.labels import Board
from cockpit.maps.outlines import figure
from cockpit.markup import esc
from cockpit.wall.naming import fitted, short, width
from cockpit.wall.scene import Level
from config.messages import tr
from geo.wall import WallCase

MOST_ONE_BY_ONE = 150
"""So many cases in time are drawn one by one; more become counts by area."""
MOST_AT_A_POINT = 4
MANY, CROWDED = 40, 0.7
"""From so many urgent marks on they are drawn smaller by that."""
MOST_CALLOUTS = 8
CALLOUT_PX, TEXT_PX = 30.0, 24.0
LONGEST_NAME = 200
LED = (56.0, 80.0, 110.0, 150.0, 200.0, 260.0)
TURNS = tuple(pi * part / 8 for part in (0, 8, 1, 7, 15, 9, 2, 6, 14, 10, 12, 4, 3, 5, 13, 11))
"""How far away a text stands that has no room beside its mark, and in which directions: right and left first."""
Box = tuple[float, float, float, float]
LEVELS: tuple[Level, ...] = ("blue", "yellow", "orange", "red")
"""In the order of drawing: the worst on top."""
_SIZES = ((7_200, 17.0), (1_800, 14.0), (0, 12.0))
"""Seconds overdue from which a diamond has that radius."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark in pixels of the drawing: a level's shape or (None) a clock face filled to `share`; `n` cases in one."""

    level: Level | None
    x: float
    y: float
    radius: float
    share: float
    case: WallCase
    n: int = 1


def level_of(case: WallCase) -> Level | None:
    """The level of a case."""
    return case.level if case.level in ("red", "orange", "yellow", "blue") else None  # type: ignore[return-value]


def placed(frame: Frame, cases: Sequence[WallCase], *, at: datetime) -> tuple[Mark, ...]:
    """A mark for each case that has a place, the worst first at each point."""
    by_point: dict[tuple[float, float], list[WallCase]] = {}
    for case in cases:
        if case.lon is not None and case.lat is not None:
            by_point.setdefault((case.lon, case.lat), []).append(case)
    if not by_point:
        return ()
    pixels = frame.pixels(np.array(list(by_point)))
    size = CROWDED if sum(case.level is not None for case in cases) > MANY else 1.0
    found: list[Mark] = []
    for here, (x, y) in zip(by_point.values(), pixels, strict=True):
        found += _side_by_side(here, float(x), float(y), size, at=at)
    return tuple(found)


def _side_by_side(cases: list[WallCase], x: float, y: float, size: float, *, at: datetime) -> list[Mark]:
    """The marks of one point in a row; of too many cases one mark a level, with their number."""
    marks = [_mark(case, at=at) for case in sorted(cases, key=_urgency)]
    marks = [replace(mark, radius=mark.radius * size) if mark.level else mark for mark in marks]
    if len(marks) > MOST_AT_A_POINT:
        by_level: dict[Level | None, list[Mark]] = {}
        for mark in marks:
            by_level.setdefault(mark.level, []).append(mark)
        marks = [
            Mark(level, 0, 0, several[0].radius, several[0].share, several[0].case, len(several))
            for level, several in by_level.items()
        ]
    return _row(marks, x, y)


def _row(marks: Sequence[Mark], x: float, y: float) -> list[Mark]:
    """The marks beside each other around a point."""
    wide = [2 * reach(mark) + 6 + number_width(mark) for mark in marks]
    left, row = x - sum(wide) / 2, []
    for mark, each in zip(marks, wide, strict=True):
        row.append(replace(mark, x=left + 3 + reach(mark), y=y))
        left += each
    return row


def reach(mark: Mark) -> float:
    """How far a mark goes from its middle to either side."""
    return mark.radius * (1.25 if mark.level in ("orange", "red") else 1)


def number_width(mark: Mark) -> float:
    """The room that the number beside a mark of several cases needs."""
    return 0.0 if mark.n == 1 else width(formats.number(mark.n), size=TEXT_PX) + 8


def _urgency(case: WallCase) -> tuple[int, float]:
    order = {"red": 0, "orange": 1, "yellow": 2, "blue": 3}
    return order.get(case.level or "", 4), case.due_at.timestamp() if case.due_at else float("inf")


def _mark(case: WallCase, *, at: datetime) -> Mark:
    level = level_of(case)
    if level == "orange" and case.due_at:
        late = (at - case.due_at).total_seconds()
        radius = next((size for seconds, size in _SIZES if late >= seconds), _SIZES[-1][1])
        return Mark(level, 0, 0, radius, 1.0, case)
    if level is not None:
        return Mark(level, 0, 0, 14.0 if level == "red" else 10.0, 1.0, case)
    return Mark(None, 0, 0, 8.0, _used(case, at=at), case)


def _used(case: WallCase, *, at: datetime) -> float:
    """The share of the time limit that has gone by, 0 without a limit or while it does not run."""
    if case.due_at is None or case.is_suspended:
        return 0.0
    limit = (case.due_at - case.reported_at).total_seconds()
    return min(0.999, max(0.0, (at - case.reported_at).total_seconds() / limit)) if limit > 0 else 0.0


def block(board: Board, mark: Mark) -> None:
    """Takes the mark's box."""
    half = reach(mark) + 2
    board.block(mark.x - half, mark.y - half, mark.x + half, mark.y + half)


# ---------------------------------------------------------------- words beside the worst


@dataclass(frozen=True, slots=True)
class Callout:
    """Where an overdue case is and how long it has been: text, its start or end, and the community it names.

    `led`: the line from the mark to a text that found no room beside it.
    """

    text: str
    x: float
    y: float
    anchor: str
    code: str | None
    led: tuple[float, float, float, float] | None = None


def callouts(
    board: Board,
    loud: Board,
    marks: Sequence[Mark],
    names: Mapping[str, str],
    *,
    avoid: Sequence[tuple[str, Box]],
    at: datetime,
    lang: str,
) -> tuple[Callout, ...]:
    """Words beside the overdue marks, the longest overdue first, as far as there is room on any side of all (`board`),
    else of what is urgent (`loud`): words win over cases in time. `names`: the short names of areas by code; `avoid`:
    where they would stand.
    """
    late = [mark for mark in marks if mark.level == "orange" and mark.case.due_at]
    late.sort(key=lambda mark: _urgency(mark.case))
    found = []
    for mark in late[:MOST_CALLOUTS]:
        case = mark.case
        seconds = (at - case.due_at).total_seconds() if case.due_at else 0
        name = short(case.community, "community") if case.community else short(case.finest or "", "grid")
        name = names.get(case.community_code or "", name)
        text = f"{fitted(name, room=LONGEST_NAME, size=CALLOUT_PX)} {_length(seconds, lang)}".strip()
        spots = [place for code, place in avoid if code != case.community_code]
        wide = width(text, size=CALLOUT_PX) + 6
        told = _Words(mark, text, wide)
        one = _beside(board, loud, told, spots) or _beside(loud, board, told, spots) or _led(loud, board, told)
        if one:
            found.append(one)
    return tuple(found)


def _length(seconds: float, lang: str) -> str:
    """A length of time beside a mark: 2:10, from one day on whole days."""
    days = int(seconds // 86_400)
    if not days:
        return formats.hours_minutes(seconds, lang)
    return tr("common.day" if days == 1 else "common.days", lang, n=formats.number(days))


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of a mark, and how wide that is."""

    mark: Mark
    text: str
    wide: float


def _beside(board: Board, other: Board, told: _Words, spots: Sequence[Box]) -> Callout | None:
    """The text on `board` right, left, above, below, or moved along, where it takes the place of the fewest names
    (`spots`); taken on both boards.
    """
    mark, wide = told.mark, told.wide
    gap = mark.radius * 1.25 + 8
    right = gap + number_width(mark)
    beside = [(mark.x + right, mark.y, mark.x + right, "start"), (mark.x - gap - wide, mark.y, mark.x - gap, "end")]
    beside += [
        (mark.x - wide / 2 + wide * part, mark.y + step, mark.x + wide * part, "middle")
        for part in (0, 0.35, -0.35)
        for step in (-gap - 14, gap + 16)
    ]
    free = [
        (place, Callout(told.text, x, middle + 11, anchor, mark.case.community_code))
        for left, middle, x, anchor in beside
        if board.is_free(place := (left, middle - 18, left + wide, middle + 18))
    ]
    if not free:
        return None
    place, one = min(free, key=lambda way: sum(_meet(way[0], spot) for spot in spots))
    board.block(*place)
    other.block(*place)
    return one


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _led(board: Board, other: Board, told: _Words) -> Callout | None:
    """The text away from its mark, at the end of a line; taken on both boards."""
    mark, wide = told.mark, told.wide
    for far in LED:
        for turn in TURNS:
            x = mark.x + cos(turn) * (far + wide / 2)
            y = mark.y + sin(turn) * far
            place = (x - wide / 2, y - 18, x + wide / 2, y + 18)
            if board.is_free(place):
                board.block(*place)
                other.block(*place)
                end = min(max(mark.x, place[0]), place[2]), min(max(mark.y, place[1]), place[3])
                return Callout(told.text, x, y + 11, "middle", mark.case.community_code, (mark.x, mark.y, *end))
    return None


def callout(one: Callout) -> str:
    """The markup of a callout; its line lies below."""
    line = ""
    if one.led:
        a, b, c, d = (figure(each) for each in one.led)
        line = f'<path class="led late" d="M{a} {b}L{c} {d}"/>'
    return (
        f'{line}<text class="call" x="{figure(one.x)}" y="{figure(one.y)}"'
        f' text-anchor="{one.anchor}">{esc(one.text)}</text>'
    )


# ---------------------------------------------------------------- shapes


def shapes(level: Level, places: Sequence[tuple[float, float, float]]) -> str:
    """The marks of a level at (x, y, radius) as one path, of equal weight to the eye; empty without any."""
    drawn = "".join(_outline(level, *place) for place in places)
    return f'<path class="lv {level}" d="{drawn}"/>' if drawn else ""


def _outline(level: Level, x: float, y: float, r: float) -> str:
    if level == "red":
        return f"M{figure(x)} {figure(y - 1.25 * r)}l{figure(1.18 * r)} {figure(2.1 * r)}h{figure(-2.36 * r)}Z"
    if level == "orange":
        side = figure(1.25 * r)
        return f"M{figure(x)} {figure(y - 1.25 * r)}l{side} {side}l-{side} {side}l-{side} -{side}Z"
    if level == "yellow":
        side = figure(1.8 * r)
        return f"M{figure(x - 0.9 * r)} {figure(y - 0.9 * r)}h{side}v{side}h-{side}Z"
    arc = f"a{figure(r)} {figure(r)} 0 1 0"
    return f"M{figure(x - r)} {figure(y)}{arc} {figure(2 * r)} 0{arc} {figure(-2 * r)} 0Z"


def clocks(marks: Sequence[Mark]) -> str:
    """The cases in time: rings, filled clockwise by the share of the limit used; three paths for all of them."""
    if not marks:
        return ""
    dots = "".join(f"M{figure(mark.x)} {figure(mark.y)}h0" for mark in marks)
    wedges = "".join(_wedge(mark.x, mark.y, mark.radius, mark.share) for mark in marks if mark.share > 0.01)
    wide = figure(2 * marks[0].radius + 2)
    inner = figure(2 * marks[0].radius - 2)
    return (
        f'<path class="ck" stroke-width="{wide}" d="{dots}"/><path class="ck in" stroke-width="{inner}" d="{dots}"/>'
        f'<path class="ck-w" d="{wedges}"/>'
    )


def _wedge(x: float, y: float, r: float, share: float) -> str:
    turn = 2 * pi * share
    return (
        f"M{figure(x)} {figure(y)}v{figure(-r)}A{figure(r)} {figure(r)} 0 {int(share > 0.5)} 1 "
        f"{figure(x + r * sin(turn))} {figure(y - r * cos(turn))}Z"
    )


def number(board: Board, other: Board, mark: Mark) -> str:
    """How many cases a mark stands for, where there is room beside it on `board`; taken on both boards."""
    left = mark.x + reach(mark) + 3
    box = (left, mark.y - 13, left + number_width(mark) - 3, mark.y + 13)
    if not board.is_free(box):
        return ""
    board.block(*box)
    other.block(*box)
    return f'<text class="nm" x="{figure(left)}" y="{figure(mark.y + 9)}">{formats.number(mark.n)}</text>'
