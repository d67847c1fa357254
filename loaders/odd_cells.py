"""Faults of cells whose file holds no value for them: errors of a spreadsheet, formulas that nobody has computed.

Invariant: such a row is refused with the cell named as a spreadsheet names it; a cell that nobody reads
harms nobody.
"""

from collections.abc import Mapping

import polars as pl

from loaders.faults import fault_rows, together

ERRORS = r"^#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|GETTING_DATA|UNKNOWN!)$"
"""What a cell shows when its formula failed; a CSV made from such a sheet holds the same texts."""
LETTERS = 26


def faults(block: pl.DataFrame, positions: Mapping[str, int]) -> pl.DataFrame:
    """error_cell and formula_without_value for rows (`row`, c0 …, perhaps `unvalued`) with such a cell among ours."""
    found = [_errors(block, column, cell) for column, cell in positions.items()]
    if "unvalued" in block.columns:
        found += [_unvalued(block, column, cell) for column, cell in positions.items()]
    return together(found)


def _errors(block: pl.DataFrame, column: str, cell: int) -> pl.DataFrame:
    texts = block.select("row", pl.col(f"c{cell}").alias(column))
    suspects = texts.filter(pl.col(column).str.starts_with("#"))
    return _named(suspects, pl.col(column).str.contains(ERRORS), fault="error_cell", column=column, cell=cell)


def _unvalued(block: pl.DataFrame, column: str, cell: int) -> pl.DataFrame:
    texts = block.select("row", "unvalued", pl.col(f"c{cell}").alias(column)).drop_nulls("unvalued")
    where = pl.col("unvalued").str.split(",").list.contains(str(cell))
    return _named(texts, where, fault="formula_without_value", column=column, cell=cell)


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
