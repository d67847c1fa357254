"""What the site is: its names, time zone and currency (`site.toml`)."""

from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config import reader


@dataclass(frozen=True)
class Site:
    """One database is one site: one time zone (IANA name) and one currency (ISO 4217)."""

    name_zh: str
    name_en: str
    time_zone: str = "Asia/Shanghai"
    currency: str = "CNY"

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which days begin and times are shown."""
        return ZoneInfo(self.time_zone)

    def name(self, lang: str) -> str:
        """The site's name in `zh` or `en`."""
        return self.name_en if lang == "en" else self.name_zh


def site() -> Site:
    """The site in force; raises config.reader.ConfigError for a bad file or an unknown time zone."""
    path = reader.find("site.toml")
    found = reader.fill(Site, reader.read(path), path)
    texts = ("name_zh", "name_en", "time_zone", "currency")
    faults = [
        f"{name} must be text, not {value!r}" for name in texts if not isinstance(value := getattr(found, name), str)
    ]
    if faults:
        raise reader.ConfigError(path, faults)
    try:
        _ = found.zone
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise reader.ConfigError(path, [f"time_zone {found.time_zone!r} is no IANA time zone"]) from error
    return found
