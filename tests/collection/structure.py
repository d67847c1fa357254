"""Tables and documents: headers, delimiters, totals, sheets, layers, and files that are not what they are called."""

import datetime as dt
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from collection import formats, town
from collection.samples import Sample, accept, cases, funds, grids, notes, quarantine, reject


def samples(link: str) -> Iterator[Sample]:
    yield from _text_tables()
    yield from _headers()
    yield from _workbooks()
    yield from _documents()
    yield from _shapes()
    yield from _odd_but_good()
    yield from _others()


def _odd_but_good() -> Iterator[Sample]:
    made = formats.lines(town.incidents()).splitlines()
    yield cases("行尾多逗号.csv", "\n".join(f"{line}," for line in made), accept(inserted=12))
    numbered = [{"序号": at, **row} for at, row in enumerate(town.incidents(), start=1)]
    yield cases("有序号.xlsx", formats.xlsx(numbered), accept(inserted=12))
    made = formats.lines(town.incidents()).splitlines()
    quoted = [",".join(f'"{cell}"' for cell in line.split(",")) for line in made]
    yield cases("处处引号.csv", "\n".join(quoted), accept(inserted=12))
    yield cases("旧式回车.csv", formats.csv(town.incidents(), end="\r"), accept(inserted=12))
    signed = town.incidents({3: {"经度": "+120.21", "纬度": " 30.17 "}})
    yield cases("带正号.csv", formats.csv(signed), accept(inserted=12))
    wide = town.incidents({3: {"经度": "１２０．２１", "纬度": "３０．１７"}})
    yield cases("全角坐标.csv", formats.csv(wide), accept(inserted=12))

    def filtered(book: Any) -> None:
        sheet = book.active
        sheet.auto_filter.ref = "A1:O13"
        sheet.row_dimensions[5].hidden = True
        sheet.column_dimensions["E"].hidden = True
        sheet.freeze_panes = "B2"

    yield cases("有筛选和隐藏行.xlsx", formats.xlsx(town.incidents(), filtered), accept(inserted=12))
    numbers = town.incidents({at: {"经度": 120.21, "纬度": 30.17, "社区代码": 330109003001} for at in range(12)})
    yield cases("数值格.xlsx", formats.xlsx(numbers), accept(inserted=12))
    nothing = town.incidents()
    for row in nothing:
        row["描述"] = None
    yield cases("空列.json", formats.dumped(nothing), accept(inserted=12))
    yield grids("crs为空.geojson", formats.geojson(town.grids(), crs=None), accept(inserted=16))
    extra = formats.geojson(town.grids(), name="网格", bbox=[120.2, 30.16, 120.26, 30.21])
    yield grids("有附加成员.geojson", extra, accept(inserted=16))
    bom = b"\xef\xbb\xbf" + formats.geojson(town.grids())
    yield grids("有BOM.geojson", bom, accept(inserted=16))
    parts = formats.shapefile(formats.frame(town.grids()))
    upper = {ending.upper(): content for ending, content in parts.items()}
    yield grids("大写扩展名.zip", formats.zipped(upper), accept(inserted=16))
    apple = {f"网格.{ending}": content for ending, content in parts.items()} | {"__MACOSX/._网格.shp": b"\0" * 64}
    yield grids("苹果压缩.zip", formats.zipped(apple, name=""), accept(inserted=16))


def _text_tables() -> Iterator[Sample]:
    for name, delimiter in {"分号": ";", "制表": "\t", "竖线": "|", "全角逗号": "，"}.items():
        rows = town.incidents({at: {"描述": "请处理"} for at in range(12)})
        yield cases(f"{name}.csv", formats.csv(rows, delimiter=delimiter), accept(inserted=12))
    yield cases("制表.tsv", formats.csv(town.incidents(), delimiter="\t"), accept(inserted=12))
    yield cases("回车换行.csv", formats.csv(town.incidents(), end="\r\n"), accept(inserted=12))
    made = formats.lines(town.incidents()).splitlines()
    yield cases("多一格.csv", "\n".join([*made[:4], made[4] + ",x,y", *made[5:]]), quarantine(1, "ragged_row"))
    made = formats.lines(town.incidents()).splitlines()
    short = made[4].rsplit(",", 5)[0]
    yield cases("少几格.csv", "\n".join([*made[:4], short, *made[5:]]), quarantine(1, "ragged_row"))
    made = formats.lines(town.incidents()).splitlines()
    open_quote = made[4].replace("暴露垃圾", '"暴露垃圾')
    yield cases("引号未闭合.csv", "\n".join([*made[:4], open_quote, *made[5:]]), reject("unclosed_quote", "not_csv"))
    yield cases(
        "单元格换行.csv", formats.csv(town.incidents({3: {"描述": '第一行\n第二行"引号"'}})), accept(inserted=12)
    )
    made = formats.lines(town.incidents()).splitlines()
    yield cases(
        "空行.csv", "\n".join([*made[:4], "", ",,,,,,,,,,,,,,", *made[4:], "", ""]), accept(inserted=12, read=12)
    )
    made = formats.lines(town.incidents()).splitlines()
    yield cases("表头重复.csv", "\n".join([*made[:4], made[0], *made[4:]]), accept(inserted=12, skipped=1))
    made = formats.lines(town.incidents()).splitlines()
    yield cases("合计行.csv", "\n".join([*made, "合计,12,,,,,,,,,,,,,"]), accept(inserted=12, skipped=1))
    yield cases("空文件.csv", b"", reject("empty_file"))
    yield cases("只有BOM.csv", b"\xef\xbb\xbf\r\n", reject("empty_file"))
    yield from _lines_that_are_no_rows()
    yield cases("只有空白.csv", b" \n\n \n", reject("empty_file", "no_header", "missing_column"))
    yield cases("只有表头.csv", formats.lines(town.incidents()).splitlines()[0] + "\n", reject("empty_file"))
    yield cases("excel分隔行.csv", "sep=,\n" + formats.lines(town.incidents()), accept(inserted=12))
    yield cases(
        "很长的单元格.csv", formats.csv(town.incidents({3: {"承办单位": "长" * 200_000}})), quarantine(1, "too_long")
    )
    made = formats.lines(town.incidents())
    yield cases("标题在上.csv", f"2026年10月事件清单\n{made}", accept(inserted=12))


def _lines_that_are_no_rows() -> Iterator[Sample]:
    for number, line in enumerate(("(12 rows affected)", "(12 行受影响)", "12 rows selected.", ",".join(["---"] * 15))):
        made = formats.lines(town.incidents())
        yield cases(f"导出的尾行{number}.csv", f"{made}{line}\n", accept(inserted=12, skipped=1))
    numbered = [{"序号": str(at), **row} for at, row in enumerate(town.incidents(), start=1)]
    blank = dict.fromkeys(numbered[0], "")
    form = [*numbered, *(blank | {"序号": str(at)} for at in range(13, 21)), blank | {"序号": "21", "编号": "合计"}]
    yield cases("序号已填的空行.csv", formats.csv(form), accept(inserted=12, skipped=9))
    yield cases("合计写在序号列.csv", formats.csv([*_again(numbered), blank | {"序号": "合计"}]),
                accept(inserted=12, skipped=1))  # fmt: skip
    sorted_in = formats.lines(town.incidents()).splitlines()
    yield cases("表头在中间.csv", "\n".join([*sorted_in[1:5], sorted_in[0], *sorted_in[5:]]),
                reject("missing_column", "missing_column_near"))  # fmt: skip
    houses = [{"楼栋编号": f"HZ{at}", "户数": "24", "人口": "60", "经度": "120.21", "纬度": "30.17"} for at in range(3)]
    total = {"楼栋编号": "合计", "户数": "72", "人口": "180", "经度": "", "纬度": ""}
    counted = formats.csv([*houses, total])
    yield Sample("户数合计.csv", counted, accept(inserted=3, skipped=1), "households")


def _again(numbered: list[town.Row]) -> list[town.Row]:
    """The same lines with other incidents."""
    return [{"序号": line["序号"], **row} for line, row in zip(numbered, town.incidents(), strict=True)]


def _headers() -> Iterator[Sample]:
    def renamed(theirs: str, ours: str) -> list[town.Row]:
        return [{ours if name == theirs else name: value for name, value in row.items()} for row in town.incidents()]

    def without(*names: str) -> list[town.Row]:
        return [{name: value for name, value in row.items() if name not in names} for row in town.incidents()]

    missing = ("missing_column", "missing_column_near")
    yield cases("缺编号列.csv", formats.csv(without("编号")), reject(*missing))
    yield cases("缺上报时间.csv", formats.csv(without("上报时间")), reject(*missing))
    yield cases("错别字.csv", formats.csv(renamed("上报时间", "上报时問")), reject(*missing))
    yield cases("两列编号.csv", formats.lines(town.incidents()).replace("描述", "编号", 1), reject("ambiguous_column"))
    yield cases("两个编号列名.csv", formats.csv(renamed("描述", "事件编号")), reject("ambiguous_column"))
    yield cases("全角表头.csv", formats.csv(renamed("编号", " 编号（必填） ")), accept(inserted=12))
    yield cases("其他列.csv", formats.csv(renamed("描述", "备注说明")), accept(inserted=12))
    yield cases("没有表头.csv", formats.lines(town.incidents()).split("\n", 1)[1], reject(*missing, "no_header"))
    latin = {"编号": "Incident ID", "类别": "Category", "上报时间": "reported-at", "办结时间": "ClosedAt"}
    spelt = [{latin.get(name, name): value for name, value in row.items()} for row in town.incidents()]
    yield cases("英文表头.csv", formats.csv(spelt), accept(inserted=12))
    yield cases("很长的表头.csv", formats.csv(renamed("描述", "长" * 100_000)), accept(inserted=12))
    shapeless = [{k: v for k, v in item.items() if k != "geometry"} for item in town.grids()]
    yield grids("没有图形.csv", formats.csv(shapeless), reject("needs_shapes"))
    points = [{"编号": "1", "名称": "卫生站", "类别": "clinic"}]
    yield Sample("没有位置.csv", formats.csv(points), reject("no_place_columns"), "service-points")


def _workbooks() -> Iterator[Sample]:
    yield cases("好.xlsx", formats.xlsx(town.incidents()), accept(inserted=12))
    above = [["2026年10月事件清单"], ["制表：综合科"], []]
    yield cases("标题在上.xlsx", formats.xlsx(town.incidents(), above=above), accept(inserted=12))

    def two_rows(book: Any) -> None:
        sheet = book.active
        sheet.insert_rows(1)
        for column, name in enumerate(town.HEADINGS, start=1):
            sheet.cell(1, column, name)
            sheet.cell(2, column, None)
            sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
        sheet.unmerge_cells("L1:L2")
        sheet.unmerge_cells("M1:M2")
        sheet["L1"], sheet["M1"] = "位置", None
        sheet["L2"], sheet["M2"] = "经度", "纬度"
        sheet.merge_cells("L1:M1")

    yield cases("两行表头.xlsx", formats.xlsx(town.incidents(), two_rows), accept(inserted=12))
    yield cases("合计行.xlsx", formats.xlsx(town.incidents(), lambda book: book.active.append(["合计", 12])),
                accept(inserted=12, skipped=1))  # fmt: skip

    def hidden(book: Any) -> None:
        sheet = book.create_sheet("旧数据")
        sheet.append(list(town.HEADINGS))
        sheet.append([*town.incidents(count=1)[0].values()])
        sheet.sheet_state = "hidden"

    yield cases("隐藏表.xlsx", formats.xlsx(town.incidents(), hidden), notes("hidden_sheets"))

    def second(book: Any) -> None:
        hidden(book)
        book["旧数据"].sheet_state = "visible"

    yield cases("两个表.xlsx", formats.xlsx(town.incidents(), second), reject("sheet_ambiguous"))

    def only_hidden(book: Any) -> None:
        book.create_sheet("空")
        book.worksheets[0].sheet_state = "hidden"
        book.active = 1

    yield cases("只有隐藏表.xlsx", formats.xlsx(town.incidents(), only_hidden), reject("only_hidden_sheets"))
    yield cases("空簿.xlsx", formats.xlsx([{}]), reject("empty_file"))
    formula = town.incidents({3: {"上报时间": '=TEXT("2026-10-01","yyyy")'}})
    yield cases("公式没有值.xlsx", formats.xlsx(formula), quarantine(1, "formula_without_value"))
    error = town.incidents({3: {"上报时间": "#REF!"}})
    yield cases("错误值.xlsx", formats.xlsx(error), quarantine(1, "error_cell"))
    stamp = dt.datetime(2026, 10, 1, 8)  # noqa: DTZ001
    dates = town.incidents({at: {"上报时间": stamp, "受理时间": stamp} for at in range(12)})
    yield cases("日期格.xlsx", formats.xlsx(dates), accept(inserted=12))

    def mac(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904

    yield cases("1904.xlsx", formats.xlsx(town.incidents({0: {"上报时间": stamp}}), mac), accept(inserted=12))

    def far(book: Any) -> None:
        book.active["XFD1048576"] = "x"

    yield cases("远处一格.xlsx", formats.xlsx(town.incidents(), far), reject("sheet_too_large"))
    yield cases("截断.xlsx", formats.xlsx(town.incidents())[:-400], reject("is_workbook"))
    yield cases("叫csv的.csv", formats.xlsx(town.incidents()), accept(inserted=12))
    yield cases("叫xlsx的.xlsx", formats.csv(town.incidents()), accept(inserted=12))
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    yield cases("有密码.xlsx", ole, reject("workbook_locked"))
    yield cases("坏的旧版.xls", ole[:8] + bytes(3000), reject("is_workbook"))
    table = "<html><table><tr><td>编号</td></tr></table></html>"
    yield cases("网页.xls", table, reject("is_markup"))


def _documents() -> Iterator[Sample]:
    yield cases("列表.json", formats.dumped(town.incidents()), accept(inserted=12))
    yield cases("包着.json", formats.dumped({"code": 0, "data": {"rows": town.incidents()}}), accept(inserted=12))
    yield cases("逐行.jsonl", b"\n".join(map(formats.dumped, town.incidents())), accept(inserted=12))
    yield cases(
        "两个列表.json", formats.dumped({"a": town.incidents(), "b": town.incidents()}), reject("json_several_lists")
    )
    arrays = [list(town.HEADINGS), *([*row.values()] for row in town.incidents())]
    yield cases("数组的数组.json", formats.dumped(arrays), reject("json_no_object"))
    yield cases("截断.json", formats.dumped(town.incidents())[:-40], reject("bad_json"))
    yield cases(
        "截断.jsonl", b"\n".join(map(formats.dumped, town.incidents()))[:-9], reject("bad_json", "bad_encoding")
    )
    twice = formats.dumped(town.incidents()).replace('"描述"'.encode(), '"编号"'.encode(), 1)
    yield cases("键重复.json", twice, reject("bad_json"))
    yield cases("空列表.json", b"[]", reject("empty_file"))
    yield cases("空的服务请求.json", b'{"service_requests": []}', reject("empty_file"))
    columns = {name: [row[name] for row in town.incidents()] for name in town.HEADINGS}
    yield cases("按列.json", formats.dumped(columns), reject("json_no_object"))
    yield cases("其实是JSON.csv", formats.dumped(town.incidents()), accept(inserted=12))
    yield cases("开放311.json", formats.dumped(formats.open311(town.incidents())), accept(inserted=12))
    yield cases("开放311.xml", formats.open311_xml(town.incidents()), accept(inserted=12))
    yield cases("截断.xml", formats.open311_xml(town.incidents())[:-60], reject("bad_xml"))
    spots = [
        {k: v for k, v in row.items() if k not in ("经度", "纬度")}
        | {"geometry": {"type": "Point", "coordinates": [float(row["经度"]), float(row["纬度"])]}}
        for row in town.incidents()
    ]
    yield cases("点.geojson", formats.geojson(spots), accept(inserted=12))
    yield cases("点.geojsonl", "\n".join(json.dumps(formats.as_feature(x)) for x in spots), accept(unchanged=12))
    plain = pd.DataFrame(town.incidents())
    yield cases("表.parquet", formats.parquet(plain), accept(inserted=12))
    yield cases("截断.parquet", formats.parquet(plain)[:-20], reject("geofile_damaged"))
    yield cases("其他.xml", formats.Xml + "<root><a>1</a></root>", reject("xml_unknown"))


def _shapes() -> Iterator[Sample]:
    good = town.grids()
    frame = formats.frame(good)
    yield grids("好.kml", formats.kml(good), accept(inserted=16))
    yield grids("截断.kml", formats.kml(good)[:-200], reject("bad_xml"))
    yield grids("好.gpkg", formats.geopackage(frame), accept(inserted=16))
    yield grids("两个图层.gpkg", formats.geopackage(frame, more=["旧网格"]), reject("layer_ambiguous"))
    yield grids("截断.gpkg", formats.geopackage(frame)[:20_000], reject("geofile_damaged", "not_geopackage"))
    yield grids("好.parquet", formats.parquet(frame), accept(inserted=16))
    parts = formats.shapefile(frame)
    yield grids("好.zip", formats.zipped(parts), accept(inserted=16))
    yield grids("在文件夹里.zip", formats.zipped(parts, name="成果/网格."), accept(inserted=16))
    for part in ("dbf", "shx"):
        less = {ending: content for ending, content in parts.items() if ending != part}
        yield grids(f"缺{part}.zip", formats.zipped(less), reject("shapefile_incomplete"))
    orphan = formats.frame(town.grids({3: {"上级代码": "330109003999"}}))
    for encoding, heading in {"utf-8": "parent_code", "utf8": "上级代码", "gbk": "上级行政区划代码"}.items():
        cut_short = formats.column_named(
            formats.shapefile(orphan, encoding=encoding), "parent", heading.encode(encoding)
        )
        yield grids(f"列名{heading}被截短.zip", formats.zipped(cut_short), quarantine(1, "unknown_parent"))
    head, width = (int.from_bytes(parts["dbf"][at : at + 2], "little") for at in (8, 10))
    marked = bytearray(parts["dbf"])
    marked[head + 3 * width] = ord("*")
    yield grids("删除标记.zip", formats.zipped(parts | {"dbf": bytes(marked)}), notes("deleted_records", inserted=15))
    both = formats.zipped({f"新.{k}": v for k, v in parts.items()} | {f"旧.{k}": v for k, v in parts.items()}, name="")
    yield grids("两个图层.zip", both, reject("layer_ambiguous"))
    cut = {"shp": parts["shp"][:-300]}
    yield grids(
        "截断shp.zip",
        formats.zipped(parts | cut),
        reject("shapefile_counts", "geofile_damaged", "shapefile_incomplete"),
    )
    dbf = {"dbf": parts["dbf"][: len(parts["dbf"]) * 3 // 4]}
    yield grids(
        "截断dbf.zip",
        formats.zipped(parts | dbf),
        reject("shapefile_counts", "geofile_damaged", "shapefile_incomplete"),
    )
    other = formats.shapefile(formats.frame(good[:9]))
    yield grids("属性是别的.zip", formats.zipped(parts | {"dbf": other["dbf"]}), reject("shapefile_counts"))
    yield grids("单独的.shp", parts["shp"], reject("bare_shapefile"))
    topology = {"type": "Topology", "objects": {}, "arcs": []}
    yield grids("拓扑.json", formats.dumped(topology), reject("topojson"))
    esri = {"geometryType": "esriGeometryPolygon", "features": [{"attributes": {}, "geometry": {"rings": []}}]}
    yield grids("esri.json", formats.dumped(esri), reject("esri_json"))
    yield grids("截断.geojson", formats.geojson(good)[:-50], reject("bad_json"))
    yield grids(
        "逐行.geojsonl", b"\n".join(formats.dumped(formats.as_feature(item)) for item in good), accept(inserted=16)
    )
    nothing = {"type": "FeatureCollection", "features": []}
    yield grids("没有要素.geojson", formats.dumped(nothing), reject("empty_file"))


def _others() -> Iterator[Sample]:
    yield cases(
        "文档.pdf",
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 20,
        reject("not_text", "garbled_text", "bad_encoding"),
    )
    yield cases(
        "图片.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, reject("not_text", "garbled_text", "bad_encoding")
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        with sqlite3.connect(path) as connection:
            connection.execute("create table 事件 (编号 text)")
        yield cases("数据库.db", path.read_bytes(), reject("not_geopackage"))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("说明.txt", "无")
    yield cases("只有说明.zip", made.getvalue(), reject("archive_unknown"))
    yield cases(
        "七压.7z",
        b"7z\xbc\xaf\x27\x1c" + bytes(200),
        reject("not_text", "archive_unknown", "garbled_text", "bad_encoding"),
    )
    yield funds("好.csv", formats.csv(town.entries()), accept(inserted=6))
    yield funds("好.xlsx", formats.xlsx(town.entries()), accept(inserted=6))
