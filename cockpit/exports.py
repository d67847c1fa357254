"""Files that leave the program by an own address: who takes what, in which words, and the link on the page.

Invariant: a file names who took it, when, with which filters, of which state of the data; and nothing of it is sent
before its line stands in the audit trail.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from cockpit import formats
from cockpit.access import current
from cockpit.context import View
from cockpit.markup import attributes, esc

Row = TypeVar("Row")
EXPORT = "act.export"
_UNSAFE = frozenset('\\/:*?"<>|')


@dataclass(frozen=True)
class Export:
    """A table about to leave: `lines` as they come from the store, `found` in all, `filters` in the reader's words.

    `action`, `target` and `detail` are what the audit line says; `name` is the file's, without its ending.
    """

    action: str
    target: str
    name: str
    headings: Sequence[str]
    lines: Iterator[Sequence[object]]
    found: int
    filters: Sequence[tuple[str, str]]
    detail: Mapping[str, object] = field(default_factory=dict)
    is_sensitive: bool = False
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Document:
    """A finished file about to leave: `content` makes it of what its last page says (reader, moment, filters, version).

    All else as of Export; `ending` and `media_type` say what kind of file it is.
    """

    action: str
    target: str
    name: str
    ending: str
    media_type: str
    found: int
    filters: Sequence[tuple[str, str]]
    content: Callable[[Sequence[tuple[str, str]]], bytes]
    detail: Mapping[str, object] = field(default_factory=dict)
    is_sensitive: bool = False
    close: Callable[[], None] = lambda: None


def counted(rows: Iterator[tuple[Row, int]]) -> tuple[Iterator[Row], int]:
    """The rows, and how many there are, which each of them carries."""
    first = next(rows, None)
    if first is None:
        return iter(()), 0

    def all_rows() -> Iterator[Row]:
        yield first[0]
        for row, _ in rows:
            yield row

    return all_rows(), first[1]


def reader_heading(view: View, *, display_name: str) -> str:
    """The last heading: who took the file, and when."""
    at = f"{datetime.now(UTC).astimezone(view.site.zone):%Y-%m-%d %H:%M}"
    return view.tr("audit.export_head", name=display_name, login=view.viewer.name, at=at)


def notes(view: View, export: Export | Document, *, display_name: str) -> list[tuple[str, str]]:
    """What stands below the table: reader, moment, filters, rows, data version, simulated data where so."""
    tr = view.tr
    told = [(name, value) for name, value in export.filters if value]
    shown = "; ".join(f"{name}: {value}" for name, value in told) or tr("audit.export_no_filters")
    now = datetime.now(UTC).astimezone(view.site.zone)
    found = [
        (tr("audit.export_reader"), tr("audit.export_reader_value", name=display_name, login=view.viewer.name)),
        (tr("audit.export_at"), f"{now:%Y-%m-%d %H:%M:%S %z}"),
        (tr("audit.export_filters"), shown),
        (tr("audit.export_rows"), formats.number(export.found)),
        (tr("audit.export_version"), str(view.data_version)),
    ]
    if view.is_simulated:
        found.append((tr("audit.export_simulated"), tr("audit.export_simulated_value")))
    return found


def file_name(name: str) -> str:
    """A name that every file system takes: no separators, controls or marks of direction, not hidden, not too long."""
    kept = "".join("_" if sign in _UNSAFE or not sign.isprintable() else sign for sign in name)
    return kept.strip(" .")[:120] or "export"


def link(view: View, address: str, label: str, *, changes: Mapping[str, str | None] | None = None) -> str:
    """The link that takes the file home, with the filters of the page; empty for who may not export."""
    if not current.may(view.viewer, EXPORT):
        return ""
    target = f"/export/{address}{view.link(changes or {})}"
    return f"<a{attributes(class_='btn s export', href=target, download='')}>{esc(label)}</a>"
