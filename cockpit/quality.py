"""The quality score of each source (K50): shares of rows, weighted; what lacks data has no score, and few rows no rank.

Invariant: a part that does not apply to a source is left out, never counted as missed or met.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cockpit import lateness
from config.categories import UNCLASSIFIED
from config.quality import PARTS, Quality, quality
from config.site import site
from geo import steward
from geo.steward import QualityCounts
from geo.store import Store
from geo.viewer import Clock, Viewer

NO_DATA, TOO_FEW = "no-data", "too-few"


@dataclass(frozen=True, slots=True)
class Score:
    """A source's score of 0 to 100; None with the note no-data or too-few. `n`: rows counted, refused ones too.

    `parts`: part → rows that meet it, of `n`; those that do not apply are left out. `is_ranked`: enough to compare.
    """

    source: str
    dataset: str
    name: str
    value: float | None
    note: str | None
    n: int
    refused: int
    parts: Mapping[str, int]
    is_ranked: bool

    @property
    def definition(self) -> str:
        """The definition that it follows, with its version."""
        known = quality()
        return f"{known.id}@{known.version}"


def score(counts: QualityCounts, *, is_late: bool) -> Score:
    """The score of a source; `is_late`: its newest delivery is older than agreed."""
    known, n = quality(), counts.kept + counts.refused
    told = {"stages": counts.stages_ok, "place": counts.place_ok, "code": counts.code_ok, "fresh": 0 if is_late else n}
    parts = {name: rows for name in PARTS if (rows := told[name]) is not None}
    note = NO_DATA if n == 0 else TOO_FEW if n < known.least_rows else None
    return Score(
        source=counts.code,
        dataset=counts.dataset,
        name=counts.name,
        value=None if note else _weighted(known, parts, n),
        note=note,
        n=n,
        refused=counts.refused,
        parts=parts,
        is_ranked=n >= known.least_ranked,
    )


def scores(store: Store, viewer: Viewer, clock: Clock) -> tuple[Score, ...]:
    """The score of every source that was loaded, by dataset and code; raises StoreUnavailable."""
    zone = site().zone
    late = {
        one.code: lateness.late_s(one, clock, zone) > 0
        for one in steward.sources(store, viewer, clock, today=clock.at.astimezone(zone).date())
    }
    found = steward.quality(store, viewer, clock, zone=zone.key, unsorted=UNCLASSIFIED)
    return tuple(score(one, is_late=late[one.code]) for one in found if one.code in late)


def _weighted(known: Quality, parts: Mapping[str, int], n: int) -> float:
    total = sum(known.weights[name] for name in parts)
    return round(100 * sum(known.weights[name] * rows / n for name, rows in parts.items()) / total, 1)
