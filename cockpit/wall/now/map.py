"""The map of this moment: more than usual in purple, open cases as marks, names where there is room, a legend.

Invariant: only what lies above the usual by more than chance is coloured, and only where households are known.
"""

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit import formats
from cockpit.context import View
from cockpit.maps import labels
from cockpit.maps.labels import Board
from cockpit.maps.outlines import figure
from cockpit.markup import esc
from cockpit.wall import compared
from cockpit.wall.now import basemap, marks, names
from cockpit.wall.now.basemap import Drawn, WaterName
from cockpit.wall.now.marks import Mark
from cockpit.wall.scene import Level
from geo.wall import Usual, Wall, WallCase

LIMITS = (2.0, 4.0, 8.0)
"""Cases more than usual per 1,000 households: below the first, from each on."""
MOST_NAMES = 120
ROOM = 1168.0
"""The width of the head, in pixels of 1920×1080."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What lies on the map: cases one by one, and by the code of their area where they are too many for that: the
    urgent ones by level, those in time (`counted`).
    """

    single: tuple[Mark, ...]
    urgent: Mapping[str, tuple[tuple[Level, int], ...]]
    counted: Mapping[str, int]


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
    is_late_counted, is_rest_counted = (len(cases) > marks.MOST_ONE_BY_ONE for cases in (late, rest))
    urgent = _urgent(drawn, found, late)
    single = ([] if is_late_counted else late) + ([] if is_rest_counted else rest)
    return _Parts(
        marks.placed(drawn.frame, single, at=at),
        urgent if is_late_counted else {},
        _in_time(drawn, found, urgent) if is_rest_counted else {},
    )


def _urgent(drawn: Drawn, found: Wall, late: Sequence[WallCase]) -> dict[str, tuple[tuple[Level, int], ...]]:
    """Code of each named area → its urgent cases by level, the worst first; of areas that no case names the overdue."""
    if drawn.named != "community":
        return {
            area.code: (("orange", area.n_overdue),)
            for area in found.areas
            if area.level == drawn.named and area.n_overdue
        }
    several: dict[str, Counter[Level]] = {}
    for case in late:
        level = marks.level_of(case)
        if level and case.community_code:
            several.setdefault(case.community_code, Counter())[level] += 1
    return {
        code: tuple((level, n[level]) for level in reversed(marks.LEVELS) if n[level]) for code, n in several.items()
    }


def _in_time(
    drawn: Drawn, found: Wall, urgent: Mapping[str, tuple[tuple[Level, int], ...]]
) -> dict[str, int]:  # fmt: skip
    """Code of each named area → its cases in time."""
    left = {
        area.code: area.n_open - sum(n for _, n in urgent.get(area.code, ()))
        for area in found.areas
        if area.level == drawn.named
    }
    return {code: n for code, n in left.items() if n > 0}


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
    short = {code: want.text for want, code in zip(drawn.names, drawn.codes, strict=True)}
    told = marks.callouts(board, loud, urgent, short, avoid=_spots(drawn), at=at, lang=view.lang)
    tags, bare = names.placed(board, _tags(drawn, parts, without={one.code for one in told}))
    inside = [shape for one in tags for shape in names.shapes_of(one)]
    inside += [(level, tag.x, tag.y, names.RADIUS) for tag in bare for level, _ in tag.levels[:1]]
    inside += [(mark.level, mark.x, mark.y, mark.radius) for mark in urgent if mark.level]
    shapes = "".join(
        marks.shapes(level, [(x, y, radius) for each, x, y, radius in inside if each == level])
        for level in marks.LEVELS
    )
    waters = "".join(_water(one) for one in drawn.waters)
    named = "".join(names.markup(one) for one in tags)
    return f"{waters}{marks.clocks(quiet)}{named}{shapes}{numbers}{''.join(marks.callout(one) for one in told)}"


def _spots(drawn: Drawn) -> tuple[tuple[str, names.Box], ...]:
    """Where each name would stand on an empty map, by the code of its area."""
    empty = Board(width=drawn.frame.width, height=drawn.frame.height)
    found, _ = names.placed(empty, _tags(drawn, _Parts((), {}, {}), without=set()))
    boxes = ((one, *names.size(one)) for one in found)
    return tuple((one.tag.code, names.box(one.x, one.y, wide, high)) for one, wide, high in boxes)


def _tags(drawn: Drawn, parts: _Parts, *, without: set[str | None]) -> list[names.Tag]:
    """What each named area has to say; `without`: areas whose name stands beside a mark already."""
    wanted = [
        names.Tag(code, "" if code in without else want.text, parts.urgent.get(code, ()), parts.counted.get(code, 0),
                  want.x, want.y, want.area)
        for want, code in zip(drawn.names, drawn.codes, strict=True)
    ]  # fmt: skip
    wanted = [tag for tag in wanted if tag.name or tag.levels or tag.n]
    wanted.sort(key=lambda tag: -float(tag.area.area))
    return wanted[:MOST_NAMES]


def _water(one: WaterName) -> str:
    turned = f"rotate({figure(one.turn)} {figure(one.x)} {figure(one.y)})"
    return f'<text class="wt" x="{figure(one.x)}" y="{figure(one.y + 9)}" transform="{turned}">{esc(one.text)}</text>'
