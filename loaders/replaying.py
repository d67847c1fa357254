"""Runs the quarantined rows of a load again, with today's mapping, code lists, boundaries and corrections.

Invariant: a replay is a load of its own in one transaction: a row that is kept is marked as solved by it, one that is
refused again moves to its quarantine, one that is taken for no row stays where it was, and where nothing would change
nothing is written. Rows as received are opened in that transaction only, as the loader and block by block; they are
never written to a file.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from config.reading import limits
from geo.landing import Counts, Earlier, Landing
from geo.store import Store
from geo.viewer import OPERATOR, Clock, Viewer
from loaders import read
from loaders.asking import ask
from loaders.committing import Waiting, troubles_told
from loaders.dataset import WAIT_S, LoadRequest
from loaders.faults import Refused
from loaders.plan import Plan, make_plan
from loaders.read.wkt import with_shapes
from loaders.received import Kept, KeptTable
from loaders.result import LoadResult
from loaders.retyped import edits
from loaders.staging import Progress
from loaders.work import Again, load_again

WAITING = ("open", "corrected")
"""The states of rows that a replay takes by itself; one that was dismissed is taken only if a file names it."""
STANDARD, SAMPLE = "standard_", "sample_"
TOLD_ROWS = 20
"""Of more rows than these a sentence names no others."""
BULK = 4
"""So many times the room of its cells takes a row that is kept sealed, beside what it is opened to."""


@dataclass(frozen=True)
class ReplayRequest:
    """Whose rows, and how: `file` holds some of them corrected; `source` and `crs` replace what the load was told."""

    load_id: int
    clock: Clock
    viewer: Viewer = OPERATOR
    file: Path | None = None
    source: str | None = None
    crs: str | None = None
    is_dry_run: bool = False
    lang: str = "zh"
    wait_s: float = WAIT_S


@dataclass(frozen=True)
class ReplayedFacts(read.FileFacts):
    """Stands for a file that was read long ago: it cannot change any more."""

    def refuse_if_changed(self) -> None:
        """The rows are in the store."""


def replay(
    store: Store, asked: ReplayRequest, *, progress: Progress | None = None, waiting: Waiting | None = None
) -> LoadResult | None:
    """Runs the rows again; None where there is no load of this number whose rows could be. Raises as load_file."""
    with troubles_told(), store.loading(asked.viewer, asked.clock) as connection:
        found = Landing(connection, asked.clock, asked.viewer).rows("quarantine/basis", load_id=asked.load_id)
    return _Replay(asked, found[0]).run(store, progress, waiting) if found else None


class _Replay:
    """One replay under way: what it takes from the quarantine, and what becomes of it."""

    def __init__(self, asked: ReplayRequest, basis: Mapping[str, Any]) -> None:
        self._asked = asked
        self._basis = basis
        self._options: Mapping[str, Any] = basis["options"]
        self._load_id = asked.load_id
        self._count = 0
        self._is_edited = False

    def run(self, store: Store, progress: Progress | None, waiting: Waiting | None) -> LoadResult:
        request = self._request()
        again = Again(self._basis["sha256"], lambda landing: self._plan(landing, request), self._settle, self._nothing)
        return load_again(store, request, again, progress=progress, waiting=waiting)

    def _request(self) -> LoadRequest:
        basis, options, asked = self._basis, self._options, self._asked
        valid_from = options.get("valid_from")
        return LoadRequest(
            dataset=basis["dataset"],
            file=Path(basis["file_name"]),
            clock=asked.clock,
            viewer=asked.viewer,
            source=asked.source or (options["source"] if "source" in options else _source(basis["source"])),
            crs=asked.crs or options.get("crs"),
            level=basis["level"],
            valid_from=date.fromisoformat(valid_from) if valid_from else None,
            is_dry_run=asked.is_dry_run,
            is_simulated=basis["is_simulated"],
            lang=asked.lang,
            wait_s=asked.wait_s,
            replays=asked.load_id,
        )

    # ------------------------------------------------------------ before

    def _plan(self, landing: Landing, request: LoadRequest) -> Plan | None:
        """The rows that are taken as a table of a file; None where none is."""
        again = self._take(landing)
        if again is None:
            return None
        facts = ReplayedFacts(path=request.file, size=0, modified_ns=0, digest=lambda: str(self._basis["sha256"]))
        plan = make_plan(ask(replace(request, again=again)), facts, opener=lambda wish: self._table(landing, wish))
        return replace(plan, mapping=replace(plan.mapping, fill_down=()))

    def _take(self, landing: Landing) -> str | None:
        """Notes in the store which rows are run again; says which they are, and how they were corrected."""
        landing.run("quarantine/rerun")
        file = self._asked.file
        typed = self._take_typed(landing, file) if file else self._take_waiting(landing)
        landing.run("quarantine/rerun_analyze")
        said = landing.rows("quarantine/rerun_said")[0]
        self._count = int(said["rows"])
        lost = landing.rows("quarantine/rerun_lost", load_id=self._load_id, most=TOLD_ROWS + 1)
        if lost:
            raise Refused("replay_not_kept", rows=_listed([one["row"] for one in lost]), load=self._load_id)
        return f"{self._load_id} {said['told']} {typed}" if self._count else None

    def _take_waiting(self, landing: Landing) -> str:
        states = list(WAITING)
        landing.run("quarantine/rerun_take", load_id=self._load_id, states=states, rows=None, typed=None)
        return ""

    def _take_typed(self, landing: Landing, file: Path) -> str:
        """The rows of a file with the cells that were typed anew, sealed; a digest of these."""
        first = landing.rows("quarantine/shown_first", load_id=self._load_id)
        headings = tuple(dict.fromkeys(name for one in first for name in orjson.loads(one["shown"])))
        unknown: set[int] = set()
        digest = ""

        def shown(rows: Sequence[int]) -> dict[int, dict[str, str]]:
            found = landing.rows("quarantine/shown_rows", load_id=self._load_id, rows=list(rows))
            unknown.update(set(rows) - {one["row"] for one in found})
            return {one["row"]: orjson.loads(one["shown"]) if one["shown"] else {} for one in found}

        with closing(edits(file, headings, shown)) as blocks:
            for block in blocks:
                told = {row: orjson.dumps(cells).decode() for row, cells in block.items()}
                digest = landing.vault.ref(f"{digest}{told}")
                typed = [landing.vault.seal(cells) for cells in told.values()]
                states = [*WAITING, "dismissed"]
                landing.run("quarantine/rerun_take", load_id=self._load_id, states=states, rows=list(told), typed=typed)
        if unknown:
            raise Refused("replay_unknown_rows", rows=_listed(sorted(unknown)), load=self._load_id)
        return digest

    def _table(self, landing: Landing, wish: read.Wish) -> read.Table:
        first = [
            Kept.of(one["row"], landing.vault.unseal(one["record"]))
            for one in landing.rows("quarantine/rerun_first", load_id=self._load_id)
        ]
        table = KeptTable(
            first,
            lambda: self._blocks(landing),
            declared_crs=self._options.get("declared_crs") if self._options else self._basis["crs"],
            is_degrees=bool(self._options.get("is_degrees")),
            should_declare=bool(self._options.get("should_declare")),
        )
        return with_shapes(table, wish, file=self._basis["file_name"])

    def _blocks(self, landing: Landing) -> Iterator[list[Kept]]:
        """The rows that are run again, with what was corrected in them, by row of the file."""
        most, after = max(1, limits().block_rows // BULK), 0
        while True:
            found = landing.rows("quarantine/rerun_rows", load_id=self._load_id, after=after, most=most)
            if not found:
                return
            after = found[-1]["row"]
            yield [self._kept(landing, one) for one in found]

    def _kept(self, landing: Landing, one: Mapping[str, Any]) -> Kept:
        keys = landing.vault
        received = Kept.of(one["row"], keys.unseal(one["record"]))
        cells: dict[str, str] = {}
        for told in (one["cells"], one["typed"]):
            cells |= orjson.loads(keys.unseal(told)) if told else {}
        kept = received.with_cells(cells)
        self._is_edited |= kept is not received
        return kept

    # ------------------------------------------------------------ after

    def _settle(self, landing: Landing, load_id: int, counts: Counts) -> bool:
        """Marks what the load solved and what moved to its quarantine; False where it changed nothing."""
        both = {"load_id": self._load_id, "by": load_id}
        if left := landing.rows("quarantine/rerun_left", by=load_id):
            numbers = sorted(one["row"] for one in left)
            landing.remark("replay_left", rows=_listed(numbers), load=self._load_id)
        is_as_before = counts.quarantined == counts.read and not self._is_edited
        if is_as_before and not landing.rows("quarantine/rerun_changed", **both)[0]["is_changed"]:
            return False
        landing.run("quarantine/settle", **both)
        return True

    def _nothing(self, landing: Landing) -> Earlier:
        """What is said where nothing is new: the newest replay, else the load itself; rows still in quarantine."""
        rows = self._count
        done = landing.rows("quarantine/replayed", load_id=self._load_id)
        if rows or not done:
            return Earlier(self._load_id, read=rows, skipped=0, things=0, quarantined=rows)
        return Earlier(**done[0] | {"quarantined": 0})


def _source(code: str) -> str | None:
    """The mapping of a load that an older program made: the source's code, or the built-in one."""
    return None if code.startswith((STANDARD, SAMPLE)) else code


def _listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:TOLD_ROWS])) + (", …" if len(rows) > TOLD_ROWS else "")
