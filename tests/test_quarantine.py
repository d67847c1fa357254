"""Refused rows are run again: what is good now goes in once, the rest waits; corrections that recur are counted."""

import csv
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from load_ends import small_blocks
from sqlalchemy import text

from geo import quarantine, sealing, steward, vault
from geo.quarantine import DecisionRefused, FaultQuery
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR, Clock, Viewer
from loaders.dataset import LoadRequest
from loaders.replaying import ReplayRequest, replay
from loaders.result import LoadResult
from loaders.work import load_file

ROOT = Path(__file__).parent.parent
STEWARD = Viewer(name="wang", role="steward", level="site")
HEAD = "编号,类别,状态,上报时间,办结时间,经度,纬度,备注"
LATE = "A,噪声扰民,已办结,2026-11-05 08:00:00,2026-11-04 08:00:00,120.2,30.2,找张三 13812345678"
ODD = "B,噪声扰民,怪,2026-11-05 08:00:00,,120.2,30.2,"
GOOD = "C,噪声扰民,办理中,2026-11-05 08:00:00,,120.2,30.2,"
TORN = "D,噪声"


@pytest.fixture
def empty(new_database: Callable[[], StoreUrls]) -> Iterator[Store]:
    store = Store(new_database())
    yield store
    store.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster_urls: StoreUrls) -> Path:
    """A site's own configuration; the key stays where the other tests have it."""
    from geo import vault

    monkeypatch.setenv(vault.VARIABLE, str(vault.key_file()))
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def write(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def load(store: Store, clock: Clock, path: Path, **options: object) -> LoadResult:
    return load_file(store, LoadRequest(dataset="incidents", file=path, clock=clock, **options))  # type: ignore[arg-type]


def again(store: Store, clock: Clock, load_id: int | None, **options: object) -> LoadResult:
    assert load_id is not None
    found = replay(store, ReplayRequest(load_id, clock, **options))  # type: ignore[arg-type]
    assert found is not None
    return found


def states(store: Store, clock: Clock, load_id: int | None) -> dict[str, int]:
    assert load_id is not None
    return quarantine.states(store, OPERATOR, clock, load_id=load_id)


def codes(store: Store, clock: Clock) -> list[str]:
    with store.loading(OPERATOR, clock) as connection:
        return list(connection.execute(text("select incident_code from core.incident order by 1")).scalars())


def reading_odd(folder: Path) -> Path:
    """A mapping that knows the status of ODD."""
    return write(
        folder, "own.toml", 'dataset = "incidents"', 'time_zone = "Asia/Shanghai"', 'crs = "EPSG:4326"', "[columns]",
        'code = "编号"', 'category = "类别"', 'status = "状态"', 'reported_at = "上报时间"', 'closed_at = "办结时间"',
        'lon = "经度"', 'lat = "纬度"', "[values.status]", '"怪" = "open"', '"已办结" = "closed"',
    )  # fmt: skip


# ---------------------------------------------------------------- running again


def test_what_a_new_mapping_reads_goes_in_as_a_load_that_says_whose_rows_it_has_and_the_rest_moves(
    empty: Store, clock: Clock, tmp_path: Path
) -> None:
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, LATE, ODD, GOOD))
    mapping = reading_odd(tmp_path)
    done = again(empty, clock, first.load_id, source=str(mapping))
    assert (done.status, done.exit_code) == ("loaded", 3)
    assert (done.counts.read, done.counts.inserted, done.counts.quarantined) == (2, 1, 1)
    assert states(empty, clock, first.load_id) == {"solved": 1, "moved": 1}
    assert states(empty, clock, done.load_id) == {"open": 1}
    (moved,) = quarantine.faults(empty, OPERATOR, clock, query=FaultQuery(done.load_id))
    assert (moved.row, moved.fault) == (2, "closed_before_reported")
    line = steward.loads(empty, LEADER, clock, query=steward.LoadQuery(load_id=done.load_id)).lines[0]
    assert line.replays == first.load_id
    assert codes(empty, clock) == ["B", "C"]

    second = again(empty, clock, first.load_id)
    assert (second.status, second.load_id, second.exit_code) == ("nothing-new", done.load_id, 0)
    before = steward.ledger_end(empty, LEADER, clock)
    assert again(empty, clock, done.load_id, source=str(mapping)).status == "nothing-new"
    assert steward.ledger_end(empty, LEADER, clock) >= before
    assert states(empty, clock, done.load_id) == {"open": 1}


def test_a_file_brought_again_says_of_its_refused_rows_only_what_still_waits(
    empty: Store, clock: Clock, tmp_path: Path
) -> None:
    path = write(tmp_path, "a.csv", HEAD, ODD, GOOD)
    first = load(empty, clock, path)
    assert [one.code for one in load(empty, clock, path).told] == ["nothing_new_quarantined"]
    assert again(empty, clock, first.load_id, source=str(reading_odd(tmp_path))).counts.inserted == 1
    assert [one.code for one in load(empty, clock, path).told] == ["nothing_new"]


def test_a_replay_that_mends_nothing_writes_nothing(empty: Store, clock: Clock, tmp_path: Path) -> None:
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, LATE, TORN))
    done = again(empty, clock, first.load_id)
    assert (done.status, done.exit_code) == ("nothing-new", 0)
    assert len(steward.loads(empty, LEADER, clock, query=steward.LoadQuery()).lines) == 1
    assert states(empty, clock, first.load_id) == {"open": 2}


def test_a_dry_run_counts_as_the_replay_would_and_leaves_the_rows_where_they_are(
    empty: Store, clock: Clock, tmp_path: Path
) -> None:
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, ODD))
    fixed = write(tmp_path, "x.csv", "行号,状态", "2,办理中")
    done = again(empty, clock, first.load_id, file=fixed, is_dry_run=True)
    assert (done.status, done.load_id, done.counts.inserted) == ("dry-run", None, 1)
    assert states(empty, clock, first.load_id) == {"open": 1}
    assert codes(empty, clock) == []


def test_a_row_that_became_blank_or_a_total_is_not_solved_but_stays_and_is_told(
    empty: Store, clock: Clock, tmp_path: Path
) -> None:
    rows = [ODD.replace("B", code, 1) for code in "BCD"]
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, *rows))
    good = ODD.replace("怪", "办理中")
    fixed = write(tmp_path, "x.csv", f"行号,{HEAD}", f"2,{good}", "3,,,,,,,,", "4,合计,,,,,,,")
    done = again(empty, clock, first.load_id, file=fixed)
    assert (done.counts.read, done.counts.inserted, done.counts.skipped) == (1, 1, 2)
    assert done.message is not None
    assert "3, 4" in done.message
    assert states(empty, clock, first.load_id) == {"solved": 1, "open": 2}
    assert codes(empty, clock) == ["B"]
    rest = again(empty, clock, first.load_id, file=write(tmp_path, "y.csv", "行号,状态", "3,办理中", "4,办理中"))
    assert (rest.counts.inserted, codes(empty, clock)) == (2, ["B", "C", "D"])


@pytest.mark.parametrize("row", ["9" * 5000, "99999999999", "2147483648", "7"])
def test_a_row_number_that_no_row_has_is_told(empty: Store, clock: Clock, tmp_path: Path, row: str) -> None:
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, ODD))
    done = again(empty, clock, first.load_id, file=write(tmp_path, "x.csv", "行号,状态", f"{row},办理中"))
    assert (done.status, dict(done.counts.faults)) == ("refused", {"replay_unknown_rows": 1})


def test_an_old_row_does_not_undo_what_a_newer_file_said(empty: Store, clock: Clock, tmp_path: Path) -> None:
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, ODD))
    newer = ODD.replace("怪", "已办结").replace(":00,,", ":00,2026-11-06 08:00:00,")
    load(empty, clock, write(tmp_path, "b.csv", HEAD, newer))
    fixed = write(tmp_path, "x.csv", "行号,状态", "2,办理中")
    done = again(empty, clock, first.load_id, file=fixed)
    assert done.counts.faults == {"overtaken": 1}
    with empty.loading(OPERATOR, clock) as connection:
        assert connection.execute(text("select status from core.incident")).scalar_one() == "closed"


def test_boundaries_keep_their_shapes_until_they_are_run_again(empty: Store, clock: Clock, tmp_path: Path) -> None:
    ring = [[120, 30], [121, 30], [121, 31], [120, 31], [120, 30]]
    shapes = [("s", "一街道", "Polygon", [ring]), ("", "无码", "Polygon", [[[x + 2, y] for x, y in ring]])]
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name},
            "geometry": {"type": kind, "coordinates": places},
        }
        for code, name, kind, places in shapes
    ]
    path = tmp_path / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    request = LoadRequest(dataset="boundaries", file=path, clock=clock, level="street")
    first = load_file(empty, request)
    assert (first.counts.inserted, first.counts.quarantined) == (1, 1)
    done = again(empty, clock, first.load_id, file=write(tmp_path, "x.csv", "行号,code", "3,t"))
    assert (done.status, done.counts.inserted) == ("loaded", 1)
    with empty.loading(OPERATOR, clock) as connection:
        found = connection.execute(
            text("select code, st_xmin(geom) from core.area where valid_to = 'infinity' order by 1")
        ).all()
    assert [tuple(row) for row in found] == [("s", 120.0), ("t", 122.0)]


def peak_of_a_replay(store: Store, clock: Clock, folder: Path, rows: int, *, is_by_file: bool) -> int:
    """Bytes of Python objects that were there at once while so many refused rows of long texts were run again."""
    lines = [f"{folder.name}{rows}-{number},{ODD.partition(',')[2]}{'长' * 1_000}" for number in range(rows)]
    first = load(store, clock, write(folder, "a.csv", HEAD, *lines))
    assert first.counts.quarantined == rows
    corrected = write(folder, "x.csv", "行号,状态", *(f"{row + 2},办理中" for row in range(rows)))
    asked = {"file": corrected} if is_by_file else {"source": str(reading_odd(folder))}
    tracemalloc.start()
    done = again(store, clock, first.load_id, **asked)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (done.counts.read, done.counts.inserted) == (rows, rows)
    assert states(store, clock, first.load_id) == {"solved": rows}
    return peak


@pytest.mark.parametrize("is_by_file", [False, True])
def test_the_memory_of_a_replay_does_not_grow_with_the_rows_that_are_kept(
    empty: Store, clock: Clock, tmp_path: Path, home: Path, is_by_file: bool
) -> None:
    small_blocks(home, 200)
    peaks = []
    for number, rows in enumerate((100, 200, 2_000)):
        folder = tmp_path / f"part{number}"
        folder.mkdir()
        peaks.append(peak_of_a_replay(empty, clock, folder, rows, is_by_file=is_by_file))
    assert peaks[2] < 2 * peaks[1], peaks


def test_rows_in_several_blocks_with_torn_ones_among_them_are_run_again_each_once(
    empty: Store, clock: Clock, tmp_path: Path, home: Path
) -> None:
    small_blocks(home, 200)
    lines = [TORN if number % 40 == 0 else f"K{number},{ODD.partition(',')[2]}" for number in range(170)]
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, *lines))
    assert first.counts.quarantined == 170
    done = again(empty, clock, first.load_id, source=str(reading_odd(tmp_path)))
    assert (done.counts.read, done.counts.inserted, done.counts.faults) == (170, 165, {"ragged_row": 5})
    assert states(empty, clock, first.load_id) == {"solved": 165, "moved": 5}
    kept = quarantine.received(empty, STEWARD, clock, load_id=done.load_id or 0)
    assert [row.row for row in kept] == [number + 2 for number in range(0, 170, 40)]
    assert kept[0].shown["编号"] == "D"


# ---------------------------------------------------------------- the file to correct


def run(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from cockpit.cli import main; main()", *map(str, arguments)],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def environment(store_environment: dict[str, str]) -> dict[str, str]:
    return store_environment | {"COCKPIT_NOW": "2026-11-20T14:32:00+08:00"}


def test_the_file_of_refused_rows_is_corrected_and_run_again_with_what_it_hides_kept(
    environment: dict[str, str], store: Store, clock: Clock, tmp_path: Path
) -> None:
    code_with_zeros = LATE.replace("A,", "007,")
    path = write(tmp_path, "a.csv", HEAD, code_with_zeros, ODD, TORN)
    loaded = json.loads(run(environment, "load", "incidents", path, "--json").stdout)
    out = tmp_path / "out.csv"
    done = run(environment, "rejects", str(loaded["load_id"]), "--out", out)
    assert done.returncode == 0
    with out.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    heads = ["行号", *HEAD.split(","), "代码", "问题", "处理办法"]
    assert rows[0][: len(heads)] == heads
    assert rows[1][:9] == ["2", *code_with_zeros.split(",")[:7], "***"]
    assert "张三" not in out.read_text(encoding="utf-8")
    assert "13812345678" not in out.read_text(encoding="utf-8")
    # as a spreadsheet would save it: zeros lost, times in another form; one cell is really corrected
    rows[1][1], rows[1][4], rows[1][5] = "7", "2026/11/5 8:00", "2026-11-06 08:00:00"
    with out.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream).writerows(rows)
    done = run(environment, "replay", str(loaded["load_id"]), "--from", out, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["status"], told["inserted"], told["quarantined"]) == (3, "loaded", 1, 2)
    assert "007" in codes(store, clock)
    again_done = run(environment, "replay", str(loaded["load_id"]), "--from", out, "--json")
    assert (again_done.returncode, json.loads(again_done.stdout)["status"]) == (0, "nothing-new")
    listed = json.loads(run(environment, "rejects", "--state", "open", "--json").stdout)
    assert {(item["load_id"], item["row"], item["state"]) for item in listed} == {
        (told["load_id"], 3, "open"), (told["load_id"], 4, "open"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "told"),
    [(("行号,状态", "99,办理中"), "99"), (("编号,状态", "B,办理中"), "行号"), (("行号,什么", "2,办理中"), "行号")],
)
def test_a_file_that_is_no_file_of_these_rows_is_refused(
    empty: Store, clock: Clock, tmp_path: Path, lines: tuple[str, ...], told: str
) -> None:
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, ODD))
    done = again(empty, clock, first.load_id, file=write(tmp_path, "x.csv", *lines))
    assert (done.status, done.exit_code) == ("refused", 2)
    assert told in (done.message or "")
    assert states(empty, clock, first.load_id) == {"open": 1}


@pytest.mark.parametrize("arguments", [("replay", "99999"), ("replay", "x"), ("rejects", "--out", "x.csv")])
def test_wrong_usage_ends_with_two(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    done = run(environment, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr


# ---------------------------------------------------------------- decisions


def test_a_corrected_row_waits_a_dismissed_one_does_not_and_both_can_be_taken_back(
    empty: Store, clock: Clock, tmp_path: Path
) -> None:
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, LATE, ODD))
    assert first.load_id is not None
    where = {"load_id": first.load_id}
    quarantine.correct(empty, STEWARD, clock, **where, row=2, cells={"办结时间": "2026-11-06 08:00:00"}, hide=())
    quarantine.dismiss(empty, STEWARD, clock, **where, row=3, reason="重复报送，王五 13987654321")
    assert states(empty, clock, first.load_id) == {"corrected": 1, "dismissed": 1}
    rows = quarantine.received(empty, STEWARD, clock, load_id=first.load_id)
    assert [row.cells for row in rows] == [{"办结时间": "2026-11-06 08:00:00"}, {}]
    assert "13987654321" not in (rows[1].reason or "")
    assert rows[0].shown["备注"] == "***"
    done = again(empty, clock, first.load_id)
    assert (done.counts.read, done.counts.inserted) == (1, 1)
    quarantine.undo(empty, STEWARD, clock, **where, row=3)
    assert states(empty, clock, first.load_id) == {"solved": 1, "open": 1}
    with pytest.raises(DecisionRefused):
        quarantine.undo(empty, STEWARD, clock, **where, row=2)


def test_only_the_steward_decides_and_sees_rows_as_received(empty: Store, clock: Clock, tmp_path: Path) -> None:
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, ODD))
    assert first.load_id is not None
    for role in ("leader", "evaluator", "admin", "wall", "secretary"):
        other = Viewer(name="x", role=role, level="site")
        with pytest.raises(DecisionRefused):
            quarantine.dismiss(empty, other, clock, load_id=first.load_id, row=2, reason="不要")
        assert all(not row.shown for row in quarantine.received(empty, other, clock, load_id=first.load_id))
    assert states(empty, clock, first.load_id) == {"open": 1}


def test_a_correction_is_sealed_and_opens_after_the_key_was_changed(
    empty: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(vault.VARIABLE, str(tmp_path / "own.key"))
    first = load(empty, clock, write(tmp_path, "a.csv", HEAD, ODD))
    assert first.load_id is not None
    cells = {"状态": "办理中", "备注": "李四"}
    quarantine.correct(empty, STEWARD, clock, load_id=first.load_id, row=2, cells=cells, hide=("备注",))
    with empty.loading(OPERATOR, clock) as connection:
        kept = connection.execute(text("select cells::text, cells_sealed from ops.decision")).one()
    assert "李四" not in f"{kept[0]}{kept[1]}"
    sealing.rotate(empty, OPERATOR, clock)
    assert again(empty, clock, first.load_id).counts.inserted == 1


# ---------------------------------------------------------------- recurring corrections


CORRECTION = """
[[correct]]
column = "status"
from = "怪"
to = "办理中"
reason = "来源系统的旧代码"
who = "王芳"
since = 2026-11-01
"""


def corrected(home: Path, told: str) -> None:
    folder = home / "config" / "corrections"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "standard_incidents.toml").write_text(told, encoding="utf-8")


def test_a_recurring_correction_is_applied_counted_and_part_of_what_makes_a_load_new(
    empty: Store, clock: Clock, tmp_path: Path, home: Path
) -> None:
    path = write(tmp_path, "a.csv", HEAD, ODD, GOOD)
    first = load(empty, clock, path)
    assert first.counts.quarantined == 1
    corrected(home, CORRECTION)
    replayed = again(empty, clock, first.load_id)
    assert (replayed.counts.inserted, replayed.counts.repaired) == (1, 1)
    second = load(empty, clock, path)
    assert (second.status, second.counts.unchanged, second.counts.repaired) == ("loaded", 2, 1)
    assert second.counts.faults == {"corrected": 1}
    assert "怪" in (second.message or "")
    line = steward.loads(empty, LEADER, clock, query=steward.LoadQuery(load_id=second.load_id)).lines[0]
    assert [(one["column"], one["rows"], one["who"]) for one in line.corrected] == [("status", 1, "王芳")]
    assert load(empty, clock, path).status == "nothing-new"


def test_a_correction_that_touches_more_rows_than_agreed_refuses_the_file_and_fewer_are_told(
    empty: Store, clock: Clock, tmp_path: Path, home: Path
) -> None:
    path = write(tmp_path, "a.csv", HEAD, ODD, ODD.replace("B,", "E,"))
    corrected(home, CORRECTION + "expect = { most = 1 }\n")
    done = load(empty, clock, path)
    assert (done.status, done.counts.faults) == ("refused", {"corrections_many": 1})
    corrected(home, CORRECTION + "expect = { least = 3 }\n")
    done = load(empty, clock, path)
    assert (done.status, done.counts.inserted) == ("loaded", 2)
    assert "3" in (done.message or "")


@pytest.mark.parametrize(
    "told",
    [
        CORRECTION.replace('reason = "来源系统的旧代码"\n', ""),
        CORRECTION.replace("since = 2026-11-01", 'since = "soon"'),
        CORRECTION + "expect = { most = -1 }\n",
        CORRECTION.replace('"status"', '"statuses"'),
        CORRECTION + CORRECTION,
        "[correct]\n",
    ],
)
def test_corrections_that_say_too_little_refuse_the_file(
    store: Store, clock: Clock, tmp_path: Path, home: Path, told: str
) -> None:
    corrected(home, told)
    assert load(store, clock, write(tmp_path, "a.csv", HEAD, GOOD)).status == "refused"
