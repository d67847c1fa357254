"""Boundaries (区划): the polygons of one level, with their parents, as a version in time.

Invariant: a set that claims to nest does (tolerance 0.1 % of a child's area) or the file is refused; an area without
its parent is never kept; everything already loaded is placed again in the same transaction.
"""

import re
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
from geo.masking import listed, shown
from geo.placing import LEVELS
from geo.replacing import replace_places
from loaders.boundary_parents import linked
from loaders.boundary_sets import Above, Row, draft, refuse_other_level, set_fates, staged, united
from loaders.boundary_tiling import check_tiling
from loaders.check import missing
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.evidence import refuse_wrong_datum_of_areas
from loaders.faults import Refused, fault_rows, together
from loaders.polygons import CHANGES, LEAST_M2, NOT_POLYGON, TANGLED, Judged, is_misnested, judged
from loaders.spatial import Located, hex_ewkb, located, today
from loaders.words import in_our_words

MOST_KM = 800
"""No area of people is so wide; a vertex is mistyped, or a part lies nowhere."""
KM_PER_DEGREE = 111.2
GARBLED = "garbled_name"
GARBLED_TEXT = re.compile("\ufffd|[?？]{2}|[\ue000-\uf8ff]")
"""What a wrong encoding leaves of a name: a mark for what is unreadable, two question marks, private characters."""


class Boundaries(Dataset):
    """One row is an area of the level, or a part of one: rows of one code are united.

    `code_else` stands for an empty `code`; `part_name` is what a row is called that is dissolved into an area.
    """

    name = "boundaries"
    section = "boundaries"
    columns = (
        Column("code", is_required=True),
        Column("name", is_required=True),
        Column("code_else"),
        Column("part_name"),
        Column("parent_code"),
        Column("parent_name"),
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
        frame = frame.with_columns(pl.coalesce("code", "code_else").alias("code"))
        apart: tuple[str, ...] = ()
        if job.mapping.dissolve:
            is_apart = pl.col("code").is_null()
            apart = tuple(name or "?" for name in frame.filter(is_apart)["part_name"])
            frame = frame.filter(~is_apart)
        place = located(frame, system=job.crs, has_shapes=True)
        polygon = judged(place.shapes)
        raw = place.received
        if raw is None:
            raw = place.shapes.copy()
            raw[~polygon.is_repaired] = None
        kind = in_our_words(frame, job.mapping, "community_type")
        is_unknown = kind.is_not_null() & ~kind.is_in(COMMUNITY_TYPES)
        unknown = Counter(frame["community_type"].filter(is_unknown).to_list())
        found = _faults(frame, place, polygon)
        records = frame.select(
            pl.col("row").alias("row_number"),
            pl.col("code").alias("natural_key"),
            pl.lit(None, pl.String).alias("decides"),
            pl.when(pl.any_horizontal(_is_garbled("name", "parent_name"))).then(pl.lit(GARBLED)).alias("notes"),
            pl.lit(pl.Series(polygon.is_repaired)).alias("is_repaired"),
            pl.lit(value=False).alias("is_outside"),
            "name",
            "parent_code",
            "parent_name",
            pl.lit(kind.set(is_unknown, None)).alias("community_type"),
            pl.lit(hex_ewkb(polygon.shapes)).alias("geom"),
            pl.lit(hex_ewkb(raw, srid=place.srid)).alias("raw"),
            pl.lit(pl.Series(polygon.changed).fill_nan(None)).alias("changed_share"),
            pl.lit(pl.Series(place.is_flattened)).alias("is_flattened"),
        )
        return Checked(
            records=records.filter(~pl.col("row_number").is_in(found["row"].to_list())),
            faults=found,
            unknown={"community_type": dict(unknown)} if unknown else {},
            left_out=apart,
        )

    def write(self, landing: Landing, job: Job, above: Above) -> int:
        rows = staged(landing)
        refuse_other_level(landing, rows, above, valid_from=job.request.valid_from)
        is_apart = not job.mapping.merge and not job.mapping.dissolve
        found = united(landing, rows, merge=job.mapping.merge, is_apart=is_apart)
        side = Side([area.head.name for area in found], np.array([area.geom for area in found], dtype=object))
        refuse_wrong_datum_of_areas(landing, side, job, level=above.level)
        _tell_shapes(landing, rows)
        kept = linked(landing, found, job, above)
        check_tiling(landing, kept, job, above)
        garbled = [area.head.name for area in kept if GARBLED_TEXT.search(area.head.name)]
        if garbled:
            landing.remark(GARBLED, count=len(garbled), names=listed(garbled))
        fates = areas.write(
            landing.connection,
            [draft(area) for area in kept],
            level=above.level,
            valid_from=job.request.valid_from,
            source_id=job.source_id,
            load_id=job.load_id,
        )
        set_fates(landing, kept, fates)
        merged = {row.code for area in kept for row in area.rows} - {area.head.code for area in kept}
        ended = _withdrawn(landing, job, above, [row.code for row in rows if row.code not in merged])
        loose = areas.unnest_children(landing.connection, level=above.level, load_id=job.load_id)
        landing.run("load/boundaries/note", codes=loose, note="children_not_nested")
        if ended or set(fates.values()) - {"unchanged"}:
            replace_places(landing.connection, today=today(job))
        return sum(fate == "inserted" for fate in fates.values())


def _tell_shapes(landing: Landing, rows: Sequence[Row]) -> None:
    """What was done to shapes: those repaired with the share of area that it changed, heights and measures dropped."""
    repaired = [f"{row.row_number} ({row.changed_share:.3%})" for row in rows if row.changed_share is not None]
    if repaired:
        landing.remark("polygons_repaired", count=len(repaired), rows=listed(repaired))
    flattened = sum(row.is_flattened for row in rows)
    if flattened:
        landing.remark("flattened", count=flattened)


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
        raise Refused("level_conflict", asked=shown(asked), declared=shown(declared), source=job.mapping.code)
    level = asked or declared
    if level is None:
        raise Refused("level_missing", levels=", ".join(LEVELS))
    if level not in LEVELS:
        raise Refused("unknown_level", level=shown(level), levels=", ".join(LEVELS))
    return level


def _parent_level(job: Job, level: str, coarser: Sequence[str]) -> str | None:
    wanted = job.mapping.parent_level
    if wanted and wanted not in coarser:
        raise Refused("parent_level_missing", level=level, parent_level=shown(wanted))
    return wanted or (coarser[-1] if coarser else None)


def _faults(frame: pl.DataFrame, place: Located, polygon: Judged) -> pl.DataFrame:
    """Rows without code, name or a polygon that can be kept."""
    unread = frame["broken"].to_list() if "broken" in frame.columns else [None] * frame.height
    is_odd = pl.Series([is_misnested(text) for text in unread], dtype=pl.Boolean)
    is_blank = pl.Series(shapely.is_missing(place.shapes)) & ~frame["row"].is_in(place.faults["row"].to_list())
    sizes = pl.Series([f"{m2:.2f} m²" for m2 in polygon.m2], dtype=pl.String)
    flat = {"fault": "degenerate_polygon", "column": "geometry"}
    least = {"least_m2": LEAST_M2}
    widths = _widths_km(polygon.shapes)
    is_wide = pl.lit(pl.Series(np.nan_to_num(widths) > MOST_KM))
    spans = pl.lit(pl.Series([f"{width:.0f} km" for width in widths], dtype=pl.String))
    most = {"most_km": MOST_KM}
    misnested = frame.filter(is_odd)["row"].to_list()
    return together(
        [
            *missing(frame, ["code", "name"]),
            place.faults.filter(~pl.col("row").is_in(misnested)),
            fault_rows(frame, pl.lit(is_blank), fault="missing_value", column="geometry", value=pl.lit(None)),
            *_bad_polygons(frame, polygon),
            fault_rows(frame, pl.lit(pl.Series(polygon.is_flat)), value=pl.lit(sizes), params=least, **flat),
            fault_rows(frame, is_wide, fault="area_too_wide", column="geometry", value=spans, params=most),
            fault_rows(frame, pl.lit(is_odd), value=pl.lit("0.00 m²"), params=least | {"case": "misnested"}, **flat),
        ]
    )


def _widths_km(shapes: NDArray[Any]) -> NDArray[np.float64]:
    """How far it is from corner to corner of what each shape (EPSG:4326) spans; NaN for none."""
    west, south, east, north = shapely.bounds(shapes).T
    shrink = np.cos(np.radians((south + north) / 2))
    widths: NDArray[np.float64] = np.hypot((east - west) * shrink, north - south) * KM_PER_DEGREE
    return widths


def _bad_polygons(frame: pl.DataFrame, polygon: Judged) -> list[pl.DataFrame]:
    why = pl.lit(pl.Series(list(polygon.why), dtype=pl.String))
    found = []
    for case in (NOT_POLYGON, TANGLED, CHANGES):
        where = pl.lit(pl.Series(polygon.is_bad & (polygon.case == case)))
        params = {"case": case}
        found.append(fault_rows(frame, where, fault="bad_polygon", column="geometry", value=why, params=params))
    return found


def _is_garbled(*names: str) -> list[pl.Expr]:
    pattern = GARBLED_TEXT.pattern
    return [pl.col(name).str.contains(pattern).fill_null(value=False) for name in names]


DATASETS = (Boundaries(),)
