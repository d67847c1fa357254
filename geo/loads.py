"""Reads the ledger of loads and a load's quarantine, as the viewer, and leaves a line in the audit trail.

Invariant: nobody reads refused values without a trace: the audit line is written in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from geo.audit import reading_audited
from geo.store import Store, rows
from geo.viewer import Clock, Viewer


@dataclass(frozen=True)
class Load:
    """One line of the ledger; all counts are rows of the file but `things`; `faults`: code → rows.

    `replays`: the load whose refused rows it ran again; `corrected`: the recurring corrections that it applied.
    """

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
    replays: int | None
    corrected: Sequence[Mapping[str, object]]


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


def has_load(store: Store, viewer: Viewer, clock: Clock, *, load_id: int) -> bool:
    """Whether there is a load of this number for the viewer."""
    with store.reading(viewer, clock) as connection:
        return bool(rows(connection, "load/exists", load_id=load_id))
