"""A later load that knows the rows which change nothing leaves what one leaves that stages them all."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from loads_geo import Desk, square

from geo.store import Store, StoreUrls
from geo.viewer import Clock
from loaders import bulk

HEAD = "编号,类别,状态,上报时间,受理时间,办结时间,原事件编号,经度,纬度,更新时间"
BEFORE = (
    "1,rubbish,closed,2026-10-01 08:00:00,2026-10-01 08:05:00,2026-10-01 10:00:00,,120.0005,30.0005,"
    "2026-10-05 08:00:00",
    "2,rubbish,open,2026-10-01 08:00:00,,,,120.0005,30.0005,2026-10-05 08:00:00",
    "3,nonsense,duplicate,2026-10-02,,,1,,,2026-10-05 08:00:00",
    "4,rubbish,open,2026-10-02 08:00:00,,,,121,31,2026-10-05 08:00:00",
    "5,rubbish,duplicate,2026-10-03 08:00:00,,,nobody,120.0005,30.0005,2026-10-05 08:00:00",
    "6,rubbish,open,2026-10-04 08:00:00,,,,120.0005,30.0005,2026-10-05 08:00:00",
)
AFTER = (
    BEFORE[0],
    "2,rubbish,closed,2026-10-01 08:00:00,,2026-10-06 08:00:00,,120.0005,30.0005,2026-10-06 08:00:00",
    BEFORE[2].replace("2026-10-05", "2026-10-07"),
    BEFORE[3],
    BEFORE[3],
    BEFORE[4],
    BEFORE[5],
    BEFORE[5].replace("open", "closed"),
    "7,rubbish,open,2026-10-06 08:00:00,,,,120.0005,30.0005,2026-10-07 08:00:00",
)
STATES = """
select incident_code, status, closed_at, decides, revision, content_hash, duplicate_of_code, street_id is null
from core.incident order by incident_code
"""
WRITTEN = "select ctid, incident_code from core.incident order by incident_code"


@pytest.fixture
def desks(new_database: Callable[[], StoreUrls], clock: Clock, tmp_path: Path) -> Iterator[Callable[[], Desk]]:
    """Makes desks, each with a store of its own that holds one street."""
    stores = []

    def make() -> Desk:
        stores.append(Store(new_database()))
        folder = tmp_path / str(len(stores))
        folder.mkdir()
        desk = Desk(stores[-1], clock, folder)
        assert desk.boundaries("street", ("s", None, square(0, 0))).status == "loaded"
        return desk

    yield make
    for store in stores:
        store.close()


def test_rows_known_beforehand_are_counted_and_judged_like_all_others(
    desks: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, knowing = desks(), desks()
    for desk in (plain, knowing):
        desk.load("incidents", desk.csv(HEAD, *BEFORE))
    usual = plain.load("incidents", plain.csv(HEAD, *AFTER))
    monkeypatch.setattr(bulk, "BULK_ROWS", 1)
    told = knowing.load("incidents", knowing.csv(HEAD, *AFTER))
    assert (told.counts, told.message) == (usual.counts, usual.message)
    assert (told.counts.unchanged, told.counts.updated, told.counts.inserted, told.counts.quarantined) == (5, 1, 1, 2)
    assert told.counts.faults["unknown_original"] == 1
    assert knowing.rows(STATES) == plain.rows(STATES)
    assert knowing.rows("select max(decides) from core.incident where incident_code = '3'")[0][0] > "2026-10-06"


def test_a_file_of_which_every_row_is_known_writes_no_row(
    desks: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desks()
    desk.load("incidents", desk.csv(HEAD, *BEFORE))
    written = desk.rows(WRITTEN)
    monkeypatch.setattr(bulk, "BULK_ROWS", 1)
    told = desk.load("incidents", desk.csv(HEAD, *reversed(BEFORE)))
    assert (told.counts.read, told.counts.unchanged) == (6, 6)
    assert desk.rows(WRITTEN) == written
