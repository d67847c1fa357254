"""`cockpit kpi` as scripts see it: standard output, standard error, exit codes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from figures_builder import Town

from config.indicators import indicator, indicators
from geo.store import Store, StoreUrls
from geo.viewer import Clock

ROOT = Path(__file__).parent.parent
OCTOBER = ("--from", "2026-10-01", "--to", "2026-11-01")
Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    """Ten cases in community A, one outside; community B and grid AG share no code, street S and grid S do."""
    made = Town(urls, store, clock)
    made.begin()
    made.area("grid", "S", "B")
    made.case("10-05 08:00", area="A", times=10, closed="10-05 09:00")
    made.case("10-05 08:00", area=None, category="light")
    yield made
    made.close()


@pytest.fixture
def kpi(town: Town, store_environment: dict[str, str]) -> "Kpi":
    return Kpi(store_environment | {"COCKPIT_NOW": town.clock.at.isoformat(), "COCKPIT_LANG": "en", "PYTHONUTF8": "1"})


class Kpi:
    """The command as a child process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment

    def __call__(self, *arguments: str, **environment: str) -> Done:
        return subprocess.run(
            [sys.executable, "-c", "from cockpit.cli import main; main()", "kpi", *arguments],
            cwd=ROOT,
            env=self.environment | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def refused(self, *arguments: str) -> str:
        """What standard error says of wrong usage, in one line; nothing reaches standard output."""
        done = self(*arguments)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert "Traceback" not in done.stderr
        return " ".join(done.stderr.split())


def test_json_is_one_list_with_every_slug_of_every_area(kpi: Kpi) -> None:
    done = kpi("--level", "community", *OCTOBER, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    records, slugs = json.loads(done.stdout), [each.slug for each in indicators()]
    assert [(each["area"], each["kpi"]) for each in records] == [(area, slug) for area in "AB" for slug in slugs]


def test_the_whole_holds_what_no_area_holds(kpi: Kpi) -> None:
    (record,) = json.loads(kpi("--level", "site", *OCTOBER, "--kpi", "incidents", "--json").stdout)
    assert (record["area"], record["level"], record["value"]) == (None, "site", 11)


def test_several_slugs_follow_one_option_or_several(kpi: Kpi) -> None:
    one = kpi("--level", "社区", *OCTOBER, "--kpi", "backlog", "incidents", "--json")
    several = kpi("--level", "community", *OCTOBER, "--kpi", "backlog", "--kpi", "incidents", "--json")
    assert one.returncode == 0, one.stderr
    assert json.loads(one.stdout) == json.loads(several.stdout)


def test_a_category_limits_the_figures(kpi: Kpi) -> None:
    done = kpi("--level", "site", *OCTOBER, "--kpi", "incidents", "--category", "light", "--json")
    assert [each["value"] for each in json.loads(done.stdout)] == [1]


def test_an_area_with_its_level_limits_to_itself_and_below(kpi: Kpi) -> None:
    done = kpi("--level", "grid", *OCTOBER, "--area", "community:B", "--kpi", "incidents", "--json")
    assert [each["area"] for each in json.loads(done.stdout)] == ["BG", "S"]


def test_the_table_is_for_people_in_their_language(kpi: Kpi) -> None:
    done = kpi("--level", "community", *OCTOBER, "--kpi", "closure_rate", COCKPIT_LANG="zh")
    first, second, third = done.stdout.splitlines()
    assert first.split() == ["代码", "名称", "指标", "数值", "95%", "区间", "件数", "未计入"]
    assert second.split()[:4] == ["A", "A", "办结率", "100.0%"]
    assert third.split()[:4] == ["B", "B", "办结率", "无数据"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--level", "ward", *OCTOBER), "no level 'ward'"),
        (("--level", "site", "--from", "2026-11-01", "--to", "2026-11-01"), "must come before"),
        (("--level", "site", "--from", "2026-02-30", "--to", "2026-11-01"), "'2026-02-30' is no day"),
        (("--level", "site", "--from", "0001-01-01", "--to", "9999-12-31"), "a day lies between 1990-01-01 and"),
        (("--level", "site", *OCTOBER, "--kpi", "closure_rat"), "Did you mean: closure_rate?"),
        (("--level", "site", *OCTOBER, "incidents"), "Not understood: incidents"),
        (("--level", "grid", *OCTOBER, "--area", "S"), "street:S (S), grid:S (S)"),
        (("--level", "grid", *OCTOBER, "--area", "nowhere"), "no area with the code 'nowhere'"),
        (("--level", "grid", *OCTOBER, "--area", "street:A"), "no area with the code 'street:A'"),
        (("--level", "street", *OCTOBER, "--area", "A"), "Level street lies above the area community:A"),
        (("--level", "site", *OCTOBER, "--area", "A"), "Level site lies above the area community:A"),
        (("--level", "site", *OCTOBER, "--category", "ligth"), "Nearest: light"),
    ],
)
def test_wrong_usage_says_what_would_be_right(kpi: Kpi, arguments: tuple[str, ...], message: str) -> None:
    assert message in kpi.refused(*arguments)


def test_a_level_without_areas_is_an_empty_list_and_a_sentence(kpi: Kpi, town: Town) -> None:
    town.run("update core.area set valid_from = '2026-12-01' where level = 'microgrid'")
    done = kpi("--level", "microgrid", *OCTOBER, "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, [])
    assert "No area of level microgrid" in done.stderr


def test_what_the_operator_asked_is_audited(kpi: Kpi, town: Town) -> None:
    kpi("--level", "site", *OCTOBER, "--kpi", "incidents")
    query = (
        "select viewer || ' ' || action || ' ' || (detail ->> 'level') from ops.audit order by audit_id desc limit 1"
    )
    assert town.run(query) == "operator kpi site"


def test_a_user_without_an_account_cannot_be_taken_on(kpi: Kpi) -> None:
    assert "The account “张三” does not exist" in kpi.refused("--level", "site", *OCTOBER, "--as", "张三")


def without_store(*arguments: str) -> Done:
    """`cockpit kpi` where nothing says which store, and none may be made."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")}
    nowhere = {"COCKPIT_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PYTHONUTF8": "1"}
    return Kpi(kept | nowhere)(*arguments)


def test_the_list_names_every_slug_with_its_number_name_unit_and_what_it_is() -> None:
    done = without_store("--list", "--json", "--lang", "en")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [each["kpi"] for each in found] == sorted(each.slug for each in indicators())
    (arrival,) = (each for each in found if each["kpi"] == "arrival_within_10min")
    known = indicator("arrival_within_10min")
    assert arrival == {
        "kpi": "arrival_within_10min",
        "id": "K03",
        "definition": known.definition,
        "name": known.name_en,
        "unit": "ratio",
        "formula": known.formula_en,
    }


@pytest.mark.parametrize(
    ("lang", "heads"), [("zh", "slug 编号 名称 单位 是什么"), ("en", "slug number name unit what it is")]
)
def test_the_list_is_a_line_an_indicator_in_the_language_asked_for(lang: str, heads: str) -> None:
    done = without_store("--list", "--lang", lang)
    assert (done.returncode, done.stderr) == (0, "")
    first, *lines = done.stdout.splitlines()
    assert " ".join(first.split()) == heads
    for line, each in zip(lines, sorted(indicators(), key=lambda each: each.slug), strict=True):
        assert line.split()[:2] == [each.slug, each.id]
        assert each.name(lang) in line
        assert line.endswith(each.formula(lang))


def test_the_list_goes_with_nothing_that_it_would_not_heed() -> None:
    done = without_store("--list", "--level", "site", "--lang", "en")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--list goes with --lang and --json only" in done.stderr


def test_help_shows_the_list_and_what_is_required(kpi: Kpi) -> None:
    assert "cockpit kpi --list" in " ".join(kpi("--help").stdout.split())
    assert "Missing option '--level'" in kpi.refused(*OCTOBER)
    assert "Missing option '--to'" in kpi.refused("--level", "site", "--from", "2026-10-01")


def test_the_figures_speak_the_language_asked_for(kpi: Kpi) -> None:
    done = kpi("--level", "site", *OCTOBER, "--kpi", "closure_rate", "--lang", "zh")
    assert done.stdout.split()[:3] == ["代码", "名称", "指标"]
