"""Whence a request comes, and whether what it says about that is to be believed.

Invariant: X-Forwarded-For counts only from the addresses that access.toml trusts, whatever stands between us and the
socket; a path to go on to is one of this server's, never another's.
"""

import re
from urllib.parse import urlsplit

import uvicorn.config
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Scope

from config.access import Proxy

HOME = "/"
_LOCAL = re.compile(r"/(?!/)[!-\[\]-~]*", re.ASCII)
_LONGEST_NEXT = 2_000


def believe_no_proxy_yet() -> None:
    """Keeps the server from believing X-Forwarded-* of every local program before access.toml was asked.

    Without it whoever reaches the port from the machine itself could name any address as the own one.
    """

    def untouched(app: ASGIApp, trusted_hosts: object) -> ASGIApp:  # noqa: ARG001
        return app

    setattr(uvicorn.config, "ProxyHeadersMiddleware", untouched)  # noqa: B010 - a class for mypy


def peer(scope: Scope) -> str:
    """The address at the other end of the connection."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def address(scope: Scope, proxy: Proxy) -> str:
    """The address of who asks: the peer's, or what trusted proxies say, taken from the end that is nearest to us."""
    found = peer(scope)
    told = [part.strip() for value in Headers(scope=scope).getlist("x-forwarded-for") for part in value.split(",")]
    while told and proxy.trusts(found):
        found = told.pop()
    return found[:64]


def is_foreign(headers: Headers, proxy: Proxy, *, is_needed: bool) -> bool:
    """Whether another site's page asks: its Origin is not ours. `is_needed`: one without any Origin is foreign too."""
    origin = headers.get("origin")
    if origin is None:
        return is_needed and headers.get("sec-fetch-site") not in ("same-origin", "none")
    ours = {urlsplit(proxy.outside).netloc} if proxy.outside else {headers.get("host", "")}
    return origin == "null" or urlsplit(origin).netloc not in ours


def is_led_here(headers: Headers) -> bool:
    """Whether a page of another site led the browser here, as browsers say of links, pictures and forms of others."""
    return headers.get("sec-fetch-site", "none") not in ("same-origin", "none")


def local(path: str | None) -> str:
    """`path` if it is an address of this server with its query, else the first page's."""
    if path and len(path) <= _LONGEST_NEXT and _LOCAL.fullmatch(path) and not path.startswith(("/signin", "/signout")):
        return path
    return HOME
