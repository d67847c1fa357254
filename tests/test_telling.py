"""Everything that commands print goes through one room, where nothing stays that could act on a terminal."""

import re
from pathlib import Path

import pytest

from cockpit.cli.tables import print_table
from cockpit.cli.telling import say_json

ROOT = Path(__file__).parent.parent
PRINTS = re.compile(
    r"\bclick\.(?:secho|echo(?:_via_pager)?)\(|(?<!\.)\bprint\(|\bstd(?:out|err)\.write\(|\borjson\.dumps\("
)
PROGRESS = {"load.py": 2}
"""The line that counts rows while a file loads: numbers only, and it moves the cursor on purpose."""


def test_no_command_prints_past_the_one_room() -> None:
    for path in sorted((ROOT / "cockpit" / "cli").glob("*.py")):
        if path.name == "telling.py":
            continue
        found = PRINTS.findall(path.read_text(encoding="utf-8"))
        assert len(found) == PROGRESS.get(path.name, 0), (path.name, found)


def test_a_table_shows_what_would_act_on_a_terminal_as_a_sign(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["a"], [["x\x1b[2J\ny\u202e"]])
    assert capsys.readouterr().out == "a\nx␛[2J␤y\ufffd\n"


def test_json_keeps_every_character_and_writes_those_as_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"a": "\x9b王\u202e"})
    assert capsys.readouterr().out == '{"a":"\\u009b王\\u202e"}\n'
