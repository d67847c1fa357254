"""Time to closure in office hours and without suspensions equals a count of the sample's file that shares no code."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from recomputation_work import WHOLE, by_area, cases, quantile
from sampled_street import incidents_told, street

from cockpit.figures import figures
from config.indicators import indicator
from config.site import site
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, Clock
from geo.windows import Window

SHARES = {"p50": 0.5, "p90": 0.9}
SLUGS = [f"close_{clock}_{share}" for clock in ("work", "active") for share in SHARES]
MONTHS = [(date(2026, 10, 1), date(2026, 11, 1)), (date(2026, 11, 1), date(2026, 12, 1))]


@pytest.fixture(scope="module")
def sample(new_database: Callable[..., StoreUrls], clock: Clock) -> Iterator[Store]:
    store = Store(street(new_database, clock))
    yield store
    store.close()


@pytest.mark.parametrize(("start", "end"), MONTHS)
def test_each_area_and_month_agrees_to_the_second(
    new_database: Callable[..., StoreUrls], sample: Store, clock: Clock, start: date, end: date
) -> None:
    told = by_area(cases(incidents_told(new_database, clock)), start, end)
    window = Window(start, end, site().zone)
    asked = {"windows": (window,), "indicators": [indicator(slug) for slug in SLUGS]}
    rested = 0
    for level in ("site", "community"):
        for figure in figures(sample, LEADER, clock, question=Question(level), **asked):
            _, clock_name, share = figure.indicator.slug.split("_")
            expected = told[figure.area or WHOLE]
            assert figure.value == quantile(expected[clock_name], SHARES[share]), (figure.area, figure.indicator.slug)
            assert figure.n == expected["closed"].notna().sum()
            rested += int((expected["suspended"].notna() & expected["closed"].notna()).sum())
    assert rested  # suspensions were among them
