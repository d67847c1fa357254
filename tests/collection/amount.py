"""Amounts: exact to the cent, or a fault; where comma and point could change places nobody guesses."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, funds, quarantine

AMOUNTS = {
    "千分位": "1,234.56", "货币符号": "￥1,234.56", "元": "1234.56元", "万元": "1.2万元", "全角": "１２３４．５６",
    "前后空格": " 100.00\u3000", "整数": "100", "多余的零": "100.5000",
}  # fmt: skip
ODD = {
    "欧式": "1.234,56", "非数": "NaN", "无穷": "inf", "三位小数": "12.345", "负数": "-5.00", "括号负数": "(5.00)",
    "零": "0", "太大": "100000000000000000000", "大写": "壹佰元整", "无": "无", "横线": "-", "两个点": "1.2.3",
    "错位千分位": "12,34", "科学计数": "1E+5", "外币": "US$100",
}  # fmt: skip


def samples(link: str) -> Iterator[Sample]:
    for name, value in AMOUNTS.items():
        yield funds(f"{name}.csv", formats.csv(town.entries({2: {"金额": value}})), accept(inserted=6))
    for name, value in ODD.items():
        yield funds(f"{name}.csv", formats.csv(town.entries({2: {"金额": value}})), quarantine(1, "bad_amount"))
    yield funds("空.csv", formats.csv(town.entries({2: {"金额": ""}})), quarantine(1, "missing_value"))
    yield funds("数值.xlsx", formats.xlsx(town.entries({2: {"金额": 1234.56}, 3: {"金额": 0.1 + 0.2}})),
                accept(inserted=6))  # fmt: skip
