"""The sample street as time goes by: new rows as they happen, emergencies now and then, nothing told twice."""

from datetime import datetime, timedelta

import polars as pl
import pytest
from click.testing import CliRunner

from cockpit.cli.serve import demo
from config.categories import categories
from loaders import sample
from loaders.sample.live import Live
from loaders.sample.settings import sample_settings

NOW = datetime(2026, 11, 20, 14, 32)  # noqa: DTZ001 - the street's local time
EMERGENCIES = [item.code for item in categories().all if item.is_emergency]


@pytest.fixture(scope="module")
def hour() -> tuple[Live, list[tuple[datetime, pl.DataFrame]]]:
    """The street from half past two on, looked at every 15 seconds for an hour."""
    live = sample.live(seed=7, clock=NOW.replace(tzinfo=sample.ZONE))
    looks = [NOW + timedelta(seconds=second) for second in range(15, 3615, 15)]
    return live, [(look, live.rows(look)) for look in looks]


def test_each_look_tells_what_happened_since_the_last_and_nothing_later(
    hour: tuple[Live, list[tuple[datetime, pl.DataFrame]]],
) -> None:
    _, looks = hour
    told = [(look, rows) for look, rows in looks if not rows.is_empty()]
    assert 10 < len(told) < len(looks)
    for (look, rows), before in zip(told[1:], [look for look, _ in looks], strict=False):
        assert before < look
        assert rows["编号"].is_unique().all()
        for name in ("上报时间", "受理时间", "派遣时间", "到场时间", "办结时间"):
            assert (rows[name].drop_nulls() <= look).all(), name


def test_an_emergency_happens_soon_and_then_every_few_minutes_and_runs_its_course(
    hour: tuple[Live, list[tuple[datetime, pl.DataFrame]]],
) -> None:
    _, looks = hour
    known = pl.concat([rows for _, rows in looks if not rows.is_empty()])
    drills = known.filter(pl.col("编号").str.len_chars() > len("SJ20261120-0001"))
    assert set(drills["类别"]) <= set(EMERGENCIES)
    first = drills.group_by("编号").agg(pl.col("上报时间").first(), pl.col("到场时间").max()).sort("上报时间")
    every = sample_settings().live.every_minutes
    assert len(first) >= 60 / every - 1
    assert first["上报时间"].diff().drop_nulls().unique().to_list() == [timedelta(minutes=every)]
    arrived = first.drop_nulls()
    assert len(arrived) >= 3, "somebody comes, and the alarm ends"
    assert (arrived["到场时间"] > arrived["上报时间"]).all()


def test_at_the_end_no_emergency_that_was_brought_forward_stays_open(
    hour: tuple[Live, list[tuple[datetime, pl.DataFrame]]],
) -> None:
    live, looks = hour
    ended = live.ended(NOW + timedelta(hours=1, seconds=1))
    assert set(ended["状态"]) == {"closed"}
    known = pl.concat([rows for _, rows in looks if not rows.is_empty()]).group_by("编号").last()
    drills = known.filter(pl.col("编号").str.len_chars() > len("SJ20261120-0001"))
    still_open = set(drills.filter(pl.col("状态") == "open")["编号"])
    assert still_open == set(ended["编号"])
    known_stages = known.join(ended, on="编号", suffix="_end")
    for name in ("受理时间", "立案时间", "派遣时间", "到场时间"):
        assert known_stages[name].eq_missing(known_stages[f"{name}_end"]).all(), "a row that says less would be stale"


@pytest.mark.parametrize("other", [["--load-only"], ["--no-sample"]])
def test_a_street_that_cannot_go_on_is_refused(other: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COCKPIT_NOW", raising=False)
    assert CliRunner().invoke(demo, ["--live", *other]).exit_code == 2
    monkeypatch.setenv("COCKPIT_NOW", "2026-11-20T14:32:00+08:00")
    assert CliRunner().invoke(demo, ["--live"]).exit_code == 2
