"""Lines that a mapping says are no rows: totals that nothing marks but the cells that they leave empty.

Invariant: a line is skipped only when every cell that the mapping names is empty; a heading that the file lacks refuses
it.
"""

from collections.abc import Sequence

import polars as pl

from config.mapping import Mapping
from loaders.faults import Refused
from loaders.header import normal


def cells_to_be_empty(headings: Sequence[str], mapping: Mapping) -> tuple[str, ...]:
    """The cells (c0 …) of `[skip] all_empty`, none without it. Raises Refused for a heading that the file lacks."""
    places = {normal(heading): place for place, heading in enumerate(headings)}
    wanted = mapping.skip.get("all_empty", ())
    lacking = [heading for heading in wanted if normal(heading) not in places]
    if lacking:
        found = ", ".join(f"“{heading}”" for heading in headings if heading)
        raise Refused("missing_column", column="skip.all_empty", wanted=f"“{lacking[0]}”", found=found)
    return tuple(f"c{places[normal(heading)]}" for heading in wanted)


def is_skipped(frame: pl.DataFrame, cells: Sequence[str]) -> pl.Series:
    """True for lines (trimmed, empty cells null) in which all of `cells` are empty; for none without `cells`."""
    if not cells:
        return pl.Series([False]).new_from_index(0, frame.height)
    return frame.select(pl.all_horizontal(pl.col(cells).is_null()).alias("is_skipped")).to_series()
