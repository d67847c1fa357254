"""The definitions in docs/figures are those of the registry, in both languages, and complete."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cockpit.method import words
from config.indicators import indicators
from config.messages import catalogue
from config.slots import slots
from geo.families import reasons

ROOT = Path(__file__).parent.parent
DOCS = {"zh": ROOT / "docs" / "figures.zh-CN.md", "en": ROOT / "docs" / "figures.md"}


def test_the_documents_are_written_from_the_registry_in_force() -> None:
    found = subprocess.run([sys.executable, "deploy/figure_docs.py", "--check"], cwd=ROOT, check=False)
    assert found.returncode == 0, "run deploy/figure_docs.py"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_indicator_has_its_anchor_once(lang: str) -> None:
    told = re.findall(r'<a id="(\w+)">', DOCS[lang].read_text(encoding="utf-8"))
    assert sorted(told) == sorted(each.slug for each in indicators())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_definition_says_all_there_is_to_say(lang: str) -> None:
    for each in indicators():
        assert all(fact.label and fact.text for fact in words.facts(each, lang)), each.slug


def test_every_reason_why_a_case_is_left_out_has_its_words() -> None:
    for each in indicators():
        for lang in ("zh", "en"):
            assert all(f"kpi.excluded_{name}" in catalogue(lang) for name in reasons(each.marks)), each.slug


def test_an_empty_place_of_the_catalogue_has_no_indicator_yet() -> None:
    filled = {each.id for each in indicators()}
    assert not {slot.id for slot in slots()} & filled
    assert {"K13", "K14", "K26", "K28"} <= {slot.id for slot in slots()} | filled
