"""The sample street comes in through the loaders, is carried on with the clock, and never joins real data."""

from datetime import timedelta

import click
import pytest
from sqlalchemy import text

from cockpit.cli import demo_data
from geo.facts import contents
from geo.store import Store
from geo.viewer import LEADER, Clock

SEED = 7


def incidents(store: Store, clock: Clock) -> int:
    with store.reading(LEADER, clock) as connection:
        return int(connection.execute(text("select count(*) from core.incident")).scalar_one())


def at(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_NOW", clock.at.isoformat())


def test_the_sample_is_loaded_once_marked_simulated_and_carried_on_when_time_passes(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(clock, monkeypatch)
    demo_data.provide(store, seed=SEED)
    first, version = incidents(store, clock), store.data_version()
    assert first > 35_000
    assert contents(store, LEADER, clock).has_real_data is False

    demo_data.provide(store, seed=SEED)
    assert store.data_version() == version, "a fresh sample is not made again"

    later = Clock(clock.at + timedelta(days=2))
    at(later, monkeypatch)
    demo_data.provide(store, seed=SEED)
    assert first < incidents(store, later) < first + 300
    with store.reading(LEADER, later) as connection:
        refused = connection.execute(text("select sum(quarantined) from ops.load")).scalar_one()
    assert refused == 0, "the past of the sample stays as it was"


def test_another_seeds_street_is_refused(store: Store, clock: Clock) -> None:
    with pytest.raises(click.ClickException, match="--seed 7"):
        demo_data.provide(store, seed=SEED + 1)


def test_the_sample_does_not_join_real_data(store: Store, clock: Clock) -> None:
    with store.loading(LEADER, clock) as connection:
        connection.execute(text("insert into core.source (code, dataset, name) values ('real', 'incidents', 'r')"))
    with pytest.raises(click.ClickException, match="真实数据"):
        demo_data.provide(store, seed=SEED)
