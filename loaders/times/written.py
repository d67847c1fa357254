"""Texts as people and machines write times, read by the first format that fits, else by their parts.

Invariant: a text whose year, day or month could be another one is not read; nor is one that no calendar or clock has.
"""

import re
from collections.abc import Sequence

import polars as pl

from config.mapping import EPOCHS
from loaders.times.columns import Local, matches, never
from loaders.times.numbers import add_serials

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
FIRST_WRITTEN_YEAR = 1000
"""An earlier one is no year of four digits."""

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
_HAS_HOUR = re.compile(r"%[-_0]?[HIklTRc]")


def read_local(plain: pl.Series, formats: Sequence[str]) -> Local:
    """The texts by the first format that reads them, else by their parts, else as serial numbers among days."""
    found = pl.Series(plain.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(plain))
    is_day, is_zero = never(len(plain)), never(len(plain))
    rest = plain
    for form in (*declared(formats), *COMMON_FORMATS):
        sample = rest.drop_nulls().head(SAMPLED)
        if not len(sample):
            break
        if form not in formats and not sample.str.strptime(pl.Datetime("us"), form, strict=False).count():
            continue
        read = rest.str.strptime(pl.Datetime("us"), form, strict=False)
        if not _HAS_HOUR.search(form):
            is_day = is_day | read.is_not_null()
        found = found.zip_with(found.is_not_null(), read if form in formats else sane(read))
        rest = rest.set(found.is_not_null(), None)
    if rest.null_count() < len(rest):
        at, is_bare, is_zero = by_parts(rest)
        found, is_day = found.zip_with(found.is_not_null(), at), is_day | is_bare
    local = Local(found, is_day, is_zero)
    unread = rest.set(found.is_not_null() | is_zero, None)
    if unread.null_count() < len(unread):
        add_serials(local, unread)
    return local


def declared(formats: Sequence[str]) -> list[str]:
    return [form for form in formats if form not in EPOCHS]


def sane(read: pl.Series) -> pl.Series:
    """A year of two digits is read as one of the first century: no year."""
    return read.set((read.dt.year() < FIRST_WRITTEN_YEAR).fill_null(value=False), None)


def by_parts(text: pl.Series) -> tuple[pl.Series, pl.Series, pl.Series]:
    """The written times of a column that is mostly null: instants, which are bare days, which are a nought."""
    where = text.is_not_null().arg_true()
    plain = tidied(text.gather(where))
    at, is_day = _parts(plain)
    found = pl.Series(text.name, [None], dtype=pl.Datetime("us")).new_from_index(0, len(text))
    days, zeros = never(len(text)), never(len(text))
    return (
        found.scatter(where, at),
        days.scatter(where, is_day),
        zeros.scatter(where, matches(plain, _PLACEHOLDER)),
    )


def tidied(text: pl.Series) -> pl.Series:
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
