"""Numbers, durations, money and moments as people read them, in zh and en (no space before %, none inside a date).

Invariant: plain text comes out; whoever puts it into markup escapes it there. Nothing is rounded twice.
"""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from config.messages import tr

MINUS = "−"
_SYMBOLS = {"CNY": "CN¥", "USD": "$", "EUR": "€"}
_WAN = Decimal(10_000)
_MEETING = re.compile(
    r"(?<=[\u4e00-\u9fff])(?=[A-Za-z])|(?<=[A-Za-z])(?=[\u4e00-\u9fff])"
    r"|(?:(?<=[A-Za-z]\d)|(?<=[A-Za-z][\d ]\d))(?![年月日时分秒件个])(?=[\u4e00-\u9fff])"
)
"""Where Chinese meets Latin; of digits only those that end a name (SMD 5E08, Ward 5), not those of a date or count."""


def number(value: float | Decimal, *, digits: int = 0) -> str:
    """`value` with thousands separated, half rounded away from zero, a true minus sign: 1,402 · −2.5."""
    step = Decimal(1).scaleb(-digits)
    rounded = Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
    return f"{rounded:,}".replace("-", MINUS)


def spaced(text: str) -> str:
    """`text` with a space between Chinese and Latin, where a name brought them together."""
    return _MEETING.sub(" ", text)


def cases(n: int, lang: str) -> str:
    """A count of incidents with its unit: 1,402 件 · 1,402 cases."""
    return tr("common.case" if n == 1 else "common.cases", lang, n=number(n))


_RANGE_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes_alone", 60), ("seconds", 1))


def share(ratio: float, *, digits: int = 1) -> str:
    """A ratio of 0 to 1 as a percentage, no space before the sign: 93.7%."""
    return f"{number(ratio * 100, digits=digits)}%"


def share_range(low: float, high: float, *, digits: int = 0) -> str:
    """The interval of a ratio: 86–95%."""
    return f"{number(low * 100, digits=digits)}–{number(high * 100, digits=digits)}%"


def duration(seconds: float, lang: str) -> str:
    """A length of time for a sentence, its two largest units: 2 小时 10 分 · 6 分 40 秒 · 3 天 4 小时."""
    whole = round(abs(seconds))
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, secs = divmod(rest, 60)
    parts: list[tuple[str, int]]
    if days:
        parts = [("day" if days == 1 else "days", days), ("hours", hours)]
    elif hours:
        parts = [("hours", hours), ("minutes", minutes)]
    elif minutes:
        parts = [("minutes", minutes), ("seconds", secs)]
    else:
        parts = [("seconds", secs)]
    kept = [part for index, part in enumerate(parts) if index == 0 or part[1]]
    if len(kept) == 1 and kept[0][0] == "minutes":
        kept = [("minutes_alone", kept[0][1])]
    text = " ".join(tr(f"common.{unit}", lang, n=number(n)) for unit, n in kept)
    return MINUS + text if seconds < 0 and whole else text


def lapse(seconds: float, lang: str) -> str:
    """How long something has not happened, to the minute, from two days on in whole days: 2 小时 10 分 · 19 天."""
    minutes = round(seconds / 60)
    return duration(minutes // 1_440 * 86_400 if minutes >= 2 * 1_440 else minutes * 60, lang)


def quantity(value: float, unit: str, lang: str, *, is_share: bool = True) -> str:
    """The value of a figure in its unit: 93.7% · 2 小时 10 分 · 12.4 天 · 3.2 ‰ · 1.25 · 1,204."""
    if unit == "ratio":
        return share(value) if is_share else number(value, digits=2)
    if unit == "s":
        return duration(value, lang)
    if unit == "d":
        return tr("common.days", lang, n=number(value, digits=1))
    if unit == "per_1000":
        return f"{number(value, digits=1)} ‰"
    return number(value, digits=2) if unit == "z" else number(value)


def duration_range(low: float | None, high: float | None, lang: str) -> str:
    """The two ends of an interval of lengths of time in one unit, that of the longer: 2.9–3.6 分 · 10.3–… 小时."""
    longest = max(end for end in (low, high, 0) if end is not None)
    unit, size = next((name, size) for name, size in _RANGE_UNITS if longest >= size * 2 or size == 1)
    ends = ("…" if end is None else number(end / size, digits=0 if size == 1 else 1) for end in (low, high))
    return tr(f"common.{unit}", lang, n="–".join(ends))


def hours_minutes(seconds: float, lang: str) -> str:
    """A length of time for a table or a map, h:mm, from one day on days first: 2:10 · 3 天 04:10 · 3d 04:10."""
    minutes = round(abs(seconds) / 60)
    days, rest = divmod(minutes, 1_440)
    sign = MINUS if seconds < 0 and minutes else ""
    if not days:
        return f"{sign}{rest // 60}:{rest % 60:02d}"
    return sign + tr("common.days_clock", lang, n=days, time=f"{rest // 60:02d}:{rest % 60:02d}")


def minutes_seconds(seconds: float) -> str:
    """A short length of time, m:ss: 6:42."""
    whole = round(abs(seconds))
    return f"{MINUS if seconds < 0 and whole else ''}{whole // 60}:{whole % 60:02d}"


def money(amount: Decimal, *, currency: str, lang: str) -> str:
    """An amount to the cent, as in a ledger: 967,214.00 元 · CN¥967,214.00."""
    figure = number(amount, digits=2)
    if lang == "zh" and currency == "CNY":
        return f"{figure} 元"
    return _signed(figure, _SYMBOLS.get(currency, f"{currency} "))


def money_short(amount: Decimal, *, currency: str, lang: str) -> str:
    """An amount to be understood at a glance: 96.7 万元 · 1.25 亿元 · CN¥967k · CN¥1.25m."""
    size = abs(amount)
    if lang == "zh":
        unit = "元" if currency == "CNY" else _currency_zh(currency)
        if size >= _WAN * _WAN:
            return f"{number(amount / _WAN / _WAN, digits=2)} 亿{unit}"
        if size >= _WAN:
            return f"{number(amount / _WAN, digits=1)} 万{unit}"
        return f"{number(amount)} {unit}"
    symbol = _SYMBOLS.get(currency, f"{currency} ")
    for limit, unit, digits in ((10**9, "bn", 2), (10**6, "m", 2), (10**3, "k", 0)):
        if size >= limit:
            return _signed(f"{number(amount / limit, digits=digits)}{unit}", symbol)
    return _signed(number(amount), symbol)


def _currency_zh(currency: str) -> str:
    return {"USD": "美元", "EUR": "欧元"}.get(currency, currency)


def _signed(figure: str, symbol: str) -> str:
    return f"{MINUS}{symbol}{figure[1:]}" if figure.startswith(MINUS) else f"{symbol}{figure}"


def day(value: date, lang: str) -> str:
    """A day with its year and weekday: 2026年11月20日 星期五 · Fri 20 Nov 2026."""
    weekday = tr(f"common.weekday_{value.isoweekday()}", lang)
    return tr("common.day_weekday", lang, day=full_day(value, lang), weekday=weekday)


def day_beside(value: date, *, now: date, lang: str) -> str:
    """A day without its weekday, and without its year where that is the one of `now`: 11月18日 · 18 Nov 2025."""
    return _short_day(value, lang) if value.year == now.year else full_day(value, lang)


def _short_day(value: date, lang: str) -> str:
    return tr("common.short_day", lang, month=_month(value, lang), day=value.day)


def _month(value: date, lang: str) -> str:
    return tr(f"common.month_{value.month}", lang)


def full_day(value: date, lang: str) -> str:
    """A day with its year: 2026年11月20日 · 20 Nov 2026."""
    return tr("common.full_day", lang, year=value.year, month=_month(value, lang), day=value.day)


def month(value: date, lang: str) -> str:
    """The month of a day, with its year: 2026年11月 · Nov 2026."""
    return tr("common.month_of_year", lang, year=value.year, month=_month(value, lang))


def period(start: date, end: date, lang: str) -> str:
    """The days of [start, end), both ends named: 10月22日至11月20日; the year where it is not the same."""
    last = end - timedelta(days=1)
    if last <= start:
        return full_day(start, lang)
    is_one_year = start.year == last.year
    year_first = lang == "zh"
    first = _short_day(start, lang) if is_one_year and not year_first else full_day(start, lang)
    end_day = _short_day(last, lang) if is_one_year and year_first else full_day(last, lang)
    return tr("common.period", lang, first=first, last=end_day)


def moment(value: datetime, *, now: datetime, zone: ZoneInfo, lang: str) -> str:
    """A moment near `now`: 今天 14:05, else with its day, else with its year."""
    local, today = value.astimezone(zone), now.astimezone(zone)
    time = f"{local:%H:%M}"
    if local.date() == today.date():
        return tr("common.today_at", lang, time=time)
    if local.year == today.year:
        return f"{_short_day(local.date(), lang)} {time}"
    return f"{full_day(local.date(), lang)} {time}"


def age(value: datetime, *, now: datetime, zone: ZoneInfo, lang: str) -> str:
    """How old data is: 8 秒前 → 14 分钟前 → 今天 06:00 → 11月18日 09:00; a moment after `now` is named as it is."""
    seconds = (now - value).total_seconds()
    if 0 <= seconds < 60:
        return tr("common.seconds_ago", lang, n=int(seconds))
    if 60 <= seconds < 3_600:
        return tr("common.minutes_ago", lang, n=int(seconds // 60))
    return moment(value, now=now, zone=zone, lang=lang)


def clock(value: datetime, *, zone: ZoneInfo, lang: str) -> str:
    """The clock of the page: 2026年11月20日 星期五 14:32 · Fri 20 Nov 2026 14:32."""
    local = value.astimezone(zone)
    return f"{day(local.date(), lang)} {local:%H:%M}"
