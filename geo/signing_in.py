"""Getting in with a password: attempts and when they lock, and the change of one's own password.

Invariant: an attempt is counted as wrong before the password is looked at, so that many at once count like one after
another; a login that does not exist is counted, locked and answered exactly like one that does. Attempts hold no
login but its digest: what was typed into the wrong field stays unknown. Times are the machine's.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text as sql_text

from geo import sql
from geo.accounts import IDLE, Account, Session, _hash, accounts_in
from geo.audit import FAILED, REFUSED, audit
from geo.store import Store, rows
from geo.viewer import Clock, Viewer

GATE = Viewer("gate", "program")
LONGEST_LOGIN = 64


@dataclass(frozen=True, slots=True)
class Limits:
    """How many wrong attempts within `window` lock: of a login at an address, of an address; slow: of a login."""

    window: timedelta
    account_at_address: int
    address: int
    account: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt that may go on to the password (`is_locked` False), and what it is compared with.

    `password_hash` is None for a login that is unknown, disabled or has no password; `is_slowed`: too many wrong ones
    from everywhere, let it wait.
    """

    login: str
    address: str
    attempt_id: int | None
    account_id: int | None
    password_hash: str | None
    is_locked: bool
    is_slowed: bool


def begin_attempt(store: Store, login: str, *, address: str, limits: Limits, now: datetime) -> Attempt:
    """Counts an attempt of `login` (any text) from `address`, or says that it is locked; raises StoreUnavailable."""
    login = login.strip().lower()[: LONGEST_LOGIN + 1].replace("\x00", "\ufffd")  # a NUL reaches no query
    asked = {"login": _digest(login), "address": address, "now": now}
    with store.admitting(GATE, Clock(now)) as connection:
        connection.execute(sql_text(sql.text("access/take_attempt_turn")), asked)
        wrong = rows(connection, "access/wrong_attempts", **asked, span=limits.window)[0]
        if wrong["of_both"] >= limits.account_at_address or wrong["of_address"] >= limits.address:
            return Attempt(login, address, None, None, None, is_locked=True, is_slowed=False)
        attempt_id = rows(connection, "access/add_attempt", **asked)[0]["attempt_id"]
        known = rows(connection, "access/credentials", login=login)
    found = known[0] if known else {"account_id": None, "password_hash": None}
    is_slowed = wrong["of_login"] >= limits.account
    return Attempt(
        login, address, attempt_id, found["account_id"], found["password_hash"], is_locked=False, is_slowed=is_slowed
    )


def end_attempt(store: Store, attempt: Attempt, *, is_right: bool, now: datetime) -> Account | None:
    """The account that got in, None for a wrong attempt or an account that was disabled meanwhile."""
    if not is_right or attempt.account_id is None:
        return None
    with store.admitting(GATE, Clock(now)) as connection:
        connection.execute(sql_text(sql.text("access/right_attempt")), {"attempt_id": attempt.attempt_id})
        connection.execute(sql_text(sql.text("access/purge_attempts")), {"now": now})
        account = accounts_in(connection, login=attempt.login)[0]
    return account if account.disabled_at is None else None


def renew_hash(store: Store, attempt: Attempt, *, password_hash: str, now: datetime) -> None:
    """Keeps the password of a right attempt under a newer hash; does nothing where it was changed meanwhile."""
    asked = {
        "account_id": attempt.account_id,
        "outdated": attempt.password_hash,
        "password_hash": password_hash,
    }
    with store.admitting(GATE, Clock(now)) as connection:
        connection.execute(sql_text(sql.text("access/renew_hash")), asked)


def note_refusal(
    store: Store, *, action: str, viewer: Viewer, target: str, detail: dict[str, object], now: datetime
) -> None:
    """One line of the audit trail for somebody who was not let in or through."""
    result = FAILED if action == "sign-in-failed" else REFUSED
    with store.admitting(viewer, Clock(now)) as connection:
        audit(connection, viewer=viewer, action=action, target=target, detail=detail, result=result)


def change_own_password(store: Store, session: Session, *, password_hash: str, now: datetime) -> None:
    """The signed-in person's new password; all other sessions of the account end."""
    viewer = session.viewer
    asked = {"account_id": viewer.account_id, "kept": session.session_id, "now": now, "why": "password"}
    with store.admitting(viewer, Clock(now)) as connection:
        connection.execute(
            sql_text(sql.text("access/change_password")),
            {"account_id": viewer.account_id, "password_hash": password_hash},
        )
        connection.execute(sql_text(sql.text("access/end_other_sessions")), asked)
        audit(connection, viewer=viewer, action="password-changed", target=f"account:{viewer.name}", detail={})


def password_hash_of(store: Store, session: Session, *, now: datetime) -> str | None:
    """The hash of the signed-in person's password, None without one."""
    with store.admitting(session.viewer, Clock(now)) as connection:
        found = rows(connection, "access/credentials", login=session.viewer.name)
    return found[0]["password_hash"] if found else None


def why_ended(store: Store, token: str, *, now: datetime, idle: timedelta = IDLE) -> str | None:
    """Why the cookie's value opens nothing: disabled, idle, expired, the reason noted at its end; None: never given."""
    with store.admitting(GATE, Clock(now)) as connection:
        found = rows(connection, "access/session", token_hash=_hash(token))
    if not found:
        return None
    row = found[0]
    if row["disabled_at"]:
        return "disabled"
    if row["ended_at"]:
        return str(row["ended_why"] or "signed-out")
    if now >= row["expires_at"]:
        return "expired"
    return "idle" if now - row["last_seen_at"] > idle else None


def is_of_paired_wall(store: Store, token: str, *, now: datetime) -> bool:
    """Whether the cookie's value is, or was, that of a wall that was admitted by its code; raises StoreUnavailable."""
    with store.admitting(GATE, Clock(now)) as connection:
        found = rows(connection, "access/session", token_hash=_hash(token))
    return bool(found) and found[0]["method"] == "code"


def _digest(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()[:32]
