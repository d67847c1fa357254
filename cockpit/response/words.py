"""The sentences of the page of response times: what is the matter, as computed facts.

Invariant: "higher" or "lower" is said only where intervals exclude each other; what is not known is said to be so.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from cockpit import formats
from cockpit.context import View
from cockpit.figures import NO_DATA, Figure
from cockpit.response.computed import MEDIAN, PROMISE, Scope, StageTime, differs, scope_of

NAMED = 3
"""At most so many areas are named in a sentence."""
ONE_SIDED = 0.025
"""The share of areas that lie below a 95 % interval by chance alone."""


def headline(view: View, figures: Mapping[str, Figure]) -> str:
    """The sentence of the page: median to the scene and the share inside ten minutes, or why there is none.

    Without the share where the ten minutes are not promised.
    """
    promise, median = figures.get(PROMISE), figures.get(MEDIAN)
    if promise is None or promise.note == NO_DATA or median is None:
        return view.tr("response.headline_none")
    if promise.value is None or median.value is None:
        return view.tr("response.headline_few", n=formats.number(promise.n or 0))
    duration = formats.duration(median.value, view.lang)
    if not scope_of(view).has_promise:
        return view.tr("response.headline_median", duration=duration)
    return view.tr("response.headline", duration=duration, share=formats.share(promise.value))


def lead(
    view: View,
    *,
    scope: Scope,
    figures: Mapping[str, Figure],
    before: Mapping[str, Figure],
    stages: Sequence[StageTime],
) -> str:
    """The second line: which cases and when, how that compares with a year before, which stage takes longer.

    Where most cases have no arrival it says how many the figures stand on; without any, what is known of the close.
    """
    promise = figures.get(PROMISE)
    parts = [view.tr("response.lead_cases", who=who(view, scope), period=period(view, scope))]
    if promise and promise.n and promise.excluded.get("no_arrival", 0) > promise.n:
        without = formats.cases(promise.excluded["no_arrival"], view.lang)
        parts.append(view.tr("response.lead_few_arrivals", n=formats.cases(promise.n, view.lang), without=without))
    if not scope.has_promise:
        parts.append(no_promise(view, scope))
    elif promise and promise.value is not None:
        parts.append(_compared(view, promise, before.get(PROMISE)))
    closed = next((stage for stage in stages if stage.stage == "handle" and stage.is_from_report), None)
    if closed and closed.p50_s is not None and promise and promise.note == NO_DATA:
        told = {"stage": stage_name(view, closed), "duration": formats.duration(closed.p50_s, view.lang)}
        parts.append(view.tr("response.lead_closed", n=formats.cases(closed.n, view.lang), **told))
    slower = [stage for stage in stages if stage.is_longer and stage.p50_s and stage.usual_s]
    if slower:
        worst = max(slower, key=lambda stage: (stage.p50_s or 0) - (stage.usual_s or 0))
        more = formats.duration((worst.p50_s or 0) - (worst.usual_s or 0), view.lang)
        parts.append(view.tr("response.lead_slower", stage=stage_name(view, worst), duration=more))
    return view.tr("response.lead_join").join(parts)


def _compared(view: View, now: Figure, before: Figure | None) -> str:
    if before is None or before.value is None or now.value is None:
        return view.tr("response.lead_no_year")
    if not differs(now, before):
        return view.tr("response.lead_alike", share=formats.share(before.value))
    points = formats.number(abs(now.value - before.value) * 100, digits=1)
    key = "response.lead_higher" if now.value > before.value else "response.lead_lower"
    return view.tr(key, share=formats.share(before.value), points=points)


def no_promise(view: View, scope: Scope) -> str:
    """Why the ten minutes are not promised to the cases of the scope."""
    key = "response.no_promise_category" if scope.category else "response.no_promise"
    return view.tr(key, category=who(view, scope))


def period(view: View, scope: Scope) -> str:
    """The days of the scope as people read them; days that have not come are not named."""
    tomorrow = view.now.date() + timedelta(days=1)
    end = min(scope.end, tomorrow) if scope.start < tomorrow else scope.end
    return formats.period(scope.start, end, view.lang)


def who(view: View, scope: Scope) -> str:
    """Which cases the scope holds: 紧急事件, the name of a category, or 全部事件."""
    if scope.category:
        named = next(category for category in view.categories if category.code == scope.category)
        return named.name(view.lang)
    return view.tr(f"response.who_{scope.response_class or 'all'}")


def stage_name(view: View, stage: StageTime) -> str:
    """The name of a stage; of one that is measured from the report, with that."""
    suffix = "_from_report" if stage.is_from_report else ""
    return view.tr(f"response.stage.{stage.stage}{suffix}")


def left_out(view: View, excluded: Mapping[str, int]) -> str:
    """The exclusions with their counts: 没有到场时刻 12 件，没有派遣时刻 3 件."""
    told = [
        view.tr(f"response.excluded.{reason}", cases=formats.cases(n, view.lang))
        for reason, n in sorted(excluded.items())
    ]
    return view.tr("response.list_comma").join(told)


def worse_areas(view: View, names: Sequence[str], *, compared: int) -> str:
    """Which areas lie below all of them together beyond chance, and how many would by chance alone."""
    if not compared:
        return view.tr("response.areas_too_few")
    chance = round(compared * ONE_SIDED)
    key = "response.areas_chance" if chance else "response.areas_firm"
    note = view.tr(key, compared=compared, chance=chance)
    if not names:
        return view.tr("response.areas_alike") + note
    named = view.tr("response.list_dun").join(names[:NAMED])
    key = "response.areas_worse_more" if len(names) > NAMED else "response.areas_worse"
    return view.tr(key, names=named, n=len(names)) + note


def no_value(view: View, figure: Figure) -> str:
    """The words that stand for a missing value; empty where there is one."""
    if figure.value is not None:
        return ""
    if figure.note == NO_DATA:
        return view.tr("common.no_data")
    return view.tr("response.too_few_n", n=figure.n or 0)


def cases(view: View, figure: Figure) -> str:
    """Numerator and denominator with their unit: 31 / 33 件."""
    return view.tr("response.of_cases", k=formats.number(figure.numerator or 0), n=formats.number(figure.n or 0))
