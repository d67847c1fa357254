"""What the matrix of communities and indicators shows first, and from when on a perfect rate is suspicious."""

from dataclasses import dataclass
from functools import cache

from config import reader
from config.indicators import Indicator, indicators


@dataclass(frozen=True)
class Assessment:
    """What `config/assessment.toml` says; `columns` and `lead` are slugs of indicators."""

    columns: tuple[str, ...]
    lead: str
    suspicious_n: int
    months: int

    def indicators(self) -> tuple[Indicator, ...]:
        """The indicators of `columns` in their order."""
        known = {each.slug: each for each in indicators()}
        return tuple(known[slug] for slug in self.columns)


@cache
def assessment() -> Assessment:
    """The settings in force; raises config.reader.ConfigError with every fault of the file."""
    path = reader.find("assessment.toml")
    table = reader.read(path)
    if isinstance(table.get("columns"), list):
        table["columns"] = tuple(table["columns"])
    found = reader.fill(Assessment, table, path)
    known = {each.slug for each in indicators()}
    named = (*found.columns, found.lead) if isinstance(found.columns, tuple) else (found.lead,)
    faults = [f"there is no indicator {slug!r}" for slug in dict.fromkeys(named) if slug not in known]
    if not found.columns or not isinstance(found.columns, tuple):
        faults.append("columns is a list of names of indicators")
    faults += [
        f"{name} must be a whole number above 0"
        for name in ("suspicious_n", "months")
        if not isinstance(getattr(found, name), int) or getattr(found, name) < 1
    ]
    if faults:
        raise reader.ConfigError(path, faults)
    return found
