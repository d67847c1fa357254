"""Closed months kept in the store (`mart.tally`): what is current, how it is read and written.

Invariant: what is read from here is what counting now would give. A month is used only while nothing touched it since
it was counted, under the definitions it was counted by, and at clocks between the last stamp that it knows and the next
one; row security gives an area to those only who see all its cases. Whoever changes a case touches its months in the
same transaction (mart.touch), so that no figure is ever old.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.store import Transaction, rows
from geo.windows import Window

LEVELS = ("site", "street", "community", "grid")
"""Finer areas are counted when asked."""
TYPES = {"community": "community_type"}
"""By level the name under which all areas of one type together are kept; types of other levels are counted."""
SHARES = (0.5, 0.9)
"""The shares of the quantiles that are kept."""
Record = Sequence[Any]
"""One family in one area: numerator, denominator, n, a (value, low, high) for each share or none, {reason: cases}."""
Families = Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class Place:
    """What one area counts in a month; `is_loose`: with cases outside what it nests in."""

    level: str
    code: str
    area_ids: tuple[int, ...]
    is_loose: bool
    families: dict[str, Record]


@dataclass(frozen=True, slots=True)
class Touched:
    """The last touch of a month and the last of all; 0 without any."""

    of_month: int
    of_all: int


@dataclass(frozen=True, slots=True)
class Stamps:
    """Of what counts in a month the last moment up to the clock, and the first after it; the end of all snapshots."""

    last_at: datetime | None
    next_at: datetime | None
    known_until: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """From when on a month holds, until when, and when it should be counted again; None: never."""

    since: datetime
    until: datetime | None
    renew_at: datetime | None


def families(
    connection: Connection,
    *,
    windows: Sequence[Window],
    level: str,
    codes: Collection[str],
    definitions: Mapping[str, str],
) -> dict[tuple[int, str], Families]:
    """By number of the window (from 1) and code: what is kept under these definitions, where the viewer sees it all."""
    if not codes:
        return {}
    bound = {"starts": [each.starts for each in windows], "ends": [each.ends for each in windows]}
    found = rows(connection, "kept/months", **bound, zone=windows[0].zone.key)
    months = {row["month"]: (row["window_no"], _same(row["definitions"], definitions)) for row in found}
    if not months:
        return {}
    kept: dict[tuple[int, str], Families] = {}
    for row in rows(connection, "kept/tallies", months=list(months), level=level, codes=list(codes)):
        number, names = months[row["month"]]
        told = orjson.loads(row["families"])
        kept[number, row["code"]] = {name: told[name] for name in names if name in told}
    return kept


def _same(kept: Mapping[str, str], asked: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name, definition in asked.items() if kept.get(name) == definition)


def due(connection: Transaction, months: Iterable[Window], *, definitions: Mapping[str, str]) -> tuple[Window, ...]:
    """Those of the closed months that are not kept as they would be counted at the clock of the transaction."""
    known = {row["month"]: row for row in rows(connection, "kept/standing")}

    def is_due(month: Window) -> bool:
        row = known.get(month.start)
        return row is None or row["is_out_of_date"] or row["definitions"] != definitions

    return tuple(month for month in months if is_due(month))


def touched(connection: Transaction, month: Window) -> Touched:
    """What changed last."""
    return Touched(**rows(connection, "kept/touched", starts=month.starts, ends=month.ends)[0])


def stamps(connection: Transaction, month: Window) -> Stamps:
    """The stamps around the clock of what counts in the month."""
    return Stamps(**rows(connection, "kept/stamps", starts=month.starts, ends=month.ends)[0])


def loose(connection: Transaction) -> frozenset[int]:
    """The area versions with cases that lie outside what they nest in."""
    return frozenset(row["area_id"] for row in rows(connection, "kept/loose"))


def await_changes(connection: Transaction) -> None:
    """Waits for changes of cases that are on their way; none begins before the transaction ends."""
    _run(connection, "await_changes")


def write(
    connection: Transaction,
    *,
    month: Window,
    held: Held,
    known: Touched,
    definitions: Mapping[str, str],
    places: Iterable[Place],
) -> None:
    """The month as counted at the clock, in place of what was kept of it."""
    _run(connection, "drop_month", month=month.start)
    _run(
        connection, "write_month",
        month=month.start, zone=month.zone.key, starts=month.starts, ends=month.ends, holds_from=held.since,
        holds_until=held.until, renew_at=held.renew_at, touch_id=known.of_all, definitions=_json(definitions),
    )  # fmt: skip
    _run(connection, "write_tallies", month=month.start, records=_json([_record(place) for place in places]))
    _run(connection, "forget_touches")


def _record(place: Place) -> dict[str, Any]:
    told = {"level": place.level, "code": place.code, "area_ids": place.area_ids, "is_loose": place.is_loose}
    return told | {"families": place.families}


def drop(connection: Transaction, month: date) -> None:
    """Forgets what was kept of a month: it is counted when asked."""
    _run(connection, "drop_month", month=month)


def _run(connection: Transaction, name: str, **params: object) -> None:
    connection.execute(sql_text(sql.text(f"kept/{name}")), params)


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_DATACLASS).decode()
