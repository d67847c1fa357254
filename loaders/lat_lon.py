"""Places written as one text: "(30.18, 120.26)" with the latitude first, "120.26,30.18" with the longitude first.

Invariant: such a text is two numbers or a fault of its row; which of them comes first is said by the column that the
mapping names, `lat_lon` or `lon_lat`, never guessed.
"""

from collections.abc import Collection

import polars as pl

from loaders.faults import fault_rows

COLUMNS = ("lat_lon", "lon_lat")
NUMBER = r"[^,，;\s()（）]+"
PAIR = rf"^[(（\[]?\s*(?P<first>{NUMBER})\s*[,，;\s]\s*(?P<second>{NUMBER})\s*[)）\]]?$"


def pair_column(present: Collection[str]) -> str | None:
    """The column that holds places as one text, None where there is none."""
    return next((name for name in COLUMNS if name in present), None)


def taken_apart(frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The block with `lat` and `lon` as text from `column`, and bad_coordinates for texts that are no pair."""
    pair = frame[column].str.extract_groups(PAIR).struct.unnest()
    first, second = column.split("_")
    is_no_pair = frame[column].is_not_null() & pair["first"].is_null()
    fault = fault_rows(frame, is_no_pair, fault="bad_coordinates", column=column, params={"case": "not_pair"})
    return frame.with_columns(pair["first"].alias(first), pair["second"].alias(second)), [fault]
