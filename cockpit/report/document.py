"""The monthly report of one area as PDF: sentence, figures beside earlier months, courses, areas, definitions.

Invariant: every number on paper is the figure of the pages in words; what stands in the data is text and nothing else
for the typesetting.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import typst

from cockpit import formats, frozen_words
from cockpit.context import View
from cockpit.exempted import AFTER, BEFORE, after_words
from cockpit.figures import NO_DATA, Figure
from cockpit.method import words as definitions
from cockpit.report import words
from cockpit.report.taken import TREND, Monthly, Named
from config.indicators import GROUPS, Indicator
from geo.windows import Window

TEMPLATE = Path(__file__).parent / "monthly.typ"
HEAD = ("indicator", "value", "interval", "n", "before", "year_before")
FONT = "Noto Sans CJK SC"


class FontMissingError(Exception):
    """This machine has no font with Chinese characters, so that no report can be set."""


def pdf(view: View, found: Monthly, told: Sequence[tuple[str, str]]) -> bytes:
    """The report; `told`: who made it, when, of which data version. Raises FontMissingError."""
    if not _has_font():
        raise FontMissingError(FONT)
    content = json.dumps(_content(view, found, told), ensure_ascii=False)
    made: bytes = typst.compile(TEMPLATE, root=TEMPLATE.parent, sys_inputs={"report": content, "font": FONT})
    return made


def _has_font() -> bool:
    return any(family == FONT for family in typst.Fonts().families())


def _content(view: View, found: Monthly, told: Sequence[tuple[str, str]]) -> dict[str, Any]:
    tr = view.tr
    known = [figure.indicator for figure in found.now.values()]
    return {
        "lang": view.lang,
        "title": tr("report.title", area=view.area_name, month=month_name(view, found.month.start)),
        "simulated": words.simulated(view),
        "sentence": _sentence(view, found.now),
        "frozen": words.frozen_month(view, found.month.start),
        "differences_title": tr("report.differences"),
        "differences": _differences(view, found),
        "days": _days(view, found),
        "head": [
            tr(f"report.column_{name}") for name in ("indicator", "value", "interval", "n", "before", "year_before")
        ],
        "groups": [_group(view, found, group, known) for group in GROUPS],
        "reference": tr("report.reference_mark"),
        "courses_title": tr("report.courses"),
        "courses": [course for slug in TREND if (course := _course(view, found, slug))],
        "areas": _areas(view, found),
        "definitions_title": tr("report.sheet_definitions"),
        "definitions": [_definition(view, each) for each in known],
        "told": [list(line) for line in told],
        "footer": tr("report.footer", area=view.area_name, month=month_name(view, found.month.start)),
    }


def month_name(view: View, month: date) -> str:
    """2026年10月 · October 2026."""
    return formats.month(month, view.lang)


def _sentence(view: View, now: Named) -> str:
    told = {slug: words.value(view, now[slug]) for slug in ("incidents", "on_time_rate", "backlog", "backlog_overdue")}
    if now["incidents"].note == NO_DATA:
        return view.tr("report.sentence_none")
    if now["on_time_rate"].value is None:
        return view.tr("report.sentence_without_rate", **told)
    exempted = after_words(view, now.get(AFTER))
    exempted = view.tr("indicator.comma") + exempted if exempted else ""
    return view.tr("report.sentence", **told, interval=words.interval(view, now[BEFORE]), exempted=exempted)


def _differences(view: View, found: Monthly) -> list[list[str]]:
    """The frozen figures that have another value now: name and both values."""
    return [
        [figure.indicator.name(view.lang), frozen_words.difference(view, figure)]
        for figure in found.now.values()
        if figure.is_changed
    ]


def _days(view: View, found: Monthly) -> str:
    """That the months beside each other are not equally long; empty where they are."""
    lengths = [(one.end - one.start).days for one in (found.month, *_months_beside(found))]
    if len(set(lengths)) < 2:
        return ""
    named = dict(zip(("now", "before", "year_before"), lengths, strict=True))
    return view.tr("report.days", **named)


def _months_beside(found: Monthly) -> tuple[Window, Window]:
    """The month before, and that of the year before."""
    start = found.month.start
    before = (start - timedelta(days=1)).replace(day=1)
    year = start.replace(year=start.year - 1)
    return (
        Window(before, start, found.month.zone),
        Window(year, (year + timedelta(days=31)).replace(day=1), found.month.zone),
    )


def _group(view: View, found: Monthly, group: str, known: Sequence[Indicator]) -> dict[str, Any]:
    rows = [_row(view, found, each) for each in known if each.group == group]
    return {"name": view.tr(f"report.group_{group}"), "rows": rows}


def _row(view: View, found: Monthly, known: Indicator) -> dict[str, Any]:
    now = found.now[known.slug]
    return {
        "name": known.name(view.lang),
        "is_reference": not known.is_assessable,
        "has_value": now.value is not None,
        "cells": [
            words.value(view, now),
            words.interval(view, now),
            "" if now.n is None else formats.number(now.n),
            *(words.value(view, past[known.slug]) if past else "–" for past in (found.before, found.year_before)),
        ],
    }


def _course(view: View, found: Monthly, slug: str) -> dict[str, Any] | None:
    """The months of one indicator as parts of the height of its chart; None where no month has a value."""
    figures = [month[slug] for month in found.months if month]
    values = [figure.value for figure in figures if figure.value is not None]
    if not values:
        return None
    known = figures[-1].indicator
    ends = [end for figure in figures for end in (figure.value, figure.high) if end is not None]
    top = 1.0 if known.is_share else max(ends) or 1
    return {
        "title": known.name(view.lang),
        "last": words.value(view, figures[-1]),
        "range": "0–" + formats.quantity(top, known.unit, view.lang, is_share=known.is_share),
        "first_month": f"{figures[0].start:%Y-%m}",
        "last_month": f"{figures[-1].start:%Y-%m}",
        "target": known.target / top if known.target is not None and known.target <= top else None,
        "target_word": view.tr("report.target", value=definitions.target(known, view.lang)),
        "points": [_point(figure, top) for figure in figures],
    }


def _point(figure: Figure, top: float) -> dict[str, float | None]:
    named = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {name: None if item is None or figure.value is None else item / top for name, item in named.items()}


def _areas(view: View, found: Monthly) -> dict[str, Any] | None:
    if found.below is None or not found.below.areas:
        return None
    below = found.below
    return {
        "title": view.tr("report.areas", level=view.tr(f"common.level_{below.level}")),
        "head": [view.tr("report.column_name"), *(each.name(view.lang) for each in below.indicators)],
        "are_wide": [_has_n(each) for each in below.indicators],
        "rows": [
            {"name": next(iter(area.values())).name, "cells": [_area_cell(view, figure) for figure in area.values()]}
            for area in below.areas
        ],
        "note": view.tr("report.areas_note"),
    }


def _has_n(known: Indicator) -> bool:
    """Whether a value says little without its number of cases."""
    return known.kind in ("rate", "quantile")


def _area_cell(view: View, figure: Figure) -> dict[str, Any]:
    """A value, beside it the interval of a share and the cases; pale where these are too few for a comparison."""
    known, beside = figure.indicator, []
    if _has_n(known):
        beside = [words.interval(view, figure)] if figure.interval and figure.value is not None else []
        beside += [f"n={formats.number(figure.n or 0)}"]
    is_firm = not _has_n(known) or (figure.value is not None and (figure.n or 0) >= known.minimum_ranked)
    return {"value": words.value(view, figure), "beside": "  ".join(beside), "is_firm": is_firm}


def _definition(view: View, known: Indicator) -> dict[str, str]:
    return {
        "name": f"{known.name(view.lang)}（{known.definition}）" if view.lang == "zh"
        else f"{known.name(view.lang)} ({known.definition})",
        "formula": known.formula(view.lang),
        "denominator": known.denominator(view.lang),
        "use": words.use(view, known),
    }  # fmt: skip
