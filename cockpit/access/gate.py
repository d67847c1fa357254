"""The gate before every address: who has no session that holds now gets no further than the sign-in page.

Invariant: each request and each message of a page's connection is asked anew; known and unknown addresses answer a
stranger alike; a page whose session has ended can only draw itself as a whole again, and so notices.
"""

import hashlib
from functools import partial
from urllib.parse import parse_qsl, urlencode

from anyio import to_thread
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg

from cockpit.access import current, floods, oidc, proxied, sessions, signin_page, whence
from cockpit.access.addresses import STREAM, Door, door
from cockpit.tabs import first_page
from config.access import access
from geo.accounts import Session
from geo.paired import METHOD

KEPT = "private, no-store"
CLOSED = 1008
BOUND_TO = "cockpit-bound-to"
"""The header that says whose a page's connection is; nobody else takes up its state (.streamlit/config.toml)."""
SAID_BY_PAGES = frozenset({"rerun_script", "stop_script", "app_heartbeat"})
"""What a page may ask over its connection; not, as the page server would let everybody, to empty the caches of all."""
MUST_CHANGE = "/signin/password"


def refusal() -> Response:
    """What everybody without a session gets, whatever was asked and whether it exists or not."""
    return PlainTextResponse("请先登录。 Please sign in.", status_code=401, headers={"cache-control": "no-store"})


class Gate:
    """ASGI middleware; stands before the pages, the program's own addresses and Streamlit's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets the request or connection through, or answers it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        peer = whence.peer(scope)
        scope["client"] = (whence.address(scope, access().proxy), 0)
        scope[proxied.PEER] = peer
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
            return
        guarded = door(scope["path"], has_oidc=access().oidc is not None)
        if guarded is Door.OPEN:
            await self.app(scope, receive, send)
            return
        answer = await self._answer(HTTPConnection(scope), guarded)
        if answer:
            await answer(scope, receive, send)
        else:
            await self.app(scope, receive, _kept_by_nobody(send, cookie=_renewed(scope, guarded)))

    async def _answer(self, asked: HTTPConnection, guarded: Door) -> Response | None:
        """The answer to who may not get further; None for who may."""
        is_page = guarded is Door.PAGE and asked.scope["method"] in ("GET", "HEAD")
        if is_page and oidc.came_back(asked):
            return await to_thread.run_sync(oidc.entered, asked)
        found, login = await to_thread.run_sync(current.found_at, asked), proxied.named(asked)
        if proxied.is_other(found.session, login):
            if is_page and not found.is_down:
                return await to_thread.run_sync(proxied.exchanged, asked, login)
            found = current.Found(None, is_down=found.is_down)
        is_led = guarded is Door.GUARDED and whence.is_led_here(asked.headers)  # the trail names nobody for that
        if is_led or guarded is Door.SHUT or not (found.session or is_page):
            return await self._refuse(asked, None if is_led else found.session)
        if is_page:
            return _page_answer(asked, found)
        refused = _must_change(found.session)
        if guarded is Door.UNKNOWN and refused is None:
            await self._note(asked, found.session)
            return _nowhere(asked)
        return refused

    async def _refuse(self, asked: HTTPConnection, session: Session | None) -> Response:
        await self._note(asked, session)
        return refusal()

    async def _note(self, asked: HTTPConnection, session: Session | None) -> None:
        where = {"path": asked.scope["path"][:200], "method": asked.scope.get("method", "websocket")}
        note = partial(
            floods.note, "refused", address=whence.peer(asked.scope), target="address", detail=where,
            viewer=session.viewer if session else None,
        )  # fmt: skip
        await to_thread.run_sync(note)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page's connection: only from a page of ours, only with a session, and only as long as that holds."""
        asked = HTTPConnection(scope)
        is_foreign = whence.is_foreign(asked.headers, access().proxy, is_needed=False)
        found = current.Found(None) if is_foreign else await to_thread.run_sync(current.found_at, asked)
        if proxied.is_other(found.session, proxied.named(asked)):
            found = current.Found(None)
        may = found.is_down if found.session is None else not found.session.must_change
        if scope["path"] != STREAM or not may:
            await self._refuse(asked, found.session)
            await receive()
            await send({"type": "websocket.close", "code": CLOSED})
            return
        await self.app(_bound(scope, asked), _watched(receive, asked, found), send)


def _page_answer(asked: HTTPConnection, found: current.Found) -> Response | None:
    """Where a page's address leads instead; None: the page is served."""
    if found.session is None:
        # while the database is down the page says so, and has nothing else for nobody
        return None if found.is_down else RedirectResponse(_with_next("/signin", asked), 303, sessions.NO_STORE)
    if found.session.must_change:
        return RedirectResponse(_with_next(MUST_CHANGE, asked), 303, sessions.NO_STORE)
    return _to_first_page(asked, found.session)


def _renewed(scope: Scope, guarded: Door) -> str | None:
    """The cookie that a page of a wall admitted by its code brings anew, so that the browser never drops it."""
    if guarded is not Door.PAGE:
        return None
    asked = HTTPConnection(scope)
    session, value = current.found_at(asked).session, asked.cookies.get(current.cookie_name())
    if session is None or session.method != METHOD or not value:
        return None
    return sessions.keep_paired(Response(), value).headers["set-cookie"]


def _must_change(session: Session | None) -> Response | None:
    return refusal() if session is None or session.must_change else None


def _nowhere(asked: HTTPConnection) -> Response:
    """What somebody with a session gets at an address that nothing has: the words of the page that is refused."""
    lang = "en" if asked.query_params.get("lang") == "en" else "zh"
    return HTMLResponse(signin_page.nowhere(signin_page.Asked(lang, "")), 404, signin_page.HEADERS)


def _to_first_page(asked: HTTPConnection, session: Session) -> Response | None:
    """The way from the first page's own name to `/`, where Streamlit serves it."""
    name = asked.scope["path"].strip("/")
    if not name or name != first_page(session.viewer):
        return None
    query = asked.scope["query_string"].decode("latin-1")
    return RedirectResponse(f"/?{query}" if query else "/", 307, sessions.NO_STORE)


def _with_next(target: str, asked: HTTPConnection) -> str:
    query = asked.scope["query_string"].decode("latin-1")
    path = whence.local(asked.scope["path"] + (f"?{query}" if query else ""))
    named = {} if path == whence.HOME else {"next": path}
    if ("lang", "en") in parse_qsl(query):
        named["lang"] = "en"
    return f"{target}?{urlencode(named)}" if named else target


def _kept_by_nobody(send: Send, *, cookie: str | None) -> Send:
    """Answers for who is signed in are kept by that person's browser at most; `cookie` goes with them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            told = headers.get("cache-control", "")
            if "private" not in told and "no-store" not in told:
                headers["cache-control"] = KEPT
            if cookie:
                headers.append("set-cookie", cookie)
        await send(message)

    return sending


def _bound(scope: Scope, asked: HTTPConnection) -> Scope:
    """The connection with the digest of its session's value in a header, in place of what the browser put there."""
    name = BOUND_TO.encode()
    value = hashlib.sha256(asked.cookies.get(current.cookie_name(), "").encode()).hexdigest().encode()
    others = [header for header in scope["headers"] if header[0] != name]
    return {**scope, "headers": [*others, (name, value)]}


def _watched(receive: Receive, asked: HTTPConnection, found: current.Found) -> Receive:
    """The messages of a page; from one whose session has ended or changed each asks for the whole page anew."""
    token, address = asked.cookies.get(current.cookie_name()), whence.peer(asked.scope)
    first = found.session

    async def receiving() -> Message:
        message = await receive()
        while message["type"] == "websocket.receive" and _kind(message) not in SAID_BY_PAGES:
            message = await receive()
        if message["type"] != "websocket.receive":
            return message
        now = await to_thread.run_sync(partial(current.look, token, address=address, is_use=False))
        if first and now.session and now.session.viewer != first.viewer:
            await to_thread.run_sync(sessions.end_changed, first)
        elif now.is_down if now.session is None else not now.session.must_change:
            return message
        return {"type": message["type"], "bytes": _whole(message["bytes"])}

    return receiving


def _kind(message: Message) -> str | None:
    """What a message of a page asks; None for one that is none of a page's."""
    told = BackMsg()
    try:
        told.ParseFromString(message.get("bytes") or b"")
    except DecodeError:
        return None
    kind: str | None = told.WhichOneof("type")
    return kind


def _whole(told: bytes) -> bytes:
    """The message as the wish for the whole page: no part of it alone, nothing that was clicked."""
    message = BackMsg()
    message.ParseFromString(told)
    if message.WhichOneof("type") == "rerun_script":
        message.rerun_script.fragment_id = ""
        message.rerun_script.is_auto_rerun = False
        message.rerun_script.ClearField("widget_states")
    asked: bytes = message.SerializeToString()
    return asked
