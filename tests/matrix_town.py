"""A town for the matrix of rights: two streets, three communities, five grids, each with rows that say whose they are.

Every row that belongs to an area carries a mark in a text that pages show: `team-W1` (who has the cases of grid W1),
`fund-W` and `payer-W Inc` (the money of community W). A reader who sees a mark sees a row of that area.
"""

from datetime import datetime, timedelta

from sqlalchemy import create_engine, text

from geo.store import StoreUrls

STREETS = {"S": ("W", "E"), "T": ("Q",)}
GRIDS = {"W": ("W1", "W2"), "E": ("E1", "E2"), "Q": ("Q1",)}
OPEN = {"W1": 11, "W2": 12, "E1": 13, "E2": 14, "Q1": 15}
"""Open cases of each grid: all different, so that a count tells whose it is."""
DAYS = 60
FILE = "file-of-refused.csv"
REFUSED = "value-of-refused"

SETS = """
insert into core.source (code, dataset, name, stages)
select 'matrix_' || d, d, d,
       array['registered', 'accepted', 'dispatched', 'arrived', 'handled', 'closed', 'followed_up', 'due']
from unnest(array['boundaries', 'incidents', 'funds', 'staff']) d;
insert into ops.load (dataset, source_id, file_name, sha256, fingerprint, status, read, inserted, quarantined,
                      loaded_by, started_at, finished_at)
select s.dataset, s.source_id, 'file-of-refused.csv', 'x', s.code, 'loaded', 1, 0, 1, 't', m.at, m.at
from core.source s, (select cast(:now as timestamptz) - interval '2 minutes' as at) m order by s.source_id;
insert into ops.quarantine (load_id, row_number, column_name, value, fault)
  values (2, 2, 'reported_at', 'value-of-refused', 'bad_time');
insert into core.source_coverage select 2, 2, cast(:now as timestamptz)::date - 70, cast(:now as timestamptz)::date;
insert into core.category (code, name_zh, name_en) values ('noise', '噪声扰民', 'Noise');
update ops.data_version set version = version + 1
"""
AREA = """
insert into core.area (level, code, name, parent_id, is_nested, geom, label_point, area_m2, source_id, load_id,
                       content_hash)
select :level, :code, :name, (select area_id from core.area where code = :parent), true, st_multi(g), st_centroid(g),
       1, 1, 1, 'h'
from st_makeenvelope(:west, 30.18, :east, 30.20, 4326) g
"""
CASE = """
insert into core.incident (source_id, incident_code, category_id, agency_responsible, geom, placed_by, street_id,
                           community_id, grid_id, reported_at, reported_on, accepted_at, dispatched_at, arrived_at,
                           closed_at, due_at, content_hash, load_id)
select 2, 'case-' || :grid || '-' || :number, 1, 'team-' || :grid, label_point, 'point',
       (select area_id from core.area where code = :street), (select area_id from core.area where code = :community),
       area_id, :reported, (cast(:reported as timestamptz) at time zone 'Asia/Shanghai')::date, :reported, :reported,
       cast(:reported as timestamptz) + interval '7 minutes', :closed, :due, 'h', 2
from core.area where code = :grid
"""
MONEY = """
insert into core.fund (source_id, fund_code, name, fund_kind, street_id, community_id, content_hash, load_id)
select 3, 'f-' || code, 'fund-' || code, 'community', parent_id, area_id, 'h', 3 from core.area where code = :community;
insert into core.ledger_entry (source_id, entry_code, fund_id, entry_kind, occurred_on, source_kind, payer, amount,
                               street_id, community_id, recorded_at, content_hash, load_id)
select 3, 'e-' || a.code, fund_id, 'income', :on, 'donation', 'payer-' || a.code || ' Inc', 1000, a.parent_id,
       a.area_id, :now, 'h', 3
from core.area a join core.fund f on f.community_id = a.area_id where a.code = :community;
insert into core.staff_post (source_id, post_code, role, headcount, level, declared_area_code, street_id, community_id,
                             content_hash, load_id)
select 4, 'post-' || code, 'full_time', 3, 'community', code, parent_id, area_id, 'h', 4
from core.area where code = :community
"""


def build(urls: StoreUrls, *, now: datetime) -> None:
    """Writes the town as of `now`: open cases as `OPEN` says, one closed case a grid and day for `DAYS` days, money."""
    assert urls.admin is not None
    engine = create_engine(urls.admin)
    with engine.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        for statement in SETS.split(";\n"):
            connection.execute(text(statement), {"now": now})
        connection.execute(text(AREA), _areas())
        connection.execute(text(CASE), _cases(now))
        for community in GRIDS:
            for statement in MONEY.split(";\n"):
                connection.execute(
                    text(statement), {"community": community, "now": now, "on": (now - timedelta(days=9)).date()}
                )
    engine.dispose()


def _areas() -> list[dict[str, object]]:
    """Strips of equal width from west to east: grids within communities within streets."""
    order = [grid for grids in GRIDS.values() for grid in grids]
    edge = {grid: (120.20 + index / 100, 120.21 + index / 100) for index, grid in enumerate(order)}

    def place(level: str, code: str, parent: str | None, grids: tuple[str, ...]) -> dict[str, object]:
        west, east = edge[grids[0]][0], edge[grids[-1]][1]
        return {"level": level, "code": code, "name": f"area-{code}", "parent": parent, "west": west, "east": east}

    streets = [
        place("street", street, None, tuple(grid for community in inner for grid in GRIDS[community]))
        for street, inner in STREETS.items()
    ]
    communities = [
        place("community", community, street, GRIDS[community])
        for street, inner in STREETS.items()
        for community in inner
    ]
    grids = [place("grid", grid, community, (grid,)) for community, inner in GRIDS.items() for grid in inner]
    return [*streets, *communities, *grids]


def _cases(now: datetime) -> list[dict[str, object]]:
    found = []
    for street, inner in STREETS.items():
        for community in inner:
            for grid in GRIDS[community]:
                whose = {"street": street, "community": community, "grid": grid}
                for number in range(OPEN[grid]):
                    reported = now - timedelta(hours=5, minutes=number)
                    late = {"reported": reported, "closed": None, "due": now - timedelta(hours=1)}
                    found.append(whose | late | {"number": f"open{number}"})
                for day in range(1, DAYS):
                    reported = now - timedelta(days=day)
                    done = {"reported": reported, "closed": reported + timedelta(hours=1)}
                    found.append(whose | done | {"number": f"done{day}", "due": reported + timedelta(days=1)})
    return found


def marks_of(*grids: str) -> frozenset[str]:
    """The marks of the cases of these grids and of the money of the communities that they fill wholly."""
    whole = [community for community, inner in GRIDS.items() if set(inner) <= set(grids)]
    teams = {f"team-{grid}" for grid in grids}
    return frozenset(teams | {f"fund-{code}" for code in whole} | {f"payer-{code} Inc" for code in whole})


ALL = marks_of(*(grid for inner in GRIDS.values() for grid in inner))
