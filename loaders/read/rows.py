"""What stands in a file without being a row: blank lines, repeated headers, totals, notes.

Invariant: a line that fills every required cell is a row, whatever it is called.
"""

from collections.abc import Sequence

import polars as pl

from loaders.check import BLANKS, TOTAL_WORD
from loaders.read.table import Ragged

EMPTY = f"{BLANKS}\x1a"
"""What an empty line may hold: blanks, and the mark by which DOS ends a file."""

TOTALS = (
    r"(?is)^([\p{Han}\w]{0,20}?(合\s*计|总\s*计|小\s*计|累\s*计|共\s*计)(金额|数额|数量|件数|数)?|总\s*数|平均值?|totals?|sub-?total"
    r"|grand total)\s*([:：(（\d].*)?$"
)
GRAND_TOTALS = r"(?is)^([本当](日|周|月|期|页))?(合\s*计|总\s*计|totals?|grand total)(金额|数额)?\s*([:：(（\d].*)?$"
"""The line that adds up the whole file, or a month or a page of it; 小计 and 累计 add up something else."""
TOLD_TOTAL = r"[:：]\s*([￥¥]?\d[\d,]*(?:\.\d+)?)\s*元?$"
"""The sum within the cell that says what it is: 合计：1,200.00元."""
NOTES = r"(?is)^[*※#]?\s*[(（]?(注|备注|说明|填表说明|数据来源|资料来源|制表|notes?|sources?)\s*\d*\s*[:：.、].*$"
SIGNED = (
    r"(?s)^(制表|填表|填报|审核|复核|统计|经办|联系|负责|单位负责|部门负责|领导签字|签字|盖章|打印|导出)"
    r"(人|单位|日期|时间|电话|签字|签章)?\s*[:：].*$"
)
"""Who made or signed a sheet, in its last line."""
ENDS = (
    r"(?is)^[-—=*·.…\s(（]*(以下(空白|无正文|无数据)|共\s*\d+\s*(条|行|件|页|户|人|项).*|第\s*\d+\s*页.*"
    r"|end of (file|report)|eof|\d+\s*(行|条|rows?|records?)\s*(受影响|affected|selected|returned|in set|exported).*)"
    r"[-—=*·.…\s)）]*$"
)
"""What says that a table is over."""
RULES = r"^[-—=_*·.…~]{3,}$"
"""A line drawn with characters."""
ORDINALS = frozenset(("序号", "no", "no.", "#", "行号"))
"""Headings of a column that only numbers the lines of a form, filled or not."""


def is_no_row(
    frame: pl.DataFrame, headings: Sequence[str], required: Sequence[str], place: Sequence[str] = ()
) -> pl.Series:
    """True for what stands in a file without being a row: blank lines, repeated headers, totals, notes.

    `frame` holds trimmed cells c0 … with null for empty; `required` are the cells that every true row fills: a line of
    totals leaves one of them empty, so that an entry that is merely called so stays a row. `place` are those that say
    where it is: a line of totals that fills all the others still lies nowhere.
    """
    cells = [f"c{index}" for index in range(len(headings))]
    first = pl.coalesce(cells)
    lacking = pl.any_horizontal(pl.col(required).is_null()) if required else pl.lit(value=False)
    nowhere = pl.all_horizontal(pl.col(place).is_null()) if place else pl.lit(value=False)
    same = [pl.col(cell) == heading for cell, heading in zip(cells, headings, strict=True) if heading]
    drawn = [(pl.col(cell) == first) | pl.col(cell).is_null() for cell in cells]
    places = [name for name in ("geometry", "broken") if name in frame.columns]
    has_geometry = pl.any_horizontal(pl.col(places).is_not_null()) if places else pl.lit(value=False)
    judged = pl.all_horizontal(same).fill_null(value=False) | (first.str.contains(RULES) & pl.all_horizontal(drawn))
    for told in _tellings(headings, required):
        filled, first = pl.sum_horizontal(pl.col(told).is_not_null()), pl.coalesce(told)
        judged |= (filled == 0) | (nowhere & first.str.contains(TOTAL_WORD))
        judged |= lacking & (first.str.contains(TOTALS) | first.str.contains(SIGNED))
        judged |= lacking & (filled == 1) & first.str.contains(f"{NOTES}|{ENDS}")
    judged &= ~has_geometry
    if not required or not same:
        return frame.select(judged.fill_null(value=False).alias("is_no_row")).to_series()
    may_be = (lacking | nowhere | same[0] | pl.coalesce(cells).str.contains(RULES)).fill_null(value=False)
    suspects = frame.with_row_index("place_in_frame").filter(may_be)
    found = suspects.filter(judged.fill_null(value=False))["place_in_frame"]
    none = pl.Series("is_no_row", [False]).new_from_index(0, frame.height)
    return none.scatter(found, values=True) if len(found) else none


def is_grand_total(headings: Sequence[str]) -> pl.Expr:
    """Whether a line adds up the whole file."""
    return pl.any_horizontal(pl.coalesce(told).str.contains(GRAND_TOTALS) for told in _tellings(headings, ()))


def _tellings(headings: Sequence[str], required: Sequence[str]) -> list[list[str]]:
    """The cells of a line, and those of them that do more than number the lines, where there are such."""
    cells = [f"c{index}" for index in range(len(headings))]
    is_number = [heading.strip().casefold() in ORDINALS for heading in headings]
    told = [cell for cell, is_ordinal in zip(cells, is_number, strict=True) if not is_ordinal or cell in required]
    return [cells, told] if told and told != cells else [cells]


def is_no_ragged_row(item: Ragged) -> bool:
    """The same for a line with a wrong number of cells."""
    filled = pl.Series([cell.strip(EMPTY) for cell in item.cells if cell.strip(EMPTY)], dtype=pl.String)
    if not len(filled):
        return True
    patterns = (TOTALS, SIGNED, NOTES, ENDS, RULES) if len(filled) == 1 else (TOTALS, SIGNED)
    return any(filled[:1].str.contains(pattern).any() for pattern in patterns)
