"""A sender's words in ours, by the tables `[values.<column>]` of its mapping."""

import polars as pl

from config.mapping import OUR_WORDS, Mapping
from loaders.check import translated


def in_our_words(frame: pl.DataFrame, mapping: Mapping, column: str) -> pl.Series:
    """The column with every listed value in our words, which are known in any case (INCOME is income); a value that is
    not listed stays as it came.
    """
    own_words = OUR_WORDS.get(mapping.section or mapping.dataset, {}).get(column, ())
    table = {**{word: word for word in own_words}, **mapping.values.get(column, {})}
    if not table:
        return frame[column]
    own = translated(frame[column], table)
    return own.zip_with(own.is_not_null(), frame[column])
