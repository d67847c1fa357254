"""Closed months kept in the store: what is read there is what counting would give, and nothing out of date is read."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from figures_builder import Town, at
from sqlalchemy import text

from config.site import site
from geo import families, figures, keeping, kept
from geo.figures import Question, Tally
from geo.kept import Stamps
from geo.quantiles import Quantile
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock, Viewer
from geo.windows import Window, buckets

AUGUST, SEPTEMBER, OCTOBER = (date(2026, month, 1) for month in (8, 9, 10))
MONTHS = buckets(Window(AUGUST, date(2026, 11, 1), site().zone), by="month")
NOW = Clock(at("11-20 12:00"))
FAMILIES = keeping.families()


@pytest.fixture(scope="module")
def built(urls: StoreUrls, store: Store) -> Iterator[Town]:
    town = Town(urls, store, NOW)
    yield town
    town.close()


@pytest.fixture
def town(built: Town) -> Town:
    """Cases of three months: closed, open over months, reopened, repeated, outside, in several communities."""
    built.begin()
    built.run("truncate mart.kept_month cascade")
    for day in range(1, 29, 3):
        for month in ("08", "09", "10"):
            moment = f"{month}-{day:02}"
            built.case(
                f"{moment} 08:00",
                accepted=f"{moment} 08:05",
                dispatched=f"{moment} 08:07",
                arrived=f"{moment} 08:{10 + day}",
                closed=f"{moment} 1{day % 10}:00",
                due=f"{moment} 15:00",
            )
            built.case(f"{moment} 09:00", area="B", category="light", closed="10-28 09:00", due="09-15 09:00")
    built.case("08-05 08:00")
    built.case("09-05 08:00", area=None, closed="09-06 08:00")
    reopened = built.case("08-10 08:00", area="B", has_history=True, due="08-20 08:00")[0]
    for kind, moment in (("closed", "08-12 08:00"), ("reopened", "10-02 08:00")):
        built.event(reopened, kind, moment)
    keep(built)
    return built


def keep(town: Town, clock: Clock = NOW) -> tuple[date, ...]:
    """Keeps the months that are due; which they were."""
    with town.store.loading(OPERATOR, clock) as connection:
        found = keeping.due(connection, [month for month in MONTHS if month.ends <= clock.at])
        assert all(keeping.keep(connection, clock, month) for month in found)
    return tuple(month.start for month in found)


def both(
    town: Town,
    level: str,
    *,
    viewer: Viewer = LEADER,
    clock: Clock = NOW,
    windows: Sequence[Window] = MONTHS,
    by_type: bool = False,
) -> tuple[tuple[Tally, ...], tuple[Tally, ...]]:
    """The tallies as asked for, and as counted whatever is kept."""
    with town.store.reading(viewer, clock) as connection:
        question = Question(level, by_type=by_type)
        asked: dict[str, Any] = {"question": question, "families": FAMILIES, "windows": windows}
        return figures.tallies(connection, **asked), figures.count(connection, **asked)


def current(town: Town, clock: Clock = NOW) -> set[date]:
    """The months that a reader takes from the store."""
    with town.store.reading(LEADER, clock) as connection:
        found = kept.families(
            connection,
            windows=MONTHS,
            level="site",
            codes=("",),
            definitions=families.definitions(connection, FAMILIES),
        )
    return {MONTHS[number - 1].start for number, _ in found}


# ---------------------------------------------------------------- the same figures


@pytest.mark.parametrize("level", figures.LEVELS)
def test_every_month_family_and_area_is_the_same_kept_and_counted(town: Town, level: str) -> None:
    told, counted = both(town, level)
    assert told == counted
    assert any(tally.n for tally in told)


def test_kept_months_are_read_not_counted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def count(*_: object, families: Sequence[str], **__: object) -> tuple[Tally, ...]:
        asked.append(tuple(families))
        raise AssertionError

    with town.store.reading(LEADER, NOW) as connection:
        monkeypatch.setattr(figures, "count", count)
        for level in kept.LEVELS:
            figures.tallies(connection, question=Question(level), families=FAMILIES, windows=MONTHS[:2])
    assert asked == []


@pytest.mark.parametrize("scope", [("A",), ("S",), ("A", "BG"), ("AG",), ()])
@pytest.mark.parametrize("level", figures.LEVELS)
def test_viewers_of_some_areas_get_what_they_would_count(town: Town, level: str, scope: tuple[str, ...]) -> None:
    viewer = Viewer("s", "secretary", area_ids=frozenset(town.area_ids[code] for code in scope))
    told, counted = both(town, level, viewer=viewer)
    assert told == counted
    with town.store.reading(viewer, NOW) as connection:
        whole = connection.execute(text("select count(*) from mart.tally where level = 'site'")).scalar_one()
    assert whole == 0


def test_a_case_outside_the_street_above_its_community_is_not_shown_to_the_street(town: Town) -> None:
    town.case("10-09 08:00", street_id=None)
    assert keep(town) == (OCTOBER,)
    viewer = Viewer("s", "secretary", area_ids=frozenset({town.area_ids["S"]}))
    for who in (viewer, LEADER):
        told, counted = both(town, "community", viewer=who)
        assert told == counted
    incidents = [
        next(each for each in both(town, "community", viewer=who, windows=MONTHS[2:])[0] if each.family == "incidents")
        for who in (viewer, LEADER)
    ]  # fmt: skip
    assert incidents[1].n == incidents[0].n + 1


def test_who_may_not_see_cases_gets_no_kept_ones(town: Town) -> None:
    told, counted = both(town, "community", viewer=Viewer("w", "wall", level="site"))
    assert told == counted
    assert not any(tally.n for tally in told)


# ---------------------------------------------------------------- types of communities

TYPED = (("A", "old_town"), ("B", "township"))


def typed(town: Town, *types: tuple[str, str]) -> None:
    """Gives communities their types, and keeps the months."""
    town.run("update core.area set community_type = null")
    for code, kind in types:
        town.run("update core.area set community_type = :kind where code = :code", kind=kind, code=code)
    keep(town)


def uncounted(town: Town, monkeypatch: pytest.MonkeyPatch, question: Question, viewer: Viewer = LEADER) -> bool:
    """Whether what is asked is read from the store alone."""
    found: list[object] = []
    count = figures.count

    def watched(*args: Any, **more: Any) -> tuple[Tally, ...]:
        found.append(more)
        return count(*args, **more)

    with town.store.reading(viewer, NOW) as connection, monkeypatch.context() as patch:
        patch.setattr(figures, "count", watched)
        figures.tallies(connection, question=question, families=FAMILIES, windows=MONTHS[:2])
    return not found


def test_types_are_kept_as_they_are_counted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(town, *TYPED)
    told, counted = both(town, "community", by_type=True)
    assert told == counted
    assert {tally.area.code for tally in told if tally.n} == {"old_town", "township"}
    assert uncounted(town, monkeypatch, Question("community", by_type=True))
    assert not uncounted(town, monkeypatch, Question("community", by_type=True, within_id=town.area_ids["S"]))
    typed(town, ("A", "old_town"), ("B", "old_town"))
    told, counted = both(town, "community", by_type=True)
    assert told == counted
    assert {tally.area.code for tally in told} == {"old_town"}


def test_a_changed_type_touches_every_month_of_its_area(town: Town) -> None:
    typed(town, *TYPED)
    town.run("update core.area set community_type = 'business' where code = 'B'")
    assert current(town) == set()
    told, counted = both(town, "community", by_type=True)
    assert told == counted


@pytest.mark.parametrize("types", [TYPED, (("A", "old_town"), ("B", "old_town"))])
@pytest.mark.parametrize("scope", [("A",), ("S",), ("AG",)])
def test_viewers_of_some_areas_get_the_types_they_would_count(
    town: Town, scope: tuple[str, ...], types: tuple[tuple[str, str], ...]
) -> None:
    typed(town, *types)
    viewer = Viewer("s", "secretary", area_ids=frozenset(town.area_ids[code] for code in scope))
    told, counted = both(town, "community", by_type=True, viewer=viewer)
    assert told == counted


# ---------------------------------------------------------------- clocks


@pytest.mark.parametrize("now", ["10-29 12:00", "11-02 12:00", "11-19 12:00", "11-20 12:01", "12-24 08:00"])
def test_at_any_clock_the_figures_are_those_that_it_would_count(town: Town, now: str) -> None:
    for level in ("site", "community"):
        told, counted = both(town, level, clock=Clock(at(now)))
        assert told == counted


def test_a_month_holds_between_the_last_stamp_it_knows_and_the_next_one(town: Town) -> None:
    town.case("09-10 08:00", closed="11-10 08:00", followed_up="11-25 08:00")
    keep(town)
    assert SEPTEMBER in current(town)
    assert SEPTEMBER not in current(town, Clock(at("11-10 07:59")))
    assert SEPTEMBER in current(town, Clock(at("11-25 07:59")))
    assert SEPTEMBER not in current(town, Clock(at("11-25 08:00")))
    assert OCTOBER not in current(town, Clock(at("10-31 23:59"))), "not over"
    assert keep(town, Clock(at("11-25 09:00")))[0] == SEPTEMBER, "counted again when the clock has passed it"
    assert SEPTEMBER in current(town, Clock(at("11-25 09:00")))


# ---------------------------------------------------------------- what makes a month out of date


CHANGES: dict[str, tuple[dict[str, Any], set[date]]] = {
    "a case closed in its month": ({"reported": "09-10 08:00", "closed": "09-11 08:00"}, {SEPTEMBER, OCTOBER}),
    "a case at the end of a month": ({"reported": "08-01 08:00", "closed": "08-01 09:00"}, {AUGUST, SEPTEMBER}),
    "a case open until the next month": ({"reported": "08-10 08:00", "closed": "09-20 08:00"}, {AUGUST, SEPTEMBER}),
    "a case that is open": ({"reported": "08-10 08:00"}, {AUGUST, SEPTEMBER, OCTOBER}),
    "a case of this month": ({"reported": "11-10 08:00"}, set()),
    "a case of the last month": ({"reported": "10-10 08:00", "closed": "11-02 08:00"}, {OCTOBER}),
    "a case of long ago": ({"reported": "2025-10-10 08:00", "closed": "2025-10-12 08:00"}, set()),
    "a case closed after it": ({"reported": "2026-06-10 08:00", "closed": "09-12 08:00"}, {AUGUST, SEPTEMBER}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_new_case_makes_out_of_date_what_it_changes_and_nothing_else(town: Town, what: str) -> None:
    assert current(town) == {AUGUST, SEPTEMBER, OCTOBER}
    more, expected = CHANGES[what]
    town.case(**more)
    assert {AUGUST, SEPTEMBER, OCTOBER} - current(town) == expected
    for level in ("site", "community"):
        told, counted = both(town, level)
        assert told == counted, "never an old figure"
    assert set(keep(town)) == expected
    assert current(town) == {AUGUST, SEPTEMBER, OCTOBER}


def test_a_changed_case_touches_where_it_was_and_where_it_is(town: Town) -> None:
    case = town.case("08-10 08:00", closed="08-11 08:00")[0]
    keep(town)
    town.run("update core.incident set reported_at = '2026-10-10 08:00+08', reported_on = '2026-10-10',"
             " closed_at = '2026-10-11 08:00+08', revision = 2 where incident_id = :id", id=case)  # fmt: skip
    assert current(town) == set()
    assert both(town, "site")[0] == both(town, "site")[1]
    keep(town)
    town.run("update core.incident set community_id = :b where incident_id = :id", id=case, b=town.area_ids["B"])
    assert current(town) == {AUGUST, SEPTEMBER}, "a re-placed case counts elsewhere"
    keep(town)
    town.run("update core.incident set decides = '1'")
    assert current(town) == {AUGUST, SEPTEMBER, OCTOBER}, "nothing that counts was changed"


def test_an_event_touches_the_months_of_its_case(town: Town) -> None:
    case = town.case("09-10 08:00", has_history=True, closed="09-11 08:00", due="09-12 08:00")[0]
    town.event(case, "closed", "09-11 08:00")
    keep(town)
    town.event(case, "suspended", "09-10 09:00", actor="officer", revision=None)
    assert current(town) == {AUGUST}
    assert both(town, "site")[0] == both(town, "site")[1]


def test_an_original_that_comes_later_touches_the_month_of_its_duplicate(town: Town) -> None:
    town.case("08-10 08:00", closed="08-11 08:00", is_duplicate=True, duplicate_of_code=f"i{town.cases + 2}")
    keep(town)
    town.case("10-10 08:00", closed="10-11 08:00")
    assert current(town) == set()
    assert both(town, "site")[0] == both(town, "site")[1]


def test_a_snapshot_that_ends_later_touches_the_months_it_was_too_short_for(town: Town) -> None:
    town.run("update core.source set as_of = '2026-10-15T00:00+08'")
    assert current(town) == set()
    keep(town)
    assert both(town, "community")[0] == both(town, "community")[1]
    town.run("update core.source set as_of = '2026-10-20T00:00+08'")
    assert current(town) == {AUGUST, SEPTEMBER}
    assert both(town, "community")[0] == both(town, "community")[1]
    town.case("08-12 08:00", closed="10-05 08:00")
    town.run("insert into core.source (code, dataset, name, stages) values ('other', 'incidents', 'o', '{}')")
    assert both(town, "community")[0] == both(town, "community")[1]


def test_what_a_source_tells_and_a_class_touch_every_month_and_a_new_area_its_own(town: Town) -> None:
    town.run("update core.category set name_zh = 'x'")
    town.run("update core.source set name = 'x'")
    assert current(town) == {AUGUST, SEPTEMBER, OCTOBER}
    town.run("update core.category set response_class = 'urgent' where code = 'noise'")
    assert current(town) == set()
    keep(town)
    town.run("update core.source set stages = stages || array['reopened']")
    assert current(town) == set()
    keep(town)
    town.area("community", "C", "S", valid_from="2026-10-05")
    assert current(town) == {AUGUST, SEPTEMBER}
    told, counted = both(town, "community")
    assert told == counted
    keep(town)
    town.run("update core.area set name = 'another', geom = geom where code = 'A'")
    assert current(town) == {AUGUST, SEPTEMBER, OCTOBER}, "names and outlines are read when asked"


def test_a_changed_definition_counts_its_family_anew_and_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    real = families.definition
    monkeypatch.setattr(families, "definition", lambda family: "new" if family == "backlog" else real(family))
    counted: list[tuple[str, ...]] = []
    count = figures.count

    def watched(*args: Any, families: Sequence[str], **more: Any) -> tuple[Tally, ...]:
        counted.append(tuple(families))
        return count(*args, families=families, **more)

    monkeypatch.setattr(figures, "count", watched)
    told, _ = both(town, "site", windows=MONTHS[:1])
    assert counted[0] == ("backlog",)
    assert len(told) == len(FAMILIES)
    assert len(keep(town)) == 3


def test_a_change_on_its_way_while_a_month_is_counted_leaves_nothing_old(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.case("10-09 08:00")
    real = kept.stamps

    def stamps(connection: Any, month: Window) -> Stamps:
        town.case("10-09 09:00")
        return real(connection, month)

    monkeypatch.setattr(kept, "stamps", stamps)
    with town.store.loading(OPERATOR, NOW) as connection:
        assert not keeping.keep(connection, NOW, MONTHS[2])
    assert OCTOBER not in current(town)


def test_an_exemption_makes_its_month_out_of_date_and_counts_from_its_moment_on(town: Town) -> None:
    (late,) = town.case("10-05 08:00", due="10-05 10:00", closed="10-06 09:00")
    keep(town)
    town.event(late, "exempted", "11-10 08:00", payload='{"reason": "appeal"}', actor="kong", revision=None)
    assert OCTOBER not in current(town)
    assert current(town) >= {AUGUST, SEPTEMBER}
    assert OCTOBER in keep(town)
    before = Clock(at("11-10 07:59"))
    assert OCTOBER in current(town)
    assert OCTOBER not in current(town, before)
    for now, n in ((NOW, 1), (before, 0)):
        for level in ("site", "community", "grid"):
            told, counted = both(town, level, clock=now)
            assert told == counted
        (spared,) = (tally for tally in both(town, "site", clock=now)[0] if is_spared(tally))
        assert spared.excluded.get("exempted", 0) == n


def is_spared(tally: Tally) -> bool:
    return tally.family == "on_time_exempted" and tally.window == MONTHS[2]


# ---------------------------------------------------------------- open cases that count up to now


def test_open_cases_that_still_move_a_quantile_are_counted_until_they_cannot(town: Town) -> None:
    town.run("truncate mart.kept_month cascade")
    young = Clock(at("11-01 00:01"))
    town.case("10-31 23:00", times=3)
    keep(town, young)
    for now in (young, Clock(at("11-03 00:00")), NOW):
        for level in ("site", "community"):
            told, counted = both(town, level, clock=now)
            assert told == counted
    with town.store.loading(OPERATOR, young) as connection:
        held = connection.execute(text("select families ->> 'close_km', families ->> 'close' from mart.tally"
                                       " where month = '2026-10-01' and level = 'site'")).one()  # fmt: skip
    assert held[0] is None
    assert held[1] is not None


def test_a_quantile_holds_once_the_youngest_open_case_has_passed_it() -> None:
    area = figures.NamedArea("site", None, "", None, ())
    month = MONTHS[2]

    def since(value_s: int | None, open_s: int | None, known_until: str | None = None) -> object:
        tally = Tally("close_km", area, month, 1, 2, 2, (Quantile(60), Quantile(value_s)), {}, open_s)
        stamps = Stamps(None, None, at(known_until) if known_until else None)
        return keeping._Ages(month, NOW.at, stamps).since(tally)

    assert since(3600, None) == month.ends
    assert since(3600, 3599) is None
    assert since(3600, 3600) == month.ends + timedelta(hours=1)
    assert since(None, 60) == NOW.at
    assert since(None, 59) is None
    assert since(None, 59, "11-05 00:00") == at("11-05 00:00")
    assert since(86400 * 40, 86400 * 40) == NOW.at
