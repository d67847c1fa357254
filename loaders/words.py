"""A sender's words in ours, by the tables `[values.<column>]` of its mapping."""

import polars as pl

from config.mapping import Mapping
from loaders.check import translated


def in_our_words(frame: pl.DataFrame, mapping: Mapping, column: str) -> pl.Series:
    """The column with every listed value in our words; a value that is not listed stays as it came."""
    table = mapping.values.get(column)
    if not table:
        return frame[column]
    own = translated(frame[column], table)
    return own.zip_with(own.is_not_null(), frame[column])
