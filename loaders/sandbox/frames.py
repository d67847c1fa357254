"""What a loader and its reader say to each other over one socket: a letter, a length, and as many bytes.

Invariant: nothing that a reader says is believed: JSON and Arrow only, every part of the declared type, and no frame
longer than the loader has agreed to. (Pickles, which run what they hold, never pass.)
"""

import dataclasses
import json
import struct
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

import orjson

from config.reading import Limits

READ = b"O"
"""To the reader: open this file (an Order)."""
AGAIN = b"A"
"""To the reader: the blocks, from the beginning."""
FACTS, BLOCK, END, REFUSED, FAILED, NO_MEMORY = b"H", b"B", b"E", b"R", b"F", b"M"
"""From the reader: what the table is; a block; all blocks are through; a refusal; an error of ours; no memory."""
HEAD = struct.Struct("=cQ")
T = TypeVar("T")


class BadFrameError(Exception):
    """What came is nothing that a reader says."""


@dataclasses.dataclass(frozen=True)
class Order:
    """What a reader is to open, within which limits; `wish` is a read.Wish as `plain` writes it.

    `path` has a character a byte, since a name need not be text.
    """

    path: str
    wish: dict[str, Any]
    limits: Limits


def frame(kind: bytes, content: object) -> bytes:
    """A frame whose content is JSON; half of a surrogate pair, which no text can hold, is a question mark."""
    told = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return HEAD.pack(kind, len(told)) + told


def told(content: bytes | bytearray) -> Any:
    """The content of a JSON frame, whose texts can all be stored and shown. Raises BadFrameError."""
    try:
        return orjson.loads(content)
    except ValueError as error:
        raise BadFrameError("no JSON") from error


def plain(value: Any) -> Any:
    """A value as JSON has it: dataclasses as objects, sets and tuples as lists."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, frozenset | set):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def typed(value: Any, kind: Any) -> Any:
    """The value that `plain` wrote, as `kind` (str, int, tuple[str, ...], a dataclass …). Raises BadFrameError."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind in (Any, object):
        return value
    if origin in (types.UnionType, typing.Union):
        return _one_of(value, inner)
    if origin in (tuple, frozenset, list, set):
        return origin(typed(item, inner[0]) for item in _is_a(value, list))
    if origin in (dict, Mapping):
        return {str(key): typed(item, inner[1]) for key, item in _is_a(value, dict).items()}
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return of_class(value, kind)
    return _is_a(value, kind)


def of_class(value: Any, kind: type[T]) -> T:
    """The dataclass that `plain` wrote. Raises BadFrameError."""
    hints = typing.get_type_hints(kind)
    names = {field.name for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if not isinstance(value, dict) or set(value) != names:
        raise BadFrameError(f"no {kind.__name__}")
    return kind(**{name: typed(item, hints[name]) for name, item in value.items()})


def _one_of(value: Any, kinds: tuple[Any, ...]) -> Any:
    if value is None and type(None) in kinds:
        return None
    for kind in kinds:
        try:
            return typed(value, kind)
        except BadFrameError:
            continue
    raise BadFrameError("of no type that is meant")


def _is_a(value: Any, kind: Any) -> Any:
    if isinstance(value, kind) and not (isinstance(value, bool) and kind is int):
        return value
    raise BadFrameError(f"no {getattr(kind, '__name__', kind)}")
