"""Which addresses stand open, which are pages, which need a session, and which nobody may ask.

Invariant: what is not named here exists for nobody, and says so only to who has a session; nothing that depends on
data stands open. A test compares the names with the routes that the server has.
"""

import re
from enum import Enum

STREAM = "/_stcore/stream"
_OPEN = frozenset({
    "/signin", "/signin/oidc", "/signin/password", "/signin/wall", "/signout", "/healthz", "/_stcore/health",
    "/_stcore/host-config",
    "/favicon.ico", "/favicon.png", "/manifest.json",
})  # fmt: skip
_OPEN_BELOW = ("/static/", "/app/static/")
_OIDC = frozenset({"/auth/login", "/oauth2callback"})
_SHUT = frozenset({"/auth/login", "/auth/logout", "/oauth2callback"})
_SHUT_BELOW = (
    "/media/", "/component/", "/_stcore/agent", "/_stcore/metrics", "/_stcore/script-health-check",
    "/_stcore/upload_file/",
)  # fmt: skip
_GUARDED = frozenset({
    STREAM, "/layers/areas.svg", "/layers/lines.svg", "/layers/base.svg", "/layers/heat.csv", "/layers/wall.svg",
    "/export/entries.csv",
    "/export/rejects.csv", "/export/audit.csv", "/export/figures.csv", "/export/figures.xlsx", "/export/report.pdf",
    "/export/assessment.csv", "/export/differences.csv", "/export/trace.csv", "/upload/file", "/wall/bell",
})  # fmt: skip
_GUARDED_BELOW = ("/_stcore/bidi-components/",)
_PROBE = re.compile(r"/[\w-]+/_stcore/(health|host-config)", re.ASCII)
_PAGE = re.compile(r"/(?:[\w-]{1,64}/?)?", re.ASCII)


class Door(Enum):
    """How an address is guarded."""

    OPEN = "open"
    PAGE = "page"
    GUARDED = "guarded"
    SHUT = "shut"
    UNKNOWN = "unknown"


def door(path: str, *, has_oidc: bool) -> Door:
    """How `path` is guarded; the addresses of OpenID Connect stand open only where a provider is named."""
    if path in _OPEN or path.startswith(_OPEN_BELOW) or _PROBE.fullmatch(path) or (has_oidc and path in _OIDC):
        return Door.OPEN
    if path in _SHUT or path.startswith(_SHUT_BELOW):
        return Door.SHUT
    if path in _GUARDED or path.startswith(_GUARDED_BELOW):
        return Door.GUARDED
    return Door.PAGE if _PAGE.fullmatch(path) else Door.UNKNOWN
