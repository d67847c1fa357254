"""Reads JSON strictly: one meaning or none.

Invariant: a key given twice, NaN, a torn character, nesting beyond reason or a value that JSON does not know refuses
the file by line; nothing wins silently.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import orjson

from config.visible import cut
from geo.masking import shown
from loaders.faults import Refused
from loaders.read.cells import EXACT_WHOLE

Value = Any
_TORN = re.compile(rb"\\u[dD][89a-fA-F]")
"""Half of a character in two parts; alone it is none."""
RECORD_MARK = "\x1e"
"""What RFC 8142 puts before each feature of a sequence."""


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def whole(text: str, *, file: str) -> Value:
    """The document. Raises Refused."""
    try:
        return _parsed(text)
    except json.JSONDecodeError as error:
        raise Refused("bad_json", file=file, line=error.lineno, reason=_reason(error)) from error
    except (_TwiceError, ValueError) as error:
        raise Refused("bad_json", file=file, line=1, reason=cut(shown(str(error)))) from error
    except RecursionError as error:
        raise Refused("json_too_deep", file=file) from error


def lines(text: str, *, file: str) -> Iterator[Value]:
    """The values of JSON lines, one a line that is not blank. Raises Refused for a line that holds none."""
    for number, line in enumerate(text.split("\n"), start=1):
        plain = line.strip(f"{RECORD_MARK} \t\r\ufeff")
        if not plain:
            continue
        try:
            yield _parsed(plain)
        except ValueError as error:
            raise Refused("bad_json", file=file, line=number, reason=_reason(error)) from error
        except RecursionError as error:
            raise Refused("json_too_deep", file=file) from error


def is_lines(text: str) -> bool:
    """Whether the text is JSON lines: its first line is a whole object, and something follows."""
    first, _, rest = text.lstrip(f"{RECORD_MARK} \t\r\n\ufeff").partition("\n")
    if not rest.strip(f"{RECORD_MARK} \t\r\n"):
        return False
    try:
        return isinstance(orjson.loads(first.strip(f"{RECORD_MARK} \t\r")), dict)
    except orjson.JSONDecodeError:
        return False


def told(value: Value) -> str | None:
    """A value as text: numbers as JSON writes them, 2026.0 as tables write it (2026); objects and lists as JSON.

    Null stays none.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_WHOLE:
        return str(int(value))
    return repr(value)


def text_of(path: Path, encoding: str) -> str:
    """The file as text without a byte order mark."""
    return path.read_text(encoding=encoding).removeprefix("\ufeff")


def _parsed(text: str) -> Value:
    value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    if _TORN.search(text.encode()):
        orjson.loads(text)  # raises for half a character, which the other reader lets through
    return value


def _once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _TwiceError(f"“{next(key for key in keys if keys.count(key) > 1)}” ×2")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _reason(error: ValueError) -> str:
    told_by = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return cut(shown(told_by))


__all__ = ["is_lines", "lines", "text_of", "told", "whole"]
