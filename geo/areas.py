"""Writes boundary versions: which polygon of an area is in force when, under which parent.

Invariant: the versions of one area never overlap in time, and an area linked as nested lies within its parent
(tolerance 0.1 % of its area); every version has a point inside it to write its name on.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.landing import told
from geo.placing import LEVELS
from geo.store import rows

TOLERANCE = 0.001
"""Share of a child's area that may lie outside its parent (contract: 0.1 %)."""

BEGINNING = date.min
END = date.max
LABEL_PRECISION = 200
"""A label point is found to within a 200th of the side of a square as large as its area."""

GEOD = pyproj.Geod(ellps="WGS84")

Shapes = NDArray[Any]


@dataclass(frozen=True)
class Version:
    """One version of an area as the store holds it, in force [valid_from, valid_to)."""

    area_id: int
    code: str
    name: str
    source_id: int
    content_hash: str
    valid_from: date
    valid_to: date
    geom: Any


@dataclass(frozen=True)
class Draft:
    """An area as a file gives it; geom is EPSG:4326, `content_hash` covers everything that the file says of it.

    `raw`: the shape as received, with its SRID, where that is not `geom`.
    """

    code: str
    name: str
    parent_id: int | None
    community_type: str | None
    is_nested: bool
    geom: Any
    content_hash: str
    raw: Any = None


def loaded_levels(connection: Connection) -> dict[str, int]:
    """Level → number of the last load that changed it, coarse to fine; levels without areas are left out."""
    found = {row["level"]: int(row["load_id"]) for row in rows(connection, "area/levels")}
    return {level: found[level] for level in LEVELS if level in found}


def versions(connection: Connection, level: str) -> list[Version]:
    """All versions of the areas of a level by code and time."""
    found = rows(connection, "area/level_versions", level=level)
    geoms = shapely.from_wkb([bytes(row.pop("geom")) for row in found])
    return [Version(geom=geom, **row) for row, geom in zip(found, geoms, strict=True)]


def in_force(of_level: Iterable[Version], *, on: date | None) -> dict[str, Version]:
    """Code → the version in force on the day, or the last that has not ended (None)."""
    return {
        version.code: version
        for version in of_level
        if (version.valid_to == END if on is None else version.valid_from <= on < version.valid_to)
    }


def share_outside(children: Shapes, parents: Shapes) -> NDArray[np.float64]:
    """The share of each child's area that lies outside its parent, 0 to 1."""
    outside = np.zeros(len(children))
    odd = np.flatnonzero(~shapely.covered_by(children, parents))
    outside[odd] = shapely.area(shapely.difference(children[odd], parents[odd])) / shapely.area(children[odd])
    return outside


@dataclass(frozen=True)
class Overlaps:
    """By child: `index` of the parent it shares most area with (-1 for none), `share` of its area (0 to 1) that it
    shares with that one, and the indices of all parents it touches.
    """

    index: NDArray[np.int64]
    share: NDArray[np.float64]
    touched: tuple[frozenset[int], ...]


def overlaps(children: Shapes, parents: Shapes) -> Overlaps:
    """How the children lie in the parents; of equal shares the first parent's counts."""
    index, share = np.full(len(children), -1, dtype=np.int64), np.zeros(len(children))
    child, parent = shapely.STRtree(parents).query(children, predicate="intersects")
    shared = shapely.area(shapely.intersection(children[child], parents[parent]))
    touched: list[set[int]] = [set() for _ in children]
    for pair in np.lexsort((-parent, shared)):
        touched[child[pair]].add(int(parent[pair]))
        if shared[pair] > 0:
            index[child[pair]], share[child[pair]] = parent[pair], shared[pair]
    return Overlaps(index, share / shapely.area(children), tuple(frozenset(found) for found in touched))


def ground_m2(shapes: Shapes) -> NDArray[np.float64]:
    """The geodesic area of each polygon (EPSG:4326) on the WGS 84 ellipsoid, in m²."""
    return np.array([abs(GEOD.geometry_area_perimeter(shape)[0]) for shape in shapes], dtype=np.float64)


def label_point(geom: Any) -> Any:
    """The centre of the largest circle inside the area: its pole of inaccessibility, measured on the ground."""
    shrink = math.cos(math.radians(shapely.get_y(shapely.centroid(geom))))
    ground = shapely.transform(geom, lambda xy: xy * (shrink, 1.0))
    circle = shapely.maximum_inscribed_circle(ground, tolerance=math.sqrt(ground.area) / LABEL_PRECISION)
    x, y = shapely.get_coordinates(circle)[0]
    return shapely.Point(x / shrink, y)


def write(
    connection: Connection,
    drafts: Sequence[Draft],
    *,
    level: str,
    valid_from: date | None,
    source_id: int,
    load_id: int,
) -> dict[str, str]:
    """Brings the areas of a level into the store and returns code → `inserted`, `updated` or `unchanged`.

    The first set of a level is valid from the beginning of time. `valid_from` opens a new version of each area that
    changed; without it the version in force is corrected. A new code starts with the version in force.
    """
    held = versions(connection, level)
    day = valid_from if held else None
    current = in_force(held, on=day)
    start = day or max((version.valid_from for version in current.values()), default=BEGINNING)
    fates: dict[str, str] = {}
    inserts: list[dict[str, Any]] = []
    corrections: list[dict[str, Any]] = []
    for draft in drafts:
        own = current.get(draft.code)
        if own is not None and own.content_hash == draft.content_hash:
            fates[draft.code] = "unchanged"
            continue
        params = _params(draft) | {"source_id": source_id, "load_id": load_id}
        if own is not None and (day is None or own.valid_from == day):
            corrections.append(params | {"area_id": own.area_id})
            fates[draft.code] = "updated"
        else:
            until = own.valid_to if own is not None else _next_start(held, draft.code, start)
            first = start if own is not None else _first_free(held, draft.code, start)
            inserts.append(params | {"level": level, "valid_from": _day(first), "valid_to": _day(until)})
            fates[draft.code] = "inserted"
    replaced = [current[row["code"]] for row in inserts if row["code"] in current]
    _run(connection, "area/end", [{"area_id": own.area_id, "valid_to": _day(start)} for own in replaced])
    _run(connection, "area/correct", corrections)
    _run(connection, "area/insert", inserts)
    return fates


def _next_start(held: Iterable[Version], code: str, start: date) -> date:
    return min(
        (version.valid_from for version in held if version.code == code and version.valid_from > start), default=END
    )


def _first_free(held: Iterable[Version], code: str, start: date) -> date:
    """The first day from `start` on that no ended version of the area covers: a withdrawn area that comes back."""
    ends = [version.valid_to for version in held if version.code == code and version.valid_from <= start]
    return max([start, *(end for end in ends if end != END)])


@dataclass(frozen=True)
class Withdrawn:
    """Codes of the areas that ended, and of the areas `below` them that ended with them."""

    codes: tuple[str, ...]
    below: tuple[str, ...]


def end_absent(
    connection: Connection, codes: Iterable[str], *, level: str, source_id: int, valid_from: date | None, today: date
) -> Withdrawn:
    """Ends the areas of a source that a snapshot no longer holds, on `valid_from` or today, and all that hang on them.

    An area is never kept without its parent; what comes back does so with the next load of its level.
    """
    kept = set(codes)
    end = valid_from or today
    absent = [
        version
        for version in in_force(versions(connection, level), on=valid_from).values()
        if version.source_id == source_id and version.code not in kept and version.valid_from < end
    ]
    _run(connection, "area/end", [{"area_id": version.area_id, "valid_to": _day(end)} for version in absent])
    ids = [version.area_id for version in absent]
    below = rows(connection, "area/end_below", area_ids=ids, valid_to=_day(end)) if ids else []
    return Withdrawn(tuple(version.code for version in absent), tuple(sorted(row["code"] for row in below)))


def unnest_children(connection: Connection, *, level: str, load_id: int) -> list[str]:
    """Codes of the areas changed by this load that no longer hold all their children; those children are unlinked."""
    return sorted(row["code"] for row in rows(connection, "area/unnest", level=level, load_id=load_id))


def _params(draft: Draft) -> dict[str, Any]:
    shapes = (draft.geom, label_point(draft.geom))
    geom, label = shapely.to_wkb(shapely.set_srid(list(shapes), 4326), hex=True, include_srid=True)
    return {
        "name": draft.name,
        "code": draft.code,
        "parent_id": draft.parent_id,
        "community_type": draft.community_type,
        "is_nested": draft.is_nested,
        "geom": geom,
        "label_point": label,
        "raw_geom": None if draft.raw is None else shapely.to_wkb(draft.raw, hex=True, include_srid=True),
        "content_hash": draft.content_hash,
    }


def _run(connection: Connection, statement: str, many: list[dict[str, Any]]) -> None:
    if many:
        with told():
            connection.execute(sql_text(sql.text(statement)), many)


def _day(day: date) -> str:
    return {BEGINNING: "-infinity", END: "infinity"}.get(day, day.isoformat())
