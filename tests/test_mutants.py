"""Damaged copies of good files: each load ends with a result, says why, and its counts add up.

`make torture` runs all of them (COCKPIT_TORTURE, COCKPIT_SEED); else a sample is run.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from collection.desk import Desk, furnished
from collection.mutants import Mutant, mutants
from command_line import COMMAND, ROOT

from geo.store import Store
from geo.viewer import Clock
from loaders.result import LoadResult

IS_TORTURE = bool(os.environ.get("COCKPIT_TORTURE"))
SEED = int(os.environ.get("COCKPIT_SEED") or 20261126)
COUNT, BY_COMMAND = (2_000, 100) if IS_TORTURE else (65, 10)
MOST_S = 7_200 if IS_TORTURE else 300
UNTOLD = re.compile("Traceback|[A-Za-z]+Error\\b|\x1b|psycopg|sqlalchemy|polars|shapely", re.IGNORECASE)


@pytest.fixture(scope="module")
def desk(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with furnished(store, clock, tmp_path_factory.mktemp("files")) as made:
        yield made


@pytest.mark.timeout(MOST_S)
def test_damaged_files_end_with_a_result_whose_counts_add_up(desk: Desk) -> None:
    found = [fault for mutant in mutants(COUNT, SEED) if (fault := _fault(desk, mutant))]
    if found:
        pytest.fail(f"{len(found)} of {COUNT}\n" + "\n".join(found), pytrace=False)


def _fault(desk: Desk, mutant: Mutant) -> str | None:
    """What is wrong with the end of a load; None if nothing is."""
    try:
        result = desk.load(mutant.sample, is_dry_run=True)
    except Exception as error:  # noqa: BLE001 - whatever comes out is the finding
        return f"{mutant.how}: {type(error).__name__} {str(error)[:200]}"
    return f"{mutant.how}: {result}" if not _is_clean(result) else None


def _is_clean(result: LoadResult) -> bool:
    message, counts = result.message or "", result.counts
    if UNTOLD.search(message):
        return False
    if result.status == "refused":
        return message.endswith("。") and bool(counts.faults)
    kept = counts.inserted + counts.updated + counts.unchanged
    return result.status == "dry-run" and counts.read == kept + counts.quarantined


@pytest.mark.timeout(MOST_S)
def test_the_command_line_takes_damaged_files_as_calmly(store_environment: dict[str, str], tmp_path: Path) -> None:
    for number, mutant in enumerate(mutants(BY_COMMAND * 2, SEED + 1)):
        sample = mutant.sample
        if sample.dataset == "incidents":
            (tmp_path / f"{number}{sample.name}").write_bytes(sample.content)
    files = sorted(str(path) for path in tmp_path.iterdir())[:BY_COMMAND]
    command = [*COMMAND, "load", "incidents", "--dry-run", "--json", *files]
    done = subprocess.run(
        command, cwd=ROOT, env=store_environment, capture_output=True, encoding="utf-8", timeout=MOST_S, check=False
    )
    assert done.returncode in (0, 2, 3), done.stderr
    assert not UNTOLD.search(done.stderr), done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["file"] for record in told] == [Path(file).name for file in files]
    for record in told:
        kept = sum(record[name] for name in ("inserted", "updated", "unchanged", "quarantined"))
        assert record["status"] == "refused" or record["read"] == kept, record
