"""Codes: missing, damaged, twice; what is the same case and what is another."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, cases, grids, quarantine

DAMAGED = ("damaged_id", "digits_lost")


def samples(link: str) -> Iterator[Sample]:
    rows = town.incidents()
    twice = [*rows, {**rows[3], "办结时间": "2026-10-04 11:11:11"}]
    yield cases("同号不同内容.csv", formats.csv(twice), quarantine(2, "conflicting_rows"))
    rows = town.incidents()
    yield cases("完全重复.csv", formats.csv([*rows, rows[3]]), accept(read=13, inserted=12, unchanged=1))
    yield cases("科学计数.csv", formats.csv(town.incidents({3: {"编号": "1.23457E+17"}})), quarantine(1, *DAMAGED))
    yield cases("无编号.csv", formats.csv(town.incidents({3: {"编号": " "}})), quarantine(1, "missing_value"))
    yield cases("编号过长.csv", formats.csv(town.incidents({3: {"编号": "A" * 300}})), quarantine(1, "too_long"))
    for name in ("-", "NULL", "无"):
        nothing = town.incidents({3: {"编号": name}})
        yield cases(f"没有编号{ord(name[0])}.csv", formats.csv(nothing), quarantine(1, "missing_value"))
    rows = town.incidents()
    marked = [rows[0] | {"编号": f'="{rows[0]["编号"]}"'}, rows[1] | {"编号": f"'{rows[1]['编号']}"}]
    yield cases("文本标记.csv", formats.csv([*rows, *marked]), accept(read=14, inserted=12, unchanged=2))
    numbers = town.incidents({3: {"编号": 20261005.0}, 4: {"编号": 20261005}})
    same = numbers[3] | {"编号": "20261005"}
    yield cases("小数编号.json", formats.dumped([*numbers[:4], same]), accept(read=5, inserted=4, unchanged=1))
    unseen = town.incidents({3: {"编号": "SJ\u200b-9001"}})
    yield cases("零宽字符.csv", formats.csv(unseen), quarantine(1, "unseen_in_code"))
    broken = town.incidents({3: {"编号": "SJ\ufffd\ufffd01"}})
    yield cases("乱码编号.csv", formats.csv(broken), quarantine(1, "unseen_in_code"))
    zeros = town.incidents({3: {"编号": "000123"}, 4: {"编号": "0123"}, 5: {"编号": "123"}})
    yield cases("前导零.xlsx", formats.xlsx(zeros), accept(inserted=12))
    upper = town.incidents({3: {"编号": "case-a"}, 4: {"编号": "CASE-A"}})
    yield cases("大小写.csv", formats.csv(upper), accept(inserted=12))
    number = town.incidents({3: {"编号": 330109003001001001}})
    yield cases("数字编号.xlsx", formats.xlsx(number), quarantine(1, *DAMAGED))
    small = town.incidents({3: {"编号": 20261001000001}})
    yield cases("十四位数字.xlsx", formats.xlsx(small), accept(inserted=12))
    error = town.incidents({3: {"编号": "#REF!"}})
    yield cases("错误值.csv", formats.csv(error), quarantine(1, "damaged_id", "error_cell"))
    areas = town.grids()
    again = [*areas, areas[3] | {"名称": "另一个名称", "geometry": areas[4]["geometry"]}]
    yield grids("区划同号.geojson", formats.geojson(again), quarantine(2, "conflicting_rows"))
    yield grids("区划无号.geojson", formats.geojson(town.grids({3: {"代码": None}})), quarantine(1, "missing_value"))
    yield grids("区划无名.geojson", formats.geojson(town.grids({3: {"名称": ""}})), quarantine(1, "missing_value"))
    yield grids("数字代码.geojson", formats.geojson(town.grids({3: {"代码": 330109003001004}})), accept(inserted=16))
    points = [
        {"编号": f"FW{at % 3}", "名称": "卫生站", "类别": "clinic", "经度": f"120.2{at}1", "纬度": "30.17"}
        for at in range(4)
    ]
    yield Sample("服务点同号.csv", formats.csv(points), quarantine(2, "conflicting_rows"), "service-points")
