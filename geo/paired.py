"""Walls that were admitted by the code they show: confirmed, listed, revoked by who may manage accounts.

Invariant: the code decides which browser gets in, its secret stays there; a wrong code is counted before it is looked
at; a revoked wall never comes back. The database refuses all of it to any other role by itself (0035_pairing.sql).
Times are the machine's.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import account_rules as rules
from geo import pairing, sql
from geo.account_rules import AccountError
from geo.accounts import Account, accounts_in
from geo.audit import REFUSED, audit
from geo.pairing import Waiting
from geo.signing_in import Limits
from geo.store import Store, rows
from geo.viewer import AREA, SITE, Clock, Viewer

ROLE, METHOD = "wall", "code"
_CODES = hashlib.sha256(b"Code of a wall").hexdigest()[:32]
"""Under what wrong codes are counted among attempts to sign in: no login has capitals or spaces."""


@dataclass(frozen=True, slots=True)
class PairedWall:
    """A wall that is not revoked; `is_open`: its browser is let in now, `areas` are "level:code" (none: the site)."""

    account_id: int
    login: str
    name: str
    since: datetime
    admitted_by: str
    areas: tuple[str, ...]
    last_seen_at: datetime | None
    seen_from: str | None
    agent: str | None
    is_open: bool


def walls(store: Store, by: Viewer, *, now: datetime) -> tuple[PairedWall, ...]:
    """All walls by name; raises AccountError (`not_allowed`) and StoreUnavailable."""
    with store.admitting(by, Clock(now)) as connection:
        rules.check_may_change(connection, by)
        found = rows(connection, "access/walls", now=now)
    return tuple(PairedWall(**{**row, "areas": tuple(row["areas"])}) for row in found)


def screen_of(store: Store, by: Viewer, typed: str, *, limits: Limits, now: datetime) -> Waiting:
    """The screen that shows the code, to be looked at before it is confirmed.

    Raises AccountError (`bad_code`, `unknown_code`, `codes_locked`, `not_allowed`) and StoreUnavailable.
    """
    code, attempt_id = _counted(store, by, typed, limits=limits, now=now)
    with rules.changing(store, by, ROLE, now=now) as connection:
        rules.check_may_change(connection, by)
        found = pairing.by_code(connection, code, now=now)
        if found is None:
            raise AccountError("unknown_code")
        _was_right(connection, attempt_id)
        return found


def confirm(
    store: Store,
    by: Viewer,
    typed: str,
    *,
    name: str,
    areas: Sequence[str] = (),
    lasts: timedelta,
    limits: Limits,
    now: datetime,
) -> Account:
    """Makes a wall of the screen that shows the code: an account without a password, and a session for its browser.

    Raises AccountError (those of `screen_of`, `bad_name`, `wall_name_taken`, `unknown_area`) and StoreUnavailable.
    """
    rules.check_words(login=ROLE, display_name=name)
    code, attempt_id = _counted(store, by, typed, name=name, limits=limits, now=now)
    with rules.changing(store, by, ROLE, now=now) as connection:
        connection.execute(sql_text(sql.text("access/request_turn")))
        rules.check_may_change(connection, by)
        rules.check_wall_name(connection, name)
        taken = rows(connection, "access/take_request", code=code, now=now)
        if not taken:
            raise AccountError("unknown_code")
        login = f"wall-{rows(connection, 'access/next_wall')[0]['number']}"
        level = AREA if areas else SITE
        made = rows(
            connection, "access/add_wall", login=login, display_name=name, level=level, now=now, created_by=by.name
        )
        if not made:
            raise AccountError("login_taken", login=login)
        rules.set_areas(connection, made[0]["account_id"], areas)
        _open(connection, made[0]["account_id"], taken[0], now=now, expires_at=now + lasts)
        _was_right(connection, attempt_id)
        detail = {"areas": list(areas), "asked_from": taken[0]["address"]}
        audit(connection, viewer=by, action="wall-admitted", target=f"account:{login}", detail=detail)
        itself = Viewer(login, ROLE, level, account_id=made[0]["account_id"], address=taken[0]["address"])
        audit(connection, viewer=itself, action="signed-in", target=f"account:{login}", detail={"by": METHOD})
        return accounts_in(connection, login=login)[0]


def revoke(store: Store, by: Viewer, *, login: str, now: datetime) -> Account:
    """Ends the wall for good: its browser is let in no more, from the next question on.

    Raises AccountError (`unknown_wall`, `not_allowed`) and StoreUnavailable.
    """
    with rules.changing(store, by, login, now=now) as connection:
        rules.check_may_change(connection, by)
        found = accounts_in(connection, login=login)
        if not found or not found[0].is_paired or found[0].disabled_at:
            raise AccountError("unknown_wall", name=login)
        account_id = found[0].account_id
        connection.execute(sql_text(sql.text("access/set_disabled")), {"account_id": account_id, "at": now})
        ended = {"account_id": account_id, "kept": None, "why": "revoked", "now": now}
        connection.execute(sql_text(sql.text("access/end_other_sessions")), ended)
        audit(connection, viewer=by, action="wall-revoked", target=f"account:{login}", detail={})
        return found[0]


def _open(connection: Connection, account_id: int, taken: dict[str, object], **times: datetime) -> None:
    """The session of the browser that showed the code: the value it keeps opens it, nothing is sent to it."""
    opened = {"token_hash": taken["secret_hash"], "address": taken["address"], "agent": taken["agent"]}
    asked = opened | times | {"account_id": account_id}
    connection.execute(sql_text(sql.text("access/open_wall")), asked)


def _counted(
    store: Store, by: Viewer, typed: str, *, name: str | None = None, limits: Limits, now: datetime
) -> tuple[str, int]:
    """The code, and the attempt that counts as wrong until it was found right.

    Counted by account, so that a new sign-in gives no new tries, and in all.
    """
    code = pairing.typed(typed)
    if code is None:
        raise AccountError("bad_code")
    by_whom = by.name if by.account_id is None else f"account:{by.account_id}"
    asked = {"login": _CODES, "address": by_whom, "now": now}
    with rules.changing(store, by, ROLE, now=now) as connection:
        rules.check_may_change(connection, by)
        if name is not None:
            rules.check_wall_name(connection, name)
        connection.execute(sql_text(sql.text("access/take_attempt_turn")), asked)
        wrong = rows(connection, "access/wrong_attempts", **asked, span=limits.window)[0]
        if wrong["of_both"] < limits.account_at_address and wrong["of_login"] < limits.account:
            return code, int(rows(connection, "access/add_attempt", **asked)[0]["attempt_id"])
        audit(connection, viewer=by, action="locked", target=ROLE, detail={"by": METHOD}, result=REFUSED)
    raise AccountError("codes_locked", minutes=int(limits.window.total_seconds() // 60))


def _was_right(connection: Connection, attempt_id: int) -> None:
    connection.execute(sql_text(sql.text("access/right_attempt")), {"attempt_id": attempt_id})
