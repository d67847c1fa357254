"""The audit trail: who did what to which rows, from where, why, with what result. Append-only.

Invariant: a sensitive read writes its line in the transaction that reads; where the line cannot be written nothing is
read. No line holds a person's name, number or address of a case: it names rows, never their content.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from sqlalchemy import Connection, event
from sqlalchemy import text as sql_text
from sqlalchemy.exc import DBAPIError

from geo import sql
from geo.errors import AuditUnavailable
from geo.store import Store
from geo.viewer import Clock, Viewer

OK, REFUSED, FAILED = "ok", "refused", "failed"
_log = structlog.get_logger()


def audit(
    connection: Connection,
    *,
    viewer: Viewer,
    action: str,
    target: str,
    detail: Mapping[str, Any],
    result: str = OK,
    purpose: str | None = None,
    row_ids: Sequence[str] = (),
    is_sensitive: bool = False,
) -> None:
    """One line of the trail, in the transaction of `connection` (of cockpit_app, cockpit_load or cockpit_gate).

    `target`: kind and key of what was touched, such as `load:7`; `row_ids`: keys of the rows where they matter;
    `purpose`: the reader's words, for reads that need one; `is_sensitive`: kept three years instead of 184 days.
    The line holds the head of the chain until the commit, so it is the last thing a transaction does.
    Raises AuditUnavailable when the line cannot be written.
    """
    params = {
        "viewer": viewer.name,
        "role": viewer.role,
        "account_id": viewer.account_id,
        "address": viewer.address or None,
        "action": action,
        "object": _storable(target),
        "detail": orjson.dumps(_storable(dict(detail)), default=str).decode(),
        "result": result,
        "purpose": _storable(purpose),
        "row_ids": list(row_ids),
        "is_sensitive": is_sensitive,
    }
    try:
        connection.execute(sql_text(sql.text("audit/append")), params)
        line = connection.execute(sql_text(sql.text("audit/written"))).scalar_one()
    except DBAPIError as error:
        raise AuditUnavailable(f"the audit trail cannot be written: {error.orig}") from error
    _tell_when_done(connection, line=line, viewer=viewer, action=action, target=target, result=result)


def _storable(value: Any) -> Any:
    """The value with what no text of the store may hold (NUL, half a character) replaced: it must not cost the line."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    if isinstance(value, Mapping):
        return {_storable(name): _storable(one) for name, one in value.items()}
    return [_storable(one) for one in value] if isinstance(value, list | tuple) else value


def _tell_when_done(
    connection: Connection, *, line: str, viewer: Viewer, action: str, target: str, result: str
) -> None:
    """Puts the line into the log at the commit: who, what, result and its place in the chain; no words of people."""
    seq, _, chain_hash = line.partition(":")

    def tell(_: Connection) -> None:
        _log.info(
            "audit", seq=int(seq), chain_hash=chain_hash, viewer=viewer.name, role=viewer.role, action=action,
            target=target, result=result,
        )  # fmt: skip

    event.listen(connection, "commit", tell, once=True)


@dataclass
class Audited:
    """A sensitive read under way: its connection, and what its line will say of it once it is over."""

    connection: Connection
    detail: dict[str, Any] = field(default_factory=dict)
    row_ids: list[str] = field(default_factory=list)
    is_dropped: bool = False

    def drop(self) -> None:
        """Writes no line after all: nothing was found that could have been read."""
        self.is_dropped = True


@contextmanager
def reading_audited(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    *,
    action: str,
    target: str,
    purpose: str | None = None,
    is_sensitive: bool = False,
) -> Iterator[Audited]:
    """A transaction of cockpit_app whose line is written at its end, before the caller gets what was read.

    The caller returns from inside or after the block: where the line cannot be written the block raises
    AuditUnavailable, and what was read never leaves it. Raises StoreUnavailable too.
    """
    with store.auditing(viewer, clock) as connection:
        found = Audited(connection)
        yield found
        if not found.is_dropped:
            audit(
                connection, viewer=viewer, action=action, target=target, detail=found.detail, purpose=purpose,
                row_ids=found.row_ids, is_sensitive=is_sensitive,
            )  # fmt: skip
