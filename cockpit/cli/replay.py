"""`cockpit replay-feed`: a loaded source of incidents happens again, faster, and the whole site stands at its clock.

Invariant: events go to standard output as they happen, one JSON line each, without a text or a person; when this
program ends, however it ends, the site is back at the machine's clock and the pages it served end with it.
"""

import math
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import click

from cockpit import formats
from cockpit.cli import serve
from cockpit.cli.ready import language, ready_store
from cockpit.cli.telling import say, say_json
from config.messages import tr
from config.site import site
from geo import replay as playing
from geo.replay import Event, Lease, Playable, Replay, ReplayRunsError
from geo.viewer import OPERATOR, current_clock, is_clock_set

SLOWEST, FASTEST = 1, 100_000
SHORTEST_S, LONGEST_S = 0.2, 1.0
"""Between two looks at the clock: not more often than pages could follow, often enough for the lease."""


def _refuse(key: str, **params: object) -> click.UsageError:
    return click.UsageError(tr(f"replay.{key}", language(), **params))


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """A moment with an offset, or local to the site; a day is its first moment."""
    if value is None:
        return None
    try:
        told = datetime.fromisoformat(value)
        return told if told.tzinfo else told.replace(tzinfo=site().zone)
    except ValueError as error:
        raise _refuse("bad_moment", moment=value) from error


class _Speed(click.FloatRange):
    """A range without “nan”, which no comparison finds outside it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; fails like any other that is outside."""
        found: float = super().convert(value, param, ctx)
        return super().convert(math.inf, param, ctx) if math.isnan(found) else found


@click.command(name="replay-feed")
@click.argument("dataset")
@click.option("--speed", default=60.0, show_default=True, type=_Speed(SLOWEST, FASTEST), help="Times as fast as life.")
@click.option("--from", "begins", metavar="MOMENT", callback=_moment, help="Where to begin; else the first report.")
@click.option("--no-serve", is_flag=True, help="Move the clock and print the events, without serving the pages.")
@serve.host_option
@serve.port_option
def replay_feed(dataset: str, *, speed: float, begins: datetime | None, no_serve: bool, host: str, port: int) -> None:
    """Replay the incidents of DATASET (a source's code or the beginning of one) as if they happened now."""
    if is_clock_set():
        raise _refuse("clock_is_set")
    if not no_serve:
        serve.check_address(host, port)
    signal.signal(signal.SIGTERM, _end)
    store = ready_store(current_clock())
    if not no_serve:
        serve.make_safe(store, host)
    source = _chosen(playing.playable(store, OPERATOR, current_clock()), dataset)
    start = begins or source.begins
    if start >= source.ends:
        raise _refuse("begins_after_end", moment=_told(start), source=source.code, end=_told(source.ends))
    try:
        with (
            _pages(host, port, is_wanted=not no_serve) as server,
            playing.lease(store, OPERATOR, source, begins=start, speed=speed) as lease,
        ):
            _say("begins", source=source.code, speed=formats.number(speed), **_span(lease.replay))
            count = _play(lease, playing.events(store, OPERATOR, source, begins=start), server)
        _say("ended", source=source.code, events=formats.number(count), end=_told(source.ends))
    except ReplayRunsError as error:
        raise _refuse("runs_already", source=error.replay.source if error.replay else "?") from error
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # nobody reads; the last flush must not fail again
    finally:
        store.close()


def _end(*_: object) -> None:
    raise SystemExit(128 + signal.SIGTERM)


def _chosen(known: Sequence[Playable], named: str) -> Playable:
    """The source of that code, or the only one whose code begins so."""
    if not known:
        raise _refuse("nothing_loaded")
    found = [source for source in known if source.code == named]
    found = found or [source for source in known if source.code.startswith(named)]
    codes = ", ".join(source.code for source in found or known)
    if not found:
        raise _refuse("unknown_source", name=named, known=codes)
    if len(found) > 1:
        raise _refuse("ambiguous_source", name=named, known=codes)
    return found[0]


@contextmanager
def _pages(host: str, port: int, *, is_wanted: bool) -> Iterator[serve.Server | None]:
    """The served pages, answering before the clock begins to move; None where they are not wanted."""
    if not is_wanted:
        yield None
        return
    with serve.tied_server(host, port) as server:
        server.wait()
        yield server


def _play(lease: Lease, events: Iterable[Event], server: serve.Server | None) -> int:
    """Prints each event when the replay reaches it and rings for those that passed; returns how many."""
    count, pending = 0, iter(events)
    event = next(pending, None)
    while event is not None:
        wait = (lease.replay.real(event.at) - current_clock().at).total_seconds()
        time.sleep(min(max(wait, SHORTEST_S), LONGEST_S))
        lease.check()
        if server:
            server.check()
        at, before = lease.replay.at(current_clock().at).at, count
        while event is not None and event.at <= at:
            say_json(_record(event))
            count += 1
            event = next(pending, None)
        if count > before:
            lease.ring()
    return count


def _record(event: Event) -> dict[str, object]:
    return {
        "at": event.at.astimezone(site().zone).isoformat(),
        "kind": event.kind,
        "incident": event.incident,
        "areas": dict(event.areas),
        "category": event.category,
    }


def _span(replay: Replay) -> dict[str, str]:
    length: timedelta = (replay.ends - replay.begins) / replay.speed
    return {
        "begin": _told(replay.begins),
        "end": _told(replay.ends),
        "length": formats.duration(length.total_seconds(), language()),
    }


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(site().zone):%Y-%m-%d %H:%M}"


def _say(key: str, **params: object) -> None:
    with suppress(BrokenPipeError):
        say(tr(f"replay.{key}", language(), **params), err=True)
