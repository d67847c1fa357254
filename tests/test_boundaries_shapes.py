"""Areas made of several rows: merged on request, dissolved from their parts; polygons without an area."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loads_geo import Desk, counts, desk, square

__all__ = ["desk"]

SPLIT = 'dataset = "boundaries"\nlevel = "street"\n{}[columns]\ncode = "代码"\nname = "名称"\nparent_name = "所属"\n'
MERGE = 'merge = ["name", "parent_name"]\n'
PARTS = (
    'dataset = "boundaries"\nlevel = "street"\ndissolve = true\n[columns]\ncode = "区"\nname = "区"\npart_name = "块"\n'
)
BLOCKS = 'dataset = "boundaries"\nnests = true\n[columns]\ncode = "块"\nname = "块"\nparent_code = "区"\n'


def row(code: str | None, name: str, x: float, *, of: str | None = "西湖") -> tuple[dict[str, Any], dict[str, Any]]:
    return {"代码": code, "名称": name, "所属": of}, square(x, 0)


def test_rows_that_agree_in_the_columns_to_merge_are_one_area_under_the_lowest_code(desk: Desk) -> None:
    path = desk.geojson(
        [row("12", "府苑", 1), row("11", "府苑", 0), row("9", "府苑", 4, of=None), row("20", "河滨", 6)]
    )
    apart = desk.load("boundaries", path, source=desk.mapping(SPLIT.format("")), is_dry_run=True)
    assert counts(apart) == {"read": 4, "inserted": 4, "things": 4}
    source = desk.mapping(SPLIT.format(MERGE))
    merged = desk.load("boundaries", path, source=source)
    assert counts(merged) == {"read": 4, "inserted": 4, "things": 3}
    assert "府苑 (11, 2)" in (merged.message or "")
    assert desk.rows("select code, st_numgeometries(geom) from core.area order by 1") == [
        ("11", 1),
        ("20", 1),
        ("9", 1),
    ]
    again = desk.load("boundaries", path, source=source, is_forced=True)
    assert counts(again) == {"read": 4, "unchanged": 4}


def test_a_snapshot_withdraws_the_parts_that_are_merged_now(desk: Desk) -> None:
    path = desk.geojson([row("11", "府苑", 0), row("12", "府苑", 1)])
    text = SPLIT.format("")
    source = Path(desk.mapping(text))
    desk.load("boundaries", path, source=str(source))
    source.write_text(SPLIT.format(MERGE), encoding="utf-8")
    result = desk.load("boundaries", path, source=str(source), mode="snapshot", valid_from=date(2026, 7, 1))
    assert result.status == "loaded"
    open_ended = "select code from core.area where valid_to = 'infinity'"
    assert desk.rows(open_ended) == [("11",)]


def test_another_column_gives_the_code_where_it_is_empty(desk: Desk) -> None:
    mapping = 'dataset = "boundaries"\n[columns]\ncode = "xzqhbm"\ncode_else = "XZQHBM"\nname = "名称"\n'
    features = [
        ({"xzqhbm": "1", "名称": "甲"}, square(0, 0)),
        ({"XZQHBM": "2", "名称": "乙"}, square(2, 0)),
        ({"名称": "丙"}, square(4, 0)),
    ]
    result = desk.load("boundaries", desk.geojson(features), level="street", source=desk.mapping(mapping))
    assert desk.rejects(result) == [(4, "missing_value")]
    assert desk.rows("select code, name from core.area order by 1") == [("1", "甲"), ("2", "乙")]


def test_districts_are_dissolved_from_their_parts_which_then_nest_in_them(desk: Desk) -> None:
    parts = [("a", "东", 0.0), ("b", "东", 1.0), ("c", "西", 2.0), ("公园", None, 3.0)]
    features = [({"块": block, "区": district}, square(x, 0)) for block, district, x in parts]
    path, source = desk.geojson(features), desk.mapping(PARTS)
    result = desk.load("boundaries", path, source=source)
    assert counts(result) == {"read": 3, "inserted": 3, "things": 2}
    assert result.counts.skipped == 1
    assert "公园" in (result.message or "")
    whole = "select code, st_isvalid(geom), st_numgeometries(geom), st_npoints(geom) > 4 from core.area order by code"
    assert desk.rows(whole) == [("东", True, 1, True), ("西", True, 1, True)]
    nested = desk.load("boundaries", path, level="community", source=desk.mapping(BLOCKS))
    assert counts(nested) == {"read": 4, "inserted": 3, "quarantined": 1, "things": 3}
    again = desk.load("boundaries", path, source=source)
    assert (again.status, again.counts.read, again.counts.skipped, again.counts.things) == ("nothing-new", 3, 1, 2)


def test_a_corrected_file_dissolves_again(desk: Desk) -> None:
    source = desk.mapping(PARTS)
    first = [({"块": "a", "区": "东"}, square(0, 0)), ({"块": "b", "区": "西"}, square(1, 0))]
    second = [*first, ({"块": "c", "区": "东"}, square(0, 1))]
    desk.load("boundaries", desk.geojson(first), source=source)
    corrected = desk.load("boundaries", desk.geojson(second), source=source)
    assert counts(corrected) == {"read": 3, "updated": 2, "unchanged": 1}
    ((ratio,),) = desk.rows("select max(area_m2) / min(area_m2) from core.area")
    assert ratio == pytest.approx(2, rel=0.001)


def test_a_polygon_without_an_area_is_refused_with_its_size(desk: Desk) -> None:
    line = {"type": "Polygon", "coordinates": [[(120, 30), (120.001, 30), (120.001, 30), (120, 30)]]}
    speck = square(0, 0, 0.003)
    result = desk.boundaries("street", ("A", None, speck), ("B", None, line), ("C", None, square(2, 0, 0.02)))
    assert desk.rejects(result) == [(2, "degenerate_polygon"), (3, "degenerate_polygon")]
    value = f"select value from ops.quarantine where load_id = {result.load_id} and row_number = 2"
    assert desk.rows(value) == [("0.10 m²",)]
    assert desk.rows("select code from core.area") == [("C",)]


def test_a_multipolygon_with_the_brackets_of_a_polygon_is_refused_with_that_remedy(desk: Desk) -> None:
    odd = {**square(0, 0), "type": "MultiPolygon"}
    torn = {"type": "MultiPolygon", "coordinates": "?"}
    result = desk.boundaries("street", ("A", None, odd), ("B", None, torn), ("C", None, square(2, 0)))
    assert desk.rejects(result) == [(2, "degenerate_polygon"), (3, "bad_geometry")]
    case = f"select params ->> 'case' from ops.quarantine where load_id = {result.load_id} order by row_number"
    assert desk.rows(case) == [("misnested",), (None,)]


@pytest.mark.real_data
def test_every_row_of_the_three_levels_of_xihu_is_accounted_for(desk: Desk, real_data: Path) -> None:
    folder = real_data / "cn_hangzhou_xihu" / "boundaries"
    files = {"streets": "streets_11", "communities": "communities_213", "grids": "grids_605"}
    loads = [(folder / f"xihu_{name}.geojson", f"cn_xihu_{level}") for level, name in files.items()]
    streets, communities, grids = (desk.load("boundaries", path, source=source) for path, source in loads)
    assert counts(streets) == {"read": 11, "inserted": 11, "things": 11}
    assert counts(communities) == {"read": 213, "inserted": 212, "quarantined": 1, "things": 210, "repaired": 2}
    assert counts(grids) == {"read": 605, "inserted": 601, "quarantined": 4, "things": 601, "repaired": 1}
    assert communities.counts.faults == {"degenerate_polygon": 1}
    assert grids.counts.faults == {
        "missing_value": 4,
        "garbled_name": 2,
        "parent_by_name": 8,
        "parent_name_differs": 39,
        "parent_name_unknown": 26,
        "without_parent": 1,
    }
    refused = f"select row_number, fault from ops.quarantine where load_id = {communities.load_id}"
    assert desk.rows(refused) == [(140, "degenerate_polygon")]
    merged = "select name, code, is_nested from core.area where name = '府苑社区'"
    assert desk.rows(merged) == [("府苑社区", "330106011020", False)]
    again = [desk.load("boundaries", path, source=source).status for path, source in loads]
    assert again == ["nothing-new"] * 3


@pytest.mark.real_data
def test_the_districts_of_san_francisco_hold_their_neighbourhoods_and_three_parks_have_none(
    desk: Desk, real_data: Path
) -> None:
    path = real_data / "sf" / "boundaries" / "sf_realtor_neighborhoods_92.geojson"
    sources = ("sf_districts", "sf_neighborhoods")
    districts, neighborhoods = (desk.load("boundaries", path, source=source) for source in sources)
    assert counts(districts) == {"read": 89, "inserted": 89, "things": 10, "repaired": 2}
    assert districts.counts.skipped == 3
    assert counts(neighborhoods) == {"read": 92, "inserted": 92, "things": 92, "repaired": 2}
    parks = "select code from core.area where level = 'community' and parent_id is null order by 1"
    assert desk.rows(parks) == [("Golden Gate Park",), ("Lincoln Park",), ("Presidio",)]
    assert all(name in (districts.message or "") for (name,) in desk.rows(parks))
    apart = """select count(*) from core.area p where st_area(p.geom) - (select sum(st_area(c.geom)) from core.area c
        where c.parent_id = p.area_id) > 1e-6 * st_area(p.geom) and p.level = 'street'"""
    assert desk.rows(apart) == [(0,)]
    assert [desk.load("boundaries", path, source=source).status for source in sources] == ["nothing-new"] * 2
    features = len(json.loads(path.read_bytes())["features"])
    assert districts.counts.read + districts.counts.skipped == features
