"""What the scene 时效 computes: lengths of stages beside the usual ones, the promise by day, arrivals by community.

Invariant: a stage is called slow, and an area late, only where chance does not explain it; under MINIMUM_N nothing is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.figures import binomial_tail
from cockpit.queries import Asked, fresh, shared, store
from config.indicators import indicator
from config.site import site
from geo import quantiles
from geo.wall import response as wall_response
from geo.wall.response import GENERAL, URGENT, Arrivals, Promise, StageLength
from geo.windows import Window

MINIMUM_N = 10
PROMISE_S = 600
SPANS = (1, 7, 28)
"""What "now" means, in days up to today: the shortest that has MINIMUM_N urgent arrivals."""
USUAL_DAYS = 28
"""So many days before are what is usual."""
WEEKS = 12
"""Of a site with few arrivals a day, so many weeks are shown instead of days."""
GENERAL_DAYS = 7
STAGES = {URGENT: ("accept", "dispatch", "arrival"), GENERAL: ("accept", "dispatch", "arrival", "handle", "follow_up")}
"""The stages that are shown of each class, in the order of the work."""
LEAST_SLOWER_S = 60
"""A stage that takes less longer than usual is not worth a sentence."""
LEAST_SLOWER = 0.25
"""Of many cases, whose lengths are not told one by one, a median is slow that is longer by this share."""
LATE_CHANCE = 0.00135
"""Of so many looked at together only what chance brings once in 740 times is called late (three deviations)."""
NOTHING = Promise(None, 0, is_told=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of one class now: None where nothing ended in it; `usual_s` is the median of the time before."""

    name: str
    now: StageLength | None
    usual_s: int | None
    is_slow: bool


@dataclass(frozen=True, slots=True)
class Community:
    """The arrivals of one community: late where it lies below the promise beyond chance."""

    code: str
    seconds: tuple[int, ...]
    share: float | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class Response:
    """The whole scene. `span`: how many days up to today "now" is; `promise` is that of the span, `urgent` its stages.

    `past`: the promise of single days (of weeks where `step` is 7) up to today by first day, oldest first.
    `communities`: their arrivals of the last `days` days.
    """

    span: int
    promise: Promise
    urgent: tuple[Stage, ...]
    general: tuple[Stage, ...]
    past: tuple[tuple[date, Promise], ...]
    step: int
    communities: tuple[Community, ...]
    days: int

    @property
    def day(self) -> date:
        """The day up to which all this is told."""
        return self.past[-1][0] + timedelta(days=self.step - 1)

    @property
    def has_urgent(self) -> bool:
        """Whether there is anything to tell of urgent cases, be it that no source tells when somebody came."""
        came = self.promise.arrivals or any(one.seconds for one in self.communities)
        return bool(came or n_of(self.urgent) or not self.promise.is_told)

    def usual(self) -> tuple[float, float] | None:
        """The band of eight in ten of the days (weeks) before the last; None with fewer than MINIMUM_N of them."""
        shares = sorted(share for _, day in self.past[:-1] if (share := day.share) is not None)
        if len(shares) < MINIMUM_N:
            return None
        return shares[quantiles.rank(len(shares), 0.1) - 1], shares[quantiles.rank(len(shares), 0.9) - 1]


def n_of(stages: Sequence[Stage]) -> int:
    """How many cases have gone through a stage."""
    return max((stage.now.n for stage in stages if stage.now), default=0)


def target() -> float:
    """The share that the promise is kept by (config/kpi)."""
    return indicator("onscene_within_10min").target or 0.9


def response(asked: Asked, *, is_past: bool = False) -> Response:
    """The scene at the clock; raises StoreUnavailable when it was not asked for before. `is_past`: of a moment that
    stands still, whose hour was asked for before its last load.
    """
    today = asked.clock.at.astimezone(site().zone).date()
    now, before = _now(asked, today=today), _before(asked if is_past else asked.of_hour, today=today)
    spans = {**before.spans, 1: (now.urgent, now.promise)}
    span = next((span for span in SPANS if spans[span][1].arrivals >= MINIMUM_N), SPANS[-1])
    stages, promise = spans[span]
    past = before.by_day if sum(1 for _, day in before.by_day if day.share is not None) > len(before.by_day) / 2 else ()
    step = 1 if past else 7
    return Response(
        span=span,
        promise=promise,
        urgent=_stages(URGENT, stages, before.usual[span]),
        general=_stages(GENERAL, now.general, before.usual[GENERAL_DAYS]),
        past=(*past, (today, now.promise)) if past else before.by_week,
        step=step,
        communities=before.communities,
        days=before.days,
    )


Lengths = tuple[StageLength, ...]


@dataclass(frozen=True, slots=True)
class _Now:
    urgent: Lengths
    general: Lengths
    promise: Promise


@dataclass(frozen=True, slots=True)
class _Before:
    """What is asked once an hour: by span what is now of more than a day, and what is usual beside it."""

    spans: Mapping[int, tuple[Lengths, Promise]]
    usual: Mapping[int, Lengths]
    by_day: tuple[tuple[date, Promise], ...]
    by_week: tuple[tuple[date, Promise], ...]
    communities: tuple[Community, ...]
    days: int


@fresh
def _now(asked: Asked, *, today: date) -> _Now:
    day, week = _until(today, 1), _until(today, GENERAL_DAYS)
    urgent, general = _lengths(asked, [day, week])
    return _Now(urgent, general, _promises(asked, [day])[0])


@shared
def _before(asked: Asked, *, today: date) -> _Before:
    spans = [_until(today, span) for span in SPANS]
    usual = [Window(each.start - timedelta(days=USUAL_DAYS), each.start, each.zone) for each in spans]
    told = _lengths(asked, [*spans, *usual])
    promises = _promises(asked, spans)
    days = [_until(today - timedelta(days=back), 1) for back in range(USUAL_DAYS - 1, 0, -1)]
    weeks = [_until(today - timedelta(days=7 * back), 7) for back in range(WEEKS - 1, -1, -1)]
    n_days = USUAL_DAYS
    found = communities(wall_response.arrivals(store(), asked.viewer, asked.clock, window=_until(today, n_days)))
    if sum(1 for one in found if one.share is not None) * 2 < max(1, len(found)):
        n_days = 7 * WEEKS
        found = communities(wall_response.arrivals(store(), asked.viewer, asked.clock, window=_until(today, n_days)))
    return _Before(
        spans=dict(zip(SPANS, zip(told, promises, strict=False), strict=True)),
        usual=dict(zip(SPANS, told[len(SPANS) :], strict=True)),
        by_day=_dated(asked, days),
        by_week=_dated(asked, weeks),
        communities=found,
        days=n_days,
    )


def _dated(asked: Asked, windows: Sequence[Window]) -> tuple[tuple[date, Promise], ...]:
    return tuple(zip((each.start for each in windows), _promises(asked, windows), strict=True))


def _until(last: date, days: int) -> Window:
    """So many days, `last` among them."""
    return Window(last - timedelta(days=days - 1), last + timedelta(days=1), site().zone)


def _lengths(asked: Asked, windows: Sequence[Window]) -> tuple[Lengths, ...]:
    found = wall_response.stages(store(), asked.viewer, asked.clock, windows=windows)
    return tuple(tuple(one for one in found if one.window_no == number) for number in range(len(windows)))


def _promises(asked: Asked, windows: Sequence[Window]) -> tuple[Promise, ...]:
    """One a window, also for who may see none."""
    return wall_response.promises(store(), asked.viewer, asked.clock, windows=windows) or (NOTHING,) * len(windows)


def _stages(response_class: str, now: Lengths, before: Lengths) -> tuple[Stage, ...]:
    current = {one.stage: one for one in now if one.response_class == response_class}
    usual = {one.stage: one for one in before if one.response_class == response_class and one.n >= MINIMUM_N}

    def told(name: str) -> Stage:
        of_now, of_then = current.get(name), usual.get(name)
        return Stage(name, of_now, of_then.p50_s if of_then else None, is_slow(of_now, of_then))

    return tuple(told(name) for name in STAGES[response_class])


def is_slow(now: StageLength | None, usual: StageLength | None) -> bool:
    """Whether the median lies above the usual one by LEAST_SLOWER_S or more, and its 95 % interval as a whole too."""
    if now is None or usual is None or now.n < MINIMUM_N or now.p50_s - usual.p50_s < LEAST_SLOWER_S:
        return False
    if now.seconds is None:
        return now.p50_s > usual.p50_s * (1 + LEAST_SLOWER)
    low, _ = quantiles.interval_ranks(now.n, 0.5)
    return low is not None and now.seconds[low - 1] > usual.p50_s


def communities(found: tuple[Arrivals, ...]) -> tuple[Community, ...]:
    """Each community with its share of arrivals within the promise, and whether it is late."""
    return tuple(community(one.code, one.seconds) for one in found if one.code is not None)


def community(code: str, seconds: tuple[int, ...]) -> Community:
    """One area with its share (None under MINIMUM_N); late: beyond chance below the promise, by the exact test."""
    n, within = len(seconds), sum(each <= PROMISE_S for each in seconds)
    if n < MINIMUM_N:
        return Community(code, seconds, None, is_late=False)
    is_late = within < target() * n and binomial_tail(within, n, share=target()) <= LATE_CHANCE
    return Community(code, seconds, within / n, is_late)
