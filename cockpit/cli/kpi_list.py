"""`cockpit kpi --list`: which figures there are, each with its number, name, unit and what it is.

Invariant: everything comes from the definitions; no store is asked.
"""

from typing import Any

from cockpit.cli.tables import print_table
from cockpit.cli.telling import say_json
from config.indicators import Indicator, indicators
from config.messages import tr

COLUMNS = ("kpi", "id", "name", "unit", "formula")


def print_list(*, as_json: bool, lang: str) -> None:
    """All indicators by slug on standard output: a line each, or one JSON list."""
    found = sorted(indicators(), key=lambda each: each.slug)
    if as_json:
        say_json([_record(each, lang) for each in found])
        return
    lines = [(each.slug, each.id, each.name(lang), _unit(each, lang), each.formula(lang)) for each in found]
    print_table([tr(f"kpi.list_{name}", lang) for name in COLUMNS], lines)


def _record(each: Indicator, lang: str) -> dict[str, Any]:
    return {
        "kpi": each.slug,
        "id": each.id,
        "definition": each.definition,
        "name": each.name(lang),
        "unit": each.unit,
        "formula": each.formula(lang),
    }


def _unit(each: Indicator, lang: str) -> str:
    """The unit in words; a share of cases reads as a percentage."""
    return tr(f"kpi.unit_{'share' if each.is_share else each.unit}", lang)
