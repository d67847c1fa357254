"""What a dry run shows: where the rows lie that would be inserted, changed or refused, and the first faults.

Invariant: nothing is changed by looking; every value is masked as the quarantine masks it, and what is left out by the
limits below is counted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import orjson
import polars as pl
import shapely

from geo.crs import NoWayError
from geo.landing import Landing
from loaders import check
from loaders.dataset import Job
from loaders.faults import no_faults, together
from loaders.plan import Plan
from loaders.spatial import located

MOST_PLACES = 1_500
"""Of each fate; the rest is counted only."""
MOST_CORNERS = 400
"""Of one outline, which is simplified until it has no more."""
SHOWN_OF_A_FAULT = 3
SHOWN_FAULTS = 40
QUERIES = {
    "incidents": "lon_lat", "households": "point", "ledger": "point", "boundaries": "geom", "layers": "geom",
    "service_points": "geom",
}  # fmt: skip
"""Section → which query finds the places of its staged rows; the other sections have none."""
INSERTED, UPDATED, QUARANTINED = "inserted", "updated", "quarantined"


class Look(Protocol):
    """Something that watches a load from within its transaction."""

    def block(self, frame: pl.DataFrame, found: pl.DataFrame, job: Job) -> None:
        """A block under our names, and the faults of its rows."""

    def end(self, landing: Landing, plan: Plan, refused: pl.DataFrame) -> None:
        """The staged rows have their fates; `refused` are all faults of refused rows, unmasked."""


@dataclass(frozen=True)
class Place:
    """Where a row lies (EPSG:4326) and what becomes of it."""

    row: int
    fate: str
    shape: Any


@dataclass(frozen=True)
class ToldFault:
    """A fault of a row as people may see it."""

    row: int
    column: str | None
    value: str | None
    fault: str
    params: Mapping[str, object]


@dataclass
class Preview:
    """Looks at a load. `found`: rows with a place by fate, those that `places` leaves out included."""

    places: list[Place] = field(default_factory=list)
    faults: list[ToldFault] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)

    def block(self, frame: pl.DataFrame, found: pl.DataFrame, job: Job) -> None:
        """Keeps where refused rows lie, as far as they say so."""
        rows = frame.filter(pl.col("row").is_in(found["row"].implode())) if found.height else frame.head(0)
        if not rows.height or not (job.has_shapes or {"lon", "lat"} <= job.present):
            return
        try:
            shapes = located(rows, system=job.crs, has_shapes=job.has_shapes).shapes
        except NoWayError:
            return
        lies = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
        self._add(QUARANTINED, rows["row"].to_numpy()[lies], shapes[lies], int(lies.sum()))

    def end(self, landing: Landing, plan: Plan, refused: pl.DataFrame) -> None:
        """Takes the places of staged rows by their fate, and the first faults."""
        self.faults = _first(refused, [column.name for column in plan.dataset.columns if column.is_personal])
        query = QUERIES.get(plan.dataset.section)
        if query is None:
            return
        rows = landing.rows(f"load/preview/{query}", most=MOST_PLACES)
        for fate in dict.fromkeys(row["fate"] for row in rows):
            chosen = [row for row in rows if row["fate"] == fate]
            shapes = np.array(shapely.from_wkb([bytes(row["geom"]) for row in chosen]), dtype=object)
            self._add(fate, [row["row_number"] for row in chosen], shapes, int(chosen[0]["found"]))

    def _add(self, fate: str, rows: Sequence[int], shapes: Any, found: int) -> None:
        self.found[fate] += found
        room = MOST_PLACES - sum(place.fate == fate for place in self.places)
        kept = zip(list(rows)[:room], shapes[:room], strict=True)
        self.places += [Place(int(row), fate, _light(shape)) for row, shape in kept]


def _light(shape: Any) -> Any:
    """The shape, simplified where it has more corners than a small drawing shows."""
    tolerance = 1e-5
    while shapely.get_num_coordinates(shape) > MOST_CORNERS and tolerance < 1:
        shape = shapely.simplify(shape, tolerance)
        tolerance *= 3
    return shape


def _first(refused: pl.DataFrame, personal: Sequence[str]) -> list[ToldFault]:
    """The first rows of each fault, masked."""
    by_fault = refused.unique(["fault", "row"], keep="first", maintain_order=True)
    chosen = [part.head(SHOWN_OF_A_FAULT) for part in by_fault.partition_by("fault", maintain_order=True)]
    told = check.masked(together(chosen) if chosen else no_faults(), personal)
    return [
        ToldFault(row["row"], row["column"], row["value"], row["fault"], orjson.loads(row["params"] or "{}"))
        for row in told.head(SHOWN_FAULTS).to_dicts()
    ]
