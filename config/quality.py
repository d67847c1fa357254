"""The quality score of a source (`quality.toml`, K50): its words, the weights of its parts, how many rows it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from config import reader

PARTS = ("stages", "place", "code", "fresh")


@dataclass(frozen=True)
class Quality:
    """The definition; fewer rows than `least_rows` give no score, fewer than `least_ranked` are not compared."""

    id: str
    version: int
    name_zh: str
    name_en: str
    formula_zh: str
    formula_en: str
    denominator_zh: str
    denominator_en: str
    source_zh: str
    source_en: str
    least_rows: int
    least_ranked: int
    weights: Mapping[str, float]

    def word(self, part: str, lang: str) -> str:
        """`name`, `formula`, `denominator` or `source` in `zh` or `en`."""
        return str(getattr(self, f"{part}_{lang}"))


@cache
def quality() -> Quality:
    """The definition in force; raises config.reader.ConfigError for a bad file."""
    path = reader.find("quality.toml")
    found = reader.fill(Quality, reader.read(path), path)
    faults = [
        f"weights.{name} is missing or no positive number" for name in PARTS if not _is_weight(found.weights, name)
    ]
    faults += [f"weights.{name} is no part (known: {', '.join(PARTS)})" for name in found.weights if name not in PARTS]
    faults += [
        f"{name} must be a number of rows above 0"
        for name in ("least_rows", "least_ranked")
        if type(getattr(found, name)) is not int or getattr(found, name) < 1
    ]
    if faults:
        raise reader.ConfigError(path, faults)
    return found


def _is_weight(weights: Mapping[str, object], name: str) -> bool:
    value = weights.get(name) if isinstance(weights, Mapping) else None
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
