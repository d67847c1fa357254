"""Reads the audit trail, page by page, and empties what the law no longer needs.

Invariant: reading the trail is itself in the trail; content goes only when its legal age on the machine's clock has
passed, which the store itself enforces, and a purge is a line of its own.
"""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from geo import sql
from geo.audit import audit, reading_audited
from geo.store import Store, rows, streamed
from geo.viewer import Clock, Viewer

RESULTS = ("ok", "refused", "failed")
NEWEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class LineQuery:
    """Which lines of the trail, the newest first; None: all. `below`: the numbers to go on under (keyset)."""

    viewer: str | None = None
    action: str | None = None
    result: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    seq: int | None = None
    below: int = NEWEST
    rows: int | None = None

    @property
    def told(self) -> dict[str, str]:
        """The filters as the line of a reading names them."""
        named = ("viewer", "action", "result", "since", "until")
        return {name: str(getattr(self, name)) for name in named if getattr(self, name) is not None}


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line: `viewer` with `role` and `account_id` did `action` to `target` from `address`, for `purpose`.

    `recorded_at` is the machine's moment, `occurred_at` the site's clock; `purged_at`: when its content was emptied.
    """

    seq: int
    recorded_at: datetime
    occurred_at: datetime
    viewer: str
    account_id: int | None
    role: str | None
    address: str | None
    action: str
    target: str
    detail: Mapping[str, Any]
    result: str
    purpose: str | None
    row_ids: list[str]
    is_sensitive: bool
    purged_at: datetime | None
    content_hash: str
    chain_hash: str


@dataclass(frozen=True, slots=True)
class ActionCount:
    """How many lines of an action ended with a result."""

    action: str
    result: str
    lines: int


@dataclass(frozen=True, slots=True)
class LastCheck:
    """The newest check of the chain: `detail` says what it found."""

    seq: int
    recorded_at: datetime
    viewer: str
    result: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge emptied or would empty: lines, the sensitive ones among them, their first and last number."""

    emptied: int
    sensitive: int
    first_seq: int | None
    last_seq: int | None


def note_reading(store: Store, viewer: Viewer, clock: Clock, *, query: LineQuery) -> None:
    """Writes the line that says who opens the trail with which filters; raises AuditUnavailable."""
    with reading_audited(store, viewer, clock, action="read-audit", target="ops.audit") as reading:
        reading.detail.update(query.told)


def lines(store: Store, viewer: Viewer, clock: Clock, *, query: LineQuery) -> tuple[AuditLine, ...]:
    """The lines that `query` finds; whoever shows them calls `note_reading` first. Raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        return tuple(AuditLine(**row) for row in rows(connection, "audit/lines", **_bound(query)))


def lines_audited(store: Store, viewer: Viewer, clock: Clock, *, query: LineQuery) -> tuple[AuditLine, ...]:
    """The lines that `query` finds, and the line that says so, in one transaction; raises AuditUnavailable."""
    with reading_audited(store, viewer, clock, action="read-audit", target="ops.audit") as reading:
        found = tuple(AuditLine(**row) for row in rows(reading.connection, "audit/lines", **_bound(query)))
        reading.detail.update(query.told, lines=len(found))
    return found


def lines_streamed(
    store: Store, viewer: Viewer, clock: Clock, *, query: LineQuery
) -> Generator[tuple[AuditLine | None, int]]:
    """First how many lines there are (with None), then the lines one by one, from a transaction that ends with it."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "audit/found", **_bound(query))[0]["found"]
        yield None, found
        with streamed(connection, sql.text("audit/lines"), _bound(query)) as lines:
            for row in lines:
                yield AuditLine(**row), found


def whole(query: LineQuery, *, below: int) -> LineQuery:
    """The same filters for all lines below a number."""
    return replace(query, below=below, rows=None)


def counts(store: Store, viewer: Viewer, clock: Clock, *, query: LineQuery) -> tuple[ActionCount, ...]:
    """The lines of the query's person and period by action and result, the most first; raises StoreUnavailable."""
    bound = {name: getattr(query, name) for name in ("viewer", "since", "until")}
    with store.reading(viewer, clock) as connection:
        return tuple(ActionCount(**row) for row in rows(connection, "audit/counts", **bound))


def viewers(store: Store, viewer: Viewer, clock: Clock) -> tuple[str, ...]:
    """The names that stand in the trail (the first 500), in order; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        return tuple(row["viewer"] for row in rows(connection, "audit/viewers"))


def last_check(store: Store, viewer: Viewer, clock: Clock) -> LastCheck | None:
    """The newest check of the chain that was noted, None before the first; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "audit/verified")
    return LastCheck(**found[0]) if found else None


def note_check(
    store: Store, viewer: Viewer, clock: Clock, *, head_seq: int, broken_at: int | None, kind: str | None
) -> None:
    """Writes the line that says the chain was checked and what came of it; raises AuditUnavailable."""
    detail = {"lines": head_seq} | ({"broken_at": broken_at, "kind": kind} if broken_at is not None else {})
    with store.auditing(viewer, clock) as connection:
        audit(
            connection, viewer=viewer, action="audit-verified", target="ops.audit", detail=detail,
            result="ok" if broken_at is None else "failed", is_sensitive=True,
        )  # fmt: skip


def purge(store: Store, viewer: Viewer, clock: Clock, *, before: datetime, is_dry_run: bool) -> Purged:
    """Empties the lines recorded before `before` that the law lets go; a dry run only counts them."""
    with store.loading(viewer, clock) as connection:
        if is_dry_run:
            return Purged(**rows(connection, "audit/purgeable", before=before)[0])
        found = Purged(**rows(connection, "audit/purge", before=before)[0])
        detail = {name: getattr(found, name) for name in Purged.__dataclass_fields__} | {"before": before.isoformat()}
        audit(
            connection, viewer=viewer, action="audit-purged", target="ops.audit", detail=detail, is_sensitive=True
        )  # fmt: skip
    return found


def _bound(query: LineQuery) -> dict[str, Any]:
    return {name: getattr(query, name) for name in LineQuery.__dataclass_fields__}


def page(
    store: Store, viewer: Viewer, clock: Clock, *, query: LineQuery, size: int
) -> tuple[tuple[AuditLine, ...], bool]:
    """One page of `size` lines, and whether older ones follow; raises StoreUnavailable."""
    found = lines(store, viewer, clock, query=replace(query, rows=size + 1))
    return found[:size], len(found) > size
