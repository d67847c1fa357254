"""Rows that are units: several rows make one incident, whichever file brings them, and every row is counted once."""

from pathlib import Path

import polars as pl
import pytest
from loads_geo import Desk, counts, desk, square

from config.mapping import named
from config.reader import ConfigError
from geo import standing
from geo.viewer import LEADER, Viewer
from loaders import staging
from loaders.lat_lon import taken_apart

__all__ = ["desk"]

HEAD = "call,unit,kind,received,entry,dispatch,arrival,free,place,version"
MAPPING = """
dataset = "incidents"
crs = "EPSG:4326"
categories = "open"
stages = ["reported", "accepted", "dispatched", "arrived", "closed"]
time_formats = ["%m/%d/%Y %I:%M:%S %p"]
[key]
unit = "unit"
[columns]
code = "call"
category = "kind"
reported_at = "received"
accepted_at = "entry"
dispatched_at = "dispatch"
arrived_at = "arrival"
closed_at = "free"
lat_lon = "place"
"""
PLACE = '"(30.0005, 120.0005)"'


def row(call: str, unit: str, *times: str, kind: str = "Fire", place: str = PLACE, version: str = "1") -> str:
    """A row whose times (received, entry, dispatch, arrival, free) are minutes and seconds after 11 in the evening."""
    told = [f"10/01/2026 11:{time} PM" if time else "" for time in (*times, *[""] * (5 - len(times)))]
    return ",".join([call, unit, kind, *told, place, version])


FIRST = row("c1", "E1", "50:00", "50:20", "50:40", "56:41", "58:00")
SECOND = row("c1", "E2", "50:00", "50:20", "50:41", "55:02", "59:30")
HEADS = """
select incident_code, status, to_char(accepted_at - reported_at, 'MI:SS'),
       to_char(dispatched_at - reported_at, 'MI:SS'), to_char(arrived_at - reported_at, 'MI:SS'),
       to_char(closed_at - reported_at, 'MI:SS'), revision
from core.incident order by 1
"""
WHOLE = ("c1", "closed", "00:20", "00:40", "05:02", "09:30", 1)


@pytest.fixture
def source(desk: Desk) -> str:
    """A mapping by unit on this desk."""
    return desk.mapping(MAPPING)


def told(desk: Desk, revision: int) -> list[tuple[str, str | None]]:
    """Kind and unit of the events of c1 at a revision, in time."""
    rows = desk.rows(
        "select e.kind::text, e.payload ->> 'unit' from core.incident_log e join core.incident i using (incident_id)"
        f" where i.incident_code = 'c1' and e.revision = {revision} order by e.occurred_at, 1, 2"
    )
    return [(kind, unit) for kind, unit in rows]


def test_units_of_a_call_make_one_incident_with_the_first_dispatch_the_first_arrival_and_the_last_close(
    desk: Desk, source: str
) -> None:
    result = desk.load("incidents", desk.csv(HEAD, FIRST, SECOND, row("c2", "E1", "51:00")), source=source)
    assert counts(result) == {"read": 3, "inserted": 3, "things": 2, "outside": 3}
    assert desk.rows(HEADS) == [WHOLE, ("c2", "open", None, None, None, None, 1)]
    assert told(desk, 1) == [
        ("reported", None),
        ("accepted", None),
        ("dispatched", "E1"),
        ("dispatched", "E2"),
        ("arrived", "E2"),
        ("arrived", "E1"),
        ("closed", None),
    ]


def test_a_later_file_with_another_unit_of_a_known_call_gives_the_head_of_one_file(desk: Desk, source: str) -> None:
    alone = desk.load("incidents", desk.csv(HEAD, FIRST), source=source)
    assert (alone.counts.inserted, alone.counts.things) == (1, 1)
    later = desk.load("incidents", desk.csv(HEAD, SECOND), source=source)
    assert counts(later) == {"read": 1, "inserted": 1, "outside": 1}
    assert desk.rows(HEADS) == [(*WHOLE[:-1], 2)]
    assert told(desk, 2)[2:6] == [("dispatched", "E1"), ("dispatched", "E2"), ("arrived", "E2"), ("arrived", "E1")]
    assert [kind for kind, _ in told(desk, 1)] == ["reported", "accepted", "dispatched", "arrived", "closed"]


def test_a_second_unit_that_changes_no_stamp_of_the_head_still_enters_its_log(desk: Desk, source: str) -> None:
    desk.load("incidents", desk.csv(HEAD, FIRST), source=source)
    desk.load("incidents", desk.csv(HEAD, row("c1", "E9", "50:00", "50:20", "51:00", "57:00", "57:30")), source=source)
    assert ("arrived", "E9") in told(desk, 2)
    assert desk.rows(HEADS)[0][4:] == ("06:41", "08:00", 2)


def test_a_changed_unit_is_updated_a_repeated_one_unchanged_and_the_rest_of_the_call_stays(
    desk: Desk, source: str
) -> None:
    desk.load("incidents", desk.csv(HEAD, FIRST, SECOND), source=source)
    changed = row("c1", "E2", "50:00", "50:20", "50:41", "55:09", "59:30")
    result = desk.load("incidents", desk.csv(HEAD, FIRST, changed, changed), source=source)
    assert counts(result) == {"read": 3, "updated": 1, "unchanged": 2, "outside": 3}
    assert desk.rows(HEADS)[0][4:] == ("05:09", "09:30", 2)
    assert desk.rows("select count(*) from core.incident_unit") == [(2,)]


def test_the_same_file_is_nothing_new_and_force_finds_every_unit_unchanged(desk: Desk, source: str) -> None:
    path = desk.csv(HEAD, FIRST, SECOND)
    desk.load("incidents", path, source=source)
    again = desk.load("incidents", path, source=source)
    assert (again.status, again.counts.unchanged) == ("nothing-new", 2)
    forced = desk.load("incidents", path, source=source, is_forced=True)
    assert counts(forced) == {"read": 2, "unchanged": 2, "outside": 2}
    assert desk.rows(HEADS) == [WHOLE]


def test_two_rows_of_one_unit_that_contradict_are_both_quarantined_and_the_call_lives_on(
    desk: Desk, source: str
) -> None:
    other = row("c1", "E2", "50:00", "50:20", "50:41", "55:55", "59:30")
    result = desk.load("incidents", desk.csv(HEAD, FIRST, SECOND, other), source=source)
    assert counts(result) == {"read": 3, "inserted": 1, "quarantined": 2, "things": 1, "outside": 1}
    assert desk.rejects(result) == [(3, "conflicting_rows"), (4, "conflicting_rows")]
    assert desk.rows("select value from ops.quarantine")[0] == ("c1 / E2",)
    assert desk.rows(HEADS)[0][4:6] == ("06:41", "08:00")


def test_the_column_that_decides_chooses_between_rows_of_one_unit(desk: Desk) -> None:
    source = desk.mapping(MAPPING.replace("[key]", '[key]\ndecides = "version"'))
    newer = row("c1", "E2", "50:00", "50:20", "50:41", "55:55", "59:30", version="2")
    result = desk.load("incidents", desk.csv(HEAD, FIRST, newer, SECOND), source=source)
    assert counts(result) == {"read": 3, "inserted": 3, "things": 1, "outside": 3}
    assert desk.rows(HEADS)[0][4] == "05:55"


def test_a_unit_that_is_told_again_as_it_was_before_changes_nothing_and_is_noted(desk: Desk, source: str) -> None:
    desk.load("incidents", desk.csv(HEAD, FIRST, SECOND), source=source)
    earlier = row("c1", "E2", "50:00", "50:20", "50:41")
    result = desk.load("incidents", desk.csv(HEAD, earlier), source=source)
    assert (result.counts.unchanged, result.counts.faults) == (1, {"stale_row": 1})
    assert desk.rows(HEADS) == [WHOLE]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (row("c1", "E2", "50:00", "50:20", "61:00"), "bad_time"),
        (row("c1", "", "50:00"), "missing_value"),
        (row("c1", "E2", "50:00", "", "", "", "49:59"), "closed_before_reported"),
        (row("c1", "E2", "50:00", place="somewhere"), "bad_coordinates"),
        (row("c1", "E2", "50:00", place='"(120.0005, 30.0005)"'), "bad_coordinates"),
        (row("c1", "E2", "50:00", place='"(30.0005, 12o.0005)"'), "bad_number"),
    ],
)
def test_a_row_with_a_fault_is_quarantined_alone_and_the_call_lives_on_with_its_other_units(
    desk: Desk,
    source: str,
    line: str,
    fault: str,
) -> None:
    result = desk.load("incidents", desk.csv(HEAD, line, FIRST), source=source)
    assert counts(result) == {"read": 2, "inserted": 1, "quarantined": 1, "things": 1, "outside": 1}
    assert desk.rejects(result) == [(2, fault)]
    assert desk.rows(HEADS)[0][4:6] == ("06:41", "08:00")


def test_units_that_disagree_about_the_call_give_way_to_the_earliest_report_and_the_first_with_a_place(
    desk: Desk, source: str
) -> None:
    desk.boundaries("street", ("s", None, square(0, 0)), ("t", None, square(1, 0)))
    early = row("c1", "Z9", "49:00", "49:10", kind="Alarm", place="")
    elsewhere = row("c1", "E3", "50:30", "50:40", place='"(30.0005, 120.0015)"')
    desk.load("incidents", desk.csv(HEAD, FIRST, early, elsewhere), source=source)
    heads = desk.rows(
        "select c.code, a.code, to_char(i.accepted_at - i.reported_at, 'MI:SS'), i.placed_by"
        " from core.incident i join core.category c using (category_id) join core.area a on a.area_id = i.street_id"
    )
    assert heads == [("Alarm", "s", "00:10", "point")]


def test_a_head_is_closed_by_the_last_unit_known_to_be_free_and_open_while_none_is(desk: Desk, source: str) -> None:
    silent = row("c1", "E2", "50:00", "50:20", "50:41", "55:02")
    desk.load("incidents", desk.csv(HEAD, FIRST, silent), source=source)
    assert desk.rows(HEADS)[0][1:2] + desk.rows(HEADS)[0][5:6] == ("closed", "08:00")
    desk.load("incidents", desk.csv(HEAD, row("c3", "E2", "50:00")), source=source)
    assert desk.rows(HEADS)[1][1] == "open"


def test_units_of_a_call_may_stand_in_different_blocks(
    desk: Desk,
    source: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = staging.rows
    monkeypatch.setattr(
        staging, "rows", lambda *a: (block.slice(at, 1) for block in whole(*a) for at in range(block.height))
    )
    between = [row(f"x{number}", "E1", "52:00") for number in range(10)]
    result = desk.load("incidents", desk.csv(HEAD, FIRST, *between, SECOND), source=source)
    assert (result.counts.inserted, result.counts.things) == (12, 11)
    assert desk.rows(HEADS)[0] == WHOLE


def test_new_boundaries_place_units_anew_so_that_a_later_unit_finds_the_call_where_it_lies_now(
    desk: Desk, source: str
) -> None:
    desk.load("incidents", desk.csv(HEAD, FIRST), source=source)
    desk.boundaries("street", ("s", None, square(0, 0)))
    assert desk.rows("select count(*) from core.incident_unit where street_id is not null") == [(1,)]
    desk.load("incidents", desk.csv(HEAD, row("c1", "E2", "50:00", place="")), source=source)
    assert desk.rows("select a.code, revision from core.incident i join core.area a on a.area_id = i.street_id") == [
        ("s", 2)
    ]


def test_units_are_seen_by_those_who_see_their_incident(desk: Desk, source: str) -> None:
    desk.boundaries("street", ("s", None, square(0, 0)), ("t", None, square(1, 0)))
    there = row("c2", "E5", "50:00", place='"(30.0005, 120.0015)"')
    desk.load("incidents", desk.csv(HEAD, FIRST, SECOND, there), source=source)
    street = desk.rows("select area_id from core.area where code = 's'")[0][0]
    with desk.store.reading(Viewer(name="x", role="secretary", area_ids=frozenset({street})), desk.clock) as connection:
        seen = connection.exec_driver_sql("select unit_code from core.incident_unit order by 1").scalars().all()
    assert seen == ["E1", "E2"]


def test_named_categories_of_an_open_list_are_known_by_name_and_class_and_others_keep_the_senders_word(
    desk: Desk,
) -> None:
    plain = desk.mapping(MAPPING)
    path = desk.csv(HEAD, FIRST, row("c2", "E1", "51:00", kind="Other"))
    desk.load("incidents", path, source=plain)
    assert desk.rows("select name_zh, response_class from core.category where code = 'Fire'") == [("Fire", "general")]
    told = '[extra.categories]\n"Fire" = { zh = "火灾", en = "A fire", class = "urgent" }\n'
    told += '"Flood" = { zh = "水灾", en = "A flood", class = "urgent" }\n'
    Path(plain).write_text(MAPPING + told, encoding="utf-8")
    desk.load("incidents", path, source=plain)
    assert desk.rows("select code, name_zh, name_en, response_class from core.category order by 1") == [
        ("Fire", "火灾", "A fire", "urgent"),
        ("Other", "Other", "Other", "general"),
    ]


def test_a_source_without_deadlines_is_known_as_such(desk: Desk, source: str) -> None:
    desk.load("incidents", desk.csv(HEAD, FIRST), source=source)
    with desk.store.reading(LEADER, desk.clock) as connection:
        assert standing.has_deadlines(connection) is False
    due = desk.mapping(MAPPING + 'due_at = "free"\n')
    desk.load("incidents", desk.csv(HEAD, SECOND), source=due)
    with desk.store.reading(LEADER, desk.clock) as connection:
        assert standing.has_deadlines(connection) is True


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ('[key]\nunits = "unit"', "key.unit"),
        ('status = "kind"', "columns.status"),
        ('lon = "kind"', "lat_lon"),
        ('[extra.categories]\n"Fire" = { zh = "火灾", class = "urgent" }', "extra.categories"),
        ('[extra.categories]\n"Fire" = { zh = "火灾", en = "Fire", class = "soon" }', "extra.categories"),
    ],
)
def test_a_mapping_by_unit_that_cannot_be_meant_is_refused(tmp_path: Path, change: str, reason: str) -> None:
    path = tmp_path / "odd.toml"
    text = MAPPING.replace('[key]\nunit = "unit"', change) if change.startswith("[key]") else MAPPING + change
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=reason):
        named(str(path))


@pytest.mark.parametrize(
    ("text", "lat", "lon"),
    [
        ("(37.73, -122.42)", "37.73", "-122.42"),
        ("37.73,-122.42", "37.73", "-122.42"),
        ("（30.18，120.26）", "30.18", "120.26"),
        ("37.73", None, None),
        ("(1, 2, 3)", None, None),
    ],
)
def test_a_place_in_one_cell_is_two_numbers_latitude_first(text: str, lat: str | None, lon: str | None) -> None:
    frame, faults = taken_apart(pl.DataFrame({"row": [2], "lat_lon": [text]}), "lat_lon")
    assert frame.select("lat", "lon").row(0) == (lat, lon)
    assert sum(fault.height for fault in faults) == (lat is None)
    turned, _ = taken_apart(pl.DataFrame({"row": [2], "lon_lat": [text]}), "lon_lat")
    assert turned.select("lon", "lat").row(0) == (lat, lon)
