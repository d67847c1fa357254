"""Exemptions: who may decide, what is refused, that the fact stays, and which figures change from which moment on."""

from collections.abc import Iterator
from datetime import date

import pytest
from figures_builder import Town, at
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cockpit import freezing, publishing
from cockpit.figures import Figure
from config.site import site
from geo import exemptions
from geo.exemptions import ExemptionError
from geo.figures import Question, areas
from geo.store import Store, StoreUrls
from geo.tracing import Trace, all_rows
from geo.viewer import AREA, OPERATOR, SITE, Clock, Viewer
from geo.windows import Window

NOW = Clock(at("11-20 12:00"))
EARLIER = Clock(at("11-10 12:00"))
EVALUATOR = Viewer("kong", "evaluator", SITE)
HOSTILE = "x'); drop table core.incident; -- =cmd|'/c calc'!A1 <script>alert(1)</script> {{7*7}} %s"
PAIR = ("on_time_rate", "on_time_rate_exempted", "exemption_rate")


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store) -> Iterator[Town]:
    town = Town(urls, store, NOW)
    yield town
    town.close()


@pytest.fixture
def town(built: Town) -> Town:
    """October: in A ten cases on time and two late (i11, i12), in B one open past its deadline (i13), one not due."""
    built.begin()
    built.run("truncate mart.published_month, mart.kept_month, mart.frozen_month, mart.frozen_figure cascade")
    built.case("10-05 08:00", times=10, due="10-05 10:00", closed="10-05 09:00")
    built.case("10-06 08:00", times=2, due="10-06 10:00", closed="10-06 11:00")
    built.case("10-07 08:00", area="B", due="10-08 10:00")
    built.case("11-19 08:00", area="B", due="12-08 10:00")
    return built


def case(town: Town, code: str) -> int:
    return exemptions.named(town.store, OPERATOR, NOW, code=code)


def exempt(town: Town, code: str, *, by: Viewer = EVALUATOR, clock: Clock = NOW, reason: str = "台风停电") -> None:
    exemptions.exempt(town.store, by, clock, incident_id=case(town, code), reason=reason)


def withdraw(town: Town, code: str, *, clock: Clock = NOW) -> None:
    exemptions.withdraw(town.store, EVALUATOR, clock, incident_id=case(town, code), reason="误判")


def parts(figure: Figure) -> tuple[int | None, int | None, int]:
    return figure.numerator, figure.denominator, figure.excluded.get("exempted", 0)


def three(town: Town, *, now: str | None = None) -> list[tuple[int | None, int | None, int]]:
    return [parts(figure) for figure in town.figures(*PAIR, now=now)]


def events(town: Town) -> int:
    return int(town.run("select count(*) from core.incident_event"))


# ---------------------------------------------------------------- figures


def test_an_exempted_case_leaves_the_figure_after_and_stays_in_the_fact(town: Town) -> None:
    assert three(town) == [(10, 13, 0), (10, 13, 0), (0, 3, 0)]
    exempt(town, "i11")
    exempt(town, "i13")
    assert three(town) == [(10, 13, 0), (10, 11, 2), (2, 3, 0)]
    assert town.figure("on_time_rate_exempted").excluded["no_deadline"] == 0
    assert town.figure("backlog_overdue").value == 1


def test_an_exemption_counts_from_the_moment_of_the_decision_on_and_until_it_is_taken_back(town: Town) -> None:
    exempt(town, "i11", clock=EARLIER)
    withdraw(town, "i11")
    assert three(town, now="11-10 11:59") == [(10, 13, 0), (10, 13, 0), (0, 3, 0)]
    assert three(town, now="11-10 12:00") == [(10, 13, 0), (10, 12, 1), (1, 3, 0)]
    assert three(town) == [(10, 13, 0), (10, 13, 0), (0, 3, 0)]
    assert events(town) == 2
    exempt(town, "i11")
    assert three(town)[1] == (10, 12, 1)


def test_a_case_that_is_on_time_at_e_counts_whatever_was_decided_later(town: Town) -> None:
    (reopened,) = town.case("10-10 08:00", due="10-12 10:00", has_history=True, revision=1)
    for kind, moment in (("closed", "10-11 08:00"), ("reopened", "11-02 08:00"), ("closed", "11-05 08:00")):
        town.event(reopened, kind, moment)
    before = three(town)
    exempt(town, "i15")
    assert three(town) == before


def test_the_rows_behind_a_figure_say_that_and_why_a_case_is_exempted(town: Town) -> None:
    exempt(town, "i11", reason="停电，联系人 13812345678")
    window = Window(date(2026, 10, 1), date(2026, 11, 1), site().zone)
    with town.store.reading(OPERATOR, NOW) as connection:
        (whole,) = areas(connection, question=Question(SITE), window=window)
        with all_rows(connection, trace=Trace("on_time_exempted", whole, window)) as found:
            rows = {row.code: row for row in found}
    told = rows["i11"]
    assert (told.mark, told.excluded) == ("excluded", "exempted")
    assert (told.exempted_at, told.exempted_by) == (NOW.at, "kong")
    assert "138****5678" in (told.exempted_why or "")
    assert rows["i12"].exempted_at is None


def test_months_kept_published_and_frozen_before_a_decision_are_renewed_but_the_frozen_one(town: Town) -> None:
    publishing.publish(town.store, NOW)
    freezing.freeze(town.store, NOW, date(2026, 10, 1))
    assert not publishing.due(town.store, NOW)
    exempt(town, "i11")
    assert three(town) == [(10, 13, 0), (10, 12, 1), (1, 3, 0)]
    assert publishing.due(town.store, NOW) == (date(2026, 10, 1),)
    publishing.publish(town.store, NOW)
    assert not publishing.due(town.store, NOW)
    assert three(town) == [(10, 13, 0), (10, 12, 1), (1, 3, 0)]
    assert three(town, now="11-19 08:00")[1] == (10, 13, 0)
    kept = (
        "select numerator || '/' || denominator from mart.published where kpi = 'on_time_rate_exempted' and code = 'A'"
    )
    assert town.run(kept) == "10/11"
    found = freezing.verify(town.store, NOW, date(2026, 10, 1))
    changed = {each.frozen.kpi for each in found.differences}
    assert changed == {"on_time_rate_exempted", "exemption_rate"}
    assert found.broken_from is None


# ---------------------------------------------------------------- decisions


@pytest.mark.parametrize(
    ("code", "fault"),
    [("i1", "not_overdue"), ("i14", "not_overdue"), ("nothing", "unknown_case")],
    ids=["on time", "not due", "unknown"],
)
def test_what_is_not_overdue_is_refused(town: Town, code: str, fault: str) -> None:
    with pytest.raises(ExemptionError) as refused:
        exempt(town, code)
    assert refused.value.code == fault
    assert events(town) == 0


@pytest.mark.parametrize("reason", ["", " ", "x", "长" * 201, "\x00\x01"])
def test_a_decision_needs_a_reason(town: Town, reason: str) -> None:
    with pytest.raises(ExemptionError) as refused:
        exempt(town, "i11", reason=reason)
    assert refused.value.code == "no_reason"


def test_nothing_is_decided_twice(town: Town) -> None:
    exempt(town, "i11")
    with pytest.raises(ExemptionError) as refused:
        exempt(town, "i11")
    assert (refused.value.code, refused.value.params["by"]) == ("already", "kong")
    withdraw(town, "i11")
    with pytest.raises(ExemptionError) as again:
        withdraw(town, "i11")
    assert again.value.code == "not_exempted"


def test_a_code_of_two_sources_is_named_by_its_source(town: Town) -> None:
    first = town.source_id
    town.source_id = town.source("other")
    town.cases = 10
    town.case("10-06 08:00", due="10-06 10:00", closed="10-06 11:00")
    town.source_id = first
    with pytest.raises(ExemptionError) as refused:
        exemptions.named(town.store, OPERATOR, NOW, code="i11")
    assert refused.value.code == "ambiguous"
    assert "other" in str(refused.value.params["sources"])
    assert exemptions.named(town.store, OPERATOR, NOW, code="i11", source="other") != exemptions.named(
        town.store, OPERATOR, NOW, code="i11", source=str(refused.value.params["sources"]).split(", ")[0]
    )


@pytest.mark.parametrize("role", ["leader", "secretary", "grid_worker", "steward", "admin", "wall"])
def test_other_roles_are_refused_by_the_database(town: Town, role: str) -> None:
    other = Viewer("chen", role, SITE)
    known = exemptions.named(town.store, OPERATOR, NOW, code="i11")
    with pytest.raises(ExemptionError) as refused:
        exemptions.exempt(town.store, other, NOW, incident_id=known, reason="台风停电")
    assert refused.value.code in ("not_allowed", "unknown_case")
    with pytest.raises(DBAPIError, match=r"row-level security|no right"), town.store.auditing(other, NOW) as connection:
        connection.execute(text(WRITE), {"id": known, "by": "chen", "kind": "exempted", "payload": '{"reason": "no"}'})
    assert events(town) == 0


WRITE = """
insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, actor, payload)
values (:id, cast(:kind as core.event_kind), ops.clock(), ops.clock(), :by, cast(:payload as jsonb))
"""


@pytest.mark.parametrize(
    "written",
    [
        {"by": "somebody"},
        {"kind": "closed"},
        {"kind": "exemption_withdrawn"},
        {"payload": '{"reason": "a deadline", "due_at": "2027-01-01T00:00+08"}'},
        {"payload": '{"reason": " "}'},
        {"payload": "{}"},
        {"id": -1},
    ],
    ids=lambda written: next(iter(written.values())),
)
def test_an_evaluator_writes_nothing_but_a_decision_with_a_reason_in_the_own_name(
    town: Town, written: dict[str, object]
) -> None:
    bound = {"id": case(town, "i11"), "by": "kong", "kind": "exempted", "payload": '{"reason": "ok"}'} | written
    with pytest.raises(DBAPIError), town.store.auditing(EVALUATOR, NOW) as connection:
        connection.execute(text(WRITE), bound)
    assert events(town) == 0


def test_an_evaluator_of_an_area_decides_there_and_nowhere_else(town: Town) -> None:
    of_b = Viewer("kong", "evaluator", AREA, frozenset({town.area_ids["B"]}))
    exempt(town, "i13", by=of_b)
    with pytest.raises(ExemptionError) as refused:
        exempt(town, "i11", by=of_b)
    assert refused.value.code == "unknown_case"
    bound = {"id": case(town, "i11"), "by": "kong", "kind": "exempted", "payload": '{"reason": "ok"}'}
    with pytest.raises(DBAPIError, match="row-level security"), town.store.auditing(of_b, NOW) as connection:
        connection.execute(text(WRITE), bound)
    of_a = Viewer("li", "secretary", AREA, frozenset({town.area_ids["A"]}))
    with town.store.reading(of_a, NOW) as connection:
        assert connection.execute(text("select count(*) from core.exemption")).scalar_one() == 0


def test_a_decision_is_never_changed_raises_the_data_version_and_is_in_the_trail(town: Town) -> None:
    before = town.store.data_version()
    exempt(town, "i11", reason=HOSTILE)
    assert town.store.data_version() == before + 1
    assert town.run("select payload ->> 'reason' from core.incident_event") == HOSTILE
    assert town.run("select action || ' ' || object || ' ' || viewer from ops.audit order by seq desc limit 1") == (
        "exempted incident:i11 kong"
    )
    for statement in ("delete from core.incident_event", "update core.incident_event set actor = 'x'"):
        with pytest.raises(DBAPIError), town.store.auditing(EVALUATOR, NOW) as connection:
            connection.execute(text(statement))
    withdraw(town, "i11")
    assert events(town) == 2
    assert town.run("select action from ops.audit order by seq desc limit 1") == "exemption-withdrawn"


def test_a_refusal_of_the_database_is_in_the_trail(town: Town) -> None:
    with pytest.raises(ExemptionError):
        exempt(town, "i11", by=Viewer("li", "secretary", AREA, frozenset({town.area_ids["A"]})))
    told = "select action || ' ' || result || ' ' || viewer from ops.audit order by seq desc limit 1"
    assert town.run(told) == "exempted refused li"


def test_a_case_reported_later_than_the_clock_is_unknown(town: Town) -> None:
    with pytest.raises(ExemptionError) as refused:
        exempt(town, "i13", clock=Clock(at("10-06 12:00")))
    assert refused.value.code == "unknown_case"
