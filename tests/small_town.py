"""A small town in a store for page tests: one street of two communities of two grids each, its cases and services.

西社区 has households and one overdue case; 东社区 has none of both, and a hostile name in one of its grids.
"""

from datetime import datetime, timedelta

from sqlalchemy import create_engine, text

from geo.store import StoreUrls

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"

SOURCES = """
insert into core.source (code, dataset, name, stages, is_simulated)
select 'hand_' || d, d, d,
       array['registered', 'accepted', 'dispatched', 'arrived', 'handled', 'closed', 'followed_up', 'due'], true
from unnest(array['boundaries', 'incidents', 'service-points', 'households']) d;
insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, status, loaded_by, started_at,
                      finished_at)
select s.dataset, s.source_id, 'f', 'x', s.code, 'loaded', 't', m.at, m.at
from core.source s, (select cast(:now as timestamptz) - interval '2 minutes' as at) m order by s.source_id;
insert into core.source_coverage select 2, 2, date '2026-08-01', date '2026-11-20';
insert into core.category (code, name_zh, name_en, response_class, is_private) values
  ('noise', '噪声扰民', 'Noise', 'general', false), ('fire', '火情烟雾', 'Fire', 'urgent', false),
  ('care', '独居老人求助', 'Care', 'urgent', true);
insert into core.service_kind (code, name_zh, name_en) values ('clinic', '社区卫生服务站', 'Clinic');
update ops.data_version set version = version + 1
"""
AREA = """
insert into core.area (level, code, name, parent_id, is_nested, geom, label_point, area_m2, source_id, load_id,
                       content_hash)
select :level, :code, :name, (select area_id from core.area where code = :parent), true, st_multi(g), st_centroid(g),
       1, 1, 1, 'h'
from st_makeenvelope(:w, :s, :e, :n, 4326) g
"""
CASE = """
insert into core.incident (source_id, incident_code, category_id, agency_responsible, geom, placed_by, street_id,
                           community_id, grid_id, reported_at, reported_on, accepted_at, arrived_at, closed_at, due_at,
                           content_hash, load_id)
select 2, :code, (select category_id from core.category where code = :category), '综合执法队',
       st_setsrid(st_point(:lon, :lat), 4326), 'point',
       (select area_id from core.area where code = 'S'), (select area_id from core.area where code = :community),
       (select area_id from core.area where code = :grid), :reported,
       (cast(:reported as timestamptz) at time zone 'Asia/Shanghai')::date,
       :reported, cast(:reported as timestamptz) + interval '6 minutes', :closed, :due, 'h', 2
"""
REST = """
insert into core.household_site (source_id, site_code, households, street_id, community_id, grid_id, content_hash,
                                 load_id)
select 4, 'h', 500, g.area_id, c.area_id, a.area_id, 'h', 4
from core.area a join core.area c on c.area_id = a.parent_id join core.area g on g.area_id = c.parent_id
where a.code = 'W1';
insert into core.service_point (source_id, service_code, service_kind_id, name, geom, point, content_hash, load_id)
select 3, 's', 1, '西社区卫生服务站', p, p, 'h', 3 from (select st_setsrid(st_point(120.262, 30.182), 4326) p) x
"""
AREAS = (
    ("street", "S", "小镇街道", None, 120.26, 30.18, 120.30, 30.20),
    ("community", "W", "西社区", "S", 120.26, 30.18, 120.28, 30.20),
    ("community", "E", "东社区", "S", 120.28, 30.18, 120.30, 30.20),
    ("grid", "W1", "西社区第一网格", "W", 120.26, 30.18, 120.28, 30.19),
    ("grid", "W2", "西社区第二网格", "W", 120.26, 30.19, 120.28, 30.20),
    ("grid", "E1", HOSTILE, "E", 120.28, 30.18, 120.30, 30.19),
    ("grid", "E2", "东社区第二网格", "E", 120.28, 30.19, 120.30, 30.20),
)
PLACES = (
    ("W", "W1", 120.265, 30.185),
    ("W", "W2", 120.265, 30.195),
    ("E", "E1", 120.285, 30.185),
    ("E", "E2", 120.285, 30.195),
)


def build(urls: StoreUrls, *, now: datetime) -> None:
    """Writes the town: 3 closed cases a day for 80 days, and one open case in W1, 2 h 10 min overdue at `now`."""
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for statement in SOURCES.split(";\n"):
            connection.execute(text(statement), {"now": now})
        for level, code, name, parent, west, south, east, north in AREAS:
            place = {"level": level, "code": code, "name": name, "parent": parent}
            connection.execute(text(AREA), place | {"w": west, "s": south, "e": east, "n": north})
        connection.execute(text(CASE), _cases(now))
        for statement in REST.split(";\n"):
            connection.execute(text(statement))
    engine.dispose()


def _cases(now: datetime) -> list[dict[str, object]]:
    made = [_case(now - timedelta(days=day, hours=hour + 1), day + hour) for day in range(80) for hour in range(3)]
    late = _case(now - timedelta(hours=26, minutes=10), 0)
    return [*made, late | {"code": "late", "closed": None, "due": now - timedelta(hours=2, minutes=10)}]


def _case(reported: datetime, number: int) -> dict[str, object]:
    community, grid, lon, lat = PLACES[number % len(PLACES)]
    return {
        "code": f"c{reported:%m%d%H}",
        "category": "fire" if number % 3 == 0 else "noise",
        "community": community,
        "grid": grid,
        "lon": lon,
        "lat": lat,
        "reported": reported,
        "closed": reported + timedelta(minutes=40),
        "due": reported + timedelta(hours=24),
    }
