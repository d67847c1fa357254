"""Boundaries (区划): the polygons of one level, with their parents, as a version in time.

Invariant: a set that claims to nest does (tolerance 0.1 % of a child's area) or the file is refused; an area without
its parent is never kept; everything already loaded is placed again in the same transaction.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from config.mapping import COMMUNITY_TYPES, named
from geo import areas
from geo.evidence import Side
from geo.landing import Landing
from geo.placing import LEVELS
from geo.replacing import replace_places
from geo.rings import refiled
from loaders.boundary_sets import Above, draft, linked, polygons, refuse_other_level, set_fates, staged, united
from loaders.check import missing
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.evidence import refuse_wrong_datum_of_areas
from loaders.faults import Refused, fault_rows, together
from loaders.masking import listed
from loaders.spatial import hex_ewkb, located, today
from loaders.words import in_our_words

REPAIR_TOLERANCE = 0.001
"""Share of its area that repairing an invalid ring may change (0.1 %)."""


class Boundaries(Dataset):
    """One row is an area of the level, or a part of one: rows of one code are united."""

    name = "boundaries"
    section = "boundaries"
    columns = (
        Column("code", is_required=True),
        Column("name", is_required=True),
        Column("parent_code"),
        Column("community_type"),
    )
    is_placed = False
    judges_repeats = False

    def fingerprint_parts(self, landing: Landing, request: LoadRequest) -> tuple[str, ...]:
        """The coarser levels: with other parents the same file says something new."""
        level = request.level or (named(request.source).level if request.source else None) or LEVELS[0]
        loaded = areas.loaded_levels(landing.connection)
        coarser = LEVELS[: LEVELS.index(level)] if level in LEVELS else LEVELS
        return tuple(f"{name}:{loaded[name]}" for name in coarser if name in loaded)

    def prepare(self, landing: Landing, job: Job) -> Above:
        if not job.has_shapes:
            raise Refused("needs_shapes", dataset=self.name, file=job.request.file.name)
        level = _level(job)
        coarser = [name for name in areas.loaded_levels(landing.connection) if LEVELS.index(name) < LEVELS.index(level)]
        parent_level = _parent_level(job, level, coarser)
        held = areas.versions(landing.connection, parent_level) if parent_level else []
        return Above(level, parent_level, areas.in_force(held, on=job.request.valid_from))

    def check(self, frame: pl.DataFrame, job: Job, above: Above) -> Checked:  # noqa: ARG002
        place = located(frame, system=job.crs, has_shapes=True)
        shapes, is_repaired, is_bad = _repaired(place.shapes)
        raw = place.received
        if raw is None:
            raw = place.shapes.copy()
            raw[~is_repaired] = None
        is_blank = pl.Series(shapely.is_missing(place.shapes)) & ~frame["row"].is_in(place.faults["row"].to_list())
        kind = in_our_words(frame, job.mapping, "community_type")
        is_unknown = kind.is_not_null() & ~kind.is_in(COMMUNITY_TYPES)
        unknown = Counter(frame["community_type"].filter(is_unknown).to_list())
        found = together(
            [
                *missing(frame, ["code", "name"]),
                place.faults,
                fault_rows(frame, pl.lit(is_blank), fault="missing_value", column="geometry", value=pl.lit(None)),
                fault_rows(
                    frame, pl.lit(pl.Series(is_bad)), fault="bad_polygon", column="geometry", value=pl.lit(None)
                ),
            ]
        )
        records = frame.select(
            pl.col("row").alias("row_number"),
            pl.col("code").alias("natural_key"),
            pl.lit(None, pl.String).alias("decides"),
            pl.lit(None, pl.String).alias("notes"),
            pl.lit(pl.Series(is_repaired)).alias("is_repaired"),
            pl.lit(value=False).alias("is_outside"),
            "name",
            "parent_code",
            pl.lit(kind.set(is_unknown, None)).alias("community_type"),
            pl.lit(hex_ewkb(shapes)).alias("geom"),
            pl.lit(hex_ewkb(raw, srid=place.srid)).alias("raw"),
        )
        kept = records.filter(~pl.col("row_number").is_in(found["row"].to_list()))
        return Checked(records=kept, faults=found, unknown={"community_type": dict(unknown)} if unknown else {})

    def write(self, landing: Landing, job: Job, above: Above) -> int:
        rows = staged(landing)
        refuse_other_level(landing, rows, above, valid_from=job.request.valid_from)
        found = united(landing, rows)
        side = Side([area.head.name for area in found], np.array([area.geom for area in found], dtype=object))
        refuse_wrong_datum_of_areas(landing, side, job, level=above.level)
        kept = linked(landing, found, job, above)
        fates = areas.write(
            landing.connection,
            [draft(area) for area in kept],
            level=above.level,
            valid_from=job.request.valid_from,
            source_id=job.source_id,
            load_id=job.load_id,
        )
        set_fates(landing, kept, fates)
        ended = _withdrawn(landing, job, above, [row.code for row in rows])
        loose = areas.unnest_children(landing.connection, level=above.level, load_id=job.load_id)
        landing.run("load/boundaries/note", codes=loose, note="children_not_nested")
        if ended or set(fates.values()) - {"unchanged"}:
            replace_places(landing.connection, today=today(job))
        return sum(fate == "inserted" for fate in fates.values())


def _withdrawn(landing: Landing, job: Job, above: Above, codes: Sequence[str]) -> int:
    """Ends the areas that a snapshot no longer holds, and with them all below; the message names them. How many."""
    if job.request.mode != "snapshot":
        return 0
    gone = areas.end_absent(
        landing.connection,
        [*codes, *landing.refused_keys],
        level=above.level,
        source_id=job.source_id,
        valid_from=job.request.valid_from,
        today=today(job),
    )
    if gone.codes:
        landing.remark("withdrawn", level=above.level, count=len(gone.codes), codes=listed(gone.codes))
    if gone.below:
        landing.remark("withdrawn_below", count=len(gone.below), codes=listed(gone.below))
    return len(gone.codes)


def _level(job: Job) -> str:
    asked, declared = job.request.level, job.mapping.level
    if asked and declared and asked != declared:
        raise Refused("level_conflict", asked=asked, declared=declared, source=job.mapping.code)
    level = asked or declared
    if level is None:
        raise Refused("level_missing", levels=", ".join(LEVELS))
    if level not in LEVELS:
        raise Refused("unknown_level", level=level, levels=", ".join(LEVELS))
    return level


def _parent_level(job: Job, level: str, coarser: Sequence[str]) -> str | None:
    wanted = job.mapping.parent_level
    if wanted and wanted not in coarser:
        raise Refused("parent_level_missing", level=level, parent_level=wanted)
    return wanted or (coarser[-1] if coarser else None)


def _repaired(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_], NDArray[np.bool_]]:
    """MultiPolygons, with masks: repaired (area kept to 0.1 %), and not to be repaired or no polygon at all.

    Rings filed as holes that lie outside their shell are parts, and polygons in a collection are polygons: putting
    that right changes no ring, so the area to keep is the one after it.
    """
    fixed, is_refiled = refiled(shapes)
    kind = shapely.get_type_id(fixed)
    is_polygon = np.isin(kind, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
    before = shapely.area(fixed)
    is_broken = is_polygon & ~shapely.is_valid(fixed)
    fixed[is_broken] = [polygons(shape) for shape in shapely.make_valid(fixed[is_broken])]
    after = shapely.area(fixed)
    is_kept = is_polygon & (after > 0) & (np.abs(after - before) <= REPAIR_TOLERANCE * after)
    fixed[~is_kept] = None
    fixed[is_kept] = [polygons(shape) for shape in fixed[is_kept]]
    return fixed, (is_broken | is_refiled) & is_kept, ~shapely.is_missing(shapes) & ~is_kept


DATASETS = (Boundaries(),)
