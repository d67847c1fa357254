"""Every indicator counted a second time with numpy and pandas alone, from cases that a recomputation read from files.

Nothing of the program is imported here. Moments are seconds since 1970 as float64, NaN where there is none. Each family
of marks quotes the rule it follows ("How a figure is counted", kpis.md); a stage that a set never carries has no data.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import pairwise
from math import sqrt

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Geod

STAMPS = (
    "reported", "registered", "accepted", "dispatched", "arrived", "handled", "first_closed", "reopened", "closed",
    "followed_up", "due", "extended_to", "suspended", "resumed",
)  # fmt: skip
DECISIONS = ("exempted", "exemption_withdrawn")  # by people, not by a file
WHOLE = "site"  # stands for the code of the one area of the level site
FEWEST = 10
PROMISE_SECONDS = 600
QUARTER_SECONDS = 900
MANY_CLOSES = 20
NEAR_METRES = 50
DAY_SECONDS = 86_400
WILSON_Z = 1.959963984540054
EARTH = Geod(ellps="WGS84")
Moments = NDArray[np.float64]
Mask = NDArray[np.bool_]
Reasons = Sequence[tuple[str, Mask]]


@dataclass(frozen=True)
class Window:
    """A window [start, end) in moments of the site's time zone, seen at `clock`; both ends carry a zone."""

    start: datetime
    end: datetime
    clock: datetime

    @property
    def cut(self) -> datetime:
        """E: "E = min(to, as_of), as_of = the clock"."""
        return min(self.end, self.clock)


@dataclass(frozen=True)
class Expected:
    """One figure as this module counts it; `excluded` holds what its marks leave out, by reason."""

    unit: str
    value: float | None
    n: int | None
    numerator: int | None = None
    denominator: int | None = None
    low: float | None = None
    high: float | None = None
    note: str | None = None
    excluded: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """How an indicator is made of the counts of its family: `per_cent` of a quantile, `scale` of a quotient."""

    kind: str
    family: str
    stages: tuple[str, ...] = ()
    unit: str = "ratio"
    per_cent: int = 0
    scale: int = 1
    per_households: bool = False


def _quantiles(slug: str, family: str, *stages: str) -> dict[str, Rule]:
    return {f"{slug}_p{share}": Rule("quantile", family, stages, "s", per_cent=share) for share in (50, 90)}


RULES: Mapping[str, Rule] = {
    "incidents": Rule("count", "incidents", unit="count"),
    "reports": Rule("count", "reports", unit="count"),
    "reports_per_incident": Rule("quotient", "reports_per_incident"),
    "incidents_per_1000_households": Rule("quotient", "incidents", unit="per_1000", scale=1000, per_households=True),
    "surge_z": Rule("change", "surge", unit="z"),
    "valid_report_rate": Rule("rate", "valid_report", ("registered",)),
    "grid_solved_rate": Rule("rate", "grid_solved", ("dispatched", "closed")),
    "closure_rate": Rule("rate", "closure", ("closed",)),
    "on_time_rate": Rule("rate", "on_time", ("closed",)),
    "on_time_rate_exempted": Rule("rate", "on_time_exempted", ("closed",)),
    "exemption_rate": Rule("rate", "exemption", ("closed",)),
    "urgent_on_time_rate": Rule("rate", "urgent_on_time", ("closed",)),
    "clearance_ratio": Rule("quotient", "clearance", ("closed",)),
    "backlog": Rule("count", "backlog", ("closed",), "count"),
    "backlog_not_due": Rule("count", "backlog_not_due", ("closed",), "count"),
    "backlog_overdue": Rule("count", "backlog_overdue", ("closed",), "count"),
    "backlog_suspended": Rule("count", "backlog_suspended", ("closed", "suspended"), "count"),
    "backlog_days": Rule("quotient", "backlog_days", ("closed",), "d", scale=28),
    **_quantiles("overdue_age", "overdue_age", "closed"),
    "overdue_over_30d": Rule("count", "overdue_over_30d", ("closed",), "count"),
    "overdue_over_90d": Rule("count", "overdue_over_90d", ("closed",), "count"),
    "carry_over_rate": Rule("rate", "carry_over", ("closed",)),
    "extension_rate": Rule("rate", "extension", ("extended",)),
    "suspension_rate": Rule("rate", "suspension", ("suspended",)),
    **_quantiles("accept", "accept", "accepted"),
    "accept_within_15min": Rule("rate", "accept", ("accepted",)),
    **_quantiles("dispatch", "dispatch", "dispatched"),
    "dispatch_within_15min": Rule("rate", "dispatch", ("dispatched",)),
    **_quantiles("arrival", "arrival", "dispatched", "arrived"),
    "arrival_within_10min": Rule("rate", "arrival", ("dispatched", "arrived")),
    **_quantiles("onscene", "onscene", "arrived"),
    "onscene_within_10min": Rule("rate", "onscene", ("arrived",)),
    **_quantiles("handling", "handling", "dispatched", "handled"),
    **_quantiles("close", "close", "closed"),
    **_quantiles("close_km", "close_km", "closed"),
    **{
        f"stage_share_{stage}": Rule(
            "quotient", f"stage_share_{stage}", ("accepted", "dispatched", "arrived", "closed")
        )
        for stage in ("accept", "dispatch", "arrival", "handle")
    },
    "rework_rate": Rule("rate", "rework", ("closed", "reopened")),
    "repeat_rate": Rule("rate", "repeat", ("closed",)),
    "suspect_closure_rate": Rule("rate", "suspect", ("closed",)),
    **_quantiles("followup", "follow_up", "closed", "followed_up"),
    "solved_rate": Rule("rate", "solved", ("followed_up", "solved")),
    "satisfaction_rate": Rule("rate", "satisfaction", ("followed_up", "scored")),
    "followup_coverage": Rule("rate", "follow_up_coverage", ("closed", "followed_up")),
}


@dataclass(frozen=True)
class Cases:
    """All cases of a set: stamps by name; which are void, duplicates (with the row of the original or -1) or urgent.

    `answer` is 1 for solved, 0 for not, `score` 1 to 5; NaN where the reporter was not asked or did not say.

    `agency` is a number or -1; `places` by level the area's code or null; `near` the pairs (first, second) of one
    category that are of one reporter or at most 50 m apart; `covers` the days of each load as moments [first, after the
    last).
    """

    stamps: Mapping[str, Moments]
    is_void: Mask
    is_duplicate: Mask
    original: NDArray[np.int64]
    is_urgent: Mask
    answer: Moments
    score: Moments
    category: NDArray[np.object_]
    agency: NDArray[np.int64]
    places: Mapping[str, NDArray[np.object_]]
    near: tuple[NDArray[np.int64], NDArray[np.int64]]
    stages: frozenset[str]
    covers: Sequence[tuple[datetime, datetime]]
    households: Mapping[tuple[str, str], int]


def cases(
    frame: pd.DataFrame,
    *,
    stages: Iterable[str],
    levels: Iterable[str],
    covers: Sequence[tuple[datetime, datetime]],
    urgent: Iterable[str] = (),
    households: Mapping[tuple[str, str], int] | None = None,
) -> Cases:
    """The cases of a frame: `case_id`, `category`, stamps as aware moments, `longitude`, `latitude`, a column a level,
    and where the set has them `void`, `duplicate`, `original_id`, `agency`.
    """
    size = len(frame)
    nothing = pd.Series([None] * size, index=frame.index, dtype=object)
    position = pd.Series(np.arange(size), index=frame["case_id"])
    original = frame.get("original_id", nothing).map(position).fillna(-1).to_numpy(dtype=np.int64)
    return Cases(
        stamps={
            name: seconds(frame[name]) if name in frame else np.full(size, np.nan) for name in (*STAMPS, *DECISIONS)
        },
        is_void=_flag(frame, "void"),
        is_duplicate=_flag(frame, "duplicate"),
        original=original,
        is_urgent=frame["category"].isin(list(urgent)).to_numpy(),
        answer=_number(frame, "answer"),
        score=_number(frame, "score"),
        category=frame["category"].to_numpy(dtype=object),
        agency=pd.factorize(frame.get("agency", nothing))[0],
        places={level: frame[level].to_numpy(dtype=object) for level in levels if level != WHOLE},
        near=_near(frame),
        stages=frozenset(stages),
        covers=covers,
        households=households or {},
    )


def _flag(frame: pd.DataFrame, name: str) -> Mask:
    return frame[name].to_numpy(dtype=bool) if name in frame else np.zeros(len(frame), dtype=bool)


def _number(frame: pd.DataFrame, name: str) -> Moments:
    return frame[name].to_numpy(dtype=np.float64) if name in frame else np.full(len(frame), np.nan)


def seconds(stamp: pd.Series) -> Moments:
    """Seconds since 1970 of aware moments, NaN where there is none."""
    elapsed = pd.to_datetime(stamp, utc=True) - pd.Timestamp(0, tz="UTC")
    return elapsed.dt.total_seconds().to_numpy(dtype=np.float64)


def _near(frame: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of cases of one category of one reporter or at most 50 m apart on the ellipsoid; both orders."""
    longitude = pd.to_numeric(frame["longitude"]).to_numpy(dtype=np.float64)
    latitude = pd.to_numeric(frame["latitude"]).to_numpy(dtype=np.float64)
    metres = np.array([np.cos(np.radians(np.nanmean(latitude))), 1.0]) * 111_320
    firsts, seconds_ = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for rows in frame.groupby("category").indices.values():
        placed = rows[~np.isnan(longitude[rows])]
        points = shapely.points(np.column_stack([longitude[placed], latitude[placed]]) * metres)
        one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=NEAR_METRES + 2)
        one, other = placed[one], placed[other]
        _, _, apart = EARTH.inv(longitude[one], latitude[one], longitude[other], latitude[other])
        kept = (one != other) & (np.asarray(apart) <= NEAR_METRES)
        firsts.append(one[kept])
        seconds_.append(other[kept])
    if "reporter" in frame:
        for rows in frame.groupby(["category", "reporter"]).indices.values():
            one, other = (grid.ravel() for grid in np.meshgrid(rows, rows))
            firsts.append(one[one != other])
            seconds_.append(other[one != other])
    return np.concatenate(firsts), np.concatenate(seconds_)


@dataclass(frozen=True)
class Marks:
    """The cases of one family: which, in numerator and denominator, why left out (the first reason that holds).

    `durations` in seconds; `parts` where times are added up; `ended` where open cases count up to now.
    """

    rows: NDArray[np.int64]
    numerator: Mask
    denominator: Mask
    reasons: Reasons
    durations: Moments | None = None
    parts: Moments | None = None
    ended: Mask | None = None


class Sight:
    """What is known of all cases of a window: the case sets and the state at E.

    "State at E (closed, suspended, deadline with its extensions) is what the events before E give"; "Events later than
    the clock do not exist in any figure".
    """

    def __init__(self, found: Cases, window: Window, category: str | None) -> None:
        self.found = found
        self.start, self.cut, self.clock = (each.timestamp() for each in (window.start, window.cut, window.clock))
        at = found.stamps
        self.reported = at["reported"]
        exists = (self.reported <= self.clock) & ~found.is_void
        self.exists_anywhere = exists
        wanted = exists if category is None else exists & (found.category == category)
        known_original = (found.original >= 0) & (self.reported[found.original] <= self.clock)
        self.is_orphan = found.is_duplicate & ~known_original
        self.is_folded = found.is_duplicate & known_original
        self.each = np.flatnonzero(wanted & (self.reported >= self.start) & (self.reported < window.end.timestamp()))
        self.distinct = wanted & ~self.is_folded
        self.cases = self.each[~self.is_folded[self.each]]
        before = self.start - (self.cut - self.start)
        self.before = np.flatnonzero(self.distinct & (self.reported >= before) & (self.reported < self.start))
        self.closed = self.closed_by(self.cut)
        self.due = np.where(np.isnan(at["extended_to"]), at["due"], at["extended_to"])
        self.is_due = self.due < self.cut
        self.was_suspended = at["suspended"] < self.cut
        self.is_suspended = self.was_suspended & ~(at["resumed"] < self.cut) & np.isnan(self.closed)
        self.open = np.flatnonzero(self.distinct & (self.reported < self.cut) & np.isnan(self.closed))
        begun = min(self.start, self.cut)
        self.open_at_start = np.flatnonzero(self.distinct & (self.reported < begun) & np.isnan(self.closed_by(begun)))

    def closed_by(self, moment: float) -> Moments:
        """When each case was closed that is closed by the events before the moment: the last close, not reopened."""
        at = self.found.stamps
        first = np.where(at["first_closed"] < moment, at["first_closed"], -np.inf)
        last = np.maximum(first, np.where(at["closed"] < moment, at["closed"], -np.inf))
        reopened = np.where(at["reopened"] < moment, at["reopened"], -np.inf)
        return np.where(last > reopened, last, np.nan)

    def known(self, stage: str) -> Moments:
        """The stamps of a stage, "as known in the data version (not cut at E)"."""
        if stage == "closed":
            return self.closed_by(self.clock + 0.5)  # whole seconds: those at the clock are known
        return np.where(self.found.stamps[stage] <= self.clock, self.found.stamps[stage], np.nan)

    def tells(self, *stages: str) -> bool:
        """Whether the set carries all these stages."""
        return self.found.stages.issuperset(stages)


def _marks(sight: Sight) -> dict[str, Marks]:
    """The marks of every family."""
    return {**_counts(sight), **_kinds_of_backlog(sight), **_flows(sight), **_spans(sight), **_quality(sight)}


def _of(rows: NDArray[np.int64], numerator: Mask, denominator: Mask | None, reasons: Reasons) -> Marks:
    """Marks of some rows from masks over all cases; every case is in the denominator where none is told."""
    base = np.ones(len(rows), dtype=bool) if denominator is None else denominator[rows]
    return Marks(rows, numerator[rows], base, [(name, mask[rows]) for name, mask in reasons])


def _all(sight: Sight, is_so: bool) -> Mask:
    return np.full(len(sight.reported), is_so)


def _counts(sight: Sight) -> dict[str, Marks]:
    """R: "reported in the window, not void, duplicates folded into their original; a duplicate without a known original
    is out of every rate and counted under `excluded.duplicate`"."""
    rows, yes = sight.cases, _all(sight, is_so=True)
    orphan = ("duplicate", sight.is_orphan)
    no_close = ("no_close_stage", _all(sight, is_so=not sight.tells("closed")))
    closed, at = ~np.isnan(sight.closed), sight.found.stamps
    suspended = ("suspended", sight.is_suspended)
    not_due = ~closed & ~sight.is_due
    no_deadline = ("no_deadline", np.isnan(sight.due))
    untold = {
        stage: (f"no_{name}_stage", _all(sight, is_so=not sight.tells(stage)))
        for stage, name in (("extended", "extension"), ("suspended", "suspension"), ("reopened", "reopening"))
    }
    on_time = (closed & (sight.closed <= sight.due), None)
    on_time_reasons = [orphan, no_close, suspended, no_deadline, ("not_due", not_due)]
    exempted = (at["exempted"] <= sight.clock) & ~(at["exemption_withdrawn"] <= sight.clock)
    urgent = rows[sight.found.is_urgent[rows]]
    handled_before = at["handled"] < sight.cut
    was_closed = (at["closed"] < sight.cut) | (at["first_closed"] < sight.cut)
    return {
        "incidents": _of(rows, yes, None, [orphan]),
        "reports": _of(sight.each, yes, None, []),
        "reports_per_incident": _of(sight.each, yes, ~sight.is_orphan & ~sight.is_folded, []),
        "valid_report": _of(
            rows,
            at["registered"] < sight.cut,
            None,
            [orphan, ("no_registration_stage", _all(sight, is_so=not sight.tells("registered")))],
        ),
        # K12: "closed by grid without dispatch / R"
        "grid_solved": _of(
            rows,
            closed & ~(at["dispatched"] < sight.cut),
            None,
            [orphan, ("no_close_stage", _all(sight, is_so=not sight.tells("closed", "dispatched")))],
        ),
        # K15: "closed before E / {due before E, or closed before E, or without a deadline}"; suspended ones leave
        "closure": _of(rows, closed, None, [orphan, no_close, suspended, ("not_due", not_due & ~np.isnan(sight.due))]),
        # K16: "closed_at ≤ due_at / {with a deadline: due before E or closed before E}"
        "on_time": _of(rows, *on_time, on_time_reasons),
        # "exempted cases leave numerator and denominator only where they were overdue", as far as the clock knows
        "on_time_exempted": _of(rows, *on_time, [*on_time_reasons, ("exempted", exempted & ~on_time[0])]),
        # K26: "approved exemptions / overdue"
        "exemption": _of(rows, exempted, None, [*on_time_reasons, ("on_time", on_time[0])]),
        "urgent_on_time": _of(urgent, *on_time, on_time_reasons),
        # K22: "extended/R; suspended/R"; a feed does not say when it extended: from the report on
        "extension": _of(rows, ~np.isnan(at["extended_to"]), None, [orphan, untold["extended"], no_deadline]),
        "suspension": _of(rows, sight.was_suspended, None, [orphan, untold["suspended"]]),
        # K23: "cases returned ≥1 after handling / handled"
        "rework": _of(
            rows,
            (at["reopened"] < sight.cut) & (at["reopened"] >= np.fmin(at["first_closed"], at["handled"])),
            None,
            [orphan, no_close, untold["reopened"], ("open", ~was_closed & ~handled_before)],
        ),
        "follow_up_coverage": _of(
            rows,
            at["followed_up"] < sight.cut,
            None,
            [
                orphan,
                ("no_follow_up_stage", _all(sight, is_so=not sight.tells("closed", "followed_up"))),
                ("open", ~closed),
            ],
        ),
    }


def _kinds_of_backlog(sight: Sight) -> dict[str, Marks]:
    """K18: "neither void nor duplicate, reported before E at any time, not closed before E, suspended included"."""
    rows = sight.open[~sight.is_orphan[sight.open]]
    reasons = [("no_close_stage", _all(sight, is_so=not sight.tells("closed")))]
    late = sight.cut - sight.due
    kinds = {
        "backlog": _all(sight, is_so=True),
        "backlog_not_due": ~sight.is_due & ~sight.is_suspended,
        "backlog_overdue": sight.is_due,
        "backlog_suspended": sight.is_suspended,
        "overdue_over_30d": late > 30 * DAY_SECONDS,
        "overdue_over_90d": late > 90 * DAY_SECONDS,
    }
    found = {name: _of(rows[is_so[rows]], is_so, None, reasons) for name, is_so in kinds.items()}
    overdue = rows[sight.is_due[rows]]
    found["overdue_age"] = _span(sight, overdue, sight.due, _all_at(sight, sight.cut), [])
    return found


def _all_at(sight: Sight, moment: float) -> Moments:
    return np.full(len(sight.reported), moment)


def _flows(sight: Sight) -> dict[str, Marks]:
    """What came in against what was there or what went out: two case sets, one in the numerator, one below it."""
    orphan = ("duplicate", sight.is_orphan)
    reasons = [orphan, ("no_close_stage", _all(sight, is_so=not sight.tells("closed")))]

    def closed_since(moment: float) -> NDArray[np.int64]:
        return np.flatnonzero(sight.distinct & (sight.closed >= moment))

    four_weeks = sight.cut - 28 * DAY_SECONDS
    so_far = sight.cases[sight.reported[sight.cases] < sight.cut]
    return {
        "surge": _two(so_far, sight.before, [orphan]),
        "clearance": _two(closed_since(sight.start), sight.cases, reasons),
        "backlog_days": _two(sight.open, closed_since(four_weeks), reasons),
        # K20: "open at B / (open at B + R)"
        "carry_over": _two(sight.open_at_start, sight.cases, reasons, both_below=True),
    }


def _two(above: NDArray[np.int64], below: NDArray[np.int64], reasons: Reasons, *, both_below: bool = False) -> Marks:
    """`above` in the numerator, `below` under it. A case left out is one, in however many parts it would have been: "a
    duplicate without a known original is out of every rate and counted under `excluded.duplicate`".
    """
    is_out = np.logical_or.reduce([mask for _, mask in reasons])
    below = np.setdiff1d(below, above[is_out[above]])
    rows = np.concatenate([above, below])
    is_above = np.arange(len(rows)) < len(above)
    base = np.ones(len(rows), dtype=bool) if both_below else ~is_above
    return Marks(rows, is_above, base, [(name, mask[rows]) for name, mask in reasons])


def _spans(sight: Sight) -> dict[str, Marks]:
    """Durations: "cases of R with both stamps"; "only a duration that is itself negative is left out"."""
    at = {stage: sight.known(stage) for stage in STAMPS[:10] if stage != "due"}
    rows, reported = sight.cases, sight.reported
    # "dispatch: registered, else accepted, else reported → dispatched"
    begun = np.where(np.isnan(at["registered"]), at["accepted"], at["registered"])
    begun = np.where(np.isnan(begun), reported, begun)
    no_arrival = ("no_arrival", np.isnan(at["arrived"]))
    no_dispatch = ("no_dispatch", np.isnan(at["dispatched"]))
    unclosed = ("open", np.isnan(at["closed"]))

    def span(start: Moments, end: Moments, *reasons: tuple[str, Mask], within: int | None = None) -> Marks:
        return _span(sight, rows, start, end, reasons, within=within)

    found = {
        "accept": span(reported, at["accepted"], ("no_acceptance", np.isnan(at["accepted"])), within=QUARTER_SECONDS),
        "dispatch": span(begun, at["dispatched"], no_dispatch, within=QUARTER_SECONDS),
        "arrival": span(at["dispatched"], at["arrived"], no_dispatch, no_arrival, within=PROMISE_SECONDS),
        "onscene": span(reported, at["arrived"], no_arrival, within=PROMISE_SECONDS),
        "handling": span(at["dispatched"], at["handled"], no_dispatch, ("no_handling", np.isnan(at["handled"]))),
        "close": span(reported, at["closed"], unclosed),
        "follow_up": span(at["closed"], at["followed_up"], unclosed, ("no_follow_up", np.isnan(at["followed_up"]))),
    }
    until = np.where(np.isnan(at["closed"]), sight.clock, at["closed"])
    survival = span(reported, until)
    found["close_km"] = Marks(
        rows,
        survival.numerator,
        survival.denominator,
        survival.reasons,
        survival.durations,
        ended=~np.isnan(at["closed"])[rows],
    )
    # K08: "Σ stage time / Σ total, per stage", of cases that have every stamp in order
    order = (reported, at["accepted"], at["dispatched"], at["arrived"], at["closed"])
    in_order = np.logical_and.reduce([one <= other for one, other in pairwise(order)])
    whole = span(reported, at["closed"], ("incomplete", ~in_order))
    for name, start, end in zip(("accept", "dispatch", "arrival", "handle"), order[:-1], order[1:], strict=True):
        parts = np.floor(end - start)[rows]
        found[f"stage_share_{name}"] = Marks(
            rows, whole.numerator, whole.denominator, whole.reasons, whole.durations, parts=parts
        )
    return found


def _span(
    sight: Sight, rows: NDArray[np.int64], start: Moments, end: Moments, reasons: Reasons, *, within: int | None = None
) -> Marks:
    elapsed = np.floor(end - start)
    told = [("duplicate", sight.is_orphan), *reasons, ("negative", end < start)]
    is_inside = elapsed <= within if within is not None else _all(sight, is_so=False)
    found = _of(rows, is_inside, None, told)
    return Marks(rows, found.numerator, found.denominator, found.reasons, elapsed[rows])


def _quality(sight: Sight) -> dict[str, Marks]:
    """K24 and K51, over "cases of R closed before E"; K29 and K30, "solved / reached, (...) score ≥ 4 of 5 / scored,
    call-backs before E"."""
    reasons = [
        ("duplicate", sight.is_orphan),
        ("no_close_stage", _all(sight, is_so=not sight.tells("closed"))),
        ("open", np.isnan(sight.closed)),
    ]
    at, asked = sight.found.stamps, {}
    for family, told, said in (("solved", "solved", sight.found.answer), ("satisfaction", "scored", sight.found.score)):
        asked[family] = _of(
            sight.cases,
            said >= (1 if told == "solved" else 4),
            None,
            [
                ("duplicate", sight.is_orphan),
                ("no_follow_up_stage", _all(sight, is_so=not sight.tells("followed_up", told))),
                ("no_follow_up", ~(at["followed_up"] < sight.cut)),
                ("not_reached" if told == "solved" else "not_scored", np.isnan(said)),
            ],
        )
    return {
        **asked,
        "repeat": _of(sight.cases, _followed(sight), None, reasons),
        "suspect": _of(sight.cases, (sight.closed - sight.reported < PROMISE_SECONDS) | _in_bulk(sight), None, reasons),
    }


def _followed(sight: Sight) -> Mask:
    """ "followed, within 30 × 24 h after closed_at and before E, by another valid case of the same category, of
    the same reporter or ≤ 50 m away (geodesic)"."""
    one, other = sight.found.near
    valid = sight.exists_anywhere & ~sight.found.is_duplicate
    later = sight.reported[other] - sight.closed[one]
    hit = valid[other] & (later > 0) & (later <= 30 * DAY_SECONDS) & (sight.reported[other] < sight.cut)
    found = _all(sight, is_so=False)
    found[one[hit]] = True
    return found


def _in_bulk(sight: Sight) -> Mask:
    """ "one of > 20 closes of the same agency_responsible in one clock minute", of valid cases."""
    rows = np.flatnonzero(
        sight.exists_anywhere & ~sight.found.is_duplicate & (sight.found.agency >= 0) & ~np.isnan(sight.closed)
    )
    groups = pd.Series(rows).groupby([sight.found.agency[rows], sight.closed[rows] // 60])
    found = _all(sight, is_so=False)
    found[rows[(groups.transform("size") > MANY_CLOSES).to_numpy(dtype=bool)]] = True
    return found


@dataclass(frozen=True)
class _Area:
    """What one family counts in one area."""

    numerator: int
    denominator: int
    n: int
    durations: Moments
    ended: Mask
    excluded: Mapping[str, int]


def figures(
    found: Cases,
    window: Window,
    *,
    level: str,
    areas: Sequence[str],
    category: str | None = None,
) -> dict[tuple[str, str], Expected]:
    """Every figure of a level by (slug, area code), areas without a case included.

    "In a covered window an area without cases has 0"; "level `site` is the whole, cases outside every area included,
    which enter no other area's figure".
    """
    sight = Sight(found, window, category)
    number = {area: index for index, area in enumerate(areas)}
    if level == WHOLE:
        place = np.zeros(len(sight.reported), dtype=np.int64)
    else:
        place = np.array([number.get(code, -1) for code in found.places[level]], dtype=np.int64)
    is_covered = _is_covered(found, window.start, window.cut)
    is_covered_before = _is_covered(found, window.start - (window.end - window.start), window.start)
    told: dict[tuple[str, str], Expected] = {}
    counted = {family: _by_area(marks, place, len(areas)) for family, marks in _marks(sight).items()}
    for slug, rule in RULES.items():
        is_told = is_covered and (rule.kind != "change" or is_covered_before) and sight.tells(*rule.stages)
        for area, index in number.items():
            people = found.households.get((level, area)) if rule.per_households else None
            told[slug, area] = _figure(rule, counted[rule.family][index], people, is_told=is_told)
    return told


def _is_covered(found: Cases, start: datetime, end: datetime) -> bool:
    """Whether a load covers a day of the window: "the days from the first to the last report of each load"."""
    return start < end and any(first < end and start < last for first, last in found.covers)


def days_between(reported: pd.Series) -> tuple[datetime, datetime]:
    """The days from the first to the last of these moments, in their zone, as moments [first, after the last)."""
    first, last = (moment.normalize() for moment in (reported.min(), reported.max()))
    return first.to_pydatetime(), (last + pd.DateOffset(days=1)).to_pydatetime()


def _by_area(marks: Marks, place: NDArray[np.int64], areas: int) -> list[_Area]:
    """The marks of one family rolled up by area: "from cases (Σnum/Σden), never the mean of rates"."""
    here = place[marks.rows]
    why = (
        np.select([mask for _, mask in marks.reasons], range(1, len(marks.reasons) + 1), default=0)
        if marks.reasons
        else np.zeros(len(here), dtype=np.int64)
    )
    kept = (why == 0) & (here >= 0)
    left_out = [
        np.bincount(here[(why == index) & (here >= 0)], minlength=areas) for index in range(1, len(marks.reasons) + 1)
    ]
    n = np.bincount(here[kept & marks.denominator], minlength=areas)
    numerator = np.bincount(here[kept & marks.numerator], minlength=areas)
    denominator = n
    durations = np.empty(0) if marks.durations is None else marks.durations
    if marks.parts is not None:
        numerator = np.bincount(here[kept], weights=marks.parts[kept], minlength=areas)
        denominator = np.bincount(here[kept], weights=durations[kept], minlength=areas)
    rows = np.flatnonzero(kept)
    rows = rows[np.argsort(here[rows], kind="stable")]
    ends = np.cumsum(np.bincount(here[rows], minlength=areas))
    parts = np.split(rows, ends[:-1])
    return [
        _Area(
            int(numerator[area]),
            int(denominator[area]),
            int(n[area]),
            durations[parts[area]] if len(durations) else durations,
            marks.ended[parts[area]] if marks.ended is not None else np.empty(0, dtype=bool),
            {name: int(left_out[index][area]) for index, (name, _) in enumerate(marks.reasons)},
        )
        for area in range(areas)
    ]


def _figure(rule: Rule, area: _Area, households: int | None, *, is_told: bool) -> Expected:
    """The figure of one area.

    "Count: n = value; numerator, denominator, low, high null"; "Rate: n = denominator"; "n < 10 gives value, low, high
    null, `note: too-few`, the rest still given"; "No-data goes before too-few. Denominator 0, a stage the source never
    carries (...): null, `no-data`. A count may be 0".
    """
    if rule.kind == "count":
        value = area.numerator if is_told else None
        return Expected(rule.unit, value, value, note=None if is_told else "no-data", excluded=area.excluded)
    if rule.kind == "quantile":
        return _quantile(rule, area, is_told=is_told)
    denominator = households if rule.per_households else area.denominator
    note = None
    if not is_told or (rule.kind != "change" and not denominator):
        note = "no-data"
    elif rule.kind != "change" and not rule.per_households and area.n < FEWEST:
        note = "too-few"
    value = low = high = None
    if note is None and rule.kind == "change":
        value = 2 * (sqrt(area.numerator) - sqrt(area.denominator))
    elif note is None:
        value = area.numerator * rule.scale / (denominator or 1)
    if note is None and rule.kind == "rate":
        low, high = wilson(area.numerator, area.denominator)
    n = area.n if rule.kind != "change" else area.numerator if note is None else None
    return Expected(rule.unit, value, n, area.numerator, denominator, low, high, note, area.excluded)


def _quantile(rule: Rule, area: _Area, *, is_told: bool) -> Expected:
    """ "the smallest value whose rank is ≥ q·n"; "n = durations used; numerator, denominator null; (...) the order
    statistics x(l), x(u)"."""
    n = area.n
    if not is_told or n < FEWEST:
        note = "too-few" if is_told and n else "no-data"
        return Expected("s", None, n, note=note, excluded=area.excluded)
    if rule.family == "close_km":
        value = survival_quantile(area.durations, area.ended, rule.per_cent)
        return Expected("s", value, n, note="not-reached" if value is None else None, excluded=area.excluded)
    ordered = np.sort(area.durations)
    low, high = order_statistics(n, rule.per_cent)
    value, *ends = (
        None if rank is None else float(ordered[rank - 1]) for rank in (-(-n * rule.per_cent // 100), low, high)
    )
    return Expected("s", value, n, low=ends[0], high=ends[1], excluded=area.excluded)


def survival_quantile(durations: Moments, ended: Mask, per_cent: int) -> float | None:
    """The first time at which at least `per_cent` of a hundred have ended (Kaplan and Meier 1958); None if never."""
    survival = 1.0
    for moment in np.unique(durations[ended]):
        at_risk = int((durations >= moment).sum())
        survival *= 1 - int((durations[ended] == moment).sum()) / at_risk
        if survival <= 1 - per_cent / 100 + 1e-12:
            return float(moment)
    return None


@cache
def order_statistics(n: int, per_cent: int) -> tuple[int | None, int | None]:
    """ "l the largest with P(Bin(n,q) ≤ l−1) ≤ 0.025, u the smallest with P(Bin(n,q) ≤ u−1) ≥ 0.975, null where there
    is none"."""
    q = per_cent / 100
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    k = np.arange(n + 1)
    below = np.cumsum(np.exp(logs[n] - logs[k] - logs[n - k] + k * np.log(q) + (n - k) * np.log(1 - q)))
    low = int((below <= 0.025).sum())
    reached = np.flatnonzero(below >= 0.975)
    high = int(reached[0]) + 1 if len(reached) else n + 1
    return low or None, high if high <= n else None


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The bounds of the score interval: "Rates: Wilson, z = 1.959963984540054" (Wilson 1927, no continuity
    correction)."""
    share, z_squared = numerator / denominator, WILSON_Z**2
    middle = share + z_squared / (2 * denominator)
    reach = WILSON_Z * sqrt(share * (1 - share) / denominator + z_squared / (4 * denominator**2))
    scale = 1 + z_squared / denominator
    return (middle - reach) / scale, (middle + reach) / scale
