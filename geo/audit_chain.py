"""Whether the chain of the audit trail holds, and what its newest line is.

Invariant: every hash is computed anew from what stands in the lines, link by link; nothing that the store computed is
believed. Who can write to the store could still write a whole new chain: a head noted elsewhere shows that.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from geo.store import Store, rows
from geo.viewer import Clock, Viewer

BEFORE_FIRST = bytes(32)
BATCH_LINES = 20_000
MISSING, ALTERED, REORDERED, REPLACED, CUT = "missing", "altered", "reordered", "replaced", "cut"
"""No line of that number; content that does not fit its hash; the line that belongs there stands elsewhere, or nowhere;
lines at the end that are gone."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest line: its number (0 before the first) and chain hash in hex, to be noted outside this machine."""

    seq: int
    chain_hash: str

    @property
    def noted(self) -> str:
        """How it is written down: `SEQ:HASH`."""
        return f"{self.seq}:{self.chain_hash}"


@dataclass(frozen=True, slots=True)
class Break:
    """The first line at which the chain does not hold, and how."""

    seq: int
    kind: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found: lines that were read (`stubs` of them emptied by a purge), the head, the first break."""

    lines: int
    stubs: int
    head: Head
    broken: Break | None

    @property
    def holds(self) -> bool:
        """Whether nothing is missing, altered or reordered."""
        return self.broken is None


def head(store: Store, viewer: Viewer, clock: Clock) -> Head:
    """The newest line of the trail; raises StoreUnavailable."""
    with store.reading(viewer, clock) as connection:
        return _head(connection)


def verify(
    store: Store,
    viewer: Viewer,
    clock: Clock,
    *,
    noted: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> Verified:
    """Recomputes the chain from the first line to the last and compares its end with the head, and with `noted`.

    `noted`: a head noted earlier, `SEQ:HASH` or the hash alone; `progress` is told the lines read so far.
    Raises StoreUnavailable; the viewer needs rows.audit.
    """
    with store.reading(viewer, clock) as connection:
        state = _State()
        while not state.broken:
            batch = rows(connection, "audit/chain", after=state.seq, rows=BATCH_LINES)
            for line in batch:
                state.add(connection, line)
                if state.broken:
                    break
            if progress is not None:
                progress(state.lines)
            if len(batch) < BATCH_LINES:
                break
        told = _head(connection)
        broken = state.broken or _end(state, told) or _against_noted(connection, state, noted)
    return Verified(state.lines, state.stubs, told, broken)


@dataclass
class _State:
    """The chain up to the line that was read last."""

    seq: int = 0
    chain_hash: bytes = BEFORE_FIRST
    lines: int = 0
    stubs: int = 0
    broken: Break | None = None

    def add(self, connection: Connection, line: dict[str, object]) -> None:
        """Takes the next line (by seq) into the chain, or notes in `broken` where and how it breaks."""
        self.lines += 1
        self.stubs += bool(line["is_stub"])
        wanted = self.seq + 1
        if line["seq"] != wanted:
            self.broken = Break(wanted, MISSING)
            return
        if not line["is_whole"]:
            self.broken = Break(wanted, ALTERED)
            return
        linked = hashlib.sha256(self.chain_hash + wanted.to_bytes(8, "big") + _bytes(line["content_hash"])).digest()
        if linked != line["chain_hash"]:
            elsewhere = rows(connection, "audit/belongs", before=self.chain_hash, seq=wanted)
            self.broken = Break(wanted, REORDERED if elsewhere else REPLACED)
            return
        self.seq, self.chain_hash = wanted, linked


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"not a hash: {value!r}")
    return value


def _head(connection: Connection) -> Head:
    found = rows(connection, "audit/head")
    return Head(found[0]["seq"], found[0]["chain_hash"].hex()) if found else Head(0, "")


def _end(state: _State, told: Head) -> Break | None:
    """The head names the last line, else lines were cut off (or put on) behind the program's back."""
    if told == Head(state.seq, state.chain_hash.hex()):
        return None
    return Break(min(told.seq, state.seq) + 1, CUT if told.seq >= state.seq else REPLACED)


def _against_noted(connection: Connection, state: _State, noted: str | None) -> Break | None:
    if not noted:
        return None
    number, _, digest = noted.strip().lower().rpartition(":")
    found = rows(connection, "audit/noted", chain_hash=bytes.fromhex(digest))
    if found and (not number or found[0]["seq"] == int(number)):
        return None
    if number and int(number) <= state.seq:
        return Break(int(number), REPLACED)
    return Break(state.seq + 1, CUT)
