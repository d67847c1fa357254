"""Seals what an older store held in clear, and seals everything anew with a new key.

Invariant: each happens in one transaction of the owner, in the site's loading turn: all of it, or nothing. While a
rotation is under way the key file holds both keys, and the old one leaves it only after the commit: whenever it is cut
off, every text can be opened, and the next rotation ends it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy import text as sql_text
from sqlalchemy.exc import OperationalError

from config.visible import cut
from geo import sql, vault
from geo.audit import audit
from geo.errors import StoreUnavailable
from geo.masking import FREE, PARTY, hidden, masked
from geo.store import CONNECT_TIMEOUT_S, Store, look_as, rows
from geo.vault import Vault, VaultError
from geo.viewer import Clock, Viewer

BATCH = 5_000
LONGEST_SEALED = 10_000
"""Characters of a refused value that are kept for who may see it; the row as received is whole."""
LEDGER = {"payer": PARTY, "payee": PARTY, "reason": FREE, "earmark": FREE}
GOODS = {"donor": PARTY, "recipient": PARTY}
REFS = ("payer", "payee", "recipient")
SEALED = {
    "ledger": ("payer_sealed", "payee_sealed", "reason_sealed", "earmark_sealed"),
    "goods": ("donor_sealed", "recipient_sealed"),
    "refused": ("value_sealed",),
    "decision": ("cells_sealed",),
}
"""Kinds of rows with sealed texts beside the shown ones, and where these are."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as it may be shown; `sealed` and `ref` only where that is another text than the value."""

    shown: str | None
    sealed: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """The key file and what the store knows of it. `fault` is None where they fit; `sealed`: table → rows."""

    file: Path
    has_file: bool
    keys: int
    key_id: str | None
    store_key_id: str | None
    sealed: dict[str, int]
    fault: VaultError | None = None


def of_value(keys: Vault, value: str | None, kind: str) -> Sealed:
    """A value of a personal column, masked and sealed."""
    if value is None:
        return Sealed(None)
    told = masked(value, kind)
    return Sealed(told) if told == value else Sealed(told, keys.seal(value), keys.ref(value))


def of_refused(keys: Vault, value: str | None, told: str | None) -> str | None:
    """The sealed original of a refused value that is shown as `told`; None where nothing but its length was cut."""
    if value is None or told in (value, cut(value)):
        return None
    return keys.seal(value[:LONGEST_SEALED])


# ---------------------------------------------------------------- a store from before there was a vault


def seal_clear(connection: Connection) -> int:
    """Seals what the store holds in clear if it never sealed anything; how many rows were looked at.

    In a transaction of the owner. Raises VaultError.
    """
    if vault.fact(connection) is not None or not rows(connection, "vault/has_clear")[0]["has_clear"]:
        return 0
    _run(connection, "load/take_turn")
    keys = vault.ready(connection)
    _run(connection, "vault/open_ledger")
    seen = _each(connection, "ledger", lambda row: _seal_row(keys, row, LEDGER), "vault/ledger_seal")
    _run(connection, "vault/key_ledger", hash_key=keys.hash_key)
    _run(connection, "vault/close_ledger")
    seen += _each(connection, "goods", lambda row: _seal_row(keys, row, GOODS), "vault/goods_seal")
    _run(connection, "vault/key_goods", hash_key=keys.hash_key)
    seen += _each(connection, "refused", lambda row: _seal_refused(keys, row), "vault/refused_seal")
    return seen + _records(connection, keys.seal)


def _seal_row(keys: Vault, row: Row, kinds: dict[str, str]) -> Row | None:
    is_transfer = row.get("entry_kind") == "transfer"
    found = {
        name: Sealed(row[name]) if is_transfer and name == "payee" else of_value(keys, row[name], kind)
        for name, kind in kinds.items()
    }
    if not any(one.sealed for one in found.values()):
        return None
    told: Row = {"id": row["id"]}
    for name, one in found.items():
        told |= {name: one.shown, f"{name}_sealed": one.sealed}
        if name in REFS:
            told[f"{name}_ref"] = one.ref
    return told


def _seal_refused(keys: Vault, row: Row) -> Row | None:
    value: str | None = row["value"]
    told = None if value is None else hidden(value)
    sealed = of_refused(keys, value, told)
    return {"id": row["id"], "value": told, "value_sealed": sealed} if sealed else None


# ---------------------------------------------------------------- a new key


def rotate(store: Store, viewer: Viewer, clock: Clock) -> int:
    """Makes a new key, seals everything with it and drops the old one; how many rows were sealed anew.

    Ends a rotation that was cut off instead of beginning another. Raises VaultError, StoreUnavailable.
    """
    path = vault.key_file()
    engine = create_engine(store.urls.owner, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    try:
        with engine.begin() as connection:
            _run(connection, "load/take_turn")
            keys = vault.opened(connection, path)
            if len(keys.keys) == 1:
                keys = vault.renewed(keys)
                vault.write(path, keys)
            _run(connection, "vault/change_key")
            _run(connection, "vault/rotating")
            seen = sum(_reseal(connection, keys, kind) for kind in SEALED) + _records(connection, keys.resealed)
            vault.note(connection, keys)
            detail = {"rows": seen, "key": keys.key_id}
            look_as(connection, viewer, clock)
            audit(connection, viewer=viewer, action="keys-rotate", target="vault", detail=detail, is_sensitive=True)
        vault.write(path, Vault(keys.keys[:1], keys.pepper))
    except OperationalError as error:
        raise StoreUnavailable(f"the database does not answer: {error.orig}") from error
    finally:
        engine.dispose()
    return seen


def _reseal(connection: Connection, keys: Vault, kind: str) -> int:
    names = SEALED[kind]

    def anew(row: Row) -> Row:
        return {"id": row["id"]} | {name: row[name] and keys.resealed(row[name]) for name in names}

    return _each(connection, kind, anew, f"vault/{kind}_rotate", is_sealed=True)


def status(store: Store, viewer: Viewer, clock: Clock) -> VaultStatus:
    """The key file, what the store knows of it, and how much is sealed; raises StoreUnavailable."""
    path = vault.key_file()
    with store.loading(viewer, clock) as connection:
        known = vault.fact(connection)
        sealed = {row["table_name"]: int(row["sealed"]) for row in rows(connection, "vault/counts")}
        found, fault = None, None
        try:
            found = vault.read(path)
            if known is not None:
                vault.opened(connection, path)
        except VaultError as error:
            fault = error
    return VaultStatus(
        file=path,
        has_file=path.exists(),
        keys=len(found.keys) if found else 0,
        key_id=found.key_id if found else None,
        store_key_id=str(known["key"]) if known else None,
        sealed=sealed,
        fault=fault,
    )


def export(store: Store, viewer: Viewer, clock: Clock, *, to: Path) -> None:
    """Writes the store's keys to a new file, 0600, with an audit line; raises VaultError, FileExistsError."""
    with store.loading(viewer, clock) as connection:
        keys = vault.opened(connection)
        audit(connection, viewer=viewer, action="keys-export", target="vault", detail={}, is_sensitive=True)
        vault.write(to, keys, is_new=True)


# ---------------------------------------------------------------- by batches


def _run(connection: Connection, name: str, **params: Any) -> None:
    connection.execute(sql_text(sql.text(name)), params)


def _batches(connection: Connection, name: str, **params: Any) -> Iterator[Sequence[Row]]:
    found = connection.execute(sql_text(sql.text(name)), params, execution_options={"yield_per": BATCH})
    for part in found.mappings().partitions():
        yield [dict(row) for row in part]


def _each(
    connection: Connection, kind: str, change: Callable[[Row], Row | None], write: str, *, is_sealed: bool = False
) -> int:
    """Reads all rows of the kind and writes those that `change` changes; how many were read."""
    seen = 0
    for batch in _batches(connection, f"vault/{kind}", is_sealed=is_sealed):
        seen += len(batch)
        changed = [row for row in map(change, batch) if row]
        if changed:
            _run(connection, write, **{name: [row[name] for row in changed] for name in changed[0]})
    return seen


def _records(connection: Connection, change: Callable[[str], str]) -> int:
    seen = 0
    for batch in _batches(connection, "vault/record"):
        seen += len(batch)
        told = {name: [row[name] for row in batch] for name in ("load_id", "row_number")}
        _run(connection, "vault/record_write", record=[change(row["record"]) for row in batch], **told)
    return seen
