"""What the wall says of how people fare: closed months of every community, and services within a walk of households.

Invariant: asked with the wall's own login: published months, in which small counts are merged, and sums of households.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from geo.store import Store, rows
from geo.viewer import Clock, Viewer

WALK_M = 500
"""A walk of about ten minutes, as straight-line metres (the middle one of geo.community.REACH_M)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One rate of one community in one closed month, as numerator and denominator."""

    month: date
    code: str
    kpi: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class Reached:
    """How many of the households have one kind of service within WALK_M (straight-line metres)."""

    kind: str
    name_zh: str
    name_en: str
    households: int
    near: int

    def name(self, lang: str) -> str:
        """The kind's name in `zh` or `en`."""
        return self.name_en if lang == "en" else self.name_zh


def published(store: Store, viewer: Viewer, clock: Clock, *, kpis: Collection[str], months: int) -> tuple[Part, ...]:
    """The rates of every community in the last published months that hold cases; raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/published", kpis=list(kpis), months=months)
    return tuple(Part(**row) for row in found if row["denominator"])


def reach(store: Store, viewer: Viewer, clock: Clock) -> tuple[Reached, ...]:
    """Every kind of service that is open; empty without households or the right. Raises StoreUnavailable."""
    with store.showing(viewer, clock) as connection:
        found = rows(connection, "wall/reach", within_m=WALK_M)
    return tuple(Reached(**row) for row in found)
