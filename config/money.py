"""What kinds of money there are: sources, uses and the thresholds of a sleeping fund (`money.toml`).

Invariant: every source kind belongs to exactly one family, so that the self-generated share adds up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from config import reader

OWN, OUTSIDE, OTHER, UNTOLD = "own", "outside", "other", "untold"
FAMILIES = (OWN, OUTSIDE, OTHER, UNTOLD)


@dataclass(frozen=True, slots=True)
class SourceKind:
    """Where money comes from; `family` is `own` (self-generated, 造血), `outside`, `other`, or `untold`
    where the source does not say which; `is_inferred`: the kind was guessed by whoever made the file."""

    code: str
    zh: str
    en: str
    family: str
    is_inferred: bool = False

    @property
    def is_self_generated(self) -> bool:
        """Whether it counts in the numerator of the self-generated share (K57)."""
        return self.family == OWN


@dataclass(frozen=True, slots=True)
class UseKind:
    """What money is for; overhead is no charitable spending."""

    code: str
    zh: str
    en: str
    is_overhead: bool = False


@dataclass(frozen=True, slots=True)
class Idle:
    """Whole months since the last charitable outflow from which a fund is watched, and from which it sleeps."""

    watch_months: int
    sleep_months: int


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds in the order of the file, which is the order on screen."""

    sources: tuple[SourceKind, ...]
    uses: tuple[UseKind, ...]
    idle: Idle

    @property
    def self_generated(self) -> list[str]:
        """Codes of the source kinds that the community earned itself."""
        return [kind.code for kind in self.sources if kind.is_self_generated]

    @property
    def untold(self) -> list[str]:
        """Codes of the source kinds of which nobody says whether they are self-generated."""
        return [kind.code for kind in self.sources if kind.family == UNTOLD]

    @property
    def inferred(self) -> list[str]:
        """Codes of the source kinds that were guessed, not published."""
        return [kind.code for kind in self.sources if kind.is_inferred]

    @property
    def overhead(self) -> list[str]:
        """Codes of the uses that are no charitable spending."""
        return [kind.code for kind in self.uses if kind.is_overhead]

    def source_family(self, code: str | None) -> str:
        """The family of a source kind; a code that the file does not list is `other`."""
        return next((kind.family for kind in self.sources if kind.code == code), OTHER)

    def name(self, code: str, lang: str) -> str:
        """The word for a source or use kind in `zh` or `en`; an unlisted code is its own word."""
        return self._words(lang).get(code, code)

    def codes_named(self, text: str, lang: str) -> tuple[str, ...]:
        """The codes of the kinds whose word in `lang` holds `text`, letter case aside."""
        return tuple(code for code, word in self._words(lang).items() if text.casefold() in word.casefold())

    def _words(self, lang: str) -> dict[str, str]:
        listed: tuple[SourceKind | UseKind, ...] = (*self.sources, *self.uses)
        return {kind.code: kind.en if lang == "en" else kind.zh for kind in listed}


@cache
def kinds() -> Kinds:
    """The kinds in force; raises config.reader.ConfigError naming every fault of the file."""
    path = reader.find("money.toml")
    return _kinds(reader.read(path), path)


def _kinds(table: Mapping[str, Any], path: Path) -> Kinds:
    found = Kinds(
        sources=tuple(reader.fill(SourceKind, row, path) for row in table.get("source_kind", [])),
        uses=tuple(reader.fill(UseKind, row, path) for row in table.get("use_kind", [])),
        idle=reader.fill(Idle, table.get("idle", {}), path),
    )
    faults = [
        f"source_kind {k.code!r}: family {k.family!r} is none of {FAMILIES}"
        for k in found.sources
        if k.family not in FAMILIES
    ]
    for group, codes in (("source_kind", [k.code for k in found.sources]), ("use_kind", [k.code for k in found.uses])):
        faults += [f"{group} {code!r} is listed twice" for code in sorted({c for c in codes if codes.count(c) > 1})]
    if not 0 < found.idle.watch_months <= found.idle.sleep_months:
        faults.append("idle: 0 < watch_months <= sleep_months is expected")
    if faults:
        raise reader.ConfigError(path, faults)
    return found
