"""The one order of work of every load: read → header → check → place → one transaction.

Invariant: a load is in the store completely or not at all; every row of the file is counted once, as inserted, updated,
unchanged or quarantined, and rows that were refused are kept as received.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from config.reader import ConfigError
from config.site import site
from geo import crs, turns
from geo.crash_points import crash_point
from geo.errors import AuditUnavailable, LoadTrouble, StoreUnavailable
from geo.landing import Counts, Earlier, Landing, LandingError, Line, Source
from geo.masking import cut, hidden, listed, shown
from geo.store import Store
from geo.turns import Holder
from loaders import check, faults, odd_cells, personal, read
from loaders.corrections import marked
from loaders.dataset import Job, LoadRequest
from loaders.faults import Refused
from loaders.looking import Look
from loaders.misread import refuse_misread
from loaders.overtaken import refuse_overtaken
from loaders.plan import Plan, bare_line, ledger_line, make_plan
from loaders.quarantine import quarantine, ragged_faults
from loaders.result import LoadResult, notice
from loaders.sandbox import desk
from loaders.skipping import Skipping

CRASHES = ("staged-first", "staged-half")
"""Crash points behind the first block and the second."""
Waiting = Callable[[Holder], None]
Progress = Callable[[int], None]
"""Told the number of rows read so far, after each block."""


@dataclass(frozen=True)
class _Watch:
    """Who follows a load: told of the rows read, of the load it waits for, of what comes of the rows."""

    progress: Progress | None = None
    waiting: Waiting | None = None
    look: Look | None = None


class _NothingNewError(Exception):
    """Leaves the transaction when an earlier load brought exactly this."""

    def __init__(self, earlier: Earlier) -> None:
        self.earlier = earlier
        super().__init__("nothing new")


class _DryRunError(Exception):
    """Leaves the transaction of a dry run, so that everything is rolled back."""

    def __init__(self, result: LoadResult) -> None:
        self.result = result
        super().__init__("dry run")


def load_file(
    store: Store,
    request: LoadRequest,
    *,
    progress: Progress | None = None,
    waiting: Waiting | None = None,
    look: Look | None = None,
) -> LoadResult:
    """Loads one file; a refusal is a result, not an exception. Raises geo.errors.LoadTrouble, VaultError.

    `waiting` hears which load this one waits for, if that takes long; `look` sees what comes of the rows before the
    end of the transaction (a preview).
    """
    desk.prepare()
    try:
        return _load_file(store, request, _Watch(progress, waiting, look))
    except AuditUnavailable:
        raise
    except StoreUnavailable as error:
        raise turns.trouble(error) from error


def _load_file(store: Store, request: LoadRequest, watch: _Watch) -> LoadResult:
    started = time.monotonic()
    sha256: str | None = None
    plan: Plan | None = None
    try:
        facts = read.facts(request.file)
        sha256 = facts.sha256
        plan = make_plan(request, facts)
        crash_point("after-open")
        return _committed(store, plan, started, watch)
    except _DryRunError as end:
        return replace(end.result, load_id=None, status="dry-run")
    except _NothingNewError as end:
        return _nothing_new(store, request, sha256, end.earlier, started)
    except (Refused, ConfigError, LandingError, crs.UnknownCrsError, crs.NoWayError, crs.CrsConflictError) as error:
        return _refused(store, request, _as_refused(error), sha256=sha256, plan=plan, started=started)
    finally:
        if plan is not None:
            plan.table.close()


def _committed(store: Store, plan: Plan, started: float, watch: _Watch) -> LoadResult:
    """The load in its one transaction; where the connection is lost during COMMIT, what the ledger says of it."""
    request = plan.request
    done: tuple[LoadResult, Line] | None = None
    try:
        with store.loading(request.viewer, request.clock) as connection:
            landing = Landing(connection, request.clock, request.viewer)
            landing.take_turn(wait_s=request.wait_s, told=watch.waiting)
            done = _load(store, landing, plan, started, watch)
            if request.is_dry_run:
                raise _DryRunError(done[0])
            crash_point("before-commit")
    except StoreUnavailable as error:
        if done is None or done[0].load_id is None or request.is_dry_run:
            raise
        load_id, fingerprint = done[0].load_id, done[1].fingerprint
        if not turns.is_committed(store, request.viewer, request.clock, load_id=load_id, fingerprint=fingerprint):
            raise LoadTrouble("lost_at_commit") from error
    crash_point("after-commit")
    return done[0]


def load_again(
    store: Store,
    request: LoadRequest,
    *,
    sha256: str,
    planning: Callable[[Landing], Plan | None],
    settle: Callable[[Landing, LoadResult], bool],
    nothing: Callable[[Landing], Earlier],
    started: float,
    progress: Progress | None = None,
) -> LoadResult:
    """Loads rows that the store itself keeps, in one transaction and in its turn, like a file.

    `planning` reads them (None: there are none), `settle` marks them afterwards (False: nothing came of it, and all
    is rolled back), `nothing` says what stands then. Raises geo.errors.StoreUnavailable.
    """
    plan: Plan | None = None
    try:
        with store.loading(request.viewer, request.clock) as connection:
            landing = Landing(connection, request.clock, request.viewer)
            landing.take_turn(wait_s=request.wait_s)
            plan = planning(landing)
            result = _load(store, landing, plan, started, _Watch(progress))[0] if plan else None
            if result is None or not settle(landing, result):
                raise _NothingNewError(nothing(landing))
            if request.is_dry_run:
                raise _DryRunError(result)
        return result
    except _DryRunError as end:
        return replace(end.result, load_id=None, status="dry-run")
    except _NothingNewError as end:
        told = _nothing_new(store, request, sha256, end.earlier, started)
        return replace(told, message=_told_nothing(end.earlier, request.lang))
    except (Refused, ConfigError, LandingError, crs.UnknownCrsError, crs.NoWayError, crs.CrsConflictError) as error:
        return _refused(store, request, _as_refused(error), sha256=sha256, plan=plan, started=started)


def _told_nothing(earlier: Earlier, lang: str) -> str:
    code = "replay_nothing_better" if earlier.quarantined else "replay_nothing_open"
    return faults.message(code, lang, {"load_id": earlier.load_id, "rows": earlier.quarantined})


def _as_refused(error: Exception) -> Refused:
    if isinstance(error, crs.UnknownCrsError):
        return Refused("unknown_crs", name=shown(error.name), examples=crs.EXAMPLES)
    if isinstance(error, crs.NoWayError):
        return Refused("crs_no_way", name=shown(error.name), examples=crs.EXAMPLES)
    if isinstance(error, crs.CrsConflictError):
        return Refused("crs_conflict", first=error.first, second=error.second)
    if isinstance(error, ConfigError):
        return Refused("mapping_refused", reason=str(error))
    if isinstance(error, LandingError):
        return Refused("store_refused", reason=cut(hidden(error.reason)))
    if isinstance(error, Refused):
        return error
    raise TypeError(f"not a refusal: {error!r}")


# ---------------------------------------------------------------- inside the transaction


def _load(store: Store, landing: Landing, plan: Plan, started: float, watch: _Watch) -> tuple[LoadResult, Line]:
    request, dataset = plan.request, plan.dataset
    _ = landing.vault  # without its key nothing is loaded
    line = ledger_line(plan, landing)
    earlier = landing.earlier(line.fingerprint)
    if earlier is not None and not request.is_forced:
        raise _NothingNewError(earlier)
    job = _job(landing, plan, line)
    turns.tell(
        store, request.viewer, request.clock,
        load=landing.connection, load_id=job.load_id, dataset=request.dataset, file=line.file_name,
    )  # fmt: skip
    landing.open(dataset.section)
    known = dataset.prepare(landing, job)
    with landing.copying():
        reading = _stage(landing, plan, job, known, watch)
    plan.facts.refuse_if_changed()
    if not reading.read:
        raise Refused("empty_file", file=request.file.name)
    refuse_misread(landing, plan.crs, reading.faults, read=reading.read)
    _check_totals(landing, plan, reading)
    plan.correcting.judge(landing, job.load_id, is_part=request.replays is not None)
    if dataset.judges_repeats:
        landing.judge()
    for item in plan.table.told:
        landing.remark(item.code, **item.params)
    if reading.left_out:
        landing.remark("left_out", count=len(reading.left_out), names=listed(reading.left_out))
    refuse_overtaken(landing, job)
    crash_point("before-merge")
    landing.is_merging = True
    try:
        things = dataset.write(landing, job, known)
    except Refused as refusal:
        refusal.read = reading.read
        raise
    landing.is_merging = False
    landing.settle()
    refused = quarantine(landing, plan, job, reading.faults)
    counts = _counts(landing, reading, refused, things)
    if watch.look is not None:
        watch.look.end(landing, plan, refused)
    days = _cover(landing, plan, job)
    message = notice(counts, reading.unknown, landing.remarks, request.lang)
    seconds = time.monotonic() - started
    landing.finish(
        job.load_id, counts, finished_at=_after(request, seconds), message=message, unknown=reading.unknown, days=days
    )
    result = LoadResult(
        load_id=job.load_id,
        dataset=request.dataset,
        file=hidden(request.name),
        sha256=plan.facts.sha256,
        status="loaded",
        counts=counts,
        seconds=seconds,
        message=message,
        unknown=reading.unknown,
        ignored=plan.header.ignored,
    )
    return result, line


def _job(landing: Landing, plan: Plan, line: Line) -> Job:
    mapping = plan.mapping
    zone = site().zone
    job = Job(
        request=plan.request,
        mapping=mapping,
        present=frozenset(plan.header.positions) | frozenset(plan.constants),
        crs=plan.crs,
        has_shapes=plan.table.has_shapes,
        zone=zone,
        time_zone=ZoneInfo(mapping.time_zone) if mapping.time_zone else zone,
        source_id=0,
        load_id=0,
        constants=plan.constants,
    )
    source = Source(
        code=mapping.code,
        dataset=mapping.dataset,
        name=mapping.name or mapping.code,
        stages=plan.dataset.stages(job),
        time_precision=mapping.time_precision,
        as_of=mapping.as_of,
        is_simulated=mapping.is_simulated or plan.request.is_simulated,
    )
    try:
        source_id = landing.source(source)
    except LookupError as error:
        raise Refused("source_taken", source=mapping.code, dataset=mapping.dataset) from error
    return replace(job, source_id=source_id, load_id=landing.begin(line, source_id))


@dataclass
class _Reading:
    """What the blocks gave so far; grows while the file is read."""

    read: int = 0
    skipped: int = 0
    faults: list[pl.DataFrame] = field(default_factory=list)
    unknown: dict[str, Counter[str]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    totals: list[tuple[int, str]] = field(default_factory=list)
    """Row and text of each line of totals, where the dataset checks them."""

    def leave_out(self, names: Sequence[str]) -> None:
        self.read -= len(names)
        self.skipped += len(names)
        self.left_out += names

    def add_unknown(self, found: Mapping[str, Mapping[str, int]]) -> None:
        for column, values in found.items():
            told = self.unknown.setdefault(column, Counter())
            for value, rows in values.items():
                told[shown(value)] += rows


def _stage(landing: Landing, plan: Plan, job: Job, known: Any, watch: _Watch) -> _Reading:
    """Reads, checks and copies block by block, so that memory does not grow with the file."""
    reading = _Reading()
    for number, block in enumerate(_rows(plan, reading)):
        reading.read += block.height
        frame = check.ours(block, plan.dataset, job, plan.header.positions)
        frame, corrected = plan.correcting.apply(frame)
        frame = check.plain_ids(frame, plan.dataset.columns)
        frame, personal_rows = personal.hide(
            frame, block, plan.dataset, plan.header.positions, taken=plan.table.shape_cells
        )
        odd = faults.together(
            [
                check.unstorable(frame, plan.dataset.columns),
                *check.damaged_ids(frame, plan.dataset.columns),
                odd_cells.faults(block, plan.header.positions, codes=plan.dataset.codes),
            ]
        )
        found = odd
        whole = frame.filter(~pl.col("row").is_in(odd["row"].implode())) if odd.height else frame
        if whole.height:
            checked = plan.dataset.check(whole, job, known)
            landing.copy(personal.noted(marked(checked.records, corrected), personal_rows))
            found = faults.together([odd, checked.faults])
            reading.add_unknown(checked.unknown)
            reading.leave_out(checked.left_out)
        reading.faults.append(found)
        if watch.look is not None:
            watch.look.block(frame, found, job)
        if job.request.mode == "snapshot":
            landing.refused_keys.update(_keys(frame.filter(pl.col("row").is_in(found["row"].implode()))))
        if watch.progress is not None:
            watch.progress(reading.read)
        if number < len(CRASHES):
            crash_point(CRASHES[number])
    crash_point("staged-last")
    ragged = [item for item in plan.table.ragged if not read.is_no_ragged_row(item)]
    reading.skipped += len(plan.table.ragged) - len(ragged) + plan.table.lines_above
    reading.read += len(ragged)
    if ragged:
        reading.faults.append(ragged_faults(ragged, plan))
        if job.request.mode == "snapshot":
            landing.refused_keys.update(_ragged_keys(ragged, plan))
    return reading


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


def _rows(plan: Plan, reading: _Reading) -> Iterator[pl.DataFrame]:
    required = [column.name for column in plan.dataset.columns if column.is_required]
    filled = [f"c{plan.header.positions[name]}" for name in required if name in plan.header.positions]
    place = [f"c{plan.header.positions[name]}" for name in plan.dataset.places if name in plan.header.positions]
    mapping = plan.mapping
    adjusting = read.Adjusting(plan.header.positions, fill_down=mapping.fill_down, excel_dates=mapping.excel_dates)
    skipping = Skipping.of(plan.table.headings, mapping)
    for block in plan.table.blocks():
        trimmed = check.cells(block)
        is_no_row = read.is_no_row(trimmed, plan.table.headings, filled, place) | skipping.mask(trimmed)
        reading.skipped += int(is_no_row.sum())
        reading.totals += _totals(plan, trimmed.filter(is_no_row))
        rows = adjusting.block(trimmed.filter(~is_no_row))
        if rows.height:
            yield rows


def _totals(plan: Plan, lines: pl.DataFrame) -> list[tuple[int, str]]:
    """Row and amount of each line of totals among these lines that are no rows."""
    place = plan.header.positions.get(plan.dataset.totalled or "")
    if place is None or not lines.height:
        return []
    first = pl.coalesce(pl.col(f"c{index}") for index in range(len(plan.table.headings)))
    told = pl.coalesce(f"c{place}", first.str.extract(read.TOLD_TOTAL)).alias("told")
    stated = lines.filter(read.is_grand_total(plan.table.headings)).select("row", told).drop_nulls("told")
    return list(stated.iter_rows())


def _check_totals(landing: Landing, plan: Plan, reading: _Reading) -> None:
    """Holds the lines of totals against the rows; where rows were refused nobody can."""
    if not reading.totals:
        return
    if any(found.height for found in reading.faults):
        landing.remark("total_unverified", row=reading.totals[-1][0])
    else:
        plan.dataset.refuse_wrong_totals(landing, reading.totals)


def _counts(landing: Landing, reading: _Reading, refused: pl.DataFrame, things: int) -> Counts:
    """All rows by what became of them; faults by the number of rows that have them."""
    staged = landing.counts()
    by_fault = refused.group_by("fault").agg(pl.col("row").n_unique().alias("rows")).sort("fault")
    tally = Counter(dict(by_fault.iter_rows()))
    tally.update(landing.notes())
    return Counts(
        read=reading.read,
        inserted=staged["inserted"],
        updated=staged["updated"],
        unchanged=staged["unchanged"],
        quarantined=int(refused["row"].n_unique()),
        skipped=reading.skipped,
        things=things,
        repaired=staged["repaired"],
        outside=staged["outside"],
        faults=dict(tally),
    )


def _cover(landing: Landing, plan: Plan, job: Job) -> tuple[Any, Any] | None:
    """The days that this load covers: what the mapping says, else from the first to the last report."""
    if not plan.dataset.carries_days:
        return None
    days = landing.reported_span()
    covered = plan.mapping.covers or days
    if covered is not None:
        landing.cover(job.source_id, job.load_id, covered)
    return days


def _after(request: LoadRequest, seconds: float) -> datetime:
    return request.clock.at + timedelta(seconds=seconds)


# ---------------------------------------------------------------- other ends


def _nothing_new(
    store: Store, request: LoadRequest, sha256: str | None, earlier: Earlier, started: float
) -> LoadResult:
    counts = Counts(read=earlier.read, unchanged=earlier.read, skipped=earlier.skipped, things=earlier.things)
    if not request.is_dry_run:
        with _auditing(store, request) as landing:
            landing.audit("load-nothing-new", f"load:{earlier.load_id}", {"file": hidden(request.name)})
    return LoadResult(
        load_id=None if request.is_dry_run else earlier.load_id,
        dataset=request.dataset,
        file=hidden(request.name),
        sha256=sha256,
        status="dry-run" if request.is_dry_run else "nothing-new",
        counts=counts,
        seconds=time.monotonic() - started,
        message=_told_again(earlier, request.lang),
    )


def _told_again(earlier: Earlier, lang: str) -> str:
    code = "nothing_new_quarantined" if earlier.quarantined else "nothing_new"
    params = {"load_id": earlier.load_id, "rows": earlier.quarantined}
    return faults.message(code, lang, params)


def _refused(
    store: Store, request: LoadRequest, refusal: Refused, *, sha256: str | None, plan: Plan | None, started: float
) -> LoadResult:
    """A refused file leaves its line in the ledger, in a transaction of its own; a dry run leaves nothing."""
    seconds = time.monotonic() - started
    message = request.named(refusal.sentence(request.lang))
    tally = dict(Counter(part.code for part in refusal.parts))
    load_id = None
    if not request.is_dry_run and sha256 is not None:
        line = ledger_line(plan, None) if plan else bare_line(request, sha256)
        with _auditing(store, request) as landing:
            load_id = landing.refuse(
                line, read=refusal.read, faults=tally, message=message, finished_at=_after(request, seconds)
            )
    return LoadResult(
        load_id=load_id,
        dataset=request.dataset,
        file=hidden(request.name),
        sha256=sha256,
        status="refused",
        counts=Counts(read=refusal.read, faults=tally),
        seconds=seconds,
        message=message,
        ignored=plan.header.ignored if plan else (),
    )


@contextmanager
def _auditing(store: Store, request: LoadRequest) -> Iterator[Landing]:
    with store.loading(request.viewer, request.clock) as connection:
        yield Landing(connection, request.clock, request.viewer)
