"""Whether areas of one level share their parents without overlap and without gap.

Invariant: a set that claims to nest and whose areas overlap by more than its mapping allows is refused with their
names; smaller overlaps, and what of a parent no area covers, are told with size and place.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from geo import areas, tiling
from geo.areas import Version
from geo.landing import Landing
from geo.masking import shown
from geo.tiling import Gap, Overlap
from loaders.boundary_sets import Above, Area
from loaders.dataset import Job
from loaders.faults import Refused

SHOWN = 5


def check_tiling(landing: Landing, kept: Sequence[Area], job: Job, above: Above) -> None:
    """Raises Refused (areas_overlap), or tells overlaps and gaps in the message of the load."""
    if not kept:
        return
    others = _others(landing, kept, job, above)
    shapes = np.array([area.geom for area in kept] + [version.geom for version in others], dtype=object)
    names = [f"{area.head.name} ({area.head.code})" for area in kept]
    names += [f"{version.name} ({version.code})" for version in others]
    nests = job.mapping.nests is not False
    found = tiling.overlaps(shapes, own=len(kept), tolerance=areas.TOLERANCE)
    if found:
        _tell_overlaps(landing, found, names, job, nests=nests)
    parents = {area.parent.code: area.parent for area in kept if area.parent is not None and area.is_nested}
    if nests and parents:
        _tell_gaps(landing, list(parents.values()), shapes)


def _others(landing: Landing, kept: Sequence[Area], job: Job, above: Above) -> list[Version]:
    """The areas of the level that stay as they are beside those of the file."""
    own = {area.head.code for area in kept}
    held = areas.in_force(areas.versions(landing.connection, above.level), on=job.request.valid_from)
    is_whole = job.request.mode == "snapshot"
    return [
        version
        for code, version in held.items()
        if code not in own and not (is_whole and version.source_id == job.source_id)
    ]


def _tell_overlaps(landing: Landing, found: Sequence[Overlap], names: Sequence[str], job: Job, *, nests: bool) -> None:
    most = job.mapping.most_overlap
    worst = [pair for pair in found if pair.share > most]
    if nests and worst and not job.request.is_forced:
        told = _listed(worst, names)
        raise Refused("areas_overlap", count=len(worst), most=f"{most:.1%}", pairs=told, share=_enough(worst))
    landing.remark("areas_overlapping", count=len(found), pairs=_listed(found, names))


def _enough(worst: Sequence[Overlap]) -> str:
    """A tolerance that would let all of these pass, for the remedy."""
    return f"{np.ceil(max(pair.share for pair in worst) * 100) / 100:g}"


def _listed(found: Sequence[Overlap], names: Sequence[str]) -> str:
    told = [
        f"{shown(names[pair.one])} / {shown(names[pair.other])} {pair.m2:,.0f} m² ({pair.share:.1%})"
        for pair in found[:SHOWN]
    ]
    return "; ".join([*told, *(["…"] if len(found) > SHOWN else [])])


def _tell_gaps(landing: Landing, parents: Sequence[Version], parts: Any) -> None:
    wholes = np.array([parent.geom for parent in parents], dtype=object)
    found = tiling.gaps(wholes, parts, tolerance=areas.TOLERANCE)
    if found:
        told = [_gap(gap, parents[gap.index]) for gap in found[:SHOWN]] + (["…"] if len(found) > SHOWN else [])
        landing.remark("parents_uncovered", count=len(found), gaps="; ".join(told))


def _gap(gap: Gap, parent: Version) -> str:
    return f"{shown(parent.name)} ({parent.code}) {gap.m2:,.0f} m² ({gap.share:.1%}, {gap.lon:.5f}, {gap.lat:.5f})"
