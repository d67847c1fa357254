"""`/signin/wall`: a screen that shows a code until an administrator confirms it, and then is a wall.

Invariant: only what a page of ours posts lets a screen wait; what opens the wall is the secret in the browser's own
cookie, never the code; waiting screens take few connections to the database from those who are in.
"""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from cockpit import queries
from cockpit.access import current, forms, sessions, signin_page, wall_page, whence
from cockpit.access.sessions import Browser
from cockpit.access.signin_page import Asked
from config.access import access
from config.messages import LANGUAGES, tr
from geo import pairing
from geo.errors import StoreUnavailable
from geo.paired import METHOD
from geo.pairing import Room, Waiting

COOKIE = "cockpit_wall"
HOME = "/wall"
WALLS = (HOME, "/")
"""Where a wall may be: the first page of who is a wall is the wall, and says so in its address."""
SECRET_CHARACTERS = 43


@cache
def _asking() -> CapacityLimiter:
    return CapacityLimiter(2)


def cookie_name() -> str:
    """The name of the cookie with the screen's secret; over https one that no other host can set."""
    return f"__Host-{COOKIE}" if access().proxy.is_https else COOKIE


async def show(request: Request) -> Response:
    """The page with the code; who is in already goes on."""

    def make() -> Response:
        asked = _asked(request)
        session = current.of_request(request)
        if session:
            return RedirectResponse(_onward(asked), 303, sessions.NO_STORE)
        return HTMLResponse(wall_page.page(asked, host=_host(request)), headers=wall_page.HEADERS)

    return await to_thread.run_sync(make, limiter=_asking())


async def ask(request: Request) -> Response:
    """What the page shows: `code` and `seconds` (how long it holds), or where to `go`, or what is `said` instead."""
    asked = _asked(request)
    try:
        await forms.posted_by_us(request)
    except forms.FormError as error:
        return _told({"said": tr(error.key, asked.lang)}, status=error.status)
    try:
        return await to_thread.run_sync(partial(_answer, request, asked), limiter=_asking())
    except StoreUnavailable:
        return _told({"said": tr("signin.wall.down", asked.lang)}, status=503)


def _answer(request: Request, asked: Asked) -> Response:
    told, now = access().walls, datetime.now(UTC)
    room = Room(told.code_lasts, told.waiting_at_address, told.waiting)
    browser, secret = Browser.of(request), request.cookies.get(cookie_name(), "")
    if current.look(browser.token, address=browser.address).session:
        return _told({"go": _onward(asked)})
    if len(secret) == SECRET_CHARACTERS:
        found = pairing.waiting(queries.store(), secret, room=room, now=now)
        if found:
            return _shown(found, now)
        session = current.look(secret, address=browser.address).session
        if session and session.method == METHOD:
            return _admitted(asked, secret)
    begun = pairing.ask(queries.store(), address=browser.address, agent=browser.agent, room=room, now=now)
    if begun is None:
        return _told({"said": tr("signin.wall.full", asked.lang)}, status=429)
    answer = _shown(begun[1], now)
    answer.set_cookie(cookie_name(), begun[0], httponly=True, samesite="lax", secure=access().proxy.is_https)
    return answer


def _shown(found: Waiting, now: datetime) -> Response:
    return _told({"code": pairing.shown(found.code), "seconds": round((found.expires_at - now).total_seconds())})


def _admitted(asked: Asked, secret: str) -> Response:
    """The way to the wall; the secret that waited is the session's from now on."""
    answer = sessions.keep_paired(_told({"go": _onward(asked, first=HOME)}), secret)
    answer.delete_cookie(cookie_name(), httponly=True, samesite="lax", secure=access().proxy.is_https)
    return answer


def _told(told: dict[str, object], *, status: int = 200) -> Response:
    return JSONResponse(told, status, sessions.NO_STORE)


def _onward(asked: Asked, *, first: str = "/") -> str:
    """The wall that the screen asked for, with its plan; `first` where it asked for none."""
    return signin_page.onward(asked if asked.next != "/" else replace(asked, next=first))


def _asked(request: Request) -> Asked:
    """The language, and the wall to go on to: nothing else is gone on to from here."""
    lang = request.query_params.get("lang", "")
    wanted = whence.local(request.query_params.get("next"))
    return Asked(lang if lang in LANGUAGES else LANGUAGES[0], "", wanted if urlsplit(wanted).path in WALLS else "/")


def _host(request: Request) -> str:
    """Where people reach the cockpit: the outside address, else the one that this screen used."""
    outside = access().proxy.outside
    return urlsplit(outside).netloc if outside else request.headers.get("host", "")[:100]
