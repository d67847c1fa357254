"""The audit trail: who did what to which rows, from where, why, with what result. Append-only.

Invariant: a sensitive read writes its line in the transaction that reads; where the line cannot be written nothing is
read. No line holds a person's name, number or address of a case: it names rows, never their content.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.viewer import Viewer

OK, REFUSED, FAILED = "ok", "refused", "failed"


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
    """
    params = {
        "viewer": viewer.name,
        "role": viewer.role,
        "account_id": viewer.account_id,
        "address": viewer.address or None,
        "action": action,
        "object": target,
        "detail": orjson.dumps(dict(detail), default=str).decode(),
        "result": result,
        "purpose": purpose,
        "row_ids": list(row_ids),
        "is_sensitive": is_sensitive,
    }
    connection.execute(sql_text(sql.text("audit/append")), params)
