"""`cockpit exempt` as officials and scripts see it: done, taken back, or refused in a sentence with exit code 2."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from figures_builder import Town
from test_cli_trace import AT_A, Run

from geo.accounts import add_account
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    """Ten cases of A on time, one late (i11), and two accounts."""
    made = Town(urls, store, clock)
    made.begin()
    made.case("10-05 08:00", times=10, due="10-05 10:00", closed="10-05 09:00")
    made.case("10-06 08:00", due="10-06 10:00", closed="10-06 11:00")
    for login, role, areas in (("kong", "evaluator", ()), ("wang", "secretary", ("community:A",))):
        add_account(store, OPERATOR, login=login, display_name=login, role=role, areas=areas, now=datetime.now(UTC))
    yield made
    made.close()


@pytest.fixture
def run(town: Town, store_environment: dict[str, str]) -> Run:
    return Run(store_environment | {"COCKPIT_NOW": town.clock.at.isoformat(), "COCKPIT_LANG": "en", "PYTHONUTF8": "1"})


def rates(run: Run) -> dict[str, float | None]:
    slugs = ("--kpi", "on_time_rate", "on_time_rate_exempted", "exemption_rate")
    return {each["kpi"]: each["value"] for each in json.loads(run("kpi", *AT_A, *slugs, "--json").stdout)}


def test_a_case_is_exempted_told_by_trace_and_taken_back(run: Run) -> None:
    done = run("exempt", "i11", "--reason", "=power cut\x1b[2J 13812345678", "--as", "kong")
    assert (done.returncode, done.stdout) == (0, "")
    assert "i11 is exempted" in done.stderr
    assert (rates(run)["on_time_rate"], rates(run)["on_time_rate_exempted"]) == (10 / 11, 1)
    rows = json.loads(run("trace", "on_time_rate_exempted", *AT_A, "--json").stdout)["rows"]
    (told,) = [row for row in rows if row["excluded"] == "exempted"]
    assert (told["code"], told["exempted_by"], told["reason"]) == ("i11", "kong", "exempted")
    assert "138****5678" in told["exempted_why"]
    assert "\x1b" not in told["exempted_why"]
    printed = list(csv.DictReader(io.StringIO(run("trace", "on_time_rate", *AT_A).stdout)))
    assert [row["exempted_why"][:2] for row in printed if row["exempted_at"]] == ["'="]
    again = run("exempt", "i11", "--reason", "power cut")
    assert again.returncode == 2
    assert "by kong" in again.stderr
    assert run("exempt", "i11", "--withdraw", "--reason", "in error").returncode == 0
    assert rates(run)["on_time_rate_exempted"] == 10 / 11


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing", "--reason", "power cut"), "no case 'nothing'"),
        (("i1", "--reason", "power cut"), "not overdue"),
        (("i11", "--reason", " "), "Say why"),
        (("i11",), "--reason"),
        (("i11", "--withdraw", "--reason", "in error"), "not exempted"),
        (("i11", "--reason", "power cut", "--as", "wang"), "exempt overdue cases"),
        (("i11", "--reason", "power cut", "--as", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_a_sentence(run: Run, arguments: tuple[str, ...], said: str) -> None:
    done = run("exempt", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert rates(run)["exemption_rate"] in (0, None)
