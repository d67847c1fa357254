"""`/csp-report`: what a browser says that it refused under the content policy, as a line of the log.

Invariant: anyone may send here, so a report is text from outside: read up to MOST_BYTES, at most MOST_A_MINUTE of them,
each field cut and without control characters; of addresses only the path, or the scheme and host, is kept.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import Response

MOST_BYTES, MOST_A_MINUTE, MOST_CHARACTERS = 8_192, 30, 200
_log = structlog.get_logger()


class Allowance:
    """Says yes at most `most` times within any 60 seconds; for all who ask together."""

    def __init__(self, most: int) -> None:
        self._times: deque[float] = deque(maxlen=most)
        self._lock = threading.Lock()

    def takes(self, now: float) -> bool:
        """Whether one more is allowed at `now` (seconds of a clock that never goes back), and counts it."""
        with self._lock:
            if len(self._times) == self._times.maxlen and now - self._times[0] < 60:
                return False
            self._times.append(now)
            return True


_allowance = Allowance(MOST_A_MINUTE)


async def csp_report(request: Request) -> Response:
    """204 for whatever was sent, so that a sender learns nothing; 413 for more than MOST_BYTES."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return Response(status_code=413)
    report = told(body)
    if report and _allowance.takes(time.monotonic()):
        _log.warning("content_refused", **report)
    return Response(status_code=204)


def told(body: bytes) -> dict[str, str]:
    """What a report says (`directive`, `blocked`, `page`), each as plain text; empty for a body that is none."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    report = sent.get("csp-report") if isinstance(sent, dict) else None
    if not isinstance(report, dict):
        return {}
    return {
        "directive": _text(report, "effective-directive") or _text(report, "violated-directive"),
        "blocked": _origin(_text(report, "blocked-uri")),
        "page": _path(_text(report, "document-uri")),
    }


def _text(report: Mapping[str, Any], name: str) -> str:
    value = report.get(name)
    if not isinstance(value, str):
        return ""
    return "".join(character for character in value[:MOST_CHARACTERS] if character.isprintable())


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else (parts.scheme or address)


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
