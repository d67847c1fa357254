"""Loads after loads: the same again, later news, older news, several pages of one feed."""

from collections.abc import Iterator

from collection import formats, town
from collection.samples import Sample, accept, cases, notes, nothing_new, reject

OPEN = {"状态": "处置中", "办结时间": ""}


def samples(link: str) -> Iterator[Sample]:
    rows = town.incidents()
    yield cases("再装一次.csv", formats.csv(rows), nothing_new(), before=[formats.csv(rows)])
    rows = town.incidents()
    yield cases("强制再装.csv", formats.csv(rows), accept(unchanged=12), before=[formats.csv(rows)],
                options={"is_forced": True})  # fmt: skip
    rows = town.incidents()
    yield cases("换格式再装.xlsx", formats.xlsx(rows), accept(unchanged=12), before=[formats.csv(rows)])
    rows = town.incidents()
    earlier = [row | OPEN for row in rows]
    yield cases("后来办结.csv", formats.csv(rows), accept(updated=12), before=[formats.csv(earlier)])
    rows = town.incidents()
    earlier = formats.csv([row | OPEN for row in rows])
    yield cases("较旧的后到.csv", earlier, notes("stale_row", updated=0), before=[formats.csv(rows)])
    rows = town.incidents(count=20)
    yield cases(
        "分页有交叠.csv", formats.csv(rows[8:]), accept(inserted=8, unchanged=4), before=[formats.csv(rows[:12])]
    )
    rows = town.incidents()
    shuffled = formats.csv(rows[::-1])
    yield cases("次序不同.csv", shuffled, accept(unchanged=12), before=[formats.csv(rows)])
    good = formats.csv(town.incidents())
    yield cases("快照.csv", good, reject("option_refused"), options={"mode": "snapshot"})
    yield cases("写了级别.csv", good, reject("option_refused"), options={"level": "grid"})
    yield cases("没有这个映射.csv", good, reject("unknown_source"), options={"source": "no_such_source"})
    yield Sample("没有这种数据.csv", good, reject("unknown_dataset"), "incident")
    points = formats.csv([{"编号": "FW-1", "名称": "卫生站", "类别": "clinic", "经度": "120.21", "纬度": "30.17"}])
    yield Sample("服务点.csv", points, accept(inserted=1), "service-points")
    staff = formats.csv(
        [{"岗位编号": "GW-1", "区域代码": f"{town.STREET}001", "层级": "社区", "岗位": "专职", "在岗人数": "2"}]
    )
    yield Sample("力量.csv", staff, accept(inserted=1), "staff")
