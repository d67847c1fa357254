"""Amounts: exact to the cent, or a fault; where comma and point could change places nobody guesses."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, Verdict, accept, cases, funds, notes, quarantine, reject

AMOUNTS = {
    "千分位": "1,234.56", "货币符号": "￥1,234.56", "元": "1234.56元", "万元": "1.2万元", "全角": "１２３４．５６",
    "前后空格": " 100.00\u3000", "整数": "100", "多余的零": "100.5000",
}  # fmt: skip
ODD = {
    "欧式": "1.234,56", "非数": "NaN", "无穷": "inf", "三位小数": "12.345", "负数": "-5.00", "括号负数": "(5.00)",
    "零": "0", "太大": "100000000000000000000", "大写": "壹佰元整", "两个点": "1.2.3",
    "错位千分位": "12,34", "科学计数": "1E+5", "外币": "US$100",
}  # fmt: skip


def samples(link: str) -> Iterator[Sample]:
    for name, value in AMOUNTS.items():
        yield funds(f"{name}.csv", formats.csv(town.entries({2: {"金额": value}})), accept(inserted=6))
    for name, value in ODD.items():
        yield funds(f"{name}.csv", formats.csv(town.entries({2: {"金额": value}})), quarantine(1, "bad_amount"))
    for name, value in {"空": "", "无": "无", "横线": "-", "NULL": "NULL"}.items():
        yield funds(f"{name}.csv", formats.csv(town.entries({2: {"金额": value}})), quarantine(1, "missing_value"))
    yield from _units()
    yield funds("数值.xlsx", formats.xlsx(town.entries({2: {"金额": 1234.56}, 3: {"金额": 0.1 + 0.2}})),
                accept(inserted=6))  # fmt: skip
    yield from _counts()


def _units() -> Iterator[Sample]:
    """The unit of the amounts, in the heading or above the table."""
    good = {"金额（元）": None, "金额(人民币)": None, "金额[元]": None}
    bad = dict.fromkeys(
        ("金额（万元）", "金额(千元)", "金额（美元）", "金额(USD)", "金额（分）"), "missing_column_near"
    )
    for number, (heading, fault) in enumerate((good | bad).items()):
        told = formats.lines(town.entries()).replace("金额", heading, 1)
        yield funds(f"列名单位{number}.csv", told, reject(fault) if fault else accept(inserted=6))
    above = {
        "单位：元": None, "金额单位：人民币元": None, "编制单位：万家社区": None, "单位：万元": "unit_above",
        "金额单位：千元": "unit_above", "收支情况表（万元）": "unit_above", "单位,万元": "unit_above",
        "单位：美元": "unit_above", "单位：分": "unit_above",
    }  # fmt: skip
    for number, (line, fault) in enumerate(above.items()):
        told = f"{line}\n{formats.lines(town.entries())}"
        yield funds(f"上方单位{number}.csv", told, reject(fault) if fault else accept(inserted=6))
    sheet = formats.xlsx(town.entries(), above=[["某社区基金流水"], ["", "", "单位：", "万元"]])
    yield funds("上方单位.xlsx", sheet, reject("unit_above"))
    yield cases("与事件无关.csv", f"单位：万元\n{formats.lines(town.incidents())}", accept(inserted=12))


def _counts() -> Iterator[Sample]:
    """Counts of people and posts, which are whole and not below nought."""

    def buildings(name: str, verdict: Verdict, **change: str) -> Sample:
        rows = [
            {"楼栋编号": f"{name}{at}", "户数": "24", "人口": "60", "60岁以上": "12", "80岁以上": "3", "经度": "120.21",
             "纬度": "30.17"}
            for at in range(3)
        ]  # fmt: skip
        rows[1] |= change
        return Sample(f"户数{name}.csv", formats.csv(rows), verdict, "households")

    yield buildings("好", accept(inserted=3))
    yield buildings("负数", quarantine(1, "bad_number"), 户数="-4")
    yield buildings("小数", quarantine(1, "bad_number"), 户数="3.5")
    yield buildings("文字", quarantine(1, "bad_number"), 户数="约二十")
    yield buildings("老人多于人口", quarantine(1, "part_exceeds_whole"), **{"60岁以上": "61"})
    yield buildings("空", quarantine(1, "missing_value"), 户数="")

    def posts(name: str, verdict: Verdict, **change: str) -> Sample:
        rows = [
            {"岗位编号": f"{name}{at}", "区域代码": f"{town.STREET}001", "层级": "社区", "岗位": "专职",
             "在岗人数": "1", "空缺日期": ""}
            for at in range(3)
        ]  # fmt: skip
        rows[1] |= change
        return Sample(f"岗位{name}.csv", formats.csv(rows), verdict, "staff")

    yield posts("不明", quarantine(1, "unknown_role"), 岗位="主任助理员")
    yield posts("层级不明", quarantine(1, "unknown_post_level"), 层级="组团")
    yield posts("在岗又空缺", quarantine(1, "vacancy_of_filled"), 空缺日期="2026-01-01")
    yield posts("空缺", accept(inserted=3), 在岗人数="0", 空缺日期="2026-01-01")
    yield posts("没有这个区域", notes("unknown_area"), 区域代码="330109999")
