"""`cockpit trace` as scripts see it: the rows add up to `cockpit kpi`, files are safe, wrong usage is refused."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from figures_builder import Town
from sqlalchemy import text

from geo.store import Store, StoreUrls
from geo.viewer import Clock

ROOT = Path(__file__).parent.parent
OCTOBER = ("--from", "2026-10-01", "--to", "2026-11-01")
AT_A = ("--level", "community", "--area", "A", *OCTOBER)
Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    """Twelve cases in A: ten on time, one late, one not due; one of another agency outside."""
    made = Town(urls, store, clock)
    made.begin()
    street = made.area_ids["S"]
    made.area("grid", "S", "B")
    made.area_ids["S"] = street
    made.case("10-05 08:00", times=10, due="10-05 10:00", closed="10-05 09:00", agency_responsible="=1+1")
    made.case("10-06 08:00", due="10-06 10:00", closed="10-06 11:00")
    made.case("10-07 08:00", due="12-06 10:00", category="light")
    made.case("10-05 08:00", area=None)
    yield made
    made.close()


@pytest.fixture
def run(town: Town, store_environment: dict[str, str]) -> "Run":
    return Run(store_environment | {"COCKPIT_NOW": town.clock.at.isoformat(), "COCKPIT_LANG": "en", "PYTHONUTF8": "1"})


class Run:
    """The command line as a child process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *arguments: str) -> Done:
        return subprocess.run(
            [sys.executable, "-c", "from cockpit.cli import main; main()", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip


def test_the_rows_add_up_to_the_figure_of_cockpit_kpi(run: Run) -> None:
    (figure,) = json.loads(run("kpi", *AT_A, "--kpi", "on_time_rate", "--json").stdout)
    done = run("trace", "on_time_rate", *AT_A, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    rows = document["rows"]
    assert document["figure"] == figure
    assert sum(row["in_numerator"] for row in rows) == figure["numerator"] == 10
    assert sum(row["in_denominator"] for row in rows) == figure["denominator"] == 11
    assert [(row["mark"], row["excluded"]) for row in rows if row["excluded"]] == [("excluded", "not_due")]
    assert rows[0]["mark"] == "denominator", "what lowers the rate stands first"
    assert (rows[0]["closed_at"], rows[0]["due_at"]) == ("2026-10-06T11:00:00+08:00", "2026-10-06T10:00:00+08:00")
    assert rows[0]["over_s"] == 3_600
    assert all(row["over_s"] <= 0 for row in rows if row["in_numerator"])
    assert "on time 10, overdue 1, excluded 1" in done.stderr


def test_a_duration_is_printed_with_its_events_their_stamps_and_its_clock(run: Run) -> None:
    rows = json.loads(run("trace", "close_p50", *AT_A, "--json").stdout)["rows"]
    first = rows[0]
    assert (first["start_event"], first["start_at"]) == ("reported", "2026-10-06T08:00:00+08:00")
    assert (first["end_event"], first["end_at"]) == ("closed", "2026-10-06T11:00:00+08:00")
    assert (first["clock"], first["duration_s"], first["mark"]) == ("natural", 10_800, "denominator")
    assert [row["excluded"] for row in rows if row["mark"] == "excluded"] == ["open"]


def test_standard_output_is_a_table_of_lines_and_the_whole_holds_what_no_area_holds(run: Run) -> None:
    done = run("trace", "incidents", "--level", "site", *OCTOBER)
    lines = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.returncode == 0
    assert len(lines) == 13
    assert {line["community"] for line in lines} == {"A", ""}


def test_a_file_is_safe_in_a_spreadsheet_and_says_who_took_it_and_of_what(run: Run, town: Town, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    done = run("trace", "on_time_rate", *AT_A, "--category", "noise", "--out", str(out))
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    read = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    end = read.index([])
    assert len(read[1:end]) == 11
    assert {line[read[0].index("agency")] for line in read[1:end]} == {"'=1+1", ""}
    notes = dict(line for line in read[end + 1 :])
    assert any("K16@" in note and "community:A" in note and "noise" in note for note in notes.values())
    with town._engine.connect() as connection:
        detail = connection.execute(
            text("select detail from ops.audit where action = 'trace' order by seq desc limit 1")
        ).scalar_one()
    assert (detail["kpi"], detail["area"], detail["rows"], detail["file"]) == ("on_time_rate", "A", 11, "rows.csv")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("on_time_rat", *AT_A), "on_time_rate"),
        (("incidents", "--level", "community", "--area", "X", *OCTOBER), "'X'"),
        (("incidents", "--level", "community", *OCTOBER), "--area"),
        (("incidents", "--level", "site", "--area", "A", *OCTOBER), "takes no --area"),
        (("incidents", "--level", "community", "--area", "grid:S", *OCTOBER), "not of --level community"),
        (("incidents", "--level", "comunity", "--area", "A", *OCTOBER), "comunity"),
        (("incidents", *AT_A, "--category", "nois"), "noise"),
        (("incidents", "--level", "community", "--area", "A", "--from", "2026-11-01", "--to", "2026-11-01"), "before"),
        (("incidents", *AT_A, "--json", "--out", "x.csv"), "one of"),
        (("incidents", *AT_A, "--out", "/nowhere/x.csv"), "/nowhere/x.csv"),
        (("incidents", *AT_A, "--as", "nobody"), "nobody"),
    ],
)
def test_wrong_usage_ends_with_two_and_says_what_would_be_right(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    done = run("trace", *arguments)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_bare_code_is_that_of_the_level_and_an_area_not_in_force_has_no_rows(run: Run, town: Town) -> None:
    done = run("trace", "incidents", "--level", "street", "--area", "S", *OCTOBER, "--json")
    assert json.loads(done.stdout)["figure"]["value"] == 12
    town.area("community", "NEW", "S", valid_from="2027-01-01")
    done = run("trace", "incidents", "--level", "community", "--area", "NEW", *OCTOBER, "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"figure": None, "rows": []})
    assert "not in force" in done.stderr
