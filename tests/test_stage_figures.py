"""Acceptance, dispatch and call-back: worked-out cases for each rule of their figures."""

from collections.abc import Iterator

import pytest
from figures_builder import Town

from cockpit.figures import NO_DATA, wilson
from geo.store import Store, StoreUrls
from geo.viewer import Clock

CARRIED = ["reported", "accepted", "dispatched", "closed", "followed_up"]
NEW = ("accept_p50", "accept_p90", "dispatch_p50", "dispatch_p90", "followup_p50", "followup_p90", "followup_coverage")


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    town = Town(urls, store, clock)
    yield town
    town.close()


@pytest.fixture
def town(built: Town) -> Town:
    built.begin()
    return built


def test_acceptance_runs_from_the_report_and_the_unaccepted_stand_beside(town: Town) -> None:
    for minute in range(10):
        town.case("10-05 08:00", accepted=f"10-05 08:0{minute}")
    town.case("10-05 08:00", times=3)
    p50, p90 = town.figures("accept_p50", "accept_p90")
    assert (p50.value, p90.value, p50.n) == (240, 480, 10)
    assert p50.excluded == {"no_acceptance": 3}


def test_dispatch_runs_from_registration_else_acceptance_else_the_report(town: Town) -> None:
    town.case("10-05 08:00", times=5, registered="10-05 08:05", accepted="10-05 08:02", dispatched="10-05 08:06")
    town.case("10-05 08:00", times=4, accepted="10-05 08:02", dispatched="10-05 08:04")
    town.case("10-05 08:00", times=1, dispatched="10-05 08:10")
    town.case("10-05 08:00", times=2, registered="10-05 08:09", dispatched="10-05 08:06")
    town.case("10-05 08:00")
    p50, p90 = town.figures("dispatch_p50", "dispatch_p90")
    assert (p50.value, p90.value, p50.n) == (60, 120, 10)
    assert p50.excluded == {"no_dispatch": 1, "negative": 2}


def test_the_call_back_delay_runs_from_the_close_and_is_not_cut_at_the_end_of_the_window(town: Town) -> None:
    town.case("10-31 08:00", times=10, closed="10-31 20:00", followed_up="11-02 20:00")
    town.case("10-31 08:00", times=2, closed="10-31 20:00")
    town.case("10-31 08:00", times=1)
    p50 = town.figure("followup_p50")
    assert (p50.value, p50.n, p50.excluded) == (48 * 3600, 10, {"open": 1, "no_follow_up": 2})
    assert town.figure("followup_coverage").numerator == 0  # not called back before the window's end


def test_coverage_counts_call_backs_before_the_moment_among_the_closed(town: Town) -> None:
    town.case("10-05 08:00", times=9, closed="10-05 09:00", followed_up="10-06 09:00")
    town.case("10-05 08:00", times=3, closed="10-05 09:00")
    town.case("10-05 08:00", times=2, closed="10-05 09:00", followed_up="11-03 09:00")
    town.case("10-05 08:00", times=4)
    town.case("10-05 08:00", closed="10-05 09:00", is_duplicate=True)
    figure = town.figure("followup_coverage")
    assert (figure.numerator, figure.denominator, figure.value) == (9, 14, 9 / 14)
    assert figure.interval == wilson(9, 14)
    assert figure.excluded == {"open": 4, "duplicate": 1}
    later = town.figure("followup_coverage", days=("10-01", "11-10"))
    assert (later.numerator, later.denominator) == (11, 14)


def test_a_case_closed_after_the_moment_is_not_yet_to_be_called_back(town: Town) -> None:
    town.case("10-05 08:00", times=10, closed="10-05 09:00", followed_up="10-05 10:00")
    town.case("10-05 08:00", closed="11-02 09:00", followed_up="11-02 10:00")
    figure = town.figure("followup_coverage")
    assert (figure.numerator, figure.denominator, figure.excluded["open"]) == (10, 10, 1)


def test_fewer_than_ten_closed_cases_are_too_few_and_none_are_no_data(town: Town) -> None:
    town.case("10-05 08:00", closed="10-05 09:00", followed_up="10-05 10:00")
    few, none = town.figures("followup_coverage", level="community")
    assert (few.value, few.numerator, few.denominator, few.note) == (None, 1, 1, "too-few")
    assert (none.value, none.denominator, none.note) == (None, 0, NO_DATA)


def test_a_source_that_never_carries_the_stage_has_no_data(town: Town) -> None:
    town.run("update core.source set stages = array['reported', 'closed']")
    town.case("10-05 08:00", times=12, closed="10-05 09:00")
    for figure in town.figures(*NEW):
        assert (figure.value, figure.note) == (None, NO_DATA), figure.indicator.slug
    assert town.figure("followup_coverage").excluded["no_follow_up_stage"] == 12


def test_beside_a_source_with_call_backs_one_without_does_not_lower_the_share(town: Town) -> None:
    town.case("10-05 08:00", times=10, closed="10-05 09:00", followed_up="10-05 10:00")
    town.source_id = town.source("other", stages=["reported", "closed"])
    town.case("10-05 08:00", times=10, closed="10-05 09:00")
    figure = town.figure("followup_coverage")
    assert (figure.value, figure.denominator, figure.excluded["no_follow_up_stage"]) == (1.0, 10, 10)


def test_a_source_of_bare_dates_has_no_durations_but_a_share(town: Town) -> None:
    town.run("update core.source set time_precision = 'day', stages = :carried", carried=CARRIED)
    town.case("10-05 00:00", times=10, accepted="10-05 00:00", dispatched="10-05 00:00", closed="10-06 00:00",
              followed_up="10-07 00:00")  # fmt: skip
    for figure in town.figures(*NEW[:-1]):
        assert (figure.value, figure.note) == (None, NO_DATA), figure.indicator.slug
        assert figure.excluded["day_precision"] == 10
    assert town.figure("followup_coverage").value == 1.0
