"""Recurring corrections of a source: what its sender always writes wrong and what is meant (one file a source).

Invariant: a correction says who wants it, why and since when, and how many rows of a file it may touch; a file that
differs from what a correction expects is told or refused, never silently bent.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from config import reader

FOLDER = "corrections"
KEYS = ("column", "from", "to", "reason", "who", "since")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Expect:
    """How many rows of a file a correction should touch; `most` None: any number."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """In `column` (our name) the whole cell `theirs` ("" is an empty one) means `ours`."""

    column: str
    theirs: str
    ours: str
    reason: str
    who: str
    since: date
    expect: Expect = field(default_factory=Expect)


def corrections(source: str) -> tuple[Correction, ...]:
    """The corrections in force for a source (the mapping's code), none without a file; raises ConfigError."""
    if source not in reader.names(FOLDER):
        return ()
    path = reader.find(f"{FOLDER}/{source}.toml")
    table = reader.read(path)
    told = table.get("correct", [])
    faults = [f"unknown key {key!r} (known: correct)" for key in table if key != "correct"]
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise reader.ConfigError(path, [*faults, "corrections are written as tables [[correct]]"])
    found = [_correction(one, f"correct {number}", faults) for number, one in enumerate(told, 1)]
    faults += _twice([one for one in found if one])
    if faults:
        raise reader.ConfigError(path, faults)
    return tuple(one for one in found if one)


def _correction(table: dict[str, Any], where: str, faults: list[str]) -> Correction | None:
    wrong = [f"{where}: unknown key {key!r}" for key in table if key not in (*KEYS, "expect")]
    wrong += [f"{where}: missing key {key!r}" for key in KEYS if key not in table]
    texts = {key: table[key] for key in KEYS if key in table and key != "since"}
    wrong += [f"{where}: {key} must be text" for key, value in texts.items() if not isinstance(value, str)]
    wrong += [
        f"{where}: {key} needs 1 to {LONGEST} characters"
        for key, value in texts.items()
        if (isinstance(value, str) and not (key == "from" or value.strip())) or len(str(value)) > LONGEST
    ]
    if "since" in table and type(table["since"]) is not date:
        wrong.append(f"{where}: since must be a day, such as 2026-11-01")
    if table.get("from") == table.get("to") is not None:
        wrong.append(f"{where}: from and to are the same")
    expect = _expect(table.get("expect", {}), where, wrong)
    faults += wrong
    if wrong:
        return None
    theirs, ours = table["from"].strip(), table["to"].strip()
    return Correction(table["column"], theirs, ours, table["reason"], table["who"], table["since"], expect)


def _expect(table: Any, where: str, wrong: list[str]) -> Expect:
    if not isinstance(table, dict) or not set(table) <= {"least", "most"}:
        wrong.append(f"{where}: expect is a table with least and most")
        return Expect()
    numbers = {name: value for name, value in table.items() if type(value) is int and value >= 0}
    wrong += [f"{where}: expect.{name} must be a number of rows" for name in table if name not in numbers]
    found = Expect(**numbers)
    if found.most is not None and found.most < found.least:
        wrong.append(f"{where}: expect.most is below expect.least")
    return found


def _twice(found: list[Correction]) -> list[str]:
    seen: set[tuple[str, str]] = set()
    faults = []
    for one in found:
        key = (one.column, one.theirs)
        if key in seen:
            faults.append(f"{one.column}: {one.theirs!r} is corrected twice")
        seen.add(key)
    return faults
