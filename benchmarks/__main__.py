"""`make bench`: prints each figure beside its baseline of the same run and writes benchmarks/results/<time>.json."""

import dataclasses
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

from benchmarks import heat, kpi, load, page
from benchmarks.bench import SEED, Bench, Line, bench
from loaders import sample

RESULTS = Path(__file__).parent / "results"
SMALL = 20_000


def _measure(made: Bench, folder: Path) -> list[Line]:
    found = load.lines(made)
    _show(found)
    urls = made.fresh()
    made.load_incidents(urls)
    for measure in (lambda: kpi.lines(urls), lambda: heat.lines(made, urls), lambda: page.lines(urls, folder)):
        measured = measure()
        _show(measured)
        found += measured
    memory = _memory(made, folder)
    _show(memory)
    return found + memory


def _memory(made: Bench, folder: Path) -> list[Line]:
    """The loading process's peak memory for the whole file, beside that for a file of a fraction of the rows."""
    little = sample.generate(
        seed=SEED, clock=datetime.fromisoformat("2026-11-20T14:32:00+08:00"), folder=folder / "small", incidents=SMALL
    )
    small = load.memory_mib(little.incidents, made.fresh(), folder / "memory_home")
    large = load.memory_mib(made.files.incidents, made.fresh(), folder / "memory_home")
    return [Line(f"memory of loading {made.incidents:,}", "MiB", large, small, f"the same for {SMALL:,} rows", 1)]


def _show(lines: list[Line]) -> None:
    for line in lines:
        ratio = f"{line.ratio:.2f} ×" if line.ratio else "–"
        baseline = "–" if line.baseline is None else f"{line.baseline:.3f} {line.unit}"
        ours, name = f"{line.ours:9.3f} {line.unit:4}", line.baseline_name
        print(f"{line.what:46} {ours} {baseline:>14} {name:32} {ratio:>9}  {line.note}")


@click.command()
@click.option("--incidents", default=100_000, show_default=True, type=click.IntRange(SMALL))
def main(incidents: int) -> None:
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
    with bench(incidents) as made, tempfile.TemporaryDirectory(prefix="cockpit-pages-") as folder:
        found = _measure(made, Path(folder))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}.json"
    report = {"incidents": incidents, "machine": machine, "lines": [dataclasses.asdict(line) for line in found]}
    path.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"written: {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
