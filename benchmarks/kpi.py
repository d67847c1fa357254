"""Figures of closed months, kept and counted, beside raw SQL and DuckDB counting far less; the answers are compared.

Five figures (cases, two quantiles, two shares) are what the others count; ours are all indicators, by definition.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Engine, create_engine, text

from benchmarks.bench import CLOCK, Line, median_s
from cockpit.figures import Figure, figures
from config.indicators import indicators
from config.site import site
from geo import figures as counted
from geo import keeping, published
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, OPERATOR
from geo.windows import Window, buckets

MONTH = Window(date(2026, 8, 1), date(2026, 9, 1), site().zone)
MONTHS = buckets(Window(date(2024, 11, 1), date(2026, 11, 1), site().zone), by="month")
COLUMNS = "street_id, community_id, reported_at, dispatched_at, arrived_at, closed_at, is_void, is_duplicate"
NAIVE = """
select community_id, count(*),
       percentile_disc(0.5) within group (order by floor(extract(epoch from arrived_at - dispatched_at))),
       percentile_disc(0.9) within group (order by floor(extract(epoch from arrived_at - dispatched_at))),
       avg((arrived_at - reported_at <= interval '600 s')::int), avg((closed_at is not null)::int)
from core.incident
where not is_void and not is_duplicate and reported_at >= :starts and reported_at < :ends
group by community_id
"""
DUCK = """
select community_id, count(*), quantile_disc(date_diff('second', dispatched_at, arrived_at), 0.5),
       quantile_disc(date_diff('second', dispatched_at, arrived_at), 0.9),
       avg((date_diff('second', reported_at, arrived_at) <= 600)::int), avg((closed_at is not null)::int)
from 'sorted.parquet'
where not is_void and not is_duplicate and reported_at >= $starts and reported_at < $ends
group by community_id
"""
DUCK_MONTHS = DUCK.replace("community_id", "street_id, date_trunc('month', reported_at)", 1).replace(
    "group by community_id", "group by all"
)
BATCH = """
insert into core.incident (source_id, incident_code, category_id, placed_by, street_id, community_id, grid_id,
                           reported_at, reported_on, closed_at, content_hash, load_id)
select source_id, 'batch ' || row_number() over (), category_id, 'declared', street_id, community_id, grid_id,
       reported_at, reported_on, closed_at, content_hash, load_id
from core.incident where reported_at >= :starts and reported_at < :ends and closed_at is not null limit 10000
"""


@dataclass(frozen=True)
class _Street:
    """The store that holds the sample, a login past row security, and its cases as one sorted Parquet file."""

    store: Store
    engine: Engine
    duck: duckdb.DuckDBPyConnection

    def ask(self, level: str, windows: tuple[Window, ...]) -> tuple[Figure, ...]:
        return figures(
            self.store, LEADER, CLOCK, question=Question(level), windows=windows, indicators=indicators()
        )  # fmt: skip

    def kept(self) -> int:
        """Keeps every closed month that is due; how many."""
        n = 0
        for month in reversed(MONTHS):
            with self.store.loading(OPERATOR, CLOCK) as connection:
                published.take_turn(connection)
                n += bool(keeping.due(connection, [month]) and keeping.keep(connection, CLOCK, month))
        return n

    def counted(self) -> None:
        """The month counted from its cases, whatever is kept."""
        with self.store.loading(OPERATOR, CLOCK) as connection:
            counted.count(
                connection, question=Question("community"), families=keeping.families(), windows=(MONTH,)
            )  # fmt: skip

    def naive(self, window: Window = MONTH) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(NAIVE), {"starts": window.starts, "ends": window.ends}))

    def in_duckdb(self, statement: str = DUCK, window: Window = MONTH) -> list[Any]:
        return self.duck.execute(statement, {"starts": window.starts, "ends": window.ends}).fetchall()


def _write_sorted(engine: Engine, path: Path) -> None:
    rows, raw = path.with_suffix(".csv"), engine.raw_connection()
    statement = f"copy (select {COLUMNS} from core.incident order by reported_at) to stdout (format csv, header)"
    with rows.open("wb") as out, raw.cursor() as cursor, cursor.copy(statement) as copy:  # type: ignore[attr-defined]
        out.writelines(copy)
    raw.close()
    with duckdb.connect() as duck:
        duck.execute(
            f"copy (select * from read_csv('{rows}')) to '{path}' (format parquet, row_group_size 50000)"
        )  # fmt: skip
    rows.unlink()


@contextmanager
def _street(urls: StoreUrls) -> Iterator[_Street]:
    store, engine = Store(urls), create_engine(urls.admin or "")
    with tempfile.TemporaryDirectory(prefix="cockpit-parquet-") as folder:
        path = Path(folder, "sorted.parquet")
        _write_sorted(engine, path)
        duck = duckdb.connect()
        duck.execute(f"set file_search_path = '{folder}'")
        yield _Street(store, engine, duck)
        duck.close()
    engine.dispose()
    store.close()


def lines(urls: StoreUrls) -> list[Line]:
    """Seconds of whole answers (connection, store, intervals, 40 communities), on a store that holds the sample."""
    with _street(urls) as street:
        slow = median_s(street.counted, runs=3)
        live = street.ask("community", (MONTH,))
        keeping_s = median_s(street.kept, runs=1, warm_up=0)
        if street.ask("community", (MONTH,)) != live:
            raise RuntimeError("a kept month is not what was counted")
        _compare(live, street)
        found = [
            *_month(street, live_s=slow),
            _line("KPI 24 months of the street", lambda: street.ask("street", MONTHS), _duck_months(street), "DuckDB"),
            Line("KPI 24 months counted and kept", "s", keeping_s, None, "", 1),
        ]  # fmt: skip
        return [*found, *_batch(street)]


def _compare(ours: tuple[Figure, ...], street: _Street) -> None:
    """Raises RuntimeError where the number of cases is not what the others count, or these differ among themselves."""
    told = {figure.area_id: figure.value for figure in ours if figure.indicator.slug == "incidents"}
    for rows in (street.naive(), street.in_duckdb()):
        if {row[0]: row[1] for row in rows if row[0] is not None} != told:
            raise RuntimeError("the others do not count the same cases")


def _month(street: _Street, *, live_s: float) -> Iterator[Line]:
    what = f"KPI month × communities × {len(indicators())}"
    ours = median_s(lambda: street.ask("community", (MONTH,)), runs=20)
    yield Line(what, "s", ours, median_s(street.naive), "raw SQL, 5 figures", 20)
    yield Line(what, "s", ours, median_s(street.in_duckdb), "DuckDB, 5 figures", 20)
    yield Line(what, "s", ours, live_s, "ours, counted from the cases", 20)


def _duck_months(street: _Street) -> Callable[[], object]:
    whole = Window(MONTHS[0].start, MONTHS[-1].end, site().zone)
    return lambda: street.in_duckdb(DUCK_MONTHS, whole)


def _line(what: str, ours: Callable[[], object], other: Callable[[], object], name: str) -> Line:
    return Line(what, "s", median_s(ours, runs=10), median_s(other), name, 10)


def _batch(street: _Street) -> Iterator[Line]:
    """What noting the touched months costs a batch of 10,000 cases, and the month after it."""
    taken = {}
    for how in ("disable", "enable always"):
        with street.engine.connect() as connection, connection.begin() as change:
            connection.execute(text(f"alter table core.incident {how} trigger touched_by_new"))

            def insert(on: Any = connection) -> None:
                with on.begin_nested() as part:
                    on.execute(text(BATCH), {"starts": MONTH.starts, "ends": MONTH.ends})
                    part.rollback()

            taken[how] = median_s(insert)
            change.rollback()
    yield Line("10,000 cases inserted, months noted", "s", taken["enable always"], taken["disable"], "not noted", 5)
