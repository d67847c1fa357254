"""Zipped Shapefiles, GeoPackages and OSM extracts: encodings, layers, systems, broken rings, incomplete files."""

import sqlite3
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import polars as pl
import pytest
import shapely
from loads_geo import Desk, counts, desk, square
from shapely.geometry import Point, shape

from loaders import read
from loaders.faults import Refused
from loaders.header import normal

__all__ = ["desk"]

WEST, EAST = shape(square(0, 0)), shape(square(1, 0))
CHINESE = [{"代码": "S1", "名称": "北干街道"}, {"代码": "S2", "名称": "㐂街道"}]
CGCS = "EPSG:4490"


def frame_of(rows: Sequence[Mapping[str, Any]], shapes: Sequence[Any], crs: str | None = CGCS) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(list(rows), geometry=list(shapes), crs=crs)


def parts_of(folder: Path, frame: gpd.GeoDataFrame, *, encoding: str = "UTF-8", name: str = "a") -> dict[str, bytes]:
    """The files of a Shapefile by their ending."""
    target = folder / name
    target.mkdir(exist_ok=True)
    frame.to_file(target / f"{name}.shp", encoding=encoding, engine="pyogrio")
    return {path.suffix: path.read_bytes() for path in target.iterdir()}


def zipped(path: Path, layers: Mapping[str, Mapping[str, bytes]], *, is_gbk: bool = False) -> Path:
    """A zip of these layers; with `is_gbk` the names in it are GBK without saying so, as an old Windows writes them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for layer, parts in layers.items():
            for ending, content in parts.items():
                archive.writestr(f"{layer}{ending}", content)
    if is_gbk:
        raw = path.read_bytes()
        for layer in layers:
            utf8, gbk = layer.encode(), layer.encode("gbk")
            raw = raw.replace(utf8, gbk + b"x" * (len(utf8) - len(gbk)))
        for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = raw.find(mark)
            while place >= 0:
                raw = raw[: place + flags] + struct.pack("<H", 0) + raw[place + flags + 2 :]
                place = raw.find(mark, place + 4)
        path.write_bytes(raw)
    return path


def opened(path: Path, *headings: str, **wish: Any) -> tuple[read.Table, pl.DataFrame]:
    table = read.open_table(path, read.Wish(headings=frozenset(map(normal, headings)), **wish))
    return table, pl.concat(table.blocks())


def code_of(path: Path, **wish: Any) -> str:
    with pytest.raises(Refused) as refused:
        opened(path, **wish)
    if refused.value.code != "geofile_damaged":  # whose reason may be cut
        assert "…" not in refused.value.sentence("zh") + refused.value.sentence("en")
    return refused.value.code


@pytest.mark.parametrize(
    ("encoding", "cpg", "language"),
    [
        ("GB18030", b"GBK", 0),
        ("GB18030", b"ANSI 936", 0x57),
        ("GB18030", None, 0x4D),
        ("GB18030", None, 0),
        ("UTF-8", None, 0x57),
        ("UTF-8", b"65001", 0x4D),
    ],
)
def test_the_encoding_comes_from_the_cpg_else_the_language_byte_else_from_what_fits(
    tmp_path: Path, encoding: str, cpg: bytes | None, language: int
) -> None:
    parts = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]), encoding=encoding)
    parts[".dbf"] = parts[".dbf"][:29] + bytes([language]) + parts[".dbf"][30:]
    del parts[".cpg"]
    if cpg is not None:
        parts[".cpg"] = cpg
    table, frame = opened(zipped(tmp_path / "z.zip", {"街道": parts}))
    assert (table.headings, table.declared_crs, table.has_shapes) == (("代码", "名称"), CGCS, True)
    assert frame.select("row", "c0", "c1").rows() == [(2, "S1", "北干街道"), (3, "S2", "㐂街道")]


@pytest.mark.parametrize("told", [b"rot13", b"hex", b"undefined", b"a\0b"])
def test_a_cpg_that_names_no_encoding_of_texts_says_nothing(tmp_path: Path, told: bytes) -> None:
    parts = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]), encoding="GB18030") | {".cpg": told}
    assert opened(zipped(tmp_path / "z.zip", {"a": parts}))[1]["c1"].to_list() == ["北干街道", "㐂街道"]


def test_a_declared_encoding_that_does_not_read_the_texts_refuses_the_file(tmp_path: Path) -> None:
    parts = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]), encoding="GB18030") | {".cpg": b"UTF-8"}
    assert code_of(zipped(tmp_path / "z.zip", {"a": parts})) == "dbf_encoding"


def test_streets_from_a_gbk_shapefile_with_gbk_names_reach_the_store(desk: Desk, tmp_path: Path) -> None:
    parts = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]), encoding="GB18030")
    result = desk.load("boundaries", zipped(tmp_path / "数据.zip", {"街道": parts}, is_gbk=True), level="street")
    assert counts(result) == {"read": 2, "inserted": 2, "things": 2}
    assert desk.rows("select name from core.area order by code") == [("北干街道",), ("㐂街道",)]


def test_a_projected_shapefile_declares_its_gauss_krueger_zone(desk: Desk, tmp_path: Path) -> None:
    metres = [shapely.box(500000, 3340000, 500400, 3340400), shapely.box(500400, 3340000, 500800, 3340400)]
    parts = parts_of(tmp_path, frame_of(CHINESE, metres, "EPSG:4549"))
    assert b"Gauss_Kruger" in parts[".prj"]
    assert desk.load("boundaries", zipped(tmp_path / "m.zip", {"m": parts}), level="street").counts.inserted == 2
    assert desk.rows("select round(st_xmin(geom)::numeric, 6)::text from core.area where code = 'S1'") == [
        ("120.000000",)
    ]


def test_without_a_prj_the_mapping_or_the_option_must_say_the_system(desk: Desk, tmp_path: Path) -> None:
    parts = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]))
    del parts[".prj"]
    path = zipped(tmp_path / "z.zip", {"a": parts})
    assert desk.load("boundaries", path, level="street").counts.faults == {"crs_missing": 1}
    assert desk.load("boundaries", path, level="street", crs="EPSG:4490").counts.inserted == 2


def test_of_several_layers_the_mapping_names_one(desk: Desk, tmp_path: Path) -> None:
    a = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]), name="a")
    b = parts_of(tmp_path, frame_of(CHINESE[:1], [WEST]), name="b")
    path = zipped(tmp_path / "z.zip", {"甲/街道": a, "甲/社区": b, "__MACOSX/甲/._街道": {".shp": b"x"}})
    refused = desk.load("boundaries", path, level="street")
    assert refused.counts.faults == {"layer_ambiguous": 1}
    assert "“街道”, “社区”" in (refused.message or "")
    columns = '[columns]\ncode = "代码"\nname = "名称"\n'
    source = desk.mapping(f'dataset = "boundaries"\nformat = "shapefile"\nlayer = "社区"\nlevel = "street"\n{columns}')
    assert desk.load("boundaries", path, source=source).counts.read == 1
    assert code_of(path, layer="网格") == "layer_missing"


def test_incomplete_and_bare_shapefiles_say_what_is_missing(tmp_path: Path) -> None:
    parts = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]))
    for ending in (".dbf", ".shx"):
        lacking = {name: content for name, content in parts.items() if name != ending}
        path = zipped(tmp_path / "z.zip", {"街道": lacking})
        with pytest.raises(Refused, match="shapefile_incomplete") as refused:
            read.open_table(path)
        assert f"街道{ending}" in refused.value.sentence("zh")
    assert code_of(tmp_path / "a" / "a.shp") == "bare_shapefile"
    torn = zipped(tmp_path / "t.zip", {"a": parts | {".shp": parts[".shp"][:50]}})
    assert code_of(torn) == "shapefile_counts"


def test_nothing_is_unpacked_under_a_name_from_the_archive_and_nothing_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    parts = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]))
    assert code_of(zipped(tmp_path / "z.zip", {"../../escaped": parts})) == "archive_path"
    assert not list(tmp_path.rglob("*escaped*"))
    table, frame = opened(zipped(tmp_path / "good.zip", {"harmless": parts}))
    assert frame.height == 2
    assert not list(tmp_path.rglob("*harmless*"))
    del table
    assert not list(scratch.iterdir())


def test_a_geopackage_gives_text_as_people_write_it_and_its_system(tmp_path: Path) -> None:
    rows = [
        {"code": 7, "size": 2.0, "share": 0.25, "is_open": True},
        {"code": 8, "size": 1.5, "share": None, "is_open": False},
    ]
    written = tmp_path / "x.gpkg"
    frame_of(rows, [WEST, None], "EPSG:4549").to_file(written, layer="a", driver="GPKG", engine="pyogrio")
    path = written.rename(tmp_path / "x.bin")
    table, frame = opened(path)
    assert (table.headings, table.declared_crs) == (("code", "size", "share", "is_open"), "EPSG:4549")
    assert [row[:5] for row in frame.select("row", "c0", "c1", "c2", "c3").rows()] == [
        (2, "7", "2", "0.25", "true"),
        (3, "8", "1.5", None, "false"),
    ]
    assert frame["geometry"].is_null().to_list() == [False, True]


def test_of_several_layers_of_a_geopackage_the_mapping_names_one_and_styles_are_none(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "x.gpkg"
    frame_of(CHINESE, [WEST, EAST]).to_file(path, layer="街道", driver="GPKG", engine="pyogrio")
    with sqlite3.connect(path) as store:
        store.execute("create table layer_styles (id integer primary key, styleName text)")
        store.execute("insert into gpkg_contents (table_name, data_type) values ('layer_styles', 'attributes')")
    store.close()
    assert desk.load("boundaries", path, level="street").counts.inserted == 2
    frame_of(CHINESE, [WEST, EAST]).to_file(path, layer="社区", driver="GPKG", engine="pyogrio")
    assert code_of(path) == "layer_ambiguous"
    assert opened(path, layer="社区")[1].height == 2


def test_a_ring_that_cannot_be_built_is_a_fault_of_its_row(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "x.gpkg"
    frame_of(CHINESE, [WEST, EAST]).to_file(path, layer="a", driver="GPKG", engine="pyogrio")
    header = b"GP\x00\x01" + struct.pack("<i", 4490)
    open_ring = struct.pack("<BIII", 1, 3, 1, 3) + struct.pack("<6d", 120, 30, 120.1, 30, 120.1, 30.1)
    with sqlite3.connect(path) as store:
        for (trigger,) in store.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            store.execute(f'drop trigger "{trigger}"')
        store.execute("update a set geom = ? where fid = 2", (header + open_ring,))
    store.close()
    result = desk.load("boundaries", path, level="street")
    assert counts(result) == {"read": 2, "inserted": 1, "quarantined": 1, "things": 1}
    assert desk.rejects(result) == [(3, "bad_geometry")]


def test_a_database_that_is_no_geopackage_and_a_damaged_one_are_refused(tmp_path: Path) -> None:
    plain = tmp_path / "plain.gpkg"
    with sqlite3.connect(plain) as store:
        store.execute("create table t (x)")
    store.close()
    assert code_of(plain) == "not_geopackage"
    torn = tmp_path / "torn.gpkg"
    frame_of(CHINESE, [WEST, EAST]).to_file(torn, layer="a", driver="GPKG", engine="pyogrio")
    torn.write_bytes(torn.read_bytes()[:5000])
    assert code_of(torn) == "geofile_damaged"


def test_service_points_come_from_a_geopackage(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "points.gpkg"
    rows = [{"编号": 1, "名称": "站", "类别": "clinic"}]
    frame_of(rows, [Point(500000, 3340000)], "EPSG:4549").to_file(path, driver="GPKG", engine="pyogrio")
    assert desk.load("service-points", path).counts.inserted == 1
    assert desk.rows("select service_code, round(st_x(point)::numeric, 6)::text from core.service_point") == [
        ("1", "120.000000")
    ]


@pytest.mark.real_data
def test_the_extract_of_helsinki_reads_with_its_tags_and_eleven_broken_rings(
    real_data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = real_data / "network_helsinki" / "Helsinki.osm.pbf"
    assert code_of(path) == "layer_ambiguous"
    points, frame = opened(path, "amenity", "name:sv", "no-such-tag", layer="points")
    assert (points.declared_crs, frame.height) == ("EPSG:4326", 8045)
    assert points.headings[-3:] == ("amenity", "name:sv", "osm_key")
    tags = dict(zip(points.headings, frame.columns[1:], strict=False))
    assert frame[f"c{points.headings.index('amenity')}"].count() == 1006
    assert frame[f"c{points.headings.index('osm_key')}"].n_unique() == 8045
    assert tags["osm_id"] == "c0"
    _, areas = opened(path, "building", layer="multipolygons")
    assert (areas.height, areas["broken"].count(), areas["geometry"].null_count()) == (1095, 11, 11)
    _, lines = opened(path, layer="lines")
    assert (lines.height, lines["broken"].count()) == (3818, 0)
    assert capfd.readouterr().err == ""
    torn = tmp_path / "torn.osm.pbf"
    torn.write_bytes(path.read_bytes()[:400_000])
    assert code_of(torn, layer="points") == "geofile_damaged"
    altered = bytearray(path.read_bytes())
    altered[300_000] ^= 0xFF
    torn.write_bytes(altered)
    assert code_of(torn, layer="points") == "geofile_damaged"


def test_a_shapefile_with_parts_of_different_length_is_refused(tmp_path: Path) -> None:
    parts = parts_of(tmp_path, frame_of(CHINESE, [WEST, EAST]))
    for part, cut in ((".shp", 80), (".dbf", 100), (".shx", 8)):
        path = zipped(tmp_path / "z.zip", {"a": parts | {part: parts[part][:-cut]}})
        assert code_of(path) == "shapefile_counts"


def test_a_curve_is_broken_in_its_row(desk: Desk) -> None:
    curve = "CURVEPOLYGON(CIRCULARSTRING(120 30,121 31,122 30,121 29,120 30))"
    path = desk.csv(
        "代码,名称,wkt", f'S,甲,"{WEST.wkt}"', f'T,乙,"{curve}"', 'U,丙,"POLYGON((nan 30,121 30,121 31,nan 30))"'
    )
    result = desk.load("boundaries", path, level="street")
    assert counts(result) == {"read": 3, "inserted": 1, "quarantined": 2, "things": 1}


@pytest.mark.parametrize("before", ["", "\\x", "0x"])
def test_hexadecimal_wkb_is_read_with_what_databases_put_before_it(desk: Desk, before: str) -> None:
    path = desk.csv("代码,名称,wkb", f"S,甲,{before}{shapely.to_wkb(shapely.force_3d(WEST, 5), hex=True)}")
    assert desk.load("boundaries", path, level="street").counts.inserted == 1
    assert desk.rows("select st_ndims(geom) from core.area") == [(2,)]
