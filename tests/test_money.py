"""The ledger's figures by hand: balances, the gap of 0, commitments, transfers, the clock and the viewer's scope."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from cockpit.charts import idle, months, sankey, waterfall
from cockpit.funds import money, money_flow, money_months
from cockpit.funds.money import ASLEEP, AWAKE, WATCH, Summary, Window
from cockpit.funds.money_months import Months
from cockpit.spreadsheets import safe_cell
from config.money import Idle, kinds
from geo import money as ledger
from geo.money import Covered, EntryQuery, Flow, MonthFlow, Payment, Position, Scope
from geo.store import Store
from geo.viewer import LEADER, Clock, Viewer
from geo.wall import funds as wall_funds
from geo.wall.funds import WallFunds

IDLE = Idle(watch_months=6, sleep_months=12)
TODAY = date(2026, 11, 20)
YEAR = Scope("funds", date(2026, 1, 1), date(2026, 11, 21), TODAY)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"

# entry, fund, kind, day, year, source kind, use kind, amount, community, counter fund, corrects
ENTRIES = """
o1 elder  opening   2025-01-01 -    -        -          1000.00 -  -    -
i1 elder  income    2025-06-01 -    resident -           500.00 -  -    -
x1 elder  expense   2025-12-31 -    -        meals        200.00 b  -    -
i2 elder  income    2026-02-01 -    merchant -           300.00 -  -    -
i3 elder  income    2026-03-01 -    fiscal   -           100.10 -  -    -
x2 elder  expense   2026-05-01 -    -        meals        250.05 b  -    -
x3 elder  expense   2026-06-01 -    -        management    50.00 -  -    -
c1 elder  committed 2026-08-01 -    -        meals        400.00 b  -    -
t1 elder  transfer  2026-09-01 -    -        hardship     120.00 -  help -
x4 elder  expense   2026-12-24 -    -        meals        999.00 b  -    -
k1 elder  expense   2026-05-02 -    -        meals         10.00 b  -    x2
o2 help   opening   2026-01-01 -    -        -            80.00 -  -    -
x5 help   expense   2026-10-01 -    -        hardship      30.00 a  -    -
o3 sleepy opening   2024-01-01 -    -        -           700.00 -  -    -
x6 sleepy expense   2025-11-20 -    -        culture      100.00 -  -    -
x7 sleepy expense   2026-11-01 -    -        management     5.00 -  -    -
x8 blind  expense   2026-04-01 -    -        public_space 60.00 a  -    -
g1 grants expense   -          2025 -        -           900.00 b  -    -
g2 grants expense   -          2026 -        -           800.00 b  -    -
p1 -      committed 2026-04-05 -    -        roads      2500.00 -  -    -
p2 -      committed 2026-04-06 -    -        roads       500.00 -  -    -
"""


@pytest.fixture(scope="module")
def filled(store: Store, clock: Clock) -> Store:
    """A street with communities a and b; the elder fund is the street's, the others as named; entries as above."""
    with store.loading(LEADER, clock) as connection:
        connection.execute(
            text("""
            insert into core.source (code, dataset, name) values ('hand', 'funds', 'hand');
            insert into ops.load (dataset, file_name, sha256, fingerprint, status, loaded_by, started_at, finished_at)
              values ('funds', 'x.csv', '0', '0', 'loaded', 'test', ops.clock(), ops.clock());
            insert into core.area (level, code, name, parent_id, is_nested, geom, label_point, area_m2, source_id,
                                   load_id, content_hash)
            select l, c, c, p, true, st_multi(st_makeenvelope(x, 0, x + 1, 1, 4326)),
                   st_setsrid(st_point(x + .5, .5), 4326), 1, 1, 1, c
              from (values ('street', 's', null::int, 0), ('community', 'a', 1, 0), ('community', 'b', 1, 1))
                   v (l, c, p, x);
            """)
        )
        connection.execute(
            text("""
            insert into core.fund (source_id, fund_code, name, fund_kind, opened_on, street_id, community_id,
                                   content_hash, load_id)
            select 1, c, n, k, o::date, 1, a, 'h', 1
              from (values ('elder', :hostile, 'community', '2025-01-01', null::int),
                           ('help', 'help', 'named', '2026-01-01', 2), ('sleepy', 'sleepy', 'named', '2024-01-01', 3),
                           ('blind', 'blind', 'named', '2024-01-01', null), ('bare', 'bare', 'named', null, null),
                           ('grants', 'grants', 'programme', null, null)) v (c, n, k, o, a);
            """),
            {"hostile": HOSTILE},
        )
        for line in ENTRIES.strip().splitlines():
            names = ("code", "fund", "kind", "day", "year", "source", "use", "amount", "area", "counter", "corrects")
            values = (None if word == "-" else word for word in line.split())
            row = dict(zip(names, values, strict=True))
            connection.execute(
                text("""
                insert into core.ledger_entry (source_id, entry_code, fund_id, counter_fund_id, entry_kind, occurred_on,
                  fiscal_year, source_kind, use_kind, payer, payee, amount, street_id, community_id, corrects_code,
                  recorded_at, content_hash, load_id)
                values (1, :code, (select fund_id from core.fund where fund_code = :fund),
                  (select fund_id from core.fund where fund_code = :counter), :kind, :day, :year, :source, :use,
                  '=1+1', :hostile, :amount, 1, (select area_id from core.area where code = :area), :corrects,
                  ops.clock(), 'h', 1)
                """),
                row | {"hostile": HOSTILE},
            )
    return store


Ask = Callable[..., tuple[tuple[Position, ...], tuple[Flow, ...], Summary]]


@pytest.fixture
def ask(filled: Store, clock: Clock) -> Ask:
    """Positions, flows and summary of a scope, for a viewer."""

    def asked(
        scope: Scope = YEAR, *, viewer: Viewer = LEADER
    ) -> tuple[tuple[Position, ...], tuple[Flow, ...], Summary]:
        with filled.reading(viewer, clock) as connection:
            found = ledger.positions(
                connection, scope, year_start=money.year_before(scope.end),
                self_generated=kinds().self_generated, overhead=kinds().overhead,
            )  # fmt: skip
            flows = ledger.flows(connection, scope, toward="use", level="community")
        return found, flows, money.summarise(found, flows, on=min(scope.today, scope.end), idle=IDLE)

    return asked


def by_code(positions: tuple[Position, ...]) -> dict[str, Position]:
    return {position.fund_code: position for position in positions}


def test_a_balance_is_opening_plus_in_minus_out_and_equals_the_hand_sum(ask: Ask) -> None:
    elder = by_code(ask()[0])["elder"]
    assert elder.opening == Decimal("1300.00")  # 1000 + 500 - 200
    assert elder.income == Decimal("400.10")
    assert elder.expense == Decimal("310.05")  # 250.05 + 50 + the correction of 10
    assert elder.passed_on == Decimal("120.00")
    assert elder.closing == Decimal("1270.05")


def test_an_opening_inside_the_window_is_opening_and_not_income(ask: Ask) -> None:
    help_ = by_code(ask()[0])["help"]
    assert (help_.opening, help_.income, help_.received, help_.closing) == (80, 0, 120, 170)


def test_a_committed_entry_enters_no_balance_and_is_told_beside_it(ask: Ask) -> None:
    elder = by_code(ask()[0])["elder"]
    assert elder.committed == 400
    assert elder.closing == elder.opening + elder.income - elder.expense - elder.passed_on


def test_an_entry_after_the_clock_does_not_exist_and_comes_with_its_day(ask: Ask) -> None:
    before = by_code(ask()[0])["elder"].closing
    later = Scope("funds", date(2026, 1, 1), date(2027, 1, 1), date(2026, 12, 24))
    assert by_code(ask(replace(later, today=date(2026, 12, 23)))[0])["elder"].closing == before
    assert by_code(ask(later)[0])["elder"].closing == before - 999


def test_the_ledger_gap_is_zero_and_transfers_are_eliminated(ask: Ask) -> None:
    _, _, summary = ask()
    assert (summary.received, summary.passed_on, summary.between) == (0, 0, 120)
    assert summary.gap == 0
    assert summary.opening == Decimal("1980.00")  # 1300 + 80 + 600
    assert summary.closing == Decimal("2035.05")  # 1270.05 + 170 + 595
    assert sum(holding.position.closing for holding in summary.with_balance) == summary.closing


def test_a_transfer_to_a_fund_outside_the_scope_is_no_longer_internal(ask: Ask) -> None:
    fund_id = by_code(ask()[0])["help"].fund_id
    _, _, summary = ask(replace(YEAR, fund_id=fund_id))
    assert (summary.received, summary.between, summary.gap, summary.closing) == (120, 0, 0, 170)


def test_a_fund_without_stated_income_has_no_balance_and_is_never_negative(ask: Ask) -> None:
    positions, flows, summary = ask()
    blind = by_code(positions)["blind"]
    assert not blind.has_income
    assert blind.closing < 0, "the ledger alone would say so"
    assert blind.name not in {holding.position.name for holding in summary.with_balance}
    graph = money_flow.fund_graph(summary, flows, target="use", order=())
    assert money_flow.Knot(0, money_flow.UNSTATED, "") in graph.knots
    assert money_flow.Knot(0, money_flow.OVERDRAWN, "") not in graph.knots


def test_a_fund_sleeps_after_twelve_whole_months_without_charitable_spending(ask: Ask) -> None:
    _, _, summary = ask()
    states = {holding.position.fund_code: (holding.months, holding.state) for holding in summary.holdings}
    assert states["sleepy"] == (12, ASLEEP), "management cost on 1 November is no charitable outflow"
    assert states["elder"] == (6, WATCH)
    assert states["help"] == (1, AWAKE)
    assert states["bare"] == (None, AWAKE)
    assert summary.asleep_balance == 595


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        (date(2025, 11, 20), date(2026, 11, 20), 12),
        (date(2025, 11, 21), date(2026, 11, 20), 11),
        (date(2026, 1, 31), date(2026, 2, 28), 0),
        (date(2026, 1, 31), date(2026, 3, 1), 1),
    ],
)
def test_months_are_whole_calendar_months(earlier: date, later: date, months: int) -> None:
    assert money.months_between(earlier, later) == months


def test_the_self_generated_share_and_the_share_used_follow_the_catalogue(ask: Ask) -> None:
    _, _, summary = ask()
    assert summary.self_generated_share == Decimal("300") / Decimal("400.10")
    # charitable in 12 months: 200 + 250.05 + 10 + 30; available: 1500 + 80 + 600 opening a year ago, income 400.10
    assert summary.use_rate == Decimal("490.05") / Decimal("2580.10")


def test_both_sides_of_the_sankey_are_equal_and_the_sleeping_funds_are_one_slab(ask: Ask) -> None:
    _, flows, summary = ask()
    graph = money_flow.fund_graph(summary, flows, target="use", order=[kind.code for kind in kinds().sources])
    assert graph.left == graph.right
    # opening 1980 + income 400.10 + the blind fund's 60
    assert graph.left == Decimal("2440.10")
    slab = money_flow.Knot(1, money_flow.SLEEPING, "", 1)
    assert graph.knots[slab] == 600
    assert graph.knots[money_flow.Knot(2, money_flow.COMMITTED, "")] == 400
    last = [knot.kind for knot in graph.knots if knot.column == 2][-1]
    assert last == money_flow.CLOSING


def test_a_viewer_of_an_area_sees_the_whole_own_fund_and_nothing_of_the_sibling(ask: Ask) -> None:
    secretary = Viewer(name="s", role="secretary", area_ids=frozenset({3}))
    positions, flows, summary = ask(viewer=secretary)
    assert [position.fund_code for position in positions] == ["sleepy"]
    assert positions[0].closing == 595
    assert summary.gap == 0
    outside = [flow for flow in flows if not flow.is_held]
    assert len({flow.fund_id for flow in outside}) == 1, (
        "the street's fund shows by name, on the entries that serve the area"
    )
    assert {flow.fund_id for flow in outside}.isdisjoint({position.fund_id for position in positions})
    assert sum(flow.amount for flow in outside) == Decimal("260.05")
    graph = money_flow.fund_graph(summary, flows, target="use", order=())
    assert graph.left == graph.right


def test_a_viewer_without_areas_sees_no_money(ask: Ask, filled: Store, clock: Clock) -> None:
    nobody = Viewer(name="n", role="secretary")
    assert ask(viewer=nobody)[:2] == ((), ())
    with filled.reading(nobody, clock) as connection:
        assert ledger.books(connection, today=TODAY, area_id=None) == ()


def test_the_area_filter_keeps_its_funds_and_what_others_spend_there(ask: Ask) -> None:
    positions, flows, summary = ask(replace(YEAR, area_id=2))
    assert [position.fund_code for position in positions] == ["help"]
    assert sum(flow.amount for flow in flows if not flow.is_held) == 60
    graph = money_flow.fund_graph(summary, flows, target="use", order=())
    assert graph.left == graph.right == 80 + 120 + 60


def test_an_entry_of_a_year_counts_only_in_a_window_that_holds_the_year(filled: Store, clock: Clock) -> None:
    def total(start: date, end: date, today: date = TODAY) -> Decimal:
        with filled.reading(LEADER, clock) as connection:
            scope = Scope("programmes", start, end, today)
            found = ledger.payments(connection, scope, toward="area", level="community")
        return sum((payment.amount for payment in found), Decimal(0))

    assert total(date(2025, 1, 1), date(2026, 1, 1)) == 900
    assert total(date(2025, 1, 2), date(2026, 1, 1)) == 0
    assert total(date(2025, 1, 1), date(2027, 1, 1)) == 900, "2026 has not ended at the clock"
    assert total(date(2025, 1, 1), date(2027, 1, 1), date(2026, 12, 31)) == 1700


def test_orders_without_a_fund_are_a_book_of_their_own_without_balances(filled: Store, clock: Clock) -> None:
    with filled.reading(LEADER, clock) as connection:
        books = ledger.books(connection, today=TODAY, area_id=None)
        found = ledger.payments(connection, replace(YEAR, book="flows"), toward="payee", level="community")
    assert [(book.code, book.entries) for book in books] == [("funds", 16), ("programmes", 1), ("flows", 2)]
    assert [(payment.amount, payment.entries) for payment in found] == [(3000, 2)]


AskMonths = Callable[..., tuple[tuple[MonthFlow, ...], Months | None]]
THIS_YEAR = Window("year", date(2026, 1, 1), date(2026, 11, 21))


@pytest.fixture
def ask_months(filled: Store, clock: Clock) -> AskMonths:
    """What moved by month and the months shown for it, for a viewer."""

    def asked(
        scope: Scope = YEAR, *, window: Window = THIS_YEAR, has_income: bool = True, viewer: Viewer = LEADER
    ) -> tuple[tuple[MonthFlow, ...], Months | None]:
        with filled.reading(viewer, clock) as connection:
            known = ledger.covered(connection, book=scope.book, today=scope.today)
            shown = money_months.span(window, known, today=scope.today)
            start, end = shown or (scope.start, scope.end)
            flows = ledger.months(connection, replace(scope, start=start, end=end))
        if shown is None:
            return flows, None
        return flows, money_months.by_month(
            flows, known, shown=shown, window=window, today=scope.today, has_income=has_income
        )

    return asked


def told(found: Months | None) -> dict[str, tuple[str, ...]]:
    """Income, spending, commitments and net by month, of months in which anything was."""
    assert found is not None
    return {
        f"{month.start:%Y-%m}": tuple(str(x) for x in (month.income, month.expense, month.committed, month.net))
        for month in found.months
        if month.entries
    }


def test_the_months_are_those_of_the_hand_sum(ask_months: AskMonths) -> None:
    _, found = ask_months()
    assert told(found) == {
        "2025-06": ("500.00", "0", "0", "500.00"),
        "2025-11": ("0", "100.00", "0", "-100.00"),
        "2025-12": ("0", "200.00", "0", "-200.00"),
        "2026-02": ("300.00", "0", "0", "300.00"),
        "2026-03": ("100.10", "0", "0", "100.10"),
        "2026-05": ("0", "260.05", "0", "-260.05"),  # 250.05 and the correction of 10
        "2026-06": ("0", "50.00", "0", "-50.00"),
        "2026-08": ("0", "0", "400.00", "0"),  # promised: in neither spending nor net
        "2026-10": ("0", "30.00", "0", "-30.00"),  # September's transfer among the funds is eliminated
        "2026-11": ("0", "5.00", "0", "-5.00"),
    }
    assert found is not None
    assert found.others == 60, "the blind fund states no income: beside, not in the sums"


def test_the_months_of_a_window_add_up_to_its_waterfall(ask: Ask, ask_months: AskMonths) -> None:
    summary, (_, found) = ask()[2], ask_months()
    assert found is not None
    chosen = [month for month in found.months if month.is_chosen]
    assert len(chosen) == 11
    assert sum(month.income for month in chosen) == summary.income
    assert sum(month.expense for month in chosen) == summary.expense
    assert sum(month.committed for month in chosen) == summary.committed
    assert sum(month.net for month in chosen) == summary.closing - summary.opening


def test_the_months_are_the_last_24_and_the_running_one_is_partial(ask_months: AskMonths) -> None:
    _, found = ask_months()
    assert found is not None
    assert (found.months[0].start, found.months[-1].start) == (date(2024, 12, 1), date(2026, 11, 1))
    assert [month.start for month in found.months if month.is_partial] == [date(2026, 11, 1)]
    assert not found.months[-1].is_over
    assert found.months[-1].known_to is None
    assert found.months[0].is_covered, "the ledger runs from January 2024: nothing moved, so this is a zero"


def test_a_transfer_from_outside_the_scope_is_received_in_its_month(ask: Ask, ask_months: AskMonths) -> None:
    fund_id = by_code(ask()[0])["help"].fund_id
    _, found = ask_months(replace(YEAR, fund_id=fund_id))
    assert found is not None
    assert {month.start.month: month.received for month in found.months if month.received} == {9: 120}
    assert found.total("net") == 90


def test_a_ledger_without_income_shows_what_goes_out_and_no_net(ask: Ask, ask_months: AskMonths) -> None:
    fund_id = by_code(ask()[0])["blind"].fund_id
    _, found = ask_months(replace(YEAR, fund_id=fund_id), has_income=False)
    assert told(found) == {"2026-04": ("0", "60.00", "0", "-60.00")}
    assert found is not None
    assert not found.has_income


def test_orders_are_promises_of_the_months_that_their_ledger_covers(ask_months: AskMonths) -> None:
    _, found = ask_months(replace(YEAR, book="flows"), has_income=False)
    assert found is not None
    assert [(month.start, month.committed, month.entries) for month in found.months] == [(date(2026, 4, 1), 3000, 2)]
    assert found.months[0].known_to == date(2026, 4, 6), "the ledger ends in it: its sum is of a part"


def test_entries_of_a_year_have_no_month_and_are_told_apart(ask_months: AskMonths) -> None:
    scope = Scope("programmes", date(2025, 1, 1), date(2026, 1, 1), TODAY)
    flows, found = ask_months(scope, has_income=False)
    assert found is None, "no entry has a day, so no month is known"
    assert [(flow.month, flow.expense, flow.entries) for flow in flows] == [(None, 900, 1)]
    covered = (Covered(1, date(2025, 1, 1), date(2025, 12, 31)),)
    beside = money_months.by_month(
        flows, covered, shown=(date(2025, 1, 1), date(2026, 1, 1)), window=THIS_YEAR, today=TODAY, has_income=False
    )
    assert (beside.undated, beside.undated_amount, beside.entries) == (1, 900, 0)


def test_a_viewer_of_an_area_sees_the_months_of_the_own_fund(ask_months: AskMonths) -> None:
    secretary = Viewer(name="s", role="secretary", area_ids=frozenset({3}))
    _, found = ask_months(viewer=secretary)
    assert told(found) == {"2025-11": ("0", "100.00", "0", "-100.00"), "2026-11": ("0", "5.00", "0", "-5.00")}
    nobody = Viewer(name="n", role="secretary")
    assert ask_months(viewer=nobody) == ((), None)


def test_a_month_between_two_ledgers_is_a_gap_and_not_zero() -> None:
    covered = (Covered(1, date(2026, 1, 5), date(2026, 2, 3)), Covered(2, date(2026, 4, 1), date(2026, 5, 9)))
    shown = money_months.span(THIS_YEAR, covered, today=TODAY)
    assert shown == (date(2026, 1, 1), date(2026, 6, 1)), "nothing is shown before or after what is known"
    found = money_months.by_month((), covered, shown=shown, window=THIS_YEAR, today=TODAY, has_income=True)
    assert [month.is_covered for month in found.months] == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [
        (date(2020, 1, 1), date(2026, 11, 21), (date(2020, 1, 1), date(2026, 12, 1))),
        (date(2025, 3, 1), date(2025, 4, 1), (date(2023, 4, 1), date(2025, 4, 1))),
        (date(2000, 1, 1), date(2026, 11, 21), (date(2016, 12, 1), date(2026, 12, 1))),
        (date(2010, 1, 1), date(2011, 1, 1), None),
    ],
)
def test_the_months_reach_back_24_or_as_far_as_the_window_and_never_beyond_the_ledger(
    start: date, end: date, shown: tuple[date, date] | None
) -> None:
    covered = (Covered(1, date(2012, 6, 1), date(2026, 11, 18)),)
    assert money_months.span(Window("own", start, end), covered, today=TODAY) == shown


def column(**amounts: float) -> months.Column:
    known = dict.fromkeys(("income", "received", "expense", "passed_on", "committed"), 0.0)
    return months.Column(2026, 1, "1月", (HOSTILE,), **{**known, **amounts})


def test_in_stands_upwards_out_downwards_and_a_promise_apart() -> None:
    bars = months.MonthBars((column(income=5, received=2, expense=3, passed_on=1, committed=4, net=3),), True)
    figure = {trace.name: trace for trace in months.month_figure(bars).data}
    ends = {name: (figure[name].base[0], figure[name].y[0]) for name in ("income", "received", "expense", "passed_on")}
    assert ends == {"income": (0, 5), "received": (5, 2), "expense": (0, -3), "passed_on": (-3, -1)}
    assert figure["net"].y == (3,)
    assert figure["committed"].offset >= figure["expense"].offset + figure["expense"].width, "beside, not on top"


def test_a_month_without_a_promise_has_no_rim_and_few_months_no_slabs() -> None:
    (bar,) = [
        trace
        for trace in months.month_figure(months.MonthBars((column(committed=4), column()), False)).data
        if trace.name == "committed"
    ]
    assert bar.marker.line.width == (1.5, 0)
    assert bar.width == pytest.approx(months.ALONE.width * 2 / months.FEW)


def test_without_income_what_goes_out_stands_upwards_and_a_gap_has_no_bar() -> None:
    unknown = months.Column(2026, 2, "2月", ("无数据",))
    figure = {
        trace.name: trace
        for trace in months.month_figure(months.MonthBars((column(expense=3), unknown, column(expense=0)), False)).data
    }
    assert set(figure) == {"expense", "unknown", "pointer"}
    assert figure["expense"].y == (3, None, 0)
    assert figure["unknown"].x == (1,)
    assert "<script" not in figure["pointer"].hovertext[0]


def test_entries_are_filtered_sorted_and_counted_in_pages(filled: Store, clock: Clock) -> None:
    def codes(query: EntryQuery, scope: Scope = YEAR) -> tuple[list[str], int]:
        with filled.reading(LEADER, clock) as connection:
            page = ledger.entries(connection, scope, query)
        return [entry.entry_code for entry in page.rows], page.found

    assert codes(EntryQuery(rows=2))[0] == ["x7", "x5"]
    assert codes(EntryQuery(rows=2))[1] == 11
    assert codes(EntryQuery(kind="income", sort="amount", direction="asc")) == (["i3", "i2"], 2)
    assert codes(EntryQuery(text="MEALS"))[0] == ["c1", "k1", "x2"]
    assert codes(EntryQuery(text="%"))[0] == [], "what is searched is text, not a pattern"
    assert codes(EntryQuery(text="助餐", named_kinds=("meals",)))[1] == 3
    assert codes(EntryQuery(rows=5, skip=9)) == (["i2", "o2"], 11)


def test_a_correction_counts_beside_the_entry_it_names_and_both_say_so(filled: Store, clock: Clock) -> None:
    with filled.reading(LEADER, clock) as connection:
        found = {entry.entry_code: entry for entry in ledger.entries(connection, YEAR, EntryQuery(text="meals")).rows}
    assert found["k1"].corrects_code == "x2"
    assert found["x2"].corrected_by == "k1"


def payments(payers: int, payees: int) -> list[Payment]:
    return [
        Payment(f"payer {a}", None, None, f"payee {b}", Decimal(1 + (a * 7 + b * 13) % 97), 1)
        for a in range(payers)
        for b in range(payees)
    ]


def test_tails_are_folded_to_sixty_links_and_no_amount_is_lost() -> None:
    found = payments(85, 40)
    graph = money_flow.payment_graph(found, target="payee")
    total = sum(payment.amount for payment in found)
    assert len(graph.threads) <= money_flow.MAX_LINKS
    assert graph.left == graph.right == total
    folded = {knot.column: knot.folded for knot in graph.knots if knot.kind == money_flow.REST}
    named = [sum(knot.column == column and knot.kind != money_flow.REST for knot in graph.knots) for column in (0, 1)]
    assert [named[0] + folded[0], named[1] + folded[1]] == [85, 40]


def test_bands_are_as_thick_as_their_amounts_and_no_node_is_lower_than_its_line() -> None:
    nodes = tuple(
        sankey.Node(f"{c}{n}", c, f"n{n}", "1", "", "ink", amount)
        for c in (0, 1)
        for n, amount in enumerate((90.0, 10.0))
    )
    places = sankey._places(nodes, height=400)
    assert places["00"].height == pytest.approx(9 * places["01"].height)
    centres = sorted(place.top + place.height / 2 for place in places.values() if place.column == 0)
    assert centres[1] - centres[0] >= sankey.LINE_PX


def test_hostile_names_stay_text_in_every_chart() -> None:
    node = sankey.Node("a", 0, HOSTILE, HOSTILE, HOSTILE, "ink", 1.0, go=HOSTILE)
    other = sankey.Node("b", 1, HOSTILE, HOSTILE, HOSTILE, "ink", 1.0)
    drawn = sankey.draw(sankey.Diagram((node, other), (sankey.Link("a", "b", 1.0, HOSTILE, "ink"),), HOSTILE))
    drawn += waterfall.draw([waterfall.Step(HOSTILE, 0, 1, HOSTILE, HOSTILE, "in")], label=HOSTILE)
    drawn += idle.draw(
        [idle.Row(HOSTILE, 3, HOSTILE, HOSTILE, "awake", HOSTILE, HOSTILE)], [idle.Limit(6, HOSTILE)], label=HOSTILE
    )
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "&lt;script&gt;" in drawn


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "  =1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(value: str) -> None:
    assert safe_cell(value) == f"'{value}"


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert safe_cell("长者食堂 = 12") == "长者食堂 = 12"


def test_the_year_so_far_without_entries_gives_way_to_the_last_year_with_some() -> None:
    book = ledger.Book("flows", 3, Decimal(1), date(2013, 1, 1), date(2015, 12, 31))
    found = money.choose_window("year", None, book=book, today=TODAY)
    assert (found.start, found.end, found.moved) == (date(2015, 1, 1), date(2016, 1, 1), True)


def test_the_year_before_a_leap_day_ends_in_february() -> None:
    assert money.year_before(date(2024, 2, 29)) == date(2023, 2, 28)


# ---------------------------------------------------------------- the wall


def on_the_wall(filled: Store, clock: Clock, viewer: Viewer, scope: Scope = YEAR) -> WallFunds:
    words = kinds()
    return wall_funds.funds(
        filled, viewer, clock, scope=scope, year_start=money.year_before(scope.end),
        self_generated=words.self_generated, overhead=words.overhead, untold=words.untold,
    )  # fmt: skip


@pytest.mark.parametrize("area_ids", [frozenset(), frozenset({1}), frozenset({2}), frozenset({3})])
def test_the_wall_counts_what_the_page_counts_and_sees_nobody(
    ask: Ask, filled: Store, clock: Clock, area_ids: frozenset[int]
) -> None:
    level = {"level": "area", "area_ids": area_ids} if area_ids else {"level": "site"}
    found = on_the_wall(filled, clock, Viewer("w", "wall", **level))  # type: ignore[arg-type]
    positions, flows, _ = ask(viewer=Viewer("s", "leader", **level))  # type: ignore[arg-type]
    without = {"entries": 0, "area_name": None, "purpose": None}
    assert [replace(each, **without) for each in found.positions] == [replace(each, **without) for each in positions]  # type: ignore[arg-type]
    held = {position.fund_id for position in positions}
    assert [replace(each, entries=0) for each in found.flows] == [
        replace(each, entries=0) for each in flows if each.fund_id in held or each.counter_fund_id in held
    ]
    assert found.loaded_at == clock.at
    with filled.showing(Viewer("w", "wall", level="site"), clock) as connection:
        for column in ("payer", "payee", "project", "reason", "earmark", "street_id", "community_id", "corrects_code"):
            told = connection.execute(text(f"select count({column}) from mart.wall_entry")).scalar_one()
            assert told == 0, column


def test_without_the_right_the_wall_shows_no_fund(filled: Store, clock: Clock) -> None:
    found = on_the_wall(filled, clock, Viewer("x", "steward", level="site"))
    assert (found.positions, found.flows) == ((), ())
