"""What the server does by itself while it serves: it notes the audit chain's head, publishes months that are due,
and removes files that nobody goes on with.

Invariant: nothing here can end or delay a page; what fails is logged and tried again at the next round.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
from streamlit import runtime

from cockpit import noted_heads, publishing, queries
from cockpit.upload.desk import desk
from config.reader import ConfigError
from config.upload import upload as limits
from geo.errors import GeoError
from geo.replay import moment
from geo.viewer import PROGRAM, current_clock

FIRST_S, EVERY_S = 20, 600
"""Seconds from the start of the server to the first round (the first pages go before), and between two rounds."""
LOOK_S = 30
"""Seconds at most between two looks for uploads whose pages were closed."""
_log = structlog.get_logger()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:  # noqa: ARG001 - the server hands itself over
    """Runs the rounds for as long as the server does."""
    noted_heads.keep_noting()
    files = desk()
    rounds = asyncio.gather(_rounds(), _looks())
    try:
        yield
    finally:
        rounds.cancel()
        with suppress(asyncio.CancelledError):
            await rounds
        files.close()


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
