"""Checks and conversions that datasets share: text to times, numbers and codes, vectorised, with nothing guessed.

Invariant: what cannot be converted is null and marked as such; no value is changed without being marked as repaired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from geo.masking import shown
from loaders.dataset import Column, Dataset, Job
from loaders.faults import FAULT_SCHEMA, fault_rows, together

DATETIME_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日 %H时%M分",
    "%Y年%m月%d日%H时%M分",
)
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
ZONE_MARKER = r"\d[ ]?(Z|[+-]\d{2}:?\d{2})$"
PLACEHOLDER_LAST_YEAR = 1900
PLACEHOLDER_EPOCH_YEAR = 1970
PLACEHOLDER_FIRST_YEAR = 2099
LONGEST_OFFSET_H = 14
"""No clock on earth is further from UTC (Kiribati)."""
BLANKS = " \t\r\n\u3000\u00a0\u200b\ufeff"


def cells(block: pl.DataFrame) -> pl.DataFrame:
    """A block with its cells trimmed (all Unicode blanks) and empty ones null."""
    names = [name for name in block.columns if name.startswith("c")]
    return block.with_columns(_blank_to_null(pl.col(name).str.strip_chars(BLANKS)) for name in names)


def ours(block: pl.DataFrame, dataset: Dataset, job: Job, positions: Mapping[str, int]) -> pl.DataFrame:
    """The block under our names: `row`, every column of the dataset, `geometry` where the file has it."""
    nulls = list(job.mapping.nulls)
    chosen: list[pl.Expr] = [pl.col("row")]
    for column in dataset.columns:
        if column.name in positions:
            cell = pl.col(f"c{positions[column.name]}")
            said = pl.when(~cell.is_in(nulls)).then(cell) if nulls else cell
            chosen.append(said.alias(column.name))
        else:
            chosen.append(pl.lit(job.constants.get(column.name), pl.String).alias(column.name))
    chosen += [pl.col(name) for name in ("geometry", "broken") if name in block.columns]
    return block.select(chosen)


def _blank_to_null(cell: pl.Expr) -> pl.Expr:
    return pl.when(cell != "").then(cell)


@dataclass(frozen=True)
class Times:
    """A column of stamps: `at` (Datetime µs, UTC), null where there is none; the masks are true at the rows named.

    `is_bad`: no time, or one that the clock never showed; `is_day`: a bare date; `is_placeholder`: 1900, 1970, 2099;
    `is_ambiguous`: the clock showed it twice, the earlier is taken.
    """

    at: pl.Series
    is_bad: pl.Series
    is_day: pl.Series
    is_placeholder: pl.Series
    is_ambiguous: pl.Series


def parse_times(text: pl.Series, *, zone: str, ignores_marker: bool, formats: Sequence[str] = ()) -> Times:
    """Reads times written in `zone` (IANA); a marker (Z, +08:00) is honoured unless `ignores_marker`."""
    name = text.name
    if text.null_count() == len(text):
        never = pl.repeat(value=False, n=len(text), eager=True)
        nothing = pl.Series(name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, len(text))
        return Times(nothing, never, never, never, never)
    plainly = None if formats else text.str.strptime(pl.Datetime("us"), DATETIME_FORMATS[0], strict=False)
    if plainly is not None and plainly.null_count() == text.null_count():
        return _all_plain(plainly, zone)
    marker = text.str.extract(ZONE_MARKER, 1)
    has_marker = marker.is_not_null()
    plain = text.str.replace(r"[ ]?(Z|[+-]\d{2}:?\d{2})$", "") if has_marker.any() else text
    plain = text.zip_with(~has_marker, plain) if has_marker.any() else plain
    naive = _first_that_reads(plain, (*formats, *DATETIME_FORMATS), pl.Datetime("us"))
    dates = _first_that_reads(plain.set(naive.is_not_null(), None), DATE_FORMATS, pl.Date).cast(pl.Datetime("us"))
    is_day = dates.is_not_null()
    local = naive.zip_with(naive.is_not_null(), dates)
    is_placeholder = _is_placeholder(local)
    local = local.set(is_placeholder | ~_is_offset(marker), None)
    earliest = _in_zone(local, zone, "earliest")
    is_ambiguous = (earliest != _in_zone(local, zone, "latest")).fill_null(value=False)
    at = earliest
    if has_marker.any() and not ignores_marker:
        absolute = (local - _offset(marker)).dt.replace_time_zone("UTC")
        at = absolute.zip_with(has_marker, earliest)
        is_ambiguous = is_ambiguous & ~has_marker
    is_bad = text.is_not_null() & at.is_null() & ~is_placeholder
    return Times(at.rename(name), is_bad, is_day & ~is_placeholder, is_placeholder, is_ambiguous)


def _all_plain(local: pl.Series, zone: str) -> Times:
    """A column whose texts all have the usual form, without a marker; null where there is none."""
    is_placeholder = _is_placeholder(local)
    told = local.set(is_placeholder, None) if is_placeholder.any() else local
    earliest, latest = (_in_zone(told, zone, choice) for choice in ("earliest", "latest"))
    never = pl.repeat(value=False, n=len(local), eager=True)
    is_ambiguous = (earliest != latest).fill_null(value=False)
    is_bad = told.is_not_null() & earliest.is_null()
    return Times(earliest, is_bad, never, is_placeholder, is_ambiguous)


def _is_placeholder(local: pl.Series) -> pl.Series:
    year = local.dt.year()
    found = (year <= PLACEHOLDER_LAST_YEAR) | (year == PLACEHOLDER_EPOCH_YEAR) | (year >= PLACEHOLDER_FIRST_YEAR)
    return found.fill_null(value=False)


def _first_that_reads(text: pl.Series, formats: Sequence[str], kind: pl.Datetime | type[pl.Date]) -> pl.Series:
    """Each text by the first format that reads it; the common case needs one pass."""
    found = pl.Series(text.name, [None], dtype=kind).new_from_index(0, len(text))
    rest = text
    for form in formats:
        if rest.null_count() == len(rest):
            break
        read = rest.str.strptime(kind, form, strict=False)
        found = found.zip_with(found.is_not_null(), read)
        rest = rest.set(found.is_not_null(), None)
    return found


def _in_zone(local: pl.Series, zone: str, choice: str) -> pl.Series:
    years = local.dt.year()
    if local.null_count() < len(local):
        steady = _steady_offset(zone, int(years.min()), int(years.max()))  # type: ignore[arg-type]
        if steady is not None:
            return (local - steady).dt.replace_time_zone("UTC")
    placed = local.dt.replace_time_zone(zone, ambiguous=choice, non_existent="null")  # type: ignore[arg-type]
    return placed.dt.convert_time_zone("UTC")


@lru_cache
def _steady_offset(zone: str, first_year: int, last_year: int) -> timedelta | None:
    """The offset of the zone from UTC if its clocks did not change in these years, a day around them included."""
    if first_year <= MINYEAR or last_year >= MAXYEAR:
        return None
    first, last = datetime(first_year, 1, 1) - timedelta(days=1), datetime(last_year + 1, 1, 2)  # noqa: DTZ001
    days = (first + timedelta(days=day) for day in range((last - first).days + 1))
    offsets = {day.replace(tzinfo=ZoneInfo(zone)).utcoffset() for day in days}
    return offsets.pop() if len(offsets) == 1 else None


def _is_offset(marker: pl.Series) -> pl.Series:
    """False where a marker names an offset that no clock has, such as +25:00."""
    hours, minutes = (part.cast(pl.Int64, strict=False) for part in (marker.str.slice(1, 2), marker.str.tail(2)))
    possible = (hours * 60 + minutes <= LONGEST_OFFSET_H * 60) & (minutes < 60)
    return possible.fill_null(value=True)


def _offset(marker: pl.Series) -> pl.Series:
    digits = marker.str.replace("Z", "+0000").str.replace(":", "")
    minutes = digits.str.slice(1, 2).cast(pl.Int64) * 60 + digits.str.slice(3, 2).cast(pl.Int64)
    signed = minutes.zip_with(digits.str.starts_with("+").fill_null(value=True), -minutes)
    return (signed * 60_000_000).cast(pl.Duration("us"))


def numbers(frame: pl.DataFrame, names: Sequence[str]) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """The named text columns as Float64 (null where empty or unreadable), and a bad_number fault for the unreadable."""
    read = [pl.col(name).str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False) for name in names]
    finite = [pl.when(item.is_finite()).then(item) for item in read]
    converted = frame.with_columns(item.alias(name) for item, name in zip(finite, names, strict=True))
    faults = [
        fault_rows(
            frame.select("row", name).with_columns(converted[name].is_null().alias("is_unread")),
            pl.col("is_unread") & pl.col(name).is_not_null(),
            fault="bad_number",
            column=name,
        )
        for name in names
    ]
    return converted, faults


def missing(frame: pl.DataFrame, names: Sequence[str]) -> list[pl.DataFrame]:
    """A missing_value fault for each row that lacks one of the named columns."""
    return [fault_rows(frame, pl.col(name).is_null(), fault="missing_value", column=name) for name in names]


def unstorable(frame: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """Faults of rows that hold what the store cannot: a NUL character, or a text longer than its column allows."""
    nul = {column.name: pl.col(column.name).str.contains("\0", literal=True) for column in columns}
    is_odd = frame.select(
        nul[column.name].any() | (pl.col(column.name).str.len_bytes() > column.most_characters).any()
        for column in columns
    )
    found = []
    for column in columns:
        if not is_odd[column.name].any():
            continue
        name, most = column.name, column.most_characters
        has_nul = nul[name]
        found.append(fault_rows(frame, has_nul, fault="bad_characters", column=name))
        is_long = pl.col(name).str.len_chars() > most
        found.append(fault_rows(frame, is_long, fault="too_long", column=name, params={"most": most}))
    return together(found)


def translated(column: str, table: Mapping[str, str]) -> pl.Expr:
    """The column's values in our words (without regard to case); null for a value that is not in the table."""
    folded = {theirs.strip().casefold(): own for theirs, own in table.items()}
    return pl.col(column).str.to_lowercase().replace_strict(folded, default=None, return_dtype=pl.String)


def masked(faults: pl.DataFrame, personal: Sequence[str]) -> pl.DataFrame:
    """Faults whose values may be shown: personal columns hidden, personal numbers cut in any text, long texts cut."""
    values = pl.Series("value", [None if value is None else shown(value) for value in faults["value"]], dtype=pl.String)
    is_personal = pl.col("column").is_in(list(personal)) & pl.col("value").is_not_null()
    told = pl.when(is_personal).then(pl.lit("***")).otherwise(pl.lit(values))
    return faults.with_columns(told.alias("value")).select(list(FAULT_SCHEMA))
