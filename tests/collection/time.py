"""Times: read as people write them, never guessed."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, cases, notes, quarantine, repair


def samples(link: str) -> Iterator[Sample]:
    def file(name: str, column: str, value: str, verdict: object) -> Sample:
        rows = town.incidents({9: {"上报时间": "2026-10-10 08:00:00", "到场时间": "", column: value}})
        return cases(f"{name}.csv", formats.csv(rows), verdict)  # type: ignore[arg-type]

    good = {
        "中文": "2026年10月10日 上午8点00分",
        "斜线": "2026/10/10 8:00",
        "标准": "2026-10-10T08:00:00+08:00",
        "世界时": "2026-10-10T00:00:00Z",
        "连写": "20261010080000",
        "全角": "２０２６－１０－１０　０８：００：００",
        "星期": "2026-10-10 星期六 08:00",
        "毫秒": "2026-10-10 08:00:00.123",
        "逗号毫秒": "2026-10-10 08:00:00,123",
        "外文空白": "\u20092026-10-10 08:00:00\x0c",
    }
    for name, value in good.items():
        yield file(name, "上报时间", value, accept(inserted=12))
    yield file("只有日期", "上报时间", "2026-10-10", accept(inserted=12))
    bad = {
        "没有年份": ("上报时间", "10月10日 08:00", "bad_time"),
        "日月不明": ("上报时间", "03/04/2026 10:00", "ambiguous_time"),
        "两位年份": ("上报时间", "26-10-03", "ambiguous_time"),
        "将来": ("上报时间", "2089-10-10 08:00:00", "future_time"),
        "将来办结": ("办结时间", "2089-10-10 08:00:00", "future_time"),
        "1970": ("上报时间", "1970-01-01 08:00:00", "placeholder_time"),
        "1900": ("上报时间", "1900-01-01", "placeholder_time"),
        "2099": ("上报时间", "2099-12-31", "placeholder_time", "future_time"),
        "1066": ("上报时间", "1066-10-14 08:00:00", "placeholder_time", "absurd_date"),
        "25点": ("上报时间", "2026-10-10 25:10:00", "bad_time"),
        "2月30": ("上报时间", "2026-02-30 08:00:00", "bad_time"),
        "时差": ("上报时间", "2026-10-10 08:00:00+25:00", "bad_time"),
        "昨天": ("上报时间", "昨天上午", "bad_time"),
        "秒数": ("上报时间", "1791590400", "bad_time"),
        "为空": ("上报时间", "", "missing_value"),
        "先办结": ("办结时间", "2026-10-10 07:59:59", "closed_before_reported"),
        "先受理": ("受理时间", "2026-10-09 08:00:00", "accepted_before_reported"),
    }
    for name, (column, value, *faults) in bad.items():
        yield file(name, column, value, quarantine(1, *faults))
    for name in ("NULL", "\\N", "-", "——", "/", "无", "N/A"):
        yield file(f"没有到场{len(name)}{ord(name[0])}", "到场时间", name, accept(inserted=12))
    yield file("办结占位", "办结时间", "1970-01-01 00:00:00", repair(1))
    yield file("时限在将来", "办理时限", "2027-01-01 00:00:00", accept(inserted=12))
    yield file("环节颠倒", "派遣时间", "2026-10-10 09:50:00", notes("stage_disorder"))
