"""The working calendar of the site (`clocks.toml`): holidays and make-up workdays by year, office hours, own days.

Invariant: a year that neither the library nor the site tells completely is not known; nobody guesses its holidays.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar

from config import reader
from config.clocks import Calendar, Office
from config.site import site

CHINA = frozenset(("Asia/Shanghai", "Asia/Chongqing", "Asia/Harbin", "Asia/Urumqi", "Asia/Kashgar", "PRC"))
LAST_YEAR = 2050
"""Up to which a calendar without holidays is told."""
SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24):(00))")
_FILE = "clocks.toml"


def calendar() -> Calendar:
    """The calendar in force; raises config.reader.ConfigError with every fault of `clocks.toml`."""
    return _calendar(reader.find(_FILE), site().zone)


@dataclass(frozen=True)
class _Told:
    """`clocks.toml` as it is written."""

    holidays: str
    office: Sequence[Any]
    complete_years: Sequence[Any] = field(default_factory=list)
    day: Sequence[Any] = field(default_factory=list)


def _calendar(path: Path, zone: ZoneInfo) -> Calendar:
    told = reader.fill(_Told, reader.read(path), path)
    faults: list[str] = []
    if told.holidays not in ("CN", "none"):
        faults.append(f'holidays = {told.holidays!r} must be "CN" or "none"')
    offices = _offices(told.office, faults)
    days = _days(told.day, faults)
    first, last = _known(told, zone, faults)
    if first is None or last is None or not offices:
        first = last = None
    else:
        first = max(first, offices[0].since)
    faults += [
        f"day {day} is not in force: the calendar runs from {first} to {last} (the first office hours, the years of the"
        " library and complete_years)"
        for day in days
        if not faults and first is not None and last is not None and not first <= day <= last
    ]
    if faults:
        raise reader.ConfigError(path, faults)
    return Calendar(zone, first, last, _workdays(told.holidays, first, last, days), offices)


def _known(told: _Told, zone: ZoneInfo, faults: list[str]) -> tuple[date | None, date | None]:
    """The first and the last day of which it is known whether people work."""
    if told.holidays == "none":
        return date.min, date(LAST_YEAR, 12, 31)
    years = [day.year for day in chinese_calendar.holidays]
    first, last = min(years), max(years)
    if not isinstance(told.complete_years, list) or any(type(year) is not int for year in told.complete_years):
        faults.append("complete_years must be a list of years, such as [2027]")
        return None, None
    for year in sorted(told.complete_years):
        if year == last + 1:
            last = year
        elif year > last:
            faults.append(f"complete_years: {year} does not follow {last}, the last year that is known")
    return (date(first, 1, 1), date(last, 12, 31)) if zone.key in CHINA else (None, None)


def _workdays(holidays: str, first: date | None, last: date | None, days: dict[date, bool]) -> frozenset[date]:
    if first is None or last is None:
        return frozenset()
    every = (first + timedelta(days=number) for number in range((last - first).days + 1))
    off, on = (chinese_calendar.holidays, chinese_calendar.workdays) if holidays == "CN" else ({}, {})
    return frozenset(day for day in every if days.get(day, day in on or (day.weekday() < 5 and day not in off)))


def _days(told: Sequence[Any], faults: list[str]) -> dict[date, bool]:
    """Whether people work on the days that are listed by themselves."""
    found: dict[date, bool] = {}
    if not isinstance(told, list):
        faults.append("day must be a list of days")
        return found
    for number, entry in enumerate(told, start=1):
        day = entry.get("on") if isinstance(entry, dict) else None
        if type(day) is not date:
            faults.append(f"day {number}: on must be a day, such as 2026-12-24")
            continue
        unknown = [key for key in entry if key not in ("on", "is_workday", "reason")]
        faults += [f"day {day}: unknown key {key!r} (known: on, is_workday, reason)" for key in unknown]
        if not isinstance(entry.get("is_workday"), bool):
            faults.append(f"day {day}: is_workday must be true or false")
        if not isinstance(entry.get("reason"), str) or not entry["reason"].strip():
            faults.append(f"day {day}: reason must say why it is otherwise than the calendar says")
        if day in found:
            faults.append(f"day {day} stands twice")
        found[day] = bool(entry.get("is_workday"))
    return found


def _offices(told: Sequence[Any], faults: list[str]) -> tuple[Office, ...]:
    if not isinstance(told, list) or not told:
        faults.append('office must be a list such as [{ since = 2004-01-01, spans = ["08:00-12:00"] }]')
        return ()
    found: dict[date, Office] = {}
    for number, entry in enumerate(told, start=1):
        if not isinstance(entry, dict) or set(entry) != {"since", "spans"} or type(entry["since"]) is not date:
            faults.append(f"office {number} must say since (a day, such as 2004-01-01) and spans, and nothing else")
            continue
        name = f"office since {entry['since']}"
        if entry["since"] in found:
            faults.append(f"{name} stands twice")
        found[entry["since"]] = Office(entry["since"], _spans(entry["spans"], name, faults))
    return tuple(found[since] for since in sorted(found))


def _spans(told: Any, name: str, faults: list[str]) -> tuple[tuple[int, int], ...]:
    if not isinstance(told, list) or not told or not all(isinstance(text, str) for text in told):
        faults.append(f'{name}: spans must be a list such as ["08:00-12:00", "14:00-18:00"]')
        return ()
    found: list[tuple[int, int]] = []
    for text in told:
        parts = SPAN.fullmatch(text)
        if parts is None:
            faults.append(f"{name}: {text!r} is no span of a day such as 08:00-12:00")
            continue
        hours = [int(part) for part in parts.groups() if part is not None]
        start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if end <= start:
            faults.append(f"{name}: {text!r} ends before it begins")
            continue
        found.append((start, end))
    found.sort()
    for one, other in pairwise(found):
        if other[0] < one[1]:
            faults.append(f"{name}: spans overlap at {other[0] // 60:02d}:{other[0] % 60:02d}")
    return tuple(found)
