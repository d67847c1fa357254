"""Recurring corrections on their way through a load: applied before the checks, counted, and held to what they expect.

Invariant: a corrected row says so (`repaired`, note `corrected`); a correction that touches more rows than it expects
refuses the file, since it then does something that nobody decided. One that touches fewer is only told: the sender may
have mended its data, which is what a correction hopes for.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from config.corrections import Correction, corrections
from geo.landing import Landing
from geo.masking import shown
from loaders.dataset import Dataset
from loaders.faults import Refused

NOTE = "corrected"


@dataclass(frozen=True)
class Correcting:
    """The corrections of one load, and how many rows each has touched so far."""

    told: tuple[Correction, ...] = ()
    rows: Counter[Correction] = field(default_factory=Counter)

    @classmethod
    def of(cls, source: str, dataset: Dataset) -> "Correcting":
        """What the site's files say of this source. Raises ConfigError, Refused for a column that cannot be named."""
        told = corrections(source)
        own = {column.name: column for column in dataset.columns}
        for one in told:
            if one.column not in own:
                raise Refused("correction_column", column=shown(one.column), source=source, known=", ".join(own))
            if own[one.column].is_personal:
                raise Refused("correction_personal", column=one.column, source=source)
        return cls(told)

    def apply(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
        """The block with its cells corrected, and the numbers of the rows that this changed."""
        if not self.told:
            return frame, pl.Series([], dtype=pl.Int64)
        changed = pl.Series([False]).new_from_index(0, frame.height)
        columns: dict[str, pl.Series] = {}
        for one in self.told:
            cell = frame[one.column]
            hit = cell.is_null() if not one.theirs else (cell == one.theirs).fill_null(value=False)
            self.rows[one] += int(hit.sum())
            changed |= hit
            columns[one.column] = columns.get(one.column, cell).set(hit, one.ours)
        return frame.with_columns(cell.alias(name) for name, cell in columns.items()), frame["row"].filter(changed)

    def judge(self, landing: Landing, load_id: int, *, is_part: bool) -> None:
        """Holds each correction to its `expect`, and writes down what was applied; raises Refused (corrections_many).

        `is_part`: the load holds only some rows of a file, so that few say nothing.
        """
        over = [one for one in self.told if one.expect.most is not None and self.rows[one] > one.expect.most]
        if over:
            raise Refused.all_of([_refusal(one, self.rows[one]) for one in over])
        for one in self.told:
            if self.rows[one]:
                landing.remark("corrections_applied", **_words(one), rows=self.rows[one], who=one.who)
            if not is_part and self.rows[one] < one.expect.least:
                landing.remark("corrections_few", **_words(one), rows=self.rows[one], least=one.expect.least)
        applied = [_record(one, self.rows[one]) for one in self.told if self.rows[one]]
        if applied:
            landing.note_corrected(load_id, applied)


def marked(records: pl.DataFrame, changed: pl.Series) -> pl.DataFrame:
    """The records, those of corrected rows as repaired and with the note."""
    if not len(changed):
        return records
    is_changed = pl.col("row_number").is_in(changed.implode())
    note = pl.concat_str([pl.col("notes"), pl.lit(NOTE)], separator=",", ignore_nulls=True)
    return records.with_columns(
        pl.when(is_changed).then(note).otherwise(pl.col("notes")).alias("notes"),
        (pl.col("is_repaired") | is_changed).alias("is_repaired"),
    )


def parts(told: Sequence[Correction]) -> tuple[str, ...]:
    """What of the corrections makes another load of the same bytes."""
    return tuple(f"{one.column}\x1f{one.theirs}\x1f{one.ours}\x1f{one.expect}" for one in told)


def _words(one: Correction) -> dict[str, Any]:
    return {"column": one.column, "theirs": shown(one.theirs) or "∅", "ours": shown(one.ours)}


def _refusal(one: Correction, rows: int) -> Refused:
    return Refused("corrections_many", **_words(one), rows=rows, most=one.expect.most)


def _record(one: Correction, rows: int) -> dict[str, object]:
    return _words(one) | {"rows": rows, "reason": shown(one.reason), "who": one.who, "since": one.since.isoformat()}
