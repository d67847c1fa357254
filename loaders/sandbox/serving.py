"""What a forked reader does: reads one file as one table, and hands its blocks over as Arrow.

Invariant: the locks are set before the file is opened, and no word of the file gets into a message but through a
refusal, which hides what is personal.
"""

import os
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, get_type_hints

import polars as pl
import pyarrow as pa

from config.reading import hold_to
from loaders.faults import Refused
from loaders.read import Table, Wish, open_table
from loaders.sandbox import frames, locks
from loaders.sandbox.gathering import gathered

ROOM = "loaders"
HANDED_ROWS = 8_000
"""At most as many rows stand in this process at a time, in the few forms that they go through."""


def serve(line: socket.socket, folder: Path) -> int:
    """Reads what the loader orders until it hangs up; returns the exit code."""
    try:
        _serve(line, folder)
    except Refused as refusal:
        line.sendall(frames.frame(frames.REFUSED, refusal_as_json(refusal)))
    except (MemoryError, pa.ArrowMemoryError):
        line.sendall(frames.frame(frames.NO_MEMORY, None))
    except ConnectionError:
        pass  # the loader has what it wants
    except BaseException as error:  # noqa: BLE001 - whatever a file does to a reader is told, by its kind and place only
        line.sendall(frames.frame(frames.FAILED, _place(error)))
    return 0


def _serve(line: socket.socket, folder: Path) -> None:
    kind, content = _received(line)
    if kind != frames.READ:
        return
    order = frames.of_class(frames.told(content), frames.Order)
    wish = frames.of_class(order.wish, Wish)
    path = Path(os.fsdecode(order.path.encode("latin-1")))
    hold_to(order.limits)
    locks.for_one(path, folder, order.limits)
    table = open_table(_in_utf8(path, folder), wish)
    line.sendall(frames.frame(frames.FACTS, facts_of(table)))
    while _received(line)[0] == frames.AGAIN:
        for block in gathered(table.blocks(), rows=min(order.limits.block_rows, HANDED_ROWS)):
            _send_block(line, block)
        ragged = [[item.row, list(item.cells)] for item in table.ragged]
        line.sendall(frames.frame(frames.END, {"facts": facts_of(table), "ragged": ragged}))


def _in_utf8(path: Path, folder: Path) -> Path:
    """The path, or a link to it in `folder` where it is not UTF-8, which the libraries do not take."""
    if (name := str(path).encode("utf-8", "replace").decode()) == str(path):
        return path
    link = folder / Path(name).name
    link.symlink_to(path)
    return link


def facts_of(table: Table) -> dict[str, Any]:
    """What a table says of itself: all that `Table` declares."""
    return {name: frames.plain(getattr(table, name)) for name in get_type_hints(Table)}


def refusal_as_json(refusal: Refused) -> dict[str, Any]:
    """A refusal with all its parts; what is no number stands there as text."""
    parts = [{"code": part.code, "params": _params(part), "choices": list(part.choices)} for part in refusal.parts]
    return {"read": refusal.read, "parts": parts}


def _params(part: Refused) -> dict[str, Any]:
    return {
        name: value if value is None or isinstance(value, int | float | str) else str(value)
        for name, value in part.params.items()
    }


def _send_block(line: socket.socket, block: pl.DataFrame) -> None:
    arrow = block.to_arrow(compat_level=pl.CompatLevel.oldest())
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, arrow.schema) as writer:
        writer.write_table(arrow)
    content = sink.getvalue()
    line.sendall(frames.HEAD.pack(frames.BLOCK, content.size))
    line.sendall(content)


def _received(line: socket.socket) -> tuple[bytes, bytes]:
    """The next frame; an empty one when the loader has hung up."""
    head = _exactly(line, frames.HEAD.size)
    if len(head) < frames.HEAD.size:
        return b"", b""
    kind, size = frames.HEAD.unpack(head)
    return kind, _exactly(line, size)


def _exactly(line: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size and (piece := line.recv(size - len(content))):
        content += piece
    return content


def _place(error: BaseException) -> str:
    """The kind of an error and the line of ours where it came up; never its text, which may quote the file."""
    print("".join(traceback.format_tb(error.__traceback__)), type(error).__name__, file=sys.stderr)  # noqa: T201
    steps = traceback.extract_tb(error.__traceback__)
    ours = [step for step in steps if f"{os.sep}{ROOM}{os.sep}" in step.filename] or steps
    return f"{type(error).__name__}, {Path(ours[-1].filename).name}:{ours[-1].lineno}"
