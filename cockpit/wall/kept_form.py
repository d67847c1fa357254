"""Frozen records as JSON and back, by the types of their fields, so that a record may change and its file may not fit.

Invariant: what is read is built of the named types alone; nothing in a file names a type or runs.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_PLAIN = (str, int, float, bool, NoneType)


class UnfitError(ValueError):
    """What was read is not of the wanted type, or a type cannot be written."""


def dumps(record: object) -> bytes:
    """The record as JSON (UTF-8); raises UnfitError for a value of another kind than those of `loads`."""
    return json.dumps(_out(record), ensure_ascii=False, separators=(",", ":")).encode()


def loads(kind: type[T], text: bytes) -> T:
    """The record of type `kind`; raises UnfitError when the text is none. Known: frozen records, str, int, float, bool,
    None, datetime, date, literals, tuples, frozensets and mappings by str of these, unions of them.
    """
    try:
        return cast("T", _in(kind, json.loads(text)))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnfitError(f"no {kind.__name__}") from error


def _out(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _out(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list | frozenset):
        return [_out(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _out(one) for key, one in value.items()}
    if isinstance(value, _PLAIN):
        return value
    raise UnfitError(f"{type(value).__name__} cannot be kept")


def _in(kind: Any, value: Any) -> Any:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(inner, value)
    if origin in (tuple, frozenset, list) and isinstance(value, list):
        return origin(_elements(origin, inner, value))
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, dict):
        return {key: _in(inner[1], one) for key, one in value.items()}
    if kind in (datetime, date) and isinstance(value, str):
        return kind.fromisoformat(value)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, dict):
        return _record(kind, value)
    return _leaf(kind, value)


def _leaf(kind: Any, value: Any) -> Any:
    if get_origin(kind) is Literal and value in get_args(kind):
        return value
    if (kind in _PLAIN and type(value) is kind) or (kind is float and type(value) is int):
        return kind(value) if value is not None else None
    raise UnfitError(f"{type(value).__name__} for {kind}")


def _record(kind: Any, value: dict[str, Any]) -> Any:
    types = get_type_hints(kind)
    if set(value) - {field.name for field in fields(kind) if field.init}:
        raise UnfitError(f"unknown fields of {kind.__name__}")
    return kind(**{name: _in(types[name], one) for name, one in value.items()})


def _elements(origin: Any, inner: tuple[Any, ...], value: list[Any]) -> list[Any]:
    if origin is tuple and not (len(inner) == 2 and inner[1] is Ellipsis):
        if len(inner) != len(value):
            raise UnfitError("a tuple of another length")
        return [_in(kind, one) for kind, one in zip(inner, value, strict=True)]
    return [_in(inner[0], one) for one in value]


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    for kind in kinds:
        try:
            return _in(kind, value)
        except (ValueError, TypeError):
            continue
    raise UnfitError(f"{type(value).__name__} for one of {kinds}")
