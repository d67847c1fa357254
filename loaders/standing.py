"""A later load of many incidents: rows that say what the store already holds are known before they are staged.

Invariant: such a row is staged as unchanged with what the judging and the ledger ask of it; the table keeps its rows.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from geo.carrying import Carrier
from geo.landing import Landing
from loaders import bulk

Digests = NDArray[np.uint64]
ROWS_A_TIME = 65_536
SEPARATOR = "\u001f"
"""Between code and content; no code holds it (loaders/odd_cells.py)."""
ASKED = (
    "row_number", "natural_key", "decides", "notes", "is_repaired", "is_outside", "reported_on", "duplicate_of_code",
    "content_hash",
)  # fmt: skip
"""What is asked of an unchanged row."""


class Standing(Carrier):
    """Tells rows of one source that stand in the store as they come from those that change something."""

    def __init__(self, landing: Landing, *, source_id: int) -> None:
        self._landing = landing
        self._source_id = source_id
        self._held: list[pl.DataFrame] = []
        self._known: Digests | None = None

    def carry(self, records: pl.DataFrame) -> None:
        """Stages a block, once the file is seen to have many rows."""
        self._held.append(records)
        if self._landing.staged >= bulk.BULK_ROWS:
            for held in self.released():
                self._stage(held)

    def released(self) -> list[pl.DataFrame]:
        """The blocks of a small file."""
        held, self._held = self._held, []
        return held

    def _stage(self, records: pl.DataFrame) -> None:
        if self._known is None:
            self._known = self._read()
        told = records.select(pl.concat_str("natural_key", "content_hash", separator=SEPARATOR)).to_series()
        is_known = _are_in(self._known, told.hash().to_numpy())
        unchanged = records.filter(is_known).select(*ASKED, pl.lit("unchanged").alias("fate"))
        for part in (unchanged, records.filter(~is_known)):
            if part.height:
                self._landing.copy_into("pg_temp.staging", part)

    def _read(self) -> Digests:
        """Digests of code and content of all incidents of the source, in their order."""
        span = self._landing.rows("load/incidents/standing_span", source_id=self._source_id)[0]
        found = [np.empty(0, dtype=np.uint64)]
        for first in range(span["first_id"], span["last_id"] + 1, ROWS_A_TIME):
            told = self._landing.rows(
                "load/incidents/standing", source_id=self._source_id, first_id=first, end_id=first + ROWS_A_TIME
            )[0]["told"]
            if told is not None:
                found.append(pl.Series([told]).str.split("\n").explode().hash().to_numpy())
        return np.sort(np.concatenate(found))


def _are_in(known: Digests, asked: Digests) -> pl.Series:
    if not len(known):
        return pl.Series([False]).new_from_index(0, len(asked))
    place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    return pl.Series(known[place] == asked)
