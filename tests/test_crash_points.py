"""A load that is killed at any point is in the store completely or not at all, and loading again completes it."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from load_ends import (
    KILLED,
    REFUSED_EVERY,
    ROWS,
    STILL_REFUSED,
    NewDatabase,
    Site,
    corrections,
    incidents,
    site,
)

from geo.crash_points import POINTS, VARIABLE
from geo.viewer import Clock

KILLS = int(os.environ.get("COCKPIT_TORTURE", "3"))
"""How often a load is killed at a random moment; `make torture` says 200."""
SEED = int(os.environ.get("COCKPIT_SEED", "5"))
VISIBLE = """
select (select count(*) from core.incident), (select count(*) from core.incident_log),
       (select count(*) from ops.load), (select count(*) from ops.quarantine), (select count(*) from ops.outbox),
       (select count(*) from core.source), (select version from ops.data_version)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def disturbed(new_database: NewDatabase, home: Path, store_environment: dict[str, str], clock: Clock) -> Iterator[Site]:
    """A store whose loads will be killed."""
    made = site(new_database(), home, store_environment, clock)
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def undisturbed(
    new_database: NewDatabase,
    home: Path,
    store_environment: dict[str, str],
    clock: Clock,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, object]:
    """What a store holds into which the file was loaded in peace."""
    calm = site(new_database(), home, store_environment, clock)
    assert calm.load(incidents(tmp_path_factory.mktemp("calm") / "many.csv")).status == "loaded"
    found = dict(calm.dump())
    calm.store.close()
    return found


@pytest.mark.parametrize("point", POINTS)
def test_a_load_killed_at_a_point_leaves_all_or_nothing_and_can_be_completed(
    disturbed: Site, undisturbed: dict[str, object], tmp_path: Path, point: str
) -> None:
    path = incidents(tmp_path / "many.csv")
    before = disturbed.ask(VISIBLE)
    child = disturbed.child(path, **{VARIABLE: point})
    assert child.wait(timeout=60) == KILLED
    _, err = child.communicate()
    assert err == ""
    if point == "after-commit":
        assert disturbed.dump() == undisturbed
        assert disturbed.load(path).status == "nothing-new"
    else:
        assert disturbed.ask(VISIBLE) == before
        assert disturbed.load(path).counts.read == ROWS
    assert disturbed.dump() == undisturbed


@pytest.fixture(scope="module")
def replayed(
    new_database: NewDatabase,
    home: Path,
    store_environment: dict[str, str],
    clock: Clock,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, object]:
    """What a store holds whose refused rows were corrected and run again in peace."""
    calm = site(new_database(), home, store_environment, clock)
    folder = tmp_path_factory.mktemp("calm")
    load_id = load_refused(calm, folder)
    done = calm.replay(load_id, corrections(folder / "corrected.csv")).counts
    assert (done.inserted, done.quarantined) == (ROWS // REFUSED_EVERY - STILL_REFUSED, STILL_REFUSED)
    found = dict(calm.dump())
    calm.store.close()
    return found


def load_refused(town: Site, folder: Path) -> int:
    """The number of a load with more than two blocks of refused rows."""
    load_id = town.load(incidents(folder / "many.csv", refused=REFUSED_EVERY)).load_id
    assert load_id is not None
    return load_id


@pytest.mark.parametrize("point", POINTS)
def test_a_replay_killed_at_a_point_loses_nothing_and_does_nothing_twice(
    disturbed: Site, replayed: dict[str, object], tmp_path: Path, point: str
) -> None:
    load_id = load_refused(disturbed, tmp_path)
    file = corrections(tmp_path / "corrected.csv")
    before = disturbed.dump()
    child = disturbed.replaying_child(load_id, file, **{VARIABLE: point})
    assert child.wait(timeout=60) == KILLED
    _, err = child.communicate()
    assert err == ""
    if point == "after-commit":
        assert disturbed.dump() == replayed
        assert disturbed.replay(load_id, file).status == "nothing-new"
    else:
        assert disturbed.dump() == before
        assert disturbed.replay(load_id, file).counts.read == ROWS // REFUSED_EVERY
    assert disturbed.dump() == replayed


def test_a_load_killed_at_any_moment_leaves_all_or_nothing(
    disturbed: Site, undisturbed: dict[str, object], tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    started = time.monotonic()
    child = disturbed.child(incidents(tmp_path / "first.csv", prefix="first-"))
    begun = time.monotonic()
    assert child.stdout is not None
    assert any('"loaded"' in line for line in iter(child.stdout.readline, ""))
    takes = time.monotonic() - begun
    child.communicate(timeout=60)
    told = f"seed {SEED}; a load takes {takes:.2f} s after {begun - started:.2f} s"
    ends = {"killed": 0, "done": 0, "lost": 0}
    for number in range(KILLS):
        path = incidents(tmp_path / "many.csv", prefix=f"k{number}-")
        child = disturbed.child(path)
        time.sleep(chance.uniform(0, takes))
        child.kill()
        ends["done" if child.wait() != KILLED else "killed"] += 1
        child.communicate()
        found = "select count(*) from core.incident where incident_code like :prefix"
        kept = disturbed.ask(found, prefix=f"k{number}-%")[0][0]
        whole = ROWS - ROWS // 50
        assert kept in (0, whole), told
        ends["lost"] += kept == 0
        again = disturbed.load(path)
        assert again.status == ("loaded" if kept == 0 else "nothing-new"), told
        assert disturbed.ask(found, prefix=f"k{number}-%") == [(whole,)], told
    counted = disturbed.ask("select count(*), sum(read), sum(inserted), sum(quarantined) from ops.load")
    loads = KILLS + 1
    assert counted == [(loads, loads * ROWS, loads * whole, loads * (ROWS // 50))], told
    events = disturbed.ask("select count(*) from core.incident_log")
    assert events == [(loads * len(undisturbed["core.incident_log"]),)], told  # type: ignore[arg-type]
    click.echo(f"{told}; {ends}")
