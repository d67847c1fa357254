"""The wall's login can read no text, no person and no case's point; nor can the gate's; the app's reads no account."""

from collections.abc import Iterator

import pytest
from figures_builder import Town, at
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from cockpit import figures
from config.indicators import indicator
from config.site import site
from geo import wall as shown
from geo.figures import Question
from geo.store import Store, StoreUrls, _engine
from geo.viewer import LEADER, Clock, Viewer
from geo.windows import Window

NOW = Clock(at("10-20 12:00"))
WALL = Viewer(name="w", role="wall", level="site")
ROLES = ("", "wall", "leader", "secretary", "grid_worker", "evaluator", "steward", "admin", "operator", "program", "x")
MAY_READ = {
    "wall": {"ops.data_version"},
    "gate": {"access.role_right", "access.account", "access.account_area", "access.session", "access.attempt",
             "ops.fact", "ops.schema_version", "access.oidc_used", "access.wall_request"},
}  # fmt: skip
ONE = "array[timestamptz '2026-10-20']"
GATE_AREAS = {"area_id", "level", "code", "name", "valid_from", "valid_to"}
COLUMNS = """
select format('%I.%I', n.nspname, c.relname) as place, format('%I', a.attname) as name,
       coalesce(k.class, '') as class, a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'text[]'::regtype,
         'geometry'::regtype) as is_told
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
left join ops.column_class k on k.table_name = format('%s.%s', n.nspname, c.relname) and k.column_name = a.attname
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname in ('core', 'ops', 'landing', 'access') and a.attnum > 0
  and not a.attisdropped order by 1, 2
"""


@pytest.fixture(scope="module")
def town(urls: StoreUrls, store: Store) -> Iterator[Town]:
    """Open cases in two communities: A has two of 5 public ones overdue, B six private ones, and one case is closed."""
    made = Town(urls, store, NOW)
    made.begin()
    made.run("insert into core.category (code, name_zh, name_en, response_class, is_private)"
             " values ('care', 'care', 'care', 'urgent', true), ('fire', 'fire', 'fire', 'urgent', false)")  # fmt: skip
    for number in range(5):
        due = at("10-20 10:00") if number < 2 else at("10-21 10:00")
        case(made, f"a{number}", "noise", "A", due=due)
    for number in range(6):
        case(made, f"b{number}", "care", "B")
    case(made, "closed", "noise", "A", closed=at("10-20 09:00"))
    case(made, "later", "noise", "A", reported=at("10-21 09:00"))
    yield made
    made.close()


def case(town: Town, code: str, category: str, community: str, **more: object) -> None:
    values = {"reported": at("10-20 08:00"), "closed": None, "due": None, "arrived": None} | more
    town.run(
        "insert into core.incident (source_id, incident_code, category_id, channel, agency_responsible, geom,"
        " placed_by, street_id, community_id, grid_id, reported_at, reported_on, arrived_at, closed_at, due_at,"
        " content_hash, load_id)"
        " select :source_id, :code, (select category_id from core.category where code = :category), 'hotline', 'team',"
        " 'SRID=4326;POINT(120.05 30.05)', 'point', :street, :community, :grid, :reported, cast(:reported as date),"
        " :arrived, :closed, :due, 'h', :load_id",
        source_id=town.source_id,
        load_id=town.load_id,
        code=code,
        category=category,
        street=town.area_ids["S"],
        community=town.area_ids[community],
        grid=town.area_ids[f"{community}G"],
        **values,
    )


@pytest.fixture
def login(urls: StoreUrls) -> Iterator[dict[str, Engine]]:
    """Engines of the program's login roles by name."""
    engines = {
        name: _engine(getattr(urls, name), timeout_ms=0, pool_size=1) for name in ("wall", "gate", "app", "owner")
    }
    yield engines
    for engine in engines.values():
        engine.dispose()


def refused(engine: Engine, statement: str, role: str = "") -> bool:
    """Whether the login is denied the statement while it claims to be the role, at the level of the whole site."""
    with engine.connect() as connection:
        connection.execute(text("select set_config('app.role', :role, true), set_config('app.level', 'site', true)"),
                           {"role": role})  # fmt: skip
        try:
            connection.execute(text(statement))
        except ProgrammingError as error:
            assert "permission denied" in str(error), error
            return True
    return False


@pytest.mark.parametrize("name", ["wall", "gate"])
def test_no_column_of_a_case_a_person_or_a_load_can_be_read(name: str, town: Town, login: dict[str, Engine]) -> None:
    with login["owner"].connect() as connection:
        columns = connection.execute(text(COLUMNS)).all()
    assert len(columns) > 200
    assert {"core.incident", "access.account", 'landing."row"'} <= {column.place for column in columns}
    read = set()
    for place, column, _, _ in columns:
        if not refused(login[name], f"select {column} from {place} limit 1"):
            read.add((place, column))
    allowed = {(place, column) for place, column, _, _ in columns if place in MAY_READ[name]}
    if name == "gate":
        allowed |= {("core.area", column) for column in GATE_AREAS}
        allowed |= {(place, column) for place, column in read if place == "ops.audit"}
        assert not any(place == "ops.audit" for place, _ in read), "the gate appends to the trail and never reads it"
    assert read == allowed
    if name == "wall":
        told = {
            (place, column) for place, column, kind, is_told in columns if is_told or kind in ("personal", "sensitive")
        }
        assert not read & told


@pytest.mark.parametrize("role", ROLES)
def test_no_claimed_role_opens_a_table_to_the_walls_login(role: str, town: Town, login: dict[str, Engine]) -> None:
    for place in ("core.incident", "core.household_site", "core.ledger_entry", "ops.audit", "access.account",
                  'landing."row"', "mart.open_at(array[now()])"):  # fmt: skip
        assert refused(login["wall"], f"select * from {place}", role), (role, place)


@pytest.mark.parametrize("place", ["access.account", "access.session", "access.attempt", "access.account_area"])
def test_the_apps_login_reads_no_account_and_no_session(place: str, town: Town, login: dict[str, Engine]) -> None:
    for role in ("admin", "operator"):
        assert refused(login["app"], f"select * from {place}", role)


def test_the_views_of_the_wall_tell_exactly_these_columns(town: Town, login: dict[str, Engine]) -> None:
    with login["owner"].connect() as connection:
        found = connection.execute(text("""
            select c.relname, array_agg(a.attname::text order by a.attnum) from pg_attribute a
            join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
            where n.nspname = 'mart' and c.relkind = 'v' and has_table_privilege('cockpit_wall', c.oid, 'select')
              and a.attnum > 0 group by c.relname""")).all()  # fmt: skip
    assert {name: set(columns) for name, columns in found} == {
        "dataset": {"dataset", "loaded_at", "is_simulated"},
        "open_case": {"response_class", "channel", "level", "stage", "reported_at", "accepted_at", "dispatched_at",
                      "arrived_at", "handled_at", "due_at", "is_due", "is_suspended", "team", "street_code",
                      "community_code", "community", "finest", "lon", "lat"},
        "open_count": {"level", "code", "n_open", "n_overdue", "n_private"},
        "wall_feature": {"map_feature_id", "kind", "name", "width_m", "shape"},
        "wall_household": {"level", "code", "households"},
        "wall_shape": {"level", "code", "name", "parent_code", "shape", "lon", "lat", "valid_from", "valid_to"},
        "wall_shape_version": {"version"},
        "wall_area": {"level", "code", "name", "parent_code", "lon", "lat", "valid_from", "valid_to"},
        "wall_fund": {"fund_id", "fund_code", "name", "fund_kind", "purpose", "opened_on", "street_id", "community_id"},
        "wall_entry": {"entry_id", "source_id", "entry_code", "fund_id", "counter_fund_id", "entry_kind", "occurred_on",
                       "fiscal_year", "source_kind", "use_kind", "payer", "payer_ref", "payee", "payee_ref", "project",
                       "amount", "street_id", "community_id", "grid_id", "corrects_code", "reason", "earmark",
                       "repeats_code", "is_sealed"},  # empty but for sums: see test_money
        "wall_no_area": {"area_id", "name"},
    }  # fmt: skip


def test_the_functions_of_the_wall_tell_exactly_these_columns(town: Town, login: dict[str, Engine]) -> None:
    with login["owner"].connect() as connection:
        found = connection.execute(text("""
            select p.proname, array_agg(a.name) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
            cross join unnest(p.proargnames, p.proargmodes) a (name, kind)
            where n.nspname in ('mart', 'core') and has_function_privilege('cockpit_wall', p.oid, 'execute')
              and a.kind = 't'
            group by p.proname""")).all()  # fmt: skip
    told = {name: set(columns) for name, columns in found if name.startswith(("wall_", "open_", "alarm_"))}
    assert told.pop("wall_cases") == {
        "response_class", "channel", "level", "stage", "reported_at", "accepted_at", "dispatched_at", "arrived_at",
        "handled_at", "due_at", "is_due", "is_suspended", "team", "street_code", "community_code", "community",
        "finest", "lon", "lat",
    }  # fmt: skip
    assert told == {
        "wall_counts": {"level", "code", "n_open", "n_overdue", "n_private"},
        "wall_covered": {"day", "is_covered"},
        "wall_feed": {"stage", "at", "area", "community", "category_zh", "category_en"},
        "wall_open": {"moment_no", "n_open", "n_overdue", "n_private"},
        "wall_promise": {"numerator", "denominator", "has_deadlines", "is_covered"},
        "wall_promises": {"window_no", "numerator", "denominator"},
        "wall_reported": {"window_no", "level", "code", "n", "n_private"},
        "wall_stages": {"window_no", "response_class", "stage", "n", "p50_s", "p90_s", "seconds"},
        "wall_arrivals": {"community_code", "seconds"},
        "wall_reach": {"kind", "name_zh", "name_en", "households", "near"},
        "alarm_case": {"alarm", "category_zh", "category_en", "channel", "team", "reported_at", "accepted_at",
                       "dispatched_at", "arrived_at", "closed_at", "tells_accepted", "tells_dispatched", "is_exact",
                       "street", "community", "grid", "microgrid", "grid_code", "lon", "lat"},
        "alarm_team": {"code", "grid", "community", "lon", "lat", "distance_m", "grid_leader", "full_time",
                       "part_time", "instructor", "other"},
        "alarm_ground": {"kind", "name", "width_m", "label_lon", "label_lat", "shape"},
    }  # fmt: skip


def test_without_settings_or_the_right_the_walls_views_have_no_rows(town: Town, login: dict[str, Engine]) -> None:
    views = ("mart.open_case", "mart.open_count", "mart.wall_area", "mart.dataset", "mart.published",
             "mart.published_month", "mart.published_area", "mart.published_count", "mart.wall_household",
             "mart.wall_shape", "mart.wall_feature", "mart.wall_shape_version", "mart.wall_cases()",
             "mart.wall_counts()", f"mart.wall_open({ONE})", f"mart.wall_reported({ONE}, {ONE})",
             "mart.wall_covered('2026-10-20', '{2026-10-20}')", f"mart.wall_promises({ONE}, {ONE})",
             "mart.wall_feed('2026-01-01', 6)")  # fmt: skip
    for view in views:
        with login["wall"].connect() as connection:
            assert connection.execute(text(f"select count(*) from {view}")).scalar_one() == 0, view
    with login["wall"].connect() as connection:
        asked = "select count(*) from mart.wall_promise('2026-01-01', '2027-01-01')"
        assert connection.execute(text(asked)).scalar_one() == 0
        for asked in ("mart.alarm_case('1 hour')", "mart.alarm_team(120, 30, '2026-10-20', 3)",
                      "mart.alarm_ground(120, 30, 600, '2026-10-20')"):  # fmt: skip
            assert connection.execute(text(f"select count(*) from {asked}")).scalar_one() == 0, asked
    for viewer in (Viewer("s", "secretary", "site"), Viewer("p", "program"), Viewer("", "", "")):
        found = wall(town, viewer)
        assert (found.cases, found.areas, found.n_open) == ((), (), 0), viewer
        assert found.arrivals == 0


def wall(town: Town, viewer: Viewer, clock: Clock = NOW) -> shown.Wall:
    day = clock.at.astimezone(site().zone).date()
    return shown.wall(town.store, viewer, clock, today=Window(day, day.replace(day=day.day + 1), site().zone))


def test_open_and_overdue_are_those_of_the_figures_and_private_ones_are_counted_from_five_on(town: Town) -> None:
    found = wall(town, WALL)
    day = NOW.at.date()
    counted = figures.figures(
        town.store, LEADER, NOW, question=Question("site"), windows=(Window(day, day.replace(day=21), site().zone),),
        indicators=[indicator("backlog"), indicator("backlog_overdue")],
    )  # fmt: skip
    backlog, overdue = (figure.value for figure in counted)
    assert (backlog, overdue) == (11, 2)
    assert found.n_open + (found.n_private or 0) == backlog
    assert (found.n_overdue, found.n_private) == (2, 6)
    assert len(found.cases) == 5
    assert [case.is_due for case in found.cases] == [True, True, False, False, False]
    assert {(case.lon, case.lat) for case in found.cases} == {(120.0, 30.0)}, "the label point, never the case's own"
    assert {area.code: area.n_open for area in found.areas if area.level == "community"} == {"A": 5, "B": 0}


def test_under_five_private_cases_are_not_counted(town: Town) -> None:
    town.run("update core.incident set closed_at = :at where incident_code in ('b0', 'b1')", at=at("10-20 09:00"))
    try:
        found = wall(town, WALL)
        assert (found.n_open, found.n_private) == (5, None)
    finally:
        town.run("update core.incident set closed_at = null where incident_code in ('b0', 'b1')")


def test_a_wall_of_one_community_shows_that_community_alone(town: Town) -> None:
    found = wall(town, Viewer("w", "wall", area_ids=frozenset({town.area_ids["B"]})))
    assert (found.n_open, found.n_private, found.cases) == (0, 6, ())
    assert {area.code for area in found.areas} == {"B", "BG"}


def test_at_an_earlier_clock_later_cases_and_closes_do_not_exist(town: Town) -> None:
    assert wall(town, WALL, Clock(at("10-20 08:30"))).n_open == 6
    assert wall(town, WALL, Clock(at("10-20 07:30"))).n_open == 0


def test_a_share_on_scene_is_told_from_ten_arrivals_on(town: Town) -> None:
    for number in range(10):
        minutes = 5 if number < 7 else 15
        arrived = at(f"10-20 08:{minutes:02d}")
        case(town, f"f{number}", "fire", "A", arrived=arrived, closed=at("10-20 09:00"))
    found = wall(town, WALL)
    assert (found.in_time, found.arrivals) == (7, 10)
    earlier = wall(town, WALL, Clock(at("10-20 08:10")))
    assert (earlier.in_time, earlier.arrivals) == (None, 7)
    for number in range(5):
        assert wall(town, WALL).arrivals == 10, "one more arrival without a case to see would tell of a private one"
        case(town, f"p{number}", "care", "B", arrived=at("10-20 08:05"), closed=at("10-20 09:00"))
    assert (wall(town, WALL).in_time, wall(town, WALL).arrivals) == (12, 15)


def test_the_walls_login_writes_nothing(town: Town) -> None:
    with pytest.raises(DBAPIError, match=r"read-only|permission denied"), town.store.showing(WALL, NOW) as connection:
        connection.execute(text("delete from mart.published_month"))
