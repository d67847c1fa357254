"""JSON, JSON lines, GeoJSON and its kin, KML, Open311, Parquet: what is read, what is refused by name or by line."""

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from loads_geo import square
from shapely.geometry import shape
from verdicts import HEADINGS, ROWS, Judge, accepted, judge, quarantined, refused

__all__ = ["judge"]

RECORDS = [dict(zip(HEADINGS, row, strict=True)) for row in ROWS]
POINT = {"type": "Point", "coordinates": [120.1, 30.1]}
FEATURES = [
    {"type": "Feature", "properties": {name: row[name] for name in HEADINGS[:3]}, "geometry": POINT} for row in RECORDS
]
COLLECTION = {"type": "FeatureCollection", "features": FEATURES}
DECLARED = '<?xml version="1.0" encoding="utf-8"?>\n'


def told(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def kml(within: str = "") -> str:
    marks = "".join(
        "<Placemark><name>{编号}</name><ExtendedData><Data name='编号'><value>{编号}</value></Data>"
        "<Data name='类别'><value>{类别}</value></Data><Data name='上报时间'><value>{上报时间}</value></Data>"
        "</ExtendedData><Point><coordinates>{经度},{纬度},0</coordinates></Point></Placemark>".format(**row)
        for row in RECORDS
    )
    return f"{DECLARED}<kml xmlns='http://www.opengis.net/kml/2.2'><Document>{within}{marks}</Document></kml>"


REQUESTS = "".join(
    f"<request><service_request_id>{number}</service_request_id><status>open</status><service_code>rubbish</service_code>"
    "<requested_datetime>2026-10-01T08:00:00+08:00</requested_datetime><lat>30.1</lat><long>120.1</long><media_url/>"
    "</request>"
    for number in range(5)
)
OPEN311 = {
    "service_request_id": 1, "status": "closed", "service_code": "rubbish", "service_name": "x", "media_url": None,
    "requested_datetime": "2026-10-01T08:00:00Z", "expected_datetime": "2026-10-02T08:00:00Z",
    "lat": 30.1, "long": 120.1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", told(RECORDS)),
        ("x.json", told({"code": 0, "data": {"rows": RECORDS, "total": 5}})),
        ("x.jsonl", "\n".join(map(told, RECORDS)) + "\n\n"),
        ("x.geojson", told(COLLECTION)),
        ("x.geojson", "\n".join(map(told, FEATURES))),
        ("x.geojsons", "".join(f"\x1e{told(feature)}\n" for feature in FEATURES)),
        ("x.json", told(FEATURES)),
        ("x.kml", kml()),
        ("x.xml", f"{DECLARED}<service_requests>{REQUESTS}</service_requests>"),
    ],
)
def test_a_document_of_rows_is_read_in_every_encoding(judge: Judge, name: str, content: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "utf-16"):
        assert accepted(judge(name, content.encode(encoding))) == (5, 0)


def test_one_object_or_one_feature_is_one_row(judge: Judge) -> None:
    assert accepted(judge("x.json", told(RECORDS[0]))) == (1, 0)
    assert accepted(judge("x.geojson", told(FEATURES[0]))) == (1, 0)
    result = judge("y.json", told([OPEN311]))
    assert accepted(result) == (1, 0)
    assert result.ignored == ("service_name", "media_url")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (told({"a": RECORDS, "b": RECORDS}), "json_several_lists"),
        (told([*RECORDS, 3, None]), "json_no_object"),
        (told([list(HEADINGS), list(ROWS[0])]), "json_no_object"),
        ("[]", "empty_file"),
        ('{"a": 1}', "missing_column"),
        ('"a"', "not_geojson"),
        (told(RECORDS)[:-2] + ', "编号": "A9"}]', "bad_json"),
        (told(COLLECTION).replace("30.1", "NaN"), "bad_json"),
        (told(COLLECTION).replace("30.1", "-Infinity"), "bad_json"),
        (told(COLLECTION).replace('"类别"', '"编号"'), "bad_json"),
        (told(RECORDS).replace("A1", "\\ud800"), "bad_json"),
        (told(RECORDS)[:-20], "bad_json"),
        (told(RECORDS) + "x", "bad_json"),
        ("\n".join(map(told, RECORDS)) + '\n{"编号": ', "bad_json"),
        ("[" * 100_000, "json_too_deep"),
        ('{"a":' * 100_000, "json_too_deep"),
        (told(POINT), "not_geojson"),
        (told({"type": "Topology", "objects": {}, "arcs": []}), "topojson"),
        (told({"geometryType": "esriGeometryPoint", "features": []}), "esri_json"),
        (DECLARED + "<!DOCTYPE kml [<!ENTITY a 'b'>]>" + kml().partition("\n")[2], "xml_doctype"),
        ("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><service_requests/>", "xml_doctype"),
        (kml()[:-30], "bad_xml"),
        (DECLARED + "<kml></kml>", "empty_file"),
        (DECLARED + "<gml:FeatureCollection xmlns:gml='g'/>", "xml_unknown"),
        ("<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>", "xml_unknown"),
        ("<html><table><tr><td>1</td></tr></table></html>", "is_markup"),
        (DECLARED + "<html xmlns='http://www.w3.org/1999/xhtml'/>", "is_markup"),
    ],
)
def test_a_document_with_two_meanings_or_none_is_refused(judge: Judge, content: str, code: str) -> None:
    assert refused(judge("x.json", content)) == code


def test_a_fault_in_json_lines_names_its_line(judge: Judge) -> None:
    lines = [*map(told, RECORDS), '{"编号": "1", "编号": "2"}']
    assert "第 6 行" in (judge("x.jsonl", "\n".join(lines)).message or "")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"30.1"', "1e999", "bad_number"),
        ('"A1"', '"\\u0000"', "bad_characters"),
        ('"A1"', "null", "missing_value"),
        ('"A1"', '["A1"]', None),
        ('"A1"', "12345678901234567890123", None),
    ],
)
def test_values_of_any_kind_are_texts_or_faults_of_their_row(
    judge: Judge, old: str, new: str, fault: str | None
) -> None:
    result = judge("x.json", told(RECORDS).replace(old, new, 1))
    assert quarantined(result) == ((4, 1, {fault: 1}) if fault else (5, 0, {}))


def test_heights_are_left_out_and_broken_places_are_faults_of_their_rows(judge: Judge) -> None:
    high = told(COLLECTION).replace("30.1", "30.1, 5")
    assert accepted(judge("x.geojson", high)) == (5, 0)
    assert accepted(judge("x.kml", kml().replace(",0</co", ",5</co"))) == (5, 0)
    for bad in ("120.1 30.1", "120.1", "", "a,b", "120.1,30.1 120.2,30.2"):
        broken = kml().replace("120.1,30.1,0", bad)
        assert quarantined(judge("y.kml", broken)) == (4, 1, {"bad_coordinates": 1})


def test_links_of_a_kml_are_said_and_not_followed(judge: Judge) -> None:
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    result = judge("x.kml", kml(link), lang="en")
    assert accepted(result) == (5, 0)
    assert "1 links to other files" in (result.message or "")


STREETS = gpd.GeoDataFrame(
    {"代码": ["S1", "S2"], "名称": ["北干街道", "㐂街道"]},
    geometry=[shape(square(0, 0)), shape(square(1, 0))],
    crs="EPSG:4326",
)


def parquet(folder: Path, frame: gpd.GeoDataFrame, **options: Any) -> bytes:
    frame.to_parquet(folder / "made.parquet", **options)
    return (folder / "made.parquet").read_bytes()


def test_geoparquet_is_read_in_the_system_that_it_names(judge: Judge, tmp_path: Path) -> None:
    area = {"dataset": "boundaries", "level": "street"}
    for frame in (STREETS, STREETS.to_crs("EPSG:4549"), STREETS.to_crs("OGC:CRS84")):
        assert accepted(judge("x.parquet", parquet(tmp_path, frame, write_covering_bbox=True), **area)) == (2, 0)
    projected = parquet(tmp_path, STREETS.to_crs("EPSG:4549"))
    assert refused(judge("x.parquet", projected, crs="EPSG:4326", **area)) == "crs_conflict"
    nameless = parquet(tmp_path, STREETS.set_crs(None, allow_override=True))
    assert refused(judge("x.parquet", nameless, **area)) == "crs_missing"
    native = parquet(tmp_path, STREETS, geometry_encoding="geoarrow")
    assert refused(judge("x.parquet", native, **area)) == "geoparquet_encoding"
    whole = parquet(tmp_path, STREETS)
    for damaged in (whole[:-10], whole[:4] + b"\xff" * 90 + whole[94:], b"PAR1" + b"\0" * 100):
        assert refused(judge("x.parquet", damaged, **area)) == "geofile_damaged"


def test_a_plain_parquet_gives_its_values_as_people_write_them(judge: Judge, tmp_path: Path) -> None:
    table = pa.table(
        {
            "编号": pa.array([1]),
            "类别": pa.array(["暴露垃圾"]).dictionary_encode(),
            "上报时间": pa.array([dt.datetime(2026, 10, 1, 8)]),  # noqa: DTZ001
            "经度": pa.array([Decimal("120.10")]),
            "纬度": pa.array([30.1]),
            "附件": pa.array([{"a": [1]}]),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")
    result = judge("x.parquet")
    assert accepted(result) == (1, 0)
    assert result.ignored == ("附件",)
