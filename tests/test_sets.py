"""Every data set loads by its recipe, every row of it in the counts, and a second time with nothing new."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from config import sets
from config.mapping import named
from geo.store import StoreUrls

ROOT = Path(__file__).parent.parent
PARTS = ("read", "inserted", "quarantined", "skipped", "things")
SUMS = f"""
select dataset, {", ".join(f"sum({part})::int as {part}" for part in PARTS)}, count(*)::int as loads
from ops.load group by dataset
"""


@dataclass(frozen=True)
class Counted:
    """Rows of all files of a dataset, and the things that came of them."""

    read: int
    inserted: int
    quarantined: int
    skipped: int
    things: int


EXPECTED = {
    "dc_2015": {"boundaries": Counted(344, 344, 0, 0, 344), "incidents": Counted(672, 672, 0, 0, 672)},
    "sf": {
        "boundaries": Counted(181, 181, 0, 3, 102),
        "layers": Counted(507, 507, 0, 0, 507),
        "incidents": Counted(18_114, 18_114, 0, 0, 8_852),
        "service-points": Counted(365, 363, 2, 0, 363),
    },
    "cn_hangzhou_xihu": {"boundaries": Counted(829, 824, 5, 0, 822)},
    "cn_hangzhou_streets": {"boundaries": Counted(80, 80, 0, 0, 80), "layers": Counted(20, 20, 0, 0, 20)},
    "cn_funds_hubei_redcross": {"funds": Counted(37_463, 37_463, 0, 17, 35_410)},
    "network_helsinki": {
        "layers": Counted(3_487, 3_478, 9, 7_434, 3_478),
        "service-points": Counted(502, 502, 0, 7_543, 502),
    },
    "dc": {
        "boundaries": Counted(344, 344, 0, 0, 344),
        "incidents": Counted(22_947, 22_570, 13, 0, 22_570),
        "service-points": Counted(1_969, 1_969, 0, 0, 1_969),
        "funds": Counted(13_298, 13_298, 0, 0, 13_298),
    },
}


@pytest.mark.parametrize("name", sets.names())
def test_a_recipe_names_mappings_of_its_datasets(name: str) -> None:
    recipe = sets.recipe(name)
    for step in recipe.load:
        assert step.source is None or named(step.source).dataset == step.dataset


def test_every_recipe_has_its_counts_in_this_file_and_its_notes_in_the_docs() -> None:
    assert set(sets.names()) == set(EXPECTED)
    notes = (ROOT / "docs" / "data-sets.md").read_text(encoding="utf-8")
    assert [name for name in sets.names() if f"(`{name}`)" not in notes] == []


@pytest.mark.real_data
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_set_loads_whole_and_a_second_time_with_nothing_new(
    name: str, new_database: Callable[[], StoreUrls], real_data: Path, tmp_path: Path
) -> None:
    urls = new_database()
    environment = _environment(urls, real_data, tmp_path)
    _load(name, environment)
    assert _counted(urls) == EXPECTED[name]
    loads = _loads(urls)
    told = _load(name, environment)
    assert told.count("没有新数据，") == loads
    assert _loads(urls) == loads


def _environment(urls: StoreUrls, real_data: Path, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")}
    return kept | {
        "COCKPIT_HOME": str(home),
        "COCKPIT_REAL_DATA": str(real_data),
        "COCKPIT_DATABASE_URL": urls.owner,
        "COCKPIT_APP_URL": urls.app,
        "COCKPIT_LOAD_URL": urls.load,
        "COCKPIT_WALL_URL": urls.wall,
        "PYTHONUTF8": "1",
    }


def _load(name: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "deploy/load_set.py", name],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def _counted(urls: StoreUrls) -> dict[str, Counted]:
    return {row["dataset"]: Counted(*(row[part] for part in PARTS)) for row in _rows(urls)}


def _loads(urls: StoreUrls) -> int:
    """The number of loads in the ledger; one a file."""
    return sum(row["loads"] for row in _rows(urls))


def _rows(urls: StoreUrls) -> list[dict[str, Any]]:
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.connect() as connection:
        found = [dict(row) for row in connection.execute(text(SUMS)).mappings()]
    engine.dispose()
    return found
