"""Plans of walls (`walls/*.toml`): which scenes turn, on which screens, for how long, how large, when dimmed."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from config import reader

SCENES = ("now", "response", "funds", "life")
"""What a wall can show, in the order in which they are explained."""
DEFAULT = "default"
MOST_SCREENS = 4
MOST_BYTES = 65_536
"""A plan is some hundred bytes; a larger file is none, and is not read at each refresh of a wall."""
_TOLD = 60
"""So many signs of a wrong value stand in its message."""
_SECONDS = (5, 3600)
_SCALE = (0.5, 1)
"""The scenes fill a screen as they are; larger ones would not fit."""


@dataclass(frozen=True)
class Turn:
    """One scene of a plan and how many seconds it stays while nothing happens."""

    show: str
    seconds: int


@dataclass(frozen=True)
class Plan:
    """What a file says; `night` is (from, to) in local time, may pass midnight, or None.

    `screens`: joined screens from the left, each with the scenes that turn on it; none: one screen with all.
    """

    scenes: tuple[Turn, ...]
    trouble_seconds: int
    scale: float
    night: tuple[time, time] | None
    screens: tuple[tuple[str, ...], ...] = ()

    @property
    def by_screen(self) -> tuple["Plan", ...]:
        """The plan of each screen, from the left."""
        own = ([turn for turn in self.scenes if turn.show in names] for names in self.screens)
        return tuple(replace(self, scenes=tuple(turns), screens=()) for turns in own) or (self,)

    def is_night(self, at: time) -> bool:
        """Whether the picture is dimmed at that local time."""
        if self.night is None:
            return False
        start, end = self.night
        return start <= at < end if start <= end else at >= start or at < end


def names() -> tuple[str, ...]:
    """The names of all plans, shipped and own."""
    return reader.names("walls")


def is_known(name: str) -> bool:
    """Whether there is a plan of that name; also where its folder cannot be looked into, which its reading tells."""
    try:
        return name in names()
    except reader.ConfigError:
        return True


def plan(name: str = DEFAULT) -> Plan:
    """The plan of that name as its file is now; raises config.reader.ConfigError with every fault, or if there is none.

    Only what `names` lists is a name, so that none leads out of the folders.
    """
    if name not in names():
        raise reader.ConfigError(reader.home() / "config" / "walls", ["there is no plan of that name"])
    path = reader.find(f"walls/{name}.toml")
    try:
        state = path.stat()
    except OSError as error:
        raise reader.ConfigError(path, [reader.cannot(error)]) from error
    if state.st_size > MOST_BYTES:
        raise reader.ConfigError(path, [f"has {state.st_size} bytes; a plan has {MOST_BYTES} at most"])
    return _held(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=32)
def _held(path: Path, _mtime_ns: int, _size: int) -> Plan:
    """The plan of a file until the file is another one."""
    return _read(path)


@cache
def shipped() -> Plan:
    """The plan that comes with the program, for a wall whose own plan has faults."""
    return _read(reader.SHIPPED / "walls" / f"{DEFAULT}.toml")


def _read(path: Path) -> Plan:
    table = {"screens": []} | dict(reader.read(path))
    faults = [f"missing key {key!r}" for key in Plan.__dataclass_fields__ if key not in table]
    faults += [f"unknown key {key!r}" for key in table if key not in Plan.__dataclass_fields__]
    if faults:
        raise reader.ConfigError(path, faults)
    return _checked(path, table)


def _checked(path: Path, table: Mapping[str, Any]) -> Plan:
    faults: list[str] = []
    turns = _turns(table["scenes"], faults)
    stays = _number("trouble_seconds", table["trouble_seconds"], _SECONDS, faults, whole=True)
    scale = _number("scale", table["scale"], _SCALE, faults)
    screens = _screens(table["screens"], [turn.show for turn in turns], faults)
    night = table["night"]
    times: list[time] = []
    if night != []:
        if isinstance(night, list) and len(night) == 2:
            times = [_time("night", each, faults) for each in night]
            if times[0] == times[1] and not faults:
                faults.append(f"night = {_told(night)} begins when it ends; [] is for none")
        else:
            faults.append(f'night = {_told(night)} is neither [] nor two times such as ["22:00", "06:00"]')
    if faults:
        raise reader.ConfigError(path, faults)
    dark = (times[0], times[1]) if times else None
    return Plan(turns, int(stays), float(scale), dark, screens)


def _turns(told: object, faults: list[str]) -> tuple[Turn, ...]:
    if not isinstance(told, list) or not told:
        faults.append('scenes is a list such as [{ show = "now", seconds = 60 }]')
        return ()
    found = []
    for number, each in enumerate(told, start=1):
        table = each if isinstance(each, dict) else {}
        if set(table) != {"show", "seconds"} or table["show"] not in SCENES:
            faults.append(f"scene {number}: {{ show = one of {', '.join(SCENES)}, seconds = … }}, not {_told(each)}")
            continue
        seconds = _number(f"scene {number}: seconds", table["seconds"], _SECONDS, faults, whole=True)
        found.append(Turn(table["show"], int(seconds)))
    counts = Counter(turn.show for turn in found)
    faults += [f"scene {name!r} stands in the plan twice" for name in sorted(counts) if counts[name] > 1]
    return tuple(found)


def _screens(told: object, scenes: list[str], faults: list[str]) -> tuple[tuple[str, ...], ...]:
    is_list = isinstance(told, list) and all(isinstance(names, list) and names for names in told)
    if not is_list or not isinstance(told, list) or len(told) > MOST_SCREENS:
        wanted = f'neither [] nor 2 to {MOST_SCREENS} lists such as [["now"], ["funds"]]'
        faults.append(f"screens = {_told(told)} is {wanted}")
        return ()
    found = [name for names in told for name in names]
    if told and (len(told) < 2 or sorted(map(str, found)) != sorted(scenes)):
        all_ = ", ".join(scenes)
        faults.append(f"screens = {_told(told)}: each scene of the plan ({all_}) stands on one of 2 or more")
    return tuple(tuple(names) for names in told)


def _number(name: str, value: object, ends: tuple[float, float], faults: list[str], *, whole: bool = False) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or (whole and not isinstance(value, int)) or not ends[0] <= value <= ends[1]:  # type: ignore[operator]
        kind = "whole number" if whole else "number"
        faults.append(f"{name} = {_told(value)} is no {kind} from {ends[0]} to {ends[1]}")
        return ends[0]
    return float(value)  # type: ignore[arg-type]


def _time(name: str, value: object, faults: list[str]) -> time:
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        return time.fromisoformat(value)
    faults.append(f'{name}: {_told(value)} is no time such as "04:10"')
    return time(0)


def _told(value: object) -> str:
    """A value as its file has it, its beginning where it is long; a number that has too many digits, in words."""
    try:
        told = repr(value)
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a number of thousands of digits"
    return told if len(told) <= _TOLD else told[:_TOLD] + "…"
