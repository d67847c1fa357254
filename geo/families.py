"""Families of marks as text: the program's own SQL files joined into the query that a family is counted by, and what
that text says of it.

Invariant: nothing but files of the program becomes a query; whatever decides what a family counts is in its definition.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

from geo import quantiles, sql
from geo.store import rows
from geo.viewer import SITE

OFFICE_TIME = "ops.office_time"
"""What the query of a family asks that counts working time."""
PART = re.compile(r"from (\w+) c\b")
"""Where the query of a family says which parts of a window it reads (kpi/parts)."""
REASON = re.compile(r"then '(?!\w+_at')(\w+)'|'(\w+)' as no_(?:start|end)\b")
"""Where it says why a case is left out."""
FOLDED = ", reported as not materialized (select * from reported_each c where not c.is_folded)\n"
_ORPHAN, _NO_SPAN = ("duplicate",), ("day_precision", "negative")


def composed(tail: str, families: Sequence[str], level: str, *, is_narrow: bool = False) -> str:
    """The program's own SQL files joined: the cases, the marks of each family, each under `tail`, and nothing else.

    `is_narrow`: only a part of the cases is read, see kpi/within.
    """
    area = "0::int" if level == SITE else f"m.{level}_id"
    parts = [part for family in families for part in _parts(family)]
    texts, ends = [cases(parts, is_narrow=is_narrow)], []
    for family in families:
        shape = sql.text(f"kpi/{'span' if is_span(family) else 'count'}_marks")
        shape = shape.replace("counted_of_span", "s.counted_s" if "as counted_s" in _query(family) else "null")
        texts.append(f", {family}_rows as (\n{_query(family)}), {family}_marks as (\n")
        texts.append(shape.replace("rows_of_family", f"{family}_rows") + ")\n")
        ends.append(sql.text(tail).replace("marks_of_family", f"{family}_marks").replace("area_of_level", area))
    return "".join(texts) + "union all\n".join(ends)


def cases(parts: Iterable[str], *, is_narrow: bool = False) -> str:
    """The start of a query: the cases of each part of the windows (kpi/parts, and `reported`) under the part's name.

    `is_narrow`: only those that kpi/within leaves.
    """
    wanted = dict.fromkeys("reported_each" if part == "reported" else part for part in parts)
    found = [sql.text("kpi/windows")]
    if is_narrow:
        found.append(sql.text("kpi/within"))
    for part in wanted:
        read = sql.text(f"kpi/parts/{part}")
        if is_narrow:
            read = read.replace("core.incident i", "incidents_within i")
        text = sql.text("kpi/cases").replace("rows_of_part", read)
        # what `reported` reads is not copied for it each time
        kind = "as materialized" if part == "reported_each" else "as"
        found.append(text.replace("name_of_part as", f"{part} {kind}").replace("_of_part", f"_{part}"))
    return "".join(found) + (FOLDED if "reported_each" in wanted else "")


def _query(family: str) -> str:
    return sql.text(f"kpi/{'spans' if is_span(family) else 'counts'}/{family}")


def is_span(family: str) -> bool:
    """Whether the family measures durations."""
    return family in sql.names("kpi/spans")


@cache
def _parts(family: str) -> tuple[str, ...]:
    """The parts of a window that the family reads."""
    return tuple(PART.findall(_query(family)))


def is_of_window(family: str) -> bool:
    """Whether the family reads no cases but those reported in the window."""
    return set(_parts(family)) <= {"reported", "reported_each"}


@cache
def definition(family: str) -> str:
    """The hash of all that decides what a family counts: its text, what it is joined with, how quantiles are taken."""
    texts = [composed("kpi/rollup", (family,), SITE), Path(quantiles.__file__).read_text(encoding="utf-8")]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def definitions(connection: Connection, families: Iterable[str]) -> dict[str, str]:
    """The definition of each family, with the working calendar in force where it counts office hours."""
    found = {family: definition(family) for family in families}
    at_work = [family for family in found if OFFICE_TIME in _query(family)]
    version = calendar_version(connection) if at_work else ""
    return found | {family: f"{found[family]} {version}" for family in at_work}


def calendar_version(connection: Connection) -> str:
    """The version of the working calendar in force with its digest; empty in a store that has none."""
    found = rows(connection, "calendar/in_force")
    return f"{found[0]['version']} {found[0]['digest']}" if found else ""


@cache
def reasons(family: str) -> tuple[str, ...]:
    """Why a family of marks may leave a case out, in the order in which it is asked (kpi.excluded_… names them)."""
    own = [name or other for name, other in REASON.findall(_query(family))]
    if not is_span(family):
        return tuple(dict.fromkeys(own))
    kept_back = [name for name in own if not (name == "open" and counts_until(family))]
    return tuple(dict.fromkeys([*_ORPHAN, *kept_back, *_NO_SPAN]))


@cache
def counts_until(family: str) -> bool:
    """Whether cases that did not come to their end count up to a moment (Kaplan-Meier)."""
    return is_span(family) and "null::timestamptz as until_at" not in _query(family)
