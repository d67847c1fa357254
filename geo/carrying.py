"""What may take a load's blocks of records in place of the staging table, and what it says of them afterwards.

Invariant: every record is either brought into the core tables or released to be staged.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import polars as pl


@dataclass(frozen=True)
class Carried:
    """Rows of the file that a carrier brought into the core tables, all of them inserted; `days`: first and last."""

    rows: int = 0
    repaired: int = 0
    outside: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    days: tuple[date, ...] = ()


class Carrier:
    """What takes blocks of records in place of the staging table."""

    @property
    def is_open(self) -> bool:
        """Whether it has brought rows into the core tables."""
        return False

    def carry(self, records: pl.DataFrame) -> None:
        """Takes in a block."""
        raise NotImplementedError

    def released(self) -> list[pl.DataFrame]:
        """The blocks that it holds and will not bring in itself."""
        raise NotImplementedError

    def take_back(self) -> None:
        """Moves the rows that share their natural key into the staging table."""
