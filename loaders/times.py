"""Times and days as people and machines write them: ISO, Chinese, compact, with half days, in full width.

Invariant: nothing is guessed. A text whose year, day or month could be another one (03/04/2026, 26-03-05, 3月5日), or a
bare number that nobody declared as a time, is no time but a fault that says so; what a sender's mapping declares in
`time_formats` comes first.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from config.mapping import EPOCHS
from loaders.faults import fault_rows

COMMON_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日 %H时%M分",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y年%m月%d日",
)
"""What most files hold: a column written in one of them needs one pass. Every other writing is read by its parts."""
SAMPLED = 20
"""Texts by which it is seen whether a format is worth a pass."""
COMMON_DAYS = ("%Y-%m-%d", "%Y/%m/%d")
ZONE_MARKER = r"\d[ ]?(Z|[+-]\d{2}:?\d{2})$"
LONGEST_OFFSET_H = 14
"""No clock on earth is further from UTC (Kiribati)."""
PLACEHOLDER_LAST_YEAR = 1900
PLACEHOLDER_EPOCH_YEAR = 1970
PLACEHOLDER_FIRST_YEAR = 2099
FIRST_WRITTEN_YEAR = 1000
"""An earlier one is no year of four digits."""
FIRST_YEAR, LAST_YEAR = 1990, 2098
"""What happened outside these years is a slip of the pen."""
FUTURE_TOLERANCE = timedelta(minutes=5)
"""How far a sender's clock may be ahead of ours."""
NEAR = timedelta(days=366)
"""How far a serial day may lie from the middle half of the written days of its column and still be one of them."""
EXCEL_EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001 - local days
"""Day 0 of a workbook's serial numbers, by its setting."""

_EPOCH_US = {"epoch_s": (r"^\d{9,10}$", 1_000_000), "epoch_ms": (r"^\d{12,13}$", 1_000)}
_UNSEEN = r"[\u200b-\u200f\u2060\ufeff]"
_WEEKDAYS = (
    ("(?:星期|周|礼拜)[一二三四五六日天]", " "),
    (r"(?i)\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b[.,]?", " "),
    (r"[(\[] *[)\]]", " "),
)
_MAY_BE_WEEKDAY = "星期|周|礼拜|[A-Za-z]{3}"
_NUMERALS = (
    ("[○〇零]", "0"),
    ("([二三四五])十([一二三四五六七八九])", "${1}${2}"),
    ("十([一二三四五六七八九])", "1${1}"),
    ("([二三四五])十", "${1}0"),
    ("十", "10"),
    *((numeral, str(digit)) for digit, numeral in enumerate("一二三四五六七八九", start=1)),
)
_HALVES = "上午|早上|早晨|清晨|凌晨|中午|下午|午后|傍晚|晚上|晚间|夜间|夜里|深夜|(?i:[AP]\\.?M\\.?)"
_DATE = (
    r"(?P<year>\d{4})(?:\s*[-/.]\s*(?P<m1>\d{1,2})\s*[-/.]\s*(?P<d1>\d{1,2})"
    r"|\s*年\s*(?P<m2>\d{1,2})\s*月\s*(?P<d2>\d{1,2})\s*[日号]?|(?P<m3>\d{2})(?P<d3>\d{2}))"
)
_CLOCK = (
    rf"[T\s]*(?P<before>{_HALVES})?\s*(?:(?P<h1>\d{{1,2}})\s*[时点]\s*(?:(?P<n1>\d{{1,2}})\s*分?\s*(?:(?P<s1>\d{{1,2}})\s*秒)?)?整?"
    r"|(?P<h2>\d{1,2})\s*:\s*(?P<n2>\d{1,2})(?:\s*:\s*(?P<s2>\d{1,2})(?P<f2>\.\d{1,9})?)?"
    rf"|(?P<h3>\d{{2}})(?P<n3>\d{{2}})(?P<s3>\d{{2}})?)\s*(?P<after>{_HALVES})?"
)
_WRITTEN = rf"^{_DATE}(?:{_CLOCK})?$"
_PLACEHOLDER = r"^(?:0000[-/.]0?0[-/.]0?0|1900[-/.]0?1[-/.]0?0)(?:[T ].*)?$"
"""The nought of databases and of spreadsheets, which no calendar has."""
_DAY_OR_MONTH_FIRST = r"^\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*\d{2,4}(?:\D.*)?$"
_SHORT_YEAR = r"^'?\d{2}\s*年\s*\d{1,2}\s*月.*$"
_NO_YEAR = r"^(?:\d{1,2}\s*月\s*\d{1,2}\s*[日号]?|\d{1,2}[-/.]\d{1,2}|\d{1,2}:\d{2})(?:\D.*)?$"
_HAS_HOUR = re.compile(r"%[-_0]?[HIklTRc]")
_BARE_NUMBER = r"^\d+(?:\.\d+)?$"


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


@dataclass
class _Local:
    """What the clock on the wall showed (Datetime µs without a zone), as far as it is read."""

    at: pl.Series
    is_day: pl.Series
    is_zero: pl.Series
    is_serial: pl.Series = field(init=False)

    def __post_init__(self) -> None:
        self.is_serial = _never(len(self.at))


def parse_times(text: pl.Series, *, zone: str, ignores_marker: bool, formats: Sequence[str] = ()) -> Times:
    """Reads times written in `zone` (IANA); a marker (Z, +08:00) is honoured unless `ignores_marker`."""
    name, rows = text.name, len(text)
    if text.null_count() == rows:
        never = _never(rows)
        nothing = pl.Series(name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, rows)
        return Times(nothing, never, never, never, never, never)
    usual = None if formats else _usual(text)
    if usual is not None:
        return _all_usual(usual, zone)
    marker = text.str.extract(ZONE_MARKER, 1)
    has_marker = marker.is_not_null()
    plain = text.str.replace(r"[ ]?(Z|[+-]\d{2}:?\d{2})$", "") if has_marker.any() else text
    plain = text.zip_with(~has_marker, plain) if has_marker.any() else plain
    local = _local(plain, formats)
    is_placeholder = local.is_zero | _is_placeholder(local.at)
    kept = local.at.set(is_placeholder | ~_is_offset(marker), None)
    earliest, is_ambiguous = _placed(kept, zone)
    at = earliest
    if has_marker.any() and not ignores_marker:
        absolute = (kept - _offset(marker)).dt.replace_time_zone("UTC")
        at = absolute.zip_with(has_marker, earliest)
        is_ambiguous = is_ambiguous & ~has_marker
    at = _with_epochs(at, plain, formats)
    is_bad = text.is_not_null() & at.is_null() & ~is_placeholder
    return Times(at.rename(name), is_bad, local.is_day & ~is_placeholder, is_placeholder, is_ambiguous, local.is_serial)


def _usual(text: pl.Series) -> pl.Series | None:
    """The column read by the usual form in one pass; None where another form stands in it too."""
    read = _sane(text.str.strptime(pl.Datetime("us"), COMMON_FORMATS[0], strict=False))
    return read if read.null_count() == text.null_count() else None


def _all_usual(local: pl.Series, zone: str) -> Times:
    """A column whose texts all have the usual form, without a marker; null where there is none."""
    is_placeholder, never = _is_placeholder(local), _never(len(local))
    kept = local.set(is_placeholder, None) if is_placeholder.any() else local
    at, is_ambiguous = _placed(kept, zone)
    return Times(at, kept.is_not_null() & at.is_null(), never, is_placeholder, is_ambiguous, never)


def _is_placeholder(local: pl.Series) -> pl.Series:
    year = local.dt.year()
    found = (year <= PLACEHOLDER_LAST_YEAR) | (year == PLACEHOLDER_EPOCH_YEAR) | (year >= PLACEHOLDER_FIRST_YEAR)
    return found.fill_null(value=False)


def parse_days(text: pl.Series, formats: Sequence[str] = ()) -> pl.Series:
    """Days (Date); null where empty or no day. Of an instant its day is taken; 0000-00-00 is the year 1 (no day)."""
    found = pl.Series(text.name, [None], dtype=pl.Date).new_from_index(0, len(text))
    for form in (*_declared(formats), *COMMON_DAYS):
        if found.null_count() == text.null_count():
            return found
        read = text.str.to_date(form, strict=False)
        found = found.zip_with(found.is_not_null(), read if form in formats else _sane(read))
    rest = text.set(found.is_not_null(), None)
    if rest.null_count() < len(rest):
        at, _, is_zero = _by_parts(rest)
        zero = pl.Series([date(1, 1, 1)], dtype=pl.Date).new_from_index(0, len(text))
        found = zero.zip_with(is_zero, found.zip_with(found.is_not_null(), at.dt.date()))
    return found.rename(text.name)


def bad_times(frame: pl.DataFrame, name: str, is_bad: pl.Series, formats: Sequence[str] = ()) -> list[pl.DataFrame]:
    """The faults of what is no time: `ambiguous_time` where it could be two days, else `bad_time` with its hint.

    Where the mapping says how the sender writes (`formats`), nothing can be read in two ways.
    """
    if not is_bad.any():
        return []
    plain = _tidied(frame[name].set(~is_bad, None))
    is_open = _matches(plain, _DAY_OR_MONTH_FIRST) | _matches(plain, _SHORT_YEAR)
    is_yearless = _matches(plain, _NO_YEAR) & ~is_open
    is_open = is_open & (not _declared(formats))
    is_number = _matches(plain, _BARE_NUMBER) & ~is_yearless
    told: list[tuple[pl.Series, str, Mapping[str, object]]] = [
        (is_bad & is_open, "ambiguous_time", {}),
        (is_bad & is_yearless, "bad_time", {"case": "no_year"}),
        (is_bad & is_number, "bad_time", {"case": "number"}),
        (is_bad & ~is_open & ~is_yearless & ~is_number, "bad_time", {}),
    ]
    return [fault_rows(frame, pl.lit(where), fault=fault, column=name, params=params) for where, fault, params in told]


def future(at: pl.Series, now: datetime) -> pl.Series:
    """True for instants (UTC) that the clock has not reached, a sender's clock being allowed FUTURE_TOLERANCE."""
    return (at > (now + FUTURE_TOLERANCE).astimezone(ZoneInfo("UTC"))).fill_null(value=False)


def future_days(days: pl.Series, now: datetime) -> pl.Series:
    """True for days after today; `now` is in the site's time zone."""
    return (days > (now + FUTURE_TOLERANCE).date()).fill_null(value=False)


def unlikely_years(at: pl.Series) -> pl.Series:
    """True for what happened outside FIRST_YEAR … LAST_YEAR."""
    return (~at.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).fill_null(value=False)


# ---------------------------------------------------------------- reading


def _local(plain: pl.Series, formats: Sequence[str]) -> _Local:
    """The texts by the first format that reads them, else by their parts, else as serial numbers among days."""
    found = pl.Series(plain.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(plain))
    is_day, is_zero = _never(len(plain)), _never(len(plain))
    rest = plain
    for form in (*_declared(formats), *COMMON_FORMATS):
        sample = rest.drop_nulls().head(SAMPLED)
        if not len(sample):
            break
        if form not in formats and not sample.str.strptime(pl.Datetime("us"), form, strict=False).count():
            continue
        read = rest.str.strptime(pl.Datetime("us"), form, strict=False)
        if not _HAS_HOUR.search(form):
            is_day = is_day | read.is_not_null()
        found = found.zip_with(found.is_not_null(), read if form in formats else _sane(read))
        rest = rest.set(found.is_not_null(), None)
    if rest.null_count() < len(rest):
        at, is_bare, is_zero = _by_parts(rest)
        found, is_day = found.zip_with(found.is_not_null(), at), is_day | is_bare
    local = _Local(found, is_day, is_zero)
    unread = rest.set(found.is_not_null() | is_zero, None)
    if unread.null_count() < len(unread):
        _add_serials(local, unread)
    return local


def _declared(formats: Sequence[str]) -> list[str]:
    return [form for form in formats if form not in EPOCHS]


def _sane(read: pl.Series) -> pl.Series:
    """A year of two digits is read as one of the first century: no year."""
    return read.set((read.dt.year() < FIRST_WRITTEN_YEAR).fill_null(value=False), None)


def _by_parts(text: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The written times of a column that is mostly null: instants, which are bare days, which are a nought."""
    where = text.is_not_null().arg_true()
    plain = _tidied(text.gather(where))
    at, is_day = _parts(plain)
    found = pl.Series(text.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    days, zeros = _never(len(text)), _never(len(text))
    return (
        found.scatter(where, at),
        days.scatter(where, is_day),
        zeros.scatter(where, _matches(plain, _PLACEHOLDER)),
    )


def _tidied(text: pl.Series) -> pl.Series:
    """Half width, without what nobody sees and without the day of the week; Chinese numerals as digits."""
    plain = text.str.normalize("NFKC").str.replace_all(_UNSEEN, "")
    if plain.str.contains(_MAY_BE_WEEKDAY).any():
        for weekday, blank in _WEEKDAYS:
            plain = plain.str.replace(weekday, blank)
    if plain.str.contains("[○〇零一二三四五六七八九十]").any():
        for numeral, digits in _NUMERALS:
            plain = plain.str.replace_all(numeral, digits)
    plain = plain.str.replace(r"(:\d{2}),(\d{1,9})$", "${1}.${2}")
    return plain.str.replace(r"点\s*半", "点30").str.strip_chars()


def _parts(plain: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Year, month, day and clock taken apart; null where one of them is impossible. And which are bare days."""
    part = plain.str.extract_groups(_WRITTEN).struct.unnest()
    told = part.select(
        "year",
        *(
            pl.coalesce(f"{first}{n}" for n in (1, 2, 3)).cast(pl.Int32, strict=False).alias(name)
            for first, name in (("m", "month"), ("d", "day"), ("h", "hour"), ("n", "minute"), ("s", "second"))
        ),
        (pl.col("f2").fill_null("0").cast(pl.Float64, strict=False) * 1_000_000).round().cast(pl.Int64).alias("us"),
        pl.coalesce("before", "after").str.to_uppercase().str.replace_all(".", "", literal=True).alias("half"),
    )
    is_day = told["year"].is_not_null() & told["hour"].is_null()
    told = told.with_columns(
        pl.col("year").cast(pl.Int32, strict=False),
        pl.col("minute", "second").fill_null(0),
        _hour().fill_null(pl.when(pl.lit(is_day)).then(pl.lit(0))),
    )
    at = told.select(_instant().alias("at")).to_series()
    return at, is_day & at.is_not_null()


def _instant() -> pl.Expr:
    """The parts as one instant; null where a part is none of a clock or the calendar. 24:00 is the end of the day."""
    is_clock = (pl.col("minute") <= 59) & (pl.col("second") <= 59)
    is_end = (pl.col("hour") == 24) & (pl.col("minute") == 0) & (pl.col("second") == 0) & (pl.col("us") == 0)
    month = pl.when(pl.col("month").is_between(1, 12)).then(pl.col("month"))
    day = pl.datetime(pl.when(pl.col("year") >= FIRST_WRITTEN_YEAR).then(pl.col("year")), month, 1) + pl.duration(
        days=pl.col("day") - 1
    )
    is_day = (day.dt.month() == pl.col("month")) & pl.col("day").is_between(1, 31)
    clock = pl.duration(hours="hour", minutes="minute", seconds="second", microseconds="us")
    return pl.when(is_day & (((pl.col("hour") <= 23) & is_clock) | is_end)).then(day + clock)


def _hour() -> pl.Expr:
    """The hour of the day by its half (下午3 is 15); null where the two disagree, or may mean two things."""
    half, hour = pl.col("half"), pl.col("hour")
    later = pl.when(hour < 12).then(hour + 12).otherwise(hour)
    return (
        pl.when(half.is_null())
        .then(hour)
        .when(half == "AM")
        .then(pl.when(hour.is_between(1, 12)).then(hour % 12))
        .when(half.is_in(["上午", "早上", "早晨", "清晨"]))
        .then(pl.when(hour < 12).then(hour))
        .when(half == "凌晨")
        .then(pl.when(hour == 12).then(pl.lit(0)).when(hour <= 6).then(hour))
        .when(half == "中午")
        .then(pl.when(hour.is_in([11, 12, 13, 14])).then(hour).when(hour.is_in([1, 2])).then(hour + 12))
        .when(half.is_in(["PM", "下午", "午后", "傍晚"]))
        .then(pl.when(hour.is_between(1, 23)).then(later))
        .otherwise(pl.when(hour.is_between(5, 11) | hour.is_between(17, 23)).then(later))
    )


def _add_serials(local: _Local, unread: pl.Series) -> None:
    """A serial number in a column of written days is one of them, if exactly one of the two epochs puts it there."""
    serial = unread.set(~_matches(unread, r"^\d{5}(?:\.\d+)?$"), None).cast(pl.Float64, strict=False)
    written = local.at.drop_nulls()
    count = len(serial) - serial.null_count()
    if not count or count > len(written):
        return
    first, last = written.sort()[len(written) // 4], written.sort()[len(written) * 3 // 4]
    near = []
    for epoch in EXCEL_EPOCHS:
        span = (serial * 86_400).round().cast(pl.Int64) * 1_000_000
        at = (span + pl.Series([epoch], dtype=pl.Datetime("us")).dt.epoch("us")[0]).cast(pl.Datetime("us"))
        near.append(at.set(~at.is_between(first - NEAR, last + NEAR).fill_null(value=False), None))
    is_one = near[0].is_null() != near[1].is_null()
    found = near[0].zip_with(near[0].is_not_null(), near[1]).set(~is_one, None)
    local.is_serial = found.is_not_null()
    local.is_day = local.is_day | (local.is_serial & (serial == serial.floor())).fill_null(value=False)
    local.at = local.at.zip_with(~local.is_serial, found)


def _with_epochs(at: pl.Series, plain: pl.Series, formats: Sequence[str]) -> pl.Series:
    """Seconds or milliseconds since 1970 UTC, where the mapping says that numbers are those."""
    for form in formats:
        if form in EPOCHS:
            pattern, factor = _EPOCH_US[form]
            number = plain.set(~_matches(plain, pattern), None).cast(pl.Int64, strict=False) * factor
            at = at.zip_with(at.is_not_null(), number.cast(pl.Datetime("us", "UTC")))
    return at


# ---------------------------------------------------------------- zones


def _placed(local: pl.Series, zone: str) -> tuple[pl.Series, pl.Series]:
    """The instants (UTC), of those that the clock showed twice the earlier, and which these are."""
    if local.null_count() < len(local):
        years = local.dt.year()
        steady = _steady_offset(zone, int(years.min()), int(years.max()))  # type: ignore[arg-type]
        if steady is not None:
            return (local - steady).dt.replace_time_zone("UTC"), _never(len(local))
    try:
        return _in_zone(local, zone, "raise"), _never(len(local))
    except pl.exceptions.ComputeError:
        earliest = _in_zone(local, zone, "earliest")
        return earliest, (earliest != _in_zone(local, zone, "latest")).fill_null(value=False)


@lru_cache
def _steady_offset(zone: str, first_year: int, last_year: int) -> timedelta | None:
    """The offset of the zone from UTC if its clocks did not change in these years, a day around them included."""
    if first_year <= MINYEAR or last_year >= MAXYEAR:
        return None
    first, last = datetime(first_year, 1, 1) - timedelta(days=1), datetime(last_year + 1, 1, 2)  # noqa: DTZ001
    days = (first + timedelta(days=day) for day in range((last - first).days + 1))
    offsets = {day.replace(tzinfo=ZoneInfo(zone)).utcoffset() for day in days}
    return offsets.pop() if len(offsets) == 1 else None


def _in_zone(local: pl.Series, zone: str, choice: str) -> pl.Series:
    placed = local.dt.replace_time_zone(zone, ambiguous=choice, non_existent="null")  # type: ignore[arg-type]
    return placed.dt.convert_time_zone("UTC")


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


def _matches(text: pl.Series, pattern: str) -> pl.Series:
    return text.str.contains(pattern).fill_null(value=False)


def _never(rows: int) -> pl.Series:
    return pl.repeat(value=False, n=rows, eager=True)
