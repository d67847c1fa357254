"""Opens sealed texts for who may see them, one question at a time, each with its purpose and its line in the trail.

Invariant: line and texts are one transaction of the database (ops.unmask): without the line nothing comes back, and
what cannot be opened leaves no line that says it was. Nothing that is returned here is kept, logged or put into an
address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.exc import DBAPIError

from geo import vault
from geo.audit import FAILED, REFUSED, audit
from geo.errors import GeoError, StoreUnavailable
from geo.masking import hidden
from geo.store import Store, rows
from geo.vault import VaultError
from geo.viewer import Clock, Viewer

LEDGER, GOODS, REFUSED_ROWS = "ledger", "goods", "refused"
RIGHTS = {LEDGER: "act.unmask_names", GOODS: "act.unmask_names", REFUSED_ROWS: "act.unmask_refused"}
TABLES = {LEDGER: "core.ledger_entry", GOODS: "core.goods_entry", REFUSED_ROWS: "ops.quarantine"}
MOST_ROWS = 20
SHORTEST_PURPOSE, LONGEST_PURPOSE = 4, 200
NO_UNMASKING = "P0UNM"


class UnmaskingRefused(GeoError):  # noqa: N818 - it is a decision, not a mishap
    """No right, no purpose, or a row that is not there for this viewer: nobody learns which of these it was."""


class UnmaskingFailed(GeoError):  # noqa: N818 - the state it names
    """The line in the audit trail could not be written, so nothing was opened."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The clear texts of one row by column. Its repr shows none of them."""

    row_id: int
    texts: Mapping[str, str] = field(repr=False)


def is_purpose(text: str) -> bool:
    """Whether the words are long enough to say why."""
    return SHORTEST_PURPOSE <= len(text.strip()) <= LONGEST_PURPOSE


def unmask(
    store: Store, viewer: Viewer, clock: Clock, *, kind: str, row_ids: Sequence[int], purpose: str
) -> tuple[Opened, ...]:
    """The clear texts of 1 to MOST_ROWS rows of a kind (LEDGER, GOODS, REFUSED_ROWS) that the viewer may see.

    Raises UnmaskingRefused, UnmaskingFailed (the trail cannot be written), VaultError (the key), StoreUnavailable;
    each refusal and each failure leaves its own line where one can be written. The purpose is kept without personal
    numbers and names.
    """
    told = hidden(purpose.strip())
    try:
        try:
            return _opened(store, viewer, clock, kind=kind, row_ids=row_ids, purpose=told)
        except VaultError as error:
            if error.key != "cannot_open":
                raise
            return _opened(store, viewer, clock, kind=kind, row_ids=row_ids, purpose=told)  # the key was just changed
    except VaultError:
        _tell(store, viewer, clock, kind=kind, row_ids=row_ids, result=FAILED)
        raise
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == NO_UNMASKING:
            _tell(store, viewer, clock, kind=kind, row_ids=row_ids, result=REFUSED)
            raise UnmaskingRefused("no right to these rows, no such rows, or no purpose") from None
        raise UnmaskingFailed("the audit trail cannot be written: nothing was opened") from None


def _opened(
    store: Store, viewer: Viewer, clock: Clock, *, kind: str, row_ids: Sequence[int], purpose: str
) -> tuple[Opened, ...]:
    with store.auditing(viewer, clock) as connection:
        found = rows(connection, "vault/unmask", kind=kind, ids=list(row_ids), purpose=purpose)
        keys = vault.opened(connection) if found else None
        texts: dict[int, dict[str, str]] = {row_id: {} for row_id in row_ids}
        for row in found:
            assert keys is not None  # noqa: S101 - opened just above
            texts[row["id"]][row["column_name"]] = keys.unseal(row["sealed"])
    return tuple(Opened(row_id, told) for row_id, told in texts.items())


def _tell(store: Store, viewer: Viewer, clock: Clock, *, kind: str, row_ids: Sequence[int], result: str) -> None:
    """A line that says that nothing was opened; where even that cannot be written nothing was read either."""
    asked = [str(row_id) for row_id in row_ids[:MOST_ROWS]]
    try:
        with store.auditing(viewer, clock) as connection:
            audit(
                connection, viewer=viewer, action="unmask", target=TABLES.get(kind, "?"),
                detail={"rows": len(row_ids)}, result=result, row_ids=asked, is_sensitive=True,
            )  # fmt: skip
    except (DBAPIError, StoreUnavailable):
        return
