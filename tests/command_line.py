"""The command line as a child process, and what `cockpit kpi` prints compared with what was counted elsewhere."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from math import isclose
from pathlib import Path
from typing import Any

from recounting import WHOLE, Expected

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from cockpit.cli import main; main()"]
ALWAYS_SHOWN = {"arrival": ("no_arrival", "no_dispatch"), "onscene": ("no_arrival",)}
TOLERANCE = 1e-9
MOST_SHOWN = 20


class Cockpit:
    """The command line as a child process on the module's database."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment

    def at(self, clock: str) -> "Cockpit":
        """The same command line with its clock at another moment."""
        return Cockpit(self._environment | {"COCKPIT_NOW": clock})

    def run(self, *arguments: str, accept: tuple[int, ...] = (0,)) -> str:
        """What the command writes to standard output; any exit code but those accepted fails with its messages."""
        done = self._done(arguments)
        assert done.returncode in accept, f"cockpit {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}"
        return done.stdout

    def _done(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments], cwd=ROOT, env=self._environment, capture_output=True, encoding="utf-8", check=False
        )

    def told(self, *arguments: str, accept: tuple[int, ...] = (2,)) -> str:
        """What the command writes to standard error; any exit code but those accepted fails."""
        done = self._done(arguments)
        assert done.returncode in accept, f"exit {done.returncode}\n{done.stderr}"
        return done.stderr

    def kpi(self, level: str, days: tuple[str, str], *options: str) -> list[dict[str, Any]]:
        """The records of `cockpit kpi` for the days [from, to)."""
        window = ("--level", level, "--from", days[0], "--to", days[1])
        records: list[dict[str, Any]] = json.loads(self.run("kpi", *window, *options, "--json"))
        return records


BY_THEMSELVES = ("close_active_p50", "close_active_p90", "close_work_p50", "close_work_p90")
"""Recounted in test_recomputation_work: they ask the log and the calendar."""


def assert_equal(expected: dict[tuple[str, str], Expected], records: list[dict[str, Any]], level: str) -> None:
    """Fails with the slug, the area, the expected and the given of each part that differs."""
    told = [record for record in records if record["kpi"] not in BY_THEMSELVES]
    given = {(record["kpi"], _area(record, level)): record for record in told}
    assert len(given) == len(told), "a figure is given more than once"
    found = [f"{slug} {area}: missing" for slug, area in sorted(expected.keys() - given.keys())]
    found += [f"{slug} {area}: not expected" for slug, area in sorted(given.keys() - expected.keys())]
    for key in sorted(expected.keys() & given.keys()):
        found += [f"{key[0]} {key[1]} {difference}" for difference in _differences(expected[key], given[key])]
    shown = "\n".join(found[:MOST_SHOWN])
    assert not found, f"{len(found)} differences at level {level} in {len(expected)} figures, the first:\n{shown}"


def _area(record: dict[str, Any], level: str) -> str:
    return WHOLE if level == "site" else record["area"]


def _differences(expected: Expected, record: dict[str, Any]) -> Iterator[str]:
    for part in ("value", "numerator", "denominator", "n", "low", "high", "note", "unit"):
        if not _same(getattr(expected, part), record[part]):
            yield f"{part}: expected {getattr(expected, part)!r}, got {record[part]!r}"
    for name in sorted(expected.excluded.keys() | record["excluded"].keys()):
        wanted, got = expected.excluded.get(name, 0), record["excluded"].get(name, 0)
        if wanted != got:
            yield f"excluded.{name}: expected {wanted}, got {got}"
    for name in ALWAYS_SHOWN.get(record["kpi"].split("_")[0], ()):
        if name not in record["excluded"]:
            yield f"excluded.{name}: always stands beside it, got {record['excluded']!r}"


def _same(expected: float | str | None, got: float | str | None) -> bool:
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return isclose(expected, got, rel_tol=0, abs_tol=TOLERANCE)
    return expected == got
