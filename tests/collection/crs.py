"""Coordinate systems: declared, not declared, declared wrongly; nothing is converted in silence."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from collection import formats, town
from collection.samples import Sample, accept, cases, grids, quarantine, reject
from geo import datum

ELSEWHERE = ("datum_evidence", "parent_evidence", "not_nested", "crs_evidence")


def shifted(name: str) -> list[town.Feature]:
    """The grids in another datum."""

    def moved(points: Any) -> Any:
        return np.column_stack(datum.from_wgs84(points[:, 0], points[:, 1], datum=name))

    return [item | {"geometry": shapely.transform(item["geometry"], moved)} for item in town.grids()]


def swapped() -> list[town.Feature]:
    """The grids with latitude first."""
    return [item | {"geometry": shapely.transform(item["geometry"], lambda xy: xy[:, ::-1])} for item in town.grids()]


def moved_rows(name: str | None, count: int = 60) -> list[town.Row]:
    """Incidents in another datum, or with longitude and latitude exchanged."""
    rows = town.incidents(count=count)
    for row in rows:
        x, y = float(row["经度"]), float(row["纬度"])
        if name is None:
            x, y = y, x
        else:
            x, y = (float(part[0]) for part in datum.from_wgs84(np.array([x]), np.array([y]), datum=name))
        row["经度"], row["纬度"] = f"{x:.6f}", f"{y:.6f}"
    return rows


def projected(system: str) -> list[town.Row]:
    """Incidents in metres."""
    rows = town.incidents(count=40)
    points = [shapely.Point(float(row["经度"]), float(row["纬度"])) for row in rows]
    for row, point in zip(rows, formats.frame([{"geometry": p} for p in points], system).geometry, strict=True):
        row["经度"], row["纬度"] = f"{point.x:.2f}", f"{point.y:.2f}"
    return rows


def samples(link: str) -> Iterator[Sample]:
    good = town.grids()
    metres = formats.frame(good, "EPSG:4549")
    for name in ("gcj02", "bd09"):
        yield grids(f"{name}.geojson", formats.geojson(shifted(name)), reject(*ELSEWHERE[:3]))
        yield grids(f"{name}已声明.geojson", formats.geojson(shifted(name)), accept(inserted=16), crs=name)
        yield cases(f"{name}.csv", formats.csv(moved_rows(name)), reject("point_evidence", "site_evidence"))
        declared = formats.csv(moved_rows(name))
        yield cases(f"{name}已声明.csv", declared, accept(inserted=60), options={"crs": name})
    yield grids("经纬颠倒.geojson", formats.geojson(swapped()), reject(*ELSEWHERE))
    yield grids("经纬颠倒.csv", formats.wkt(swapped()), reject(*ELSEWHERE))
    yield cases("经纬颠倒.csv", formats.csv(moved_rows(None)), reject("crs_evidence", "point_evidence"))
    one = town.incidents()
    one[4] |= {"经度": one[4]["纬度"], "纬度": one[4]["经度"]}
    yield cases("一行颠倒.csv", formats.csv(one), quarantine(1, "bad_coordinates"))
    zero = town.incidents({3: {"经度": "0", "纬度": "0"}})
    yield cases("零点.csv", formats.csv(zero), quarantine(1, "bad_coordinates"))
    half = town.incidents({3: {"经度": ""}})
    yield cases("只有纬度.csv", formats.csv(half), quarantine(1, "bad_coordinates"))
    yield cases("度分秒.csv", formats.csv(town.incidents({3: {"经度": "120°12′36″"}})), quarantine(1, "bad_number"))
    whole = town.incidents()
    lacking = [{name: value for name, value in row.items() if name != "纬度"} for row in whole]
    yield cases("缺纬度列.csv", formats.csv(lacking), reject("missing_column", "missing_column_near"))
    for number, bracket in enumerate(("(GCJ-02)", "（火星坐标）", "[百度]", "(BD09)")):
        told = formats.lines(town.incidents()).replace("经度", f"经度{bracket}", 1).replace("纬度", f"纬度{bracket}", 1)
        yield cases(f"列名写明坐标系{number}.csv", told, reject("crs_in_heading"))
    told = formats.lines(moved_rows("gcj02")).replace("经度", "经度(GCJ-02)", 1)
    yield cases("列名与声明一致.csv", told, accept(), options={"crs": "gcj02"})
    told = formats.lines(town.incidents()).replace("经度", "经度(WGS84)", 1).replace("纬度", "纬度(CGCS2000)", 1)
    yield cases("列名写明大地坐标.csv", told, accept(inserted=12))
    none = town.incidents({3: {"经度": "", "纬度": ""}})
    yield cases("没有坐标.csv", formats.csv(none), accept(inserted=12, outside=0))
    far = town.incidents({3: {"经度": "121.5", "纬度": "31.2", "社区代码": ""}})
    yield cases("在外地.csv", formats.csv(far), accept(inserted=12, outside=1))
    yield cases("米.csv", formats.csv(projected("EPSG:4549")), reject("crs_evidence"))
    yield cases("米已声明.csv", formats.csv(projected("EPSG:4549")), accept(inserted=40), options={"crs": "EPSG:4549"})
    yield cases(
        "错误中央经线.csv", formats.csv(projected("EPSG:4548")),
        reject("site_evidence", "point_evidence", "crs_evidence"), options={"crs": "EPSG:4549"},
    )  # fmt: skip
    raw = [item | {"geometry": shape} for item, shape in zip(good, metres.geometry, strict=True)]
    yield grids("米.geojson", formats.geojson(raw), reject("crs_evidence"))
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4549"}}
    yield grids("米已声明.geojson", formats.geojson(raw, crs=member), accept(inserted=16))
    ogc = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    yield grids("CRS84.geojson", formats.geojson(good, crs=ogc), accept(inserted=16))
    by_address = {"type": "name", "properties": {"name": "http://www.opengis.net/def/crs/EPSG/0/4549"}}
    yield grids("网址写法.geojson", formats.geojson(raw, crs=by_address), accept(inserted=16))
    yield grids("两种声明.geojson", formats.geojson(good, crs=ogc), reject("crs_conflict"), crs="EPSG:4549")
    yield grids("不认识.geojson", formats.geojson(good), reject("unknown_crs"), crs="EPSG:999999")
    both = town.grids({3: {"geometry": f"SRID=4549;{good[3]['geometry'].wkt}"}})
    yield grids("混用.csv", formats.wkt(both), reject("crs_mixed"))
    yield grids("EWKT.csv", formats.wkt(good, srid=4490), accept(inserted=16))
    parts = formats.shapefile(metres)
    yield grids("米.zip", formats.zipped(parts), accept(inserted=16))
    yield grids("无prj.zip", formats.zipped({k: v for k, v in parts.items() if k != "prj"}), reject("crs_missing"))
    degrees = formats.shapefile(formats.frame(good))
    yield grids("prj不符.zip", formats.zipped(parts | {"prj": degrees["prj"]}), reject("crs_evidence"))
    yield grids("与选项不符.zip", formats.zipped(parts), reject("crs_conflict"), crs="EPSG:4326")
    yield grids(
        "坏prj.zip", formats.zipped(degrees | {"prj": b"PROJCS[broken"}), reject("unknown_crs", "geofile_damaged")
    )
    local = b'LOCAL_CS["site",UNIT["metre",1]]'
    yield grids(
        "地方坐标.zip", formats.zipped(parts | {"prj": local}), reject("crs_no_way", "unknown_crs", "crs_missing")
    )
    yield grids("2000.gpkg", formats.geopackage(formats.frame(good, "EPSG:4490")), accept(inserted=16))
    prefixed = metres.set_geometry(metres.translate(xoff=40_000_000))
    yield grids("带号.gpkg", formats.geopackage(prefixed), reject("crs_zone", "crs_evidence"))
    other = formats.frame(good, "EPSG:4548").set_crs("EPSG:4549", allow_override=True)
    yield grids("错误中央经线.gpkg", formats.geopackage(other), reject(*ELSEWHERE))
    nameless = formats.frame(good).set_crs(None, allow_override=True)
    yield grids("无声明.parquet", formats.parquet(nameless), reject("crs_missing"))
    yield grids("米.parquet", formats.parquet(metres), accept(inserted=16))
