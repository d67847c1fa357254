"""Amounts of money and counts of things as people write them: ￥1,234.56, 1.2万元, (1,234.00), full width.

Invariant: an amount is exact to the cent or a fault, never rounded; where comma and point could change places nobody
guesses; a sum in Chinese words is not read, since the figure beside it is what books are kept by.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from config.site import site
from loaders.faults import fault_rows

CENT = Decimal("0.01")
MOST = Decimal(10) ** 16
PLAIN = r"^-?([0-9]{1,3}(,[0-9]{3})+|[0-9]{1,16})(\.[0-9]{1,2}0*)?$"
"""A decimal with at most two places, with or without commas between thousands: most of every ledger."""
CURRENCIES = {"CNY": ("人民币", "RMB", "CNY", "¥", "元整", "圆整", "元", "圆"), "USD": ("US$", "USD", "$")}
"""What may stand beside an amount in the site's own currency; any other currency is another amount."""
SCALES = {"千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
_MINUS = str.maketrans("−–—﹣", "----")
_FIGURE = re.compile(r"(?P<figure>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<scale>[千百]?万|千|亿)?")
_SEPARATORS = re.compile(r"\d[\d.,]*[.,][\d.,]*\d|\d+[.,]\d+")
_SPELT = re.compile(r"[零〇壹贰叁肆伍陆柒捌玖拾佰仟一二两三四五六七八九十百千万亿]{1,}[元圆角分整]*")


@dataclass(frozen=True)
class Amounts:
    """`exact`: decimals as text, null where empty or unreadable; `case`: why unreadable (a hint's name), else null."""

    exact: pl.Series
    case: pl.Series


def parse_amounts(text: pl.Series, *, unit: int = 1) -> Amounts:
    """Reads a column of amounts, one of which is `unit` of the site's currency, to exact text in the currency.

    An amount that names its own scale (1.2万元) is read by that.
    """
    is_plain = text.str.contains(PLAIN).fill_null(value=False) if unit == 1 else pl.repeat(False, len(text), eager=True)
    exact = text.set(~is_plain, None).str.replace_all(",", "", literal=True)
    odd = text.set(is_plain, None)
    if odd.null_count() == len(odd):
        return Amounts(exact, pl.Series(text.name, [None], dtype=pl.String).new_from_index(0, len(text)))
    told = {value: _read(value, unit) for value in odd.drop_nulls().unique().to_list()}
    figures = {value: figure for value, (figure, _) in told.items()}
    cases = {value: case for value, (_, case) in told.items()}
    found = odd.replace_strict(figures, default=None, return_dtype=pl.String)
    case = odd.replace_strict(cases, default=None, return_dtype=pl.String)
    return Amounts(exact.zip_with(is_plain, found), case)


def bad_amounts(frame: pl.DataFrame, name: str, where: pl.Series, case: pl.Series) -> list[pl.DataFrame]:
    """The faults `bad_amount` of the rows `where`, each with the hint of its case."""
    where = where.fill_null(value=False)
    if not where.any():
        return []
    cases: Sequence[str | None] = case.filter(where).unique().to_list()
    return [
        fault_rows(
            frame,
            pl.lit(where & case.eq_missing(one)),
            fault="bad_amount",
            column=name,
            params={"case": one} if one else {},
        )
        for one in cases
    ]


def parse_counts(text: pl.Series) -> pl.Series:
    """Whole numbers (Int32) above or equal to nought: 1,200, ３, 12.0; null where empty or none."""
    plain = text if not _is_wide(text) else text.str.normalize("NFKC")
    is_count = plain.str.contains(r"^(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?$").fill_null(value=False)
    bare = plain.set(~is_count, None).str.replace_all(",", "", literal=True).str.replace(r"\.0+$", "")
    return bare.cast(pl.Int32, strict=False)


def _is_wide(text: pl.Series) -> bool:
    return bool((text.str.len_bytes() != text.str.len_chars()).any())


def _read(value: str, unit: int) -> tuple[str | None, str | None]:
    """The exact text, or the case of the fault ("" where no hint of its own fits)."""
    plain = _plain(value)
    sign, plain = _signed(_without_currency(plain))
    plain = _without_currency(plain)
    found = _FIGURE.fullmatch(plain)
    if found is None:
        return None, _case(plain)
    amount = Decimal(found["figure"].replace(",", "")) * SCALES.get(found["scale"] or "", unit)
    if amount >= MOST:
        return None, ""
    exact = amount.quantize(CENT)
    return (f"{sign}{exact}", None) if exact == amount else (None, "too_fine")


def _case(plain: str) -> str:
    if _SEPARATORS.fullmatch(plain):
        return "separators"
    return "spelt" if _SPELT.fullmatch(plain) else ""


def _plain(value: str) -> str:
    """Half width, one minus, no blanks at the ends. NFKC turns ￥ into ¥ and （） into ()."""
    return unicodedata.normalize("NFKC", value).translate(_MINUS).strip()


def _signed(plain: str) -> tuple[str, str]:
    """Sign and the rest; brackets around an amount are the bookkeeper's minus."""
    if plain.startswith("(") and plain.endswith(")"):
        return "-", plain[1:-1].strip()
    return ("-", plain[1:].strip()) if plain.startswith("-") else ("", plain.removeprefix("+"))


def _without_currency(plain: str) -> str:
    currency = site().currency
    for word in CURRENCIES.get(currency, (currency,)):
        plain = plain.removeprefix(word).removesuffix(word).strip()
    return plain
