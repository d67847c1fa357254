"""What a dataset is to the loaders: its columns, its checks and its way into the store.

Invariant: `check` is pure and vectorised (a block in; records and faults out); only `prepare` and `write` see the
store, and both see it through `geo.landing.Landing`, inside the one transaction of the load.

The one order of work (loaders/work.py) does everything that datasets share:

  read, match the header → `prepare` once → for each block: `check`, COPY of the records into `pg_temp.staging`
  → rows with the same natural key are judged (`judges_repeats`) → `write` → counts → ledger line → commit.

The staging table is made by geo/sql/load/<section>/stage.sql and always begins with the columns STAGED.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping as Table
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from config.mapping import Mapping
from geo.crs import Crs
from geo.masking import hidden
from geo.viewer import OPERATOR, Clock, Viewer

if TYPE_CHECKING:  # readers of files, who are told of datasets, must not get what speaks to the database
    from geo.landing import Landing

STAGED = ("row_number", "natural_key", "decides", "notes", "is_repaired", "is_outside")
"""The first columns of every record: row_number (header = 1), natural_key (text, unique within the source),
decides (text or null: of rows with one key and other content the highest wins), notes (comma-joined fault codes of a
row that is kept, or null), is_repaired, is_outside (booleans). stage.sql adds `content_hash` (generated) and `fate`."""


WAIT_S = 600
"""How many seconds a load waits for another one to end unless told otherwise."""
LONGEST_CODE = 200
"""Characters of a code; what is indexed must stay below a third of a page of the database (2704 bytes)."""
LONGEST_TEXT = 10_000
NO_TEXT_ENDINGS = ("_at", "_on", "_to", "_since", "_year", "_day", "_total", "_value", "_60", "_80", "_m")
NO_TEXT = frozenset(
    (
        "lon",
        "lat",
        "lat_lon",
        "lon_lat",
        "decides",
        "amount",
        "quantity",
        "headcount",
        "capacity",
        "households",
        "residents",
        "level",
    )
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a mapping may name; a personal one is masked wherever a refused value is shown, codes are short."""

    name: str
    is_required: bool = False
    is_personal: bool = False

    @property
    def is_id(self) -> bool:
        """Whether it names a thing (a case, an area, a fund, an entry)."""
        return self.name.endswith("code") or self.name == "duplicate_of"

    @property
    def is_text(self) -> bool:
        """Whether people may write words in it: no id, time, place or number."""
        return not self.is_id and not self.name.endswith(NO_TEXT_ENDINGS) and self.name not in NO_TEXT

    @property
    def most_characters(self) -> int:
        """The longest text that the column takes."""
        codes = ("kind", "category", "layer", "duplicate_of", "status", "unit")
        is_code = self.name.endswith("code") or self.name in codes
        return LONGEST_CODE if is_code else LONGEST_TEXT


@dataclass(frozen=True)
class LoadRequest:
    """What somebody wants loaded, and how. `source` is a mapping's name or its file; None: the built-in mapping.

    `wait_s`: how many seconds it waits for another load to end. `replays`: the load whose refused rows these are;
    `again`: a digest of them, part of the fingerprint. `told_name`: what the file is called where it is kept under
    another name. `part`: the sheet or layer that is meant, whatever the mapping says.
    """

    dataset: str
    file: Path
    clock: Clock
    viewer: Viewer = OPERATOR
    source: str | None = None
    crs: str | None = None
    level: str | None = None
    mode: str = "delta"
    valid_from: date | None = None
    is_forced: bool = False
    is_dry_run: bool = False
    is_simulated: bool = False
    lang: str = "zh"
    wait_s: float = WAIT_S
    replays: int | None = None
    again: str = ""
    told_name: str | None = None
    part: str | None = None

    @property
    def name(self) -> str:
        """The file name for people: `told_name` where it is kept under another one (an upload)."""
        return self.told_name or self.file.name

    @property
    def stem(self) -> str:
        """The same without its ending, by which a mapping knows it (`[files]`)."""
        return Path(self.name).stem

    def named(self, sentence: str) -> str:
        """The sentence with that name in place of the one under which the file is kept."""
        return sentence.replace(self.file.name, hidden(self.name)) if self.told_name else sentence


@dataclass(frozen=True)
class Job:
    """One load under way: everything that is known before the first block is checked.

    `present` are our columns that the file has; `crs` is the agreed system of its coordinates;
    `zone` is the site's time zone, `time_zone` the one in which the file's times are written;
    `constants` are the mapping's values for columns that this file lacks.
    """

    request: LoadRequest
    mapping: Mapping
    present: frozenset[str]
    crs: Crs
    has_shapes: bool
    zone: ZoneInfo
    time_zone: ZoneInfo
    source_id: int
    load_id: int
    constants: Table[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        """The moment of this load; `recorded_at` of all it writes."""
        return self.request.clock

    @property
    def latest(self) -> datetime:
        """Up to when things can have happened. A clock that was put back (COCKPIT_NOW) makes nothing untrue: what
        lies between it and the machine's time is loaded, and stays out of figures until the clock gets there."""
        return max(self.clock.at, datetime.now(UTC))


@dataclass(frozen=True)
class Checked:
    """A block, judged. `records`: the columns of the staging table; `faults`: loaders.faults.FAULT_SCHEMA.

    A row that has a fault is not among the records. `unknown` counts values that no code list holds, by column;
    what was repaired or only noted is said in the record itself (`is_repaired`, `notes`). `left_out` names rows that
    are no rows of this dataset: they count as skipped.
    """

    records: pl.DataFrame
    faults: pl.DataFrame
    unknown: Table[str, Table[str, int]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


class Dataset(ABC):
    """One kind of file. Stateless: one instance serves every load.

    `name` is the word after `cockpit load`; `section` is its table in config/sources/_standard.toml and its folder
    in geo/sql/load. Two datasets may share a name (the funds' register and their ledger): the header decides.
    """

    name: str
    section: str
    columns: tuple[Column, ...]
    is_placed: bool = True
    """Whether its rows are placed, so that another version of the boundaries makes the same bytes new."""
    judges_repeats: bool = True
    """Whether the machinery marks repeats (unchanged) and contradicting rows (conflicting_rows) by natural key."""
    keeps_unread: bool = True
    """Whether a refused row is kept with the columns that nobody asked for; not where they may name people."""
    totalled: str | None = None
    """The column of amounts that a line of totals adds up, to be checked by `refuse_wrong_totals`."""
    counts_money: bool = False
    """Whether it holds amounts of money, so that a unit written above the table (单位：万元) concerns it."""
    places: tuple[str, ...] = ()
    """The columns that say where a row is; a line of totals leaves them empty, though it may fill all required ones."""
    carries_days: bool = False
    """Whether the staging has `reported_on`, from which the coverage of the source is taken."""

    @property
    def codes(self) -> frozenset[str]:
        """The columns that tell one thing from another, and so must come whole."""
        names = (column.name for column in self.columns)
        return frozenset(name for name in names if name.endswith("code") or name == "duplicate_of")

    def refuse_options(self, request: LoadRequest) -> None:  # noqa: B027 - most datasets have nothing to refuse
        """Raises Refused for options that make no sense here (before the file is read)."""

    def stages(self, job: Job) -> tuple[str, ...]:  # noqa: ARG002
        """The stage columns that this file carries (incidents only)."""
        return ()

    def fingerprint_parts(self, landing: "Landing", request: LoadRequest) -> tuple[str, ...]:  # noqa: ARG002
        """What, besides bytes, mapping, options and boundary version, makes a load of the same file a new one."""
        return ()

    @abstractmethod
    def prepare(self, landing: "Landing", job: Job) -> Any:
        """What the checks must know of the store (codes, areas, placers), read once."""

    @abstractmethod
    def check(self, frame: pl.DataFrame, job: Job, known: Any) -> Checked:
        """Judges a block: `row` (header = 1), our columns as trimmed text or null, `geometry` (WKB) if it has shapes.

        Every column of `self.columns` is there; one that the file lacks is all null (or the mapping's constant).
        """

    def refuse_wrong_totals(  # noqa: B027 - most datasets state none
        self, landing: "Landing", job: Job, totals: Sequence[tuple[int, str]]
    ) -> None:
        """Raises Refused where the lines of totals (row, text) do not say what the staged rows add up to."""

    @abstractmethod
    def write(self, landing: "Landing", job: Job, known: Any) -> int:
        """Staging → core: gives every staged row its `fate` and returns how many things came to be.

        `fate` is null on entry, except where the machinery judged: `repeat` (same key, same content as an earlier row
        of the file: becomes `unchanged`), `superseded` (another row of the key decides: takes that row's fate) and
        `quarantined`. `write` sets `updated` or `unchanged` where a null row is in the store already; what is null on
        return counts as `inserted`. A row refused here gets the fate `quarantined` and its fault in
        `pg_temp.staged_fault` (row_number, column_name, value, fault, params jsonb). Raises Refused.
        """
