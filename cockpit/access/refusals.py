"""What was asked for and refused, as lines of the audit trail: who tried to see what is not theirs.

Invariant: what exists and what does not leaves the same line and gets the same answer, so neither tells the asker
which of both it was. A flood leaves a bounded number of lines: at most one a minute for the same thing of the same
account and address, at most MOST different things, and then how many more there were, also of who never asks again.
Times are the machine's.
"""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from cockpit import queries
from geo.audit import REFUSED, audit
from geo.errors import StoreUnavailable
from geo.viewer import Clock, Viewer

EVERY = timedelta(minutes=1)
MOST = 20
"""Different things that one account is told to have asked for in a minute."""
LONGEST = 120
_MOST_KEPT = 10_000
_log = structlog.get_logger()


@dataclass
class _Asker:
    """What one account asked for from one address since `began`, and how many askings left no line."""

    viewer: Viewer
    began: datetime
    told: set[tuple[str, str]] = field(default_factory=set)
    silent: int = 0


class Refusals:
    """The askings of the last minute, by account and address."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._askers: dict[tuple[int | None, str, str], _Asker] = {}

    def is_due(self, viewer: Viewer, what: str, asked: str, *, now: datetime) -> tuple[bool, int]:
        """Whether this asking gets a line of its own now, and how many before it got none."""
        key = (viewer.account_id, viewer.name, viewer.address)
        with self._lock:
            if len(self._askers) > _MOST_KEPT:
                self._askers = {known: one for known, one in self._askers.items() if now - one.began < EVERY}
            asker = self._askers.get(key)
            silent = 0
            if asker is None or now - asker.began >= EVERY:
                silent = asker.silent if asker else 0
                asker = self._askers[key] = _Asker(viewer, now)
            if (what, asked) in asker.told or len(asker.told) >= MOST:
                asker.silent += 1
                return False, 0
            asker.told.add((what, asked))
            return True, silent

    def left_over(self, *, now: datetime) -> list[tuple[Viewer, int]]:
        """Who asked for more than MOST things in a minute that is over, and how many askings left no line so far."""
        with self._lock:
            over = [one for one in self._askers.values() if now - one.began >= EVERY and len(one.told) >= MOST]
            found = [(one.viewer, one.silent) for one in over if one.silent]
            for one in over:
                one.silent = 0
        return found


_REFUSALS = Refusals()


def note(viewer: Viewer, *, what: str, asked: str, where: str) -> None:
    """A line `refused` that the viewer asked for `asked`, a thing of kind `what` (area, fund, address), at `where`.

    Never raises for a store that is down: nothing was shown, and the log says that the line is missing.
    """
    asked = asked[:LONGEST].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    is_due, silent = _REFUSALS.is_due(viewer, what, asked, now=datetime.now(UTC))
    if not is_due:
        _SUMMARY.begin()
        return
    detail: dict[str, object] = {"asked": asked, "where": where}
    if silent:
        detail["not_told_before"] = silent
    _write(viewer, what, detail)


def _write(viewer: Viewer, what: str, detail: dict[str, object]) -> None:
    try:
        with queries.store().auditing(viewer, Clock(datetime.now(UTC))) as connection:
            audit(connection, viewer=viewer, action="refused", target=what, detail=detail, result=REFUSED)
    except StoreUnavailable as fault:
        _log.warning("refusal_not_audited", what=what, fault=type(fault).__name__)


def sum_up(*, now: datetime) -> None:
    """Writes how many askings left no line, of who asked for too many different things and did not ask again."""
    for viewer, silent in _REFUSALS.left_over(now=now):
        _write(viewer, "flood", {"not_told_before": silent})


class _Summary:
    """Sums up once, some time after the first asking that left no line."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def begin(self) -> None:
        with self._lock:
            if self._timer is None:
                self._timer = threading.Timer(2 * EVERY.total_seconds(), self._end)
                self._timer.daemon = True
                self._timer.start()

    def _end(self) -> None:
        with self._lock:
            self._timer = None
        sum_up(now=datetime.now(UTC))


_SUMMARY = _Summary()
