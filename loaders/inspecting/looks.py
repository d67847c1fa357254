"""What the values of a column look like: times, degrees, metres, amounts, ids, words, shapes.

Invariant: a look is a guess for people and is never used to load; examples are masked before they leave.
"""

from dataclasses import dataclass

import polars as pl

from geo.masking import PARTY, cut, masked, shown
from loaders import check

MOSTLY = 0.9
FEW_WORDS = 40
EXAMPLES = 3
LISTED_WORDS = 200
_SHAPE = r"(?i)^\s*(SRID=\d+;\s*)?(MULTI)?(POLYGON|POINT|LINESTRING)\s*[ZM(]|^0[01]0[1-7][0-9A-F]{18}"
_AMOUNT = r"^[¥￥$]?\s*-?[\d,]+(\.\d{1,2})?\s*[万亿]?元?$"
_ID = r"^[A-Za-z0-9][A-Za-z0-9_\-/.]{2,63}$"
_DEGREES = r"^-?\d{1,3}\.\d{3,}$"
_ZONE = "Asia/Shanghai"
QUIET = ("text", "empty", "shape")
"""Kinds whose values are not given as examples."""


@dataclass(frozen=True)
class Look:
    """A column's values. `kind`: empty, time, lon, lat, easting, northing, amount, number, id, word, shape, text.

    `filled`: cells that hold something; `distinct`: different ones; `low` and `high`: of times and numbers, as text.
    """

    kind: str
    filled: int
    distinct: int
    low: str | None = None
    high: str | None = None
    examples: tuple[str, ...] = ()


def look(cells: pl.Series) -> Look:
    """What the trimmed cells (null: empty) of a column look like."""
    filled = cells.drop_nulls()
    if not len(filled):
        return Look("empty", 0, 0)
    distinct = filled.n_unique()
    kind, low, high = _kind(filled, distinct)
    return Look(kind, len(filled), distinct, low, high, () if kind in QUIET else _examples(filled))


def words(cells: pl.Series) -> dict[str, int]:
    """How often each value stands there, the most frequent first, at most LISTED_WORDS."""
    counted = cells.drop_nulls().value_counts(sort=True).head(LISTED_WORDS)
    return dict(counted.iter_rows())


def times(cells: pl.Series) -> pl.Series:
    """The cells as times of the day in China without a zone; null for what is none."""
    return check.parse_times(cells, zone=_ZONE, ignores_marker=False).at


def numbers(cells: pl.Series) -> pl.Series:
    """The cells as finite numbers; null for what is none."""
    found = cells.str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)
    return found.set(~found.is_finite(), None)


def safe(value: str) -> str:
    """A value of a file as people may see it, a name that stands alone masked too."""
    return cut(shown(masked(value, PARTY)))


def _examples(filled: pl.Series) -> tuple[str, ...]:
    return tuple(safe(value) for value in filled.unique(maintain_order=True).head(EXAMPLES))


def _share(mask: pl.Series) -> float:
    return float(mask.fill_null(value=False).mean() or 0)  # type: ignore[arg-type]


def _kind(filled: pl.Series, distinct: int) -> tuple[str, str | None, str | None]:
    if _share(filled.str.contains(_SHAPE)) >= MOSTLY:
        return "shape", None, None
    number = numbers(filled)
    if _share(number.is_not_null()) >= MOSTLY:
        known = number.drop_nulls()
        low, high = float(known.min()), float(known.max())  # type: ignore[arg-type]
        return _numeric(filled, known, distinct), f"{low:.12g}", f"{high:.12g}"
    at = times(filled)
    if _share(at.is_not_null()) >= MOSTLY:
        local = at.drop_nulls().dt.convert_time_zone(_ZONE)
        return "time", f"{local.min():%Y-%m-%d %H:%M:%S}", f"{local.max():%Y-%m-%d %H:%M:%S}"
    if _share(filled.str.contains(_AMOUNT)) >= MOSTLY:
        return "amount", None, None
    is_id = filled.str.contains(_ID) & filled.str.contains(r"\d")
    if distinct == len(filled) and _share(is_id) >= MOSTLY:
        return "id", None, None
    longest = filled.str.len_chars().max() or 0
    if distinct <= FEW_WORDS and int(longest) <= 30:  # type: ignore[call-overload]
        return "word", None, None
    return "id" if _share(is_id) >= MOSTLY else "text", None, None


def _numeric(filled: pl.Series, known: pl.Series, distinct: int) -> str:
    """Degrees and metres by their range and form; whole numbers that never repeat are ids."""
    is_fine = _share(filled.str.contains(_DEGREES)) >= MOSTLY
    if is_fine and _share(known.is_between(72, 138)) >= MOSTLY:
        return "lon"
    if is_fine and _share(known.is_between(-90, 90)) >= MOSTLY:
        return "lat"
    if is_fine and _share(known.is_between(-180, 180)) >= MOSTLY:
        return "lon"
    if _share(known.is_between(13e6, 46e6)) >= MOSTLY and _share(filled.str.contains(".", literal=True)) >= MOSTLY:
        return "easting"
    if _share(filled.str.contains(r"^\d{6}\.\d+$")) >= MOSTLY:
        return "easting"
    if _share(filled.str.contains(r"^\d{7}\.\d+$")) >= MOSTLY:
        return "northing"
    is_whole = _share(filled.str.contains(r"^\d{4,}$")) >= MOSTLY
    if is_whole and distinct == len(filled) and len(filled) > 1:
        return "id"
    return "amount" if _share(filled.str.contains(r"\.\d{1,2}$")) >= MOSTLY else "number"
