"""A column of texts as a column of instants or days, and what is to be said of each row.

Invariant: no row is read in two ways; what cannot be read is told, never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from loaders.times.columns import never
from loaders.times.numbers import with_epochs
from loaders.times.written import COMMON_FORMATS, FIRST_WRITTEN_YEAR, by_parts, declared, read_local, sane
from loaders.times.zones import ZONE_MARKER, is_offset, offset, placed, steady_offset

COMMON_DAYS = ("%Y-%m-%d", "%Y/%m/%d")
PLACEHOLDER_LAST_YEAR = 1900
PLACEHOLDER_EPOCH_YEAR = 1970
PLACEHOLDER_FIRST_YEAR = 2099


@dataclass(frozen=True)
class Times:
    """A column of stamps: `at` (Datetime µs, UTC), null where there is none; the masks are true at the rows named.

    `is_bad`: no time, or one that the clock never showed; `is_day`: a bare date; `is_placeholder`: 1900, 1970, 2099;
    `is_ambiguous`: the clock showed it twice, the earlier is taken; `is_serial`: a serial number among written days.
    """

    at: pl.Series
    is_bad: pl.Series
    is_day: pl.Series
    is_placeholder: pl.Series
    is_ambiguous: pl.Series
    is_serial: pl.Series


def parse_columns(
    texts: pl.DataFrame, *, zone: str, ignores_marker: bool, formats: Sequence[str] = ()
) -> dict[str, Times]:
    """What `parse_times` makes of each column."""
    usual = {} if formats or not texts.height else _all_usual(texts, zone)
    rest = [name for name in texts.columns if name not in usual]
    return usual | {
        name: parse_times(texts[name], zone=zone, ignores_marker=ignores_marker, formats=formats) for name in rest
    }


def parse_times(text: pl.Series, *, zone: str, ignores_marker: bool, formats: Sequence[str] = ()) -> Times:
    """Reads times written in `zone` (IANA); a marker (Z, +08:00) is honoured unless `ignores_marker`."""
    name, rows = text.name, len(text)
    if text.null_count() == rows:
        nowhere = never(rows)
        nothing = pl.Series(name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, rows)
        return Times(nothing, nowhere, nowhere, nowhere, nowhere, nowhere)
    marker = text.str.extract(ZONE_MARKER, 1)
    has_marker = marker.is_not_null()
    plain = text.str.replace(r"[ ]?(Z|[+-]\d{2}:?\d{2})$", "") if has_marker.any() else text
    plain = text.zip_with(~has_marker, plain) if has_marker.any() else plain
    local = read_local(plain, formats)
    is_placeholder = local.is_zero | _is_placeholder(local.at)
    kept = local.at.set(is_placeholder | ~is_offset(marker), None)
    earliest, is_ambiguous = placed(kept, zone)
    at = earliest
    if has_marker.any() and not ignores_marker:
        absolute = (kept - offset(marker)).dt.replace_time_zone("UTC")
        at = absolute.zip_with(has_marker, earliest)
        is_ambiguous = is_ambiguous & ~has_marker
    at = with_epochs(at, plain, formats)
    is_bad = text.is_not_null() & at.is_null() & ~is_placeholder
    return Times(at.rename(name), is_bad, local.is_day & ~is_placeholder, is_placeholder, is_ambiguous, local.is_serial)


def _all_usual(texts: pl.DataFrame, zone: str) -> dict[str, Times]:
    """Those columns whose texts all have the usual form, without a marker; in one pass where the clock was steady."""
    form, cells = COMMON_FORMATS[0], pl.all()
    local = texts.select(cells.str.to_datetime(form, time_unit="us", strict=False, cache=False))
    firsts, lasts = (local.select(told.dt.year()).row(0) for told in (cells.min(), cells.max()))
    found, steady, nowhere = {}, {}, never(texts.height)
    for name, first, last in zip(local.columns, firsts, lasts, strict=True):
        if local[name].null_count() != texts[name].null_count() or first is None or first < FIRST_WRITTEN_YEAR:
            continue
        is_meant = first > PLACEHOLDER_EPOCH_YEAR and last < PLACEHOLDER_FIRST_YEAR
        if is_meant and (offset := steady_offset(zone, first, last)) is not None:
            steady[name] = offset
            continue
        is_placeholder = nowhere if is_meant else _is_placeholder(local[name])
        kept = local[name].set(is_placeholder, None)
        at, is_ambiguous = placed(kept, zone)
        found[name] = Times(at, kept.is_not_null() & at.is_null(), nowhere, is_placeholder, is_ambiguous, nowhere)
    told = local.select((pl.col(name) - offset).dt.replace_time_zone("UTC") for name, offset in steady.items())
    return found | {name: Times(told[name], *[nowhere] * 5) for name in steady}


def _is_placeholder(local: pl.Series) -> pl.Series:
    year = local.dt.year()
    found = (year <= PLACEHOLDER_LAST_YEAR) | (year == PLACEHOLDER_EPOCH_YEAR) | (year >= PLACEHOLDER_FIRST_YEAR)
    return found.fill_null(value=False)


def parse_days(text: pl.Series, formats: Sequence[str] = ()) -> pl.Series:
    """Days (Date); null where empty or no day. Of an instant its day is taken; 0000-00-00 is the year 1 (no day)."""
    found = pl.Series(text.name, [None], dtype=pl.Date).new_from_index(0, len(text))
    for form in (*declared(formats), *COMMON_DAYS):
        if found.null_count() == text.null_count():
            return found
        read = text.str.to_date(form, strict=False)
        found = found.zip_with(found.is_not_null(), read if form in formats else sane(read))
    rest = text.set(found.is_not_null(), None)
    if rest.null_count() < len(rest):
        at, _, is_zero = by_parts(rest)
        zero = pl.Series([date(1, 1, 1)], dtype=pl.Date).new_from_index(0, len(text))
        found = zero.zip_with(is_zero, found.zip_with(found.is_not_null(), at.dt.date()))
    return found.rename(text.name)
