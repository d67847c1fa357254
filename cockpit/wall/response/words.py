"""The sentence of the scene 时效: whether the promise is kept today, which stage is slow, which areas are late.

Invariant: "below the promise" is said only where the 95 % interval lies below it, "slower" only beyond chance.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from cockpit import figures, formats
from cockpit.context import View
from cockpit.wall import fitting
from cockpit.wall.naming import short_names
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


def sentence(view: View, found: Response, wall: Wall, *, at: datetime) -> Sentence:
    """What is the matter with response times at the moment."""
    today = at.date()
    if unknown := _unknown(view, found, today):
        return unknown
    now = found.promise
    strong = (_percent(now),) if now.in_time is not None else ()
    slow = max((one for one in found.urgent if one.is_slow), key=_slower, default=None)
    share, brief, late = _share(view, found, today), _share(view, found, today, is_brief=True), _late(view, found, wall)
    told = {"span": span(view, found, today), "target": formats.share(target(), digits=0)}
    if is_broken(now):
        head = view.tr("wall_response.broken", share=_percent(now), **told)
        more = [_slow(view, slow)] if slow else late
        lead = fitting.lead(_wanted(view, (_cases(view, found), ""), more), is_marked=True)  # the share stands above
        return Sentence(head, lead, "blue")
    if slow is not None:
        lead = fitting.lead(_wanted(view, (share, brief), [_slow(view, slow)], is_first=False), is_marked=True)
        return Sentence(_slow_head(view, slow), lead, "blue", strong)
    lead = fitting.lead(_wanted(view, (share, brief), late))
    if now.in_time is None:
        return Sentence(view.tr("wall_response.few"), lead)
    key = "kept" if (now.share or 0) >= target() else "unsure"
    return Sentence(view.tr(f"wall_response.{key}", **told), lead, None, strong)


def _unknown(view: View, found: Response, today: date) -> Sentence | None:
    """Why there is nothing to judge: nobody tells arrivals, nobody had to come."""
    if not found.promise.is_told:
        return Sentence(view.tr("wall_response.untold"), view.tr("wall_response.untold_lead"))
    if not found.promise.arrivals and not any(stage.is_slow for stage in found.urgent):
        head = view.tr("wall_response.nobody", span=span(view, found, today))
        return Sentence(head, view.tr("wall_response.nobody_lead"))
    return None


def span(view: View, found: Response, today: date) -> str:
    """今天, or the last so many days; 4月21日 where that is the day up to which anything is known."""
    return _last_days(view, found.span) if found.span > 1 else last_day(view, found, today)


def dated(view: View, found: Response, today: date, *, days: int) -> str:
    """The last so many days, with the day up to which anything is known where that is not today: 4月21日止 7 天; its
    year stands on the axis and in the headline.
    """
    if days == 1:
        return last_day(view, found, today)
    if found.day == today:
        return _last_days(view, days)
    return view.tr("wall_response.days_until", n=days, day=formats.day_beside(found.day, now=found.day, lang=view.lang))


def last_day(view: View, found: Response, today: date) -> str:
    """今天, or the day up to which anything is known."""
    if found.day == today:
        return view.tr("wall_response.today")
    return formats.day_beside(found.day, now=today, lang=view.lang)


def _last_days(view: View, days: int) -> str:
    return view.tr("wall_response.last_days", n=days)


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


def _share(view: View, found: Response, today: date, *, is_brief: bool = False) -> str:
    """The share of now beside the usual one, with its cases or (`is_brief`) without, which stand below as well."""
    now, when = found.promise, span(view, found, today)
    if now.in_time is None:
        return view.tr("wall_response.share_few", span=when, n=formats.number(now.arrivals))
    told = {"n": formats.number(now.in_time), "all": formats.number(now.arrivals)}
    key = "wall_response.share_brief" if is_brief else "wall_response.share"
    return view.tr(key, span=when, share=_percent(now), **told) + _beside(view, found)


def _cases(view: View, found: Response) -> str:
    """The cases of the share of now, and how it is beside the usual one."""
    now = found.promise
    told = {"n": formats.number(now.in_time or 0), "all": formats.number(now.arrivals)}
    return view.tr("wall_response.cases", **told) + _beside(view, found)


def _beside(view: View, found: Response) -> str:
    """The share beside the band of what is usual; nothing where there is none."""
    share, usual = found.promise.share, found.usual()
    if share is None or usual is None:
        return ""
    key = "lower" if share < usual[0] else "higher" if share > usual[1] else "same"
    return view.tr(f"wall_response.beside_{key}")


def _late(view: View, found: Response, wall: Wall) -> list[str]:
    """Which communities are late, in ever fewer names, in the end as a count; empty where none is."""
    communities = [area for area in wall.areas if area.level == "community"]
    names = short_names(communities, wall.areas)
    late = [names[one.code] for one in found.communities if one.is_late and one.code in names]
    told = {"days": found.days, "n": formats.number(len(late))}
    lines = []
    for most in range(min(MOST_NAMES, len(late)), 0, -1):
        key = "late_more" if len(late) > most else "late"
        lines.append(view.tr(f"wall_response.{key}", places=view.tr("wall.joiner").join(late[:most]), **told))
    return [*lines, view.tr("wall_response.late_n", **told)] if late else []


def _wanted(view: View, shares: tuple[str, str], more: Sequence[str], *, is_first: bool = True) -> Iterator[str]:
    """Second lines, the fullest first: the share before (`is_first`) or after what else there is, in the end alone."""
    for each in more:
        for share in shares:
            yield _joined(view, *((share, each) if is_first else (each, share)))
    yield shares[0]


def _joined(view: View, *parts: str) -> str:
    return view.tr("wall.semicolon").join(part for part in parts if part)
