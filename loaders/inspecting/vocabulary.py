"""The words that a column takes, and those of a file that no list knows."""

from functools import cache

from config import mapping as mappings
from config import reader
from config.categories import categories, folded

LISTED = ("status", "category", "kind", "role", "level", "direction", "community_type")
"""Columns whose values are words of a list."""


@cache
def known(dataset: str, section: str, column: str) -> dict[str, str]:
    """Word (folded) → ours, for every word that the built-in mapping understands; empty where any text is taken."""
    if column not in LISTED:
        return {}
    if (section, column) == ("incidents", "category"):
        return dict(categories().codes)
    if (section, column) == ("service_points", "kind"):
        listed = reader.read(reader.find("services.toml"))["service"]
        return {folded(item[name]): item["code"] for item in listed for name in ("code", "zh", "en")}
    own = mappings.OUR_WORDS.get(section, {}).get(column, ())
    told = mappings.standard(dataset, section).values.get(column, {})
    return {folded(word): word for word in own} | {folded(theirs): ours for theirs, ours in told.items()}


def ours(dataset: str, section: str, column: str) -> tuple[str, ...]:
    """Our words of the column, each once."""
    return tuple(dict.fromkeys(known(dataset, section, column).values()))


def unknown(dataset: str, section: str, column: str, counted: dict[str, int]) -> dict[str, int]:
    """Of the words counted in a file those that no list knows; empty where any text is taken."""
    listed = known(dataset, section, column)
    return {word: rows for word, rows in counted.items() if folded(word) not in listed} if listed else {}


def untold(mapping: mappings.Mapping, column: str, odd: dict[str, int]) -> dict[str, int]:
    """Of these words those that the sender's mapping does not say anything of either."""
    if column == "category" and mapping.categories == "open":
        return {}
    told = {folded(word) for word in (*mapping.values.get(column, {}), *mapping.nulls)}
    if mapping.dataset == "service-points" and column == "kind":
        kinds = mapping.extra.get("kinds", {})
        told |= {folded(word) for code, names in kinds.items() for word in (code, *names.values())}
    return {word: rows for word, rows in odd.items() if folded(word) not in told}
