"""How accounts change after they were made: role and areas, disabled or enabled, a new password, no sample accounts.

Invariant: each function asks the database, in the transaction that writes, whether who asks may do so; it leaves one
line in the audit trail; and what somebody has open on a screen ends with the rights that opened it. Nobody disables
himself or takes his own role away, and the last enabled administrator stays unless that is forced.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import account_rules as rules
from geo import sql
from geo.account_rules import AccountError
from geo.accounts import IDLE, Account, accounts_in
from geo.audit import audit
from geo.store import Store, rows
from geo.viewer import AREA, SITE, Clock, Viewer

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A sign-in of an account that holds now: how, from where, with what browser, since when and used when."""

    session_id: int
    method: str
    address: str
    agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KnownArea:
    """An area that an account can be limited to; `token` is "level:code", `name` that of its newest version."""

    level: str
    code: str
    name: str

    @property
    def token(self) -> str:
        """The area as accounts name it."""
        return f"{self.level}:{self.code}"


def way_in(account: Account) -> str:
    """How the account signs in: demo, code, oidc, password, or elsewhere (a proxy that names its login)."""
    if account.is_paired:
        return "code"
    if account.is_demo:
        return "demo"
    if account.issuer:
        return "oidc"
    return "password" if account.has_password else "elsewhere"


def accounts(store: Store, by: Viewer, *, now: datetime) -> tuple[Account, ...]:
    """All accounts by login; raises AccountError (`not_allowed`) and StoreUnavailable."""
    with store.admitting(by, Clock(now)) as connection:
        rules.check_may_change(connection, by)
        return accounts_in(connection)


def known_areas(store: Store, by: Viewer, *, now: datetime) -> tuple[KnownArea, ...]:
    """All areas by level and code; raises StoreUnavailable."""
    with store.admitting(by, Clock(now)) as connection:
        return tuple(KnownArea(**row) for row in rows(connection, "access/areas"))


def sessions_of(
    store: Store, by: Viewer, *, account_id: int, now: datetime, idle: timedelta = IDLE
) -> tuple[OpenSession, ...]:
    """The sessions of the account that hold now, the latest used first; raises AccountError (`not_allowed`)."""
    with store.admitting(by, Clock(now)) as connection:
        if by.account_id != account_id:
            rules.check_may_change(connection, by)
        found = rows(connection, "access/sessions", account_id=account_id, now=now, idle_since=now - idle)
        return tuple(OpenSession(**row) for row in found)


def viewer_named(store: Store, login: str, *, address: str, now: datetime) -> Viewer | None:
    """Who the account of that login is as a viewer; None for an unknown or disabled one. Raises StoreUnavailable."""
    with store.admitting(Viewer("gate", "program"), Clock(now)) as connection:
        found = rows(connection, "access/viewer", login=login)
    if not found:
        return None
    row = found[0]
    areas = frozenset(row["area_ids"])
    return Viewer(row["login"], row["role"], row["level"], areas, account_id=row["account_id"], address=address)


def change_account(
    store: Store,
    by: Viewer,
    *,
    login: str,
    display_name: str,
    role: str,
    areas: Sequence[str],
    now: datetime,
    is_forced: bool = False,
) -> Account:
    """Gives the account a name, a role and its areas ("level:code"; none: the whole site).

    A change of role or areas ends its sessions. Raises AccountError and StoreUnavailable.
    """
    with rules.changing(store, by, login, now=now) as connection:
        account = _found(connection, login)
        is_other_scope = (role, sorted(areas)) != (account.role, sorted(account.areas))
        if is_other_scope and account.account_id == by.account_id:
            raise AccountError("own_account")
        if account.role == ADMIN and role != ADMIN and not is_forced:
            rules.check_not_last(connection, account.account_id)
        rules.check_may_change(connection, by)
        rules.check_words(login=login, display_name=display_name)
        rules.check_scope(role, areas)
        if account.is_paired and role != account.role:
            raise AccountError("is_paired", name=account.display_name)
        if account.is_paired:
            rules.check_wall_name(connection, display_name, of=account.account_id)
        level = AREA if areas else SITE
        changed = {"account_id": account.account_id, "display_name": display_name, "role": role, "level": level}
        _run(connection, "access/change_account", **changed)
        rules.set_areas(connection, account.account_id, areas)
        if is_other_scope:
            _end(connection, account, "changed", now)
        detail = {
            "role": [account.role, role],
            "areas": [list(account.areas), list(areas)],
            "is_renamed": display_name != account.display_name,
        }
        audit(connection, viewer=by, action="account-changed", target=f"account:{login}", detail=detail)
        return accounts_in(connection, login=login)[0]


def disable_account(store: Store, by: Viewer, *, login: str, now: datetime, is_forced: bool = False) -> Account:
    """Disables the account and ends all its sessions; raises AccountError and StoreUnavailable."""
    with rules.changing(store, by, login, now=now) as connection:
        account = _found(connection, login)
        if account.account_id == by.account_id:
            raise AccountError("own_account")
        if account.role == ADMIN and not is_forced:
            rules.check_not_last(connection, account.account_id)
        rules.check_may_change(connection, by)
        _disable(connection, by, account, now)
        return accounts_in(connection, login=login)[0]


def enable_account(store: Store, by: Viewer, *, login: str, now: datetime) -> Account:
    """Lets a disabled account sign in again, but no wall that was revoked; raises AccountError and StoreUnavailable."""
    with rules.changing(store, by, login, now=now) as connection:
        account = _found(connection, login)
        rules.check_may_change(connection, by)
        if account.is_paired:
            raise AccountError("is_paired", name=account.display_name)
        _run(connection, "access/set_disabled", account_id=account.account_id, at=None)
        audit(connection, viewer=by, action="account-enabled", target=f"account:{login}", detail={})
        return accounts_in(connection, login=login)[0]


def set_password(
    store: Store,
    by: Viewer,
    *,
    login: str,
    password_hash: str,
    must_change: bool,
    now: datetime,
    kept_session: int | None = None,
) -> None:
    """Gives the account a password and ends its sessions, all but `kept_session`.

    Everybody may set the own one. Raises AccountError (`not_allowed`, `unknown_login`, `is_demo`, `is_paired`) and
    StoreUnavailable.
    """
    with rules.changing(store, by, login, now=now) as connection:
        account = _found(connection, login)
        if account.account_id != by.account_id:
            rules.check_may_change(connection, by)
        if account.is_demo:
            raise AccountError("is_demo", login=login)
        if account.is_paired:
            raise AccountError("is_paired", name=account.display_name)
        changed = {"account_id": account.account_id, "password_hash": password_hash, "must_change": must_change}
        _run(connection, "access/set_password", **changed)
        _end(connection, account, "password", now, kept=kept_session)
        detail = {"must_change": must_change}
        audit(connection, viewer=by, action="password-set", target=f"account:{login}", detail=detail)


def sign_out(store: Store, by: Viewer, *, login: str, now: datetime, session_id: int | None = None) -> None:
    """Ends one session of the account, or all of them. Everybody may end the own ones. Raises AccountError."""
    with rules.changing(store, by, login, now=now) as connection:
        account = _found(connection, login)
        if account.account_id != by.account_id:
            rules.check_may_change(connection, by)
        ended = {"account_id": account.account_id, "session_id": session_id, "why": "signed-out", "now": now}
        _run(connection, "access/end_sessions", **ended)
        detail = {"session": session_id, "why": "signed-out"}
        audit(connection, viewer=by, action="signed-out", target=f"account:{login}", detail=detail)


def remove_demo(store: Store, by: Viewer, *, now: datetime) -> tuple[str, ...]:
    """Disables the sample accounts of the demo mode and ends their sessions; returns their logins.

    They stay in the table, as every account does, so that the audit trail goes on naming who somebody was.
    """
    with rules.changing(store, by, "demo", now=now) as connection:
        rules.check_may_change(connection, by)
        found = [account for account in accounts_in(connection) if account.is_demo and account.disabled_at is None]
        for account in found:
            _disable(connection, by, account, now)
        return tuple(account.login for account in found)


def _found(connection: Connection, login: str) -> Account:
    found = accounts_in(connection, login=login)
    if not found:
        raise AccountError("unknown_login", login=login)
    return found[0]


def _disable(connection: Connection, by: Viewer, account: Account, now: datetime) -> None:
    _run(connection, "access/set_disabled", account_id=account.account_id, at=account.disabled_at or now)
    _end(connection, account, "disabled", now)
    audit(connection, viewer=by, action="account-disabled", target=f"account:{account.login}", detail={})


def _end(connection: Connection, account: Account, why: str, now: datetime, *, kept: int | None = None) -> None:
    params = {"account_id": account.account_id, "kept": kept, "why": why, "now": now}
    _run(connection, "access/end_other_sessions", **params)


def _run(connection: Connection, name: str, **params: object) -> None:
    connection.execute(sql_text(sql.text(name)), params)
