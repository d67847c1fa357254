"""What reading times works on: masks over a column, and what the clock on the wall showed.

Invariant: a mask has no null; where there is no text nothing is meant.
"""

from dataclasses import dataclass, field

import polars as pl


@dataclass
class Local:
    """What the clock on the wall showed (Datetime µs without a zone), as far as it is read."""

    at: pl.Series
    is_day: pl.Series
    is_zero: pl.Series
    is_serial: pl.Series = field(init=False)

    def __post_init__(self) -> None:
        self.is_serial = never(len(self.at))


def matches(text: pl.Series, pattern: str) -> pl.Series:
    """True where the text holds the pattern."""
    return text.str.contains(pattern).fill_null(value=False)


def never(rows: int) -> pl.Series:
    """False at every row."""
    return pl.Series([False]).new_from_index(0, rows)


def years(local: pl.Series) -> tuple[int, int]:
    """The years of the earliest and the latest of these times, of which one at least is not null."""
    at = pl.col(local.name)
    first, last = local.to_frame().select(first=at.min().dt.year(), last=at.max().dt.year()).row(0)
    return first, last
