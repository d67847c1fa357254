"""Frozen months: what is frozen stays, later data shows as the difference, and whoever alters a row is found out."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from command_line import Cockpit
from figures_builder import Town, at
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cockpit import figures, freezing
from config.indicators import indicators
from config.site import site
from geo import frozen
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock, Viewer
from geo.windows import Window

OCTOBER = date(2026, 10, 1)
NOW = Clock(at("11-20 12:00"))
Told = dict[tuple[str, str, str], tuple[object, ...]]


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store) -> Iterator[Town]:
    made = Town(urls, store, NOW)
    yield made
    made.close()


@pytest.fixture
def town(built: Town) -> Town:
    """Cases of October in both communities, and the month frozen."""
    built.begin()
    built.run("truncate mart.frozen_month, mart.frozen_figure")
    built.run("truncate mart.kept_month cascade")
    for day in range(1, 29):
        moment = f"10-{day:02}"
        built.case(f"{moment} 08:00", area="AB"[day % 2], accepted=f"{moment} 08:05", arrived=f"{moment} 08:20",
                   closed=f"{moment} 1{day % 10}:00", due=f"{moment} 15:00")  # fmt: skip
    freezing.freeze(built.store, NOW, OCTOBER)
    return built


def told(town: Town) -> Told:
    """Every figure of October as it is now."""
    window = Window(OCTOBER, date(2026, 11, 1), site().zone)
    return {
        (figure.level, figure.area or "", figure.indicator.slug): (
            figure.value, figure.numerator, figure.denominator, figure.n, figure.low, figure.high, figure.note,
            dict(figure.excluded),
        )
        for level in freezing.LEVELS
        for figure in figures.figures(
            town.store, LEADER, NOW, question=Question(level), windows=(window,), indicators=indicators()
        )
    }  # fmt: skip


def test_a_frozen_month_holds_every_figure_as_it_was_and_nothing_differs(town: Town) -> None:
    with town.store.reading(LEADER, NOW) as connection:
        held = frozen.figures(connection, OCTOBER)
        month = frozen.months(connection)[0]
    assert {figure.key: figure.told for figure in held} == told(town)
    assert month.figures == len(held)
    assert month.circumstances.frozen_by == "operator"
    assert set(month.circumstances.definitions) == {each.slug for each in indicators()}
    found = freezing.verify(town.store, NOW, OCTOBER)
    assert (found.broken_from, found.differences) == (None, ())


def test_later_data_changes_nothing_that_is_frozen_and_shows_as_exactly_the_figures_that_changed(town: Town) -> None:
    before = told(town)
    town.case("10-09 09:00", area="A", closed="10-09 23:00", due="10-09 15:00")
    after = told(town)
    changed = {key for key in before if before[key] != after[key]}
    assert changed
    assert not any(code.startswith("B") for _, code, _ in changed)
    found = freezing.verify(town.store, NOW, OCTOBER)
    assert found.broken_from is None
    assert {each.frozen.key for each in found.differences} == changed
    for each in found.differences:
        assert each.now is not None
        assert (each.frozen.told, each.now.told) == (before[each.frozen.key], after[each.frozen.key])
    counted = next(each for each in found.differences if each.frozen.key == ("community", "A", "incidents"))
    assert counted.difference == 1
    with town.store.reading(LEADER, NOW) as connection:
        assert {figure.key: figure.told for figure in frozen.figures(connection, OCTOBER)} == before


def test_an_area_that_is_gone_is_named(town: Town) -> None:
    town.run("update core.area set valid_to = '2026-09-01' where code = 'BG'")
    gone = {each.frozen.code for each in freezing.verify(town.store, NOW, OCTOBER).differences if each.now is None}
    assert gone == {"BG"}


@pytest.mark.parametrize(
    "statement",
    [
        "update mart.frozen_figure set value = value + 1 where kpi = 'incidents' and code = 'A'",
        "update mart.frozen_figure set excluded = '{\"x\": 1}' where kpi = 'incidents' and code = 'A'",
        "delete from mart.frozen_figure where kpi = 'incidents' and code = 'A'",
        "insert into mart.frozen_figure select month, level, 'C', kpi, name, value, numerator, denominator, n, low,"
        " high, note, excluded, definition from mart.frozen_figure where code = 'A'",
        "update mart.frozen_month set frozen_by = 'somebody'",
        "update mart.frozen_month set definitions = '{}'",
        "update mart.frozen_month set seq = 2",
    ],
)
def test_whoever_alters_a_frozen_row_is_found_out(town: Town, statement: str) -> None:
    town.run(statement)
    assert freezing.verify(town.store, NOW, OCTOBER).broken_from == OCTOBER


def test_a_month_altered_earlier_in_the_chain_is_named(town: Town) -> None:
    town.run("update core.source_coverage set first_on = '2026-09-01'")
    freezing.freeze(town.store, NOW, date(2026, 9, 1))
    assert freezing.verify(town.store, NOW, OCTOBER).broken_from is None
    town.run("update mart.frozen_figure set n = 1 where month = '2026-09-01' and kpi = 'incidents'")
    assert freezing.verify(town.store, NOW, OCTOBER).broken_from == date(2026, 9, 1)


def test_a_month_written_past_the_audit_trail_or_cut_off_is_named_and_nothing_is_frozen_after_altered_ones(
    town: Town,
) -> None:
    assert freezing.verify(town.store, NOW, OCTOBER).unaccounted is None
    september = date(2026, 9, 1)
    with town.store.loading(OPERATOR, NOW) as connection:
        held, (made,) = frozen.figures(connection, OCTOBER), frozen.months(connection)
        frozen.write(connection, replace(made.circumstances, month=september), held)
    found = freezing.verify(town.store, NOW, OCTOBER)
    assert (found.broken_from, found.unaccounted) == (None, september)
    for table in ("figure", "month"):
        town.run(f"delete from mart.frozen_{table} where month = '2026-09-01'")
    town.run("update core.source_coverage set first_on = '2026-09-01'")
    freezing.freeze(town.store, NOW, september)
    for table in ("figure", "month"):
        town.run(f"delete from mart.frozen_{table} where month = '2026-09-01'")
    found = freezing.verify(town.store, NOW, OCTOBER)
    assert (found.broken_from, found.unaccounted) == (None, september)
    town.run("update mart.frozen_figure set n = 1 where kpi = 'incidents'")
    with pytest.raises(freezing.BrokenChainError, match="2026-10"):
        freezing.freeze(town.store, NOW, september)


def test_not_even_the_loader_changes_what_is_frozen(town: Town) -> None:
    for statement in ("update mart.frozen_figure set n = 1", "delete from mart.frozen_month"):
        with pytest.raises(DBAPIError, match="permission denied"), town.store.loading(OPERATOR, NOW) as connection:
            connection.execute(text(statement))


def test_a_month_that_is_not_over_unknown_or_frozen_is_refused(town: Town) -> None:
    for month in (date(2026, 11, 1), date(2020, 1, 1)):
        with pytest.raises(freezing.NotClosedError):
            freezing.freeze(town.store, NOW, month)
    with pytest.raises(freezing.AlreadyFrozenError):
        freezing.freeze(town.store, NOW, OCTOBER)
    with pytest.raises(freezing.NotFrozenError):
        freezing.verify(town.store, NOW, date(2026, 9, 1))
    with pytest.raises(freezing.NotFrozenError):
        freezing.verify(town.store, Clock(at("11-19 12:00")), OCTOBER)


def test_a_viewer_of_some_areas_sees_their_frozen_figures_and_differences_only(town: Town) -> None:
    town.case("10-09 09:00", area="A")
    town.case("10-09 09:00", area="B")
    viewer = Viewer("s", "secretary", area_ids=frozenset({town.area_ids["A"]}))
    with town.store.reading(viewer, NOW) as connection:
        seen = {figure.code for figure in frozen.figures(connection, OCTOBER)}
        different = {each.frozen.code for each in freezing.differences(connection, NOW, OCTOBER)}
    assert seen == different == {"A", "AG"}


def test_the_commands_freeze_verify_and_refuse(town: Town, store_environment: dict[str, str]) -> None:
    town.run("truncate mart.frozen_month, mart.frozen_figure")
    cockpit = Cockpit(store_environment | {"COCKPIT_LANG": "en", "COCKPIT_NOW": NOW.at.isoformat()})
    assert cockpit.run("frozen", "2026-10", accept=(2,)) == ""
    made = json.loads(cockpit.run("freeze", "2026-10", "--json"))
    assert made["month"] == "2026-10"
    assert cockpit.run("freeze", "2026-10", accept=(2,)) == ""
    assert cockpit.run("freeze", "2026-11", accept=(2,)) == ""
    assert cockpit.run("freeze", "October", accept=(2,)) == ""
    town.case("10-09 09:00", area="A")
    found = json.loads(cockpit.run("frozen", "2026-10", "--verify", "--json"))
    assert (found["hash"], found["is_intact"]) == (made["hash"], True)
    assert {"level": "community", "area": "A", "kpi": "incidents"}.items() <= next(
        each for each in found["differences"] if each["area"] == "A" and each["kpi"] == "incidents"
    ).items()
    assert "14 → 15" in cockpit.run("frozen", "2026-10", "--verify")
    town.run("update mart.frozen_figure set n = 1")
    assert "altered" in cockpit.run("frozen", "2026-10", "--verify", accept=(1,))
    assert town.run("select count(*) from ops.audit where action = 'freeze' and object = 'month:2026-10'") == 2
