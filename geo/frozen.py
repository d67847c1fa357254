"""Frozen months (`mart.frozen_*`): figures that stay what they were, and the chain of hashes that shows it.

Invariant: what is frozen is never written again. A month's hash covers every one of its figures, its place in the chain
all months frozen before it; every hash is computed anew from what stands in the rows, nothing stored is believed.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import text as sql_text

from geo import sql
from geo.store import Transaction, rows

BEFORE_FIRST = bytes(32)


@dataclass(frozen=True, slots=True)
class FrozenFigure:
    """One figure of one area; `code` '' for the whole. Numbers as a count, a ratio of 0 to 1 or whole seconds."""

    level: str
    code: str
    kpi: str
    name: str
    value: float | None
    numerator: int | None
    denominator: int | None
    n: int | None
    low: float | None
    high: float | None
    note: str | None
    excluded: Mapping[str, int]
    definition: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Level, code and slug."""
        return self.level, self.code, self.kpi

    @property
    def told(self) -> tuple[Any, ...]:
        """What the figure says."""
        parts = (self.value, self.numerator, self.denominator, self.n, self.low, self.high, self.note)
        return (*parts, dict(self.excluded))


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When, by whom and from what a month was frozen; `definitions`: slug to definition and hash of its text."""

    month: date
    frozen_at: datetime
    frozen_by: str
    role: str
    data_version: int
    boundary_version: int
    calendar_version: str
    definitions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FrozenMonth:
    """A frozen month as its row stands."""

    seq: int
    circumstances: Circumstances
    figures: int
    body_hash: bytes
    chain_hash: bytes

    @property
    def month(self) -> date:
        """Its first day."""
        return self.circumstances.month


def may_freeze(connection: Transaction) -> bool:
    """Whether the viewer of this transaction may freeze a month, as the database knows the rights."""
    return bool(rows(connection, "frozen/may_freeze")[0]["may"])


def months(connection: Transaction) -> tuple[FrozenMonth, ...]:
    """Every frozen month at the viewer's clock, in the order of freezing."""
    names = tuple(Circumstances.__dataclass_fields__)
    return tuple(
        FrozenMonth(
            row["seq"], Circumstances(**{name: row[name] for name in names}), row["figures"],
            bytes(row["body_hash"]), bytes(row["chain_hash"]),
        )
        for row in rows(connection, "frozen/months")
    )  # fmt: skip


def figures(connection: Transaction, month: date) -> tuple[FrozenFigure, ...]:
    """The figures of a frozen month that the viewer sees, by level, code and slug."""
    return tuple(FrozenFigure(**row) for row in rows(connection, "frozen/figures", month=month))


def figures_of(
    connection: Transaction, *, months: Iterable[date], level: str, kpis: Iterable[str]
) -> dict[tuple[date, str, str], FrozenFigure]:
    """Some figures of frozen months that the viewer sees, by month, code and slug."""
    found: dict[tuple[date, str, str], FrozenFigure] = {}
    for row in rows(connection, "frozen/figures_of", months=list(months), level=level, kpis=list(kpis)):
        month = row.pop("month")
        found[month, row["code"], row["kpi"]] = FrozenFigure(**row)
    return found


def broken(connection: Transaction) -> date | None:
    """The first month whose rows or place in the chain are not what was written, None if all are. Needs the site."""
    before = BEFORE_FIRST
    for number, month in enumerate(months(connection), start=1):
        held = figures(connection, month.month)
        body = _body_hash(held)
        if (month.seq, month.figures, month.body_hash, month.chain_hash) != (
            number, len(held), body, _chain_hash(before, month.seq, month.circumstances, body)
        ):  # fmt: skip
            return month.month
        before = month.chain_hash
    return None


def unaccounted(connection: Transaction) -> date | None:
    """The first month that the audit trail says was frozen otherwise, or alone knows, or does not know.

    The viewer needs rows.audit and the site.
    """
    found = rows(connection, "frozen/unaccounted")
    return found[0]["month"] if found else None


def write(connection: Transaction, told: Circumstances, held: Iterable[FrozenFigure]) -> FrozenMonth:
    """Freezes a month after those that are; the transaction has the turn, so that there is one order."""
    ordered = sorted(held, key=lambda figure: tuple(part.encode() for part in figure.key))
    earlier = months(connection)
    seq, before = len(earlier) + 1, earlier[-1].chain_hash if earlier else BEFORE_FIRST
    body = _body_hash(ordered)
    frozen = FrozenMonth(seq, told, len(ordered), body, _chain_hash(before, seq, told, body))
    bound = asdict(told) | {"definitions": _json(told.definitions)}
    _run(
        connection, "write_month",
        **bound, seq=seq, figures=frozen.figures, body_hash=body, chain_hash=frozen.chain_hash,
    )  # fmt: skip
    _run(connection, "write_figures", month=told.month, records=_json([asdict(figure) for figure in ordered]))
    return frozen


def _body_hash(held: Sequence[FrozenFigure]) -> bytes:
    lines = (_json([*figure.key, figure.name, *_plain(figure.told), figure.definition]) for figure in held)
    return hashlib.sha256("\n".join(lines).encode()).digest()


def _plain(told: Iterable[Any]) -> list[Any]:
    """Whole numbers alike, whether they came as 3 or 3.0."""
    return [int(each) if isinstance(each, float) and each.is_integer() else each for each in told]


def _chain_hash(before: bytes, seq: int, told: Circumstances, body: bytes) -> bytes:
    line = asdict(told) | {"frozen_at": told.frozen_at.astimezone(UTC).isoformat(), "seq": seq}
    return hashlib.sha256(before + _json(line).encode() + body).digest()


def _run(connection: Transaction, name: str, **params: object) -> None:
    connection.execute(sql_text(sql.text(f"frozen/{name}")), params)


def _json(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
