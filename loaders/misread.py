"""Numbers that mostly cannot be what is declared refuse the whole file and are told what they look like.

Invariant: a few odd rows stay faults of their rows; only what most rows say speaks against the declaration.
"""

from collections.abc import Iterable

import numpy as np
import orjson
import polars as pl
import shapely
from numpy.typing import NDArray

from geo import crs
from geo.crs import Crs
from geo.landing import Landing
from geo.readings import Reading, likely
from loaders.faults import Refused, together

LEAST_ROWS = 3
"""Fewer rows are no evidence against the system of a file."""
LOOKED_AT = 2_000
NOWHERE = 1e-9
SWAPPED = '{"case": "swapped"}'
_PAIR = r"(-?\d+(?:\.\d*)?)[^-\d]+(-?\d+(?:\.\d*)?)"


def refuse_misread(landing: Landing, system: Crs, faults: Iterable[pl.DataFrame], *, read: int) -> None:
    """Raises Refused where more than half of the rows read have the same wrong zone number (crs_zone) or coordinates
    that are impossible in `system` (crs_evidence).
    """
    found = together(faults)
    _refuse_wrong_zone(found, read=read)
    pairs = _pairs(found)
    if len(pairs) < LEAST_ROWS or len(pairs) * 2 <= read:
        return
    reading = _likely(landing, system, pairs[:LOOKED_AT])
    told: dict[str, object] = {"rows": len(pairs), "declared": system.name, "examples": crs.EXAMPLES}
    if reading is not None:
        told |= {"fits": reading.name, "looks": reading.looks, "case": "swapped" if reading.is_swapped else "looks"}
    raise Refused("crs_evidence", read=read, **told)


def _pairs(faults: pl.DataFrame) -> NDArray[np.float64]:
    """The first two numbers of each row whose numbers are the fault: not of odd shapes, nor of 0, 0 (nowhere)."""
    bad = faults.filter((pl.col("fault") == "bad_coordinates") & pl.col("params").is_in(["{}", SWAPPED]))
    told = bad.unique("row", maintain_order=True)["value"].str.extract_groups(_PAIR).struct.unnest()
    pairs: NDArray[np.float64] = told.cast(pl.Float64, strict=False).drop_nulls().to_numpy()
    somewhere: NDArray[np.float64] = pairs[np.abs(pairs).max(axis=1, initial=0) > NOWHERE]
    return somewhere


def _refuse_wrong_zone(faults: pl.DataFrame, *, read: int) -> None:
    found = faults.filter(pl.col("fault") == "wrong_zone")
    if not found.height:
        return
    told = found.group_by("params").agg(pl.col("row").n_unique().alias("rows")).sort("rows", "params").row(-1)
    params, rows = orjson.loads(told[0]), int(told[1])
    if rows * 2 > read:
        raise Refused("crs_zone", read=read, rows=rows, **params)


def _likely(landing: Landing, system: Crs, pairs: NDArray[np.float64]) -> Reading | None:
    drawn = landing.rows("load/drawn", day=None)
    areas = np.array(shapely.from_wkb([bytes(row["geom"]) for row in drawn]), dtype=object)
    x, y = pairs.T
    return likely(x, y, areas=areas, is_in_degrees=crs.is_in_degrees(system))
