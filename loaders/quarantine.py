"""Keeps what was refused: every fault of every refused row, and the row itself as received.

Invariant: personal values are masked before they are written where people read them; their originals and the row as
received are sealed, and the row expires.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import polars as pl

from geo.landing import Landing
from geo.masking import LOOKED_AT, hidden, shown
from geo.sealing import of_refused
from loaders import check, faults, read
from loaders.dataset import Job
from loaders.plan import Plan
from loaders.received import BROKEN, CELLS, HEADINGS, HIDDEN, NUL_SHOWN, SHAPE
from loaders.skipping import Skipping

KEEP_REFUSED_DAYS = 90
HARMLESS = (
    r"^(?:|[A-Za-z]{0,3}|-?\d{1,3}(?:\.\d{1,15})?|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?)$"
)
"""Cells in which masking finds nothing: empty ones, short words, coordinates, dates and times."""


def ragged_faults(ragged: Sequence[read.Ragged], plan: Plan) -> pl.DataFrame:
    """The faults of rows with a wrong number of cells; where a column is personal nobody knows which cell it is."""
    read_columns = (column for column in plan.dataset.columns if column.name in plan.header.positions)
    is_personal = not plan.dataset.keeps_unread or any(column.is_personal for column in read_columns)
    return pl.DataFrame(
        {
            "row": [item.row for item in ragged],
            "column": pl.Series([None] * len(ragged), dtype=pl.String),
            "value": ["***" if is_personal else " | ".join(item.cells) for item in ragged],
            "fault": ["ragged_row"] * len(ragged),
            "params": [json.dumps({"cells": len(item.cells), "wanted": len(plan.table.headings)}) for item in ragged],
        },
        schema=dict(faults.FAULT_SCHEMA),
    )


def quarantine(landing: Landing, plan: Plan, job: Job, checked: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Writes the faults and the refused rows as received; returns all faults of refused rows.

    `checked` are the faults that the checks found; those that the database found are added.
    """
    late = landing.staged_faults()
    found = [*checked]
    if late:
        renamed = [
            (item["row_number"], item["column_name"], item["value"], item["fault"], item["params"]) for item in late
        ]
        found.append(pl.DataFrame(renamed, schema=dict(faults.FAULT_SCHEMA), orient="row"))
    refused = faults.together(found)
    personal = [column.name for column in plan.dataset.columns if column.is_personal]
    told = check.masked(refused, personal)
    values = zip(refused["value"], told["value"], strict=True)
    sealed = pl.Series("value_sealed", [of_refused(landing.vault, *pair) for pair in values], dtype=pl.String)
    landing.quarantine(job.load_id, told.with_columns(sealed))
    expires_on = (job.clock.at.astimezone(job.zone) + timedelta(days=KEEP_REFUSED_DAYS)).date()
    numbers = refused["row"].unique()
    for records in _as_received(plan, numbers):
        landing.add_refused(records)
    landing.keep_refused(job.load_id, expires_on)
    return refused


def _as_received(plan: Plan, numbers: pl.Series) -> Iterator[pl.DataFrame]:
    """The rows with these numbers as JSON by heading, as received and as they may be shown, read once more."""
    if not len(numbers):
        return
    titles = _titles(plan.table.headings)
    kept = _kept_cells(plan, len(titles))
    masks = _masks(plan)
    filling = read.Adjusting(plan.header.positions, fill_down=plan.mapping.fill_down)
    for block in plan.table.blocks():
        whole = filling.block(check.cells(block)) if plan.mapping.fill_down else block
        chosen = whole.filter(pl.col("row").is_in(numbers.implode()))
        if chosen.height:
            cells = chosen.select(pl.col(f"c{index}").alias(titles[index]) for index in kept)
            cells = cells.with_columns(pl.all().str.replace_all("\0", NUL_SHOWN, literal=True))
            told = cells.select(_shown_cells(cells[titles[index]], masks.get(index)) for index in kept)
            record = cells.with_columns(_shape(plan, chosen))
            yield chosen.select("row").with_columns(_json(record, "record"), _json(told, "shown"))
    ragged = [item for item in plan.table.ragged if item.row in set(numbers.to_list())]
    if ragged:
        yield _torn(plan, ragged, titles)


def _kept_cells(plan: Plan, count: int) -> list[int]:
    """The cells that are kept: all, or (where the others may name people) those that the mapping asks for."""
    if plan.dataset.keeps_unread:
        return list(range(count))
    skipping = Skipping.of(plan.table.headings, plan.mapping)
    asked = {int(name[1:]) for name in (*skipping.empty, *skipping.only)}
    return sorted({*plan.header.positions.values(), *asked})


def _masks(plan: Plan) -> dict[int, Callable[[str], str]]:
    """Cell → how it may be shown, for columns of ours that are not personal; of all others nobody knows."""
    personal = {column.name for column in plan.dataset.columns if column.is_personal}
    return {place: _hidden for name, place in plan.header.positions.items() if name not in personal}


def _hidden(text: str) -> str:
    return hidden(text) if len(text) <= LOOKED_AT else shown(text)


def _shown_cells(cells: pl.Series, mask: Callable[[str], str] | None) -> pl.Series:
    told = cells.fill_null("")
    if mask is None:
        return told.set(told != "", HIDDEN)
    odd = told.filter(~told.str.contains(HARMLESS)).unique().to_list()
    return told.replace({text: mask(text) for text in odd}) if odd else told


def _shape(plan: Plan, chosen: pl.DataFrame) -> list[pl.Expr]:
    """The shape of a row where it is none of its cells."""
    if not plan.table.has_shapes or plan.table.shape_cells:
        return []
    broken = chosen["broken"] if "broken" in chosen.columns else pl.Series([None], dtype=pl.String)
    return [pl.lit(chosen["geometry"].bin.encode("hex")).alias(SHAPE), pl.lit(broken).alias(BROKEN)]


def _json(frame: pl.DataFrame, name: str) -> pl.Series:
    return frame.select(pl.struct(pl.all()).struct.json_encode().alias(name)).to_series()


def _torn(plan: Plan, ragged: Sequence[read.Ragged], titles: Sequence[str]) -> pl.DataFrame:
    """Rows with a wrong number of cells; nobody knows which cell holds what."""
    is_kept = plan.dataset.keeps_unread
    read_columns = (column for column in plan.dataset.columns if column.name in plan.header.positions)
    is_open = is_kept and not any(column.is_personal for column in read_columns)
    records, told = [], []
    for item in ragged:
        cells = [cell.replace("\0", NUL_SHOWN) for cell in item.cells] if is_kept else []
        records.append(json.dumps({CELLS: cells, HEADINGS: titles}, ensure_ascii=False))
        masked = [(_hidden(cell) if is_open else HIDDEN) if cell else "" for cell in cells]
        padded = [*masked, *[""] * len(titles)]
        told.append(json.dumps(dict(zip(titles, padded, strict=False)), ensure_ascii=False))
    return pl.DataFrame({"row": [item.row for item in ragged], "record": records, "shown": told})


def _titles(headings: Sequence[str]) -> list[str]:
    """Headings made unique: a second “name” becomes “name (2)”, an empty one its number."""
    seen: Counter[str] = Counter()
    titles = []
    for index, heading in enumerate(headings, start=1):
        name = heading.replace("\0", NUL_SHOWN) or f"#{index}"
        seen[name] += 1
        titles.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return titles
