"""Areas and their parents: there, of the right level, around their children, without a circle."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, grids, quarantine, reject


def samples(link: str) -> Iterator[Sample]:
    def file(name: str, parents: dict[int, str | None], verdict: object) -> Sample:
        features = town.grids({at: {"上级代码": code} for at, code in parents.items()})
        return grids(name, formats.geojson(features), verdict)  # type: ignore[arg-type]

    codes = [item["代码"] for item in town.grids()]
    street = town.STREET
    yield file("没有这个上级.geojson", {2: f"{street}099"}, quarantine(1, "unknown_parent"))
    yield file("上级为空.geojson", {2: None}, quarantine(1, "unknown_parent", "missing_value"))
    yield file("上级隔了一级.geojson", {2: street}, quarantine(1, "unknown_parent"))
    yield file("自己是上级.geojson", {2: codes[2]}, quarantine(1, "unknown_parent"))
    yield file("互为上级.geojson", {2: codes[3], 3: codes[2]}, quarantine(2, "unknown_parent"))
    yield file("都属于街道.geojson", dict.fromkeys(range(16), street), reject("wrong_level"))
    yield file("写错上级.geojson", {2: f"{street}004"}, reject("not_nested"))
    yield file("上级前后有空格.geojson", {2: f" {street}001\u3000"}, accept(inserted=16))
    good = formats.geojson(town.grids())
    yield grids("不说级别.geojson", good, reject("level_missing"), level=None)
    yield grids("没有网格的微网格.geojson", good, accept(inserted=16), level="microgrid")
    yield grids("没有这一级.geojson", good, reject("unknown_level"), level="village")
    yield grids("按社区装.geojson", good, reject("wrong_level"), level="community")
    yield grids("只有两个.geojson", formats.geojson(town.grids()[:2]), accept(inserted=2))
    own = {"代码": "网格编码", "名称": "网格名称", "上级代码": "所属社区代码"}
    named = [{own.get(name, name): value for name, value in item.items()} for item in town.grids()]
    yield grids("带级别的列名.geojson", formats.geojson(named), accept(inserted=16))
    named[2]["所属社区代码"] = f"{street}099"
    yield grids("带级别的列名没有上级.geojson", formats.geojson(named), quarantine(1, "unknown_parent"))
    named = [
        {"上级区域代码" if name == "上级代码" else name: value for name, value in item.items()} for item in town.grids()
    ]
    named[2]["上级区域代码"] = f"{street}099"
    yield grids("上级区域代码.geojson", formats.geojson(named), quarantine(1, "unknown_parent"))
    less = [{name: value for name, value in item.items() if name != "上级代码"} for item in town.grids()]
    yield grids("没有上级列.geojson", formats.geojson(less), accept(inserted=16))
