"""The commands load, loads and rejects as scripts hold on to them: JSON on standard output, exit codes, sentences."""

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = "from cockpit.cli import main; main()"
GOOD = "编号,类别,上报时间\n1,rubbish,2026-10-01 08:00:00\n"
BAD = "编号,类别,上报时间\n2,rubbish,2026-10-01 08:00:00\n,rubbish,2026-10-01 08:00:00\n3,=1+1,never\n"
KEYS = [
    "load_id", "dataset", "file", "sha256", "status", "read", "inserted", "updated", "unchanged", "quarantined",
    "skipped", "things", "repaired", "outside", "faults", "seconds", "message",
]  # fmt: skip


@pytest.fixture(scope="module")
def environment(store_environment: dict[str, str]) -> dict[str, str]:
    return store_environment | {"COCKPIT_NOW": "2026-11-20T14:32:00+08:00"}


def run(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        env=environment, cwd=Path(__file__).parent.parent, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_load_prints_one_line_of_json_a_file_and_the_exit_code_is_the_worst(
    environment: dict[str, str], tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text(BAD, encoding="utf-8")
    done = run(environment, "load", "incidents", good, bad, tmp_path / "none.csv", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert [list(line) for line in lines] == [KEYS] * 3
    assert [line["status"] for line in lines] == ["loaded", "loaded", "refused"]
    assert [line["quarantined"] for line in lines] == [0, 2, 0]
    assert all(
        line["read"] == line["inserted"] + line["updated"] + line["unchanged"] + line["quarantined"] for line in lines
    )
    assert "找不到文件" in done.stderr
    assert "Traceback" not in done.stderr

    rejected = run(environment, "rejects", str(lines[1]["load_id"]), "--json", "--lang", "en")
    found = json.loads(rejected.stdout)
    assert [list(item) for item in found] == [["row", "column", "value", "fault", "message", "hint"]] * 2
    assert [(item["row"], item["column"], item["fault"]) for item in found] == [
        (3, "code", "missing_value"),
        (4, "reported_at", "bad_time"),
    ]

    out = tmp_path / "out.csv"
    assert run(environment, "rejects", str(lines[1]["load_id"]), "--out", out).returncode == 0
    with out.open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.reader(stream))
    assert [row[0] for row in written[:4] if row] == ["行号", "3", "4"]
    assert "operator" in written[0][-1]
    assert written[3] == []
    assert written[4] == ["导出人", "命令行（operator）"]

    listed = json.loads(run(environment, "loads", "--json").stdout)
    assert [item["file"] for item in listed] == ["bad.csv", "good.csv"]
    assert run(environment, "load", "incidents", good).returncode == 0


def test_a_file_or_mapping_in_a_closed_folder_is_refused_in_words(environment: dict[str, str], tmp_path: Path) -> None:
    unseen = tmp_path / ("x" * 300)  # not even its existence can be asked, whoever runs this
    good = tmp_path / "good.csv"
    good.write_text(GOOD, encoding="utf-8")
    for asked in ((unseen,), (good, "--source", f"{unseen}.toml")):
        refused = run(environment, "load", "incidents", *asked)
        assert refused.returncode == 2, refused.stderr
        assert "x" * 300 in refused.stderr
        assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("load", "incident", "{file}"), "incidents"),
        (("load", "incidents", "{file}", "--source", "dc_31"), "dc_311"),
        (("load", "incidents", "{file}", "--crs", "EPSG:99"), "EPSG:4326"),
        (("load", "incidents", "{file}", "--level", "grid"), "--level"),
        (("load", "incidents", "{file}", "--as", "wang"), "No such option"),
        (("loads", "--as", "wang"), "wang"),
        (("load", "incidents", "{folder}"), "文件夹"),
        (("load", "incidents"), "Missing argument"),
        (("rejects", "99999"), "99999"),
        (("rejects", "x"), "x"),
    ],
)
def test_wrong_usage_ends_with_two_and_names_what_to_do(
    environment: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    done = run(environment, *(argument.format(file=file, folder=tmp_path) for argument in arguments))
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_an_unreachable_database_is_one_sentence_and_exit_code_one(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    nowhere = "postgresql://cockpit_owner@127.0.0.1:1/none"
    gone = {name: value for name, value in environment.items() if not name.endswith("_URL")} | {
        "COCKPIT_DATABASE_URL": nowhere
    }
    done = run(gone, "load", "incidents", file)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
