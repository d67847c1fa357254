"""Faults of cells that hold no value, or another than was meant: errors of a spreadsheet, formulas that nobody has
computed, codes that lost digits or carry characters that nobody sees.

Invariant: such a row is refused with the cell named as a spreadsheet names it; a cell that nobody reads harms nobody.
"""

from collections.abc import Collection, Mapping

import polars as pl

from loaders.faults import fault_rows, together

ERRORS = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|GETTING_DATA|UNKNOWN!)$"
"""What a cell shows when its formula failed; a CSV made from such a sheet holds the same texts."""
UNSEEN = "[\u0001-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd]"
"""Characters that control, that nobody sees, or that stand for a lost one."""
SHORTENED = r"^\d(?:\.\d+)?[Ee]\+\d{1,3}$"
"""A long number as a spreadsheet shows it."""
LETTERS = 26


def faults(block: pl.DataFrame, positions: Mapping[str, int], *, codes: Collection[str]) -> pl.DataFrame:
    """The faults of rows (`row`, c0 …, perhaps `odd`) with such a cell among ours; `codes` are columns of codes."""
    is_seen = block.select(pl.col(f"c{cell}").str.starts_with("#").any() for cell in set(positions.values()))
    found = []
    for column, cell in positions.items():
        texts = block.select("row", pl.col(f"c{cell}").alias(column))
        if is_seen[f"c{cell}"].any():
            found.append(_found(texts, column, cell, ERRORS, fault="error_cell"))
        if column in codes and texts[column].str.contains(f"{UNSEEN}|{SHORTENED}").any():
            found.append(_found(texts, column, cell, UNSEEN, fault="unseen_in_code"))
            found.append(_found(texts, column, cell, SHORTENED, fault="digits_lost"))
        if "odd" in block.columns:
            found += _told(block, column, cell, is_code=column in codes)
    return together(found)


def _found(texts: pl.DataFrame, column: str, cell: int, pattern: str, *, fault: str) -> pl.DataFrame:
    return _named(texts, pl.col(column).str.contains(pattern), fault=fault, column=column, cell=cell)


def _told(block: pl.DataFrame, column: str, cell: int, *, is_code: bool) -> list[pl.DataFrame]:
    """What the reader says of its cells: “3:formula_without_value,5:digits_lost”."""
    texts = block.select("row", pl.col("odd").str.split(","), pl.col(f"c{cell}").alias(column)).drop_nulls("odd")
    judged = ("formula_without_value", "digits_lost") if is_code else ("formula_without_value",)
    return [
        _named(texts, pl.col("odd").list.contains(f"{cell}:{fault}"), fault=fault, column=column, cell=cell)
        for fault in judged
    ]


def _named(texts: pl.DataFrame, where: pl.Expr, *, fault: str, column: str, cell: int) -> pl.DataFrame:
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
