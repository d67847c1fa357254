"""The words of every indicator (`config/kpi/<slug>.toml`): what it means, its unit, denominator and rules.

Invariant: an indicator is complete in both languages, or the program does not start with it; what is counted
stands in the marks it names (`geo/sql/kpi`), never here.
"""

import difflib
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from config import reader

FOLDER = "kpi"
ORDER = (
    # how much
    "incidents", "reports", "reports_per_incident", "incidents_per_1000_households", "surge_z",
    "valid_report_rate", "grid_solved_rate",
    # how much is left
    "closure_rate", "on_time_rate", "on_time_rate_exempted", "exemption_rate", "urgent_on_time_rate", "clearance_ratio",
    "backlog", "backlog_not_due", "backlog_overdue", "backlog_suspended", "backlog_days",
    "overdue_age_p50", "overdue_age_p90", "overdue_over_30d", "overdue_over_90d", "carry_over_rate",
    "extension_rate", "suspension_rate",
    # how long
    "accept_p50", "accept_p90", "accept_within_15min", "dispatch_p50", "dispatch_p90", "dispatch_within_15min",
    "arrival_p50", "arrival_p90", "arrival_within_10min", "onscene_p50", "onscene_p90", "onscene_within_10min",
    "handling_p50", "handling_p90", "close_p50", "close_p90", "close_km_p50", "close_km_p90",
    "close_active_p50", "close_active_p90", "close_work_p50", "close_work_p90",
    "stage_share_accept", "stage_share_dispatch", "stage_share_arrival", "stage_share_handle",
    # how well
    "rework_rate", "repeat_rate", "suspect_closure_rate",
    "followup_p50", "followup_p90", "followup_coverage", "solved_rate", "satisfaction_rate",
)  # fmt: skip
GROUPS = ("volume", "progress", "time", "quality")
"""How much there is, how much is left, how long it takes, how well it is done."""
_CHOICES = {
    "kind": ("count", "rate", "quantile", "quotient", "change"),
    "unit": ("count", "ratio", "s", "d", "per_1000", "z"),
    "direction": ("up", "down", "none"),
    "clock": ("natural", "work", "none"),
    "per": ("", "households"),
    "group": GROUPS,
}
_UNITS_OF_KIND = {
    "count": ("count",),
    "rate": ("ratio",),
    "quantile": ("s",),
    "quotient": ("ratio", "d", "per_1000"),
    "change": ("z",),
}


class UnknownIndicatorError(LookupError):
    """There is no indicator of that slug; `nearest` is the most alike one, if any is."""

    def __init__(self, slug: str, nearest: str | None) -> None:
        super().__init__(slug)
        self.slug = slug
        self.nearest = nearest


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    `kind`: a count; a rate (cases of cases, with an interval); a quantile of durations; a quotient (numerator times
    `scale` / denominator, no share of anything); the change of a count against the days before, in standard deviations.
    `direction` says which way is better; `target` is a share or seconds, None where none is set, in force since
    `target_since`. `clock` natural counts elapsed time, work office hours (config.clocks). `stages` are the stages a
    source must carry for it; `beside` the exclusions that are shown even when they are 0. `is_assessable`
    is false for what may be seen but not scored, `reference_only_*` says why. `minimum_n` cases give a figure,
    `minimum_ranked` a place in a ranking. `per` names a denominator that is no number of cases.
    `is_part`: a quotient of parts of one whole, shown as a percentage.
    """

    slug: str
    id: str
    version: int
    group: str
    name_zh: str
    name_en: str
    formula_zh: str
    formula_en: str
    denominator_zh: str
    denominator_en: str
    source_zh: str
    source_en: str
    kind: Literal["count", "rate", "quantile", "quotient", "change"]
    unit: Literal["count", "ratio", "s", "d", "per_1000", "z"]
    direction: Literal["up", "down", "none"]
    clock: Literal["natural", "work", "none"]
    marks: str
    is_assessable: bool
    minimum_n: int = 10
    minimum_ranked: int = 30
    quantile: float | None = None
    target: float | None = None
    target_since: date | None = None
    scale: float = 1
    per: Literal["", "households"] = ""
    is_part: bool = False
    reference_only_zh: str = ""
    reference_only_en: str = ""
    stages: tuple[str, ...] = field(default=())
    beside: tuple[str, ...] = field(default=())

    @property
    def definition(self) -> str:
        """Its identity in time, such as `K03@1`: a changed definition has a new version."""
        return f"{self.id}@{self.version}"

    @property
    def is_share(self) -> bool:
        """Whether it lies between 0 and 1 and is shown as a percentage."""
        return self.kind == "rate" or self.is_part

    @property
    def is_flow(self) -> bool:
        """Whether it counts what came in its window, and so grows with the days; other counts are of its end."""
        return self.kind == "count" and self.group == "volume"

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

    def reference_only(self, lang: str) -> str:
        """Why it may be seen but not scored; empty for an assessable one."""
        return self.reference_only_en if lang == "en" else self.reference_only_zh


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
    texts = [each.name for each in fields(found) if each.type is str and not each.name.startswith("reference_only")]
    faults += [f"{name} must be text" for name in texts if not _is_text(getattr(found, name))]
    units = _UNITS_OF_KIND.get(found.kind, ())
    if units and found.unit not in units:
        faults.append(f"a {found.kind} has the unit {' or '.join(units)}, not {found.unit!r}")
    reasons = (found.reference_only_zh, found.reference_only_en)
    if not all(isinstance(reason, str) and bool(reason.strip()) is not found.is_assessable for reason in reasons):
        faults.append("reference_only_zh and _en say why it is not assessable, and nothing where it is")
    if found.target_since is not None and (found.target is None or not isinstance(found.target_since, date)):
        faults.append("target_since is the day since which the target is in force, such as 2026-01-01")
    if (found.kind == "quantile") != (found.quantile is not None):
        faults.append("a quantile, and nothing else, says which: quantile = 0.5")
    elif found.quantile is not None and not 0 < found.quantile < 1:
        faults.append(f"quantile {found.quantile!r} does not lie between 0 and 1")
    faults += [
        f"{key} must be a whole number above 0"
        for key in ("version", "minimum_n", "minimum_ranked")
        if not _is_whole(found, key)
    ]
    return faults


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(found: Indicator, key: str) -> bool:
    value = getattr(found, key)
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
