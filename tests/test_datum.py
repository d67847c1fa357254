"""Coordinate systems: datums of Chinese maps, definitions as text, zones, and what a load keeps of them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from loads_geo import Desk, counts, desk, square
from sqlalchemy import text

from geo import crs, zones
from geo import datum as datums
from geo.fitting import overlap
from geo.rings import refiled
from geo.viewer import OPERATOR

__all__ = ["desk"]

ESRI_120E = (
    'PROJCS["CGCS2000_3_Degree_GK_CM_120E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
    'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],'
    'UNIT["Meter",1.0]]'
)
DATUMS: tuple[datums.Datum, ...] = ("gcj02", "bd09")


def _metres(lon: Any, lat: Any, other_lon: Any, other_lat: Any) -> Any:
    return pyproj.Geod(ellps="WGS84").inv(lon, lat, other_lon, other_lat)[2]


# ---------------------------------------------------------------- GCJ-02 and BD-09


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(73.5, 135.0), st.floats(18.0, 53.5)), min_size=1, max_size=30),
    st.sampled_from(DATUMS),
)
def test_there_and_back_ends_within_a_millimetre_all_over_china(
    places: list[tuple[float, float]], datum: datums.Datum
) -> None:
    lon, lat = np.array(places).T
    there = datums.from_wgs84(lon, lat, datum=datum)
    back = datums.to_wgs84(*there, datum=datum)
    assert np.max(_metres(lon, lat, *back)) < 0.001
    offset = _metres(lon, lat, *there)
    assert np.all((offset > 50) & (offset < 2000))


def test_the_offset_is_the_published_one() -> None:
    lon, lat = np.array([116.404]), np.array([39.915])
    assert np.allclose(
        datums.from_wgs84(lon, lat, datum="gcj02"), [[116.41024449916938], [39.91640428150164]], atol=1e-9
    )
    gcj02_to_bd09 = datums.from_wgs84(*datums.to_wgs84(lon, lat, datum="gcj02"), datum="bd09")
    assert np.allclose(gcj02_to_bd09, [[116.41036949371029], [39.92133699351021]], atol=1e-9)


@pytest.mark.parametrize("datum", DATUMS)
def test_abroad_nothing_moves_and_a_missing_coordinate_stays_missing(datum: datums.Datum) -> None:
    lon, lat = np.array([-77.03, -122.42, 24.94, np.nan, np.inf]), np.array([38.9, 37.77, 60.17, 30.0, 30.0])
    for way in (datums.from_wgs84, datums.to_wgs84):
        found = way(lon, lat, datum=datum)
        assert np.array_equal(found[0], lon, equal_nan=True)
        assert np.array_equal(found[1], lat, equal_nan=True)


@pytest.mark.real_data
def test_county_fences_of_a_web_map_meet_the_streets_once_they_are_converted(real_data: Path) -> None:
    streets = real_data / "cn_hangzhou_streets" / "boundaries"
    for file, fence in (
        ("xiaoshan.json", "330109.json"),
        ("binjiang.json", "330108.json"),
        ("xihu.json", "330106.json"),
    ):
        told = json.loads((streets / file).read_text(encoding="utf-8-sig"))["features"]
        shapes = np.array([shapely.from_geojson(json.dumps(item["geometry"])) for item in told], dtype=object)
        union = shapely.union_all(refiled(shapes)[0])
        given = shapely.from_geojson((real_data / "cn_admin_codes/hangzhou_fences_gcj02" / fence).read_text())
        (converted,) = crs.shapes_to_store(np.array([given], dtype=object), crs=crs.GCJ02)
        assert overlap(converted, union) > max(0.94, overlap(given, union) + 0.02)


# ---------------------------------------------------------------- names and definitions


@pytest.mark.parametrize("name", ["gcj02", "GCJ-02", "gcj_02"])
def test_gcj02_is_known_by_its_usual_names_and_has_no_code(name: str) -> None:
    assert crs.parse(name) == crs.GCJ02
    assert (crs.GCJ02.srid, crs.BD09.srid, crs.parse("BD-09") == crs.BD09) == (0, 0, True)


@pytest.mark.parametrize("code", [4326, 4490, 4549, 4528, 4491, 26985])
def test_a_definition_that_equals_an_epsg_system_is_that_system(code: int) -> None:
    known = pyproj.CRS.from_epsg(code)
    texts = [known.to_wkt(version) for version in ("WKT1_ESRI", "WKT1_GDAL", "WKT2_2019")]
    texts += [known.to_json(), known.to_wkt(pretty=True)]
    assert {crs.parse(told) for told in texts} == {crs.parse(f"EPSG:{code}")}


def test_a_prj_file_is_its_epsg_system_and_a_local_meridian_a_system_of_its_own() -> None:
    assert crs.parse(ESRI_120E).epsg == 4549
    own = crs.parse(ESRI_120E.replace('PARAMETER["Central_Meridian",120.0]', 'PARAMETER["Central_Meridian",120.25]'))
    assert (own.epsg, own.srid) == (None, 0)
    lon, _ = crs.points_to_store(np.array([500_000.0]), np.array([3_340_000.0]), crs=own)
    assert lon == pytest.approx([120.25])
    assert "CGCS2000 = WGS 84 within 1 m" in (crs.conversion(own) or "")


@pytest.mark.parametrize("code", [*range(4491, 4555)])
def test_a_grid_of_cgcs2000_is_known_by_its_name_in_either_spelling(code: int) -> None:
    name = pyproj.CRS.from_epsg(code).name
    assert crs.parse(name).epsg == code
    assert crs.parse(name.replace(" / ", "_").replace("Gauss-Kruger", "GK").replace("-degree", "_Degree")).epsg == code


@pytest.mark.parametrize(
    "name", ["CGCS2000 / 3-degree Gauss-Kruger CM 121E", "CGCS2000_GK_Zone_40", "CGCS2000 zone 40"]
)
def test_a_grid_that_does_not_exist_is_refused(name: str) -> None:
    with pytest.raises(crs.UnknownCrsError):
        crs.parse(name)


@pytest.mark.parametrize("name", ['GEOGCS["broken', "{}", '{"type": "nothing"}', "EPSG:4978", "x" * 100_000])
def test_a_definition_that_cannot_be_read_is_refused(name: str) -> None:
    with pytest.raises(crs.UnknownCrsError, match="gcj02"):
        crs.parse(name)


def test_a_datum_without_a_published_way_to_wgs84_is_refused(desk: Desk) -> None:
    with pytest.raises(crs.NoWayError, match="Xian 1980"):
        crs.parse("EPSG:4610")
    path = desk.geojson([({"代码": "S", "名称": "街道"}, square(0, 0))])
    result = desk.load("boundaries", path, level="street", crs="EPSG:4610")
    assert (result.status, result.counts.faults) == ("refused", {"crs_no_way": 1})


def test_degrees_of_cgcs2000_are_taken_over_as_they_are_and_said_to_be() -> None:
    lon, lat = np.array([120.123456789012]), np.array([30.987654321098])
    found = crs.points_to_store(lon, lat, crs=crs.parse("CGCS2000"))
    assert (found[0][0], found[1][0]) == (lon[0], lat[0])
    assert crs.conversion(crs.parse("EPSG:4490")) == "China Geodetic Coordinate System 2000 = WGS 84 within 1 m"
    assert crs.conversion(crs.STORE) is None


# ---------------------------------------------------------------- zones


@pytest.mark.parametrize(
    ("system", "zone", "easting", "carried"),
    [
        ("EPSG:4549", 0, 500_000.0, zones.FITS),
        ("EPSG:4549", 0, 40_500_000.0, 40),
        ("EPSG:4528", 40, 40_500_000.0, zones.FITS),
        ("EPSG:4528", 40, 500_000.0, 0),
        ("EPSG:4528", 40, 39_600_000.0, 39),
        ("EPSG:4491", 13, 21_500_000.0, 21),
        ("EPSG:32651", None, 500_000.0, zones.FITS),
        ("EPSG:4326", None, 120.0, zones.FITS),
    ],
)
def test_an_easting_of_another_zone_is_told_and_never_projected(
    system: str, zone: int | None, easting: float, carried: int
) -> None:
    known = crs.parse(system)
    assert crs.zone(known) == zone
    assert crs.other_zone(np.array([easting]), crs=known).tolist() == [carried]
    lon, _ = crs.points_to_store(np.array([easting]), np.array([30.0]), crs=known)
    assert bool(np.isfinite(lon[0])) == (carried == zones.FITS)


def test_every_zone_of_china_has_both_its_grids() -> None:
    for zone in zones.THREE_DEGREE:
        with_number, without = (crs.parse(str(name)) for name in (zones.epsg_of(zone), zones.without_number(zone)))
        assert (crs.zone(with_number), crs.zone(without)) == (zone, 0)
        x = np.array([zone * 1e6 + 510_000.0])
        here = crs.points_to_store(x, np.array([3.3e6]), crs=with_number)
        there = crs.points_to_store(x - zone * 1e6, np.array([3.3e6]), crs=without)
        assert np.allclose(here, there, atol=1e-12)
        assert here[0][0] == pytest.approx(3 * zone, abs=0.2)


def _points(desk: Desk, *rows: tuple[float, float]) -> Path:
    lines = [f"P{index},点 {index},医院,{x},{y}" for index, (x, y) in enumerate(rows)]
    return desk.csv("编号,名称,类别,经度,纬度", *lines)


def _own(desk: Desk) -> str:
    return desk.mapping(
        'dataset = "service-points"\n[columns]\ncode = "编号"\nname = "名称"\nkind = "类别"\n'
        'lon = "经度"\nlat = "纬度"\n'
    )


def test_a_file_of_eastings_with_a_zone_number_is_refused_where_the_grid_has_none(desk: Desk) -> None:
    path = _points(desk, (40_500_000, 3_340_000), (40_500_100, 3_340_000))
    result = desk.load("service-points", path, source=_own(desk), crs="EPSG:4549", lang="en")
    assert (result.status, result.counts.read, result.counts.faults) == ("refused", 2, {"crs_zone": 1})
    assert "EPSG:4528" in (result.message or "")
    assert desk.load("service-points", path, source=_own(desk), crs="EPSG:4528").status == "loaded"
    assert desk.rows("select round(st_x(point)::numeric, 3)::float from core.service_point order by 1") == [
        (120.0,),
        (120.001,),
    ]


def test_a_ring_that_lies_nowhere_is_moved_to_nowhere_and_no_error() -> None:
    ring = np.array([shapely.box(40_500_000, 3_340_000, 40_500_100, 3_340_100)])
    assert not crs.is_on_earth(crs.shapes_to_store(ring, crs=crs.parse("EPSG:4549"))).any()


def test_a_single_row_of_another_zone_is_quarantined(desk: Desk) -> None:
    path = _points(desk, (500_000, 3_340_000), (500_100, 3_340_000), (39_600_000, 3_340_000))
    result = desk.load("service-points", path, source=_own(desk), crs="EPSG:4549")
    assert (result.status, desk.rejects(result)) == ("loaded", [(4, "wrong_zone")])
    shape = {"type": "LineString", "coordinates": [(500_000, 3_340_000), (40_500_000, 3_340_000)]}
    path = desk.geojson(
        [({"类型": "道路"}, shape), ({"类型": "道路"}, {**shape, "coordinates": [(5e5, 3e6), (6e5, 3e6)]})]
    )
    result = desk.load("layers", path, crs="EPSG:4549")
    assert desk.rejects(result) == [(2, "wrong_zone")]


# ---------------------------------------------------------------- what a load keeps


def _gcj02(x: float, y: float) -> tuple[float, float]:
    lon, lat = datums.from_wgs84(np.array([120 + x / 1000]), np.array([30 + y / 1000]), datum="gcj02")
    return float(lon[0]), float(lat[0])


def _grid(x: float, y: float) -> tuple[float, float]:
    there = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)
    found = there.transform(120 + x / 1000, 30 + y / 1000)
    return float(found[0]), float(found[1])


def test_service_points_in_gcj02_lie_where_they_are_and_keep_what_was_received(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 2)))
    x, y = _gcj02(1, 1)
    result = desk.load("service-points", _points(desk, (x, y)), source=_own(desk), crs="gcj02")
    assert counts(result) == {"read": 1, "inserted": 1, "things": 1}
    held = "st_x(point), st_y(point), st_x(raw_geom), st_y(raw_geom), st_srid(raw_geom), street_id"
    ((lon, lat, raw_x, raw_y, srid, street),) = desk.rows(f"select {held} from core.service_point")
    assert (lon, lat) == pytest.approx((120.001, 30.001), abs=1e-9)
    assert (raw_x, raw_y, srid, street is None) == (x, y, 0, False)
    told = f"select crs, conversion like 'gcj02%' from ops.load where load_id = {result.load_id}"
    assert desk.rows(told) == [("gcj02", True)]


def test_households_entries_and_incidents_in_a_grid_lie_where_they_are_and_keep_what_was_received(desk: Desk) -> None:
    desk.boundaries("street", ("S", None, square(0, 0, 2)))
    x, y = _grid(1, 1)
    desk.load(
        "households",
        desk.geojson([({"编号": "H", "户数": 9}, {"type": "Point", "coordinates": (x, y)})]),
        crs="EPSG:4549",
    )
    source = desk.mapping(
        'dataset = "incidents"\n[columns]\ncode = "编号"\ncategory = "类别"\nreported_at = "上报时间"\n'
        'lon = "东"\nlat = "北"\n'
    )
    path = desk.csv("编号,类别,上报时间,东,北", f"I,占道,2026-11-01 08:00:00,{x},{y}", "J,占道,2026-11-01 08:00:00,,")
    assert counts(desk.load("incidents", path, source=source, crs="EPSG:4549"))["outside"] == 1
    ledger = desk.mapping(
        'dataset = "funds"\nsection = "ledger"\n[columns]\ncode = "号"\noccurred_on = "日"\namount = "额"\n'
        '[constants]\nkind = "committed"\n'
    )
    entry = desk.geojson([({"号": "E", "日": "2026-11-01", "额": "5"}, {"type": "Point", "coordinates": (x, y)})])
    assert desk.load("funds", entry, source=ledger, crs="EPSG:4549").status == "loaded"
    for table, shape in (("household_site", "point"), ("incident", "geom"), ("ledger_entry", "point")):
        found = desk.rows(
            f"select st_x({shape}), st_y({shape}), st_x(raw_geom), st_y(raw_geom), st_srid(raw_geom), street_id is null"
            f" from core.{table} where {shape} is not null"
        )
        assert len(found) == 1
        assert found[0][:4] == pytest.approx((120.001, 30.001, x, y), abs=1e-8)
        assert found[0][4:] == (4549, False)
    assert desk.rows("select raw_geom is null from core.incident where incident_code = 'J'") == [(True,)]


def test_a_plain_file_keeps_nothing_twice_and_a_table_without_places_names_no_system(desk: Desk) -> None:
    desk.load("service-points", _points(desk, (120.001, 30.001)))
    desk.load("funds", desk.csv("基金编号,基金名称,基金类型", "F,基金,社区基金"))
    assert desk.rows("select raw_geom is null from core.service_point") == [(True,)]
    assert desk.rows("select dataset, crs, conversion from ops.load order by load_id") == [
        ("service-points", "EPSG:4326", None),
        ("funds", None, None),
    ]


def test_what_was_received_of_an_entry_is_never_overwritten(desk: Desk) -> None:
    with desk.store.loading(OPERATOR, desk.clock) as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute(text("update core.ledger_entry set raw_geom = null"))
    triggers = desk.rows(
        "select pg_get_triggerdef(oid) like '%raw_geom%' from pg_trigger"
        " where tgname = 'append_only_columns' and tgrelid = 'core.ledger_entry'::regclass"
    )
    assert triggers == [(True,)]


def test_the_same_shapes_declared_in_another_system_are_the_same_areas(desk: Desk) -> None:
    path = desk.geojson([({"代码": "S", "名称": "街道"}, square(0, 0))])
    desk.load("boundaries", path, level="street")
    again = desk.load("boundaries", path, level="street", crs="EPSG:4490")
    assert (again.status, counts(again)) == ("loaded", {"read": 1, "unchanged": 1})
    assert desk.rows("select crs, conversion is null from ops.load order by load_id") == [
        ("EPSG:4326", True),
        ("EPSG:4490", False),
    ]
    assert desk.load("boundaries", path, level="street", crs="gcj02").counts.faults == {"datum_evidence": 1}
    moved = desk.load("boundaries", path, level="street", crs="gcj02", is_forced=True)
    assert counts(moved) == {"read": 1, "updated": 1}
    assert desk.rows("select st_srid(raw_geom), st_xmin(raw_geom) from core.area") == [(0, 120.0)]


# ---------------------------------------------------------------- rings


def test_parts_filed_as_holes_become_parts_and_what_was_received_is_kept(desk: Desk) -> None:
    main, hole, part = (square(*told)["coordinates"][0] for told in ((0, 0, 3), (1, 1, 1), (5, 0, 2)))
    filed = {"type": "Polygon", "coordinates": [main, hole, part]}
    result = desk.boundaries("street", ("S", None, filed))
    assert counts(result) == {"read": 1, "inserted": 1, "things": 1, "repaired": 1}
    shape = "st_numgeometries(geom), round((st_area(geom) * 1e6)::numeric, 6)::int, st_isvalid(raw_geom)"
    assert desk.rows(f"select {shape} from core.area") == [(2, 12, False)]


def test_a_collection_of_polygons_is_a_multipolygon_and_one_of_lines_is_none(desk: Desk) -> None:
    line = {"type": "LineString", "coordinates": [(120, 30), (120.001, 30)]}
    both = {"type": "GeometryCollection", "geometries": [square(0, 0), line, square(2, 0)]}
    result = desk.boundaries(
        "street", ("A", None, both), ("B", None, {"type": "GeometryCollection", "geometries": [line]})
    )
    assert (counts(result)["repaired"], desk.rejects(result)) == (1, [(3, "bad_polygon")])
    assert desk.rows("select st_numgeometries(geom), st_geometrytype(raw_geom) from core.area") == [
        (2, "ST_GeometryCollection")
    ]
