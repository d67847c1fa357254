"""Who listens to the bell: one thread a process hears the store, every open screen has an ear.

Invariant: an ear holds no data, only that something rang and the last data version; what stops listening is forgotten
at once. The thread waits for the database, never a page or the event loop.
"""

import asyncio
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from cockpit import queries
from geo import bell
from geo.errors import GeoError

EACH, ALL = 4, 400
"""Streams of one session and of all: of one session the oldest makes room, since a cut line is noticed late."""
PAUSES_S = (0.5, 1.0, 2.0, 4.0)
"""Between two attempts to hear a store that is away; the last one from then on."""
_log = structlog.get_logger()


@dataclass(eq=False)
class Ear:
    """One stream that listens; `over` asks it to end (server going down, or too many of its session)."""

    session_id: int
    loop: asyncio.AbstractEventLoop
    rang: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False

    def wake(self) -> None:
        """Something happened; may be called by any thread."""
        with suppress(RuntimeError):  # its loop has ended
            self.loop.call_soon_threadsafe(self.rang.set)


class Bell:
    """The ears of this process, and the thread that hears for them as long as there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ears: dict[Ear, None] = {}
        self._thread: threading.Thread | None = None
        self._is_ending = False
        self.version = 0

    def open(self, session_id: int) -> Ear | None:
        """An ear for a stream of the session, to be given back by `close`; None while there are too many of all.

        Called by the event loop of the stream.
        """
        ear = Ear(session_id, asyncio.get_running_loop())
        with self._lock:
            if self._is_ending or len(self._ears) >= ALL:
                return None
            own = [one for one in self._ears if one.session_id == session_id]
            for oldest in own[: max(0, len(own) - EACH + 1)]:
                oldest.over = True
                oldest.wake()
                del self._ears[oldest]
            self._ears[ear] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)
                self._thread.start()
        return ear

    def close(self, ear: Ear) -> None:
        """The stream has ended."""
        with self._lock:
            self._ears.pop(ear, None)

    def open_streams(self) -> Counter[int]:
        """How many streams are open, by session."""
        with self._lock:
            return Counter(ear.session_id for ear in self._ears)

    def ring(self, version: int | None = None) -> None:
        """Wakes every ear; `version`: the data version that was heard of."""
        if version is not None:
            self.version = version
        with self._lock:
            ears = list(self._ears)
        for ear in ears:
            ear.wake()

    def end(self) -> None:
        """Ends every stream: the server goes down and waits for open answers. Takes no lock: a signal may call it."""
        self._is_ending = True
        for ear in list(self._ears):
            ear.over = True
            ear.wake()

    def begin(self) -> None:
        """The server has come up."""
        self._is_ending = False

    def _goes_on(self) -> bool:
        """Whether anybody listens; if not the thread is over, and the next ear starts another one."""
        with self._lock:
            if self._ears and not self._is_ending:
                return True
            self._thread = None
            return False

    def _listen(self) -> None:
        failures = 0
        while self._goes_on():
            try:
                bell.hear(queries.store(), rang=self._heard, is_over=lambda: not self._ears or self._is_ending)
                failures = 0
            except GeoError as fault:
                if failures == 0:
                    _log.warning("bell not heard", reason=str(fault))
                    self.ring()  # the store went away: who shows it sees that now
                _pause(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
                failures += 1

    def _heard(self, version: int) -> None:
        queries.ask_again()  # the store answers: whoever waits to try it again need not
        self.ring(version)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


BELL = Bell()
