"""The words of the page of accounts: its sentence, and what roles, areas, ways in and moments are called.

Invariant: plain text comes out (markup escapes it).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from cockpit import formats
from cockpit.users.computed import ENABLED, WHOLE, UsersView
from geo.account_changes import way_in
from geo.accounts import Account

RECENT = timedelta(hours=1)


def sentence(users: UsersView) -> tuple[str, str]:
    """The sentence of the page and its second line; raises StoreUnavailable."""
    tr, known = users.view.tr, users.known()
    if not known:  # whoever may look is an account himself
        return tr("users.fault_not_allowed"), ""
    if all(users.is_me(account) for account in known):
        return tr("users.only_me"), tr("users.only_me_lead")
    enabled = [account for account in known if account.disabled_at is None]
    recent = sum(1 for one in enabled if one.last_seen_at and users.now - one.last_seen_at < RECENT)
    never = sum(1 for one in enabled if one.last_seen_at is None)
    counts = {"n": len(known), "enabled": len(enabled), "recent": recent}
    parts = [tr("users.lead_never", n=never)] if never else []
    parts += [tr("users.lead_disabled", n=len(known) - len(enabled))] if len(enabled) < len(known) else []
    return tr("users.sentence", **counts), tr("users.lead_joiner").join(parts)


def role(users: UsersView, name: str) -> str:
    """A role."""
    return users.view.tr(f"role.{name}")


def area(users: UsersView, named: str) -> str:
    """An area by its name; by its code where it is not in force."""
    if named == WHOLE:
        return users.view.tr("users.whole_site")
    found = users.areas.get(named)
    return found.name if found else named.split(":", 1)[1]


def areas(users: UsersView, named: Iterable[str]) -> str:
    """Areas by name, or the whole site."""
    return users.view.tr("users.joiner").join(area(users, one) for one in named) or area(users, WHOLE)


def signs_in(users: UsersView, account: Account) -> str:
    """How the account signs in."""
    return users.view.tr(f"users.signs_in_{way_in(account)}")


def state(users: UsersView, account: Account) -> str:
    """Enabled or disabled."""
    return users.view.tr("users.state_disabled" if account.disabled_at else f"users.state_{ENABLED}")


def age(users: UsersView, value: datetime | None) -> str:
    """A moment of the machine's clock as an age; a dash where there is none."""
    if value is None:
        return "–"
    return formats.age(value, now=users.now, zone=users.view.site.zone, lang=users.view.lang)


def exact(users: UsersView, value: datetime | None) -> str | None:
    """The moment to the second."""
    return f"{value.astimezone(users.view.site.zone):%Y-%m-%d %H:%M:%S}" if value else None
