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

from geo import datum
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


def services(path: Path, *, headings: str, places: list[tuple[float, float]], area: str) -> Path:
    """A file of service points, their kind one that lists know, all of one area."""
    lines = [f"MZ{number},{number}号食堂,助餐点,{area},{x:.6f},{y:.6f}" for number, (x, y) in enumerate(places)]
    path.write_text("\n".join([headings, *lines]), encoding="utf-8")
    return path


def test_a_reading_that_puts_clearly_more_points_inside_is_named_and_the_system_left_to_decide(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Of 40 places in GCJ-02 four lie at the east end of the street: read as EPSG:4326 they lie outside."""
    town = [*((120.262 + 0.0009 * number, 30.19) for number in range(36)), *[(120.2985, 30.19)] * 4]
    lon, lat = datum.from_wgs84(*np.array(town).T, datum="gcj02")
    shifted = list(zip(lon, lat, strict=True))
    headings = "设施编码,设施名称,设施类别,备注,X,Y"
    path = services(tmp_path / "民政设施.csv", headings=headings, places=shifted, area="")
    found = told(environment, path, "--write", "shifted")
    assert found["crs"]["inside"].items() >= {"EPSG:4326": 0.9, "gcj02": 1.0}.items()
    assert found["crs"]["better"] == ["gcj02"]
    assert "look like gcj02 rather than EPSG:4326" in run(environment, "inspect", path, "--lang", "en").stdout
    text = Path(found["mapping"]).read_text(encoding="utf-8")
    assert "crs" not in tomllib.loads(text)
    assert '# crs = "gcj02"' in text
    assert '# crs = "EPSG:4326"' in text
    assert "90.0%" in text

    right = services(tmp_path / "原样.csv", headings=headings, places=town, area="")
    assert told(environment, right)["crs"]["better"] == []
    two = services(tmp_path / "少.csv", headings=headings, places=[shifted[0], *shifted[-2:]], area="")
    assert told(environment, two)["crs"]["better"] == []


@pytest.mark.parametrize(("area", "is_code"), [("西社区", False), ("W", True), ("W1", True)])
def test_a_column_of_areas_is_drafted_only_where_it_holds_codes_of_loaded_ones(
    environment: dict[str, str], tmp_path: Path, area: str, is_code: bool
) -> None:
    path = tmp_path / "台账.csv"
    lines = [f"AJ{number},火情烟雾,2026-10-0{number} 08:00,120.265123,30.185321,{area}" for number in range(1, 8)]
    path.write_text("\n".join(["案卷编号,案件类别,上报时间,经度,纬度,所属社区", *lines]), encoding="utf-8")
    found = told(environment, path, "--dataset", "incidents", "--write", f"area{area.encode().hex()}")
    carried = {one["heading"]: one["column"] for one in found["columns"]}
    text = Path(found["mapping"]).read_text(encoding="utf-8")
    assert carried["所属社区"] == ("declared_area_code" if is_code else None)
    assert ("declared_area_code" in tomllib.loads(text)["columns"]) == is_code
    assert ('# declared_area_code = "所属社区"' in text) != is_code


def test_a_ledger_is_no_list_of_published_totals_and_its_line_of_totals_no_row(
    no_store: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "捐赠明细.csv"
    lines = [f"CS{number:03d},2026-07-{number:02d},收,{number}.50,助老专项基金" for number in range(1, 21)]
    path.write_text("\n".join(["票据号,日期,收/支,金额,定向项目", *lines, "合计,,,220.00,"]), encoding="utf-8")
    found = told(no_store, path)
    assert (found["datasets"][0]["section"], found["rows"]) == ("ledger", 20)
    assert next(one["high"] for one in found["columns"] if one["column"] == "amount") == "20.50"
    for name in ("ledger", "published"):
        asked = told(no_store, path, "--dataset", f"funds/{name}")
        assert [one["section"] for one in asked["datasets"]] == [name]


def test_words_of_lines_that_are_no_rows_and_words_that_a_fitting_mapping_translates_are_not_unknown(
    environment: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "城管.csv"
    lines = [f"CG{number},环卫问题,2026-10-0{number} 08:00,挂账,120.265,30.185" for number in range(1, 8)]
    path.write_text(
        "\n".join(["案卷号,案件类别,上报时间,办理环节,经度,纬度", *lines, "合计,7件,,,,"]), encoding="utf-8"
    )
    found = told(environment, path, "--dataset", "incidents", "--write", "cityunit")
    assert found["rows"] == 7
    assert found["unknown"]["category"] == {"环卫问题": 7}
    mapping = Path(found["mapping"])
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace('# "环卫问题" = ""', '"环卫问题" = "rubbish"'), encoding="utf-8"
    )
    again = told(environment, path)
    assert again["sources"][0] == "cityunit"
    assert "category" not in again["unknown"]


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
