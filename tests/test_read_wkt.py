"""Shapes as text in a column: WKT, EWKT, hexadecimal WKB; in CSV and in workbooks, through the load into the store."""

from pathlib import Path

import pytest
import shapely
import xlsxwriter
from loads_geo import Desk, counts, desk, square
from shapely.geometry import shape

__all__ = ["desk"]

WHOLE = shape(square(0, 0, 4))
HALF = shape(square(0, 0, 2))


def quoted(*cells: str) -> str:
    return ",".join(f'"{cell}"' for cell in cells)


def test_boundaries_come_from_a_csv_with_wkt(desk: Desk) -> None:
    path = desk.csv(
        "代码,名称,几何", quoted("S", "街道", WHOLE.wkt), "", quoted("代码", "名称", "几何"), quoted("合计", "", "")
    )
    result = desk.load("boundaries", path, level="street")
    assert counts(result) == {"read": 1, "inserted": 1, "things": 1}
    assert (result.counts.skipped, result.ignored) == (3, ())
    assert desk.rows("select code, round(st_area(geom)::numeric, 9)::text from core.area") == [("S", "0.000016000")]


def test_what_is_no_geometry_is_a_fault_of_its_row(desk: Desk) -> None:
    lines = [
        quoted("S", "甲", WHOLE.wkt),
        quoted("T", "乙", "POLYGON ((120 30, 121"),
        quoted("U", "丙", ""),
        quoted("V", "丁", "待测绘"),
    ]
    result = desk.load("boundaries", desk.csv("代码,名称,WKT", *lines), level="street")
    assert counts(result) == {"read": 4, "inserted": 1, "quarantined": 3, "things": 1}
    assert desk.rejects(result) == [(3, "bad_geometry"), (4, "missing_value"), (5, "bad_geometry")]


def test_ewkt_and_hexadecimal_wkb_declare_their_system(desk: Desk) -> None:
    east = shapely.box(500000, 3340000, 500400, 3340400)
    coded = shapely.to_wkb(
        shapely.set_srid(shapely.box(500400, 3340000, 500800, 3340400), 4549), hex=True, include_srid=True
    )
    path = desk.csv("代码,名称,geom", quoted("S", "甲", f"SRID=4549;{east.wkt}"), quoted("T", "乙", coded))
    assert counts(desk.load("boundaries", path, level="street")) == {"read": 2, "inserted": 2, "things": 2}
    west = desk.rows("select round(st_xmin(geom)::numeric, 6)::text from core.area order by code")
    assert west[0] == ("120.000000",)
    conflict = desk.load("boundaries", path, level="street", crs="EPSG:4490", is_forced=True)
    assert conflict.counts.faults == {"crs_conflict": 1}


@pytest.mark.parametrize("second", ["SRID=4326;", ""])
def test_rows_that_name_different_systems_refuse_the_file(desk: Desk, second: str) -> None:
    path = desk.csv(
        "代码,名称,wkt", quoted("S", "甲", f"SRID=4490;{WHOLE.wkt}"), quoted("T", "乙", f"{second}{HALF.wkt}")
    )
    result = desk.load("boundaries", path, level="street")
    assert (result.status, result.counts.faults) == ("refused", {"crs_mixed": 1})
    assert "EPSG:4490" in (result.message or "")
    assert "3" in (result.message or "")
    assert desk.rows("select count(*) from core.area") == [(0,)]


def test_a_mapping_names_the_column_and_must_say_the_system(desk: Desk) -> None:
    columns = '[columns]\ncode = "代码"\nname = "名称"\ngeometry = "范围"\n'
    path = desk.csv("代码,名称,范围", quoted("S", "街道", WHOLE.wkt))
    silent = desk.mapping(f'dataset = "boundaries"\nlevel = "street"\n{columns}')
    assert desk.load("boundaries", path, source=silent).counts.faults == {"crs_missing": 1}
    told = desk.mapping(f'dataset = "boundaries"\nlevel = "street"\ncrs = "EPSG:4490"\n{columns}')
    assert desk.load("boundaries", path, source=told).counts.inserted == 1
    without = desk.csv("代码,名称", "S,街道")
    assert desk.load("boundaries", without, source=told).counts.faults == {"missing_column": 1}


def test_without_any_shape_boundaries_are_still_refused(desk: Desk) -> None:
    assert desk.load("boundaries", desk.csv("代码,名称", "S,街道"), level="street").counts.faults == {"needs_shapes": 1}


def test_longitude_and_latitude_go_before_a_column_of_shapes(desk: Desk) -> None:
    path = desk.csv("编号,名称,类别,经度,纬度,几何", quoted("F", "站", "clinic", "120.5", "30.5", WHOLE.wkt))
    result = desk.load("service-points", path)
    assert (result.counts.inserted, result.ignored) == (1, ("几何",))
    assert desk.rows("select st_astext(geom) from core.service_point") == [("POINT(120.5 30.5)",)]


def test_layers_and_incidents_come_from_a_workbook_with_wkt(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "layers.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["类别", "名称", "WKT"])
        sheet.write_row(1, 0, ["水系", "湖", HALF.wkt])
    assert counts(desk.load("layers", path)) == {"read": 1, "inserted": 1, "things": 1}
    lines = [
        quoted("1", "rubbish", "2026-10-01 08:00", "POINT (120.5 30.5)"),
        quoted("2", "rubbish", "2026-10-01", HALF.wkt),
    ]
    result = desk.load("incidents", desk.csv("编号,类别,上报时间,geometry", *lines))
    assert desk.rejects(result) == [(3, "bad_coordinates")]
    assert result.counts.inserted == 1
