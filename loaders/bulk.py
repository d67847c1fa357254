"""The first load of many incidents: rows go into the empty tables while the file is still read; indexes are made last.

Invariant: the tables hold what the judged staging says. Where the judging takes back a row that went in already, they
are emptied and filled from the staging.
"""

import polars as pl

from geo.landing import Landing

BULK_ROWS = 50_000
"""A first load of as many rows makes the indexes last."""
BEFORE_ALL = "(0,0)"
"""A place in the staging table (ctid) before its first row."""


class FirstBulk:
    """The filling of the incident tables by one load into a store without incidents; readers wait for it."""

    def __init__(self, landing: Landing, *, source_id: int, load_id: int) -> None:
        self._landing = landing
        self._source_id = source_id
        self._load_id = load_id
        self._first_id: int | None = None
        self._after = BEFORE_ALL
        self._things = 0
        self._duplicates: list[pl.DataFrame] = []

    @property
    def is_due(self) -> bool:
        """Whether the file has as many rows."""
        return self._landing.staged >= BULK_ROWS

    def follow(self, records: pl.DataFrame) -> None:
        """Takes in what the staging holds more (the staged `records` last), once it is much."""
        named = records.filter(pl.col("duplicate_of_code").is_not_null())
        self._duplicates.append(named.select("row_number", "natural_key", "duplicate_of_code"))
        if self.is_due:
            self._fill()

    def write(self) -> int:
        """Brings the tables to what the staging says, and back into use; returns the number of incidents."""
        is_early = self._first_id is not None
        if is_early and not self._landing.rows("load/incidents/has_fates")[0]["has_fates"]:
            self._fill()
            self._note_unknown_originals()
        else:
            if is_early:
                self._landing.run("load/incidents/empty_bulk")
                self._after, self._things = BEFORE_ALL, 0
            self._landing.run("load/incidents/unknown_original", source_id=self._source_id)
            self._fill()
        self._landing.run("load/incidents/close_bulk")
        return self._things

    def _fill(self) -> None:
        if self._first_id is None:
            self._first_id = int(self._landing.rows("load/incidents/open_bulk")[0]["first_id"])
        told = {"first_id": self._first_id, "load_id": self._load_id, "after": self._after}
        self._things += self._landing.run("load/incidents/bulk_insert", **told, source_id=self._source_id)
        self._landing.run("load/incidents/bulk_revisions", **told)
        last = self._landing.rows("load/incidents/last_staged", after=self._after)[0]["last_place"]
        self._after = last or self._after

    def _note_unknown_originals(self) -> None:
        """Notes the duplicates whose original is not in the file, or is themselves: the store holds nothing else."""
        named = pl.concat(self._duplicates)
        is_known = self._landing.is_staged(named["duplicate_of_code"])
        odd = named.filter(~is_known | (named["duplicate_of_code"] == named["natural_key"]))
        if odd.height:
            self._landing.run("load/incidents/note_unknown_original", row_numbers=odd["row_number"].to_list())
