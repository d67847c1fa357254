"""`make bench`: prints each figure beside its baseline of the same run and writes benchmarks/results/<time>.json."""

import dataclasses
import gc
import json
import os
import platform
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import click
import polars
import streamlit

from benchmarks import heat, kpi, load, page, trace, wall
from benchmarks.bench import Bench, Line, bench

RESULTS = Path(__file__).parent / "results"
SMALL = 20_000


def _measure(made: Bench, folder: Path, *, only_load: bool) -> list[Line]:
    found: list[Line] = []
    for measure in load.measures(made):
        found += _told(measure())
    if only_load:
        return found
    urls = made.fresh()
    made.load_incidents(urls)
    for measure in (
        lambda: kpi.lines(urls),
        lambda: trace.lines(urls),
        lambda: heat.lines(made, urls),
        lambda: page.lines(urls, folder),
        lambda: wall.lines(urls, folder),
    ):
        found += _told(measure())
    return found


def _told(lines: list[Line]) -> list[Line]:
    _show(lines)
    return lines


def _show(lines: list[Line]) -> None:
    for line in lines:
        ratio = f"{line.ratio:.2f} ×" if line.ratio else "–"
        baseline = "–" if line.baseline is None else f"{line.baseline:.3f} {line.unit}"
        ours, name = f"{line.ours:9.3f} {line.unit:4}", line.baseline_name
        print(f"{line.what:46} {ours} {baseline:>14} {name:32} {ratio:>9}  {line.note}")


@click.command()
@click.option("--incidents", default=100_000, show_default=True, type=click.IntRange(SMALL))
@click.option("--only-load", is_flag=True, help="Only loading; --incidents 1000000 is what its goals are said for.")
def main(incidents: int, only_load: bool) -> None:
    """Measures loading, figures, heatmap and pages on the sample street."""
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "polars": polars.__version__,
        "streamlit": streamlit.__version__,
    }
    print(f"{incidents:,} incidents; {machine}; medians; last column: baseline / ours", file=sys.stderr)
    gc.freeze()  # as the server does (cockpit.background)
    with bench(incidents) as made, tempfile.TemporaryDirectory(prefix="cockpit-pages-") as folder:
        found = _measure(made, Path(folder), only_load=only_load)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}.json"
    report = {"incidents": incidents, "machine": machine, "lines": [dataclasses.asdict(line) for line in found]}
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written: {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
