"""Every figure that `cockpit kpi` gives for the dc set equals the one counted again from the raw files with pandas."""

import json
import os
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import recomputation
from command_line import Cockpit, assert_equal
from recounting import Cases, Window, figures

NOW = "2016-08-16T12:00:00-04:00"
EARLIER = "2016-07-25T09:30:00-04:00"
SITE = """\
name_zh = "华盛顿"
name_en = "Washington"
time_zone = "America/New_York"
currency = "USD"
"""
BOUNDARIES = (
    (recomputation.STREETS, "street", "dc_ward"),
    (recomputation.COMMUNITIES, "community", "dc_anc"),
    (recomputation.GRIDS, "grid", "dc_smd"),
)
LEVELS = ("site", "street", "community", "grid")
JULY = ("2016-07-01", "2016-08-01")
AUGUST_CUT_BY_THE_CLOCK = ("2016-08-01", "2016-09-01")

pytestmark = [pytest.mark.real_data, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def dc(real_data: Path) -> Path:
    """The folder of the dc set."""
    return real_data / "dc"


@pytest.fixture(scope="module")
def cockpit(store_environment: dict[str, str]) -> Cockpit:
    """The command line of a site in Washington, its clock at the end of the set."""
    settings = Path(store_environment["COCKPIT_HOME"]) / "config"
    settings.mkdir(parents=True)
    (settings / "site.toml").write_text(SITE, encoding="utf-8")
    return Cockpit(store_environment | {"COCKPIT_NOW": NOW, "PYTHONUTF8": "1"})


@pytest.fixture(scope="module")
def loaded(cockpit: Cockpit, dc: Path) -> dict[str, Any]:
    """The report of the incidents' load, after the boundaries of all levels."""
    for path, level, source in BOUNDARIES:
        cockpit.run("load", "boundaries", os.fspath(dc / path), "--level", level, "--source", source, accept=(0, 3))
    incidents = os.fspath(dc / recomputation.INCIDENTS)
    report: dict[str, Any] = json.loads(
        cockpit.run("load", "incidents", incidents, "--source", "dc_311", "--json", accept=(0, 3))
    )
    return report


@pytest.fixture(scope="module")
def cases(dc: Path) -> pd.DataFrame:
    """The cases as the recomputation reads them."""
    return recomputation.cases(dc)


@pytest.fixture(scope="module")
def counted(cases: pd.DataFrame) -> Cases:
    """The same, as they are counted."""
    return recomputation.counted(cases)


@pytest.fixture(scope="module")
def codes(dc: Path) -> dict[str, list[str]]:
    """The codes of all areas of each level."""
    return recomputation.codes(dc)


def test_the_recomputation_keeps_the_cases_that_the_raw_file_holds(cases: pd.DataFrame) -> None:
    # 22,576 ids in 22,947 rows, 6 of them contradicting (12 rows), one row without an id
    assert len(cases) == 22_570
    assert cases["case_id"].is_unique
    assert cases[["street", "community", "grid"]].notna().all(axis=None)


def test_the_load_accounts_for_every_row_of_the_raw_file(loaded: dict[str, Any], cases: pd.DataFrame) -> None:
    counts = {name: loaded[name] for name in ("read", "inserted", "updated", "unchanged", "quarantined", "outside")}
    repeats = 22_947 - len(cases) - 13
    assert counts == {
        "read": 22_947,
        "inserted": len(cases),
        "updated": 0,
        "unchanged": repeats,
        "quarantined": 13,
        "outside": 0,
    }
    assert loaded["things"] == len(cases)


@pytest.mark.parametrize("days", [JULY, AUGUST_CUT_BY_THE_CLOCK], ids=["july", "august-cut-by-the-clock"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.usefixtures("loaded")
def test_every_figure_of_a_level_equals_its_recomputation(
    cockpit: Cockpit, counted: Cases, codes: dict[str, list[str]], level: str, days: tuple[str, str]
) -> None:
    expected = figures(counted, _window(days), level=level, areas=codes[level])
    assert_equal(expected, cockpit.kpi(level, days), level)


@pytest.mark.parametrize("category", ["Pothole", "Rodent Inspection and Treatment"])
@pytest.mark.parametrize("level", ["site", "community"])
@pytest.mark.usefixtures("loaded")
def test_every_figure_of_one_category_equals_its_recomputation(
    cockpit: Cockpit, counted: Cases, codes: dict[str, list[str]], level: str, category: str
) -> None:
    expected = figures(counted, _window(JULY), level=level, areas=codes[level], category=category)
    assert_equal(expected, cockpit.kpi(level, JULY, "--category", category), level)


@pytest.mark.parametrize("level", ["site", "community"])
@pytest.mark.usefixtures("loaded")
def test_what_was_loaded_but_lies_after_the_clock_is_in_no_figure(
    cockpit: Cockpit, counted: Cases, codes: dict[str, list[str]], level: str
) -> None:
    expected = figures(counted, _window(JULY, clock=EARLIER), level=level, areas=codes[level])
    assert_equal(expected, cockpit.at(EARLIER).kpi(level, JULY), level)


def _window(days: tuple[str, str], *, clock: str = NOW) -> Window:
    start, end = (date.fromisoformat(day) for day in days)
    return recomputation.window(start, end, clock=datetime.fromisoformat(clock))
