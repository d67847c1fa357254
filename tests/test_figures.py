"""Every rule of "How a figure is counted" on small cases whose figures were worked out by hand."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from figures_builder import Town, at

from cockpit.figures import Figure, WholeNotVisibleError, wilson
from config.indicators import Indicator, UnknownIndicatorError, indicator, indicators
from config.messages import LANGUAGES, tr
from geo import figures as counted
from geo import sql
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import AREA, LEADER, Clock, Viewer
from geo.windows import Window, buckets

ZONE = ZoneInfo("Asia/Shanghai")
MARKS = sorted({*sql.FOLDER.glob("kpi/*marks*.sql"), *sql.FOLDER.glob("kpi/counts/*"), *sql.FOLDER.glob("kpi/spans/*")})
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1), ZONE)


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    town = Town(urls, store, clock)
    yield town
    town.close()


@pytest.fixture
def town(built: Town) -> Town:
    built.begin()
    return built


def rate(figure: Figure) -> tuple[int | None, int | None]:
    return figure.numerator, figure.denominator


# ---------------------------------------------------------------- the case set


def test_a_window_holds_its_first_moment_and_not_its_last(town: Town) -> None:
    town.case("10-01 00:00")
    town.case("09-30 23:59")
    town.case("11-01 00:00")
    assert town.figure("incidents").value == 1


def test_days_are_days_of_the_site_not_of_utc(town: Town) -> None:
    town.case("10-01 07:59")  # still 30 September in UTC
    assert town.figure("incidents", days=("10-01", "10-02")).value == 1


def test_void_cases_are_in_no_figure(town: Town) -> None:
    town.case("10-05 08:00", is_void=True, due="10-06 08:00")
    assert [each.value for each in town.figures("incidents", "backlog", "backlog_overdue")] == [0, 0, 0]


def test_a_duplicate_is_folded_into_its_known_original(town: Town) -> None:
    town.case("10-05 08:00")
    town.case("10-05 09:00", is_duplicate=True, duplicate_of_code="i1")
    incidents, backlog = town.figures("incidents", "backlog")
    assert (incidents.value, dict(incidents.excluded), backlog.value) == (1, {}, 1)


def test_a_duplicate_of_a_duplicate_is_folded_too(town: Town) -> None:
    town.case("10-05 08:00")
    town.case("10-05 09:00", is_duplicate=True, duplicate_of_code="i1")
    town.case("10-05 10:00", is_duplicate=True, duplicate_of_code="i2")
    assert town.figure("incidents").value == 1


@pytest.mark.parametrize("original", [None, "unknown", "i11"])
def test_a_duplicate_without_a_known_original_is_out_and_counted_beside(town: Town, original: str | None) -> None:
    town.case("10-05 08:00", times=10, closed="10-05 09:00")
    town.case("10-05 08:00", is_duplicate=True, duplicate_of_code=original, closed="10-05 09:00")
    for figure in town.figures("incidents", "closure_rate", "close_p50"):
        assert (figure.n, figure.excluded["duplicate"]) == (10, 1)
    assert town.figure("backlog", days=("10-01", "10-05")).value == 0


def test_two_duplicates_that_name_each_other_are_not_both_lost(town: Town) -> None:
    town.case("10-05 08:00", is_duplicate=True, duplicate_of_code="i2")
    town.case("10-05 08:00", is_duplicate=True, duplicate_of_code="i1")
    assert town.figure("incidents").excluded == {"duplicate": 2}


@pytest.mark.parametrize("last", ["i1", "unknown", None])
def test_duplicates_whose_chain_never_ends_in_an_original_are_not_lost(town: Town, last: str | None) -> None:
    town.case("10-05 08:00", is_duplicate=True, duplicate_of_code="i2")
    town.case("10-05 08:00", is_duplicate=True, duplicate_of_code="i3")
    town.case("10-05 08:00", is_duplicate=True, duplicate_of_code=last)
    assert town.figure("incidents").excluded == {"duplicate": 3}
    assert town.figure("reports").value == 3


def test_folding_does_not_depend_on_who_looks(town: Town) -> None:
    town.case("10-05 08:00", area="B")
    town.case("10-05 09:00", area="A", is_duplicate=True, duplicate_of_code="i1")
    secretary = Viewer("secretary", "secretary", AREA, frozenset({town.area_ids["A"]}))
    (figure,) = town.figures("incidents", level="community", viewer=secretary)
    assert (figure.area, figure.value, dict(figure.excluded)) == ("A", 0, {})


# ---------------------------------------------------------------- closure, deadlines, backlog


def test_the_tianmen_closure_rates(town: Town) -> None:
    town.case("10-05 08:00", times=737, due="10-10 08:00", closed="10-10 08:00")  # on time to the second
    town.case("10-05 08:00", times=911 - 737, due="10-10 08:00", closed="10-10 08:01")
    town.case("10-05 08:00", times=972 - 911, due="10-10 08:00")
    closure, on_time = town.figures("closure_rate", "on_time_rate")
    assert (rate(closure), rate(on_time)) == ((911, 972), (737, 972))
    assert (round(100 * (closure.value or 0), 2), round(100 * (on_time.value or 0), 2)) == (93.72, 75.82)
    assert closure.interval == wilson(911, 972)


def test_the_newest_month_has_too_few_due_cases_and_six_open_ones(town: Town) -> None:
    town.case("10-30 08:00", times=4, due="11-02 08:00", closed="10-30 12:00")
    town.case("10-30 08:00", times=5, due="11-05 08:00")
    town.case("10-30 08:00", times=1, due="11-01 10:00")
    on_time, backlog = town.figures("on_time_rate", "backlog")
    assert (rate(on_time), on_time.value, on_time.note, backlog.value) == ((4, 4), None, "too-few", 6)
    assert on_time.excluded == {"no_deadline": 0, "not_due": 6}
    assert rate(town.figure("on_time_rate", days=("10-01", "11-02"))) == (4, 5)  # the next day one falls due


def test_a_case_closed_before_its_deadline_counts_although_not_yet_due(town: Town) -> None:
    town.case("10-30 08:00", due="11-15 08:00", closed="10-30 09:00")
    assert [rate(each) for each in town.figures("closure_rate", "on_time_rate")] == [(1, 1), (1, 1)]


def test_cases_without_a_deadline_count_for_closure_and_stand_beside_on_time(town: Town) -> None:
    town.case("10-05 08:00")
    town.case("10-05 08:00", closed="10-06 08:00")
    closure, on_time = town.figures("closure_rate", "on_time_rate")
    assert (rate(closure), rate(on_time)) == ((1, 2), (0, 0))
    assert (on_time.excluded["no_deadline"], on_time.note) == (2, "no-data")


def test_a_case_closed_after_e_was_open_at_e(town: Town) -> None:
    town.case("10-05 08:00", due="10-10 08:00", closed="11-01 00:00")
    closure, backlog, overdue = town.figures("closure_rate", "backlog", "backlog_overdue")
    assert (rate(closure), backlog.value, overdue.value) == ((0, 1), 1, 1)


def test_a_case_reopened_after_e_was_closed_at_e(town: Town) -> None:
    (case,) = town.case("10-05 08:00", due="10-10 08:00", has_history=True)
    town.event(case, "closed", "10-08 08:00")
    town.event(case, "reopened", "11-03 08:00")
    closure, on_time, backlog = town.figures("closure_rate", "on_time_rate", "backlog")
    assert (rate(closure), rate(on_time), backlog.value) == ((1, 1), (1, 1), 0)
    assert town.figure("backlog", days=("11-01", "11-10")).note == "no-data"
    assert town.figure("backlog", days=("10-01", "11-10")).value == 1


def test_a_case_reopened_before_e_is_open_until_closed_again(town: Town) -> None:
    (case,) = town.case("10-05 08:00", closed="10-20 08:00", due="10-15 08:00", has_history=True)
    for kind, moment in (("closed", "10-08 08:00"), ("reopened", "10-12 08:00"), ("closed", "10-20 08:00")):
        town.event(case, kind, moment)
    assert town.figure("backlog", days=("10-01", "10-10")).value == 0
    assert town.figure("backlog", days=("10-01", "10-18")).value == 1
    assert rate(town.figure("on_time_rate", days=("10-01", "10-10"))) == (1, 1)
    assert rate(town.figure("on_time_rate")) == (0, 1)  # what counts is the last close


def test_a_suspended_case_leaves_both_rates_and_stays_in_the_backlog(town: Town) -> None:
    (case,) = town.case("10-05 08:00", due="10-10 08:00", has_history=True)
    town.event(case, "suspended", "10-07 08:00")
    town.event(case, "resumed", "11-02 08:00")
    closure, on_time, backlog, overdue = town.figures("closure_rate", "on_time_rate", "backlog", "backlog_overdue")
    assert (rate(closure), closure.excluded["suspended"]) == ((0, 0), 1)
    assert (rate(on_time), on_time.excluded["suspended"]) == ((0, 0), 1)
    assert (backlog.value, overdue.value) == (1, 1)
    assert rate(town.figure("closure_rate", days=("10-01", "11-05"))) == (0, 1)  # resumed by then


def test_an_extension_moves_the_deadline_from_its_moment_on(town: Town) -> None:
    (case,) = town.case("10-05 08:00", due="11-10 08:00", has_history=True)
    payload = '{"due_at": "2026-11-10T08:00:00+08:00", "was_due_at": "2026-10-10T08:00:00+08:00"}'
    town.event(case, "extended", "10-20 08:00", payload=payload)
    assert town.figure("backlog_overdue", days=("10-01", "10-15")).value == 1
    assert town.figure("backlog_overdue", days=("10-01", "11-01")).value == 0


def test_only_the_highest_revision_and_officers_events_count(town: Town) -> None:
    (case,) = town.case("10-05 08:00", has_history=True, revision=2)
    town.event(case, "closed", "10-06 08:00", revision=1)
    assert town.figure("backlog").value == 1
    town.event(case, "closed", "10-07 08:00", revision=None, actor="officer")
    assert town.figure("backlog").value == 0


def test_the_backlog_holds_cases_reported_before_the_window(town: Town) -> None:
    town.case("2025-03-01 08:00", due="2025-03-05 08:00")
    incidents, backlog, overdue = town.figures("incidents", "backlog", "backlog_overdue")
    assert (incidents.value, backlog.value, overdue.value) == (0, 1, 1)


def test_bare_dates_are_compared_by_day(town: Town) -> None:
    town.case("10-05 08:00", due="10-10 00:00", closed="10-10 15:00", day_precision=["due_at"])
    town.case("10-05 08:00", due="10-10 00:00", day_precision=["due_at"])
    assert rate(town.figure("on_time_rate")) == (1, 2)
    assert town.figure("backlog_overdue", days=("10-01", "10-10")).value == 0
    assert town.figure("backlog_overdue", days=("10-01", "10-11")).value == 1  # due until the end of the 10th


# ---------------------------------------------------------------- the clock


def test_what_lies_after_the_clock_does_not_exist(town: Town) -> None:
    town.case("10-05 08:00", dispatched="10-05 08:01", arrived="10-05 08:05", closed="10-05 12:00", due="10-06 08:00")
    town.case("10-05 09:00")
    now = "10-05 08:03"
    asked = ("incidents", "backlog", "onscene_p50", "close_p50", "closure_rate", "on_time_rate")
    incidents, backlog, onscene, close, closure, on_time = town.figures(*asked, now=now)
    assert (incidents.value, backlog.value) == (1, 1)
    assert (onscene.n, onscene.excluded, close.n, close.excluded) == (0, {"no_arrival": 1}, 0, {"open": 1})
    assert (rate(closure), rate(on_time)) == ((0, 0), (0, 0))
    assert incidents.moment == at(now)


def test_a_reopening_after_the_clock_does_not_exist_for_durations_either(town: Town) -> None:
    (case,) = town.case("10-05 08:00", has_history=True)
    town.event(case, "closed", "10-05 10:00")
    town.event(case, "reopened", "10-07 10:00")
    assert town.figure("close_p50", now="10-06 08:00").n == 1
    assert town.figure("close_p50", now="10-08 08:00").excluded == {"open": 1}


def test_durations_are_not_cut_at_e(town: Town) -> None:
    town.case("10-05 08:00", times=10, closed="11-05 08:00")
    closure, close = town.figures("closure_rate", "close_p50")
    assert (rate(closure), close.value) == ((0, 10), 31 * 86_400)


def test_the_end_of_a_snapshot_is_the_moment_of_counting(town: Town) -> None:
    town.run("update core.source set as_of = :moment", moment=at("10-20 12:00"))
    town.case("10-05 08:00", closed="10-21 08:00")
    backlog = town.figure("backlog")
    assert (backlog.value, backlog.record()["as_of"]) == (1, "2026-10-20T12:00:00+08:00")


# ---------------------------------------------------------------- durations


@pytest.mark.parametrize(("n", "rank50", "rank90"), [(10, 5, 9), (11, 6, 10), (19, 10, 18), (20, 10, 18), (21, 11, 19)])
def test_quantiles_are_the_nearest_rank(town: Town, n: int, rank50: int, rank90: int) -> None:
    for minute in range(n):
        town.case("10-05 08:00", dispatched="10-05 08:00", arrived=f"10-05 08:{minute + 1:02d}")
    p50, p90 = town.figures("arrival_p50", "arrival_p90")
    assert (p50.value, p90.value, p50.n) == (60 * rank50, 60 * rank90, n)
    assert (p50.numerator, p50.denominator, p50.interval) == (None, None, None)


def test_six_hundred_seconds_are_inside_the_promise(town: Town) -> None:
    town.case("10-05 08:00:00", times=9, dispatched="10-05 08:00", arrived="10-05 08:10")
    town.case("10-05 08:00:00", dispatched="10-05 08:00", arrived="2026-10-05 08:10:01")
    assert [rate(each) for each in town.figures("arrival_within_10min", "onscene_within_10min")] == [(9, 10), (9, 10)]


def test_arrival_counts_from_the_dispatch_and_onscene_from_the_report(town: Town) -> None:
    town.case("10-05 08:00", times=10, dispatched="10-05 08:04", arrived="10-05 08:11")
    values = [each.value for each in town.figures("arrival_p50", "onscene_p50")]
    assert values == [7 * 60, 11 * 60]


def test_missing_stages_stand_beside_the_durations_even_when_there_are_none(town: Town) -> None:
    town.case("10-05 08:00", times=2, dispatched="10-05 08:04")
    town.case("10-05 08:00", times=3, arrived="10-05 08:04")
    arrival, onscene, close = town.figures("arrival_p50", "onscene_p50", "close_p50")
    assert arrival.excluded == {"no_arrival": 2, "no_dispatch": 3}
    assert onscene.excluded == {"no_arrival": 2}
    assert close.excluded == {"open": 5}
    assert town.figure("arrival_p90", days=("10-07", "10-08")).excluded == {"no_arrival": 0, "no_dispatch": 0}


def test_a_bare_date_gives_no_duration_and_a_negative_one_is_left_out_alone(town: Town) -> None:
    town.case("10-05 08:00", arrived="10-05 00:00", closed="10-05 09:00", day_precision=["arrived_at"])
    town.case("10-05 08:00", dispatched="10-05 08:20", arrived="10-05 08:10", closed="10-05 09:00")
    arrival, onscene, close = town.figures("arrival_p50", "onscene_p50", "close_p50")
    assert arrival.excluded == {"no_arrival": 0, "no_dispatch": 1, "negative": 1}
    assert (onscene.n, onscene.excluded) == (1, {"no_arrival": 0, "day_precision": 1})
    assert (close.n, close.excluded) == (2, {"open": 0})


def test_suspended_time_is_part_of_the_duration(town: Town) -> None:
    for case in town.case("10-05 08:00", times=10, closed="10-07 08:00", has_history=True):
        town.event(case, "suspended", "10-05 09:00")
        town.event(case, "resumed", "10-06 09:00")
        town.event(case, "closed", "10-07 08:00")
    assert town.figure("close_p50").value == 2 * 86_400


# ---------------------------------------------------------------- no data, too few


@pytest.mark.parametrize(("n", "note"), [(9, "too-few"), (10, None)])
def test_ten_cases_are_enough_and_nine_are_too_few(town: Town, n: int, note: str | None) -> None:
    town.case("10-05 08:00", times=n, closed="10-05 09:00", due="10-06 08:00")
    closure, close, incidents = town.figures("closure_rate", "close_p50", "incidents")
    assert (closure.note, close.note) == (note, note)
    assert (closure.n, close.n, rate(closure)) == (n, n, (n, n))
    assert (closure.value is None, closure.interval is None, close.value is None) == (bool(note),) * 3
    assert (incidents.value, incidents.n, incidents.note) == (n, n, None)  # a count is never too few


def test_a_covered_area_without_cases_has_zero_and_no_rate(town: Town) -> None:
    town.case("10-05 08:00", area="A")
    incidents, closure = town.figures("incidents", "closure_rate", level="community")[2:]
    assert (incidents.area, incidents.value, incidents.n, incidents.note) == ("B", 0, 0, None)
    assert (closure.area, closure.value, closure.note) == ("B", None, "no-data")


def test_days_that_no_source_covers_are_no_data_and_not_zero(town: Town) -> None:
    for days in (("09-01", "10-01"), ("11-01", "11-05"), ("12-01", "12-05")):
        for figure in town.figures("incidents", "backlog", "closure_rate", "close_p50", days=days):
            assert (figure.value, figure.note) == (None, "no-data")
    assert town.figure("incidents", days=("09-01", "10-02")).value == 0  # one covered day is enough
    assert town.figure("incidents", days=("10-31", "11-05")).value == 0


def test_nothing_is_covered_after_the_clock(town: Town) -> None:
    assert town.figure("incidents", now="10-01 00:00").note == "no-data"
    assert town.figure("incidents", now="10-01 00:01").value == 0


def test_a_stage_that_no_source_carries_is_no_data(town: Town) -> None:
    town.run("update core.source set stages = '{reported,arrived}'")
    town.case("10-05 08:00", times=10, arrived="10-05 08:10")
    asked = town.figures("arrival_p50", "closure_rate", "backlog", "close_p50", "onscene_p50", "incidents")
    assert [each.note for each in asked] == ["no-data"] * 4 + [None] * 2
    assert asked[0].excluded == {"no_arrival": 0, "no_dispatch": 10}


def test_a_source_that_never_closes_does_not_lower_the_rate_of_another(town: Town) -> None:
    town.case("10-05 08:00", times=10, closed="10-05 09:00")
    town.source_id = town.source("phone", stages=["reported"])
    town.case("10-05 08:00", times=5)
    closure, backlog = town.figures("closure_rate", "backlog")
    assert (rate(closure), closure.excluded["no_close_stage"], backlog.value) == ((10, 10), 5, 0)


def test_a_source_of_bare_dates_has_rates_but_no_durations(town: Town) -> None:
    town.run("update core.source set time_precision = 'day'")
    town.case("10-05 00:00", times=10, closed="10-06 00:00", arrived="10-05 00:00")
    closure, close, onscene = town.figures("closure_rate", "close_p50", "onscene_within_10min")
    assert (closure.value, close.note, onscene.note) == (1.0, "no-data", "no-data")


# ---------------------------------------------------------------- areas, categories, viewers


def test_cases_outside_every_area_are_in_the_whole_only(town: Town) -> None:
    town.case("10-05 08:00", area="A", times=2)
    town.case("10-05 08:00", area=None, times=3)
    values = {level: [each.value for each in town.figures("incidents", level=level)] for level in counted.LEVELS}
    assert values == {"site": [5], "street": [2], "community": [2, 0], "grid": [2, 0], "microgrid": [2, 0]}


def test_areas_come_by_code_and_an_area_limits_to_itself_and_all_below(town: Town) -> None:
    assert [each.area for each in town.figures("incidents", level="microgrid")] == ["AM", "BM"]
    below = town.figures("incidents", level="microgrid", within_id=town.area_ids["B"])
    assert [each.area for each in below] == ["BM"]


def test_only_areas_valid_in_the_window_are_listed_and_versions_of_a_code_are_one(town: Town) -> None:
    town.run("update core.area set valid_to = '2026-10-15' where code = 'A'")
    town.case("10-05 08:00", area="A")
    town.area("community", "A", "S", valid_from="2026-10-15", name="A new")
    town.run("update core.incident set grid_id = null, microgrid_id = null")
    town.case("10-20 08:00", area="A", times=2)
    town.area("community", "C", "S", valid_from="2026-12-01")
    found = [(each.area, each.name, each.value) for each in town.figures("incidents", level="community")]
    assert found == [("A", "A new", 3), ("B", "B", 0)]


def test_a_category_and_a_response_class_limit_every_figure(town: Town) -> None:
    town.run("update core.category set response_class = 'urgent' where code = 'light'")
    town.case("10-05 08:00", category="noise", times=2)
    town.case("10-05 08:00", category="light", times=3)
    assert [each.value for each in town.figures("incidents", "backlog", category="noise")] == [2, 2]
    assert [each.value for each in town.figures("incidents", "backlog", response_class="urgent")] == [3, 3]


def test_an_area_viewer_sees_the_own_areas_and_is_refused_the_whole(town: Town) -> None:
    town.case("10-05 08:00", area="A")
    town.case("10-05 08:00", area="B", times=5)
    secretary = Viewer("secretary", "secretary", AREA, frozenset({town.area_ids["A"]}))
    for level in ("community", "grid", "microgrid"):
        assert [each.value for each in town.figures("incidents", level=level, viewer=secretary)] == [1]
    assert town.figures("incidents", level="street", viewer=secretary) == []
    with pytest.raises(WholeNotVisibleError):
        town.figures("incidents", viewer=secretary)


def test_left_out_and_counted_cases_add_up_to_all_reported(town: Town) -> None:
    town.case("10-05 08:00", times=3, due="10-10 08:00", closed="10-06 08:00", arrived="10-05 08:20")
    town.case("10-05 08:00", times=2, due="12-10 08:00", dispatched="10-05 08:10")
    town.case("10-05 08:00", arrived="10-05 07:50")
    for slug in ("closure_rate", "on_time_rate", "arrival_p50", "onscene_p50", "close_p50"):
        figure = town.figure(slug)
        assert (figure.n or 0) + sum(figure.excluded.values()) == 6, slug


# ---------------------------------------------------------------- for the pages


def test_a_trend_stands_as_of_the_end_of_each_bucket(town: Town) -> None:
    town.case("10-01 08:00", closed="10-20 08:00")
    town.case("10-14 08:00")
    with town.store.reading(LEADER, town.clock) as connection:
        found = counted.series(
            connection, question=Question("site"), families=("incidents", "backlog"), window=OCTOBER, by="week"
        )
    weeks = [(each.window.start.day, each.family, each.numerator) for each in found]
    incidents = [(day, n) for day, family, n in weeks if family == "incidents"]
    backlog = [(day, n) for day, family, n in weeks if family == "backlog"]
    assert incidents == [(1, 1), (5, 0), (12, 1), (19, 0), (26, 0)]
    assert backlog == [(1, 1), (5, 1), (12, 2), (19, 1), (26, 1)]


def test_buckets_end_at_month_borders_and_with_the_window() -> None:
    window = Window(date(2025, 12, 30), date(2026, 2, 3), ZONE)
    assert [(each.start, each.end) for each in buckets(window, by="month")] == [
        (date(2025, 12, 30), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2026, 2, 1)),
        (date(2026, 2, 1), date(2026, 2, 3)),
    ]


def test_stage_durations_follow_one_another(town: Town) -> None:
    town.case(
        "10-05 08:00",
        accepted="10-05 08:01",
        registered="10-05 08:02",
        dispatched="10-05 08:05",
        arrived="10-05 08:15",
        closed="10-05 09:00",
        followed_up="10-06 09:00",
    )
    with town.store.reading(LEADER, town.clock) as connection:
        found = counted.stage_durations(connection, question=Question("site"), window=OCTOBER)
    assert [(each.stage, each.n, each.p50_s) for each in found] == [
        ("accept", 1, 60),
        ("dispatch", 1, 180),
        ("arrival", 1, 600),
        ("handle", 1, 45 * 60),
        ("follow_up", 1, 86_400),
    ]


def test_a_curve_counts_durations_up_to_its_cap_and_all_of_them_in_n(town: Town) -> None:
    for arrived in ("08:02", "08:02", "08:05", "09:00"):
        town.case("10-05 08:00", arrived=f"10-05 {arrived}")
    with town.store.reading(LEADER, town.clock) as connection:
        question = Question("community")
        found = counted.within_curve(connection, question=question, window=OCTOBER, span="onscene", cap_s=600)
    assert [(each.area.code, each.n, each.seconds, each.cases) for each in found] == [
        ("A", 4, (120, 300), (2, 3)),
        ("B", 0, (), ()),
    ]


# ---------------------------------------------------------------- records and words


def test_a_record_has_the_keys_of_the_contract(town: Town) -> None:
    town.run("update ops.data_version set version = 412")
    town.case("10-05 08:00", area="A", times=10, dispatched="10-05 08:00", arrived="10-05 08:05")
    town.case("10-05 08:00", area="A", dispatched="10-05 08:00")
    record = town.figures("arrival_within_10min", level="community")[0].record()
    interval = wilson(10, 10)
    assert record == {
        "kpi": "arrival_within_10min",
        "area": "A",
        "name": "A",
        "level": "community",
        "from": "2026-10-01",
        "to": "2026-11-01",
        "value": 1.0,
        "unit": "ratio",
        "numerator": 10,
        "denominator": 10,
        "n": 10,
        "low": interval.low,
        "high": 1.0,
        "note": None,
        "excluded": {"no_arrival": 1, "no_dispatch": 0},
        "as_of": "2026-11-01T00:00:00+08:00",
        "definition": "K03@1",
        "data_version": 412,
    }


def test_every_indicator_names_marks_that_exist() -> None:
    for each in indicators():
        folders = [folder for folder in ("spans", "counts") if each.marks in sql.names(f"kpi/{folder}")]
        assert len(folders) == 1, each.slug
        assert sql.text(f"kpi/{folders[0]}/{each.marks}").startswith("-- one row is")


def test_every_reason_to_leave_a_case_out_has_words_in_both_languages() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in MARKS)
    found = {*re.findall(r"then '(\w+)'", text), *re.findall(r"'(\w+)' as no_(?:start|end)", text)}
    reasons = {reason for reason in found if not reason.endswith("_at")}  # those name stamps
    assert {"duplicate", "not_due", "no_dispatch", "no_arrival", "open", "negative", "day_precision"} <= reasons
    for reason in reasons:
        assert all(tr(f"kpi.excluded_{reason}", lang) for lang in LANGUAGES)


def test_a_misspelt_slug_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UnknownIndicatorError) as refused:
        indicator("arival_p50")
    assert refused.value.nearest == "arrival_p50"


def test_a_changed_definition_has_another_identity() -> None:
    known: Indicator = indicator("closure_rate")
    assert (known.definition, replace(known, version=2).definition) == ("K15@1", "K15@2")


def test_a_window_without_a_day_is_refused() -> None:
    day = datetime(2026, 10, 1, tzinfo=ZONE).date()
    with pytest.raises(ValueError, match="needs a day"):
        Window(day, day, ZONE)
