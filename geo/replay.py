"""The moving clock: a loaded source of incidents replayed, and the moment at which all programs of the site stand.

Invariant: there is at most one replay of a store, and it is one value that every program reads; it holds for as long
as the session of the program that started it, so that a replay that was killed leaves the site at the machine's clock.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql_text
from sqlalchemy.exc import SQLAlchemyError

from geo import sql
from geo.audit import audit
from geo.errors import GeoError, StoreUnavailable
from geo.landing import BELL
from geo.placing import LEVELS
from geo.store import Store, rows
from geo.viewer import Clock, Viewer, current_clock, is_clock_set

FACT = "replay"
LEASE = 7_240_313
"""The number of the advisory lock that a running replay holds."""
BLOCK_ROWS = 20_000


class ReplayRunsError(GeoError):
    """Another replay of this store runs; `replay` is that one."""

    def __init__(self, replay: "Replay | None") -> None:
        self.replay = replay
        super().__init__(f"a replay runs already: {replay}")


@dataclass(frozen=True, slots=True)
class Replay:
    """A source played again from `begins` to `ends`, since the machine's moment `started`, `speed` times as fast."""

    source: str
    begins: datetime
    ends: datetime
    started: datetime
    speed: float

    def at(self, real: datetime) -> Clock:
        """The moment at which the site stands at the machine's moment `real`; never after `ends`."""
        passed = max(real - self.started, timedelta(0))
        if passed * self.speed >= self.ends - self.begins:
            return Clock(self.ends)
        return Clock(self.begins + passed * self.speed)

    def real(self, moment: datetime) -> datetime:
        """The machine's moment at which the site reaches `moment`."""
        return self.started + (moment - self.begins) / self.speed


@dataclass(frozen=True, slots=True)
class Moment:
    """When the site is: its clock, and the replay that moves it, None at the machine's clock or COCKPIT_NOW."""

    clock: Clock
    replay: Replay | None = None


@dataclass(frozen=True, slots=True)
class Playable:
    """A source of incidents that can be replayed; `begins` is its first report, `ends` its last event."""

    source_id: int
    code: str
    name: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One event of an incident; `areas` are the codes of its areas by level, empty for a private category."""

    at: datetime
    kind: str
    incident: str
    category: str
    areas: Mapping[str, str]


def moment(connection: Connection, *, environ: Mapping[str, str] = os.environ) -> Moment:
    """The moment of this run, with `connection` a transaction of a viewer (at any clock).

    COCKPIT_NOW if set, else that of the replay that runs, else the machine's. Raises geo.errors.ClockError.
    """
    clock = current_clock(environ)
    if is_clock_set(environ):
        return Moment(clock)
    replay = _running(connection)
    return Moment(replay.at(clock.at), replay) if replay else Moment(clock)


def site_clock(store: Store, viewer: Viewer) -> Clock:
    """The clock at which the figures of the site stand now (see `moment`); raises StoreUnavailable."""
    with store.reading(viewer, current_clock()) as connection:
        return moment(connection).clock


def _running(connection: Connection) -> Replay | None:
    found = rows(connection, "replay/running", lease=LEASE)
    return Replay(**found[0]) if found else None


def playable(store: Store, viewer: Viewer, clock: Clock) -> tuple[Playable, ...]:
    """The sources of incidents with any event before the clock, by code; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        return tuple(Playable(**row) for row in rows(connection, "replay/sources") if row["ends"] is not None)


def events(store: Store, viewer: Viewer, source: Playable, *, begins: datetime) -> Iterator[Event]:
    """The events of a source from `begins` to its end in the order in which they happened, read in blocks."""
    place: tuple[datetime, int, int] = (begins, -1, -1)
    while True:
        with store.reading(viewer, Clock(source.ends)) as connection:
            found = rows(
                connection,
                "replay/events",
                source_id=source.source_id,
                begins=begins,
                after_at=place[0],
                after_event=place[1],
                after_incident=place[2],
                most=BLOCK_ROWS,
            )
        for row in found:
            yield _event(row)
        if len(found) < BLOCK_ROWS:
            return
        place = (found[-1]["occurred_at"], found[-1]["event_id"], found[-1]["incident_id"])


def _event(row: Mapping[str, Any]) -> Event:
    return Event(
        at=row["occurred_at"],
        kind=row["kind"],
        incident=row["incident_code"],
        category=row["category"],
        areas={level: row[level] for level in LEVELS if row[level] is not None},
    )


class Lease:
    """The right to move the clock of a site; see `lease`."""

    def __init__(self, store: Store, viewer: Viewer, connection: Connection, replay: Replay) -> None:
        self._store, self._viewer, self._connection = store, viewer, connection
        self.replay = replay

    def check(self) -> None:
        """Raises StoreUnavailable when the session that holds the lease is gone: the replay has ended."""
        with self._store.answering():
            rows(self._connection, "replay/alive")

    def ring(self) -> None:
        """Events passed: raises the data version and rings the bell. Raises StoreUnavailable."""
        with self._store.loading(self._viewer, current_clock()) as connection:
            connection.execute(sql_text(sql.text("replay/ring")), {"channel": BELL})


@contextmanager
def lease(store: Store, viewer: Viewer, source: Playable, *, begins: datetime, speed: float) -> Iterator[Lease]:
    """Moves the site's clock: from now on all programs stand where the replay stands, until the context is left.

    Raises ReplayRunsError, StoreUnavailable.
    """
    with store.session() as connection:
        taken = rows(connection, "replay/take_lease", lease=LEASE)[0]
        if not taken["is_held"]:
            raise ReplayRunsError(_other(store, viewer))
        replay = Replay(source.code, begins, source.ends, current_clock().at, speed)
        _note(store, viewer, replay, pid=taken["pid"])
        held = Lease(store, viewer, connection, replay)
        try:
            yield held
        finally:
            with suppress(StoreUnavailable, SQLAlchemyError):  # then the session is gone, and the lease with it
                _end(store, viewer, replay)
                rows(connection, "replay/give_lease", lease=LEASE)


def _other(store: Store, viewer: Viewer) -> Replay | None:
    with store.reading(viewer, current_clock()) as connection:
        return _running(connection)


def _note(store: Store, viewer: Viewer, replay: Replay, *, pid: int) -> None:
    value = {
        "pid": pid,
        "source": replay.source,
        "begins": replay.begins.isoformat(),
        "ends": replay.ends.isoformat(),
        "started": replay.started.isoformat(),
        "speed": replay.speed,
    }
    with store.loading(viewer, Clock(replay.started)) as connection:
        connection.execute(sql_text(sql.text("load/fact_set")), {"fact": FACT, "value": json.dumps(value)})
        connection.execute(sql_text(sql.text("replay/ring")), {"channel": BELL})
        audit(connection, viewer=viewer, action="replay", target=replay.source, detail=value)


def _end(store: Store, viewer: Viewer, replay: Replay) -> None:
    clock = current_clock()
    with store.loading(viewer, clock) as connection:
        connection.execute(sql_text(sql.text("replay/end")))
        connection.execute(sql_text(sql.text("replay/ring")), {"channel": BELL})
        detail = {"at": replay.at(clock.at).at.isoformat()}
        audit(connection, viewer=viewer, action="replay-ended", target=replay.source, detail=detail)
