"""Exemptions (申诉豁免): an evaluator grants the appeal against an overdue case, or takes that back.

Invariant: the case and what is known of it stay as they were; a decision is an event of its own with a reason, its line
in the audit trail is written in the same transaction, and the database decides whether it may be taken. The reason is
kept without personal numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text as sql_text
from sqlalchemy.exc import DBAPIError

from config.site import site
from geo import families, figures, sql
from geo.audit import OK, REFUSED, audit
from geo.errors import GeoError
from geo.figures import Question
from geo.masking import hidden
from geo.store import Store, Transaction, rows
from geo.viewer import SITE, Clock, Viewer
from geo.windows import Window, buckets

EXEMPTED, WITHDRAWN = "exempted", "exemption_withdrawn"
SHORTEST_REASON, LONGEST_REASON = 2, 200
LONGEST_CODE = 64
NOT_ALLOWED = "42501"
"""insufficient_privilege: what row-level security answers."""


class ExemptionError(GeoError):
    """A case cannot be exempted as asked; `code` names why (a key of messages `exempt.fault_*`)."""

    def __init__(self, code: str, **params: object) -> None:
        self.code, self.params = code, params
        super().__init__(f"{code}: {params}")


@dataclass(frozen=True, slots=True)
class Case:
    """A case that somebody decides on; `code` and `source` are the sender's."""

    incident_id: int
    code: str
    source: str
    reported_at: datetime
    reported_on: date


@dataclass(frozen=True, slots=True)
class Exemption:
    """That a case is exempted: since when, by whom (a login), why."""

    incident_id: int
    decided_at: datetime
    decided_by: str
    reason: str


def is_reason(text: str) -> bool:
    """Whether the words are long enough to say why, and short enough to be kept."""
    return SHORTEST_REASON <= len(text.strip()) <= LONGEST_REASON


def named(store: Store, viewer: Viewer, clock: Clock, *, code: str, source: str | None = None) -> int:
    """The id of the case of that code; raises ExemptionError: `unknown_case`, or `ambiguous` with the `sources`."""
    with store.reading(viewer, clock) as connection:
        found = _found(connection, code=code, source=source)
    if not found:
        raise ExemptionError("unknown_case", case=code)
    if len(found) > 1:
        raise ExemptionError("ambiguous", case=code, sources=", ".join(case.source for case in found))
    return found[0].incident_id


def exempt(store: Store, viewer: Viewer, clock: Clock, *, incident_id: int, reason: str) -> Case:
    """Exempts an overdue case; raises ExemptionError, AuditUnavailable, StoreUnavailable.

    Its codes: `unknown_case` (also one out of the viewer's reach), `no_reason`, `already` (with `at`, `by`),
    `not_overdue` (neither now nor at the end of the month of its report), `not_allowed` (the database refuses).
    """
    with _deciding(store, viewer, clock, incident_id=incident_id, kind=EXEMPTED, reason=reason) as decision:
        connection, case, is_exempted = decision
        if is_exempted:
            held = _standing(connection, incident_id)
            raise ExemptionError("already", case=case.code, at=held and held.decided_at, by=held and held.decided_by)
        if not _is_overdue(connection, case, clock):
            raise ExemptionError("not_overdue", case=case.code)
    return case


def withdraw(store: Store, viewer: Viewer, clock: Clock, *, incident_id: int, reason: str) -> Case:
    """Takes an exemption back; raises as `exempt`, `not_exempted` where there is none."""
    with _deciding(store, viewer, clock, incident_id=incident_id, kind=WITHDRAWN, reason=reason) as decision:
        _, case, is_exempted = decision
        if not is_exempted:
            raise ExemptionError("not_exempted", case=case.code)
    return case


@contextmanager
def _deciding(
    store: Store, viewer: Viewer, clock: Clock, *, incident_id: int, kind: str, reason: str
) -> Iterator[tuple[Transaction, Case, bool]]:
    """A transaction that holds the case; what its block does not refuse is decided and audited at its end."""
    told = hidden(reason.strip())[:LONGEST_REASON]
    if not (is_reason(reason) and is_reason(told)):
        raise ExemptionError("no_reason", least=SHORTEST_REASON, most=LONGEST_REASON)
    try:
        with store.auditing(viewer, clock) as connection:
            found = _found(connection, incident_id=incident_id)
            if not found:
                raise ExemptionError("unknown_case", case=incident_id)
            is_exempted = bool(rows(connection, "exempt/hold", incident_id=incident_id)[0]["is_exempted"])
            yield connection, found[0], is_exempted
            params = {"incident_id": incident_id, "kind": kind, "by": viewer.name, "reason": told}
            connection.execute(sql_text(sql.text("exempt/decide")), params)
            _tell(connection, viewer, found[0], kind)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != NOT_ALLOWED:
            raise
        with store.auditing(viewer, clock) as connection:
            _tell(connection, viewer, found[0], kind, result=REFUSED)
        raise ExemptionError("not_allowed") from None


def _tell(connection: Transaction, viewer: Viewer, case: Case, kind: str, *, result: str = OK) -> None:
    audit(
        connection, viewer=viewer, action=kind.replace("_", "-"), target=f"incident:{case.code[:LONGEST_CODE]}",
        detail={"source": case.source}, result=result, row_ids=[str(case.incident_id)],
    )  # fmt: skip


def _found(
    connection: Transaction, *, code: str | None = None, source: str | None = None, incident_id: int | None = None
) -> tuple[Case, ...]:
    found = rows(connection, "exempt/found", code=code, source=source, incident_id=incident_id)
    return tuple(Case(**row) for row in found)


def _standing(connection: Transaction, incident_id: int) -> Exemption | None:
    found = rows(connection, "exempt/standing", incident_id=incident_id)
    return Exemption(**found[0]) if found else None


def _is_overdue(connection: Transaction, case: Case, clock: Clock) -> bool:
    """By the state of the figures, now or as it was at the end of the month of the report."""
    zone = site().zone
    first, today = case.reported_on.replace(day=1), clock.at.astimezone(zone).date()
    until_now = Window(case.reported_on, max(today, case.reported_on) + timedelta(days=1), zone)
    month = buckets(Window(first, first + timedelta(days=31), zone), by="month")[0]
    bound = figures.cases_params(Question(SITE), (until_now, month)) | {
        "incident_id": case.incident_id,
        "community_ids": None,
        "reported_from": case.reported_at,
        "reported_to": case.reported_at + timedelta(microseconds=1),
    }
    text = families.cases(["reported"], is_narrow=True) + sql.text("exempt/overdue")
    return bool(connection.execute(sql_text(text), bound).first())
