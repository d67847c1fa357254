"""The quarantine as a list of work: refused rows that filters find, rows as received, and what is decided on them.

Invariant: people see rows as they may be shown (masked when they were refused); every read and every decision leaves
its line in the audit trail, in the same transaction; a new value is sealed before it leaves this process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text as sql_text
from sqlalchemy.exc import DBAPIError

from geo import sql, vault
from geo.audit import OK, REFUSED, audit, reading_audited
from geo.errors import GeoError
from geo.masking import hidden
from geo.store import Store, Transaction, rows
from geo.viewer import Clock, Viewer

OPEN, CORRECTED, DISMISSED, SOLVED, MOVED = "open", "corrected", "dismissed", "solved", "moved"
STATES = (OPEN, CORRECTED, DISMISSED, SOLVED, MOVED)
KEPT = (OPEN, CORRECTED, DISMISSED)
"""The states of rows that are still in the quarantine of their load."""
WAITING = (OPEN, CORRECTED)
"""The states of rows that a replay takes."""
UNDONE = "undone"
SHORTEST_REASON, LONGEST_REASON = 2, 200
LONGEST_CELL = 10_000
NOT_ALLOWED = "42501"
"""insufficient_privilege: what row-level security answers."""


class DecisionRefused(GeoError):  # noqa: N818 - it is a decision, not a mishap
    """No right, or the row is no longer in this load's quarantine."""


@dataclass(frozen=True, slots=True)
class FaultQuery:
    """Which faults of refused rows; None: all. `states`: of STATES."""

    load_id: int | None = None
    dataset: str | None = None
    source: str | None = None
    fault: str | None = None
    column: str | None = None
    row: int | None = None
    states: Sequence[str] = KEPT


@dataclass(frozen=True)
class RefusedFault:
    """One fault of one refused row; `row` as a spreadsheet shows it, `value` masked where personal.

    `settled_by`: the load that ran the row again and solved it, or holds it now.
    """

    reject_id: int
    load_id: int
    dataset: str
    source: str | None
    row: int
    column: str | None
    value: str | None
    fault: str
    params: Mapping[str, object]
    is_sealed: bool
    state: str
    settled_by: int | None


@dataclass(frozen=True, slots=True)
class WorkQuery:
    """Which refused rows of a load; None: all."""

    load_id: int
    fault: str | None = None
    state: str | None = None
    skip: int = 0
    rows: int = 20


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A refused row in a list of work: its state and fault codes, no values."""

    row: int
    state: str
    settled_by: int | None
    faults: Sequence[str]


@dataclass(frozen=True, slots=True)
class Columns:
    """Where our columns stood in the file of a load: our name → heading; `personal`: ours that hold people."""

    headings: Mapping[str, str]
    personal: frozenset[str]


@dataclass(frozen=True)
class ReceivedRow:
    """A refused row as it may be shown: `shown` by heading, empty where it was not kept; the decision that counts.

    `cells`: heading → new value as it may be shown.
    """

    row: int
    state: str
    solved_by: int | None
    moved_to: int | None
    shown: Mapping[str, str] = field(repr=False)
    cells: Mapping[str, str] = field(repr=False)
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def settled_by(self) -> int | None:
        """The load that solved the row, or holds it now."""
        return self.solved_by or self.moved_to


def faults(store: Store, viewer: Viewer, clock: Clock, *, query: FaultQuery) -> tuple[RefusedFault, ...]:
    """The faults that the query finds, the latest load first, then by row; raises AuditUnavailable."""
    bound = {name: getattr(query, name) for name in FaultQuery.__dataclass_fields__} | {"states": list(query.states)}
    target = "quarantine" if query.load_id is None else f"load:{query.load_id}"
    with reading_audited(store, viewer, clock, action="read-rejects", target=target, is_sensitive=True) as reading:
        found = tuple(RefusedFault(**row) for row in rows(reading.connection, "quarantine/faults", **bound))
        reading.detail["faults"] = len(found)
    return found


def faults_of_row(store: Store, viewer: Viewer, clock: Clock, *, load_id: int, row: int) -> tuple[RefusedFault, ...]:
    """What is wrong with one refused row; raises AuditUnavailable."""
    return faults(store, viewer, clock, query=FaultQuery(load_id, row=row, states=STATES))


def work(store: Store, viewer: Viewer, clock: Clock, *, query: WorkQuery) -> tuple[tuple[WorkRow, ...], int]:
    """A page of the refused rows that the query finds, and how many there are; raises StoreUnavailable."""
    bound = {name: getattr(query, name) for name in WorkQuery.__dataclass_fields__}
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "quarantine/work", **bound)
    total = int(found[0]["found"]) if found else 0
    return tuple(WorkRow(row["row"], row["state"], row["settled_by"], row["faults"]) for row in found), total


def columns(store: Store, viewer: Viewer, clock: Clock, *, load_id: int) -> Columns | None:
    """Where our columns stood in the file of a load; None where an older program loaded it."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "quarantine/columns", load_id=load_id)
    if not found or not found[0]["columns"]:
        return None
    return Columns(found[0]["columns"], frozenset(found[0]["personal"] or ()))


def received(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    *,
    load_id: int,
    only: Sequence[int] | None = None,
    states: Sequence[str] = STATES,
    file: str | None = None,
) -> tuple[ReceivedRow, ...]:
    """The refused rows of a load as they may be shown, by row; `file`: what they are written to, for the audit line.

    Who may not see them gets none. Raises AuditUnavailable.
    """
    action = "export-rejects" if file else "read-rejects"
    with reading_audited(store, viewer, clock, action=action, target=f"load:{load_id}", is_sensitive=True) as reading:
        found = rows(
            reading.connection, "quarantine/received", load_id=load_id, rows=None if only is None else list(only),
            states=list(states),
        )  # fmt: skip
        reading.detail.update({"rows": len(found)} | ({"file": file} if file else {}))
    return tuple(_received(row) for row in found)


def taken(
    store: Store, viewer: Viewer, clock: Clock, *, load_id: int
) -> tuple[tuple[ReceivedRow, ...], tuple[RefusedFault, ...]]:
    """The rows that are still in the quarantine of a load, and their faults; the caller writes the audit line first."""
    bound = {name: getattr(FaultQuery(load_id), name) for name in FaultQuery.__dataclass_fields__}
    states = list(KEPT)
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "quarantine/received", load_id=load_id, rows=None, states=states)
        told = rows(connection, "quarantine/faults", **bound | {"states": states})
    return tuple(_received(row) for row in found), tuple(RefusedFault(**row) for row in told)


def _received(row: dict[str, Any]) -> ReceivedRow:
    shown = orjson.loads(row["shown"]) if row["shown"] else {}
    return ReceivedRow(**row | {"shown": shown, "cells": row["cells"] or {}})


def states(store: Store, viewer: Viewer, clock: Clock, *, load_id: int) -> dict[str, int]:
    """How many refused rows of a load are in each state; states without any are left out."""
    with store.reading(viewer, clock) as connection:
        return {row["state"]: int(row["rows"]) for row in rows(connection, "quarantine/states", load_id=load_id)}


# ---------------------------------------------------------------- decisions


def correct(
    store: Store, viewer: Viewer, clock: Clock, *, load_id: int, row: int, cells: Mapping[str, str], hide: Sequence[str]
) -> None:
    """Keeps new values for cells of a refused row (by heading of its file) until it is run again.

    `hide`: headings whose values are not shown to anybody. Raises DecisionRefused, VaultError, StoreUnavailable.
    """
    told = {name: "***" if name in hide and value else hidden(value)[:LONGEST_CELL] for name, value in cells.items()}
    _decide(store, viewer, clock, load_id=load_id, row=row, kind=CORRECTED, cells=cells, told=told)


def dismiss(store: Store, viewer: Viewer, clock: Clock, *, load_id: int, row: int, reason: str) -> None:
    """Leaves a refused row aside for good, with the reason (kept without personal numbers); raises as `correct`."""
    _decide(store, viewer, clock, load_id=load_id, row=row, kind=DISMISSED, reason=hidden(reason)[:LONGEST_REASON])


def undo(store: Store, viewer: Viewer, clock: Clock, *, load_id: int, row: int) -> None:
    """Takes the last decision on a refused row back: it is open again; raises as `correct`."""
    _decide(store, viewer, clock, load_id=load_id, row=row, kind=UNDONE)


def is_reason(text: str) -> bool:
    """Whether the words are long enough to say why."""
    return SHORTEST_REASON <= len(text.strip()) <= LONGEST_REASON


def _decide(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    *,
    load_id: int,
    row: int,
    kind: str,
    cells: Mapping[str, str] | None = None,
    told: Mapping[str, str] | None = None,
    reason: str | None = None,
) -> None:
    """One decision and its line in the trail, in one transaction; the database decides whether it may be."""
    try:
        with store.auditing(viewer, clock) as connection:
            connection.execute(sql_text(sql.text("quarantine/hold_key")))
            sealed = vault.opened(connection).seal(orjson.dumps(dict(cells)).decode()) if cells else None
            params = {"load_id": load_id, "row": row, "kind": kind, "cells": orjson.dumps(dict(told or {})).decode()}
            connection.execute(
                sql_text(sql.text("quarantine/decide")),
                params | {"cells_sealed": sealed, "reason": reason, "by": viewer.name},
            )
            _tell(viewer, connection, load_id=load_id, row=row, kind=kind, columns=len(told or {}))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != NOT_ALLOWED:
            raise
        with store.auditing(viewer, clock) as connection:
            _tell(viewer, connection, load_id=load_id, row=row, kind=kind, columns=0, result=REFUSED)
        raise DecisionRefused("no right, or the row is no longer in this quarantine") from None


def _tell(
    viewer: Viewer,
    connection: Transaction,
    *,
    load_id: int,
    row: int,
    kind: str,
    columns: int,
    result: str = OK,
) -> None:
    audit(
        connection, viewer=viewer, action=f"reject-{kind}", target=f"load:{load_id}",
        detail={"row": row} | ({"cells": columns} if columns else {}), result=result, row_ids=[str(row)],
        is_sensitive=True,
    )  # fmt: skip
