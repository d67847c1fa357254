"""What the values of a column look like: times, degrees, metres, amounts, ids, words, shapes.

Invariant: a look is a guess for people and is never used to load; examples are masked before they leave.
"""

from dataclasses import dataclass

import polars as pl

from config.visible import cut
from geo.masking import PARTY, masked, shown
from loaders.lat_lon import PAIR
from loaders.times import parse_times

MOSTLY = 0.9
FEW_WORDS, LONGEST_WORD = 40, 30
LON_OF_CHINA = (72, 138)
LAT_OF_CHINA = (3, 54)
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
    """A column's values. `kind`: empty, time, lon, lat, lon_lat, lat_lon, easting, northing, amount, number, id, word,
    shape, text.

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
    return parse_times(cells, zone=_ZONE, ignores_marker=False).at


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
    """The kind, and the lowest and highest of numbers and times."""
    number = numbers(filled)
    if _share(number.is_not_null()) >= MOSTLY:
        ends = (number.arg_min() or 0, number.arg_max() or 0)
        low, high = (safe(filled[place]) for place in ends)  # a telephone is a number too
        return _numeric(filled, number, distinct), low, high
    at = times(filled)
    if _share(at.is_not_null()) >= MOSTLY:
        stamps = at.drop_nulls().dt.convert_time_zone(_ZONE).sort().dt.strftime("%Y-%m-%d %H:%M:%S")
        return "time", stamps[0], stamps[-1]
    return _textual(filled, distinct), None, None


def _textual(filled: pl.Series, distinct: int) -> str:
    is_id = _share(filled.str.contains(_ID) & filled.str.contains(r"\d")) >= MOSTLY
    is_short = not filled.str.len_chars().gt(LONGEST_WORD).any()
    tried = _pairs(filled) | {
        "shape": _share(filled.str.contains(_SHAPE)) >= MOSTLY,
        "amount": _share(filled.str.contains(_AMOUNT)) >= MOSTLY,
        "id": is_id and distinct == len(filled),
        "word": distinct <= FEW_WORDS and is_short,
    }
    return next((kind for kind, is_so in tried.items() if is_so), "id" if is_id else "text")


def _pairs(filled: pl.Series) -> dict[str, bool]:
    """Whether the texts are places in China, and which of the two numbers is the longitude."""
    pair = filled.str.extract_groups(PAIR).struct.unnest().cast(pl.Float64, strict=False)
    east = [pair[name].is_between(*LON_OF_CHINA) for name in ("first", "second")]
    north = [pair[name].is_between(*LAT_OF_CHINA) for name in ("first", "second")]
    return {"lon_lat": _share(east[0] & north[1]) >= MOSTLY, "lat_lon": _share(north[0] & east[1]) >= MOSTLY}


def _numeric(filled: pl.Series, number: pl.Series, distinct: int) -> str:
    """Degrees and metres by their range and form; whole numbers that never repeat are ids."""

    def mostly(form: str, low: float, high: float) -> bool:
        return _share(filled.str.contains(form) & number.is_between(low, high)) >= MOSTLY

    tried = {
        "lon": mostly(_DEGREES, *LON_OF_CHINA),
        "lat": mostly(_DEGREES, -90, 90),
        "lon ": mostly(_DEGREES, -180, 180),
        "easting": mostly(r"^\d{8}\.\d+$", 13e6, 46e6) or mostly(r"^\d{6}\.\d+$", 1e5, 1e6),
        "northing": mostly(r"^\d{7}\.\d+$", 1e6, 1e7),
        "id": mostly(r"^\d{4,}$", 1e3, 1e20) and distinct == len(filled) > 1,
        "amount": mostly(r"\.\d{1,2}$", -1e12, 1e12),
    }
    return next((kind.strip() for kind, is_so in tried.items() if is_so), "number")
