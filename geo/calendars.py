"""The working calendar in the store, so that working time can be counted for many cases at once.

Invariant: the office hours in the store are those of the newest version of the calendar; another calendar is a new
version and, where figures were counted with the one before, a new data version.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from config.calendars import calendar
from config.clocks import Calendar
from geo import sql
from geo.landing import BELL
from geo.store import Store, rows
from geo.viewer import Clock, Viewer

LOCK_KEY = 7_240_312  # any number; two programs that write the calendar wait for each other


def keep_calendar(store: Store, viewer: Viewer, clock: Clock) -> None:
    """Writes the site's calendar into the store if it is another one; raises StoreUnavailable, ConfigError."""
    told = calendar()
    with store.reading(viewer, clock) as connection:
        is_kept = _in_force(connection)["digest"] == told.digest
    if not is_kept:
        with store.loading(viewer, clock) as connection:
            write_calendar(connection, told)


def write_calendar(connection: Connection, told: Calendar) -> int:
    """The calendar in the store from this transaction on (a login that may write); its version."""
    _run(connection, "calendar/turn", key=LOCK_KEY)
    before = _in_force(connection)
    version: int = before["version"]
    if before["digest"] == told.digest:
        return version
    _run(connection, "calendar/clear_spans")
    _run(connection, "calendar/write_spans", **_spans(told))
    _run(
        connection,
        "calendar/write",
        version=version + 1,
        digest=told.digest,
        zone=told.zone.key,
        first_on=told.first,
        last_on=told.last,
        written_at=datetime.now(UTC),
    )
    if version:
        _run(connection, "replay/ring", channel=BELL)
    return version + 1


def _spans(told: Calendar) -> dict[str, list[Any]]:
    """The spans of office hours, and the moments from which the calendar is known and not known any more."""
    starts = [span.starts for span in told.spans]
    ends = [str(span.ends) for span in told.spans]
    before = [int(span.before.total_seconds()) for span in told.spans]
    if told.bounds is None:
        return {"starts": starts, "ends": ends, "before": before}
    first, last = told.bounds
    return {"starts": [*starts, first, last], "ends": [*ends, str(first), "infinity"], "before": [*before, 0, None]}


def _in_force(connection: Connection) -> dict[str, Any]:
    found = rows(connection, "calendar/in_force")
    return dict(found[0]) if found else {"version": 0, "digest": ""}


def _run(connection: Connection, name: str, **params: object) -> None:
    connection.execute(sql_text(sql.text(name)), params)
