"""What speaks against the declared system of shapes: the same units, or the parents they name, in the store.

Invariant: a file that contradicts its declaration is refused as a whole and told what fits; nothing is moved silently.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import areas, evidence, rivals
from geo.crs import BD09, GCJ02, Crs, is_in_degrees
from geo.evidence import Side, Verdict
from geo.landing import Landing
from geo.masking import shown
from geo.misplaced import is_clear
from geo.placing import LEVELS
from geo.rivals import Rival
from loaders.dataset import Job
from loaders.faults import Refused

SHOWN_UNITS = 5
COUNTY = "county"
NEARLY_INSIDE = 0.02
"""Share of a child that may lie outside its parent in another reading, which nobody declared to be exact."""


def refuse_wrong_datum_of_areas(landing: Landing, side: Side, job: Job, *, level: str) -> None:
    """Compares areas of `level` with the other levels and the counties of the store; raises Refused (datum_evidence).

    Where none of these draws the same, with the areas of its own level. Where it is the counties that lie in another
    datum, the message of the load says so.
    """
    if not len(side.shapes):
        return
    drawn = _drawn(landing, job.request.valid_from)
    is_told = False
    for place in (COUNTY, *(name for name in LEVELS if name != level), level):
        if place not in drawn or (place == level and is_told):
            continue
        is_coarse = place in LEVELS and LEVELS.index(level) <= LEVELS.index(place)
        others = others_of(job.crs, side.shapes, drawn[place].shapes)
        if place == COUNTY:
            others = (*others, *rivals.of_store(job.crs))
        found = evidence.verdicts(side, drawn[place], others, is_file_coarse=is_coarse)
        is_told |= bool(found)
        contradicted = evidence.contradiction(found)
        if contradicted and contradicted[0].is_of_store:
            rival, speaking = contradicted
            landing.remark("layer_datum", units=_told(speaking), fits=rival.name)
        elif contradicted:
            _object(landing, job, *contradicted, found=found, side=side)


def refuse_wrong_datum_of_layer(landing: Landing, job: Job) -> None:
    """Compares staged counties and partitions with the coarsest areas that draw the same; raises Refused."""
    rows = landing.rows("load/layers/staged")
    shapes = np.array(shapely.from_wkb([bytes(row["geom"]) for row in rows]), dtype=object)
    side = Side([row["name"] or str(row["row_number"]) for row in rows], shapes)
    if not len(side.shapes):
        return
    side = Side(side.names, evidence.sound(side.shapes))
    drawn = _drawn(landing, None)
    for level in LEVELS:
        if level in drawn:
            others = others_of(job.crs, side.shapes, drawn[level].shapes)
            found = evidence.verdicts(side, drawn[level], others, is_file_coarse=True)
            contradicted = evidence.contradiction(found)
            if contradicted:
                _object(landing, job, *contradicted, found=found, side=side)
            if found:
                return


def refuse_displaced_children(job: Job, children: NDArray[Any], parents: NDArray[Any]) -> None:
    """Compares children with the parents they name; raises Refused (parent_evidence) if another reading fits."""
    wrong = areas.share_outside(children, parents) > areas.TOLERANCE
    best: tuple[Rival, int] | None = None
    for rival in others_of(job.crs, children, parents):
        there = Side([""] * len(children), children).through(rival.way).shapes
        left = shapely.is_empty(there)
        left[~left] = areas.share_outside(there[~left], parents[~left]) > NEARLY_INSIDE
        if is_clear(wrong, left, len(children)) and (best is None or left.sum() < best[1]):
            best = rival, int(left.sum())
    if best is None:
        return
    rival, still = best
    told: dict[str, Any] = {"declared": job.crs.name, "fits": rival.name, "looks": rival.name}
    told |= {"case": case_of(rival, job.crs), **told_displacement(children, rival)}
    raise Refused("parent_evidence", count=len(children), off=int(wrong.sum()), left=still, **told)


def others_of(declared: Crs, shapes: NDArray[Any], of_store: NDArray[Any]) -> tuple[Rival, ...]:
    """What the coordinates of these shapes may be instead, where the store draws `of_store` (both EPSG:4326)."""
    in_china = rivals.of_datum(declared) if evidence.is_in_china(shapes) else ()
    own, stored = (float(np.nanmean(shapely.bounds(group)[:, [0, 2]])) for group in (shapes, of_store))
    return (*in_china, *rivals.of_axes_and_meridian(declared, lon=own, store_lon=stored))


def told_displacement(shapes: NDArray[Any], rival: Rival) -> dict[str, str]:
    """Distance and direction in which the shapes lie from where the other reading has them, for a message."""
    lon, lat = np.median(shapely.get_coordinates(shapely.centroid(shapes)), axis=0)
    found = rivals.displacement(float(lon), float(lat), rival)
    return {"distance": found.distance, "direction": found.direction}


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
    landing: Landing, job: Job, rival: Rival, speaking: Sequence[Verdict], *, found: Sequence[Verdict], side: Side
) -> None:
    """Raises Refused; where the load is forced (it is the store that is wrong) its message keeps the evidence."""
    told: dict[str, Any] = {"declared": job.crs.name, "fits": rival.name, "looks": rival.name}
    told |= {"count": len(speaking), "comparable": len(found), **told_displacement(side.shapes, rival)}
    units = _told(speaking)
    if job.request.is_forced:
        landing.remark("datum_forced", units=units, **told)
        return
    raise Refused("datum_evidence", read=len(side.names), units=units, case=case_of(rival, job.crs), **told)


def case_of(rival: Rival, declared: Crs) -> str:
    """Which remedy goes with a reading; empty for the usual one, to declare it."""
    if rival.name == rivals.SWAPPED:
        return "swapped"
    is_datum = rival.name in (GCJ02.name, BD09.name)
    return "projected" if is_datum and not is_in_degrees(declared) else ""


def _told(speaking: Sequence[Verdict]) -> str:
    """The units that are furthest off, each with its shift as declared and in the other datum."""
    worst = sorted(speaking, key=lambda verdict: -verdict.declared_m)[:SHOWN_UNITS]
    return ", ".join(f"{shown(verdict.name)} {verdict.declared_m:.0f} m → {verdict.rival_m:.0f} m" for verdict in worst)
