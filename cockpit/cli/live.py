"""`cockpit demo --live`: the sample street goes on while its pages are served; each change is a load like any other.

Invariant: only simulated data comes in here, and the pages end with this program; an emergency that was brought forward
does not stay open when it ends.
"""

import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import FrameType

import click
import polars as pl

from cockpit.cli.telling import say
from config.messages import tr
from config.site import site
from geo.errors import StoreUnavailable
from geo.facts import SampleFact, contents, note_sample
from geo.store import Store
from geo.viewer import OPERATOR, Clock, current_clock
from loaders import sample
from loaders.dataset import LoadRequest
from loaders.sample import files
from loaders.sample.live import Live
from loaders.work import load_file

LOOK_S = 2.0


def go_on(store: Store, *, lang: str, is_alive: Callable[[], None]) -> None:
    """Loads what happens until it is interrupted; `is_alive` raises when the pages have ended."""
    found = contents(store, OPERATOR, current_clock()).sample
    if found is None:
        raise click.ClickException(tr("cli.live_no_sample", lang))
    live = sample.live(seed=found.seed, clock=found.clock)
    _on_end(signal.default_int_handler)
    say(tr("cli.live_begins", lang), err=True)
    try:
        while True:
            is_alive()
            with suppress(StoreUnavailable):  # the next look tells what this one could not
                _look(store, live, found.seed)
            time.sleep(LOOK_S)
    except KeyboardInterrupt:
        return
    finally:  # also where a load under way was what was interrupted
        _on_end(signal.SIG_IGN)
        clock = current_clock()
        with suppress(StoreUnavailable):
            _load(store, live.ended(_local(clock)), clock)


def _on_end(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, handler)


def _look(store: Store, live: Live, seed: int) -> None:
    clock = current_clock()
    if _load(store, live.rows(_local(clock)), clock):
        note_sample(store, OPERATOR, clock, SampleFact(seed, clock.at))


def _local(clock: Clock) -> datetime:
    return clock.at.astimezone(sample.ZONE).replace(tzinfo=None, microsecond=0)


def _load(store: Store, rows: pl.DataFrame, clock: Clock) -> bool:
    """Whether there was anything to load."""
    if rows.is_empty():
        return False
    with tempfile.TemporaryDirectory(prefix="cockpit-live-") as folder:
        file = Path(folder) / f"live-{clock.at.astimezone(site().zone):%Y%m%d-%H%M%S}.csv"
        files.write_csv(rows, file)
        request = LoadRequest(dataset="incidents", file=file, clock=clock, is_simulated=True)
        result = load_file(store, request)
    if result.status == "refused":
        raise click.ClickException(f"{result.file}: {result.message}")
    return True
