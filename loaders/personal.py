"""Personal numbers in the free texts of a block: found, hidden where the text is stored, and the row noted.

Invariant: a row with such a number is kept; what goes into the store is masked (a personal column keeps its original
sealed beside it, any other drops it), and no id is changed.
"""

from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from geo import personal
from geo.masking import hidden
from loaders.dataset import Dataset

NOTE = "personal_data"
FEW_COLUMNS = 100
"""So many are looked through one by one; more are those of a file made to be slow, or of a sheet without an end."""


def hide(
    frame: pl.DataFrame, block: pl.DataFrame, dataset: Dataset, positions: Mapping[str, int], *, taken: Iterable[int]
) -> tuple[pl.DataFrame, pl.Series]:
    """`frame` (our columns) with personal numbers hidden in its texts, and the numbers of the rows that hold one.

    `block` has the same rows as cells c0 …: columns that nobody reads are looked through too, but for those `taken` by
    the geometry; a sender should know what a file carries.
    """
    rows: set[int] = set()
    for column in dataset.columns:
        if column.name not in positions or not (column.is_text or column.is_id):
            continue
        known = _personal(frame[column.name], only_identity=column.is_id)
        if not known:
            continue
        rows.update(frame.filter(pl.col(column.name).is_in(list(known)))["row"])
        if not (column.is_personal or column.is_id):
            frame = frame.with_columns(pl.col(column.name).replace(known))
    read = {f"c{index}" for index in (*positions.values(), *taken)}
    for name in _suspected(block, [name for name in block.columns if name.startswith("c") and name not in read]):
        rows.update(block.filter(pl.col(name).is_in(list(_personal(block[name]))))["row"])
    return frame, pl.Series("row", sorted(rows), dtype=pl.Int64)


def _suspected(block: pl.DataFrame, names: Sequence[str]) -> Sequence[str]:
    """Of many columns those that may hold a personal number, looked for in all of them at once."""
    if len(names) <= FEW_COLUMNS:
        return names
    cells = block.select(names).unpivot().drop_nulls()
    return sorted(cells.filter(personal.suspects(cells["value"]))["variable"].unique().to_list())


def noted(records: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The records with the note on those of `rows`."""
    if not len(rows) or not records.height:
        return records
    is_noted = pl.col("row_number").is_in(rows.implode())
    note = pl.concat_str([pl.col("notes"), pl.lit(NOTE)], separator=",", ignore_nulls=True)
    return records.with_columns(pl.when(is_noted).then(note).otherwise(pl.col("notes")).alias("notes"))


def _personal(text: pl.Series, *, only_identity: bool = False) -> dict[str, str]:
    """Every text of the column that holds a personal number, and how it may be shown."""
    told = text.unique()
    values = told.filter(personal.suspects(told)).to_list()
    kinds = {value: personal.found(value) for value in values}
    return {
        value: hidden(value)
        for value, found in kinds.items()
        if (personal.IDENTITY in found if only_identity else found)
    }
