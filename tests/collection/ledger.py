"""The ledger: known funds, one entry a code, corrections with a reason, totals that agree."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, funds, notes, nothing_new, quarantine, reject


def samples(link: str) -> Iterator[Sample]:
    bad = {
        "没有这个基金": ({"基金编号": "J9"}, "unknown_fund"),
        "类型不明": ({"类型": "其他收支"}, "unknown_kind"),
        "更正不写原因": ({"更正凭证号": "PZ-x", "金额": "-10.00"}, "correction_without_reason", "unknown_entry"),
        "更正的凭证不存在": ({"更正凭证号": "PZ-x", "金额": "-10.00", "说明": "记错"}, "unknown_entry"),
        "荒唐的日期": ({"日期": "1066-10-14"}, "absurd_date", "placeholder_time"),
        "将来的日期": ({"日期": "2089-01-01"}, "future_time"),
        "日月不明": ({"日期": "05/06/2026"}, "ambiguous_time"),
        "没有凭证号": ({"凭证号": ""}, "missing_value"),
        "合计各列都填": ({"凭证号": "小计"}, "total_as_id"),
        "凭证号坏了": ({"凭证号": "2.0261E+15"}, "damaged_id", "digits_lost"),
    }
    for name, (change, *faults) in bad.items():
        yield funds(f"{name}.csv", formats.csv(town.entries({2: change})), quarantine(1, *faults))
    rows = town.entries()
    rows[2] |= {"更正凭证号": rows[2]["凭证号"], "金额": "-10.00", "说明": "记错"}
    yield funds("更正自己.csv", formats.csv(rows), quarantine(1, "corrects_itself"))
    rows = town.entries()
    rows[2] |= {"更正凭证号": rows[1]["凭证号"], "金额": "-10.00", "说明": "记错"}
    yield funds("更正.csv", formats.csv(rows), accept(inserted=6))
    rows = town.entries()
    yield funds(
        "同号不同金额.csv", formats.csv([*rows, rows[2] | {"金额": "99.00"}]), quarantine(2, "conflicting_rows")
    )
    rows = town.entries()
    yield funds("重复.csv", formats.csv([*rows, rows[2]]), accept(inserted=6, unchanged=1))
    rows = town.entries()
    changed = formats.csv([rows[0], rows[1] | {"金额": "77.00"}])
    yield funds("改已入账.csv", changed, quarantine(1, "entry_changed"), before=[formats.csv(rows)])
    rows = town.entries()
    yield funds("再装一次.csv", formats.csv(rows), nothing_new(), before=[formats.csv(rows)])
    total = {"凭证号": "合计", "基金编号": "", "日期": "", "类型": "", "付款方": ""}
    rows = town.entries()
    yield funds(
        "合计相符.csv", formats.csv([*rows, rows[0] | total | {"金额": "600.00"}]), accept(inserted=6, skipped=1)
    )
    rows = town.entries()
    yield funds("合计不符.csv", formats.csv([*rows, rows[0] | total | {"金额": "601.00"}]), reject("total_mismatch"))
    rows = town.entries({2: {"类型": "支出", "金额": "9999999.00", "付款方": "", "收款方": "某某公司"}})
    yield funds("透支.csv", formats.csv(rows), notes("overdraft"))
    register = town.REGISTER + "J3,缺类型,没有这种,2020-01-01\n"
    yield funds("登记表类型.csv", register, quarantine(1, "unknown_kind"))
    yield funds("登记表缺名称.csv", town.REGISTER + "J4,,社区基金,2020-01-01\n", quarantine(1, "missing_value"))
