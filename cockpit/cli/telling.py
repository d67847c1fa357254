"""What the command line says to a terminal or a program.

Invariant: no text of a file, an account or the store reaches a terminal with a character that could act there; as JSON
such a character is written as its number, so that a program reads exactly what is stored.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import click
import orjson

from config.visible import LONGEST, SIGNS, cut, in_a_line, visible

ESCAPES = {code: f"\\u{code:04x}" for code in SIGNS if code > 31}
"""What JSON lets stand and a terminal would obey; below 32 JSON has escaped everything itself."""


def say(text: object, *, err: bool = False) -> None:
    """Sentences or finished lines, to standard output or standard error."""
    click.echo(visible(str(text)), err=err)


def with_short_arguments(text: str, arguments: Iterable[str]) -> str:
    """The text with no more than the beginning of an argument that it quotes."""
    values = {part for given in arguments for part in (given, given.partition("=")[2]) if len(part) > LONGEST}
    for value in sorted(values, key=len, reverse=True):
        for quoted in (repr(value)[1:-1], visible(value), value):
            text = text.replace(quoted, cut(quoted))
    return text


def say_json(record: Any) -> None:
    """One line of JSON on standard output."""
    click.echo(_json(record))


def say_json_rows(head: Mapping[str, Any], name: str, records: Iterable[Any]) -> None:
    """One JSON object on standard output: `head`, and under `name` the records as they come, one a line."""
    click.echo(f'{_json(head)[:-1]}, "{name}": [', nl=False)
    for number, record in enumerate(records):
        click.echo(f"{',' if number else ''}\n{_json(record)}", nl=False)
    click.echo("]}")


def say_blocks(blocks: Iterable[bytes]) -> None:
    """Text in UTF-8 as it comes, on standard output."""
    for block in blocks:
        click.echo(visible(block.decode("utf-8-sig").replace("\r\n", "\n")), nl=False)


def _json(record: Any) -> str:
    return orjson.dumps(record).decode().translate(ESCAPES)


def cell(value: object) -> str:
    """A value for a cell of a table of lines."""
    return in_a_line(str(value))
