"""Blocks of rows cut and put together to a size, so that what is made of one is bounded and few are small."""

from collections.abc import Iterable, Iterator

import polars as pl


def gathered(blocks: Iterable[pl.DataFrame], *, rows: int) -> Iterator[pl.DataFrame]:
    """The rows in blocks of about, and at most, `rows`."""
    waiting: list[pl.DataFrame] = []
    for block in blocks:
        for part in block.iter_slices(rows):
            if waiting and sum(item.height for item in waiting) + part.height > rows:
                yield _emptied(waiting)
            waiting.append(part)
    if waiting:
        yield _emptied(waiting)


def _emptied(waiting: list[pl.DataFrame]) -> pl.DataFrame:
    """The blocks as one; nobody else keeps them."""
    whole = pl.concat(waiting, rechunk=True) if len(waiting) > 1 else waiting[0]
    waiting.clear()
    return whole
