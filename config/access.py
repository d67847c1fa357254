"""How people get in (`access.toml`): how long a session lasts, when wrong passwords lock, who is believed about whom.

Invariant: read strictly and once; a key that is unknown or makes no sense stops the start, it never opens a door.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config import reader
from config.rights import rights

KNOWN, CLAIMS = "known", "claims"
WALL = "wall"
LONGEST_CODE = 60
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Lockout:
    """How many wrong passwords within `window_minutes` lock an account at an address, an address; slow an account."""

    window_minutes: int
    account_at_address: int
    address: int
    account: int

    @property
    def window(self) -> timedelta:
        """The time in which wrong passwords are counted, and for which they lock."""
        return timedelta(minutes=self.window_minutes)


@dataclass(frozen=True)
class Walls:
    """Screens that show a code: how long it holds, and how many may wait for it to be confirmed."""

    code_minutes: int = 10
    waiting_at_address: int = 10
    waiting: int = 50

    @property
    def code_lasts(self) -> timedelta:
        """How long a code holds."""
        return timedelta(minutes=self.code_minutes)


@dataclass(frozen=True)
class Proxy:
    """What stands in front: the outside address, whose word about addresses counts, who may name a login and how."""

    outside: str = ""
    trusted: tuple[Network, ...] = ()
    header: str = ""
    from_: tuple[Network, ...] = ()

    @property
    def is_https(self) -> bool:
        """Whether people come by https, so that cookies may be marked Secure."""
        return self.outside.startswith("https://")

    def trusts(self, host: str) -> bool:
        """Whether the address may say for whom it asks (X-Forwarded-For)."""
        return _is_in(host, self.trusted)

    def may_name(self, host: str) -> bool:
        """Whether the address may name the login that is signed in (`header`)."""
        return bool(self.header) and _is_in(host, self.from_)


@dataclass(frozen=True)
class Oidc:
    """A provider of OpenID Connect, and how its claims become accounts of ours."""

    client_id: str
    server_metadata_url: str
    redirect_uri: str
    name: str = ""
    accounts: str = KNOWN
    login_claim: str = "preferred_username"
    name_claim: str = "name"
    role_claim: str = "roles"
    areas_claim: str = "areas"
    site_roles: tuple[str, ...] = ()
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Access:
    """The whole file; `oidc` is None where no provider is named."""

    idle_minutes: int
    absolute_hours: int
    wall_days: int
    lockout: Lockout
    proxy: Proxy
    oidc: Oidc | None = None
    walls: Walls = field(default_factory=Walls)

    @property
    def idle(self) -> timedelta:
        """The time without a click after which a session has ended."""
        return timedelta(minutes=self.idle_minutes)

    def lasts(self, role: str) -> timedelta:
        """The longest time a session of the role lasts."""
        return timedelta(days=self.wall_days) if role == WALL else timedelta(hours=self.absolute_hours)


@cache
def access() -> Access:
    """The settings in force; raises config.reader.ConfigError with every fault of the file."""
    path = reader.find("access.toml")
    table = reader.read(path)
    faults: list[str] = []
    found = reader.fill(
        Access,
        table
        | {
            "lockout": reader.fill(Lockout, _part(table, "lockout", path), path),
            "walls": reader.fill(Walls, _part(table, "walls", path), path),
            "proxy": _proxy(_part(table, "proxy", path), path, faults),
            "oidc": _oidc(_part(table, "oidc", path), path, faults) if "oidc" in table else None,
        },
        path,
    )
    own = {name: getattr(found, name) for name in ("idle_minutes", "absolute_hours", "wall_days")}
    faults += [
        f"{name} = {value!r} is no whole number above 0"
        for name, value in (own | vars(found.lockout) | vars(found.walls)).items()
        if not _is_count(value)
    ]
    if _is_count(found.walls.code_minutes) and found.walls.code_minutes > LONGEST_CODE:
        faults.append(f"walls.code_minutes = {found.walls.code_minutes} is more than {LONGEST_CODE}")
    if faults:
        raise reader.ConfigError(path, faults)
    return found


def _part(table: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise reader.ConfigError(path, [f"[{name}] must be a table"])
    return dict(found)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _proxy(table: dict[str, Any], path: Path, faults: list[str]) -> Proxy:
    if "from" in table:
        table["from_"] = table.pop("from")
    networks = {name: _networks(name, table.get(name, []), faults) for name in ("trusted", "from_")}
    found = reader.fill(Proxy, table | networks, path)
    for name in ("outside", "header"):
        if not isinstance(getattr(found, name), str):
            faults.append(f"proxy.{name} must be text")
            return Proxy()
    if found.outside and not _is_origin(found.outside):
        faults.append(f'proxy.outside = {found.outside!r} is no address such as "https://cockpit.example.gov.cn"')
    if found.header and not found.from_:
        faults.append("proxy.header needs proxy.from: the addresses that may set it")
    return found


def _networks(name: str, values: Any, faults: list[str]) -> tuple[Network, ...]:
    found = []
    for value in values if isinstance(values, list) else [values]:
        try:
            found.append(ipaddress.ip_network(value))
        except (ValueError, TypeError):
            faults.append(f"proxy.{name.rstrip('_')}: {value!r} is no address or network")
    return tuple(found)


def _is_in(host: str, networks: tuple[Network, ...]) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks)


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and text == f"{parts.scheme}://{parts.netloc}"


def _oidc(table: dict[str, Any], path: Path, faults: list[str]) -> Oidc:
    if "site_roles" in table:
        table["site_roles"] = tuple(table["site_roles"])
    found = reader.fill(Oidc, table, path)
    if found.accounts not in (KNOWN, CLAIMS):
        faults.append(f'oidc.accounts = {found.accounts!r} must be "known" or "claims"')
    ours = set(rights().roles) - {"operator"}
    faults += [f"oidc: no such role: {role}" for role in {*found.roles.values(), *found.site_roles} - ours]
    if not str(found.redirect_uri).endswith("/oauth2callback"):
        faults.append("oidc.redirect_uri must end in /oauth2callback")
    return found
