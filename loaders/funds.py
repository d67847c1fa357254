"""Funds (基金) and their ledger (流水): the register of funds, and every movement of money as an entry.

Invariant: an entry is never changed: the same row again is unchanged, the same code with other content is quarantined
(a correction is a new entry that names what it corrects and why); amounts are exact decimals above zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from config import mapping as mappings
from config.mapping import ENTRY_KINDS, FUND_KINDS
from geo import placing
from geo.landing import Landing
from geo.masking import shown
from geo.sealing import LEDGER
from geo.vault import Vault
from loaders.amounts import Amounts, bad_amounts, parse_amounts
from loaders.check import missing
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.faults import Refused, fault_rows, together
from loaders.goods import Goods
from loaders.options import allow
from loaders.published import Published
from loaders.republished import pair_republished
from loaders.sealing import sealed_columns, shown_words
from loaders.spatial import Located, area_columns, hex_points, located, received, today
from loaders.stated import unit_of
from loaders.times import bad_times, future_days, parse_days
from loaders.words import in_our_words

PLACEHOLDER_YEARS = (1, 1900, 1970, 2099, 9999)
FIRST_YEAR, LAST_YEAR = 1990, 2100
"""A movement of money outside these years is a slip of the pen."""


@dataclass(frozen=True)
class _Known:
    """`funds`: code → fund_id of the funds that entries may name."""

    placers: placing.Placers
    funds: Mapping[str, int]
    vault: Vault


class Funds(Dataset):
    """One row is a fund of the register."""

    name = "funds"
    section = "funds"
    columns = (
        Column("code", is_required=True),
        Column("name", is_required=True),
        Column("kind", is_required=True),
        Column("opened_on"),
        Column("area_code"),
        Column("purpose"),
    )

    def refuse_options(self, request: LoadRequest) -> None:
        allow(request, dataset=self.name)

    def prepare(self, landing: Landing, job: Job) -> _Known:  # noqa: ARG002
        return _Known(placers=placing.kept_placers(landing.connection), funds={}, vault=landing.vault)

    def check(self, frame: pl.DataFrame, job: Job, known: _Known) -> Checked:
        kind = in_our_words(frame, job.mapping, "kind")
        opened_on = parse_days(frame["opened_on"], job.mapping.time_formats)
        params = {"known": ", ".join(FUND_KINDS)}
        found = together(
            [
                *missing(frame, ["code", "name", "kind"]),
                fault_rows(frame, pl.lit(~kind.is_in(FUND_KINDS)), fault="unknown_kind", column="kind", params=params),
                *_bad_days(frame, "opened_on", opened_on, job),
            ]
        )
        codes = frame["area_code"].to_list()
        placed = known.placers.place_named(codes, on=np.datetime64(today(job)))
        notes = _area_notes(codes, placed)
        records = frame.select(
            *_head(frame, is_outside=frame["area_code"].is_not_null().to_numpy() & placed.is_outside, notes=notes),
            "name",
            pl.lit(kind).alias("kind"),
            pl.lit(opened_on.dt.to_string("%Y-%m-%d")).alias("opened_on"),
            "purpose",
            pl.col("area_code").alias("declared_area_code"),
            *(pl.lit(ids).alias(ids.name) for ids in area_columns(placed)[:2]),
        )
        return Checked(records=_kept(records, found), faults=found)

    def write(self, landing: Landing, job: Job, known: _Known) -> int:  # noqa: ARG002
        landing.run("load/funds/fate", source_id=job.source_id)
        landing.run("load/funds/update", source_id=job.source_id, load_id=job.load_id)
        return landing.run("load/funds/insert", source_id=job.source_id, load_id=job.load_id)


class Ledger(Dataset):
    """One row is a movement of money. `layer` keeps the codes of several files of one source apart."""

    name = "funds"
    section = "ledger"
    columns = (
        Column("code", is_required=True),
        Column("kind", is_required=True),
        Column("amount", is_required=True),
        Column("layer"),
        Column("fund_code"),
        Column("occurred_on"),
        Column("fiscal_year"),
        Column("source_kind"),
        Column("payer", is_personal=True),
        Column("payee", is_personal=True),
        Column("use_kind"),
        Column("project"),
        Column("area_code"),
        Column("lon"),
        Column("lat"),
        Column("corrects_code"),
        Column("reason", is_personal=True),
        Column("earmark", is_personal=True),
    )
    totalled = "amount"
    counts_money = True

    def fingerprint_parts(self, landing: Landing, request: LoadRequest) -> tuple[str, ...]:
        """The register: an entry refused for an unknown fund is welcome once the fund is known."""
        declared = mappings.named(request.source) if request.source else None
        codes = list(declared.extra.get("funds", {})) if declared else []
        source = declared.code if declared else ""
        return (landing.rows("load/ledger/register", source=source, codes=codes)[0]["digest"],)

    def refuse_options(self, request: LoadRequest) -> None:
        allow(request, dataset=self.name)

    def prepare(self, landing: Landing, job: Job) -> _Known:
        for code, fund in job.mapping.extra.get("funds", {}).items():
            params = {"fund_code": code, "name": fund["name"], "purpose": fund.get("purpose")}
            params["fund_kind"] = fund.get("kind", "programme")
            landing.run("load/ledger/programme", source_id=job.source_id, load_id=job.load_id, **params)
        for day in job.mapping.extra.get("missing_days", ()):
            landing.run("load/ledger/gap", source_id=job.source_id, load_id=job.load_id, missing_on=day)
        funds = {row["fund_code"]: row["fund_id"] for row in landing.rows("load/ledger/funds", source_id=job.source_id)}
        return _Known(placers=placing.kept_placers(landing.connection), funds=funds, vault=landing.vault)

    def check(self, frame: pl.DataFrame, job: Job, known: _Known) -> Checked:
        told = frame.with_columns(
            in_our_words(frame, job.mapping, name) for name in ("kind", "fund_code", "source_kind")
        )
        place = located(told, system=job.crs, has_shapes=job.has_shapes)
        occurred_on = parse_days(told["occurred_on"], job.mapping.time_formats)
        fiscal_year = told["fiscal_year"].cast(pl.Int32, strict=False)
        fund_id = _fund_ids(told["fund_code"], known.funds)
        is_transfer = told["kind"] == "transfer"
        counter_id = _fund_ids(told["payee"].set(~is_transfer.fill_null(value=False), None), known.funds)
        amounts = parse_amounts(told["amount"], unit=unit_of(job.mapping))
        found = together(
            [
                *missing(told, ["code", "kind", "amount"]),
                *_bad_ledger_amounts(told, amounts),
                place.faults,
                *_ledger_faults(told, known.funds),
                *_bad_days(told, "occurred_on", occurred_on, job, may_be_ahead=told["kind"].eq_missing("committed")),
                _absurd(told, "occurred_on", occurred_on.dt.year()),
                *_bad_years(told, fiscal_year),
                _absurd(told, "fiscal_year", fiscal_year),
            ]
        )
        placed, notes = _ledger_places(told, place, occurred_on, fiscal_year, known.placers)
        has_place = place.has_point | told["area_code"].is_not_null().to_numpy()
        records = told.select(
            *_head(told, is_outside=placed.is_outside & has_place, notes=notes),
            pl.lit(fund_id).alias("fund_id"),
            pl.lit(counter_id).alias("counter_fund_id"),
            pl.lit(told["kind"]).alias("kind"),
            pl.lit(occurred_on.dt.to_string("%Y-%m-%d")).alias("occurred_on"),
            pl.lit(fiscal_year).alias("fiscal_year"),
            *("source_kind", "use_kind", "payer", "payee", "project", "corrects_code", "reason", "earmark"),
            pl.lit(shown_words(told["project"])).alias("project_shown"),
            *map(pl.lit, sealed_columns(told, LEDGER, known.vault, untouched={"payee": is_transfer})),
            pl.lit(amounts.exact).alias("amount"),
            pl.col("area_code").alias("declared_area_code"),
            pl.lit(hex_points(place)).alias("point"),
            *received(place),
            *(pl.lit(ids).alias(ids.name) for ids in area_columns(placed)[:3]),
        )
        return Checked(records=_kept(records, found), faults=found)

    def refuse_wrong_totals(self, landing: Landing, job: Job, totals: Sequence[tuple[int, str]]) -> None:
        """The last may add up every row, a repeated row once, or what is left of the money; or each is of its page."""
        said = parse_amounts(pl.Series([text for _, text in totals]), unit=unit_of(job.mapping)).exact
        if said.null_count():
            return
        figures = [Decimal(text) for text in said]
        sums = landing.rows("load/ledger/totals")[0]
        if not {figures[-1], sum(figures)} & set(sums.values()):
            row, stated = totals[-1]
            raise Refused("total_mismatch", row=row, stated=shown(stated), sum=f"{sums['whole']:,}")

    def write(self, landing: Landing, job: Job, known: _Known) -> int:
        hash_key = known.vault.hash_key
        landing.run("load/ledger/unknown_corrections", source_id=job.source_id)
        landing.run("load/ledger/fate", source_id=job.source_id, hash_key=hash_key)
        landing.run("load/ledger/changed", source_id=job.source_id)
        repeats = pair_republished(landing, job)
        new = landing.run("load/ledger/insert", source_id=job.source_id, load_id=job.load_id, hash_key=hash_key)
        landing.run("load/ledger/overdraft")
        return new - repeats


def _head(frame: pl.DataFrame, *, is_outside: NDArray[np.bool_], notes: pl.Series) -> list[pl.Expr]:
    return [
        pl.col("row").alias("row_number"),
        _key(frame).alias("natural_key"),
        pl.lit(None, pl.String).alias("decides"),
        pl.lit(notes).alias("notes"),
        pl.lit(value=False).alias("is_repaired"),
        pl.lit(pl.Series(is_outside)).alias("is_outside"),
    ]


def _key(frame: pl.DataFrame) -> pl.Expr:
    key = pl.col("code")
    if "layer" not in frame.columns:
        return key
    return pl.when(pl.col("layer").is_null()).then(key).otherwise(pl.col("layer") + "/" + key)


def _kept(records: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    return records.filter(~pl.col("row_number").is_in(found["row"].to_list()))


def _bad_days(
    frame: pl.DataFrame, column: str, days: pl.Series, job: Job, *, may_be_ahead: pl.Series | None = None
) -> list[pl.DataFrame]:
    """No days, placeholders, and days that have not come yet, but where they may be ahead (a commitment)."""
    is_unread = frame[column].is_not_null() & days.is_null()
    is_placeholder = days.dt.year().is_in(PLACEHOLDER_YEARS)
    is_ahead = future_days(days, job.latest.astimezone(job.zone)) & (days.dt.year() <= LAST_YEAR) & ~is_placeholder
    is_ahead = is_ahead if may_be_ahead is None else is_ahead & ~may_be_ahead
    return [
        *bad_times(frame, column, is_unread, job.mapping.time_formats),
        fault_rows(frame, pl.lit(is_placeholder), fault="placeholder_time", column=column),
        fault_rows(frame, pl.lit(is_ahead), fault="future_time", column=column),
    ]


def _bad_years(frame: pl.DataFrame, fiscal_year: pl.Series) -> list[pl.DataFrame]:
    is_unread = frame["fiscal_year"].is_not_null() & fiscal_year.is_null()
    is_placeholder = fiscal_year.is_in(PLACEHOLDER_YEARS)
    return [
        fault_rows(frame, pl.lit(is_unread), fault="bad_number", column="fiscal_year"),
        fault_rows(frame, pl.lit(is_placeholder), fault="placeholder_time", column="fiscal_year"),
    ]


def _absurd(frame: pl.DataFrame, column: str, years: pl.Series) -> pl.DataFrame:
    is_absurd = ~years.is_between(FIRST_YEAR, LAST_YEAR) & ~years.is_in(PLACEHOLDER_YEARS)
    params = {"first": FIRST_YEAR, "last": LAST_YEAR}
    return fault_rows(frame, pl.lit(is_absurd), fault="absurd_date", column=column, params=params)


def _fund_ids(codes: pl.Series, funds: Mapping[str, int]) -> pl.Series:
    return codes.replace_strict(dict(funds), default=None, return_dtype=pl.Int32)


def _ledger_faults(frame: pl.DataFrame, funds: Mapping[str, int]) -> list[pl.DataFrame]:
    known = list(funds)
    is_transfer = pl.col("kind") == "transfer"
    has_no_time = pl.col("occurred_on").is_null() & pl.col("fiscal_year").is_null()
    is_unexplained = pl.col("corrects_code").is_not_null() & pl.col("reason").is_null()
    corrects_itself = (pl.col("corrects_code") == pl.col("code")) | (pl.col("corrects_code") == _key(frame))
    reaches_itself = is_transfer & (pl.col("fund_code") == pl.col("payee"))
    kinds = {"known": ", ".join(ENTRY_KINDS)}
    return [
        fault_rows(frame, ~pl.col("kind").is_in(ENTRY_KINDS), fault="unknown_kind", column="kind", params=kinds),
        fault_rows(frame, ~pl.col("fund_code").is_in(known), fault="unknown_fund", column="fund_code"),
        fault_rows(frame, is_transfer & ~pl.col("payee").is_in(known), fault="unknown_fund", column="payee"),
        fault_rows(
            frame,
            pl.col("fund_code").is_null() & (pl.col("kind") != "committed"),
            fault="missing_value",
            column="fund_code",
        ),
        fault_rows(frame, reaches_itself, fault="transfer_to_itself", column="payee"),
        fault_rows(frame, corrects_itself, fault="corrects_itself", column="corrects_code"),
        fault_rows(frame, has_no_time, fault="missing_value", column="occurred_on"),
        fault_rows(frame, is_unexplained, fault="correction_without_reason", column="corrects_code"),
    ]


def _bad_ledger_amounts(frame: pl.DataFrame, amounts: Amounts) -> list[pl.DataFrame]:
    """Amounts that are none, nought (but for a commitment) or below (but for a correction)."""
    exact = amounts.exact
    is_zero, is_negative = exact.str.contains(r"^-?[0.]*$"), exact.str.starts_with("-")
    may_be_zero, may_be_negative = frame["kind"].eq_missing("committed"), frame["corrects_code"].is_not_null()
    is_none = frame["amount"].is_not_null() & exact.is_null()
    is_bad = is_none | (is_zero & ~may_be_zero) | (is_negative & ~may_be_negative)
    return bad_amounts(frame, "amount", is_bad, amounts.case)


def _ledger_places(
    frame: pl.DataFrame, place: Located, occurred_on: pl.Series, fiscal_year: pl.Series, placers: placing.Placers
) -> tuple[placing.Placed, pl.Series]:
    """Where the money serves: the point, else the declared area, on the entry's day or the last of its year."""
    last = (fiscal_year.cast(pl.String) + "-12-31").str.to_date("%Y-%m-%d", strict=False)
    on = occurred_on.zip_with(occurred_on.is_not_null(), last)
    days = on.to_numpy().astype("datetime64[D]")
    codes = frame["area_code"].to_list()
    placed = placers.place(place.lon, place.lat, on=days)
    named = placers.place_named(codes, on=days)
    notes = _area_notes(codes, named)
    pointless = ~place.has_point
    is_mismatch = place.has_point & ~named.is_outside & ~_agree(placed, named)
    for level in placing.LEVELS:
        placed.at(level)[pointless] = named.at(level)[pointless]
    return placed, notes.set(pl.Series(is_mismatch), "area_mismatch")


def _agree(placed: placing.Placed, named: placing.Placed) -> NDArray[np.bool_]:
    """True where the point lies in every area that the declared one stands for."""
    same = [(named.at(level) == placing.OUTSIDE) | (named.at(level) == placed.at(level)) for level in placing.LEVELS]
    agree: NDArray[np.bool_] = np.all(same, axis=0)
    return agree


def _area_notes(codes: Sequence[str | None], placed: placing.Placed) -> pl.Series:
    lost = placed.is_outside
    notes = ["unknown_area" if code is not None and lost[index] else None for index, code in enumerate(codes)]
    return pl.Series(notes, dtype=pl.String)


DATASETS: tuple[Dataset, ...] = (Ledger(), Funds(), Goods(), Published())
