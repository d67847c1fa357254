"""Encodings: proven over the whole file, or the file is refused; no text is ever taken as something else."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, cases, grids, notes, quarantine, reject


def samples(link: str) -> Iterator[Sample]:
    for encoding in ("utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"):
        yield cases(f"{encoding}.csv", formats.csv(town.incidents(), encoding=encoding), accept(inserted=12))
    rare = town.incidents({3: {"承办单位": "㐂街道𠮷社区"}})
    yield cases("生僻字.csv", formats.csv(rare, encoding="gb18030"), accept(inserted=12))
    made = formats.csv(town.incidents()).split(b"\n")
    mixed = b"\n".join([*made[:6], *(line.decode().encode("gb18030") for line in made[6:])])
    yield cases("混用.csv", mixed, reject("mixed_encoding", "bad_encoding"))
    yield cases("坏字节.csv", formats.csv(town.incidents()).replace("综合".encode(), b"\xff\xfe", 1),
                reject("bad_encoding", "mixed_encoding", "garbled_text"))  # fmt: skip
    yield cases("截断.csv", formats.csv(town.incidents())[:-3], reject("bad_encoding"))
    latin = formats.csv(town.incidents()).decode("latin-1").encode()
    yield cases("二次编码.csv", latin, reject("missing_column", "missing_column_near", "garbled_text"))
    old = formats.lines(town.incidents())
    for ours, theirs in zip(
        "编号类别状态办时间经纬综执队热线处处", "編號類別狀態辦時間經緯綜執隊熱線處處", strict=False
    ):
        old = old.replace(ours, theirs)
    yield cases("繁体.csv", old.encode("big5", errors="replace"),
                reject("garbled_text", "bad_encoding", "missing_column", "missing_column_near"))  # fmt: skip
    yield cases(
        "空字符.csv", formats.csv(town.incidents({3: {"承办单位": "城管\0队"}})), quarantine(1, "bad_characters")
    )
    yield cases("中文.json", formats.dumped(town.incidents()).decode().encode("gb18030"), accept(inserted=12))
    frame = formats.frame(town.grids())
    gbk = formats.shapefile(frame, encoding="gbk")
    yield grids("gbk无cpg.zip", formats.zipped({k: v for k, v in gbk.items() if k != "cpg"}), accept(inserted=16))
    yield grids("cpg不符.zip", formats.zipped(gbk | {"cpg": b"UTF-8"}), reject("dbf_encoding"))
    yield grids("utf8无cpg.zip", formats.zipped({k: v for k, v in formats.shapefile(frame).items() if k != "cpg"}),
                accept(inserted=16))  # fmt: skip
    utf8 = formats.shapefile(frame)
    for name in ("1252", "ISO-8859-1"):
        yield grids(f"utf8写{name}.zip", formats.zipped(utf8 | {"cpg": name.encode()}), reject("dbf_encoding"))
        yield grids(f"gbk写{name}.zip", formats.zipped(gbk | {"cpg": name.encode()}), reject("dbf_encoding"))
    for name, parts in {"utf8": utf8, "gbk": gbk}.items():
        for language in (b"\x03", b"\x4d"):
            table = parts["dbf"][:29] + language + parts["dbf"][30:]
            bare = {ending: content for ending, content in parts.items() if ending != "cpg"} | {"dbf": table}
            yield grids(f"{name}语言{language[0]}.zip", formats.zipped(bare), accept(inserted=16))
    garbled = town.grids({3: {"名称": "第一\ufffd\ufffd网格"}})
    yield grids("乱码名称.geojson", formats.geojson(garbled), notes("garbled_name"))
    yield grids("gb18030.geojson", formats.geojson(town.grids()).decode().encode("gb18030"), accept(inserted=16))
    kml = formats.kml(town.grids()).replace("UTF-8", "GB18030").encode("gb18030")
    yield grids("gb18030.kml", kml, accept(inserted=16))
