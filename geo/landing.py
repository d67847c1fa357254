"""The database side of a load: staging by COPY, judging of rows by key, the ledger line, quarantine, the bell.

Invariant: everything happens on the one connection and in the one transaction that the caller opened, and the counts
come from the staged rows themselves; the table constraint `counts_add_up` has the last word.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl
import psycopg
from sqlalchemy import Connection
from sqlalchemy import text as sql_text
from sqlalchemy.exc import DataError, IntegrityError, InternalError, OperationalError

from geo import copying, sql, turns, vault
from geo.audit import audit
from geo.carrying import Carried, Carrier
from geo.crash_points import crash_point
from geo.errors import GeoError, StoreUnavailable
from geo.store import READ_ONLY
from geo.store import rows as query
from geo.turns import Holder
from geo.vault import Vault
from geo.viewer import Clock, Viewer

BULK_ROWS = 1_000
"""A load that writes as many rows renews the planner's statistics."""
UNINDEXED_ROWS = 200_000
"""As many staged rows are joined as a whole, so that an index on their keys would not pay."""
PROGRAM_LIMIT = "54"
"""The class of SQLSTATE for a value beyond a limit, such as a code too long for its index."""

BELL = "cockpit"
"""The NOTIFY channel; its payload is JSON: version, load_id, dataset."""


class LandingError(GeoError):
    """A value got past the checks that the database cannot hold; nothing of the load is kept.

    `reason` is what the database says, without the rows it says it of.
    """

    def __init__(self, error: BaseException | None) -> None:
        told = error.diag.message_primary if isinstance(error, psycopg.Error) else None
        self.reason = told or str(error).partition("\n")[0]
        super().__init__(f"the database refuses what the file says: {self.reason}")


@dataclass(frozen=True)
class Remark:
    """Something that a load did beyond the rows of its file: the code of its sentence, and what fills it."""

    code: str
    params: Mapping[str, object]


@dataclass(frozen=True)
class Source:
    """A sender as its mapping declares it; one row of core.source."""

    code: str
    dataset: str
    name: str
    stages: tuple[str, ...] = ()
    time_precision: str = "second"
    as_of: datetime | None = None
    is_simulated: bool = False


@dataclass(frozen=True)
class Line:
    """What the ledger of loads says of a load from its first moment.

    `crs`: the system of its coordinates, None where it has none; `conversion`: their way to EPSG:4326, None where they
    were there already. `replays`: the load whose refused rows are run again; `options`: how the file is to be read.
    """

    dataset: str
    file_name: str
    sha256: str
    fingerprint: str
    mode: str
    level: str | None
    ignored_columns: tuple[str, ...]
    loaded_by: str
    started_at: datetime
    crs: str | None = None
    conversion: str | None = None
    replays: int | None = None
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Counts:
    """All counts are rows of the file, but `things`: read = inserted + updated + unchanged + quarantined."""

    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    skipped: int = 0
    things: int = 0
    repaired: int = 0
    outside: int = 0
    faults: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Earlier:
    """A load that is done: its ledger line's number and counts."""

    load_id: int
    read: int
    skipped: int
    things: int
    quarantined: int


class Landing:
    """One load's work in the database. Make it inside `Store.loading`."""

    def __init__(self, connection: Connection, clock: Clock, viewer: Viewer) -> None:
        self.connection = connection
        self.clock = clock
        self.viewer = viewer
        self._vault: Vault | None = None
        self.remarks: list[Remark] = []
        self.is_merging = False
        """Whether what is staged is on its way into the core tables."""
        self.refused_keys: set[str] = set()
        """Natural keys of rows refused while a snapshot is read: they are in the file, so they are not withdrawn."""
        self.staged = 0
        """Rows copied into the staging table so far."""
        self._key_digests: list[pl.Series] = []
        self._repeats = True
        self._types: dict[str, dict[str, str]] = {}
        self._worker: ThreadPoolExecutor | None = None
        self._under_way: Future[None] | None = None
        self._carrier: Carrier | None = None
        self.carried = Carried()
        """What a carrier brought into the core tables."""

    def remark(self, code: str, /, **params: object) -> None:
        """Notes for the message of this load what it did beyond the rows of its file."""
        self.remarks.append(Remark(code, params))

    def rows(self, name: str, /, **params: Any) -> list[dict[str, Any]]:
        """The rows of the named query. Raises LandingError for a value that the database refuses."""
        with told():
            return query(self.connection, name, **params)

    def run(self, name: str, /, **params: Any) -> int:
        """Runs the named statement and returns how many rows it touched. Raises LandingError."""
        with told():
            touched = int(self.connection.execute(sql_text(sql.text(name)), params).rowcount)
        if self.is_merging and touched > 0:
            crash_point("mid-merge")
        return touched

    def take_turn(self, *, wait_s: float, told: Callable[[Holder], None] | None = None) -> None:
        """Waits until no other load is under way: loads of one site follow each other. See geo.turns.take."""
        turns.take(self.connection, wait_s=wait_s, told=told)

    @property
    def vault(self) -> Vault:
        """What personal texts of this load are sealed with; asked for once, made at the store's first load.

        Raises VaultError when the key is missing or another store's.
        """
        if self._vault is None:
            self._vault = vault.ready(self.connection)
        return self._vault

    def earlier(self, fingerprint: str) -> Earlier | None:
        """The load that already brought exactly this, if there is one."""
        found = self.rows("load/earlier", fingerprint=fingerprint)
        return Earlier(**found[0]) if found else None

    def boundary_version(self) -> int:
        """The number of the last load that changed a boundary; 0 before the first."""
        return int(self.rows("load/boundary_version")[0]["boundary_version"])

    def source(self, source: Source) -> int:
        """The id of the source, made or brought up to date. Raises LookupError if its code serves another dataset."""
        found = self.rows(
            "load/source",
            code=source.code,
            dataset=source.dataset,
            name=source.name,
            stages=list(source.stages),
            time_precision=source.time_precision,
            as_of=source.as_of,
            is_simulated=source.is_simulated,
        )
        if not found:
            raise LookupError(source.code)
        return int(found[0]["source_id"])

    def begin(self, line: Line, source_id: int) -> int:
        """Opens the ledger line and returns its load_id; the counts follow with `finish`."""
        found = self.rows("load/begin", source_id=source_id, **_line(line))
        return int(found[0]["load_id"])

    def open(self, section: str) -> None:
        """Makes the empty staging table of a dataset's section, and the table of faults found in the database."""
        self.run("load/scratch")
        self.run(f"load/{section}/stage")

    @contextmanager
    def copying(self) -> Iterator[None]:
        """Within it `copy` returns while its block is still on the way; nothing else may speak to the store meanwhile.

        What goes wrong with a block is raised by the next `copy` or at the end.
        """
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="copy") as worker:
            self._worker = worker
            try:
                yield
                self._arrive()
                for held in self._carrier.released() if self._carrier is not None else ():
                    self.copy_into("pg_temp.staging", held)
            finally:
                self._worker = None

    def carried_by(self, carrier: Carrier) -> None:
        """From now on blocks go to the carrier, which may speak to the store, and what it releases is staged."""
        self._carrier = carrier

    def copy(self, records: pl.DataFrame) -> None:
        """COPY of a block into the staging table, by column name; booleans, numbers and text (geometry as hex EWKB)."""
        if not records.height:
            return
        self.staged += records.height
        if "natural_key" in records.columns:
            self._key_digests.append(records["natural_key"].hash())
        self._arrive()
        if self._worker is None:
            self._stage(records)
        else:
            self._under_way = self._worker.submit(self._stage, records)

    def _stage(self, records: pl.DataFrame) -> None:
        if self._carrier is not None:
            self._carrier.carry(records)
        else:
            self.copy_into("pg_temp.staging", records)

    def _arrive(self) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.result()

    def copy_into(self, table: str, frame: pl.DataFrame, *, frozen: bool = False) -> None:
        """COPY of a frame into a table without row security, by column name. Raises LandingError, StoreUnavailable.

        `frozen` into a table that this transaction emptied: no later reader or vacuum need ask whose rows they are.
        """
        if table not in self._types:
            found = self.rows("load/column_types", of_table=table)
            self._types[table] = {row["name"]: row["type"] for row in found}
        raw = self.connection.connection.driver_connection
        if raw is None:
            raise StoreUnavailable("the connection of this load is closed")
        form, data = copying.encoded(frame, self._types[table])
        options = f"format {form}, freeze {'on' if frozen else 'off'}"
        statement = f"copy {table} ({', '.join(frame.columns)}) from stdin ({options})"
        try:
            with raw.cursor() as cursor, cursor.copy(statement) as copy:
                for piece in data:
                    copy.write(piece)
        except psycopg.OperationalError as error:
            if _is_value(error):
                raise LandingError(error) from error
            raise StoreUnavailable(f"the database went away during the load: {error}") from error
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.InternalError) as error:
            raise LandingError(error) from error

    def judge(self) -> None:
        """Marks repeats, superseded and contradicting rows of one natural key, over the whole file."""
        self._repeats = self._has_repeats()
        if self._carrier is not None and self._carrier.is_open:
            if not self._repeats:
                return
            self._carrier.take_back()
        self.run("load/analyze")
        if self.staged < UNINDEXED_ROWS:
            self.run("load/index_keys")
        else:
            self.run("load/joined_as_a_whole")
        if self._repeats:
            self.run("load/judge")
            self.run("load/judge_faults")

    def is_staged(self, keys: pl.Series) -> pl.Series:
        """True where a row of this natural key was copied into the staging table, whatever became of it."""
        return keys.hash().is_in(pl.concat(self._key_digests).implode())

    def _has_repeats(self) -> bool:
        """False when no two staged rows share a natural key: equal keys have equal digests."""
        return pl.concat(self._key_digests).n_unique() < self.staged if self._key_digests else False

    def settle(self) -> None:
        """Turns what is left of the judging into fates: repeats are unchanged, superseded rows follow the decider."""
        if self._repeats:
            self.run("load/settle")

    def staged_faults(self) -> list[dict[str, Any]]:
        """Faults found in the database: row_number, column_name, value, fault, params."""
        return self.rows("load/staged_faults")

    def counts(self) -> dict[str, int]:
        """Of the staged rows: inserted, updated, unchanged, quarantined, and repaired and outside among the kept."""
        found = Counter({name: int(count) for name, count in self.rows("load/counts")[0].items()})
        found.update(inserted=self.carried.rows, repaired=self.carried.repaired, outside=self.carried.outside)
        return dict(found)

    def notes(self) -> dict[str, int]:
        """Fault codes only noted, with the number of kept rows that carry them."""
        return dict(Counter({row["fault"]: int(row["rows"]) for row in self.rows("load/notes")}) + self.carried.notes)

    def reported_span(self) -> tuple[date, date] | None:
        """First and last day (site time zone) of the staged rows that are kept; None without any."""
        found = self.rows("load/reported_span")[0]
        days = [day for day in (found["first_on"], found["last_on"], *self.carried.days) if day is not None]
        return (min(days), max(days)) if days else None

    def cover(self, source_id: int, load_id: int, days: tuple[date, date]) -> None:
        """Notes that this load covers the days from first to last, both inclusive."""
        self.run("load/cover", source_id=source_id, load_id=load_id, first_on=days[0], last_on=days[1])

    def quarantine(self, load_id: int, faults: pl.DataFrame) -> None:
        """Writes faults of refused rows (row, column, value, value_sealed, fault, params), values masked already."""
        if faults.height:
            self.copy_into("pg_temp.told_fault", faults.rename({"row": "row_number", "column": "column_name"}))
            self.run("load/quarantine", load_id=load_id)

    def add_refused(self, refused: pl.DataFrame) -> None:
        """Takes in a block of refused rows (row; record, as received, and shown: JSON) and seals what was received."""
        if refused.height:
            sealed = pl.Series("record", [self.vault.seal(record) for record in refused["record"]], dtype=pl.String)
            self.copy_into("pg_temp.refused_row", refused.with_columns(sealed).rename({"row": "row_number"}))

    def note_corrected(self, load_id: int, applied: Sequence[Mapping[str, object]]) -> None:
        """Writes into the ledger line which recurring corrections this load applied, and to how many rows."""
        self.run("quarantine/corrected", load_id=load_id, corrected=_json(list(applied)))

    def keep_refused(self, load_id: int, expires_on: date) -> None:
        """Keeps the refused rows taken in until the day they expire."""
        self.run("load/keep_refused", load_id=load_id, expires_on=expires_on)

    def finish(
        self,
        load_id: int,
        counts: Counts,
        *,
        finished_at: datetime,
        message: str | None,
        unknown: Mapping[str, Mapping[str, int]],
        days: tuple[date, date] | None,
    ) -> None:
        """Closes the ledger line, rings the bell, raises the data version and audits; the constraint checks the sum."""
        first, last = days or (None, None)
        params = {name: getattr(counts, name) for name in Counts.__dataclass_fields__ if name != "faults"}
        self.run(
            "load/finish",
            load_id=load_id,
            faults=_json(counts.faults),
            unknown_values=_json(unknown),
            message=message,
            first_reported_on=first,
            last_reported_on=last,
            finished_at=finished_at,
            **params,
        )
        if counts.inserted + counts.updated >= BULK_ROWS:
            self.run("load/refresh_statistics", load_id=load_id, changed=counts.inserted + counts.updated)
        self.tell(load_id, params)

    def tell(self, load_id: int, counts: Mapping[str, int]) -> None:
        """Outbox, data version, NOTIFY and audit of a load, in its own commit."""
        self.run("load/outbox", load_id=load_id, counts=_json(counts))
        self.run("load/ring", load_id=load_id, channel=BELL)
        self.audit("load", f"load:{load_id}", counts)

    def refuse(self, line: Line, *, read: int, faults: Mapping[str, int], message: str, finished_at: datetime) -> int:
        """Writes the ledger line of a refused file and returns its load_id; nothing else is written but the audit."""
        found = self.rows(
            "load/refuse", read=read, faults=_json(faults), message=message, finished_at=finished_at, **_line(line)
        )
        load_id = int(found[0]["load_id"])
        self.audit("load-refused", f"load:{load_id}", {"read": read})
        return load_id

    def audit(self, action: str, target: str, detail: Mapping[str, Any]) -> None:
        """Appends to the audit trail who did what at the clock."""
        audit(self.connection, viewer=self.viewer, action=action, target=target, detail=detail)


@contextmanager
def told() -> Iterator[None]:
    """Turns the database's refusal of a value into one sentence (LandingError)."""
    try:
        yield
    except (IntegrityError, DataError, InternalError) as error:
        if getattr(error.orig, "sqlstate", None) == READ_ONLY:
            raise
        raise LandingError(error.orig) from error
    except OperationalError as error:
        if _is_value(error.orig):
            raise LandingError(error.orig) from error
        raise


def _is_value(error: BaseException | None) -> bool:
    return str(getattr(error, "sqlstate", None) or "").startswith(PROGRAM_LIMIT)


def _line(line: Line) -> dict[str, Any]:
    found = {name: getattr(line, name) for name in Line.__dataclass_fields__}
    return found | {"ignored_columns": list(line.ignored_columns), "options": _json(line.options)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=dict)
