"""What a check-up asks of the store: versions of its parts, age of each dataset, the end of the audit trail."""

from dataclasses import dataclass
from datetime import datetime

from geo.map_queries import Dataset
from geo.map_queries import datasets as known_datasets
from geo.store import Store, rows
from geo.viewer import OPERATOR, Clock, current_clock


@dataclass(frozen=True, slots=True)
class Versions:
    """The server's parts by version; `proj` with the date of its database of coordinate systems where it says so."""

    postgres: str
    postgis: str
    proj: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The audit trail: how many lines, the last one's number, and when that was written (the machine's time)."""

    lines: int
    last_id: int | None
    newest: datetime | None


def versions(store: Store) -> Versions:
    """The versions; raises StoreUnavailable, also where PostGIS is missing."""
    with store.reading(OPERATOR, current_clock()) as connection:
        return Versions(**rows(connection, "steward/versions")[0])


def datasets(store: Store, clock: Clock) -> tuple[Dataset, ...]:
    """The datasets that were loaded, with the end of each one's newest load; raises StoreUnavailable."""
    return known_datasets(store, OPERATOR, clock)


def trail(store: Store, clock: Clock) -> Trail:
    """The end of the audit trail; raises StoreUnavailable."""
    with store.reading(OPERATOR, clock) as connection:
        return Trail(**rows(connection, "steward/trail")[0])
