"""Every figure of the sample street, of every month, level and area, equals the one counted again from its files."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import recomputation_sample
import recounting
from command_line import assert_equal
from recounting import Cases
from recounting import figures as recounted

from cockpit.cli.demo_data import requests
from cockpit.figures import figures
from config.indicators import indicators
from config.site import site
from geo import exemptions
from geo.figures import Question
from geo.store import Store
from geo.viewer import LEADER, OPERATOR, Clock
from geo.windows import Window, buckets
from loaders.sample import SampleFiles, generate
from loaders.work import load_file

CLOCK = Clock(datetime.fromisoformat("2026-11-20T14:32:00+08:00"))
EARLIER = Clock(datetime.fromisoformat("2026-03-11T09:30:00+08:00"))
EXEMPTED = tuple(Clock(datetime.fromisoformat(f"2026-{day}T10:00:00+08:00")) for day in ("03-02", "07-01", "08-01"))
INCIDENTS = 20_000
ALL_MONTHS = (date(2025, 1, 1), date(2026, 12, 1))

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    """The files of a sample street."""
    return generate(seed=5, clock=CLOCK.at, folder=tmp_path_factory.mktemp("sample"), incidents=INCIDENTS)


@pytest.fixture(scope="module")
def folder(files: SampleFiles) -> Path:
    """Where they lie."""
    return files.incidents.parent


@pytest.fixture(scope="module")
def decisions(folder: Path) -> Mapping[str, tuple[datetime, datetime | None]]:
    """Of the late cases of its first months every third is exempted, some at once and some later; some not for long."""
    listed = recomputation_sample.late(folder, before=EXEMPTED[0].at)[::3]
    assert len(listed) > 30
    return {
        code: (EXEMPTED[number % 2].at, EXEMPTED[2].at if number % 5 == 0 else None)
        for number, code in enumerate(listed)
    }


@pytest.fixture(scope="module")
def cases(folder: Path, decisions: Mapping[str, tuple[datetime, datetime | None]]) -> Cases:
    """Its cases as the recomputation reads them."""
    return recomputation_sample.cases(folder, decisions)


@pytest.fixture(scope="module")
def street(store: Store, files: SampleFiles, decisions: Mapping[str, tuple[datetime, datetime | None]]) -> Store:
    """A store with the sample street and what was decided there."""
    for request in requests(files, CLOCK):
        if request.dataset in {"boundaries", "households", "incidents"}:
            assert load_file(store, request).status == "loaded"
    for code, (at, withdrawn_at) in decisions.items():
        incident_id = exemptions.named(store, OPERATOR, CLOCK, code=code)
        exemptions.exempt(store, OPERATOR, Clock(at), incident_id=incident_id, reason="appeal granted")
        if withdrawn_at:
            exemptions.withdraw(store, OPERATOR, Clock(withdrawn_at), incident_id=incident_id, reason="in error")
    return store


@pytest.fixture(scope="module")
def codes(folder: Path) -> dict[str, list[str]]:
    """The codes of all areas of each level."""
    return recomputation_sample.codes(folder)


@pytest.mark.parametrize("level", recomputation_sample.LEVELS)
def test_every_figure_of_every_month_equals_its_recomputation(
    street: Store, cases: Cases, codes: dict[str, list[str]], level: str
) -> None:
    for month, records in _by_month(street, level, CLOCK, ALL_MONTHS):
        assert_equal(recounted(cases, month, level=level, areas=codes[level]), records, level)


@pytest.mark.parametrize("level", ["site", "community"])
def test_what_was_loaded_but_lies_after_the_clock_is_in_no_figure(
    street: Store, cases: Cases, codes: dict[str, list[str]], level: str
) -> None:
    for month, records in _by_month(street, level, EARLIER, (date(2025, 12, 1), date(2026, 5, 1))):
        assert_equal(recounted(cases, month, level=level, areas=codes[level]), records, level)


def _by_month(
    street: Store, level: str, clock: Clock, days: tuple[date, date]
) -> Iterator[tuple[recounting.Window, list[dict[str, Any]]]]:
    """The records of each month, from one question for all of them, as a trend asks it."""
    months = buckets(Window(*days, site().zone), by="month")
    found = figures(street, LEADER, clock, question=Question(level), windows=months, indicators=indicators())
    for start, of_month in groupby(found, key=lambda figure: figure.start):
        month = next(each for each in months if each.start == start)
        seen = recomputation_sample.window(month.start, month.end, clock=clock.at)
        yield seen, [figure.record() for figure in of_month]
