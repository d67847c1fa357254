"""The words of every indicator (`config/kpi/<slug>.toml`): what it means, its unit, denominator and rules.

Invariant: an indicator is complete in both languages, or the program does not start with it; what is counted
stands in the marks it names (`geo/sql/kpi`), never here.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from config import reader
from config.definition_faults import Definition, DefinitionError, DefinitionFault

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


_LISTS = ("stages", "beside")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


_RULES: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(
        [f"{name}_{lang}" for name in ("name", "formula", "denominator", "source") for lang in ("zh", "en")] + ["id"],
        ("text", _is_text),
    ),
    **dict.fromkeys(["version", "minimum_n", "minimum_ranked"], ("whole", _is_whole)),
    **dict.fromkeys(["is_assessable", "is_part"], ("yes_no", lambda value: isinstance(value, bool))),
    **dict.fromkeys(["reference_only_zh", "reference_only_en", "also"], ("text", lambda value: isinstance(value, str))),
    "quantile": ("quantile", lambda value: value is None or (_is_number(value) and value < 1)),
    "target": ("number", lambda value: value is None or _is_number(value)),
    "scale": ("number", _is_number),
    "target_since": ("day", lambda value: value is None or type(value) is date),
}
"""A field → the fault of what it must not hold, and whether it holds what it may."""


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
    `is_part`: a quotient of parts of one whole, shown as a percentage. `also`: other words that people search it by.
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
    also: str = ""
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

    Raises DefinitionError with every fault of every file.
    """
    found = reader.names(FOLDER)
    slugs = [slug for slug in ORDER if slug in found] + [slug for slug in found if slug not in ORDER]
    read: list[Indicator] = []
    wrong: list[DefinitionFault] = []
    for slug in slugs:
        try:
            read.append(_indicator(slug, reader.find(f"{FOLDER}/{slug}.toml")))
        except DefinitionError as error:
            wrong += error.wrong
    if wrong:
        raise DefinitionError(wrong)
    return tuple(read)


def indicator(slug: str) -> Indicator:
    """The indicator of that slug; raises UnknownIndicatorError with the nearest guess."""
    known = {each.slug: each for each in indicators()}
    if slug not in known:
        raise UnknownIndicatorError(slug, next(iter(difflib.get_close_matches(slug, known, n=1, cutoff=0.5)), None))
    return known[slug]


def _indicator(slug: str, path: Path) -> Indicator:
    held = Definition(path)
    wrong = _faults(held)
    if wrong:
        raise DefinitionError(wrong)
    lists = {name: tuple(held.table[name]) for name in _LISTS if name in held.table}
    return Indicator(**{**held.table, **lists, "slug": slug})


def _faults(held: Definition) -> list[DefinitionFault]:
    """Every fault of the file: names of fields, then what each holds, then what does not go together."""
    known = {each.name: each for each in fields(Indicator) if each.name != "slug"}
    required = [name for name, each in known.items() if each.default is MISSING and each.default_factory is MISSING]
    wrong = [held.fault("absent", name) for name in required if name not in held.table]
    for name in held.table:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            wrong.append(held.fault("unknown_like" if nearest else "unknown", name, nearest="".join(nearest)))
    told = {
        name: held.table.get(name, None if each.default is MISSING else each.default) for name, each in known.items()
    }
    absent = {name for name in required if name not in held.table}
    wrong += [fault for name in known if name not in absent and (fault := _of_field(held, name, told[name]))]
    return wrong if wrong else _together(held, told)


def _of_field(held: Definition, name: str, value: Any) -> DefinitionFault | None:
    """The fault of one field by itself."""
    if name in _CHOICES or name in _LISTS or name == "marks":
        return _of_choice(held, name, value)
    key, is_right = _RULES[name]
    return None if is_right(value) else held.fault(key, name)


def _of_choice(held: Definition, name: str, value: Any) -> DefinitionFault | None:
    """The fault of a field that takes one of a list, or some of it. What the program counts stands in its own files."""
    allowed = _CHOICES.get(name) or _shipped(name)
    if name in _LISTS:
        is_right = isinstance(value, list | tuple) and all(isinstance(one, str) and one in allowed for one in value)
    else:
        is_right = isinstance(value, str) and value in allowed
    known = ", ".join(one or '""' for one in allowed)
    return None if is_right else held.fault("several" if name in _LISTS else "choice", name, known=known)


def _together(held: Definition, told: Mapping[str, Any]) -> list[DefinitionFault]:
    """What each field allows and another one forbids."""
    wrong, kind = [], told["kind"]
    units = _UNITS_OF_KIND[kind]
    if told["unit"] not in units:
        wrong.append(held.fault("unit", "unit", kind=kind, known=", ".join(units)))
    if (kind == "quantile") != (told["quantile"] is not None):
        wrong.append(held.fault("which_quantile" if kind == "quantile" else "no_quantile", "quantile", kind=kind))
    for name in ("reference_only_zh", "reference_only_en"):
        if bool(told[name].strip()) is told["is_assessable"]:
            wrong.append(held.fault("no_reason" if told["is_assessable"] else "reason", name))
    if told["target_since"] is not None and told["target"] is None:
        wrong.append(held.fault("since_nothing", "target_since"))
    return wrong


@cache
def _shipped(name: str) -> tuple[str, ...]:
    """What the program's own definitions say in a field, or list in it: all there is to count by."""
    found: set[str] = set()
    for path in (reader.SHIPPED / FOLDER).glob("*.toml"):
        value = reader.read(path).get(name, ())
        found |= {value} if isinstance(value, str) else set(value)
    return tuple(sorted(found))
