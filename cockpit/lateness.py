"""When the next delivery of a source is due, by what was agreed (config/freshness.toml)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from config import freshness
from geo.steward import SourceLine
from geo.viewer import Clock


def current_until(source: SourceLine, zone: ZoneInfo) -> datetime:
    """Up to when the source is known: its newest load, of incidents the end of their newest day if that is earlier."""
    if source.dataset != "incidents" or source.last_on is None:
        return source.loaded_at
    return min(source.loaded_at, datetime.combine(source.last_on + timedelta(days=1), time.min, zone))


def due_at(source: SourceLine, zone: ZoneInfo) -> datetime:
    """The moment by which the next delivery is due."""
    return current_until(source, zone) + timedelta(hours=freshness.agreed_hours(source.dataset))


def late_s(source: SourceLine, clock: Clock, zone: ZoneInfo) -> float:
    """The seconds since then, 0 before."""
    return max(0.0, (clock.at - due_at(source, zone)).total_seconds())
