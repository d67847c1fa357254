"""What was reported when, where and through which channel: one calendar month of the sample street at a time.

Guards one invariant: a month depends on the seed and itself only; the past stays when the clock moves.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.random import Generator

from loaders.sample.days import DAY_S, days_of
from loaders.sample.places import Places
from loaders.sample.plan import BoolArray, FloatArray, IntArray
from loaders.sample.settings import URGENT, RhythmSettings, SampleSettings

_EPOCH = date(1970, 1, 1)
WORKER = "grid_worker"
_TWIN_DELAY_S = 1500.0
_WORKER_MOST = 0.9


@dataclass(frozen=True)
class Reports:
    """One index a report, ordered by time; times are local seconds since 1970 (a wall clock without zones).

    `category`, `pattern`, `channel`, `microgrid` are indexes; `point` metres (EPSG:4549); `twin` the index of
    the report that it repeats, or -1; `number` counts the reports of a day from 1; `storm` marks the bad week,
    `placeless` what came without a point.
    """

    reported: IntArray
    category: IntArray
    pattern: IntArray
    channel: IntArray
    microgrid: IntArray
    point: FloatArray
    twin: IntArray
    number: IntArray
    storm: BoolArray
    placeless: BoolArray


def channels(settings: RhythmSettings) -> tuple[str, ...]:
    """The channels' codes; an index into them is what reports carry."""
    return (WORKER, *settings.channels)


def month_reports(month: date, a_day: float, places: Places, settings: SampleSettings, rng: Generator) -> Reports:
    """All reports of the month that begins on `month`, at `a_day` reports on an average day of the year."""
    days = days_of(month)
    storm = np.array([in_bad_week(day, settings.rhythm) for day in days])
    counts = rng.poisson(a_day * _daily_weights(days, storm, settings, rng))
    day, category = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    pattern = _pattern_of(settings)[category]
    second, microgrid, point = _moments_and_places(pattern, places, settings, rng)
    channel = _channels(category, pattern, settings, rng)
    reported = (day + (month - _EPOCH).days) * DAY_S + second
    original = _repeat_some(reported, rng, share=settings.course.duplicate_share)
    copy = np.flatnonzero(original >= 0)
    for values in (category, pattern, microgrid, point, day):
        values[copy] = values[original[copy]]
    later = reported[original[copy]] + 45 + rng.exponential(_TWIN_DELAY_S, len(copy)).astype(np.int64)
    reported[copy] = np.minimum(later, reported[original[copy]] // DAY_S * DAY_S + DAY_S - 1)
    order = np.lexsort((np.arange(len(reported)), original >= 0, reported))
    place = np.argsort(order)
    twin = np.where(original >= 0, place[original], -1)[order]
    day_of = reported[order] // DAY_S
    number = np.arange(len(order)) - np.searchsorted(day_of, day_of) + 1
    return Reports(
        reported=reported[order], category=category[order], pattern=pattern[order], channel=channel[order],
        microgrid=microgrid[order], point=point[order], twin=twin, number=number, storm=storm[day][order],
        placeless=rng.random(len(order)) < settings.course.no_point_share,
    )  # fmt: skip


def in_bad_week(day: date, settings: RhythmSettings) -> bool:
    """Whether a day lies in the bad week: seven days of July in even years."""
    return day.year % 2 == 0 and day.month == 7 and 0 <= day.day - settings.bad_week_day < 7


def _pattern_of(settings: SampleSettings) -> IntArray:
    """The index of each category's pattern."""
    of = {code: index for index, pattern in enumerate(settings.patterns) for code in pattern.categories}
    return np.array([of[category.code] for category in settings.categories])


def _daily_weights(days: list[date], storm: BoolArray, settings: SampleSettings, rng: Generator) -> FloatArray:
    """Expected reports by day and category as a share of an average day."""
    rhythm, of = settings.rhythm, _pattern_of(settings)
    share = np.array([category.weight for category in settings.categories])
    season = np.array([pattern.months[days[0].month - 1] / np.mean(pattern.months) for pattern in settings.patterns])
    worse = np.array([pattern.bad_week for pattern in settings.patterns])
    weekday = np.array([rhythm.weekdays[day.weekday()] for day in days]) / np.mean(rhythm.weekdays)
    feasts = [date.fromisoformat(first) for first in rhythm.new_years]
    feast = np.array([any(0 <= (day - first).days < rhythm.new_year_days for first in feasts) for day in days])
    mood = weekday * np.where(feast, rhythm.new_year_factor, 1.0) * rng.lognormal(0.0, rhythm.day_noise, len(days))
    rise = np.where(storm[:, None], worse[of], 1.0)
    return np.asarray(mood[:, None] * share * season[of] * rise)


def _moments_and_places(
    pattern: IntArray, places: Places, settings: SampleSettings, rng: Generator
) -> tuple[IntArray, IntArray, FloatArray]:
    """Second of the day, micro-grid and point of each report."""
    second = rng.integers(0, 3600, len(pattern))
    microgrid = np.zeros(len(pattern), dtype=np.int64)
    point = np.zeros((len(pattern), 2))
    for index, rules in enumerate(settings.patterns):
        rows = np.flatnonzero(pattern == index)
        hours = np.array(rules.hours) / np.sum(rules.hours)
        second[rows] += 3600 * rng.choice(24, size=len(rows), p=hours)
        microgrid[rows], point[rows] = places.draw(index, len(rows), rng)
    return second, microgrid, point


def _channels(category: IntArray, pattern: IntArray, settings: SampleSettings, rng: Generator) -> IntArray:
    """Channels by category; over a year grid workers report the share that the settings say."""
    rhythm = settings.rhythm
    willing = np.array([rules.worker for rules in settings.patterns])
    share = np.array([entry.weight for entry in settings.categories])
    worker = rhythm.grid_worker_share * willing / np.sum(share * willing[_pattern_of(settings)])
    names = list(rhythm.channels)
    others = np.array([rhythm.channels[name] for name in names])
    channel = 1 + rng.choice(len(names), size=len(category), p=others / others.sum())
    urgent = np.array([entry.kind == URGENT for entry in settings.categories])[category]
    channel[(channel == 1 + names.index("device")) & ~urgent] = 1 + names.index("hotline_12345")
    channel[rng.random(len(category)) < np.minimum(worker, _WORKER_MOST)[pattern]] = 0
    return np.asarray(channel)


def _repeat_some(reported: IntArray, rng: Generator, *, share: float) -> IntArray:
    """For a share of the reports another one that they repeat, for all others -1; what is repeated repeats nothing."""
    original = np.full(len(reported), -1)
    copies = np.flatnonzero(rng.random(len(reported)) < share)
    firsts = np.setdiff1d(np.arange(len(reported)), copies)
    if len(firsts):
        original[copies] = rng.choice(firsts, size=len(copies))
    return original
