"""A file as a table that another process reads: what `read.open_table` gives, from a reader that is locked in.

Invariant: the rows are those that the reader in this process would give; a block whose columns are not those of a table
is refused as if its reader had died.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import polars as pl
import pyarrow as pa

from loaders.faults import Refused
from loaders.read.table import Ragged, Table, Wish
from loaders.sandbox import desk, frames
from loaders.sandbox.gathering import gathered

FACTS = get_type_hints(Table)
"""What a table says of itself: name → type."""
KINDS = (pl.String(), pl.Binary(), pl.Boolean(), pl.Int64())
NUL, TEXT_MARK = re.compile(b"\0"), re.compile(b'="')
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


@dataclass(frozen=True)
class _ToldRagged:
    row: int
    cells: tuple[str, ...]


class FarTable(Table):
    """A table whose file is read elsewhere; `close` ends the reading."""

    def __init__(self, reader: desk.Reader) -> None:
        super().__init__()
        self._reader = reader
        self._is_streaming = False
        _, content = self._heard(frames.FACTS)
        self._take(frames.told(content))

    def blocks(self) -> Iterator[pl.DataFrame]:
        return gathered(self._handed(), rows=self._reader.limits.block_rows)

    def _handed(self) -> Iterator[pl.DataFrame]:
        """The blocks as the reader sends them."""
        self._drain()
        self._reader.say(frames.AGAIN)
        self._is_streaming = True
        self.may_hold_nul = self.may_hold_marks = False
        while True:
            kind, content = self._heard(frames.BLOCK, frames.END)
            if kind == frames.END:
                break
            with _believing(self._reader):
                table = _arrow(content)
                block = _block(table, cells=len(self.headings))
            self._look_for_marks(table)
            yield block
        self._end(content)

    def close(self) -> None:
        self._reader.close()

    def _drain(self) -> None:
        """Lets the rest of a stream that nobody read to its end go by."""
        while self._is_streaming:
            kind, content = self._heard(frames.BLOCK, frames.END)
            if kind == frames.END:
                self._end(content)

    def _heard(self, *kinds: bytes) -> tuple[bytes, bytearray]:
        with _believing(self._reader):
            kind, content = self._reader.hear()
            if kind not in kinds:
                raise frames.BadFrameError("out of turn")
        return kind, content

    def _end(self, content: bytearray) -> None:
        self._is_streaming = False
        with _believing(self._reader):
            told = frames.told(content)
            if not isinstance(told, dict) or set(told) != {"facts", "ragged"}:
                raise frames.BadFrameError("no end")
            found = frames.typed(told["ragged"], list[list[Any]])
            self.ragged = [Ragged(**vars(_ragged(item))) for item in found]
            self._take(told["facts"])

    def _look_for_marks(self, table: pa.Table) -> None:
        """Sees in the bytes of all texts at once what need not be looked for in each cell."""
        for column in table.columns:
            is_apart = pa.types.is_large_string(column.type)  # from the offsets, so that a NUL is one of the text
            for texts in (chunk.buffers()[-1] for chunk in column.chunks) if is_apart else ():
                self.may_hold_nul = self.may_hold_nul or NUL.search(texts or b"") is not None
                self.may_hold_marks = self.may_hold_marks or TEXT_MARK.search(texts or b"") is not None
            self.may_hold_nul = self.may_hold_nul or pa.types.is_string_view(column.type)

    def _take(self, told: Any) -> None:
        """Takes over what the reader's table says of itself."""
        with _believing(self._reader):
            if not isinstance(told, dict) or set(told) != set(FACTS):
                raise frames.BadFrameError("no facts")
            for name, kind in FACTS.items():
                setattr(self, name, frames.typed(told[name], kind))


def open_table(path: Path, wish: Wish | None = None) -> Table:
    """The file as a table, read by another process (see loaders.read.open_table, whose refusals it raises too).

    Raises Refused also where the reader dies, takes too much memory or too much time.
    """
    try:
        reader = desk.reader()
    except OSError as error:
        raise Refused("reader_died", file=path.name, how=type(error).__name__) from error
    try:
        reader.order(path, wish or Wish())
        return FarTable(reader)
    except BaseException:
        reader.close()
        raise


def _ragged(item: list[Any]) -> _ToldRagged:
    if len(item) != 2:
        raise frames.BadFrameError("no row")
    return _ToldRagged(row=frames.typed(item[0], int), cells=frames.typed(item[1], tuple[str, ...]))


def _arrow(content: bytearray) -> pa.Table:
    try:
        table = pa.ipc.open_stream(pa.py_buffer(content)).read_all()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise frames.BadFrameError("no block") from error
    return table


def _block(table: pa.Table, *, cells: int) -> pl.DataFrame:
    """A block as a frame. Raises frames.BadFrameError: not of a table's columns."""
    frame = pl.DataFrame(pl.from_arrow(table))
    wanted = {"row": pl.Int64()} | {f"c{index}": pl.String() for index in range(cells)}
    found = dict(frame.schema)
    is_known = all(kind in KINDS and _NAME.fullmatch(name) for name, kind in found.items())
    if not is_known or any(found.get(name) != kind for name, kind in wanted.items()):
        raise frames.BadFrameError("no columns of a table")
    return frame


@contextmanager
def _believing(reader: desk.Reader) -> Iterator[None]:
    """What is no frame of a reader ends it: nobody knows what it has become."""
    try:
        yield
    except frames.BadFrameError as error:
        reader.close()
        raise Refused("reader_died", file=reader.file, how=str(error)) from error
