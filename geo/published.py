"""Closed months in the store (`mart.published`): which are due, how they are written, what is read for a comparison.

Invariant: only cockpit_load writes, a whole month in one transaction and under the loading turn, so that what stands
under one data version was counted from one state of the data; a month that is not over at the clock is never written.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import text as sql_text

from geo import families, sql
from geo.store import Store, Transaction, rows
from geo.viewer import Clock, Viewer
from geo.windows import Window, buckets

LEVELS = ("street", "community")
"""Finer areas are nobody's to compare."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What published figures are counted from: the days that incidents cover, the last load, the data version, and the
    last event of an officer."""

    first_on: date | None
    last_on: date | None
    load_id: int
    data_version: int
    event_id: int


@dataclass(frozen=True, slots=True)
class Count:
    """The incidents of one category in one community, by area version; None outside every one."""

    street_id: int | None
    community_id: int | None
    category: str
    is_private: bool
    n: int


@dataclass(frozen=True, slots=True)
class Beside:
    """One figure of one area in a comparison; `households` None where not known."""

    code: str
    name: str
    is_above: bool
    households: int | None
    kpi: str
    value: float | None
    numerator: int | None
    denominator: int | None
    n: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures of an area, of those beside it and of the one above, in one closed month."""

    month: date
    known_at: datetime
    figures: tuple[Beside, ...]


def take_turn(connection: Transaction) -> None:
    """Waits until no load runs; the turn ends with the transaction."""
    connection.execute(sql_text(sql.text("load/take_turn")))


def standing(connection: Transaction) -> Standing:
    """What there is to publish from."""
    return Standing(**rows(connection, "published/standing")[0])


def boundary_version(connection: Transaction) -> int:
    """The number of the last load that brought boundaries, 0 before the first."""
    return int(rows(connection, "load/boundary_version")[0]["boundary_version"])


def closed_months(found: Standing, *, at: datetime, zone: ZoneInfo) -> tuple[Window, ...]:
    """The months over at `at` that incidents cover at least a day of, the newest first."""
    if found.first_on is None or found.last_on is None:
        return ()
    first = found.first_on.replace(day=1)
    today = at.astimezone(zone).date()
    end = min(today.replace(day=1), _next(found.last_on))
    if first >= end:
        return ()
    return tuple(reversed(buckets(Window(first, end, zone), by="month")))


def _next(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def due(connection: Transaction, months: Sequence[Window], *, definitions: Collection[str]) -> tuple[Window, ...]:
    """Those of the months that are not published yet, or whose figures can have changed: by a later load, by another
    definition, by an exemption."""
    known = {row["month"]: row for row in rows(connection, "published/months")}
    after = min((row["load_id"] for row in known.values()), default=0)
    changes = [(row["load_id"], row["from_on"]) for row in rows(connection, "published/changes", after=after)]
    decided_after = min((row["event_id"] for row in known.values()), default=0)
    decided = [(row["event_id"], row["on_day"]) for row in rows(connection, "published/decided", after=decided_after)]

    def is_due(month: Window) -> bool:
        row = known.get(month.start)
        if row is None or set(row["definitions"]) != set(definitions):
            return True
        is_changed = any(load_id > row["load_id"] and (day is None or day < month.end) for load_id, day in changes)
        return is_changed or any(event > row["event_id"] and month.start <= day < month.end for event, day in decided)

    return tuple(month for month in months if is_due(month))


def counts(connection: Transaction, *, month: Window) -> tuple[Count, ...]:
    """The incidents of the month by community and category."""
    bound = {
        "starts": [month.starts],
        "ends": [month.ends],
        "zone": month.zone.key,
        "category": None,
        "response_class": None,
    }
    text = families.cases(["reported"]) + sql.text("published/counts")
    return tuple(Count(**row) for row in connection.execute(sql_text(text), bound).mappings())


def area_facts(
    connection: Transaction, *, level: str, area_ids: Sequence[int]
) -> dict[int, tuple[str | None, int | None]]:
    """Area version → the code of the street above it, and its households (None where not known)."""
    found = rows(connection, "published/areas", level=level, area_ids=list(area_ids))
    return {row["area_id"]: (row["parent_code"], row["households"]) for row in found}


def write(
    connection: Transaction,
    *,
    month: Window,
    found: Standing,
    definitions: Sequence[str],
    areas: Sequence[Mapping[str, Any]],
    figures: Sequence[Mapping[str, Any]],
    told: Sequence[Mapping[str, Any]],
) -> None:
    """The month as it is now known, in place of what was published of it; records as the columns of mart.published*."""
    _run(connection, "drop_month", month=month.start)
    _run(
        connection, "write_month",
        month=month.start, closes_at=month.ends, load_id=found.load_id, event_id=found.event_id,
        data_version=found.data_version,         definitions=list(definitions),
    )  # fmt: skip
    _run(connection, "write_areas", month=month.start, records=_json(areas))
    _run(connection, "write_figures", month=month.start, data_version=found.data_version, records=_json(figures))
    _run(connection, "write_counts", month=month.start, records=_json(told))


def _run(connection: Transaction, name: str, **params: object) -> None:
    connection.execute(sql_text(sql.text(f"published/{name}")), params)


def _json(records: Sequence[Mapping[str, Any]]) -> str:
    return orjson.dumps([dict(record) for record in records]).decode()


def stamp(store: Store, viewer: Viewer, clock: Clock) -> tuple[int, int, int]:
    """What is published, in numbers that change with every publication; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        row = rows(connection, "published/stamp")[0]
    return row["months"], row["known_at"], row["load_id"]


def comparison(
    store: Store, viewer: Viewer, clock: Clock, *, level: str, code: str, kpis: Sequence[str]
) -> Comparison | None:
    """The newest closed month that has the area; None where none is published. Raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "published/comparison", level=level, code=code, kpis=list(kpis))
    if not found:
        return None
    names = tuple(Beside.__dataclass_fields__)
    figures = tuple(Beside(**{name: row[name] for name in names}) for row in found)
    return Comparison(found[0]["month"], found[0]["known_at"], figures)
