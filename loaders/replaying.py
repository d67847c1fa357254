"""Runs the quarantined rows of a load again, with today's mapping, code lists, boundaries and corrections.

Invariant: a replay is a load of its own in one transaction: a row that is kept is marked as solved by it, one that is
refused again moves to its quarantine, and where nothing would change nothing is written. Rows as received are opened in
that transaction only, as the loader; they are never written to a file.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from geo.landing import Earlier, Landing
from geo.store import Store
from geo.viewer import OPERATOR, Clock, Viewer
from loaders import read
from loaders.dataset import LoadRequest
from loaders.faults import Refused
from loaders.plan import Plan, make_plan
from loaders.read.wkt import with_shapes
from loaders.received import Kept, KeptTable
from loaders.result import LoadResult
from loaders.retyped import edits
from loaders.work import Progress, load_again

WAITING = ("open", "corrected")
"""The states of rows that a replay takes by itself; one that was dismissed is taken only if a file names it."""
STANDARD, SAMPLE = "standard_", "sample_"


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


@dataclass(frozen=True)
class ReplayedFacts(read.FileFacts):
    """Stands for a file that was read long ago: it cannot change any more."""

    def refuse_if_changed(self) -> None:
        """The rows are in the store."""


def replay(store: Store, asked: ReplayRequest, *, progress: Progress | None = None) -> LoadResult | None:
    """Runs the rows again; None where there is no load of this number whose rows could be. Raises StoreUnavailable."""
    with store.loading(asked.viewer, asked.clock) as connection:
        found = Landing(connection, asked.clock, asked.viewer).rows("quarantine/basis", load_id=asked.load_id)
    return _Replay(asked, found[0]).run(store, progress) if found else None


class _Replay:
    """One replay under way: what it takes from the quarantine, and what becomes of it."""

    def __init__(self, asked: ReplayRequest, basis: Mapping[str, Any]) -> None:
        self._asked = asked
        self._basis = basis
        self._options: Mapping[str, Any] = basis["options"]
        self._rows: list[int] = []
        self._is_edited = False
        self._told: set[tuple[int, str | None, str]] = set()

    def run(self, store: Store, progress: Progress | None) -> LoadResult:
        started = time.monotonic()
        request = self._request()
        return load_again(
            store, request, sha256=self._basis["sha256"], planning=lambda landing: self._plan(landing, request),
            settle=self._settle, nothing=self._nothing, started=started, progress=progress,
        )  # fmt: skip

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
            replays=asked.load_id,
        )

    # ------------------------------------------------------------ before

    def _plan(self, landing: Landing, request: LoadRequest) -> Plan | None:
        """The rows that wait as a table of a file; None where none does."""
        found = landing.rows("quarantine/sealed_rows", load_id=self._asked.load_id)
        kept = self._chosen(landing, found)
        if not kept:
            return None
        self._rows = [one.row for one in kept]
        told = landing.rows("quarantine/told", load_id=self._asked.load_id, rows=self._rows)
        self._told = {(one["row"], one["column"], one["fault"]) for one in told}
        again = landing.vault.ref(repr([(one.row, one.cells, one.is_ragged) for one in kept]))
        facts = ReplayedFacts(path=request.file, sha256=self._basis["sha256"], size=0, modified_ns=0)
        plan = make_plan(
            replace(request, again=f"{self._asked.load_id} {again}"), facts, opener=lambda wish: self._table(kept, wish)
        )
        return replace(plan, mapping=replace(plan.mapping, fill_down=()))

    def _chosen(self, landing: Landing, found: Sequence[Mapping[str, Any]]) -> list[Kept]:
        file = self._asked.file
        states = {one["row"]: one["state"] for one in found}
        typed = edits(file, _shown(found), self._asked.lang) if file else None
        if typed is not None and (unknown := sorted(set(typed) - set(states))):
            raise Refused("replay_unknown_rows", rows=_listed(unknown), load=self._asked.load_id)
        states_taken: Collection[str] = (*WAITING, "dismissed") if typed is not None else WAITING
        taken = [one for one in found if one["state"] in states_taken and (typed is None or one["row"] in typed)]
        if lost := [one["row"] for one in taken if one["record"] is None]:
            raise Refused("replay_not_kept", rows=_listed(lost), load=self._asked.load_id)
        keys = landing.vault
        kept = []
        for one in taken:
            cells = orjson.loads(keys.unseal(one["cells_sealed"])) if one["cells_sealed"] else {}
            cells |= (typed or {}).get(one["row"], {})
            received = Kept.of(one["row"], keys.unseal(one["record"]))
            kept.append(received.with_cells(cells))
            self._is_edited |= kept[-1] is not received
        return kept

    def _table(self, kept: Sequence[Kept], wish: read.Wish) -> read.Table:
        declared = self._options.get("declared_crs") if self._options else self._basis["crs"]
        table = KeptTable(
            kept,
            declared_crs=declared,
            is_degrees=bool(self._options.get("is_degrees")),
            should_declare=bool(self._options.get("should_declare")),
        )
        return with_shapes(table, wish, file=self._basis["file_name"])

    # ------------------------------------------------------------ after

    def _settle(self, landing: Landing, result: LoadResult) -> bool:
        """Marks what the load solved and what moved to its quarantine; False where it changed nothing."""
        assert result.load_id is not None  # noqa: S101 - inside the transaction a load has its number
        counts = result.counts
        if counts.quarantined == counts.read and not self._is_edited:
            again = landing.rows("quarantine/told", load_id=result.load_id, rows=self._rows)
            if {(one["row"], one["column"], one["fault"]) for one in again} == self._told:
                return False
        landing.run("quarantine/settle", load_id=self._asked.load_id, by=result.load_id, rows=self._rows)
        return True

    def _nothing(self, landing: Landing) -> Earlier:
        """What is said where nothing is new: the newest replay, else the load itself; rows still in quarantine."""
        rows = len(self._rows)
        done = landing.rows("quarantine/replayed", load_id=self._asked.load_id)
        if rows or not done:
            return Earlier(self._asked.load_id, read=rows, skipped=0, things=0, quarantined=rows)
        return Earlier(**done[0] | {"quarantined": 0})


def _source(code: str) -> str | None:
    """The mapping of a load that an older program made: the source's code, or the built-in one."""
    return None if code.startswith((STANDARD, SAMPLE)) else code


def _shown(found: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, str]]:
    return {one["row"]: orjson.loads(one["shown"]) if one["shown"] else {} for one in found}


def _listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:20])) + (", …" if len(rows) > 20 else "")
