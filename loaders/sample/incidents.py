"""The incidents of the sample street as they are known at the clock.

Guards one invariant: nothing later than the clock is in the table, and what a state says is what its stages say.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime

import numpy as np
import polars as pl
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from loaders.sample.courses import NEVER, Courses, courses
from loaders.sample.days import DAY_S, local_seconds, months
from loaders.sample.ground import to_lonlat
from loaders.sample.people import by_type
from loaders.sample.places import Places
from loaders.sample.plan import BoolArray, IntArray, Plan
from loaders.sample.reports import Reports, channels, month_reports
from loaders.sample.settings import CourseSettings, SampleSettings

_SPARE = 1.05
_DAYS_A_YEAR = 365.25
_BY_COMMUNITY = "社区"
_STREAM = 7
_RECENT_S = 12 * DAY_S


@dataclass(frozen=True)
class Window:
    """From the first day to the clock; `cases` (None: as many as the settings say) counts back from the clock."""

    first_day: date
    clock: datetime
    cases: int | None


@dataclass(frozen=True)
class Cases:
    """Reports and their courses, index by index."""

    reports: Reports
    courses: Courses


def incident_table(plan: Plan, places: Places, settings: SampleSettings, window: Window, seed: int) -> pl.DataFrame:
    """One row is one incident, ordered by report, under the headings of the standard file; times are local."""
    now = local_seconds(window.clock)
    cases = _reported(_simulated(plan, places, settings, window, seed), window, now)
    _settle_at(cases, settings, window, seed)
    return told(cases, plan, settings, now)


def cases_until(
    plan: Plan, places: Places, settings: SampleSettings, window: Window, seed: int, *, until: datetime
) -> Cases:
    """The cases of the window as `incident_table` has them, and those that will be reported up to `until`."""
    longer = replace(window, clock=until)
    cases = _reported(_simulated(plan, places, settings, longer, seed), longer, local_seconds(until))
    _settle_at(cases, settings, window, seed)
    return cases


def _settle_at(cases: Cases, settings: SampleSettings, window: Window, seed: int) -> None:
    settle_rng = default_rng([seed, _STREAM, window.clock.date().toordinal()])
    expected = settings.rhythm.a_year * settings.rhythm.months_back / 12
    factor = (window.cases or expected) / expected
    _settle(cases, local_seconds(window.clock), settings.course, factor, settle_rng)


def _simulated(plan: Plan, places: Places, settings: SampleSettings, window: Window, seed: int) -> Cases:
    """All months of the window, each from its own random stream."""
    a_day = settings.rhythm.a_year / _DAYS_A_YEAR
    if window.cases is not None:
        a_day = window.cases * _SPARE / max(1, (window.clock.date() - window.first_day).days)
    travel = by_type(plan, settings.course.travel_by_type)
    reports, runs = [], []
    for month in months(window.first_day, window.clock.date()):
        rng = default_rng([seed, month.year, month.month])
        found = month_reports(month, a_day, places, settings, rng)
        reports.append(found)
        runs.append(courses(found, travel[found.microgrid], settings, rng))
    offsets = np.cumsum([0, *(len(part.reported) for part in reports[:-1])])
    twins = [np.where(part.twin < 0, -1, part.twin + start) for part, start in zip(reports, offsets, strict=True)]
    joined = {f.name: np.concatenate([getattr(part, f.name) for part in reports]) for f in fields(Reports)}
    run = {f.name: np.concatenate([getattr(part, f.name) for part in runs]) for f in fields(Courses)}
    return Cases(Reports(**{**joined, "twin": np.concatenate(twins)}), Courses(**run))


def _reported(cases: Cases, window: Window, now: int) -> Cases:
    """The cases inside the window; a repeat of what lies before it stands as a case of its own."""
    first = local_seconds(datetime.combine(window.first_day, datetime.min.time()))
    reported = cases.reports.reported
    begin, end = (int(edge) for edge in np.searchsorted(reported, [first, now + 1]))
    if window.cases is not None:
        begin = max(begin, end - window.cases)
    twin = cases.reports.twin[begin:end] - begin
    orphan = (cases.reports.twin[begin:end] >= 0) & (twin < 0)
    kept = {f.name: getattr(cases.reports, f.name)[begin:end] for f in fields(Reports)}
    run = {f.name: getattr(cases.courses, f.name)[begin:end].copy() for f in fields(Courses)}
    run["dropped"][orphan] = NEVER
    return Cases(Reports(**{**kept, "twin": np.maximum(twin, -1)}), Courses(**run))


def _is_closed(run: Courses, now: int) -> BoolArray:
    return np.asarray((run.closed <= now) | ((run.first_closed <= now) & (run.reopened > now)))


def _limit_in_force(run: Courses, now: int) -> IntArray:
    return np.asarray(np.where(run.extended_known <= now, run.extended_to, run.due))


def _settle(cases: Cases, now: int, rules: CourseSettings, factor: float, rng: Generator) -> None:
    """Lets a handful of cases end sooner or later, so that the page of now shows what it is for.

    Afterwards as many cases are overdue, and at least as many due soon, as the settings say (times `factor`); where
    too few candidates exist it stays at what there is.
    """
    run = cases.courses
    limit, plain = (
        _limit_in_force(run, now),
        (run.dropped == NEVER) & (run.reopened == NEVER) & (run.suspended == NEVER),
    )
    wanted = round(int(rng.integers(rules.overdue_now[0], rules.overdue_now[1] + 1)) * max(1.0, factor))
    overdue = np.flatnonzero((run.dropped == NEVER) & ~_is_closed(run, now) & (limit <= now))
    if len(overdue) > wanted:
        easy = overdue[plain[overdue]]
        _end(cases, rng.permutation(easy)[: len(overdue) - wanted], now, rng)
    else:
        lately = plain & (run.closed <= now) & (run.closed > limit) & (limit <= now) & (limit > now - _RECENT_S)
        _hold(run, np.flatnonzero(lately)[-(wanted - len(overdue)) :] if wanted > len(overdue) else overdue[:0])
    wanted = round(int(rng.integers(rules.due_soon_now[0], rules.due_soon_now[1] + 1)) * max(1.0, factor))
    near = (run.dropped == NEVER) & (limit > now) & (limit <= now + rules.due_soon_s)
    missing = wanted - int((near & ~_is_closed(run, now)).sum())
    if missing > 0:
        done = np.flatnonzero(near & plain & (run.closed <= now))
        _hold(run, rng.permutation(done)[:missing])


def _hold(run: Courses, rows: NDArray[np.int64]) -> None:
    """The work on these cases has not ended yet."""
    for stage in (run.handled, run.first_closed, run.closed, run.followed_up):
        stage[rows] = NEVER


def _end(cases: Cases, rows: NDArray[np.int64], now: int, rng: Generator) -> None:
    """The work on these cases ended within the last hours; no stage is later than the end."""
    run = cases.courses
    closed = now - rng.integers(600, 5 * 3600, len(rows))
    closed = np.maximum(closed, cases.reports.reported[rows] + 1800)
    run.followed_up[rows] = NEVER
    for stage in (run.first_closed, run.closed):
        stage[rows] = closed
    ends = closed - 300
    for stage in (run.handled, run.arrived, run.dispatched, run.registered, run.accepted):
        stage[rows] = np.where(stage[rows] == NEVER, NEVER, np.minimum(stage[rows], ends))
        ends = ends - 60


def told(cases: Cases, plan: Plan, settings: SampleSettings, now: int) -> pl.DataFrame:
    """One row is one case as it is known at `now` (local seconds); index by index, also of those reported later."""
    reports, run = cases.reports, cases.courses
    dropped, twin = run.dropped <= now, reports.twin >= 0
    closed = _is_closed(run, now)
    paused = (run.suspended <= now) & (run.resumed > now) & ~closed
    status = np.select([dropped & twin, dropped, closed, paused], [2, 1, 3, 4], default=0)
    names = pl.Series(["open", "voided", "duplicate", "closed", "suspended"])
    community = plan.community_of[reports.microgrid]
    lonlat = pl.DataFrame(to_lonlat(reports.point), schema=["经度", "纬度"], orient="row")
    placeless = pl.Series(reports.placeless)
    codes = _codes(reports)

    def stamp(stage: IntArray, *, allowed: BoolArray | None = None) -> pl.Series:
        known = (stage <= now) if allowed is None else (stage <= now) & allowed
        return _stamps(stage, known)

    in_work = run.dropped == NEVER
    called = in_work & (run.followed_up <= now)
    again = run.reopened <= now
    final = np.where(again, run.closed, run.first_closed)
    return pl.DataFrame(
        {
            "编号": codes,
            "类别": pl.Series([category.code for category in settings.categories]).gather(reports.category),
            "渠道": pl.Series(channels(settings.rhythm)).gather(reports.channel),
            "状态": names.gather(status),
            "上报时间": stamp(reports.reported),
            "受理时间": stamp(run.accepted),
            "立案时间": stamp(run.registered, allowed=in_work),
            "派遣时间": stamp(run.dispatched, allowed=in_work),
            "到场时间": stamp(run.arrived, allowed=in_work),
            "处置时间": stamp(run.handled, allowed=in_work),
            "首次办结时间": stamp(run.first_closed, allowed=in_work & again),
            "重开时间": stamp(run.reopened, allowed=in_work),
            "办结时间": stamp(final, allowed=in_work),
            "回访时间": stamp(run.followed_up, allowed=in_work),
            "办理时限": _stamps(run.due, np.ones(len(status), dtype=bool)),
            "延期至": _stamps(run.extended_to, (run.extended_known <= now) & in_work),
            "挂起时间": stamp(run.suspended, allowed=in_work),
            "恢复时间": stamp(run.resumed, allowed=in_work),
            "原事件编号": codes.gather(np.maximum(reports.twin, 0)).set(pl.Series(~(dropped & twin)), None),
            "上报人": _reporters(run),
            "是否解决": pl.Series(["否", "是"])
            .gather(np.maximum(run.answer, 0))
            .set(pl.Series(~called | (run.answer < 0)), None),
            "满意度": pl.Series(run.score).set(pl.Series(~called | (run.score == 0)), None),
            "承办单位": _agencies(reports, community, plan, settings),
            "经度": lonlat["经度"].set(placeless, None),
            "纬度": lonlat["纬度"].set(placeless, None),
            "社区代码": pl.Series(plan.communities.codes).gather(community),
        }
    )


def _reporters(run: Courses) -> pl.Series:
    """The number of the user who reported, as in YH004217; null for nobody."""
    numbers = pl.Series(np.maximum(run.reporter, 0)).cast(pl.String).str.zfill(6)
    return ("YH" + numbers).set(pl.Series(run.reporter < 0), None)


def _stamps(seconds: IntArray, known: BoolArray) -> pl.Series:
    """Local times, null where not known."""
    values = (np.where(known, seconds, 0) * 1000).astype("datetime64[ms]")
    return pl.Series(values).set(pl.Series(~known), None)


def _codes(reports: Reports) -> pl.Series:
    """SJ, the day and the number of the day, as in SJ20261120-0031."""
    days = pl.Series((reports.reported // DAY_S).astype("datetime64[D]")).dt.strftime("SJ%Y%m%d-")
    return days + pl.Series(reports.number).cast(pl.String).str.zfill(4)


def _agencies(reports: Reports, community: IntArray, plan: Plan, settings: SampleSettings) -> pl.Series:
    """Who handles a case: the category's office, or the team of its community."""
    teams = [
        f"{name}{category.agency}" if category.agency.startswith(_BY_COMMUNITY) else category.agency
        for category in settings.categories
        for name in plan.short_names
    ]
    return pl.Series(teams).gather(reports.category * len(plan.short_names) + community)
