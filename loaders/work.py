"""The one order of work of every load: ask the ledger → read → header → check → place → one transaction.

Invariant: a load is in the store completely or not at all; every row of the file is counted once, as inserted, updated,
unchanged or quarantined, and rows that were refused are kept as received.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from config.site import site
from geo import turns
from geo.crash_points import crash_point
from geo.landing import Counts, Earlier, Landing, Line, Source
from geo.masking import hidden, listed
from geo.store import Store
from loaders import ends, known, read
from loaders.asking import Asked, ask
from loaders.committing import Done, Waiting, committed, troubles_told
from loaders.dataset import Job, LoadRequest
from loaders.ends import Attempt, NothingNewError, come_to_end
from loaders.faults import Refused
from loaders.looking import Look
from loaders.misread import refuse_misread
from loaders.overtaken import refuse_overtaken
from loaders.plan import Plan, ledger_line, make_plan
from loaders.quarantine import quarantine
from loaders.result import LoadResult, notice, noticed
from loaders.sandbox import desk
from loaders.staging import Progress, Reading, Watch, check_totals, stage


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
    attempt = Attempt(store, request)

    def act() -> LoadResult:
        facts = read.facts(request.file)
        try:
            asked = ask(request)
            _end_if_known(attempt, asked, facts)
            desk.prepare()
            plan = attempt.plan = make_plan(asked, facts)
        finally:
            attempt.sha256 = facts.sha256
        crash_point("after-open")
        watch = Watch(progress, look)
        return committed(store, request, lambda landing: _load(landing, attempt, plan, watch), waiting=waiting)

    with troubles_told():
        return come_to_end(attempt, act, told_nothing=ends.file_again)


def _end_if_known(attempt: Attempt, asked: Asked, facts: read.FileFacts) -> None:
    """Raises NothingNewError where the ledger knows the file by its bytes, so that nobody need open it."""
    request = attempt.request
    with attempt.store.loading(request.viewer, request.clock) as connection:
        found = known.earlier(Landing(connection, request.clock, request.viewer), asked, facts)
    if found is not None:
        raise NothingNewError(found)


@dataclass(frozen=True)
class Again:
    """Rows that the store itself keeps. `sha256` is that of the file which they are from.

    `plan` takes them (None: there are none); `settle` marks them when the load has its counts (False: nothing came of
    it, and all is rolled back); `nothing` says what stands then.
    """

    sha256: str
    plan: Callable[[Landing], Plan | None]
    settle: Callable[[Landing, int, Counts], bool]
    nothing: Callable[[Landing], Earlier]


def load_again(
    store: Store,
    request: LoadRequest,
    again: Again,
    *,
    progress: Progress | None = None,
    waiting: Waiting | None = None,
) -> LoadResult:
    """Loads rows that the store itself keeps, in one transaction and in its turn, like a file; raises as load_file."""
    attempt = Attempt(store, request, sha256=again.sha256)

    def settle(landing: Landing, load_id: int, counts: Counts) -> None:
        if not again.settle(landing, load_id, counts):
            raise NothingNewError(again.nothing(landing))

    def act(landing: Landing) -> Done:
        plan = attempt.plan = again.plan(landing)
        if plan is None:
            raise NothingNewError(again.nothing(landing))
        crash_point("after-open")
        return _load(landing, attempt, plan, Watch(progress), settle=settle)

    desk.prepare()
    with troubles_told():
        return come_to_end(
            attempt, lambda: committed(store, request, act, waiting=waiting), told_nothing=ends.rows_again
        )


# ---------------------------------------------------------------- inside the transaction


def _load(
    landing: Landing,
    attempt: Attempt,
    plan: Plan,
    watch: Watch,
    *,
    settle: Callable[[Landing, int, Counts], None] | None = None,
) -> Done:
    """All of a load between its turn and its COMMIT."""
    job, line = _begin(landing, attempt, plan)
    known = plan.dataset.prepare(landing, job)
    with _copying(landing, plan):
        reading = stage(landing, plan, job, known, watch)
    desk.ready_another()  # while the database works
    _judge(landing, plan, job, reading)
    things = _merge(landing, plan, job, known, reading)
    refused = quarantine(landing, plan, job, reading.faults)
    counts = _counts(landing, reading, refused, things)
    if watch.look is not None:
        watch.look.end(landing, plan, refused)
    if settle is not None:
        settle(landing, job.load_id, counts)
    return Done(_finish(landing, attempt, plan, job, reading=reading, counts=counts), line.fingerprint)


def _begin(landing: Landing, attempt: Attempt, plan: Plan) -> tuple[Job, Line]:
    """Opens the ledger line and the staging table, and lets others see who has the turn."""
    request = plan.request
    _ = landing.vault  # without its key nothing is loaded
    line = ledger_line(plan, landing)
    earlier = landing.earlier(line.fingerprint)
    if earlier is not None and not request.is_forced:
        raise NothingNewError(earlier)
    job = _job(landing, plan, line)
    turns.tell(
        attempt.store, request.viewer, request.clock,
        load=landing.connection, load_id=job.load_id, dataset=request.dataset, file=line.file_name,
    )  # fmt: skip
    landing.open(plan.dataset.section)
    return job, line


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


def _copying(landing: Landing, plan: Plan) -> AbstractContextManager[None]:
    """Lets a block be copied while the next one is read, unless its rows come over the same connection."""
    return nullcontext() if plan.request.replays is not None else landing.copying()


def _judge(landing: Landing, plan: Plan, job: Job, reading: Reading) -> None:
    """Judges the staged rows as a whole, before anything of them is in the core tables."""
    plan.facts.refuse_if_changed()
    if not reading.read:
        raise Refused("empty_file", file=plan.request.file.name)
    refuse_misread(landing, plan.crs, reading.faults, read=reading.read)
    check_totals(landing, plan, job, reading)
    plan.correcting.judge(landing, job.load_id, is_part=plan.request.replays is not None)
    if plan.dataset.judges_repeats:
        landing.judge()
    for item in plan.table.told:
        landing.remark(item.code, **item.params)
    if reading.left_out:
        landing.remark("left_out", count=len(reading.left_out), names=listed(reading.left_out))
    refuse_overtaken(landing, job)


def _merge(landing: Landing, plan: Plan, job: Job, known: Any, reading: Reading) -> int:
    """Staging → core; how many things came to be."""
    crash_point("before-merge")
    landing.is_merging = True
    try:
        things = plan.dataset.write(landing, job, known)
    except Refused as refusal:
        refusal.read = reading.read
        raise
    landing.is_merging = False
    landing.settle()
    return things


def _finish(
    landing: Landing, attempt: Attempt, plan: Plan, job: Job, *, reading: Reading, counts: Counts
) -> LoadResult:
    """Closes the ledger line."""
    request = plan.request
    days = _cover(landing, plan, job)
    told = noticed(counts, reading.unknown, landing.remarks)
    message = notice(told, request.lang)
    seconds = attempt.seconds
    landing.finish(
        job.load_id, counts, finished_at=attempt.after(seconds), message=message, unknown=reading.unknown, days=days
    )
    return LoadResult(
        load_id=job.load_id,
        dataset=request.dataset,
        file=hidden(request.name),
        sha256=plan.facts.sha256,
        status="loaded",
        counts=counts,
        seconds=seconds,
        message=message,
        told=told,
        unknown=reading.unknown,
        ignored=plan.header.ignored,
    )


def _counts(landing: Landing, reading: Reading, refused: pl.DataFrame, things: int) -> Counts:
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
