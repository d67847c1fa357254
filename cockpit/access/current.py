"""Who looks at this run or asks this address: the session that the cookie opens, asked anew each time.

Invariant: nothing in the URL, in a page's state or in a header decides who somebody is. Without a session that holds
now the viewer is NOBODY, for whom every scoped table has 0 rows.
"""

import hashlib
import threading
from datetime import UTC, datetime, timedelta

import streamlit as st
from starlette.requests import HTTPConnection

from cockpit import queries
from config.rights import rights
from geo.accounts import Session, session_of
from geo.errors import StoreUnavailable
from geo.viewer import NOBODY, Viewer

COOKIE = "cockpit_session"
KEPT_WITHOUT_STORE = timedelta(hours=1)
"""While the database is down, a session seen within this time keeps its last good pictures; it can read nothing new."""


class _Seen:
    """The sessions this process saw, by hash of the cookie's value, for the time in which the store cannot be asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[bytes, tuple[Session, datetime]] = {}

    def note(self, token: str, session: Session | None, now: datetime) -> None:
        key = hashlib.sha256(token.encode()).digest()
        with self._lock:
            if session is None:
                self._kept.pop(key, None)
            else:
                self._kept[key] = (session, now)
            old = [kept for kept, (_, at) in self._kept.items() if now - at > KEPT_WITHOUT_STORE]
            for kept in old:
                del self._kept[kept]

    def recall(self, token: str, now: datetime) -> Session | None:
        with self._lock:
            session, at = self._kept.get(hashlib.sha256(token.encode()).digest(), (None, now))
        return session if session and now - at <= KEPT_WITHOUT_STORE and now < session.expires_at else None


@st.cache_resource(show_spinner=False)
def _seen() -> _Seen:
    return _Seen()


def session_at(token: str | None, *, address: str) -> Session | None:
    """The session of a cookie's value, None without one that holds now. Never raises for a store that is down."""
    if not token:
        return None
    now = datetime.now(UTC)
    try:
        session = session_of(queries.store(), token, address=address, now=now)
    except StoreUnavailable:
        return _seen().recall(token, now)
    _seen().note(token, session, now)
    return session


def of_page() -> Session | None:
    """The session of the page that runs now, by the cookie that its websocket was opened with."""
    return session_at(st.context.cookies.get(COOKIE), address=st.context.ip_address or "127.0.0.1")


def of_request(request: HTTPConnection) -> Session | None:
    """The session of a request to one of our own addresses."""
    host = request.client.host if request.client else ""
    return session_at(request.cookies.get(COOKIE), address=host)


def viewer_of(session: Session | None) -> Viewer:
    """Who that is; NOBODY without a session."""
    return session.viewer if session else NOBODY


def may(viewer: Viewer, right: str) -> bool:
    """Whether the viewer has a right of the written table (config/rights.toml)."""
    return rights().allow(viewer.role, viewer.level, right)
