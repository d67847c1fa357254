"""The words of a definition, for the page and the documents alike.

Invariant: what is said of an indicator stands in the registry, in its marks or in the catalogue, and nowhere else.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from cockpit import formats
from config.indicators import Indicator, indicators
from config.messages import LANGUAGES, tr
from config.quality import quality
from config.slots import Slot, slots
from geo.families import reasons

GROUPS = ("volume", "progress", "time", "quality")
RULES = (
    "window", "moment", "cases", "placing", "rollup", "covered", "few", "interval", "quantile", "peers", "beside",
    "change", "suspicious", "frozen",
)  # fmt: skip
DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a definition: `key` names it below `method`."""

    key: str
    label: str
    text: str


def groups() -> tuple[tuple[str, tuple[Indicator, ...]], ...]:
    """The indicators by group, in their order; raises config.reader.ConfigError."""
    return tuple((name, tuple(each for each in indicators() if each.group == name)) for name in GROUPS)


def empty_places() -> tuple[Slot, ...]:
    """What the catalogue names and no feed gives; raises config.reader.ConfigError."""
    return slots()


def rules(lang: str) -> tuple[tuple[str, str], ...]:
    """The rules of counting: title and text."""
    return tuple((tr(f"method.rule.{name}", lang), tr(f"method.rule.{name}_text", lang)) for name in RULES)


def facts(each: Indicator, lang: str) -> tuple[Fact, ...]:
    """The lines of a definition, in their order."""
    told = {
        "formula": each.formula(lang),
        "denominator": each.denominator(lang),
        "excluded": excluded(each, lang),
        "unit": tr(f"method.unit_{'share' if each.kind == 'rate' else each.unit}", lang),
        "direction": tr(f"method.direction_{each.direction}", lang),
        "clock": tr(f"method.clock_{each.clock}", lang),
        "target": target(each, lang),
        "minimum": minimum(each, lang),
        "use": use(each, lang),
        "stages": stages(each, lang),
        "source": each.source(lang),
        "version": tr("method.definition", lang, id=each.id, version=each.version),
    }
    return tuple(Fact(key, tr(f"method.{key}", lang), text) for key, text in told.items())


def quality_facts(lang: str) -> tuple[Fact, ...]:
    """The lines of the definition of the data quality score, which is of a source and of no area."""
    known = quality()
    told = {
        "formula": known.word("formula", lang),
        "denominator": known.word("denominator", lang),
        "minimum": tr("quality.least", lang, least=known.least_rows, ranked=known.least_ranked),
        "missing": tr("method.quality_missing", lang),
        "use": tr("method.quality_use", lang),
        "source": known.word("source", lang),
        "version": tr("method.definition", lang, id=known.id, version=known.version),
    }
    return tuple(Fact(key, tr(f"method.{key}", lang), text) for key, text in told.items())


def searched_quality() -> str:
    """What the search looks through for it: both names and all of its lines, in both languages."""
    known = quality()
    told = [fact.text for lang in LANGUAGES for fact in quality_facts(lang)]
    return folded([known.id, known.name_zh, known.name_en, *told])


def excluded(each: Indicator, lang: str) -> str:
    """What its marks leave out, in words."""
    names = dict.fromkeys(reasons(each.marks))
    told = tr("method.joiner", lang).join(tr(f"kpi.excluded_{name}", lang) for name in names)
    return told or tr("method.excluded_none", lang)


def target(each: Indicator, lang: str) -> str:
    """The target with the day since which it is in force."""
    if each.target is None:
        return tr("method.target_none", lang)
    value = formats.quantity(each.target, each.unit, lang, is_share=each.kind == "rate")
    if each.target_since is None:
        return tr("method.target_told", lang, value=value)
    return tr("method.target_since", lang, value=value, day=formats.full_day(each.target_since, lang))


def minimum(each: Indicator, lang: str) -> str:
    """From how many cases on there is a figure, and a comparison."""
    if each.kind not in ("rate", "quantile", "quotient") or each.per:
        return tr("method.minimum_count", lang)
    if each.kind == "quotient":
        return tr("method.minimum_alone", lang, n=each.minimum_n)
    return tr("method.minimum_told", lang, n=each.minimum_n, ranked=each.minimum_ranked)


def use(each: Indicator, lang: str) -> str:
    """Whether it may be assessed, and why not."""
    if each.is_assessable:
        return tr("method.use_assessable", lang)
    return tr("method.use_reference", lang, why=each.reference_only(lang))


def stages(each: Indicator, lang: str) -> str:
    """What a source must carry for it."""
    told = tr("method.joiner", lang).join(tr(f"method.stage_{name}", lang) for name in each.stages)
    return told or tr("method.stages_none", lang)


def searched(each: Indicator) -> str:
    """What the search looks through: names, slug, other words for it and all lines of its card, in both languages."""
    told = [fact.text for lang in LANGUAGES for fact in facts(each, lang)]
    return folded([each.id, each.slug, each.name_zh, each.name_en, each.also, *told])


def searched_slot(slot: Slot) -> str:
    """The same of an empty place."""
    needs = [slot.needs(lang) for lang in LANGUAGES]
    return folded([slot.id, slot.name_zh, slot.name_en, slot.formula_zh, slot.formula_en, *needs])


def searched_rule(name: str) -> str:
    """The same of a rule of counting."""
    return folded(tr(f"method.rule.{name}{part}", lang) for lang in LANGUAGES for part in ("", "_text"))


def folded(told: Iterable[str]) -> str:
    """Text as the search compares it: one form of each sign, any dash a hyphen, small letters (`filterWords`)."""
    return unicodedata.normalize("NFKC", " ".join(told)).translate(DASHES).casefold()
