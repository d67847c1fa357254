"""Files made to reach further than a file may: other files, addresses, memory, time."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, cases, grids, notes, quarantine, reject

OUTSIDE = "../" * 12 + "tmp/collection-outside"
DECLARED = ("xml_entities", "xml_doctype")
MARKUP = ("xml_unknown", "is_markup", "not_geojson", *DECLARED)


def samples(link: str) -> Iterator[Sample]:
    yield from _documents(link)
    yield from _archives()
    yield from _workbooks(link)
    yield from _words(link)


def _documents(link: str) -> Iterator[Sample]:
    vrt = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"
    for name, source in {"文件": "CSV:/etc/passwd", "地址": f"/vsicurl/{link}/x.geojson"}.items():
        yield grids(f"vrt{name}.geojson", vrt.format(source), reject(*MARKUP))
        yield grids(f"vrt{name}.kml", vrt.format(source), reject(*MARKUP))
    linked = {"type": "link", "properties": {"href": f"{link}/crs", "type": "proj4"}}
    yield grids("crs链接.geojson", formats.geojson(town.grids(), crs=linked), reject("unknown_crs", "crs_missing"))
    named = {"type": "name", "properties": {"name": f"{link}/crs"}}
    yield grids("crs地址.geojson", formats.geojson(town.grids(), crs=named), reject("unknown_crs", "crs_missing"))
    kml = formats.kml(town.grids())
    for name, declared in {
        "外部实体": "<!DOCTYPE kml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "远程实体": f"<!DOCTYPE kml SYSTEM '{link}/x.dtd'>",
        "实体炸弹": "<!DOCTYPE kml [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>",
    }.items():
        head = f"{formats.Xml}{declared}"
        yield grids(f"{name}.kml", formats.kml(town.grids(), head=head), reject(*DECLARED))
        yield cases(f"{name}.xml", formats.open311_xml(town.incidents()).replace(formats.Xml, head), reject(*DECLARED))
    network = f"<NetworkLink><Link><href>{link}/x.kml</href></Link></NetworkLink>"
    yield grids("链接.kml", kml.replace("<Document>", f"<Document>{network}"), notes("kml_links"))
    yield cases("深层.json", "[" * 200_000, reject("json_too_deep", "bad_json"))
    yield cases("深层对象.json", '{"a":' * 200_000, reject("json_too_deep", "bad_json"))


def _documents_in_archives() -> Iterator[Sample]:
    kml = formats.kml(town.grids()).encode()

    def kmz(**documents: bytes) -> bytes:
        return formats.zipped({f"{name}.kml": content for name, content in documents.items()}, name="")

    leading = b"<kml><NetworkLink><Link><href>layers/a.kml</href></Link></NetworkLink></kml>"
    yield grids("好.kmz", formats.zipped({"doc.kml": kml, "files/图标.png": b"x"}, name=""), accept(inserted=16))
    yield grids("目录.kmz", kmz(doc=leading, layers=kml), accept(inserted=16))
    yield grids("两份.kmz", kmz(one=kml, other=kml), reject("layer_ambiguous"))
    yield grids("截断.kmz", kmz(doc=kml[:-200]), reject("bad_xml"))
    yield grids("越界.kmz", formats.zipped({"doc.kml": kml, OUTSIDE: b"x"}, name=""), reject("archive_path"))
    declared = b"<!DOCTYPE kml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><kml><Placemark/></kml>"
    yield grids("外部实体.kmz", kmz(doc=declared), reject(*DECLARED))


def _archives() -> Iterator[Sample]:
    parts = formats.shapefile(formats.frame(town.grids()))
    whole = {f"网格.{ending}": content for ending, content in parts.items()}
    outside = formats.zipped(whole | {OUTSIDE: b"x"}, name="")
    yield grids("越界.zip", outside, reject("archive_path"))
    yield grids(
        "绝对路径.zip", formats.zipped(whole | {"/tmp/collection-outside": b"x"}, name=""), reject("archive_path")
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
        entry = zipfile.ZipInfo("网格.cpg2")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    yield grids("符号链接.zip", made.getvalue(), reject("archive_link"))
    yield grids(
        "套娃.zip",
        formats.zipped({"里面.zip": formats.zipped(parts)}, name=""),
        reject("archive_nested", "archive_unknown"),
    )
    shown = {"网格.shp.xml": b"<!DOCTYPE metadata SYSTEM 'http://www.esri.com/metadata/esriprof80.dtd'><metadata/>"}
    yield grids("元数据.zip", formats.zipped(whole | shown, name=""), accept(inserted=16))
    yield from _documents_in_archives()
    yield grids("炸弹.zip", _bomb(whole), reject("archive_too_large"))
    many = {f"{number}.txt": b"" for number in range(20_000)}
    yield grids("两万个.zip", formats.zipped(whole | many, name=""), reject("archive_entries"))
    locked = bytearray(formats.zipped(parts))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = locked.find(mark)
        while start >= 0:
            locked[start + at] |= 1
            start = locked.find(mark, start + 4)
    yield grids("有密码.zip", bytes(locked), reject("workbook_locked", "is_workbook"))


def _bomb(whole: dict[str, bytes]) -> bytes:
    """An archive that says it holds some gigabytes of noughts; packed once, written with that size."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
        with archive.open("大.txt", "w", force_zip64=True) as stream:
            for _ in range(320):
                stream.write(bytes(1 << 20))
    return made.getvalue()


def _workbooks(link: str) -> Iterator[Sample]:
    good = formats.xlsx(town.incidents())
    entity = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
    remote = f"<!DOCTYPE x SYSTEM '{link}/x.dtd'>"
    for name, declared in {"实体": entity, "远程": remote}.items():
        yield cases(f"{name}.xlsx", _with_head(good, "xl/workbook.xml", declared), reject(*DECLARED))
    relation = (
        "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'><Relationship Id='r1' "
        f"Type='x' Target='{link}/book.xlsx' TargetMode='External'/></Relationships>"
    )
    linked = _with(formats.xlsx(town.incidents()), {"xl/externalLinks/_rels/externalLink1.xml.rels": relation.encode()})
    yield cases("外部链接.xlsx", linked, accept(inserted=12))
    macro = _with(formats.xlsx(town.incidents()), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(64)})
    yield cases("带宏.xlsm", macro, accept(inserted=12))
    sheet = zlib.compress(b"")  # an entry of a strange size is no sheet
    yield cases("坏表.xlsx", _replaced(good, "xl/worksheets/sheet1.xml", sheet), reject("is_workbook"))


def _words(link: str) -> Iterator[Sample]:
    rows = town.incidents({2: {"承办单位": f'=WEBSERVICE("{link}")'}, 3: {"承办单位": "=cmd|'/c calc'!A1"}})
    yield cases("公式.csv", formats.csv(rows), accept(inserted=12))
    path = town.grids({3: {"geometry": "/etc/passwd"}})
    yield grids("路径当图形.csv", formats.wkt(path), quarantine(1, "bad_geometry"))
    address = town.grids({3: {"geometry": f"{link}/x.wkt"}})
    yield grids("地址当图形.csv", formats.wkt(address), quarantine(1, "bad_geometry"))
    parts = formats.shapefile(formats.frame(town.grids()))
    yield grids(
        "prj是地址.zip", formats.zipped(parts | {"prj": f"{link}/x.prj".encode()}), reject("unknown_crs", "crs_missing")
    )


def _entries(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _with(book: bytes, more: dict[str, bytes]) -> bytes:
    return formats.zipped(_entries(book) | more, name="")


def _replaced(book: bytes, name: str, content: bytes) -> bytes:
    return formats.zipped(_entries(book) | {name: content}, name="")


def _with_head(book: bytes, name: str, declared: str) -> bytes:
    part = _entries(book)[name].decode()
    body = part.split("?>", 1)[-1] if part.startswith("<?xml") else part
    return _replaced(book, name, f"<?xml version='1.0' encoding='UTF-8'?>{declared}{body}".encode())
