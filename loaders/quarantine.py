"""Keeps what was refused: every fault of every refused row, and the row itself as received.

Invariant: personal values are masked before they are written where people read them; their originals and the row as
received are sealed, and the row expires.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

import polars as pl

from geo.landing import Landing
from geo.sealing import of_refused
from loaders import check, faults, read
from loaders.dataset import Job
from loaders.plan import Plan

KEEP_REFUSED_DAYS = 90
NUL_SHOWN = "\u2400"
"""Stands for the character that PostgreSQL cannot store."""


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
    """The rows with these numbers as JSON by heading, read once more from the file, if there are any."""
    if not len(numbers):
        return
    titles = _titles(plan.table.headings)
    kept = range(len(titles)) if plan.dataset.keeps_unread else sorted(plan.header.positions.values())
    for block in plan.table.blocks():
        chosen = block.filter(pl.col("row").is_in(numbers.implode()))
        if chosen.height:
            texts = chosen.select(pl.col(f"c{index}").alias(titles[index]) for index in kept)
            texts = texts.with_columns(pl.all().str.replace_all("\0", NUL_SHOWN, literal=True))
            yield chosen.select("row").with_columns(texts.to_struct("record").struct.json_encode())
    ragged = [item for item in plan.table.ragged if item.row in set(numbers.to_list())]
    if ragged:
        cells = [[cell.replace("\0", NUL_SHOWN) for cell in item.cells] for item in ragged]
        if not plan.dataset.keeps_unread:  # nobody knows which of them holds what
            cells = [[] for _ in ragged]
        records = [json.dumps({"cells": texts}, ensure_ascii=False) for texts in cells]
        yield pl.DataFrame({"row": [item.row for item in ragged], "record": records})


def _titles(headings: Sequence[str]) -> list[str]:
    """Headings made unique: a second “name” becomes “name (2)”, an empty one its number."""
    seen: Counter[str] = Counter()
    titles = []
    for index, heading in enumerate(headings, start=1):
        name = heading.replace("\0", NUL_SHOWN) or f"#{index}"
        seen[name] += 1
        titles.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return titles
