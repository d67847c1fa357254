"""`POST /upload/file`: the bytes of a file that a steward brings in on the data page; never an address or a path.

Invariant: nothing is kept for who may not load, for a page of another site, without the word of the session's own page,
or beyond the limit; what was received in part is removed.
"""

import hashlib
from contextlib import suppress
from functools import partial
from urllib.parse import unquote

import anyio
from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from cockpit import context, queries
from cockpit.access import current, forms
from cockpit.upload import running
from cockpit.upload.desk import DeskFullError, RoomFullError, Upload, desk
from config.messages import tr
from config.upload import upload as limits
from geo.accounts import Session
from geo.audit import REFUSED, audit
from geo.errors import StoreUnavailable
from geo.viewer import Viewer, current_clock

NOT_KEPT = {"cache-control": "no-store"}
TICKET, NAME = "x-upload-ticket", "x-upload-name"
PATIENCE_S = 60
"""How long the next piece of a file is waited for."""


class _RefusedError(Exception):
    """The file is not taken; the message is a key of the catalogue."""

    def __init__(self, key: str, status: int) -> None:
        self.key, self.status = key, status
        super().__init__(key)


async def take(request: Request) -> Response:
    """Keeps the body as the session's file and begins to look at it."""
    lang, _ = context.parse_lang(dict(request.query_params))
    try:
        found = await to_thread.run_sync(current.of_request, request)
        session = _welcome(request, found)
        upload = await _received(request, session)
    except forms.FormError:
        return _said("upload.foreign", lang, status=403)
    except _RefusedError as refusal:
        if refusal.status == 403:
            await to_thread.run_sync(_note_refusal, current.viewer_of(found), request)
        return _said(refusal.key, lang, status=refusal.status)
    try:
        await to_thread.run_sync(running.note, session.viewer, upload, "upload-received")
        await to_thread.run_sync(partial(running.look, upload, session.viewer, lang=lang))
    except StoreUnavailable:
        await to_thread.run_sync(desk().drop, upload)
        return _said("audit.down", lang, status=503)
    except DeskFullError:
        await to_thread.run_sync(desk().drop, upload)
        return _said("upload.desk_full", lang, status=429)
    return PlainTextResponse("", headers=NOT_KEPT)


def _welcome(request: Request, session: Session | None) -> Session:
    """The session, where it may bring a file in and its own page asks."""
    viewer = current.viewer_of(session)
    if session is None or not (current.may(viewer, "act.load") and current.may(viewer, "page.data")):
        raise _RefusedError("upload.not_allowed", 403)
    forms.from_us(request)
    if not desk().is_ticket(session.session_id, request.headers.get(TICKET, "")):
        raise _RefusedError("upload.foreign", 403)
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limits().most_bytes:
        raise _RefusedError("upload.too_large", 413)
    return session


async def _received(request: Request, session: Session) -> Upload:
    """The file, whole; raises _RefusedError, and leaves nothing behind then."""
    found = desk().find(session.session_id)
    if found is not None and found.is_running:
        raise _RefusedError("upload.is_running", 409)
    if not desk().has_turn():
        raise _RefusedError("upload.desk_full", 429)
    name = unquote(request.headers.get(NAME, ""), errors="replace")
    told = request.headers.get("content-length", "")
    room = int(told) if told.isdigit() else limits().most_bytes
    try:
        upload = await to_thread.run_sync(
            partial(desk().begin, session.session_id, name, owner=session.viewer.account_id, room=room)
        )
    except RoomFullError:
        raise _RefusedError("upload.room_full", 429) from None
    is_whole = False
    try:
        await _write(request, upload)
        is_whole = True
        return upload
    except ClientDisconnect:
        raise _RefusedError("upload.broken_off", 400) from None
    except (TimeoutError, OSError):
        raise _RefusedError("upload.not_kept", 507) from None
    finally:
        if not is_whole:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(desk().drop, upload)


async def _write(request: Request, upload: Upload) -> None:
    digest = hashlib.sha256()
    pieces = request.stream()
    async with await anyio.open_file(upload.path, "xb") as file:
        upload.path.chmod(0o600)
        while True:
            with anyio.fail_after(PATIENCE_S):
                piece = await anext(pieces, None)
            if not desk().is_held(upload):  # the session sends another file by now
                raise _RefusedError("upload.broken_off", 400)
            if piece is None:
                break
            upload.size += len(piece)
            if upload.size > limits().most_bytes:
                raise _RefusedError("upload.too_large", 413)
            digest.update(piece)
            await file.write(piece)
    if not upload.size:
        raise _RefusedError("upload.empty", 400)
    upload.sha256, upload.room = digest.hexdigest(), upload.size


def _note_refusal(viewer: Viewer, request: Request) -> None:
    """A line for who was refused; a trail that cannot be written changes nothing of the refusal."""
    whence = viewer.address or (request.client.host if request.client else "")
    asked = Viewer(viewer.name, viewer.role, viewer.level, viewer.area_ids, viewer.account_id, whence)
    with suppress(StoreUnavailable), queries.store().auditing(asked, current_clock()) as connection:
        audit(connection, viewer=asked, action="upload-refused", target="upload", detail={}, result=REFUSED)


def _said(key: str, lang: str, *, status: int) -> Response:
    return PlainTextResponse(tr(key, lang, most=limits().most_mib), status_code=status, headers=NOT_KEPT)
