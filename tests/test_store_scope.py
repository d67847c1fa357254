"""The store answers only to a viewer and a clock, and only through the login roles."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from geo.store import Store, StoreUrls, _engine
from geo.viewer import LEADER, Clock, Viewer

SCOPED = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname in ('core', 'ops', 'landing', 'mart') and rowsecurity order by 1
"""


@pytest.fixture(scope="module")
def filled(store: Store, clock: Clock) -> Store:
    """Two communities of one street, an incident in each, a fund and its entry in the first."""
    with store.loading(LEADER, clock) as connection:
        connection.execute(
            text("""
            insert into core.source (code, dataset, name) values ('hand', 'incidents', 'hand');
            insert into ops.load (dataset, file_name, sha256, fingerprint, status, read, inserted, loaded_by,
                                  started_at, finished_at)
              values ('incidents', 'x.csv', '0', '0', 'loaded', 1, 1, 'test', ops.clock(), ops.clock());
            insert into core.source_coverage values (1, 1, '2026-11-01', '2026-11-20');
            insert into core.area (level, code, name, parent_id, is_nested, geom, label_point, area_m2,
                                   source_id, load_id, content_hash)
            select l, c, c, p, true, st_multi(st_makeenvelope(x, 0, x + 1, 1, 4326)),
                   st_setsrid(st_point(x + .5, .5), 4326), 1, 1, 1, c
              from (values ('street', 's', null::int, 0), ('community', 'a', 1, 0), ('community', 'b', 1, 1))
                   v (l, c, p, x);
            insert into core.map_layer values ('grid', '网格单元', 'Grid cells');
            insert into core.map_feature (kind, geom, source_id, load_id)
              values ('park', st_setsrid(st_point(0, 0), 4326), 1, 1);
            insert into core.category (code, name_zh, name_en) values ('noise', '噪声扰民', 'Noise');
            insert into core.service_kind (code, name_zh, name_en) values ('clinic', '卫生站', 'Clinic');
            insert into core.incident (source_id, incident_code, category_id, placed_by, street_id, community_id,
                                       reported_at, reported_on, content_hash, load_id)
              values (1, 'i1', 1, 'declared', 1, 2, '2026-11-19T08:00+08', '2026-11-19', 'h', 1),
                     (1, 'i2', 1, 'declared', 1, 3, '2026-11-19T09:00+08', '2026-11-19', 'h', 1);
            insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id)
              select incident_id, 'reported', reported_at, reported_at, 1, 1 from core.incident;
            insert into core.incident_revision (incident_id, load_id, recorded_at, reported_at)
              select incident_id, 1, reported_at, reported_at from core.incident;
            insert into core.incident_unit (incident_id, unit_code, category_id, placed_by, reported_at, reported_on,
                                            content_hash, load_id)
              select incident_id, 'u', 1, 'declared', reported_at, reported_on, 'h', 1 from core.incident;
            insert into core.service_point (source_id, service_code, service_kind_id, name, geom, point,
                                            street_id, community_id, content_hash, load_id)
              values (1, 'p1', 1, 'p1', st_setsrid(st_point(.5, .5), 4326), st_setsrid(st_point(.5, .5), 4326),
                      1, 2, 'h', 1);
            insert into core.household_site (source_id, site_code, households, street_id, community_id,
                                             content_hash, load_id) values (1, 'h1', 30, 1, 2, 'h', 1);
            insert into core.staff_post (source_id, post_code, role, headcount, level, declared_area_code, street_id,
                                         community_id, content_hash, load_id)
              values (1, 'g1', 'other', 1, 'community', 'a', 1, 2, 'h', 1);
            insert into core.fund (source_id, fund_code, name, fund_kind, street_id, community_id,
                                   content_hash, load_id) values (1, 'f1', 'f1', 'named', 1, 2, 'h', 1);
            insert into core.ledger_entry (source_id, entry_code, fund_id, entry_kind, occurred_on, amount,
                                           street_id, community_id, recorded_at, content_hash, load_id)
              values (1, 'e1', 1, 'income', '2026-11-01', 100, 1, 2, ops.clock(), 'h', 1);
            insert into core.source_gap values (1, '2026-11-02', 1);
            insert into core.published_total (source_id, of_source, through_on, money_total, content_hash, load_id)
              values (1, 'hand', '2026-11-01', 100, 'h', 1);
            insert into core.goods_entry (source_id, goods_code, direction, item, content_hash, load_id)
              values (1, 'g1', 'out', '口罩', 'h', 1);
            insert into mart.published_month
              values ('2026-10-01', '2026-11-01T00:00+08', '2026-11-01T00:00+08', 1, 1, '{}');
            insert into mart.published_area values ('2026-10-01', 'community', 'a', 'a', 's', 30);
            insert into mart.published (month, level, code, name, kpi, value, as_of, data_version, definition)
              values ('2026-10-01', 'community', 'a', 'a', 'incidents', 1, '2026-11-01T00:00+08', 1, 'x@1');
            insert into mart.published_count values ('2026-10-01', 'community', 'a', 'noise', 1, false);
            insert into mart.kept_month values ('2026-10-01', 'UTC', '2026-10-01T00:00Z', '2026-11-01T00:00Z',
              '2026-11-01T00:00Z', '2026-11-01T00:00Z', 'infinity', 'infinity', 0, 1, '{}');
            insert into mart.tally values ('2026-10-01', 'community', 'a', '{2}', false, '{}');
            insert into mart.frozen_month
              values (1, '2026-10-01', '2026-11-01T00:00Z', 't', 'operator', 1, 1, '', '{}', 1, 'x', 'x');
            insert into mart.frozen_figure (month, level, code, kpi, name, excluded, definition)
              values ('2026-10-01', 'community', 'a', 'incidents', 'a', '{}', 'x@1');
            insert into ops.fact values ('sample', '{}');
            insert into landing.row values (1, 2, '{}', '2027-01-01');
            insert into ops.quarantine (load_id, row_number, fault) values (1, 2, 'bad_time');
            insert into ops.decision (load_id, row_number, kind, reason, decided_by, decided_at)
              values (1, 2, 'dismissed', 'x', 'test', ops.clock());
            """)
        )
    with store.auditing(LEADER, clock) as connection:
        connection.execute(
            text("""insert into ops.audit (occurred_at, viewer, role, action, object)
                    values (ops.clock(), 'leader', 'leader', 'read', 'y')""")
        )
    return store


def test_without_a_viewer_every_scoped_table_has_no_rows(filled: Store, urls: StoreUrls) -> None:
    owner = _engine(urls.owner, timeout_ms=0, pool_size=1)
    with owner.connect() as connection:
        tables = [row[0] for row in connection.execute(text(SCOPED))]
        counts_of_owner = {
            name: connection.execute(text(f"select count(*) from {name}")).scalar_one() for name in tables
        }
    owner.dispose()
    assert len(tables) >= 15
    assert all(counts_of_owner.values()), f"the test must hold a row in each: {counts_of_owner}"

    app = _engine(urls.app, timeout_ms=0, pool_size=1)
    for name in tables:
        with app.connect() as connection:
            try:
                seen = connection.execute(text(f"select count(*) from {name}")).scalar_one()
            except ProgrammingError as error:
                assert "permission denied" in str(error)
                seen = 0
        assert seen == 0, name
    app.dispose()


def test_an_area_viewer_sees_the_own_rows_and_nothing_of_the_sibling(filled: Store, clock: Clock) -> None:
    own = Viewer(name="s", role="secretary", area_ids=frozenset({2}))
    with filled.reading(own, clock) as connection:
        codes = connection.execute(text("select incident_code from core.incident")).scalars().all()
        events = connection.execute(text("select count(*) from core.incident_event")).scalar_one()
        told = connection.execute(text("select count(*) from core.incident_log")).scalar_one()
        units = connection.execute(text("select count(*) from core.incident_unit")).scalar_one()
        assert connection.execute(text("select count(*) from ops.quarantine")).scalar_one() == 0
    assert codes == ["i1"]
    assert (events, told, units) == (1, 2, 1)


def test_a_viewer_with_an_empty_scope_sees_no_incident(filled: Store, clock: Clock) -> None:
    with filled.reading(Viewer(name="n", role="secretary"), clock) as connection:
        assert connection.execute(text("select count(*) from core.incident")).scalar_one() == 0


def test_the_scope_of_one_transaction_does_not_leak_into_the_next(filled: Store, clock: Clock) -> None:
    with filled.reading(LEADER, clock) as connection:
        assert connection.execute(text("select count(*) from core.incident")).scalar_one() == 2
    with filled._app.connect() as connection:
        assert connection.execute(text("select count(*) from core.incident")).scalar_one() == 0


def test_the_app_login_cannot_write_and_reading_is_read_only(filled: Store, clock: Clock) -> None:
    with pytest.raises(DBAPIError, match=r"read-only|permission denied"), filled.reading(LEADER, clock) as connection:
        connection.execute(text("insert into core.category (code, name_zh, name_en) values ('x', 'x', 'x')"))
    with pytest.raises(DBAPIError, match="permission denied"), filled.auditing(LEADER, clock) as connection:
        connection.execute(text("update core.incident set status = 'closed'"))


@pytest.mark.parametrize("table", ["core.ledger_entry", "core.incident_event", "core.incident_revision", "ops.audit"])
def test_ledger_events_and_audit_are_append_only_even_for_their_owner(
    table: str, urls: StoreUrls, filled: Store
) -> None:
    owner = _engine(urls.owner, timeout_ms=0, pool_size=1)
    with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
        connection.execute(text(f"delete from {table}"))
    owner.dispose()


@pytest.mark.parametrize(
    "statement",
    [
        """insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id)
           values (999999, 'closed', ops.clock(), ops.clock(), 1, 1)""",
        """insert into core.incident_event (incident_id, kind, occurred_at, recorded_at, revision, load_id)
           values (1, 'closed', ops.clock(), ops.clock(), 1, 999999)""",
        """insert into core.incident_revision (incident_id, load_id, recorded_at, reported_at)
           values (999999, 1, ops.clock(), ops.clock())""",
        """insert into core.incident_revision (incident_id, revision, load_id, recorded_at, reported_at)
           values (1, 2, 999999, ops.clock(), ops.clock())""",
        "update core.incident set grid_id = 999999 where incident_code = 'i1'",
    ],
)
def test_nothing_refers_to_what_does_not_exist(statement: str, filled: Store, clock: Clock) -> None:
    with pytest.raises(DBAPIError, match="does not exist"), filled.loading(LEADER, clock) as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("table", ["core.incident", "core.area"])
def test_incidents_and_areas_are_never_deleted(table: str, urls: StoreUrls, filled: Store) -> None:
    owner = _engine(urls.owner, timeout_ms=0, pool_size=1)
    with pytest.raises(DBAPIError, match="append-only"), owner.begin() as connection:
        connection.execute(text(f"delete from {table}"))
    owner.dispose()


def test_every_column_has_a_class(urls: StoreUrls, store: Store) -> None:
    owner = _engine(urls.owner, timeout_ms=0, pool_size=1)
    with owner.connect() as connection:
        bare = (
            connection.execute(
                text("""
            select format('%s.%s.%s', n.nspname, c.relname, a.attname)
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            left join ops.column_class k on k.table_name = format('%s.%s', n.nspname, c.relname)
                  and k.column_name = a.attname
            where c.relkind = 'r' and n.nspname in ('core', 'ops', 'landing', 'mart') and a.attnum > 0
              and not a.attisdropped and k.class is null""")
            )
            .scalars()
            .all()
        )
    owner.dispose()
    assert bare == []


def test_no_login_of_the_program_may_step_around_row_security(urls: StoreUrls, store: Store) -> None:
    owner = _engine(urls.owner, timeout_ms=0, pool_size=1)
    with owner.connect() as connection:
        strong = (
            connection.execute(
                text(
                    """
                    select rolname from pg_roles
                    where rolname in ('cockpit_owner', 'cockpit_load', 'cockpit_app', 'cockpit_wall')
                      and (rolsuper or rolbypassrls or rolcreaterole)"""
                )
            )
            .scalars()
            .all()
        )
    owner.dispose()
    assert strong == []
