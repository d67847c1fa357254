"""The bell of the store: a connection of the wall's login that hears of each commit that changes what is shown.

Invariant: a ring is a hint that something may have changed and is never shown; between two connections nothing is
heard, so each connection begins with a ring of its own.
"""

import re
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url

from geo import sql
from geo.errors import StoreUnavailable
from geo.store import CONNECT_TIMEOUT_S, KEEPALIVE, Store

LOOK_S = 1.0
"""How long one wait for rings lasts: so soon it is noticed that nobody wants to hear any more."""
ALIVE_EVERY = 10
"""After so many waits the server is asked something, so that one that is gone without a word is noticed."""
OPTIONS: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "cockpit_bell", **KEEPALIVE}
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
CANNOT_LOG_IN = (psycopg.OperationalError, psycopg.InterfaceError)


def hear(store: Store, *, rang: Callable[[int], None], is_over: Callable[[], bool]) -> None:
    """Calls `rang` with the data version at the beginning and after each commit, until `is_over`.

    Blocks: for a thread of its own. Raises StoreUnavailable when the connection cannot be made or breaks.
    """
    url = make_url(store.urls.wall).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with psycopg.connect(make_conninfo(url, **OPTIONS), autocommit=True) as connection:
            connection.execute(sql.text("wall/listen").encode())
            version, waits = _version(connection), 0
            rang(version)
            while not is_over():
                waits += 1
                if waits % ALIVE_EVERY == 0:
                    version = _version(connection)
                for told in connection.notifies(timeout=LOOK_S):
                    version = int(told.payload) if _NUMBER.fullmatch(told.payload) else version
                    rang(version)
    except CANNOT_LOG_IN as error:
        raise StoreUnavailable(f"the bell cannot be heard: {error}") from error


def _version(connection: "psycopg.Connection[tuple[int]]") -> int:
    found = connection.execute(sql.text("view/data_version").encode()).fetchone()
    return int(found[0]) if found else 0
