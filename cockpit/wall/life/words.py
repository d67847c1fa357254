"""The sentence of the scene 民生: which rate fell in the last closed month, else how content people are.

Invariant: fallen and risen are said only beyond chance.
"""

from collections.abc import Sequence

from cockpit import formats
from cockpit.context import View
from cockpit.wall import fitting
from cockpit.wall.life.computed import MAIN, MONTHS, Life, Trend
from cockpit.wall.naming import short_names
from cockpit.wall.scene import Sentence
from geo.wall import Wall

MOST_NAMES = 3


def sentence(view: View, found: Life, wall: Wall) -> Sentence:
    """What is the matter with the last closed month."""
    fallen = min((trend for trend in found.trends if trend.change < 0), key=_fall, default=None)
    told = [trend for trend in found.trends if trend.last.denominator]
    main = fallen or next((trend for trend in told if trend.kpi == MAIN), told[0])
    parts = {"month": _month(view, found), "kpi": name(view, main.kpi), "share": _share(main)}
    head = view.tr(f"wall_life.{_key(main)}", **parts)
    before = [view.tr("wall_life.before", share=_percent(main.before.share))] if main.before.share is not None else []
    also = [view.tr("wall_life.also", kpi=name(view, one.kpi), share=_share(one)) for one in told if one is not main]
    low = _low(view, found, wall)
    shown: tuple[list[str], ...] = ([*before, *also], before, [])  # the rates stand below too, the places only here
    wanted = (_joined(view, rates, each) for each in low or [""] for rates in shown)
    lead = fitting.lead(wanted, is_marked=bool(fallen))
    return Sentence(formats.spaced(head), lead, "blue" if fallen else None)


def _joined(view: View, parts: Sequence[str], low: str) -> str:
    told = view.tr("wall.comma").join(parts)
    return view.tr("wall.semicolon").join(part for part in (told, low) if part)


def _month(view: View, found: Life) -> str:
    """The month, with its year where it is not one of the last eleven."""
    today = view.clock.at.astimezone(view.site.zone)
    back = (today.year - found.month.year) * 12 + today.month - found.month.month
    if back > MONTHS - 2:
        return formats.month(found.month, view.lang)
    return view.tr("wall_life.month", month=view.tr(f"common.month_{found.month.month}"))


def name(view: View, kpi: str) -> str:
    """The rate's short name."""
    return view.tr(f"wall_life.{kpi}")


def beside(view: View, trend: Trend) -> str:
    """The last month beside the year before it: 更低, 相当, 更高."""
    return view.tr(f"wall_life.beside_{_key(trend)}")


def _key(trend: Trend) -> str:
    if trend.last.share is None:
        return "few"
    if trend.before.share is None:
        return "alone"
    return {-1: "fallen", 0: "usual", 1: "risen"}[trend.change]


def _fall(trend: Trend) -> float:
    return (trend.last.share or 0) - (trend.before.share or 0)


def _percent(share: float | None) -> str:
    return formats.share(share or 0, digits=0)


def _share(trend: Trend) -> str:
    return _percent(trend.last.share) if trend.last.share is not None else "–"


def _low(view: View, found: Life, wall: Wall) -> list[str]:
    """Where people are less content, in ever fewer names, in the end as a count; empty where nowhere."""
    communities = [area for area in wall.areas if area.level == "community"]
    short = short_names(communities, wall.areas)
    names = [short[area.code] for area in communities if area.code in found.low]
    lines = []
    for most in range(min(MOST_NAMES, len(names)), 0, -1):
        key = "low_more" if len(names) > most else "low"
        told = view.tr("wall.joiner").join(names[:most])
        lines.append(view.tr(f"wall_life.{key}", places=told, n=formats.number(len(names))))
    return [*lines, view.tr("wall_life.low_n", n=formats.number(len(names)))] if names else []
