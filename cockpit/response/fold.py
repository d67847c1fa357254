"""The definitions folded below each figure: formula in words, denominator, source, exclusions with their counts.

Invariant: the words come from config/kpi, where the figure's own rules stand; nothing is defined a second time.
"""

from collections.abc import Sequence

from cockpit import formats
from cockpit.charts import svg
from cockpit.context import View
from cockpit.figures import Figure
from cockpit.response import words
from cockpit.response.computed import StageTime, settings


def figure_fold(view: View, figures: Sequence[Figure]) -> str:
    """The definitions of `figures`, one below the other, closed until asked for."""
    return _fold(view, "".join(_definition(view, figure) for figure in figures))


def _definition(view: View, figure: Figure) -> str:
    indicator, lang = figure.indicator, view.lang
    lines = [
        ("formula", indicator.formula(lang)),
        ("denominator", indicator.denominator(lang)),
        ("excluded", words.left_out(view, figure.excluded) or view.tr("response.fold.nothing")),
        ("least", view.tr("response.fold.least_n", n=indicator.minimum_n)),
        ("source", indicator.source(lang)),
        ("version", view.tr("response.fold.version_of", definition=indicator.definition, data=figure.data_version)),
    ]
    if indicator.kind == "rate":
        lines.insert(3, ("interval", view.tr("response.fold.wilson")))
    if indicator.target is not None:
        lines.insert(2, ("target", formats.share(indicator.target, digits=0)))
    return svg.element("h3", svg.escape(indicator.name(lang))) + _list(view, lines)


def stage_fold(view: View, stages: Sequence[StageTime], *, figures: Sequence[Figure] = ()) -> str:
    """How each stage is measured, with its number of cases and what is left out; then the definitions of `figures`."""
    lines = []
    for stage in stages:
        suffix = "_from_report" if stage.is_from_report else ""
        rule = view.tr(f"response.rule.{stage.stage}{suffix}")
        told = view.tr("response.fold.stage", rule=rule, cases=formats.cases(stage.n, view.lang))
        if stage.excluded:
            out = words.left_out(view, stage.excluded)
            told += view.tr("response.fold.stage_out", told=out)
        lines.append((words.stage_name(view, stage), told))
    margin = formats.share(settings().longer_margin, digits=0)
    body = "".join(_line(name, told) for name, told in lines)
    body += _line(view.tr("response.fold.clock"), view.tr("response.fold.natural"))
    body += _line(view.tr("response.fold.usual"), view.tr("response.fold.usual_rule", margin=margin))
    return _fold(view, svg.element("dl", body) + "".join(_definition(view, figure) for figure in figures))


def _fold(view: View, body: str) -> str:
    summary = svg.element("summary", svg.escape(view.tr("response.fold.title")))
    return svg.element("details", summary + body, class_="c-fold")


def _list(view: View, lines: Sequence[tuple[str, str]]) -> str:
    return svg.element("dl", "".join(_line(view.tr(f"response.fold.{key}"), told) for key, told in lines))


def _line(name: str, told: str) -> str:
    return svg.element("dt", svg.escape(name)) + svg.element("dd", svg.escape(told))
