"""Deadlines by category: the limits of the list, for sources that send none and whose mapping asks for them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from config.calendars import calendar
from config.categories import categories
from config.clocks import Calendar, Limit, UnknownDayError
from config.mapping import named
from config.reader import SHIPPED, ConfigError
from geo.store import Store
from geo.viewer import LEADER, Clock
from loaders.dataset import LoadRequest
from loaders.deadlines import Deadlines
from loaders.work import load_file

ZONE = ZoneInfo("Asia/Shanghai")
MAPPING = """
dataset = "incidents"
crs = "EPSG:4326"
optional = ["due_at", "closed_at", "lon", "lat"]
[columns]
code = "编号"
category = "类别"
reported_at = "上报时间"
closed_at = "办结时间"
due_at = "办理时限"
"""
HEAD = "编号,类别,上报时间,办结时间,办理时限"
BY_CATEGORY = '[extra]\ndeadlines = "by_category"\n'
KNOWN = calendar()


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=ZONE)


def load(store: Store, clock: Clock, folder: Path, *lines: str, name: str, extra: str = BY_CATEGORY) -> dict[str, str]:
    """Deadline (local, without the year) by code after a load of these lines."""
    mapping, file = folder / f"{name}.toml", folder / f"{name}.csv"
    mapping.write_text(MAPPING + extra, encoding="utf-8")
    file.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    result = load_file(store, LoadRequest(dataset="incidents", file=file, clock=clock, source=str(mapping)))
    assert result.status == "loaded", result.message
    with store.reading(LEADER, clock) as connection:
        found = connection.execute(
            text(
                "select incident_code, to_char(due_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI:SS') as due"
                " from core.incident join core.source s using (source_id) where s.code = :code"
            ),
            {"code": name},
        )
        return {row.incident_code: row.due for row in found}


def test_a_source_without_deadlines_gets_those_of_its_categories(store: Store, clock: Clock, tmp_path: Path) -> None:
    found = load(
        store,
        clock,
        tmp_path,
        "urgent,fire_lane_blocked,2026-10-09 17:00:00,,",
        "day,rubbish,2026-10-09 17:00:00,2026-10-10 08:00:00,",
        "holiday,street_light,2026-09-30 17:00:30,,",
        "sent,rubbish,2026-10-09 17:00:00,,2026-10-31 12:00:00",
        "bare,rubbish,2026-10-09,,",
        "unlisted,nobody knows,2026-10-09 17:00:00,,",
        name="limits",
    )
    assert found == {
        "urgent": "10-09 19:00:00",
        "day": "10-10 17:00:00",  # a Saturday that is worked
        "holiday": "10-10 17:00:30",
        "sent": "10-31 12:00:00",
        "bare": None,
        "unlisted": None,
    }


def test_a_source_that_does_not_ask_for_them_gets_none(store: Store, clock: Clock, tmp_path: Path) -> None:
    found = load(store, clock, tmp_path, "a,rubbish,2026-10-09 17:00:00,,", name="silent", extra="")
    assert found == {"a": None}


def test_a_changed_limit_makes_the_same_file_a_new_load(
    store: Store, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "a,rubbish,2026-10-09 17:00:00,,"
    assert load(store, clock, tmp_path, line, name="changed") == {"a": "10-10 17:00:00"}
    told = (SHIPPED / "categories.toml").read_text(encoding="utf-8").replace('"1 work_days"', '"2 work_hours"')
    monkeypatch.setattr("config.categories.reader.find", lambda name: _own(tmp_path, name, told))
    assert load(store, clock, tmp_path, line, name="changed") == {"a": "10-10 09:00:00"}


def _own(folder: Path, name: str, categories_told: str) -> Path:
    if name != "categories.toml":
        return folder / name if (folder / name).is_file() else SHIPPED / name
    (folder / name).write_text(categories_told, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('[extra]\ndeadlines = "sent"', "extra.deadlines = 'sent' must be 'by_category'"),
        ('categories = "open"\n[extra]\ndeadlines = "by_category"', "only incidents with categories of the list"),
        ('[key]\nunit = "车"\n[extra]\ndeadlines = "by_category"', "only incidents with categories of the list"),
    ],
)
def test_deadlines_that_no_category_gives_are_refused(tmp_path: Path, lines: str, told: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(f'dataset = "incidents"\n{lines}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=told):
        named(str(path))


def test_a_limit_that_is_none_is_refused_by_its_category(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    told = (SHIPPED / "categories.toml").read_text(encoding="utf-8").replace('= "2 urgent_hours"', '= "2 hrs"')
    (tmp_path / "config" / "categories.toml").write_text(told, encoding="utf-8")
    with pytest.raises(ConfigError, match="category fire_lane_blocked: limit '2 hrs' is no limit"):
        categories()


@given(
    st.lists(st.timedeltas(timedelta(0), timedelta(days=24 * 365)), min_size=1, max_size=30),
    st.builds(Limit, st.integers(1, 60), st.sampled_from(["hours", "days", "urgent_hours", "work_hours", "work_days"])),
)
@settings(deadline=None)
def test_whole_columns_get_the_deadlines_of_single_cases(passed: list[timedelta], limit: Limit) -> None:
    reported = [datetime(2003, 12, 1, tzinfo=UTC) + each for each in passed]
    column = pl.Series("reported_at", reported, dtype=pl.Datetime("us", "UTC"))
    nothing = pl.Series("due_at", [None] * len(reported), dtype=pl.Datetime("us", "UTC"))
    found = Deadlines({"a": limit}, KNOWN).completed(
        nothing,
        reported=column,
        category=pl.Series(["a"] * len(reported)),
        is_day=pl.repeat(value=False, n=len(reported), eager=True),
    )
    assert found.to_list() == [_single(KNOWN, moment, limit) for moment in reported]


def _single(known: Calendar, start: datetime, limit: Limit) -> datetime | None:
    try:
        return known.deadline(start, limit)
    except UnknownDayError:
        return None
