"""What the data page asks: the ledger of loads, a load's quarantine, the sources with their age, what the store holds.

Invariant: every query runs as the viewer at the clock; refused values are never read without a line in the audit trail,
written in the same transaction. Times in the ledger are the clock's at the load and are shown as they are.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from geo import sql
from geo.audit import reading_audited
from geo.loads import Reject
from geo.store import Store, rows, streamed
from geo.viewer import Clock, Viewer

STATUSES = ("loaded", "quarantined", "refused")
"""All rows kept; loaded with rows in quarantine; the whole file refused: each load is one of them."""
SORTS = ("row", "column", "value")


@dataclass(frozen=True, slots=True)
class LoadQuery:
    """Which lines of the ledger, the latest first; None: all. `status` is one of STATUSES."""

    load_id: int | None = None
    dataset: str | None = None
    source: str | None = None
    status: str | None = None
    skip: int = 0
    rows: int | None = None


@dataclass(frozen=True)
class LoadLine:
    """One load or refused file; counts are rows of the file but `things`; `faults`: code → rows, those only noted too.

    A refused file has no source, and `read` and `faults` alone. `crs` is the file's coordinate system as agreed,
    `conversion` how it was brought to EPSG:4326; both may be unknown. `replays`: the load whose refused rows it ran
    again; `corrected`: the recurring corrections it applied (column, theirs, ours, rows, reason, who, since).
    """

    load_id: int
    dataset: str
    source: str | None
    source_name: str | None
    is_simulated: bool
    file: str
    sha256: str
    mode: str
    level: str | None
    status: str
    read: int
    inserted: int
    updated: int
    unchanged: int
    quarantined: int
    skipped: int
    things: int
    repaired: int
    outside: int
    faults: Mapping[str, int]
    unknown_values: Mapping[str, Mapping[str, int]]
    ignored_columns: list[str]
    message: str | None
    crs: str | None
    conversion: str | None
    first_reported_on: date | None
    last_reported_on: date | None
    loaded_by: str
    started_at: datetime
    finished_at: datetime
    replays: int | None = None
    corrected: Sequence[Mapping[str, Any]] = ()

    @property
    def is_refused(self) -> bool:
        """Whether the whole file was refused and nothing written."""
        return self.status == "refused"

    @property
    def kept(self) -> int:
        """Rows whose content is in the store."""
        return self.inserted + self.updated + self.unchanged

    @property
    def seconds(self) -> float:
        """Elapsed time of the load."""
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class LoadPage:
    """A page of the ledger, and how many lines its filters find."""

    lines: tuple[LoadLine, ...]
    found: int


@dataclass(frozen=True, slots=True)
class LoadDay:
    """All loads of the day on which the newest began; `read` and `quarantined` are rows of loaded files."""

    loaded_on: date
    loads: int
    read: int
    quarantined: int
    refused: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """A load with rows that wait in quarantine, or a refused file, that no later file of its name has mended."""

    load_id: int
    dataset: str
    file: str
    status: str
    quarantined: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A fault of a quarantine with the number of its rows; `cases` have a hint of their own, None is the rest."""

    fault: str
    rows: int
    columns: list[str]
    cases: list[str | None]


@dataclass(frozen=True, slots=True)
class RejectQuery:
    """Which faults of a load (`fault` None: all), in which order, from where on (`rows` None: to the end)."""

    load_id: int
    fault: str | None = None
    sort: str = "row"
    direction: str = "asc"
    skip: int = 0
    rows: int | None = None


@dataclass(frozen=True)
class RejectPage:
    """A page of a quarantine, and how many lines the query finds."""

    rows: tuple[Reject, ...]
    found: int


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source that was loaded; `things` is what the store holds of it, `first_on`, `last_on` the days of its data.

    `quarantined` counts rows over all `loads`; `loaded_at` is the end of the newest.
    """

    source_id: int
    code: str
    dataset: str
    name: str
    is_simulated: bool
    things: int
    first_on: date | None
    last_on: date | None
    loads: int
    loaded_at: datetime
    newest_load: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class QualityCounts:
    """Rows of a source: `kept` in the store, `refused` still in quarantine; of the kept how many meet each part.

    `stages_ok`, `place_ok`: None where the source has no stages or places to judge.
    """

    source_id: int
    code: str
    dataset: str
    name: str
    is_simulated: bool
    kept: int
    refused: int
    stages_ok: int | None
    place_ok: int | None
    code_ok: int


@dataclass(frozen=True, slots=True)
class Holding:
    """A kind of thing in the store: a level, a kind of service point, household sites (`of_n` households), a layer.

    `versions` counts the boundary versions of a level, `since` is the day the newest began (None: always valid).
    """

    dataset: str
    kind: str
    name_zh: str | None
    name_en: str | None
    n: int
    of_n: int | None
    versions: int | None
    since: date | None


def ledger_end(store: Store, viewer: Viewer, clock: Clock) -> int:
    """The number of the newest line of the ledger, 0 before the first; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        return int(rows(connection, "steward/ledger_end")[0]["ledger_end"])


def loads(store: Store, viewer: Viewer, clock: Clock, *, query: LoadQuery) -> LoadPage:
    """The lines of the ledger that `query` finds, the latest first; raises StoreUnavailable."""
    bound = {name: getattr(query, name) for name in LoadQuery.__dataclass_fields__}
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "steward/loads", **bound)
    total = found[0]["found"] if found else 0
    return LoadPage(tuple(LoadLine(**_without_found(row)) for row in found), total)


def newest_day(store: Store, viewer: Viewer, clock: Clock, *, zone: str) -> LoadDay | None:
    """What the loads of the newest load's day came to, None before the first; `zone` as IANA names it."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "steward/newest_day", zone=zone)
    return LoadDay(**{**found[0], "read": int(found[0]["read"] or 0)}) if found else None


def troubled(store: Store, viewer: Viewer, clock: Clock, *, most: int) -> tuple[tuple[Trouble, ...], int]:
    """The latest `most` loads that need someone, and how many there are; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "steward/troubled", rows=most)
    return tuple(Trouble(**_without_found(row)) for row in found), found[0]["found"] if found else 0


def reasons(store: Store, viewer: Viewer, clock: Clock, *, load_id: int) -> tuple[Reason, ...]:
    """The faults of a load's quarantine, the most frequent first; no values; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        return tuple(Reason(**row) for row in rows(connection, "steward/reasons", load_id=load_id))


def rejects(store: Store, viewer: Viewer, clock: Clock, *, query: RejectQuery) -> RejectPage:
    """The refused values that `query` finds, and a line in the audit trail; raises AuditUnavailable without it."""
    bound = {name: getattr(query, name) for name in RejectQuery.__dataclass_fields__}
    target = f"load:{query.load_id}"
    with reading_audited(store, viewer, clock, action="read-rejects", target=target, is_sensitive=True) as reading:
        found = rows(reading.connection, "steward/rejects", **bound)
        reading.detail.update(faults=len(found), fault=query.fault, skip=query.skip)
    total = found[0]["found"] if found else 0
    return RejectPage(tuple(Reject(**_without_found(row)) for row in found), total)


def rejects_streamed(store: Store, viewer: Viewer, clock: Clock, *, load_id: int) -> Generator[tuple[Reject, int]]:
    """The whole quarantine of a load, one by one, each with how many there are; the caller writes the audit line first.

    From a transaction that ends with the iterator.
    """
    bound = {name: getattr(RejectQuery(load_id), name) for name in RejectQuery.__dataclass_fields__}
    with store.reading(viewer, clock) as connection, streamed(connection, sql.text("steward/rejects"), bound) as found:
        for row in found:
            yield Reject(**_without_found(row)), row["found"]


def sources(store: Store, viewer: Viewer, clock: Clock, *, today: date) -> tuple[SourceLine, ...]:
    """Every source that was loaded, by dataset and code; `today` is the clock's day in the site's time zone."""
    with store.reading(viewer, clock) as connection:
        return tuple(SourceLine(**{**row, "quarantined": int(row["quarantined"])}) for row in rows(
            connection, "steward/sources", today=today
        ))  # fmt: skip


def quality(store: Store, viewer: Viewer, clock: Clock, *, zone: str, unsorted: str) -> tuple[QualityCounts, ...]:
    """What the score of every source is made of; `zone` as IANA names it, `unsorted`: the category of unknown words."""
    with store.reading(viewer, clock) as connection:
        return tuple(QualityCounts(**row) for row in rows(connection, "steward/quality", zone=zone, unsorted=unsorted))


def holdings(store: Store, viewer: Viewer, clock: Clock, *, today: date) -> tuple[Holding, ...]:
    """What the store holds, by dataset, the most numerous kind first; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        return tuple(Holding(**row) for row in rows(connection, "steward/holdings", today=today))


def _without_found(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "found"}


def landed(store: Store, viewer: Viewer, clock: Clock, *, sha256: str, since: datetime) -> int | None:
    """The load of a file (by its digest) that the viewer began at or after `since`; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "steward/landed", sha256=sha256, loaded_by=viewer.name, since=since)
    return int(found[0]["load_id"]) if found else None
