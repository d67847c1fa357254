"""Accounts and their sessions: who somebody is, by the value of a cookie that only the browser keeps.

Invariant: an account that is disabled, or a session that has ended, was idle too long or is too old, is nobody's, at
the next question already; every change of an account leaves a line in the audit trail in the same transaction.
Times here are the machine's (`now`), never the site's clock: a fixed or replayed clock must not keep a session alive.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import account_rules as rules
from geo import sql
from geo.account_rules import AccountError as AccountError  # noqa: PLC0414 - part of this module's interface
from geo.audit import audit
from geo.store import Store, rows
from geo.viewer import AREA, SITE, Clock, Viewer

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(seconds=30)
"""A session's last use is written at most this often."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may sign in; `areas` are "level:code" (empty at level site).

    `is_paired`: a wall that was admitted by its code (geo.paired); nothing else lets it in.
    """

    account_id: int
    login: str
    display_name: str
    role: str
    level: str
    areas: tuple[str, ...]
    has_password: bool
    must_change: bool
    is_demo: bool
    issuer: str | None
    created_at: datetime
    created_by: str
    disabled_at: datetime | None
    last_seen_at: datetime | None
    is_paired: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in that holds now, and who it is."""

    session_id: int
    viewer: Viewer
    display_name: str
    method: str
    must_change: bool
    is_demo: bool
    expires_at: datetime


def add_account(
    store: Store,
    by: Viewer,
    *,
    login: str,
    display_name: str,
    role: str,
    areas: tuple[str, ...] = (),
    password_hash: str | None = None,
    must_change: bool = False,
    is_demo: bool = False,
    now: datetime,
) -> Account:
    """Makes an account for `areas` ("level:code"), or for the whole site without any.

    Raises AccountError (`login_taken`, and what geo.account_rules refuses) and StoreUnavailable.
    """
    with rules.changing(store, by, login, now=now) as connection:
        rules.check_may_change(connection, by)
        rules.check_words(login=login, display_name=display_name)
        rules.check_scope(role, areas)
        made = rows(
            connection, "access/add_account",
            login=login, display_name=display_name, role=role, level=AREA if areas else SITE,
            password_hash=password_hash, must_change=must_change, is_demo=is_demo, issuer=None, subject=None,
            now=now, created_by=by.name,
        )  # fmt: skip
        if not made:
            raise AccountError("login_taken", login=login)
        rules.set_areas(connection, made[0]["account_id"], areas)
        detail = {"role": role, "areas": list(areas), "is_demo": is_demo}
        audit(connection, viewer=by, action="account-added", target=f"account:{login}", detail=detail)
        return accounts_in(connection, login=login)[0]


def accounts_in(connection: Connection, *, login: str | None = None) -> tuple[Account, ...]:
    """All accounts by login, or the one of `login`, in a transaction of `Store.admitting`."""
    found = rows(connection, "access/accounts", login=login)
    return tuple(Account(**{**row, "areas": tuple(row["areas"])}) for row in found)


def open_session(
    store: Store, account: Account, *, method: str, address: str, agent: str = "", now: datetime,
    lasts: timedelta = ABSOLUTE,
) -> str:  # fmt: skip
    """Signs the account in and returns the value of its cookie, which is kept nowhere but in the browser."""
    token = secrets.token_urlsafe(32)
    viewer = Viewer(account.login, account.role, account.level, account_id=account.account_id, address=address)
    with store.admitting(viewer, Clock(now)) as connection:
        rows(
            connection, "access/open_session",
            token_hash=_hash(token), account_id=account.account_id, method=method, address=address,
            agent=agent[:200], now=now, expires_at=now + lasts,
        )  # fmt: skip
        audit(connection, viewer=viewer, action="signed-in", target=f"account:{account.login}", detail={"by": method})
    return token


def session_of(
    store: Store, token: str, *, address: str, now: datetime, idle: timedelta | None = IDLE, is_use: bool = True,
    paired_lasts: timedelta | None = None,
) -> Session | None:  # fmt: skip
    """The session that the cookie's value opens; None when there is none, or not any more. Raises StoreUnavailable.

    `is_use` False: a page that looks by itself, which keeps no session from growing idle. `paired_lasts`: the session
    of a wall that was admitted by its code lasts so long from its last use on.
    """
    with store.admitting(Viewer("gate", "program"), Clock(now)) as connection:
        found = rows(connection, "access/session", token_hash=_hash(token))
        if not found:
            return None
        row = found[0]
        is_idle = idle is not None and row["role"] != "wall" and now - row["last_seen_at"] > idle
        if row["ended_at"] or row["disabled_at"] or is_idle or now >= row["expires_at"]:
            return None
        if is_use and now - row["last_seen_at"] > SEEN_EVERY:
            later = now + paired_lasts if paired_lasts and row["method"] == "code" else None
            seen = {"session_id": row["session_id"], "address": address, "now": now, "expires_at": later}
            _run(connection, "access/see_session", **seen)
    viewer = Viewer(
        row["login"], row["role"], row["level"], frozenset(row["area_ids"]),
        account_id=row["account_id"], address=address,
    )  # fmt: skip
    return Session(
        row["session_id"], viewer, row["display_name"], row["method"], row["must_change"], row["is_demo"],
        row["expires_at"],
    )  # fmt: skip


def end_sessions(
    store: Store, by: Viewer, *, account_id: int, session_id: int | None = None, why: str, now: datetime
) -> None:
    """Ends one session of the account, or all of them; what was open on a screen is refused at its next question."""
    with store.admitting(by, Clock(now)) as connection:
        _run(connection, "access/end_sessions", account_id=account_id, session_id=session_id, why=why, now=now)
        detail = {"session": session_id, "why": why}
        audit(connection, viewer=by, action="signed-out", target=f"account:{account_id}", detail=detail)


def holding(store: Store, sessions: Collection[int], *, now: datetime) -> frozenset[int]:
    """Those of the sessions (by session_id) that hold at `now`; raises StoreUnavailable."""
    with store.admitting(Viewer("gate", "program"), Clock(now)) as connection:
        return frozenset(
            row["session_id"] for row in rows(connection, "access/holding", sessions=list(sessions), now=now)
        )


def _run(connection: Connection, name: str, **params: object) -> None:
    connection.execute(sql_text(sql.text(name)), params)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
