"""One month × all communities × every KPI: ours (exact, by definition) beside the usual ways of counting far less."""

from datetime import date

import pandas as pd
from sqlalchemy import create_engine

from benchmarks.bench import CLOCK, Line, median_s
from cockpit.figures import figures
from config.indicators import indicators
from config.site import site
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER
from geo.windows import Window

NAIVE = """
select community_id, count(*),
       percentile_cont(array[0.5, 0.9]) within group (order by extract(epoch from arrived_at - dispatched_at)),
       avg((extract(epoch from arrived_at - reported_at) <= 600)::int), avg((closed_at is not null)::int)
from core.incident where reported_at >= '2026-10-01+08' and reported_at < '2026-11-01+08' group by community_id
"""


def lines(urls: StoreUrls) -> list[Line]:
    """Seconds of the whole answer (connection, marks, rollup, Wilson), on a store that holds the sample."""
    store = Store(urls)
    window = Window(date(2026, 10, 1), date(2026, 11, 1), site().zone)
    wanted = indicators()

    def ours() -> None:
        figures(store, LEADER, CLOCK, question=Question("community"), windows=[window], indicators=wanted)

    engine = create_engine(urls.admin or "")

    def naive_sql() -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(NAIVE).fetchall()

    def in_pandas() -> None:
        frame = pd.read_sql("select * from core.incident", engine)
        month = frame[frame["reported_at"].between(window.starts, window.ends, inclusive="left")]
        lasting = (month["arrived_at"] - month["dispatched_at"]).dt.total_seconds()
        lasting.groupby(month["community_id"]).quantile([0.5, 0.9])

    seconds = median_s(ours)
    result = [
        Line(
            f"KPI month × communities × {len(wanted)} KPIs",
            "s",
            seconds,
            median_s(naive_sql),
            "five figures in raw SQL",
            5,
        ),
        Line(
            f"KPI month × communities × {len(wanted)} KPIs",
            "s",
            seconds,
            median_s(in_pandas),
            "two quantiles in pandas",
            5,
        ),
    ]
    engine.dispose()
    store.close()
    return result
