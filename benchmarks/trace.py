"""The first 100 rows behind a figure: ours (marked, sorted, with their areas) beside the plainest query for as many."""

from dataclasses import replace
from datetime import date

from sqlalchemy import create_engine

from benchmarks.bench import CLOCK, Line, median_s
from config.site import site
from geo import figures, tracing
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.tracing import Trace
from geo.viewer import LEADER
from geo.windows import Window

PLAIN = """
select i.*, k.code, a.name from core.incident i
join core.category k using (category_id) left join core.area a on a.area_id = i.community_id
where i.reported_at >= '2026-10-01+08' and i.reported_at < '2026-11-01+08' and {within}
order by i.reported_at desc limit 100
"""


def lines(urls: StoreUrls) -> list[Line]:
    """Seconds of a page whose figure is known, connection included, of the whole site and of one community."""
    store, engine = Store(urls), create_engine(urls.admin or "")
    window = Window(date(2026, 10, 1), date(2026, 11, 1), site().zone)
    found = []
    for level in ("site", "community"):
        with store.reading(LEADER, CLOCK) as connection:
            area = figures.areas(connection, question=Question(level), window=window)[0]
            trace = Trace("on_time", area, window)
            told = tracing.counts(connection, trace=trace)
        newest = replace(trace, sort="newest")

        def ours(trace: Trace = newest, told: tracing.Counts = told) -> None:
            with store.reading(LEADER, CLOCK) as connection:
                tracing.page(connection, trace=trace, told=told)

        within = "true" if level == "site" else f"i.community_id = {area.area_id}"

        def plain(statement: str = PLAIN.format(within=within)) -> None:
            with engine.connect() as connection:
                connection.exec_driver_sql(statement).fetchall()

        what = f"first 100 rows of {told.rows:,} · {level}"
        found.append(Line(what, "s", median_s(ours), median_s(plain), "unmarked rows in raw SQL", 5, "aim 0.1 s"))
    engine.dispose()
    store.close()
    return found
