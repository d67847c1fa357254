"""What every benchmark shares: repeated timing, a store of its own, the sample street at a given size."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, make_url, text

from cockpit.cli.demo_data import requests
from geo import embedded, vault
from geo.migrations import migrate
from geo.store import Store, StoreUrls
from geo.viewer import Clock
from loaders import sample
from loaders.work import load_file

CLOCK = Clock(datetime(2026, 11, 20, 14, 32, tzinfo=ZoneInfo("Asia/Shanghai")))
SEED = 20261120


@dataclass(frozen=True)
class Line:
    """One line of the report: a quantity, ours beside a baseline of the same run (same unit), and what it says."""

    what: str
    unit: str
    ours: float
    baseline: float | None
    baseline_name: str
    runs: int
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Baseline / ours: above 1 ours is less (faster, smaller)."""
        return self.baseline / self.ours if self.baseline and self.ours else None


def median_s(work: Callable[[], object], *, runs: int = 5, warm_up: int = 1) -> float:
    """The median of `runs` timings in seconds, after `warm_up` calls that do not count."""
    for _ in range(warm_up):
        work()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


class Bench:
    """A private cluster with a migrated template that holds the sample's boundaries, and the sample's files."""

    def __init__(self, *, folder: Path, incidents: int) -> None:
        self.incidents = incidents
        self.folder = folder
        self.home = folder / "home"
        os.environ[vault.VARIABLE] = str(folder / "vault.key")
        self.cluster = embedded.ensure(self.home)
        self.files = sample.generate(seed=SEED, clock=CLOCK.at, folder=folder / "files", incidents=incidents)
        self._number = 0
        self._administer("create database bench_template")
        self.template = self.urls("bench_template")
        migrate(self.template)
        store = Store(self.template)
        for request in requests(self.files, CLOCK):
            if request.dataset != "incidents":
                load_file(store, request)
        store.close()

    def urls(self, database: str) -> StoreUrls:
        """The URLs of all roles in `database`."""
        roles = {"admin": "super", "owner": "owner", "load": "load", "app": "app", "wall": "wall", "gate": "gate"}
        return StoreUrls(
            **{
                name: make_url(self.cluster.url(f"cockpit_{role}"))
                .set(database=database)
                .render_as_string(hide_password=False)
                for name, role in roles.items()
            }
        )

    def fresh(self) -> StoreUrls:
        """A new database with boundaries, points, households and funds, and no incident."""
        self._number += 1
        name = f"bench_{self._number}"
        self._administer(
            f"create database {name} template bench_template",
            f"grant temporary, connect on database {name} to cockpit_load",
        )
        return self.urls(name)

    def drop(self, urls: StoreUrls) -> None:
        """Removes a database made by `fresh`, so that the disk holds one at a time."""
        self._administer(f"drop database {make_url(urls.load).database} with (force)")

    def load_incidents(self, urls: StoreUrls) -> None:
        """The sample's incidents, through the loader with everything it does."""
        store = Store(urls)
        wanted = next(request for request in requests(self.files, CLOCK) if request.dataset == "incidents")
        result = load_file(store, replace(wanted))
        store.close()
        if result.status != "loaded":
            raise RuntimeError(f"the sample was not loaded: {result}")

    def _administer(self, *statements: str) -> None:
        url = make_url(self.cluster.url("cockpit_super")).set(database="postgres")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()


@contextmanager
def bench(incidents: int) -> Iterator[Bench]:
    """A bench in a temporary folder; its cluster is stopped and removed at the end."""
    with tempfile.TemporaryDirectory(prefix="cockpit-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        made = Bench(folder=folder, incidents=incidents)
        try:
            yield made
        finally:
            embedded.stop(folder / "home")
