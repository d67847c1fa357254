"""The San Francisco set: calls made of units, figures to the second, service points whose name is their key."""

import json
import os
import subprocess
import sys
from math import ceil, isclose
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-c", "from cockpit.cli import main; main()"]
ZONE = "America/Los_Angeles"
NOW = "2020-04-21T12:00:00-07:00"
SITE = f'name_zh = "旧金山"\nname_en = "San Francisco"\ntime_zone = "{ZONE}"\ncurrency = "USD"\n'
CALLS = {
    "sffd_calls_2016-12-31_2017-01-07.csv": (7_704, 3_560),
    "sffd_calls_2020-04-07_2020-04-20.csv": (10_410, 5_292),
}
POINTS = {
    "fire_stations": (42, 42),
    "libraries": (29, 29),
    "hospitals": (16, 15),
    "dog-parks": (33, 32),
    "farmers-markets": (17, 17),
    "rail-stations": (35, 35),
    "transit_stops": (193, 193),
}
WINDOWS = [("2016-12-31", "2017-01-08"), ("2020-04-07", "2020-04-21"), ("2020-04-10", "2020-04-11")]
SPANS = {"arrival": ("dispatch", "scene"), "onscene": ("received", "scene"), "close": ("received", "free")}

pytestmark = [pytest.mark.real_data, pytest.mark.timeout(300)]


class Cockpit:
    """The command line of a site in San Francisco, on the module's database."""

    def __init__(self, environment: dict[str, str]) -> None:
        home = Path(environment["COCKPIT_HOME"]) / "config"
        home.mkdir(parents=True)
        (home / "site.toml").write_text(SITE, encoding="utf-8")
        self._environment = environment | {"COCKPIT_NOW": NOW, "PYTHONUTF8": "1"}

    def run(self, *arguments: str, accept: tuple[int, ...] = (0,)) -> Any:
        """What the command writes with --json."""
        done = subprocess.run(
            [*COMMAND, *arguments, "--json"],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode in accept, done.stderr
        return json.loads(done.stdout)

    def load(self, dataset: str, path: Path, source: str, *options: str) -> dict[str, Any]:
        """The report of a load."""
        return dict(self.run("load", dataset, os.fspath(path), "--source", source, *options, accept=(0, 3)))


@pytest.fixture(scope="module")
def cockpit(store_environment: dict[str, str]) -> Cockpit:
    return Cockpit(store_environment)


@pytest.fixture(scope="module")
def loaded(cockpit: Cockpit, real_data: Path) -> list[dict[str, Any]]:
    """The reports of both files of calls."""
    return [cockpit.load("incidents", real_data / "sf" / "incidents" / name, "sf_fire") for name in CALLS]


@pytest.fixture(scope="module")
def calls(real_data: Path) -> pd.DataFrame:
    """One row a call of both files, made with pandas from the raw rows."""
    rows = pd.concat([pd.read_csv(real_data / "sf" / "incidents" / name, dtype=str) for name in CALLS])
    kept = {"received": "Received", "entry": "Entry", "dispatch": "Dispatch", "scene": "On Scene", "free": "Available"}
    for ours, theirs in kept.items():
        rows[ours] = pd.to_datetime(rows[f"{theirs} DtTm"], format="%m/%d/%Y %I:%M:%S %p").dt.tz_localize(ZONE)
    units = rows.groupby("Call Number")
    return units.agg({**dict.fromkeys(kept, "min"), "free": "max", "Call Type": "first"})


def test_eighteen_thousand_units_are_8852_calls_and_every_row_is_counted(
    loaded: list[dict[str, Any]], cockpit: Cockpit, real_data: Path
) -> None:
    told = [(report["read"], report["inserted"], report["things"], report["quarantined"]) for report in loaded]
    assert told == [(rows, rows, things, 0) for rows, things in CALLS.values()]
    assert sum(report["things"] for report in loaded) == 8_852
    again = [cockpit.load("incidents", real_data / "sf" / "incidents" / name, "sf_fire") for name in CALLS]
    assert {report["status"] for report in again} == {"nothing-new"}
    path = real_data / "sf" / "incidents" / next(iter(CALLS))
    forced = cockpit.load("incidents", path, "sf_fire", "--force")
    assert (forced["unchanged"], forced["things"]) == (7_704, 0)


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("category", [None, "Medical Incident", "Alarms"])
def test_arrivals_and_closes_agree_with_pandas_to_the_second(
    cockpit: Cockpit, calls: pd.DataFrame, window: tuple[str, str], category: str | None
) -> None:
    option = ["--category", category] if category else []
    told = cockpit.run("kpi", "--level", "site", "--from", window[0], "--to", window[1], *option)
    found = {record["kpi"]: record for record in told}
    start, end = (pd.Timestamp(day, tz=ZONE) for day in window)
    ours = calls if category is None else calls[calls["Call Type"] == category]
    reported = ours[(ours["received"] >= start) & (ours["received"] < end)]
    assert found["incidents"]["value"] == len(reported) > 10
    assert found["closure_rate"]["numerator"] == int((reported["free"] < end).sum())
    assert found["backlog"]["value"] == int(((ours["received"] < end) & ~(ours["free"] < end)).sum())
    for family, (first, last) in SPANS.items():
        seconds = (reported[last] - reported[first]).dt.total_seconds().dropna().sort_values()
        for percent in (50, 90):
            record = found[f"{family}_p{percent}"]
            assert (record["value"], record["n"]) == (
                seconds.iloc[ceil(percent / 100 * len(seconds)) - 1],
                len(seconds),
            )
    within = found["onscene_within_10min"]
    seconds = (reported["scene"] - reported["received"]).dt.total_seconds().dropna()
    assert (within["numerator"], within["denominator"]) == (int((seconds <= 600).sum()), len(seconds))
    assert isclose(within["value"], (seconds <= 600).mean())
    assert within["excluded"]["no_arrival"] == int(reported["scene"].isna().sum())


def test_each_service_layer_loads_with_its_kind_and_those_without_a_place_are_quarantined(
    cockpit: Cockpit, real_data: Path
) -> None:
    for name, (rows, kept) in POINTS.items():
        report = cockpit.load("service-points", real_data / "sf" / "services" / f"{name}.geojson", "sf_services")
        assert (report["read"], report["inserted"], report["things"]) == (rows, kept, kept), name
        assert report["faults"] == ({"missing_value": rows - kept} if rows > kept else {}), name
        refused = cockpit.run("rejects", str(report["load_id"]))
        assert [(item["column"], item["fault"]) for item in refused] == [("geometry", "missing_value")] * (rows - kept)
