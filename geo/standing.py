"""How things stand at a moment: open cases past their deadline or near it, and the same moment of earlier weeks.

Invariant: what is open and due comes from the same cases as the figures `backlog` and `backlog_overdue`, so a
sentence and a figure cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection
from sqlalchemy import text as sql_text

from geo import families, figures, sql
from geo.figures import Question, Tally
from geo.store import rows
from geo.windows import Window


@dataclass(frozen=True, slots=True)
class PartDays(Window):
    """Days [start, end) of which the last one ends at `until`: the window of "so far"."""

    until: time = time.max

    @property
    def ends(self) -> datetime:
        """The moment on the last day at which the window ends."""
        return datetime.combine(self.end - timedelta(days=1), self.until, self.zone)


@dataclass(frozen=True, slots=True)
class LateCase:
    """One open case whose deadline has passed (`is_due`) or is near; `place` is its community, `finest` its grid."""

    is_due: bool
    due_at: datetime
    reported_at: datetime
    agency: str | None
    category_code: str
    place: str | None
    finest: str | None


def weeks_before(window: PartDays, *, weeks: int) -> tuple[PartDays, ...]:
    """The same part of the week in each of the `weeks` weeks before, nearest first."""
    return tuple(
        PartDays(
            window.start - timedelta(weeks=week), window.end - timedelta(weeks=week), window.zone, until=window.until
        )
        for week in range(1, weeks + 1)
    )


@dataclass(frozen=True, slots=True)
class Weeks:
    """Tallies by (week, family), week 0 being the asked one; `covered` are the weeks of which a source covers a day."""

    tallies: Mapping[tuple[int, str], Tally]
    covered: tuple[int, ...]


def by_week(
    connection: Connection, *, question: Question, families: Sequence[str], window: PartDays, weeks: int
) -> Weeks:
    """The tallies of one area (or the whole) in the window and in the same part of the `weeks` weeks before."""
    windows = (window, *weeks_before(window, weeks=weeks))
    numbers: dict[Window, int] = {part: number for number, part in enumerate(windows)}
    found = figures.tallies(connection, question=question, families=families, windows=windows)
    sources = figures.source_moments(connection, windows=windows)
    return Weeks(
        {(numbers[tally.window], tally.family): tally for tally in found},
        tuple(sorted({numbers[source.window] for source in sources if source.is_covered})),
    )


def has_deadlines(connection: Connection) -> bool:
    """Whether any case that the viewer sees has a deadline; where none has, 0 overdue cases would be no fact."""
    return bool(rows(connection, "view/has_deadlines")[0]["has_deadlines"])


def late_cases(
    connection: Connection, *, window: Window, soon: timedelta, within: int | None, category: str | None
) -> tuple[LateCase, ...]:
    """The cases open at the window's E that are overdue or due within `soon`, longest overdue first.

    `within` is the id of an area, `category` a code; None: all.
    """
    bound = {
        "starts": [window.starts],
        "ends": [window.ends],
        "zone": window.zone.key,
        "category": category,
        "response_class": None,
        "soon_s": soon.total_seconds(),
        "within": within,
    }
    text = families.cases(["open"]) + sql.text("view/late")
    return tuple(
        LateCase(
            is_due=row["is_due"],
            due_at=row["due_at"],
            reported_at=row["reported_at"],
            agency=row["agency"],
            category_code=row["category_code"],
            place=row["community"],
            finest=row["finest"],
        )
        for row in connection.execute(sql_text(text), bound).mappings()
    )
