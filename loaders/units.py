"""Rows that are units: a sender may write one row a team or vehicle, and several rows then make one incident.

Invariant: the row of a unit is known by incident and unit; an incident's head and events are made of all its units
known, whichever file brought them, so the order in which files come makes no difference.
"""

import polars as pl

from geo.landing import Landing
from loaders.dataset import Job

SEPARATOR = "\u001f"
"""Between incident and unit in a natural key: the unit separator, which no code holds."""


def is_by_unit(job: Job) -> bool:
    """Whether a row of the file is a unit of an incident (the mapping has `[key] unit`)."""
    return "unit" in job.mapping.key


def keys(frame: pl.DataFrame, job: Job) -> list[pl.Expr]:
    """The columns that name each row's incident and unit; none where a row is an incident."""
    if not is_by_unit(job):
        return []
    code, unit = pl.lit(frame["code"]), pl.lit(frame["unit"])
    return [
        (code + SEPARATOR + unit).alias("natural_key"),
        code.alias("incident_code"),
        unit.alias("unit_code"),
    ]


def write(landing: Landing, *, source_id: int, load_id: int, mapping_hash: str) -> int:
    """Staged units → heads, units and events; returns how many incidents came to be.

    The heads take the staging's place for a while, so that they go into the store as all incidents do.
    """
    landing.run("load/units/diff", source_id=source_id)
    landing.run("load/units/advance", source_id=source_id)
    landing.run("load/units/stale", source_id=source_id, mapping_hash=mapping_hash)
    landing.run("load/units/set_aside")
    landing.run("load/incidents/stage")
    landing.run("load/units/heads", source_id=source_id)
    landing.run("load/units/analyze_heads")
    landing.run("load/incidents/diff", source_id=source_id)
    landing.run("load/incidents/update", source_id=source_id, load_id=load_id)
    things = landing.run("load/incidents/insert", source_id=source_id, load_id=load_id)
    landing.run("load/units/update", source_id=source_id, load_id=load_id)
    landing.run("load/units/insert", source_id=source_id, load_id=load_id)
    landing.run("load/units/events", source_id=source_id, load_id=load_id)
    landing.run("load/units/drop_heads")
    landing.run("load/units/put_back")
    return things
