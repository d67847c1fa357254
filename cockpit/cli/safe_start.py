"""What keeps a real installation from starting: every reason at once, each in one sentence with its remedy.

Invariant: pages that show real data are not served while anybody could step in without a password, a database login
could look past the policies, a secret can be guessed or read by others, or the network reaches them without a proxy.
"""

import ipaddress
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cockpit.access import demo, oidc
from config import reader
from config.access import Proxy, access
from config.messages import tr
from geo import account_changes as changes
from geo.logins import Login, logins
from geo.store import Store
from geo.viewer import OPERATOR

SHORTEST_SECRET = 32
MIN_KINDS = 8
"""Fewer different characters than that are no random secret."""
DEFAULTS = ("changeme", "change-me", "change_me", "secret", "default", "example", "password", "todo")
GUARDED = ("cookie", "key")
"""What the name of a secret holds that we make ourselves; a provider's own secret has its own length."""


@dataclass(frozen=True)
class Reason:
    """Why the pages are not served: a key of messages `start.*` with its parameters."""

    key: str
    params: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str) -> str:
        """The sentence in `lang`."""
        return tr(f"start.{self.key}", lang, **self.params)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def before_store(host: str | None, environ: Mapping[str, str] = os.environ) -> tuple[Reason, ...]:
    """The reasons that need no database; `host` None: nothing is listened on."""
    return (*_settings(host, environ), *_access(), *_secrets(environ))


def in_store(store: Store) -> tuple[Reason, ...]:
    """The reasons that the store gives; raises StoreUnavailable."""
    asked = logins(store.urls)
    found = [reason for login in asked for reason in _login(login)]
    found += _shared(asked)
    demos = demo_count(store)
    if demos:
        found.append(Reason("demo_accounts", {"n": demos, "home": reader.home()}))
    return tuple(found)


def demo_count(store: Store) -> int:
    """How many sample accounts could be stepped into; raises StoreUnavailable."""
    known = changes.accounts(store, OPERATOR, now=datetime.now(UTC))
    return sum(account.is_demo and account.disabled_at is None for account in known)


def has_accounts(store: Store) -> bool:
    """Whether anybody could sign in; raises StoreUnavailable."""
    known = changes.accounts(store, OPERATOR, now=datetime.now(UTC))
    return any(account.disabled_at is None for account in known)


def _settings(host: str | None, environ: Mapping[str, str]) -> Iterator[Reason]:
    if demo.is_demo(environ):
        yield Reason("demo_set", {"variable": demo.VARIABLE})
    if host is not None and not is_loopback(host) and not _has_proxy():
        yield Reason("open_port", {"host": host})


def _has_proxy() -> bool:
    """Whether access.toml names a proxy: a section of which anything is set; a file of no use is another reason."""
    try:
        return access().proxy != Proxy()
    except reader.ConfigError:
        return True


def _access() -> Iterator[Reason]:
    """What of access.toml, or of the secrets it needs, cannot be used."""
    try:
        oidc.secrets()
    except reader.ConfigError as error:
        yield Reason("access", {"reason": error})


def _secrets(environ: Mapping[str, str]) -> Iterator[Reason]:
    for name, value in sorted(environ.items()):
        if name.startswith("COCKPIT_") and _is_guarded(name) and not name.endswith("_FILE"):
            yield from _weak(value, f"${name}")
        if name.startswith("COCKPIT_") and name.endswith("_KEY_FILE") and value:
            yield from _file(Path(value))
    folder = reader.home() / "secrets"
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file():
            yield from _file(path)


def _file(path: Path) -> Iterator[Reason]:
    """A file of secrets that others may read, or whose secret can be guessed."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o007:
            yield Reason("secret_open", {"file": path})
        if _is_guarded(path.name):
            yield from _weak(path.read_text(encoding="utf-8", errors="replace"), str(path))
    except OSError as error:
        yield Reason("secret_unread", {"file": path, "reason": error.strerror or error})


def _is_guarded(name: str) -> bool:
    return any(word in name.lower() for word in GUARDED)


def _weak(value: str, where: str) -> Iterator[Reason]:
    told = value.strip()
    if len(told) < SHORTEST_SECRET:
        yield Reason("secret_short", {"where": where, "least": SHORTEST_SECRET})
    elif len(set(told)) < MIN_KINDS or any(told.lower().replace(word, "").strip("-_ ") == "" for word in DEFAULTS):
        yield Reason("secret_default", {"where": where})


def _login(login: Login) -> Iterator[Reason]:
    told = {"login": login.name, "part": login.part}
    if login.is_super:
        yield Reason("login_super", told)
    elif login.is_bypassing:
        yield Reason("login_bypasses", told)
    elif login.is_owner and login.part != "owner":
        yield Reason("login_owns", told)


def _shared(asked: Sequence[Login]) -> Iterator[Reason]:
    """Two parts of the program under one login: each would have the rights of both."""
    seen: dict[str, str] = {}
    for login in asked:
        if login.name in seen:
            yield Reason("login_shared", {"login": login.name, "part": login.part, "other": seen[login.name]})
        seen.setdefault(login.name, login.part)
