"""Loads of one site follow each other: who has the turn, how long others wait for it, and what became of a lost one.

Invariant: the turn is a lock of the load's transaction, so it ends with it, however that ends; a load that cannot tell
whether it was committed asks the ledger once the transaction is over, and reports nothing it does not know.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import Connection
from sqlalchemy import text as sql_text
from sqlalchemy.exc import OperationalError

from config.site import site
from geo import sql
from geo.errors import LoadTrouble, StoreUnavailable
from geo.store import READ_ONLY, Store, rows
from geo.viewer import Clock, Viewer

SILENT_S = 2
"""After this time a waiting load tells whom it waits for."""
LOOK_S = 0.2
"""Pause between two looks at who has the turn."""
LOOKING_S = (0, 1, 2, 5, 10, 20)
"""Pauses before each look at the ledger after a connection was lost."""
_BUSY, _DISK_FULL = "55P03", "53100"


@dataclass(frozen=True)
class Holder:
    """The load that has the turn, as far as it has told; `since` on the server's clock."""

    load_id: int | None = None
    dataset: str | None = None
    file: str | None = None
    by: str | None = None
    since: datetime | None = None

    def told(self) -> dict[str, object]:
        """What fills a sentence about it; the moment in the site's time zone."""
        since = f"{self.since.astimezone(site().zone):%Y-%m-%d %H:%M:%S}" if self.since else "?"
        return {"load_id": self.load_id, "dataset": self.dataset, "holding": self.file, "by": self.by, "since": since}


def take(connection: Connection, *, wait_s: float, told: Callable[[Holder], None] | None = None) -> None:
    """Takes the turn for this transaction, waiting for the load that has it; `told` hears which one, if it takes long.

    Raises LoadTrouble (busy) after `wait_s` seconds.
    """
    patience = min(SILENT_S, wait_s)
    if _taken_within(connection, patience):
        return
    if wait_s > patience:
        if told is not None:
            told(holder(connection))
        if _taken_within(connection, wait_s - patience):
            return
    found = holder(connection)
    raise LoadTrouble("busy" if found.load_id else "busy_unknown", seconds=round(wait_s), **found.told())


def holder(connection: Connection) -> Holder:
    """Who has the turn; an empty Holder where nobody has it, or has not told yet."""
    found = rows(connection, "load/holder")
    return Holder(**found[0]) if found else Holder()


def server(store: Store, viewer: Viewer, clock: Clock) -> int | None:
    """The number of the server's process whose transaction has the turn, for whoever may read; None: nobody has it."""
    with store.reading(viewer, clock) as connection:
        found = rows(connection, "load/server")
    return int(found[0]["pid"]) if found else None


def is_over(store: Store, viewer: Viewer, clock: Clock, *, pid: int | None, wait_s: float) -> bool:
    """Whether the load of that process of the server has given the turn away within so many seconds; None: at once.

    Raises StoreUnavailable.
    """
    until = time.monotonic() + wait_s
    while pid is not None and server(store, viewer, clock) == pid:
        if time.monotonic() > until:
            return False
        time.sleep(LOOK_S)
    return True


def tell(
    store: Store, viewer: Viewer, clock: Clock, *, load: Connection, load_id: int, dataset: str, file: str
) -> None:
    """Lets others see that the transaction of `load`, which has the turn, is this load; in a commit of its own."""
    pid = rows(load, "load/backend")[0]["pid"]
    with store.loading(viewer, clock) as connection:
        told = {"pid": pid, "load_id": load_id, "dataset": dataset, "file": file, "by": viewer.name}
        connection.execute(sql_text(sql.text("load/forget")))
        connection.execute(sql_text(sql.text("load/tell")), told)


def is_committed(store: Store, viewer: Viewer, clock: Clock, *, load_id: int, fingerprint: str) -> bool:
    """Whether a load is in the ledger whose connection was lost during COMMIT.

    Waits until its transaction is over, since it has the turn. Raises LoadTrouble (unknown) where the store cannot say.
    """
    for pause in LOOKING_S:
        time.sleep(pause)
        try:
            with store.loading(viewer, clock) as connection:
                take(connection, wait_s=60)
                return bool(rows(connection, "load/committed", load_id=load_id, fingerprint=fingerprint))
        except StoreUnavailable:
            continue
    raise LoadTrouble("unknown", load_id=load_id)


def trouble(error: StoreUnavailable) -> LoadTrouble:
    """What to say of a load that ended because of the store; nothing of it was kept."""
    if isinstance(error, LoadTrouble):
        return error
    state = _state(error)
    key = {READ_ONLY: "read_only", _DISK_FULL: "disk_full"}.get(state or "", "lost")
    return LoadTrouble(key, reason=str(error).partition("\n")[0])


def _state(error: BaseException | None) -> str | None:
    """The SQLSTATE of the first error of the database among the causes."""
    while error is not None:
        found = error if isinstance(error, psycopg.Error) else getattr(error, "orig", None)
        if isinstance(found, psycopg.Error):
            return found.sqlstate
        error = error.__cause__
    return None


def _taken_within(connection: Connection, seconds: float) -> bool:
    if seconds <= 0:
        return bool(rows(connection, "load/try_turn")[0]["is_taken"])
    limit = sql_text(sql.text("load/wait_at_most"))
    try:
        with connection.begin_nested():
            connection.execute(limit, {"limit_ms": f"{round(seconds * 1000)}"})
            connection.execute(sql_text(sql.text("load/take_turn")))
            connection.execute(limit, {"limit_ms": "0"})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _BUSY:
            return False
        raise
    return True
