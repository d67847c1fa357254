"""Sessions opened and ended for a browser: the cookie that goes with each, and what happens to the one before.

Invariant: every sign-in gets a value nobody saw before, and the session of the cookie that came with it ends.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cockpit import queries
from cockpit.access import current
from config.access import WALL, access
from geo.accounts import Account, Session, accounts_in, end_sessions, open_session
from geo.errors import StoreUnavailable
from geo.signing_in import GATE
from geo.viewer import Clock

PAIRED_S = 400 * 86_400
"""A browser keeps no cookie longer; how long a wall that was admitted by its code is let in, the store decides."""
NO_STORE = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True)
class Browser:
    """What is noted of who asks: the cookie it came with, its address and its name of itself."""

    token: str | None
    address: str
    agent: str

    @classmethod
    def of(cls, request: Request) -> "Browser":
        """The browser of a request."""
        host = request.client.host if request.client else ""
        return cls(request.cookies.get(current.cookie_name()), host, request.headers.get("user-agent", ""))


def opened(account: Account, browser: Browser, *, method: str) -> str:
    """The value of a new session of the account; the browser's old session ends. Raises StoreUnavailable."""
    now = datetime.now(UTC)
    end(browser, why="signed-in-anew")
    return open_session(
        queries.store(), account, method=method, address=browser.address, agent=browser.agent, now=now,
        lasts=access().lasts(account.role),
    )  # fmt: skip


def end(browser: Browser, *, why: str, all_of_account: bool = False) -> None:
    """Ends the browser's session, or all of its account; nothing where there is none. Raises StoreUnavailable."""
    found = current.look(browser.token, address=browser.address, is_use=False)
    if found.session is None or found.session.viewer.account_id is None:
        return
    which = None if all_of_account else found.session.session_id
    end_sessions(
        queries.store(), found.session.viewer, account_id=found.session.viewer.account_id, session_id=which, why=why,
        now=datetime.now(UTC),
    )  # fmt: skip


def end_changed(session: Session) -> None:
    """Ends a session whose account has got another role or other areas: it begins anew with those."""
    try:
        end_sessions(
            queries.store(), session.viewer, account_id=session.viewer.account_id or 0, session_id=session.session_id,
            why="changed", now=datetime.now(UTC),
        )  # fmt: skip
    except StoreUnavailable:
        return


def with_cookie(target: str, value: str, *, role: str) -> Response:
    """The way on to `target` with the session's cookie, which goes with the browser; a wall's stays."""
    answer = RedirectResponse(target, 303, NO_STORE)
    age = int(access().lasts(role).total_seconds()) if role == WALL else None
    answer.set_cookie(
        current.cookie_name(), value, max_age=age, httponly=True, samesite="lax", secure=access().proxy.is_https
    )
    return answer


def keep_paired(answer: Response, value: str) -> Response:
    """The answer, which gives the cookie to the browser of a wall that was admitted by its code."""
    answer.set_cookie(
        current.cookie_name(), value, max_age=PAIRED_S, httponly=True, samesite="lax", secure=access().proxy.is_https
    )
    return answer


def without_cookie(answer: Response) -> Response:
    """The answer, which takes the session's cookie away."""
    answer.delete_cookie(current.cookie_name(), httponly=True, samesite="lax", secure=access().proxy.is_https)
    return answer


def is_demo() -> bool:
    """Whether this server shows samples only, so that anybody may step into a sample account."""
    return os.environ.get("COCKPIT_DEMO") == "1"


def accounts() -> tuple[Account, ...]:
    """All accounts that are not disabled, by login; raises StoreUnavailable."""
    with queries.store().admitting(GATE, Clock(datetime.now(UTC))) as connection:
        return tuple(one for one in accounts_in(connection) if one.disabled_at is None)
