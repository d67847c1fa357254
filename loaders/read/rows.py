"""What stands in a file without being a row: blank lines, repeated headers, totals, notes.

Invariant: a line that fills every required cell is a row, whatever it is called.
"""

import re
from collections.abc import Sequence

import polars as pl

from loaders.read.table import Ragged

TOTALS = r"(?is)^(合\s*计|总\s*计|小\s*计|累\s*计|totals?|sub-?total|grand total)\s*([:：(（\d].*)?$"
GRAND_TOTALS = r"(?is)^(合\s*计|总\s*计|totals?|grand total)\s*([:：(（\d].*)?$"
"""The line that adds up the whole file; 小计 and 累计 add up something else."""
NOTES = r"(?is)^(注|备注|说明|填表说明|数据来源|资料来源|制表|notes?|sources?)\s*\d*\s*[:：.、].*$"


def is_no_row(frame: pl.DataFrame, headings: Sequence[str], required: Sequence[str]) -> pl.Series:
    """True for what stands in a file without being a row: blank lines, repeated headers, totals, notes.

    `frame` holds trimmed cells c0 … with null for empty; `required` are the cells that every true row fills: a line of
    totals leaves one of them empty, so that an entry that is merely called so stays a row.
    """
    cells = [f"c{index}" for index in range(len(headings))]
    filled = pl.sum_horizontal(pl.col(cells).is_not_null())
    first = pl.coalesce(pl.col(cells))
    same = [pl.col(cell) == heading for cell, heading in zip(cells, headings, strict=True) if heading]
    lacking = pl.any_horizontal(pl.col(required).is_null()) if required else pl.lit(value=False)
    places = [name for name in ("geometry", "broken") if name in frame.columns]
    has_geometry = pl.any_horizontal(pl.col(places).is_not_null()) if places else pl.lit(value=False)
    judged = (
        (filled == 0)
        | pl.all_horizontal(same).fill_null(value=False)
        | (lacking & first.str.contains(TOTALS))
        | (lacking & (filled == 1) & first.str.contains(NOTES))
    ) & ~has_geometry
    return frame.select(judged.fill_null(value=False).alias("is_no_row")).to_series()


def is_no_ragged_row(item: Ragged) -> bool:
    """The same for a line with a wrong number of cells."""
    filled = [cell.strip() for cell in item.cells if cell.strip()]
    if not filled:
        return True
    return bool(re.match(TOTALS, filled[0])) or (len(filled) == 1 and bool(re.match(NOTES, filled[0])))
