"""What a file of the collection is: its name, its bytes, how it is loaded, and the verdict."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

REJECT, QUARANTINE, REPAIR, NOTES, ACCEPT, NOTHING_NEW = "reject", "quarantine", "repair", "notes", "accept", "nothing"


@dataclass(frozen=True)
class Verdict:
    """`faults`: the codes of which one must stand there (as a fault, or in the message where it is a note)."""

    kind: str
    faults: tuple[str, ...] = ()
    rows: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        told = {"rows": self.rows} if self.rows else {}
        listed = ", ".join(f"{name}={count}" for name, count in (told | dict(self.counts)).items())
        return " ".join(part for part in (self.kind, "|".join(self.faults), listed) if part)


def reject(*faults: str) -> Verdict:
    """Nothing of the file is taken, for one of these reasons."""
    return Verdict(REJECT, faults)


def quarantine(rows: int, *faults: str, **counts: int) -> Verdict:
    """So many rows are kept apart, each for one of these reasons; all others are taken."""
    return Verdict(QUARANTINE, faults, rows, counts)


def repair(rows: int, **counts: int) -> Verdict:
    """All rows are taken, so many with a repair that is counted."""
    return Verdict(REPAIR, (), rows, counts)


def notes(*faults: str, **counts: int) -> Verdict:
    """All rows are taken, and something is told: a note that is counted, or a sentence."""
    return Verdict(NOTES, faults, 0, counts)


def accept(**counts: int) -> Verdict:
    """All rows are taken, and nothing is repaired."""
    return Verdict(ACCEPT, (), 0, counts)


def nothing_new() -> Verdict:
    """The file was loaded before."""
    return Verdict(NOTHING_NEW)


@dataclass(frozen=True)
class Sample:
    """A file; `before` are files loaded for real first, `secrets` what nothing may tell, `rows` how many it has."""

    name: str
    content: bytes
    verdict: Verdict
    dataset: str = "incidents"
    options: Mapping[str, Any] = field(default_factory=dict)
    before: Sequence[bytes] = ()
    secrets: Sequence[str] = ()
    rows: int | None = None


def grids(name: str, content: bytes | str, verdict: Verdict, *, secrets: Sequence[str] = (), **options: Any) -> Sample:
    """A file of grids."""
    return Sample(name, as_bytes(content), verdict, "boundaries", {"level": "grid", **options}, secrets=secrets)


def funds(name: str, content: bytes | str, verdict: Verdict, **more: Any) -> Sample:
    """A file of funds or of their ledger."""
    return Sample(name, as_bytes(content), verdict, "funds", **more)


def cases(name: str, content: bytes | str, verdict: Verdict, **more: Any) -> Sample:
    """A file of incidents."""
    return Sample(name, as_bytes(content), verdict, **more)


def as_bytes(content: bytes | str) -> bytes:
    """Text as UTF-8."""
    return content if isinstance(content, bytes) else content.encode()
