"""Areas beside each other: shared ground, gaps, and borders that only look different."""

from collections.abc import Iterator

import shapely

from collection import formats, town
from collection.samples import Sample, accept, grids, notes, reject


def samples(link: str) -> Iterator[Sample]:
    made = town.grids()
    first, second = (made[at]["geometry"] for at in (0, 1))
    west, south, east, north = first.bounds

    def file(name: str, changes: dict[int, shapely.Geometry], verdict: object) -> Sample:
        features = town.grids({at: {"geometry": shape} for at, shape in changes.items()})
        return grids(name, formats.geojson(features), verdict)  # type: ignore[arg-type]

    wide = shapely.box(west, south, east + 0.004, north)
    yield file("大片重叠.geojson", {0: wide}, reject("areas_overlap"))
    yield file("同一个面两个编号.geojson", {0: second}, reject("areas_overlap"))
    yield file("整个盖住.geojson", {0: shapely.union_all([first, second])}, reject("areas_overlap"))
    yield file("窄缝重叠.geojson", {0: shapely.box(west, south, east + 1e-7, north)}, accept())
    yield file("少许重叠.geojson", {0: shapely.box(west, south, east + 0.0001, north)}, notes("areas_overlapping"))
    yield file("留有空隙.geojson", {0: shapely.box(west, south, east - 0.002, north)}, notes("parents_uncovered"))
    crooked = shapely.Polygon([(west, south), (east, south), (east, (south + north) / 2), (east, north), (west, north)])
    yield file("多一个顶点.geojson", {0: crooked}, accept())
    enclave = first.centroid.buffer(0.001)
    holed = first.difference(enclave)
    yield grids(
        "飞地.geojson",
        formats.geojson([*town.grids({0: {"geometry": holed}}),
                         {"代码": f"{town.STREET}001009", "名称": "飞地网格", "上级代码": f"{town.STREET}001",
                          "geometry": enclave}]),
        accept(inserted=17),
    )  # fmt: skip
    without = [item for at, item in enumerate(town.grids()) if at != 3]
    yield grids("缺一个网格.gpkg", formats.geopackage(formats.frame(without)), notes("parents_uncovered"))
    parts = town.grids()
    half = (west + east) / 2
    parts[0] = parts[0] | {"geometry": shapely.box(west, south, half, north)}
    parts.append(parts[0] | {"geometry": shapely.box(half, south, east, north)})
    yield grids("一个面分两行.geojson", formats.geojson(parts), accept(inserted=17, things=16))
