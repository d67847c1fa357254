"""Every figure that `cockpit kpi` gives for the sf set equals the one counted again from the raw rows of units."""

import os
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path

import pandas as pd
import pytest
import recomputation_sf
from command_line import Cockpit, assert_equal
from recounting import Cases, Window, figures

NOW = "2020-04-21T12:00:00-07:00"
EARLIER = "2020-04-14T09:30:00-07:00"
SITE = """\
name_zh = "旧金山"
name_en = "San Francisco"
time_zone = "America/Los_Angeles"
currency = "USD"
"""
BOUNDARIES = (("street", "sf_districts"), ("community", "sf_neighborhoods"))
LEVELS = ("site", "street", "community")
NEW_YEAR = ("2016-12-31", "2017-01-08")
DECEMBER = ("2016-12-01", "2017-01-01")
JANUARY = ("2017-01-01", "2017-02-01")
APRIL_CUT_BY_THE_CLOCK = ("2020-04-01", "2020-05-01")
BETWEEN_THE_FILES = ("2018-01-01", "2018-02-01")

pytestmark = [pytest.mark.real_data, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def sf(real_data: Path) -> Path:
    """The folder of the sf set."""
    return real_data / "sf"


@pytest.fixture(scope="module")
def cockpit(store_environment: dict[str, str], sf: Path) -> Cockpit:
    """The command line of a site in San Francisco with boundaries and calls, its clock at the end of the set."""
    settings = Path(store_environment["COCKPIT_HOME"]) / "config"
    settings.mkdir(parents=True)
    (settings / "site.toml").write_text(SITE, encoding="utf-8")
    found = Cockpit(store_environment | {"COCKPIT_NOW": NOW, "PYTHONUTF8": "1"})
    for _, source in BOUNDARIES:
        found.run("load", "boundaries", os.fspath(sf / recomputation_sf.NEIGHBORHOODS), "--source", source)
    files = [os.fspath(sf / path) for path in recomputation_sf.INCIDENTS]
    found.run("load", "incidents", *files, "--source", "sf_fire")
    return found


@pytest.fixture(scope="module")
def cases(sf: Path) -> pd.DataFrame:
    """The calls as the recomputation reads them."""
    return recomputation_sf.cases(sf)


@pytest.fixture(scope="module")
def counted(cases: pd.DataFrame) -> Cases:
    """The same, as they are counted."""
    return recomputation_sf.counted(cases)


@pytest.fixture(scope="module")
def names(sf: Path) -> dict[str, list[str]]:
    """The areas of each level."""
    return recomputation_sf.names(sf)


def test_the_recomputation_makes_one_call_of_the_rows_of_its_units(cases: pd.DataFrame) -> None:
    assert len(cases) == 8_852
    assert cases["case_id"].is_unique
    in_parks = cases["community"].notna() & cases["street"].isna()
    assert sorted(cases.loc[in_parks, "community"].unique()) == ["Golden Gate Park", "Lincoln Park", "Presidio"]


@pytest.mark.parametrize("days", [NEW_YEAR, DECEMBER, JANUARY, APRIL_CUT_BY_THE_CLOCK], ids=itemgetter(0))
@pytest.mark.parametrize("level", LEVELS)
def test_every_figure_of_a_level_equals_its_recomputation(
    cockpit: Cockpit, counted: Cases, names: dict[str, list[str]], level: str, days: tuple[str, str]
) -> None:
    expected = figures(counted, _window(days), level=level, areas=names[level])
    assert_equal(expected, cockpit.kpi(level, days), level)


@pytest.mark.parametrize("category", ["Medical Incident", "Structure Fire"])
@pytest.mark.parametrize("level", ["site", "street"])
def test_every_figure_of_one_category_equals_its_recomputation(
    cockpit: Cockpit, counted: Cases, names: dict[str, list[str]], level: str, category: str
) -> None:
    window = _window(NEW_YEAR)
    expected = figures(counted, window, level=level, areas=names[level], category=category)
    assert_equal(expected, cockpit.kpi(level, NEW_YEAR, "--category", category), level)


@pytest.mark.parametrize("level", ["site", "community"])
def test_what_was_loaded_but_lies_after_the_clock_is_in_no_figure(
    cockpit: Cockpit, counted: Cases, names: dict[str, list[str]], level: str
) -> None:
    window = _window(APRIL_CUT_BY_THE_CLOCK, clock=EARLIER)
    expected = figures(counted, window, level=level, areas=names[level])
    assert_equal(expected, cockpit.at(EARLIER).kpi(level, APRIL_CUT_BY_THE_CLOCK), level)


def test_a_window_that_no_file_covers_has_no_data_at_all(cockpit: Cockpit) -> None:
    records = cockpit.kpi("street", BETWEEN_THE_FILES)
    assert len({record["area"] for record in records}) == 10
    assert {(record["value"], record["note"]) for record in records} == {(None, "no-data")}


def _window(days: tuple[str, str], *, clock: str = NOW) -> Window:
    start, end = (date.fromisoformat(day) for day in days)
    return recomputation_sf.window(start, end, clock=datetime.fromisoformat(clock))
