"""What the audit page asks: its part of the URL, its queries, and the line that says who read the trail.

Invariant: nothing of the trail is shown before that line stands in it; the queries are asked anew each run and kept by
nobody, and the URL reaches them only as a number or as a choice among what exists. Periods are days of the machine's
clock, as the law counts them.
"""

import re
from collections.abc import MutableMapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from cockpit import queries
from cockpit.context import View, parse_day
from geo import audit_chain, audit_trail
from geo.audit_chain import Head, Verified
from geo.audit_trail import NEWEST, RESULTS, ActionCount, AuditLine, LastCheck, LineQuery
from geo.errors import AuditUnavailable, StoreUnavailable
from geo.viewer import current_clock

PERIODS = {"day": 1, "week": 7, "month": 30, "all": None}
USUAL = "week"
"""Days back from the end of today, and the period that nobody named."""
PAGE_LINES = 50
READ_AGAIN = timedelta(minutes=15)
"""Who keeps the page open with the same filters is written down once in that time."""
_READ = "cockpit_audit_read"
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)
_SIGN_IN = ("sign-in", "signed-in")


@dataclass(frozen=True)
class AuditView:
    """Everything the panels ask with; `fault` says why nothing may be shown."""

    view: View
    period: str
    days: tuple[date, date] | None
    query: LineQuery
    people: tuple[str, ...] = ()
    counts: tuple[ActionCount, ...] = ()
    check: LastCheck | None = None
    head: Head | None = None
    opened: int | None = None
    fault: StoreUnavailable | None = field(default=None, compare=False)

    @property
    def is_unwritable(self) -> bool:
        """Whether nothing is shown because the line of this reading cannot be written."""
        return isinstance(self.fault, AuditUnavailable)

    def known(self) -> None:
        """Raises StoreUnavailable when nothing may be shown."""
        if self.fault:
            raise self.fault

    @property
    def found(self) -> int:
        """How many lines the period has, of everybody or of the chosen person."""
        return sum(count.lines for count in self.counts)

    @property
    def refused(self) -> tuple[ActionCount, ...]:
        """What was refused or failed: sign-ins first, then the most frequent."""
        not_ok = [count for count in self.counts if count.result != "ok"]
        return tuple(sorted(not_ok, key=lambda one: (not one.action.startswith(_SIGN_IN), -one.lines, one.action)))


def open_audit(view: View, state: MutableMapping[Any, Any] | None) -> AuditView:
    """The page's view from the URL; `state`, the session's, remembers what reading was written down last.

    None for a file, which has a line of its own.
    """
    view = replace(view, notes=tuple(note for note in view.notes if note.key != "common.note_moved_period"))
    period, days, query = _period(view)
    found = AuditView(view, period, days, query)
    try:
        people = audit_trail.viewers(queries.store(), view.viewer, view.clock)
        who = view.option("who", ("", *people)) or None
        result = view.option("result", ("", *RESULTS)) or None
        query = replace(query, viewer=who, result=result)
        counts = audit_trail.counts(queries.store(), view.viewer, view.clock, query=query)
        action = view.option("action", ("", *(count.action for count in counts))) or None
        query = replace(query, action=action)
        if state is not None:
            _note_reading(view, query, state)
        return replace(
            found, query=query, people=people, counts=counts, opened=_number(view.params.get("line")),
            check=audit_trail.last_check(queries.store(), view.viewer, view.clock),
            head=audit_chain.head(queries.store(), view.viewer, view.clock),
        )  # fmt: skip
    except StoreUnavailable as fault:
        return replace(found, fault=fault)


def _period(view: View) -> tuple[str, tuple[date, date] | None, LineQuery]:
    """The period's name, its days [from, to) and the query of it; days of the URL count where no period is named."""
    today = datetime.now(UTC).astimezone(view.site.zone).date()
    below = _number(view.params.get("below")) or NEWEST
    own = [parse_day(view.params.get(name, "")) for name in ("from", "to")]
    days: tuple[date, date] | None
    if "period" not in view.params and own[0] and own[1] and own[0] < own[1]:
        period, days = "own", (own[0], own[1])
    else:
        period = view.option("period", (USUAL, *PERIODS))
        back = PERIODS[period]
        days = None if back is None else (today - timedelta(days=back - 1), today + timedelta(days=1))
    if days is None:
        return period, None, LineQuery(below=below)
    since, until = (datetime.combine(day, time.min, view.site.zone) for day in days)
    return period, days, LineQuery(since=since, until=until, below=below)


def _number(named: str | None) -> int | None:
    return int(named) if named and _NUMBER.fullmatch(named) else None


def _note_reading(view: View, query: LineQuery, state: MutableMapping[Any, Any]) -> None:
    """One line an opening or a change of filters, none for a refresh."""
    asked, now = (view.viewer, query.told), datetime.now(UTC)
    known, at = state.get(_READ, (None, now))
    if known == asked and now - at < READ_AGAIN:
        return
    audit_trail.note_reading(queries.store(), view.viewer, current_clock(), query=query)
    state[_READ] = (asked, now)


def page(audit: AuditView) -> tuple[tuple[AuditLine, ...], bool]:
    """The page of lines that the URL asks for, and whether older ones follow; raises StoreUnavailable."""
    audit.known()
    view = audit.view
    return audit_trail.page(queries.store(), view.viewer, view.clock, query=audit.query, size=PAGE_LINES)


def verify(audit: AuditView) -> Verified:
    """Checks the whole chain now and writes down what was found; raises StoreUnavailable."""
    audit.known()
    view, store = audit.view, queries.store()
    found = audit_chain.verify(store, view.viewer, view.clock)
    broken = found.broken
    audit_trail.note_check(
        store, view.viewer, current_clock(), head_seq=found.head.seq, broken_at=broken.seq if broken else None,
        kind=broken.kind if broken else None,
    )  # fmt: skip
    return found
