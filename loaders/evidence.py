"""What speaks against a declared coordinate system: zone numbers in the eastings, and the same units in the store.

Invariant: a file that contradicts its declaration is refused as a whole and told what fits; nothing is moved silently.
"""

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import orjson
import polars as pl
import shapely

from geo import evidence
from geo.crs import CGCS2000_EPSG, STORE
from geo.evidence import Rival, Side, Verdict
from geo.landing import Landing
from geo.masking import shown
from geo.placing import LEVELS
from loaders.dataset import Job
from loaders.faults import Refused, together

SHOWN_UNITS = 5
COUNTY = "county"


def refuse_wrong_zone(faults: Iterable[pl.DataFrame], *, read: int) -> None:
    """Raises Refused (crs_zone) where more than half of the rows read have the same wrong zone number."""
    found = together(faults).filter(pl.col("fault") == "wrong_zone")
    if not found.height:
        return
    told = found.group_by("params").agg(pl.col("row").n_unique().alias("rows")).sort("rows", "params").row(-1)
    params, rows = orjson.loads(told[0]), int(told[1])
    if rows * 2 > read:
        raise Refused("crs_zone", read=read, rows=rows, **params)


def refuse_wrong_datum_of_areas(landing: Landing, side: Side, job: Job, *, level: str) -> None:
    """Compares areas of `level` with the other levels and the counties of the store; raises Refused (datum_evidence).

    Where it is the counties that lie in another datum, the message of the load says so.
    """
    if not _is_comparable(side):
        return
    drawn = _drawn(landing, job.request.valid_from)
    rivals = evidence.rivals(job.crs)
    for place in (COUNTY, *(name for name in LEVELS if name != level)):
        if place not in drawn:
            continue
        is_coarse = place in LEVELS and LEVELS.index(level) < LEVELS.index(place)
        others = rivals if place in LEVELS else (*rivals, *evidence.rivals_of_store(job.crs))
        found = evidence.verdicts(side, drawn[place], others, is_file_coarse=is_coarse)
        contradicted = evidence.contradiction(found)
        if contradicted and contradicted[0].is_of_store:
            rival, speaking = contradicted
            landing.remark("layer_datum", units=_told(speaking), fits=rival.crs.name)
        elif contradicted:
            _object(landing, job, *contradicted, found=found, read=len(side.names))


def refuse_wrong_datum_of_layer(landing: Landing, job: Job) -> None:
    """Compares staged counties and partitions with the coarsest areas that draw the same; raises Refused."""
    rows = landing.rows("load/layers/staged")
    shapes = np.array(shapely.from_wkb([bytes(row["geom"]) for row in rows]), dtype=object)
    side = Side([row["name"] or str(row["row_number"]) for row in rows], shapes)
    if not _is_comparable(side):
        return
    side = Side(side.names, evidence.sound(side.shapes))
    drawn = _drawn(landing, None)
    for level in LEVELS:
        if level in drawn:
            found = evidence.verdicts(side, drawn[level], evidence.rivals(job.crs), is_file_coarse=True)
            contradicted = evidence.contradiction(found)
            if contradicted:
                _object(landing, job, *contradicted, found=found, read=len(rows))
            if found:
                return


def _is_comparable(side: Side) -> bool:
    return bool(len(side.shapes)) and evidence.is_in_china(side.shapes)


def _drawn(landing: Landing, on: date | None) -> dict[str, Side]:
    """What the store draws: level or `county` → its polygons with their names."""
    rows = landing.rows("load/drawn", day=on)
    shapes = np.array(shapely.from_wkb([bytes(row["geom"]) for row in rows]), dtype=object)
    places = np.array([row["place"] for row in rows])
    names = np.array([row["name"] for row in rows], dtype=object)
    return {
        str(place): Side(list(names[places == place]), evidence.sound(shapes[places == place]))
        for place in dict.fromkeys(places)
    }


def _object(
    landing: Landing, job: Job, rival: Rival, speaking: Sequence[Verdict], *, found: Sequence[Verdict], read: int
) -> None:
    """Raises Refused; where the load is forced (it is the store that is wrong) its message keeps the evidence."""
    told = {"declared": job.crs.name, "fits": rival.crs.name, "count": len(speaking), "comparable": len(found)}
    units = _told(speaking)
    if job.request.is_forced:
        landing.remark("datum_forced", units=units, **told)
        return
    is_degrees = job.crs.datum is not None or job.crs.srid in (STORE.srid, CGCS2000_EPSG)
    case = {} if is_degrees else {"case": "projected"}
    raise Refused("datum_evidence", read=read, units=units, **told, **case)


def _told(speaking: Sequence[Verdict]) -> str:
    """The units that are furthest off, each with its shift as declared and in the other datum."""
    worst = sorted(speaking, key=lambda verdict: -verdict.declared_m)[:SHOWN_UNITS]
    return ", ".join(f"{shown(verdict.name)} {verdict.declared_m:.0f} m → {verdict.rival_m:.0f} m" for verdict in worst)
