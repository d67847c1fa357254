"""A file that was loaded before is known without being opened, and only where nothing has changed but its name."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from loads_geo import square
from sqlalchemy import text

from config import reader
from geo import expiry, vault
from geo.landing import Landing
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock
from loaders import asking, read, work
from loaders.asking import Asked
from loaders.dataset import LoadRequest
from loaders.plan import Plan, make_plan
from loaders.read import FileFacts
from loaders.result import LoadResult

HEAD = "编号,类别,状态,上报时间,经度,纬度"
GOOD = "A,噪声扰民,办理中,2026-11-05 08:00:00,120.0005,30.0005"
ODD = "B,噪声扰民,怪,2026-11-05 08:00:00,120.0005,30.0005"
MAPPING = """dataset = "incidents"
crs = "EPSG:4326"
[columns]
code = "编号"
category = "类别"
status = "状态"
reported_at = "上报时间"
lon = "经度"
lat = "纬度"
"""
CORRECTION = """[[correct]]
column = "status"
from = "怪"
to = "open"
reason = "来源系统的旧代码"
who = "wang"
since = 2026-01-01
"""


@dataclass
class Desk:
    """A fresh store and a site's folder; `opened` names the files that were opened, in their order."""

    store: Store
    clock: Clock
    folder: Path
    opened: list[str] = field(default_factory=list)

    def csv(self, *lines: str, name: str = "x.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
        return path

    def config(self, name: str, told: str) -> None:
        path = self.folder / "home" / "config" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told, encoding="utf-8")

    def street(self, size: float) -> LoadResult:
        """A street that is a square of so many thousandths of a degree."""
        feature = {"type": "Feature", "properties": {"代码": "330109", "名称": "街"}, "geometry": square(0, 0, size)}
        path = self.folder / f"street{size}.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
        return self.load(path, dataset="boundaries", level="street")

    def load(self, path: Path, *, dataset: str = "incidents", **options: object) -> LoadResult:
        request = LoadRequest(dataset=dataset, file=path, clock=self.clock)
        return work.load_file(self.store, replace(request, **options))  # type: ignore[arg-type]


@pytest.fixture
def desk(
    new_database: Callable[[], StoreUrls], clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    monkeypatch.setenv(vault.VARIABLE, str(vault.key_file()))
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    made = Desk(Store(new_database()), clock, tmp_path)

    def noted(asked: Asked, facts: FileFacts) -> Plan:
        made.opened.append(facts.path.name)
        return make_plan(asked, facts)

    monkeypatch.setattr(work, "make_plan", noted)
    yield made
    made.store.close()


def test_the_same_bytes_are_known_without_being_opened_under_any_name(desk: Desk) -> None:
    first = desk.load(desk.csv(GOOD, ODD))
    again = [desk.load(desk.csv(GOOD, ODD)), desk.load(desk.csv(GOOD, ODD, name="y.csv"))]
    assert [(one.status, one.load_id, one.sha256) for one in again] == [
        ("nothing-new", first.load_id, first.sha256)
    ] * 2
    assert [one.code for one in again[0].told] == ["nothing_new_quarantined"]
    assert (again[0].counts.read, again[0].counts.unchanged, again[0].counts.things) == (2, 2, 1)
    dry = desk.load(desk.csv(GOOD, ODD), is_dry_run=True)
    assert (dry.status, dry.load_id, dry.counts.unchanged) == ("dry-run", None, 2)
    assert desk.opened == ["x.csv"]


def test_what_a_shape_file_declares_of_itself_is_known_with_it(desk: Desk) -> None:
    assert [desk.street(1).status, desk.street(1).status] == ["loaded", "nothing-new"]
    assert len(desk.opened) == 1


def test_other_bytes_of_the_same_length_are_another_file(desk: Desk) -> None:
    desk.load(desk.csv(GOOD))
    assert desk.load(desk.csv(GOOD.replace("A,", "C,"))).counts.inserted == 1


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"is_forced": True}, "loaded"),
        ({"crs": "EPSG:4490"}, "loaded"),
        ({"is_simulated": True}, "loaded"),
        ({"dataset": "staff"}, "refused"),
        ({"level": "street"}, "refused"),
        ({"mode": "snapshot"}, "refused"),
        ({"source": "nobody"}, "refused"),
    ],
)
def test_the_same_file_asked_for_in_another_way_is_no_file_again(
    desk: Desk, options: dict[str, object], status: str
) -> None:
    path = desk.csv(GOOD)
    desk.load(path)
    assert desk.load(path, **options).status == status  # type: ignore[arg-type]
    assert desk.load(path).status == "nothing-new"


def test_another_level_makes_other_areas_of_the_same_file(desk: Desk) -> None:
    assert desk.street(1).status == "loaded"
    path = desk.folder / "street1.geojson"
    assert desk.load(path, dataset="boundaries", level="community").status == "loaded"
    assert desk.load(path, dataset="boundaries", level="street").status == "nothing-new"


def test_the_same_file_with_an_ending_that_promises_another_format_is_looked_at(desk: Desk) -> None:
    desk.load(desk.csv(GOOD))
    assert desk.load(desk.csv(GOOD, name="x.json")).status == "refused"


def test_a_changed_mapping_reads_the_file_anew(desk: Desk) -> None:
    mapping = desk.folder / "own.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    path = desk.csv(GOOD, ODD)
    assert desk.load(path, source=str(mapping)).counts.quarantined == 2
    mapping.write_text(f'{MAPPING}[values.status]\n"怪" = "open"\n"办理中" = "open"\n', encoding="utf-8")
    done = desk.load(path, source=str(mapping))
    assert (done.status, done.counts.quarantined, len(desk.opened)) == ("loaded", 0, 2)
    mapping.write_text(MAPPING, encoding="utf-8")
    assert desk.load(path, source=str(mapping)).status == "nothing-new"
    assert len(desk.opened) == 2


def test_a_correction_that_came_to_be_reads_the_file_anew(desk: Desk) -> None:
    path = desk.csv(ODD)
    assert desk.load(path).counts.quarantined == 1
    desk.config("corrections/standard_incidents.toml", CORRECTION)
    assert desk.load(path).counts.inserted == 1
    assert desk.load(path).status == "nothing-new"
    assert len(desk.opened) == 2


def test_other_boundaries_and_other_categories_place_and_class_the_same_file_anew(desk: Desk) -> None:
    path = desk.csv(GOOD)
    desk.load(path)
    desk.street(1)
    assert desk.load(path).status == "loaded"
    listed = reader.find("categories.toml").read_text(encoding="utf-8")
    desk.config("categories.toml", listed.replace("private = true", "private = false", 1))
    assert "private = true" in listed
    assert desk.load(path).status == "loaded"
    assert desk.load(path).status == "nothing-new"


def test_a_load_that_did_not_come_to_its_end_or_was_refused_makes_no_file_known(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.csv(GOOD)
    with monkeypatch.context() as broken:

        def breaks(landing: Landing, load_id: int, counts: object) -> None:
            raise RuntimeError("half way")

        broken.setattr(Landing, "tell", breaks)
        with pytest.raises(RuntimeError, match="half way"):
            desk.load(path)
    assert desk.load(path).status == "loaded"
    refused = desk.folder / "refused.csv"
    refused.write_text("甲,乙\n1,2\n", encoding="utf-8")
    assert [desk.load(refused).status for _ in range(2)] == ["refused", "refused"]
    assert desk.opened == ["x.csv", "x.csv", "refused.csv", "refused.csv"]


def test_a_load_whose_refused_rows_were_purged_is_still_known(desk: Desk) -> None:
    path = desk.csv(GOOD, ODD)
    first = desk.load(path)
    with desk.store.loading(LEADER, desk.clock) as connection:
        connection.execute(text("update landing.row set expires_on = date '2000-01-01'"))
    assert expiry.purge(desk.store, OPERATOR, desk.clock, is_dry_run=False).rows == 1
    again = desk.load(path)
    assert (again.status, again.load_id, desk.opened) == ("nothing-new", first.load_id, ["x.csv"])


def test_a_file_that_changes_while_it_is_hashed_is_not_taken_for_the_one_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.csv(GOOD)
    desk.load(path)

    hashed = read.facts

    def moved(of: Path) -> FileFacts:
        found = hashed(of)
        digest = found.sha256
        os.utime(of, ns=(1, 1))
        return replace(found, digest=lambda: digest)

    monkeypatch.setattr(read, "facts", moved)
    again = desk.load(path)
    assert (again.status, dict(again.counts.faults)) == ("refused", {"file_changed": 1})


def test_another_version_of_the_program_and_a_load_of_an_older_one_look_into_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.csv(GOOD)
    desk.load(path)
    with desk.store.loading(LEADER, desk.clock) as connection:
        connection.execute(text("update ops.load set options = options - 'asked'"))
    assert desk.load(path).status == "nothing-new"
    monkeypatch.setattr(asking, "program_version", lambda: "next")
    assert desk.load(path).status == "nothing-new"
    assert desk.opened == ["x.csv"] * 3


def test_boundaries_kept_from_one_load_to_the_next_give_way_to_new_ones(desk: Desk) -> None:
    inside = GOOD.replace("120.0005", "120.0015")
    desk.street(1)
    assert desk.load(desk.csv(inside)).counts.outside == 1
    assert desk.load(desk.csv(inside.replace("A,", "C,"))).counts.outside == 1
    desk.street(2)
    assert desk.load(desk.csv(inside.replace("A,", "D,"))).counts.outside == 0
