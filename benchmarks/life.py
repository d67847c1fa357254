"""Events that happen now, at a given pace: cases reported, on scene, closed; each a commit that rings.

Invariant: written by the superuser beside the loader, as fast as wanted; what a wall shows of them is what it shows of
loaded ones. None is an emergency by itself: at such a pace there would be nothing but alarms. All of it is invented.
"""

import itertools
import random
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import Connection, create_engine, text

from geo.store import StoreUrls

MOST_OPEN = 60
"""From so many open cases on the oldest is closed, so that life neither piles up nor runs dry."""
SOURCES = """
insert into core.source (code, dataset, name, stages, is_simulated) values ('life', 'incidents', 'life',
  array['registered', 'accepted', 'dispatched', 'arrived', 'handled', 'closed', 'due'], true) returning source_id
"""
LOAD = """
insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, status, loaded_by, started_at, finished_at)
values ('incidents', :source_id, 'life', 'x', 'life', 'loaded', 'bench', now(), now()) returning load_id
"""
REPORTED = """
insert into core.incident (source_id, incident_code, category_id, agency_responsible, placed_by, street_id,
                           community_id, grid_id, reported_at, reported_on, due_at, content_hash, load_id)
select :source_id, :code,
       (select category_id from core.category where not is_private and is_emergency = :is_emergency
        order by random() limit 1),
       '综合执法队', 'declared', s.area_id, c.area_id, g.area_id, now(), current_date, now() + interval '2 hours', 'h',
       :load_id
from core.area g join core.area c on c.area_id = g.parent_id join core.area s on s.area_id = c.parent_id
where g.level = 'grid' order by random() limit 1 returning incident_id
"""
ARRIVED = "update core.incident set dispatched_at = now(), arrived_at = now() where incident_id = :id"
CLOSED = "update core.incident set closed_at = now() where incident_id = :id"
VOID = "update core.incident set is_void = true where incident_id = :id"
RING = "update ops.data_version set version = version + 1 returning version"


@dataclass
class Life:
    """Happens in the store of `urls`, `pace` commits a second; `commits` are (data version, machine's moment)."""

    urls: StoreUrls
    pace: float
    commits: list[tuple[int, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.urls.admin is not None
        self._engine = create_engine(self.urls.admin)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._live, name="life", daemon=True)
        self._open: list[int] = []
        self._numbers = itertools.count(1)

    def __enter__(self) -> "Life":
        with self._engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            self._source_id = connection.execute(text(SOURCES)).scalar_one()
            self._load_id = connection.execute(text(LOAD), {"source_id": self._source_id}).scalar_one()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._engine.dispose()

    def emergency(self, after_s: float) -> tuple[int, float]:
        """In so many seconds one more case, that raises an alarm: its id and the machine's moment of its commit."""
        time.sleep(after_s)
        with self._engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            case = self._report(connection, is_emergency=True)
            connection.execute(text(RING))
        return case, time.time()

    def withdraw(self, case: int) -> None:
        """The case was none: its alarm ends without an end to show."""
        with self._engine.begin() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            connection.execute(text(VOID), {"id": case})
            connection.execute(text(RING))

    def _live(self) -> None:
        due = time.monotonic()
        with self._engine.connect() as connection:
            while not self._stopped.wait(max(0.0, due - time.monotonic())):
                due = max(due + 1 / self.pace, time.monotonic() - 1)
                with connection.begin():
                    connection.execute(text("set local session_replication_role = replica"))
                    self._happen(connection)
                    version = connection.execute(text(RING)).scalar_one()
                self.commits.append((version, time.time()))

    def _happen(self, connection: Connection) -> None:
        chance = random.random()
        if len(self._open) > MOST_OPEN or (self._open and chance < 0.3):
            connection.execute(text(CLOSED), {"id": self._open.pop(0)})
        elif self._open and chance < 0.6:
            connection.execute(text(ARRIVED), {"id": random.choice(self._open)})
        else:
            self._open.append(self._report(connection, is_emergency=False))

    def _report(self, connection: Connection, *, is_emergency: bool) -> int:
        values = {"source_id": self._source_id, "load_id": self._load_id, "code": f"L{next(self._numbers)}"}
        case: int = connection.execute(text(REPORTED), values | {"is_emergency": is_emergency}).scalar_one()
        return case
