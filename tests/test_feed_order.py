"""Deliveries of a case in any order leave it in the same state; what is older than the store knows changes nothing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count, permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loads_geo import Desk, counts

from geo.store import Store, StoreUrls
from geo.viewer import Clock

HEAD = "编号,类别,状态,上报时间,受理时间,派遣时间,到场时间,首次办结时间,重开时间,办结时间,延期至,渠道,更新时间"
STAMPS = ("reported", "accepted", "dispatched", "arrived", "first_closed", "reopened", "closed")
STATE = """
select incident_code, status, channel, reported_at, accepted_at, dispatched_at, arrived_at, closed_at, due_at, is_void,
       has_history, content_hash,
       (select array_agg(distinct told.event order by told.event)
        from core.incident_event e cross join lateral (select (e.kind, e.occurred_at, e.payload)::text as event) told
        where e.incident_id = i.incident_id and e.revision = i.revision) as events
from core.incident i order by incident_code
"""
Version = dict[str, str]
numbers = count()


@pytest.fixture(scope="module")
def desk(
    new_database: Callable[[], StoreUrls], clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    store = Store(new_database())
    yield Desk(store, clock, tmp_path_factory.mktemp("feed"))
    store.close()


def line(code: str, version: Version) -> str:
    stamps = [version.get(name, "") for name in STAMPS]
    told = [version.get(name, "") for name in ("extended", "channel", "decides")]
    return ",".join([code, "rubbish", version.get("status", "open"), *stamps, *told])


def at(minutes: int) -> str:
    return (datetime(2026, 10, 1, 8) + timedelta(minutes=minutes)).isoformat(" ")  # noqa: DTZ001 - local times


def deliver(desk: Desk, lives: dict[str, Sequence[Version]]) -> None:
    """Page after page: page n holds the n-th delivery of every case."""
    for page in range(max(map(len, lives.values()))):
        lines = [line(code, versions[page]) for code, versions in lives.items() if page < len(versions)]
        result = desk.load("incidents", desk.csv(HEAD, *lines), is_forced=True)
        assert result.counts.quarantined == 0
        assert result.counts.read == len(lines)


def states(desk: Desk, prefix: str) -> set[tuple[object, ...]]:
    """What the store knows of the cases of this prefix, their codes and decisions aside."""
    return {tuple(map(str, row[1:])) for row in desk.rows(STATE) if row[0].startswith(prefix)}


def grown(*steps: Version) -> list[Version]:
    """Versions that each know all that came before."""
    whole: Version = {}
    return [dict(whole := whole | step) for step in steps]


LIFE = grown(
    {"reported": at(0)},
    {"accepted": at(3)},
    {"arrived": at(9)},
    {"closed": at(60), "status": "已办结"},
)


def test_all_24_orders_of_a_life_of_four_steps_end_in_its_last_state(desk: Desk) -> None:
    orders = list(permutations(LIFE))
    deliver(desk, {f"p{number:02d}": order for number, order in enumerate(orders)})
    found = states(desk, "p")
    assert len(found) == 1
    (state,) = found
    assert state[0] == "closed"
    assert len(desk.rows("select from core.incident where incident_code like 'p%'")) == 24


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[Version], list[Version]]:
    """The deliveries of one case in their order, and the same shuffled, with repeats."""
    waits = draw(st.lists(st.integers(0, 30), min_size=6, max_size=6))
    moments = [sum(waits[: place + 1]) for place in range(6)]
    steps = [{"reported": at(0)}]
    steps += [{name: at(moment)} for name, moment in zip(("accepted", "dispatched", "arrived"), moments, strict=False)]
    closed = at(moments[3])
    ends = draw(st.sampled_from(("open", "closed", "reopened", "closed_again", "voided", "extended")))
    if ends == "extended":
        steps.append({"extended": at(5_000)})
    elif ends == "voided":
        steps.append({"status": "作废"})
    elif ends != "open":
        steps.append({"closed": closed, "status": "办结"})
    if ends in ("reopened", "closed_again"):
        steps.append({"first_closed": closed, "reopened": at(moments[4] + 1), "closed": "", "status": "办理中"})
    if ends == "closed_again":
        steps.append({"closed": at(moments[5] + 2), "status": "办结"})
    versions = grown(*steps)
    repeats = draw(st.lists(st.sampled_from(versions), max_size=3))
    return versions, draw(st.permutations([*versions, *repeats]))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(lives(), min_size=20, max_size=20))
def test_any_shuffle_of_deliveries_with_repeats_ends_as_the_sorted_one(
    desk: Desk, told: list[tuple[list[Version], list[Version]]]
) -> None:
    number = next(numbers)
    cases: dict[str, Sequence[Version]] = {}
    for place, (sorted_ones, shuffled) in enumerate(told):
        cases[f"s{number}-{place:02d}-a"] = sorted_ones
        cases[f"s{number}-{place:02d}-b"] = shuffled
    deliver(desk, cases)
    for place in range(len(told)):
        both = states(desk, f"s{number}-{place:02d}-")
        assert len(both) == 1, (told[place], both)


def test_a_row_that_is_older_is_unchanged_and_noted(desk: Desk) -> None:
    deliver(desk, {"old": [LIFE[3]]})
    result = desk.load("incidents", desk.csv(HEAD, line("old", LIFE[1])))
    assert counts(result) == {"read": 1, "unchanged": 1, "outside": 1}
    assert result.counts.faults == {"stale_row": 1}


def test_a_correction_that_tells_no_new_time_is_taken_as_it_is_delivered(desk: Desk) -> None:
    deliver(desk, {"corrected": [LIFE[3]]})
    result = desk.load("incidents", desk.csv(HEAD, line("corrected", LIFE[3] | {"channel": "热线"})))
    assert counts(result) == {"read": 1, "updated": 1, "outside": 1}


def test_what_the_sender_says_decides_lets_a_stage_be_taken_back(desk: Desk) -> None:
    versions = [
        LIFE[3] | {"decides": "2026-10-02 9:00"},
        LIFE[2] | {"decides": "2026/10/02 10:00", "channel": "taken back"},
        LIFE[3] | {"decides": "2026年10月2日 上午11点"},
        LIFE[1] | {"decides": "2026-10-03 08:00:00", "channel": "the last"},
    ]
    orders = list(permutations(versions))
    deliver(desk, {f"d{number:02d}": order for number, order in enumerate(orders)})
    found = states(desk, "d")
    assert [state[:2] for state in found] == [("open", "the last")]


def test_a_corrected_mapping_reads_its_rows_anew_though_they_tell_earlier_times(desk: Desk, tmp_path: Path) -> None:
    mapping = tmp_path / "zoned.toml"
    columns = '[columns]\ncode = "code"\ncategory = "kind"\nreported_at = "from"\nclosed_at = "to"\n'
    file = desk.csv("code,kind,from,to", "z1,rubbish,2026-10-01 08:00,2026-10-01 09:00")
    hours = []
    for zone in ("UTC", "Asia/Shanghai"):
        mapping.write_text(
            f'dataset = "incidents"\ntime_zone = "{zone}"\ncrs = "EPSG:4326"\n{columns}', encoding="utf-8"
        )
        desk.load("incidents", file, source=str(mapping))
        hours += desk.rows(
            "select extract(hour from closed_at at time zone 'UTC')::int from core.incident where incident_code = 'z1'"
        )
    assert hours == [(9,), (1,)]
