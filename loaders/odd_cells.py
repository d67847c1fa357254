"""Faults of cells that hold no value, or none that can be compared: errors of a spreadsheet, formulas that nobody has
computed, codes with characters that nobody sees.

Invariant: such a row is refused with the cell named as a spreadsheet names it; a cell that nobody reads harms nobody.
"""

from collections.abc import Collection, Mapping

import polars as pl

from loaders.faults import fault_rows, together

ERRORS = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|GETTING_DATA|UNKNOWN!)$"
"""What a cell shows when its formula failed; a CSV made from such a sheet holds the same texts."""
UNSEEN = "[\u0001-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd]"
"""Characters that control, that nobody sees, or that stand for a lost one."""
LETTERS = 26


def faults(block: pl.DataFrame, positions: Mapping[str, int], *, codes: Collection[str]) -> pl.DataFrame:
    """The faults of rows (`row`, c0 …, perhaps `unvalued`) with such a cell among ours; `codes` must be comparable."""
    compared = {cell for column, cell in positions.items() if column in codes}
    odd = block.select(
        *(pl.col(f"c{cell}").str.starts_with("#").any().alias(f"#{cell}") for cell in set(positions.values())),
        *(pl.col(f"c{cell}").str.contains(UNSEEN).any().alias(f"unseen {cell}") for cell in compared),
    ).row(0, named=True)
    found = []
    for column, cell in positions.items():
        is_error, is_unseen = odd[f"#{cell}"], column in codes and odd[f"unseen {cell}"]
        if not (is_error or is_unseen or "unvalued" in block.columns):
            continue
        texts = block.select("row", pl.col(f"c{cell}").alias(column))
        if is_error:
            found.append(_found(texts, column, cell, ERRORS, fault="error_cell"))
        if is_unseen:
            found.append(_found(texts, column, cell, UNSEEN, fault="unseen_in_code"))
        if "unvalued" in block.columns:
            is_unvalued = block["unvalued"].str.split(",").list.contains(str(cell))
            found.append(_named(texts, is_unvalued, fault="formula_without_value", column=column, cell=cell))
    return together(found)


def _found(texts: pl.DataFrame, column: str, cell: int, pattern: str, *, fault: str) -> pl.DataFrame:
    return _named(texts, texts[column].str.contains(pattern), fault=fault, column=column, cell=cell)


def _named(texts: pl.DataFrame, where: pl.Series, *, fault: str, column: str, cell: int) -> pl.DataFrame:
    """The faults, each with the cell's own name (D7)."""
    found = fault_rows(texts, where, fault=fault, column=column)
    params = pl.concat_str(pl.lit(f'{{"cell": "{letters(cell)}'), "row", pl.lit('"}'))
    return found.with_columns(params.alias("params")) if found.height else found


def letters(cell: int) -> str:
    """The letters of a column by its number from 0: A, B … Z, AA."""
    found = ""
    number = cell + 1
    while number:
        number, place = divmod(number - 1, LETTERS)
        found = chr(ord("A") + place) + found
    return found
