"""Loading boundaries: levels, parents, nesting, versions, repairs, and what lies in them."""

from datetime import date
from pathlib import Path

import pytest
from loads_geo import Desk, counts, desk, point, square

__all__ = ["desk"]

BOWTIE = {
    "type": "Polygon",
    "coordinates": [[(120, 30), (120.001, 30.001), (120.001, 30), (120, 30.001), (120, 30)]],
}
SPIKE = {
    "type": "Polygon",
    "coordinates": [[(120, 30), (120.002, 30), (120.001, 30), (120.001, 30.001), (120, 30.001), (120, 30)]],
}


def test_a_street_its_communities_and_grids_are_linked_and_measured(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 4)))
    desk.boundaries("community", ("A", "S", square(0, 0, 2)), ("B", "S", square(2, 0, 2)))
    result = desk.boundaries("grid", ("A1", "A", square(0, 0)), ("B1", "B", square(2, 0)))
    assert counts(result) == {"read": 2, "inserted": 2, "things": 2}
    links = "select c.code, p.code from core.area c join core.area p on p.area_id = c.parent_id order by 1"
    assert desk.rows(links) == [("A", "S"), ("A1", "A"), ("B", "S"), ("B1", "B")]
    assert desk.rows("select bool_and(st_contains(geom, label_point)) from core.area") == [(True,)]
    ((metres,),) = desk.rows("select area_m2 from core.area where code = 'A1'")
    assert metres == pytest.approx(96.4 * 110.85, rel=0.01)


def test_the_same_file_again_is_nothing_new_and_a_forced_one_is_unchanged(desk: Desk) -> None:
    path = desk.geojson([({"代码": "S", "名称": "街道"}, square(0, 0))])
    desk.load("boundaries", path, level="street")
    again = desk.load("boundaries", path, level="street")
    assert (again.status, counts(again)) == ("nothing-new", {"read": 1, "unchanged": 1, "things": 1})
    forced = desk.load("boundaries", path, level="street", is_forced=True)
    assert (forced.status, counts(forced)) == ("loaded", {"read": 1, "unchanged": 1})


def test_the_level_must_be_given_known_and_agree_with_the_mapping(desk: Desk) -> None:
    path = desk.geojson([({"代码": "S", "名称": "街道"}, square(0, 0))])
    assert desk.load("boundaries", path).counts.faults == {"level_missing": 1}
    assert desk.load("boundaries", path, level="county").counts.faults == {"unknown_level": 1}
    source = desk.mapping('dataset = "boundaries"\nlevel = "street"\n[columns]\ncode = "代码"\nname = "名称"\n')
    assert desk.load("boundaries", path, level="grid", source=source).counts.faults == {"level_conflict": 1}
    assert desk.rows("select count(*) from core.area") == [(0,)]


def test_a_file_of_another_level_is_refused_by_its_parents(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 4)))
    desk.boundaries("community", ("A", "S", square(0, 0, 2)))
    result = desk.boundaries("grid", ("B", "S", square(2, 0, 2)))
    assert (result.status, result.exit_code, result.counts.faults) == ("refused", 2, {"wrong_level": 1})
    assert "street" in (result.message or "")


def test_areas_without_their_parent_level_are_refused_and_without_their_parent_quarantined(desk: Desk) -> None:
    early = desk.boundaries("grid", ("A1", "A", square(0, 0)))
    assert (early.status, early.counts.faults) == ("refused", {"parent_level_missing": 1})
    desk.boundaries("community", ("A", None, square(0, 0, 2)), ("B", None, square(2, 0, 2)))
    desk.boundaries("street", ("S", None, square(0, 0, 4)))
    result = desk.boundaries(
        "community", ("A", "S", square(0, 0, 2)), ("B", "X", square(2, 0, 2)), ("C", None, square(0, 2))
    )
    assert counts(result) == {"read": 3, "updated": 1, "quarantined": 2}
    assert desk.rejects(result) == [(3, "unknown_parent"), (4, "unknown_parent")]


def test_grids_whose_communities_are_not_loaded_are_refused_as_a_whole(desk: Desk) -> None:
    desk.boundaries("street", ("S1", None, square(0, 0, 2)))
    early = desk.boundaries("grid", ("G1", "C1", square(0, 0)), ("G2", "C1", square(1, 0)))
    assert (early.status, early.counts.faults) == ("refused", {"parent_level_missing": 1})


def test_a_set_that_claims_to_nest_and_does_not_is_refused_with_the_worst_offenders(desk: Desk) -> None:
    desk.boundaries("community", ("A", None, square(0, 0, 2)))
    inside, over = ("A1", "A", square(0, 0)), ("A2", "A", square(1, 0, east=2.01))
    result = desk.boundaries("grid", inside, over)
    assert (result.status, result.counts.faults) == ("refused", {"not_nested": 1})
    assert "A2 (1.0%)" in (result.message or "")
    assert "A1" not in (result.message or "")
    within_tolerance = desk.boundaries("grid", inside, ("A2", "A", square(1, 0, east=2.0005)))
    assert within_tolerance.status == "loaded"


def test_a_set_that_does_not_nest_has_a_parent_for_display_only(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 2)), ("T", None, square(2, 0, 2)))
    source = desk.mapping('dataset = "boundaries"\nnests = false\n[columns]\ncode = "代码"\nname = "名称"\n')
    path = desk.geojson([({"代码": "A", "名称": "跨界"}, square(1, 0, east=2.5))])
    desk.load("boundaries", path, level="community", source=source)
    found = desk.rows("select p.code, c.is_nested from core.area c join core.area p on p.area_id = c.parent_id")
    assert found == [("S", False)]
    desk.load("service-points", desk.csv("编号,名称,类别,经度,纬度", "F1,站,clinic,120.0022,30.0005"))
    placed = """select s.code, c.code from core.service_point p
        join core.area s on s.area_id = p.street_id join core.area c on c.area_id = p.community_id"""
    assert desk.rows(placed) == [("T", "A")]


def test_a_ring_is_repaired_only_if_its_area_stays(desk: Desk) -> None:
    result = desk.boundaries("street", ("bowtie", None, BOWTIE), ("spike", None, SPIKE), ("none", None, point(0, 0)))
    assert counts(result) == {"read": 3, "inserted": 1, "quarantined": 2, "things": 1, "repaired": 1}
    assert desk.rejects(result) == [(2, "bad_polygon"), (4, "bad_polygon")]
    assert desk.rows("select code, st_isvalid(geom) from core.area") == [("spike", True)]


def test_rows_of_one_code_are_united_and_contradicting_ones_quarantined(desk: Desk) -> None:
    a, b, far = square(0, 0), square(5, 0), square(9, 0)
    features = [
        ({"代码": "S", "名称": "甲"}, a),
        ({"代码": "S", "名称": "甲"}, b),
        ({"代码": "S", "名称": "甲"}, a),
        ({"代码": "T", "名称": "乙"}, far),
        ({"代码": "T", "名称": "丙"}, far),
    ]
    result = desk.load("boundaries", desk.geojson(features), level="street")
    assert counts(result) == {"read": 5, "inserted": 2, "unchanged": 1, "quarantined": 2, "things": 1}
    assert desk.rejects(result) == [(5, "conflicting_rows"), (6, "conflicting_rows")]
    assert desk.rows("select st_numgeometries(geom) from core.area") == [(2,)]


def test_a_repeated_set_corrects_and_a_dated_one_opens_a_version(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0)))
    corrected = desk.boundaries("street", ("S", None, square(0, 0, east=1.5)), ("T", None, square(2, 0)))
    assert counts(corrected) == {"read": 2, "inserted": 1, "updated": 1, "things": 1}
    opened = desk.boundaries(
        "street", ("S", None, square(0, 0, 2)), ("T", None, square(2, 0)), valid_from=date.fromisoformat("2026-07-01")
    )
    assert counts(opened) == {"read": 2, "inserted": 1, "unchanged": 1, "things": 1}
    spans = "select code, valid_from::text, valid_to::text from core.area order by code, valid_from"
    assert desk.rows(spans) == [
        ("S", "-infinity", "2026-07-01"),
        ("S", "2026-07-01", "infinity"),
        ("T", "-infinity", "infinity"),
    ]


def test_a_snapshot_ends_the_areas_that_it_no_longer_holds(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0)), ("T", None, square(2, 0)))
    desk.boundaries("street", ("S", None, square(0, 0)), mode="snapshot", valid_from=date.fromisoformat("2026-07-01"))
    assert desk.rows("select code, valid_to::text from core.area order by 1") == [
        ("S", "infinity"),
        ("T", "2026-07-01"),
    ]


def test_a_snapshot_ends_with_an_area_all_below_it_names_them_and_they_may_come_back(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 2)), ("T", None, square(2, 0, 2)))
    desk.boundaries("community", ("A", "S", square(0, 0)), ("B", "T", square(2, 0)))
    grids = (("A1", "A", square(0, 0)), ("B1", "B", square(2, 0)))
    desk.boundaries("grid", *grids)
    result = desk.boundaries("street", ("S", None, square(0, 0, 2)), mode="snapshot")
    told = result.message or ""
    assert "街道（street），已撤销 1 个：T" in told
    assert "随上级撤销 2 个：B, B1" in told
    spans = "select code, valid_to::text from core.area order by 1"
    ended = ("2026-11-20",)
    assert desk.rows(spans) == [
        ("A", "infinity"), ("A1", "infinity"), ("B", *ended), ("B1", *ended), ("S", "infinity"), ("T", *ended)
    ]  # fmt: skip
    desk.boundaries("community", ("A", "S", square(0, 0)), ("B", "S", square(1, 0)))
    back = desk.boundaries("grid", grids[0], ("B1", "B", square(1, 0)))
    assert counts(back) == {"read": 2, "inserted": 1, "unchanged": 1, "things": 1}
    overlap = """select count(*) from core.area x join core.area y on x.level = y.level and x.code = y.code
        and x.area_id < y.area_id and x.valid_from < y.valid_to and y.valid_from < x.valid_to"""
    assert desk.rows(overlap) == [(0,)]


def test_an_area_whose_code_no_index_holds_is_quarantined_and_levels_are_named_in_chinese(desk: Desk) -> None:
    early = desk.boundaries("grid", ("M", "X", square(2, 0)))
    assert "装载网格（grid）之前，须先装载上级区划：社区（community）" in (early.message or "")
    result = desk.boundaries("street", ("S" * 300, None, square(0, 0)), ("T", None, square(2, 0)))
    assert desk.rejects(result) == [(2, "too_long")]


def test_an_area_whose_row_is_refused_is_not_withdrawn_by_the_snapshot(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0)), ("T", None, square(2, 0)), ("U", None, square(4, 0)))
    result = desk.boundaries("street", ("S", None, square(0, 0)), ("T", None, BOWTIE), mode="snapshot")
    assert (result.counts.quarantined, "已撤销 1 个：U" in (result.message or "")) == (1, True)
    assert desk.rows("select code from core.area where valid_to = 'infinity' order by 1") == [("S",), ("T",)]


def test_new_boundaries_place_again_what_was_loaded_before(desk: Desk) -> None:
    lines = ("凭证号,类型,金额,日期,服务区域代码", "P1,committed,10.00,2026-01-05,S")
    desk.load("funds", desk.csv(*lines))
    desk.load("service-points", desk.csv("编号,名称,类别,经度,纬度", "F1,站,clinic,120.0005,30.0005"))
    desk.load("households", desk.csv("编号,户数,微网格代码", "L1,12,M"))
    desk.boundaries("street", ("S", None, square(0, 0)))
    desk.boundaries("microgrid", ("M", "S", square(0, 0)))
    for table in ("service_point", "household_site", "ledger_entry"):
        assert desk.rows(f"select a.code from core.{table} join core.area a on a.area_id = street_id") == [("S",)], (
            table
        )


def test_an_incident_is_placed_again_in_the_version_of_its_day(desk: Desk) -> None:
    header = "编号,类别,渠道,状态,上报时间,经度,纬度"
    rows = (
        "I1,road,app,open,2026-06-30 10:00:00,120.0015,30.0005",
        "I2,road,app,open,2026-07-01 10:00:00,120.0015,30.0005",
    )
    desk.load("incidents", desk.csv(header, *rows))
    desk.boundaries("street", ("S", None, square(0, 0)), ("T", None, square(1, 0)))
    found = "select incident_code, a.code from core.incident join core.area a on a.area_id = street_id order by 1"
    assert desk.rows(found) == [("I1", "T"), ("I2", "T")]
    desk.boundaries(
        "street",
        ("S", None, square(0, 0, east=2)),
        ("T", None, square(2, 0)),
        valid_from=date.fromisoformat("2026-07-01"),
    )
    assert desk.rows(found) == [("I1", "T"), ("I2", "S")]


def test_a_child_that_new_boundaries_cut_is_placed_by_its_own_polygon(desk: Desk) -> None:
    desk.boundaries("community", ("A", None, square(0, 0, 2)), ("B", None, square(2, 0, 2)))
    desk.boundaries("grid", ("A1", "A", square(1, 0)))
    result = desk.boundaries("community", ("A", None, square(0, 0, east=1.5)), ("B", None, square(1.5, 0, east=4)))
    assert result.counts.faults == {"children_not_nested": 1}
    assert desk.rows("select is_nested from core.area where level = 'grid'") == [(False,)]
    assert desk.boundaries("grid", ("A1", "A", square(1, 0, east=1.5))).counts.updated == 1
    assert desk.rows("select is_nested from core.area where level = 'grid'") == [(True,)]


def test_boundaries_need_geometry_and_possible_coordinates(desk: Desk) -> None:
    assert desk.load("boundaries", desk.csv("代码,名称", "S,街道"), level="street").counts.faults == {"needs_shapes": 1}
    metres = {"type": "Polygon", "coordinates": [[(5e5, 3e6), (5e5, 4e6), (6e5, 3e6), (5e5, 3e6)]]}
    result = desk.boundaries("street", ("S", None, metres), ("T", None, square(0, 0)))
    assert desk.rejects(result) == [(2, "bad_coordinates")]


@pytest.mark.real_data
def test_the_three_real_levels_of_washington_load(desk: Desk, real_data: Path) -> None:
    folder = real_data / "dc" / "boundaries"
    files = {
        "dc_ward": "ward-2012",
        "dc_anc": "advisory-neighborhood-commission-2013",
        "dc_smd": "single-member-district-2013",
    }
    results = [desk.load("boundaries", folder / f"{name}.geojson", source=source) for source, name in files.items()]
    assert [counts(result) for result in results] == [{"read": n, "inserted": n, "things": n} for n in (8, 40, 296)]
    nested = "select level, bool_and(is_nested), count(parent_id) from core.area group by level order by level"
    assert desk.rows(nested) == [("community", False, 40), ("grid", True, 296), ("street", True, 0)]
