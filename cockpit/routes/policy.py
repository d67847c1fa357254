"""The content policy of every answer: the browser itself refuses whatever would leave this server or run a script.

Invariant: scripts come from this server only, or are the inline ones of Streamlit's own page by their hashes, taken
from that file at the start; nothing is evaluated from text; what a browser refused is told at `/csp-report`.
"""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REPORT_PATH = "/csp-report"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def inline_hashes(page: str) -> tuple[str, ...]:
    """The sources that admit the inline scripts of an HTML page, in their order, and no other."""
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page))
    return tuple(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


@cache
def content_policy() -> str:
    """The value of the header Content-Security-Policy; raises OSError when Streamlit's page cannot be read."""
    page = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    return "; ".join((
        "default-src 'none'",
        # wasm: 64-bit numbers of Streamlit's messages; blob: the way in which it imports a component's script
        f"script-src 'self' 'wasm-unsafe-eval' blob: {' '.join(inline_hashes(page))}",
        "worker-src 'none'",
        # Streamlit writes its own styles into the page while it runs; no text of data ever gets into one (tests)
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",  # the icon of the window, which Streamlit draws from its emoji
        "font-src 'self' data:",  # fonts for formulas inside Streamlit's own stylesheet
        "connect-src 'self'",
        "manifest-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        f"report-uri {REPORT_PATH}",
    ))  # fmt: skip


HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class ContentPolicy:
    """ASGI middleware that adds the policy and HEADERS to every HTTP answer; pages of HTML are never kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._headers = {"content-security-policy": content_policy()} | HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on, with the headers added."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, with_policy)
