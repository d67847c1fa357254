"""The town that the files are about: one street, four communities, sixteen grids, its cases and its ledger.

No two borders lie one grid apart, so that a set moved by the width of a grid fits nowhere.
"""

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

Feature = dict[str, Any]
"""代码, 名称, 上级代码 and `geometry` (a shapely shape, or whatever a format can hold)."""
Row = dict[str, Any]
STREET = "330109003"
WEST, SOUTH, EAST, NORTH = 120.200, 30.160, 120.260, 30.210
_MIDDLE = 30.1833
_QUARTERS = (
    (WEST, SOUTH, 120.2317, _MIDDLE),
    (120.2317, SOUTH, EAST, _MIDDLE),
    (WEST, _MIDDLE, 120.2268, NORTH),
    (120.2268, _MIDDLE, EAST, NORTH),
)
_CUTS = ((0.41, 0.55), (0.57, 0.38), (0.36, 0.61), (0.63, 0.47))
HEADINGS = ("编号", "类别", "渠道", "状态", "上报时间", "受理时间", "派遣时间", "到场时间", "办结时间", "办理时限",
            "承办单位", "经度", "纬度", "社区代码", "描述")  # fmt: skip
LEDGER = ("凭证号", "基金编号", "日期", "类型", "付款方", "收款方", "项目", "金额", "更正凭证号", "说明")
REGISTER = "基金编号,基金名称,基金类型,设立日期\nJ1,社区基金,社区基金,2020-01-01\nJ2,助老专项,专项基金,2021-05-01\n"
_number = itertools.count(1)


def street() -> list[Feature]:
    """The street."""
    return [_feature(STREET, "示例街道", None, shapely.box(WEST, SOUTH, EAST, NORTH))]


def communities() -> list[Feature]:
    """The four communities."""
    return [
        _feature(f"{STREET}{number:03}", f"第{number}社区", STREET, shapely.box(*quarter))
        for number, quarter in enumerate(_QUARTERS, start=1)
    ]


def grids(changes: Mapping[int, Mapping[str, Any]] | None = None) -> list[Feature]:
    """The sixteen grids, some of them changed."""
    made = []
    for number, (quarter, cut) in enumerate(zip(_QUARTERS, _CUTS, strict=True), start=1):
        west, south, east, north = quarter
        x, y = west + (east - west) * cut[0], south + (north - south) * cut[1]
        boxes = ((west, south, x, y), (x, south, east, y), (west, y, x, north), (x, y, east, north))
        parent = f"{STREET}{number:03}"
        made += [
            _feature(f"{parent}{part:03}", f"第{number}社区第{part}网格", parent, shapely.box(*box))
            for part, box in enumerate(boxes, start=1)
        ]
    for at, change in (changes or {}).items():
        made[at] = made[at] | change
    return made


def _feature(code: str, name: str, parent: str | None, shape: Any) -> Feature:
    return {"代码": code, "名称": name, "上级代码": parent, "geometry": shape}


def incidents(changes: Mapping[int, Mapping[str, Any]] | None = None, *, count: int = 12) -> list[Row]:
    """Closed cases with codes that no other file has, some of them changed."""
    prefix = f"SJ{next(_number):04}"
    places = _places(count)
    made = []
    for at in range(count):
        day = f"2026-10-{at % 28 + 1:02}"
        number, (lon, lat) = at % 4, places[at]
        row = (f"{prefix}-{at + 1:03}", "暴露垃圾", "热线", "已办结", f"{day} 08:00:00", f"{day} 08:05:00",
               f"{day} 08:10:00", f"{day} 08:18:00", f"{day} 09:30:00", f"{day} 20:00:00", "综合执法队",
               f"{lon:.6f}", f"{lat:.6f}", f"{STREET}{number + 1:03}", "居民反映，请处理")  # fmt: skip
        made.append(dict(zip(HEADINGS, row, strict=True)))
    for at, change in (changes or {}).items():
        made[at] = made[at] | change
    return made


def _places(count: int) -> list[tuple[float, float]]:
    """Points of the communities in turn, well spread, also close to their borders."""
    spread = np.random.default_rng(7).uniform(0.03, 0.97, (count, 2))
    places = []
    for at in range(count):
        west, south, east, north = _QUARTERS[at % 4]
        x, y = spread[at]
        places.append((float(west + (east - west) * x), float(south + (north - south) * y)))
    return places


def entries(changes: Mapping[int, Mapping[str, Any]] | None = None, *, count: int = 6) -> list[Row]:
    """Incomes of a fund with codes that no other file has, some of them changed."""
    prefix = f"PZ{next(_number):04}"
    made = []
    for at in range(count):
        row = (f"{prefix}-{at + 1}", "J1", f"2026-03-{at + 1:02}", "收入", "某某有限公司", "", "", "100.00", "", "")
        made.append(dict(zip(LEDGER, row, strict=True)))
    for at, change in (changes or {}).items():
        made[at] = made[at] | change
    return made
