"""Places again everything that lies somewhere, after boundaries changed.

Invariant: after a load of boundaries every stored area id is the one that placing the row anew would give; rows that
stay where they are are not touched.
"""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.placing import LEVELS, OUTSIDE, Ids, Placed, Placers, placers
from geo.store import rows

BLOCK_ROWS = 100_000
THINGS = ("incident", "service_point", "household_site", "staff_post", "fund", "ledger_entry")
OF_TODAY = frozenset({"service_point", "household_site", "staff_post", "fund"})
"""Placed on the day of the load; the others on a day of their own."""
AREA_IDS = tuple(f"{level}_id" for level in LEVELS)

Rows = list[dict[str, Any]]


def replace_places(connection: Connection, *, today: date) -> dict[str, int]:
    """Places all incidents (on the day of their report), entries (on theirs), today points, households, posts, funds.

    Returns how many rows of each table moved.
    """
    known = placers(connection)
    return {thing: _replace(connection, thing, known=known, today=today) for thing in THINGS}


def _replace(connection: Connection, thing: str, *, known: Placers, today: date) -> int:
    moved, after = 0, 0
    days = {"today": today.isoformat()} if thing in OF_TODAY else {}
    while True:
        found = rows(connection, f"area/places_{thing}", after=after, most=BLOCK_ROWS, **days)
        if not found:
            return moved
        moved += _write(connection, thing, found, _place(thing, found, known))
        after = found[-1]["id"]


def _place(thing: str, found: Rows, known: Placers) -> Placed:
    lon, lat = (np.array([row[name] for row in found], dtype=np.float64) for name in ("lon", "lat"))
    on = np.array([row["day"] for row in found], dtype="datetime64[D]")
    placed = known.place(lon, lat, on=on)
    declared = [index for index, row in enumerate(found) if row["lon"] is None and row["declared_area_code"]]
    by_level: dict[str | None, list[int]] = {}
    for index in declared:
        by_level.setdefault(found[index].get("declared_level"), []).append(index)
    for declared_level, chosen in by_level.items():
        codes = [found[index]["declared_area_code"] for index in chosen]
        if declared_level is None:
            whole = known.place_named(codes, on=on[chosen], climbs=thing != "incident")
        else:
            whole = known.place_whole(declared_level, codes, on=on[chosen])
        for level in LEVELS:
            placed.at(level)[chosen] = whole.at(level)
    return placed


def _write(connection: Connection, thing: str, found: Rows, placed: Placed) -> int:
    kept = [name for name in AREA_IDS if not _lacks(thing, name)]
    was = [_ids([row[name] for row in found]) for name in kept]
    now = [placed.at(name.removesuffix("_id")) for name in kept]
    moved = np.flatnonzero(np.any([before != after for before, after in zip(was, now, strict=True)], axis=0))
    if len(moved):
        params = {name: _nullable(placed.at(name.removesuffix("_id"))[moved]) for name in AREA_IDS}
        ids = [found[int(index)]["id"] for index in moved]
        connection.execute(sql_text(sql.text(f"area/replace_{thing}")), {"id": ids, **params})
    return len(moved)


def _lacks(thing: str, name: str) -> bool:
    """Money knows the area it serves no finer than that."""
    coarsest = {"fund": ("grid_id", "microgrid_id"), "ledger_entry": ("microgrid_id",)}
    return name in coarsest.get(thing, ())


def _ids(values: list[int | None]) -> Ids:
    return np.array([OUTSIDE if value is None else value for value in values], dtype=np.int32)


def _nullable(ids: NDArray[np.int32]) -> list[int | None]:
    return [None if value == OUTSIDE else int(value) for value in ids]
