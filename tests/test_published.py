"""Published months: the figures of `cockpit kpi` for all to compare, of closed months only, no older than the data."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from command_line import COMMAND, Cockpit
from figures_builder import Town, at
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cockpit import background, figures, publishing
from cockpit.cli import demo_data
from cockpit.cli import publish as command
from config.indicators import indicators
from config.site import site
from geo import published
from geo.errors import StoreUnavailable
from geo.figures import Question
from geo.store import Store, StoreUrls
from geo.viewer import LEADER, NOBODY, Clock, Viewer
from geo.windows import Window

OCTOBER = date(2026, 10, 1)
ROLES = ("wall", "leader", "secretary", "grid_worker", "evaluator", "steward", "admin")


@pytest.fixture(scope="module")
def sample(store: Store, clock: Clock) -> Store:
    """The sample street, with its closed months published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_NOW", clock.at.isoformat())
        demo_data.provide(store, seed=demo_data.SEED)
    publishing.publish(store, clock, months=(OCTOBER,))
    return store


def read(store: Store, viewer: Viewer, clock: Clock, statement: str) -> list[tuple[object, ...]]:
    with store.reading(viewer, clock) as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_every_published_figure_is_that_of_cockpit_kpi(sample: Store, clock: Clock) -> None:
    stored = {
        (level, code, kpi): values
        for level, code, kpi, *values in read(
            sample, LEADER, clock,
            "select level, code, kpi, name, value, numerator, denominator, n, excluded, note, as_of, definition,"
            " quantile_s from mart.published where month = '2026-10-01'",
        )
    }  # fmt: skip
    window = Window(OCTOBER, date(2026, 11, 1), site().zone)
    for level in published.LEVELS:
        counted = figures.figures(
            sample, LEADER, clock, question=Question(level), windows=(window,), indicators=indicators()
        )
        assert len(counted) == len(indicators()) * (1 if level == "street" else 40)
        for figure in counted:
            record = figure.record()
            assert stored.pop((level, record["area"], record["kpi"])) == [
                record["name"], record["value"], record["numerator"], record["denominator"], record["n"],
                record["excluded"], record["note"], figure.moment, record["definition"],
                record["value"] if record["unit"] == "s" else None,
            ]  # fmt: skip
    assert stored == {}, "nothing is published that is not counted, and no level finer than a community"


def test_every_signed_in_role_of_any_area_reads_the_same_and_nobody_else_anything(sample: Store, clock: Clock) -> None:
    asked = "select count(*), count(distinct code) from mart.published where month = '2026-10-01'"
    everything = read(sample, LEADER, clock, asked)
    assert everything == [(41 * len(indicators()), 41)]
    for role in ROLES:
        viewer = Viewer("v", role, area_ids=frozenset({3}))
        assert read(sample, viewer, clock, asked) == everything, role
        with sample.showing(viewer, clock) as connection:
            assert tuple(connection.execute(text(asked)).one()) == everything[0], role
    assert read(sample, NOBODY, clock, asked) == [(0, 0)]


def test_a_month_that_ends_after_the_viewers_clock_or_was_counted_later_does_not_exist(
    sample: Store, clock: Clock
) -> None:
    asked = "select count(*) from mart.published"
    assert read(sample, LEADER, Clock(at("10-31 23:59")), asked) == [(0,)]
    assert read(sample, LEADER, Clock(clock.at - timedelta(minutes=1)), asked) == [(0,)]


def test_only_the_loader_writes(sample: Store, clock: Clock) -> None:
    for table in ("published", "published_month", "published_area", "published_count"):
        with pytest.raises(DBAPIError, match="permission denied"), sample.auditing(LEADER, clock) as connection:
            connection.execute(text(f"delete from mart.{table}"))


def test_no_private_count_under_five_is_told_and_merged_counts_are_never_alone(sample: Store, clock: Clock) -> None:
    told = read(
        sample, LEADER, clock,
        "select p.level, p.code, p.n, p.is_merged, c.is_private from mart.published_count p"
        " join core.category c on c.code = p.category where month = '2026-10-01'",
    )  # fmt: skip
    assert any(row[4] for row in told)
    assert all(n is None or n >= 5 for _, _, n, _, is_private in told if is_private)
    merged: dict[tuple[object, object], int] = {}
    for level, code, _, is_merged, _ in told:
        merged[level, code] = merged.get((level, code), 0) + bool(is_merged)
    assert set(merged.values()) != {0}
    assert 1 not in merged.values()
    totals = read(sample, LEADER, clock,
                  "select p.level, p.code, p.value::int - coalesce(sum(c.n), 0)::int,"
                  " count(*) filter (where c.is_merged)"
                  " from mart.published p join mart.published_count c using (month, level, code)"
                  " where p.kpi = 'incidents' and month = '2026-10-01' group by p.level, p.code, p.value")  # fmt: skip
    for level, code, left, hidden in totals:
        assert (left == 0) if not hidden else (isinstance(left, int) and left >= 5), (level, code)


def test_a_comparison_holds_the_own_street_all_its_communities_and_the_known_households(
    sample: Store, clock: Clock
) -> None:
    secretary = Viewer("s", "secretary", area_ids=frozenset({3}))
    code = str(read(sample, LEADER, clock, "select code from core.area where level = 'community' order by 1")[0][0])
    found = published.comparison(sample, secretary, clock, level="community", code=code, kpis=("incidents",))
    assert found is not None
    assert found.month == OCTOBER
    assert sum(not figure.is_above for figure in found.figures) == 40
    assert all(figure.households for figure in found.figures)
    whole = next(figure for figure in found.figures if figure.is_above)
    own = sum(figure.households or 0 for figure in found.figures if not figure.is_above)
    assert whole.households == own
    assert published.comparison(sample, secretary, clock, level="grid", code="x", kpis=("incidents",)) is None


# ---------------------------------------------------------------- what is due


@pytest.fixture(scope="module")
def other(new_database: "Iterator[StoreUrls]") -> Iterator[Town]:
    urls = new_database()  # type: ignore[operator]
    store = Store(urls)
    made = Town(urls, store, Clock(at("11-20 12:00")))
    made.begin()
    made.run("truncate mart.published_month cascade")
    made.run("update core.source_coverage set first_on = '2026-09-03', last_on = '2026-11-19'")
    made.run("insert into core.incident (source_id, incident_code, category_id, placed_by, street_id, community_id,"
             " reported_at, reported_on, content_hash, load_id) select 1, 'i', 1, 'declared', :s, :a,"
             " '2026-10-05T08:00+08', '2026-10-05', 'h', 1", s=made.area_ids["S"], a=made.area_ids["A"])  # fmt: skip
    yield made
    made.close()
    store.close()


def load(town: Town, dataset: str, first_on: str | None) -> None:
    town.run(
        "insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, status, loaded_by, started_at,"
        " finished_at, first_reported_on) values (:dataset, :source, 'f', 'x', 'x', 'loaded', 't', :at, :at,"
        " cast(:first_on as date))",
        dataset=dataset, source=town.source_id, at=town.clock.at, first_on=first_on,
    )  # fmt: skip


def test_only_months_that_a_load_can_have_changed_are_counted_anew(other: Town) -> None:
    september, october = date(2026, 9, 1), OCTOBER
    assert publishing.publish(other.store, other.clock) == (october, september)
    load(other, "incidents", "2026-11-02")
    load(other, "funds", None)
    assert publishing.publish(other.store, other.clock) == ()
    load(other, "incidents", "2026-10-31")
    assert publishing.publish(other.store, other.clock) == (october,)
    load(other, "incidents", "2026-09-30")
    assert publishing.due(other.store, other.clock) == (october, september), "September is in October's backlog"
    assert publishing.publish(other.store, other.clock) == (october, september)
    load(other, "boundaries", None)
    assert publishing.publish(other.store, other.clock) == (october, september)


def test_a_changed_definition_makes_its_months_due(other: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tuple(replace(each, version=each.version + (each.slug == "incidents")) for each in indicators())
    monkeypatch.setattr(publishing, "indicators", lambda: changed)
    assert len(publishing.due(other.store, other.clock)) == 2


def test_when_a_month_closes_it_is_published_by_the_servers_round(other: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    later = at("12-01 00:03")
    monkeypatch.setenv("COCKPIT_NOW", later.isoformat())
    monkeypatch.setattr(background.queries, "store", lambda: other.store)
    background.publish_due()
    months = read(other.store, LEADER, Clock(later), "select month from mart.published_month order by 1 desc limit 1")
    assert months == [(date(2026, 11, 1),)]


def test_a_month_that_is_not_over_or_has_no_data_is_refused(other: Town) -> None:
    for month in (date(2026, 12, 1), date(2020, 1, 1)):
        with pytest.raises(publishing.NotClosedError):
            publishing.publish(other.store, other.clock, months=(month,))


def test_a_failure_to_publish_is_said_and_ends_nothing(
    other: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(publishing, "publish", fail)
    command.after_load(other.store, other.clock, "zh")
    assert "cockpit publish" in capsys.readouterr().err


def test_the_commands_publish_after_a_load_and_refuse_nonsense(
    other: Town, urls: StoreUrls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"COCKPIT_DATABASE_URL": other.urls.owner, "COCKPIT_NOW": datetime.now().astimezone().isoformat()}
    cockpit = Cockpit({**dict_environment(tmp_path), **environment, "COCKPIT_NOW": "2026-12-02T09:00:00+08:00"})
    file = tmp_path / "cases.csv"
    file.write_text("事件编号,类别,上报时间,社区编号\nx1,噪声扰民,2026-11-03 08:00:00,A\n", encoding="utf-8")
    line = json.loads(cockpit.run("load", "incidents", str(file), "--json", accept=(0, 3)))
    assert line["status"] == "loaded"
    found = read(other.store, LEADER, Clock(at("12-02 09:00")),
                 "select data_version from mart.published_month where month = '2026-11-01'")  # fmt: skip
    assert found == [(other.store.data_version(),)]
    done = subprocess.run(
        [*COMMAND, "publish", "--month", "2026-12"], capture_output=True, encoding="utf-8", check=False,
        env={**dict_environment(tmp_path), **environment, "COCKPIT_NOW": "2026-12-02T09:00:00+08:00"},
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    assert done.returncode == 2
    assert "2026-12" in done.stderr


def dict_environment(home: Path) -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if not name.startswith("COCKPIT_")} | {
        "COCKPIT_HOME": str(home)
    }
