"""What reporters say when called back: read from files in the words of senders, kept, told apart by later files."""

from collections.abc import Callable, Iterator

import pytest
from loads_geo import Desk, counts

from geo.store import Store
from geo.viewer import Clock

HEAD = "编号,类别,状态,上报时间,办结时间,回访时间"
KEPT = "select incident_code, is_solved, satisfaction_score from core.incident order by incident_code"
STAGES = "select 'solved' = any (stages), 'scored' = any (stages) from core.source where dataset = 'incidents'"


@pytest.fixture
def desk(new_database: Callable[[], object], clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    store = Store(new_database())  # type: ignore[arg-type]
    yield Desk(store, clock, tmp_path_factory.mktemp("answers"))
    store.close()


def line(code: str, *said: str) -> str:
    stamps = "2026-10-05 08:00:00,2026-10-05 09:00:00,2026-10-06 09:00:00"
    return ",".join([code, "rubbish", "办结", stamps, *said])


def test_answers_are_read_in_both_languages_and_unreadable_ones_are_quarantined(desk: Desk) -> None:
    said = [
        ("是", "5"),
        ("未解决", "１"),
        ("", ""),
        ("YES", "4"),
        ("no", ""),
        ("或许", "3"),
        ("是", "6"),
        ("是", "4.5"),
    ]
    lines = [line(f"a{number}", *each) for number, each in enumerate(said)]
    result = desk.load("incidents", desk.csv(f"{HEAD},是否解决,满意度", *lines))
    assert (result.counts.inserted, result.counts.quarantined) == (5, 3)
    assert desk.rejects(result) == [(7, "unknown_kind"), (8, "bad_number"), (9, "bad_number")]
    assert desk.rows(KEPT) == [
        ("a0", True, 5), ("a1", False, 1), ("a2", None, None), ("a3", True, 4), ("a4", False, None)
    ]  # fmt: skip
    assert desk.rows(STAGES) == [(True, True)]


def test_of_a_reporter_the_store_keeps_a_digest_that_is_equal_for_equal_people(desk: Desk) -> None:
    lines = [line(f"r{number}", name) for number, name in enumerate(["王小明", " 王小明 ", "李四", ""])]
    result = desk.load(
        "incidents", desk.csv(f"{HEAD},上报人", *lines, line("bad", "赵六").replace("2026-10-05 08", "never"))
    )
    assert (result.counts.inserted, result.counts.quarantined) == (4, 1)
    refs = [row[0] for row in desk.rows("select reporter_ref from core.incident order by incident_code")]
    assert refs[0] == refs[1] != refs[2]
    assert refs[3] is None
    shown = str(desk.rows("select shown from landing.row")) + str(desk.rows("select value from ops.quarantine"))
    assert "赵六" not in shown
    assert desk.rows("select 'reporter' = any (stages) from core.source where dataset = 'incidents'") == [(True,)]


def test_a_row_that_says_nothing_of_it_is_the_same_with_and_without_the_columns(desk: Desk) -> None:
    desk.load("incidents", desk.csv(HEAD, line("a"), line("b")))
    assert desk.rows(STAGES) == [(False, False)]
    again = desk.load("incidents", desk.csv(f"{HEAD},是否解决,满意度", line("a", "", ""), line("b", "是", "5")))
    assert {name: counts(again)[name] for name in ("unchanged", "updated")} == {"unchanged": 1, "updated": 1}
    assert desk.rows(KEPT) == [("a", None, None), ("b", True, 5)]
    told = "select revision, is_solved, satisfaction_score from core.incident_revision order by incident_id, revision"
    assert desk.rows(told) == [(1, None, None), (1, None, None), (2, True, 5)]
