"""Totals that a publisher states by day (公布合计): what it says came in, to be held against the ledger's entries.

Invariant: a stated total is never an entry of a ledger, and no sum of the ledger contains one.
"""

import polars as pl

from geo.landing import Landing
from loaders.check import missing
from loaders.dataset import Checked, Column, Dataset, Job, LoadRequest
from loaders.faults import Refused, fault_rows, together
from loaders.options import allow
from loaders.stated import amounts, unit_of
from loaders.times import bad_times, future_days, parse_days

FIGURES = ("money_day", "money_total", "goods_day", "goods_total", "both_total", "spent_day")


class Published(Dataset):
    """One row is a day of which a publisher states money, goods (their stated value) or both.

    The mapping says whose entries it totals (`[extra] of`), the unit of its amounts (`amounts_in`), and the `year` of
    days that are written without one.
    """

    name = "funds"
    section = "published"
    counts_money = True
    columns = (
        Column("through_on", is_required=True),
        *(Column(name) for name in FIGURES),
        Column("reference"),
    )
    is_placed = False

    def refuse_options(self, request: LoadRequest) -> None:
        allow(request, dataset=self.name)

    def prepare(self, landing: Landing, job: Job) -> int:  # noqa: ARG002
        if not isinstance(job.mapping.extra.get("of"), str):
            raise Refused("mapping_refused", reason="extra.of: the source whose entries the publisher totals")
        return unit_of(job.mapping)

    def check(self, frame: pl.DataFrame, job: Job, known: int) -> Checked:
        days = _days(frame["through_on"], job)
        read = {name: amounts(frame, name, unit=known) for name in FIGURES}
        is_unread = frame["through_on"].is_not_null() & days.is_null()
        is_ahead = future_days(days, job.latest.astimezone(job.zone))
        is_silent = pl.all_horizontal(pl.col(name).is_null() for name in FIGURES)
        found = together(
            [
                *missing(frame, ["through_on"]),
                *bad_times(frame, "through_on", is_unread, job.mapping.time_formats),
                fault_rows(frame, pl.lit(is_ahead), fault="future_time", column="through_on"),
                fault_rows(frame, is_silent, fault="missing_value", column="money_total"),
                *(faults for _, faults in read.values()),
            ]
        )
        day = days.dt.to_string("%Y-%m-%d")
        records = frame.select(
            pl.col("row").alias("row_number"),
            pl.lit(day).alias("natural_key"),
            pl.lit(None, pl.String).alias("decides"),
            pl.lit(None, pl.String).alias("notes"),
            pl.lit(value=False).alias("is_repaired"),
            pl.lit(value=False).alias("is_outside"),
            *(pl.lit(series).alias(name) for name, (series, _) in read.items()),
            "reference",
        )
        return Checked(records=records.filter(~pl.col("row_number").is_in(found["row"].to_list())), faults=found)

    def write(self, landing: Landing, job: Job, known: int) -> int:  # noqa: ARG002
        told = {"source_id": job.source_id, "of_source": job.mapping.extra["of"]}
        landing.run("load/published/fate", **told)
        landing.run("load/published/update", load_id=job.load_id, **told)
        return landing.run("load/published/insert", load_id=job.load_id, **told)


def _days(text: pl.Series, job: Job) -> pl.Series:
    """Days; one written without a year is of the year that the mapping says."""
    found = parse_days(text, job.mapping.time_formats)
    year = job.mapping.extra.get("year")
    return found if year is None else found.zip_with(found.is_not_null(), _of_year(text, int(year), job))


def _of_year(text: pl.Series, year: int, job: Job) -> pl.Series:
    return parse_days(text + f"-{year}", job.mapping.time_formats)
