"""How a wall lives by itself (`wall.toml`): when its browser loads the page anew."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from config import reader


@dataclass(frozen=True, slots=True)
class Living:
    """`reload_at` is a time of day of the site (HH:MM), "" for never."""

    reload_at: str = "04:10"

    def seconds_to_reload(self, now: datetime) -> float | None:
        """Seconds from `now` (with the site's zone) to the next time of reload, None for never."""
        if not self.reload_at:
            return None
        at = datetime.combine(now.date(), time.fromisoformat(self.reload_at), now.tzinfo)
        return (at if at > now else at + timedelta(days=1)).timestamp() - now.timestamp()


def living() -> Living:
    """What is in force; raises config.reader.ConfigError."""
    path = reader.find("wall.toml")
    found = reader.fill(Living, reader.read(path), path)
    told = found.reload_at
    try:
        is_time = isinstance(told, str) and (not told or f"{time.fromisoformat(told):%H:%M}" == told)
    except ValueError:
        is_time = False
    if not is_time:
        raise reader.ConfigError(path, [f'reload_at = {told!r} is no time of day such as "04:10", nor ""'])
    return found
