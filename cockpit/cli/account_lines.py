"""Accounts in the words of the command line: a record for scripts, a line for people."""

from datetime import datetime
from typing import Any

from cockpit.cli.ready import language
from config.messages import tr
from config.site import site
from geo.account_changes import way_in
from geo.accounts import Account

LISTED = ("login", "name", "role", "areas", "signs_in", "last_seen", "state")


def record(account: Account) -> dict[str, Any]:
    """An account as `cockpit users list --json` prints it."""
    return {
        "login": account.login,
        "name": account.display_name,
        "role": account.role,
        "level": account.level,
        "areas": list(account.areas),
        "has_password": account.has_password,
        "must_change": account.must_change,
        "issuer": account.issuer,
        "is_demo": account.is_demo,
        "created_at": account.created_at,
        "created_by": account.created_by,
        "disabled_at": account.disabled_at,
        "last_seen_at": account.last_seen_at,
    }


def line(account: Account) -> list[str]:
    """The account as a line of a table: the columns LISTED."""
    return [
        account.login,
        account.display_name,
        role_word(account.role),
        where(account),
        tr(f"users.signs_in_{way_in(account)}", language()),
        moment(account.last_seen_at) if account.last_seen_at else "–",
        tr("users.state_disabled" if account.disabled_at else "users.state_enabled", language()),
    ]


def role_word(role: str) -> str:
    """A role in words."""
    return tr(f"role.{role}", language())


def where(account: Account) -> str:
    """The areas of the account, or the whole site."""
    return ", ".join(account.areas) or tr("users.whole_site", language())


def method_word(method: str) -> str:
    """How a session was opened."""
    return tr(f"users.method_{method}", language())


def moment(value: datetime) -> str:
    """A moment in the site's time zone, to the minute."""
    return f"{value.astimezone(site().zone):%Y-%m-%d %H:%M}"
