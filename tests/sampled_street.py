"""The sample street in a database of its own, with the incidents of its last months: what areas are compared on.

Invariant: loaded once a test run; each module that asks has a copy of its own.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import make_url

from cockpit.cli.demo_data import requests
from geo.store import Store, StoreUrls, rows
from geo.viewer import LEADER, Clock, Viewer
from loaders import sample
from loaders.work import load_file

SEED = 7
KEPT = timedelta(days=62)


def street(new_database: Callable[..., StoreUrls], clock: Clock) -> StoreUrls:
    """The URLs of a new database with the street in it."""
    return new_database(make_url(_loaded(new_database, clock)[0].owner).database)


def incidents_told(new_database: Callable[..., StoreUrls], clock: Clock) -> str:
    """The file of incidents that the street was loaded from (CSV)."""
    return _loaded(new_database, clock)[1]


@cache
def _loaded(new_database: Callable[..., StoreUrls], clock: Clock) -> tuple[StoreUrls, str]:
    urls = new_database()
    store = Store(urls)
    with tempfile.TemporaryDirectory() as folder:
        files = sample.generate(seed=SEED, clock=clock.at, folder=Path(folder))
        _cut(files.incidents, since=(clock.at - KEPT).strftime("%Y-%m-%d"))
        told = files.incidents.read_text(encoding="utf-8")
        for request in requests(replace(files, layers=()), clock):
            result = load_file(store, replace(request, lang="en"))
            assert result.status == "loaded", result.message
    store.close()
    return urls, told


def _cut(file: Path, *, since: str) -> None:
    """Keeps the rows reported since a day, and those that are still open."""
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    names = head.split(",")
    reported, closed = names.index("上报时间"), names.index("办结时间")
    kept = [line for line in lines if _is_kept(line.split(","), reported, closed, since)]
    file.write_text("\n".join([head, *kept]) + "\n", encoding="utf-8")


def _is_kept(cells: list[str], reported: int, closed: int, since: str) -> bool:
    return cells[reported] >= since or not cells[closed]


def viewer_of(store: Store, clock: Clock, role: str, *areas: str, name: str = "somebody") -> Viewer:
    """A viewer of that role for areas as `level:code`, with all their versions, as a session makes one."""
    ids: set[int] = set()
    with store.reading(LEADER, clock) as connection:
        for level, code in (area.split(":") for area in areas):
            for row in rows(connection, "kpi/area_named", code=code, level=level):
                ids.update(row["area_ids"])
    return Viewer(name, role, area_ids=frozenset(ids))
