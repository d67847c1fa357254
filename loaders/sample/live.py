"""The sample street as time goes by: the rows of incidents that are new or say something new since the last look.

Guards one invariant: what a case will become is drawn beforehand, so a case is told alike whenever somebody looks; an
emergency that is brought forward has a number of its own and never takes that of another case.
"""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loaders.sample.courses import NEVER
from loaders.sample.days import DAY_S, local_seconds
from loaders.sample.incidents import Cases, told
from loaders.sample.plan import Plan
from loaders.sample.settings import SampleSettings

AHEAD = timedelta(days=45)
"""So far the future is drawn; a demonstration that runs longer goes quiet."""
NUMBERS_FROM = 10_000
"""Numbers of a day that no drawn case has; an emergency brought forward adds its second of the day."""
_MOMENTS = (
    "accepted", "registered", "dispatched", "arrived", "handled", "first_closed", "reopened", "closed", "followed_up",
    "extended_known", "suspended", "resumed", "dropped",
)  # fmt: skip
_LIMITS = ("due", "extended_to")


class Live:
    """The street from a clock on; local moments without a zone."""

    def __init__(self, cases: Cases, plan: Plan, settings: SampleSettings, clock: datetime) -> None:
        self._cases, self._plan, self._settings = cases, plan, settings
        self._seen = local_seconds(clock)
        self._brought: list[int] = []
        self._next = self._seen + round(settings.live.first_minutes * 60)
        emergencies = [number for number, category in enumerate(settings.categories) if category.emergency]
        reports, run = cases.reports, cases.courses
        fits = np.isin(reports.category, emergencies) & (reports.twin < 0) & ~reports.placeless
        fits &= (reports.reported > self._seen) & (run.dropped == NEVER) & (run.arrived != NEVER)
        self._waiting = np.flatnonzero(fits).tolist()

    def rows(self, now: datetime) -> pl.DataFrame:
        """The cases of which something happened since the last call, as they are known at `now`."""
        moment = local_seconds(now)
        while self._waiting and self._next <= moment:
            self._bring_forward(self._waiting.pop(0), self._next)
            self._next += round(self._settings.live.every_minutes * 60)
        changed = self._changed(self._seen, moment)
        self._seen = moment
        return self._told(changed, moment)

    def ended(self, now: datetime) -> pl.DataFrame:
        """The emergencies that were brought forward and are still open, as closed now: nobody goes on with them."""
        moment = local_seconds(now)
        run = self._cases.courses
        rows = np.array([row for row in self._brought if run.first_closed[row] > moment], dtype=np.int64)
        for name in _MOMENTS:
            stage = getattr(run, name)
            stage[rows] = np.where(stage[rows] > moment, NEVER, stage[rows])
        for stage in (run.first_closed, run.closed):
            stage[rows] = moment
        return self._told(rows, moment)

    def _bring_forward(self, row: int, moment: int) -> None:
        reports, run = self._cases.reports, self._cases.courses
        by = int(reports.reported[row]) - moment
        reports.reported[row] = moment
        reports.number[row] = NUMBERS_FROM + moment % DAY_S
        for name in (*_MOMENTS, *_LIMITS):
            stage = getattr(run, name)
            if stage[row] != NEVER:
                stage[row] -= by
        self._brought.append(row)

    def _changed(self, after: int, until: int) -> NDArray[np.int64]:
        moments = [self._cases.reports.reported, *(getattr(self._cases.courses, name) for name in _MOMENTS)]
        happened = np.logical_or.reduce([(moment > after) & (moment <= until) for moment in moments])
        return np.flatnonzero(happened & (self._cases.reports.reported <= until))

    def _told(self, rows: NDArray[np.int64], moment: int) -> pl.DataFrame:
        if not len(rows):
            return pl.DataFrame()
        return told(self._cases, self._plan, self._settings, moment)[rows]
