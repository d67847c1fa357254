"""Amounts as a publisher states them: in yuan or in ten thousands, exact to the cent, never rounded.

Invariant: a text that is no amount, or that states less than a cent, becomes null and a fault, not a nearby figure.
"""

import polars as pl

from config.mapping import Mapping
from loaders.amounts import bad_amounts, parse_amounts
from loaders.faults import Refused, together

UNITS = (1, 1_000, 10_000, 1_000_000)


def unit_of(mapping: Mapping) -> int:
    """`[extra] amounts_in`: how much of the site's currency one of the file's amounts is (10000 for 万元), else 1."""
    unit = mapping.extra.get("amounts_in", 1)
    if unit not in UNITS:
        raise Refused("mapping_refused", reason=f"extra.amounts_in must be one of {', '.join(map(str, UNITS))}")
    return int(unit)


def amounts(frame: pl.DataFrame, name: str, *, unit: int) -> tuple[pl.Series, pl.DataFrame]:
    """The column in the site's currency as exact text (null where empty), and a bad_amount fault for what is none."""
    told = parse_amounts(frame[name], unit=unit)
    is_negative = told.exact.str.starts_with("-").fill_null(value=False)
    is_bad = frame[name].is_not_null() & (told.exact.is_null() | is_negative)
    return told.exact.set(is_negative, None), together(bad_amounts(frame, name, is_bad, told.case))
