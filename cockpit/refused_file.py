"""Refused rows as a file to correct: each row as received (masked) between its number and what is wrong with it.

Invariant: the file gives nothing away that the quarantine hides; `cockpit replay LOAD --from` takes it back, and a cell
left as it is keeps what was received.
"""

from collections.abc import Mapping, Sequence

from config.fault_words import hint, message
from config.messages import tr
from geo.loads import Reject
from geo.quarantine import ReceivedRow, RefusedFault

REASONS = ("fault", "message", "hint")
SEPARATOR = "；"


def headings(rows: Sequence[ReceivedRow]) -> list[str]:
    """The headings of the file that was loaded, in its order."""
    return list(dict.fromkeys(name for row in rows for name in row.shown))


def file_headings(names: Sequence[str], lang: str) -> list[str]:
    """The first line: row number, the file's own headings, then code, problem and remedy."""
    return [tr("load.head_row", lang), *names, *(tr(f"load.head_{name}", lang) for name in REASONS)]


def file_lines(
    rows: Sequence[ReceivedRow],
    names: Sequence[str],
    faults: Sequence[Reject | RefusedFault],
    lang: str,
    *,
    opened: Mapping[int, Mapping[str, str]] | None = None,
) -> list[list[object]]:
    """One line a row: what was received (`opened`: row → clear texts by heading), corrections made so far, reasons.

    The last cell is empty: it stands below the heading that says who took the file.
    """
    by_row: dict[int, list[Reject | RefusedFault]] = {}
    for one in faults:
        by_row.setdefault(one.row, []).append(one)
    lines: list[list[object]] = []
    for row in rows:
        cells = {**row.shown, **row.cells, **(opened or {}).get(row.row, {})}
        told = by_row.get(row.row, [])
        lines.append([row.row, *(cells.get(name, "") for name in names), *_reasons(told, lang, is_bare=not cells), ""])
    return lines


def _reasons(told: Sequence[Reject | RefusedFault], lang: str, *, is_bare: bool) -> list[str]:
    """Codes, problems and remedies; where nothing of the row itself is kept, a problem names the value it is about."""
    codes = dict.fromkeys(one.fault for one in told)
    problems = [message(one.fault, lang, one.params) for one in told]
    if is_bare:
        problems = [f"{one.value}: {said}" if one.value else said for one, said in zip(told, problems, strict=True)]
    hints = dict.fromkeys(hint(one.fault, lang, one.params) for one in told)
    return [SEPARATOR.join(codes), " ".join(problems), " ".join(hints)]
