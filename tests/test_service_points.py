"""Loading service points, households and layers: kinds, keys, places, and what is refused."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from loads_geo import Desk, counts, desk, square

__all__ = ["desk"]

HEADER = "编号,名称,类别,经度,纬度,容量"


def test_points_are_placed_by_kind_and_only_what_changed_is_updated(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0)))
    rows = ("F1,一站,clinic,120.0005,30.0005,10", "F2,二站,canteen,120.9,30.9,")
    first = desk.load("service-points", desk.csv(HEADER, *rows))
    assert counts(first) == {"read": 2, "inserted": 2, "things": 2, "outside": 1}
    second = desk.load("service-points", desk.csv(HEADER, rows[0], "F2,二站,canteen,120.0001,30.0001,"))
    assert counts(second) == {"read": 2, "unchanged": 1, "updated": 1}
    found = desk.rows(
        """select service_code, k.code, a.code from core.service_point p
        join core.service_kind k using (service_kind_id) join core.area a on a.area_id = p.street_id order by 1"""
    )
    assert found == [("F1", "clinic", "S"), ("F2", "canteen", "S")]


def test_what_cannot_be_true_is_quarantined_and_an_unknown_kind_is_kept_and_listed(desk: Desk) -> None:
    rows = (
        "F1,站,clinic,200,30,",
        "F2,站,clinic,,,",
        "F3,站,clinic,0,0,",
        "F4,站,clinic,东,30,",
        "F5,站,clinic,120,30,-1",
        ",站,clinic,120,30,",
        "F7,站,茶馆,120,30,",
    )
    result = desk.load("service-points", desk.csv(HEADER, *rows))
    assert counts(result) == {"read": 7, "inserted": 1, "quarantined": 6, "things": 1, "outside": 1}
    assert desk.rejects(result) == [
        (2, "bad_coordinates"),
        (3, "missing_value"),
        (4, "bad_coordinates"),
        (5, "bad_number"),
        (6, "bad_number"),
        (7, "missing_value"),
    ]
    assert result.unknown == {"kind": {"茶馆": 1}}


def test_a_geometry_that_is_empty_or_broken_is_a_fault_of_its_row_and_never_stops_the_load(desk: Desk) -> None:
    shapes: list[dict[str, Any] | None] = [
        {"type": "Point", "coordinates": []},
        {"type": "LineString", "coordinates": []},
        {"type": "Foo"},
        None,
        {"type": "Point", "coordinates": [30, 120]},
        {"type": "Point", "coordinates": [120, 30]},
    ]
    named = [({"编号": f"F{n}", "名称": "站", "类别": "clinic"}, shape) for n, shape in enumerate(shapes)]
    result = desk.load("service-points", desk.geojson(named))
    assert counts(result) == {"read": 6, "inserted": 1, "quarantined": 5, "things": 1, "outside": 1}
    assert desk.rejects(result) == [
        (2, "bad_geometry"),
        (3, "bad_geometry"),
        (4, "bad_geometry"),
        (5, "missing_value"),
        (6, "bad_coordinates"),
    ]
    cases = f"select params ->> 'case' from ops.quarantine where load_id = {result.load_id} and row_number = 6"
    assert desk.rows(cases) == [("swapped",)]


def test_swapped_columns_of_service_points_and_households_get_the_hint(desk: Desk) -> None:
    points = desk.load("service-points", desk.csv(HEADER, "F1,站,clinic,30,120,"))
    homes = desk.load("households", desk.csv("编号,经度,纬度,户数", "L1,30,120,3"))
    for result in (points, homes):
        found = f"select fault, params ->> 'case' from ops.quarantine where load_id = {result.load_id}"
        assert desk.rows(found) == [("bad_coordinates", "swapped")]


def test_numbers_that_are_none_and_codes_beyond_the_index_are_faults_of_their_rows(desk: Desk) -> None:
    rows = ("F1,站,clinic,nan,inf,", "F2,站,clinic,1e400,30,", f"{'x' * 300},站,clinic,120,30,", "F4,站,clinic,120,30,")
    result = desk.load("service-points", desk.csv(HEADER, *rows))
    assert desk.rejects(result) == [(2, "bad_number"), (2, "bad_number"), (3, "bad_number"), (4, "too_long")]
    assert counts(result)["inserted"] == 1


def test_repeats_are_unchanged_and_contradicting_rows_are_quarantined(desk: Desk) -> None:
    rows = ("F1,站,clinic,120,30,", "F1,站,clinic,120,30,", "F2,甲,clinic,120,30,", "F2,乙,clinic,120,30,")
    result = desk.load("service-points", desk.csv(HEADER, *rows))
    assert counts(result) == {"read": 4, "inserted": 1, "unchanged": 1, "quarantined": 2, "things": 1, "outside": 2}


def test_a_snapshot_withdraws_absent_points_and_a_later_file_brings_them_back(desk: Desk) -> None:
    rows = ("F1,站,clinic,120,30,", "F2,站,clinic,120,30,")
    desk.load("service-points", desk.csv(HEADER, *rows))
    result = desk.load("service-points", desk.csv(HEADER, rows[0]), mode="snapshot")
    assert "已撤销 1 个" in (result.message or "")
    withdrawn = "select service_code, withdrawn_on::text from core.service_point order by 1"
    assert desk.rows(withdrawn) == [("F1", None), ("F2", "2026-11-20")]
    back = desk.load("service-points", desk.csv(HEADER, rows[1]))
    assert counts(back) == {"read": 1, "updated": 1, "outside": 1}
    assert desk.rows(withdrawn) == [("F1", None), ("F2", None)]


def test_a_point_whose_row_is_refused_is_not_withdrawn_by_the_snapshot(desk: Desk) -> None:
    desk.load("service-points", desk.csv(HEADER, *(f"F{n},站,clinic,120,30," for n in range(4))))
    rows = ("F0,站,clinic,120,30,", "F1,站,clinic,东,30,", "F2,站,clinic,120")
    desk.load("service-points", desk.csv(HEADER, *rows), mode="snapshot")
    withdrawn = "select service_code from core.service_point where withdrawn_on is not null"
    assert desk.rows(withdrawn) == [("F3",)]


def test_households_lie_at_their_point_else_in_the_area_they_declare(desk: Desk) -> None:
    desk.boundaries("community", ("C", None, square(0, 0, 4)))
    desk.boundaries("microgrid", ("M1", "C", square(0, 0)), ("M2", "C", square(2, 0)))
    rows = ("L1,120.0005,30.0005,M2,10,30,6", "L2,,,M2,8,20,4", "L3,,,X,5,9,1", "L4,,,M1,9,4,6", "L5,,,M1,-1,,")
    result = desk.load("households", desk.csv("编号,经度,纬度,微网格代码,户数,人口,六十岁以上", *rows))
    assert counts(result) == {"read": 5, "inserted": 3, "quarantined": 2, "things": 3, "outside": 1}
    assert desk.rejects(result) == [(5, "part_exceeds_whole"), (6, "bad_number")]
    assert result.counts.faults == {"area_mismatch": 1, "bad_number": 1, "part_exceeds_whole": 1, "unknown_area": 1}
    placed = """select site_code, m.code, c.code from core.household_site
        left join core.area m on m.area_id = microgrid_id left join core.area c on c.area_id = community_id
        order by 1"""
    assert desk.rows(placed) == [("L1", "M1", "C"), ("L2", "M2", "C"), ("L3", None, None)]


def test_a_file_of_layers_is_a_whole_and_leaves_other_files_alone(desk: Desk) -> None:
    water = ({"类型": "water", "名称": "河"}, square(0, 0))
    road = ({"类型": "road", "名称": "路"}, square(2, 0))
    first, other = desk.geojson([water, road]), desk.geojson([({"类型": "park", "名称": "园"}, square(5, 0))])
    desk.load("layers", first)
    desk.load("layers", other)
    new = ({"类型": "rail", "名称": "轨"}, square(3, 0))
    first.write_bytes(desk.geojson([water, new, ({"类型": "cloud", "名称": "云"}, square(1, 1))]).read_bytes())
    result = desk.load("layers", first)
    assert counts(result) == {"read": 3, "inserted": 1, "unchanged": 1, "quarantined": 1, "things": 1}
    assert desk.rows("select kind from core.map_feature order by 1") == [("park",), ("rail",), ("water",)]


def test_a_file_without_any_place_is_refused(desk: Desk) -> None:
    result = desk.load("service-points", desk.csv("编号,名称,类别", "F1,站,clinic"))
    assert (result.exit_code, result.counts.faults) == (2, {"no_place_columns": 1})
    assert desk.load("households", desk.csv("编号,户数", "L1,3")).counts.faults == {"no_place_columns": 1}


def test_coordinates_in_metres_need_their_system_declared(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(-500, 0, 1000)))
    metres = {"type": "Point", "coordinates": [500_000, 3_340_000]}
    path = desk.geojson([({"编号": "F1", "名称": "站", "类别": "clinic"}, metres)])
    undeclared = desk.load("service-points", path)
    assert desk.rejects(undeclared) == [(2, "bad_coordinates")]
    declared = desk.load("service-points", path, crs="EPSG:4549")
    assert counts(declared) == {"read": 1, "inserted": 1, "things": 1}
    assert desk.load("service-points", path, crs="mars").counts.faults == {"unknown_crs": 1}


def test_a_kind_may_come_as_its_code_or_as_one_of_its_names(desk: Desk) -> None:
    rows = ("F1,站,长者食堂,120,30,", "F2,站,Canteen for older people,120,30,", "F3,站,canteen,120,30,")
    result = desk.load("service-points", desk.csv(HEADER, *rows))
    assert (counts(result)["inserted"], result.unknown) == (3, {})
    assert desk.rows("select distinct code from core.service_point join core.service_kind using (service_kind_id)") == [
        ("canteen",)
    ]


@pytest.mark.parametrize(
    ("dataset", "options", "lines"),
    [
        ("service-points", {"level": "grid"}, (HEADER, "F1,站,clinic,120,30,")),
        ("households", {"mode": "snapshot"}, ("编号,户数,微网格代码", "L1,1,M")),
        ("funds", {"mode": "snapshot"}, ("基金编号,基金名称,基金类型", "J1,社区基金,community")),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(
    desk: Desk, dataset: str, options: dict[str, str], lines: tuple[str, ...]
) -> None:
    result = desk.load(dataset, desk.csv(*lines), **options)
    assert (result.status, result.counts.faults) == ("refused", {"option_refused": 1})


@pytest.mark.real_data
def test_all_real_service_layers_of_washington_load_and_then_are_nothing_new(desk: Desk, real_data: Path) -> None:
    files = sorted((real_data / "dc" / "services").glob("*.geojson"))
    assert len(files) == 27
    for round_of in ("loaded", "nothing-new"):
        results = []
        for path in files:
            source = "dc_fire_stations" if path.stem == "fire-stations" else "dc_services"
            results.append(desk.load("service-points", path, source=source))
        assert {result.status for result in results} == {round_of}
        total = sum((Counter(counts(result)) for result in results), Counter())
        assert (total["read"], total["quarantined"]) == (1969, 0)
    assert desk.rows("select count(*), count(distinct service_kind_id) from core.service_point") == [(1969, 25)]
