"""Loading incidents: ours with everything (checks, placing, events, keys, ledger) beside raw COPY and geopandas."""

import csv
import statistics
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pandas as pd
import psycopg
from sqlalchemy import create_engine

from benchmarks.bench import Bench, Line
from geo.store import StoreUrls

RUNS = 5
STAMPS = ["上报时间", "受理时间", "派遣时间", "到场时间", "处置时间", "办结时间", "办理时限"]


LAUNCHER = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""
"""A small process in between: a child's peak never counts below that of the process that forked it."""


def _libpq(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def raw_copy(urls: StoreUrls, path: Path) -> float:
    """Server COPY of the file into an unlogged table of text columns: the floor; seconds."""
    with path.open(encoding="utf-8") as file:
        width = len(next(csv.reader(file)))
    columns = ", ".join(f"c{number} text" for number in range(width))
    with psycopg.connect(_libpq(urls.admin or ""), autocommit=True) as connection:
        connection.execute(f"create unlogged table public.raw ({columns})")
        started = time.perf_counter()
        connection.execute(f"copy public.raw from '{path}' with (format csv, header)")
        return time.perf_counter() - started


def with_geopandas(urls: StoreUrls, path: Path, microgrids: Path) -> float:
    """The usual way: read, parse, join with the micro-grids, `to_postgis`; no checks, no events, no ledger; seconds."""
    engine = create_engine(urls.admin or "")
    started = time.perf_counter()
    frame = pd.read_csv(path, dtype=str)
    for stamp in STAMPS:
        frame[stamp] = pd.to_datetime(frame[stamp]).dt.tz_localize("Asia/Shanghai")
    points = gpd.points_from_xy(frame["经度"].astype(float), frame["纬度"].astype(float), crs=4326)
    cases = gpd.GeoDataFrame(frame, geometry=points)
    areas = gpd.read_file(microgrids)[["代码", "geometry"]]
    placed = cases.sjoin(areas, how="left", predicate="within").drop(columns="index_right")
    placed.to_postgis("incidents_by_geopandas", engine)
    seconds = time.perf_counter() - started
    engine.dispose()
    return seconds


def lines(bench: Bench) -> list[Line]:
    """Seconds of the load beside both baselines (interleaved), and the memory of a loading process."""
    path = bench.files.incidents
    path.chmod(0o644)
    microgrids = dict(bench.files.boundaries)["microgrid"]
    times: dict[str, list[float]] = {"ours": [], "copy": [], "geopandas": []}
    for run in range(RUNS + 1):
        urls = bench.fresh()
        started = time.perf_counter()
        bench.load_incidents(urls)
        measured = {"ours": time.perf_counter() - started}
        measured["copy"] = raw_copy(urls, path)
        measured["geopandas"] = with_geopandas(urls, path, microgrids)
        if run:
            for name, seconds in measured.items():
                times[name].append(seconds)
    ours, copy, peer = (statistics.median(times[name]) for name in ("ours", "copy", "geopandas"))
    n = f"{bench.incidents:,} incidents"
    return [
        Line(f"load {n}", "s", ours, copy, "raw server COPY", RUNS, f"{copy / ours:.0%} of raw COPY"),
        Line(f"load {n}", "s", ours, peer, "geopandas sjoin + to_postgis", RUNS, f"{peer / ours:.1f} × as fast"),
    ]


def memory_mib(incidents: Path, urls: StoreUrls, home: Path) -> float:
    """The peak resident memory of a process that loads `incidents`, in MiB (PostgreSQL not included)."""
    command = [sys.executable, "-c", "from cockpit.cli import main; main()", "load", "incidents", str(incidents)]
    environment = {
        "COCKPIT_HOME": str(home),
        "COCKPIT_DATABASE_URL": urls.owner,
        "COCKPIT_LOAD_URL": urls.load,
        "COCKPIT_APP_URL": urls.app,
        "PATH": "/usr/bin:/bin",
    }
    root = Path(__file__).parent.parent
    launched = [sys.executable, "-S", "-c", LAUNCHER, *command]
    done = subprocess.run(launched, env=environment, cwd=root, check=True, capture_output=True, text=True)
    return int(done.stdout.splitlines()[-1]) / 1024
