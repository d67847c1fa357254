"""Numbers of persons in free text: noted, never told."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, cases, funds, grids, notes, quarantine, reject

IDENTITY, MOBILE, CARD = "11010519491231002X", "13812345678", "6222600260001072444"
SECRETS = (IDENTITY, MOBILE, CARD, "一三八一二三四五六七八", "１３８１２３４５６７８", "138 1234 5678")


def samples(link: str) -> Iterator[Sample]:
    for name, number in {
        "身份证": IDENTITY,
        "手机": MOBILE,
        "银行卡": CARD,
        "全角": SECRETS[4],
        "空格": SECRETS[5],
    }.items():
        told = f"联系电话或证件{number}，请回复"
        yield cases(
            f"描述{name}.csv", formats.csv(town.incidents({3: {"描述": told}})), notes("personal_data"), secrets=SECRETS
        )
        rows = town.incidents({3: {"承办单位": told}})
        yield cases(f"单位{name}.xlsx", formats.xlsx(rows), notes("personal_data"), secrets=SECRETS)
        rows = town.incidents({3: {"状态": f"等{number}"}})
        yield cases(f"状态{name}.csv", formats.csv(rows), quarantine(1, "unknown_status"), secrets=SECRETS)
    for column, fault in {"上报时间": "bad_time", "经度": "bad_number", "办结时间": "bad_time"}.items():
        rows = town.incidents({3: {column: f"见{MOBILE}", "描述": IDENTITY}})
        yield cases(f"错列{column}.csv", formats.csv(rows), quarantine(1, fault), secrets=SECRETS)
    rows = town.incidents({3: {"类别": f"噪音{MOBILE}"}})
    yield cases("类别里.csv", formats.csv(rows), notes("personal_data", "unknown_category"), secrets=SECRETS)
    made = formats.lines(town.incidents()).replace("描述", f"描述{MOBILE}", 1)
    yield cases("列名里.csv", made, accept(inserted=12), secrets=SECRETS)
    made = formats.lines(town.incidents()).replace("编号", f"{IDENTITY}", 1)
    yield cases("列名缺.csv", made, reject("missing_column", "missing_column_near"), secrets=SECRETS)
    yield cases(f"{MOBILE}.csv", formats.csv(town.incidents()), accept(inserted=12), secrets=SECRETS)
    yield cases(f"{IDENTITY}.xlsx", formats.xlsx(town.incidents())[:-300], reject("is_workbook"), secrets=SECRETS)
    names = town.grids({3: {"名称": f"网格长{MOBILE}", "上级代码": "x"}})
    yield grids("区划名称里.geojson", formats.geojson(names), quarantine(1, "unknown_parent"), secrets=SECRETS)
    rows = town.entries({2: {"付款方": f"张三 {CARD}", "说明": IDENTITY, "金额": "x"}})
    yield funds("流水.csv", formats.csv(rows), quarantine(1, "bad_amount"), secrets=(*SECRETS, "张三"))
    rows = town.entries({2: {"付款方": "张三", "收款方": "李四", "金额": "10.00"}})
    yield funds("付款人.csv", formats.csv(rows), accept(inserted=6), secrets=("张三", "李四"))
