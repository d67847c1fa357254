"""How often each dataset is agreed to come (`freshness.toml`): twice this age makes a panel stale."""

from functools import cache

from config import reader


@cache
def _hours() -> dict[str, float]:
    path = reader.find("freshness.toml")
    table = reader.read(path)
    faults = [f"{name} = {value!r} is no positive number of hours" for name, value in table.items() if not _fits(value)]
    if "default" not in table:
        faults.append("missing key 'default'")
    if faults:
        raise reader.ConfigError(path, faults)
    return {name: float(value) for name, value in table.items()}


def _fits(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def agreed_hours(dataset: str) -> float:
    """The agreed hours between two deliveries of `dataset`; raises config.reader.ConfigError for a bad file."""
    return _hours().get(dataset, _hours()["default"])
