"""The rows of a table on their way into the staging table: read, checked and copied block by block.

Invariant: memory does not grow with the rows that are kept; every row is counted once, as read or as skipped.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from geo.crash_points import crash_point
from geo.landing import Landing
from geo.masking import shown
from loaders import check, faults, odd_cells, personal, read
from loaders.corrections import marked
from loaders.dataset import Checked, Dataset, Job
from loaders.looking import Look
from loaders.plan import Plan
from loaders.quarantine import ragged_faults
from loaders.skipping import Skipping

CRASHES = ("staged-first", "staged-half")
"""Crash points behind the first block and the second."""
Progress = Callable[[int], None]
"""Told the number of rows read so far, after each block."""


@dataclass(frozen=True)
class Watch:
    """Who follows a load: told of the rows read, and of what comes of the rows."""

    progress: Progress | None = None
    look: Look | None = None


@dataclass
class Reading:
    """What the blocks gave so far; grows while the file is read."""

    read: int = 0
    skipped: int = 0
    faults: list[pl.DataFrame] = field(default_factory=list)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    totals: list[tuple[int, str]] = field(default_factory=list)
    """Row and text of each line of totals, where the dataset checks them."""

    def add(self, judged: Checked) -> None:
        """Takes in what came of a block: its faults, values that no code list holds, rows left out as skipped."""
        self.faults.append(judged.faults)
        self.read -= len(judged.left_out)
        self.skipped += len(judged.left_out)
        self.left_out += judged.left_out
        for column, values in judged.unknown.items():
            told = self.unknown.setdefault(column, Counter())
            for value, rows in values.items():
                told[shown(value)] += rows


def stage(landing: Landing, plan: Plan, job: Job, known: Any, watch: Watch) -> Reading:
    """Reads, checks and copies the plan's table; `known` is what the dataset prepared. Raises Refused, LandingError."""
    reading = Reading()
    for number, block in enumerate(rows(plan, reading)):
        _stage_block(landing, plan, job, known, block, reading=reading, look=watch.look)
        del block  # memory for the next one
        if watch.progress is not None:
            watch.progress(reading.read)
        if number < len(CRASHES):
            crash_point(CRASHES[number])
    crash_point("staged-last")
    _add_ragged(landing, plan, job, reading)
    return reading


def _stage_block(
    landing: Landing, plan: Plan, job: Job, known: Any, block: pl.DataFrame, *, reading: Reading, look: Look | None
) -> None:
    reading.read += block.height
    frame, judged = _judged(plan, job, known, block)
    landing.copy(judged.records)
    reading.add(judged)
    if look is not None:
        look.block(frame, judged.faults, job)
    if job.request.mode == "snapshot":
        is_refused = pl.col("row").is_in(judged.faults["row"].implode())
        landing.refused_keys.update(_keys(frame.filter(is_refused)))


def _judged(plan: Plan, job: Job, known: Any, block: pl.DataFrame) -> tuple[pl.DataFrame, Checked]:
    """A block under our names, and what comes of its rows."""
    frame = check.ours(block, plan.dataset, job, plan.header.positions)
    frame, corrected = plan.correcting.apply(frame)
    frame = check.plain_ids(frame, plan.dataset.columns)
    frame, personal_rows = personal.hide(
        frame, block, plan.dataset, plan.header.positions, taken=plan.table.shape_cells
    )
    may_hold_nul = plan.table.may_hold_nul or bool(plan.correcting.told)
    odd = faults.together(
        [
            check.unstorable(frame, plan.dataset.columns, may_hold_nul=may_hold_nul),
            *check.damaged_ids(frame, plan.dataset.columns),
            odd_cells.faults(block, plan.header.positions, codes=plan.dataset.codes),
        ]
    )
    whole = frame.filter(~pl.col("row").is_in(odd["row"].implode())) if odd.height else frame
    if not whole.height:
        return frame, Checked(records=pl.DataFrame(), faults=odd)
    checked = plan.dataset.check(whole, job, known)
    records = personal.noted(marked(checked.records, corrected), personal_rows)
    return frame, replace(checked, records=records, faults=faults.together([odd, checked.faults]))


def _add_ragged(landing: Landing, plan: Plan, job: Job, reading: Reading) -> None:
    """Rows with a wrong number of cells, which the table knows once it is read to its end."""
    ragged = [item for item in plan.table.ragged if not read.is_no_ragged_row(item)]
    reading.skipped += len(plan.table.ragged) - len(ragged) + plan.table.lines_above
    reading.read += len(ragged)
    if ragged:
        reading.faults.append(ragged_faults(ragged, plan))
        if job.request.mode == "snapshot":
            landing.refused_keys.update(_ragged_keys(ragged, plan))


def _keys(frame: pl.DataFrame) -> list[str]:
    """The natural keys of these rows, as far as they have one."""
    rows = frame.drop_nulls("code")
    layers = rows["layer"].to_list() if "layer" in rows.columns else [None] * rows.height
    return [f"{layer}/{code}" if layer else code for layer, code in zip(layers, rows["code"], strict=True)]


def _ragged_keys(ragged: Sequence[read.Ragged], plan: Plan) -> list[str]:
    """The same for rows with a wrong number of cells; the code mostly stands before what tore them."""
    place, layer = plan.header.positions["code"], plan.constants.get("layer")
    codes = [item.cells[place].strip() for item in ragged if len(item.cells) > place]
    return [f"{layer}/{code}" if layer else code for code in codes]


def rows(plan: Plan, reading: Reading) -> Iterator[pl.DataFrame]:
    """The blocks of the plan's table without what is no row, which `reading` counts; cells trimmed, empty as null."""
    filled, place = telling_cells(plan.dataset, plan.header.positions)
    mapping = plan.mapping
    adjusting = read.Adjusting(plan.header.positions, fill_down=mapping.fill_down, excel_dates=mapping.excel_dates)
    skipping = Skipping.of(plan.table.headings, mapping)
    for block in plan.table.blocks():
        trimmed = check.cells(block, may_hold_marks=plan.table.may_hold_marks)
        is_no_row = read.is_no_row(trimmed, plan.table.headings, filled, place) | skipping.mask(trimmed)
        reading.skipped += int(is_no_row.sum())
        reading.totals += _totals(plan, trimmed.filter(is_no_row))
        found = adjusting.block(trimmed.filter(~is_no_row))
        del block, trimmed  # nobody keeps a block but who works on it
        if found.height:
            yield found
        del found


def telling_cells(dataset: Dataset, positions: Table[str, int]) -> tuple[list[str], list[str]]:
    """The cells (c0 …) that every row fills and those that say where it is, by which `read.is_no_row` judges."""
    required = [column.name for column in dataset.columns if column.is_required]
    filled, place = (
        [f"c{positions[name]}" for name in names if name in positions] for names in (required, dataset.places)
    )
    return filled, place


def _totals(plan: Plan, lines: pl.DataFrame) -> list[tuple[int, str]]:
    """Row and amount of each line of totals among these lines that are no rows."""
    place = plan.header.positions.get(plan.dataset.totalled or "")
    if place is None or not lines.height:
        return []
    first = pl.coalesce(pl.col(f"c{index}") for index in range(len(plan.table.headings)))
    told = pl.coalesce(f"c{place}", first.str.extract(read.TOLD_TOTAL)).alias("told")
    stated = lines.filter(read.is_grand_total(plan.table.headings)).select("row", told).drop_nulls("told")
    return list(stated.iter_rows())


def check_totals(landing: Landing, plan: Plan, job: Job, reading: Reading) -> None:
    """Holds the lines of totals against the rows; where rows were refused nobody can. Raises Refused."""
    if not reading.totals:
        return
    if any(found.height for found in reading.faults):
        landing.remark("total_unverified", row=reading.totals[-1][0])
    else:
        plan.dataset.refuse_wrong_totals(landing, job, reading.totals)
