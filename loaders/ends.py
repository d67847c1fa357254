"""How a load ends that does not simply succeed: refused, nothing new, or a dry run.

Invariant: the transaction of the load is over and rolled back before its end is written down; a refused file leaves its
ledger line, one that brings nothing new its line in the audit trail, a dry run nothing.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.reader import ConfigError
from config.visible import cut
from geo import crs
from geo.landing import Counts, Earlier, Landing, LandingError, Remark
from geo.masking import hidden, shown
from geo.store import Store
from loaders import faults
from loaders.committing import DryRunError
from loaders.dataset import LoadRequest
from loaders.faults import Refused
from loaders.plan import Plan, bare_line, ledger_line
from loaders.result import LoadResult, reasons

REFUSALS = (Refused, ConfigError, LandingError, crs.UnknownCrsError, crs.NoWayError, crs.CrsConflictError)
"""What is raised for a file that cannot be loaded as it is."""


class NothingNewError(Exception):
    """Leaves the transaction when an earlier load brought exactly this."""

    def __init__(self, earlier: Earlier) -> None:
        self.earlier = earlier
        super().__init__("nothing new")


@dataclass
class Attempt:
    """A load from its first moment on: what is known of it by now, for whichever end it comes to."""

    store: Store
    request: LoadRequest
    sha256: str | None = None
    plan: Plan | None = None
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self.started

    def after(self, seconds: float) -> datetime:
        """The clock of the load, so many seconds later."""
        return self.request.clock.at + timedelta(seconds=seconds)


def come_to_end(
    attempt: Attempt, act: Callable[[], LoadResult], *, told_nothing: Callable[[Earlier], Remark]
) -> LoadResult:
    """What `act` returns, or whichever other end the load comes to; lets go of its table.

    `told_nothing` says that there is nothing new.
    """
    try:
        return act()
    except DryRunError as end:
        return replace(end.result, load_id=None, status="dry-run")
    except NothingNewError as end:
        return _nothing_new(attempt, end.earlier, told_nothing(end.earlier))
    except REFUSALS as error:
        return _refused(attempt, _as_refused(error))
    finally:
        if attempt.plan is not None:
            attempt.plan.table.close()


def _as_refused(error: Exception) -> Refused:
    if isinstance(error, crs.UnknownCrsError):
        return Refused("unknown_crs", name=shown(error.name), examples=crs.EXAMPLES)
    if isinstance(error, crs.NoWayError):
        return Refused("crs_no_way", name=shown(error.name), examples=crs.EXAMPLES)
    if isinstance(error, crs.CrsConflictError):
        return Refused("crs_conflict", first=shown(error.first), second=shown(error.second))
    if isinstance(error, ConfigError):
        return Refused("mapping_refused", reason=str(error))
    if isinstance(error, LandingError):
        return Refused("store_refused", reason=cut(hidden(error.reason)))
    if isinstance(error, Refused):
        return error
    raise TypeError(f"not a refusal: {error!r}")


def _nothing_new(attempt: Attempt, earlier: Earlier, told: Remark) -> LoadResult:
    request = attempt.request
    counts = Counts(read=earlier.read, unchanged=earlier.read, skipped=earlier.skipped, things=earlier.things)
    if not request.is_dry_run:
        with _auditing(attempt) as landing:
            landing.audit("load-nothing-new", f"load:{earlier.load_id}", {"file": hidden(request.name)})
    return LoadResult(
        load_id=None if request.is_dry_run else earlier.load_id,
        dataset=request.dataset,
        file=hidden(request.name),
        sha256=attempt.sha256,
        status="dry-run" if request.is_dry_run else "nothing-new",
        counts=counts,
        seconds=attempt.seconds,
        message=faults.message(told.code, request.lang, told.params),
        told=(told,),
    )


def file_again(earlier: Earlier) -> Remark:
    """That an earlier load brought exactly this file."""
    return _told(earlier, "nothing_new_quarantined" if earlier.quarantined else "nothing_new")


def rows_again(earlier: Earlier) -> Remark:
    """That a replay would change nothing."""
    return _told(earlier, "replay_nothing_better" if earlier.quarantined else "replay_nothing_open")


def _told(earlier: Earlier, code: str) -> Remark:
    return Remark(code, {"load_id": earlier.load_id, "rows": earlier.quarantined})


def _refused(attempt: Attempt, refusal: Refused) -> LoadResult:
    """A refused file leaves its line in the ledger, in a transaction of its own; a dry run leaves nothing."""
    request, plan = attempt.request, attempt.plan
    seconds = attempt.seconds
    message = request.named(refusal.sentence(request.lang))
    tally = dict(Counter(part.code for part in refusal.parts))
    load_id = None
    if not request.is_dry_run and attempt.sha256 is not None:
        line = ledger_line(plan, None) if plan else bare_line(request, attempt.sha256)
        with _auditing(attempt) as landing:
            load_id = landing.refuse(
                line, read=refusal.read, faults=tally, message=message, finished_at=attempt.after(seconds)
            )
    return LoadResult(
        load_id=load_id,
        dataset=request.dataset,
        file=hidden(request.name),
        sha256=attempt.sha256,
        status="refused",
        counts=Counts(read=refusal.read, faults=tally),
        seconds=seconds,
        message=message,
        told=reasons(refusal),
        ignored=plan.header.ignored if plan else (),
    )


@contextmanager
def _auditing(attempt: Attempt) -> Iterator[Landing]:
    request = attempt.request
    with attempt.store.loading(request.viewer, request.clock) as connection:
        yield Landing(connection, request.clock, request.viewer)
