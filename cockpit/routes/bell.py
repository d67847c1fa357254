"""`/wall/bell`: a stream of server-sent events that tells a wall that something changed, and that the line holds.

`ring` (data: the data version) at the beginning, after commits (at most three a second, the last is never lost) and at
each full minute; `beat` every BEAT_S; `end` before the stream ends because its session has.

Invariant: a stream says nothing but that number, is for sessions that may open the wall, and ends within CHECK_S of
its session; whoever listens keeps no session from growing idle.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from cockpit.access import current, refusals, whence
from cockpit.bell import BELL, Ear
from cockpit.wall import kept
from geo.accounts import Session

PATH = "/wall/bell"
RIGHT = "page.wall"
BEAT_S, CHECK_S, GAP_S = 5.0, 3.0, 0.34
RETRY_MS = 2_000
"""After how long a browser asks for a stream that broke."""
NOT_KEPT = {"cache-control": "no-store"}
HEADERS = {**NOT_KEPT, "x-accel-buffering": "no"}


async def listen(request: Request) -> Response:
    """The stream of who asks; the same answers as for what does not exist to who may not open the wall."""
    session = (await to_thread.run_sync(current.found_at, request)).session
    if session is None:
        return PlainTextResponse("sign in first", 401, NOT_KEPT)
    if not current.may(session.viewer, RIGHT):
        note = partial(refusals.note, session.viewer, what="address", asked=PATH, where="route")
        await to_thread.run_sync(note)
        return PlainTextResponse("there is nothing at this address", 404, NOT_KEPT)
    if request.method == "HEAD":
        return Response(headers=HEADERS, media_type="text/event-stream")
    ear = BELL.open(session.session_id)
    if ear is None:
        return PlainTextResponse("too many streams", 503, {**NOT_KEPT, "retry-after": "5"})
    token = request.cookies.get(current.cookie_name(), "")
    return _Stream(ear, token=token, address=whence.peer(request.scope), session=session)


class _Stream(StreamingResponse):
    """The answer; its ear is given back however it ends, also when nothing was sent."""

    def __init__(self, ear: Ear, *, token: str, address: str, session: Session) -> None:
        self._ear = ear
        events = _events(ear, token=token, address=address, session=session)
        super().__init__(events, media_type="text/event-stream", headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends until the session, the browser or the server ends."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            BELL.close(self._ear)


async def _events(ear: Ear, *, token: str, address: str, session: Session) -> AsyncIterator[str]:
    yield f"retry: {RETRY_MS}\n{_event('ring')}"
    minute, beat_at = _minute(), time.monotonic() + BEAT_S
    check_at = time.monotonic() + CHECK_S
    while not ear.over:
        now = time.monotonic()
        wait_s = min(beat_at - now, check_at - now, 60 - time.time() % 60 + 0.05)
        with suppress(TimeoutError):
            await asyncio.wait_for(ear.rang.wait(), max(0.0, wait_s))
        if ear.over:
            return
        if ear.rang.is_set() or _minute() != minute:
            ear.rang.clear()
            minute = _minute()
            yield _event("ring")
            beat_at = time.monotonic() + BEAT_S
            await asyncio.sleep(GAP_S)
        elif time.monotonic() >= beat_at:
            beat_at = time.monotonic() + BEAT_S
            yield _event("beat")
        if time.monotonic() >= check_at:
            if not await to_thread.run_sync(partial(_holds, token, address, session)):
                yield _event("end")
                return
            check_at = time.monotonic() + CHECK_S


def _holds(token: str, address: str, session: Session) -> bool:
    """Whether the session still holds unchanged; while the store is down, whether it was seen not long ago."""
    found = current.look(token, address=address, is_use=False)
    if found.session is None:
        if not found.is_down:
            kept.forget(token)
        return False
    return found.session.viewer == session.viewer and not found.session.must_change


def _event(kind: str) -> str:
    return f"event: {kind}\ndata: {BELL.version}\n\n"


def _minute() -> int:
    return int(time.time() // 60)
