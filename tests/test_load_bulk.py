"""A first bulk load leaves the same store as a plain one, and a raster places as the polygons do."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from loads_geo import Desk, square
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo import copying, placing
from geo.placing import OUTSIDE, Placer
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock
from loaders import bulk as first_bulk
from loaders.read.table import Wish
from loaders.read.text import CsvTable

HEAD = "编号,类别,状态,上报时间,受理时间,首次办结时间,重开时间,办结时间,办理时限,延期至,原事件编号,经度,纬度,更新时间"
UPDATED = ",2026-10-05 08:00:00"
ROWS = tuple(
    row + UPDATED
    for row in (
        "1,rubbish,closed,2026-10-01 08:00:00,2026-10-01 08:05:00,,,2026-10-01 10:00:00,2026-10-02 08:00:00,,,"
        "120.0005,30.0005",
        "2,rubbish,closed,2026-10-01 08:00:00,,2026-10-01 09:00:00,2026-10-01 10:00:00,2026-10-01 11:00:00,"
        "2026-10-02 08:00:00,2026-10-03 08:00:00,,120.0005,30.0005",
        "3,nonsense,duplicate,2026-10-02,,,,,,,1,,",
        "4,rubbish,voided,2026-10-02 08:00:00.25,,,,,,,,121,31",
        "5,rubbish,open,2026-10-02 08:00:00,,,,,,,nobody,120.0005,30.0005",
        "5,rubbish,open,2026-10-02 08:00:00,,,,,,,nobody,120.0005,30.0005",
        "6,rubbish,open,2026-10-02 08:00:00,,,,,,,,120.0005,30.0005",
        "6,rubbish,open,2026-10-03 08:00:00,,,,,,,,120.0005,30.0005",
        "7,rubbish,open,late,,,,,,,,120.0005,30.0005",
    )
)
STRUCTURE = """
select indexdef from pg_indexes where schemaname = 'core' and tablename in ('incident', 'incident_revision')
union all
select conrelid::regclass || ' ' || pg_get_constraintdef(oid) from pg_constraint
where conrelid in ('core.incident'::regclass, 'core.incident_revision'::regclass)
union all
select tgrelid::regclass || ' ' || tgname || ' ' || tgenabled::text from pg_trigger
where tgrelid in ('core.incident'::regclass, 'core.incident_revision'::regclass) and not tgisinternal
order by 1
"""
HEADS = """
select incident_code, c.code, channel, status, st_astext(geom), placed_by, street_id is null, reported_at, reported_on,
       accepted_at, closed_at, due_at, day_precision, is_void, is_duplicate, duplicate_of_code, has_history, revision,
       content_hash, decides
from core.incident join core.category c using (category_id) order by incident_code
"""
EVENTS = """
select i.incident_code, e.kind::text, e.occurred_at, e.recorded_at, e.revision, e.payload
from core.incident_log e join core.incident i using (incident_id) order by incident_code, event_id
"""


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


@pytest.mark.parametrize("is_clean", [False, True])
def test_a_bulk_load_leaves_what_a_plain_load_leaves(
    desks: Callable[[], Desk], monkeypatch: pytest.MonkeyPatch, *, is_clean: bool
) -> None:
    """In a clean file no row is taken back by the judging: what went in while it was read stays."""
    rows = [row for row in ROWS if not row.startswith(("6,", "7,"))]
    rows = [*dict.fromkeys(rows), f"9,rubbish,duplicate,2026-10-02,,,,,,,9,,{UPDATED}"] if is_clean else list(ROWS)
    plain, bulk = desks(), desks()
    structure = plain.rows(STRUCTURE)
    assert len(structure) > 10
    usual = plain.load("incidents", plain.csv(HEAD, *rows))
    monkeypatch.setattr(first_bulk, "BULK_ROWS", 1)
    told = bulk.load("incidents", bulk.csv(HEAD, *rows))
    assert (told.counts, told.message) == (usual.counts, usual.message)
    assert told.counts.inserted == (6 if is_clean else 5)
    assert told.counts.faults["unknown_original"] == 2
    assert (told.counts.unchanged, told.counts.quarantined) == ((0, 0) if is_clean else (1, 3))
    for query in (HEADS, EVENTS, STRUCTURE):
        assert bulk.rows(query) == plain.rows(query)
    assert bulk.rows(STRUCTURE) == structure
    new = f"8,rubbish,open,2026-10-04 08:00:00,,,,,,,,120.0005,30.0005{UPDATED}"
    again = bulk.load("incidents", bulk.csv(HEAD, *rows, new))
    assert (again.counts.inserted, again.counts.unchanged) == (1, 6)
    ids = [row[0] for row in bulk.rows("select incident_id from core.incident order by incident_code")]
    assert len(set(ids)) == len(ids) == told.counts.inserted + 1


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("", "opened and not closed"),
        (
            "insert into core.incident (source_id, incident_code, category_id, placed_by, reported_at, reported_on,"
            " content_hash, load_id) values (999, 'x', 1, 'none', ops.clock(), '2026-11-20', 'h', 1);"
            " select core.close_bulk()",
            "does not exist",
        ),
        (
            "insert into core.incident_revision (incident_id, load_id, recorded_at, reported_at)"
            " values (999, 1, ops.clock(), ops.clock()); select core.close_bulk()",
            "does not exist",
        ),
    ],
)
def test_a_bulk_load_is_closed_with_sound_references_or_nothing_of_it_is_kept(
    desks: Callable[[], Desk], statement: str, said: str
) -> None:
    desk = desks()
    structure = desk.rows(STRUCTURE)
    with pytest.raises(DBAPIError, match=said), desk.store.loading(OPERATOR, desk.clock) as connection:
        connection.execute(text(f"select core.open_bulk(); {statement}"))
    assert desk.rows(STRUCTURE) == structure
    assert desk.rows("select * from core.incident") == []


def test_a_store_with_incidents_takes_no_bulk_load(desks: Callable[[], Desk]) -> None:
    desk = desks()
    desk.load("incidents", desk.csv(HEAD, ROWS[0]))
    with pytest.raises(DBAPIError, match="empty tables only"), desk.store.loading(OPERATOR, desk.clock) as connection:
        connection.execute(text("select core.open_bulk()"))


def test_a_raster_places_as_every_polygon_does_also_on_borders_and_corners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "RASTER_POINTS", 1)
    rng = np.random.default_rng(11)
    seeds = shapely.MultiPoint(rng.uniform(0, 1, (60, 2)))
    cells = list(shapely.voronoi_polygons(seeds, extend_to=shapely.box(0, 0, 1, 1)).geoms)
    polygons = np.array([*cells, shapely.box(0.25, 0.25, 0.75, 0.75), shapely.box(2, 2, 3, 3)], dtype=object)
    corners = shapely.get_coordinates(polygons)
    middles = (corners[:-1] + corners[1:]) / 2
    x, y = np.concatenate([rng.uniform(-0.2, 3.2, (4000, 2)), rng.uniform(0, 1, (4000, 2)), corners, middles]).T
    placer = Placer(np.arange(len(polygons), dtype=np.int32), polygons)
    hits = shapely.intersects(polygons[:, None], shapely.points(x, y)[None, :])
    expected = np.where(hits.any(axis=0), hits.argmax(axis=0), OUTSIDE)
    for _ in range(2):
        np.testing.assert_array_equal(placer.place(x, y), expected)
    far = placer.place(np.array([-500.0, 1e6, np.nan]), np.array([0.5, -1e6, 0.5]))
    assert far.tolist() == [OUTSIDE] * 3


def test_a_row_too_long_for_a_block_is_read_and_no_row_is_lost_or_renumbered(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    short = [f"{number},x" for number in range(300_000)]
    path.write_text("\n".join(["a,b", *short, f"long,{'y' * 5_000_000}", "1,2,3", "last,z"]) + "\n", encoding="utf-8")
    table = CsvTable(path, Wish(), encoding="utf-8")
    read = pl.concat(table.blocks())
    assert read["row"].to_list() == [*range(2, 300_003), 300_004]
    assert read["c1"].str.len_bytes()[-2] == 5_000_000
    assert [item.row for item in table.ragged] == [300_003]


@pytest.mark.parametrize(
    ("values", "type_name", "form"),
    [
        ([1, None], "integer", "binary"),
        ([1, 2**40], "integer", "csv"),
        (["a", None], "text", "binary"),
        (["1.20", None], "numeric", "csv"),
        ([0.1, None], "double precision", "binary"),
        ([True, None], "boolean", "binary"),
    ],
)
def test_a_block_goes_binary_where_every_value_fits_its_column(values: list[Any], type_name: str, form: str) -> None:
    assert copying.encoded(pl.DataFrame({"x": values}), {"x": type_name})[0] == form
