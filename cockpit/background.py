"""What the server does by itself while it serves: it notes the audit chain's head, publishes months that are due,
removes files that nobody goes on with, and lets the streams of walls end when it goes down.

Invariant: nothing here can end or delay a page; what fails is logged and tried again at the next round.
"""

import asyncio
import gc
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

import structlog
from streamlit import runtime

from cockpit import noted_heads, publishing, queries
from cockpit.bell import BELL
from cockpit.upload.desk import desk
from cockpit.wall import kept
from config.reader import ConfigError
from config.upload import upload as limits
from geo.errors import GeoError
from geo.replay import moment
from geo.viewer import PROGRAM, current_clock

FIRST_S, EVERY_S = 20, 600
"""Seconds from the start of the server to the first round (the first pages go before), and between two rounds."""
LOOK_S = 30
"""Seconds at most between two looks for uploads whose pages were closed."""
SWEEP_S = 30
"""Between two looks for pictures of walls that may not look any more."""
_log = structlog.get_logger()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:  # noqa: ARG001 - the server hands itself over
    """Runs the rounds for as long as the server does."""
    noted_heads.keep_noting()
    files = desk()
    rounds = asyncio.gather(_rounds(), _looks(), _sweeps())
    try:
        with _streams_end_first():
            yield
    finally:
        rounds.cancel()
        with suppress(asyncio.CancelledError):
            await rounds
        files.close()


@contextmanager
def _streams_end_first() -> Iterator[None]:
    """The server waits for every open answer before it goes down: streams, which never end, are ended by its signal."""
    BELL.begin()
    if threading.current_thread() is not threading.main_thread():
        yield  # served within another program, which has no signals for us
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def ended(number: int, frame: Any) -> None:
        BELL.end()
        known = before[signal.Signals(number)]
        if callable(known):
            known(number, frame)

    for number in before:
        signal.signal(number, ended)
    try:
        yield
    finally:
        for number, known in before.items():
            signal.signal(number, known)


async def _rounds() -> None:
    await asyncio.sleep(FIRST_S)
    _settle()
    while True:
        await asyncio.to_thread(publish_due)
        await asyncio.sleep(EVERY_S)


def _settle() -> None:
    """What is loaded by now stays: collections pass it over, where each full one stopped every page for a tenth of a
    second. Once only, since what is passed over is never given back.
    """
    gc.collect()
    gc.freeze()


async def _looks() -> None:
    while True:
        await asyncio.sleep(min(LOOK_S, limits().left_seconds))
        try:
            await asyncio.to_thread(desk().forget, _is_open)
        except OSError as fault:
            _log.warning("uploads not removed", reason=str(fault))


async def _sweeps() -> None:
    """Pictures of walls that may not look any more go: at the start, and every SWEEP_S."""
    while True:
        await asyncio.to_thread(kept.sweep)
        await asyncio.sleep(SWEEP_S)


def _is_open(tab: str) -> bool:
    """Whether a page is connected with a browser now."""
    return runtime.exists() and runtime.get_instance().is_active_session(tab)


def publish_due() -> None:
    """Publishes what is due at the site's clock; while a replay moves it nothing is, since its months are past ones."""
    try:
        store = queries.store()
        with store.reading(PROGRAM, current_clock()) as connection:
            now = moment(connection)
        done = () if now.replay else publishing.publish(store, now.clock, by=PROGRAM)
    except (GeoError, ConfigError) as fault:
        _log.warning("months not published", reason=str(fault))
        return
    if done:
        _log.info("months published", months=[f"{month:%Y-%m}" for month in done])
