"""A set of areas as one file gives it: parts united by code, linked to their parents, checked for nesting.

Invariant: no area is kept without the parent it names, and a set that claims to nest does, to 0.1 % of a child's area.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import shapely

from geo import areas
from geo.landing import Landing
from geo.placing import LEVELS
from loaders.dataset import Job
from loaders.faults import Refused
from loaders.masking import cut, shown

SHOWN_OFFENDERS = 5


@dataclass(frozen=True)
class Above:
    """What a set of `level` hangs on; `parents`: code → area in force, `parent_level` None for the coarsest level."""

    level: str
    parent_level: str | None
    parents: dict[str, areas.Version]


@dataclass(frozen=True)
class Row:
    """A staged row: an area or a part of one; geom is EPSG:4326, `wkb` the same for comparing.

    `raw`: as received, with its SRID; None where that is `geom` itself.
    """

    row_number: int
    code: str
    name: str
    parent_code: str | None
    community_type: str | None
    geom: Any
    wkb: bytes
    raw: Any = None


@dataclass(frozen=True)
class Area:
    """One area of the file: `rows` are the parts it is made of."""

    rows: tuple[Row, ...]
    geom: Any
    parent: areas.Version | None = None
    is_nested: bool = True

    @property
    def head(self) -> Row:
        """The row that describes the area: all its parts say the same."""
        return self.rows[0]


def polygons(shape: Any) -> Any:
    """The polygons among the parts of a shape, as one MultiPolygon."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(shape)) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def staged(landing: Landing) -> list[Row]:
    """The rows that passed the checks, in the order of the file."""
    found = landing.rows("load/boundaries/staged")
    for row in found:
        row["wkb"] = bytes(row.pop("geom"))
        row["raw"] = shapely.from_wkb(bytes(row["raw"])) if row["raw"] is not None else None
    geoms = shapely.from_wkb([row["wkb"] for row in found])
    return [Row(geom=geom, **row) for row, geom in zip(found, geoms, strict=True)]


def refuse_other_level(landing: Landing, staged: Sequence[Row], above: Above, *, valid_from: date | None) -> None:
    """Parents of a level that is not loaded, or all of another level than the one above: raises Refused."""
    named_parents = {row.parent_code for row in staged if row.parent_code}
    if not named_parents or above.level == LEVELS[0]:
        return
    if above.parent_level is None:
        missing = LEVELS[LEVELS.index(above.level) - 1]
        raise Refused("parent_level_missing", read=len(staged), level=above.level, parent_level=missing)
    if named_parents & set(above.parents):
        return
    for level in areas.loaded_levels(landing.connection):
        held = areas.in_force(areas.versions(landing.connection, level), on=valid_from)
        if level != above.parent_level and named_parents <= set(held):
            levels = {"level": above.level, "parent_level": above.parent_level, "found_level": level}
            raise Refused("wrong_level", read=len(staged), **levels)


def united(landing: Landing, staged: Sequence[Row]) -> list[Area]:
    """Rows by code as areas; equal rows are unchanged, rows of one code that contradict each other are quarantined."""
    by_code: dict[str, list[Row]] = {}
    for row in staged:
        by_code.setdefault(row.code, []).append(row)
    areas_of_file, repeats = [], []
    for code, rows in by_code.items():
        if len({(row.name, row.parent_code, row.community_type) for row in rows}) > 1:
            numbers = cut(", ".join(str(row.row_number) for row in rows))
            _quarantine(landing, rows, column="code", value=code, fault="conflicting_rows", params={"rows": numbers})
            continue
        parts = list({row.wkb: row for row in reversed(rows)}.values())[::-1]
        kept = {row.row_number for row in parts}
        repeats += [row.row_number for row in rows if row.row_number not in kept]
        geom = rows[0].geom if len(parts) == 1 else polygons(shapely.union_all([row.geom for row in parts]))
        areas_of_file.append(Area(rows=tuple(parts), geom=geom))
    landing.run("load/boundaries/fate", row_numbers=repeats, fate="unchanged")
    return areas_of_file


def linked(landing: Landing, found: Sequence[Area], job: Job, above: Above) -> list[Area]:
    """The areas with their parents; those whose parent is unknown are quarantined. Raises Refused (not_nested).

    The declared code names the parent. Without one a set that does not nest takes the area it overlaps most, as does
    a set whose file has no such column; elsewhere an empty code is a missing parent.
    """
    nests = job.mapping.nests is not False
    if above.parent_level is None:
        return [replace(area, is_nested=nests) for area in found]
    guesses = _by_overlap(found, above) if not nests or "parent_code" not in job.present else [None] * len(found)
    kept = []
    for area, guess in zip(found, guesses, strict=True):
        code = area.head.parent_code
        parent = above.parents.get(code) if code else guess
        if parent is None and (code or nests):
            params = {"level": above.parent_level}
            _quarantine(landing, area.rows, column="parent_code", value=code, fault="unknown_parent", params=params)
        else:
            kept.append(replace(area, parent=parent, is_nested=nests))
    if nests:
        _refuse_not_nested(kept, above)
    return kept


def _by_overlap(found: Sequence[Area], above: Above) -> list[areas.Version | None]:
    parents = list(above.parents.values())
    shapes = (np.array([item.geom for item in items], dtype=object) for items in (found, parents))
    return [parents[index] if index >= 0 else None for index in areas.largest_overlap(*shapes)]


def _refuse_not_nested(kept: Sequence[Area], above: Above) -> None:
    pairs = [(area, area.parent) for area in kept if area.parent is not None]
    children = np.array([area.geom for area, _ in pairs], dtype=object)
    outside = areas.share_outside(children, np.array([parent.geom for _, parent in pairs], dtype=object))
    offenders = np.flatnonzero(outside > areas.TOLERANCE)
    if len(offenders):
        worst = offenders[np.argsort(-outside[offenders])][:SHOWN_OFFENDERS]
        named = ", ".join(f"{shown(pairs[index][0].head.code)} ({outside[index]:.1%})" for index in worst)
        read = sum(len(area.rows) for area in kept)
        raise Refused("not_nested", read=read, count=len(offenders), parent_level=above.parent_level, offenders=named)


def _received(area: Area) -> Any:
    """What was received for the area: one shape, or a collection of its parts; None if that is what is kept."""
    parts = [row.geom if row.raw is None else row.raw for row in area.rows]
    if all(row.raw is None for row in area.rows):
        return None
    srid = next(shapely.get_srid(row.raw) for row in area.rows if row.raw is not None)
    return parts[0] if len(parts) == 1 else shapely.set_srid(shapely.GeometryCollection(parts), srid)


def draft(area: Area) -> areas.Draft:
    """The area as the store takes it. Its hash leaves out what was received: the same shape declared in another system
    is the same area."""
    parent = area.parent
    told = (area.head.name, parent.code if parent else None, area.head.community_type, area.is_nested)
    digest = hashlib.sha256(repr(told).encode() + shapely.to_wkb(area.geom))
    return areas.Draft(
        code=area.head.code,
        name=area.head.name,
        parent_id=parent.area_id if parent else None,
        community_type=area.head.community_type,
        is_nested=area.is_nested,
        geom=area.geom,
        content_hash=digest.hexdigest(),
        raw=_received(area),
    )


def set_fates(landing: Landing, kept: Sequence[Area], fates: dict[str, str]) -> None:
    """Gives the rows of each area its fate; rows of a new area stay without one and count as inserted."""
    for fate in ("updated", "unchanged"):
        numbers = [row.row_number for area in kept for row in area.rows if fates[area.head.code] == fate]
        landing.run("load/boundaries/fate", row_numbers=numbers, fate=fate)


def _quarantine(
    landing: Landing, rows: Sequence[Row], *, column: str, value: str | None, fault: str, params: dict[str, Any]
) -> None:
    for row in rows:
        landing.run(
            "load/boundaries/refuse_row",
            row_number=row.row_number,
            column_name=column,
            value=value,
            fault=fault,
            params=json.dumps(params, ensure_ascii=False),
        )
    landing.run("load/boundaries/fate", row_numbers=[row.row_number for row in rows], fate="quarantined")
