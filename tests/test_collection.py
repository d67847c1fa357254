"""The collection of bad and good files: each gets the verdict beside it, and nothing that must never happen happens."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from collection import CLASSES, samples
from collection.desk import Desk, furnished
from collection.samples import ACCEPT, NOTES, NOTHING_NEW, QUARANTINE, REJECT, REPAIR, Sample, Verdict

from config.fault_words import hint, message
from geo.store import Store
from geo.viewer import Clock
from loaders.result import LoadResult

MOST_S = 300
CHINESE = re.compile("[\u4e00-\u9fff]")
UNTOLD = re.compile("Traceback|[A-Za-z]+Error\\b|\x1b|[\u202a-\u202e\u2066-\u2069]|psycopg|sqlalchemy", re.IGNORECASE)
"""What no message may hold: words of the machine, and characters that act on who reads them."""
KEPT = ("loaded", "dry-run")
REJECTS = "select row_number, column_name, value, fault, params from ops.quarantine where load_id = :load order by 1"
LEDGER = "select l::text from ops.load l where load_id = :load"


@pytest.fixture(scope="module")
def desk(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The town; grids are loaded by the files, in dry runs."""
    with furnished(store, clock, tmp_path_factory.mktemp("files")) as made:
        yield made


@pytest.mark.timeout(MOST_S * 2)
@pytest.mark.parametrize("name", CLASSES)
def test_every_file_of_the_class_has_its_verdict(name: str, desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    found = []
    files = samples(name, desk.link)
    assert len(files) >= 4
    for sample in files:
        result = _loaded(desk, sample)
        told = _told(desk, result)
        wrong = [*_against(sample.verdict, result), *_never(desk, sample, result, told)]
        if wrong:
            found.append(f"{sample.name}: should be {sample.verdict}; {'; '.join(wrong)}")
    printed = "".join(capfd.readouterr())
    found += [f"printed: {secret}" for sample in files for secret in sample.secrets if secret in printed]
    found += ["somebody called the listener"] if desk.was_called() else []
    found += [f"written: {path}" for path in _written(desk)]
    if found:
        pytest.fail(f"{name}: {len(found)} of {len(files)} files\n" + "\n".join(found), pytrace=False)


def test_the_collection_is_large_and_every_format_is_in_it(desk: Desk) -> None:
    files = [sample for name in CLASSES for sample in samples(name, desk.link)]
    assert len(files) >= 150
    endings = {Path(sample.name).suffix for sample in files}
    assert endings >= {
        ".csv",
        ".tsv",
        ".xlsx",
        ".json",
        ".jsonl",
        ".geojson",
        ".zip",
        ".gpkg",
        ".kml",
        ".parquet",
        ".xml",
    }
    kinds = {sample.verdict.kind for sample in files}
    assert kinds == {REJECT, QUARANTINE, REPAIR, NOTES, ACCEPT, NOTHING_NEW}


def _loaded(desk: Desk, sample: Sample) -> LoadResult:
    """Areas in a dry run (the town stays as it is), everything else for real."""
    for content in sample.before:
        earlier = desk.load(replace(sample, name="before.csv", content=content, options={}), is_dry_run=False)
        assert earlier.exit_code == 0, earlier.message
    return desk.load(sample, is_dry_run=sample.dataset == "boundaries")


def _against(verdict: Verdict, result: LoadResult) -> Iterator[str]:
    """What of a result is not as the verdict says."""
    counts = result.counts
    summary = f"is {result.status} {dict(counts.faults)} q={counts.quarantined} r={counts.repaired}: {result.message}"
    wanted = {REJECT: ("refused",), NOTHING_NEW: ("nothing-new",)}.get(verdict.kind, KEPT)
    if result.status not in wanted:
        yield summary
        return
    if result.exit_code != {REJECT: 2, QUARANTINE: 3}.get(verdict.kind, 0):
        yield f"exit {result.exit_code}; {summary}"
    if verdict.kind == REJECT:
        if not set(verdict.faults) & set(counts.faults):
            yield summary
        return
    if counts.read != counts.inserted + counts.updated + counts.unchanged + counts.quarantined:
        yield f"does not add up: {counts}"
    rows = verdict.rows if verdict.kind == QUARANTINE else 0
    if counts.quarantined != rows or (rows and not set(verdict.faults) & set(counts.faults)):
        yield summary
    if verdict.kind in (ACCEPT, REPAIR) and counts.repaired != (verdict.rows if verdict.kind == REPAIR else 0):
        yield summary
    if verdict.kind == NOTES and not any(_is_told(fault, result) for fault in verdict.faults):
        yield summary
    for name, count in verdict.counts.items():
        if getattr(counts, name) != count:
            yield f"{name} is {getattr(counts, name)}, not {count}; {summary}"


def _is_told(fault: str, result: LoadResult) -> bool:
    """Whether a note is counted, or the sentence that explains it stands in the message."""
    longest = max(re.split(r"\{\w+\}|（", message(fault, "zh").replace("…", "（")), key=len)
    return fault in result.counts.faults or longest in (result.message or "")


def _told(desk: Desk, result: LoadResult) -> str:
    """Everything that people and logs can read of a load."""
    if result.load_id is None or result.status == "nothing-new":
        return str(result)
    rows = desk.rows(REJECTS, load=result.load_id)
    return "\n".join([str(result), *map(str, rows), *map(str, desk.rows(LEDGER, load=result.load_id))])


def _never(desk: Desk, sample: Sample, result: LoadResult, told: str) -> Iterator[str]:
    """What must never happen."""
    said = result.message or ""
    if result.status == "refused" and not (CHINESE.search(said) and said.endswith("。")):
        yield f"no sentence: {said!r}"
    if UNTOLD.search(said):
        yield f"words of the machine: {said!r}"
    yield from (f"tells {secret}" for secret in sample.secrets if secret in told)
    if result.status != "loaded":
        return
    for row, column, value, fault, params in desk.rows(REJECTS, load=result.load_id):
        words = [message(fault, "zh", params), hint(fault, "zh", params), value or ""]
        if row < 2 or not all(words[:2]) or fault in words[0]:
            yield f"row {row} {column} {fault}: {words}"
        if UNTOLD.search(words[0] + words[1]) or re.search("[\x1b\u202a-\u202e]", words[2]):
            yield f"words of the machine: {words}"


def _written(desk: Desk) -> list[Path]:
    """Files that nobody asked for: beside the loaded ones, which are gone, or where an archive wanted them."""
    elsewhere = (Path("/tmp/collection-outside"), desk.folder.parent / "tmp")
    return [*desk.folder.iterdir(), *(path for path in elsewhere if path.exists())]
