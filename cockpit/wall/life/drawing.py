"""The scene 民生 below its sentence: three rates by month, services in reach, how content each community is.

Invariant: a rate stands with its cases and interval; every value went through `esc`.
"""

from collections.abc import Sequence
from math import ceil

from cockpit import formats
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.wall import dots, fitting
from cockpit.wall.frame import Face
from cockpit.wall.life import words
from cockpit.wall.life.computed import MAIN, RECENT, Life, Rate, Trend, together
from cockpit.wall.naming import short_names
from config.indicators import indicator
from geo.wall import Wall, WallArea
from geo.wall.life import WALK_M, Reached

MOST_KINDS, MOST_AREAS = 8, 64
"""So many kinds of service, and so many communities; with more of them each street stands for its own."""
KIND_PX, KIND_ROOM = 26.0, 372.0
ROWS, DENSE = ((48, 8), (MOST_AREAS, 10)), 6
"""Up to how many areas → rows; above so many columns the shares stand without their unit, which the title has."""
LARGE = 1.3
"""Where one column is enough its letters are so many times as large."""
NAME_PX, GAP, WIDEST = 26.0, 24.0, 400.0
SHARE, SHARE_DENSE, FLAG = 82.0, 58.0, 24.0
"""What a share (with its unit) and the gap before it take of a cell, and the mark of a low one."""
LATEST = 2
"""The last closed month lies at most so many months back: the one before closes a few days into the next."""


def body(view: View, found: Life, wall: Wall, face: Face) -> str:
    """Everything below the sentence."""
    back = _months_back(view, found, face)
    old = ""
    if is_old(view, found, face):
        old = f'<span class="age badge">{esc(view.tr("wall_life.old", n=back))}</span>'
    shares = [rate.share for trend in found.trends for _, rate in trend.months if rate.share is not None]
    least = min(dots.LEAST, *shares, 1)
    rates = "".join(
        _rate(view, trend, old if number == len(found.trends) - 1 else "", least)
        for number, trend in enumerate(found.trends)
    )
    return (
        f'<div class="r-scene{" stale" if old else ""}"><section class="r-top">{rates}</section>'
        f'<section class="l-low">{_reach(view, found.reach)}{_areas(view, found, wall)}</section></div>'
    )


def is_old(view: View, found: Life, face: Face) -> bool:
    """Whether a later month should have been closed by now."""
    return _months_back(view, found, face) > LATEST


def _months_back(view: View, found: Life, face: Face) -> int:
    """How many months before that of the picture the last closed one is; of a replay none is old."""
    at = face.at(view)
    return 0 if view.replay else (at.year - found.month.year) * 12 + at.month - found.month.month


def _section(title: str, unit: str, drawn: str, *, more: str = "") -> str:
    return f'<div class="r-sec"><h2><b>{esc(title)}</b><span>{esc(unit)}</span>{more}</h2>{drawn}</div>'


def _rate(view: View, trend: Trend, old: str, least: float) -> str:
    """One rate: the last month as a number with its cases and interval, all months as dots from `least` on."""
    last, before = trend.last, trend.before
    if last.share is None or last.interval is None:
        key = "wall_response.few_cases" if last.denominator else "wall_life.nothing"
        number = f'<b class="none">{esc(view.tr(key))}</b>'
        facts = [view.tr("wall_life.n", n=formats.number(last.denominator))] if last.denominator else []
    else:
        number = f'<b class="figure">{esc(formats.number(last.share * 100))}</b><span class="u">%</span>'
        interval = formats.share_range(last.interval.low, last.interval.high)
        cases = {"n": formats.number(last.numerator), "all": formats.number(last.denominator)}
        facts = [view.tr("wall_life.of", **cases), view.tr("wall_response.range", range=interval)]
    if before.share is not None:
        told = view.tr("wall_life.before", share=formats.share(before.share, digits=0))
        facts.append(
            told + view.tr("wall_life.beside", word=words.beside(view, trend)) if last.share is not None else told
        )
    target = indicator(trend.kpi).target
    promised = view.tr("wall_response.target", target=formats.share(target, digits=0)) if target else ""
    lines = "".join(f"<li>{esc(fact)}</li>" for fact in facts) + (
        f'<li class="r-acc">{esc(promised)}</li>' if target else ""
    )
    first, end = (formats.month(day, view.lang) for day in (trend.months[0][0], trend.months[-1][0]))
    drawn = dots.draw(
        [rate.share for _, rate in trend.months],
        usual=None,
        target=target,
        ends=(first, end),
        label=view.tr("wall_life.trend_label", kpi=words.name(view, trend.kpi)),
        least=least,
    )
    head = f'<div class="r-promised"><span class="val">{number}</span><ul>{lines}</ul></div>'
    return _section(words.name(view, trend.kpi), end, head + drawn, more=old)


def _reach(view: View, found: Sequence[Reached]) -> str:
    """The kinds of service that the fewest households have within half a kilometre."""
    if not found:
        return ""
    worst = sorted(found, key=lambda one: (one.near / one.households, one.kind))[:MOST_KINDS]
    rows = "".join(_kind(view, one) for one in worst)
    key = "wall_life.reach_unit" if len(worst) == len(found) else "wall_life.reach_unit_most"
    unit = view.tr(key, m=WALK_M, n=len(worst))
    return _section(view.tr("wall_life.reach"), unit, f'<div class="l-reach">{rows}</div>')


def _kind(view: View, one: Reached) -> str:
    share = one.near / one.households
    kind, percent = one.name(view.lang), formats.share(share, digits=0)
    label = view.tr("wall_life.reach_label", m=WALK_M, kind=kind, share=percent)
    bar, short = attributes(style=f"--near:{share:.4f}"), fitting.middle(kind, room=KIND_ROOM, size=KIND_PX)
    return (
        f'<div class="m-row"{attributes(role="img", aria_label=label)}>'
        f'<span class="t">{esc(short)}</span><span class="l-bar"{bar}><i></i></span>'
        f'<span class="m-amount">{esc(percent)}</span></div>'
    )


def _areas(view: View, found: Life, wall: Wall) -> str:
    """How content the people of each community are, in the order of the streets; of each street where they are many."""
    if not any(trend.kpi == MAIN for trend in found.trends):
        return ""
    level, every, rates = _level(found, wall)
    areas = every[:MOST_AREAS]
    if not areas:
        return ""
    columns = _columns(len(areas))
    is_dense, times = columns > DENSE, LARGE if columns == 1 else 1.0
    room, names = _room(columns, times, has_services=bool(found.reach)), short_names(every, wall.areas)
    flagged = found.low if level == "community" else frozenset()
    unit = "" if is_dense else "%"

    def cell(code: str) -> str:
        free = room - (FLAG if code in flagged else 0)
        name = fitting.middle(names[code], room=free, size=NAME_PX * times)
        return _area(view, name, rates.get(code), is_low=code in flagged, unit=unit)

    cells = "".join(cell(area.code) for area in areas)
    grid = attributes(
        style=f"--columns:{columns};--rows:{ceil(len(areas) / columns)};--times:{times:g};--root:{times:g}"
    )
    title = view.tr(f"wall_life.areas_{level}", n=formats.number(len(every)))
    told = view.tr("wall_life.areas_unit_dense" if is_dense else "wall_life.areas_unit", n=RECENT)
    has_shares = any(rate.share is not None for rate in rates.values())
    keys = [_flag_key(view, has_low=bool(flagged))] if level == "community" and has_shares else []
    if left_out := len(every) - len(areas):
        keys.append(f'<span class="r-key">{esc(view.tr("wall_life.areas_more", n=left_out))}</span>')
    return (
        f'<div class="r-sec areas"><h2><b>{esc(title)}</b><span>{esc(told)}</span>{"".join(keys)}</h2>'
        f'<div class="r-areas l-areas"{grid}>{cells}</div></div>'
    )


def _flag_key(view: View, *, has_low: bool) -> str:
    """What the mark of a community means, or that none has it."""
    told = esc(view.tr("wall_life.areas_low" if has_low else "wall_life.areas_none_low"))
    return f'<span class="r-key">{"<i class=r-flag></i>" if has_low else ""}{told}</span>'


def _level(found: Life, wall: Wall) -> tuple[str, list[WallArea], dict[str, Rate]]:
    """What is shown: communities with their rates, or streets with those of their communities together."""
    communities, streets = ([area for area in wall.areas if area.level == level] for level in ("community", "street"))
    if len(communities) <= MOST_AREAS or len(streets) < 2:
        return "community", communities, found.communities
    rates = {
        street.code: together(
            found.communities[area.code]
            for area in communities
            if area.parent_code == street.code and area.code in found.communities
        )
        for street in streets
    }
    return "street", streets, rates


def _columns(n: int) -> int:
    """As few columns as ROWS allow; of many areas each row is less high."""
    rows = next((rows for most, rows in ROWS if n <= most), ROWS[-1][1])
    return ceil(n / rows)


def _room(columns: int, times: float, *, has_services: bool) -> float:
    """The room of a name, in pixels."""
    whole = min(1200.0 if has_services else 1824.0, columns * WIDEST * times)
    return (whole - (columns - 1) * GAP) / columns - (SHARE_DENSE if columns > DENSE else SHARE) * times


def _area(view: View, name: str, rate: Rate | None, *, is_low: bool, unit: str) -> str:
    if rate is None or rate.share is None:
        few = (
            view.tr("wall_response.only", n=rate.denominator)
            if rate and rate.denominator
            else view.tr("wall_life.none")
        )
        told = f'<span class="few">{esc(few)}</span>'
    else:
        told = f'<b class="share">{esc(formats.number(rate.share * 100))}</b><span class="u">{unit}</span>'
    flag = '<i class="r-flag"></i>' if is_low else ""
    return (
        f'<div class="r-area{" late" if is_low else ""}"><span class="t">{esc(name)}</span>{flag}'
        f'<span class="s">{told}</span></div>'
    )
