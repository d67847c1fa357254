"""The code list of incident categories (`categories.toml`) and how a sender's word finds its code."""

import unicodedata
from dataclasses import dataclass, field
from functools import cached_property

from config import reader
from config.clocks import Limit

CLASSES = ("urgent", "general", "dispute")
UNCLASSIFIED = "unclassified"
"""The code of 未归类: what no list holds is kept under it."""


@dataclass(frozen=True)
class Category:
    """One category: `response_class` urgent is under the 10-minute promise; private ones show only in counts of ≥ 5.

    `limit`: from the report to the close, for sources whose mapping says that they send no deadline of their own.
    `is_emergency`: it takes the screen of the wall until somebody has come; never a private one.
    """

    code: str
    zh: str
    en: str
    response_class: str
    is_private: bool
    limit: Limit | None = field(default=None, repr=False)
    is_emergency: bool = False


@dataclass(frozen=True)
class Categories:
    """The list in force, 未归类 included."""

    all: tuple[Category, ...]

    @cached_property
    def codes(self) -> dict[str, str]:
        """Code by every word that means it: the code itself and both names, folded by `folded`."""
        return {folded(word): item.code for item in self.all for word in (item.en, item.zh, item.code)}


def folded(word: str) -> str:
    """A word as it is looked up: NFKC, trimmed, without regard to case."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def categories() -> Categories:
    """The code list in force; raises config.reader.ConfigError with all its faults."""
    path = reader.find("categories.toml")
    found: list[Category] = []
    faults: list[str] = []
    for number, entry in enumerate(reader.read(path).get("category", []), start=1):
        try:
            item = Category(
                str(entry["code"]),
                str(entry["zh"]),
                str(entry["en"]),
                str(entry["class"]),
                bool(entry["private"]),
                Limit.of(str(entry["limit"])) if "limit" in entry else None,
                entry.get("emergency", False),
            )
        except KeyError as error:
            faults.append(f"category {number} lacks {error}")
            continue
        except ValueError as error:
            faults.append(f"category {entry['code']}: limit {error}")
            continue
        if item.response_class not in CLASSES:
            faults.append(f"category {item.code}: class {item.response_class!r} must be one of {', '.join(CLASSES)}")
        faults += _emergency_faults(item)
        found.append(item)
    codes = [item.code for item in found]
    faults += [f"category {code} stands twice" for code in sorted({code for code in codes if codes.count(code) > 1})]
    if faults or not found:
        raise reader.ConfigError(path, faults or ["no [[category]] in it"])
    rest = Category(UNCLASSIFIED, "未归类", "Unclassified", "general", is_private=False)
    return Categories((*found, *(() if UNCLASSIFIED in codes else (rest,))))


def _emergency_faults(item: Category) -> list[str]:
    """What speaks against an alarm of this category."""
    if not isinstance(item.is_emergency, bool):
        return [f"category {item.code}: emergency = {item.is_emergency!r} must be true or false"]
    if item.is_emergency and item.is_private:
        return [f"category {item.code}: a private category is never told singly, so it cannot be an emergency"]
    if item.is_emergency and item.response_class != "urgent":
        return [f"category {item.code}: an emergency must be of class urgent, the one under the 10-minute promise"]
    return []
