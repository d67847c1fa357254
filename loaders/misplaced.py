"""Points that mostly lie elsewhere than they say refuse the whole file and are told what they look like.

Invariant: nothing is moved silently; where the load is forced its message keeps the evidence.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from geo import misplaced
from geo.landing import Landing
from geo.misplaced import Points
from geo.placing import Placers
from geo.rivals import Rival
from loaders.dataset import Job
from loaders.evidence import case_of, others_of, told_displacement
from loaders.faults import Refused
from loaders.spatial import points as as_points

SAMPLE = 2_000
"""So many points tell as much as a million."""
SAMPLED_PAGES = 60
"""Pages of a table that hold about as many rows."""


def refuse_misplaced(
    landing: Landing, job: Job, placers: Placers, *, section: str, of_table: str = "pg_temp.staging", **params: Any
) -> None:
    """Compares a sample of the points staged (or in `of_table`) with the areas they name and with the site.

    Raises Refused (point_evidence: outside the areas they name; site_evidence: outside every area). `params` are those
    of the section's query `sample`.
    """
    if not placers.levels:
        return
    pages = int(landing.rows("load/pages", of_table=of_table)[0]["pages"])
    percent = min(100.0, 100.0 * SAMPLED_PAGES / max(pages, 1))
    rows = landing.rows(f"load/{section}/sample", percent=percent, most=SAMPLE, **params)
    if not rows:
        return
    lon, lat = (np.array([row[name] for row in rows], dtype=np.float64) for name in ("lon", "lat"))
    days = np.array([row["day"] for row in rows], dtype="datetime64[D]")
    shapes = as_points(lon, lat)

    def others() -> Sequence[Rival]:
        areas = np.array([version.geom for version in placers.versions], dtype=object)
        return others_of(job.crs, shapes, areas)

    found = misplaced.contradiction(Points(lon, lat, [row["code"] for row in rows], days), others, placers)
    if found is None:
        return
    told: dict[str, Any] = {"declared": job.crs.name, "fits": found.rival.name, "looks": found.rival.name}
    told |= {"count": found.count, "off": found.off, "left": found.left, **told_displacement(shapes, found.rival)}
    if job.request.is_forced:
        landing.remark("points_forced", **told)
        return
    code = "point_evidence" if found.of_named else "site_evidence"
    raise Refused(code, case=case_of(found.rival, job.crs), **told)
