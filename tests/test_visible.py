"""Characters that act unseen: signs on the screen and in the terminal, numbers in JSON, and nothing else is changed."""

import json

import pytest

from cockpit.charts import svg
from cockpit.charts.plotly_look import words
from cockpit.cli import telling
from cockpit.markup import attributes, esc
from config.visible import in_a_line, visible
from geo.masking import hidden

ACTING = [*range(9), *range(11, 32), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F)]
ACTING += [*range(0x2066, 0x206A), 0x2028, 0x2029]


@pytest.mark.parametrize("code", ACTING)
def test_a_character_that_acts_unseen_reaches_neither_page_nor_terminal_nor_message(code: int) -> None:
    said = f"甲{chr(code)}乙"
    written = (esc(said), svg.text(said), words([said]), attributes(data_tip=said), visible(said), in_a_line(said))
    for text in (*written, hidden(said)):
        assert chr(code) not in text
        assert "甲" in text
        assert "乙" in text


@pytest.mark.parametrize("text", ["社区 第一", "a\u3000b", "👩\u200d👧", "café", "נווה", "a\tb\nc", ""])
def test_letters_blanks_and_line_breaks_of_any_script_stay(text: str) -> None:
    assert visible(text) == text


def test_a_cell_of_a_table_of_lines_is_one_line() -> None:
    assert in_a_line("a\nb\tc") == "a␤b c"


def test_an_address_keeps_what_it_must_send_back() -> None:
    assert attributes(data_token="grid:\u202ea", title="\u202ea") == ' data-token="grid:\u202ea" title="�a"'


def test_json_on_a_terminal_holds_numbers_for_what_acts_and_means_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    record = {"name": "".join(map(chr, ACTING)) + "社区"}
    telling.say_json(record)
    printed = capsys.readouterr().out
    assert json.loads(printed) == record
    assert printed.rstrip("\n").isprintable()
