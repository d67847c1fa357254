"""Worked-out cases for the indicators of workload, what is left, kinds of time and of quality: each rule by hand."""

from collections.abc import Iterator

import pytest
from figures_builder import Town, at, away

from cockpit.figures import Figure, wilson
from geo.store import Store, StoreUrls
from geo.viewer import AREA, Clock, Viewer

DAY = 86_400


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


# ---------------------------------------------------------------- how much


def test_every_report_counts_and_folded_ones_make_no_incident(town: Town) -> None:
    town.case("10-05 08:00", times=10)
    town.case("10-05 09:00", times=4, is_duplicate=True, duplicate_of_code="i1")
    town.case("10-05 09:00", is_duplicate=True, duplicate_of_code="unknown")
    town.case("10-05 09:00", is_void=True)
    reports, incidents, each = town.figures("reports", "incidents", "reports_per_incident")
    assert (reports.value, incidents.value, rate(each), each.value) == (15, 10, (15, 10), 1.5)


def test_incidents_stand_against_the_households_of_all_versions_of_an_area(town: Town) -> None:
    old = town.area_ids["A"]
    town.households("A", 150)
    town.run("update core.area set valid_to = '2026-10-10' where area_id = :old", old=old)
    town.case("10-05 08:00", times=3, area="A")
    town.area("community", "A", "S", valid_from="2026-10-10")
    town.households("A", 50)
    town.case("10-15 08:00", area="A")
    town.case("10-15 08:00", area="B")
    first, second = town.figures("incidents_per_1000_households", level="community")
    assert (first.value, first.numerator, first.denominator, first.note) == (20.0, 4, 200, None)
    assert (second.value, second.denominator, second.note) == (None, None, "no-data")
    assert town.figure("incidents_per_1000_households").value == 25.0


@pytest.mark.parametrize(("before", "now", "z"), [(16, 25, 2.0), (4, 9, 2.0), (0, 0, 0.0), (9, 4, -2.0)])
def test_a_surge_is_told_in_standard_deviations(town: Town, before: int, now: int, z: float) -> None:
    town.case("10-09 12:00", times=before)
    town.case("10-12 12:00", times=now)
    town.case("10-07 23:59")
    town.case("10-14 00:00")
    figure = town.figure("surge_z", days=("10-11", "10-14"))
    assert (figure.value, rate(figure)) == (pytest.approx(z), (now, before))


def test_a_surge_needs_days_before_that_are_covered(town: Town) -> None:
    town.case("10-02 08:00", times=20)
    assert town.figure("surge_z", days=("10-01", "10-08")).note == "no-data"
    assert town.figure("surge_z", days=("10-08", "10-15")).note is None


def test_registered_before_e_is_valid(town: Town) -> None:
    town.case("10-05 08:00", times=7, registered="10-05 09:00")
    town.case("10-31 08:00", times=2, registered="11-01 00:00")  # at E: not before it
    town.case("10-05 08:00")
    assert rate(town.figure("valid_report_rate")) == (7, 10)
    assert rate(town.figure("valid_report_rate", days=("10-01", "11-02"))) == (9, 10)


def test_solved_in_the_grid_is_closed_without_a_dispatch(town: Town) -> None:
    town.case("10-05 08:00", times=4, closed="10-05 09:00")
    town.case("10-05 08:00", times=5, closed="10-05 09:00", dispatched="10-05 08:30")
    town.case("10-05 08:00", times=3)
    town.case("10-05 08:00", closed="11-01 00:00")
    assert rate(town.figure("grid_solved_rate")) == (4, 13)


def test_a_dispatch_that_comes_after_e_does_not_exist_for_the_grid(town: Town) -> None:
    town.case("10-31 23:00", times=5, closed="10-31 23:01", dispatched="11-01 00:00")  # at E: not before it
    town.case("10-31 23:00", times=5, closed="10-31 23:01", dispatched="10-31 23:59")
    assert rate(town.figure("grid_solved_rate")) == (5, 10)
    assert rate(town.figure("grid_solved_rate", days=("10-01", "11-02"))) == (0, 10)


# ---------------------------------------------------------------- how much is left


def test_urgent_cases_are_counted_alone(town: Town) -> None:
    town.case("10-05 08:00", times=10, category="smoke", due="10-05 09:00", closed="10-05 09:00")
    town.case("10-05 08:00", times=2, category="smoke", due="10-05 09:00")
    town.case("10-05 08:00", category="smoke")
    town.case("10-05 08:00", times=10, due="10-05 09:00")
    urgent, all_of_them = town.figures("urgent_on_time_rate", "on_time_rate")
    assert (rate(urgent), urgent.excluded) == ((10, 12), {"no_deadline": 1})
    assert rate(all_of_them) == (10, 22)


def test_clearance_sets_the_closes_of_the_window_against_its_reports(town: Town) -> None:
    town.case("09-20 08:00", times=6, closed="10-01 00:00")  # reported before, closed in it
    town.case("09-20 08:00", times=3, closed="09-30 23:59")
    town.case("10-05 08:00", times=10, closed="10-20 08:00")
    town.case("10-05 08:00", times=2, closed="11-01 00:00")
    town.past("09-20 08:00", ("closed", "09-25 08:00"), ("reopened", "10-02 08:00"), ("closed", "10-03 08:00"))
    figure = town.figure("clearance_ratio")
    assert (rate(figure), figure.value) == ((17, 12), pytest.approx(17 / 12))


def test_a_case_left_out_of_both_parts_of_the_clearance_is_left_out_once(town: Town) -> None:
    orphan = {"is_duplicate": True, "duplicate_of_code": "unknown"}
    town.case("10-05 08:00", closed="10-06 08:00", **orphan)  # in both parts
    town.case("09-20 08:00", closed="10-01 00:00", **orphan)  # closed in the window alone
    town.case("10-05 08:00", **orphan)  # reported in it alone: open, or closed after it
    town.case("10-05 08:00", closed="11-01 00:00", **orphan)
    town.past("10-05 08:00", ("closed", "10-06 08:00"), ("reopened", "10-07 08:00"), **orphan)
    town.source_id = town.source("patrol", stages=["reported"])
    town.case("10-05 08:00", closed="10-06 08:00")
    figure = town.figure("clearance_ratio")
    assert (rate(figure), figure.excluded) == ((0, 0), {"duplicate": 5, "no_close_stage": 1})


@pytest.mark.parametrize("slug", ["carry_over_rate", "backlog_days", "surge_z"])
def test_the_parts_of_the_other_figures_of_two_hold_no_case_twice(town: Town, slug: str) -> None:
    orphan = {"is_duplicate": True, "duplicate_of_code": "unknown"}
    days = ["09-20", "09-30", "10-01", "10-10", "10-31"]
    for reported in days:
        town.case(f"{reported} 08:00", **orphan)
        for closed in [*(day for day in days if day > reported), "11-01"]:
            town.case(f"{reported} 09:00", closed=f"{closed} 00:00", **orphan)
    counted = town.figure(slug).excluded["duplicate"]
    assert 0 < counted <= town.cases
    rows = {
        "carry_over_rate": "reported_at >= :start or closed_at is null or closed_at >= :start",
        "backlog_days": "closed_at is null or closed_at >= cast(:e as timestamptz) - interval '28 days'",
        "surge_z": "reported_at >= cast(:start as timestamptz) - interval '31 days'",
    }[slug]
    asked = f"select count(*) from core.incident where reported_at < :e and ({rows})"
    bound = {"start": at("10-01 00:00"), "e": at("11-01 00:00")}
    assert counted == town.run(asked, **{name: value for name, value in bound.items() if f":{name}" in asked})


def test_the_backlog_is_of_three_kinds(town: Town) -> None:
    town.case("10-05 08:00", times=2, due="11-05 08:00")
    town.case("10-05 08:00", times=3)
    town.case("10-05 08:00", times=4, due="10-30 08:00")
    town.past("10-05 08:00", ("suspended", "10-06 08:00"), due="11-05 08:00")
    town.past("10-05 08:00", ("suspended", "10-06 08:00"), ("resumed", "10-07 08:00"), due="11-05 08:00")
    kinds = town.figures("backlog", "backlog_not_due", "backlog_overdue", "backlog_suspended")
    assert [kind.value for kind in kinds] == [11, 6, 4, 1]


def test_a_suspended_case_past_its_deadline_is_suspended_and_overdue(town: Town) -> None:
    town.past("10-05 08:00", ("suspended", "10-06 08:00"), due="10-20 08:00")
    assert [each.value for each in town.figures("backlog_not_due", "backlog_overdue", "backlog_suspended")] == [0, 1, 1]


def test_backlog_days_are_open_cases_over_daily_closes_of_four_weeks(town: Town) -> None:
    town.case("09-20 08:00", times=6)
    town.case("09-20 08:00", times=14, closed="10-04 00:00")  # 28 days before E
    town.case("09-20 08:00", times=5, closed="10-03 23:59")
    figure = town.figure("backlog_days")
    assert (rate(figure), figure.value) == ((6, 14), 12.0)


def test_the_age_of_overdue_cases_runs_to_e_and_an_extension_counts(town: Town) -> None:
    for day in range(1, 11):
        town.case("09-01 08:00", due=f"10-{day:02} 00:00")
    case = town.past("09-01 08:00", due="11-20 00:00")
    town.event(case, "extended", "10-20 08:00", payload='{"due_at": "2026-11-20T00:00:00+08:00"}')
    p50, p90 = town.figures("overdue_age_p50", "overdue_age_p90")
    assert (p50.value, p90.value, p50.n) == (26 * DAY, 30 * DAY, 10)
    assert [each.value for each in town.figures("overdue_over_30d", "overdue_over_90d")] == [1, 0]
    later = ("10-01", "11-20")
    assert [each.value for each in town.figures("overdue_over_30d", "overdue_over_90d", days=later)] == [10, 0]


@pytest.mark.parametrize(("due", "days"), [("10-02", "overdue_over_30d"), ("08-03", "overdue_over_90d")])
def test_a_deadline_on_a_bare_date_has_passed_at_the_end_of_its_day(town: Town, due: str, days: str) -> None:
    town.case("08-01 08:00", due=f"{due} 00:00", day_precision=["due_at"])
    assert town.figure(days, days=("10-01", "11-02")).value == 0  # it passed 30 (90) x 24 h before: not more
    assert town.figure(days, days=("10-01", "11-03")).value == 1


def test_an_extension_after_e_leaves_the_deadline_as_it_was(town: Town) -> None:
    case = town.past("10-05 08:00", due="11-20 08:00")
    payload = '{"due_at": "2026-11-20T08:00:00+08:00", "was_due_at": "2026-10-10T08:00:00+08:00"}'
    town.event(case, "extended", "11-02 08:00", payload=payload)
    assert town.figure("backlog_overdue").value == 1
    assert rate(town.figure("extension_rate")) == (0, 1)
    assert rate(town.figure("extension_rate", days=("10-01", "11-03"))) == (1, 1)


def test_what_is_carried_over_stands_beside_what_came_in(town: Town) -> None:
    town.case("09-20 08:00", times=4, closed="10-01 00:00")  # open when the window begins
    town.case("09-20 08:00", times=7, closed="09-30 23:59")
    town.case("10-05 08:00", times=8)
    town.case("10-05 08:00", is_duplicate=True, duplicate_of_code="unknown")
    figure = town.figure("carry_over_rate")
    assert (rate(figure), figure.excluded["duplicate"]) == ((4, 12), 1)


def test_a_suspension_counts_although_it_ended(town: Town) -> None:
    town.case("10-05 08:00", times=8)
    town.past("10-05 08:00", ("suspended", "10-06 08:00"), ("resumed", "10-07 08:00"))
    town.past("10-05 08:00", ("suspended", "11-01 00:00"))
    assert rate(town.figure("suspension_rate")) == (1, 10)


# ---------------------------------------------------------------- how long


@pytest.mark.parametrize(
    ("slug", "stage"), [("accept_within_15min", "accepted"), ("dispatch_within_15min", "dispatched")]
)
def test_fifteen_minutes_are_inside(town: Town, slug: str, stage: str) -> None:
    town.case("10-05 08:00", times=9, **{stage: "10-05 08:15"})
    town.case("10-05 08:00", times=2, **{stage: "2026-10-05 08:15:01"})
    town.case("10-05 08:00")
    assert rate(town.figure(slug)) == (9, 11)


def test_handling_runs_from_dispatch_to_the_end_of_the_work(town: Town) -> None:
    for hour in range(9, 19):
        town.case("10-05 07:00", dispatched="10-05 08:00", handled=f"10-05 {hour:02}:00", closed="10-06 08:00")
    town.case("10-05 07:00", handled="10-05 08:00")
    town.case("10-05 07:00", dispatched="10-05 08:00")
    p50, p90 = town.figures("handling_p50", "handling_p90")
    assert (p50.value, p90.value, p50.n) == (5 * 3600, 9 * 3600, 10)
    assert p50.excluded == {"no_dispatch": 1, "no_handling": 1}


def test_open_cases_hold_the_survival_curve_up(town: Town) -> None:
    # ten cases at risk; ends after 1, 2, 3 h; two open ones seen for 1.5 h; five closed after 5 h
    for hours, times in ((9, 1), (10, 1), (11, 1), (13, 5)):
        town.case("10-05 08:00", times=times, closed=f"10-05 {hours:02}:00")
    for _ in range(2):
        town.case("10-05 11:30")
    p50, p90 = town.figures("close_km_p50", "close_km_p90", now="10-05 13:00")
    # S(1h) = 9/10; the open ones leave at 1.5 h; S(2h) = 0.9 x 6/7; S(3h) = 0.9 x 5/7; S(5h) = 0
    assert (p50.value, p90.value, p50.n, p50.note) == (5 * 3600, 5 * 3600, 10, None)


def test_a_median_that_half_the_cases_have_not_reached_is_none(town: Town) -> None:
    town.case("10-05 08:00", times=4, closed="10-05 09:00")
    town.case("10-05 08:00", times=6)
    p50, closed_only = town.figures("close_km_p50", "close_p50")
    assert (p50.value, p50.note, p50.n) == (None, "not-reached", 10)
    assert (closed_only.value, closed_only.note) == (None, "too-few")


def test_cases_of_a_feed_that_tells_no_closures_are_not_open_in_the_survival_curve(town: Town) -> None:
    town.case("10-05 08:00", times=10, closed="10-05 09:00")
    town.source_id = town.source("patrol", stages=["reported"])
    town.case("10-05 08:00", times=90)
    p90 = town.figure("close_km_p90")
    assert (p90.value, p90.n, p90.excluded) == (3600, 10, {"no_close_stage": 90})


def test_shares_of_the_stages_add_up_to_all_the_time(town: Town) -> None:
    whole = {"accepted": "10-05 08:10", "dispatched": "10-05 08:30", "arrived": "10-05 09:00", "closed": "10-05 10:00"}
    town.case("10-05 08:00", times=6, **whole)
    town.case("10-05 08:00", times=4, **(whole | {"closed": "10-05 12:00"}))
    town.case("10-05 08:00", **(whole | {"accepted": "10-05 08:31"}))  # out of order
    stages = town.figures(*(f"stage_share_{stage}" for stage in ("accept", "dispatch", "arrival", "handle")))
    total = 6 * 7200 + 4 * 14_400
    assert [rate(stage) for stage in stages] == [(6000, total), (12_000, total), (18_000, total), (64_800, total)]
    assert sum(stage.value or 0 for stage in stages) == pytest.approx(1)
    assert (stages[0].n, stages[0].excluded) == (10, {"incomplete": 1})


def test_a_case_with_bare_dates_has_its_stages_in_order_by_day_and_none_of_their_times(town: Town) -> None:
    whole = {"accepted": "10-05 08:10", "dispatched": "10-05 08:30", "arrived": "10-05 09:00", "closed": "10-05 10:00"}
    town.case("10-05 08:00", **(whole | {"closed": "10-05 00:00"}), day_precision=["closed_at"])
    town.case("10-05 08:00", **(whole | {"accepted": "10-05 00:00"}), day_precision=["accepted_at"])
    every = {"accepted": "10-06 00:00", "dispatched": "10-06 00:00", "arrived": "10-07 00:00", "closed": "10-07 00:00"}
    town.case("10-05 00:00", **every, day_precision=["reported_at", *(f"{stage}_at" for stage in every)])
    out_of_order = {"accepted": "10-06 00:00", "closed": "10-05 00:00"}
    town.case("10-05 08:00", **(whole | out_of_order), day_precision=["accepted_at", "closed_at"])
    town.case(
        "10-05 08:00", **(whole | {"accepted": "10-05 08:31", "closed": "10-05 00:00"}), day_precision=["closed_at"]
    )
    town.case("10-05 08:00", accepted="10-05 00:00", closed="10-06 00:00", day_precision=["accepted_at", "closed_at"])
    for stage in ("accept", "dispatch", "arrival", "handle"):
        figure = town.figure(f"stage_share_{stage}")
        assert (figure.n, figure.excluded) == (0, {"day_precision": 3, "incomplete": 3})


def test_bare_dates_of_a_stage_are_days_of_the_site(town: Town) -> None:
    whole = {"accepted": "10-06 23:10", "dispatched": "10-06 23:30", "arrived": "10-06 23:50", "closed": "10-06 00:00"}
    town.case("10-06 23:00", **whole, day_precision=["closed_at"])
    town.case("10-06 23:00", **(whole | {"arrived": "10-07 00:10"}), day_precision=["closed_at"])
    assert town.figure("stage_share_handle").excluded == {"day_precision": 1, "incomplete": 1}


# ---------------------------------------------------------------- how well


def test_rework_is_reopened_after_handling_or_close_before_e(town: Town) -> None:
    town.case("10-05 08:00", times=7, closed="10-05 09:00")
    town.case("10-05 08:00", handled="10-05 09:00")
    town.case("10-05 08:00")
    town.past("10-05 08:00", ("closed", "10-05 09:00"), ("reopened", "10-06 09:00"))
    town.past("10-05 08:00", ("handled", "10-05 09:00"), ("reopened", "10-06 09:00"), handled="10-05 09:00")
    town.past("10-05 08:00", ("closed", "10-05 09:00"), ("reopened", "11-01 00:00"))
    figure = town.figure("rework_rate")
    assert (rate(figure), figure.excluded) == ((2, 11), {"open": 1})
    assert figure.interval == wilson(2, 11)


def test_a_reopening_in_the_second_of_the_close_is_rework_and_leaves_the_case_open(town: Town) -> None:
    town.case("10-05 08:00", times=9, closed="10-05 09:00")
    town.past("10-05 08:00", ("closed", "10-05 09:00"), ("reopened", "10-05 09:00"))
    assert rate(town.figure("rework_rate")) == (1, 10)
    assert rate(town.figure("closure_rate")) == (9, 10)


@pytest.mark.parametrize(("seconds", "suspects"), [("09:59", 1), ("10:00", 0)])
def test_a_close_within_less_than_ten_minutes_is_suspect(town: Town, seconds: str, suspects: int) -> None:
    town.case("10-05 08:00", closed=f"2026-10-05 08:{seconds}")
    town.case("10-05 08:00")
    figure = town.figure("suspect_closure_rate")
    assert (rate(figure), figure.excluded) == ((suspects, 1), {"open": 1})


@pytest.mark.parametrize(("times", "suspects"), [(20, 0), (21, 21)])
def test_more_than_twenty_closes_of_a_unit_in_a_minute_are_suspect(town: Town, times: int, suspects: int) -> None:
    town.case("10-05 08:00", times=times - 1, closed="2026-10-06 08:00:59", agency_responsible="roads")
    town.case("10-05 08:00", closed="10-06 08:00", agency_responsible="roads")
    town.case("10-05 08:00", closed="10-06 08:01", agency_responsible="roads")
    town.case("10-05 08:00", closed="10-06 08:00", agency_responsible="lamps")
    town.case("10-05 08:00", times=30, closed="10-06 08:00")  # of no unit
    assert rate(town.figure("suspect_closure_rate")) == (suspects, times + 32)


def test_what_makes_closes_many_may_lie_anywhere_and_be_of_any_category(town: Town) -> None:
    town.case("10-05 08:00", area="A", closed="10-06 08:00", agency_responsible="roads")
    town.case("09-05 08:00", times=10, area="B", closed="10-06 08:00", agency_responsible="roads")
    town.case("10-05 08:00", times=10, area=None, closed="10-06 08:00", agency_responsible="roads", category="light")
    secretary = Viewer("secretary", "secretary", AREA, frozenset({town.area_ids["A"]}))
    seen = town.figures("suspect_closure_rate", level="community", viewer=secretary)
    assert [(each.area, rate(each)) for each in seen] == [("A", (1, 1))]
    assert rate(town.figures("suspect_closure_rate", level="community")[0]) == (1, 1)
    assert rate(town.figure("suspect_closure_rate", category="noise")) == (1, 1)


def test_void_cases_and_duplicates_do_not_make_closes_many(town: Town) -> None:
    alike = {"closed": "10-06 08:00", "agency_responsible": "roads"}
    town.case("10-05 08:00", times=20, **alike)
    town.case("10-05 08:00", is_void=True, **alike)
    town.case("10-05 08:00", is_duplicate=True, duplicate_of_code="i1", **alike)
    assert rate(town.figure("suspect_closure_rate")) == (0, 20)


def test_closes_are_many_as_they_stood_at_e(town: Town) -> None:
    town.case("10-05 08:00", times=20, closed="10-06 08:00", agency_responsible="roads")
    town.past("10-05 08:00", ("closed", "10-06 08:00"), ("reopened", "10-20 08:00"), agency_responsible="roads")
    assert rate(town.figure("suspect_closure_rate", days=("10-01", "10-20"))) == (21, 21)
    assert rate(town.figure("suspect_closure_rate")) == (0, 20)  # one of them is open again


def test_a_bare_date_is_no_minute(town: Town) -> None:
    town.case("10-05 08:00", times=21, closed="10-06 00:00", agency_responsible="roads", day_precision=["closed_at"])
    figure = town.figure("suspect_closure_rate")
    assert (rate(figure), figure.excluded["day_precision"]) == ((0, 0), 21)


@pytest.mark.parametrize(
    ("metres", "bearing", "repeats"),
    [(0, 0, 1), (49.999, 90, 1), (50.001, 90, 0), (49.999, 0, 1), (50.001, 0, 0), (49.999, 225, 1), (50.001, 225, 0)],
)
def test_a_case_within_fifty_metres_is_a_repeat(town: Town, metres: float, bearing: float, repeats: int) -> None:
    town.case("10-05 08:00", closed="10-06 08:00", geom=away(0))
    town.case("10-07 08:00", geom=away(metres, bearing))
    figure = town.figure("repeat_rate")
    assert (rate(figure), figure.excluded) == ((repeats, 1), {"open": 1})


@pytest.mark.parametrize(
    ("reported", "repeats"),
    [("2026-10-01 08:00:00", 0), ("2026-10-01 08:00:01", 1), ("2026-10-31 08:00:00", 1), ("2026-10-31 08:00:01", 0)],
)
def test_a_repeat_comes_after_the_close_and_within_thirty_days(town: Town, reported: str, repeats: int) -> None:
    town.case("10-01 00:00", closed="10-01 08:00", geom=away(0))
    town.case(reported, geom=away(10))
    assert rate(town.figure("repeat_rate", days=("10-01", "11-10"))) == (repeats, 1)


def test_a_repeat_comes_before_e(town: Town) -> None:
    town.case("10-05 08:00", closed="10-31 08:00", geom=away(0))
    town.case("11-01 00:00", geom=away(10))
    assert rate(town.figure("repeat_rate")) == (0, 1)
    assert rate(town.figure("repeat_rate", days=("10-01", "11-02"))) == (1, 1)
    assert rate(town.figure("repeat_rate", days=("10-01", "11-02"), now="10-31 20:00")) == (0, 1)


def test_other_categories_void_cases_and_duplicates_repeat_nothing(town: Town) -> None:
    town.case("10-05 08:00", closed="10-06 08:00", geom=away(0))
    town.case("10-07 08:00", geom=away(1), category="light")
    town.case("10-07 08:00", geom=away(1), is_void=True)
    town.case("10-07 08:00", geom=away(1), is_duplicate=True, duplicate_of_code="i1")
    town.case("10-07 08:00")  # without a point
    assert rate(town.figure("repeat_rate", category="noise")) == (0, 1)


def test_a_repeat_next_door_counts_although_the_viewer_does_not_see_it(town: Town) -> None:
    town.case("10-05 08:00", closed="10-06 08:00", geom=away(0), area="A")
    town.case("10-07 08:00", geom=away(1), area="B")
    secretary = Viewer("secretary", "secretary", AREA, frozenset({town.area_ids["A"]}))
    for viewer in ({}, {"viewer": secretary}):
        assert rate(town.figures("repeat_rate", level="community", **viewer)[0]) == (1, 1)


def test_a_case_of_the_same_reporter_is_a_repeat_wherever_it_lies(town: Town) -> None:
    town.case("10-05 08:00", closed="10-06 08:00", geom=away(0), reporter_ref=7)
    town.case("10-05 08:00", closed="10-06 08:00", reporter_ref=8)
    town.case("10-05 08:00", closed="10-06 08:00")
    town.case("10-07 08:00", geom=away(5_000), reporter_ref=7)
    town.case("10-07 08:00", reporter_ref=8, category="light")
    town.case("10-07 08:00")  # nobody is not the same as nobody
    assert rate(town.figure("repeat_rate")) == (1, 3)


def test_a_case_reopened_before_e_is_no_closed_case_and_one_reopened_later_is(town: Town) -> None:
    town.past("10-05 08:00", ("closed", "10-06 08:00"), ("reopened", "10-20 08:00"), geom=away(0))
    town.case("10-07 08:00", geom=away(1))
    assert rate(town.figure("repeat_rate", days=("10-01", "10-20"))) == (1, 1)
    assert rate(town.figure("repeat_rate")) == (0, 0)


def test_bare_dates_are_compared_by_day(town: Town) -> None:
    town.case("10-01 08:00", closed="10-05 00:00", geom=away(0), day_precision=["closed_at"])
    town.case("10-05 20:00", geom=away(1))  # the same day
    assert rate(town.figure("repeat_rate")) == (0, 1)
    town.case("10-06 00:00", geom=away(1))
    assert rate(town.figure("repeat_rate")) == (1, 1)


def test_every_month_of_a_trend_stands_as_of_its_own_end(town: Town) -> None:
    town.case("10-05 08:00", closed="10-06 08:00", geom=away(0))
    town.case("10-25 08:00", geom=away(0), closed="10-26 08:00")
    town.case("11-05 08:00", geom=away(0))
    by_end = [rate(town.figure("repeat_rate", days=("10-01", end))) for end in ("10-20", "11-01", "11-10")]
    assert by_end == [(0, 1), (1, 2), (2, 2)]


def test_solved_are_those_whose_reporters_said_so_when_called_back(town: Town) -> None:
    called = {"closed": "10-05 09:00", "followed_up": "10-06 09:00"}
    town.case("10-05 08:00", times=9, is_solved=True, **called)
    town.case("10-05 08:00", times=2, is_solved=False, **called)
    town.case("10-05 08:00", times=3, **called)
    town.case("10-05 08:00", is_solved=True, closed="10-05 09:00", followed_up="11-01 00:00")  # called back at E
    figure = town.figure("solved_rate")
    assert (rate(figure), figure.excluded) == ((9, 11), {"no_follow_up": 1, "not_reached": 3})
    assert rate(town.figure("solved_rate", days=("10-01", "11-02"))) == (10, 12)


def test_satisfied_is_a_score_of_four_or_five(town: Town) -> None:
    called = {"closed": "10-05 09:00", "followed_up": "10-06 09:00"}
    for score in range(1, 6):
        town.case("10-05 08:00", times=score, satisfaction_score=score, **called)
    town.case("10-05 08:00", **called)
    figure = town.figure("satisfaction_rate")
    assert (rate(figure), figure.excluded) == ((9, 15), {"no_follow_up": 0, "not_scored": 1})


def test_a_source_that_does_not_ask_has_no_such_rate(town: Town) -> None:
    town.run("update core.source set stages = array['reported', 'closed', 'followed_up']")
    town.case("10-05 08:00", times=12, closed="10-05 09:00", followed_up="10-06 09:00")
    for slug in ("solved_rate", "satisfaction_rate"):
        figure = town.figure(slug)
        assert (figure.note, rate(figure), figure.excluded["no_follow_up_stage"]) == ("no-data", (0, 0), 12)


def test_an_area_without_cases_has_no_rate(town: Town) -> None:
    town.case("10-05 08:00", area="A", closed="10-06 08:00")
    for slug in ("repeat_rate", "suspect_closure_rate", "rework_rate", "carry_over_rate"):
        empty = town.figures(slug, level="community")[1]
        assert (empty.area, rate(empty), empty.note) == ("B", (0, 0), "no-data")
