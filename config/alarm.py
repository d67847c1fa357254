"""The rules of the wall's alarm (`alarm.toml`): how long a case holds the screen, how long its end is shown."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from config import reader

_RANGES = {"lasts_minutes": (10, 240), "ended_seconds": (5, 120)}


@dataclass(frozen=True)
class AlarmRules:
    """`lasts`: from the report at most; `ended`: from the moment at which a wall first knows of the end."""

    lasts: timedelta
    ended: timedelta


@cache
def alarm_rules() -> AlarmRules:
    """The rules in force; raises config.reader.ConfigError with every fault of the file."""
    path = reader.find("alarm.toml")
    table = reader.read(path)
    faults = [f"unknown key {key!r}" for key in table if key not in _RANGES]
    for key, (least, most) in _RANGES.items():
        value = table.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            faults.append(f"{key} = {value!r} is no whole number from {least} to {most}")
    if faults:
        raise reader.ConfigError(path, faults)
    return AlarmRules(timedelta(minutes=table["lasts_minutes"]), timedelta(seconds=table["ended_seconds"]))
