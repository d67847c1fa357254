"""Loading, beside raw server COPY of the same file and geopandas with the same checks: first load, again, changes."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pandas as pd

from benchmarks import peers, variants
from benchmarks.bench import CLOCK, Bench, Line, median_s
from geo.store import Store, StoreUrls
from loaders.dataset import LoadRequest
from loaders.work import load_file

RUNS = 3
XLSX_ROWS = 200_000
ROOT = Path(__file__).parent.parent

LOOKS_S = 0.1
"""Between two looks at the memory of a load."""


def measures(bench: Bench) -> list[Callable[[], list[Line]]]:
    """What gives the figures: the first load, the same again and changes, a batch, a workbook, a polygon, memory."""
    folder = bench.folder / "variants"
    folder.mkdir()
    folder.chmod(0o755)
    return [
        partial(_first, bench),
        partial(_again, bench, folder),
        partial(_workbook, bench, folder),
        partial(_long_polygon, bench, folder),
        partial(_memory, bench, folder),
    ]


def _first(bench: Bench) -> list[Line]:
    """Both baselines and ours, interleaved."""
    path, areas = bench.files.incidents, dict(bench.files.boundaries)
    path.chmod(0o644)
    times: dict[str, list[float]] = {"ours": [], "copy": [], "geopandas": []}
    for run in range(RUNS + 1):
        urls = bench.fresh()
        measured = {
            "ours": _seconds(partial(bench.load_incidents, urls)),
            "copy": peers.raw_copy(urls, path),
            "geopandas": peers.with_geopandas(urls, path, areas),
        }
        if run:
            for name, seconds in measured.items():
                times[name].append(seconds)
        bench.drop(urls)
    ours, copy, peer = (statistics.median(times[name]) for name in ("ours", "copy", "geopandas"))
    what = f"load {bench.incidents:,} incidents"
    return [
        Line(what, "s", ours, copy, "raw server COPY", RUNS, f"{copy / ours:.0%} of raw COPY"),
        Line(what, "s", ours, peer, "geopandas, same checks and places", RUNS, f"{peer / ours:.1f} × as fast"),
    ]


def _again(bench: Bench, folder: Path) -> list[Line]:
    """Into a store that holds the incidents: the same file, the same rows, one in twenty changed, a batch."""
    urls = bench.fresh()
    bench.load_incidents(urls)
    source = bench.files.incidents
    copy = peers.raw_copy(urls, source)
    command = _command(bench, urls, source)
    same = median_s(lambda: _run(command), runs=RUNS)
    bare = median_s(lambda: _run((command[0], [*command[1][:3], "load", "--help"])), runs=RUNS)
    found = [Line("the same file again (whole process)", "s", same, bare, "the program's start alone", RUNS)]
    millions = bench.incidents / 1e6
    for what, make in (("identical rows", variants.identical), ("one row in 20 changed", variants.changed)):
        seconds = _seconds(partial(_load, urls, make(source, folder)))
        note = f"{seconds / millions:.1f} s a million rows"
        found.append(Line(f"{bench.incidents:,} {what}", "s", seconds, copy, "raw server COPY", 1, note))
    paths = [variants.batch(source, folder, f"B{number}") for number in range(RUNS + 1)]
    _load(urls, paths[0])
    seconds = statistics.median(_seconds(partial(_load, urls, path)) for path in paths[1:])
    what = f"a batch of {variants.BATCH_ROWS:,} into {bench.incidents:,}"
    found.append(Line(what, "s", seconds, peers.raw_copy(urls, paths[1]), "raw server COPY", RUNS))
    bench.drop(urls)
    return found


def _workbook(bench: Bench, folder: Path) -> list[Line]:
    rows = min(XLSX_ROWS, bench.incidents)
    path = variants.workbook(bench.files.incidents, folder, rows=rows)
    urls = bench.fresh()
    ours = _seconds(partial(_load, urls, path))
    peer = _seconds(partial(pd.read_excel, path, dtype=str, engine="calamine"))
    bench.drop(urls)
    what = f"a workbook of {rows:,} incidents"
    return [
        Line(what, "s", ours, peer, "pandas.read_excel alone", 1),
        Line(f"memory of {what}", "MiB", _memory_mib(bench, path), None, "", 1),
    ]


def _long_polygon(bench: Bench, folder: Path) -> list[Line]:
    path = variants.long_polygon(folder)
    urls = bench.fresh()
    request = LoadRequest(dataset="boundaries", file=path, clock=CLOCK, level="street")
    seconds = _seconds(partial(_load, urls, path, request))
    bench.drop(urls)
    return [Line(f"a polygon of {variants.VERTICES:,} vertices", "s", seconds, None, "", 1)]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _load(urls: StoreUrls, path: Path, request: LoadRequest | None = None) -> None:
    store = Store(urls)
    result = load_file(store, request or LoadRequest(dataset="incidents", file=path, clock=CLOCK, is_simulated=True))
    store.close()
    if result.status != "loaded":
        raise RuntimeError(f"{path.name} was not loaded: {result.message}")


Command = tuple[dict[str, str], list[str]]
"""The environment and the words of a process that loads."""


def _command(bench: Bench, urls: StoreUrls, path: Path) -> Command:
    environment = {
        **os.environ,
        "COCKPIT_HOME": str(bench.home),
        "COCKPIT_NOW": CLOCK.at.isoformat(),
        "COCKPIT_DATABASE_URL": urls.owner,
        "COCKPIT_LOAD_URL": urls.load,
        "COCKPIT_APP_URL": urls.app,
    }
    program = [sys.executable, "-c", "from cockpit.cli import main; main()"]
    return environment, [*program, "load", "incidents", str(path)]


def _run(command: Command) -> None:
    environment, words = command
    subprocess.run(words, env=environment, cwd=ROOT, check=True, capture_output=True)


def _memory_mib(bench: Bench, path: Path) -> float:
    """The most memory of all processes that load the file into a fresh store, in MiB, without PostgreSQL's.

    Pages that they share count once (proportional set size).
    """
    urls = bench.fresh()
    environment, words = _command(bench, urls, path)
    most = 0
    with subprocess.Popen(
        words, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as load:
        while load.poll() is None:
            most = max(most, sum(_proportional_kib(pid) for pid in _family(load.pid)))
            time.sleep(LOOKS_S)
    if load.returncode:
        raise RuntimeError(f"{path.name} was not loaded")
    bench.drop(urls)
    return most / 1024


def _family(pid: int) -> list[int]:
    """The process and all that it started; without those that ended meanwhile."""
    try:
        children = [
            int(child)
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text().split()
        ]
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(child))]


def _proportional_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _memory(bench: Bench, folder: Path) -> list[Line]:
    """The peak memory of loading the whole file, beside that for a file of a tenth of the rows."""
    lesser = variants.head(bench.files.incidents, folder, rows=bench.incidents // 10)
    large, small = _memory_mib(bench, bench.files.incidents), _memory_mib(bench, lesser)
    return [Line(f"memory of loading {bench.incidents:,}", "MiB", large, small, "the same for a tenth of the rows", 1)]
