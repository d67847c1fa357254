"""Time to closure of the sample street counted a second time, from its file with pandas alone: office hours and rests.

Nothing of the program is imported here. The days are those of the State Council's notice on the holidays of 2026.
"""

from datetime import date, datetime, timedelta
from io import StringIO
from math import ceil

import pandas as pd

OFF = {date(2026, 9, 25), *(date(2026, 10, day) for day in range(1, 8))}
WORKED = {date(2026, 9, 20), date(2026, 10, 10)}
HOURS = ((8, 12), (14, 18))
WHOLE = "site"
STAMPS = {
    "上报时间": "reported", "首次办结时间": "first_closed", "重开时间": "reopened", "办结时间": "closed_again",
    "挂起时间": "suspended", "恢复时间": "resumed",
}  # fmt: skip
Span = tuple[datetime, datetime]


def cases(text: str) -> pd.DataFrame:
    """One row a case that counts: `community`, `reported`, `closed` (the last close not followed by a reopening),
    and its whole seconds `work` (office hours without rests) and `active` (all hours without rests), null while open.
    """
    told = pd.read_csv(StringIO(text), dtype=str).rename(columns=STAMPS)
    for name in STAMPS.values():
        told[name] = pd.to_datetime(told[name]).astype(object).where(told[name].notna(), None)
    is_orphan = (told["状态"] == "duplicate") & ~told["原事件编号"].isin(told["编号"])
    kept = told[~told["状态"].isin(["voided", "duplicate"]) & ~is_orphan].copy()
    kept["community"] = kept["社区代码"]
    kept["closed"] = pd.Series([_last_close(row) for row in kept.itertuples()], index=kept.index, dtype=object)
    spans = [_active(row) for row in kept.itertuples()]
    kept["active"] = [_seconds(found) for found in spans]
    kept["work"] = [None if found is None else sum(_in_office(*span) for span in found) for found in spans]
    return kept


def _last_close(row: object) -> datetime | None:
    """ "closed_at the last close not followed by a reopen" """
    again, first, reopened = row.closed_again, row.first_closed, row.reopened  # type: ignore[attr-defined]
    if reopened is None:
        return again or first
    return again if again is not None and again >= reopened else None


def _active(row: object) -> list[Span] | None:
    """From the report to the close without the time from the suspension to the resumption, or to the close."""
    start, end = row.reported, row.closed  # type: ignore[attr-defined]
    rests, goes_on = row.suspended, row.resumed  # type: ignore[attr-defined]
    if end is None:
        return None
    if rests is None or rests >= end:
        return [(start, end)]
    goes_on = end if goes_on is None or goes_on > end else goes_on
    return [(start, max(start, rests)), (max(start, goes_on), end)]


def _seconds(spans: list[Span] | None) -> int | None:
    return None if spans is None else sum(int((end - start).total_seconds()) for start, end in spans)


def _in_office(start: datetime, end: datetime) -> int:
    """Seconds of [start, end] in the office hours of working days, day by day."""
    passed, day = 0, start.date()
    while day <= end.date():
        if day in WORKED or (day.weekday() < 5 and day not in OFF):
            for opens, closes in HOURS:
                midnight = datetime.combine(day, datetime.min.time())
                first, last = (
                    max(start, midnight + timedelta(hours=opens)),
                    min(end, midnight + timedelta(hours=closes)),
                )
                passed += max(0, int((last - first).total_seconds()))
        day += timedelta(days=1)
    return passed


def quantile(durations: "pd.Series[float]", share: float) -> int | None:
    """ "the smallest value whose rank is ≥ q·n", null under ten"""
    kept = sorted(int(each) for each in durations.dropna())
    return kept[ceil(share * len(kept) - 1e-9) - 1] if len(kept) >= 10 else None


def by_area(found: pd.DataFrame, start: date, end: date) -> dict[str, pd.DataFrame]:
    """The cases reported on the days [start, end), of the whole and of each community."""
    reported = found["reported"].map(lambda moment: moment.date())
    window = found[(reported >= start) & (reported < end)]
    return {WHOLE: window} | dict(list(window.groupby("community")))
