"""Incident files reach the store completely or not at all, every row counted once."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from geo import vault
from geo.store import Store
from geo.viewer import LEADER, OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.faults import hint, no_faults
from loaders.result import LoadResult
from loaders.work import load_file

HEAD = (
    "编号,类别,状态,上报时间,受理时间,到场时间,首次办结时间,重开时间,办结时间,"
    "办理时限,延期至,原事件编号,经度,纬度,社区代码"
)
OWN = """
from core.incident i join core.source s using (source_id) join core.category c using (category_id)
left join core.area a on a.area_id = i.community_id
where s.code = :source
"""
AREAS = """
insert into core.source (code, dataset, name) values ('hand_areas', 'boundaries', 'hand');
insert into ops.load
  (dataset, source_id, file_name, sha256, fingerprint, status, loaded_by, started_at, finished_at)
select 'layers', source_id, 'x', '0', '0', 'loaded', 'test', ops.clock(), ops.clock()
from core.source where code = 'hand_areas';
insert into core.area
  (level, code, name, parent_id, is_nested, geom, label_point, area_m2, source_id, load_id, content_hash)
select 'community', v.code, v.code, null, true, st_multi(st_makeenvelope(west, 30, west + 1, 31, 4326)),
       st_setsrid(st_point(west + .5, 30.5), 4326), 1, s.source_id, l.load_id, v.code
from (values ('a', 120), ('b', 121)) v (code, west), core.source s, ops.load l
where s.code = 'hand_areas' and l.source_id = s.source_id
"""


@dataclass
class Desk:
    """Writes small files and loads them, each into a source of its own."""

    store: Store
    clock: Clock
    folder: Path
    source: str | None = None

    def write(self, *lines: str, head: str = HEAD, name: str = "x.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        return path

    def load(self, *lines: str, head: str = HEAD, **options: Any) -> LoadResult:
        return self.load_path(self.write(*lines, head=head), **options)

    def load_path(self, path: Path, **options: Any) -> LoadResult:
        given = {"source": self.source} | options
        return load_file(self.store, LoadRequest(dataset="incidents", file=path, clock=self.clock, **given))

    def own(self, columns: str) -> list[tuple[Any, ...]]:
        """These columns of the desk's incidents by code; i the incident, c its category, a its community."""
        return self.ask(f"select {columns} {OWN} order by incident_code")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with self.store.loading(LEADER, self.clock) as connection:
            found = connection.execute(text(query), {"source": Path(self.source or "x").stem})
            return [tuple(row) for row in found]


@pytest.fixture(scope="module")
def placed(store: Store, clock: Clock) -> Store:
    with store.loading(LEADER, clock) as connection:
        connection.execute(text(AREAS))
    return store


@pytest.fixture
def desk(placed: Store, clock: Clock, tmp_path: Path, request: pytest.FixtureRequest) -> Desk:
    """A desk whose loads go to a mapping named after the test (the built-in columns)."""
    from config import reader

    table = reader.read(reader.find("sources/_standard.toml"))["incidents"]
    lines = ['dataset = "incidents"', 'crs = "EPSG:4326"', 'declared_level = "community"']
    lines += [f"optional = {[name for name in table['columns'] if name not in ('code', 'category', 'reported_at')]}"]
    lines += ["[columns]", *(f"{name} = {headings[:1]}" for name, headings in table["columns"].items())]
    mapping = tmp_path / f"{request.node.name.split('[')[0]}_{abs(hash(request.node.name)) % 10**6}.toml"
    mapping.write_text("\n".join(lines), encoding="utf-8")
    return Desk(placed, clock, tmp_path, str(mapping))


GOOD = (
    "1,rubbish,closed,2026-10-01 08:00:00,2026-10-01 08:05:00,2026-10-01 08:09:00,,,"
    "2026-10-01 10:00:00,2026-10-02 08:00:00,,,120.5,30.5,a"
)


def test_a_good_row_becomes_an_incident_with_its_events_and_areas(desk: Desk) -> None:
    result = desk.load(GOOD)
    assert (result.status, result.counts.inserted, result.counts.things, result.exit_code) == ("loaded", 1, 1, 0)
    assert result.counts.faults == {}
    heads = desk.own(
        "incident_code, a.code, placed_by, status, extract(epoch from closed_at - reported_at)::int, reported_on::text"
    )
    assert heads == [("1", "a", "point", "closed", 7200, "2026-10-01")]
    events = desk.ask(
        "select kind::text, e.revision from core.incident_log e join core.incident i using (incident_id)"
        " join core.source s using (source_id) where s.code = :source order by occurred_at"
    )
    assert events == [("reported", 1), ("accepted", 1), ("arrived", 1), ("closed", 1)]


def test_areas_of_rows_whose_level_nobody_told_are_not_lost_in_silence(desk: Desk) -> None:
    mapping = Path(desk.source)
    told = mapping.read_text(encoding="utf-8")
    mapping.write_text(told.replace('declared_level = "community"', ""), encoding="utf-8")
    result = desk.load(GOOD)
    assert (result.status, result.exit_code) == ("refused", 2)
    assert "declared_level" in str(result.message)
    assert desk.own("incident_code") == []


def test_a_telephone_in_the_name_of_a_team_is_masked_for_good(desk: Desk) -> None:
    """The team stands on the wall and in every list of open cases."""
    desk.load(f"{GOOD},网格员王小明 13812345678", f"{GOOD.replace('1,', '2,', 1)},城管二中队", head=f"{HEAD},承办单位")
    assert desk.own("agency_responsible") == [("网格员王** 138****5678",), ("城管二中队",)]


@pytest.mark.parametrize(
    ("line", "fault", "column"),
    [
        (",rubbish,open,2026-10-01 08:00:00,,,,,,,,,120.5,30.5,a", "missing_value", "code"),
        ("1,rubbish,open,,,,,,,,,,120.5,30.5,a", "missing_value", "reported_at"),
        ("1,rubbish,open,1900-01-01 00:00:00,,,,,,,,,120.5,30.5,a", "placeholder_time", "reported_at"),
        ("1,rubbish,open,2026-10-01T08:00:00+25:00,,,,,,,,,120.5,30.5,a", "bad_time", "reported_at"),
        ("1,rubbish,open,2026-10-01T08:00:00+99:99,,,,,,,,,120.5,30.5,a", "bad_time", "reported_at"),
        (f"{'x' * 201},rubbish,open,2026-10-01 08:00:00,,,,,,,,,120.5,30.5,a", "too_long", "code"),
        ("1,rubbish,open,2026-02-30 08:00:00,,,,,,,,,120.5,30.5,a", "bad_time", "reported_at"),
        ("1,rubbish,open,2026-10-01 08:00:00,,,,,,,,,east,30.5,a", "bad_number", "lon"),
        ("1,rubbish,open,2026-10-01 08:00:00,,,,,,,,,320.5,30.5,a", "bad_coordinates", "lon"),
        ("1,rubbish,open,2026-10-01 08:00:00,,,,,,,,,0,0,a", "bad_coordinates", "lon"),
        ("1,rubbish,open,2026-10-01 08:00:00,,,,,,,,,120.5,,a", "bad_coordinates", "lon"),
        ("1,rubbish,pending,2026-10-01 08:00:00,,,,,,,,,120.5,30.5,a", "unknown_status", "status"),
        (
            "1,rubbish,closed,2026-10-01 08:00:00,,,,,2026-10-01 07:59:59,,,,120.5,30.5,a",
            "closed_before_reported",
            "closed_at",
        ),
        (
            "1,rubbish,open,2026-10-01 08:00:00,2026-09-30,,,,,,,,120.5,30.5,a",
            "accepted_before_reported",
            "accepted_at",
        ),
        ("1,rubbish,open,2026-10-01 08:00:00", "ragged_row", None),
    ],
)
def test_a_row_that_cannot_be_true_is_quarantined_with_its_code_and_kept_as_received(
    desk: Desk, line: str, fault: str, column: str | None
) -> None:
    result = desk.load(GOOD.replace("1,", "2,", 1), line)
    assert (result.counts.read, result.counts.inserted, result.counts.quarantined) == (2, 1, 1)
    assert result.counts.faults == {fault: 1}
    assert result.exit_code == 3
    told = desk.ask(f"select row_number, column_name, fault from ops.quarantine where load_id = {result.load_id}")
    assert told == [(3, column, fault)]
    kept = desk.ask(f"select row_number, record from landing.row where load_id = {result.load_id}")
    with desk.store.loading(OPERATOR, desk.clock) as connection:
        record = json.loads(vault.opened(connection).unseal(kept[0][1]))
    assert kept[0][0] == 3
    assert "rubbish" in (record.get("类别"), *record.get("cells", ()))


def test_what_is_no_row_is_skipped_and_rows_keep_their_spreadsheet_numbers(desk: Desk) -> None:
    result = desk.load(
        GOOD,
        "",
        ",,,,,,,,,,,,,,",
        HEAD,
        '2,rubbish,open,"bad\ntime",,,,,,,,,,,',
        "合计,2",
        "注：数据来源为测试,,,,,,,,,,,,,,",
    )
    assert (result.counts.read, result.counts.skipped) == (2, 5)
    assert desk.ask(f"select row_number from ops.quarantine where load_id = {result.load_id}") == [(6,)]


def test_repeats_are_unchanged_and_contradicting_rows_of_one_id_are_both_quarantined(desk: Desk) -> None:
    other = GOOD.replace("rubbish", "noise_life")
    result = desk.load(GOOD, other, GOOD.replace("1,", "2,", 1), GOOD.replace("1,", "2,", 1))
    assert (result.counts.inserted, result.counts.unchanged, result.counts.quarantined) == (1, 1, 2)
    assert result.counts.faults == {"conflicting_rows": 2}
    assert desk.ask(f"select params ->> 'rows' from ops.quarantine where load_id = {result.load_id}") == [("2, 3",)] * 2


def test_the_column_that_the_mapping_names_decides_between_contradicting_rows(desk: Desk) -> None:
    mapping = Path(desk.source or "")
    mapping.write_text(f'{mapping.read_text(encoding="utf-8")}\n[key]\ndecides = "更新"\n', encoding="utf-8")
    result = desk.load(f"{GOOD},1", f"{GOOD.replace('rubbish', 'noise_life')},2", head=f"{HEAD},更新")
    assert (result.counts.inserted, result.counts.quarantined, result.counts.things) == (2, 0, 1)
    assert desk.own("c.code") == [("noise_life",)]


def test_the_same_bytes_are_nothing_new_and_force_finds_everything_unchanged(desk: Desk) -> None:
    first = desk.load(GOOD)
    version = desk.store.data_version()
    again = desk.load(GOOD)
    assert (again.status, again.load_id, again.counts.read, again.counts.unchanged) == (
        "nothing-new",
        first.load_id,
        1,
        1,
    )
    assert desk.store.data_version() == version
    forced = desk.load(GOOD, is_forced=True)
    assert (forced.status, forced.counts.unchanged, forced.counts.inserted) == ("loaded", 1, 0)


def test_a_changed_row_is_a_new_revision_of_its_events_and_nothing_is_deleted(desk: Desk) -> None:
    desk.load(GOOD)
    result = desk.load(GOOD.replace("2026-10-01 10:00:00", "2026-10-01 11:00:00"))
    assert (result.counts.updated, result.counts.things) == (1, 0)
    events = desk.ask(
        "select e.revision, count(*) from core.incident_log e join core.incident i using (incident_id)"
        " join core.source s using (source_id) where s.code = :source group by 1 order by 1"
    )
    assert events == [(1, 4), (2, 4)]
    assert desk.ask(
        "select i.revision from core.incident i join core.source s using (source_id) where s.code = :source"
    ) == [(2,)]


def test_a_dry_run_counts_like_the_load_and_changes_nothing(desk: Desk) -> None:
    before = desk.store.data_version()
    result = desk.load(GOOD, "2,rubbish,pending,2026-10-01 08:00:00,,,,,,,,,,,", is_dry_run=True)
    assert (result.status, result.load_id, result.counts.inserted, result.exit_code) == ("dry-run", None, 1, 3)
    assert desk.store.data_version() == before
    assert desk.ask("select 1 from core.source where code = :source") == []


def test_a_reopened_and_extended_case_has_its_history_and_its_last_close(desk: Desk) -> None:
    desk.load(
        "1,rubbish,open,2026-10-01 08:00:00,,,2026-10-01 09:00:00,2026-10-02 09:00:00,,"
        "2026-10-03,2026-10-05 18:00:00,,120.5,30.5,a",
        "2,rubbish,closed,2026-10-01,,,,,2026-10-01,2026-10-03,,,120.5,30.5,a",
    )
    heads = desk.ask(
        "select closed_at is null, has_history, day_precision, due_at = '2026-10-05T18:00+08' from core.incident"
        " join core.source s using (source_id) where s.code = :source order by incident_code"
    )
    assert heads[0] == (True, True, [], True)
    assert (heads[1][1], sorted(heads[1][2])) == (False, ["closed_at", "due_at", "reported_at"])


def test_a_suspension_on_a_bare_date_has_day_precision(desk: Desk) -> None:
    desk.load(
        "1,rubbish,closed,2026-10-01 08:00:00,2026-10-02,2026-10-03 09:00:00,2026-10-04 09:00:00",
        "2,rubbish,closed,2026-10-01 08:00:00,2026-10-02 08:00:00,2026-10-03,2026-10-04 09:00:00",
        head="编号,类别,状态,上报时间,挂起时间,恢复时间,办结时间",
    )
    assert desk.own("i.day_precision") == [(["suspended_at"],), (["resumed_at"],)]


def test_placeholders_are_no_stamps_and_count_as_repaired(desk: Desk) -> None:
    result = desk.load("1,rubbish,open,2026-10-01 08:00:00,,,,,1970-01-01 00:00:00,2099-12-31,,,120.5,30.5,a")
    assert (result.counts.inserted, result.counts.repaired) == (1, 1)
    stamps = "select closed_at, due_at from core.incident join core.source s using (source_id) where s.code = :source"
    assert desk.ask(stamps) == [(None, None)]


def test_a_point_wins_over_the_declared_area_and_a_row_without_point_is_placed_by_it(desk: Desk) -> None:
    result = desk.load(
        GOOD.replace(",a", ",b"),
        GOOD.replace("1,", "2,", 1).replace("120.5,30.5,a", ",,b"),
        GOOD.replace("1,", "3,", 1).replace("120.5,30.5,a", "10.5,30.5,"),
        GOOD.replace("1,", "4,", 1).replace("120.5,30.5,a", ",,nowhere"),
    )
    assert result.counts.faults == {"area_mismatch": 1, "unknown_area": 1}
    assert result.counts.outside == 2
    placed = desk.ask(
        "select incident_code, a.code, placed_by from core.incident i join core.source s using (source_id)"
        " left join core.area a on a.area_id = i.community_id where s.code = :source order by 1"
    )
    assert placed == [("1", "a", "point"), ("2", "b", "declared"), ("3", None, "point"), ("4", None, "none")]


def test_an_unknown_category_is_kept_as_unclassified_and_listed(desk: Desk) -> None:
    result = desk.load(GOOD.replace("rubbish", "外星人"), GOOD.replace("1,", "2,", 1).replace("rubbish", "暴露垃圾"))
    assert (result.counts.inserted, result.exit_code) == (2, 0)
    assert "外星人 (1)" in (result.message or "")
    assert desk.own("c.code") == [("unclassified",), ("rubbish",)]


def test_telephone_and_identity_numbers_are_masked_where_refused_values_are_shown(desk: Desk) -> None:
    result = desk.load(
        "1,rubbish,电 13812345678,2026-10-01 08:00:00,,,,,,,,,,,",
        "2,rubbish,330109199001011234,2026-10-01 08:00:00,,,,,,,,,,,",
    )
    shown = desk.ask(f"select value from ops.quarantine where load_id = {result.load_id} order by row_number")
    assert shown == [("电 138****5678",), ("330109********",)]


def test_a_personal_number_in_a_file_name_is_hidden_in_the_ledger(desk: Desk) -> None:
    path = desk.write("1,2", name="张三13812345678.csv")
    load_file(desk.store, LoadRequest(dataset="incidents", file=path, clock=desk.clock))
    assert desk.ask("select file_name from ops.load where file_name like '张%'") == [("张*138****5678.csv",)]


def test_one_masking_serves_quarantine_unknown_values_ignored_headings_and_refusals(desk: Desk) -> None:
    number, cut = "139 0571 8888", "139****8888"
    result = desk.load(
        f"1,{number},open,2026-10-01 08:00:00,,,,,,,,,,,,", f"2,rubbish,{number},,,,,,,,,,,,,", head=f"{HEAD},{number}"
    )
    assert result.unknown == {"category": {cut: 1}}
    assert cut in (result.message or "")
    assert result.ignored == (cut,)
    kept = desk.ask(
        "select unknown_values -> 'category' ->> '139****8888', ignored_columns[1],"
        " (select value from ops.quarantine q where q.load_id = l.load_id and fault = 'unknown_status')"
        f" from ops.load l where load_id = {result.load_id}"
    )
    assert kept == [("1", cut, cut)]
    refused = desk.load("1,2", head=f"编号,{number}")
    assert (refused.status, cut in (refused.message or "")) == ("refused", True)


def test_a_quotation_mark_that_is_never_closed_refuses_the_file_and_names_its_row(desk: Desk) -> None:
    rows = [GOOD.replace("1,", f"{number},", 1) for number in range(40)]
    ahead = desk.load(GOOD, f'"{GOOD}', *rows)
    assert (ahead.status, ahead.counts.faults) == ("refused", {"unclosed_quote": 1})
    assert "第 3 行" in (ahead.message or "")
    behind = desk.load(GOOD, GOOD.removesuffix("a") + '"a', *rows)
    assert (behind.status, "第 3 行" in (behind.message or "")) == ("refused", True)
    between = desk.load(GOOD, f'"{GOOD}', *rows, f'"9{GOOD}'.replace(",rubbish", '",rubbish'))
    assert (between.status, between.counts.faults) == ("refused", {"unclosed_quote": 1})
    assert desk.load(GOOD, '"注：两行的\n说明"').counts.inserted == 1


def test_a_character_that_cannot_be_stored_is_a_fault_of_its_row(placed: Store, clock: Clock, tmp_path: Path) -> None:
    path = tmp_path / "nul.geojson"
    rows = [(f"n{number}", "rubbish") for number in range(3)] + [("n\0", "rub\0bish")]
    path.write_text(json.dumps(collection(*(feature(code, category=name) for code, name in rows))), encoding="utf-8")
    result = load_file(placed, LoadRequest(dataset="incidents", file=path, clock=clock))
    assert (result.counts.inserted, result.counts.quarantined) == (3, 1)
    assert result.counts.faults == {"bad_characters": 1}


def feature(code: str, geometry: object = None, **told: str) -> dict[str, object]:
    """A case as a GeoJSON feature."""
    properties = {"code": code, "category": "rubbish", "reported_at": "2026-10-01 08:00:00", **told}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: object, **told: object) -> dict[str, object]:
    return {"type": "FeatureCollection", "features": list(features), **told}


def test_a_geometry_that_is_broken_or_no_point_is_quarantined_with_what_to_do(
    placed: Store, clock: Clock, tmp_path: Path
) -> None:
    line = {"type": "LineString", "coordinates": [[120.5, 30.5], [120.6, 30.6]]}
    many = {"type": "MultiPoint", "coordinates": [[120.5, 30.5], [120.6, 30.6]]}
    single = {"type": "MultiPoint", "coordinates": [[120.5, 30.5]]}
    empty = {"type": "Point", "coordinates": []}
    broken = {"type": "Point", "coordinates": ["x", None]}
    given = [line, many, empty, broken, {"type": "Foo"}, "POINT", {}, single, None]
    path = tmp_path / "odd.geojson"
    path.write_text(json.dumps(collection(*(feature(f"o{n}", item) for n, item in enumerate(given)))), encoding="utf-8")
    result = load_file(placed, LoadRequest(dataset="incidents", file=path, clock=clock))
    assert (result.counts.inserted, result.counts.faults) == (2, {"bad_coordinates": 7})
    with placed.loading(LEADER, clock) as connection:
        query = "select params ->> 'case' from ops.quarantine where load_id = :id order by row_number"
        cases = connection.execute(text(query), {"id": result.load_id}).scalars().all()
    assert cases == ["not_point"] * 2 + ["broken"] * 5
    assert "点" in hint("bad_coordinates", "zh", {"case": "not_point"})


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (collection(feature("c1"), crs={"type": "name", "properties": {"name": "banana"}}), "unknown_crs"),
        (collection(feature("c1"), crs={"type": "link", "properties": {"href": "x"}}), "unknown_crs"),
        (collection(feature("c1"), crs=["EPSG:4326"]), "unknown_crs"),
        (collection(feature("c1"), crs={"type": "name"}), "unknown_crs"),
        (collection(feature("c1")) | {"type": "Banana"}, "not_geojson"),
        ({"features": [feature("c1")]}, "not_geojson"),
    ],
)
def test_a_geojson_that_is_no_collection_or_declares_a_strange_system_is_refused(
    placed: Store, clock: Clock, tmp_path: Path, *, document: dict[str, object], code: str
) -> None:
    path = tmp_path / "strange.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    result = load_file(placed, LoadRequest(dataset="incidents", file=path, clock=clock))
    assert (result.status, result.counts.faults) == ("refused", {code: 1})


def test_a_value_that_only_the_database_finds_is_a_refusal_with_a_ledger_line(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loaders.check.unstorable", lambda *_, **__: no_faults())
    random = "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(200))
    result = desk.load(GOOD.replace("1,", f"{random},", 1))
    assert (result.status, result.exit_code, result.counts.faults) == ("refused", 2, {"store_refused": 1})
    assert result.load_id is not None
    assert "数据库" in (result.message or "")


def test_a_case_that_names_itself_as_original_is_kept_and_noted(desk: Desk) -> None:
    result = desk.load(GOOD.replace("closed", "duplicate").replace(",120.5", "1,120.5"))
    assert (result.counts.inserted, result.counts.faults) == (1, {"unknown_original": 1})


def test_words_of_a_mapping_are_translated_in_categories_too(desk: Desk) -> None:
    mapping = Path(desk.source or "")
    words = '\n[values.category]\n"外星人" = "rubbish"\n'
    mapping.write_text(mapping.read_text(encoding="utf-8") + words, encoding="utf-8")
    assert desk.load(GOOD.replace("rubbish", "外星人")).counts.faults == {}
    assert desk.own("c.code") == [("rubbish",)]


def test_nothing_new_still_speaks_of_the_rows_that_the_earlier_load_refused(desk: Desk) -> None:
    lines = (GOOD, GOOD.replace("1,rubbish,closed", "2,rubbish,pending"))
    desk.load(*lines)
    again = desk.load(*lines)
    assert (again.status, "隔离的 1 行" in (again.message or "")) == ("nothing-new", True)


def test_local_times_in_a_gap_are_refused_and_in_an_overlap_the_earlier_counts(desk: Desk) -> None:
    mapping = Path(desk.source or "")
    zone = 'time_zone = "America/New_York"\nzone_marker = "ignore"\n'
    mapping.write_text(zone + mapping.read_text(encoding="utf-8"), encoding="utf-8")
    result = desk.load(
        "1,rubbish,open,2016-03-13T02:30:00.000Z,,,,,,,,,,,", "2,rubbish,open,2016-11-06T01:30:00.000Z,,,,,,,,,,,"
    )
    assert result.counts.faults == {"bad_time": 1}
    assert result.counts.repaired == 1
    assert desk.own("reported_at = '2016-11-06T01:30-04'") == [(True,)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.csv", b"", "empty_file"),
        ("x.csv", HEAD.encode() + b"\n", "empty_file"),
        ("x.csv", b"PK\x03\x04rest", "is_workbook"),
        ("x.csv", b"a,b\x00c\n1,2\n", "not_text"),
        ("x.csv", b'{"type": "FeatureCollection", "features": []}', "empty_file"),
        ("x.geojson", b"a,b\n1,2\n", "not_geojson"),
        ("x.geojson", b'{"type": "FeatureCollection", "features": [', "bad_json"),
        ("x.csv", "编号,上报时间\n1,2026-10-01\n".encode(), "missing_column"),
        ("x.csv", f"{HEAD}\n".encode("utf-16") + b"\x00", "bad_encoding"),
        ("x.csv", f"{HEAD}\n1".encode("gb18030") + b"," * 2_000_000 + b"\xff\n", "bad_encoding"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_with_a_sentence_and_a_ledger_line(
    placed: Store, clock: Clock, tmp_path: Path, *, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = placed.data_version()
    for lang in ("zh", "en"):
        result = load_file(placed, LoadRequest(dataset="incidents", file=path, clock=clock, lang=lang))
        assert (result.status, result.exit_code) == ("refused", 2)
        assert next(iter(result.counts.faults)).startswith(code)
        assert result.message
        assert "…" not in result.message
    assert placed.data_version() == before


def test_projected_coordinates_under_the_built_in_assumption_refuse_the_batch(
    placed: Store, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "metres.csv"
    rows = [f"{number},rubbish,2026-10-01 08:00:00,{500000 + number},3340000" for number in range(30)]
    path.write_text("\n".join(["编号,类别,上报时间,经度,纬度", *rows]), encoding="utf-8")
    result = load_file(placed, LoadRequest(dataset="incidents", file=path, clock=clock))
    assert result.counts.faults == {"crs_evidence": 1}
    told = load_file(placed, LoadRequest(dataset="incidents", file=path, clock=clock, crs="EPSG:4549"))
    assert (told.status, told.counts.inserted) == ("loaded", 30)


def test_a_gbk_file_and_a_geojson_file_are_read(placed: Store, clock: Clock, tmp_path: Path) -> None:
    gbk = tmp_path / "gbk.csv"
    gbk.write_bytes("编号,类别,上报时间\ng1,暴露垃圾,2026-10-01 08:00:00\n".encode("gb18030"))
    assert load_file(placed, LoadRequest(dataset="incidents", file=gbk, clock=clock)).counts.inserted == 1
    geo = tmp_path / "points.geojson"
    geo.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "j1", '
        '"category": "rubbish", "reported_at": "2026-10-01 08:00:00"}, '
        '"geometry": {"type": "Point", "coordinates": [120.5, 30.5]}}]}',
        encoding="utf-8",
    )
    result = load_file(placed, LoadRequest(dataset="incidents", file=geo, clock=clock))
    assert (result.counts.inserted, result.counts.outside) == (1, 0)


KILLED = """
import sys
from datetime import datetime
from pathlib import Path
from geo.store import Store
from geo.viewer import Clock
from loaders.dataset import LoadRequest
from loaders.work import load_file
clock = Clock(datetime.fromisoformat("2026-11-20T14:32:00+08:00"))
request = LoadRequest(dataset="incidents", file=Path(sys.argv[1]), clock=clock)
load_file(Store.from_environment(), request, progress=lambda rows: print(rows, flush=True))
"""


def test_a_load_killed_midway_leaves_nothing_and_loading_again_completes_it(
    placed: Store, clock: Clock, tmp_path: Path, store_environment: dict[str, str]
) -> None:
    path = tmp_path / "many.csv"
    rows = [f"k{number},rubbish,2026-10-01 08:00:00,120.5,30.5" for number in range(60_000)]
    path.write_text("\n".join(["编号,类别,上报时间,经度,纬度", *rows]), encoding="utf-8")
    with placed.loading(LEADER, clock) as connection:
        before = connection.execute(text("select count(*) from core.incident")).scalar_one()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        env=store_environment,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    assert child.stdout is not None
    assert child.stdout.readline()
    time.sleep(0.1)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with placed.loading(LEADER, clock) as connection:
        assert connection.execute(text("select count(*) from core.incident")).scalar_one() == before
        assert connection.execute(text("select count(*) from ops.load where file_name = 'many.csv'")).scalar_one() == 0
    again = load_file(placed, LoadRequest(dataset="incidents", file=path, clock=clock))
    assert (again.status, again.counts.inserted) == ("loaded", 60_000)


@pytest.mark.real_data
def test_the_real_311_file_counts_as_recomputed_and_a_second_load_is_nothing_new(
    store: Store, real_data: Path, clock: Clock
) -> None:
    path = real_data / "dc" / "incidents" / "dc_311_2016-07-08_2016-08-16.csv"
    request = LoadRequest(dataset="incidents", file=path, clock=clock, source="dc_311")
    counts = load_file(store, request).counts
    assert (counts.read, counts.inserted, counts.unchanged, counts.quarantined, counts.things) == (
        22_947,
        22_570,
        364,
        13,
        22_570,
    )
    assert {code: counts.faults[code] for code in ("conflicting_rows", "missing_value")} == {
        "conflicting_rows": 12,
        "missing_value": 1,
    }
    assert load_file(store, request).status == "nothing-new"
