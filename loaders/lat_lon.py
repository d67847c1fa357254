"""Places written as one text, latitude first: "(30.18, 120.26)", with or without brackets.

Invariant: such a text is two numbers or a fault of its row; which of them is the latitude is said by the mapping that
names the column `lat_lon`, never guessed.
"""

import polars as pl

from loaders.faults import fault_rows

PAIR = r"^[(（\[]?\s*(?P<lat>[^,，;\s()（）]+)\s*[,，;\s]\s*(?P<lon>[^,，;\s()（）]+)\s*[)）\]]?$"


def taken_apart(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The block with `lat` and `lon` as text from `lat_lon`, and bad_coordinates for texts that are no pair."""
    pair = frame["lat_lon"].str.extract_groups(PAIR)
    parts = pl.DataFrame({name: pair.struct.field(name) for name in ("lat", "lon")})
    is_no_pair = frame["lat_lon"].is_not_null() & parts["lat"].is_null()
    fault = fault_rows(
        frame, pl.lit(is_no_pair), fault="bad_coordinates", column="lat_lon", params={"case": "not_pair"}
    )
    return frame.with_columns(parts["lat"], parts["lon"]), [fault]
