"""The rows behind a figure: the cases of one family of marks in one area and window, each with how it counts.

Invariant: rows and their counts come from the marks that the figure is rolled up from, in one transaction's state of
the data, so that they add up to it exactly; whose rows these are is the database's to say.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import families, figures, sql
from geo.figures import NamedArea, Question
from geo.store import rows, streamed
from geo.windows import Window

Mark = Literal["numerator", "denominator", "excluded"]
MARKS: tuple[Mark, ...] = ("numerator", "denominator", "excluded")
"""How a case counts; `denominator`: there and not in the numerator too."""
Sort = Literal["longest", "shortest", "newest", "oldest"]
SORTS: tuple[Sort, ...] = ("longest", "shortest", "newest", "oldest")
PAGE_ROWS = 100
FARTHEST_S = 4e9
"""Seconds since 1970 beyond which no report is looked for: a position may come from outside."""
LIMIT = re.compile(r"(\d+) as limit_s")
"""Where the query of a span says which duration is inside."""
AHEAD = 4
"""How many times as many rows as a page needs are looked through first, as far as the figure's counts let expect it."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page ends, and so where the next one begins after."""

    place: int
    sort_key: float
    incident_id: int
    is_of_numerator: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Which rows: of `family` in one area (all its versions) and window, of one category or class, or of all.

    `marks` and `why` (a reason of exclusion) limit them, None: all. `order` says which marks stand first; those named
    together in one group are not told apart. Within a group `sort` holds: by the duration, else by the report.
    """

    family: str
    area: NamedArea
    window: Window
    category: str | None = None
    response_class: str | None = None
    marks: tuple[Mark, ...] | None = None
    why: str | None = None
    sort: Sort = "longest"
    order: tuple[tuple[Mark, ...], ...] = (("denominator",), ("numerator",), ("excluded",))

    @property
    def params(self) -> dict[str, Any]:
        """What the queries bind of it."""
        asked = Question(self.area.level, category=self.category, response_class=self.response_class)
        return {
            **figures.cases_params(asked, (self.window,)),
            "area_ids": list(self.area.area_ids or (0,)),
            "community_ids": list(self.area.area_ids) if self.area.level == "community" else None,
            "reported_from": None,
            "reported_to": None,
            "marks": None if self.marks is None else list(self.marks),
            "why": self.why,
            "sort": self.sort,
            "places": [next(n for n, group in enumerate(self.order) if mark in group) for mark in MARKS],
        }


@dataclass(frozen=True, slots=True)
class Row:
    """One case as it counts in a figure.

    `mark` is excluded with the reason `excluded`, numerator, or denominator; `is_of_numerator`: the part of the figure
    that the case was read for, where the two parts hold different cases. `start_stamp` and `end_stamp` (columns of the
    case) are what the duration runs between; without an end stamp it runs up to `moment`, E. `duration_s` are whole
    seconds, None where there is no duration; `part_s` is the stage's part of them. `closed_at` and `due_at` hold at E.
    `by_day`: stamps that came as bare dates. `exempted_*`: when, by whom (a login) and why the case was exempted,
    as known at the clock. `closed_since`: when a case that was not due at E was closed after it.
    """

    incident_id: int
    position: Position = field(repr=False)
    mark: Mark
    in_numerator: bool
    in_denominator: bool
    is_of_numerator: bool
    excluded: str | None
    code: str
    category_code: str
    is_private: bool
    agency: str | None
    street: str | None
    community: str | None
    grid: str | None
    reported_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    is_suspended: bool
    moment: datetime
    start_stamp: str
    start_at: datetime | None
    end_stamp: str | None
    end_at: datetime | None
    duration_s: int | None
    part_s: int | None
    by_day: frozenset[str]
    exempted_at: datetime | None = None
    exempted_by: str | None = None
    exempted_why: str | None = None
    closed_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case: its kind (core.event_kind), when, the deadline that it set.

    `is_by_day`: the stamp came as a bare date. Without `is_moment_known` it is known that it happened, and not when.
    """

    event_id: int = field(repr=False)
    kind: str
    occurred_at: datetime
    is_by_day: bool
    is_moment_known: bool
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows there are of each kind; of a family that adds up times also the seconds added."""

    numerator: int
    denominator: int
    only_denominator: int
    excluded: Mapping[str, int]
    numerator_s: int | None = None
    denominator_s: int | None = None
    is_of_two_parts: bool = False

    @property
    def rows(self) -> int:
        """All of them: a case in both parts of a figure of two parts is two rows."""
        return self.of(None)

    def of(self, marks: Sequence[Mark] | None, why: str | None = None) -> int:
        """The rows of these marks (None: all), only those excluded for `why` where it is told."""
        excluded = sum(n for reason, n in self.excluded.items() if why in (None, reason))
        if why is not None:
            return excluded if marks is None or "excluded" in marks else 0
        found = {"numerator": self.numerator, "denominator": self.only_denominator, "excluded": excluded}
        return sum(found[mark] for mark in (MARKS if marks is None else marks))


def counts(connection: Connection, *, trace: Trace) -> Counts:
    """The rows of the trace by mark, whatever `marks` and `why` limit it to."""
    text = _text("kpi/trace_counts", trace)
    found = [dict(row) for row in connection.execute(sql_text(text), trace.params).mappings()]
    kept = [row for row in found if row["excluded"] is None]
    excluded: dict[str, int] = {}
    for row in found:
        if row["excluded"] is not None:
            excluded[row["excluded"]] = excluded.get(row["excluded"], 0) + row["cases"]
    return Counts(
        numerator=sum(row["cases"] for row in kept if row["in_numerator"]),
        denominator=sum(row["cases"] for row in kept if row["in_denominator"]),
        only_denominator=sum(row["cases"] for row in kept if not row["in_numerator"]),
        excluded=excluded,
        numerator_s=_added(kept, "numerator_s"),
        denominator_s=_added(kept, "denominator_s"),
        is_of_two_parts=any(not row["in_denominator"] for row in kept),
    )


def _added(found: Sequence[Mapping[str, Any]], name: str) -> int | None:
    told = [int(row[name]) for row in found if row[name] is not None]
    return sum(told) if told else None


def page(
    connection: Connection,
    *,
    trace: Trace,
    after: Position | None = None,
    most: int = PAGE_ROWS,
    told: Counts | None = None,
) -> tuple[Row, ...]:
    """The rows behind `after` (None: the first), at most `most`.

    By the report, and with the counts `told`, a page reads as many days as it is likely to need, not the whole window.
    """
    if told is None or trace.sort not in ("newest", "oldest") or not families.is_of_window(trace.family):
        return _rows(connection, trace, after, most)
    found: tuple[Row, ...] = ()
    for place, group in enumerate(trace.order):
        marks = tuple(mark for mark in group if trace.marks is None or mark in trace.marks)
        n, needed = told.of(marks, trace.why), most - len(found)
        if n and needed and (after is None or place >= after.place):
            part = replace(trace, marks=marks)
            start = after if after and after.place == place else None
            found += _group(connection, part, start, needed, likely=AHEAD * needed / n)
    return found


def _group(
    connection: Connection, trace: Trace, after: Position | None, needed: int, *, likely: float
) -> tuple[Row, ...]:
    """Rows of one group of marks: looked for in a day at least, in more where that has too few, at last in all."""
    share = max(likely, timedelta(days=1) / (trace.window.ends - trace.window.starts))
    while share < 1:
        rows = _rows(connection, trace, after, needed, likely=share)
        if len(rows) == needed:
            return rows
        share *= 8
    return _rows(connection, trace, after, needed)


def _rows(
    connection: Connection, trace: Trace, after: Position | None, most: int, *, likely: float = 1.0
) -> tuple[Row, ...]:
    """`likely` below 1 is the share of the window behind `after` that is looked through."""
    bound = {**trace.params, **_after(after), "rows": most}
    if likely < 1:
        bound |= _stretch(trace, after, likely)
    return tuple(_row(dict(row)) for row in connection.execute(sql_text(_text("kpi/trace", trace)), bound).mappings())


def _stretch(trace: Trace, after: Position | None, share: float) -> dict[str, datetime]:
    """A share of the window, from where the page before ended on, as moments of the report."""
    window, zone = trace.window, trace.window.zone
    length, second = (window.ends - window.starts) * share, timedelta(seconds=1)
    epoch = min(abs(after.sort_key), FARTHEST_S) if after else 0
    if trace.sort == "newest":
        top = datetime.fromtimestamp(epoch, zone) + second if after else window.ends
        return {"reported_from": top - length, "reported_to": top}
    bottom = datetime.fromtimestamp(epoch, zone) - second if after else window.starts
    return {"reported_from": bottom, "reported_to": bottom + length}


@contextmanager
def all_rows(connection: Connection, *, trace: Trace) -> Iterator[Iterator[Row]]:
    """All rows in their order as they come from the server; valid within the block."""
    with streamed(connection, _text("kpi/trace", trace), {**trace.params, **_after(None), "rows": None}) as found:
        yield (_row(row) for row in found)


By = Literal["duration", "limit", "day"]


@dataclass(frozen=True, slots=True)
class Spread:
    """A place on the axis of a distribution, see kpi/trace_spread: x None for cases that did not come to their end."""

    x: int | None
    in_numerator: bool
    cases: int


@dataclass(frozen=True, slots=True)
class Where:
    """How many of the asked rows lie in an area of the level below (None: in none), in a category, or with a unit."""

    what: Literal["area", "category", "agency"]
    name: str | None
    cases: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An area of the same level: its type, and the metres of border that it shares with the area asked for."""

    area_id: int
    code: str
    name: str
    community_type: str | None
    is_beside: bool
    border_m: float


def spread(connection: Connection, *, trace: Trace, by: By) -> tuple[Spread, ...]:
    """The cases that count along an axis: by whole seconds, hundredths of the limit used, or day of the report."""
    bound = {**trace.params, "by": by, "from_on": trace.window.start}
    found = connection.execute(sql_text(_text("kpi/trace_spread", trace)), bound).mappings()
    return tuple(Spread(**row) for row in found)


def where(connection: Connection, *, trace: Trace, below: str) -> tuple[Where, ...]:
    """Where the rows of the trace's marks lie: by area of the level `below`, by category, by responsible unit."""
    bound = {**trace.params, "marks": list(trace.marks or MARKS), "below": below}
    found = connection.execute(sql_text(_text("kpi/trace_where", trace)), bound).mappings()
    return tuple(Where(**row) for row in found)


def neighbours(connection: Connection, *, area_id: int, day: date) -> tuple[Neighbour, ...]:
    """All areas of the level in force on `day` that the viewer sees, by code; the area itself among them."""
    return tuple(Neighbour(**row) for row in rows(connection, "kpi/neighbours", area_id=area_id, day=day))


def events(connection: Connection, *, incident_id: int) -> tuple[Event, ...]:
    """What happened to one case up to the clock, in its order; empty for one that the viewer does not see."""
    return tuple(Event(**row) for row in rows(connection, "kpi/case_events", incident_id=incident_id))


def limit_s(family: str) -> int | None:
    """The limit in seconds that a family of spans is judged by, None without one."""
    found = LIMIT.search(sql.text(f"kpi/spans/{family}")) if families.is_span(family) else None
    return int(found[1]) if found else None


def _text(tail: str, trace: Trace) -> str:
    return families.composed(tail, [trace.family], trace.area.level, is_narrow=True)


def _after(after: Position | None) -> dict[str, Any]:
    if after is None:
        return dict.fromkeys(("after_place", "after_key", "after_id", "after_of_numerator"))
    return {
        "after_place": after.place,
        "after_key": after.sort_key,
        "after_id": after.incident_id,
        "after_of_numerator": after.is_of_numerator,
    }


def _row(row: dict[str, Any]) -> Row:
    place, sort_key = row.pop("place"), row.pop("sort_key")
    return Row(
        position=Position(place, sort_key, row["incident_id"], row["is_of_numerator"]),
        closed_at=row.pop("closed_by_e"),
        due_at=row.pop("due_by_e"),
        by_day=frozenset(row.pop("day_precision")),
        **row,
    )
