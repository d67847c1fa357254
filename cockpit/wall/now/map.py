"""The map of this moment: more than usual in purple, open cases as marks, names where there is room, a legend.

Invariant: only what lies above the usual by more than chance is coloured, and only where households are known.
"""

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cockpit import formats
from cockpit.context import View
from cockpit.maps import labels
from cockpit.maps.labels import Board, Placed, Wanted
from cockpit.maps.outlines import figure
from cockpit.markup import esc
from cockpit.wall import compared
from cockpit.wall.now import basemap, marks
from cockpit.wall.now.basemap import Drawn, WaterName
from cockpit.wall.now.marks import Mark
from cockpit.wall.scene import Level
from geo.wall import Usual, Wall, WallCase

LIMITS = (2.0, 4.0, 8.0)
"""Cases more than usual per 1,000 households: below the first, from each on."""
LINE = 26.0
MOST_NAMES = 60
ROOM = 1168.0
"""The width of the head, in pixels of 1920×1080."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What lies on the map, and its cases in time where they are too many to be drawn one by one."""

    single: tuple[Mark, ...]
    counted: dict[str, int]


def section(view: View, found: Wall, *, at: datetime, age: str) -> str:
    """The section of the map with its head."""
    ground = found.ground
    drawn = basemap.drawn(ground) if ground else None
    over = excess(found, found.usual, level=drawn.finest) if drawn and found.usual else {}
    head = _head(view, found, age, is_painted=bool(over))
    if ground is None or drawn is None:
        return f'<section class="where">{head}<p class="none">{esc(view.tr("wall.no_areas"))}</p></section>'
    parts = _parts(drawn, found, at=at)
    body = (
        basemap.group(ground, part="below")
        + _heat(drawn, over)
        + basemap.group(ground, part="above")
        + _top(view, drawn, parts, at=at)
    )
    size = f'viewBox="0 0 {drawn.frame.width} {drawn.frame.height}"'
    picture = f'<svg class="ground-map" {size}{basemap.aria(view.tr("wall.map"))}>{body}</svg>'
    return f'<section class="where">{head}{picture}</section>'


# ---------------------------------------------------------------- legend


def _head(view: View, found: Wall, age: str, *, is_painted: bool) -> str:
    """The head of the map: its counts and colours; fewer words and, unless it is old, no age where room is short."""
    counts = legend(view, found)
    ways = [("heat", age), ("heat_short", age), ("heat_short", age if "old" in age else "")]
    told = [f"{counts}{_heat_legend(view, found, key, is_painted=is_painted)}{old}" for key, old in ways]
    return f"<h2>{next((way for way in told if _width(way) <= ROOM), told[-1])}</h2>"


def _width(markup: str) -> float:
    """How wide a head is, to the safe side: its words, its shapes and steps, and the gaps between."""
    words = html.unescape(re.sub(r"<svg.*?</svg>|<i .*?</i>|<[^>]*>", "", markup))
    told = sum(24.0 if labels.is_wide(letter) else 6.5 if letter == " " else 13.0 for letter in words)
    return told + 30 * markup.count("<svg") + 40 * markup.count("<i ") + 22 * (markup.count("<span") - 1)


def legend(view: View, found: Wall) -> str:
    """How many open cases there are of each kind, in the shapes of the map."""
    levels = Counter(case.level for case in found.cases)
    parts = [f"<b>{esc(view.tr('wall.legend_open', n=formats.number(found.n_open)))}</b>"]
    if levels["red"]:
        parts.append(_item(view, "red", "red", levels["red"]))
    if found.has_deadlines:
        parts += [_item(view, "orange", "overdue", levels["orange"]), _item(view, "yellow", "soon", levels["yellow"])]
        parts.append(_item(view, None, "in_time", levels[None]))
    if found.n_private is not None:
        parts.append(_words(view, "private", found.n_private))
    outside = sum(case.lon is None for case in found.cases)
    if outside:
        parts.append(_words(view, "outside", outside))
    return f'<span class="lg">{"".join(parts)}</span>'


def _item(view: View, level: Level | None, word: str, n: int) -> str:
    ring = '<path class="ck" stroke-width="18" d="M12 12h0"/><path class="ck in" stroke-width="14" d="M12 12h0"/>'
    ring += '<path class="ck-w" d="M12 12v-8A8 8 0 0 1 19.8 14Z"/>'
    drawn = ring if level is None else marks.shapes(level, [(12, 12, 9)])
    if level and not n:  # a level that is not there has its shape, and not its colour
        drawn = drawn.replace(f'"lv {level}"', '"lv"')
    zero = "" if n else ' class="zero"'
    told = f"{esc(view.tr(f'wall.legend_{word}'))} <b>{formats.number(n)}</b>"
    return f'<span{zero}><svg class="ic" viewBox="0 0 24 24" aria-hidden="true">{drawn}</svg>{told}</span>'


def _words(view: View, word: str, n: int) -> str:
    return f"<span>{esc(view.tr(f'wall.legend_{word}'))} <b>{formats.number(n)}</b></span>"


def _heat_legend(view: View, found: Wall, key: str, *, is_painted: bool) -> str:
    usual = found.usual
    if found.ground is None or not found.ground.shapes:
        return ""
    if usual is None or len(usual.days) < compared.FEWEST_DAYS:
        return f'<span class="hl">{esc(view.tr("wall.heat_no_days"))}</span>'
    if not usual.households:
        return f'<span class="hl">{esc(view.tr("wall.heat_no_households"))}</span>'
    if not is_painted:
        return f'<span class="hl">{esc(view.tr(f"wall.{key}_none"))}</span>'
    cells = [f"&lt;{LIMITS[0]:g}", *(f"{limit:g}" for limit in LIMITS)]
    strip = "".join(f'<i class="x{no}">{cell}</i>' for no, cell in enumerate(cells, start=1))
    return f'<span class="hl">{esc(view.tr(f"wall.{key}"))}<span class="strip">{strip}</span></span>'


# ---------------------------------------------------------------- more than usual


def excess(found: Wall, usual: Usual, *, level: str) -> dict[str, float]:
    """Code → cases more than usual in the last three hours per 1,000 households, where that is beyond chance."""
    if len(usual.days) < compared.FEWEST_DAYS:
        return {}
    gone = compared.passed(found)
    over = {}
    for area in found.areas:
        households = usual.households.get((level, area.code))
        if area.level != level or not area.n_lately or not households:
            continue
        days = [day.lately((level, area.code), passed=gone) for day in usual.days]
        if compared.is_beyond_chance(area.n_lately, days):
            over[area.code] = (area.n_lately - sum(days) / len(days)) / households * 1000
    return over


def _heat(drawn: Drawn, over: Mapping[str, float]) -> str:
    used = "".join(
        f'<use href="#wg{drawn.numbers[code]}" class="x{1 + sum(value >= limit for limit in LIMITS)}"/>'
        for code, value in over.items()
        if code in drawn.numbers
    )
    return f'<g class="heat">{used}</g>'


# ---------------------------------------------------------------- marks and names


def _parts(drawn: Drawn, found: Wall, *, at: datetime) -> _Parts:
    """The marks; of more than MOST_ONE_BY_ONE urgent cases, or cases in time, each area has its own counted."""
    late = [case for case in found.cases if case.level is not None]
    rest = [case for case in found.cases if case.level is None]
    if len(late) > marks.MOST_ONE_BY_ONE:
        urgent = marks.together(late, _points(drawn), at=at)
    else:
        urgent = marks.placed(drawn.frame, late, at=at)
    if len(rest) > marks.MOST_ONE_BY_ONE:
        return _Parts(urgent, _by_area(drawn, found, late))
    if len(late) <= marks.MOST_ONE_BY_ONE:
        return _Parts(marks.placed(drawn.frame, found.cases, at=at), {})
    return _Parts((*urgent, *marks.placed(drawn.frame, rest, at=at)), {})


def _points(drawn: Drawn) -> dict[str, tuple[float, float]]:
    """The label points of the named areas, in pixels, by code."""
    return {code: (want.x, want.y) for want, code in zip(drawn.names, drawn.codes, strict=True)}


def _by_area(drawn: Drawn, found: Wall, late: Sequence[WallCase]) -> dict[str, int]:
    """Code of each named area → its cases in time."""
    urgent: Counter[str | None] = Counter()
    if drawn.named == "community":
        urgent.update(case.community_code for case in late)
    return {
        area.code: area.n_open - urgent[area.code]
        for area in found.areas
        if area.level == drawn.named and area.n_open > urgent[area.code]
    }


def _top(view: View, drawn: Drawn, parts: _Parts, *, at: datetime) -> str:
    board = Board(width=drawn.frame.width, height=drawn.frame.height)
    urgent = [mark for mark in parts.single if mark.level is not None]
    quiet = [mark for mark in parts.single if mark.level is None]
    loud = Board(width=drawn.frame.width, height=drawn.frame.height)
    for water in drawn.waters:
        board.block(*water.box)
        loud.block(*water.box)
    for mark in parts.single:
        marks.block(board, mark)
    for mark in urgent:
        marks.block(loud, mark)
    numbers = "".join(marks.number(board, loud, mark) for mark in [*urgent, *quiet] if mark.n > 1)
    names = {code: want.text for want, code in zip(drawn.names, drawn.codes, strict=True)}
    told = marks.callouts(board, loud, urgent, names, at=at, lang=view.lang)
    named = _names(board, drawn, parts.counted, without={one.code for one in told})
    shapes = "".join(
        marks.shapes(level, [(mark.x, mark.y, mark.radius) for mark in urgent if mark.level == level])
        for level in marks.LEVELS
    )
    waters = "".join(_water(one) for one in drawn.waters)
    return f"{waters}{marks.clocks(quiet)}{named}{shapes}{numbers}{''.join(marks.callout(one) for one in told)}"


def _water(one: WaterName) -> str:
    turned = f"rotate({figure(one.turn)} {figure(one.x)} {figure(one.y)})"
    return f'<text class="wt" x="{figure(one.x)}" y="{figure(one.y + 9)}" transform="{turned}">{esc(one.text)}</text>'


def _names(board: Board, drawn: Drawn, counted: dict[str, int], *, without: set[str | None]) -> str:
    """The names that find room inside their area, with the number of cases in time below where those are counted."""
    wanted = []
    for want, code in zip(drawn.names, drawn.codes, strict=True):
        n = counted.get(code)
        name = "" if code in without else want.text
        text = "\n".join(part for part in (name, formats.number(n) if n else "") if part)
        left, _, right, _ = want.area.bounds
        if text and labels.width(text, size=marks.TEXT_PX) * 0.84 <= right - left:
            wanted.append(Wanted(want.key, text, want.x, want.y, want.area))
        elif n:
            wanted.append(Wanted(want.key, formats.number(n), want.x, want.y, want.area))
    wanted.sort(key=lambda want: -float(want.area.area))
    placed = board.place(wanted[:MOST_NAMES], size=marks.TEXT_PX)
    done = {one.key for one in placed}
    alone = [
        replace(want, text=formats.number(counted[code]))
        for want, code in zip(drawn.names, drawn.codes, strict=True)
        if want.key not in done and counted.get(code)
    ]
    placed += board.place(alone, size=marks.TEXT_PX)
    return "".join(_name(one, counted=bool(counted)) for one in placed)


def _name(one: Placed, *, counted: bool) -> str:
    lines = one.text.split("\n")
    first = one.y + 9 - (len(lines) - 1) * LINE / 2
    return "".join(
        f'<text class="{"nn" if counted and line == lines[-1] and line[:1].isdigit() else "pl"}" x="{figure(one.x)}"'
        f' y="{figure(first + no * LINE)}">{esc(line)}</text>'
        for no, line in enumerate(lines)
    )
