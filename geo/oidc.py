"""Accounts of people whom a provider of OpenID Connect has checked: found, linked, made or changed as it says.

Invariant: a person is the pair of issuer and subject, never a name; an account that is one subject's becomes no
other's. Each answer of the provider is used once. Every change leaves a line in the audit trail.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.account_rules import is_login
from geo.accounts import Account, accounts_in
from geo.audit import audit
from geo.signing_in import GATE
from geo.store import Store, rows
from geo.viewer import AREA, SITE, Clock

AREA_CODE = re.compile(r"(street|community|grid|microgrid):\S{1,64}")
SITE_ROLES = ("steward", "admin")
AREA_ROLES = ("secretary", "grid_worker")


@dataclass(frozen=True, slots=True)
class Person:
    """Who the provider says somebody is; `role` None: it says nothing about roles, or none that is ours."""

    issuer: str
    subject: str
    login: str
    display_name: str
    role: str | None = None
    areas: tuple[str, ...] = ()
    is_site: bool = False

    @property
    def has_place(self) -> bool:
        """Whether role and areas go together: some roles are the whole site's, some an area's."""
        if self.role in SITE_ROLES:
            return not self.areas
        if self.role in AREA_ROLES and not self.areas:
            return False
        return bool(self.areas) or self.is_site


def is_storable(text: str) -> bool:
    """Whether the store can hold the text: no NUL, no half of a character."""
    return "\x00" not in text and text.encode("utf-8", "ignore").decode() == text


def use_once(store: Store, answer: str, *, now: datetime) -> bool:
    """Whether this answer of the provider is used for the first time; raises StoreUnavailable."""
    digest = hashlib.sha256(answer.encode()).digest()
    with store.admitting(GATE, Clock(now)) as connection:
        connection.execute(sql_text(sql.text("access/oidc_purge")), {"now": now})
        return bool(rows(connection, "access/oidc_use", digest=digest, now=now))


def known_account(store: Store, person: Person, *, now: datetime) -> Account | None:
    """The account of the person, or the one of that login, which becomes the person's; None without one."""
    with store.admitting(GATE, Clock(now)) as connection:
        login = _login(connection, person)
        if login is None:
            linked = rows(
                connection, "access/oidc_link", issuer=person.issuer, subject=person.subject, login=person.login
            )
            if not linked:
                return None
            login = str(linked[0]["login"])
            audit(
                connection, viewer=GATE, action="account-linked", target=f"account:{login}",
                detail={"issuer": person.issuer},
            )  # fmt: skip
        return _enabled(connection, login)


def claimed_account(store: Store, person: Person, *, now: datetime) -> Account | None:
    """The account of the person as the provider describes it, made or changed; None without a role and its place."""
    if person.role is None or not person.has_place or not is_login(person.login):
        return None
    level = AREA if person.areas else SITE
    with store.admitting(GATE, Clock(now)) as connection:
        login = _login(connection, person)
        told = {"role": person.role, "areas": sorted(person.areas), "by": "oidc"}
        asked = {"display_name": person.display_name, "role": person.role, "level": level}
        if login is None:
            made = rows(
                connection, "access/add_account", login=person.login, **asked, password_hash=None, must_change=False,
                is_demo=False, issuer=person.issuer, subject=person.subject, now=now, created_by="oidc",
            )  # fmt: skip
            if not made:
                return None  # the login is somebody else's
            login = person.login
            audit(connection, viewer=GATE, action="account-added", target=f"account:{login}", detail=told)
        account = accounts_in(connection, login=login)[0]
        is_same = (account.role, account.level, account.areas) == (person.role, level, tuple(sorted(person.areas)))
        if not is_same:
            connection.execute(sql_text(sql.text("access/oidc_change")), asked | {"login": login})
            asked_areas = {"account_id": account.account_id}
            connection.execute(sql_text(sql.text("access/oidc_clear_areas")), asked_areas)
            for area in person.areas:
                area_level, code = area.split(":", 1)
                named = asked_areas | {"level": area_level, "code": code}
                connection.execute(sql_text(sql.text("access/add_area")), named)
            audit(connection, viewer=GATE, action="account-changed", target=f"account:{login}", detail=told)
        return _enabled(connection, login)


def _login(connection: Connection, person: Person) -> str | None:
    found = rows(connection, "access/oidc_login", issuer=person.issuer, subject=person.subject)
    return str(found[0]["login"]) if found else None


def _enabled(connection: Connection, login: str) -> Account | None:
    account = accounts_in(connection, login=login)[0]
    return None if account.disabled_at else account
