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
    yield from _totals(total)
    rows = town.entries({2: {"类型": "支出", "金额": "9999999.00", "付款方": "", "收款方": "某某公司"}})
    yield funds("透支.csv", formats.csv(rows), notes("overdraft"))
    register = town.REGISTER + "J3,缺类型,没有这种,2020-01-01\n"
    yield funds("登记表类型.csv", register, quarantine(1, "unknown_kind"))
    yield funds("登记表缺名称.csv", town.REGISTER + "J4,,社区基金,2020-01-01\n", quarantine(1, "missing_value"))
    spoken = town.entries({2: {"类型": "INCOME"}, 3: {"类型": "Income"}})
    yield funds("大小写类型.csv", formats.csv(spoken), accept(inserted=6))
    dashed = [{name: value or "-" for name, value in row.items()} for row in town.entries()]
    yield funds("横线代替空.csv", formats.csv(dashed), accept(inserted=6))


def _totals(total: town.Row) -> Iterator[Sample]:
    """Lines that add up the file in other words, and elsewhere in the line."""
    for word, figure in {
        "本月合计": "600.00",
        "当期合计": "600",
        "总计金额": "￥600.00",
        "合计（元）": "600.00",
    }.items():
        rows = town.entries()
        right, wrong = (rows[0] | total | {"凭证号": word, "金额": told} for told in (figure, "60.00"))
        yield funds(f"{word}相符.csv", formats.csv([*rows, right]), accept(inserted=6, skipped=1))
        yield funds(f"{word}不符.csv", formats.csv([*town.entries(), wrong]), reject("total_mismatch"))
    rows = town.entries()
    opening = rows[0] | {"凭证号": f"{rows[0]['凭证号']}-q", "类型": "期初", "付款方": "", "金额": "50.00"}
    month = rows[0] | total | {"凭证号": "本月合计", "金额": "600.00"}
    yield funds("本月合计不含期初.csv", formats.csv([opening, *rows, month]), accept(inserted=7, skipped=1))
    empty = dict.fromkeys(rows[0], "")
    for told, verdict in {
        "合计：600.00元": accept(inserted=6, skipped=1),
        "合计：601": reject("total_mismatch"),
    }.items():
        yield funds(f"合计写在一格{len(told)}.csv", formats.csv([*town.entries(), empty | {"凭证号": told}]), verdict)
    for number, figure in enumerate(("600.00", "601.00")):
        lines = [{"序号": str(at), **row} for at, row in enumerate(town.entries(), start=1)]
        lines.append({"序号": "7", **empty, "凭证号": "合计", "金额": figure})
        verdict = reject("total_mismatch") if number else accept(inserted=6, skipped=1)
        yield funds(f"合计行有序号{number}.csv", formats.csv(lines), verdict)
