"""The rows behind a figure as people and scripts get them: which trace an indicator has, and a row's words.

Invariant: a row is marked as the figure counts it: a quantile has no numerator, all its durations are its denominator.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from config.indicators import Indicator
from config.messages import catalogue, tr
from config.site import Site
from geo.families import is_span
from geo.figures import NamedArea
from geo.tracing import MARKS, Counts, Mark, Row, Sort, Trace
from geo.windows import Window

LONG_ROWS = 20_000
"""From so many rows on they stand by their report unless asked otherwise: by duration all of them must be read."""
COLUMNS = (
    "code", "category", "mark", "in_numerator", "in_denominator", "excluded", "reason", "part", "agency", "street",
    "community", "grid", "reported_at", "closed_at", "due_at", "start_event", "start_at", "end_event", "end_at",
    "clock", "duration_s", "part_s", "over_s", "exempted_at", "exempted_by", "exempted_why",
)  # fmt: skip


def trace_of(
    indicator: Indicator,
    area: NamedArea,
    window: Window,
    *,
    category: str | None = None,
    response_class: str | None = None,
    sort: Sort | None = None,
) -> Trace:
    """The rows of the indicator: what lowers it first, the longest durations (or newest reports) before others."""
    if indicator.kind == "quantile":
        order: tuple[tuple[Mark, ...], ...] = (("numerator", "denominator"), ("excluded",))
    elif indicator.direction == "up":
        order = (("denominator",), ("numerator",), ("excluded",))
    else:
        order = (("numerator",), ("denominator",), ("excluded",))
    by = sort or ("longest" if is_span(indicator.marks) else "newest")
    return Trace(indicator.marks, area, window, category=category, response_class=response_class, sort=by, order=order)


def marks_of(indicator: Indicator) -> tuple[Mark, ...]:
    """The marks that rows of the indicator may bear."""
    if indicator.kind == "quantile":
        return ("denominator", "excluded")
    return ("numerator", "excluded") if indicator.kind == "count" or indicator.per else MARKS


def mark_of(indicator: Indicator, row: Row) -> Mark:
    """How the row counts in the indicator."""
    return "denominator" if indicator.kind == "quantile" and row.mark == "numerator" else row.mark


def mark_words(indicator: Indicator, mark: Mark, lang: str) -> str:
    """What the mark is called: of a rate by the words of its family; where there is no numerator, counted or not."""
    pair = f"kpi.{'in' if mark == 'numerator' else 'out'}_{indicator.marks}"
    if indicator.kind == "rate" and mark != "excluded" and pair in catalogue(lang):
        return tr(pair, lang)
    if mark == "denominator" and indicator.kind in ("quotient", "change"):
        return tr("indicator.denominator", lang)
    is_counted = mark != "excluded" and (indicator.kind in ("quantile", "count") or indicator.per)
    return tr("indicator.mark_counted" if is_counted else f"indicator.mark_{mark}", lang)


def asked_marks(indicator: Indicator, mark: Mark) -> tuple[Mark, ...]:
    """The marks of the family that one mark of the indicator stands for."""
    return ("numerator", "denominator") if indicator.kind == "quantile" and mark == "denominator" else (mark,)


def count_of(indicator: Indicator, counts: Counts, mark: Mark) -> int:
    """How many rows bear the mark."""
    return counts.of(asked_marks(indicator, mark))


def over_s(row: Row) -> int | None:
    """Whole seconds from the deadline to the closure, or to E while open; below zero inside the limit, None without a
    deadline or where either is a bare date."""
    if row.due_at is None or {"due_at", "closed_at"} & row.by_day:
        return None
    return int(((row.closed_at or row.moment) - row.due_at).total_seconds())


def record(indicator: Indicator, row: Row, *, is_of_two_parts: bool, site: Site, lang: str) -> dict[str, Any]:
    """The row by COLUMNS; moments as ISO 8601 in the site's zone, a bare date as that; durations in whole seconds."""
    mark = mark_of(indicator, row)

    def told(moment: datetime | None, stamp: str | None) -> str | None:
        if moment is None:
            return None
        local = moment.astimezone(site.zone)
        return local.date().isoformat() if stamp in row.by_day else local.isoformat(timespec="seconds")

    return {
        "code": row.code,
        "category": row.category_code,
        "mark": mark,
        "in_numerator": indicator.kind != "quantile" and row.in_numerator,
        "in_denominator": row.in_denominator,
        "excluded": row.excluded,
        "reason": tr(f"kpi.excluded_{row.excluded}", lang) if row.excluded else None,
        "part": ("numerator" if row.is_of_numerator else "denominator") if is_of_two_parts else None,
        "agency": row.agency,
        "street": row.street,
        "community": row.community,
        "grid": row.grid,
        "reported_at": told(row.reported_at, "reported_at"),
        "closed_at": told(row.closed_at, "closed_at"),
        "due_at": told(row.due_at, "due_at"),
        "start_event": row.start_stamp.removesuffix("_at"),
        "start_at": told(row.start_at, row.start_stamp),
        "end_event": row.end_stamp.removesuffix("_at") if row.end_stamp else None,
        "end_at": told(row.end_at, row.end_stamp),
        "clock": indicator.clock if row.duration_s is not None else None,
        "duration_s": row.duration_s,
        "part_s": row.part_s,
        "over_s": over_s(row),
        "exempted_at": told(row.exempted_at, None),
        "exempted_by": row.exempted_by,
        "exempted_why": row.exempted_why,
    }


def cells(told: Mapping[str, Any]) -> Sequence[Any]:
    """A record as a line of a file: nothing for None, 1 and 0 for yes and no."""
    return [int(value) if isinstance(value, bool) else "" if value is None else value for value in told.values()]
