"""Who looks at this run or asks this address: the session that the cookie opens, asked anew each time.

Invariant: nothing in the URL, in a page's state or in a header decides who somebody is. Without a session that holds
now the viewer is NOBODY, for whom every scoped table has 0 rows.
"""

import hashlib
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st
from starlette.requests import HTTPConnection

from cockpit import queries
from config.access import WALL, access
from config.rights import rights
from geo.accounts import Session, session_of
from geo.errors import StoreUnavailable
from geo.viewer import NOBODY, Viewer

COOKIE = "cockpit_session"
BY_ITSELF = "cockpit_by_itself"
"""Where a page's state says that it is drawn by a look of its own, not by a click."""
ASKED_BY_PAGES = ("/layers/", "/_stcore/", "/wall/bell")
"""What an open page asks for when its data moves or its connection breaks, whether somebody sits before it or not."""
_FOUND = "cockpit.found"
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


@dataclass(frozen=True, slots=True)
class Found:
    """What a cookie's value opens: a session or none; `is_down`: the store could not be asked."""

    session: Session | None
    is_down: bool = False


def cookie_name() -> str:
    """The name of the cookie that holds a session's value; over https one that no other host can set."""
    return f"__Host-{COOKIE}" if access().proxy.is_https else COOKIE


def look(token: str | None, *, address: str, is_use: bool = True) -> Found:
    """What the cookie's value opens now. Never raises for a store that is down: then the last session seen counts.

    `is_use` False: a page that looks by itself, which keeps no session from growing idle.
    """
    if not token:
        return Found(None)
    now = datetime.now(UTC)
    try:
        session = session_of(
            queries.store(), token, address=address, now=now, idle=access().idle, is_use=is_use,
            paired_lasts=access().lasts(WALL),
        )  # fmt: skip
    except StoreUnavailable:
        return Found(_seen().recall(token, now), is_down=True)
    _seen().note(token, session, now)
    return Found(session)


def of_page() -> Session | None:
    """The session of the page that runs now."""
    return found_by_page().session


def found_by_page() -> Found:
    """What the cookie opens that the connection of the page that runs now was made with."""
    is_use = not st.session_state.get(BY_ITSELF)
    token = st.context.cookies.get(cookie_name())
    return look(token, address=st.context.ip_address or "127.0.0.1", is_use=is_use)


def of_request(request: HTTPConnection) -> Session | None:
    """The session of a request to one of our own addresses."""
    return found_at(request).session


def found_at(request: HTTPConnection) -> Found:
    """What the cookie of a request opens, asked once a request."""
    if _FOUND not in request.scope:
        host = request.client.host if request.client else ""
        is_use = not request.scope["path"].startswith(ASKED_BY_PAGES)
        request.scope[_FOUND] = look(request.cookies.get(cookie_name()), address=host, is_use=is_use)
    found: Found = request.scope[_FOUND]
    return found


def viewer_of(session: Session | None) -> Viewer:
    """Who that is; NOBODY without a session."""
    return session.viewer if session else NOBODY


def may(viewer: Viewer, right: str) -> bool:
    """Whether the viewer has a right of the written table (config/rights.toml)."""
    return rights().allow(viewer.role, viewer.level, right)
