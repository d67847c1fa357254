"""Reads the ledger of loads and a load's quarantine, as the viewer, and leaves a line in the audit trail.

Invariant: nobody reads refused values without a trace: the audit line is written in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from geo.audit import reading_audited
from geo.store import Store, rows
from geo.viewer import Clock, Viewer


@dataclass(frozen=True)
class Load:
    """One line of the ledger; all counts are rows of the file but `things`; `faults`: code → rows."""

    load_id: int
    dataset: str
    source: str | None
    file: str
    sha256: str
    status: str
    read: int
    inserted: int
    updated: int
    unchanged: int
    quarantined: int
    skipped: int
    things: int
    repaired: int
    outside: int
    faults: Mapping[str, int]
    unknown_values: Mapping[str, Mapping[str, int]]
    message: str | None
    loaded_by: str
    started_at: datetime
    seconds: float


@dataclass(frozen=True)
class Reject:
    """One fault of one refused row; `row` as a spreadsheet shows it, `value` masked where personal (`is_sealed`: the
    original is kept sealed)."""

    row: int
    column: str | None
    value: str | None
    fault: str
    params: Mapping[str, object]
    is_sealed: bool = False
    reject_id: int = 0


def loads(store: Store, viewer: Viewer, clock: Clock) -> tuple[Load, ...]:
    """All loads, the latest first; raises AuditUnavailable where the line cannot be written."""
    with reading_audited(store, viewer, clock, action="read-loads", target="ops.load") as reading:
        found = tuple(Load(**row) for row in rows(reading.connection, "load/loads"))
        reading.detail["loads"] = len(found)
    return found


def rejects(
    store: Store, viewer: Viewer, clock: Clock, *, load_id: int, file: str | None = None
) -> tuple[Reject, ...] | None:
    """The quarantine of a load by row; None when there is no such load. `file`: what it is written to, for the line.

    Raises AuditUnavailable where the line cannot be written.
    """
    action = "export-rejects" if file else "read-rejects"
    target = f"load:{load_id}"
    with reading_audited(store, viewer, clock, action=action, target=target, is_sensitive=True) as reading:
        if not rows(reading.connection, "load/exists", load_id=load_id):
            reading.drop()
            return None
        found = tuple(Reject(**row) for row in rows(reading.connection, "load/rejects", load_id=load_id))
        reading.detail.update({"faults": len(found)} | ({"file": file} if file else {}))
    return found
