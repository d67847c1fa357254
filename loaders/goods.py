"""Goods (物资): what was received or handed out, in the unit it was counted in.

Invariant: a quantity stands only beside its unit, a text with more than one item, number or unit stays a text without
a quantity, and the stated value of goods is a figure of its own, never money.
"""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import polars as pl

from config.mapping import DIRECTIONS
from geo.landing import Landing
from geo.masking import hidden
from geo.sealing import GOODS
from geo.vault import Vault
from loaders.check import missing
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.faults import fault_rows, together
from loaders.options import allow
from loaders.sealing import sealed_columns
from loaders.stated import amounts, unit_of
from loaders.times import bad_times, future_days, parse_days
from loaders.words import in_our_words

UNITS = "个只盒瓶袋台支副件箱片双套桶包张把辆顶条床份卷吨罐"
TOLD = re.compile(rf"(?P<item>[^\d,，、;；。和及与]*?(?:[A-Za-z]+\d+[^\d,，、;；。和及与]*?)?)"
                  rf"(?<![A-Za-z\d.])(?P<number>\d+(?:\.\d+)?)(?P<wan>万)?(?P<unit>[{UNITS}])")  # fmt: skip
"""One item, one number, one unit; digits behind letters belong to the item (N95)."""
INVISIBLE = "\u200b\u200c\u200d\ufeff"
MOST = Decimal(10) ** 15


@dataclass(frozen=True)
class _Known:
    """`unit`: what one of the file's amounts is, in the site's currency."""

    unit: int
    vault: Vault


class Goods(Dataset):
    """One row is a lot of goods. A file without codes is keyed by its name and the number of the row."""

    name = "funds"
    section = "goods"
    counts_money = True
    columns = (
        Column("item", is_required=True),
        Column("direction", is_required=True),
        Column("code"),
        Column("spec"),
        Column("unit"),
        Column("quantity"),
        Column("donor", is_personal=True),
        Column("recipient", is_personal=True),
        Column("occurred_on"),
        Column("stated_value"),
    )
    is_placed = False

    def refuse_options(self, request: LoadRequest) -> None:
        allow(request, dataset=self.name)

    def prepare(self, landing: Landing, job: Job) -> _Known:
        return _Known(unit_of(job.mapping), landing.vault)

    def check(self, frame: pl.DataFrame, job: Job, known: _Known) -> Checked:
        told = _plain(frame).with_columns(in_our_words(frame, job.mapping, "direction"))
        if job.mapping.extra.get("quantity_in_item") is True:
            told = _taken_apart(told)
        quantity = pl.Series("quantity", [_quantity(text) for text in told["quantity"]], dtype=pl.String)
        value, bad_values = amounts(told, "stated_value", unit=known.unit)
        days = parse_days(told["occurred_on"], job.mapping.time_formats)
        is_no_day = told["occurred_on"].is_not_null() & days.is_null()
        params = {"known": ", ".join(DIRECTIONS)}
        found = together(
            [
                *missing(told, ["item", "direction"]),
                fault_rows(told, ~pl.col("direction").is_in(DIRECTIONS), fault="unknown_kind", column="direction",
                           params=params),
                fault_rows(told, pl.lit(told["quantity"].is_not_null() & quantity.is_null()), fault="bad_number",
                           column="quantity"),
                fault_rows(told, pl.col("quantity").is_not_null() & pl.col("unit").is_null(), fault="missing_value",
                           column="unit"),
                *bad_times(told, "occurred_on", is_no_day, job.mapping.time_formats),
                fault_rows(told, pl.lit(future_days(days, job.latest.astimezone(job.zone))), fault="future_time",
                           column="occurred_on"),
                bad_values,
            ]
        )  # fmt: skip
        key = pl.coalesce(pl.col("code"), pl.lit(f"{hidden(job.request.stem)}/") + pl.col("row").cast(pl.String))
        records = told.select(
            pl.col("row").alias("row_number"),
            key.alias("natural_key"),
            pl.lit(None, pl.String).alias("decides"),
            pl.when(pl.col("quantity").is_null()).then(pl.lit("quantity_unknown")).alias("notes"),
            pl.lit(value=False).alias("is_repaired"),
            pl.lit(value=False).alias("is_outside"),
            *("direction", "item", "spec", "unit", "donor", "recipient"),
            *map(pl.lit, sealed_columns(told, GOODS, known.vault)),
            pl.lit(quantity).alias("quantity"),
            pl.lit(days.dt.to_string("%Y-%m-%d")).alias("occurred_on"),
            pl.lit(value).alias("stated_value"),
        )
        return Checked(records=records.filter(~pl.col("row_number").is_in(found["row"].to_list())), faults=found)

    def write(self, landing: Landing, job: Job, known: _Known) -> int:
        told = {"source_id": job.source_id, "hash_key": known.vault.hash_key}
        landing.run("load/goods/fate", **told)
        landing.run("load/goods/update", load_id=job.load_id, **told)
        return landing.run("load/goods/insert", load_id=job.load_id, **told)


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Texts without characters that nobody sees, blanks and line breaks inside as one blank each; empty ones null."""
    names = [name for name in ("item", "spec", "unit", "donor", "recipient") if name in frame.columns]
    seen = {
        name: pl.col(name).str.replace_all(f"[{INVISIBLE}]", "").str.replace_all(r"\s+", " ").str.strip_chars()
        for name in names
    }
    return frame.with_columns(pl.when(text != "").then(text).alias(name) for name, text in seen.items())


def _taken_apart(frame: pl.DataFrame) -> pl.DataFrame:
    """Item, quantity and unit of texts that certainly name one of each; any other text stays the item as it is."""
    parts = [taken_apart(text) for text in frame["item"]]
    columns = {
        name: pl.Series(name, [part[place] for part in parts], dtype=pl.String)
        for place, name in enumerate(("item", "quantity", "unit"))
    }
    return frame.with_columns(*columns.values())


def taken_apart(text: str | None) -> tuple[str | None, str | None, str | None]:
    """Item, quantity, unit: 口罩3万个 → 口罩, 30000, 个; a text that is not certain is (text, None, None)."""
    found = TOLD.fullmatch(text.strip()) if text else None
    if found is None or not found["item"].strip():
        return text, None, None
    number = Decimal(found["number"]) * (10_000 if found["wan"] else 1)
    return found["item"].strip(), f"{number.normalize():f}", found["unit"]


def _quantity(text: str | None) -> str | None:
    """A number above zero with at most three places, as exact text; None for anything else."""
    try:
        number = Decimal((text or "").replace(",", ""))
    except InvalidOperation:
        return None
    is_whole = number.is_finite() and 0 < number < MOST and number == number.quantize(Decimal("0.001"))
    return f"{number:f}" if is_whole else None
