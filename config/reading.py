"""The limits within which a file from outside is read (`reading.toml`)."""

import dataclasses
from dataclasses import dataclass

from config import reader


@dataclass(frozen=True)
class Limits:
    """Limits for one file; memory and sizes in MiB, times in seconds."""

    most_memory_mib: int
    most_cpu_s: int
    most_silent_s: int
    most_unpacked_mib: int
    most_entries: int
    block_rows: int


_held: Limits | None = None


def hold_to(agreed: Limits) -> None:
    """From now on these limits are in force in this process, which may not be able to read them."""
    global _held  # noqa: PLW0603 - one process reads one file
    _held = agreed


def limits() -> Limits:
    """The limits in force; raises config.reader.ConfigError for a bad file."""
    if _held is not None:
        return _held
    path = reader.find("reading.toml")
    found = reader.fill(Limits, reader.read(path), path)
    values = dataclasses.asdict(found)
    wrong = [f"{name} must be a whole number above 0" for name, value in values.items() if not _fits(value)]
    if wrong:
        raise reader.ConfigError(path, wrong)
    return found


def _fits(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
