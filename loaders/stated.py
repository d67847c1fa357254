"""Amounts as a publisher states them: in yuan or in ten thousands, exact to the cent, never rounded.

Invariant: a text that is no amount, or that states less than a cent, becomes null and a fault, not a nearby figure.
"""

import re
from decimal import Decimal

import polars as pl

from config.mapping import Mapping
from loaders.faults import Refused, fault_rows

AMOUNT = re.compile(r"(\d{1,3}(,\d{3})+|\d{1,12})(\.\d{1,12})?")
CENT = Decimal("0.01")
UNITS = (1, 1_000, 10_000, 1_000_000)


def unit_of(mapping: Mapping) -> int:
    """`[extra] amounts_in`: how much of the site's currency one of the file's amounts is (10000 for 万元), else 1."""
    unit = mapping.extra.get("amounts_in", 1)
    if unit not in UNITS:
        raise Refused("mapping_refused", reason=f"extra.amounts_in must be one of {', '.join(map(str, UNITS))}")
    return int(unit)


def amounts(frame: pl.DataFrame, name: str, *, unit: int) -> tuple[pl.Series, pl.DataFrame]:
    """The column in the site's currency as exact text (null where empty), and a bad_amount fault for what is none."""
    read = pl.Series(name, [_amount(text, unit) for text in frame[name]], dtype=pl.String)
    is_bad = frame[name].is_not_null() & read.is_null()
    return read, fault_rows(frame, pl.lit(is_bad), fault="bad_amount", column=name)


def _amount(text: str | None, unit: int) -> str | None:
    if text is None or not AMOUNT.fullmatch(text):
        return None
    amount = Decimal(text.replace(",", "")) * unit
    return str(amount.quantize(CENT)) if amount == amount.quantize(CENT) else None
