"""People whom a proxy in front has checked: it names their login in a header, which opens a session of ours.

Invariant: the header counts only on connections from the addresses that access.toml names, whatever any other header
says; a session that the proxy opened holds only while the proxy names the same login.
"""

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from cockpit.access import floods, sessions
from cockpit.access.sessions import Browser
from config.access import access
from geo.accounts import Session
from geo.errors import StoreUnavailable

PEER = "cockpit.peer"
METHOD = "header"
LONGEST = 64


def named(asked: HTTPConnection) -> str | None:
    """The login that the proxy names, "" for none; None where no proxy names logins to us."""
    proxy = access().proxy
    if not proxy.header or not proxy.may_name(asked.scope[PEER]):
        return None
    told = asked.headers.getlist(proxy.header)
    return told[0].strip().lower()[:LONGEST] if len(told) == 1 else ""


def is_other(session: Session | None, login: str | None) -> bool:
    """Whether the proxy names somebody else than the session's account, or nobody any more."""
    if session is not None and session.method == METHOD and login is None:
        return True  # opened by the proxy, but it does not come from there
    if not login:
        return session is not None and session.method == METHOD
    return session is None or session.viewer.name != login


def exchanged(asked: HTTPConnection, login: str | None) -> Response:
    """Ends the browser's session and opens one for `login`; the sign-in page where there is no such account."""
    request = Request(asked.scope)
    browser = Browser.of(request)
    try:
        sessions.end(browser, why="other-login")
        account = next(
            (one for one in sessions.accounts() if one.login == login and not (one.is_demo or one.is_paired)), None
        )
        if account is None:
            if login:
                floods.note("sign-in-failed", address=browser.address, target="account:?", detail={"by": METHOD})
            target = "/signin?known=no" if login else "/signin"
            return sessions.without_cookie(RedirectResponse(target, 303, sessions.NO_STORE))
        query = asked.scope["query_string"].decode("latin-1")
        back = asked.scope["path"] + (f"?{query}" if query else "")
        value = sessions.opened(account, browser, method=METHOD)
        return sessions.with_cookie(back, value, role=account.role)
    except StoreUnavailable:
        return RedirectResponse("/signin", 303, sessions.NO_STORE)
