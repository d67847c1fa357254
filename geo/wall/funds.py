"""The funds as the wall may see them: the queries of the money page (geo.money) over views without anybody in them.

Invariant: asked with the wall's own login; the figures are those of the money page, since the queries are the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.money import Flow, Position, Scope, bound
from geo.store import Store, rows
from geo.viewer import Clock, Viewer

VIEWS = {
    "core.ledger_entry e": "mart.wall_entry e",
    "core.fund f": "mart.wall_fund f",
    "mart.fund_name": "mart.wall_fund",
    "mart.area_name": "mart.wall_no_area",
    "core.area a": "mart.wall_no_area a",
    "core.states_outflow": "mart.wall_states_outflow",
}
"""What takes the place of each table that those queries read."""


@dataclass(frozen=True, slots=True)
class WallFunds:
    """Every held fund of the viewer's areas, what flowed in the window, and when the ledger was last loaded."""

    positions: tuple[Position, ...]
    flows: tuple[Flow, ...]
    loaded_at: datetime | None


def funds(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    *,
    scope: Scope,
    year_start: date,
    self_generated: Sequence[str],
    overhead: Sequence[str],
    untold: Sequence[str],
) -> WallFunds:
    """The funds in one state of the data, as geo.money.positions and flows (by use) give them; raises StoreUnavailable.

    Nothing without the right page.wall.
    """
    kinds = {"self_generated": list(self_generated), "overhead": list(overhead), "untold": list(untold)}
    with store.showing(viewer, clock) as connection:
        positions = _asked(connection, "positions", scope, {"year_start": year_start, **kinds})
        flows = _asked(connection, "flows", scope, {"toward": "use", "level": "community"})
        loaded = rows(connection, "wall/loaded_of", dataset="funds")
    return WallFunds(
        positions=tuple(Position(**row) for row in positions),
        flows=tuple(Flow(**row) for row in flows),
        loaded_at=loaded[0]["loaded_at"] if loaded else None,
    )


def _asked(connection: Connection, name: str, scope: Scope, params: dict[str, Any]) -> list[dict[str, Any]]:
    statement = f"{sql.text('money/ledger')}{sql.text(f'money/{name}')}"
    for table, view in VIEWS.items():
        statement = statement.replace(table, view)
    return [dict(row) for row in connection.execute(sql_text(statement), bound(scope, params)).mappings()]
