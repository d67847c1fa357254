"""Forms of the pages before the pages: read within bounds, and only if they came from a page of ours.

Invariant: what a form asks is done only when its Origin is ours and its token is the one this browser was given.
"""

import hmac
import secrets
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from cockpit.access import whence
from config.access import access

COOKIE = "cockpit_form"
LARGEST = 16_384
TOKEN_CHARACTERS = 43


class FormError(Exception):
    """A form that is not carried out; the message is a key of the message catalogue."""

    def __init__(self, key: str, status: int) -> None:
        self.key, self.status = key, status
        super().__init__(key)


def cookie_name() -> str:
    """The name of the cookie with the form's token; over https one that no other host can set."""
    return f"__Host-{COOKIE}" if access().proxy.is_https else COOKIE


def token(request: Request) -> str:
    """The token that this browser's forms carry: the one it has, else a new one."""
    kept = request.cookies.get(cookie_name(), "")
    return kept if len(kept) == TOKEN_CHARACTERS else secrets.token_urlsafe(32)


def keep(answer: Response, value: str) -> None:
    """Gives the token to the browser."""
    answer.set_cookie(cookie_name(), value, httponly=True, samesite="lax", secure=access().proxy.is_https)


def from_us(request: Request) -> None:
    """Raises FormError when a page of another site asks."""
    if whence.is_foreign(request.headers, access().proxy, is_needed=True):
        raise FormError("signin.foreign", 403)


async def fields(request: Request) -> dict[str, str]:
    """The fields of a form of ours; raises FormError for a foreign, stale or too long one."""
    found = await posted_by_us(request)
    kept = request.cookies.get(cookie_name(), "")
    if not kept or not hmac.compare_digest(kept.encode(), found.get("form", "").encode()):
        raise FormError("signin.stale_form", 403)
    return found


async def posted_by_us(request: Request) -> dict[str, str]:
    """The fields of what a page of this site posted, which knows no token; raises FormError."""
    from_us(request)
    read = b""
    async for part in request.stream():
        read += part
        if len(read) > LARGEST:
            raise FormError("signin.too_long", 413)
    try:
        return dict(parse_qsl(read.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise FormError("signin.stale_form", 400) from error
