"""What holds for every account, whoever asks: which scope a role has, who may change accounts, who stays the last one.

Invariant: these are asked in the transaction that writes, of the database; a page that offers less or more changes
nothing of them. What is refused leaves a line in the audit trail too.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.audit import REFUSED, audit
from geo.errors import GeoError
from geo.store import Store, rows
from geo.viewer import OPERATOR, PROGRAM, Clock, Viewer

ROLES = ("leader", "secretary", "grid_worker", "evaluator", "steward", "admin", "wall")
SITE_ROLES = frozenset({"steward", "admin"})
AREA_ROLES = frozenset({"secretary", "grid_worker"})
LONGEST_NAME = 64
_LOGIN = re.compile(r"[a-z0-9_.@-]{1,64}", re.ASCII)
_RESERVED = frozenset({"gate", "nobody", OPERATOR.name, PROGRAM.name})
"""What the audit trail calls the program, the command line and strangers: nobody's lines may look like theirs."""


class AccountError(GeoError):
    """An account cannot be made or changed as asked; `code` names the reason (a key of messages `users.fault_*`)."""

    def __init__(self, code: str, **params: object) -> None:
        self.code, self.params = code, params
        super().__init__(f"{code}: {params}")


@contextmanager
def changing(store: Store, by: Viewer, login: str, *, now: datetime) -> Iterator[Connection]:
    """A transaction that changes the account of `login`; an AccountError in it changes nothing and is audited."""
    clock = Clock(now)
    try:
        with store.admitting(by, clock) as connection:
            yield connection
    except AccountError as error:
        with store.admitting(by, clock) as connection:
            detail = {"why": error.code}
            target = f"account:{login[:LONGEST_NAME]}"
            audit(connection, viewer=by, action="account-refused", target=target, detail=detail, result=REFUSED)
        raise


def check_scope(role: str, areas: Sequence[str]) -> None:
    """Raises AccountError: `bad_role`; `site_only` for a role of the whole site, `needs_area` for one of areas."""
    if role not in ROLES:
        raise AccountError("bad_role", role=role)
    if role in SITE_ROLES and areas:
        raise AccountError("site_only", role=role)
    if role in AREA_ROLES and not areas:
        raise AccountError("needs_area", role=role)


def is_login(text: str) -> bool:
    """Whether an account may be called so."""
    return _LOGIN.fullmatch(text) is not None and text not in _RESERVED


def check_words(*, login: str, display_name: str) -> None:
    """Raises AccountError (`bad_login`, `reserved_login`, `bad_name`) for words that no account may have."""
    if not is_login(login):
        raise AccountError("reserved_login" if login in _RESERVED else "bad_login", login=login)
    if not (display_name.strip() and len(display_name) <= LONGEST_NAME and display_name.isprintable()):
        raise AccountError("bad_name")


def check_wall_name(connection: Connection, name: str, *, of: int | None = None) -> None:
    """Raises AccountError (`wall_name_taken`) where another wall than account `of`, not revoked, has the name."""
    if any(row["account_id"] != of for row in rows(connection, "access/wall_named", display_name=name)):
        raise AccountError("wall_name_taken", name=name)


def check_may_change(connection: Connection, by: Viewer) -> None:
    """Raises AccountError (`not_allowed`) unless `by` may change accounts at this moment.

    The program itself may, where an identity provider vouches for somebody; no account and no session is the program.
    """
    if by.role == PROGRAM.role:
        return
    found = rows(connection, "access/may_change", account_id=by.account_id, role=by.role)
    if not found[0]["may"]:
        raise AccountError("not_allowed")


def check_not_last(connection: Connection, account_id: int) -> None:
    """Raises AccountError (`last_admin`) where the account is the only enabled administrator.

    The administrators stay locked until the transaction ends, so that two of them cannot remove each other at once;
    ask who may change after this.
    """
    if [row["account_id"] for row in rows(connection, "access/lock_admins")] == [account_id]:
        raise AccountError("last_admin")


def set_areas(connection: Connection, account_id: int, areas: Sequence[str]) -> None:
    """The areas of the account become `areas` ("level:code"); raises AccountError (`unknown_area`)."""
    connection.execute(sql_text(sql.text("access/clear_areas")), {"account_id": account_id})
    if not areas:
        return
    known = {f"{row['level']}:{row['code']}" for row in rows(connection, "access/areas")}
    for area in areas:
        if area not in known:
            raise AccountError("unknown_area", area=area)
        level, code = area.split(":", 1)
        row = {"account_id": account_id, "level": level, "code": code}
        connection.execute(sql_text(sql.text("access/add_area")), row)
