"""The sentence of the scene 民生: which rate fell in the last closed month, else how content people are.

Invariant: fallen and risen are said only beyond chance.
"""

from cockpit import formats
from cockpit.context import View
from cockpit.wall.life.computed import MAIN, Life, Trend
from cockpit.wall.scene import Sentence
from geo.wall import Wall

MOST_NAMES = 3


def sentence(view: View, found: Life, wall: Wall) -> Sentence:
    """What is the matter with the last closed month."""
    month = view.tr("wall_life.month", month=view.tr(f"common.month_{found.month.month}"))
    fallen = min((trend for trend in found.trends if trend.change < 0), key=_fall, default=None)
    main = fallen or next((trend for trend in found.trends if trend.kpi == MAIN), found.trends[0])
    share = _share(main)
    told = {"month": month, "kpi": name(view, main.kpi), "share": share}
    head = view.tr(f"wall_life.{_key(main)}", **told)
    parts = [view.tr("wall_life.before", share=_percent(main.before.share))] if main.before.share is not None else []
    parts += [
        view.tr("wall_life.also", kpi=name(view, one.kpi), share=_share(one)) for one in found.trends if one is not main
    ]
    lead = view.tr("wall.comma").join(parts)
    low = _low(view, found, wall)
    return Sentence(formats.spaced(head), formats.spaced(lead + (view.tr("wall.semicolon") + low if low else "")),
                    "blue" if fallen else None)  # fmt: skip


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


def _low(view: View, found: Life, wall: Wall) -> str:
    names = [
        area.name.removesuffix("社区") for area in wall.areas if area.level == "community" and area.code in found.low
    ]
    if not names:
        return ""
    key = "low_more" if len(names) > MOST_NAMES else "low"
    told = view.tr("wall.joiner").join(names[:MOST_NAMES])
    return view.tr(f"wall_life.{key}", places=told, n=formats.number(len(names)))
