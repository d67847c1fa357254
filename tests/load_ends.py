"""A store whose loads are killed, and what it must hold afterwards: all of a file or nothing, as undisturbed."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.replaying import ReplayRequest, replay
from loaders.result import LoadResult
from loaders.work import load_file

ROOT = Path(__file__).parent.parent
BLOCK_LINE = re.compile(r"^block_rows = .*$", re.MULTILINE)
BLOCK_ROWS = 100
ROWS = 350
"""More than three blocks."""
DUMPED = {
    "core.incident": "incident_code, placed_by, st_astext(geom), reported_at, accepted_at, closed_at, content_hash",
    "core.incident_log": "kind, occurred_at, revision, payload",
    "core.source": "code, dataset, stages",
    "core.source_coverage": "first_on, last_on",
    "ops.load": "file_name, fingerprint, status, read, inserted, updated, unchanged, quarantined, skipped, faults",
    "ops.quarantine": "row_number, column_name, value, fault, params, solved_by is not null, moved_to is not null",
    "ops.outbox": "channel",
    "ops.data_version": "version",
}
"""Table → what of it must not depend on whether a load was disturbed: neither numbers given nor moments of loading."""


@dataclass(frozen=True)
class Site:
    """A store with a home whose limits make blocks small, and the clock of its loads."""

    store: Store
    environment: Mapping[str, str]
    clock: Clock

    def child(self, file: Path, *, wait_s: float = 60, **environment: str) -> subprocess.Popen[str]:
        """A process that loads `file`, at the moment when it is ready to."""
        return self._child({"dataset": "incidents", "file": str(file), "wait_s": wait_s}, environment)

    def replaying_child(self, load_id: int, file: Path, **environment: str) -> subprocess.Popen[str]:
        """The same that runs refused rows of a load again, as `file` corrects them."""
        return self._child({"load_id": load_id, "file": str(file)}, environment)

    def _child(self, asked: Mapping[str, object], environment: Mapping[str, str]) -> subprocess.Popen[str]:
        told = {**asked, "clock": self.clock.at.isoformat()}
        child = subprocess.Popen(
            [sys.executable, ROOT / "tests" / "loading_child.py", json.dumps(told)],
            cwd=ROOT, env={**self.environment, **environment}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n", child.communicate()
        return child

    def load(self, file: Path) -> LoadResult:
        """The same, undisturbed and in this process."""
        return load_file(self.store, LoadRequest(dataset="incidents", file=file, clock=self.clock))

    def replay(self, load_id: int, file: Path, store: Store | None = None) -> LoadResult:
        """Refused rows of a load once more, undisturbed; through another way to the store, if one is given."""
        found = replay(store or self.store, ReplayRequest(load_id, self.clock, file=file))
        assert found is not None
        return found

    def ask(self, statement: str, **params: object) -> Sequence[Sequence[object]]:
        """The rows of any statement."""
        with self.store.loading(OPERATOR, self.clock) as connection:
            return [tuple(row) for row in connection.execute(text(statement), params)]

    def dump(self) -> dict[str, Sequence[Sequence[object]]]:
        """What the store holds."""
        return {name: self.ask(f"select {columns} from {name} order by {columns}") for name, columns in DUMPED.items()}


def small_blocks(home: Path, rows: int) -> None:
    """From now on files are read in blocks of so many rows."""
    own = home / "config" / "reading.toml"
    own.parent.mkdir(parents=True, exist_ok=True)
    shipped = (ROOT / "config" / "reading.toml").read_text(encoding="utf-8")
    own.write_text(BLOCK_LINE.sub(f"block_rows = {rows}", shipped), encoding="utf-8")


def site(urls: StoreUrls, home: Path, environment: Mapping[str, str], clock: Clock) -> Site:
    """The site of a store, with small blocks for it and for its children."""
    small_blocks(home, BLOCK_ROWS)
    names = {"OWNER": "DATABASE", "APP": "APP", "LOAD": "LOAD", "WALL": "WALL", "GATE": "GATE"}
    addresses = {f"COCKPIT_{there}_URL": getattr(urls, here.lower()) for here, there in names.items()}
    return Site(Store(urls), {**environment, **addresses, "COCKPIT_HOME": str(home)}, clock)


def incidents(path: Path, *, prefix: str = "K", rows: int = ROWS, refused: int = 50) -> Path:
    """A file of cases with all stages, every fiftieth (`refused`) of which is refused."""
    start = datetime(2026, 1, 1)  # noqa: DTZ001 - the file's times are local
    lines = ["编号,类别,上报时间,受理时间,派遣时间,到场时间,处置时间,办结时间,经度,纬度"]
    for number in range(rows):
        at = start + timedelta(minutes=5 * number)
        stages = [f"{at + timedelta(minutes=minutes):%Y-%m-%d %H:%M:%S}" for minutes in (0, 1, 3, 9, 40, 60)]
        if number % refused == refused - 1:
            stages[0] = "昨天"
        lines.append(f"{prefix}{number},road_damage,{','.join(stages)},120.27,30.18")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


REFUSED_EVERY = 5
STILL_REFUSED = 5


def corrections(path: Path, *, rows: int = ROWS) -> Path:
    """Corrects every refused row of `incidents(…, refused=REFUSED_EVERY)`, the first STILL_REFUSED of them wrongly."""
    numbers = [number + 2 for number in range(rows) if number % REFUSED_EVERY == REFUSED_EVERY - 1]
    lines = ["行号,上报时间"]
    lines += [f"{row},{'前天' if place < STILL_REFUSED else '2025-12-31'}" for place, row in enumerate(numbers)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


NewDatabase = Callable[[], StoreUrls]
KILLED = -9
QUARANTINED = 3
"""Exit codes: killed; loaded with rows in quarantine."""
