"""Indicators of the catalogue that no feed gives yet (`kpi_slots.toml`), and what a feed would have to carry."""

from dataclasses import dataclass, fields
from functools import cache

from config import reader
from config.indicators import indicators
from config.quality import quality


@dataclass(frozen=True)
class Slot:
    """One place of the catalogue that is still empty."""

    id: str
    name_zh: str
    name_en: str
    formula_zh: str
    formula_en: str
    needs_zh: str
    needs_en: str

    def name(self, lang: str) -> str:
        """Its name in `zh` or `en`."""
        return self.name_en if lang == "en" else self.name_zh

    def formula(self, lang: str) -> str:
        """How it would be counted."""
        return self.formula_en if lang == "en" else self.formula_zh

    def needs(self, lang: str) -> str:
        """What a feed would have to carry."""
        return self.needs_en if lang == "en" else self.needs_zh


@cache
def slots() -> tuple[Slot, ...]:
    """The empty places by id; one that is counted after all is left out. Raises config.reader.ConfigError."""
    path = reader.find("kpi_slots.toml")
    told = reader.read(path).get("slots", [])
    if not isinstance(told, list) or not all(isinstance(table, dict) for table in told):
        raise reader.ConfigError(path, ["each place is a table [[slots]]"])
    found = [reader.fill(Slot, table, path) for table in told]
    faults = [
        f"{slot.id}: {field.name} must be text"
        for slot in found
        for field in fields(Slot)
        if not isinstance(getattr(slot, field.name), str) or not getattr(slot, field.name).strip()
    ]
    if faults:
        raise reader.ConfigError(path, faults)
    filled = {each.id for each in indicators()} | {quality().id}
    return tuple(sorted((slot for slot in found if slot.id not in filled), key=lambda slot: slot.id))
