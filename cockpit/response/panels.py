"""The panels of the page of response times: each asks its own figures and hands a finished picture to the page.

Invariant: nothing is counted here; a panel without figures says why, and each figure has its definition folded below.
"""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from cockpit import formats, plotted
from cockpit.charts import svg
from cockpit.charts.stages import Length, Stage, StageChart, stage_bars
from cockpit.context import View
from cockpit.figures import NO_DATA, Figure
from cockpit.holdings import held
from cockpit.limited import of_own
from cockpit.panels import Empty, panel
from cockpit.picture import STATIC, picture
from cockpit.response import computed, words
from cockpit.response.computed import LIMIT_S, PROMISE, TEAM, URGENT, StageTime, scope_of
from cockpit.response.fold import figure_fold, stage_fold
from cockpit.theme import page_head
from geo.errors import StoreUnavailable

BARS_PX = 330
WORDS_PX = 30

Draw = Callable[[], Empty | None]


def apply_style() -> None:
    """Puts the shapes of the charts on this run's page."""
    st.html(STATIC / "charts.css")
    plotted.apply_style()


def section(view: View, *, key: str, title: str, unit: str, draw: Draw) -> None:
    """One panel of incidents; without a store it says what happened."""

    def drawn() -> Empty | None:
        view.check()
        return draw()

    panel(view, key=key, title=title, unit=unit, draw=drawn, dataset="incidents")


def is_without_incidents(view: View) -> bool:
    """Whether there is nothing to show below the head: the store answers and holds no incident."""
    return "incidents" not in view.datasets and view.fault is None and not (view.pulse and view.pulse.fault)


def who(view: View) -> str:
    """The cases under the promise, as a section head says them."""
    return words.who(view, scope_of(view))


def period(view: View) -> str:
    """The period as a section head says it."""
    return words.period(view, scope_of(view))


def head(view: View) -> None:
    """The head of the page: the computed sentence; without incidents what to load, without a store what happened."""
    if is_without_incidents(view):
        page_head(view, sentence=view.tr("response.no_incidents"), lead=held(view))
        return
    scope = scope_of(view)
    try:
        figures = computed.whole(view.asked, scope=scope)
        before = computed.whole(view.asked, scope=scope.a_year_before())
        stages = computed.stages(view.asked, scope=scope)
    except StoreUnavailable:
        page_head(view, sentence=view.tr("common.down_title"))
        return
    lead = words.lead(view, scope=scope, figures=figures, before=before, stages=stages)
    page_head(view, sentence=of_own(view, words.headline(view, figures)), lead=lead)


# ---- stages


def stages_of_class(view: View, response_class: str) -> Draw:
    """The stages of one class of cases: the urgent ones up to the arrival, the general ones to the call-back."""

    def draw() -> Empty | None:
        scope = replace(scope_of(view), response_class=response_class)
        refused = _class_refused(view, response_class)
        if refused:
            return Empty(refused)
        found = computed.stages(view.asked, scope=scope)
        coverage = None
        if response_class == URGENT:
            found = tuple(stage for stage in found if stage.stage in ("accept", "dispatch", "arrival"))
        else:
            coverage = computed.follow_up_coverage(view.asked, scope=scope)
        if all(stage.reason == "not_covered" for stage in found):
            return Empty(view.tr("response.why.not_covered"))
        chart = _stage_chart(view, found, response_class)
        if any(stage.length for stage in chart.stages):
            markup = stage_bars(chart, lang=view.lang, row_height=BARS_PX / len(found))
            markup += svg.element("p", _stage_key(view, found), class_="c-key")
        else:
            markup = stage_bars(chart, lang=view.lang, row_height=WORDS_PX)
        if coverage:
            markup += _coverage(view, coverage)
        markup += stage_fold(view, found, figures=[coverage] if coverage else [])
        picture(markup, key=f"stages_{response_class}")
        return None

    return draw


def _coverage(view: View, figure: Figure) -> str:
    """One line: how many of the closed cases were called back."""
    value = words.no_value(view, figure) or formats.share(figure.value or 0)
    told = svg.escape(view.tr("response.coverage")) + " " + svg.element("b", svg.escape(value), class_="figure")
    if figure.interval:
        interval = formats.share_range(figure.interval.low, figure.interval.high, digits=1)
        facts = view.tr("response.coverage_facts", range=interval, cases=words.cases(view, figure))
        told += " " + svg.escape(facts)
    return svg.element("p", told, class_="c-note-line")


def _class_refused(view: View, response_class: str) -> str | None:
    """Why there is nothing of this class, None where there may be."""
    chosen = next((c for c in view.categories if c.code == view.filters.category), None)
    if chosen and chosen.response_class != response_class:
        its = view.tr(f"response.who_{chosen.response_class}")
        return view.tr("response.other_class", category=chosen.name(view.lang), its=its)
    if not any(category.response_class == response_class for category in view.categories):
        return view.tr(f"response.none_{response_class}")
    return None


def _stage_chart(view: View, found: tuple[StageTime, ...], response_class: str) -> StageChart:
    stages = tuple(Stage(words.stage_name(view, stage), _length(stage), _absent(view, stage)) for stage in found)
    widest = max(len(stage.label) for stage in stages)
    return StageChart(
        title=view.tr(f"response.who_{response_class}"),
        stages=stages,
        limit_s=LIMIT_S if response_class == URGENT else None,
        label_width=widest * (14 if view.lang == "zh" else 7) + 4,
        yardstick=view.tr("response.yardstick"),
    )


def _length(stage: StageTime) -> Length | None:
    if stage.p50_s is None or stage.p90_s is None:
        return None
    return Length(stage.n, stage.p50_s, stage.p90_s, usual_s=stage.usual_s, is_longer=stage.is_longer)


def _absent(view: View, stage: StageTime) -> str:
    return view.tr(f"response.why.{stage.reason}", n=stage.n) if stage.reason else ""


def _stage_key(view: View, found: tuple[StageTime, ...]) -> str:
    """What the marks mean; only of marks that are there."""
    told = [svg.span(view.tr("response.key.bar")), svg.span(view.tr("response.key.thin"))]
    if any(stage.usual_s is not None for stage in found):
        told.append(svg.span(view.tr("response.key.bed")))
    else:
        told.append(svg.span(view.tr("response.key.no_bed")))
    if any(stage.is_longer for stage in found):
        told.append(
            svg.element("b", svg.escape(view.tr("response.key.more_colour"))) + svg.escape(view.tr("response.key.more"))
        )
    return "　".join(told) if view.lang == "zh" else " · ".join(told)


# ---- the share inside ten minutes


def promise(view: View) -> Draw:
    """The share inside ten minutes from the report, and below it the team's part of it."""

    def draw() -> Empty | None:
        scope = scope_of(view)
        figures = computed.whole(view.asked, scope=scope)
        if not figures:
            return Empty(view.tr("response.why.not_covered"))
        before = computed.whole(view.asked, scope=scope.a_year_before())
        markup = _promise(view, figures[PROMISE], before.get(PROMISE)) + _team(view, figures[TEAM])
        picture(markup + figure_fold(view, (figures[PROMISE], figures[TEAM])), key="promise")
        return None

    return draw


def _promise(view: View, figure: Figure, before: Figure | None) -> str:
    reason = words.no_value(view, figure)
    if reason:
        number = svg.element("div", svg.escape(reason), class_="c-figure-number c-words figure")
    else:
        small, tone = svg.element("small", "%"), "" if scope_of(view).has_promise else " i2"
        number = svg.element(
            "div",
            svg.escape(formats.number((figure.value or 0) * 100, digits=1)) + small,
            class_=f"c-figure-number figure{tone}",
        )
    lines = [_counted(view, figure)]
    if figure.indicator.target is not None:
        target = view.tr("response.target", value=formats.share(figure.indicator.target, digits=0))
        lines.append(svg.span(target, "c-promise"))
    elif not scope_of(view).has_promise:
        told = words.no_promise(view, scope_of(view))
        lines.append(svg.span(told[0].upper() + told[1:]))
    if before and before.value is not None:
        lines.append(svg.span(view.tr("response.year_before", value=formats.share(before.value))))
    facts = svg.element("div", "<br>".join(line for line in lines if line), class_="c-figure-facts")
    left = svg.element("p", svg.escape(_missing(view, figure)), class_="c-part")
    return svg.element("div", number + facts, class_="c-figure") + left


def _counted(view: View, figure: Figure) -> str:
    """Numerator and denominator in bold, the interval below; nothing for a share without an interval."""
    if not figure.interval:
        return ""
    interval = formats.share_range(figure.interval.low, figure.interval.high, digits=1)
    cases = svg.element("b", svg.escape(words.cases(view, figure)))
    return f"{cases}<br>{svg.escape(view.tr('response.interval', range=interval))}"


def _missing(view: View, figure: Figure) -> str:
    """What is left out; of a share without data, why there is none."""
    if figure.note == NO_DATA:
        reason = computed.why_no_share(view.asked, scope=scope_of(view), slug=figure.indicator.slug)
        return view.tr(f"response.why.{reason}")
    return view.tr("response.left_out", told=words.left_out(view, figure.excluded))


def _team(view: View, figure: Figure) -> str:
    """One line on the part of the team: from dispatch to arrival."""
    value = words.no_value(view, figure) or formats.share(figure.value or 0)
    told = svg.escape(view.tr("response.team")) + " " + svg.element("b", svg.escape(value), class_="figure")
    if figure.interval:
        interval = formats.share_range(figure.interval.low, figure.interval.high, digits=1)
        facts = view.tr("response.team_facts", range=interval, cases=words.cases(view, figure))
        told += " " + svg.escape(facts)
    return svg.element("p", f"{told}<br>{svg.escape(_missing(view, figure))}", class_="c-part")
