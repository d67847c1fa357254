"""Files drawn at random leave the same store and the same counts whichever way their rows take into it."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from loads_geo import Desk, square

from geo.store import Store, StoreUrls
from geo.viewer import Clock
from loaders import bulk

HEAD = (
    "编号,类别,状态,上报时间,受理时间,首次办结时间,重开时间,办结时间,办理时限,延期至,挂起时间,"
    "原事件编号,经度,纬度,更新时间"
)
STATES = """
select incident_code, c.code, channel, status, st_astext(geom), placed_by, street_id is null, reported_at, reported_on,
       accepted_at, closed_at, due_at, day_precision,
       is_void, is_duplicate, duplicate_of_code, has_history, content_hash, decides
from core.incident join core.category c using (category_id) order by incident_code
"""
EVENTS = """
select i.incident_code, e.kind::text, e.occurred_at, e.payload
from core.incident_log e join core.incident i using (incident_id) where e.revision = i.revision
order by incident_code, e.occurred_at, e.kind
"""
ROWS, CODES = 60, 40


def drawn(rng: random.Random) -> list[str]:
    """Rows of few codes: repeats, contradictions, duplicates of each other, bare dates, odd words and times."""

    def stamp(*, share: float) -> str:
        if rng.random() > share:
            return ""
        day = f"2026-10-{rng.randint(1, 28):02}"
        return rng.choice([day, f"{day} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00", f"{day} 08:00:00"])

    def row() -> str:
        status = rng.choice(["open", "closed", "voided", "duplicate", "", "nonsense" if rng.random() < 0.1 else "open"])
        original = str(rng.randrange(CODES + 5)) if rng.random() < 0.2 else ""
        place = rng.choice(["120.0005,30.0005", "121,31", ","])
        kind = rng.choice(["rubbish", "road_damage", "no such thing"])
        stamps = [f"2026-09-{rng.randint(1, 28):02} 08:00:00", *(stamp(share=0.3) for _ in range(7))]
        decides = rng.choice(["", "2026-10-05 08:00:00", "2026-10-06 08:00:00"])
        return ",".join([str(rng.randrange(CODES)), kind, status, *stamps, original, place, decides])

    rows = [row() for _ in range(ROWS)]
    return [*rows, *rng.sample(rows, 8)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_row_s_way_into_the_store_makes_no_difference(
    new_database: Callable[[], StoreUrls], clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    first, second = drawn(rng), drawn(rng)
    files = [first, [*first[: ROWS // 2], *second], second]
    told = []
    for way, least in (("staged", 1_000_000), ("carried", 1)):
        monkeypatch.setattr(bulk, "BULK_ROWS", least)
        folder = tmp_path / way
        folder.mkdir()
        store = Store(new_database())
        desk = Desk(store, clock, folder)
        desk.boundaries("street", ("s", None, square(0, 0)))
        for rows in files:
            done = desk.load("incidents", desk.csv(HEAD, *rows))
            told.append((done.status, done.counts, done.message, desk.rows(STATES), desk.rows(EVENTS)))
        store.close()
    assert told[: len(files)] == told[len(files) :]
    assert told[0][1].quarantined
    assert told[0][1].inserted
    assert told[2][1].unchanged
