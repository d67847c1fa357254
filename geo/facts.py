"""What all programs must know of a store, kept in the store itself: today, which sample street lies in it."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text as sql_text

from geo import sql
from geo.store import Store, rows
from geo.viewer import Clock, Viewer

SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class SampleFact:
    """The sample street that a store holds: the seed it was made from and the clock up to which it is told."""

    seed: int
    clock: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """Whether the store holds a sample street, and whether it holds data of a real source."""

    sample: SampleFact | None
    has_real_data: bool


def contents(store: Store, viewer: Viewer, clock: Clock) -> Contents:
    """What the store holds; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "load/facts", fact=SAMPLE)[0]
    told = found["value"]
    sample = SampleFact(told["seed"], datetime.fromisoformat(told["clock"])) if told else None
    return Contents(sample=sample, has_real_data=bool(found["has_real_data"]))


def note_sample(store: Store, viewer: Viewer, clock: Clock, sample: SampleFact) -> None:
    """Writes down which sample street the store holds; raises StoreUnavailable."""
    value = json.dumps({"seed": sample.seed, "clock": sample.clock.isoformat()})
    with store.loading(viewer, clock) as connection:
        connection.execute(sql_text(sql.text("load/fact_set")), {"fact": SAMPLE, "value": value})
