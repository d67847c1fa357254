"""The first load of many incidents: rows go straight into the empty tables while the file is still read; indexes are
made last.

Invariant: the tables hold what a load by way of the staging table leaves. Rows that share their code are taken back
into the staging table and judged there.
"""

from collections import Counter

import polars as pl

from geo.carrying import Carried, Carrier
from geo.landing import Landing
from loaders.bulk_rows import Filling

BULK_ROWS = 20_000
"""A first load of as many rows makes the indexes last."""
FLAGS = ("row_number", "notes", "is_repaired", "is_outside")
"""What the store does not keep of a row and the ledger counts."""


class FirstBulk(Carrier):
    """The filling of the incident tables by one load into a store without incidents; readers wait for it."""

    def __init__(self, landing: Landing, *, source_id: int, load_id: int) -> None:
        self._landing = landing
        self._source_id = source_id
        self._load_id = load_id
        self._filling: Filling | None = None
        self._held: list[pl.DataFrame] = []
        self._flags: list[pl.DataFrame] = []
        self._duplicates: list[pl.DataFrame] = []
        self._copied = 0
        self._days = pl.Series([], dtype=pl.Date)
        self._taken: pl.Series | None = None

    @property
    def is_due(self) -> bool:
        """Whether the file has as many rows."""
        return self._landing.staged >= BULK_ROWS

    @property
    def is_open(self) -> bool:
        """Whether rows are in the tables already."""
        return self._copied > 0

    # ------------------------------------------------------------ while the file is read

    def carry(self, records: pl.DataFrame) -> None:
        """Takes in a block of records and, once they are many, brings them into the tables."""
        self._held.append(records)
        if self.is_due:
            for held in self.released():
                self._copy(held)

    def released(self) -> list[pl.DataFrame]:
        """The blocks that were held back and are not in the tables."""
        held, self._held = self._held, []
        return held

    def take_back(self) -> None:
        """Moves all rows that share their code from the tables into the staging table."""
        filling = self._open()
        self._landing.run("load/joined_as_a_whole")
        self._landing.run("load/incidents/bulk/flags")
        if self._flags:
            self._landing.copy_into("pg_temp.flag", pl.concat(self._flags))
        self._landing.run("load/incidents/bulk/stage_shared", first_id=filling.first_id)
        self._landing.run("load/incidents/bulk/take_back")
        rows = self._landing.rows("load/incidents/bulk/taken")
        self._taken = pl.Series([row["row_number"] for row in rows], dtype=pl.Int32)

    # ------------------------------------------------------------ once it is judged

    def fill(self) -> int:
        """Brings the tables to what the judged staging says; returns the number of incidents."""
        filling, things = self._open(), 0
        if self._taken is not None or not self.is_open:
            told = {"first_id": filling.first_id, "load_id": self._load_id}
            self._landing.run("load/incidents/unknown_original", source_id=self._source_id)
            things = self._landing.run("load/incidents/bulk/insert", **told, source_id=self._source_id)
            self._landing.run("load/incidents/bulk/revisions", **told)
        self._landing.carried = self._carried()
        return things + self._landing.carried.rows

    def close(self) -> None:
        """Puts the tables back into use."""
        self._landing.run("load/incidents/bulk/close")

    # ------------------------------------------------------------ its steps

    def _open(self) -> Filling:
        if self._filling is None:
            first = self._landing.rows("load/incidents/bulk/open")[0]
            listed = self._landing.rows("load/incidents/bulk/categories")
            self._filling = Filling(
                first_id=int(first["first_id"]),
                source_id=self._source_id,
                load_id=self._load_id,
                recorded_at=first["recorded_at"],
                categories={row["code"]: row["category_id"] for row in listed},
            )
        return self._filling

    def _copy(self, records: pl.DataFrame) -> None:
        filling = self._open()
        self._landing.copy_into("core.incident", filling.heads(records), frozen=True)
        self._landing.copy_into("core.incident_revision", filling.revisions(records), frozen=True)
        is_flagged = pl.col("notes").is_not_null() | pl.col("is_repaired") | pl.col("is_outside")
        self._flags.append(records.filter(is_flagged).select(FLAGS))
        named = records.filter(pl.col("duplicate_of_code").is_not_null())
        self._duplicates.append(named.select("row_number", "natural_key", "duplicate_of_code"))
        days = pl.concat([self._days, records["reported_on"]])
        self._days = days.filter((days == days.min()) | (days == days.max())).unique()
        self._copied += records.height

    def _carried(self) -> Carried:
        """What came straight into the tables and stays there."""
        if not self.is_open:
            return Carried()
        taken = pl.Series([], dtype=pl.Int32) if self._taken is None else self._taken
        is_kept = ~pl.col("row_number").is_in(taken.implode())
        flags = pl.concat(self._flags).filter(is_kept)
        notes = Counter(flags["notes"].drop_nulls().str.split(",").explode().to_list())
        notes["unknown_original"] += self._unknown_originals(pl.concat(self._duplicates).filter(is_kept))
        if len(taken):
            span = self._landing.rows("load/incidents/bulk/span")[0]
            self._days = pl.Series([span["first_on"], span["last_on"]], dtype=pl.Date).drop_nulls()
        return Carried(
            rows=self._copied - len(taken),
            repaired=int(flags["is_repaired"].sum()),
            outside=int(flags["is_outside"].sum()),
            notes=+notes,
            days=tuple(self._days.to_list()),
        )

    def _unknown_originals(self, named: pl.DataFrame) -> int:
        """How many of these duplicates name an original that is not kept, or themselves; the store holds no other."""
        refused = [row["natural_key"] for row in self._landing.rows("load/incidents/bulk/refused_keys")]
        original = named["duplicate_of_code"]
        is_known = self._landing.is_staged(original) & ~original.is_in(refused) & (original != named["natural_key"])
        return int((~is_known).sum())
