"""Who may see and do what: the written table of rights (`rights.toml`), read by pages, routes, documents and tests.

Invariant: the database holds the same table (access.role_right) and has the last word; this one decides what is
offered and what is refused before the database is asked. A site cannot override it: rights are part of the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from config import reader

SITE_LEVEL = "site"


@dataclass(frozen=True)
class Rights:
    """`may`: right → roles that have it; `site_only`: rights that an account limited to areas does not get."""

    roles: tuple[str, ...]
    site_only: frozenset[str]
    may: Mapping[str, frozenset[str]]

    def allow(self, role: str, level: str, right: str) -> bool:
        """Whether `role` at `level` (site, area) has `right`; raises KeyError for a right that does not exist."""
        return role in self.may[right] and (level == SITE_LEVEL or right not in self.site_only)

    def of(self, role: str, level: str) -> tuple[str, ...]:
        """All rights of the role at that level, in the order of the table."""
        return tuple(right for right in self.may if self.allow(role, level, right))


@cache
def rights() -> Rights:
    """The table; raises config.reader.ConfigError for a file that cannot be used."""
    path = reader.SHIPPED / "rights.toml"
    table = reader.read(path)
    try:
        may = {right: frozenset(roles) for right, roles in table["may"].items()}
        found = Rights(tuple(table["roles"]), frozenset(table["site_only"]), may)
    except (KeyError, TypeError, AttributeError) as error:
        raise reader.ConfigError(path, [f"roles, site_only and [may] are needed: {error!r}"]) from error
    unknown = sorted({role for roles in may.values() for role in roles} - set(found.roles))
    unknown += sorted(found.site_only - set(may))
    if unknown:
        raise reader.ConfigError(path, [f"unknown role or right: {name}" for name in unknown])
    return found
