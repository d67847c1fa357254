"""Refused rows as received are kept for a limited time; then they go, the sealed original and what was shown of it.

Invariant: nothing goes before its last day is over by the site's clock and by the machine's; what was wrong with a row,
what was decided on it and all counts stay. A purge is in the audit trail, and never runs beside a load.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import text as sql_text

from config.site import site
from geo import sql, turns
from geo.audit import audit
from geo.store import Store, rows
from geo.viewer import Clock, Viewer

WAIT_S = 600
"""How many seconds a purge waits for a load to end."""


@dataclass(frozen=True, slots=True)
class Expired:
    """Refused rows as received that a purge removed or would remove, and of how many loads they are."""

    rows: int
    loads: int


def purge(store: Store, viewer: Viewer, clock: Clock, *, is_dry_run: bool, wait_s: float = WAIT_S) -> Expired:
    """Removes the rows whose last day is over; a dry run only counts them. Raises LoadTrouble, StoreUnavailable."""
    today = min(clock.at, datetime.now(UTC)).astimezone(site().zone).date()
    with store.loading(viewer, clock) as connection:
        if not is_dry_run:
            turns.take(connection, wait_s=wait_s)
        found = Expired(**rows(connection, "quarantine/expired", today=today)[0])
        if is_dry_run or not found.rows:
            return found
        connection.execute(sql_text(sql.text("quarantine/purge")), {"today": today})
        detail = asdict(found) | {"before": today.isoformat()}
        audit(
            connection, viewer=viewer, action="refused-purged", target="landing.row", detail=detail, is_sensitive=True
        )  # fmt: skip
    return found
