"""What a check-up asks of the store: versions, age of each dataset, the end of the audit trail, the last backup."""

from dataclasses import dataclass
from datetime import datetime

from geo.audit_chain import Head
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
    """The audit trail: its head, when the newest line was written and when the store was last backed up.

    `newest` and `backed_up` are moments of the machine; None where there is no such line.
    """

    head: Head
    newest: datetime | None
    backed_up: datetime | None


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
        found = rows(connection, "steward/trail")
    if not found:
        return Trail(Head(0, ""), None, None)
    row = found[0]
    return Trail(Head(row["seq"], row["chain_hash"].hex()), row["newest"], row["backed_up"])
