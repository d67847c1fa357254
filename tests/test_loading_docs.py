"""The manuals of loading explain every fault in the program's words, and name commands and keys that exist."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import test_operating_docs as manuals

from config import mapping

ROOT = Path(__file__).parent.parent
DOCS = {"zh": ROOT / "docs" / "loading.zh-CN.md", "en": ROOT / "docs" / "loading.md"}
SCRIPT = ROOT / "deploy" / "fault_table.py"
RAISED = re.compile(r"(?:Refused\(|quarantined\([^)]*fault=|fault=|remark\()\s*\"([a-z0-9_]+)\"")


@pytest.fixture(autouse=True)
def loading_manuals(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks of the operating manuals, on these."""
    monkeypatch.setattr(manuals, "MANUALS", DOCS)


def explained(lang: str) -> set[str]:
    table = DOCS[lang].read_text(encoding="utf-8").partition("<!-- faults:begin -->")[2]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_the_tables_of_faults_are_those_of_the_messages() -> None:
    command = [sys.executable, str(SCRIPT), "--check"]
    assert subprocess.run(command, check=False).returncode == 0, "run deploy/fault_table.py"


def test_every_code_that_a_loader_raises_is_explained_in_both_languages() -> None:
    raised = {code for path in (ROOT / "loaders").rglob("*.py") for code in RAISED.findall(path.read_text("utf-8"))}
    assert len(raised) > 90
    assert raised - explained("zh") == set()
    assert explained("zh") == explained("en")


@pytest.mark.parametrize("lang", DOCS)
def test_every_command_exists_with_its_options_and_both_manuals_say_the_same(lang: str) -> None:
    calls = manuals.cockpit_calls(lang)
    assert len(calls) > 15
    assert [fault for call in calls for fault in manuals.faults(call)] == []
    manuals.test_both_manuals_name_the_same_commands_in_the_same_order()
    for link in re.findall(r"\]\(([^)#]+)\)", manuals.text(lang)):
        assert (DOCS[lang].parent / link).exists(), link


@pytest.mark.parametrize("lang", DOCS)
def test_the_mappings_that_are_shown_are_such_that_load(lang: str, tmp_path: Path) -> None:
    shown = [block for kind, block in manuals.FENCE.findall(manuals.text(lang)) if kind == "toml"]
    assert len(shown) == 2
    for told in shown:
        path = tmp_path / "hotline.toml"
        path.write_text(told, encoding="utf-8")
        found = mapping.named(str(path))
        assert set(tomllib.loads(told)["columns"]) == set(found.columns)
