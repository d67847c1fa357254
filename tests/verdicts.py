"""What a load would say of a file, without loading it: accepted, so many rows in quarantine, or refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from geo.store import Store
from geo.viewer import Clock
from loaders.dataset import LoadRequest
from loaders.result import LoadResult
from loaders.work import load_file

HEADINGS = ("编号", "类别", "上报时间", "经度", "纬度")
ROWS = tuple((f"A{day}", "暴露垃圾", f"2026-10-0{day} 08:00:00", f"120.{day}", "30.1") for day in range(1, 6))
CSV = "\n".join(",".join(row) for row in (HEADINGS, *ROWS)) + "\n"
"""Five good incidents."""
Judge = Callable[..., LoadResult]


@pytest.fixture
def judge(store: Store, clock: Clock, tmp_path: Path) -> Judge:
    """Judges the bytes (or text, as UTF-8) of a file of that name in a dry run."""

    def judged(
        name: str, content: bytes | str | None = None, *, dataset: str = "incidents", **options: Any
    ) -> LoadResult:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        request = LoadRequest(dataset=dataset, file=path, clock=clock, is_dry_run=True, **options)
        result = load_file(store, request)
        for lang in ("zh", "en") if result.status == "refused" else ():
            told = load_file(store, LoadRequest(dataset=dataset, file=path, clock=clock, lang=lang, **options)).message
            assert told
            assert "\ufffd" not in told
        return result

    return judged


def accepted(result: LoadResult) -> tuple[int, int]:
    """(rows kept, lines skipped) of a file without a fault."""
    assert (result.status, dict(result.counts.faults)) == ("dry-run", {}), result.message
    return result.counts.inserted + result.counts.unchanged, result.counts.skipped


def quarantined(result: LoadResult) -> tuple[int, int, dict[str, int]]:
    """(rows kept, rows in quarantine, faults)."""
    assert result.status == "dry-run", result.message
    return result.counts.inserted, result.counts.quarantined, dict(result.counts.faults)


def refused(result: LoadResult) -> str:
    """The first reason."""
    assert result.status == "refused", result.counts
    return next(iter(result.counts.faults))
