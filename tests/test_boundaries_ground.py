"""Shapes as senders draw them, areas beside each other, and places kept when boundaries change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyproj
import pytest
from loads_geo import Desk, counts, desk, square
from sqlalchemy import create_engine, text

from geo import datum as datums
from geo.errors import StoreUnavailable

__all__ = ["desk"]

Shape = Mapping[str, Any]


def _polygon(*corners: tuple[float, ...]) -> Shape:
    return {"type": "Polygon", "coordinates": [[(120 + x / 1000, 30 + y / 1000, *rest) for x, y, *rest in corners]]}


def _multi(*parts: Shape) -> Shape:
    return {"type": "MultiPolygon", "coordinates": [part["coordinates"] for part in parts]}


# ---------------------------------------------------------------- shapes


CLOCKWISE = _polygon((0, 0), (0, 1), (1, 1), (1, 0), (0, 0))
DOUBLED = _polygon((0, 0), (1, 0), (1, 0), (1, 0), (1, 1), (0, 1), (0, 1), (0, 0))
HIGH = _polygon((0, 0, 5), (1, 0, 5), (1, 1, 6), (0, 1, 5), (0, 0, 5))
SPIKE = _polygon((0, 0), (2, 0), (1, 0), (1, 1), (0, 1), (0, 0))
HOLED = {"type": "Polygon", "coordinates": [square(0, 0, 4)["coordinates"][0], square(1, 1)["coordinates"][0]]}
WRAPPED = {"type": "GeometryCollection", "geometries": [square(0, 0), {"type": "Point", "coordinates": [120, 30]}]}
BOWTIE = _polygon((0, 0), (1, 1), (1, 0), (0, 1), (0, 0))
OPEN = _polygon((0, 0), (1, 0), (1, 1), (0, 1))
TWICE = _multi(square(0, 0), square(0, 0))
OVERLAPPING = _multi(square(0, 0, 2), square(1, 1, 2))
LINE = {"type": "LineString", "coordinates": [(120, 30), (120.001, 30.001)]}
MISTYPED = {"type": "Polygon", "coordinates": [[(120, 30), (120.01, 30), (120.01, 3.01), (120, 30.01), (120, 30)]]}
NOWHERE = _polygon((0, 0), (1, 0), (1, 1e9), (0, 1), (0, 0))


@pytest.mark.parametrize(
    ("shape", "repaired"), [(CLOCKWISE, 0), (DOUBLED, 0), (HIGH, 0), (HOLED, 0), (SPIKE, 1), (WRAPPED, 1)]
)
def test_a_shape_that_means_one_area_is_kept(desk: Desk, shape: Shape, repaired: int) -> None:
    result = desk.boundaries("street", ("A", None, shape))
    assert (counts(result).get("inserted"), result.counts.repaired) == (1, repaired)
    assert desk.rows("select st_isvalid(geom), st_ndims(geom), st_geometrytype(geom) from core.area") == [
        (True, 2, "ST_MultiPolygon")
    ]


@pytest.mark.parametrize(
    ("shape", "fault", "case"),
    [
        (BOWTIE, "bad_polygon", "changes"),
        (TWICE, "bad_polygon", "changes"),
        (OVERLAPPING, "bad_polygon", "changes"),
        (LINE, "bad_polygon", "not_polygon"),
        (OPEN, "bad_geometry", "open_ring"),
        (MISTYPED, "area_too_wide", None),
        (_multi(square(0, 0, 4), {"coordinates": [[(0, 0), (0.01, 0), (0, 0.01), (0, 0)]]}), "area_too_wide", None),
        (NOWHERE, "bad_coordinates", None),
        ({"type": "Polygon", "coordinates": []}, "bad_geometry", None),
        ({"type": "Polygon", "coordinates": [[]]}, "bad_geometry", None),
        (None, "missing_value", None),
        (_polygon((0, 0), (1, 0), (2, 0), (0, 0)), "degenerate_polygon", None),
    ],
)
def test_a_shape_that_means_none_is_quarantined_alone_with_the_remedy(
    desk: Desk, shape: Shape, fault: str, case: str | None
) -> None:
    result = desk.boundaries("street", ("A", None, shape), ("B", None, square(9, 9)))
    assert desk.rejects(result) == [(2, fault)]
    told = f"select params ->> 'case', value from ops.quarantine where load_id = {result.load_id}"
    ((found, value),) = desk.rows(told)
    assert found == case
    if case == "changes":
        assert "[" in value  # where it crosses
    assert desk.rows("select code from core.area") == [("B",)]


def test_repairs_are_listed_by_row_with_the_change_and_dropped_heights_are_said(desk: Desk) -> None:
    result = desk.boundaries("street", ("A", None, SPIKE), ("B", None, square(5, 5)), lang="en")
    assert "rows and change: 2 (0.000%)" in (result.message or "")
    high = desk.boundaries("street", ("C", None, _polygon((7, 7, 1), (8, 7, 1), (8, 8, 1), (7, 7, 1))), lang="en")
    assert "Heights or measures in the coordinates were dropped: 1 rows" in (high.message or "")


def test_a_scribble_is_quarantined_and_holds_nobody_up(desk: Desk) -> None:
    corners = np.random.default_rng(3).uniform(0, 9, (600, 2))
    scribble = _polygon(*((float(x), float(y)) for x, y in (*corners, corners[0])))
    result = desk.boundaries("street", ("A", None, scribble), ("B", None, square(19, 9)))
    assert desk.rejects(result) == [(2, "bad_polygon")]
    assert desk.rows(f"select params ->> 'case' from ops.quarantine where load_id = {result.load_id}") == [("tangled",)]


def test_a_border_of_a_hundred_thousand_vertices_is_loaded_and_holds_its_points(desk: Desk) -> None:
    angle = np.linspace(0, 2 * np.pi, 100_000, endpoint=False)
    reach = 20 * (1 + 0.2 * np.sin(3 * angle) + 0.05 * np.sin(40 * angle))
    corners = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
    shape = _polygon(*((float(x), float(y)) for x, y in (*corners, corners[0])))
    assert counts(desk.boundaries("street", ("A", None, shape))) == {"read": 1, "inserted": 1, "things": 1}
    assert desk.rows("select st_npoints(geom), st_contains(geom, label_point) from core.area") == [(100_001, True)]


# ---------------------------------------------------------------- beside each other


def test_areas_that_overlap_are_refused_with_both_names_and_the_ground_they_share(desk: Desk) -> None:
    areas = (("A", None, square(0, 0, 2)), ("B", None, square(1.5, 0, 2)), ("C", None, square(5, 0)))
    result = desk.boundaries("street", *areas, lang="en")
    assert (result.status, result.counts.read, result.counts.faults) == ("refused", 3, {"areas_overlap": 1})
    assert "区 A (A) / 区 B (B)" in (result.message or "")
    ((metres,),) = [(int(part.split(" m²")[0].replace(",", "")),) for part in (result.message or "").split("(B) ")[1:2]]
    assert metres == pytest.approx(0.5 * 2 * 96.49 * 110.85, rel=0.01)
    assert desk.rows("select count(*) from core.area") == [(0,)]
    assert desk.boundaries("street", *areas, is_forced=True).status == "loaded"


def test_a_small_overlap_is_told_a_sliver_is_not_and_neighbours_in_the_store_count(desk: Desk) -> None:
    desk.boundaries("street", ("A", None, square(0, 0, 10)))
    sliver = desk.boundaries("street", ("B", None, square(9.999, 0, 10, east=20)))
    assert (sliver.status, sliver.message) == ("loaded", None)
    small = desk.boundaries("street", ("C", None, square(19.95, 0, 10, east=30)))
    assert (small.status, "区 B (B)" in (small.message or "")) == ("loaded", True)
    large = desk.boundaries("street", ("D", None, square(25, 0, 10)))
    assert large.counts.faults == {"areas_overlap": 1}


def test_two_drawings_of_one_code_contradict_each_other_and_its_parts_do_not(desk: Desk) -> None:
    drawings = (("A", None, square(0, 0, 4)), ("A", None, square(0, 0, 4, east=4.2)))
    parts = (("B", None, square(9, 0)), ("B", None, square(12, 0)))
    result = desk.boundaries("street", *drawings, *parts)
    assert desk.rejects(result) == [(2, "conflicting_rows"), (3, "conflicting_rows")]
    assert desk.rows("select code, st_numgeometries(geom) from core.area") == [("B", 2)]


def test_an_area_that_takes_the_place_of_another_does_not_overlap_it(desk: Desk) -> None:
    desk.boundaries("street", ("A", None, square(0, 0, 2)), ("B", None, square(2, 0, 2)))
    moved = (("A", None, square(0, 0, east=3, size=2)), ("B", None, square(3, 0, 2, east=4)))
    assert desk.boundaries("street", *moved, valid_from=date(2026, 7, 1)).status == "loaded"
    result = desk.boundaries("street", ("E", None, square(0, 0, 2, east=4)), mode="snapshot")
    assert result.status == "loaded"


def test_a_mapping_may_allow_more_and_a_set_that_does_not_nest_is_only_told(desk: Desk) -> None:
    path = desk.geojson([({"代码": code, "名称": code}, square(x, 0, 2)) for code, x in (("A", 0.0), ("B", 1.5))])
    columns = '[columns]\ncode = "代码"\nname = "名称"\n'
    for line in ("most_overlap = 0.3\n", "nests = false\n"):
        source = desk.mapping(f'dataset = "boundaries"\nlevel = "street"\n{line}{columns}')
        result = desk.load("boundaries", path, source=source, is_dry_run=True)
        assert (result.status, "A (A) / B (B)" in (result.message or "")) == ("dry-run", True)


def test_what_of_a_parent_no_area_covers_is_told_with_size_and_place(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 4)), ("T", None, square(4, 0, 4)))
    quarters = [("A", "S", square(0, 0, 2)), ("B", "S", square(2, 0, 2)), ("C", "S", square(0, 2, 2))]
    result = desk.boundaries("community", *quarters, ("D", "T", square(4, 0, 4)), lang="en")
    told = result.message or ""
    assert "区 S (S) 42,7" in told
    assert "(25.0%, 120.003" in told
    assert "区 T" not in told
    assert desk.boundaries("community", ("E", "S", square(2, 2, 2))).message is None


# ---------------------------------------------------------------- the same level in another system


def _gcj02(shape: Shape) -> Shape:
    ring = np.array(shape["coordinates"][0])
    x, y = datums.from_wgs84(ring[:, 0], ring[:, 1], datum="gcj02")
    return {"type": "Polygon", "coordinates": [np.column_stack([x, y]).tolist()]}


TILES = [(f"A{x}{y}", None, square(x * 8, y * 8, 8)) for x in range(3) for y in range(3)]


def test_a_set_that_comes_again_in_another_datum_is_refused_with_distance_and_direction(desk: Desk) -> None:
    desk.boundaries("street", *TILES)
    shifted = [(code, parent, _gcj02(shape)) for code, parent, shape in TILES]
    result = desk.boundaries("street", *shifted, lang="en")
    assert (result.status, result.counts.faults) == ("refused", {"datum_evidence": 1})
    assert "look like GCJ-02: read as EPSG:4326 they lie " in (result.message or "")
    assert " to the south-east" in (result.message or "")


def test_children_in_another_datum_that_cover_no_parent_are_told_so_by_the_parents_they_name(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 40)))
    few = [(f"A{x}", "S", square(x * 4, 0, 4)) for x in range(8)]
    result = desk.boundaries("community", *((code, parent, _gcj02(shape)) for code, parent, shape in few), lang="en")
    assert (result.status, result.counts.faults) == ("refused", {"parent_evidence": 1})
    assert "Of 8 areas 8 reach out of their parent; read as GCJ-02 only 0 do" in (result.message or "")


def test_shapes_with_exchanged_axes_or_in_metres_are_refused_with_what_they_look_like(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 24)))
    swapped = [
        (code, "S", {"type": "Polygon", "coordinates": [[(y, x) for x, y in shape["coordinates"][0]]]})
        for code, _, shape in TILES
    ]
    result = desk.boundaries("community", *swapped)
    assert (result.status, result.counts.faults) == ("refused", {"crs_evidence": 1})
    assert "经纬度颠倒" in (result.message or "")


def _through(shape: Shape, way: Any) -> Shape:
    ring = [way(x, y) for x, y in shape["coordinates"][0]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_first_set_with_exchanged_axes_or_zone_numbers_is_refused_though_nothing_can_be_compared(desk: Desk) -> None:
    swapped = [(code, None, _through(shape, lambda x, y: (y, x))) for code, _, shape in TILES]
    result = desk.boundaries("street", *swapped)
    assert (result.counts.faults, "经纬度颠倒" in (result.message or "")) == ({"crs_evidence": 1}, True)
    grid = pyproj.Transformer.from_crs(4490, 4528, always_xy=True).transform
    metres = [(code, None, _through(shape, grid)) for code, _, shape in TILES]
    result = desk.boundaries("street", *metres)
    assert (result.counts.faults, "--crs EPSG:4528" in (result.message or "")) == ({"crs_evidence": 1}, True)
    assert desk.boundaries("street", *metres, crs="EPSG:4549").counts.faults == {"crs_zone": 1}
    assert desk.boundaries("street", *TILES, crs="EPSG:4549").counts.faults == {"crs_evidence": 1}
    assert desk.rows("select count(*) from core.area") == [(0,)]


@pytest.mark.parametrize(("declared", "true"), [(4548, 4549), (32650, 32651)])
def test_areas_of_the_wrong_meridian_are_refused_with_the_right_one(desk: Desk, declared: int, true: int) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 24)))
    grid = pyproj.Transformer.from_crs(4326, true, always_xy=True).transform
    metres = [(code, "S", _through(shape, grid)) for code, _, shape in TILES]
    result = desk.boundaries("community", *metres, crs=f"EPSG:{declared}", lang="en")
    assert result.counts.faults == {"datum_evidence": 1}
    assert f"look like EPSG:{true}" in (result.message or "")
    assert "to the west" in (result.message or "")


# ---------------------------------------------------------------- hierarchy


def test_parents_of_another_level_of_themselves_or_in_a_circle_are_no_parents(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 4)))
    desk.boundaries("community", ("A", "S", square(0, 0, 4)))
    rows = (("g1", "A", square(0, 0)), ("g2", "S", square(1, 0)), ("g3", "g3", square(2, 0)))
    circle = (("g4", "g5", square(0, 2)), ("g5", "g4", square(1, 2)))
    result = desk.boundaries("grid", *rows, *circle)
    assert desk.rejects(result) == [(row, "unknown_parent") for row in (3, 4, 5, 6)]
    case = f"select params ->> 'case' from ops.quarantine where load_id = {result.load_id} order by row_number"
    assert desk.rows(case) == [("other_level",), *[("same_level",)] * 3]


def test_a_child_in_another_parent_than_the_one_it_names_refuses_the_set(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 4)), ("T", None, square(4, 0, 4)))
    result = desk.boundaries("community", ("A", "S", square(0, 0, 4)), ("B", "S", square(4, 0, 4)))
    assert result.counts.faults == {"not_nested": 1}
    assert "B (100.0%)" in (result.message or "")


# ---------------------------------------------------------------- places


HEADER = "编号,类别,渠道,状态,上报时间,经度,纬度"
PLACED = """select incident_code, a.code from core.incident
    left join core.area a on a.area_id = coalesce(community_id, street_id) order by 1"""
STANDING = "select code, md5(st_asbinary(geom)), valid_to::text from core.area order by 1"


def test_points_on_borders_corners_and_outside_have_one_finest_area_or_are_counted_as_outside(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 2)))
    tiles = [(code, "S", square(x, y)) for code, x, y in (("c", 0, 0), ("b", 1, 0), ("a", 0, 1), ("d", 1, 1))]
    desk.boundaries("community", *tiles)
    places = [(0.5, 0.5), (1, 0.5), (1, 1), (0, 0), (2, 2), (2.0001, 1)]
    rows = [
        f"I{n},road,app,open,2026-10-01 08:00:00,{120 + x / 1000:.7f},{30 + y / 1000:.7f}"
        for n, (x, y) in enumerate(places)
    ]
    result = desk.load("incidents", desk.csv(HEADER, *rows))
    assert desk.rows(PLACED) == [("I0", "c"), ("I1", "b"), ("I2", "a"), ("I3", "c"), ("I4", "d"), ("I5", None)]
    assert (result.counts.inserted, result.counts.outside) == (6, 1)


def test_a_failure_while_incidents_are_placed_again_leaves_boundaries_and_places_as_they_were(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0)), ("T", None, square(1, 0)))
    rows = [f"I{n},road,app,open,2026-10-01 08:00:00,{120.0005 + n / 1000:.4f},30.0005" for n in range(2)]
    desk.load("incidents", desk.csv(HEADER, *rows))
    before = (desk.rows(STANDING), desk.rows(PLACED))
    _disturb(desk, "raise exception 'no room left' using errcode = '53100'")
    new = (("S", None, square(0, 0, 1, east=1.8)), ("T", None, square(1.8, 0, 1, east=2)))
    with pytest.raises(StoreUnavailable, match="no room left"):
        desk.boundaries("street", *new)
    assert (desk.rows(STANDING), desk.rows(PLACED)) == before
    _disturb(desk, "return new")
    assert counts(desk.boundaries("street", *new)) == {"read": 2, "updated": 2}
    assert desk.rows(PLACED) == [("I0", "S"), ("I1", "S")]


def _disturb(desk: Desk, statement: str) -> None:
    """Lets every change of an incident run into `statement`, as a full disk would."""
    assert desk.store.urls.admin is not None
    engine = create_engine(desk.store.urls.admin)
    with engine.begin() as connection:
        connection.execute(
            text(
                "create or replace function core.disturbed() returns trigger language plpgsql as "
                f"$$ begin {statement}; end $$"
            )
        )
        connection.execute(
            text(
                "create or replace trigger disturbed before update on core.incident "
                "for each row execute function core.disturbed()"
            )
        )
    engine.dispose()
