"""A set of areas as one file gives it: its rows, united by code and, where the mapping says so, merged.

Invariant: every staged row is part of exactly one area, a repeat of such a part, or in quarantine; rows that say
different things of one area make none.
"""

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely

from config.visible import cut
from geo import areas, tiling
from geo.landing import Landing
from geo.masking import listed, shown
from geo.placing import LEVELS
from loaders.faults import Refused
from loaders.polygons import polygons

MOST_SHARED = 0.01
"""What two parts of one area may share, as a part of the smaller one."""


@dataclass(frozen=True)
class Above:
    """What a set of `level` hangs on; `parents`: code → area in force, `parent_level` None for the coarsest level."""

    level: str
    parent_level: str | None
    parents: dict[str, areas.Version]


@dataclass(frozen=True)
class Row:
    """A staged row: an area or a part of one; geom is EPSG:4326, `wkb` the same for comparing.

    `raw`: as received, with its SRID; None where that is `geom` itself. `changed_share`: the share of its area that
    repair changed, None without repair; `is_flattened`: heights or measures were dropped.
    """

    row_number: int
    code: str
    name: str
    parent_code: str | None
    parent_name: str | None
    community_type: str | None
    geom: Any
    wkb: bytes
    raw: Any = None
    changed_share: float | None = None
    is_flattened: bool = False


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
    next_above = LEVELS[LEVELS.index(above.level) - 1]
    loaded = areas.loaded_levels(landing.connection)
    for level in loaded:
        held = areas.in_force(areas.versions(landing.connection, level), on=valid_from)
        if level != above.parent_level and named_parents <= set(held):
            levels = {"level": above.level, "parent_level": above.parent_level, "found_level": level}
            raise Refused("wrong_level", read=len(staged), **levels)
    if next_above not in loaded:
        raise Refused("parent_level_missing", read=len(staged), level=above.level, parent_level=next_above)


def united(landing: Landing, staged: Sequence[Row], *, merge: Sequence[str] = (), is_apart: bool = False) -> list[Area]:
    """Rows by code as areas, and areas that agree in the columns `merge` as one, under their lowest code.

    Equal rows are unchanged; rows of one area that contradict each other are quarantined, and where parts must lie
    apart (`is_apart`) those that overlap: they are two drawings of the same.
    """
    groups = _consistent(landing, _grouped(staged, by=lambda row: row.code))
    if merge:
        groups = _consistent(landing, _merged(landing, groups, merge))
    areas_of_file, repeats = [], []
    for rows in groups:
        parts = list({row.wkb: row for row in reversed(rows)}.values())[::-1]
        if is_apart and _contradict(parts):
            _refuse_contradicting(landing, rows)
            continue
        kept = {row.row_number for row in parts}
        repeats += [row.row_number for row in rows if row.row_number not in kept]
        geom = rows[0].geom if len(parts) == 1 else polygons(shapely.union_all([row.geom for row in parts]))
        areas_of_file.append(Area(rows=tuple(parts), geom=geom))
    landing.run("load/boundaries/fate", row_numbers=repeats, fate="unchanged")
    return areas_of_file


def _grouped(rows: Iterable[Row], *, by: Callable[[Row], Hashable]) -> list[list[Row]]:
    groups: dict[Hashable, list[Row]] = {}
    for row in rows:
        groups.setdefault(by(row), []).append(row)
    return list(groups.values())


def _merged(landing: Landing, groups: Sequence[Sequence[Row]], merge: Sequence[str]) -> list[list[Row]]:
    """The groups, those that agree in all columns `merge` as one, lowest code first; the message names these."""

    def key(row: Row) -> Hashable:
        told = tuple(getattr(row, column) for column in merge)
        return row.code if None in told else told

    found = _grouped((row for rows in groups for row in rows), by=key)
    found = [sorted(rows, key=lambda row: (row.code.encode(), row.row_number)) for rows in found]
    merged = [rows for rows in found if len(rows) > 1 and len({row.wkb for row in rows}) > 1]
    if merged:
        named = listed([f"{rows[0].name} ({rows[0].code}, {len(rows)})" for rows in merged])
        landing.remark("merged", count=len(merged), names=named)
    return found


def _consistent(landing: Landing, groups: Sequence[list[Row]]) -> list[list[Row]]:
    """The groups whose rows say the same of their area; the rows of the others are quarantined."""
    kept = []
    for rows in groups:
        if len({(row.name, row.parent_code, row.parent_name, row.community_type) for row in rows}) == 1:
            kept.append(rows)
            continue
        _refuse_contradicting(landing, rows)
    return kept


def _refuse_contradicting(landing: Landing, rows: Sequence[Row]) -> None:
    params = {"rows": cut(", ".join(str(row.row_number) for row in rows))}
    quarantined(landing, rows, column="code", value=rows[0].code, fault="conflicting_rows", params=params)


def _contradict(parts: Sequence[Row]) -> bool:
    """Whether two of the shapes share more than MOST_SHARED of the smaller one."""
    shapes = np.array([row.geom for row in parts], dtype=object)
    return len(parts) > 1 and bool(tiling.overlaps(shapes, own=len(parts), tolerance=MOST_SHARED))


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


def quarantined(
    landing: Landing, rows: Sequence[Row], *, column: str, value: str | None, fault: str, params: dict[str, Any]
) -> None:
    """Refuses staged rows that cannot be, or be in, an area."""
    for row in rows:
        landing.run(
            "load/boundaries/refuse_row",
            row_number=row.row_number,
            column_name=column,
            value=None if value is None else shown(value),
            fault=fault,
            params=json.dumps(params, ensure_ascii=False),
        )
    landing.run("load/boundaries/fate", row_numbers=[row.row_number for row in rows], fate="quarantined")
