"""The sentence of the scene 时效: whether the promise is kept today, which stage is slow, which areas are late.

Invariant: "below the promise" is said only where the 95 % interval lies below it, "slower" only beyond chance.
"""

from datetime import datetime

from cockpit import figures, formats
from cockpit.context import View
from cockpit.wall.response.computed import MINIMUM_N, Response, Stage, target
from cockpit.wall.scene import Sentence
from geo.wall import Wall
from geo.wall.response import Promise

MOST_NAMES = 3


def is_broken(promise: Promise) -> bool:
    """Whether the share within ten minutes lies below the promise beyond chance."""
    if promise.in_time is None or promise.arrivals < MINIMUM_N:
        return False
    return figures.wilson(promise.in_time, promise.arrivals).high < target()


def sentence(view: View, found: Response, wall: Wall, *, at: datetime) -> Sentence:  # noqa: ARG001 - as in every scene
    """What is the matter with response times at the moment."""
    now = found.promise
    if wall.loaded_at is None:
        return Sentence(view.tr("wall.no_incidents"), view.tr("wall.no_incidents_lead"))
    if not now.is_told:
        return Sentence(view.tr("wall_response.untold"), view.tr("wall_response.untold_lead"))
    share, strong = _share(view, found), (_percent(now),) if now.in_time is not None else ()
    late, slow = _late(view, found, wall), max((one for one in found.urgent if one.is_slow), key=_slower, default=None)
    if is_broken(now):
        told = {"span": span(view, found.span), "target": formats.share(target(), digits=0)}
        head = view.tr("wall_response.broken", share=_percent(now), **told)
        return Sentence(head, _joined(view, share, _slow(view, slow) if slow else late), "blue", strong)
    if slow is not None:
        return Sentence(_slow_head(view, slow), _joined(view, _slow(view, slow), share), "blue", strong)
    if now.in_time is None:
        return Sentence(view.tr("wall_response.few"), _joined(view, share, late))
    key = "kept" if (now.share or 0) >= target() else "unsure"
    told = {"span": span(view, found.span), "target": formats.share(target(), digits=0)}
    return Sentence(view.tr(f"wall_response.{key}", **told), _joined(view, share, late), None, strong)


def span(view: View, days: int) -> str:
    """今天, or the last so many days."""
    return view.tr("wall_response.today" if days == 1 else "wall_response.last_days", n=days)


def _slower(stage: Stage) -> int:
    return stage.now.p50_s - stage.usual_s if stage.now and stage.usual_s is not None else 0


def _slow_head(view: View, stage: Stage) -> str:
    name = view.tr(f"wall_response.stage_{stage.name}")
    return view.tr("wall_response.slow", stage=name, length=formats.duration(_minutes(_slower(stage)), view.lang))


def _slow(view: View, stage: Stage) -> str:
    now, usual = stage.now.p50_s if stage.now else 0, stage.usual_s or 0
    return view.tr(
        "wall_response.slow_lead",
        stage=view.tr(f"wall_response.stage_{stage.name}"),
        now=formats.minutes_seconds(now),
        usual=formats.minutes_seconds(usual),
    )


def _minutes(seconds: int) -> int:
    return max(60, round(seconds / 60) * 60)


def _percent(promise: Promise) -> str:
    return formats.share(promise.share or 0, digits=0)


def _share(view: View, found: Response) -> str:
    now, when = found.promise, span(view, found.span)
    if now.in_time is None:
        return view.tr("wall_response.share_few", span=when, n=formats.number(now.arrivals))
    told = {"n": formats.number(now.in_time), "all": formats.number(now.arrivals)}
    return view.tr("wall_response.share", span=when, share=_percent(now), **told) + _beside(view, found)


def _beside(view: View, found: Response) -> str:
    """The share beside the band of what is usual; nothing where there is none."""
    share, usual = found.promise.share, found.usual()
    if share is None or usual is None:
        return ""
    key = "lower" if share < usual[0] else "higher" if share > usual[1] else "same"
    return view.tr(f"wall_response.beside_{key}")


def _late(view: View, found: Response, wall: Wall) -> str:
    names = {area.code: area.name.removesuffix("社区") for area in wall.areas if area.level == "community"}
    late = [names[one.code] for one in found.communities if one.is_late and one.code in names]
    if not late:
        return ""
    told = view.tr("wall.joiner").join(late[:MOST_NAMES])
    key = "late_more" if len(late) > MOST_NAMES else "late"
    return view.tr(f"wall_response.{key}", days=found.days, places=told, n=formats.number(len(late)))


def _joined(view: View, *parts: str) -> str:
    return formats.spaced(view.tr("wall.semicolon").join(part for part in parts if part))
