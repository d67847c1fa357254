"""Lines of the audit trail for who was not let in, so few that a flood of them harms nothing.

Invariant: of each address, action and account at most a number a minute is written in full; how many more there were
is one line at the end of the minute. So nobody hides guessed passwords, or somebody else's lines, behind a flood of
other things. What cannot be written (the store is down) is in the log.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog

from cockpit import queries
from geo.errors import StoreUnavailable
from geo.signing_in import note_refusal
from geo.viewer import Viewer

IN_FULL, MINUTE_S = 30, 60.0
_log = structlog.get_logger()


class _Flood:
    """How many lines of each kind (address, action, name of who asked) this minute had."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._began = time.monotonic()
        self._timer: threading.Timer | None = None

    def admits(self, kind: tuple[str, str, str]) -> bool:
        """Whether a line of this kind is still written in full."""
        with self._lock:
            if self._timer is None and time.monotonic() - self._began > MINUTE_S:
                self._counts, self._began = Counter(), time.monotonic()
            self._counts[kind] += 1
            if self._counts[kind] <= IN_FULL:
                return True
            if self._timer is None:
                self._timer = threading.Timer(MINUTE_S, self.sum_up)
                self._timer.daemon = True
                self._timer.start()
            return False

    def sum_up(self) -> None:
        """Writes one line a kind that had more than its number, and begins the next minute."""
        with self._lock:
            more = {kind: n - IN_FULL for kind, n in self._counts.items() if n > IN_FULL}
            self._counts, self._began, self._timer = Counter(), time.monotonic(), None
        for (address, action, name), n in more.items():
            told = {"more": n, "seconds": int(MINUTE_S), "action": action, "who": name}
            _write("refused", _stranger(address), "flood", told)


_flood = _Flood()


def _stranger(address: str) -> Viewer:
    return Viewer("nobody", "", "", address=address)


def note(
    action: str, *, address: str, target: str, detail: Mapping[str, object] | None = None, viewer: Viewer | None = None
) -> None:
    """A line that says what was refused to whom; never raises."""
    asker = viewer or _stranger(address)
    if _flood.admits((address, action, asker.name)):
        _write(action, asker, target, dict(detail or {}))


def _write(action: str, viewer: Viewer, target: str, detail: dict[str, object]) -> None:
    now = datetime.now(UTC)
    try:
        note_refusal(queries.store(), action=action, viewer=viewer, target=target, detail=detail, now=now)
    except StoreUnavailable:
        _log.warning("refusal_not_audited", action=action, target=target)
