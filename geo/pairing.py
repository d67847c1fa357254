"""A screen that waits to become a wall: the code it shows, the secret its browser keeps, how many may wait.

Invariant: a secret is kept as its hash only; a code holds for minutes and for one confirmation; whoever asks, only a
limited number of screens waits at an address and in all, and what no longer asks is forgotten. Times are the machine's.
"""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import sql
from geo.accounts import _hash
from geo.audit import audit
from geo.signing_in import GATE
from geo.store import Store, rows
from geo.viewer import Clock, Viewer

LETTERS = "23456789CDFHJKMNPRTVWXY"
"""What codes are made of: of two that look alike from afar (0 O, 1 I L, 8 B, 5 S, 2 Z, 4 A, 6 G, U V) one or none."""
LENGTH, GROUP = 6, 3
STILL_THERE = timedelta(minutes=1)
"""A screen whose code ran out gets another one if it asks within this time; else it begins anew."""
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Room:
    """How long a code holds, and how many screens may wait at one address and in all."""

    lasts: timedelta
    at_address: int
    in_all: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A screen that waits: its code, and where and when it asked first, with what browser."""

    code: str
    address: str
    agent: str
    asked_at: datetime
    expires_at: datetime


def shown(code: str) -> str:
    """A code as a screen shows it: 7K4-M2X."""
    return f"{code[:GROUP]}-{code[GROUP:]}"


def typed(text: str) -> str | None:
    """The code that somebody typed, in small letters, full width or with any marks between; None if it can be none."""
    kept = "".join(one for one in unicodedata.normalize("NFKC", text[:100]).upper() if one.isalnum())
    return kept if len(kept) == LENGTH and all(one in LETTERS for one in kept) else None


def waiting(store: Store, secret: str, *, room: Room, now: datetime) -> Waiting | None:
    """The screen that waits with this secret, with another code where the last one ran out; None where none does.

    Raises StoreUnavailable.
    """
    with store.admitting(GATE, Clock(now)) as connection:
        found = _of(connection, secret)
        if found and found.expires_at <= now:
            _new_code(connection, "access/renew_request", secret, now=now, expires_at=now + room.lasts)
            found = _of(connection, secret)
        return found


def ask(store: Store, *, address: str, agent: str, room: Room, now: datetime) -> tuple[str, Waiting] | None:
    """Lets a screen wait: the secret for its browser, and what it shows. None: too many wait already.

    Raises StoreUnavailable.
    """
    secret = secrets.token_urlsafe(32)
    with store.admitting(GATE, Clock(now)) as connection:
        connection.execute(sql_text(sql.text("access/request_turn")))
        connection.execute(sql_text(sql.text("access/purge_requests")), {"gone": now - STILL_THERE})
        waits = rows(connection, "access/requests_waiting", address=address)[0]
        if waits["at_address"] >= room.at_address or waits["in_all"] >= room.in_all:
            return None
        _new_code(
            connection, "access/add_request", secret, address=address, agent=agent[:200], now=now,
            expires_at=now + room.lasts,
        )  # fmt: skip
        found = _of(connection, secret)
        if found is None:
            return None
        stranger = Viewer("nobody", "", "", address=address)
        audit(connection, viewer=stranger, action="wall-asked", target="wall", detail={})
        return secret, found


def by_code(connection: Connection, code: str, *, now: datetime) -> Waiting | None:
    """The screen that shows the code, if it still holds, in a transaction of `Store.admitting`."""
    found = rows(connection, "access/request_by_code", code=code, now=now)
    return Waiting(**found[0]) if found else None


def _of(connection: Connection, secret: str) -> Waiting | None:
    found = rows(connection, "access/request_of", secret_hash=_hash(secret))
    return Waiting(**found[0]) if found else None


def _new_code(connection: Connection, name: str, secret: str, **params: object) -> None:
    """Gives the screen a code that no other one shows."""
    for _ in range(_TRIES):
        code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if rows(connection, name, secret_hash=_hash(secret), code=code, **params):
            return
