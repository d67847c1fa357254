"""How a reported case runs its course: accepted, dispatched, on the spot, handled, closed, and what goes differently.

Guards one invariant: the stages of a case never run backwards; what has not happened is NEVER, later than any clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from loaders.sample.days import DAY_S
from loaders.sample.plan import BoolArray, FloatArray, IntArray
from loaders.sample.reports import WORKER, Reports, channels
from loaders.sample.settings import URGENT, CourseSettings, Delay, SampleSettings

NEVER = int(np.iinfo(np.int64).max // 4)
_OFFICE_HOURS = (8.5, 17.5)
_LONG_LIMIT_S = 48 * 3600
_EXTENDED_OF_LATE = 0.35
_NAMED, _NEIGHBOURS = 0.7, 80
_REACHED, _SOLVED, _SCORED = 0.85, 0.91, 0.8
_SCORES_IF_SOLVED = (0.01, 0.02, 0.09, 0.31, 0.57)
_SCORES_IF_NOT = (0.3, 0.28, 0.24, 0.12, 0.06)


@dataclass(frozen=True)
class Courses:
    """One index a case; local seconds since 1970 or NEVER.

    `dropped` is when a case was voided or found to be a repeat, `extended_known` when its extension was granted.
    `reporter` is a number of who reported, -1 for nobody; `answer` what the reporter says when called back: 1 solved,
    0 not, -1 not reached; `score` 1 to 5, 0 for none.
    """

    accepted: IntArray
    registered: IntArray
    dispatched: IntArray
    arrived: IntArray
    handled: IntArray
    first_closed: IntArray
    reopened: IntArray
    closed: IntArray
    followed_up: IntArray
    due: IntArray
    extended_to: IntArray
    extended_known: IntArray
    suspended: IntArray
    resumed: IntArray
    dropped: IntArray
    reporter: IntArray
    answer: IntArray
    score: IntArray


@dataclass(frozen=True)
class _Work:
    """The stages up to the end of the work, without what goes differently."""

    accepted: IntArray
    registered: IntArray
    dispatched: IntArray
    arrived: IntArray
    handled: IntArray


@dataclass(frozen=True)
class _Setting:
    """What the stages of each case depend on; `limit` in seconds, `travel` the factor of its place on all ways."""

    reports: Reports
    kinds: NDArray[np.str_]
    channel: NDArray[np.str_]
    office: BoolArray
    limit: IntArray
    travel: FloatArray
    rules: CourseSettings
    rng: Generator

    def __len__(self) -> int:
        return len(self.limit)

    @property
    def due(self) -> IntArray:
        return self.reports.reported + self.limit

    def delay(self, delay: Delay) -> IntArray:
        """Log-normal delays in whole seconds, at least one."""
        return _whole(np.maximum(1, self.rng.lognormal(np.log(delay.median_s), delay.spread, len(self))))

    def chance(self, share: float | FloatArray) -> BoolArray:
        """True for a random share of the cases."""
        return np.asarray(self.rng.random(len(self)) < share)

    def opening(self, moments: IntArray) -> IntArray:
        """When crews (every day) or offices (weekdays) get to it."""
        crews = self.within(moments, (self.rules.opens_at, self.rules.closes_at), weekdays=False)
        return np.where(self.office, self.within(moments, _OFFICE_HOURS, weekdays=True), crews)

    def within(self, moments: IntArray, hours: tuple[float, float], *, weekdays: bool) -> IntArray:
        """The moments themselves, or soon after the next opening if they fall outside the hours (or weekdays)."""
        opens, closes = (int(hour * 3600) for hour in hours)
        day, second = np.divmod(moments, DAY_S)
        late = second >= closes
        opened = day + late
        if weekdays:
            weekday = (opened + 3) % 7  # 1970-01-01 was a Thursday, Monday is 0
            opened = opened + np.where(weekday >= 5, 7 - weekday, 0)
        outside = late | (second < opens) | (opened != day)
        return np.where(outside, opened * DAY_S + opens + self.rng.integers(60, 5400, len(moments)), moments)


def courses(reports: Reports, travel: FloatArray, settings: SampleSettings, rng: Generator) -> Courses:
    """The whole course of each report, also beyond any clock; `travel` is the factor of its place on all ways."""
    rules, kinds = settings.course, np.array([category.kind for category in settings.categories])[reports.category]
    limits = np.array([round(category.due_hours * 3600) for category in settings.categories])
    offices = np.array([pattern.office for pattern in settings.patterns])
    setting = _Setting(
        reports=reports,
        kinds=kinds,
        channel=np.array(channels(settings.rhythm))[reports.channel],
        office=offices[reports.pattern],
        limit=limits[reports.category],
        travel=travel,
        rules=rules,
        rng=rng,
    )
    quick, usual = _urgent(setting), _general(setting)
    work = _Work(*(np.where(kinds == URGENT, getattr(quick, f.name), getattr(usual, f.name)) for f in fields(_Work)))
    return _finished(work, setting)


def _finished(plain: _Work, setting: _Setting) -> Courses:
    """The whole course: work with its pauses, the first close, reopening, extension, call-back, and what is dropped."""
    rules, urgent = setting.rules, setting.kinds == URGENT
    suspended, resumed, pause = _pauses(plain, setting)
    work = replace(plain, handled=plain.handled + pause)
    first_closed = work.handled + np.minimum(setting.delay(rules.check), np.where(urgent, 900, DAY_S))
    reopened, closed = _reopenings(first_closed, setting)
    extended_to, extended_known = _extensions(work, first_closed, suspended, pause, setting)
    call = setting.within(closed + setting.delay(rules.follow_up), (9.0, rules.closes_at), weekdays=False)
    called = setting.chance(_by_key(rules.follow_up_share, setting.channel))
    unseen = setting.chance(_by_key(rules.no_arrival_share, setting.kinds)) & (suspended == NEVER)
    dropped = work.accepted + setting.rng.integers(60, 1500, len(setting))
    is_dropped = setting.chance(rules.void_share) | (setting.reports.twin >= 0)
    answer, score = _answers(setting)
    return Courses(
        accepted=work.accepted,
        registered=work.registered,
        dispatched=work.dispatched,
        arrived=np.where(unseen, NEVER, work.arrived),
        handled=work.handled,
        first_closed=first_closed,
        reopened=reopened,
        closed=closed,
        followed_up=np.where(called, call, NEVER),
        due=setting.due,
        extended_to=extended_to,
        extended_known=extended_known,
        suspended=suspended,
        resumed=resumed,
        dropped=np.where(is_dropped, dropped, NEVER),
        reporter=_reporter(setting),
        answer=answer,
        score=score,
    )


def _reporter(setting: _Setting) -> IntArray:
    """Who reported: of each neighbourhood a few report often, many now and then."""
    neighbour = _whole(_NEIGHBOURS * setting.rng.random(len(setting)) ** 2)
    return np.where(setting.chance(_NAMED), setting.reports.microgrid * (_NEIGHBOURS + 1) + neighbour, -1)


def _answers(setting: _Setting) -> tuple[IntArray, IntArray]:
    """What reporters say when called back; drawn last, so that what was drawn before stays as it was."""
    reached, solved, scored = (setting.chance(share) for share in (_REACHED, _SOLVED, _SCORED))
    happy, unhappy = (
        setting.rng.choice(np.arange(1, 6), len(setting), p=shares) for shares in (_SCORES_IF_SOLVED, _SCORES_IF_NOT)
    )
    scored &= reached
    return np.where(reached, solved.astype(np.int64), -1), np.where(scored, np.where(solved, happy, unhappy), 0)


def _whole(values: FloatArray) -> IntArray:
    return np.asarray(np.rint(values), dtype=np.int64)


def _by_key(table: Mapping[str, float], keys: NDArray[np.str_]) -> FloatArray:
    """The value of each key in `table`."""
    names, which = np.unique(keys, return_inverse=True)
    return np.asarray(np.array([table[str(name)] for name in names])[which])


def _urgent(setting: _Setting) -> _Work:
    """Day and night, in minutes: the 10-minute promise. Rush hours, long ways and the bad week cost time."""
    rules, reports = setting.rules, setting.reports
    accepted = reports.reported + setting.delay(rules.urgent_accept)
    registered = accepted + setting.delay(rules.urgent_register)
    dispatched = registered + setting.delay(rules.urgent_dispatch)
    rush = np.where(np.isin(reports.reported % DAY_S // 3600, rules.slow_hours), rules.slow_factor, 1.0)
    storm = np.where(reports.storm, rules.bad_week_factor, 1.0)
    arrived = dispatched + _whole(setting.delay(rules.urgent_arrive) * setting.travel * rush * storm)
    return _Work(accepted, registered, dispatched, arrived, arrived + 120 + setting.delay(rules.urgent_close))


def _general(setting: _Setting) -> _Work:
    """In hours and days: crews work by day, offices on weekdays; the work takes a share of the time limit."""
    rules, rng, reported = setting.rules, setting.rng, setting.reports.reported
    own_find = np.where(setting.channel == WORKER, 0.25, 1.0)
    accepted = reported + 1 + _whole(own_find * setting.delay(rules.accept))
    registered = accepted + setting.delay(rules.register)
    dispatched = setting.opening(registered + setting.delay(rules.dispatch))
    storm = np.where(setting.reports.storm, rules.bad_week_factor, 1.0)
    done = reported + _whole(setting.limit * _limit_used(setting) * storm)
    very_late = setting.due + _whole(rng.uniform(*rules.very_late_days, len(setting)) * DAY_S)
    done = np.where(setting.chance(rules.very_late_share), very_late, done)
    handled = setting.opening(np.maximum(done, dispatched + rng.integers(900, 5400, len(setting))))
    share = rng.uniform(*rules.arrive_share, len(setting))
    arrived = setting.opening(dispatched + _whole((handled - dispatched) * share))
    return _Work(accepted, registered, dispatched, np.minimum(arrived, handled - 120), handled)


def _limit_used(setting: _Setting) -> FloatArray:
    """The share of its time limit that each case of office work takes."""
    used = np.zeros(len(setting))
    for kind, delay in setting.rules.limit_used.items():
        rows = np.flatnonzero(setting.kinds == kind)
        used[rows] = setting.rng.lognormal(np.log(delay.median_s / 100), delay.spread, len(rows))
    return used


def _pauses(work: _Work, setting: _Setting) -> tuple[IntArray, IntArray, IntArray]:
    """When some long cases are suspended and resumed, and for how long (0: not at all)."""
    long = (setting.limit >= _LONG_LIMIT_S) & (work.handled - work.arrived > 3600)
    paused = long & setting.chance(setting.rules.suspend_share * len(setting) / max(1, int(long.sum())))
    start = work.arrived + (work.handled - work.arrived) // 3
    pause = _whole(setting.rng.uniform(1.0, 9.0, len(setting)) * DAY_S)
    return np.where(paused, start, NEVER), np.where(paused, start + pause, NEVER), np.where(paused, pause, 0)


def _reopenings(first_closed: IntArray, setting: _Setting) -> tuple[IntArray, IntArray]:
    """When a case is opened again (or NEVER) and when it is closed for good."""
    again = setting.chance(setting.rules.reopen_share)
    reopened = first_closed + _whole(setting.rng.lognormal(np.log(1.2 * DAY_S), 0.8, len(setting)))
    redone = reopened + 1800 + _whole(setting.limit * setting.rng.uniform(0.1, 0.6, len(setting)))
    return np.where(again, reopened, NEVER), np.where(again, setting.opening(redone), first_closed)


def _extensions(
    work: _Work, first_closed: IntArray, suspended: IntArray, pause: IntArray, setting: _Setting
) -> tuple[IntArray, IntArray]:
    """New limits and when they were granted: a suspended case gets its pause, some late ones half the limit more."""
    due, limit = setting.due, setting.limit
    granted = due - limit // 10
    late = (first_closed > due) & (granted > work.dispatched) & (limit >= _LONG_LIMIT_S) & (pause == 0)
    wanted = setting.rules.extend_share * len(setting) / max(1, int(late.sum()))
    more = late & setting.chance(min(_EXTENDED_OF_LATE, wanted))
    extended = np.where(pause > 0, due + pause, np.where(more, due + limit // 2, NEVER))
    return extended, np.where(pause > 0, suspended, np.where(more, granted, NEVER))
