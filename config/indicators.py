"""The words of every indicator (`config/kpi/<slug>.toml`): what it means, its unit, denominator and rules.

Invariant: an indicator is complete in both languages, or the program does not start with it; what is counted
stands in the marks it names (`geo/sql/kpi`), never here.
"""

import difflib
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Literal

from config import reader

FOLDER = "kpi"
ORDER = (
    "incidents",
    "closure_rate",
    "on_time_rate",
    "backlog",
    "backlog_overdue",
    "accept_p50",
    "accept_p90",
    "dispatch_p50",
    "dispatch_p90",
    "arrival_p50",
    "arrival_p90",
    "arrival_within_10min",
    "onscene_p50",
    "onscene_p90",
    "onscene_within_10min",
    "close_p50",
    "close_p90",
    "followup_p50",
    "followup_p90",
    "followup_coverage",
)
_CHOICES = {
    "kind": ("count", "rate", "quantile"),
    "unit": ("count", "ratio", "s"),
    "direction": ("up", "down", "none"),
    "clock": ("natural", "none"),
}
_UNIT_OF_KIND = {"count": "count", "rate": "ratio", "quantile": "s"}


class UnknownIndicatorError(LookupError):
    """There is no indicator of that slug; `nearest` is the most alike one, if any is."""

    def __init__(self, slug: str, nearest: str | None) -> None:
        super().__init__(slug)
        self.slug = slug
        self.nearest = nearest


@dataclass(frozen=True)
class Indicator:
    """One indicator. `direction` says which way is better; `target` is a share or seconds, None where none is set.

    `stages` are the stages a source must carry for it; `beside` the exclusions that are shown even when they are 0;
    `is_assessable` is false for what may be seen but not scored.
    """

    slug: str
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
    kind: Literal["count", "rate", "quantile"]
    unit: Literal["count", "ratio", "s"]
    direction: Literal["up", "down", "none"]
    clock: Literal["natural", "none"]
    marks: str
    is_assessable: bool
    minimum_n: int = 10
    quantile: float | None = None
    target: float | None = None
    stages: tuple[str, ...] = field(default=())
    beside: tuple[str, ...] = field(default=())

    @property
    def definition(self) -> str:
        """Its identity in time, such as `K03@1`: a changed definition has a new version."""
        return f"{self.id}@{self.version}"

    def name(self, lang: str) -> str:
        """Its name in `zh` or `en`."""
        return self.name_en if lang == "en" else self.name_zh

    def formula(self, lang: str) -> str:
        """How it is counted, in words."""
        return self.formula_en if lang == "en" else self.formula_zh

    def denominator(self, lang: str) -> str:
        """What it is counted over, in words."""
        return self.denominator_en if lang == "en" else self.denominator_zh

    def source(self, lang: str) -> str:
        """The standard or rule behind it."""
        return self.source_en if lang == "en" else self.source_zh


@cache
def indicators() -> tuple[Indicator, ...]:
    """All indicators, the known ones in their fixed order, a site's own ones after them by slug.

    Raises config.reader.ConfigError with every fault of the first file that has any.
    """
    found = reader.names(FOLDER)
    slugs = [slug for slug in ORDER if slug in found] + [slug for slug in found if slug not in ORDER]
    return tuple(_indicator(slug, reader.find(f"{FOLDER}/{slug}.toml")) for slug in slugs)


def indicator(slug: str) -> Indicator:
    """The indicator of that slug; raises UnknownIndicatorError with the nearest guess."""
    known = {each.slug: each for each in indicators()}
    if slug not in known:
        raise UnknownIndicatorError(slug, next(iter(difflib.get_close_matches(slug, known, n=1, cutoff=0.5)), None))
    return known[slug]


def _indicator(slug: str, path: Path) -> Indicator:
    table = reader.read(path)
    lists = {name: tuple(table[name]) for name in ("stages", "beside") if isinstance(table.get(name), list)}
    found = reader.fill(Indicator, {**table, **lists, "slug": slug}, path)
    faults = _faults(found)
    if faults:
        raise reader.ConfigError(path, faults)
    return found


def _faults(found: Indicator) -> list[str]:
    faults = [
        f"{key} {getattr(found, key)!r} is none of {', '.join(known)}"
        for key, known in _CHOICES.items()
        if getattr(found, key) not in known
    ]
    texts = [each.name for each in fields(found) if each.type is str]
    faults += [f"{name} must be text" for name in texts if not _is_text(getattr(found, name))]
    if found.kind in _UNIT_OF_KIND and found.unit != _UNIT_OF_KIND[found.kind]:
        faults.append(f"a {found.kind} has the unit {_UNIT_OF_KIND[found.kind]}, not {found.unit!r}")
    if (found.kind == "quantile") != (found.quantile is not None):
        faults.append("a quantile, and nothing else, says which: quantile = 0.5")
    elif found.quantile is not None and not 0 < found.quantile < 1:
        faults.append(f"quantile {found.quantile!r} does not lie between 0 and 1")
    faults += [f"{key} must be a whole number above 0" for key in ("version", "minimum_n") if not _is_whole(found, key)]
    return faults


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(found: Indicator, key: str) -> bool:
    value = getattr(found, key)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
