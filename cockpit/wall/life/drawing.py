"""The scene 民生 below its sentence: three rates by month, services in reach, how content each community is.

Invariant: a rate stands with its cases and interval; every value went through `esc`.
"""

from collections.abc import Sequence
from math import ceil

from cockpit import formats
from cockpit.context import View
from cockpit.markup import attributes, esc
from cockpit.wall import dots
from cockpit.wall.frame import Face
from cockpit.wall.life import words
from cockpit.wall.life.computed import MAIN, RECENT, Life, Rate, Trend
from config.indicators import indicator
from geo.wall import Wall, WallArea
from geo.wall.life import WALK_M, Reached

MOST_KINDS, MOST_AREAS = 8, 64


def body(view: View, found: Life, wall: Wall, face: Face) -> str:  # noqa: ARG001 - as in every scene
    """Everything below the sentence."""
    unit = formats.month(found.month, view.lang)
    rates = "".join(_rate(view, trend, unit) for trend in found.trends)
    return (
        f'<div class="r-scene"><section class="r-top">{rates}</section>'
        f'<section class="l-low">{_reach(view, found.reach)}{_areas(view, found, wall)}</section></div>'
    )


def _section(title: str, unit: str, drawn: str, *, style: str = "r-sec") -> str:
    return f'<div class="{style}"><h2><b>{esc(title)}</b><span>{esc(unit)}</span></h2>{drawn}</div>'


def _rate(view: View, trend: Trend, month: str) -> str:
    """One rate: the last month as a number with its cases and interval, all months as dots."""
    last, before = trend.last, trend.before
    if last.share is None or last.interval is None:
        number = f'<b class="none">{esc(view.tr("wall_response.few_cases"))}</b>'
        facts = [view.tr("wall_life.n", n=formats.number(last.denominator))]
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
    )
    head = f'<div class="r-promised"><span class="val">{number}</span><ul>{lines}</ul></div>'
    return _section(words.name(view, trend.kpi), month, head + drawn)


def _reach(view: View, found: Sequence[Reached]) -> str:
    """The kinds of service that the fewest households have within half a kilometre."""
    if not found:
        return ""
    worst = sorted(found, key=lambda one: (one.near / one.households, one.kind))[:MOST_KINDS]
    rows = "".join(_kind(view, one) for one in worst)
    unit = view.tr("wall_life.reach_unit", m=WALK_M)
    return _section(view.tr("wall_life.reach"), unit, f'<div class="l-reach">{rows}</div>')


def _kind(view: View, one: Reached) -> str:
    share = one.near / one.households
    kind, percent = one.name(view.lang), formats.share(share, digits=0)
    label = view.tr("wall_life.reach_label", m=WALK_M, kind=kind, share=percent)
    bar = attributes(style=f"--near:{share:.4f}")
    return (
        f'<div class="m-row"{attributes(role="img", aria_label=label)}>'
        f'<span class="t">{esc(kind)}</span><span class="l-bar"{bar}><i></i></span>'
        f'<span class="m-amount">{esc(percent)}</span></div>'
    )


def _areas(view: View, found: Life, wall: Wall) -> str:
    """How content the people of each community are, in the order of the streets."""
    areas = [area for area in wall.areas if area.level == "community"][:MOST_AREAS]
    if not areas or not any(trend.kpi == MAIN for trend in found.trends):
        return ""
    columns = next((n for n in (2, 4, 5, 6, 8) if len(areas) <= n * ceil(n * 1.1)), 8)
    cells = "".join(
        _area(view, area, found.communities.get(area.code), is_low=area.code in found.low) for area in areas
    )
    grid = attributes(style=f"--columns:{columns};--rows:{ceil(len(areas) / columns)}")
    key = "areas_low" if found.low else "areas_none_low"
    flag = f'<span class="r-key">{"<i class=r-flag></i>" if found.low else ""}{esc(view.tr(f"wall_life.{key}"))}</span>'
    title = view.tr("wall_life.areas", n=formats.number(len(areas)))
    unit = view.tr("wall_life.areas_unit", n=RECENT)
    return (
        f'<div class="r-sec areas"><h2><b>{esc(title)}</b><span>{esc(unit)}</span>{flag}</h2>'
        f'<div class="r-areas l-areas"{grid}>{cells}</div></div>'
    )


def _area(view: View, area: WallArea, rate: Rate | None, *, is_low: bool) -> str:
    name = area.name.removesuffix("社区") or area.name
    if rate is None or rate.share is None:
        few = (
            view.tr("wall_response.only", n=rate.denominator)
            if rate and rate.denominator
            else view.tr("wall_life.none")
        )
        told = f'<span class="few">{esc(few)}</span>'
    else:
        told = f'<b class="figure">{esc(formats.number(rate.share * 100))}</b><span class="u">%</span>'
    flag = '<i class="r-flag"></i>' if is_low else ""
    return (
        f'<div class="r-area{" late" if is_low else ""}"><span class="t">{esc(name)}</span>{flag}'
        f'<span class="s">{told}</span></div>'
    )
