"""The quarantine of a load as work: what the URL asks for, and what the store says of it.

Invariant: nothing here is kept between two runs: who reads a refused row is named in the trail, each time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cockpit import queries
from cockpit.data.computed import DataView, parse_number
from geo import quarantine
from geo.quarantine import KEPT, STATES, WAITING, Columns, ReceivedRow, RefusedFault, WorkQuery, WorkRow

RIGHT = "act.correct_refused"
PAGE_ROWS = 12


@dataclass(frozen=True)
class Work:
    """The refused rows of a load that the URL asks for, and the one that is open."""

    data: DataView
    load_id: int
    counts: Mapping[str, int]
    query: WorkQuery
    rows: tuple[WorkRow, ...]
    found: int
    columns: Columns | None
    open: ReceivedRow | None = None
    faults: tuple[RefusedFault, ...] = ()

    @property
    def waiting(self) -> int:
        """How many rows a replay would take."""
        return sum(self.counts.get(state, 0) for state in WAITING)

    @property
    def next_row(self) -> int | None:
        """The first row of the list after the open one that still waits for somebody."""
        here = self.open.row if self.open else 0
        return next((one.row for one in self.rows if one.row > here and one.state == quarantine.OPEN), None)


def may_work(data: DataView) -> bool:
    """Whether the reader may correct, dismiss and replay, and the load looked at has refused rows."""
    return data.view.may(RIGHT) and bool(data.load and data.load.quarantined)


def opened(data: DataView) -> Work:
    """The work on the load looked at; raises StoreUnavailable."""
    asked, view = data.known(), data.view
    assert data.load is not None  # noqa: S101 - may_work
    load_id, store = data.load.load_id, queries.store()
    who = (store, view.viewer, asked.clock)
    state = view.option("state", ("", *STATES)) or None
    skip = (parse_number(view.params.get("list", ""), least=1) - 1) * PAGE_ROWS
    query = WorkQuery(load_id, fault=data.fault, state=state, skip=skip, rows=PAGE_ROWS)
    rows, found = quarantine.work(*who, query=query)
    work = Work(
        data, load_id, quarantine.states(*who, load_id=load_id), query, rows, found,
        quarantine.columns(*who, load_id=load_id),
    )  # fmt: skip
    number = parse_number(view.params.get("row", ""), least=0) or (rows[0].row if rows else 0)
    return _with_row(work, number) if number else work


def _with_row(work: Work, number: int) -> Work:
    asked, view = work.data.known(), work.data.view
    who = (queries.store(), view.viewer, asked.clock)
    found = quarantine.received(*who, load_id=work.load_id, only=[number])
    if not found:
        return work
    faults = quarantine.faults_of_row(*who, load_id=work.load_id, row=number)
    return Work(work.data, work.load_id, work.counts, work.query, work.rows, work.found, work.columns, found[0], faults)


def still_refused(data: DataView) -> int:
    """How many rows are still in the quarantine of the load looked at; raises StoreUnavailable."""
    assert data.load is not None  # noqa: S101 - may_work
    clock = data.known().clock
    counts = quarantine.states(queries.store(), data.view.viewer, clock, load_id=data.load.load_id)
    return sum(counts.get(state, 0) for state in KEPT)


def is_kept(row: ReceivedRow | WorkRow) -> bool:
    """Whether the row is still in the quarantine of this load."""
    return row.state in KEPT
