"""The one transaction of a load: its turn, what is done in it, and the truth about its COMMIT.

Invariant: what is returned is committed, what is raised is rolled back; where the connection is lost during COMMIT the
ledger is asked which of the two it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from geo import turns
from geo.crash_points import crash_point
from geo.errors import AuditUnavailable, LoadTrouble, StoreUnavailable
from geo.landing import Landing
from geo.store import Store
from geo.turns import Holder
from loaders.dataset import LoadRequest
from loaders.result import LoadResult

Waiting = Callable[[Holder], None]


@dataclass(frozen=True)
class Done:
    """A load before its COMMIT; `fingerprint` is that of its ledger line."""

    result: LoadResult
    fingerprint: str


class DryRunError(Exception):
    """Leaves the transaction of a dry run, so that everything is rolled back."""

    def __init__(self, result: LoadResult) -> None:
        self.result = result
        super().__init__("dry run")


def committed(
    store: Store, request: LoadRequest, act: Callable[[Landing], Done], *, waiting: Waiting | None = None
) -> LoadResult:
    """What `act` did, in one transaction and in its turn; `waiting` hears which load it waits for, if that takes long.

    Raises DryRunError at the end of a dry run, LoadTrouble where the COMMIT did not arrive, and whatever `act` raises.
    """
    done: Done | None = None
    try:
        with store.loading(request.viewer, request.clock) as connection:
            landing = Landing(connection, request.clock, request.viewer)
            landing.take_turn(wait_s=request.wait_s, told=waiting)
            done = act(landing)
            if request.is_dry_run:
                raise DryRunError(done.result)
            crash_point("before-commit")
    except StoreUnavailable as error:
        if done is None or request.is_dry_run:
            raise
        if not _is_committed(store, request, done):
            raise LoadTrouble("lost_at_commit") from error
    crash_point("after-commit")
    return done.result


def _is_committed(store: Store, request: LoadRequest, done: Done) -> bool:
    load_id, fingerprint = done.result.load_id, done.fingerprint
    return load_id is not None and turns.is_committed(
        store, request.viewer, request.clock, load_id=load_id, fingerprint=fingerprint
    )


@contextmanager
def troubles_told() -> Iterator[None]:
    """Turns the store's trouble inside it into a LoadTrouble that says what became of the load."""
    try:
        yield
    except AuditUnavailable:
        raise
    except StoreUnavailable as error:
        raise turns.trouble(error) from error
