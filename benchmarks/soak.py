"""`make soak`: a server and a wall for a long time over the sample street, while events happen at ten times the pace.

Prints a line a minute and ends with a verdict: flat (within FLAT of what the first quarter ended with), and no error.
"""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click
import structlog
from playwright.sync_api import sync_playwright

from benchmarks.bench import bench
from benchmarks.life import Life
from benchmarks.page import FLAGS
from benchmarks.watching import Server, Watched, server, wall_session, watching

PACE_S = 10.0
"""Seconds between two events at the pace of a street; `--pace` times as fast here."""
INCIDENTS = 20_000
FLAT = 0.10
SAMPLE_S = 60


@dataclass(frozen=True)
class Sample:
    """One minute's figures."""

    minute: float
    rss_mb: float
    heap_mb: float
    nodes: int
    refreshes: int
    cpu_s: float
    reconnects: int
    errors: int

    def line(self) -> str:
        """The figures as a line of the report."""
        return (
            f"{self.minute:6.1f} min  server {self.rss_mb:7.1f} MB {self.cpu_s:6.2f} s CPU  heap {self.heap_mb:6.1f} MB"
            f"  {self.nodes:6} nodes  {self.refreshes:5} refreshes  {self.reconnects} reconnects  {self.errors} errors"
        )


def _sample(minute: float, serving: Server, wall: Watched, *, cpu_s: float) -> Sample:
    reconnects = wall.streams - 1 + wall.lines - 1
    return Sample(
        minute, serving.rss_mb, wall.heap_mb(), wall.nodes(), len(wall.drawn()), cpu_s, reconnects, len(wall.errors)
    )


def verdict(samples: list[Sample]) -> list[str]:
    """What is not flat, or went wrong; empty when all is well. The last quarter is held against the first one's end."""
    if len(samples) < 4:
        return ["too short for a verdict"]
    quarter = max(1, len(samples) // 4)
    base, late = samples[quarter - 1], samples[-quarter:]
    wrong = []
    for name in ("rss_mb", "heap_mb", "nodes"):
        before, after = getattr(base, name), min(getattr(one, name) for one in late)
        if after > before * (1 + FLAT):
            wrong.append(f"{name} grew from {before:.1f} to {after:.1f}")
    if samples[-1].errors:
        wrong.append(f"{samples[-1].errors} errors of the page")
    if samples[-1].reconnects:
        wrong.append(f"{samples[-1].reconnects} reconnects")
    if not all(one.refreshes for one in samples[1:]):
        wrong.append("a minute without a refresh")
    return wrong


@click.command()
@click.option("--minutes", default=40.0, show_default=True, type=click.FloatRange(1))
@click.option("--pace", default=10.0, show_default=True, type=click.FloatRange(1, 1000), help="Times a street's pace.")
def main(minutes: float, pace: float) -> None:
    """Keeps a wall open and says whether it stays as it is."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    every = min(SAMPLE_S, minutes * 60 / 8)
    samples: list[Sample] = []
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    with bench(INCIDENTS) as made, tempfile.TemporaryDirectory(prefix="cockpit-soak-") as name:
        urls = made.fresh()
        made.load_incidents(urls)
        print(f"{minutes:g} minutes, {pace / PACE_S:g} events a second; load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        with sync_playwright() as playwright, server(urls, Path(name)) as serving, Life(urls, pace / PACE_S):
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            with watching(browser, serving.address, wall_session(urls)) as wall:
                cpu = serving.cpu_s
                for number in range(1, round(minutes * 60 / every) + 1):
                    wall.page.wait_for_timeout(every * 1000)
                    samples.append(_sample(number * every / 60, serving, wall, cpu_s=serving.cpu_s - cpu))
                    cpu = serving.cpu_s
                    print(samples[-1].line(), flush=True)
                errors = wall.errors[:5]
            browser.close()
    wrong = verdict(samples)
    print("\n".join([*errors, *wrong]) if wrong else "flat, 0 errors, 0 reconnects")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
