"""A definition file with an error: what was loaded stays, programs start, and what is wrong is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Cockpit
from figures_builder import Town

from cockpit import background, queries
from config import reader
from config.indicators import indicators
from geo.store import Store, StoreUrls
from geo.viewer import Clock

CASES = "事件编号,类别,上报时间\nz1,噪声扰民,2026-10-03 08:00:00\n"


@pytest.fixture
def town(urls: StoreUrls, store: Store, clock: Clock) -> Iterator[Town]:
    made = Town(urls, store, clock)
    made.begin()
    yield made
    made.close()
    indicators.cache_clear()


def test_a_load_stays_and_the_demo_starts_and_the_rounds_of_the_server_go_on(
    town: Town, store_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "home/config/kpi/closure_rate.toml"
    own.parent.mkdir(parents=True)
    shipped = (reader.SHIPPED / "kpi/closure_rate.toml").read_text(encoding="utf-8")
    own.write_text(shipped.replace('"ratio"', '"apples"'), encoding="utf-8")
    file = tmp_path / "cases.csv"
    file.write_text(CASES, encoding="utf-8")
    environment = store_environment | {"COCKPIT_HOME": str(tmp_path / "home"), "COCKPIT_LANG": "en"}
    cockpit = Cockpit(environment | {"COCKPIT_NOW": town.clock.at.isoformat()})
    for arguments in (("load", "incidents", str(file)), ("demo", "--no-sample", "--load-only")):
        said = cockpit.told(*arguments, accept=(0,))
        assert "stays there" in said
        assert "closure_rate.toml" in said
        assert 'unit = "apples"' in said
    assert town.run("select count(*) from core.incident where incident_code = 'z1'") == 1
    assert "apples" in cockpit.told("publish", "--all")
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(queries, "store", lambda: town.store)
    indicators.cache_clear()
    background.publish_due()
