"""The map of this moment: more than usual in purple, open cases as marks, names where there is room, a legend.

Invariant: only what lies above the usual by more than chance is coloured, and only where households are known.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import shapely

from cockpit import formats
from cockpit.context import View
from cockpit.maps import labels
from cockpit.maps.frame import Frame
from cockpit.maps.labels import Board, Wanted
from cockpit.maps.outlines import figure
from cockpit.markup import esc
from cockpit.wall import compared
from cockpit.wall.now import basemap, marks, names
from cockpit.wall.now.basemap import Drawn, WaterName
from cockpit.wall.now.marks import Mark
from cockpit.wall.now.names import Box, Tag
from cockpit.wall.scene import Level
from geo.wall import Usual, Wall, WallCase

LIMITS = (2.0, 4.0, 8.0)
"""Cases more than usual per 1,000 households: below the first, from each on."""
MOST_NAMES = 120
ROOM = 1168.0
"""The width of the head, in pixels of 1920×1080."""
_RING = '<path class="ck" stroke-width="18" d="M12 12h0"/><path class="ck in" stroke-width="14" d="M12 12h0"/>'
_CLOCK = f'{_RING}<path class="ck-w" d="M12 12v-8A8 8 0 0 1 19.8 14Z"/>'
"""A case on the map of a source without deadlines, and one in time."""


@dataclass(frozen=True, slots=True)
class _Parts:
    """What lies on the map: cases one by one, and where they are too many for that what each area has to say."""

    single: tuple[Mark, ...]
    tags: tuple[Tag, ...]


def section(view: View, found: Wall, *, at: datetime, age: str) -> str:
    """The section of the map with its head."""
    ground = found.ground
    drawn = basemap.drawn(ground) if ground else None
    over = excess(found, found.usual, level=drawn.finest) if drawn and found.usual else {}
    head = _head(view, found, age, is_painted=bool(over))
    if ground is None or drawn is None:
        return f'<section class="where">{head}<p class="none">{esc(view.tr("wall.no_areas"))}</p></section>'
    body = (
        basemap.group(ground, part="below")
        + _heat(drawn, over)
        + basemap.group(ground, part="above")
        + _top(view, drawn, found, at=at)
    )
    size = f'viewBox="0 0 {drawn.frame.width} {drawn.frame.height}"'
    picture = f'<svg class="ground-map" {size}{basemap.aria(view.tr("wall.map"))}>{body}</svg>'
    return f'<section class="where">{head}{picture}</section>'


# ---------------------------------------------------------------- legend


def _head(view: View, found: Wall, age: str, *, is_painted: bool) -> str:
    """The head of the map: its counts and colours; fewer words and, unless it is old, no age where room is short, last
    no word about colours.
    """
    counts = legend(view, found)
    kept = age if "old" in age else ""
    ways = [("heat", age), ("heat_short", age), ("heat_short", kept), ("heat_least", kept), ("", kept)]
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
    is_counted = levels[None] > marks.MOST_ONE_BY_ONE
    ring = "" if found.has_deadlines or is_counted or not levels[None] else _icon(_RING)
    parts = [f"<b>{ring}{esc(view.tr('wall.legend_open', n=formats.number(found.n_open)))}</b>"]
    if levels["red"]:
        parts.append(_item(view, "red", "red", levels["red"]))
    if found.has_deadlines:
        parts += [_item(view, "orange", "overdue", levels["orange"]), _item(view, "yellow", "soon", levels["yellow"])]
        in_time = _words(view, "counted", levels[None]) if is_counted else _item(view, None, "in_time", levels[None])
        parts.append(in_time)
    if found.n_private is not None:
        parts.append(_words(view, "private", found.n_private))
    outside = sum(case.lon is None for case in found.cases)
    if outside:
        parts.append(_words(view, "outside", outside))
    return f'<span class="lg">{"".join(parts)}</span>'


def _item(view: View, level: Level | None, word: str, n: int) -> str:
    drawn = _CLOCK if level is None else marks.shapes(level, [(12, 12, 9)])
    if level and not n:  # a level that is not there has its shape, and not its colour
        drawn = drawn.replace(f'"lv {level}"', '"lv"')
    zero = "" if n else ' class="zero"'
    told = f"{esc(view.tr(f'wall.legend_{word}'))} <b>{formats.number(n)}</b>"
    return f"<span{zero}>{_icon(drawn)}{told}</span>"


def _icon(drawn: str) -> str:
    return f'<svg class="ic" viewBox="0 0 24 24" aria-hidden="true">{drawn}</svg>'


def _words(view: View, word: str, n: int) -> str:
    return f"<span>{esc(view.tr(f'wall.legend_{word}'))} <b>{formats.number(n)}</b></span>"


def _heat_legend(view: View, found: Wall, key: str, *, is_painted: bool) -> str:
    usual = found.usual
    if not key or found.ground is None or not found.ground.shapes:
        return ""
    if usual is None or len(usual.days) < compared.FEWEST_DAYS:
        return f'<span class="hl">{esc(view.tr("wall.heat_no_days"))}</span>'
    if not usual.households:
        return f'<span class="hl">{esc(view.tr("wall.heat_no_households"))}</span>'
    if not is_painted:
        return (
            f'<span class="hl">{esc(view.tr(f"wall.{key}_none" if key == "heat" else "wall.heat_short_none"))}</span>'
        )
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


def _ways(drawn: Drawn, found: Wall, *, at: datetime) -> Iterator[_Parts]:
    """What lies on the map, in areas as small as the names are, then in those above them.

    More than MOST_ONE_BY_ONE urgent cases, or cases in time, are counted by area.
    """
    late = [case for case in found.cases if case.level is not None]
    rest = [case for case in found.cases if case.level is None]
    is_late, is_rest = (len(cases) > marks.MOST_ONE_BY_ONE for cases in (late, rest))
    for level, wanted in (
        (drawn.named, tuple(zip(drawn.codes, drawn.names, strict=True))),
        *((("street", drawn.coarser),) if is_late and drawn.coarser else ()),
    ):
        urgent = _urgent(found, late, wanted, level=level, frame=drawn.frame)
        in_time = _in_time(found, urgent, level=level)
        tags = tuple(
            Tag(code, want.text, urgent.get(code, ()) if is_late else (), in_time.get(code, 0) if is_rest else 0,
                want.x, want.y, want.area)
            for code, want in wanted
        )  # fmt: skip
        single = [*([] if is_late else late), *([] if is_rest else rest)]
        yield _Parts(marks.placed(drawn.frame, single, at=at), tags)


def _urgent(
    found: Wall, late: Sequence[WallCase], wanted: Sequence[tuple[str, Wanted]], *, level: str, frame: Frame
) -> dict[str, tuple[tuple[Level, int], ...]]:  # fmt: skip
    """Code of each area → its urgent cases by level, the worst first: by the community of each case, else by where
    it stands; the overdue as the store counts them.
    """
    several: dict[str, Counter[Level]] = {}
    for case in late:
        kind, code = marks.level_of(case), case.community_code
        if level != "community":
            code = None if kind == "orange" else _holder(case, wanted, frame)
        if kind and code:
            several.setdefault(code, Counter())[kind] += 1
    if level != "community":
        for area in found.areas:
            if area.level == level and area.n_overdue:
                several.setdefault(area.code, Counter())["orange"] = area.n_overdue
    return {code: tuple((each, n[each]) for each in reversed(marks.LEVELS) if n[each]) for code, n in several.items()}


def _holder(case: WallCase, wanted: Sequence[tuple[str, Wanted]], frame: Frame) -> str | None:
    """The code of the area in which a case stands."""
    if case.lon is None or case.lat is None:
        return None
    ((x, y),) = frame.pixels(np.array([[case.lon, case.lat]]))
    return next((code for code, want in wanted if shapely.contains_xy(want.area, x, y)), None)


def _in_time(found: Wall, urgent: Mapping[str, tuple[tuple[Level, int], ...]], *, level: str) -> dict[str, int]:
    """Code of each area → its cases in time."""
    left = {
        area.code: area.n_open - sum(n for _, n in urgent.get(area.code, ()))
        for area in found.areas
        if area.level == level
    }
    return {code: n for code, n in left.items() if n > 0}


def _top(view: View, drawn: Drawn, found: Wall, *, at: datetime) -> str:
    """Marks, names and numbers: by the areas above where those of the names have no room for what is urgent."""
    laid = ""
    for parts in _ways(drawn, found, at=at):
        laid, is_whole = _laid(view, drawn, parts, at=at)
        if is_whole:
            break
    return laid


def _laid(view: View, drawn: Drawn, parts: _Parts, *, at: datetime) -> tuple[str, bool]:
    """The markup, and whether all that is urgent has its number."""
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
    avoid = _spots(drawn, parts.tags) if urgent else ()
    told = marks.callouts(board, loud, urgent, short, avoid=avoid, at=at, lang=view.lang)
    tags, bare = names.placed(board, _said(parts.tags, without={one.code for one in told}))
    inside = [shape for one in tags for shape in names.shapes_of(one)]
    inside += [(level, tag.x, tag.y, names.RADIUS) for tag in bare for level, _ in tag.levels[:1]]
    inside += [(mark.level, mark.x, mark.y, mark.radius) for mark in urgent if mark.level]
    shapes = "".join(
        marks.shapes(level, [(x, y, radius) for each, x, y, radius in inside if each == level])
        for level in marks.LEVELS
    )
    waters = "".join(_water(one) for one in drawn.waters)
    named = "".join(names.markup(one) for one in tags)
    laid = f"{waters}{marks.clocks(quiet)}{named}{shapes}{numbers}{''.join(marks.callout(one) for one in told)}"
    return laid, not any(tag.levels for tag in bare)


def _spots(drawn: Drawn, tags: Sequence[Tag]) -> tuple[tuple[str, Box], ...]:
    """Where each name would stand on an empty map, by the code of its area."""
    empty = Board(width=drawn.frame.width, height=drawn.frame.height)
    found, _ = names.placed(empty, [replace(tag, levels=(), n=0) for tag in tags])
    return tuple((one.tag.code, names.box(one.x, one.y, *names.size(one))) for one in found)


def _said(tags: Sequence[Tag], *, without: set[str | None]) -> list[Tag]:
    """The tags of the largest areas; `without`: areas whose name stands beside a mark already."""
    wanted = [replace(tag, name="") if tag.code in without else tag for tag in tags]
    wanted.sort(key=lambda tag: -float(tag.area.area))
    return [tag for tag in wanted if tag.name or tag.levels or tag.n][:MOST_NAMES]


def _water(one: WaterName) -> str:
    turned = f"rotate({figure(one.turn)} {figure(one.x)} {figure(one.y)})"
    return f'<text class="wt" x="{figure(one.x)}" y="{figure(one.y + 9)}" transform="{turned}">{esc(one.text)}</text>'
