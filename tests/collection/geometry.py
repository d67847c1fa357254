"""Shapes of areas: what means one area is kept, what means none is kept apart alone."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from shapely.affinity import translate

from collection import formats, town
from collection.samples import Sample, accept, cases, grids, notes, quarantine, reject, repair

AT = 5
"""The grid that is changed."""


def changed(shape: Any) -> list[town.Feature]:
    return town.grids({AT: {"geometry": shape}})


def ring(*corners: tuple[float, ...]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(corners)]}


def samples(link: str) -> Iterator[Sample]:
    good = town.grids()[AT]["geometry"]
    west, south, east, north = good.bounds
    middle = (south + north) / 2
    one = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    bad = {
        "蝴蝶结": (ring((west, south), (east, north), (east, south), (west, north), (west, south)), "bad_polygon"),
        "未闭合": (ring(*one[:4]), "bad_geometry"),
        "空图形": (None, "missing_value"),
        "空坐标": ({"type": "Polygon", "coordinates": []}, "bad_geometry"),
        "空环": ({"type": "Polygon", "coordinates": [[]]}, "bad_geometry"),
        "无面积": (
            ring((west, south), (east, south), (west, south), (west, south)),
            "degenerate_polygon",
            "bad_polygon",
        ),
        "折线": ({"type": "LineString", "coordinates": one}, "bad_polygon"),
        "点": ({"type": "Point", "coordinates": one[0]}, "bad_polygon"),
        "点数不足": (ring(one[0], one[1], one[0]), "bad_geometry", "degenerate_polygon", "bad_polygon"),
        "纬度过百": (ring(one[0], one[1], (east, 300.0), one[3], one[0]), "bad_coordinates"),
        "部分重叠": (
            shapely.geometry.mapping(shapely.MultiPolygon([good, shapely.box(west, south, east, middle)])),
            "bad_polygon",
        ),
        "括号少一层": ({"type": "MultiPolygon", "coordinates": [one]}, "bad_geometry", "degenerate_polygon"),
        "坐标是文字": (ring((str(west), str(south)), *one[1:]), "bad_geometry"),
        "没有类型": ({"coordinates": [one]}, "bad_geometry"),
    }
    for name, (shape, *faults) in bad.items():
        yield grids(f"{name}.geojson", formats.geojson(changed(shape)), quarantine(1, *faults))
    yield grids("非数.geojson", formats.geojson(changed(ring((float("nan"), south), *one[1:]))), reject("bad_json"))
    kept = {
        "顺时针": shapely.Polygon(one[::-1]),
        "重复点": shapely.Polygon([one[0], one[0], one[1], one[1], *one[2:]]),
        "多余的点": shapely.Polygon([(west, south), *((float(x), south) for x in np.linspace(west, east, 3000)[1:]),
                                  (east, north), (west, north)]),
        "一个部分的多面": shapely.MultiPolygon([good]),
    }  # fmt: skip
    for name, shape in kept.items():
        yield grids(f"{name}.geojson", formats.geojson(changed(shape)), accept(inserted=16))
    high = ring(*((x, y, 8.5) for x, y in one))
    yield grids("带高程.geojson", formats.geojson(changed(high)), notes("flattened"))
    spike = shapely.Polygon([(west, south), (east, south), (east + 0.0005, south), (east, south), *one[2:4]])
    yield grids("毛刺.geojson", formats.geojson(changed(spike)), repair(1))
    yield grids("好.geojson", formats.geojson(town.grids()), accept(inserted=16, read=16))
    yield grids("坏文字.csv", formats.wkt(changed("POLYGON((120.2 30.1, 120.3")), quarantine(1, "bad_geometry"))
    yield grids("短十六进制.csv", formats.wkb(changed("0103000000010000000500")), quarantine(1, "bad_geometry"))
    yield grids("好.csv", formats.wkb(town.grids()), accept(inserted=16))
    arcgis = [{"shape" if name == "geometry" else name: value for name, value in item.items()}
              for item in town.grids()]  # fmt: skip
    told = [item | {"shape": item["shape"].wkt} for item in arcgis]
    yield grids("列名shape.csv", formats.csv(told), accept(inserted=16))
    nested = "GEOMETRYCOLLECTION(" * 20_000 + "POINT(1 1)" + ")" * 20_000
    yield grids("两万层.csv", formats.wkt(changed(nested)), quarantine(1, "bad_geometry"))
    fifty = (b"\x01\x07\0\0\0\x01\0\0\0" * 50 + good.wkb).hex()
    yield grids("五十层.csv", formats.wkb(changed(fifty)), quarantine(1, "bad_geometry"))
    heap = f"POLYGON(({', '.join(['120.21 30.17'] * 300_000)}))"
    yield grids("三十万点在一处.csv", formats.wkt(changed(heap)), quarantine(1, "bad_polygon"))
    ring_text = "<LinearRing><coordinates>120.2,30.16 120.21,30.16</coordinates></LinearRing>"
    two = f"<Polygon><outerBoundaryIs>{ring_text}</outerBoundaryIs></Polygon>"
    yield grids("两点.kml", formats.kml(changed(two)), quarantine(1, "bad_geometry", "bad_polygon"))
    yield grids("空图形.gpkg", formats.geopackage(formats.frame(changed(None))), quarantine(1, "missing_value"))
    null = formats.shapefile(formats.frame(changed(None)))
    yield grids("空图形.zip", formats.zipped(null), quarantine(1, "missing_value"))
    bow = shapely.Polygon([one[0], one[2], one[1], one[3]])
    yield grids("蝴蝶结.gpkg", formats.geopackage(formats.frame(changed(bow))), quarantine(1, "bad_polygon"))
    yield grids("蝴蝶结.parquet", formats.parquet(formats.frame(changed(bow))), quarantine(1, "bad_polygon"))
    yield grids("远处.geojson", formats.geojson(changed(translate(good, xoff=3.0))), reject("not_nested"))
    apart = {"type": "Polygon", "coordinates": [one, [(x + 1, y) for x, y in one]]}
    yield grids("洞在外面.geojson", formats.geojson(changed(apart)), reject("not_nested"))
    rows = town.incidents()
    areas = [{**row, "geometry": "POINT (120.21 30.17)" if at else good.wkt} for at, row in enumerate(rows)]
    for row in areas:
        del row["经度"], row["纬度"]
    yield cases("事件是面.csv", formats.csv(areas), quarantine(1, "bad_coordinates"))
