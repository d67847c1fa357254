"""The wall: commit or alarm → on the screen, what a refresh costs, what a wall at rest costs."""

import shutil
import statistics
import time
from bisect import bisect_left
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.bench import Line
from benchmarks.life import Life
from benchmarks.page import FLAGS, RUNS, empty_page_s, first_picture_s
from benchmarks.watching import server, wall_session, watching
from geo.store import StoreUrls

PACE, LASTS_S, REST_S = 100, 20, 60
CALM_PACE, ALARMS, APART_S = 1, 10, 1.5
SEEN = """(selector) => new Promise((done) => {
  const look = () => (document.querySelector(selector) ? done(Date.now() / 1000) : requestAnimationFrame(look));
  look();
})"""
AIM_S, AIM_KB, AIM_REST = 1.0, 40, 0.02


def lines(urls: StoreUrls, folder: Path) -> list[Line]:
    """p50 and p95 of commit → screen, CPU and bytes a refresh, the first picture, a core's share at rest."""
    chromium = shutil.which("chromium") or "/usr/bin/chromium"
    home = folder / "wall_home"
    home.mkdir()
    with sync_playwright() as playwright, server(urls, home) as serving:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        token = wall_session(urls)
        serving.calm_down()
        floor = empty_page_s(browser, folder, {"COCKPIT_HOME": str(home)})
        first = first_picture_s(browser, f"{serving.address}/wall", "!!document.querySelector('.wall h1')", token)
        with watching(browser, serving.address, token) as wall:
            cpu = serving.cpu_s
            wall.page.wait_for_timeout(REST_S * 1000)
            at_rest = (serving.cpu_s - cpu) / REST_S
            wall.drawn()
            cpu, received = serving.cpu_s, wall.bytes_received
            with Life(urls, PACE) as life:
                wall.page.wait_for_timeout(LASTS_S * 1000)
                life.pace = CALM_PACE
                commits = list(life.commits)
                wall.page.wait_for_timeout(3_000)
                drawn = wall.drawn()
                cpu, received = serving.cpu_s - cpu, wall.bytes_received - received
                alarms = sorted(_alarm_s(wall.page, life) for _ in range(ALARMS))
        browser.close()
    delays = sorted(to_screen(commits, drawn))
    pace = f"{len(commits) / LASTS_S:.0f} commits a second, {len(drawn)} refreshes"
    n = len(delays)
    return [
        Line("wall → first picture", "s", first, floor, "empty Streamlit page", RUNS, "aim 1.5 s"),
        Line("commit → on the wall, p50", "s", statistics.median(delays), None, "", n, pace),
        Line("commit → on the wall, p95", "s", delays[int(0.95 * (n - 1))], None, "", n, f"aim {AIM_S} s; {pace}"),
        Line(
            "alarm → on the wall, slowest",
            "s",
            alarms[-1],
            None,
            "",
            ALARMS,
            f"aim {AIM_S} s; p50 {alarms[ALARMS // 2]:.2f}",
        ),
        Line("CPU a 1,000 refreshes of a wall", "s", cpu / len(drawn) * 1000, None, "", len(drawn), "server"),
        Line("data a refresh of a wall", "kB", received / len(drawn) / 1000, None, "", len(drawn), f"aim {AIM_KB} kB"),
        Line("a wall at rest", "core", at_rest, None, "", REST_S, f"aim {AIM_REST}"),
    ]


def _alarm_s(page: Page, life: Life) -> float:
    """Seconds from the commit of an emergency to its picture; the screen is given back afterwards."""
    with ThreadPoolExecutor(1) as beside:
        told = beside.submit(life.emergency, APART_S)
        seen: float = page.evaluate(SEEN, ".al.open")
        case, at = told.result()
        life.withdraw(case)
    page.evaluate(SEEN, ".wall:not(.alarm)")
    return seen - at


def to_screen(commits: Sequence[tuple[int, float]], drawn: Sequence[tuple[int, float]]) -> list[float]:
    """Seconds from each commit to the first refresh that shows its version or a later one.

    Raises RuntimeError when one never came: then there is no figure.
    """
    by_version = sorted(drawn)
    versions = [version for version, _ in by_version]
    found = []
    for version, at in commits:
        place = bisect_left(versions, version)
        if place == len(by_version):
            raise RuntimeError(f"version {version} never came to the screen")
        found.append(min(shown for _, shown in by_version[place:]) - at)
    return found


if __name__ == "__main__":
    import tempfile

    from benchmarks.bench import bench

    with bench(20_000) as made, tempfile.TemporaryDirectory(prefix="cockpit-wall-") as name:
        fresh = made.fresh()
        made.load_incidents(fresh)
        started = time.perf_counter()
        for line in lines(fresh, Path(name)):
            beside = f"{line.baseline_name} {line.baseline:.3f} {line.unit}; " if line.baseline else ""
            print(f"{line.what:40} {line.ours:9.3f} {line.unit:5} {beside}{line.note}")
        print(f"{time.perf_counter() - started:.0f} s")
