"""The quality score: shares of rows by hand, parts that do not apply left out, no score without rows."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit import quality
from geo.steward import QualityCounts
from geo.store import Store, StoreUrls
from geo.viewer import OPERATOR, Clock
from loaders.dataset import LoadRequest
from loaders.work import load_file

COUNTS = QualityCounts(
    source_id=1, code="s", dataset="incidents", name="s", is_simulated=False,
    kept=90, refused=10, stages_ok=80, place_ok=60, code_ok=90,
)  # fmt: skip


def test_the_score_is_the_weighted_share_of_rows_that_meet_each_part() -> None:
    found = quality.score(COUNTS, is_late=False)
    assert found.n == 100
    assert found.value == pytest.approx(0.40 * 80 + 0.30 * 60 + 0.20 * 90 + 0.10 * 100)
    assert quality.score(COUNTS, is_late=True).value == pytest.approx(68.0)


def test_a_part_that_does_not_apply_leaves_and_the_others_carry_its_weight() -> None:
    found = quality.score(replace(COUNTS, stages_ok=None, place_ok=None), is_late=False)
    assert set(found.parts) == {"code", "fresh"}
    assert found.value == pytest.approx((20 * 90 + 10 * 100) / 30, abs=0.05)


@pytest.mark.parametrize(
    ("kept", "refused", "note", "is_ranked"),
    [
        (0, 0, "no-data", False),
        (5, 4, "too-few", False),
        (10, 5, None, False),
        (25, 5, None, True),
    ],
)
def test_no_rows_are_no_zero_and_few_rows_are_not_ranked(
    kept: int, refused: int, note: str | None, is_ranked: bool
) -> None:
    counts = replace(COUNTS, kept=kept, refused=refused, stages_ok=kept, place_ok=kept, code_ok=kept)
    found = quality.score(counts, is_late=False)
    assert (found.note, found.value is None, found.is_ranked) == (note, note is not None, is_ranked)


def test_what_the_store_counts_for_a_source_adds_up_with_its_quarantine(
    new_database: Callable[[], StoreUrls], clock: Clock, tmp_path: Path
) -> None:
    store = Store(new_database())
    path = tmp_path / "a.csv"
    head = "编号,类别,状态,上报时间,受理时间,办结时间,立案时间"
    rows = [f"G{n},噪声扰民,已办结,2026-11-20 08:00:00,2026-11-20 08:05:00,2026-11-20 09:00:00," for n in range(6)]
    rows += [  # registered after it was accepted, and before
        "G6,噪声扰民,已办结,2026-11-20 08:00:00,2026-11-20 08:05:00,2026-11-20 09:00:00,2026-11-20 08:07:00",
        "G7,噪声扰民,已办结,2026-11-20 08:00:00,2026-11-20 08:05:00,2026-11-20 09:00:00,2026-11-20 08:03:00",
        "U1,外星人,办理中,2026-11-20 08:00:00,,,",
        "N1,噪声扰民,已办结,2026-11-20 08:00:00,,2026-11-20 09:00:00,",
        "D1,噪声扰民,已办结,2026-11-20,2026-11-20,2026-11-20,",
        "B1,噪声扰民,已办结,2026-11-20 08:00:00,,2026-11-19 09:00:00,",
    ]
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    load_file(store, LoadRequest(dataset="incidents", file=path, clock=clock))
    (found,) = quality.scores(store, OPERATOR, clock)
    assert (found.n, found.refused) == (12, 1)
    assert found.parts == {"stages": 10, "code": 10, "fresh": 12}
    store.close()
