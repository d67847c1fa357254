"""What the data page asks: its part of the URL, its cached queries, and how late each source is.

Invariant: every query carries the viewer, the clock, the data version and the end of the ledger, and the URL reaches a
query only as a number of at most nine digits or as a choice among what exists.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from cockpit import lateness, queries
from cockpit.access import refusals
from cockpit.context import Note, View
from cockpit.quality import Score, score
from cockpit.queries import AskedLedger
from config.categories import UNCLASSIFIED
from geo import steward
from geo.errors import StoreUnavailable
from geo.steward import (
    Holding,
    LoadDay,
    LoadLine,
    LoadPage,
    LoadQuery,
    QualityCounts,
    Reason,
    RejectPage,
    RejectQuery,
    SourceLine,
    Trouble,
)

DATASETS = ("boundaries", "layers", "incidents", "service-points", "households", "staff", "funds")
"""In the order in which they need each other: places first, then what is placed."""
OTHER_LOAD: Mapping[str, None] = dict.fromkeys(("fault", "rows", "sort", "dir", "row", "state", "list"))
"""What of the URL belongs to the load looked at, and goes with it."""
PAGE_LOADS = 20
PAGE_REJECTS = 25
SHOWN_TROUBLE = 6
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class DataView:
    """Everything the panels of the page ask with.

    `load` is the one looked at, None where nothing was ever loaded or (`load_fault`) where it cannot be read now.
    """

    view: View
    asked: AskedLedger | None
    load: LoadLine | None = None
    sources: tuple[SourceLine, ...] = ()
    ledger: LoadQuery = field(default_factory=LoadQuery)
    fault: str | None = None
    rejects: RejectQuery = field(default_factory=lambda: RejectQuery(0))
    load_fault: StoreUnavailable | None = field(default=None, compare=False)

    @property
    def today(self) -> date:
        """The clock's day in the site's time zone."""
        return self.view.now.date()

    @property
    def is_newest(self) -> bool:
        """Whether the load looked at is the newest line of the ledger."""
        return bool(self.load and self.asked and self.load.load_id == self.asked.end)

    @property
    def has_rows(self) -> bool:
        """Whether the load looked at has rows that were kept or quarantined; of a refused file there are none."""
        return self.load is None or not self.load.is_refused

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever loaded; not said of a store that cannot be read."""
        return self.asked is not None and self.load is None and self.load_fault is None

    def chosen(self) -> LoadLine | None:
        """The load looked at, None where nothing was ever loaded; raises StoreUnavailable where it cannot be read."""
        self.known()
        if self.load_fault:
            raise self.load_fault
        return self.load

    def known(self) -> AskedLedger:
        """What to ask with; raises StoreUnavailable when the store is down and nothing was kept."""
        if self.asked is None:
            raise self.view.fault or StoreUnavailable("the ledger of loads cannot be read")
        return self.asked


@dataclass(frozen=True, slots=True)
class Freshness:
    """A source and when its next delivery was or is due; `late_s` is above 0 once that has passed.

    `is_behind`: what came last ends on an earlier day than the one it came on, and that day decides.
    """

    source: SourceLine
    due_at: datetime
    late_s: float
    is_behind: bool

    @property
    def is_late(self) -> bool:
        """Whether the agreed age has passed."""
        return self.late_s > 0


@queries.shared
def _loads(asked: AskedLedger, *, query: LoadQuery) -> LoadPage:
    return steward.loads(queries.store(), asked.viewer, asked.clock, query=query)


@queries.shared
def _newest_day(asked: AskedLedger, *, zone: str) -> LoadDay | None:
    return steward.newest_day(queries.store(), asked.viewer, asked.clock, zone=zone)


@queries.shared
def _troubled(asked: AskedLedger, *, most: int) -> tuple[tuple[Trouble, ...], int]:
    return steward.troubled(queries.store(), asked.viewer, asked.clock, most=most)


@queries.shared
def _reasons(asked: AskedLedger, *, load_id: int) -> tuple[Reason, ...]:
    return steward.reasons(queries.store(), asked.viewer, asked.clock, load_id=load_id)


@queries.shared
def _sources(asked: AskedLedger, *, today: date) -> tuple[SourceLine, ...]:
    return steward.sources(queries.store(), asked.viewer, asked.clock, today=today)


@queries.shared
def _quality(asked: AskedLedger, *, zone: str) -> tuple[QualityCounts, ...]:
    return steward.quality(queries.store(), asked.viewer, asked.clock, zone=zone, unsorted=UNCLASSIFIED)


@queries.shared
def _holdings(asked: AskedLedger, *, today: date) -> tuple[Holding, ...]:
    return steward.holdings(queries.store(), asked.viewer, asked.clock, today=today)


def open_data(view: View) -> DataView:
    """The page's view from the URL; with a store that is down and nothing kept, one that only says so."""
    view = replace(view, notes=tuple(note for note in view.notes if note.key != "common.note_moved_period"))
    try:
        asked = queries.asked_ledger(view.asked)
        return _open(view, asked)
    except StoreUnavailable as fault:
        return DataView(replace(view, fault=fault), None)


def _open(view: View, asked: AskedLedger) -> DataView:
    sources = _sources(asked, today=view.now.date())
    data = DataView(view, asked, sources=sources, ledger=_ledger_query(view, sources))
    try:
        return _with_load(data, asked)
    except StoreUnavailable as fault:
        return replace(data, load_fault=fault)


def _with_load(data: DataView, asked: AskedLedger) -> DataView:
    view = data.view
    load, notes = _chosen(asked, view.params)
    if notes:
        refusals.note(view.viewer, what="load", asked=view.params["load"], where="page")
    faults = [reason.fault for reason in _reasons(asked, load_id=load.load_id)] if load else []
    fault = view.params.get("fault")
    fault = fault if fault in faults else None
    rejects = RejectQuery(
        load.load_id if load else 0,
        fault=fault,
        sort=view.option("sort", steward.SORTS),
        direction=view.option("dir", ("asc", "desc")),
        skip=(parse_number(view.params.get("rows", ""), least=1) - 1) * PAGE_REJECTS,
        rows=PAGE_REJECTS,
    )
    return replace(data, view=replace(view, notes=view.notes + notes), load=load, fault=fault, rejects=rejects)


def _chosen(asked: AskedLedger, params: Mapping[str, str]) -> tuple[LoadLine | None, tuple[Note, ...]]:
    """The load that the URL names, else the newest, with a note where there is none of that number."""
    named = params.get("load")
    if named:
        found = _loads(asked, query=LoadQuery(load_id=parse_number(named, least=0), rows=1)).lines
        if found:
            return found[0], ()
    newest = _loads(asked, query=LoadQuery(rows=1)).lines
    notes = (Note("data.note_load", (("value", named),)),) if named and newest else ()
    return (newest[0] if newest else None), notes


def _ledger_query(view: View, sources: tuple[SourceLine, ...]) -> LoadQuery:
    source = view.option("source", ("", *(source.code for source in sources)))
    return LoadQuery(
        dataset=view.option("dataset", ("", *DATASETS)) or None,
        source=source or None,
        status=view.option("status", ("", *steward.STATUSES)) or None,
        skip=(parse_number(view.params.get("page", ""), least=1) - 1) * PAGE_LOADS,
        rows=PAGE_LOADS,
    )


def parse_number(named: str, *, least: int) -> int:
    """The number that the URL names; `least` for anything but at most nine digits, or for less than that."""
    return max(least, int(named)) if _NUMBER.fullmatch(named) else least


def ledger(data: DataView) -> LoadPage:
    """The page of the ledger that the URL asks for; raises StoreUnavailable."""
    return _loads(data.known(), query=data.ledger)


def newest_day(data: DataView) -> LoadDay | None:
    """What the loads of the newest load's day came to; raises StoreUnavailable."""
    return _newest_day(data.known(), zone=data.view.site.zone.key)


def troubled(data: DataView) -> tuple[tuple[Trouble, ...], int]:
    """The latest loads that need someone, and how many there are; raises StoreUnavailable."""
    return _troubled(data.known(), most=SHOWN_TROUBLE)


def reasons(data: DataView) -> tuple[Reason, ...]:
    """Why rows of the load looked at are in quarantine; raises StoreUnavailable."""
    return _reasons(data.known(), load_id=data.load.load_id) if data.load else ()


def notes(data: DataView) -> Mapping[str, int]:
    """Faults that kept rows of the load carry as a note: code → rows; raises StoreUnavailable."""
    if data.load is None or data.load.is_refused:
        return {}
    refused = {reason.fault: reason.rows for reason in reasons(data)}
    rest = {code: rows - refused.get(code, 0) for code, rows in data.load.faults.items()}
    return dict(sorted(((code, rows) for code, rows in rest.items() if rows > 0), key=lambda item: (-item[1], item[0])))


def rejects(data: DataView) -> RejectPage:
    """The page of refused rows that the URL asks for, with a line in the audit trail; raises StoreUnavailable.

    Never kept: whoever reads refused values is named in the trail, each time.
    """
    asked = data.known()
    return steward.rejects(queries.store(), data.view.viewer, asked.clock, query=data.rejects)


def holdings(data: DataView) -> tuple[Holding, ...]:
    """What the store holds at the clock; raises StoreUnavailable."""
    return _holdings(data.known(), today=data.today)


def scores(data: DataView) -> Mapping[str, Score]:
    """The quality score of each source that was loaded, by its code; raises StoreUnavailable."""
    late = {one.source.code: one.is_late for one in by_lateness(data)}
    found = _quality(data.known(), zone=data.view.site.zone.key)
    return {one.code: score(one, is_late=late[one.code]) for one in found if one.code in late}


def by_lateness(data: DataView) -> tuple[Freshness, ...]:
    """Every source, the longest overdue first, then by when the next delivery is due."""
    found = [_freshness(data, source) for source in data.sources]
    return tuple(sorted(found, key=lambda one: (-one.late_s, one.due_at, one.source.code)))


def _freshness(data: DataView, source: SourceLine) -> Freshness:
    zone = data.view.site.zone
    due_at, late_s = lateness.due_at(source, zone), lateness.late_s(source, data.view.clock, zone)
    return Freshness(source, due_at, late_s, lateness.current_until(source, zone) < source.loaded_at)
