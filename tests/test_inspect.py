"""`cockpit inspect`: what a file is, which columns it may carry, and a mapping to start from that then loads it."""

import json
import subprocess
import sys
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import xlsxwriter
from small_town import build

from geo.store import StoreUrls
from geo.viewer import Clock
from loaders.inspecting import places
from loaders.inspecting.looks import look
from loaders.sample import SampleFiles, generate

RUN = "from cockpit.cli import main; main()"
ROOT = Path(__file__).parent.parent
FIRST = datetime.fromisoformat("2026-10-01T08:00:00")
PERSON, PHONE = "王芳", "13812345678"


@pytest.fixture(scope="module")
def environment(store_environment: dict[str, str], urls: StoreUrls, clock: Clock) -> dict[str, str]:
    build(urls, now=clock.at)
    return store_environment | {"COCKPIT_NOW": "2026-11-20T14:32:00+08:00"}


@pytest.fixture
def no_store(tmp_path: Path, store_environment: dict[str, str]) -> dict[str, str]:
    """An environment in which no store is named and none was ever made."""
    kept = {name: value for name, value in store_environment.items() if not name.startswith("COCKPIT_")}
    return kept | {"COCKPIT_HOME": str(tmp_path / "home")}


def run(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def told(environment: dict[str, str], *arguments: str | Path) -> dict[str, Any]:
    done = run(environment, "inspect", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A workbook of unknown make: two lines above, a header over two rows with merged cells, names of its own."""
    path = tmp_path / "月报.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("10月")
    book.add_worksheet("底稿").hide()
    sheet.write(0, 0, "街道事件月报")
    sheet.write(1, 0, "填报单位：综合指挥中心")
    for column, heading in ((0, "任务单号"), (1, "问题分类"), (6, "目前状态"), (7, "反映人")):
        sheet.merge_range(2, column, 3, column, heading)
    sheet.merge_range(2, 2, 2, 3, "时间")
    sheet.write_row(3, 2, ("接报时间", "派单"))
    sheet.merge_range(2, 4, 2, 5, "坐标")
    sheet.write_row(3, 4, ("X经度", "Y纬度"))
    for number in range(60):
        at = FIRST + timedelta(hours=3 * number)
        times = (f"{at:%Y-%m-%d %H:%M}", f"{at + timedelta(minutes=20):%Y-%m-%d %H:%M}")
        status = "处理完毕" if number % 20 == 0 else "已办结"
        category = "火情烟雾" if number % 2 else "从没见过"
        lon, lat = 120.261 + number * 0.0006, 30.1812 + number * 0.0003
        sheet.write_row(4 + number, 0, (f"RW2026{number:05d}", category, *times, lon, lat, status, f"{PERSON} {PHONE}"))
    book.close()
    return path


def test_a_workbook_of_unknown_make_is_recognised_and_the_mapping_that_is_written_loads_it(
    environment: dict[str, str], workbook: Path
) -> None:
    found = told(environment, workbook, "--write", "monthly")
    assert (found["format"], found["rows"], found["header_row"], found["header_rows"]) == ("xlsx", 60, 3, 2)
    assert found["hidden"] == ["底稿"]
    assert found["datasets"][0]["dataset"] == "incidents"
    assert not found["datasets"][0]["built_in"]
    carried = {one["heading"]: one["column"] for one in found["columns"]}
    assert carried["任务单号"] == "code"
    assert carried["问题分类"] == "category"
    assert carried["时间/接报时间"] == "reported_at"
    assert (carried["坐标/X经度"], carried["坐标/Y纬度"]) == ("lon", "lat")
    assert carried["目前状态"] == "status"
    assert found["unknown"] == {"category": {"从没见过": 30}, "status": {"处理完毕": 3}}
    assert found["crs"]["looks"] == "china"
    assert found["crs"]["inside"]["EPSG:4326"] > found["crs"]["inside"]["gcj02"]
    assert found["dry_run"]["status"] == "dry-run"
    assert found["dry_run"]["quarantined"] == 3
    assert [(one["row"], one["fault"]) for one in found["faults"]] == [
        (5, "unknown_status"), (25, "unknown_status"), (45, "unknown_status"),
    ]  # fmt: skip

    assert found["sources"] == ["monthly"]
    path = Path(found["mapping"])
    draft = tomllib.loads(path.read_text(encoding="utf-8"))
    assert path == Path(environment["COCKPIT_HOME"]) / "config" / "sources" / "monthly.toml"
    assert draft["values"]["status"] == {"已办结": "closed"}
    loaded = run(environment, "load", "incidents", workbook, "--source", "monthly", "--json")
    result = json.loads(loaded.stdout)
    assert loaded.returncode == 3, loaded.stderr
    assert (result["read"], result["inserted"], result["quarantined"]) == (60, 57, 3)

    again = run(environment, "inspect", workbook, "--write", "monthly")
    assert again.returncode == 2
    assert tomllib.loads(path.read_text(encoding="utf-8")) == draft
    assert told(environment, workbook)["sources"] == ["monthly"]


def test_a_header_over_merged_rows_is_whole_though_the_first_row_lacks_a_value(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Only 结案时间 is a heading that is known, and the first case is not closed: row 4 and 5 are no header."""
    path = tmp_path / "城管案件台账.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("10月")
    sheet.merge_range("A1:G1", "示范街道城市管理案件台账（2026年10月）")
    sheet.merge_range("A2:G2", "填报单位：综合行政执法队")
    for column, heading in {"A": "序号", "B": "案卷编号", "F": "坐标（经度,纬度）", "G": "办理环节"}.items():
        sheet.merge_range(f"{column}3:{column}4", heading)
    sheet.write("C3", "案件情况")
    sheet.merge_range("D3:E3", "时间节点")
    sheet.write_row("C4", ["案件小类", "采集上报时间"])
    sheet.write("E4", "结案时间")
    for number in range(12):
        closed = None if number == 0 else f"2026年10月{number + 2}日 8时{number}分"
        reported, place = f"2026年10月{number + 1}日 22时{number}分", f"120.{27000 + number},30.{18000 + number}"
        row = [number + 1, f"CG{number:04}", "暴露垃圾", reported, closed, place, "已结案" if closed else "处置中"]
        sheet.write_row(number + 4, 0, row)
    book.close()
    found = told(environment, path, "--write", "chengguan")
    assert (found["rows"], found["header_row"], found["header_rows"]) == (12, 3, 2)
    carried = {one["heading"]: one["column"] for one in found["columns"]}
    assert carried["案卷编号"] == "code"
    assert carried["时间节点/结案时间"] == "closed_at"
    assert carried["坐标（经度,纬度）"] == "lon_lat"
    assert found["crs"]["looks"] == "china"
    loaded = run(environment, "load", "incidents", path, "--source", "chengguan", "--json")
    result = json.loads(loaded.stdout)
    assert (result["read"], result["inserted"], result["outside"]) == (12, 12, 0), loaded.stderr


def test_nothing_personal_of_a_file_is_told(environment: dict[str, str], workbook: Path) -> None:
    for arguments in ((), ("--json",)):
        done = run(environment, "inspect", workbook, "--write", f"masked{len(arguments)}", *arguments)
        assert PERSON not in done.stdout + done.stderr
        assert PHONE not in done.stdout + done.stderr
    written = (Path(environment["COCKPIT_HOME"]) / "config" / "sources" / "masked0.toml").read_text(encoding="utf-8")
    assert PERSON not in written
    assert PHONE not in written


def test_without_a_store_the_file_is_looked_at_all_the_same_and_no_store_is_made(
    no_store: dict[str, str], workbook: Path
) -> None:
    found = told(no_store, workbook, "--lang", "en")
    assert found["datasets"][0]["dataset"] == "incidents"
    assert found["dry_run"] is None
    assert len(found["not_looked_at"]) == 2
    assert not (Path(no_store["COCKPIT_HOME"]) / "postgis").exists()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> SampleFiles:
    return generate(seed=1, clock=clock.at, folder=tmp_path_factory.mktemp("sample"))


def test_the_files_of_the_sample_are_told_apart(no_store: dict[str, str], sample: SampleFiles) -> None:
    folder = sample.incidents.parent
    expected = {
        "incidents.csv": "incidents", "households.csv": "households", "service-points.csv": "service-points",
        "staff.csv": "staff", "funds.csv": "funds", "ledger.csv": "funds", "boundaries-grid.geojson": "boundaries",
    }  # fmt: skip
    for name, dataset in expected.items():
        found = told(no_store, folder / name)
        assert found["datasets"][0]["dataset"] == dataset, name
        assert found["datasets"][0]["built_in"], name
        if name.startswith("boundaries"):
            assert found["level"] == "grid"


def test_what_is_no_file_of_ours_is_refused_with_the_reason_and_exit_code_2(
    no_store: dict[str, str], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 no archive")
    done = run(no_store, "inspect", broken, "--json", "--lang", "en")
    assert done.returncode == 2
    assert json.loads(done.stdout)["status"] == "refused"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2026-10-01 08:00", "2026/10/02 09:00"], "time"),
        (["120.261234", "120.271235"], "lon"),
        (["30.181234", "30.191235"], "lat"),
        (["40512345.67", "40512346.68"], "easting"),
        (["3345678.91", "3345679.12"], "northing"),
        (["1,234.56", "99.00"], "amount"),
        (["￥1,234.56", "￥99.00"], "amount"),
        (["POLYGON ((0 0, 1 0, 1 1, 0 0))"], "shape"),
        (["RW001", "RW002", "RW003"], "id"),
        (["已办结", "办理中", "已办结"], "word"),
        ([None, None], "empty"),
    ],
)
def test_columns_look_like_what_they_hold(cells: list[str | None], kind: str) -> None:
    assert look(pl.Series(cells, dtype=pl.String)).kind == kind


def test_coordinates_tell_exchanged_axes_and_the_grid_of_their_zone() -> None:
    lon, lat = np.full(10, 120.27), np.full(10, 30.18)
    exchanged = places.evidence(lat, lon, declared=None, ground=None)
    assert exchanged is not None
    assert exchanged.range == "swapped"
    zoned = places.evidence(np.full(10, 40_526_000.0), np.full(10, 3_340_000.0), declared=None, ground=None)
    assert zoned is not None
    assert (zoned.range, zoned.fits) == ("zoned", "EPSG:4528")


@pytest.mark.parametrize(
    ("cells", "span"),
    [
        (["13912345678", "13812345678"], ("138****5678", "139****5678")),
        (["330106199001012319"], ("330106********", "330106********")),
        (["1,200", "3.5", None], ("3.5", "1,200")),
    ],
)
def test_the_span_of_a_column_of_numbers_is_masked_where_they_are_people_s(
    cells: list[str | None], span: tuple[str, str]
) -> None:
    found = look(pl.Series(cells))
    assert (found.low, found.high) == span
