"""Words of a file are words: whatever they look like, they are kept as text and shown harmlessly."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, cases, grids, notes, quarantine, reject


def samples(link: str) -> Iterator[Sample]:
    unit = {
        "标签": "<img src=x onerror=alert(1)>",
        "公式": '=HYPERLINK("http://x","y")',
        "全角公式": "＝1+1",
        "引号": "李\"四'的\\队",
        "表情": "🚒消防队👩‍🚒",
        "生僻字": "㐂𠮷𬺈",
        "分行符": "一\u2028二\u2029三",
        "叠加符": "a" + "\u0301" * 40,
        "注入": "'; drop table core.incident; --",
        "花括号": "{0} {file} %s %(x)s ${PATH}",
    }
    for name, word in unit.items():
        yield cases(f"{name}.csv", formats.csv(town.incidents({3: {"承办单位": word}})), accept(inserted=12))
    for name, word in {"终端控制": "\x1b[31m红\x1b]0;x\x07", "反向": "\u202e圾垃\u202c", "换行": "一\r\n二"}.items():
        yield cases(f"{name}类别.csv", formats.csv(town.incidents({3: {"类别": word}})), notes("unknown_category"))
        yield cases(
            f"{name}状态.csv", formats.csv(town.incidents({3: {"状态": word}})), quarantine(1, "unknown_status")
        )
    wide = town.incidents({3: {"状态": "ＣＬＯＳＥＤ"}, 4: {"状态": " 已办结\u3000"}, 5: {"状态": "\u00a0办结\u00a0"}})
    yield cases("全角状态.csv", formats.csv(wide), accept(inserted=12))
    spaced = town.incidents({3: {"类别": "暴 露 垃 圾"}})
    yield cases("字间空格.csv", formats.csv(spaced), notes("unknown_category"))
    lone = formats.dumped(town.incidents()).replace("综合执法队".encode(), b"\\ud800", 1)
    yield cases("半个字符.json", lone, reject("bad_json"))
    names = town.grids({3: {"名称": "<script>alert(1)</script>"}, 4: {"名称": "第一\u202e网格"}})
    yield grids("区划名称.geojson", formats.geojson(names), accept(inserted=16))
    yield grids(
        "名称过长.geojson", formats.geojson(town.grids({3: {"名称": "长" * 20_000}})), quarantine(1, "too_long")
    )
